//! Reading coordinates: named fields or an array, finite numbers, inside the frame.

use std::fmt;

use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize, Serializer};

use super::frame::Outside;

/// Coordinates as they came, not yet checked.
pub(super) struct Raw<const N: usize> {
    pub(super) values: [f64; N],
    /// Whether they came as an array, whose order is a habit of the model.
    pub(super) from_array: bool,
}

/// What a set of coordinates is called on the wire.
pub(super) struct Names<const N: usize> {
    pub(super) expected: &'static str,
    /// The field's name, then what models write instead.
    pub(super) fields: [&'static [&'static str]; N],
    /// The field at each position of an array.
    pub(super) array: [usize; N],
}

pub(super) fn read<'de, D: Deserializer<'de>, const N: usize>(
    names: &'static Names<N>,
    deserializer: D,
) -> Result<Raw<N>, D::Error> {
    deserializer.deserialize_any(Coordinates(names))
}

struct Coordinates<const N: usize>(&'static Names<N>);

impl<'de, const N: usize> Visitor<'de> for Coordinates<N> {
    type Value = Raw<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.expected)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw<N>, A::Error> {
        let mut values = [0.0; N];
        for (position, field) in self.0.array.into_iter().enumerate() {
            values[field] = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(position, &self))?;
        }
        let mut more = 0;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            more += 1;
        }
        if more > 0 {
            return Err(de::Error::invalid_length(N + more, &self));
        }
        Ok(Raw { values, from_array: true })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw<N>, A::Error> {
        let mut values = [None; N];
        while let Some(key) = map.next_key::<String>()? {
            match self.0.fields.iter().position(|field| field.contains(&key.as_str())) {
                Some(field) if values[field].is_some() => {
                    return Err(de::Error::duplicate_field(self.0.fields[field][0]));
                }
                Some(field) => values[field] = Some(map.next_value::<f64>()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let mut read = [0.0; N];
        for (field, value) in values.into_iter().enumerate() {
            read[field] = value.ok_or_else(|| de::Error::missing_field(self.0.fields[field][0]))?;
        }
        Ok(Raw { values: read, from_array: false })
    }
}

/// A coordinate as JSON: whole numbers without a decimal point.
pub(super) struct Number(pub(super) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() <= EXACT {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// What can be read with coordinates outside the frame moved to its edge. See [`clamped`].
pub trait Clampable: Sized {
    #[doc(hidden)]
    fn read<'de, D: Deserializer<'de>>(deserializer: D, outside: Outside) -> Result<Self, D::Error>;
}

/// Reads a place and moves coordinates that lie outside the frame to its edge, for models known to overshoot.
///
/// Inverted boxes and numbers that are not finite are refused all the same.
///
/// ```
/// use serde::Deserialize;
/// use vlm_schema::media::{BoundingBox, clamped};
///
/// #[derive(Deserialize)]
/// struct Cat {
///     #[serde(deserialize_with = "clamped")]
///     box_2d: BoundingBox,
/// }
///
/// let cat: Cat = serde_json::from_str(r#"{"box_2d": {"x_min": -2, "y_min": 10, "x_max": 300, "y_max": 1003}}"#)?;
/// assert_eq!(cat.box_2d.edges(), [0.0, 10.0, 300.0, 1000.0]);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// As the plain `Deserialize` of the type, except for coordinates outside the frame.
pub fn clamped<'de, D: Deserializer<'de>, T: Clampable>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer, Outside::Clamp)
}

impl<T: Clampable> Clampable for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, outside: Outside) -> Result<Self, D::Error> {
        struct Items<T>(Outside, std::marker::PhantomData<T>);

        impl<'de, T: Clampable> Visitor<'de> for Items<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element_seed(Item(self.0, std::marker::PhantomData))? {
                    items.push(item);
                }
                Ok(items)
            }
        }

        deserializer.deserialize_seq(Items(outside, std::marker::PhantomData))
    }
}

impl<T: Clampable> Clampable for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, outside: Outside) -> Result<Self, D::Error> {
        struct Maybe<T>(Outside, std::marker::PhantomData<T>);

        impl<'de, T: Clampable> Visitor<'de> for Maybe<T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a place in the picture or null")
            }

            fn visit_none<E: de::Error>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
                T::read(deserializer, self.0).map(Some)
            }
        }

        deserializer.deserialize_option(Maybe(outside, std::marker::PhantomData))
    }
}

struct Item<T>(Outside, std::marker::PhantomData<T>);

impl<'de, T: Clampable> de::DeserializeSeed<'de> for Item<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer, self.0)
    }
}

/// What `Deserialize` does: coordinates outside the frame are an error.
pub(super) fn strictly<'de, D: Deserializer<'de>, T: Clampable>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer, Outside::Refuse)
}

/// The schema of one coordinate.
pub(super) fn number_schema<F: super::mark::InFrame>(what: &str, scale: &str) -> serde_json::Value {
    let mut schema = serde_json::json!({ "type": "number", "minimum": 0, "description": format!("{what}: {scale}.") });
    if let (Some(max), Some(fields)) = (F::MAX, schema.as_object_mut()) {
        fields.insert("maximum".into(), max.into());
    }
    schema
}

/// Types whose values have been read can be read again from what they write.
#[cfg(test)]
const _: fn() = || {
    fn both<T: Serialize + de::DeserializeOwned>() {}
    both::<super::Point>();
    both::<super::BoundingBox>();
    both::<super::Polygon>();
};

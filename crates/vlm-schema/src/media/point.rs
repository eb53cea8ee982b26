//! A point in a picture.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::error::GeometryError;
use super::frame::{Outside, Sizes, place};
use super::mark::{InFrame, KnownFrame, OfModel, OriginalPixels, Thousand, fixed_extent};
use super::model::{ArrayOrder, ModelFrame};
use super::wire::{self, Clampable, Names, Number, Raw};

/// A point in a picture, in the frame `F`; 0 to 1000 unless said otherwise.
///
/// On the wire `{"x": …, "y": …}`; `[y, x]` is read too (see the [module](super) on arrays).
#[derive(Clone, Copy, Debug)]
pub struct Point<F: InFrame = Thousand> {
    x: f64,
    y: f64,
    from_array: bool,
    frame: PhantomData<F>,
}

impl<F: InFrame> Point<F> {
    /// The point `x` from the left and `y` from the top.
    ///
    /// # Errors
    ///
    /// A coordinate that is not finite, negative, or beyond a frame of fixed extent.
    pub fn new(x: f64, y: f64) -> Result<Self, GeometryError> {
        Self::placed([x, y], false, Outside::Refuse)
    }

    /// The distance from the left side.
    pub const fn x(&self) -> f64 {
        self.x
    }

    /// The distance from the top.
    pub const fn y(&self) -> f64 {
        self.y
    }

    /// The nearest point of whole numbers; halves go up.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self { x: self.x.round(), y: self.y.round(), ..self }
    }

    /// Whether the point was read from an array, whose order is a habit of the model.
    pub const fn from_array(&self) -> bool {
        self.from_array
    }

    /// Puts the axes right if the point was read from an array and this model writes x first.
    #[must_use]
    pub fn answered_by(self, model: &ModelFrame) -> Self {
        match model.order {
            ArrayOrder::XFirst if self.from_array => Self { x: self.y, y: self.x, from_array: false, ..self },
            _ => Self { from_array: false, ..self },
        }
    }

    /// A point known to lie in the frame.
    pub(super) const fn inside(x: f64, y: f64) -> Self {
        Self { x, y, from_array: false, frame: PhantomData }
    }

    fn placed([x, y]: [f64; 2], from_array: bool, outside: Outside) -> Result<Self, GeometryError> {
        let extent = fixed_extent::<F>();
        Ok(Self {
            x: place("x", x, extent, outside)?,
            y: place("y", y, extent, outside)?,
            from_array,
            frame: PhantomData,
        })
    }

    pub(super) fn moved<T: InFrame>(
        &self,
        sizes: &Sizes,
        from: super::FrameKind,
        to: super::FrameKind,
        outside: Outside,
    ) -> Result<Point<T>, GeometryError> {
        let (x, y) = sizes.frame(from).convert((self.x, self.y), sizes.frame(to), outside)?;
        Ok(Point { x, y, from_array: self.from_array, frame: PhantomData })
    }
}

impl<F: KnownFrame> Point<F> {
    /// The same point in another frame of the same picture.
    ///
    /// # Errors
    ///
    /// [`GeometryError::Outside`] if the point lies outside its frame and is not to be clamped.
    pub fn convert<T: KnownFrame>(&self, sizes: &Sizes, outside: Outside) -> Result<Point<T>, GeometryError> {
        self.moved(sizes, F::FRAME, T::FRAME, outside)
    }
}

impl Point<OfModel> {
    /// Pixels of the original picture, now that it is known which model answered.
    ///
    /// # Errors
    ///
    /// [`GeometryError::NoOwnFrame`] for families without one, [`GeometryError::Outside`] as in `convert`.
    pub fn resolve(
        self,
        model: &ModelFrame,
        sizes: &Sizes,
        outside: Outside,
    ) -> Result<Point<OriginalPixels>, GeometryError> {
        self.answered_by(model).moved(sizes, model.own_frame()?, OriginalPixels::FRAME, outside)
    }
}

impl<F: InFrame> PartialEq for Point<F> {
    fn eq(&self, other: &Self) -> bool {
        (self.x, self.y) == (other.x, other.y)
    }
}

impl<F: InFrame> Serialize for Point<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Point", 2)?;
        fields.serialize_field("x", &Number(self.x))?;
        fields.serialize_field("y", &Number(self.y))?;
        fields.end()
    }
}

static NAMES: Names<2> = Names { expected: "a point {x, y} or [y, x]", fields: [&["x"], &["y"]], array: [1, 0] };

impl<F: InFrame> Clampable for Point<F> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, outside: Outside) -> Result<Self, D::Error> {
        let Raw { values, from_array } = wire::read(&NAMES, deserializer)?;
        Self::placed(values, from_array, outside).map_err(de::Error::custom)
    }
}

impl<'de, F: InFrame> Deserialize<'de> for Point<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::strictly(deserializer)
    }
}

impl<F: InFrame> JsonSchema for Point<F> {
    fn schema_name() -> Cow<'static, str> {
        format!("Point{}", F::NAME).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::Point{}", module_path!(), F::NAME).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let (across, down) = F::SCALE;
        json_schema!({
            "type": "object",
            "description": "A point in the picture.",
            "properties": {
                "x": wire::number_schema::<F>("Horizontal position", across),
                "y": wire::number_schema::<F>("Vertical position", down),
            },
            "required": ["x", "y"],
        })
    }
}

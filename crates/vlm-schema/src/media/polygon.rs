//! An outline in a picture.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::bounding_box::BoundingBox;
use super::error::GeometryError;
use super::frame::{FrameKind, Outside, Sizes};
use super::mark::{InFrame, KnownFrame, OfModel, OriginalPixels, Thousand};
use super::model::ModelFrame;
use super::point::Point;
use super::wire::{self, Clampable};

/// An outline of at least three points, in the frame `F`; 0 to 1000 unless said otherwise.
///
/// On the wire an array of [`Point`]s in order along the outline, the first not repeated at the end.
#[derive(Clone, Debug)]
pub struct Polygon<F: InFrame = Thousand> {
    points: Vec<Point<F>>,
}

impl<F: InFrame> Polygon<F> {
    /// The outline through these points. A last point equal to the first is dropped.
    ///
    /// # Errors
    ///
    /// [`GeometryError::TooFewPoints`] below three.
    pub fn new(mut points: Vec<Point<F>>) -> Result<Self, GeometryError> {
        if points.len() > 3 && points.first() == points.last() {
            points.pop();
        }
        if points.len() < 3 {
            return Err(GeometryError::TooFewPoints { points: points.len() });
        }
        Ok(Self { points })
    }

    /// The corners.
    pub fn points(&self) -> &[Point<F>] {
        &self.points
    }

    /// The area inside; for outlines that do not cross themselves.
    pub fn area(&self) -> f64 {
        let next = self.points.iter().cycle().skip(1);
        let twice: f64 = self.points.iter().zip(next).map(|(a, b)| a.x() * b.y() - b.x() * a.y()).sum();
        twice.abs() / 2.0
    }

    /// The smallest box around it.
    pub fn bounding_box(&self) -> BoundingBox<F> {
        let most = |side: fn(&Point<F>) -> f64, pick: fn(f64, f64) -> f64| {
            self.points.iter().map(side).reduce(pick).unwrap_or_default()
        };
        BoundingBox::inside([
            most(Point::x, f64::min),
            most(Point::y, f64::min),
            most(Point::x, f64::max),
            most(Point::y, f64::max),
        ])
    }

    /// The nearest outline of whole numbers; halves go up.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self { points: self.points.into_iter().map(Point::rounded).collect() }
    }

    /// Puts the axes right where points were read from arrays and this model writes x first.
    #[must_use]
    pub fn answered_by(self, model: &ModelFrame) -> Self {
        Self { points: self.points.into_iter().map(|point| point.answered_by(model)).collect() }
    }

    fn moved<T: InFrame>(
        &self,
        sizes: &Sizes,
        from: FrameKind,
        to: FrameKind,
        outside: Outside,
    ) -> Result<Polygon<T>, GeometryError> {
        let points = self.points.iter().map(|point| point.moved(sizes, from, to, outside));
        Ok(Polygon { points: points.collect::<Result<_, _>>()? })
    }
}

impl<F: KnownFrame> Polygon<F> {
    /// The same outline in another frame of the same picture.
    ///
    /// # Errors
    ///
    /// [`GeometryError::Outside`] if a point lies outside the frame and is not to be clamped.
    pub fn convert<T: KnownFrame>(&self, sizes: &Sizes, outside: Outside) -> Result<Polygon<T>, GeometryError> {
        self.moved(sizes, F::FRAME, T::FRAME, outside)
    }
}

impl Polygon<OfModel> {
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
    ) -> Result<Polygon<OriginalPixels>, GeometryError> {
        self.answered_by(model).moved(sizes, model.own_frame()?, OriginalPixels::FRAME, outside)
    }
}

impl<F: InFrame> PartialEq for Polygon<F> {
    fn eq(&self, other: &Self) -> bool {
        self.points == other.points
    }
}

impl<F: InFrame> Serialize for Polygon<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.points.serialize(serializer)
    }
}

impl<F: InFrame> Clampable for Polygon<F> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, outside: Outside) -> Result<Self, D::Error> {
        Self::new(Vec::read(deserializer, outside)?).map_err(de::Error::custom)
    }
}

impl<'de, F: InFrame> Deserialize<'de> for Polygon<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::strictly(deserializer)
    }
}

impl<F: InFrame> JsonSchema for Polygon<F> {
    fn schema_name() -> Cow<'static, str> {
        format!("Polygon{}", F::NAME).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::Polygon{}", module_path!(), F::NAME).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "description": "The outline of the thing in the picture: its corners in order, the first not repeated.",
            "items": generator.subschema_for::<Point<F>>(),
            "minItems": 3,
        })
    }
}

//! An upright box in a picture.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::error::GeometryError;
use super::frame::{FrameKind, Outside, Sizes, place};
use super::mark::{InFrame, KnownFrame, OfModel, OriginalPixels, Thousand, fixed_extent};
use super::model::{ArrayOrder, ModelFrame};
use super::point::Point;
use super::wire::{self, Clampable, Names, Number, Raw};

/// An upright box in a picture, in the frame `F`; 0 to 1000 unless said otherwise.
///
/// On the wire `{"x_min": …, "y_min": …, "x_max": …, "y_max": …}`. Also read are the names `xmin`, `x1`, `left` and
/// so on, and the array `[y_min, x_min, y_max, x_max]` (see the [module](super) on arrays). A box may be empty
/// (`x_min = x_max`) but not inverted.
///
/// ```
/// use vlm_schema::media::{BoundingBox, OfModel, Outside, frame_of_model};
///
/// // Qwen2.5-VL answers in pixels of the picture it saw: 1316 x 728 for 1920 x 1080.
/// let model = frame_of_model("qwen2.5-vl-7b-instruct").unwrap();
/// let sizes = model.sizes(1920, 1080)?;
/// let answer: BoundingBox<OfModel> = serde_json::from_str("[0, 0, 658, 364]")?;
/// let pixels = answer.resolve(model, &sizes, Outside::Refuse)?;
/// assert_eq!(pixels.edges(), [0.0, 0.0, 960.0, 540.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BoundingBox<F: InFrame = Thousand> {
    /// `[x_min, y_min, x_max, y_max]`.
    edges: [f64; 4],
    from_array: bool,
    frame: PhantomData<F>,
}

impl<F: InFrame> BoundingBox<F> {
    /// The box between these edges.
    ///
    /// # Errors
    ///
    /// A coordinate that is not finite, negative, or beyond a frame of fixed extent; a minimum above its maximum.
    pub fn new(x_min: f64, y_min: f64, x_max: f64, y_max: f64) -> Result<Self, GeometryError> {
        Self::placed([x_min, y_min, x_max, y_max], false, Outside::Refuse)
    }

    /// The left edge.
    pub const fn x_min(&self) -> f64 {
        self.edges[0]
    }

    /// The upper edge.
    pub const fn y_min(&self) -> f64 {
        self.edges[1]
    }

    /// The right edge.
    pub const fn x_max(&self) -> f64 {
        self.edges[2]
    }

    /// The lower edge.
    pub const fn y_max(&self) -> f64 {
        self.edges[3]
    }

    /// `[x_min, y_min, x_max, y_max]`.
    pub const fn edges(&self) -> [f64; 4] {
        self.edges
    }

    /// How wide it is.
    pub fn width(&self) -> f64 {
        self.x_max() - self.x_min()
    }

    /// How high it is.
    pub fn height(&self) -> f64 {
        self.y_max() - self.y_min()
    }

    /// Width times height.
    pub fn area(&self) -> f64 {
        self.width() * self.height()
    }

    /// The point in the middle.
    pub fn center(&self) -> Point<F> {
        Point::inside(self.x_min().midpoint(self.x_max()), self.y_min().midpoint(self.y_max()))
    }

    /// Whether the point lies in the box or on its edge.
    pub fn contains(&self, point: &Point<F>) -> bool {
        (self.x_min()..=self.x_max()).contains(&point.x()) && (self.y_min()..=self.y_max()).contains(&point.y())
    }

    /// What both boxes cover; nothing if that has no area.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let edges = [
            self.x_min().max(other.x_min()),
            self.y_min().max(other.y_min()),
            self.x_max().min(other.x_max()),
            self.y_max().min(other.y_max()),
        ];
        (edges[0] < edges[2] && edges[1] < edges[3]).then_some(Self { edges, ..*self })
    }

    /// Intersection over union: 1 for the same box, 0 for boxes that share no area.
    pub fn iou(&self, other: &Self) -> f64 {
        let shared = self.intersection(other).map_or(0.0, |shared| shared.area());
        let covered = self.area() + other.area() - shared;
        if covered > 0.0 { shared / covered } else { 0.0 }
    }

    /// The nearest box of whole numbers; halves go up.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self { edges: self.edges.map(f64::round), ..self }
    }

    /// Whether the box was read from an array, whose order is a habit of the model.
    pub const fn from_array(&self) -> bool {
        self.from_array
    }

    /// Puts the axes right if the box was read from an array and this model writes x first.
    ///
    /// ```
    /// use vlm_schema::media::{BoundingBox, frame_of_model};
    ///
    /// let read: BoundingBox = serde_json::from_str("[10, 20, 30, 40]")?;
    /// assert_eq!(read.x_min(), 20.0);
    /// assert_eq!(read.answered_by(frame_of_model("qwen3-vl-plus").unwrap()).x_min(), 10.0);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn answered_by(self, model: &ModelFrame) -> Self {
        let [x_min, y_min, x_max, y_max] = self.edges;
        match model.order {
            ArrayOrder::XFirst if self.from_array => {
                Self { edges: [y_min, x_min, y_max, x_max], from_array: false, ..self }
            }
            _ => Self { from_array: false, ..self },
        }
    }

    /// A box known to be upright and to lie in the frame.
    pub(super) const fn inside(edges: [f64; 4]) -> Self {
        Self { edges, from_array: false, frame: PhantomData }
    }

    fn placed(edges: [f64; 4], from_array: bool, outside: Outside) -> Result<Self, GeometryError> {
        let extent = fixed_extent::<F>();
        // Before clamping: an inverted box must not become a straight one at the edge.
        for (axis, min, max) in [("x", edges[0], edges[2]), ("y", edges[1], edges[3])] {
            if min > max {
                return Err(GeometryError::Inverted { axis, min, max });
            }
        }
        Ok(Self {
            edges: [
                place("x_min", edges[0], extent, outside)?,
                place("y_min", edges[1], extent, outside)?,
                place("x_max", edges[2], extent, outside)?,
                place("y_max", edges[3], extent, outside)?,
            ],
            from_array,
            frame: PhantomData,
        })
    }

    fn moved<T: InFrame>(
        &self,
        sizes: &Sizes,
        from: FrameKind,
        to: FrameKind,
        outside: Outside,
    ) -> Result<BoundingBox<T>, GeometryError> {
        let (from, to) = (sizes.frame(from), sizes.frame(to));
        let edges = [
            from.convert_x("x_min", self.x_min(), to, outside)?,
            from.convert_y("y_min", self.y_min(), to, outside)?,
            from.convert_x("x_max", self.x_max(), to, outside)?,
            from.convert_y("y_max", self.y_max(), to, outside)?,
        ];
        Ok(BoundingBox { edges, from_array: self.from_array, frame: PhantomData })
    }
}

impl<F: KnownFrame> BoundingBox<F> {
    /// The same box in another frame of the same picture.
    ///
    /// # Errors
    ///
    /// [`GeometryError::Outside`] if an edge lies outside the frame and is not to be clamped.
    pub fn convert<T: KnownFrame>(&self, sizes: &Sizes, outside: Outside) -> Result<BoundingBox<T>, GeometryError> {
        self.moved(sizes, F::FRAME, T::FRAME, outside)
    }

    /// The whole pixels of the original picture that the box touches, for cropping.
    ///
    /// Rounded outwards and kept inside the picture, so it has at least one pixel.
    ///
    /// # Errors
    ///
    /// As [`convert`](Self::convert).
    pub fn pixel_rect(&self, sizes: &Sizes, outside: Outside) -> Result<PixelRect, GeometryError> {
        let pixels = self.convert::<OriginalPixels>(sizes, outside)?;
        let along = |min: f64, max: f64, side: u32| {
            // Noise of the conversion must not add a row: 480.00000000000006 is 480.
            let snapped = |edge: f64| if (edge - edge.round()).abs() < 1e-6 { edge.round() } else { edge };
            let first = (snapped(min).floor() as u32).min(side - 1);
            let last = (snapped(max).ceil() as u32).clamp(first + 1, side);
            (first, last - first)
        };
        let (width, height) = sizes.original();
        let (x, width) = along(pixels.x_min(), pixels.x_max(), width);
        let (y, height) = along(pixels.y_min(), pixels.y_max(), height);
        Ok(PixelRect { x, y, width, height })
    }
}

impl BoundingBox<OfModel> {
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
    ) -> Result<BoundingBox<OriginalPixels>, GeometryError> {
        self.answered_by(model).moved(sizes, model.own_frame()?, OriginalPixels::FRAME, outside)
    }
}

/// Whole pixels of a picture: what a cropping function wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PixelRect {
    /// The first column.
    pub x: u32,
    /// The first row.
    pub y: u32,
    /// How many columns.
    pub width: u32,
    /// How many rows.
    pub height: u32,
}

impl<F: InFrame> PartialEq for BoundingBox<F> {
    fn eq(&self, other: &Self) -> bool {
        self.edges == other.edges
    }
}

impl<F: InFrame> Serialize for BoundingBox<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("BoundingBox", 4)?;
        fields.serialize_field("x_min", &Number(self.x_min()))?;
        fields.serialize_field("y_min", &Number(self.y_min()))?;
        fields.serialize_field("x_max", &Number(self.x_max()))?;
        fields.serialize_field("y_max", &Number(self.y_max()))?;
        fields.end()
    }
}

static NAMES: Names<4> = Names {
    expected: "a box {x_min, y_min, x_max, y_max} or [y_min, x_min, y_max, x_max]",
    fields: [
        &["x_min", "xmin", "xMin", "x1", "left"],
        &["y_min", "ymin", "yMin", "y1", "top"],
        &["x_max", "xmax", "xMax", "x2", "right"],
        &["y_max", "ymax", "yMax", "y2", "bottom"],
    ],
    array: [1, 0, 3, 2],
};

impl<F: InFrame> Clampable for BoundingBox<F> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, outside: Outside) -> Result<Self, D::Error> {
        let Raw { values, from_array } = wire::read(&NAMES, deserializer)?;
        Self::placed(values, from_array, outside).map_err(de::Error::custom)
    }
}

impl<'de, F: InFrame> Deserialize<'de> for BoundingBox<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::strictly(deserializer)
    }
}

impl<F: InFrame> JsonSchema for BoundingBox<F> {
    fn schema_name() -> Cow<'static, str> {
        format!("BoundingBox{}", F::NAME).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::BoundingBox{}", module_path!(), F::NAME).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let (across, down) = F::SCALE;
        json_schema!({
            "type": "object",
            "description": "The smallest upright box around the thing in the picture.",
            "properties": {
                "x_min": wire::number_schema::<F>("Left edge", across),
                "y_min": wire::number_schema::<F>("Upper edge", down),
                "x_max": wire::number_schema::<F>("Right edge, not less than x_min", across),
                "y_max": wire::number_schema::<F>("Lower edge, not less than y_min", down),
            },
            "required": ["x_min", "y_min", "x_max", "y_max"],
        })
    }
}

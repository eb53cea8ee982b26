//! Which frame each model family answers in: a table with its sources.
//!
//! Read as stored public copies in autumn 2026:
//!
//! * **Gemini**: `[y_min, x_min, y_max, x_max]`, 0 to 1000, origin top left
//!   (<https://cloud.google.com/vertex-ai/generative-ai/docs/bounding-box-detection>,
//!   <https://ai.google.dev/gemini-api/docs/image-understanding>); points as `[y, x]`
//!   (<https://github.com/simular-ai/Agent-S/issues/91>).
//! * **Qwen3-VL and later**: relative, 0 to 1000, x first; changed from the absolute coordinates of Qwen2.5-VL
//!   (<https://github.com/QwenLM/Qwen3-VL/issues/1741>, which also notes that the hosted documentation says 0 to 999;
//!   maintainers in <https://github.com/QwenLM/Qwen3-VL/issues/2067> and, for 3.8,
//!   <https://github.com/QwenLM/Qwen3.8-Flash-Next/issues/4>, where values past 1000 were seen).
//! * **Qwen2.5-VL**: absolute pixels of the resized picture (<https://github.com/QwenLM/Qwen3-VL/issues/957>,
//!   <https://github.com/QwenLM/Qwen3-VL/issues/931>).
//! * **Qwen2-VL**: 0 to 1000 (<https://github.com/QwenLM/Qwen3-VL/issues/1485>).
//! * **qwen-vl-max, qwen-vl-plus** (hosted): no vendor statement for these names; a field report
//!   (<https://aldenwangexis.github.io/posts/qwen-vl-coordinate-system-adaptation>) has a 1920 x 1200 picture answered
//!   up to x = 1417, which fits pixels of 1440 x 896, the size that factor 32 and 1,310,720 pixels give.
//! * **Nova**: `[0, 1000)` (<https://docs.aws.amazon.com/nova/latest/userguide/modalities-image.html>). That page does
//!   not say which axis comes first in an array; x first is an assumption.
//! * **GPT**: no documented frame. It does not know in which size it sees the picture, so pixels are the wrong thing
//!   to ask for (<https://github.com/web-infra-dev/midscene/pull/3057>): ask for 0 to 1 or 0 to 1000.
//!   That it writes x first is an assumption too.

use super::error::GeometryError;
use super::frame::{FrameKind, Sizes};
use super::resize::GridResize;

/// Which axis comes first when a model writes coordinates as an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ArrayOrder {
    /// `[x_min, y_min, x_max, y_max]` and `[x, y]`.
    XFirst,
    /// `[y_min, x_min, y_max, x_max]` and `[y, x]`.
    YFirst,
}

/// How well a row of the table is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// The vendor's documentation or maintainers say so.
    Vendor,
    /// Reports of users agree, the vendor is silent.
    Field,
}

/// What is known of one family or generation of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelFrame {
    /// The family and generation.
    pub family: &'static str,
    /// Model names that start with one of these belong to it.
    pub prefixes: &'static [&'static str],
    /// The frame the family answers in by training, if it has one.
    pub own: Option<FrameKind>,
    /// The frame to ask for: its own, or the one it is best asked for.
    pub ask: FrameKind,
    /// The order in which it writes arrays.
    pub order: ArrayOrder,
    /// How the hosted service resizes pictures by default, where the frame depends on it.
    pub resize: Option<GridResize>,
    /// How sure this is.
    pub evidence: Evidence,
}

impl ModelFrame {
    /// Both sizes of a picture as this family sees it; the same size twice where the frame does not depend on it.
    ///
    /// # Errors
    ///
    /// As [`GridResize::apply`], and [`GeometryError::EmptyPicture`] if a side is 0.
    pub fn sizes(&self, width: u32, height: u32) -> Result<Sizes, GeometryError> {
        match self.resize {
            Some(resize) => resize.sizes(width, height),
            None => Sizes::unscaled(width, height),
        }
    }

    pub(super) fn own_frame(&self) -> Result<FrameKind, GeometryError> {
        self.own.ok_or(GeometryError::NoOwnFrame { family: self.family, ask: self.ask })
    }
}

/// The hosted defaults of Qwen2.5-VL.
const FACTOR_28: GridResize = GridResize::new(28, 3_136, 1_003_520);
/// The hosted defaults of the commercial models of summer 2025.
const FACTOR_32: GridResize = GridResize::new(32, 4_096, 1_310_720);

const fn row(
    family: &'static str,
    prefixes: &'static [&'static str],
    own: FrameKind,
    order: ArrayOrder,
    resize: Option<GridResize>,
    evidence: Evidence,
) -> ModelFrame {
    ModelFrame { family, prefixes, own: Some(own), ask: own, order, resize, evidence }
}

use ArrayOrder::{XFirst, YFirst};
use Evidence::{Field, Vendor};
use FrameKind::{SentPixels, Thousand, Unit};

/// Narrow prefixes stand before the wide ones they begin with.
static TABLE: [ModelFrame; 8] = [
    row("Gemini", &["gemini-"], Thousand, YFirst, None, Vendor),
    row("Qwen3-VL and later", &["qwen3"], Thousand, XFirst, None, Vendor),
    row("Qwen2.5-VL", &["qwen2.5-vl", "qwen2-5-vl"], SentPixels, XFirst, Some(FACTOR_28), Vendor),
    row("Qwen2-VL", &["qwen2-vl", "qwen-vl-max-2024", "qwen-vl-plus-2024"], Thousand, XFirst, None, Field),
    row(
        "Qwen-VL before summer 2025",
        &["qwen-vl-max-2025-0", "qwen-vl-plus-2025-0"],
        SentPixels,
        XFirst,
        Some(FACTOR_28),
        Field,
    ),
    row("Qwen-VL", &["qwen-vl-max", "qwen-vl-plus"], SentPixels, XFirst, Some(FACTOR_32), Field),
    row("Nova", &["nova-"], Thousand, XFirst, None, Vendor),
    ModelFrame {
        family: "GPT",
        prefixes: &["gpt-", "chatgpt-", "o1", "o3", "o4"],
        own: None,
        ask: Unit,
        order: XFirst,
        resize: None,
        evidence: Field,
    },
];

/// Dated names that do not belong where their prefix puts them: the snapshots of summer 2025.
const SUMMER_2025: [&str; 3] = ["qwen-vl-max-2025-08-13", "qwen-vl-plus-2025-08-15", "qwen-vl-plus-2025-07-10"];

/// The whole table.
pub fn model_frames() -> &'static [ModelFrame] {
    &TABLE
}

/// The frame of a model, by its name, with or without a provider in front (`qwen:qwen3-vl-plus`,
/// `openai/gpt-5.4`, `us.amazon.nova-lite-v1:0`). Nothing for a model that the table does not know.
///
/// ```
/// use vlm_schema::media::{ArrayOrder, FrameKind, frame_of_model};
///
/// let gemini = frame_of_model("gemini:gemini-2.5-flash").unwrap();
/// assert_eq!((gemini.own, gemini.order), (Some(FrameKind::Thousand), ArrayOrder::YFirst));
/// let qwen = frame_of_model("qwen2.5-vl-72b-instruct").unwrap();
/// assert_eq!(qwen.own, Some(FrameKind::SentPixels));
/// assert_eq!(frame_of_model("gpt-5.4").unwrap().own, None);
/// assert!(frame_of_model("unheard-of-1").is_none());
/// ```
pub fn frame_of_model(model: &str) -> Option<&'static ModelFrame> {
    let model = model.to_ascii_lowercase();
    let starts = || {
        let after = model.match_indices(['/', ':', '.']).map(|(at, _)| at + 1);
        std::iter::once(0).chain(after).map(|at| &model[at..])
    };
    let name = |prefix: &str| starts().any(|name| name.starts_with(prefix));
    if SUMMER_2025.iter().any(|snapshot| name(snapshot)) {
        return TABLE.iter().find(|row| row.family == "Qwen-VL");
    }
    TABLE.iter().find(|row| row.prefixes.iter().any(|prefix| name(prefix)))
}

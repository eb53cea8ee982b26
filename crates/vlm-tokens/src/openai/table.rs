//! The constants of OpenAI's models by edition of the vendor's guide.

use super::{Counting, Fit};

/// The constants of one edition of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Edition {
    /// Year and month at which the guide said so.
    pub date: &'static str,
    /// How pictures are counted.
    pub counting: Counting,
    /// True where worked examples confirm the numbers to the token.
    pub confirmed: bool,
}

/// One kind of model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Row {
    /// Names, without the date of a snapshot.
    pub models: &'static [&'static str],
    /// What the newest edition says.
    pub newest: Edition,
    /// What an earlier edition said, where it differs.
    pub earlier: Option<Edition>,
}

const AUTUMN_2026: &str = "2026-09";
const SPRING_2026: &str = "2026-03";

const fn tiles(models: &'static [&'static str], base: u64, tile: u64, confirmed: bool) -> Row {
    let counting = Counting::Tiles { base, tile };
    Row { models, newest: Edition { date: AUTUMN_2026, counting, confirmed }, earlier: None }
}

const fn patches(percent: u64, low: Fit, high: Fit, auto: Fit, original: Option<Fit>) -> Counting {
    Counting::Patches { percent, low, high, auto, original }
}

/// The same limits at every detail.
const fn uniform(percent: u64, fit: Fit) -> Counting {
    patches(percent, fit, fit, fit, None)
}

const fn row(models: &'static [&'static str], newest: Counting, earlier: Option<Counting>) -> Row {
    Row {
        models,
        newest: Edition { date: AUTUMN_2026, counting: newest, confirmed: false },
        earlier: match earlier {
            Some(counting) => Some(Edition { date: SPRING_2026, counting, confirmed: false }),
            None => None,
        },
    }
}

const SMALL: Fit = Fit::new(Some(512), None);
const WIDE: Fit = Fit::new(Some(2048), Some(6144));
const FINE: Fit = Fit::new(Some(2048), Some(2500));
const LARGE: Fit = Fit::new(Some(6000), Some(10_000));
const OPEN: Fit = Fit::new(Some(65_535), None);
/// The budget of the earlier edition, and of models that the newest one no longer sizes.
const EARLIER: Fit = Fit::new(Some(2048), Some(1536));
/// The same before a limit on the sides was stated.
const EARLIEST: Fit = Fit::new(None, Some(1536));

const GPT_5_4: Counting = patches(120, WIDE, FINE, FINE, Some(LARGE));

static ROWS: [Row; 17] = [
    tiles(&["gpt-4o", "chatgpt-4o-latest", "gpt-4.1", "gpt-4.5"], 85, 170, true),
    // No longer in the guide; the numbers of its edition of 2024.
    tiles(&["gpt-4-turbo"], 85, 170, false),
    tiles(&["gpt-4o-mini"], 2833, 5667, true),
    tiles(&["gpt-5", "gpt-5-chat-latest", "gpt-5.1", "gpt-5.1-chat-latest"], 70, 140, true),
    tiles(&["o1", "o1-pro", "o3"], 75, 150, true),
    tiles(&["computer-use-preview"], 65, 129, true),
    row(
        &["gpt-5.6", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna"],
        patches(120, SMALL, FINE, OPEN, Some(OPEN)),
        None,
    ),
    row(&["gpt-5.5"], patches(120, SMALL, FINE, LARGE, Some(LARGE)), None),
    row(&["gpt-5.4"], GPT_5_4, None),
    row(&["gpt-5.4-mini"], GPT_5_4, Some(uniform(162, EARLIER))),
    row(&["gpt-5.4-nano"], GPT_5_4, Some(uniform(246, EARLIER))),
    row(&["gpt-5.2", "gpt-5.2-chat-latest"], uniform(120, WIDE), Some(uniform(120, EARLIER))),
    row(&["gpt-4.1-mini"], uniform(162, WIDE), Some(uniform(162, EARLIEST))),
    row(&["gpt-5-mini"], uniform(120, EARLIER), Some(uniform(162, EARLIEST))),
    row(&["gpt-5-nano"], uniform(150, EARLIER), Some(uniform(246, EARLIEST))),
    row(&["gpt-4.1-nano"], uniform(246, EARLIER), Some(uniform(246, EARLIEST))),
    row(&["o4-mini"], uniform(172, EARLIER), Some(uniform(172, EARLIEST))),
];

/// All rows of the table.
pub fn rows() -> &'static [Row] {
    &ROWS
}

/// The row of a model, with or without the date of a snapshot: `gpt-4o-2024-08-06` is `gpt-4o`.
pub(super) fn row_of(model: &str) -> Option<&'static Row> {
    let bare = without_date(model);
    ROWS.iter().find(|row| row.models.contains(&bare))
}

fn without_date(model: &str) -> &str {
    let Some((name, date)) = model.len().checked_sub(11).and_then(|at| model.split_at_checked(at)) else {
        return model;
    };
    let dated = date.bytes().enumerate().all(|(at, byte)| match at {
        0 | 5 | 8 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if dated { name } else { model }
}

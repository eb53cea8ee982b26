//! Bounds: what may stand in `(…..…)`, and what they become.

use serde_json::{Map, Number, Value};

use super::error::DslErrorKind;

/// What a range counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Numbers,
    Integers,
    Characters,
    Items,
}

impl Counted {
    const fn keywords(self) -> (&'static str, &'static str) {
        match self {
            Self::Numbers | Self::Integers => ("minimum", "maximum"),
            Self::Characters => ("minLength", "maxLength"),
            Self::Items => ("minItems", "maxItems"),
        }
    }
}

/// Bounds, both included.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    counted: Counted,
    min: Option<Number>,
    max: Option<Number>,
}

impl Range {
    pub(super) fn new(counted: Counted, min: Option<Number>, max: Option<Number>) -> Result<Self, DslErrorKind> {
        match (&min, &max) {
            (None, None) => Err(DslErrorKind::Range("a range needs at least one bound")),
            (Some(min), Some(max)) if exceeds(min, max) => {
                Err(DslErrorKind::Range("the lower bound is above the upper bound"))
            }
            _ => Ok(Self { counted, min, max }),
        }
    }

    pub(super) fn write(&self, schema: &mut Map<String, Value>) {
        let (lower, upper) = self.counted.keywords();
        for (keyword, bound) in [(lower, &self.min), (upper, &self.max)] {
            if let Some(bound) = bound {
                schema.insert(keyword.into(), Value::Number(bound.clone()));
            }
        }
    }
}

/// A bound from its text.
pub(super) fn bound(text: &str, counted: Counted) -> Result<Number, DslErrorKind> {
    let whole = |number: Number| match counted {
        Counted::Characters | Counted::Items if number.as_u64().is_none_or(|count| count > u64::from(u32::MAX)) => {
            Err(DslErrorKind::Range("a length is a whole number from 0 to 4294967295"))
        }
        _ => Ok(number),
    };
    if let Ok(number) = text.parse::<i64>() {
        return whole(number.into());
    }
    if counted != Counted::Numbers {
        return Err(match counted {
            Counted::Integers => DslErrorKind::Range("bounds of an integer are whole numbers of 64 bits"),
            _ => DslErrorKind::Range("a length is a whole number from 0 to 4294967295"),
        });
    }
    let finite = text.parse::<f64>().ok().and_then(Number::from_f64);
    finite.ok_or(DslErrorKind::Range("the bound is out of range"))
}

fn exceeds(min: &Number, max: &Number) -> bool {
    match (min.as_i64(), max.as_i64()) {
        (Some(min), Some(max)) => min > max,
        _ => min.as_f64() > max.as_f64(),
    }
}

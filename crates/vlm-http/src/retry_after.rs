//! How long a service asks to wait: every spelling of it, as a pure function.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// A longer delay is shown as this one; nobody waits for it anyway, and sums of it cannot overflow.
const LONGEST: f64 = 1e9;

/// The delay that `headers` ask for: `retry-after-ms`, else `retry-after` as seconds or as an HTTP date.
///
/// A date is compared with the reply's own `date`, else with `wall`. What cannot be read, is zero, negative or past is
/// ignored. Of several values the largest counts.
pub fn server_delay(headers: &HeaderMap, wall: SystemTime) -> Option<Duration> {
    let values = |name: &str| -> Vec<&str> {
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).map(str::trim).collect()
    };
    let milliseconds = values("retry-after-ms").into_iter().filter_map(|text| positive(text, 1e-3)).max();
    milliseconds.or_else(|| {
        let reference = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(date).unwrap_or(wall);
        values(RETRY_AFTER.as_str())
            .into_iter()
            .filter_map(|text| positive(text, 1.0).or_else(|| ahead(text, reference)))
            .max()
    })
}

/// What the service itself says about a retry; it knows best.
pub fn should_retry(headers: &HeaderMap) -> Option<bool> {
    let text = headers.get("x-should-retry")?.to_str().ok()?.trim();
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Digits, perhaps with a decimal point, in units of `unit` seconds.
fn positive(text: &str, unit: f64) -> Option<Duration> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = if plain { text.parse().ok()? } else { return None };
    let delay = Duration::try_from_secs_f64((number * unit).min(LONGEST)).ok()?;
    (!delay.is_zero()).then_some(delay)
}

fn date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}

fn ahead(text: &str, reference: SystemTime) -> Option<Duration> {
    let delay = date(text)?.duration_since(reference).ok()?;
    (!delay.is_zero()).then_some(delay.min(Duration::from_secs_f64(LONGEST)))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn delay(headers: &[(&str, &str)]) -> Option<Duration> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header's name");
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header's value"));
        }
        // One hour off: dates must not be compared with it where the reply has its own.
        let wall = date("Sun, 06 Nov 1994 09:49:37 GMT").expect("a date");
        server_delay(&map, wall)
    }

    fn ms(milliseconds: u64) -> Option<Duration> {
        Some(Duration::from_millis(milliseconds))
    }

    #[test]
    fn every_spelling() {
        assert_eq!(delay(&[("retry-after", "2")]), ms(2000));
        assert_eq!(delay(&[("retry-after", " 2 ")]), ms(2000));
        assert_eq!(delay(&[("retry-after", "1.5")]), ms(1500));
        assert_eq!(delay(&[("retry-after-ms", "1500")]), ms(1500));
        assert_eq!(delay(&[("retry-after-ms", "250.5")]), Some(Duration::from_micros(250_500)));
        assert_eq!(delay(&[("retry-after", "9"), ("retry-after-ms", "1500")]), ms(1500));
        assert_eq!(delay(&[("retry-after", "9"), ("retry-after-ms", "soon")]), ms(9000));
        assert_eq!(delay(&[("retry-after", "3600")]), ms(3_600_000));
    }

    #[test]
    fn dates_are_compared_with_the_replys_own() {
        let served = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(delay(&[served, ("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")]), ms(3000));
        assert_eq!(delay(&[served, ("retry-after", "Sunday, 06-Nov-94 08:49:40 GMT")]), ms(3000));
        assert_eq!(delay(&[served, ("retry-after", "Sun, 06 Nov 1994 08:49:36 GMT")]), None);
        assert_eq!(delay(&[("retry-after", "Sun, 06 Nov 1994 09:49:40 GMT")]), ms(3000));
        assert_eq!(delay(&[("date", "yesterday"), ("retry-after", "Sun, 06 Nov 1994 09:49:40 GMT")]), ms(3000));
        assert_eq!(delay(&[("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")]), None);
    }

    #[test]
    fn nonsense_is_ignored_or_far_above_any_cap() {
        for text in ["0", "0.0", "-1", "", "soon", "1e30", "inf", "NaN", "1.2.3", ".", "+3", "0x10", "\u{fc}"] {
            assert_eq!(delay(&[("retry-after", text)]), None, "{text}");
        }
        for text in ["340282366920938463463374607431768211456", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            assert!(delay(&[("retry-after", text)]).expect(text) >= Duration::from_secs(900_000_000), "{text}");
        }
    }

    #[test]
    fn of_two_values_the_larger_valid_one() {
        assert_eq!(delay(&[("retry-after", "2"), ("retry-after", "5")]), ms(5000));
        assert_eq!(delay(&[("retry-after", "5"), ("retry-after", "later")]), ms(5000));
        assert_eq!(delay(&[("retry-after-ms", "5"), ("retry-after-ms", "7")]), ms(7));
    }

    #[test]
    fn the_services_own_word() {
        let said = |text: &'static str| {
            let mut map = HeaderMap::new();
            map.insert("x-should-retry", HeaderValue::from_static(text));
            should_retry(&map)
        };
        assert_eq!(said("true"), Some(true));
        assert_eq!(said(" FALSE"), Some(false));
        assert_eq!(said("perhaps"), None);
        assert_eq!(should_retry(&HeaderMap::new()), None);
    }

    proptest! {
        #[test]
        fn never_panics_and_never_overflows(values in proptest::collection::vec(any::<Vec<u8>>(), 0..4)) {
            let mut map = HeaderMap::new();
            for (index, value) in values.iter().enumerate() {
                let name = ["retry-after", "retry-after-ms", "date"][index % 3];
                if let Ok(value) = HeaderValue::from_bytes(value) {
                    map.append(name, value);
                }
            }
            let longest = Duration::from_secs_f64(LONGEST);
            prop_assert!(server_delay(&map, SystemTime::UNIX_EPOCH).is_none_or(|delay| delay <= longest));
        }
    }
}

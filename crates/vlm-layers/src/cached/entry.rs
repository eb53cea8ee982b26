//! An answer that is kept: which ones are, how they are written, and what they say when they come out again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use vlm_core::{Completion, Cost, FinishReason, Money, PriceTier, RawReply, Usage, WarningKind};

use super::digest::{Digest, hex, sha256};

/// What an entry begins with: the words, and the version of its form.
const MARK: &str = "vlm-cache 1 ";

/// The name under which an answer's metadata says that it was not paid for.
const CACHED: &str = "cached";

/// What is known of an answer that came out of a cache, or was shared with another call.
///
/// The answer itself says that it cost nothing and took no tokens, so that sums over answers stay true; what it cost when
/// it was made stands here. Its raw reply is not kept.
///
/// ```
/// # fn show(answer: &vlm_core::Completion) {
/// use vlm_layers::Hit;
///
/// match Hit::of(answer) {
///     Some(hit) => println!("saved {}", hit.cost),
///     None => println!("paid {}", answer.cost),
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// When the answer was put into the cache; `None` where it was shared by calls that ran at once.
    pub stored: Option<SystemTime>,
    /// What it cost when it was made.
    pub cost: Cost,
    /// The tokens that it took when it was made.
    pub usage: Usage,
}

/// A [`Hit`] as it stands in the metadata.
#[derive(Serialize, Deserialize)]
struct Mark {
    /// Seconds since 1970 (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    stored: Option<u64>,
    cost: Cost,
    usage: Usage,
}

impl Hit {
    /// What an answer says of itself; `None` where it was made for this call.
    pub fn of(answer: &Completion) -> Option<Self> {
        let mark: Mark = serde_json::from_value(answer.metadata.get(CACHED)?.clone()).ok()?;
        let stored = mark.stored.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
        Some(Self { stored, cost: mark.cost, usage: mark.usage })
    }
}

/// An answer that is kept.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Seconds since 1970 (UTC).
    stored: u64,
    answer: Completion,
}

/// An entry as it is written behind its mark and its checksum.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<A> {
    /// The name of the request: an entry under another name is none.
    name: String,
    stored: u64,
    answer: A,
}

/// Whether an answer shall be kept: it is whole, unharmed and was not filtered, as far as the service says. Where the
/// service does not say why it ended, `unsaid` decides, and that it took fewer tokens than it was allowed.
pub(super) fn is_worth_keeping(answer: &Completion, unsaid: bool, max_tokens: Option<u32>) -> bool {
    let harmed = |kind| matches!(kind, WarningKind::UnmarkedEnd | WarningKind::LossyText | WarningKind::EmptyText);
    let is_at_limit = max_tokens.zip(answer.usage.output_tokens).is_some_and(|(most, took)| took >= most.into());
    let ended = |finish: &FinishReason| match finish {
        FinishReason::Stop => true,
        FinishReason::Unknown => unsaid && !is_at_limit,
        _ => false,
    };
    !answer.choices.is_empty()
        && answer.choices.iter().all(|choice| ended(&choice.finish) && !choice.is_empty())
        && !answer.warnings.iter().any(|warning| harmed(warning.kind))
}

impl Entry {
    /// An answer as it is kept: without its raw reply, and without what was said of its bill.
    pub(super) fn new(mut answer: Completion, now: SystemTime) -> Self {
        answer.raw = RawReply::new();
        answer.warnings.retain(|warning| warning.kind != WarningKind::Drift);
        let stored = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        Self { stored, answer }
    }

    pub(super) fn stored(&self) -> SystemTime {
        UNIX_EPOCH.checked_add(Duration::from_secs(self.stored)).unwrap_or(UNIX_EPOCH)
    }

    /// Whether it is younger than this. From a clock that was ahead by more, it is not.
    pub(super) fn is_fresh(&self, now: SystemTime, max_age: Duration) -> bool {
        let stored = self.stored();
        let age = now.duration_since(stored).unwrap_or_else(|ahead| ahead.duration());
        age < max_age
    }

    /// The answer as it comes out: it costs nothing, and says so.
    pub(super) fn hit(&self) -> Completion {
        unpaid(self.answer.clone(), Some(self.stored))
    }

    /// The file of the entry under a name. `None` where it cannot be written, which no answer of a provider is.
    pub(super) fn encode(&self, name: &Digest) -> Option<Vec<u8>> {
        let written = Written { name: hex(name), stored: self.stored, answer: &self.answer };
        let body = serde_json::to_vec(&written).ok()?;
        let mut file = format!("{MARK}{}\n", hex(&sha256(&body))).into_bytes();
        file.extend(body);
        Some(file)
    }

    /// The entry of a file, if it is whole, of this version and of this name.
    pub(super) fn decode(file: &[u8], name: &Digest) -> Option<Self> {
        let rest = file.strip_prefix(MARK.as_bytes())?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (sum, body) = (&rest[..end], &rest[end + 1..]);
        if sum != hex(&sha256(body)).as_bytes() {
            return None;
        }
        let written: Written<Completion> = serde_json::from_slice(body).ok()?;
        (written.name == hex(name)).then_some(Self { stored: written.stored, answer: written.answer })
    }
}

/// An answer that was paid for by another call at the same time.
pub(super) fn shared(answer: Completion) -> Completion {
    unpaid(answer, None)
}

fn unpaid(mut answer: Completion, stored: Option<u64>) -> Completion {
    let (currency, nothing) = (answer.cost.currency(), Money::ZERO);
    let free = Cost::Exact { amount: nothing, tier: PriceTier::new(None, nothing, nothing), currency };
    let cost = std::mem::replace(&mut answer.cost, free);
    let usage = std::mem::replace(&mut answer.usage, Usage::new().with_tokens(0, 0));
    // Shared answers may come out of another cache below, and keep what that one says; a service's own word does not count.
    if Hit::of(&answer).is_none() {
        let mark = serde_json::to_value(Mark { stored, cost, usage }).unwrap_or_default();
        answer.metadata.insert(CACHED.to_owned(), mark);
    }
    answer
}

#[cfg(test)]
mod tests {
    //! What is kept comes back as it was, and nothing else does.

    use proptest::prelude::*;
    use vlm_core::{Choice, Warning};

    use super::*;

    const NAME: Digest = [3; 32];

    fn answer() -> Completion {
        let mut choice = Choice::new(0, "text");
        choice.finish = FinishReason::Stop;
        let mut answer = Completion::new();
        answer.choices.push(choice);
        answer.usage = Usage::new().with_tokens(10, 5);
        answer.cost = Cost::Unknown { reason: "no list".to_owned() };
        answer.warnings = vec![Warning::new(WarningKind::Drift, "x"), Warning::new(WarningKind::Ignored, "y")];
        answer.raw = RawReply::from(bytes::Bytes::from_static(b"raw"));
        answer
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn it_comes_back_unpaid_with_what_it_had_cost() {
        let file = Entry::new(answer(), at(1000)).encode(&NAME).unwrap();
        let hit = Entry::decode(&file, &NAME).unwrap().hit();
        assert_eq!((hit.text(), hit.cost.to_string(), hit.usage.total()), ("text", "$0".to_owned(), Some(0)));
        assert!(hit.cost.is_exact() && hit.raw.is_empty());
        assert_eq!(hit.warnings, [Warning::new(WarningKind::Ignored, "y")]);
        let said = Hit::of(&hit).unwrap();
        assert_eq!(said, Hit { stored: Some(at(1000)), cost: answer().cost, usage: answer().usage });
        assert_eq!(Hit::of(&answer()), None);
        let twice = shared(hit);
        assert_eq!(Hit::of(&twice), Some(said), "what it had cost is not lost in a second layer");
        assert_eq!(Hit::of(&shared(answer())).unwrap().stored, None);
    }

    #[test]
    fn a_services_own_word_for_it_is_no_mark() {
        for word in [true.into(), serde_json::json!({"stored": 5})] {
            let mut answer = answer();
            answer.metadata.insert(CACHED.to_owned(), word);
            assert_eq!(Hit::of(&answer), None);
            let file = Entry::new(answer.clone(), at(1000)).encode(&NAME).unwrap();
            let hit = Entry::decode(&file, &NAME).unwrap().hit();
            assert_eq!(Hit::of(&hit).unwrap().usage, answer.usage);
        }
    }

    #[test]
    fn age_counts_both_ways() {
        let (entry, hour) = (Entry::new(answer(), at(10_000)), Duration::from_secs(3600));
        for (now, fresh) in [(10_000, true), (13_599, true), (13_600, false), (6_401, true), (6_400, false)] {
            assert_eq!(entry.is_fresh(at(now), hour), fresh, "{now}");
        }
        assert!(!entry.is_fresh(at(10_000), Duration::ZERO));
    }

    #[test]
    fn only_whole_answers_are_worth_keeping() {
        assert!(is_worth_keeping(&answer(), false, None));
        assert!(!is_worth_keeping(&Completion::new(), true, None));
        for reason in ["length", "content_filter", "tool_calls", "unknown", "odd"] {
            let mut other = answer();
            other.choices.push(other.choices[0].clone());
            other.choices[1].finish = FinishReason::from(reason.to_owned());
            assert!(!is_worth_keeping(&other, false, None), "{reason}");
            // Where no reason is said, fewer tokens than were allowed are taken for one, if that is wanted.
            for (most, kept) in [(None, true), (Some(6), true), (Some(5), false), (Some(4), false)] {
                assert_eq!(is_worth_keeping(&other, true, most), kept && reason == "unknown", "{reason} {most:?}");
            }
        }
        for kind in [WarningKind::UnmarkedEnd, WarningKind::LossyText, WarningKind::EmptyText] {
            let mut other = answer();
            other.warnings.push(Warning::new(kind, "x"));
            assert!(!is_worth_keeping(&other, true, None), "{kind:?}");
        }
        let mut empty = answer();
        empty.choices[0].text.clear();
        assert!(!is_worth_keeping(&empty, true, None));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_changed_or_cut_file_is_no_entry(at_byte in any::<prop::sample::Index>(), flip in 1..=255u8, cuts: bool) {
            let mut file = Entry::new(answer(), at(1000)).encode(&NAME).unwrap();
            let at_byte = at_byte.index(file.len());
            if cuts { file.truncate(at_byte) } else { file[at_byte] ^= flip }
            prop_assert!(Entry::decode(&file, &NAME).is_none());
        }

        #[test]
        fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Entry::decode(&bytes, &NAME).is_none());
            prop_assert!(Entry::decode(&[MARK.as_bytes(), &bytes].concat(), &NAME).is_none());
        }
    }
}

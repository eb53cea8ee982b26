//! The lines of a ledger: a checksum in front of each record, and a reader that never takes in more than a line.

use std::io::{self, BufRead, Read};

use super::record::{Record, VERSION};

/// The longest line, its end included. What is longer is no line of ours.
pub(crate) const MAX_LINE: usize = 64 << 10;

/// Bytes of the checksum and the blank behind it.
const HEAD: usize = 9;

/// Why a line is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LineProblem {
    #[error("it does not begin with a checksum")]
    NoChecksum,
    #[error("its checksum does not match")]
    Checksum,
    #[error("it is no record of a ledger")]
    NoRecord,
    #[error("it is longer than any record")]
    TooLong,
    #[error("a newer version of this program wrote it")]
    Newer,
}

/// A record as a line: `<crc32 in 8 hex digits> <json>\n`.
pub(crate) fn encode(record: &Record) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(record)?;
    let mut line = format!("{:08x} ", crc32fast::hash(&json)).into_bytes();
    line.extend_from_slice(&json);
    line.push(b'\n');
    Ok(line)
}

/// The record of a line without its end.
pub(crate) fn decode(line: &[u8]) -> Result<Record, LineProblem> {
    let (sum, json) = line.split_at_checked(HEAD).ok_or(LineProblem::NoChecksum)?;
    let digits = sum.strip_suffix(b" ").and_then(|digits| std::str::from_utf8(digits).ok());
    let hex = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let sum = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).ok_or(LineProblem::NoChecksum)?;
    if sum != crc32fast::hash(json) {
        return Err(LineProblem::Checksum);
    }
    match serde_json::from_slice::<Record>(json) {
        Ok(record) if record.version() <= VERSION => Ok(record),
        Ok(_) => Err(LineProblem::Newer),
        Err(_) if version(json) > VERSION => Err(LineProblem::Newer),
        Err(_) => Err(LineProblem::NoRecord),
    }
}

/// The version of a record that cannot be read otherwise.
fn version(json: &[u8]) -> u32 {
    #[derive(serde::Deserialize)]
    struct Versioned {
        v: u32,
    }
    serde_json::from_slice::<Versioned>(json).map_or(0, |record| record.v)
}

/// Whether a whole line has the outer shape of ours, right or broken.
pub(crate) fn has_shape(line: &[u8]) -> bool {
    line.len() > HEAD && line[HEAD] == b'{' && is_torn(line)
}

/// Whether bytes without an end of line can be the torn beginning of a line, or what a file system leaves of one.
pub(crate) fn is_torn(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let written = &bytes[..bytes.len() - zeros];
    written.iter().zip(0..).all(|(byte, place)| match place {
        0..8 => byte.is_ascii_hexdigit(),
        8 => *byte == b' ',
        9 => *byte == b'{',
        _ => true,
    })
}

/// Gives whole lines one by one; an unfinished last one is left out.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, line: Vec::new() }
    }

    /// The next whole line without its end; `None` at the end of all whole lines.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<&[u8], LineProblem>>> {
        self.line.clear();
        let read = self.reader.by_ref().take(MAX_LINE as u64).read_until(b'\n', &mut self.line)?;
        if self.line.ends_with(b"\n") {
            return Ok(Some(Ok(&self.line[..read - 1])));
        }
        if read == MAX_LINE { self.too_long() } else { Ok(None) }
    }

    /// A line without an end within reach: too long when its end comes, else torn.
    fn too_long(&mut self) -> io::Result<Option<Result<&'static [u8], LineProblem>>> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            if buffer.contains(&b'\n') {
                return Ok(Some(Err(LineProblem::TooLong)));
            }
            let length = buffer.len();
            self.reader.consume(length);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::budget::{Claim, Settlement};

    fn record() -> Record {
        let claim = Claim::new("p", "m\n\"").tag("t").tokens(Some(7));
        Record::reserve(std::time::SystemTime::UNIX_EPOCH, "a-1", "run", &claim)
    }

    /// The form on disk is a promise to files that exist: a change here needs a new version.
    #[test]
    fn the_form_on_disk_stays_as_it_is() {
        let text = String::from_utf8(encode(&record()).unwrap()).unwrap();
        assert_eq!(
            text[9..],
            *concat!(
                r#"{"event":"reserve","v":1,"at":"1970-01-01T00:00:00Z","id":"a-1","run":"run","#,
                r#""provider":"p","model":"m\n\"","tag":"t","tokens":7}"#,
                "\n"
            )
        );
        let held = Record::settle(std::time::SystemTime::UNIX_EPOCH, "a-1", &Settlement::Held);
        let text = String::from_utf8(encode(&held).unwrap()).unwrap();
        assert_eq!(
            text[9..],
            *concat!(
                r#"{"event":"settle","v":1,"at":"1970-01-01T00:00:00Z","id":"a-1","outcome":"held","exact":false}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_line_reads_back_and_any_changed_bit_is_seen() {
        let line = encode(&record()).unwrap();
        let whole = line.strip_suffix(b"\n").unwrap();
        assert_eq!(decode(whole), Ok(record()));
        for place in 0..whole.len() {
            for bit in 0..8 {
                let mut broken = whole.to_vec();
                broken[place] ^= 1 << bit;
                // A hex digit in the other case is the same number.
                assert!(decode(&broken).is_err() || broken.eq_ignore_ascii_case(whole), "{place} {bit}");
            }
        }
    }

    #[test]
    fn newer_records_are_told_from_broken_ones() {
        let line = |json: &str| format!("{:08x} {json}", crc32fast::hash(json.as_bytes()));
        assert_eq!(decode(line(r#"{"event":"merge","v":2}"#).as_bytes()), Err(LineProblem::Newer));
        assert_eq!(decode(line(r#"{"event":"merge","v":1}"#).as_bytes()), Err(LineProblem::NoRecord));
        assert_eq!(decode(line("[]").as_bytes()), Err(LineProblem::NoRecord));
        assert_eq!(decode(b"short"), Err(LineProblem::NoChecksum));
        assert_eq!(decode(b"+1234567 {}"), Err(LineProblem::NoChecksum));
    }

    #[test]
    fn only_whole_lines_are_given() {
        let long = "x".repeat(MAX_LINE);
        let mut lines = Lines::new(io::Cursor::new(format!("a\n\n{long}\nb")));
        assert_eq!(lines.next().unwrap(), Some(Ok(&b"a"[..])));
        assert_eq!(lines.next().unwrap(), Some(Ok(&b""[..])));
        assert_eq!(lines.next().unwrap(), Some(Err(LineProblem::TooLong)));
        let mut torn = Lines::new(io::Cursor::new(format!("{long}{long}")));
        assert_eq!(torn.next().unwrap(), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), json in ".*") {
            let _ = decode(&bytes);
            let _ = is_torn(&bytes);
            let _ = decode(format!("{:08x} {json}", crc32fast::hash(json.as_bytes())).as_bytes());
            let mut lines = Lines::new(io::Cursor::new(&bytes));
            while let Ok(Some(_)) = lines.next() {}
        }

        #[test]
        fn every_beginning_of_a_line_counts_as_torn(cut in 0..100_usize, zeros in 0..20_usize) {
            let line = encode(&record()).unwrap();
            let mut torn = line[..cut.min(line.len() - 1)].to_vec();
            torn.resize(torn.len() + zeros, 0);
            prop_assert!(is_torn(&torn));
        }
    }
}

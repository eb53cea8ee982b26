//! The stream grammar, the limits, and that cuts do not matter.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn small() -> Limits {
    Limits::default().sse_line(64).sse_event(48).stream(512)
}

/// Everything that comes out of `pieces`, and how it ends.
fn read(limits: &Limits, pieces: &[&[u8]]) -> (Vec<SseEvent>, Option<SseError>) {
    let mut decoder = SseDecoder::new(limits);
    let mut events = Vec::new();
    for piece in pieces.iter().map(Some).chain([None]) {
        match piece {
            Some(piece) => decoder.push(Bytes::copy_from_slice(piece)),
            None => decoder.finish(),
        }
        while let Some(item) = decoder.next() {
            match item {
                Ok(event) => events.push(event),
                Err(error) => {
                    assert!(decoder.next().is_none(), "nothing comes after an error");
                    return (events, Some(error));
                }
            }
        }
    }
    (events, None)
}

fn whole(bytes: &[u8]) -> Vec<SseEvent> {
    let (events, error) = read(&Limits::default(), &[bytes]);
    assert_eq!(error, None);
    events
}

fn data(bytes: &[u8]) -> Vec<String> {
    whole(bytes).iter().filter(|event| !event.unterminated).map(|event| event.data.to_string()).collect()
}

#[test]
fn the_grammar() {
    let cases: [(&[u8], &[&str]); 20] = [
        (b"data: a\n\n", &["a"]),
        (b"data:a\n\n", &["a"]),
        (b"data:  a \n\n", &[" a "]),
        (b"data: a\r\rdata: b\r\n\r\ndata: c\n\r\n", &["a", "b", "c"]),
        (b"data: a\ndata: b\n\n", &["a\nb"]),
        (b"data: a\ndata\ndata: b\ndata:\n\n", &["a\n\nb\n"]),
        (b"data\n\n", &[""]),
        (b"data:\n\n", &[""]),
        (b"\n\n\n", &[]),
        (b": ping\n\n: ping\r\rdata: a\n\n", &["a"]),
        (b"event: only\n\ndata: a\n\n", &["a"]),
        (b"Data: a\ndatax: b\n data: c\n\n", &[]),
        (b"unknown: x\ndata: a\n\n", &["a"]),
        (b"\xEF\xBB\xBFdata: a\n\n", &["a"]),
        (b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\ndata: b\n\n", &["b"]),
        (b"data: a:b\n\n", &["a:b"]),
        (b"data: \x00\n\n", &["\0"]),
        ("data: \u{2028}é😀\n\n".as_bytes(), &["\u{2028}é😀"]),
        (b"data: a\n\ndata: cut", &["a"]),
        (b"data: a\n\ndata: cut\n", &["a"]),
    ];
    for (bytes, expected) in cases {
        assert_eq!(data(bytes), expected, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn names_ids_and_times() {
    let events = whole(b"event: first\nid: 7\nretry: 1500\ndata: a\n\nevent\ndata: b\n\nid: \0\nretry: soon\ndata: c\n\nid\ndata: d\n\n");
    assert_eq!(events[0].event.as_deref(), Some("first"));
    assert_eq!(events[0].id.as_deref(), Some("7"));
    assert_eq!(events[0].retry, Some(1500));
    // A name lasts for one event, an id until the next one; an id with NUL is none.
    assert_eq!((events[1].event.as_deref(), events[1].id.as_deref()), (None, Some("7")));
    assert_eq!((events[2].id.as_deref(), events[2].retry), (Some("7"), None));
    assert_eq!(events[3].id, None);
}

#[test]
fn a_lone_carriage_return_ends_the_line_at_once() {
    let mut decoder = SseDecoder::new(&Limits::default());
    decoder.push("data: a\r\r".into());
    assert_eq!(decoder.next().expect("an event").expect("no error").data, "a");
    decoder.push("\ndata: b\r".into());
    assert!(decoder.next().is_none());
    decoder.push("\r".into());
    assert_eq!(decoder.next().expect("an event").expect("no error").data, "b");
}

#[test]
fn what_is_not_utf8_is_replaced_and_flagged() {
    let events = whole(b"data: a\xFF\xE2\x82\n\ndata: b\n\n: \xFF\nx: \xFF\ndata: c\n\n");
    assert_eq!((&*events[0].data, events[0].lossy), ("a\u{FFFD}\u{FFFD}", true));
    assert_eq!((&*events[1].data, events[1].lossy), ("b", false));
    assert_eq!((&*events[2].data, events[2].lossy), ("c", false));
}

#[test]
fn an_event_without_its_blank_line_is_flagged() {
    for bytes in ["data: a\n\ndata: end", "data: a\n\ndata: end\n", "data: a\n\ndata: end\r"] {
        let events = whole(bytes.as_bytes());
        assert_eq!(events.len(), 2);
        assert!(!events[0].unterminated);
        assert_eq!((&*events[1].data, events[1].unterminated), ("end", true));
    }
}

#[test]
fn an_event_in_one_piece_is_a_slice_of_it() {
    let piece = Bytes::from_static(b"event: x\ndata: content\n\n");
    let range = piece.as_ptr_range();
    let mut decoder = SseDecoder::new(&Limits::default());
    decoder.push(piece);
    let event = decoder.next().expect("an event").expect("no error");
    assert!(range.contains(&event.data.as_bytes().as_ptr()));
}

#[test]
fn limits_hold() {
    let part = |bytes: &[u8]| read(&small(), &[bytes]).1.map(|error| error.part());
    let line = |length: usize| [b": ".as_slice(), &vec![b'x'; length - 2], b"\n\n"].concat();
    assert_eq!(part(&line(64)), None);
    assert_eq!(part(&line(65)), Some(LimitedPart::Line));
    assert_eq!(part(&[b':'; 65]), Some(LimitedPart::Line));
    assert_eq!(part("data: 0123456789\n".repeat(4).as_bytes()), None);
    assert_eq!(part("data: 0123456789\n".repeat(5).as_bytes()), Some(LimitedPart::Event));
    assert_eq!(part("data\n".repeat(60).as_bytes()), Some(LimitedPart::Event));
    assert_eq!(part(": ping\n\n".repeat(64).as_bytes()), None);
    assert_eq!(part(": ping\n\n".repeat(65).as_bytes()), Some(LimitedPart::Stream));
}

/// Quadratic work would take minutes here.
#[test]
fn cost_is_linear() {
    let long_line = [b"data: ".as_slice(), &vec![b'x'; 4 << 20], b"\n\n"].concat();
    let long_event = [b"data: 0123456789012345678901234567890123456789\n".repeat(11_000).as_slice(), b"\n"].concat();
    let started = Instant::now();
    for bytes in [&long_line, &long_event] {
        let pieces: Vec<&[u8]> = bytes.chunks(1400).collect();
        let (events, error) = read(&Limits::default(), &pieces);
        assert_eq!((events.len(), error), (1, None));
        assert!(events[0].data.len() > 400_000);
    }
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

/// Bytes that are likely to mean something.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"data: ",
        b"data",
        b"data:",
        b"event: ",
        b"id: ",
        b"retry: ",
        b":",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\r\r",
        b"a",
        b"17",
        b"{\"x\":1}",
        b"\xEF\xBB\xBF",
        b"\xEF",
        b"\xBB",
        "é😀".as_bytes(),
        b"\xF0\x9F",
        b"\xFF",
        b"\0",
    ];
    proptest::collection::vec(proptest::sample::select(words), 0..60).prop_map(|words| words.concat())
}

fn cut(bytes: &[u8], mut cuts: Vec<usize>) -> Vec<&[u8]> {
    cuts.iter_mut().for_each(|cut| *cut %= bytes.len() + 1);
    cuts.sort_unstable();
    let mut pieces = Vec::new();
    let mut start = 0;
    for end in cuts.into_iter().chain([bytes.len()]) {
        pieces.push(&bytes[start..end]);
        start = end;
    }
    pieces
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        bytes in prop_oneof![streams(), any::<Vec<u8>>()],
        cuts in proptest::collection::vec(any::<usize>(), 0..12),
        tight in any::<bool>(),
    ) {
        let limits = if tight { small() } else { Limits::default() };
        let expected = read(&limits, &[&bytes]);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&read(&limits, &single), &expected);
        prop_assert_eq!(&read(&limits, &cut(&bytes, cuts)), &expected);
        for at in 0..=bytes.len() {
            prop_assert_eq!(&read(&limits, &[&bytes[..at], &bytes[at..]]), &expected, "cut at {}", at);
        }
    }

    #[test]
    fn what_was_written_is_read(
        texts in proptest::collection::vec("[^\r\0]{0,40}", 0..10),
        end in proptest::sample::select(vec!["\n", "\r", "\r\n"]),
    ) {
        let mut stream = String::new();
        for text in &texts {
            for line in text.split('\n') {
                stream.push_str(&format!("data: {line}{end}"));
            }
            stream.push_str(end);
        }
        prop_assert_eq!(data(stream.as_bytes()), texts);
    }
}

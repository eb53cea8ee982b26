//! Films of gigabytes, of which next to nothing may be read.

use std::time::Duration;

use vlm_media::{MAX_FILM_READ, Probe, Sparse, Step, probe};

use super::support::mp4::{Film, Indexes, boxed};
use super::support::virtual_film::Virtual;
use super::support::{matroska, transport};

const TWO_GIGABYTES: u64 = 2 << 30;

/// Probes, and counts what the reader gave away.
fn counted(content: Virtual) -> (Probe, u64) {
    let counter = content.counter();
    let found = probe(content).unwrap();
    assert_eq!(found.read, counter.get(), "what is said to be read is what was read");
    assert!(counter.get() <= MAX_FILM_READ);
    (found, counter.get())
}

/// Probes piece by piece, and counts pieces and bytes.
fn pieces(mut content: Virtual) -> (Probe, usize, u64) {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let (mut sparse, mut count, mut bytes) = (Sparse::new(content.len()), 0, 0);
    loop {
        match sparse.probe().unwrap() {
            Step::Need { offset, length } => {
                let mut piece = vec![0; length as usize];
                content.seek(SeekFrom::Start(offset)).unwrap();
                content.read_exact(&mut piece).unwrap();
                sparse.insert(offset, &piece);
                (count, bytes) = (count + 1, bytes + length);
            }
            Step::Done(found) => return (found, count, bytes),
            _ => unreachable!(),
        }
    }
}

fn header_at_the_end() -> Virtual {
    let film = Film { frames: 30_000, ..Film::default() };
    let mut content = Virtual::default();
    content.push(film.ftyp());
    content.push([&1_u32.to_be_bytes()[..], b"mdat", &(TWO_GIGABYTES + 16).to_be_bytes()].concat());
    content.skip(TWO_GIGABYTES);
    content.push(film.moov(None));
    content
}

#[test]
fn a_header_behind_two_gigabytes_is_found_by_two_leaps() {
    let (found, read) = counted(header_at_the_end());
    assert_eq!((found.facts.frames, found.facts.duration), (Some(30_000), Some(Duration::from_secs(1200))));
    assert!(found.facts.bytes > Some(TWO_GIGABYTES) && read < 20_000, "{read} bytes read");
    let (by_pieces, count, bytes) = pieces(header_at_the_end());
    assert_eq!(by_pieces, found);
    assert!(count <= 4 && bytes <= 256 << 10, "{count} pieces of {bytes} bytes");
}

/// Fragments of two seconds, a megabyte each.
fn fragmented(count: u32, indexes: Indexes) -> Virtual {
    let film = Film { frames: count * 50, ..Film::default() };
    let mut content = Virtual::default();
    content.push(film.ftyp());
    content.push(film.fragmented_moov(indexes));
    if indexes.sidx {
        let size = film.moof(0, 50, true).len() as u32 + (1 << 20) + 8;
        content.push(film.sidx(&vec![(size, 50 * 512); count as usize]));
    }
    let mut last = (0, 0);
    for number in 0..u64::from(count) {
        last = (number * 50 * 512, content.len());
        content.push(film.moof(last.0, 50, true));
        content.push([&(8_u32 + (1 << 20)).to_be_bytes()[..], b"mdat"].concat());
        content.skip(1 << 20);
    }
    if indexes.mfra {
        content.push(film.mfra(last.0, last.1));
    }
    content
}

#[test]
fn two_gigabytes_of_fragments_are_followed() {
    let none = Indexes { mehd: false, sidx: false, mfra: false };
    let (found, read) = counted(fragmented(1500, none));
    assert_eq!((found.facts.frames, found.facts.duration), (Some(75_000), Some(Duration::from_secs(3000))));
    assert_eq!(found.facts.fps, Some(25.0));
    assert!(read < MAX_FILM_READ, "{read} bytes read");
}

#[test]
fn more_fragments_than_the_budget_follows_are_measured_by_an_index() {
    for which in 0..3 {
        let indexes = Indexes { mehd: which == 0, sidx: which == 1, mfra: which == 2 };
        let (found, _) = counted(fragmented(4000, indexes));
        assert_eq!(found.facts.duration, Some(Duration::from_secs(8000)), "{indexes:?}");
        assert_eq!((found.facts.frames, found.facts.fps), (None, Some(25.0)), "not all were seen");
        let (by_pieces, count, _) = pieces(fragmented(4000, indexes));
        assert_eq!(by_pieces.facts.duration, found.facts.duration, "{indexes:?}");
        assert!(count <= 64, "{count} pieces");
    }
    let (found, _) = counted(fragmented(4000, Indexes { mehd: false, sidx: false, mfra: false }));
    assert_eq!((found.facts.duration, found.facts.fps), (None, Some(25.0)));
}

#[test]
fn too_many_boxes_are_given_up() {
    let mut content = Virtual::default();
    content.push(Film::default().ftyp());
    for _ in 0..5000 {
        content.push(boxed(b"free", &[0; 4000]));
    }
    let counter = content.counter();
    let error = probe(content).unwrap_err();
    assert!(matches!(error, vlm_media::ProbeError::TooMuch { .. }), "{error}");
    assert!(counter.get() <= MAX_FILM_READ);
}

#[test]
fn a_long_recording_without_a_length_is_measured_at_its_end() {
    let film = matroska::Film { duration: None, live: true, ..matroska::Film::default() };
    let mut content = Virtual::default();
    content.push(film.build());
    content.push([&[0xEC, 0x08][..], &TWO_GIGABYTES.to_be_bytes()[1..]].concat());
    // The size has eight bytes: a marker, and seven.
    content.skip(TWO_GIGABYTES);
    let times: Vec<u64> = (0..50).map(|number| 7_000_000 + number * 40).collect();
    let tail = matroska::Film { times, ..film }.build();
    let first = tail.windows(4).position(|window| window == [0x1F, 0x43, 0xB6, 0x75]).unwrap();
    content.push(tail[first..].to_vec());
    let (found, read) = counted(content);
    assert_eq!(found.facts.duration, Some(Duration::from_secs(7002)));
    assert!(read < 200_000, "{read} bytes read");
}

#[test]
fn a_long_transport_stream_is_read_at_both_ends() {
    let film = transport::Film { frames: 100_000, ..transport::Film::default() };
    let mut content = Virtual::default();
    content.push([film.tables(), film.part(0, 20)].concat());
    let filling = (TWO_GIGABYTES / 188) * 188;
    content.skip(filling);
    content.push(film.part(99_900, 100_000));
    let (found, read) = counted(content);
    assert_eq!(found.facts.duration, Some(Duration::from_secs(4000)));
    assert_eq!(found.facts.size(), Some((640, 360)));
    assert!(read < 400_000, "{read} bytes read");
}

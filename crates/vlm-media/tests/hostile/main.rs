//! Cut, changed and made-up content: an error or facts, in bounded reads, never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod fuzz_entry;

use proptest::prelude::*;
use vlm_media::{Sparse, Step};

use support::{every_file, sample};

/// Changes that a fuzzer would make.
#[derive(Clone, Debug)]
enum Change {
    Set(usize, u8),
    Cut(usize),
    Remove(usize, usize),
    Repeat(usize, usize),
    /// A number of four bytes, as sizes and counts have.
    Number(usize, u32),
}

fn change() -> impl Strategy<Value = Change> {
    let number =
        prop_oneof![Just(0), Just(1), Just(7), Just(u32::MAX), Just(0x7FFF_FFFF), Just(0x0100_0000), any::<u32>()];
    prop_oneof![
        4 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        1 => any::<usize>().prop_map(Change::Cut),
        1 => (any::<usize>(), 1..40_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (any::<usize>(), 1..200_usize).prop_map(|(at, count)| Change::Repeat(at, count)),
        4 => (any::<usize>(), number).prop_map(|(at, number)| Change::Number(at, number)),
    ]
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    if content.is_empty() {
        return;
    }
    let len = content.len();
    match *change {
        Change::Set(at, byte) => content[at % len] = byte,
        Change::Cut(at) => content.truncate(at % len),
        Change::Remove(at, count) => _ = content.drain(at % len..(at % len + count).min(len)),
        Change::Repeat(at, count) => {
            let piece = content[at % len..(at % len + count).min(len)].to_vec();
            content.splice(at % len..at % len, piece);
        }
        Change::Number(at, number) => {
            let at = at % len;
            let bytes = number.to_be_bytes();
            let count = bytes.len().min(len - at);
            content[at..at + count].copy_from_slice(&bytes[..count]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_files_keep_the_promises(
        index in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let files = every_file();
        let mut content = files[index.index(files.len())].1.clone();
        changes.iter().for_each(|change| apply(&mut content, change));
        fuzz_entry::run(&content);
    }

    #[test]
    fn any_bytes_behind_any_beginning_keep_the_promises(
        index in any::<prop::sample::Index>(),
        kept in 0..80_usize,
        noise in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let files = every_file();
        let file = &files[index.index(files.len())].1;
        let content = [&file[..kept.min(file.len())], &noise].concat();
        fuzz_entry::run(&content);
    }
}

/// The same bytes again and again, as far as numbers go: no sum may overflow, and an end is reached.
fn endless(data: &[u8]) {
    let mut sparse = Sparse::new(u64::MAX);
    while let Ok(Step::Need { offset, length }) = sparse.probe() {
        let from = (offset % data.len() as u64) as usize;
        let piece: Vec<u8> = data.iter().cycle().skip(from).take(length as usize).copied().collect();
        sparse.insert(offset, &piece);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn endless_content_comes_to_an_end(index in any::<prop::sample::Index>(), change in change()) {
        let files = every_file();
        let mut content = files[index.index(files.len())].1.clone();
        endless(&content);
        apply(&mut content, &change);
        if !content.is_empty() {
            endless(&content);
        }
    }
}

#[test]
fn every_prefix_of_every_file_keeps_the_promises() {
    for (name, content) in every_file() {
        // Of a long file each place in its header, and some of those behind.
        let ends = (0..content.len().min(3000)).chain((3000..content.len()).step_by(101)).chain([content.len()]);
        for end in ends {
            let caught = std::panic::catch_unwind(|| fuzz_entry::run(&content[..end]));
            assert!(caught.is_ok(), "{name} cut at {end}");
        }
    }
}

#[test]
fn changed_samples_keep_the_promises() {
    let film = std::fs::read(sample("launch-and-coffee.mp4")).unwrap();
    let picture = std::fs::read(sample("rocket.jpg")).unwrap()[..4096].to_vec();
    let mut seed = 1_u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    // Where the film's header is.
    let moov = film.windows(4).position(|window| window == b"moov").unwrap();
    for _ in 0..1500 {
        for (content, from) in [(&film, moov), (&picture, 0)] {
            let mut changed = content.clone();
            for _ in 0..4 {
                let at = from + next() % (content.len() - from).min(6000);
                changed[at] = next() as u8;
            }
            fuzz_entry::run(&changed);
        }
    }
}

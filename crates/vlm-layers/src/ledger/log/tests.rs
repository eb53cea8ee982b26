//! The log on a real file: cuts, broken lines, foreign files, files that go away.

use std::fs;
use std::time::SystemTime;

use super::*;
use crate::budget::{Claim, Settlement};
use crate::ledger::disk::LocalDisk;

fn record(number: usize) -> Record {
    let at = SystemTime::UNIX_EPOCH;
    let id = format!("id-{}", number / 2);
    match number % 2 {
        0 => Record::reserve(at, &id, "run", &Claim::new("p", "m").tokens(Some(7))),
        _ => Record::settle(at, &id, &Settlement::Held),
    }
}

fn lines(count: usize) -> Vec<u8> {
    (0..count).flat_map(|number| line::encode(&record(number)).unwrap()).collect()
}

fn open(path: &Path, follow: Follow) -> Result<Log, Problem> {
    Log::open(path, Box::new(LocalDisk::open(path)?), follow)
}

/// The records that are new since the last time, in a transaction that appends some lines.
fn transact(log: &mut Log, append: &[u8]) -> Result<Vec<Record>, Problem> {
    log.locked(|log| {
        let mut seen = Vec::new();
        log.catch_up(&mut |record| seen.push(record))?;
        log.append(append, append.split(|byte| *byte == b'\n').count() as u64 - 1)?;
        Ok(seen)
    })
}

fn message(problem: Problem) -> String {
    vlm_core::Error::from(problem).to_string()
}

#[test]
fn every_cut_keeps_every_whole_line_and_the_next_writer_takes_the_rest_away() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("l");
    let all = lines(6);
    for cut in 0..=all.len() {
        let whole = all[..cut].iter().filter(|byte| **byte == b'\n').count();
        for follow in [Follow::All, Follow::Nothing] {
            for zeros in [0, 40] {
                let mut bytes = all[..cut].to_vec();
                bytes.resize(cut + zeros, 0);
                fs::write(&path, bytes).unwrap();
                let mut log = open(&path, follow).unwrap();
                let appended = line::encode(&record(99)).unwrap();
                let seen = transact(&mut log, &appended).unwrap();
                let expected = if follow == Follow::All { whole } else { 0 };
                assert_eq!(seen, (0..expected).map(record).collect::<Vec<_>>(), "cut at {cut}");
                assert_eq!(fs::read(&path).unwrap(), [lines(whole), appended].concat(), "cut at {cut}");
            }
        }
    }
}

#[test]
fn a_broken_line_is_named_for_those_who_need_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("l");
    let mut bytes = lines(5);
    let third = lines(2).len() + 30;
    bytes[third] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let error = message(transact(&mut open(&path, Follow::All).unwrap(), b"").unwrap_err());
    assert_eq!(error, format!("line 3 of the ledger {path:?} cannot be read: its checksum does not match"));
    assert_eq!(fs::read(&path).unwrap(), bytes, "nothing was cut off or appended");
    assert_eq!(transact(&mut open(&path, Follow::Nothing).unwrap(), b"").unwrap(), []);
}

#[test]
fn lines_of_others_are_seen_once_and_ones_own_never() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("l");
    let (mut one, mut two) = (open(&path, Follow::All).unwrap(), open(&path, Follow::All).unwrap());
    let line = |number| line::encode(&record(number)).unwrap();
    assert_eq!(transact(&mut one, &line(0)).unwrap(), []);
    assert_eq!(transact(&mut two, &line(1)).unwrap(), [record(0)]);
    assert_eq!(transact(&mut two, &line(2)).unwrap(), []);
    assert_eq!(transact(&mut one, b"").unwrap(), [record(1), record(2)]);
    assert_eq!(transact(&mut one, b"").unwrap(), []);
    // A broken line is counted from the beginning of the file, whoever wrote the ones before it.
    fs::write(&path, [lines(3), b"broken\n".to_vec()].concat()).unwrap();
    assert!(message(transact(&mut one, b"").unwrap_err()).starts_with("line 4 of"));
}

#[test]
fn files_that_are_no_ledger_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("picture.jpg");
    for content in ["a letter", "a letter\nof two lines", "\n", "\u{fffd}\n", "0123abcd\n"] {
        fs::write(&path, content).unwrap();
        for follow in [Follow::All, Follow::Nothing] {
            let Err(problem) = open(&path, follow) else { panic!("{content:?} was taken for a ledger") };
            assert!(message(problem).ends_with("is not a ledger"));
            assert_eq!(fs::read(&path).unwrap(), content.as_bytes());
        }
    }
    let Err(problem) = open(directory.path(), Follow::All) else { panic!("a directory was opened") };
    assert!(message(problem).ends_with("is not a regular file"));
}

#[test]
fn a_file_that_shrinks_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("l");
    for follow in [Follow::All, Follow::Nothing] {
        fs::write(&path, lines(4)).unwrap();
        let mut log = open(&path, follow).unwrap();
        transact(&mut log, b"").unwrap();
        fs::write(&path, lines(2)).unwrap();
        assert!(message(transact(&mut log, b"").unwrap_err()).ends_with("became shorter while it was open"));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_moved_or_deleted_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("l");
    let mut log = open(&path, Follow::All).unwrap();
    fs::rename(&path, directory.path().join("moved")).unwrap();
    assert!(message(transact(&mut log, b"").unwrap_err()).contains("was moved, deleted or replaced"));
    fs::write(&path, b"").unwrap();
    assert!(message(transact(&mut log, b"").unwrap_err()).contains("was moved, deleted or replaced"));
    fs::rename(directory.path().join("moved"), &path).unwrap();
    assert!(transact(&mut log, b"").is_ok());
}

/// The end is found from behind, however many lines another run wrote meanwhile.
#[test]
fn a_long_part_of_others_is_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("l");
    let mut log = open(&path, Follow::Nothing).unwrap();
    let many = lines(2_000);
    assert!(many.len() > 2 * MAX_LINE);
    fs::write(&path, [&many[..], &vec![0; 3 * MAX_LINE]].concat()).unwrap();
    assert_eq!(transact(&mut log, &lines(1)).unwrap(), []);
    assert_eq!(fs::read(&path).unwrap(), [many, lines(1)].concat());
}

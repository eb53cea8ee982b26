//! Entries on a disk: whole or not there, bounded, private, and a disk that fails leaves nothing behind.

use std::time::UNIX_EPOCH;

use vlm_core::{Choice, Completion};

use super::*;

const LONG_AGO: SystemTime = UNIX_EPOCH;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn entry(text: &str, stored: SystemTime) -> Entry {
    let mut answer = Completion::new();
    answer.choices.push(Choice::new(0, text));
    Entry::new(answer, stored)
}

fn put_entry(disk: &Disk, name: u8, bytes: usize, stored: SystemTime) -> io::Result<u64> {
    let file = entry(&"x".repeat(bytes), stored).encode(&[name; 32]).unwrap();
    disk.write(&[name; 32], &file, stored, LONG_AGO)?;
    Ok(file.len() as u64)
}

fn files(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_oldest_entries_make_room() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("cache");
    let (disk, _) = Disk::open(&directory, 10_000, LONG_AGO).unwrap();
    // Written in another order than they were stored in.
    for name in [5, 3, 1, 2, 4] {
        put_entry(&disk, name, 1500, at(u64::from(name) * 100)).unwrap();
    }
    assert_eq!(files(&directory).len(), 6, "and the secret");
    put_entry(&disk, 6, 1500, at(600)).unwrap();
    assert!(disk.read(&[1; 32]).is_none() && disk.read(&[2; 32]).is_none());
    assert!((3..=6).all(|name| disk.read(&[name; 32]).is_some()));
    // What alone is too large is not kept, and takes nothing else away.
    put_entry(&disk, 7, 10_000, at(700)).unwrap();
    assert!(disk.read(&[7; 32]).is_none() && disk.read(&[3; 32]).is_some());
    // A later program finds the same entries under the same secret, within its own bounds.
    let secret = disk.secret().unwrap();
    let (again, same) = Disk::open(&directory, 10_000, at(500)).unwrap();
    assert_eq!(same, secret);
    assert!(again.read(&[4; 32]).is_none() && again.read(&[5; 32]).is_some(), "too old");
    let (smaller, _) = Disk::open(&directory, 3000, LONG_AGO).unwrap();
    assert!(smaller.read(&[5; 32]).is_none() && smaller.read(&[6; 32]).is_some());
}

#[test]
fn a_full_disk_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("cache");
    let (mut disk, _) = Disk::open(&directory, 10_000, LONG_AGO).unwrap();
    put_entry(&disk, 1, 10, at(1)).unwrap();
    disk.put = |path, content| {
        fs::write(path, &content[..content.len() / 2])?;
        Err(io::Error::from(io::ErrorKind::StorageFull))
    };
    assert_eq!(put_entry(&disk, 1, 20, at(2)).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(put_entry(&disk, 2, 20, at(2)).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(files(&directory).len(), 2);
    assert!(disk.read(&[1; 32]).is_some(), "what was there is there");
}

#[test]
fn what_a_killed_program_left_is_taken_away() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("cache");
    drop(Disk::open(&directory, 10_000, LONG_AGO).unwrap());
    for (name, age) in [(".aa.tmp", 7200), (".bb.tmp", 60)] {
        fs::write(directory.join(name), "half").unwrap();
        let file = OpenOptions::new().write(true).open(directory.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
    }
    fs::write(directory.join("of somebody else"), "x").unwrap();
    drop(Disk::open(&directory, 10_000, SystemTime::now()).unwrap());
    assert_eq!(files(&directory), [".bb.tmp", "of somebody else", "secret"]);
}

#[test]
fn a_broken_secret_is_replaced() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("cache");
    let (_, first) = Disk::open(&directory, 10_000, LONG_AGO).unwrap();
    fs::write(directory.join(SECRET), "short").unwrap();
    let (_, second) = Disk::open(&directory, 10_000, LONG_AGO).unwrap();
    let (_, third) = Disk::open(&directory, 10_000, LONG_AGO).unwrap();
    assert!(first != second && second == third);
}

#[cfg(unix)]
#[test]
fn everything_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("new").join("cache");
    let (disk, _) = Disk::open(&directory, 10_000, LONG_AGO).unwrap();
    put_entry(&disk, 1, 10, at(1)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(directory.parent().unwrap())), (0o700, 0o700));
    assert!(files(&directory).iter().all(|name| mode(&directory.join(name)) == 0o600));

    fs::set_permissions(&directory, fs::Permissions::from_mode(0o750)).unwrap();
    assert!(matches!(Disk::open(&directory, 10_000, LONG_AGO), Err(Unusable::Public(0o750))));
    let file = root.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(Disk::open(&file, 10_000, LONG_AGO), Err(Unusable::NoDirectory)));
    // A link is no entry: it leads elsewhere.
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
    let outside = root.path().join("outside");
    fs::write(&outside, entry("x", at(1)).encode(&[9; 32]).unwrap()).unwrap();
    std::os::unix::fs::symlink(&outside, directory.join(hex(&[9; 32]))).unwrap();
    assert!(disk.read(&[9; 32]).is_none() && outside.exists());
    assert!(!directory.join(hex(&[9; 32])).is_symlink());
}

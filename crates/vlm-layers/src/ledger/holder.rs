//! Who holds the lock of a file, where the system tells.
//!
//! Nothing is written for it: whoever holds a lock is known to the system, also after it was killed, and a note beside
//! the file could name one who is long gone.

use std::fmt;
use std::fs::File;

/// A program that holds a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    process: u32,
    /// What the system calls it.
    name: Option<String>,
}

impl Holder {
    /// Who holds the lock of this file now.
    #[cfg(target_os = "linux")]
    pub(crate) fn of(file: &File) -> Option<Self> {
        use std::io::Read;
        use std::os::unix::fs::MetadataExt;

        let it = file.metadata().ok()?;
        let (major, minor) = numbers(it.dev());
        let mut locks = String::new();
        File::open("/proc/locks").ok()?.take(1 << 20).read_to_string(&mut locks).ok()?;
        let process = holder_in(&locks, &format!("{major:02x}:{minor:02x}:{}", it.ino()))?;
        let name = std::fs::read_to_string(format!("/proc/{process}/comm")).ok();
        Some(Self { process, name: name.map(|name| name.trim_end().to_owned()) })
    }

    /// Elsewhere nobody tells.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn of(_: &File) -> Option<Self> {
        None
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            _ if self.process == std::process::id() => write!(f, "this program itself (process {})", self.process),
            // A program chooses its name, and may choose one that would confuse a terminal.
            Some(name) => write!(f, "the program {name:?} (process {})", self.process),
            None => write!(f, "process {}", self.process),
        }
    }
}

/// The two numbers of a device, as the list of locks writes them.
#[cfg(target_os = "linux")]
fn numbers(device: u64) -> (u64, u64) {
    (((device >> 8) & 0xfff) | ((device >> 32) & !0xfff), (device & 0xff) | ((device >> 12) & !0xff))
}

/// The process that holds a lock of this file in the system's list of locks.
///
/// A line is `7: FLOCK  ADVISORY  WRITE 5150 fe:00:10010802 0 EOF`; behind the number of one that waits stands an arrow.
#[cfg(target_os = "linux")]
fn holder_in(locks: &str, file: &str) -> Option<u32> {
    let held = locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "FLOCK", _, _, process, of, ..] = fields[..] else { return None };
        (of == file).then(|| process.parse::<u32>().ok())
    });
    // Processes that this one cannot see have no number.
    held.flatten().filter(|process| *process > 0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_locks_is_read() {
        let locks = "1: POSIX  ADVISORY  WRITE 11 fe:00:77 0 EOF\n2: FLOCK  ADVISORY  WRITE 12 fe:00:77 0 EOF\n\
                     2: -> FLOCK  ADVISORY  WRITE 13 fe:00:78 0 EOF\n3: FLOCK  ADVISORY  READ 0 fe:00:79 0 EOF\n\
                     4: FLOCK  ADVISORY  READ -1 fe:00:80 0 EOF\nnonsense\n";
        assert_eq!(holder_in(locks, "fe:00:77"), Some(12));
        for unknown in ["fe:00:7", "fe:00:78", "fe:00:79", "fe:00:80", "fe:01:77"] {
            assert_eq!(holder_in(locks, unknown), None, "{unknown}");
        }
        assert_eq!((numbers(0xfe00), numbers(0x1b), numbers(0x10_3305)), ((254, 0), (0, 27), (51, 261)));
    }

    #[test]
    fn a_program_cannot_confuse_a_terminal_with_its_name() {
        let holder = Holder { process: u32::MAX, name: Some("a\u{1b}[2J".to_owned()) };
        assert_eq!(holder.to_string(), "the program \"a\\u{1b}[2J\" (process 4294967295)");
        assert_eq!(Holder { process: u32::MAX, name: None }.to_string(), "process 4294967295");
    }
}

//! What a process took: CPU time of all its threads, and memory.

use std::fs;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// User and system time of this process so far.
pub fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// Bytes of this process in memory now, where the system says so.
pub fn resident() -> Option<u64> {
    status("VmRSS:")
}

/// The most bytes of this process that were in memory at once since [`forget_peak`].
pub fn peak() -> Option<u64> {
    status("VmHWM:")
}

/// Lets [`peak`] start anew.
pub fn forget_peak() {
    // Where the system has no such file, the peak is not known either.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn status(name: &str) -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// Lets this process open as many files as the system permits it to ask for, and says how many that are.
pub fn raise_open_files() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // A refusal leaves what there was; who needs more will say so.
    let _ = setrlimit(Resource::Nofile, limit);
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn cpu_time_grows_with_work() {
        let before = cpu();
        let mut sum = 0_u64;
        for number in 0..2_000_000_u64 {
            sum = black_box(sum ^ number);
        }
        assert!(cpu() > before);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_peak_is_seen_and_forgotten() {
        const BYTES: u64 = 64 << 20;
        forget_peak();
        let before = resident().expect("a figure");
        drop(black_box(vec![1_u8; BYTES as usize]));
        assert!(peak().expect("a figure") >= before + BYTES / 2);
        forget_peak();
        assert!(peak().expect("a figure") < before + BYTES / 2);
    }

    #[test]
    fn the_limit_of_files_is_not_lowered() {
        let before = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        assert!(raise_open_files() >= before);
    }
}

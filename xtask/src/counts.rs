//! Instructions of the hot paths, counted under valgrind and held against the numbers that are kept.
//!
//! Counts say the same on a busy machine, where times do not. They differ between compilers and between processors with
//! other vector units, so the kept numbers name both, and elsewhere they are printed and not judged.

mod book;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::error::{Error, Result, conclude};
use crate::step::Runner;
use crate::workspace::{Workspace, output, run as run_command};
use book::{Book, Count};

const PACKAGE: &str = "vlm-counts";
const BOOK: &str = "crates/vlm-counts/counts.txt";

/// How the C library copies memory: by vectors, and not as the sizes of this machine's caches suggest.
const COPIES: &str = "glibc.cpu.hwcaps=-ERMS,-FSRM:glibc.cpu.x86_non_temporal_threshold=0x10000000";

/// As a step of a longer command; skipped where there is no valgrind.
pub(crate) fn step(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    match has_valgrind() {
        true => runner.step("counts", || run(workspace, false)),
        false => {
            runner.skip("counts", "valgrind is not installed");
            Ok(())
        }
    }
}

/// Counts, and compares with the kept numbers or replaces them.
pub(crate) fn run(workspace: &Workspace, accept: bool) -> Result<()> {
    if !has_valgrind() {
        return Err(Error::failed("valgrind is not installed: `apt-get install valgrind`, or your system's way"));
    }
    // Looked for first: counting takes minutes.
    let kept = if accept { None } else { Some(kept(workspace)?) };
    let program = build(workspace)?;
    let counted = Book { machine: machine(workspace)?, counts: count_all(&program)? };
    let Some(kept) = kept else {
        let path = workspace.root().join(BOOK);
        std::fs::write(&path, counted.to_string())
            .map_err(|error| Error::failed(format!("cannot write {BOOK}: {error}")))?;
        println!("{counted}\nwritten to {BOOK}");
        return Ok(());
    };
    print!("{}", counted.beside(&kept));
    if counted.machine != kept.machine {
        println!("not judged: the kept counts are of {}, these are of {}", kept.machine, counted.machine);
        return Ok(());
    }
    conclude("counts", &counted.findings(&kept, BOOK))
}

fn kept(workspace: &Workspace) -> Result<Book> {
    let text = workspace.read(BOOK);
    let text = text.map_err(|error| Error::failed(format!("{error}; `cargo xtask counts --accept` writes it")))?;
    Book::parse(&text).map_err(|problem| Error::failed(format!("{BOOK}: {problem}")))
}

fn has_valgrind() -> bool {
    let quiet = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn build(workspace: &Workspace) -> Result<PathBuf> {
    let options = ["--locked", "--profile", "counts", "--package", PACKAGE];
    run_command(workspace.cargo(["build"].into_iter().chain(options)))?;
    Ok(workspace.metadata()?.target_directory.join("counts").join(PACKAGE))
}

/// The compiler, the architecture, and whether it has the vector unit that the libraries below look for.
fn machine(workspace: &Workspace) -> Result<String> {
    let version = output(workspace.cargo(["--version"]))?;
    let version = version.split_whitespace().nth(1).unwrap_or("unknown").to_owned();
    #[cfg(target_arch = "x86_64")]
    let vectors = if std::arch::is_x86_feature_detected!("avx2") { " with AVX2" } else { "" };
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = "";
    Ok(format!("Rust {version}, {} {}{vectors}", std::env::consts::OS, std::env::consts::ARCH))
}

fn count_all(program: &Path) -> Result<Vec<Count>> {
    let listed = output(Command::new(program))?;
    let cases: Vec<(&str, u64)> = listed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, n)| Some((name, n.parse().ok()?)))
        .collect();
    let workers = thread::available_parallelism().map_or(1, usize::from).min(cases.len().max(1));
    let mut counts: Vec<Count> = thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|worker| {
                let mine: Vec<_> = cases.iter().skip(worker).step_by(workers).copied().collect();
                scope.spawn(move || mine.into_iter().map(|(name, times)| per_time(program, name, times)).collect())
            })
            .collect();
        let joined =
            handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| Err(Error::failed("a count panicked"))));
        joined.collect::<Result<Vec<Vec<Count>>>>().map(|all| all.into_iter().flatten().collect())
    })?;
    let place = |count: &Count| cases.iter().position(|(name, _)| *name == count.case);
    counts.sort_by_key(place);
    Ok(counts)
}

/// The instructions of one time: what the second half of a doubled run adds, without the start of the process.
fn per_time(program: &Path, case: &str, times: u64) -> Result<Count> {
    let (once, twice) = (instructions(program, case, times)?, instructions(program, case, 2 * times)?);
    Ok(Count { case: case.to_owned(), instructions: twice.saturating_sub(once) / times.max(1) })
}

fn instructions(program: &Path, case: &str, times: u64) -> Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(program).args([case, &times.to_string()]);
    command.env("GLIBC_TUNABLES", COPIES);
    let run = command.output().map_err(|error| Error::failed(format!("cannot run valgrind: {error}")))?;
    let said = String::from_utf8_lossy(&run.stderr);
    let count = said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    match count {
        Some(count) if run.status.success() => Ok(count),
        _ => Err(Error::failed(format!("{case}: valgrind gave no count ({}): {said}", run.status))),
    }
}

//! Where the workspace is, how its cargo is called, and which files it has.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::metadata::Metadata;

/// The checkout that this program belongs to.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    cargo: OsString,
    metadata: OnceCell<Metadata>,
}

impl Workspace {
    /// The workspace around the manifest that cargo runs this program from.
    pub(crate) fn find() -> Result<Self> {
        let manifest_dir =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = manifest_dir
            .parent()
            .filter(|root| root.join("Cargo.lock").is_file())
            .ok_or_else(|| Error::failed(format!("no workspace around {}", manifest_dir.display())))?
            .to_owned();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Ok(Self { root, cargo, metadata: OnceCell::new() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A cargo call at the root. What cargo tells this program about its own package is taken out of the
    /// environment: build scripts that watch those variables would run again each time.
    pub(crate) fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(&self.cargo);
        command.args(arguments).current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME" {
                command.env_remove(&name);
            }
        }
        command
    }

    /// What `cargo metadata` says, asked once.
    pub(crate) fn metadata(&self) -> Result<&Metadata> {
        if let Some(known) = self.metadata.get() {
            return Ok(known);
        }
        let text = output(self.cargo(["metadata", "--locked", "--all-features", "--format-version", "1"]))?;
        let metadata = Metadata::parse(&text)?;
        Ok(self.metadata.get_or_init(|| metadata))
    }

    /// All files that are tracked or could be, relative to the root, with `/` between their parts, sorted.
    ///
    /// Git says which; without git, or outside a repository, everything but build output is listed.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let mut files = match self.files_by_git() {
            Some(files) => files,
            None => self.files_on_disk()?,
        };
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn files_by_git(&self) -> Option<Vec<String>> {
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .stderr(Stdio::null())
            .output()
            .ok()?;
        if !listing.status.success() {
            return None;
        }
        let text = String::from_utf8_lossy(&listing.stdout);
        let files: Vec<String> =
            text.split('\0').filter(|path| self.root.join(path).is_file()).map(str::to_owned).collect();
        (!files.is_empty()).then_some(files)
    }

    /// Everything below the root but build output and git's own files, ignored files too.
    pub(crate) fn files_on_disk(&self) -> Result<Vec<String>> {
        let mut files = Vec::new();
        let mut open = vec![self.root.clone()];
        while let Some(directory) = open.pop() {
            let failed = |error| Error::failed(format!("cannot list {}: {error}", directory.display()));
            for entry in std::fs::read_dir(&directory).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let path = entry.path();
                let kind = entry.file_type().map_err(failed)?;
                if kind.is_dir() {
                    let skipped = entry.file_name() == ".git" || path.join("CACHEDIR.TAG").is_file();
                    if !skipped && path != self.root.join("target") {
                        open.push(path);
                    }
                } else if kind.is_file() {
                    files.push(self.relative(&path));
                }
            }
        }
        Ok(files)
    }

    /// A path below the root, with `/` between its parts.
    pub(crate) fn relative(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        inside.to_string_lossy().replace('\\', "/")
    }

    /// The text of a file below the root.
    pub(crate) fn read(&self, relative: &str) -> Result<String> {
        std::fs::read_to_string(self.root.join(relative))
            .map_err(|error| Error::failed(format!("cannot read {relative}: {error}")))
    }
}

/// Shows a command, runs it with its output shown, and fails if it does.
pub(crate) fn run(mut command: Command) -> Result<()> {
    let shown = show(&command);
    println!("$ {shown}");
    let status = command.status().map_err(|error| Error::failed(format!("cannot run `{shown}`: {error}")))?;
    if status.success() {
        return Ok(());
    }
    // The whole line stands above its output; here its first two words do.
    let task = command.get_args().next().unwrap_or_default().to_string_lossy();
    Err(Error::failed(format!("`{} {task}` failed ({status})", name(&command))))
}

/// Runs a command and gives what it prints.
pub(crate) fn output(mut command: Command) -> Result<String> {
    let shown = show(&command);
    let failed = |why: &str| Error::failed(format!("`{shown}` failed: {why}"));
    let output =
        command.stderr(Stdio::piped()).output().map_err(|error| failed(&format!("it cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("its output is not UTF-8"))
}

/// The program of a command, without its folder.
fn name(command: &Command) -> String {
    Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A command as it would be typed.
fn show(command: &Command) -> String {
    let mut words: Vec<String> = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}={}", name.to_string_lossy(), value?.to_string_lossy())))
        .chain([name(command)])
        .collect();
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    let quoted = words.iter().map(|word| match word.split_once('=') {
        Some((name, value)) if value.contains(' ') => format!("{name}='{value}'"),
        _ => word.clone(),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_workspace_is_found_and_listed() {
        let workspace = Workspace::find().expect("the workspace");
        let files = workspace.files().expect("files");
        assert!(files.iter().any(|file| file == "xtask/src/workspace.rs"));
        let on_disk = workspace.files_on_disk().expect("files");
        assert!(on_disk.iter().any(|file| file == "xtask/src/workspace.rs"));
        assert!(!on_disk.iter().any(|file| file.starts_with("target/") || file.starts_with(".git/")));
    }

    #[test]
    fn a_command_is_shown_as_typed() {
        let mut command = Command::new("/somewhere/bin/cargo");
        command.env("RUSTDOCFLAGS", "-D warnings").env_remove("CARGO_PKG_NAME").args(["doc", "--no-deps"]);
        assert_eq!(show(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn a_failing_command_is_an_error_that_names_it() {
        let workspace = Workspace::find().expect("the workspace");
        let error = output(workspace.cargo(["no-such-command"])).expect_err("no such command");
        assert!(error.to_string().contains("cargo no-such-command"), "{error}");
        let mut quiet = workspace.cargo(["no-such-command", "--flag"]);
        quiet.stderr(Stdio::null());
        let error = run(quiet).expect_err("no such command");
        assert!(error.to_string().starts_with("`cargo no-such-command` failed ("), "{error}");
    }
}

//! Environments of Python below `target`, each with one package of the Python package index: made once, and used again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Python of an environment that has `package`, which is imported as `module`; made if it is not there.
///
/// The error says what is missing here.
pub(crate) fn with_package(environment: &Path, package: &str, module: &str) -> Result<PathBuf, String> {
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let works = |command: &mut Command| quiet(command).is_ok_and(|status| status.success());
    if works(Command::new(&python).args(["-c", &format!("import {module}")])) {
        return Ok(python);
    }
    if !works(Command::new("python3").args(["-m", "venv"]).arg(environment)) {
        return Err("there is no python3 that can make an environment (python3-venv)".to_owned());
    }
    if !works(Command::new(&python).args(["-m", "pip", "install", "--quiet", package])) {
        return Err(format!("pip cannot install {package}: is the Python package index reachable?"));
    }
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_python_is_a_reason() {
        let reason = with_package(Path::new("/dev/null/no-such-folder"), "openai", "openai");
        assert!(reason.expect_err("no environment can be there").contains("python3"));
    }
}

//! What may stand where: printing, exiting, arguments, the environment and sockets have one place each.
//!
//! Test code is free; a line scan skips it, along with comments and literals.

use std::collections::BTreeSet;

use crate::error::{Finding, Result};
use crate::source::{Line, Source, has_word};
use crate::workspace::Workspace;

/// Words that only some places may use.
struct Rule {
    words: &'static [&'static str],
    /// Crates (or top folders) that may use them.
    places: &'static [&'static str],
    /// A function inside which any crate may use them.
    function: Option<&'static str>,
    what: &'static str,
    repair: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        words: &["env::var", "env::var_os", "env::vars", "env::vars_os"],
        places: &["vlm-cli", "xtask", "tests", "examples"],
        function: Some("from_env"),
        what: "reads the environment outside of a function named `from_env`",
        repair: "take the value as an argument and read the variable in the `from_env` that calls you, so that a \
                 program which sets everything itself depends on no variable",
    },
    Rule {
        words: &["env::args", "env::args_os"],
        places: &["vlm-cli", "vlm-bench", "vlm-counts", "xtask", "examples"],
        function: None,
        what: "reads the command line",
        repair: "take what you need as a parameter; only vlm-cli, xtask, the examples, vlm-bench and vlm-counts are programs",
    },
    Rule {
        words: &["println!", "print!", "eprintln!", "eprint!", "io::stdout", "io::stderr"],
        places: &["vlm-cli", "vlm-bench", "vlm-counts", "xtask", "examples"],
        function: None,
        what: "prints",
        repair: "return the text, make it a warning of the completion, or use `tracing`; only programs print",
    },
    Rule {
        words: &["process::exit", "process::abort"],
        places: &["vlm-cli", "vlm-bench", "vlm-counts", "xtask", "examples"],
        function: None,
        what: "ends the process",
        repair: "return an error; only a program decides to end",
    },
    Rule {
        words: &["TcpStream", "TcpListener", "TcpSocket", "UdpSocket", "UnixStream", "UnixListener"],
        // The bench measures against programs and a server that are its own, and is not published.
        places: &["vlm-http", "vlm-emulator", "vlm-testkit", "vlm-bench", "tests"],
        function: None,
        what: "opens a socket",
        repair: "go through vlm-http's transport; only vlm-http, the emulator and the testkit open sockets",
    },
];

/// A source file with its path, scanned.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) source: Source,
}

/// Looks through all Rust files of the workspace.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut files = Vec::new();
    for path in workspace.files()?.into_iter().filter(|path| path.ends_with(".rs")) {
        let source = Source::scan(&workspace.read(&path)?);
        files.push(File { path, source });
    }
    Ok(scan(&files))
}

/// Applies the rules to scanned files.
pub(crate) fn scan(files: &[File]) -> Vec<Finding> {
    let declared = test_module_paths(files);
    let is_declared = |path: &str| {
        declared.iter().any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")))
    };
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !is_test_path(&file.path) && !is_declared(&file.path)) {
        let place = place_of(&file.path);
        for rule in RULES.iter().filter(|rule| !rule.places.contains(&place)) {
            for line in file.source.lines.iter().filter(|line| !allowed(rule, line)) {
                if let Some(word) = rule.words.iter().find(|word| has_word(&line.code, word)) {
                    findings.push(Finding::new(
                        format!("{}:{}", file.path, line.number),
                        format!("`{word}` {}", rule.what),
                        rule.repair,
                    ));
                }
            }
        }
    }
    findings
}

fn allowed(rule: &Rule, line: &Line) -> bool {
    line.test || rule.function.is_some_and(|function| line.functions.iter().any(|name| name == function))
}

/// The crate of a path below `crates/`, else its top folder; a crate's own `examples/` counts as examples.
fn place_of(path: &str) -> &str {
    let mut parts = path.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("crates"), Some(_), Some("examples")) => "examples",
        (Some("crates"), Some(name), Some(_)) => name,
        (Some(top), _, _) => top,
        _ => path,
    }
}

/// Whether a path holds tests by its name: below `tests/` or `benches/` of a package, or a module `tests`.
pub(crate) fn is_test_path(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let file = parts.pop().unwrap_or_default();
    file == "tests.rs" || parts.iter().any(|part| matches!(*part, "tests" | "benches"))
}

/// Paths, without `.rs`, of the modules that some file declares below `#[cfg(test)]`.
fn test_module_paths(files: &[File]) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for file in files {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let stem = name.trim_end_matches(".rs");
        let base = match stem {
            "lib" | "main" | "mod" => folder.to_owned(),
            _ => format!("{folder}/{stem}"),
        };
        paths.extend(file.source.test_modules.iter().map(|module| format!("{base}/{module}")));
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> =
            files.iter().map(|(path, text)| File { path: (*path).to_owned(), source: Source::scan(text) }).collect();
        scan(&files).into_iter().map(|finding| finding.place).collect()
    }

    #[test]
    fn the_environment_is_read_in_from_env_only() {
        let text = "fn from_env() {\n  std::env::var(\"A\");\n}\nfn other() {\n  std::env::var(\"A\");\n}\n";
        assert_eq!(places(&[("crates/vlm-memories/src/builder.rs", text)]), ["crates/vlm-memories/src/builder.rs:5"]);
        assert!(places(&[("crates/vlm-cli/src/main.rs", text)]).is_empty());
        let imported = "use std::env::var_os;";
        assert_eq!(places(&[("crates/vlm-http/src/lib.rs", imported)]).len(), 1);
    }

    #[test]
    fn only_programs_print_exit_and_read_arguments() {
        for text in ["println!();", "eprint!(\"\");", "std::process::exit(1)", "std::env::args()", "io::stdout()"] {
            assert_eq!(places(&[("crates/vlm-core/src/lib.rs", text)]), ["crates/vlm-core/src/lib.rs:1"], "{text}");
            assert!(places(&[("crates/vlm-cli/src/main.rs", text)]).is_empty(), "{text}");
            assert!(places(&[("examples/examples/ask.rs", text)]).is_empty(), "{text}");
        }
    }

    #[test]
    fn sockets_have_three_homes() {
        let text = "use tokio::net::TcpListener;";
        assert_eq!(places(&[("crates/vlm-cli/src/main.rs", text)]).len(), 1);
        assert_eq!(places(&[("crates/vlm-memories/src/lib.rs", text)]).len(), 1);
        assert!(places(&[("crates/vlm-http/src/transport.rs", text)]).is_empty());
        assert!(places(&[("crates/vlm-emulator/src/lib.rs", text)]).is_empty());
        assert!(places(&[("crates/vlm-testkit/src/server/mod.rs", text)]).is_empty());
        assert!(places(&[("tests/src/lib.rs", text)]).is_empty());
    }

    #[test]
    fn tests_comments_and_literals_are_free() {
        let text = "// println!()\nlet a = \"println!()\";\n#[cfg(test)]\nmod tests { fn f() { println!() } }\n";
        assert!(places(&[("crates/vlm-core/src/lib.rs", text)]).is_empty());
        assert!(places(&[("crates/vlm-core/tests/wire.rs", "println!()")]).is_empty());
        assert!(places(&[("crates/vlm-core/src/media/tests.rs", "println!()")]).is_empty());
    }

    #[test]
    fn modules_declared_as_tests_are_free() {
        let declaring = "#[cfg(test)]\nmod support;\nmod real;";
        let files = [
            ("crates/vlm-core/src/media.rs", declaring),
            ("crates/vlm-core/src/media/support.rs", "println!()"),
            ("crates/vlm-core/src/media/support/more.rs", "println!()"),
            ("crates/vlm-core/src/media/real.rs", "println!()"),
        ];
        assert_eq!(places(&files), ["crates/vlm-core/src/media/real.rs:1"]);
    }
}

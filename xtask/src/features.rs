//! Each feature of each published crate alone, and none at all.
//!
//! Clippy does the looking: it costs what `cargo check` costs, shares its results, and can make warnings errors.

use std::process::{Command, Stdio};

use crate::error::Result;
use crate::metadata::{Metadata, Package};
use crate::step::Runner;
use crate::workspace::{Workspace, run as run_command};

/// One build: a package with one feature, or with none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Build {
    /// First, so that builds which share dependencies follow each other.
    feature: Option<String>,
    package: String,
}

pub(crate) fn run(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    let builds = builds(workspace.metadata()?);
    let openssl = has_openssl();
    for Build { feature, package } in &builds {
        let name =
            feature.as_ref().map_or_else(|| format!("{package} alone"), |feature| format!("{package}/{feature}"));
        if feature.as_deref() == Some("native-tls") && !openssl {
            runner.skip(&name, "the headers of OpenSSL are not installed (pkg-config finds no `openssl`)");
            continue;
        }
        let mut arguments = vec!["clippy", "--locked", "--package", package, "--no-default-features"];
        if let Some(feature) = feature {
            arguments.extend(["--features", feature]);
        }
        arguments.extend(["--", "-D", "warnings"]);
        runner.step(&name, || run_command(workspace.cargo(arguments)))?;
    }
    Ok(())
}

/// What to build. The default features are left out where another build has the same.
fn builds(metadata: &Metadata) -> Vec<Build> {
    let mut builds = Vec::new();
    for package in metadata.members().filter(|package| package.publish) {
        builds.push(Build { feature: None, package: package.name.clone() });
        for (feature, enables) in &package.features {
            if feature != "default" || !is_named(package, enables) {
                builds.push(Build { feature: Some(feature.clone()), package: package.name.clone() });
            }
        }
    }
    builds.sort();
    builds
}

/// Whether a default is nothing, or one feature that is built anyway.
fn is_named(package: &Package, enables: &[String]) -> bool {
    match enables {
        [] => true,
        [one] => package.features.iter().any(|(feature, _)| feature == one),
        _ => false,
    }
}

/// Whether `native-tls` can be built here: elsewhere than on Linux it needs nothing that must be installed.
fn has_openssl() -> bool {
    let probe = |arguments: &[&str]| {
        let status = Command::new("pkg-config").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    !cfg!(target_os = "linux") || std::env::var_os("OPENSSL_DIR").is_some() || probe(&["--exists", "openssl"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::invented;

    fn feature(name: &str, enables: &[&str]) -> (String, Vec<String>) {
        (name.to_owned(), enables.iter().map(|&name| name.to_owned()).collect())
    }

    fn list(metadata: &Metadata) -> Vec<String> {
        let names = builds(metadata).into_iter();
        names.map(|build| format!("{} {}", build.package, build.feature.unwrap_or_default())).collect()
    }

    #[test]
    fn each_feature_alone_and_none() {
        let mut metadata = invented(&[("a", &[]), ("b", &[]), ("unpublished", &[])]);
        metadata.packages[0].features = vec![feature("default", &["x"]), feature("x", &["a/x"]), feature("y", &[])];
        metadata.packages[1].features = vec![feature("x", &[])];
        metadata.packages[2].publish = false;
        assert_eq!(list(&metadata), ["a ", "b ", "a x", "b x", "a y"]);
    }

    #[test]
    fn a_default_of_its_own_is_built() {
        let mut metadata = invented(&[("a", &[])]);
        metadata.packages[0].features = vec![feature("default", &["x", "y"]), feature("x", &[]), feature("y", &[])];
        assert_eq!(list(&metadata), ["a ", "a default", "a x", "a y"]);
        metadata.packages[0].features = vec![feature("default", &[])];
        assert_eq!(list(&metadata), ["a "]);
        metadata.packages[0].features = vec![feature("default", &["dep:x"])];
        assert_eq!(list(&metadata), ["a ", "a default"]);
    }
}

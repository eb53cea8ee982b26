//! House rules for manifests and the lock file.

use crate::error::{Finding, Result};
use crate::metadata::{Kind, Metadata, Package};
use crate::workspace::Workspace;

/// The one place that dependencies may come from.
pub(crate) const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(crate) fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let metadata = workspace.metadata()?;
    let mut findings = Vec::new();
    for package in metadata.members() {
        let path = workspace.relative(&package.manifest_path);
        findings.extend(text(&path, &workspace.read(&path)?));
        findings.extend(described(&path, package));
        findings.extend(requirements(&path, package, metadata));
    }
    findings.extend(root(&workspace.read("Cargo.toml")?));
    findings.extend(lock(&workspace.read("Cargo.lock")?));
    Ok(findings)
}

/// Whether a manifest has this setting in this table, in either spelling: `[lints]` and `workspace = true`, or
/// `lints.workspace = true`.
fn has(manifest: &str, table: &str, key: &str, value: &str) -> bool {
    let mut current = String::new();
    manifest.lines().any(|line| {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(header) = line.strip_prefix('[') {
            header.trim_end_matches(']').clone_into(&mut current);
            return false;
        }
        let Some((name, given)) = line.split_once('=') else { return false };
        let name = if current.is_empty() { name.trim().to_owned() } else { format!("{current}.{}", name.trim()) };
        name == format!("{table}.{key}") && given.trim() == value
    })
}

/// What must be inherited from the workspace.
fn text(path: &str, manifest: &str) -> Vec<Finding> {
    let wanted = [
        ("package", "edition.workspace", "edition.workspace = true"),
        ("package", "rust-version.workspace", "rust-version.workspace = true"),
        ("package", "license.workspace", "license.workspace = true"),
        ("lints", "workspace", "[lints] workspace = true"),
    ];
    let missing = wanted.iter().filter(|(table, key, _)| !has(manifest, table, key, "true"));
    missing
        .map(|(_, _, line)| {
            Finding::new(path, format!("does not say `{line}`"), "add it: these are the same for every package")
        })
        .collect()
}

/// What every package says of itself, and what no package has.
fn described(path: &str, package: &Package) -> Vec<Finding> {
    let mut findings = Vec::new();
    if package.publish && package.description.is_none() {
        findings.push(Finding::new(path, "has no description", "add one line that says what the crate is for"));
    }
    for (kind, what) in [("custom-build", "a build script"), ("proc-macro", "a procedural macro")] {
        if package.target_kinds.iter().any(|target| target == kind) {
            findings.push(Finding::new(
                path,
                format!("has {what}"),
                "do without: code that runs while others build is not ours to ship",
            ));
        }
    }
    findings
}

/// How dependencies are asked for.
fn requirements(path: &str, package: &Package, metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dependency in &package.dependencies {
        let name = &dependency.name;
        let member = metadata.members().any(|package| package.name == *name);
        if dependency.source.as_ref().is_some_and(|source| source != REGISTRY) {
            findings.push(Finding::new(
                path,
                format!("takes {name} from somewhere else than crates.io"),
                "depend on a published version",
            ));
        }
        if dependency.local && !member {
            findings.push(Finding::new(
                path,
                format!("takes {name} from a folder outside of the workspace"),
                "depend on a published version",
            ));
        }
        // A dev-dependency by path alone is left out when the package is published.
        let path_only = dependency.local && (dependency.kind == Kind::Dev || !package.publish);
        if dependency.requirement.contains('*') && !path_only {
            findings.push(Finding::new(
                path,
                format!("takes any version of {name}"),
                "say which version, in [workspace.dependencies]",
            ));
        }
    }
    findings
}

/// What the root manifest promises for all packages.
fn root(manifest: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !has(manifest, "workspace.lints.rust", "unsafe_code", "\"forbid\"") {
        findings.push(Finding::new(
            "Cargo.toml",
            "does not forbid unsafe code",
            "add `unsafe_code = \"forbid\"` to [workspace.lints.rust]",
        ));
    }
    findings
}

/// Where the lock file takes packages from.
fn lock(lock: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in lock.lines().enumerate() {
        if let Some(source) = line.strip_prefix("source = ")
            && source.trim_matches('"') != REGISTRY
        {
            findings.push(Finding::new(
                format!("Cargo.lock:{}", index + 1),
                format!("a package comes from {source}"),
                "take it from crates.io; `cargo update` writes the lock file anew",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::metadata::invented;

    const GOOD: &str = "[package]\nedition.workspace = true\nrust-version.workspace = true # as stated\n\
                        license.workspace = true\n\n[lints]\nworkspace = true\n";

    #[test]
    fn inherited_settings_are_asked_for() {
        assert!(text("Cargo.toml", GOOD).is_empty());
        assert!(text("Cargo.toml", &GOOD.replace("[lints]\nworkspace", "[other]\nworkspace")).len() == 1);
        assert!(
            text("Cargo.toml", &GOOD.replace("rust-version.workspace = true", "rust-version = \"1.90\"")).len() == 1
        );
        assert!(text("Cargo.toml", "[package]\n").len() == 4);
        assert!(has("lints.workspace = true\n", "lints", "workspace", "true"));
    }

    #[test]
    fn unsafe_code_is_forbidden_for_all() {
        assert!(root("[workspace.lints.rust]\nunsafe_code = \"forbid\"\n").is_empty());
        assert_eq!(root("[workspace.lints.rust]\nunsafe_code = \"deny\"\n").len(), 1);
    }

    #[test]
    fn packages_describe_themselves_and_build_without_scripts() {
        let mut metadata = invented(&[("a", &[])]);
        let package = &mut metadata.packages[0];
        assert!(described("a", package).is_empty());
        package.description = None;
        package.target_kinds.push("custom-build".to_owned());
        package.target_kinds.push("proc-macro".to_owned());
        assert_eq!(described("a", package).len(), 3);
        package.publish = false;
        assert_eq!(described("a", package).len(), 2);
    }

    #[test]
    fn odd_dependencies_are_found() {
        let count = |dependency| {
            let metadata = invented(&[("a", &[dependency]), ("b", &[])]);
            requirements("a", &metadata.packages[0], &metadata).len()
        };
        assert_eq!(count(json!({"name": "x", "req": "^1", "source": REGISTRY})), 0);
        assert_eq!(count(json!({"name": "x", "req": "*", "source": REGISTRY})), 1);
        assert_eq!(count(json!({"name": "x", "req": "1.*", "source": REGISTRY})), 1);
        assert_eq!(count(json!({"name": "x", "req": "^1", "source": "git+https://example.com/x"})), 1);
        assert_eq!(count(json!({"name": "x", "req": "^1", "path": "/elsewhere"})), 1);
        assert_eq!(count(json!({"name": "b", "req": "^1", "path": "/b"})), 0);
        assert_eq!(count(json!({"name": "b", "req": "*", "path": "/b"})), 1);
        assert_eq!(count(json!({"name": "b", "req": "*", "path": "/b", "kind": "dev"})), 0);
    }

    #[test]
    fn the_lock_file_knows_one_registry() {
        assert!(lock(&format!("source = \"{REGISTRY}\"\n")).is_empty());
        assert_eq!(lock("name = \"x\"\nsource = \"git+https://example.com/x#abc\"\n")[0].place, "Cargo.lock:2");
    }
}

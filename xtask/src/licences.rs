//! Licences of everything in the tree, and crates of which there must be only one version.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Finding, Result, conclude};
use crate::manifests::REGISTRY;
use crate::metadata::Metadata;
use crate::workspace::{Workspace, output};

/// Licences that a dependency may be taken under; deny.toml has the same list.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "IJG",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates of which a build may hold one version only: two of them double the time to build, or the behaviour. (`syn` is
/// not among them: the JSON Schema checker's macros still use the version before ours.)
const ONE_VERSION: &[&str] = &["hyper", "reqwest"];

/// Platforms whose builds are looked at for second versions.
const PLATFORMS: &[&str] = &["x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"];

/// The whole check, as a command.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let metadata = workspace.metadata()?;
    let mut findings = licences(metadata);
    for platform in PLATFORMS {
        let arguments = [
            "tree",
            "--locked",
            "--workspace",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--target",
            platform,
        ];
        findings.extend(duplicates(platform, &output(workspace.cargo(arguments))?));
    }
    conclude("licences", &findings)
}

fn licences(metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &metadata.packages {
        let place = format!("{} {}", package.name, package.version);
        let from_elsewhere = package.source.as_ref().is_some_and(|source| source != REGISTRY);
        if from_elsewhere || package.source.is_none() && !package.member {
            findings.push(Finding::new(&place, "does not come from crates.io", "depend on a published version"));
        }
        let licence = package.license.as_deref().unwrap_or_default();
        match is_allowed(licence) {
            Ok(true) => {}
            Ok(false) => findings.push(Finding::new(
                &place,
                format!("is under `{licence}`, which is not on the list of licences"),
                "do without the crate; a licence is added to xtask/src/licences.rs and to deny.toml together",
            )),
            Err(why) => findings.push(Finding::new(
                &place,
                format!("has a licence that cannot be read: `{licence}` ({why})"),
                "read its licence file; then do without the crate",
            )),
        }
    }
    findings
}

/// Second versions in the output of `cargo tree --prefix none`.
fn duplicates(platform: &str, tree: &str) -> Vec<Finding> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            versions.entry(name).or_default().insert(version);
        }
    }
    let twice = ONE_VERSION.iter().filter_map(|name| Some((name, versions.get(name).filter(|set| set.len() > 1)?)));
    twice
        .map(|(name, set)| {
            let list = set.iter().copied().collect::<Vec<_>>().join(" and ");
            Finding::new(
                *name,
                format!("is in the tree for {platform} as {list}"),
                "bring the packages that use it to one version, or switch off the feature that brings the second; \
                 `cargo tree -i name@version` names who does",
            )
        })
        .collect()
}

/// Whether a licence expression can be satisfied from the list.
fn is_allowed(expression: &str) -> Result<bool, &'static str> {
    let tokens = tokens(expression);
    let mut parser = Parser { tokens: &tokens, at: 0 };
    let allowed = parser.any()?;
    if parser.at == tokens.len() { Ok(allowed) } else { Err("there is something behind its end") }
}

/// Names, operators and parentheses; the old `/` is an `OR`.
fn tokens(expression: &str) -> Vec<String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// Reads licence expressions: `WITH` binds closest, then `AND`, then `OR`.
struct Parser<'a> {
    tokens: &'a [String],
    at: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<bool, &'static str> {
        let mut allowed = self.all()?;
        while self.take("OR") {
            allowed |= self.all()?;
        }
        Ok(allowed)
    }

    fn all(&mut self) -> Result<bool, &'static str> {
        let mut allowed = self.one()?;
        while self.take("AND") {
            allowed &= self.one()?;
        }
        Ok(allowed)
    }

    fn one(&mut self) -> Result<bool, &'static str> {
        if self.take("(") {
            let allowed = self.any()?;
            return if self.take(")") { Ok(allowed) } else { Err("a parenthesis stays open") };
        }
        let mut name = self.name()?.to_owned();
        if self.take("WITH") {
            name = format!("{name} WITH {}", self.name()?);
        }
        Ok(ALLOWED.contains(&name.as_str()))
    }

    fn name(&mut self) -> Result<&str, &'static str> {
        let word = self.tokens.get(self.at).ok_or("a name is missing")?;
        if matches!(word.as_str(), "(" | ")" | "AND" | "OR" | "WITH") {
            return Err("a name is missing");
        }
        self.at += 1;
        Ok(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|token| token == word);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::invented;

    #[test]
    fn expressions_are_evaluated() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "GPL-3.0-only/MIT",
            "Apache-2.0 / MIT",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "ISC AND (Apache-2.0 OR ISC) AND MIT",
            "GPL-3.0-only AND MIT OR Zlib",
        ] {
            assert_eq!(is_allowed(good), Ok(true), "{good}");
        }
        for bad in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "MIT AND (GPL-3.0-only OR LGPL-3.0-only)",
            "Apache-2.0 WITH Bison-exception-2.2",
            "GPL-3.0-only AND (MIT OR Zlib)",
        ] {
            assert_eq!(is_allowed(bad), Ok(false), "{bad}");
        }
        for broken in ["", "MIT OR", "(MIT", "MIT)", "AND MIT", "MIT Zlib", "MIT WITH"] {
            assert!(is_allowed(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn packages_under_other_licences_are_found() {
        let mut metadata = invented(&[("a", &[])]);
        assert!(licences(&metadata).is_empty());
        metadata.packages[0].license = Some("GPL-3.0-only".to_owned());
        assert_eq!(licences(&metadata)[0].place, "a 0.1.0");
        metadata.packages[0].license = None;
        assert_eq!(licences(&metadata).len(), 1);
    }

    #[test]
    fn packages_from_elsewhere_are_found() {
        let mut metadata = invented(&[("a", &[])]);
        metadata.packages[0].source = Some("git+https://example.com/a".to_owned());
        assert_eq!(licences(&metadata).len(), 1);
        metadata.packages[0].source = Some(REGISTRY.to_owned());
        assert!(licences(&metadata).is_empty());
        metadata.packages[0].source = None;
        metadata.packages[0].member = false;
        assert_eq!(licences(&metadata).len(), 1);
    }

    #[test]
    fn second_versions_are_found() {
        let tree = "hyper v0.14.1\nserde v1.0.1\nhyper v1.0.0 (*)\nserde v0.9.0\nhyper v0.14.1 (*)\nreqwest v0.13.0\n";
        let found = duplicates("here", tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].what, "is in the tree for here as v0.14.1 and v1.0.0");
    }

    #[test]
    fn deny_toml_has_the_same_licences() {
        let workspace = Workspace::find().expect("the workspace");
        let deny = workspace.read("deny.toml").expect("deny.toml");
        let (_, list) = deny.split_once("\nallow = [").expect("a list of licences");
        let (list, _) = list.split_once(']').expect("its end");
        let listed: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        assert_eq!(listed, ALLOWED);
    }
}

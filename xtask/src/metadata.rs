//! What the checks need of `cargo metadata`, as plain types.

use std::path::PathBuf;

use serde_json::Value;

use crate::error::{Error, Result};

/// The packages of the workspace and all that they depend on.
#[derive(Debug)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) target_directory: PathBuf,
}

#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// A package of this workspace.
    pub(crate) member: bool,
    /// May go to a registry.
    pub(crate) publish: bool,
    pub(crate) source: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    /// Feature and what it turns on, in cargo's order.
    pub(crate) features: Vec<(String, Vec<String>)>,
    /// `lib`, `bin`, `custom-build`, `proc-macro`, …
    pub(crate) target_kinds: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) requirement: String,
    pub(crate) source: Option<String>,
    /// Given by a path.
    pub(crate) local: bool,
    pub(crate) features: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Dev,
    Build,
}

impl Metadata {
    /// Reads cargo's JSON.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let value = serde_json::from_str(text)
            .map_err(|error| Error::failed(format!("cargo metadata is not readable: {error}")))?;
        Self::from_value(&value)
    }

    pub(crate) fn from_value(value: &Value) -> Result<Self> {
        let packages = value["packages"].as_array().ok_or_else(|| Error::failed("cargo metadata has no packages"))?;
        let members = strings(&value["workspace_members"]);
        Ok(Self {
            packages: packages.iter().map(|package| Package::from_value(package, &members)).collect(),
            target_directory: text(&value["target_directory"]).into(),
        })
    }

    /// The packages of this workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.member)
    }
}

impl Package {
    fn from_value(value: &Value, members: &[String]) -> Self {
        let features = value["features"].as_object();
        Self {
            name: text(&value["name"]),
            version: text(&value["version"]),
            member: value["id"].as_str().is_some_and(|id| members.iter().any(|member| member == id)),
            publish: value["publish"].as_array().is_none_or(|registries| !registries.is_empty()),
            source: option(&value["source"]),
            license: option(&value["license"]),
            description: option(&value["description"]),
            manifest_path: text(&value["manifest_path"]).into(),
            dependencies: value["dependencies"].as_array().into_iter().flatten().map(Dependency::from_value).collect(),
            features: features.into_iter().flatten().map(|(name, on)| (name.clone(), strings(on))).collect(),
            target_kinds: value["targets"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|target| strings(&target["kind"]))
                .collect(),
        }
    }

    /// Whether it has a dependency of that name, of any kind.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.dependencies.iter().any(|dependency| dependency.name == name)
    }
}

impl Dependency {
    fn from_value(value: &Value) -> Self {
        Self {
            name: text(&value["name"]),
            kind: match value["kind"].as_str() {
                Some("dev") => Kind::Dev,
                Some("build") => Kind::Build,
                _ => Kind::Normal,
            },
            requirement: text(&value["req"]),
            source: option(&value["source"]),
            local: value["path"].is_string(),
            features: strings(&value["features"]),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn option(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Metadata made up for tests: each package is a name and its dependencies, all of them members.
#[cfg(test)]
pub(crate) fn invented(packages: &[(&str, &[Value])]) -> Metadata {
    use serde_json::json;
    let list: Vec<Value> = packages
        .iter()
        .map(|(name, dependencies)| {
            json!({
                "name": name, "version": "0.1.0", "id": name, "license": "MIT", "description": "Some words",
                "manifest_path": format!("crates/{name}/Cargo.toml"), "dependencies": dependencies,
                "features": {}, "targets": [{"kind": ["lib"]}],
            })
        })
        .collect();
    let members: Vec<&str> = packages.iter().map(|(name, _)| *name).collect();
    Metadata::from_value(&json!({ "packages": list, "workspace_members": members })).expect("metadata")
}

/// A dependency made up for tests.
#[cfg(test)]
pub(crate) fn depends(name: &str, kind: Option<&str>, features: &[&str]) -> Value {
    serde_json::json!({ "name": name, "kind": kind, "req": "^1", "features": features })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_json_is_read() {
        let metadata = Metadata::parse(
            r#"{"target_directory": "/t", "workspace_members": ["a-id"], "packages": [
                {"id": "a-id", "name": "a", "version": "1.0.0", "publish": [], "source": null, "license": "MIT",
                 "manifest_path": "/x/Cargo.toml", "features": {"f": ["g"]}, "targets": [{"kind": ["bin"]}],
                 "dependencies": [{"name": "b", "kind": "dev", "req": "*", "path": "/b", "features": ["net"]}]},
                {"id": "b-id", "name": "b", "version": "2.0.0", "publish": null, "license": " "}]}"#,
        )
        .expect("metadata");
        let [a, b] = &metadata.packages[..] else { panic!("two packages") };
        assert!(a.member && !a.publish && !b.member && b.publish);
        assert_eq!((a.license.as_deref(), b.license.as_deref()), (Some("MIT"), None));
        assert_eq!(a.features, [("f".to_owned(), vec!["g".to_owned()])]);
        let dependency = &a.dependencies[0];
        assert!(dependency.kind == Kind::Dev && dependency.local && dependency.requirement == "*");
        assert!(a.uses("b") && !b.uses("a"));
        assert_eq!(metadata.members().count(), 1);
    }

    #[test]
    fn other_text_is_an_error() {
        assert!(Metadata::parse("{}").is_err());
        assert!(Metadata::parse("nonsense").is_err());
    }
}

//! Who may depend on whom, and how large a crate's tree of dependencies may be.

use std::collections::BTreeSet;

use crate::boundaries;
use crate::error::{Error, Finding, Result, conclude};
use crate::metadata::{Dependency, Kind, Metadata, Package};
use crate::workspace::{Workspace, output};

/// What a package is to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Types and plumbing that others build on, and tools on top of them.
    Part,
    /// Speaks one vendor's wire format: never knows another provider, nor vlm-schema.
    Provider,
    /// Not published; may use anything of the workspace.
    Free,
}

struct Layer {
    name: &'static str,
    role: Role,
    /// The packages of the workspace that it may depend on.
    may_use: &'static [&'static str],
}

const fn layer(name: &'static str, role: Role, may_use: &'static [&'static str]) -> Layer {
    Layer { name, role, may_use }
}

/// The layers. A new crate gets a line here; a new edge is a decision about the design.
const LAYERS: &[Layer] = &[
    layer("vlm-core", Role::Part, &[]),
    layer("vlm-tokens", Role::Part, &[]),
    layer("vlm-media", Role::Part, &["vlm-core"]),
    layer("vlm-http", Role::Part, &["vlm-core", "vlm-media"]),
    layer("vlm-memories", Role::Provider, &["vlm-core", "vlm-http"]),
    layer("vlm-gemini", Role::Provider, &["vlm-core", "vlm-http"]),
    layer("vlm-openai", Role::Provider, &["vlm-core", "vlm-http"]),
    layer("vlm-schema", Role::Part, &["vlm-core"]),
    layer("vlm-estimate", Role::Part, &["vlm-core", "vlm-http", "vlm-media", "vlm-tokens"]),
    layer("vlm-layers", Role::Part, &["vlm-core", "vlm-estimate"]),
    layer("vlm-emulator", Role::Part, &[]),
    layer("vlm-testkit", Role::Part, &["vlm-core", "vlm-http"]),
    layer(
        "vlm-cli",
        Role::Part,
        &[
            "vlm-core",
            "vlm-http",
            "vlm-memories",
            "vlm-openai",
            "vlm-gemini",
            "vlm-schema",
            "vlm-estimate",
            "vlm-layers",
            "vlm-emulator",
        ],
    ),
    layer("vlm-bench", Role::Free, &[]),
    layer("vlm-counts", Role::Free, &[]),
    layer("vlm-examples", Role::Free, &[]),
    layer("vlm-tests", Role::Free, &[]),
    layer("xtask", Role::Part, &[]),
];

/// Crates that open sockets, and who may name them.
const NETWORK: &[&str] =
    &["axum", "curl", "h2", "hyper", "hyper-util", "isahc", "mio", "quinn", "reqwest", "socket2", "ureq", "warp"];
const NETWORK_USERS: &[&str] = &["vlm-http", "vlm-emulator", "vlm-testkit"];

/// What must not be anywhere below vlm-core: sockets, runtimes, TLS, schemas.
const NOT_BELOW_CORE: &[&str] = &[
    "async-std",
    "axum",
    "h2",
    "hyper",
    "hyper-util",
    "jsonschema",
    "mio",
    "native-tls",
    "openssl",
    "reqwest",
    "rustls",
    "schemars",
    "smol",
    "socket2",
    "tokio",
    "tower",
    "tracing-subscriber",
    "ureq",
    "url",
];

/// Trees are counted for one platform, so that the numbers are the same wherever they are counted.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// Packages, and how many crates they may bring along, themselves included.
const TREES: &[(&[&str], usize)] = &[(&["vlm-core"], 25), (&["vlm-core", "vlm-http", "vlm-memories"], 120)];

/// The whole check, as a command.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut findings = dependencies(workspace)?;
    findings.extend(boundaries::check(workspace)?);
    conclude("layering", &findings)
}

/// What manifests and trees say.
fn dependencies(workspace: &Workspace) -> Result<Vec<Finding>> {
    let metadata = workspace.metadata()?;
    let mut findings = edges(metadata);
    findings.extend(network(metadata));
    findings.extend(cycles(metadata));
    for (packages, limit) in TREES {
        let crates = tree(workspace, packages)?;
        println!("{}: {} crates, {limit} at most", packages.join(" + "), crates.len());
        findings.extend(too_large(packages, &crates, *limit));
        if *packages == ["vlm-core"] {
            findings.extend(below_core(&crates));
        }
    }
    Ok(findings)
}

/// Edges between packages of the workspace that the table of layers does not have.
fn edges(metadata: &Metadata) -> Vec<Finding> {
    let members: BTreeSet<&str> = metadata.members().map(|package| &*package.name).collect();
    let mut findings = Vec::new();
    for package in metadata.members() {
        let Some(layer) = layer_of(&package.name) else {
            findings.push(Finding::new(
                &package.name,
                "has no place in the layers",
                "add a line to LAYERS in xtask/src/layering.rs that says what it may depend on",
            ));
            continue;
        };
        for name in internal(package, &members) {
            if layer.role != Role::Free && !layer.may_use.contains(&name) {
                let uses = if layer.may_use.is_empty() { "none of them".into() } else { layer.may_use.join(", ") };
                findings.push(Finding::new(
                    &package.name,
                    format!("depends on {name}, which its layer may not know (it may know {uses})"),
                    "move the shared code down into a crate that both may know, or pass it in from above; if only \
                     tests need it, make it a dev-dependency",
                ));
            }
            let target = layer_of(name).map(|layer| layer.role);
            if layer.role == Role::Provider && (target == Some(Role::Provider) || name == "vlm-schema") {
                findings.push(Finding::new(
                    &package.name,
                    format!("is a provider and depends on {name}"),
                    "providers know vlm-core and vlm-http, never each other and never vlm-schema: they take a \
                     schema as plain JSON",
                ));
            }
        }
    }
    findings
}

/// The packages of the workspace that a package depends on, tests apart.
fn internal<'a>(package: &'a Package, members: &BTreeSet<&str>) -> Vec<&'a str> {
    let edges = package.dependencies.iter().filter(|dependency| dependency.kind != Kind::Dev);
    edges.map(|dependency| &*dependency.name).filter(|name| members.contains(name)).collect()
}

fn layer_of(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.name == name)
}

/// Published packages that reach for the network past vlm-http.
fn network(metadata: &Metadata) -> Vec<Finding> {
    let opens = |dependency: &&Dependency| {
        NETWORK.contains(&&*dependency.name)
            || dependency.name == "tokio" && dependency.features.iter().any(|on| on == "net" || on == "full")
    };
    let mut findings = Vec::new();
    for package in metadata.members().filter(|package| !NETWORK_USERS.contains(&&*package.name)) {
        let free = layer_of(&package.name).is_some_and(|layer| layer.role == Role::Free);
        let direct = package.dependencies.iter().filter(|dependency| dependency.kind != Kind::Dev && !free);
        for dependency in direct.filter(opens) {
            let net = if dependency.name == "tokio" { " with the feature `net`" } else { "" };
            findings.push(Finding::new(
                &package.name,
                format!("depends on {}{net}", dependency.name),
                "use vlm-http's transport: only vlm-http, vlm-emulator and vlm-testkit open sockets, so that limits, \
                 deadlines and redaction hold everywhere",
            ));
        }
    }
    findings
}

/// A circle of published packages through dev-dependencies that carry a version: none could be published first.
fn cycles(metadata: &Metadata) -> Vec<Finding> {
    let published = |name: &str| metadata.members().find(|package| package.publish && package.name == name);
    let next = |package: &Package| -> Vec<String> {
        let edges = package.dependencies.iter().filter(|edge| edge.kind != Kind::Dev || edge.requirement != "*");
        edges.filter(|edge| published(&edge.name).is_some()).map(|edge| edge.name.clone()).collect()
    };
    let mut findings = Vec::new();
    for start in metadata.members().filter(|package| package.publish) {
        let mut seen = BTreeSet::new();
        let mut open = next(start);
        while let Some(name) = open.pop() {
            if seen.insert(name.clone()) {
                open.extend(published(&name).map(next).unwrap_or_default());
            }
        }
        if seen.contains(&start.name) {
            findings.push(Finding::new(
                &start.name,
                "depends on itself through others, so that it cannot be published",
                "give the dev-dependency that closes the circle by path alone: `name = { path = \"…\" }`",
            ));
        }
    }
    findings
}

/// The crates that some packages bring along with default features, themselves included, as `name version`.
fn tree(workspace: &Workspace, packages: &[&str]) -> Result<BTreeSet<String>> {
    let mut arguments =
        vec!["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--target", PLATFORM];
    for package in packages {
        arguments.extend(["--package", package]);
    }
    let crates = read_tree(&output(workspace.cargo(arguments))?);
    if crates.is_empty() {
        return Err(Error::failed(format!("cargo tree shows nothing for {}", packages.join(", "))));
    }
    Ok(crates)
}

/// Reads `cargo tree --prefix none`: a line is a name, a version, and notes that do not matter.
fn read_tree(text: &str) -> BTreeSet<String> {
    let crates = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?))
    });
    crates.collect()
}

fn too_large(packages: &[&str], crates: &BTreeSet<String>, limit: usize) -> Option<Finding> {
    (crates.len() > limit).then(|| {
        Finding::new(
            packages.join(" + "),
            format!("{} crates with default features, {limit} at most", crates.len()),
            "find what is new with `cargo tree -e normal`, then drop it, switch off its features, or make it an \
             optional feature; raising the limit in xtask/src/layering.rs is a decision of its own",
        )
    })
}

fn below_core(crates: &BTreeSet<String>) -> Vec<Finding> {
    let names = crates.iter().filter_map(|entry| entry.split(' ').next());
    names
        .filter(|name| NOT_BELOW_CORE.contains(name))
        .map(|name| {
            Finding::new(
                "vlm-core",
                format!("has {name} in its tree"),
                "keep sockets, runtimes and schemas out of the core; `cargo tree -p vlm-core -e normal -i` names \
                 who brought it",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::metadata::{depends, invented};

    fn whats(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(|finding| format!("{} {}", finding.place, finding.what)).collect()
    }

    fn normal(name: &str) -> Value {
        depends(name, None, &[])
    }

    #[test]
    fn this_workspace_keeps_its_layers() {
        let workspace = Workspace::find().expect("the workspace");
        let findings = dependencies(&workspace).expect("metadata");
        assert!(findings.is_empty(), "{:#?}", whats(&findings));
    }

    #[test]
    fn this_workspace_keeps_its_boundaries() {
        let workspace = Workspace::find().expect("the workspace");
        let findings = boundaries::check(&workspace).expect("files");
        assert!(findings.is_empty(), "{:#?}", whats(&findings));
    }

    #[test]
    fn the_table_agrees_with_itself() {
        for layer in LAYERS {
            for name in layer.may_use {
                let used = layer_of(name).expect(name);
                assert!(used.role == Role::Part || layer.name == "vlm-cli", "{} uses {name}", layer.name);
                assert!(!(layer.role == Role::Provider && *name == "vlm-schema"), "{}", layer.name);
            }
        }
    }

    #[test]
    fn an_edge_that_the_table_lacks_is_found() {
        let upwards = invented(&[("vlm-core", &[normal("vlm-http")]), ("vlm-http", &[normal("vlm-core")])]);
        let found = whats(&edges(&upwards));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("vlm-core depends on vlm-http"), "{found:?}");

        let emulator = invented(&[("vlm-emulator", &[normal("vlm-core")]), ("vlm-core", &[])]);
        assert_eq!(edges(&emulator).len(), 1);
    }

    #[test]
    fn tests_and_examples_may_use_anything() {
        let dev = depends("vlm-memories", Some("dev"), &[]);
        let metadata = invented(&[
            ("vlm-core", &[dev]),
            ("vlm-memories", &[normal("vlm-core")]),
            ("vlm-examples", &[normal("vlm-memories"), normal("vlm-core"), depends("tokio", None, &["net"])]),
        ]);
        assert!(edges(&metadata).is_empty());
        assert!(network(&metadata).is_empty());
    }

    #[test]
    fn a_provider_that_knows_schemas_is_found() {
        let metadata = invented(&[("vlm-memories", &[normal("vlm-schema")]), ("vlm-schema", &[]), ("vlm-news", &[])]);
        let found = whats(&edges(&metadata));
        assert!(found.iter().any(|what| what == "vlm-memories is a provider and depends on vlm-schema"), "{found:?}");
        assert!(found.iter().any(|what| what == "vlm-news has no place in the layers"), "{found:?}");
    }

    #[test]
    fn sockets_past_the_plumbing_are_found() {
        let metadata = invented(&[
            ("vlm-memories", &[normal("reqwest"), depends("tokio", None, &["time"])]),
            ("vlm-cli", &[depends("tokio", None, &["net"]), depends("hyper", Some("dev"), &[])]),
            ("vlm-http", &[normal("reqwest")]),
        ]);
        let found = whats(&network(&metadata));
        assert_eq!(found, ["vlm-memories depends on reqwest", "vlm-cli depends on tokio with the feature `net`"]);
    }

    #[test]
    fn a_circle_is_found() {
        let dev = |name| depends(name, Some("dev"), &[]);
        let circle = invented(&[("vlm-core", &[dev("vlm-http")]), ("vlm-http", &[normal("vlm-core")])]);
        assert_eq!(cycles(&circle).len(), 2);
        let straight = invented(&[("vlm-core", &[]), ("vlm-http", &[normal("vlm-core"), dev("vlm-core")])]);
        assert!(cycles(&straight).is_empty());
    }

    #[test]
    fn trees_are_counted_and_searched() {
        let crates = read_tree("vlm-core v0.1.0 (/x)\nserde v1.0.1\nserde v1.0.1 (*)\ntokio v1.2.3\n\n");
        assert_eq!(crates.len(), 3);
        assert!(too_large(&["vlm-core"], &crates, 3).is_none());
        assert!(too_large(&["vlm-core"], &crates, 2).is_some());
        assert_eq!(whats(&below_core(&crates)), ["vlm-core has tokio in its tree"]);
    }
}

//! What is refused, and what a member's files say. That they build is the guide's step.

use super::*;
use crate::guide::Scratch;

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_command_line_that_is_not_understood_is_a_usage_error() {
    for line in ["", "--path", "--path x", "a b", "a --path", "a --paht x", "a --path x y"] {
        assert!(Plan::parse(&words(line)).expect_err(line).is_usage(), "{line}");
    }
    for line in ["a --path x", "--path x a"] {
        let plan = Plan::parse(&words(line)).expect(line);
        assert_eq!((&*plan.name.kebab, plan.folder.is_some_and(|folder| folder.is_absolute())), ("a", true));
    }
}

#[test]
fn what_exists_is_not_written_over() {
    let workspace = Workspace::find().expect("the workspace");
    let scratch = Scratch::new(&format!("existing-{}", std::process::id())).expect("a folder");
    let plan = |name: &str, folder: Option<&Path>| Plan::new(name, folder).expect("a plan");
    for plan in [plan("openai", None), plan("north-wind", Some(scratch.path()))] {
        let error = create(&workspace, &plan).expect_err("it exists");
        assert!(error.to_string().ends_with("exists: nothing was written"), "{error}");
    }
    let inside = plan("north-wind", Some(&workspace.root().join("elsewhere")));
    let error = create(&workspace, &inside).expect_err("inside");
    assert!(error.to_string().contains("leave --path out"), "{error}");
    assert!(!workspace.root().join("elsewhere").exists());
}

#[test]
fn a_member_inherits_what_the_root_manifest_has() {
    let workspace = Workspace::find().expect("the workspace");
    let root = workspace.read("Cargo.toml").expect("the root manifest");
    let files = guide(&workspace, true).expect("files");
    let manifest = &files.iter().find(|file| file.path == MANIFEST).expect("a manifest").text;
    let (_, dependencies) = manifest.split_once("[dependencies]").expect("dependencies");
    let names: Vec<&str> = dependencies.lines().filter_map(|line| line.strip_suffix(".workspace = true")).collect();
    assert!(names.contains(&"vlm-http") && names.contains(&"insta"), "{names:?}");
    for name in names {
        assert!(root.contains(&format!("\n{name} = ")), "{name} is not in [workspace.dependencies]");
    }
}

#[test]
fn nothing_is_left_of_acme_but_what_is_said_of_it() {
    let workspace = Workspace::find().expect("the workspace");
    let plan = Plan::new("north-wind", None).expect("a plan");
    for file in guide(&workspace, true).expect("files") {
        let text = plan.name.put_into(&file.text).to_ascii_lowercase();
        assert!(!text.contains("acme"), "{}", file.path);
    }
    let said = next(&plan, Path::new("crates/vlm-north-wind"));
    assert!(said.contains("layer(\"vlm-north-wind\", Role::Provider") && said.contains("cargo test -p vlm-north-wind"));
}

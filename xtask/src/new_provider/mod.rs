//! Writes a crate for a new provider: the files of the guide, with another name in place of Acme's.
//!
//! The guide is the template, so what is read and what is written cannot drift apart.

mod manifest;
mod name;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::guide::blocks::{self, GuideFile};
use crate::workspace::{Workspace, output, run as run_command};
use name::Name;

const GUIDE: &str = include_str!("../../../docs/adding-a-provider.md");

const MANIFEST: &str = "Cargo.toml";

/// What is to be written, and where.
#[derive(Debug)]
pub(crate) struct Plan {
    name: Name,
    /// Absolute; nothing for a member of the workspace.
    folder: Option<PathBuf>,
}

impl Plan {
    pub(crate) fn new(name: &str, folder: Option<&Path>) -> Result<Self> {
        let here = || std::env::current_dir().unwrap_or_default();
        Ok(Self { name: Name::parse(name)?, folder: folder.map(|folder| here().join(folder)) })
    }

    /// `NAME [--path FOLDER]`.
    fn parse(options: &[String]) -> Result<Self> {
        let words: Vec<&str> = options.iter().map(String::as_str).collect();
        match words.as_slice() {
            [name] if !name.starts_with('-') => Self::new(name, None),
            [name, "--path", folder] | ["--path", folder, name] => Self::new(name, Some(Path::new(folder))),
            _ => Err(Error::usage("new-provider takes a name, and --path FOLDER if it is to stand elsewhere")),
        }
    }
}

/// The command.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<()> {
    let plan = Plan::parse(options)?;
    let folder = create(workspace, &plan)?;
    if plan.folder.is_none() {
        // Every other chore runs with the lock file as it is.
        output(workspace.cargo(["metadata", "--offline", "--format-version", "1"]))?;
    }
    print!("{}", next(&plan, &folder));
    Ok(())
}

/// Writes the crate, formatted, and says where it is.
pub(crate) fn create(workspace: &Workspace, plan: &Plan) -> Result<PathBuf> {
    let member = plan.folder.is_none();
    let folder = plan.folder.clone().unwrap_or_else(|| workspace.root().join("crates").join(plan.name.package()));
    if !member && folder.starts_with(workspace.root()) {
        return Err(Error::failed(format!(
            "{} is inside of this workspace: leave --path out to get a member in crates/, or name a folder outside",
            folder.display()
        )));
    }
    if folder.exists() {
        return Err(Error::failed(format!("{} exists: nothing was written", folder.display())));
    }
    let mut files = guide(workspace, member)?;
    plan.name.check_against(&files)?;
    for file in &mut files {
        file.text = plan.name.put_into(&file.text);
    }
    write(&folder, &files)?;
    // Names of another length break lines elsewhere.
    let mut format = workspace.cargo(["fmt", "--manifest-path"]);
    format.arg(folder.join(MANIFEST)).args(["--", "--config-path"]).arg(workspace.root());
    run_command(format)?;
    Ok(folder)
}

/// The files of the guide, with a manifest for a member of the workspace, or for a crate elsewhere.
pub(crate) fn guide(workspace: &Workspace, member: bool) -> Result<Vec<GuideFile>> {
    let mut files =
        blocks::files(GUIDE).map_err(|error| Error::failed(format!("docs/adding-a-provider.md: {error}")))?;
    let manifest = files.iter_mut().find(|file| file.path == MANIFEST);
    let manifest = manifest.ok_or_else(|| Error::failed("docs/adding-a-provider.md has no Cargo.toml"))?;
    manifest.text = match member {
        true => manifest::inheriting(&manifest.text),
        false => manifest::with_paths(&manifest.text, workspace.root()),
    };
    Ok(files)
}

/// Writes files below a folder, which is made.
pub(crate) fn write(folder: &Path, files: &[GuideFile]) -> Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, &file.text));
        written.map_err(|error| Error::failed(format!("cannot write {}: {error}", path.display())))?;
    }
    Ok(())
}

/// What is left to do, as text.
fn next(plan: &Plan, folder: &Path) -> String {
    let Name { kebab, .. } = &plan.name;
    let package = plan.name.package();
    let mut text = format!(
        "\nwrote {}: it compiles, and passes the suite against Acme's wire format under your name\n\n\
         docs/adding-a-provider.md explains each file. Next:\n\
         - src/builder.rs: the base URL, the path and the key's variable\n\
         - src/models.rs: the models, what each can do, prices and token rules; all figures in it are made up\n\
         - src/codec.rs, src/reply.rs, src/stream.rs: your service's requests, answers, errors and streams\n\
         - tests/conformance.rs: the same wire format once more, from its documentation\n",
        folder.display()
    );
    text += &match plan.folder {
        Some(_) => format!("- cargo test --manifest-path {}\n", folder.join(MANIFEST).display()),
        None => format!(
            "- cargo test -p {package}\n\
             - xtask/src/layering.rs: layer(\"{package}\", Role::Provider, &[\"vlm-core\", \"vlm-http\"]) in LAYERS\n\
             - Cargo.toml: {package} = {{ path = \"crates/{package}\", version = \"0.1.0\", default-features = false }} \
             in [workspace.dependencies]\n\
             - README.md: a row for `{kebab}`; CHANGELOG.md: an entry\n"
        ),
    };
    text
}

#[cfg(test)]
mod tests;

//! The guide's manifest, for a member of this workspace and for a crate elsewhere.

use std::fmt::Write as _;
use std::path::Path;

/// What a member takes from the root manifest.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license"];

/// Settings and dependencies inherited from the root manifest, which has them all.
pub(super) fn inheriting(manifest: &str) -> String {
    let mut table = "";
    let mut text = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            table = line;
        }
        let name = line.split_once(" = ").map_or("", |(name, _)| name);
        let inherited = match table {
            "[package]" => INHERITED.contains(&name),
            "[dependencies]" | "[dev-dependencies]" => !name.is_empty(),
            _ => false,
        };
        let _ = match inherited {
            true => writeln!(text, "{name}.workspace = true"),
            false => writeln!(text, "{line}"),
        };
    }
    let more = "license.workspace = true\nkeywords.workspace = true\ncategories.workspace = true\n";
    text.replacen("license.workspace = true\n", more, 1) + "\n[lints]\nworkspace = true\n"
}

/// The crates of this repository by their folders, beside their versions.
pub(super) fn with_paths(manifest: &str, root: &Path) -> String {
    let crates = root.join("crates").to_string_lossy().replace('\\', "/");
    let mut text = String::new();
    for line in manifest.lines() {
        let _ = match line.split_once(" = { version") {
            Some((name, rest)) if name.starts_with("vlm-") => {
                writeln!(text, "{name} = {{ path = \"{crates}/{name}\", version{rest}")
            }
            _ => writeln!(text, "{line}"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
[package]
name = \"vlm-acme\"
version = \"0.1.0\"
license = \"MIT\"

[features]
default = [\"rustls\"]

[dependencies]
vlm-http = { version = \"0.1\", default-features = false }
url = \"2\"
";

    #[test]
    fn a_member_inherits() {
        let expected = "\
[package]
name = \"vlm-acme\"
version.workspace = true
license.workspace = true
keywords.workspace = true
categories.workspace = true

[features]
default = [\"rustls\"]

[dependencies]
vlm-http.workspace = true
url.workspace = true

[lints]
workspace = true
";
        assert_eq!(inheriting(MANIFEST), expected);
    }

    #[test]
    fn elsewhere_the_crates_of_this_repository_have_paths() {
        let text = with_paths(MANIFEST, Path::new("/there"));
        let line = "vlm-http = { path = \"/there/crates/vlm-http\", version = \"0.1\", default-features = false }\n";
        assert!(text.contains(line) && text.contains("url = \"2\"\n"), "{text}");
    }
}

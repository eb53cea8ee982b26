//! Many pictures and films, as `vlm estimate` takes them: files, patterns that no shell has expanded, and URLs.

use std::ffi::OsString;
use std::path::Path;

use crate::attachment::Attachment;
use crate::exit::Failure;

/// Everything that is named, in order; the files of a pattern sorted by name.
pub(crate) fn expand(named: Vec<OsString>) -> Result<Vec<Attachment>, Failure> {
    let mut media = Vec::new();
    for name in named {
        match pattern(&name) {
            Some(pattern) => media.extend(matching(&pattern)?),
            None => media.push(Attachment::new(name)),
        }
    }
    Ok(media)
}

/// The pattern that a name is, unless there is a file of that very name, or it is a URL.
fn pattern(name: &OsString) -> Option<String> {
    let text = name.to_str()?;
    let is_pattern = text.contains(['*', '?', '[']) && !text.contains("://") && !text.starts_with("data:");
    (is_pattern && !Path::new(text).exists()).then(|| text.to_owned())
}

fn matching(pattern: &str) -> Result<Vec<Attachment>, Failure> {
    let wrong = |error: glob::PatternError| {
        let hint = "quote a name that has `*`, `?` or `[` in itself as [*], [?] or [[]";
        Failure::setup(format!("`{pattern}` is no pattern of file names: {error}"), hint)
    };
    let mut files = Vec::new();
    for found in glob::glob(pattern).map_err(wrong)? {
        let path = found.map_err(|error| {
            Failure::setup(format!("a folder of `{pattern}` cannot be read: {error}"), "check its permissions")
        })?;
        // A pattern means what is in folders, not the folders.
        if !path.is_dir() {
            files.push(Attachment::new(path.into_os_string()));
        }
    }
    if files.is_empty() {
        return Err(Failure::setup(format!("no file matches `{pattern}`"), "check the folder and the ending"));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_expanded_and_everything_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.png", "a.png", "c.jpg", "[x].png"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("d.png")).unwrap();
        let path = |name: &str| folder.path().join(name).into_os_string();
        let labels = |named: Vec<OsString>| -> Vec<String> {
            let base = format!("{}/", folder.path().display());
            expand(named).unwrap().iter().map(|media| media.label().replace(&base, "")).collect()
        };
        assert_eq!(labels(vec![path("*.png"), path("c.jpg")]), ["[x].png", "a.png", "b.png", "c.jpg"]);
        assert_eq!(labels(vec![path("[x].png")]), ["[x].png"], "a file of that very name");
        assert_eq!(labels(vec!["https://example.org/a.png?x=[1]".into()]), ["https://example.org/a.png"]);
        assert!(matches!(expand(vec![path("*.gif")]), Err(Failure::Setup { .. })));
        assert!(matches!(expand(vec![path("***.gif")]), Err(Failure::Setup { .. })));
    }
}

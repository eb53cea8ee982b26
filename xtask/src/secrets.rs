//! Strings that look like keys, and paths of somebody's machine: neither belongs into a repository.

/// How a kind of key looks: a beginning, then at least so many signs of its alphabet.
struct Shape {
    prefix: &'static str,
    at_least: usize,
    /// Signs beside letters and digits.
    also: &'static str,
    /// Words in kebab case look like such a key too; a real one has digits.
    needs_digit: bool,
}

const fn shape(prefix: &'static str, at_least: usize, also: &'static str, needs_digit: bool) -> Shape {
    Shape { prefix, at_least, also, needs_digit }
}

const SHAPES: &[Shape] = &[
    shape("sk-mavi-", 8, "", false),
    shape("sk-", 20, "-_", true),
    shape("AIza", 35, "-_", false),
    shape("AKIA", 16, "", false),
    shape("ghp_", 36, "", false),
    shape("github_pat_", 22, "_", false),
    shape("xoxb-", 20, "-", false),
];

/// What marks a key as made up.
const MADE_UP: &[&str] = &["example", "test", "never"];

/// First parts of absolute paths under which people keep their work.
const PERSONAL: &[&str] = &["home", "Users", "root", "work", "workspace"];

/// Names that stand for anybody.
const ANYBODY: &[&str] = &["me", "you", "user", "alice"];

/// The first thing in a line that looks like a key, shortened so that the report does not show it.
pub(crate) fn key_in(line: &str) -> Option<String> {
    if line.contains(concat!("-----BEGIN", " ")) && line.contains(concat!("PRIVATE ", "KEY-----")) {
        return Some("a private key".to_owned());
    }
    SHAPES.iter().find_map(|shape| {
        let found = line.match_indices(shape.prefix).any(|(at, _)| is_key(shape, line, at));
        found.then(|| format!("`{}…`", shape.prefix))
    })
}

fn is_key(shape: &Shape, line: &str, at: usize) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let before = line[..at].chars().next_back();
    let rest = &line[at + shape.prefix.len()..];
    let body: String = rest.chars().take_while(|&c| c.is_ascii_alphanumeric() || shape.also.contains(c)).collect();
    let whole: String = rest.chars().take_while(|&c| is_word(c)).collect::<String>().to_lowercase();
    !before.is_some_and(is_word)
        && body.len() >= shape.at_least
        && !MADE_UP.iter().any(|word| whole.contains(word))
        && (!shape.needs_digit || body.chars().any(|c| c.is_ascii_digit()))
}

/// The first absolute path in a line that exists on somebody's machine only. `root` is where the checkout is.
pub(crate) fn personal_path_in(line: &str, root: &str) -> Option<String> {
    let own = (root.matches('/').count() > 1 && line.contains(root)).then(|| root.to_owned());
    own.or_else(|| {
        PERSONAL.iter().find_map(|part| {
            let start = format!("/{part}/");
            let hit = line.match_indices(&start).find(|&(at, _)| is_personal(line, at, &start))?;
            Some(line[hit.0..].chars().take_while(|c| !c.is_whitespace() && !"\"'`)<>".contains(*c)).collect())
        })
    })
}

fn is_personal(line: &str, at: usize, start: &str) -> bool {
    // In the middle of a longer path, or of an address, it is no absolute path; after `file://` it is.
    let before = &line[..at];
    let absolute = before.ends_with("file://")
        || !before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || "/._-}*~$".contains(c));
    let next: String =
        line[at + start.len()..].chars().take_while(|c| c.is_alphanumeric() || "._-".contains(*c)).collect();
    absolute && !next.is_empty() && !ANYBODY.contains(&&*next)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Put together here, so that this file passes the check that it tests.
    fn key(prefix: &str, body: &str) -> String {
        format!("let k = \"{prefix}{body}\";")
    }

    #[test]
    fn keys_are_found() {
        assert!(key_in(&key("sk-mavi-", "abcdEFGH")).is_some());
        assert!(key_in(&key("sk-", "proj-abcdefghij0123456789")).is_some());
        assert!(key_in(&key("AKIA", "ABCDEFGHIJKLMNOP")).is_some());
        assert!(key_in(&key("AIza", &"x".repeat(35))).is_some());
        assert!(key_in(&format!("-----BEGIN {}KEY-----", "RSA PRIVATE ")).is_some());
    }

    #[test]
    fn a_report_does_not_show_the_key() {
        let shown = key_in(&key("sk-mavi-", "abcdEFGH")).expect("a key");
        assert!(!shown.contains("abcd"), "{shown}");
    }

    #[test]
    fn what_is_made_up_or_no_key_passes() {
        for line in [
            key("sk-mavi-", "example0123456789"),
            key("sk-mavi-", "abcd0123-never-shown"),
            key("sk-mavi-", "short"),
            key("sk-", "some-long-kebab-case-word-without-digits"),
            key("risk-", "0123456789012345678901234567"),
            "task-mavi-0123456789".to_owned(),
        ] {
            assert_eq!(key_in(&line), None, "{line}");
        }
    }

    #[test]
    fn personal_paths_are_found() {
        let path = |first: &str, rest: &str| format!("see /{first}/{rest}.");
        assert!(personal_path_in(&path("home", "carol/x.jpg"), "/r").is_some());
        assert!(personal_path_in(&path("Users", "carol"), "/r").is_some());
        assert!(personal_path_in(&format!("file:///{}/x", "root"), "/r").is_some());
        assert!(personal_path_in("in /builds/here/xtask", "/builds/here").is_some());
    }

    #[test]
    fn other_paths_pass() {
        let none = |line: &str| assert_eq!(personal_path_in(line, "/x"), None, "{line}");
        none(&format!("/{}/me/photo.jpg", "home"));
        none(&format!("https://example.com/{}/a", "work"));
        none(&format!("docs/{}/a", "work"));
        none("/x/y");
        none("/tmp/z and /dev/zero");
    }
}

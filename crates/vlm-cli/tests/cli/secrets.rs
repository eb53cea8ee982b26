//! Keys are read from where a user keeps them, and shown nowhere.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{KEY, Server};

/// Both outputs as one text.
fn both(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_key_is_never_printed() {
    let told = format!("status=401; message=the key {KEY} is wrong");
    let errored = format!("errored=AUTH; message=key {KEY}");
    for order in ["", &told, &errored, "status=503", "cut=10", "malformed-json"] {
        for arguments in [&["hi"][..], &["hi", "--json"], &["hi", "--stream"], &["hi", "--stream", "--json"]] {
            let server = Server::start(&serde_json::to_string(&[order]).unwrap());
            let output = server.ask(&[arguments, &["--max-attempts", "1"]].concat()).output().unwrap();
            let said = both(&output);
            assert!(!said.contains(KEY) && !said.is_empty(), "{order} {arguments:?}: {said}");
        }
    }
}

#[test]
fn a_malformed_key_is_not_quoted() {
    let server = Server::start("[]");
    let output = server.ask(&["hi"]).env("MEMORIES_API_KEY", "never\u{7}a-key").output().unwrap();
    let said = both(&output);
    assert_eq!(output.status.code(), Some(3));
    assert!(!said.contains("a-key"), "{said}");
}

#[test]
fn a_key_may_come_from_standard_input() {
    let server = Server::start("[]");
    let mut child = server.ask(&["hi", "--key-file", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b" never-a-key \n").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(server.emulator.journal()[0].key_length, "never-a-key".len());
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;

    let server = Server::start("[]");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "never-a-key\n").unwrap();
    let said = |mode: u32| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let output = server.ask(&["hi", "--key-file", path.to_str().unwrap()]).output().unwrap();
        assert!(output.status.success());
        both(&output)
    };
    assert!(said(0o644).contains("can be read by other users"));
    assert!(!said(0o600).contains("warning"));
}

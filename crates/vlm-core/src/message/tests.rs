//! Messages: order of parts, texts, and what is shown.

use super::*;

#[test]
fn parts_keep_their_order() {
    let message = Message::user("one").with(Media::path("a.jpg")).with("two").with(Media::url("https://h.org/b.mp4"));
    let kinds: Vec<_> = message.parts.iter().map(|part| (part.as_text(), part.media_kind())).collect();
    let expected =
        [(Some("one"), None), (None, Some(MediaKind::Image)), (Some("two"), None), (None, Some(MediaKind::Video))];
    assert_eq!(kinds, expected);
    assert_eq!(message.media().count(), 2);
    assert_eq!(message.text(), "one\ntwo");
    assert_eq!(Message::new(Role::User, vec![]).text(), "");
}

#[test]
fn each_role_has_its_maker_and_its_word() {
    let made = [Message::system("x"), Message::user("x"), Message::assistant("x")];
    let words: Vec<String> = made.iter().map(|message| message.role.to_string()).collect();
    assert_eq!(words, ["system", "user", "assistant"]);
}

#[test]
fn debug_counts_characters() {
    assert_eq!(format!("{:?}", Message::user("häß")), "Message { role: User, parts: [Text(3 chars)] }");
}

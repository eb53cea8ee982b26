//! Foreign text on a terminal: nothing that a model or a service writes may move the cursor, change colours, set the
//! title, reach the clipboard or reorder what is read.

/// Removes what drives a terminal. Keeps its state between pieces of one text, so cuts do not matter.
///
/// Removed are escape sequences as a whole, control characters but newline and tab, and the characters that change
/// the direction of text. A sequence that takes a string ends at a newline at the latest, so that it cannot swallow
/// the rest of an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct TerminalFilter {
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Behind ESC, and behind the intermediates that may follow it.
    Escape,
    /// In a control sequence, up to its final character.
    Control,
    /// In a string (OSC, DCS, SOS, PM, APC), up to its terminator.
    String,
    /// Behind an ESC inside a string.
    StringEscape,
}

impl TerminalFilter {
    /// The harmless part of the next piece.
    pub(crate) fn piece(&mut self, text: &str) -> String {
        text.chars().filter(|c| self.keeps(*c)).collect()
    }

    /// The harmless part of a text that stands alone.
    pub(crate) fn whole(text: &str) -> String {
        Self::default().piece(text)
    }

    fn keeps(&mut self, c: char) -> bool {
        if self.state == State::StringEscape {
            // ESC \ ends the string; any other ESC ends it too, and begins a sequence of its own.
            self.state = if c == '\\' { State::Text } else { State::Escape };
            if c == '\\' {
                return false;
            }
        }
        match (self.state, c) {
            (State::String, '\x1B') => self.state = State::StringEscape,
            (_, '\x1B') => self.state = State::Escape,
            (_, '\u{9B}') => self.state = State::Control,
            (_, '\u{90}' | '\u{98}' | '\u{9D}'..='\u{9F}') => self.state = State::String,
            (State::String, '\x07' | '\x18' | '\x1A' | '\u{9C}') => self.state = State::Text,
            (State::String, c) if c != '\n' => {}
            (State::Escape, '[') => self.state = State::Control,
            (State::Escape, ']' | 'P' | 'X' | '^' | '_') => self.state = State::String,
            (State::Escape, ' '..='/') | (State::Control, ' '..='?') => {}
            (State::Escape, '0'..='~') | (State::Control, '@'..='~') => self.state = State::Text,
            // What belongs to no sequence ends it.
            (_, c) => {
                self.state = State::Text;
                return !is_forbidden(c);
            }
        }
        false
    }
}

/// Control characters but newline and tab, and those that change the direction of text.
fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || turns_direction(c)
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// JSON with DEL, C1 and direction-changing characters escaped, which JSON itself allows to stand in strings.
pub(crate) fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, '\u{7F}'..='\u{9F}') || turns_direction(c) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sequences_vanish_as_a_whole() {
        for (text, left) in [
            ("a\x1B[31mred\x1B[0mb", "aredb"),
            ("a\u{9B}2Jb", "ab"),
            ("a\x1B]0;title\x07b", "ab"),
            ("a\x1B]52;c;ZXZpbA==\x1B\\b", "ab"),
            ("a\x1BPq#0\u{9C}b", "ab"),
            ("a\x1B(0b\x1Bcd", "abd"),
            ("a\x1B]0;never ended\nb", "a\nb"),
            ("a\x1B[12\nb", "a\nb"),
            ("a\x1B]x\x1B[31mb", "ab"),
            ("a\x1B\x1B[1mb", "ab"),
            ("safe\rEVIL", "safeEVIL"),
            ("one\r\ntwo\tthree", "one\ntwo\tthree"),
            ("a\u{202E}b\u{2066}c\x7F\x08d", "abcd"),
            ("a\x1Bé", "aé"),
        ] {
            assert_eq!(TerminalFilter::whole(text), left, "{text:?}");
        }
    }

    #[test]
    fn json_is_escaped_and_stays_the_same_value() {
        let text = "a\u{7F}b\u{9B}c\u{202E}d é 日";
        let json = escape_json(&serde_json::to_string(text).unwrap());
        assert_eq!(json, r#""a\u007fb\u009bc\u202ed é 日""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    /// Text in which sequences, and their parts, are frequent.
    fn hostile() -> impl Strategy<Value = String> {
        let mark = prop::sample::select(vec![
            "\x1B", "[", "]", "\\", "\x07", "\u{9B}", "\u{9C}", "\u{9D}", "\r", "\n", "\t", "\u{202E}", "\u{2069}",
            "\x7F", "\u{85}", "31m", "P", "0;", " ", "\x18",
        ]);
        let piece = prop_oneof![3 => mark.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_forbidden_is_left(text in hostile()) {
            prop_assert!(!TerminalFilter::whole(&text).chars().any(is_forbidden));
        }

        #[test]
        fn cuts_do_not_matter(text in hostile()) {
            let mut filter = TerminalFilter::default();
            let pieces: String = text.chars().map(|c| filter.piece(&c.to_string())).collect();
            prop_assert_eq!(pieces, TerminalFilter::whole(&text));
        }

        #[test]
        fn twice_is_once(text in hostile()) {
            let once = TerminalFilter::whole(&text);
            prop_assert_eq!(TerminalFilter::whole(&once), once);
        }

        #[test]
        fn plain_text_is_unchanged(text in "[ -~\n\t\u{A0}-\u{FF}α-ω一-十]*") {
            prop_assert_eq!(TerminalFilter::whole(&text), text);
        }

        #[test]
        fn escaped_json_is_the_same_value(text in hostile()) {
            let json = escape_json(&serde_json::to_string(&text).unwrap());
            prop_assert!(!json.chars().any(is_forbidden));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}

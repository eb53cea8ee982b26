//! Foreign text where it is shown: on one line, without what could drive a terminal.

use std::fmt::{self, Write as _};

/// Shows text on one line: control, line-breaking and direction-changing characters are escaped, all others stay.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|c| if is_harmless(c) { f.write_char(c) } else { write!(f, "{}", c.escape_default()) })
    }
}

fn is_harmless(c: char) -> bool {
    let turns_direction =
        matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    !(c.is_control() || turns_direction || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}'))
}

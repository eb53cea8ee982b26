//! What the push parser tells, and who listens.

use serde_json::Value;

/// Something in the text. Offsets count from the first byte of the first piece.
#[derive(Debug)]
pub(in crate::decode) enum Event<'a> {
    /// An array or object begins.
    Open {
        /// Which of them.
        array: bool,
    },
    /// The innermost array or object ends.
    Close,
    /// A key is whole.
    Key(&'a str),
    /// A string value begins.
    StringStart,
    /// More of the string.
    Text(&'a str),
    /// The string is whole.
    StringEnd,
    /// A number, `true`, `false` or `null` begins.
    ScalarStart,
    /// It is whole.
    Scalar(Value),
    /// The root array was none, but a remark in brackets: all events so far are void.
    Abandon,
}

/// Who takes the events.
pub(in crate::decode) trait Sink {
    /// Takes one event, whose token lies at `at..end`. For [`Event::Text`] the range has no meaning.
    fn event(&mut self, event: Event<'_>, at: usize, end: usize);
}

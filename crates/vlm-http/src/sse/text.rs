//! Text that is a slice of a network buffer.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;

/// UTF-8 text in a shared buffer; cheap to clone and to slice out of what came from the network.
///
/// `Debug` shows the length only: it is a model's answer.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct EventText(Bytes);

impl EventText {
    /// The text, and whether bytes that are not UTF-8 were replaced.
    pub(crate) fn lossy(bytes: Bytes) -> (Self, bool) {
        match std::str::from_utf8(&bytes) {
            Ok(_) => (Self(bytes), false),
            Err(_) => (Self(String::from_utf8_lossy(&bytes).into_owned().into()), true),
        }
    }

    /// The text. Bind it once where it is read often: the bytes are checked again at each call, which is the price of
    /// doing without unsafe code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The bytes of the text.
    pub fn as_bytes(&self) -> &Bytes {
        &self.0
    }
}

impl Deref for EventText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for EventText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for EventText {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<String> for EventText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl PartialEq<str> for EventText {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for EventText {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl fmt::Display for EventText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for EventText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventText({} bytes)", self.0.len())
    }
}

//! Text that is a slice of a network buffer.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use bytestring::ByteString;

/// UTF-8 text in a shared buffer; cheap to clone and to slice out of what came from the network.
///
/// `Debug` shows the length only: it is a model's answer.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct EventText(ByteString);

impl EventText {
    /// The text, and whether bytes that are not UTF-8 were replaced.
    pub(crate) fn lossy(bytes: Bytes) -> (Self, bool) {
        match ByteString::try_from(bytes.clone()) {
            Ok(text) => (Self(text), false),
            Err(_) => (Self(String::from_utf8_lossy(&bytes).into_owned().into()), true),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes of the text.
    pub fn as_bytes(&self) -> &Bytes {
        self.0.as_bytes()
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
        Self(text.into())
    }
}

impl From<String> for EventText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl PartialEq<str> for EventText {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for EventText {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
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

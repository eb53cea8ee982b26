//! The one type that holds a key.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};
use vlm_core::{Error, ErrorKind};

/// A key. `Debug` is `[redacted]`; there is no `Display`, no `Serialize` and no comparison.
///
/// The memory is wiped on drop. Honestly: the copies inside a request's header map, in TLS buffers and in a core dump
/// are not wiped.
///
/// ```
/// let secret = vlm_http::Secret::new(" sk-example \n")?;
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// assert!(vlm_http::Secret::new("two\nlines").is_err());
/// # Ok::<(), vlm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Secret(Arc<SecretString>);

impl Secret {
    /// Takes a key; white space around it is dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when nothing is left, or when it holds a character that cannot stand in a header.
    /// The value is never quoted.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let mut text: String = text.into();
        let secret = Self::checked(text.trim());
        text.zeroize();
        secret
    }

    fn checked(text: &str) -> Result<Self, Error> {
        let refuse = |message: &str| Err(Error::new(ErrorKind::Configuration, message));
        if text.is_empty() {
            return refuse("the key is empty; set it to the key that the service issued");
        }
        if text.chars().any(char::is_control) {
            return refuse("the key contains a line break or another control character; copy it again as one line");
        }
        if !text.is_ascii() {
            return refuse("the key contains a character outside ASCII; copy it again from the service's page");
        }
        Ok(Self(Arc::new(SecretString::from(text))))
    }

    /// The key itself, for the header and the scrubber only.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value of a header, marked sensitive: hidden in `Debug`, never indexed by HTTP/2.
    pub(crate) fn header(&self, prefix: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
        let mut text = String::with_capacity(prefix.len() + self.expose().len());
        text.push_str(prefix);
        text.push_str(self.expose());
        let value = HeaderValue::from_str(&text).map(|mut value| {
            value.set_sensitive(true);
            value
        });
        text.zeroize();
        value
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl AsRef<Secret> for Secret {
    fn as_ref(&self) -> &Secret {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_and_refuses_without_quoting() {
        assert_eq!(Secret::new("  key\r\n").expect("valid").expose(), "key");
        for text in ["", " \n", "planted\nplanted", "planted\0", "planted\u{7f}", "planted\u{e9}"] {
            let error = Secret::new(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(!format!("{error} {error:?}").contains("planted"));
        }
    }

    #[test]
    fn its_header_is_sensitive() {
        let value = Secret::new("planted").expect("valid").header("Bearer ").expect("a header");
        assert_eq!(value, "Bearer planted");
        assert!(!format!("{value:?}").contains("planted"));
    }
}

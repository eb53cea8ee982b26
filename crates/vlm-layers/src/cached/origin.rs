//! Where answers come from, and for whom: what keeps the answers of several services and customers apart in one cache.

use std::fmt;

use vlm_core::{Error, ErrorKind, Result};

use super::digest::{Digest, keyed, sha256};

/// Where the answers of a provider come from, and for whom they are.
///
/// An answer is found again only under the same address and the same customer. `Debug` shows the address.
///
/// ```
/// use vlm_layers::Origin;
///
/// let origin = Origin::new("https://api.example.org/v1", "sk-the-key-of-this-customer");
/// assert_eq!(format!("{origin:?}"), r#"Origin { address: "https://api.example.org/v1", .. }"#);
/// ```
#[derive(Clone)]
pub struct Origin {
    address: String,
    customer: Customer,
}

#[derive(Clone, Copy)]
enum Customer {
    /// The digest of what tells this one from all others.
    One(Digest),
    Everyone,
    Unsaid,
}

impl Origin {
    /// The service at `address`, such as the provider's base URL, asked by the customer of this secret: the API key; and
    /// where several customers share one key, the key and the customer's name. Only a digest of it is kept in memory, and
    /// nothing of it on the disk.
    pub fn new(address: impl Into<String>, secret: impl AsRef<[u8]>) -> Self {
        let customer = match secret.as_ref() {
            [] => Customer::Unsaid,
            secret => Customer::One(sha256(secret)),
        };
        Self { address: address.into(), customer }
    }

    /// The service at `address`, asked by nobody in particular: whoever uses the cache may be given any answer.
    pub fn for_everyone(address: impl Into<String>) -> Self {
        Self { address: address.into(), customer: Customer::Everyone }
    }

    /// The key under which the questions of this customer to this provider are named.
    pub(super) fn key(&self, secret: &Digest, provider: &str) -> Result<Digest> {
        let address = self.address.trim().trim_end_matches('/');
        let customer: &[u8] = match &self.customer {
            Customer::One(digest) => digest,
            Customer::Everyone => b"",
            Customer::Unsaid => {
                return Err(Error::new(ErrorKind::Configuration, "the secret of the cache's origin is empty")
                    .with_advice(
                        "Give the API key, so that no customer sees another's answers, or say Origin::for_everyone; \
                         nothing was sent.",
                    ));
            }
        };
        Ok(keyed(secret, &[b"vlm-cache", provider.as_bytes(), address.as_bytes(), customer]))
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = vlm_core::redact_url(&self.address);
        f.debug_struct("Origin").field("address", &address).finish_non_exhaustive()
    }
}

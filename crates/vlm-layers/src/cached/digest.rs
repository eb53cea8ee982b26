//! SHA-256, and HMAC with it (RFC 2104): names that say nothing to whoever does not have the key.

use sha2::{Digest as _, Sha256};

/// 32 bytes: a digest, or a key.
pub(super) type Digest = [u8; 32];

/// The length of SHA-256's blocks.
const BLOCK: usize = 64;

/// SHA-256 of content that comes in pieces.
#[derive(Default)]
pub(super) struct Content(Sha256);

impl Content {
    pub(super) fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub(super) fn finish(self) -> Digest {
        self.0.finalize().into()
    }
}

pub(super) fn sha256(content: &[u8]) -> Digest {
    Sha256::digest(content).into()
}

/// HMAC-SHA-256 under a key, over parts that cannot run into each other.
pub(super) fn keyed(key: &Digest, parts: &[&[u8]]) -> Digest {
    let mut mac = Hmac::new(key);
    for part in parts {
        // A part longer than this cannot be in memory.
        mac.add(&(part.len() as u64).to_le_bytes());
        mac.add(part);
    }
    mac.finish()
}

struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    /// The key is at most as long as a block.
    fn new(key: &[u8]) -> Self {
        let pad = |with: u8| {
            let mut block = [with; BLOCK];
            block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
            Sha256::new_with_prefix(block)
        };
        Self { inner: pad(0x36), outer: pad(0x5c) }
    }

    fn add(&mut self, piece: &[u8]) {
        self.inner.update(piece);
    }

    fn finish(mut self) -> Digest {
        self.outer.update(self.inner.finalize());
        self.outer.finalize().into()
    }
}

/// Lower case hexadecimal.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    //! The RFC's own examples, and parts that keep apart.

    use super::*;

    fn hmac(key: &[u8], content: &[u8]) -> String {
        let mut mac = Hmac::new(key);
        mac.add(content);
        hex(&mac.finish())
    }

    #[test]
    fn examples_of_rfc_4231() {
        let first = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hmac(&[0x0b; 20], b"Hi There"), first);
        let second = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hmac(b"Jefe", b"what do ya want for nothing?"), second);
        let third = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe";
        assert_eq!(hmac(&[0xaa; 20], &[0xdd; 50]), third);
    }

    #[test]
    fn the_same_content_is_the_same_in_any_pieces() {
        let mut content = Content::default();
        content.add(b"a");
        content.add(b"bc");
        let digest = content.finish();
        assert_eq!(digest, sha256(b"abc"));
        assert_eq!(hex(&digest), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let key = [7; 32];
        assert_ne!(keyed(&key, &[b"ab", b"c"]), keyed(&key, &[b"a", b"bc"]));
        assert_ne!(keyed(&key, &[b"ab"]), keyed(&key, &[b"ab", b""]));
        assert_ne!(keyed(&key, &[b"ab"]), keyed(&[8; 32], &[b"ab"]));
    }
}

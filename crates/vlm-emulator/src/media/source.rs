//! Bytes that can be read at any place: a file, or base64 decoded where it stands, so that a film of hundreds of
//! megabytes is never copied.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Characters decoded at a time; a multiple of four.
const BLOCK: usize = 64 * 1024;

/// Where the bytes of a picture or film are.
#[derive(Debug)]
pub(crate) enum Source<'a> {
    File { file: File, length: u64 },
    Base64 { text: &'a [u8], length: u64 },
}

impl<'a> Source<'a> {
    /// A file of this length.
    pub(crate) fn file(file: File, length: u64) -> Self {
        Self::File { file, length }
    }

    /// Padded standard base64. Every character is checked now, so that later reads meet none that is wrong.
    pub(crate) fn base64(text: &'a str) -> Result<Self, String> {
        let text = text.as_bytes();
        if text.is_empty() {
            return Err("the base64 is empty".to_owned());
        }
        if !text.len().is_multiple_of(4) {
            return Err(format!("the base64 is cut off: {} characters are no multiple of four", text.len()));
        }
        let mut scratch = vec![0; BLOCK / 4 * 3];
        let mut length = 0_u64;
        let last = (text.len() - 1) / BLOCK;
        for (at, block) in text.chunks(BLOCK).enumerate() {
            let decoded =
                STANDARD.decode_slice(block, &mut scratch).map_err(|error| format!("the base64 is broken: {error}"))?;
            if at != last && decoded * 4 != block.len() * 3 {
                return Err("the base64 is broken: padding before its end".to_owned());
            }
            length += decoded as u64;
        }
        Ok(Self::Base64 { text, length })
    }

    /// Length in bytes, decoded.
    pub(crate) fn length(&self) -> u64 {
        match self {
            Self::File { length, .. } | Self::Base64 { length, .. } => *length,
        }
    }

    /// Fills as much of `into` as there is from `offset` on.
    pub(crate) fn read_at(&mut self, offset: u64, into: &mut [u8]) -> usize {
        match self {
            Self::File { file, .. } => read_file(file, offset, into),
            Self::Base64 { text, length } if offset < *length => read_base64(text, offset, into),
            Self::Base64 { .. } => 0,
        }
    }

    /// Everything, unless it is longer than `most`.
    pub(crate) fn read_all(&mut self, most: u64) -> Result<Vec<u8>, String> {
        let length = self.length();
        if length > most {
            return Err(format!("has {length} bytes; a picture may have {most}"));
        }
        match self {
            Self::File { file, .. } => {
                let mut bytes = Vec::new();
                file.seek(SeekFrom::Start(0))
                    .and_then(|_| file.take(most).read_to_end(&mut bytes))
                    .map_err(|error| format!("cannot be read: {error}"))?;
                Ok(bytes)
            }
            Self::Base64 { text, .. } => {
                STANDARD.decode(text).map_err(|error| format!("the base64 is broken: {error}"))
            }
        }
    }
}

fn read_file(file: &mut File, offset: u64, into: &mut [u8]) -> usize {
    if file.seek(SeekFrom::Start(offset)).is_err() {
        return 0;
    }
    let mut filled = 0;
    while filled < into.len() {
        match file.read(&mut into[filled..]) {
            Ok(0) | Err(_) => break,
            Ok(count) => filled += count,
        }
    }
    filled
}

fn read_base64(text: &[u8], offset: u64, into: &mut [u8]) -> usize {
    let Ok(offset) = usize::try_from(offset) else {
        return 0;
    };
    let first = offset / 3 * 4;
    let skip = offset % 3;
    let wanted = (skip + into.len()).div_ceil(3) * 4;
    let last = first.saturating_add(wanted).min(text.len());
    let Some(decoded) = text.get(first..last).and_then(|part| STANDARD.decode(part).ok()) else {
        return 0;
    };
    let part = decoded.get(skip..).unwrap_or_default();
    let count = part.len().min(into.len());
    into[..count].copy_from_slice(&part[..count]);
    count
}

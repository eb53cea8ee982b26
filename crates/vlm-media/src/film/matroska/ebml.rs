//! Elements of EBML, on which Matroska and WebM are built: an id, a size that may be unknown, a body.

use crate::input::{Fault, Input};

/// An element. Without a known size, `end` is that of the element around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub(super) id: u32,
    pub(super) start: u64,
    pub(super) body: u64,
    pub(super) end: u64,
    pub(super) sized: bool,
    /// It claims no more than there is around it.
    pub(super) whole: bool,
}

impl Element {
    /// The elements in the body.
    pub(super) fn children(&self) -> Elements {
        Elements { at: self.body, end: self.end }
    }

    /// The length of the body.
    pub(super) fn length(&self) -> u64 {
        self.end.saturating_sub(self.body)
    }

    /// The bytes of the body, at most so many.
    pub(super) fn bytes<'i>(&self, input: &'i mut Input<'_>, most: usize) -> Result<&'i [u8], Fault> {
        let length = usize::try_from(self.length()).unwrap_or(usize::MAX).min(most);
        input.bytes(self.body, length)
    }

    /// A number of up to eight bytes.
    pub(super) fn unsigned(&self, input: &mut Input<'_>) -> Result<u64, Fault> {
        if self.length() > 8 {
            return Err(Fault::Damaged("a number is too long"));
        }
        Ok(self.bytes(input, 8)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A floating-point number of four or eight bytes; an empty one is 0.
    pub(super) fn float(&self, input: &mut Input<'_>) -> Result<f64, Fault> {
        match self.length() {
            0 => Ok(0.0),
            4 => Ok(f32::from_bits(input.u32(self.body)?).into()),
            8 => Ok(f64::from_bits(input.u64(self.body)?)),
            _ => Err(Fault::Damaged("a number has an impossible length")),
        }
    }
}

/// A walk over elements side by side. It goes forward by at least two bytes at each step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements {
    at: u64,
    end: u64,
}

impl Elements {
    pub(super) fn new(at: u64, end: u64) -> Self {
        Self { at, end }
    }

    /// The next element, `None` behind the last one. One that claims more than there is around it ends there.
    pub(super) fn next(&mut self, input: &mut Input<'_>) -> Result<Option<Element>, Fault> {
        let rest = self.end.saturating_sub(self.at);
        if rest < 2 {
            return Ok(None);
        }
        let start = self.at;
        // Four bytes of id, eight of size.
        let head = input.up_to(start, usize::try_from(rest).unwrap_or(12).min(12))?;
        let (id, id_bytes) = id(head).ok_or(Fault::Damaged("there is no element where one must stand"))?;
        let (size, size_bytes) = size(&head[id_bytes..]).ok_or(Fault::Damaged("an element has no size"))?;
        let body = start + (id_bytes + size_bytes) as u64;
        let claimed = size.map_or(self.end, |size| body.saturating_add(size));
        self.at = claimed.min(self.end);
        Ok(Some(Element { id, start, body, end: self.at, sized: size.is_some(), whole: claimed <= self.end }))
    }

    /// Goes on inside of an element instead of behind it.
    pub(super) fn enter(&mut self, element: &Element) {
        self.at = element.body;
    }

    /// The next element with this id.
    pub(super) fn find(mut self, input: &mut Input<'_>, id: u32) -> Result<Option<Element>, Fault> {
        while let Some(found) = self.next(input)? {
            if found.id == id {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// An id of one to four bytes, its length marker included.
fn id(head: &[u8]) -> Option<(u32, usize)> {
    let length = head.first()?.leading_zeros() as usize + 1;
    let bytes = head.get(..length).filter(|_| length <= 4)?;
    Some((bytes.iter().fold(0, |id, byte| id << 8 | u32::from(*byte)), length))
}

/// A size of one to eight bytes without its length marker; all ones mean that it is not known.
pub(super) fn size(head: &[u8]) -> Option<(Option<u64>, usize)> {
    let length = head.first()?.leading_zeros() as usize + 1;
    let bytes = head.get(..length).filter(|_| length <= 8)?;
    let ones = (1_u64 << (7 * length)) - 1;
    let size = bytes.iter().fold(0_u64, |size, byte| size << 8 | u64::from(*byte)) & ones;
    Some(((size != ones).then_some(size), length))
}

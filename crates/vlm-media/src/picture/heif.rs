//! HEIC, HEIF and AVIF: the properties of the primary picture, in the order in which they are applied.

use crate::boxes::{Box4, Boxes};
use crate::input::{Fault, Input, readable};
use crate::orientation::Orientation;

/// Properties of one file; they are looked up one by one, not kept.
const MAX_PROPERTIES: u32 = 4096;
/// Pictures in one file whose associations are looked at on the way to the primary one.
const MAX_ITEMS: u32 = 8192;

pub(super) fn parse(input: &mut Input<'_>) -> Result<super::Sized, Fault> {
    let Some(meta) = Boxes::of_file(input, 0).find(input, b"meta")? else {
        let found = crate::film::sequence_of_pictures(input)?;
        return found.stored.map(|size| (size, found.orientation)).ok_or(Fault::Cut("its meta box"));
    };
    if meta.end > input.len() {
        return Err(Fault::Cut("the end of its meta box"));
    }
    let properties = meta.children(4).find(input, b"iprp")?.ok_or(Fault::Damaged("it has no iprp box"))?;
    let list = properties.children(0).find(input, b"ipco")?.ok_or(Fault::Damaged("it has no ipco box"))?;
    let mut shape = Shape::default();
    if readable(primary(input, meta, properties, list, &mut shape))?.is_none() || shape.size.is_none() {
        shape = largest(input, list)?;
    }
    match shape.size {
        Some(size) => Ok((size, shape.orientation)),
        None => Err(Fault::Damaged("no picture in it has a size (an ispe box)")),
    }
}

/// What properties make of a picture.
#[derive(Debug, Default)]
struct Shape {
    size: Option<(u32, u32)>,
    orientation: Orientation,
}

impl Shape {
    fn apply(&mut self, input: &mut Input<'_>, property: Box4) -> Result<(), Fault> {
        match &property.kind {
            b"ispe" => self.size = Some((property.u32(input, 4)?, property.u32(input, 8)?)),
            b"irot" => {
                let [quarters] = property.array(input, 0)?;
                // Counted counter-clockwise.
                let turn = [1, 8, 3, 6][usize::from(quarters & 3)];
                self.orientation = self.orientation.then(Orientation::from_exif(turn).unwrap_or_default());
            }
            b"imir" => {
                let [axis] = property.array(input, 0)?;
                let mirror = if axis & 1 == 0 { Orientation::Flipped } else { Orientation::Mirrored };
                self.orientation = self.orientation.then(mirror);
            }
            b"clap" => self.crop(input, property)?,
            _ => {}
        }
        Ok(())
    }

    /// The clean aperture: a smaller picture, as two fractions.
    fn crop(&mut self, input: &mut Input<'_>, property: Box4) -> Result<(), Fault> {
        let side = |numerator: u32, denominator: u32, most: u32| {
            let side = numerator.checked_div(denominator)?;
            (1..=most).contains(&side).then_some(side)
        };
        let Some((width, height)) = self.size else { return Ok(()) };
        let cropped_width = side(property.u32(input, 0)?, property.u32(input, 4)?, width);
        let cropped_height = side(property.u32(input, 8)?, property.u32(input, 12)?, height);
        self.size = cropped_width.zip(cropped_height).or(self.size);
        Ok(())
    }
}

/// Applies the properties of the primary picture.
fn primary(input: &mut Input<'_>, meta: Box4, iprp: Box4, list: Box4, shape: &mut Shape) -> Result<(), Fault> {
    const NONE: Fault = Fault::Damaged("it names no primary picture");
    let pitm = meta.children(4).find(input, b"pitm")?.ok_or(NONE)?;
    let (version, _) = pitm.version(input)?;
    let wanted = if version == 0 { pitm.u16(input, 4)?.into() } else { pitm.u32(input, 4)? };
    let ipma = iprp.children(0).find(input, b"ipma")?.ok_or(NONE)?;
    let (version, flags) = ipma.version(input)?;
    let (id_bytes, index_bytes) = (if version == 0 { 2 } else { 4 }, if flags & 1 == 0 { 1 } else { 2 });
    let mut at = 8;
    for _ in 0..ipma.u32(input, 4)?.min(MAX_ITEMS) {
        let id = if version == 0 { ipma.u16(input, at)?.into() } else { ipma.u32(input, at)? };
        let [count] = ipma.array(input, at + id_bytes)?;
        at += id_bytes + 1;
        if id == wanted {
            for _ in 0..count {
                // The highest bit says that a reader must know the property.
                let index = match index_bytes {
                    1 => u32::from(ipma.array::<1>(input, at)?[0] & 0x7F),
                    _ => u32::from(ipma.u16(input, at)? & 0x7FFF),
                };
                at += index_bytes;
                if let Some(property) = property(input, list, index)? {
                    shape.apply(input, property)?;
                }
            }
            return Ok(());
        }
        at += index_bytes * u64::from(count);
    }
    Err(NONE)
}

/// The property of this number; they are counted from 1, and 0 is none.
fn property(input: &mut Input<'_>, list: Box4, index: u32) -> Result<Option<Box4>, Fault> {
    let mut properties = list.children(0);
    for number in 1..=index.min(MAX_PROPERTIES) {
        match properties.next(input)? {
            Some(found) if number == index => return Ok(Some(found)),
            Some(_) => {}
            None => break,
        }
    }
    Ok(None)
}

/// Without associations: the largest picture, which a grid of tiles and a thumbnail never is, and its rotation.
fn largest(input: &mut Input<'_>, list: Box4) -> Result<Shape, Fault> {
    let area = |size: Option<(u32, u32)>| size.map_or(0, |(width, height)| u64::from(width) * u64::from(height));
    let mut best = Shape::default();
    let mut properties = list.children(0);
    while let Some(property) = properties.next(input)? {
        let mut shape = Shape::default();
        match &property.kind {
            b"ispe" => shape.apply(input, property)?,
            b"irot" | b"imir" => best.apply(input, property)?,
            _ => {}
        }
        if area(shape.size) > area(best.size) {
            best.size = shape.size;
        }
    }
    Ok(best)
}

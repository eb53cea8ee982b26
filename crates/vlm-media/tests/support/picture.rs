//! Pictures without pixels: whatever stands before the first of them.

/// An EXIF structure with the orientation among other tags.
pub fn exif(orientation: u16, little: bool) -> Vec<u8> {
    tiff(&[(0x010F, 1), (0x0112, orientation), (0x0128, 2)], little)
}

/// A TIFF structure with these tags, all of them shorts.
pub fn tiff(tags: &[(u16, u16)], little: bool) -> Vec<u8> {
    let u16s = |value: u16| if little { value.to_le_bytes() } else { value.to_be_bytes() };
    let u32s = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut out = if little { b"II".to_vec() } else { b"MM".to_vec() };
    out.extend(u16s(42));
    out.extend(u32s(8));
    out.extend(u16s(tags.len() as u16));
    for (tag, value) in tags {
        out.extend(u16s(*tag));
        out.extend(u16s(3));
        out.extend(u32s(1));
        out.extend(u16s(*value));
        out.extend([0, 0]);
    }
    out.extend(u32s(0));
    out
}

/// The same with eight-byte offsets and numbers.
pub fn big_tiff(width: u32, height: u32, orientation: u16, little: bool) -> Vec<u8> {
    let order =
        |bytes: &[u8]| -> Vec<u8> { if little { bytes.iter().rev().copied().collect() } else { bytes.to_vec() } };
    let mut out = if little { b"II".to_vec() } else { b"MM".to_vec() };
    for number in [43_u16, 8, 0] {
        out.extend(order(&number.to_be_bytes()));
    }
    out.extend(order(&16_u64.to_be_bytes()));
    out.extend(order(&3_u64.to_be_bytes()));
    for (tag, value) in [(0x100_u16, width), (0x101, height), (0x112, orientation.into())] {
        out.extend(order(&tag.to_be_bytes()));
        out.extend(order(&4_u16.to_be_bytes()));
        out.extend(order(&1_u64.to_be_bytes()));
        out.extend(order(&value.to_be_bytes()));
        out.extend([0; 4]);
    }
    out.extend([0; 8]);
    out
}

pub fn tiff_picture(width: u16, height: u16, orientation: u16, little: bool) -> Vec<u8> {
    tiff(&[(0x0100, width), (0x0101, height), (0x0112, orientation)], little)
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![0xFF, marker];
    out.extend((body.len() as u16 + 2).to_be_bytes());
    out.extend(body);
    out
}

/// A JPEG with `padding` bytes of an application segment and of a comment before its frame header.
pub fn jpeg(width: u16, height: u16, exif: Option<&[u8]>, padding: usize) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8];
    out.extend(segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));
    out.extend(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"));
    if let Some(exif) = exif {
        out.extend(segment(0xE1, &[b"Exif\0\0", exif].concat()));
    }
    out.extend(segment(0xE2, &vec![7; padding]));
    out.extend([0xFF, 0xFF]);
    out.extend(segment(0xFE, &vec![0xFF; padding]));
    out.extend(segment(0xDB, &[1; 65]));
    let [[a, b], [c, d]] = [height.to_be_bytes(), width.to_be_bytes()];
    out.extend(segment(0xC2, &[8, a, b, c, d, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]));
    out.extend(segment(0xDA, &[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]));
    out.extend([0; 64]);
    out.extend([0xFF, 0xD9]);
    out
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_be_bytes(), kind, body, &[0; 4]].concat()
}

pub fn png(width: u32, height: u32, exif: Option<&[u8]>) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1A\n".to_vec();
    out.extend(chunk(b"IHDR", &[&width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0][..]].concat()));
    out.extend(chunk(b"pHYs", &[0; 9]));
    if let Some(exif) = exif {
        out.extend(chunk(b"eXIf", exif));
    }
    out.extend(chunk(b"IDAT", &[0; 100]));
    out.extend(chunk(b"IEND", &[]));
    out
}

pub fn gif(width: u16, height: u16) -> Vec<u8> {
    [b"GIF89a", &width.to_le_bytes()[..], &height.to_le_bytes(), &[0, 0, 0, b';']].concat()
}

/// A bitmap; a negative height is as written.
pub fn bmp(width: i32, height: i32) -> Vec<u8> {
    let mut out = b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    out.extend(width.to_le_bytes());
    out.extend(height.to_le_bytes());
    out.extend([1, 0, 24, 0]);
    out.extend([0; 40]);
    out
}

fn riff_chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = [&kind[..], &(body.len() as u32).to_le_bytes(), body].concat();
    out.extend(vec![0; body.len() % 2]);
    out
}

fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".to_vec(), chunks.concat()].concat();
    riff_chunk(b"RIFF", &body)
}

pub fn webp_lossy(width: u16, height: u16) -> Vec<u8> {
    let frame = [&[0x30, 1, 0, 0x9D, 1, 0x2A][..], &width.to_le_bytes(), &height.to_le_bytes(), &[0; 21]].concat();
    webp(&[riff_chunk(b"VP8 ", &frame)])
}

pub fn webp_lossless(width: u32, height: u32) -> Vec<u8> {
    let bits = (width - 1) | (height - 1) << 14;
    webp(&[riff_chunk(b"VP8L", &[&[0x2F][..], &bits.to_le_bytes(), &[0; 20]].concat())])
}

pub fn webp_extended(width: u32, height: u32, exif: Option<&[u8]>) -> Vec<u8> {
    let (flags, [a, b, c, _], [d, e, f, _]) =
        (if exif.is_some() { 8 } else { 0 }, (width - 1).to_le_bytes(), (height - 1).to_le_bytes());
    let mut chunks = vec![riff_chunk(b"VP8X", &[flags, 0, 0, 0, a, b, c, d, e, f]), riff_chunk(b"VP8L", &[0x2F; 51])];
    chunks.extend(exif.map(|exif| riff_chunk(b"EXIF", exif)));
    webp(&chunks)
}

/// What a HEIF file says of its primary picture, behind a thumbnail of 160 x 120 that is turned.
#[derive(Clone, Copy, Debug)]
pub struct Heif {
    pub brand: [u8; 4],
    pub size: (u32, u32),
    /// Quarters counter-clockwise.
    pub rotation: u8,
    pub mirror: Option<u8>,
    pub clap: Option<(u32, u32)>,
    pub long_ids: bool,
}

pub fn heif(facts: Heif) -> Vec<u8> {
    use super::mp4::{boxed, full};
    let (width, height) = facts.size;
    let ispe = |w: u32, h: u32| full(b"ispe", 0, 0, &[w.to_be_bytes(), h.to_be_bytes()].concat());
    let mut list = vec![ispe(160, 120), boxed(b"irot", &[1]), ispe(width, height), boxed(b"irot", &[facts.rotation])];
    let mut primary = vec![3_u8, 0x84];
    if let Some((width, height)) = facts.clap {
        let cells = [width, 1, height, 1, 0, 1, 0, 1].map(u32::to_be_bytes).concat();
        list.push(boxed(b"clap", &cells));
        primary.push(0x80 | list.len() as u8);
    }
    if let Some(axis) = facts.mirror {
        list.push(boxed(b"imir", &[axis]));
        primary.push(0x80 | list.len() as u8);
    }
    let version = u8::from(facts.long_ids);
    let id = |id: u16| if facts.long_ids { u32::from(id).to_be_bytes().to_vec() } else { id.to_be_bytes().to_vec() };
    let index = |index: u8| {
        if facts.long_ids {
            (u16::from(index & 0x80) << 8 | u16::from(index & 0x7F)).to_be_bytes().to_vec()
        } else {
            vec![index]
        }
    };
    let item = |number: u16, indexes: &[u8]| {
        [id(number), vec![indexes.len() as u8], indexes.iter().flat_map(|i| index(*i)).collect()].concat()
    };
    let associations = [2_u32.to_be_bytes().to_vec(), item(7, &[1, 2]), item(9, &primary)].concat();
    let iprp =
        [boxed(b"ipco", &list.concat()), full(b"ipma", version, u32::from(facts.long_ids), &associations)].concat();
    let meta = [full(b"hdlr", 0, 0, &[0; 20]), full(b"pitm", version, 0, &id(9)), boxed(b"iprp", &iprp)].concat();
    let brands = [&facts.brand[..], &[0; 4], b"mif1", &facts.brand].concat();
    [boxed(b"ftyp", &brands), full(b"meta", 0, 0, &meta), boxed(b"mdat", &[0; 50])].concat()
}

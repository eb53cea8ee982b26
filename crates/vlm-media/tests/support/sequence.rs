//! Sequence headers of H.264, H.265 and MPEG-2, bit by bit.

#[derive(Debug, Default)]
struct Bits {
    bits: Vec<bool>,
}

impl Bits {
    fn put(&mut self, value: u64, count: u32) -> &mut Self {
        self.bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    fn golomb(&mut self, value: u32) -> &mut Self {
        let value = u64::from(value) + 1;
        let length = 64 - value.leading_zeros();
        self.put(0, length - 1).put(value, length)
    }

    /// Bytes with a stop bit, and with a 3 where two zeros would make a start code.
    fn escaped(&mut self) -> Vec<u8> {
        self.put(1, 1);
        let (mut out, mut zeros) = (Vec::new(), 0);
        for chunk in self.bits.chunks(8) {
            let byte = (0..8).fold(0, |byte, bit| byte << 1 | u8::from(chunk.get(bit) == Some(&true)));
            if zeros >= 2 && byte <= 3 {
                out.push(3);
                zeros = 0;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            out.push(byte);
        }
        out
    }
}

/// A start code, an access unit delimiter, and the parameter set. Sizes must be even.
pub fn h264(size: (u32, u32), rate: Option<(u32, u32)>, interlaced: bool) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(100, 8).put(0, 8).put(40, 8).golomb(0).golomb(1).golomb(0).golomb(0).put(0, 1);
    // Scaling lists: one of them written out.
    bits.put(1, 1).put(1, 1);
    for _ in 0..16 {
        bits.golomb(1);
    }
    bits.put(0, 7).golomb(0).golomb(0).golomb(2).golomb(4).put(0, 1);
    let fields = if interlaced { 2 } else { 1 };
    let (columns, rows) = (size.0.div_ceil(16), size.1.div_ceil(16 * fields));
    bits.golomb(columns - 1).golomb(rows - 1).put(u64::from(!interlaced), 1);
    if interlaced {
        bits.put(1, 1);
    }
    bits.put(1, 1).put(1, 1);
    let (right, below) = (columns * 16 - size.0, rows * 16 * fields - size.1);
    bits.golomb(0).golomb(right / 2).golomb(0).golomb(below / (2 * fields));
    bits.put(u64::from(rate.is_some()), 1);
    if let Some((count, per)) = rate {
        bits.put(1, 1)
            .put(255, 8)
            .put(4, 16)
            .put(3, 16)
            .put(0b11, 2)
            .put(1, 1)
            .put(0b1010, 4)
            .put(1, 1)
            .put(0x01_0101, 24);
        bits.put(0, 1).put(1, 1).put(per.into(), 32).put(u64::from(count) * 2, 32).put(1, 1);
    }
    [&[0, 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 0x67][..], &bits.escaped(), &[0, 0, 1, 0x68, 0xEB]].concat()
}

/// A start code and the parameter set, behind a video parameter set. Sizes must be even.
pub fn h265(size: (u32, u32), rate: Option<(u32, u32)>) -> Vec<u8> {
    let (cut_right, cut_below) = (size.0 % 8, size.1 % 8);
    let mut bits = Bits::default();
    // Two layers in time, one of them with a level of its own.
    bits.put(0, 4).put(1, 3).put(1, 1).put(0x0160_0000_0090, 48).put(0, 40).put(93, 8);
    bits.put(0b01, 2).put(0, 14).put(90, 8);
    bits.golomb(0).golomb(1);
    let (right, below) = ((8 - cut_right) % 8, (8 - cut_below) % 8);
    bits.golomb(size.0 + right).golomb(size.1 + below);
    bits.put(1, 1).golomb(0).golomb(right / 2).golomb(0).golomb(below / 2);
    bits.golomb(0).golomb(0).golomb(4).put(1, 1);
    for _ in 0..2 {
        bits.golomb(4).golomb(2).golomb(0);
    }
    for value in [0, 3, 0, 3, 1, 1] {
        bits.golomb(value);
    }
    // Scaling lists: all predicted.
    bits.put(0b11, 2);
    for _ in 0..20 {
        bits.put(0, 1).golomb(0);
    }
    bits.put(0b11, 2).put(1, 1).put(0x77, 8).golomb(0).golomb(1).put(0, 1);
    // Reference sets: one told, one derived of it.
    bits.golomb(2).golomb(2).golomb(1);
    for _ in 0..3 {
        bits.golomb(0).put(1, 1);
    }
    bits.put(1, 1).put(0, 1).golomb(0).put(0b1, 1).put(0b01, 2).put(0b00, 2).put(0b1, 1);
    bits.put(1, 1).golomb(1).put(5, 8).put(1, 1).put(0b11, 2);
    bits.put(u64::from(rate.is_some()), 1);
    if let Some((count, per)) = rate {
        bits.put(0, 4).put(0, 3).put(0, 1).put(1, 1).put(per.into(), 32).put(count.into(), 32).put(0, 1);
    }
    [&[0, 0, 0, 1, 0x40, 1, 0x0C, 0, 0, 1, 0x42, 1][..], &bits.escaped(), &[0, 0, 1, 0x44, 1]].concat()
}

/// A sequence header with its extension; the rate is one of the eight codes.
pub fn mpeg2(size: (u32, u32), rate_code: u8) -> Vec<u8> {
    let (low, high) = ((size.0 & 0xFFF, size.1 & 0xFFF), (size.0 >> 12, size.1 >> 12));
    let [_, a, b, c] = (low.0 << 12 | low.1).to_be_bytes();
    let mut out = vec![0, 0, 1, 0xB3, a, b, c, 0x20 | rate_code, 0xFF, 0xFF, 0xE0, 0x18];
    let mut bits = Bits::default();
    bits.put(1, 4).put(0x48, 8).put(1, 1).put(1, 2).put(high.0.into(), 2).put(high.1.into(), 2);
    bits.put(0, 12).put(1, 1).put(0, 8).put(0, 8);
    out.extend([0, 0, 1, 0xB5]);
    out.extend(&bits.escaped()[..6]);
    out.extend([0, 0, 1, 0]);
    out
}

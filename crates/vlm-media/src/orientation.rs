//! How a stored picture must be turned and mirrored before it is shown.

use std::fmt;

/// How stored pixels are turned before they are shown, in the eight ways of the EXIF tag 0x0112.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Orientation {
    /// As stored (1).
    #[default]
    Upright,
    /// Left and right exchanged (2).
    Mirrored,
    /// Turned by half (3).
    Rotated180,
    /// Top and bottom exchanged (4).
    Flipped,
    /// Rows and columns exchanged (5).
    Transposed,
    /// Turned by a quarter, clockwise (6).
    Rotated90,
    /// Rows and columns exchanged, then turned by half (7).
    Transversed,
    /// Turned by a quarter, counter-clockwise (8).
    Rotated270,
}

/// In the order of the EXIF values, which begin at 1.
const ALL: [Orientation; 8] = [
    Orientation::Upright,
    Orientation::Mirrored,
    Orientation::Rotated180,
    Orientation::Flipped,
    Orientation::Transposed,
    Orientation::Rotated90,
    Orientation::Transversed,
    Orientation::Rotated270,
];

impl Orientation {
    /// The orientation of an EXIF value; `None` outside of 1 to 8.
    pub fn from_exif(value: u32) -> Option<Self> {
        let index = usize::try_from(value.checked_sub(1)?).ok()?;
        ALL.get(index).copied()
    }

    /// The EXIF value, 1 to 8.
    pub const fn exif(self) -> u8 {
        self as u8 + 1
    }

    /// True when width and height change places.
    pub const fn swaps(self) -> bool {
        self.exif() > 4
    }

    /// The size as shown of a size as stored.
    pub const fn shown(self, stored: (u32, u32)) -> (u32, u32) {
        if self.swaps() { (stored.1, stored.0) } else { stored }
    }

    /// From the linear part of a matrix that maps a stored point, seen as a row `(x, y)`, to a shown one:
    /// `x' = ax + cy`, `y' = bx + dy`. Upright where it is none of the eight.
    pub(crate) fn from_matrix([a, b, c, d]: [i32; 4]) -> Self {
        match [a.signum(), b.signum(), c.signum(), d.signum()] {
            [-1, 0, 0, 1] => Self::Mirrored,
            [-1, 0, 0, -1] => Self::Rotated180,
            [1, 0, 0, -1] => Self::Flipped,
            [0, 1, 1, 0] => Self::Transposed,
            [0, 1, -1, 0] => Self::Rotated90,
            [0, -1, -1, 0] => Self::Transversed,
            [0, -1, 1, 0] => Self::Rotated270,
            _ => Self::Upright,
        }
    }

    const fn matrix(self) -> [i32; 4] {
        match self {
            Self::Upright => [1, 0, 0, 1],
            Self::Mirrored => [-1, 0, 0, 1],
            Self::Rotated180 => [-1, 0, 0, -1],
            Self::Flipped => [1, 0, 0, -1],
            Self::Transposed => [0, 1, 1, 0],
            Self::Rotated90 => [0, 1, -1, 0],
            Self::Transversed => [0, -1, -1, 0],
            Self::Rotated270 => [0, -1, 1, 0],
        }
    }

    /// This one first, then `next`.
    pub(crate) fn then(self, next: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.matrix(), next.matrix());
        Self::from_matrix([a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h])
    }
}

impl fmt::Display for Orientation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Upright => "upright",
            Self::Mirrored => "mirrored",
            Self::Rotated180 => "rotated by 180°",
            Self::Flipped => "flipped",
            Self::Transposed => "transposed",
            Self::Rotated90 => "rotated by 90°",
            Self::Transversed => "transversed",
            Self::Rotated270 => "rotated by 270°",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exif_values_come_back_and_others_are_none() {
        for value in 1..=8 {
            let orientation = Orientation::from_exif(value).unwrap();
            assert_eq!(u32::from(orientation.exif()), value);
            assert_eq!(Orientation::from_matrix(orientation.matrix()), orientation);
            assert_eq!(orientation.swaps(), value > 4);
        }
        assert_eq!([0, 9, u32::MAX].map(Orientation::from_exif), [None; 3]);
    }

    #[test]
    fn turns_add_up() {
        use Orientation::{Mirrored, Rotated90, Rotated180, Rotated270, Transposed, Transversed, Upright};
        assert_eq!(Rotated90.then(Rotated90), Rotated180);
        assert_eq!(Rotated90.then(Rotated270), Upright);
        assert_eq!(Mirrored.then(Mirrored), Upright);
        // EXIF 5 is mirrored, then turned counter-clockwise; 7 is mirrored, then turned clockwise.
        assert_eq!(Mirrored.then(Rotated270), Transposed);
        assert_eq!(Mirrored.then(Rotated90), Transversed);
    }
}

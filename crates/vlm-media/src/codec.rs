//! How the frames of a film are coded.

use std::fmt;

/// How the frames of a film are coded. `Display` gives the usual lower-case name: `h264`, `vp9`, …
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// H.264, also called AVC.
    H264,
    /// H.265, also called HEVC.
    H265,
    /// AV1.
    Av1,
    /// VP8.
    Vp8,
    /// VP9.
    Vp9,
    /// MPEG-1 or MPEG-2.
    Mpeg2,
    /// MPEG-4 part 2: DivX, Xvid.
    Mpeg4,
    /// Apple ProRes.
    ProRes,
    /// One JPEG per frame.
    Mjpeg,
    /// Any other, by the name that the container gives it: at most 32 printable characters.
    Other(Box<str>),
}

impl Codec {
    /// From the four letters that MP4, QuickTime and AVI write.
    pub(crate) fn from_fourcc(name: [u8; 4]) -> Self {
        match &name.map(|byte| byte.to_ascii_lowercase()) {
            b"avc1" | b"avc2" | b"avc3" | b"avc4" | b"h264" | b"x264" | b"davc" | b"dva1" | b"dvav" => Self::H264,
            b"hev1" | b"hvc1" | b"hevc" | b"h265" | b"x265" | b"dvh1" | b"dvhe" => Self::H265,
            b"av01" => Self::Av1,
            b"vp08" | b"vp80" => Self::Vp8,
            b"vp09" | b"vp90" => Self::Vp9,
            b"mpg1" | b"mpg2" | b"mp2v" | b"m2v1" | b"mpeg" => Self::Mpeg2,
            [b'h', b'd', b'v', _] | [b'x', b'd', b'v', _] | [b'm', b'x', b'3' | b'4' | b'5', b'n' | b'p'] => {
                Self::Mpeg2
            }
            b"mp4v" | b"fmp4" | b"divx" | b"dx50" | b"xvid" | b"mp4s" | b"m4s2" => Self::Mpeg4,
            b"apcn" | b"apch" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => Self::ProRes,
            b"mjpg" | b"mjpa" | b"mjpb" | b"jpeg" | b"dmb1" | b"avdj" => Self::Mjpeg,
            _ => Self::other(&name),
        }
    }

    /// From the codec id of a Matroska track.
    pub(crate) fn from_matroska(id: &[u8]) -> Self {
        match id {
            b"V_MPEG4/ISO/AVC" => Self::H264,
            b"V_MPEGH/ISO/HEVC" => Self::H265,
            b"V_AV1" => Self::Av1,
            b"V_VP8" => Self::Vp8,
            b"V_VP9" => Self::Vp9,
            b"V_MPEG1" | b"V_MPEG2" => Self::Mpeg2,
            b"V_MPEG4/ISO/SP" | b"V_MPEG4/ISO/ASP" | b"V_MPEG4/ISO/AP" | b"V_MPEG4/MS/V3" => Self::Mpeg4,
            b"V_PRORES" => Self::ProRes,
            b"V_MJPEG" => Self::Mjpeg,
            _ => Self::other(id),
        }
    }

    /// Keeps of a name what may be shown.
    pub(crate) fn other(name: &[u8]) -> Self {
        let shown: String =
            name.iter().take(32).map(|byte| if byte.is_ascii_graphic() { *byte as char } else { '_' }).collect();
        Self::Other(shown.into())
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::H264 => "h264",
            Self::H265 => "h265",
            Self::Av1 => "av1",
            Self::Vp8 => "vp8",
            Self::Vp9 => "vp9",
            Self::Mpeg2 => "mpeg2",
            Self::Mpeg4 => "mpeg4",
            Self::ProRes => "prores",
            Self::Mjpeg => "mjpeg",
            Self::Other(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Codec;

    #[test]
    fn names_are_known_in_any_case_and_others_are_shown_safely() {
        assert_eq!(Codec::from_fourcc(*b"avc1"), Codec::H264);
        assert_eq!(Codec::from_fourcc(*b"XVID"), Codec::Mpeg4);
        assert_eq!(Codec::from_fourcc([b'W', 0, 0x1B, b'3']).to_string(), "W__3");
        assert_eq!(Codec::from_matroska(b"V_VP9"), Codec::Vp9);
        assert_eq!(Codec::from_matroska(&[b'x'; 500]).to_string().len(), 32);
    }
}

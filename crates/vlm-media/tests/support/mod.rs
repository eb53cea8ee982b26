//! Builders of tiny files with chosen facts, one module per family, and readers that count.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, reason = "each test uses a part of it")]

pub mod avi;
pub mod matroska;
pub mod mp4;
pub mod picture;
pub mod sequence;
pub mod transport;
pub mod virtual_film;

use vlm_media::{Probe, ProbeError, Sparse, Step};

/// The path of a sample in the repository.
pub fn sample(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../media").join(name)
}

/// Probes content as one does who fetches it piece by piece.
pub fn probe_sparse(content: &[u8]) -> Result<Probe, ProbeError> {
    let mut sparse = Sparse::new(content.len() as u64);
    loop {
        match sparse.probe()? {
            Step::Need { offset, length } => {
                let (from, to) = (offset as usize, (offset + length) as usize);
                assert!(length > 0, "nothing is needed");
                sparse.insert(offset, &content[from..to]);
            }
            Step::Done(found) => return Ok(found),
            _ => unreachable!(),
        }
    }
}

/// One small file of every type, and variants that go other ways through the parsers.
pub fn every_file() -> Vec<(&'static str, Vec<u8>)> {
    use picture::{Heif, exif};
    let heif = Heif { brand: *b"heic", size: (400, 300), rotation: 1, mirror: Some(1), clap: None, long_ids: false };
    let film = mp4::Film::default();
    let indexes = mp4::Indexes { mehd: true, sidx: true, mfra: true };
    let webm = matroska::Film::default();
    let stream = transport::Film::default();
    vec![
        ("image/jpeg", picture::jpeg(400, 300, Some(&exif(6, true)), 900)),
        ("image/png", picture::png(400, 300, Some(&exif(8, false)))),
        ("image/gif", picture::gif(400, 300)),
        ("image/webp", picture::webp_lossy(400, 300)),
        ("image/webp", picture::webp_lossless(400, 300)),
        ("image/webp", picture::webp_extended(400, 300, Some(&exif(5, true)))),
        ("image/bmp", picture::bmp(400, -300)),
        ("image/tiff", picture::tiff_picture(400, 300, 6, false)),
        ("image/tiff", picture::big_tiff(400, 300, 3, true)),
        ("image/heic", picture::heif(heif)),
        ("image/heif", picture::heif(Heif { brand: *b"mif1", long_ids: true, ..heif })),
        ("image/avif", picture::heif(Heif { brand: *b"avif", clap: Some((200, 100)), ..heif })),
        ("video/mp4", film.build()),
        ("video/quicktime", mp4::Film { brand: *b"qt  ", moov_first: false, long: true, ..film.clone() }.build()),
        ("video/3gpp", mp4::Film { brand: *b"3gp4", compact_sizes: true, ..film.clone() }.build()),
        ("video/mp4", film.build_fragmented(indexes, 10, true)),
        ("video/webm", webm.build()),
        ("video/webm", matroska::Film { duration: None, live: true, ..webm.clone() }.build()),
        ("video/x-matroska", matroska::Film { webm: false, cues: true, duration: None, ..webm.clone() }.build()),
        ("video/x-matroska", matroska::Film { webm: false, tracks_last: true, ..webm }.build()),
        ("video/x-msvideo", avi::Film::default().build()),
        ("video/x-msvideo", avi::Film { all_frames: Some(5000), ..avi::Film::default() }.build()),
        ("video/mp2t", stream.build()),
        ("video/mp2t", transport::Film { codec: transport::Coding::H265, ..stream.clone() }.build()),
        ("video/mp2t", transport::Film { codec: transport::Coding::Mpeg2, ..stream }.build()),
        ("video/x-flv", b"FLV\x01\x05\0\0\0\x09\0\0\0\0".to_vec()),
        ("video/mpeg", b"\0\0\x01\xBA\x44\0\x04\0\x04\x01".to_vec()),
        ("video/x-ms-wmv", b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C\0\0".to_vec()),
    ]
}

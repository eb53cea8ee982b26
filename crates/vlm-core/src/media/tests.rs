//! Media: what bytes are, how text is read as media, and that nothing secret of it is shown.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::tests::values::{PNG, cases};

const CHELSEA: &[u8] = include_bytes!("../../../../media/chelsea.png");
const ROCKET: &[u8] = include_bytes!("../../../../media/rocket.jpg");
const CLIP: &[u8] = include_bytes!("../../../../media/launch-and-coffee.mp4");

/// A transport stream's first packets.
fn transport_stream() -> Vec<u8> {
    [0x47; 3].into_iter().flat_map(|sync| std::iter::once(sync).chain([0xFF; 187])).collect()
}

#[test]
fn real_files_are_recognized_by_their_heads() {
    let cases: [(&[u8], MediaType); 3] = [(CHELSEA, MediaType::PNG), (ROCKET, MediaType::JPEG), (CLIP, MediaType::MP4)];
    for (file, expected) in cases {
        assert_eq!(MediaType::sniff(&file[..64]), Some(expected.clone()));
        assert_eq!(Media::bytes(Bytes::from_static(file)).media_type(), Some(expected));
    }
}

#[test]
fn what_was_said_stays_when_the_source_is_another() {
    let said = Media::path("a.gif").image().max_pixels(9).with_facts(MediaFacts::picture(3, 3));
    let moved = said.clone().with_source(Source::FileId("f".to_owned()));
    assert_eq!(*moved.source(), Source::FileId("f".to_owned()));
    assert_eq!(
        (moved.declared_kind(), moved.options(), moved.facts()),
        (said.declared_kind(), said.options(), said.facts())
    );
    assert_eq!(moved.media_type(), None, "what only the name suggested went with it");
    assert_eq!(Media::bytes(PNG).with_source(Source::FileId(String::new())).media_type(), Some(MediaType::PNG));
}

#[test]
fn every_known_type_has_a_head() {
    let heads: Vec<(&[u8], MediaType)> = vec![
        (b"\xFF\xD8\xFF\xDB", MediaType::JPEG),
        (b"\xFF\xD8\xFF\xE1..Exif", MediaType::JPEG),
        (PNG, MediaType::PNG),
        (b"GIF87a", MediaType::GIF),
        (b"GIF89a\x01\0", MediaType::GIF),
        (b"RIFF\x24\0\0\0WEBPVP8 ", MediaType::WEBP),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", MediaType::BMP),
        (b"II*\0\x08\0\0\0", MediaType::TIFF),
        (b"MM\0*\0\0\0\x08", MediaType::TIFF),
        (b"II+\0\x08\0\0\0", MediaType::TIFF),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", MediaType::HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", MediaType::HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf", MediaType::HEIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", MediaType::AVIF),
        // A brand behind the end of its box is none.
        (b"\0\0\0\x14ftypmif1\0\0\0\0mif1avif", MediaType::HEIF),
        (b"\0\0\0\x1CftypavifAAAA", MediaType::AVIF),
        (b"\0\0\0\x1Cftypisom\0\0\x02\0", MediaType::MP4),
        (b"\0\0\0\x18ftypM4V \0\0\0\0", MediaType::MP4),
        (b"\0\0\0\x14ftypqt  \0\0\x02\0", MediaType::QUICKTIME),
        (b"\0\0\0\x08wide\0\x01\0\0mdat", MediaType::QUICKTIME),
        (b"\0\x01\x02\x03moov\0\0\0\x6Cmvhd", MediaType::QUICKTIME),
        (b"\0\0\0\x01mdat\0\0\0\0", MediaType::QUICKTIME),
        (b"\0\0\0\x18ftyp3gp4\0\0\0\0", MediaType::THREE_GP),
        (b"\0\0\0\x18ftyp3g2a\0\0\0\0", MediaType::THREE_GP),
        (b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm", MediaType::WEBM),
        (b"\x1A\x45\xDF\xA3\xA3\x42\x86\x81\x01\x42\x82\x88matroska", MediaType::MATROSKA),
        (b"RIFF\x24\0\0\0AVI LIST", MediaType::AVI),
        (b"\0\0\x01\xBA\x44", MediaType::MPEG),
        (b"\0\0\x01\xB3\x14", MediaType::MPEG),
        (b"FLV\x01\x05", MediaType::FLV),
        (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C", MediaType::WMV),
    ];
    for (head, expected) in &heads {
        assert_eq!(MediaType::sniff(head).as_ref(), Some(expected), "{}", head.escape_ascii());
    }
    assert_eq!(MediaType::sniff(&transport_stream()), Some(MediaType::MPEG_TS));
    let with_head = |known: &&MediaType| heads.iter().any(|(_, of)| of == *known) || **known == MediaType::MPEG_TS;
    let missing: Vec<_> = MediaType::KNOWN.iter().filter(|known| !with_head(known)).collect();
    assert_eq!(missing, Vec::<&MediaType>::new(), "each named type is recognized");
}

#[test]
fn text_documents_and_sound_are_no_media() {
    let others: [&[u8]; 17] = [
        b"",
        b"x",
        b"Dear cat, this is a text file named photo.jpg",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE html>",
        b"%PDF-1.7",
        b"PK\x03\x04 an archive",
        b"BMW builds cars, this is text",
        b"The wide river, told in a text",
        b"Our mdat is text",
        b"See ftypisom in the standard",
        b"ID3\x04 sound",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"\0\0\0\x18ftypM4A \0\0\0\0",
        b"\x89PNG\n",
        b"\xFF\xD8",
        b"G",
    ];
    for other in others {
        assert_eq!(MediaType::sniff(other), None, "{}", other.escape_ascii());
        assert_eq!(Media::bytes(Bytes::from_static(other)).kind(), None);
    }
}

#[test]
fn a_declared_type_must_agree_with_the_content() {
    let text = b"this is text";
    assert_eq!(MediaType::PNG.verify(PNG), Ok(()));
    assert_eq!(
        MediaType::JPEG.verify(PNG),
        Err(MediaError::TypeMismatch { declared: MediaType::JPEG, found: MediaType::PNG })
    );
    assert_eq!(MediaType::JPEG.verify(text), Err(MediaError::NotAsDeclared { declared: MediaType::JPEG }));
    assert_eq!(MediaType::MP4.verify(text), Err(MediaError::NotAsDeclared { declared: MediaType::MP4 }));
    // One container under several names.
    assert_eq!(MediaType::QUICKTIME.verify(CLIP), Ok(()));
    assert_eq!("image/jpg".parse::<MediaType>().unwrap().verify(ROCKET), Ok(()));
    // Types whose heads are not all known are taken at their word.
    assert_eq!(MediaType::MPEG.verify(text), Ok(()));
    assert_eq!("image/jxl".parse::<MediaType>().unwrap().verify(b"\xFF\x0A"), Ok(()));
    assert!(MediaType::MPEG.verify(PNG).is_err());
}

#[test]
fn media_types_are_read_in_any_case_without_parameters() {
    for (text, expected) in [
        ("image/png", "image/png"),
        (" IMAGE/JPEG ; q=1", "image/jpeg"),
        ("video/vnd.avi", "video/vnd.avi"),
        ("image/x-ms-bmp", "image/x-ms-bmp"),
    ] {
        assert_eq!(text.parse::<MediaType>().unwrap().as_str(), expected);
    }
    let refused = [
        "",
        "png",
        "image/",
        "/png",
        "text/html",
        "audio/mp4",
        "image/svg+xml",
        "image/svg",
        "image/a b",
        "image/a/b",
        "application/pdf",
        "imagé/png",
        "image/*",
    ];
    for text in refused {
        let error = text.parse::<MediaType>().unwrap_err();
        assert!(error.to_string().contains("such as image/png or video/mp4"), "{error}");
        assert!(serde_json::from_value::<MediaType>(text.into()).is_err());
    }
    assert_eq!(MediaType::HEIC.kind(), Some(MediaKind::Image));
    assert_eq!(MediaType::MPEG_TS.kind(), Some(MediaKind::Video));
}

#[test]
fn text_is_read_as_a_path_or_a_url() {
    let paths = [
        "photo.jpg",
        "./a/b.png",
        "/tmp/x.mp4",
        r"C:\photos\a.jpg",
        "C:/photos/a.jpg",
        "16:9.jpg",
        "a:b.jpg",
        "https:photo.jpg",
        "https:/photo.jpg",
        " leading.jpg",
        "dir with blank/ü.png",
        "1http://x",
        "-x://y",
        "datafile.png",
        "~/a.png",
        "..",
    ];
    for text in paths {
        assert_eq!(Media::parse(text).unwrap().source(), &Source::Path(text.into()), "{text}");
    }
    let urls = ["https://h.org/a.png", "HTTP://h", "ftp://h/a.png", "file:///a.png", "s3://bucket/key", "git+ssh://x"];
    for text in urls {
        assert_eq!(Media::parse(text).unwrap().source(), &Source::Url(text.to_owned()), "{text}");
        let padded = format!(" {text}\n");
        assert_eq!(Media::parse(&padded).unwrap().source(), &Source::Url(text.to_owned()), "{padded:?}");
    }
    for text in ["", " ", "\n\t"] {
        assert_eq!(Media::parse(text), Err(MediaError::Empty));
    }
}

#[test]
fn everything_attachable_becomes_media() {
    let path = PathBuf::from("a.png");
    assert_eq!(Media::from(&path), Media::path("a.png"));
    assert_eq!(Media::from(path.as_path()), Media::path("a.png"));
    assert_eq!(Media::from(path), Media::path("a.png"));
    let bytes = Media::bytes(PNG);
    assert_eq!(Media::from(PNG), bytes);
    assert_eq!(Media::from(PNG.to_vec()), bytes);
    assert_eq!(Media::from(Bytes::from_static(PNG)), bytes);
    assert_eq!(Media::from(b"\x89PNG\r\n\x1A\n rest"), bytes);
    assert_eq!(Media::try_from("a.png".to_owned()), Ok(Media::path("a.png")));
    assert_eq!(Media::try_from(&"a.png".to_owned()), Ok(Media::path("a.png")));
}

#[test]
fn data_urls_are_base64_of_what_they_declare() {
    let payload = STANDARD.encode(PNG);
    for text in [
        format!("data:image/png;base64,{payload}"),
        format!("DATA:Image/PNG;Base64,{payload}"),
        format!("data:image/png;name=x;base64,{payload}"),
        format!("\n data:image/png;base64,{payload} "),
    ] {
        let media = Media::parse(&text).unwrap();
        assert_eq!((media.media_type(), media.source()), (Some(MediaType::PNG), &Source::Bytes(PNG.into())), "{text}");
    }
}

#[test]
fn a_data_url_is_refused_for_what_is_wrong_with_it() {
    let payload = STANDARD.encode(PNG);
    let unpadded = STANDARD.encode(&PNG[..11]).trim_end_matches('=').to_owned();
    let cases = [
        ("data:".to_owned(), "no comma"),
        ("data:image/png;base64".to_owned(), "no comma"),
        (format!("data:image/png,{payload}"), "`;base64` is missing"),
        (format!("data:,{payload}"), "`;base64` is missing"),
        (format!("data:image/png;charset=utf-8,{payload}"), "other encodings are not taken"),
        (format!("data:image/png;base64;,{payload}"), "other encodings are not taken"),
        (format!("data:;base64,{payload}"), "is not the media type of a picture or film"),
        (format!("data:text/html;base64,{payload}"), "`text/html` is not the media type"),
        (format!("data:image/svg+xml;base64,{payload}"), "`image/svg+xml` is not the media type"),
        ("data:image/png;base64,".to_owned(), "the content is empty"),
        (format!("data:image/png;base64,{unpadded}"), "is not base64"),
        (format!("data:image/png;base64,{payload}="), "is not base64"),
        ("data:image/png;base64,iVBO Rw0K".to_owned(), "is not base64"),
        ("data:image/png;base64,_-_-".to_owned(), "is not base64"),
        (format!("data:image/jpeg;base64,{payload}"), "the content is image/png, not image/jpeg as declared"),
        (format!("data:video/mp4;base64,{payload}"), "the content is image/png, not video/mp4 as declared"),
        ("data:image/jpeg;base64,dGhpcyBpcyB0ZXh0".to_owned(), "the content is not image/jpeg as declared"),
    ];
    for (text, expected) in cases {
        let error = Media::parse(&text).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}: {error}");
        assert!(!error.to_string().contains(&payload), "{error}");
    }
    for text in ["", "dat", "http:image/png;base64,AAAA", "datä:image/png;base64,AAAA"] {
        assert_eq!(Media::data_url(text), Err(MediaError::DataUrl("it does not begin with `data:`")), "{text}");
    }
}

#[test]
fn the_name_suggests_a_type_where_nothing_better_is_known() {
    let cases = [
        ("https://h.org/a.PNG", Some("image/png")),
        ("https://h.org/a.png?x=.mp4#y.gif", Some("image/png")),
        ("https://h.org/a.mp4#t=1", Some("video/mp4")),
        ("https://h.org/dir.mp4/a", None),
        ("https://h.org/watch?v=a.mp4", None),
        ("https://movies.mov", None),
        ("https://h.org/", None),
        ("https://h.org/a.tar.gz", None),
        ("https://h.org/a.jpeg", Some("image/jpeg")),
        ("clips/a.webm", Some("video/webm")),
        (".mp4", None),
        ("a.", None),
        ("a.txt", None),
        (r"C:\a.mov", Some("video/quicktime")),
    ];
    for (text, expected) in cases {
        let media = Media::parse(text).unwrap();
        assert_eq!(media.media_type().as_ref().map(MediaType::as_str), expected, "{text}");
        assert_eq!(media.declared_media_type(), None, "{text}");
    }
    assert_eq!(Media::file_id("a.mp4").kind(), None);
    // What was said comes first, then what the bytes say.
    assert_eq!(Media::path("a.png").video().kind(), Some(MediaKind::Video));
    assert_eq!(Media::path("a.png").declared_kind(), None);
    assert_eq!(Media::path("a.png").with_media_type(MediaType::MP4).kind(), Some(MediaKind::Video));
    let read: Media = serde_json::from_str(r#"{"source": {"bytes": "R0lGODlhAQ=="}}"#).unwrap();
    assert_eq!((read.kind(), read.media_type()), (Some(MediaKind::Image), Some(MediaType::GIF)));
}

#[test]
fn extensions_stand_for_types_in_any_case() {
    for (extension, expected) in
        [("JPG", MediaType::JPEG), ("jfif", MediaType::JPEG), ("M4v", MediaType::MP4), ("mkv", MediaType::MATROSKA)]
    {
        assert_eq!(MediaType::from_extension(extension), Some(expected));
    }
    for extension in ["", "svg", "txt", "jpg ", ".jpg"] {
        assert_eq!(MediaType::from_extension(extension), None);
    }
}

#[test]
fn options_that_contradict_themselves_are_mistakes() {
    let second = Duration::from_secs;
    let cases = [
        (Media::path("a").min_pixels(2).max_pixels(2), vec![]),
        (Media::path("a").min_pixels(3).max_pixels(2), vec!["min_pixels"]),
        (Media::path("a").min_pixels(0), vec!["min_pixels"]),
        (
            Media::path("a").max_pixels(0).max_frames(0).total_pixels(0),
            vec!["max_pixels", "max_frames", "total_pixels"],
        ),
        (Media::path("a").fps(0.5), vec![]),
        (Media::path("a").fps(0.0), vec!["fps"]),
        (Media::path("a").fps(-1.0), vec!["fps"]),
        (Media::path("a").fps(f64::NAN), vec!["fps"]),
        (Media::path("a").fps(f64::INFINITY), vec!["fps"]),
        (Media::path("a").start(second(1)).end(second(2)), vec![]),
        (Media::path("a").start(second(2)).end(second(2)), vec!["start"]),
        (Media::path("a").start(second(3)).end(second(2)), vec!["start"]),
    ];
    for (media, expected) in cases {
        let found: Vec<&str> = media.options().mistakes().iter().map(|(option, _)| option.name()).collect();
        assert_eq!(found, expected, "{media:?}");
    }
}

#[test]
fn a_url_is_shown_without_its_secrets() {
    let cases = [
        ("https://host.example/a.png", "https://host.example/a.png"),
        ("https://me:pw@host/a.png?sig=1#frag", "https://host/a.png"),
        ("https://token@host:8443/a.png", "https://host:8443/a.png"),
        ("https://me:p@w@host/a", "https://host/a"),
        ("https://me:pw@[::1]:8080/a", "https://[::1]:8080/a"),
        ("https://me@host?sig=1", "https://host"),
        ("https://host#frag", "https://host"),
        ("https://unpkg.com/pkg@1/a.png", "https://unpkg.com/pkg@1/a.png"),
        ("https://bücher.example/ü.png", "https://bücher.example/ü.png"),
        ("file:///home/me/a.png", "file:///home/me/a.png"),
        (" https://me:pw@host/a ", "https://host/a"),
        // A delimiter that is not escaped tears the user info: better nothing than a half of it.
        ("https://me:p/w@host/a", "https://…"),
        ("https://me:p?w@host/a", "https://…"),
        ("https://me:p#w@host/a", "https://…"),
        (r"https://me:p\w@host/a", "https://…"),
        ("https://me:1/w@host/a", "https://…"),
        ("https://to?ken@host/a", "https://…"),
        ("https://me:a@b/c@host/a", "https://…"),
        ("https://me:pw/a", "https://…"),
        ("https://proxy/https://me:pw@host/a", "https://…"),
        ("https://host/a\n\u{1b}[31m", r"https://host/a\n\u{1b}[31m"),
        ("me:pw@host/a?sig=1", "<18 chars that are no URL>"),
        ("//me:pw@host/a", "<14 chars that are no URL>"),
        ("https:/me:pw@host/a", "<19 chars that are no URL>"),
        ("", "<0 chars that are no URL>"),
        ("data:image/png;base64,AAAA", "data:image/png;base64,<4 chars>"),
        ("DATA:Video/MP4;codecs=secret;BASE64,AAAA", "data:video/mp4;base64,<4 chars>"),
        ("data:secret,AAAA", "data:,<4 chars>"),
        ("data:secret", "data:,<11 chars>"),
        ("data:image/png,AAAA", "data:image/png,<4 chars>"),
    ];
    for (url, expected) in cases {
        assert_eq!(redact_url(url), expected, "{url}");
    }
}

#[test]
fn debug_shows_kind_type_and_length() {
    let cases = [
        (Media::bytes(PNG), "Media { source: Bytes(13 bytes), kind: Image, media_type: MediaType(image/png) }"),
        (Media::file_id("file-secret"), "Media { source: FileId(11 chars) }"),
        (
            Media::path("/home/me/a.mp4"),
            r#"Media { source: Path("a.mp4"), kind: Video, media_type: MediaType(video/mp4) }"#,
        ),
        (Media::path("/home/me/"), r#"Media { source: Path("me") }"#),
        (Media::path(r"C:\Users\me\a.b"), r#"Media { source: Path("a.b") }"#),
        // A URL that was given as a path.
        (Media::path("https://me:pw@h.org/a?sig=1"), r#"Media { source: Path("https://h.org/a") }"#),
        (Media::url("https://me:pw@h.org/a?sig=1").image(), "Media { source: Url(https://h.org/a), kind: Image }"),
    ];
    for (media, expected) in cases {
        assert_eq!(format!("{media:?}"), expected);
    }
}

/// User info as people write it: some with delimiters that should have been escaped.
fn user_info() -> impl Strategy<Value = String> {
    let plain = "SECRET[a-z0-9._~!$&'()*+,;=%:@-]{0,8}";
    let torn = "[a-z]{0,4}:[a-z0-9:/?#@\\\\]{0,6}SECRET[a-z0-9:/?#@\\\\ ]{0,6}";
    prop_oneof![plain, torn]
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn no_bytes_make_sniffing_panic(
        head in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..600),
            (0usize..64).prop_map(|end| CLIP[..end].to_vec()),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(|tail| [b"\0\0\0\x18ftypmif1".as_slice(), &tail].concat()),
        ],
    ) {
        let found = MediaType::sniff(&head);
        for known in MediaType::KNOWN {
            prop_assert!(known.verify(&head).is_ok() || found.as_ref() != Some(known));
        }
    }

    /// Any text is media of some sort, or refused; and is shown in one line.
    #[test]
    fn no_text_makes_parsing_panic(text in "(data:|https://|DATA:image/png;base64,)?\\PC{0,40}|[ -~\\n]{0,30}") {
        if let Ok(media) = Media::parse(&text) {
            prop_assert_eq!(format!("{media:?}").lines().count(), 1);
        }
        let _ = Media::data_url(&text);
    }

    #[test]
    fn what_a_data_url_holds_comes_back(content in proptest::collection::vec(any::<u8>(), 1..50)) {
        // A type without a magic number, so that any content is taken.
        let text = format!("data:image/jxl;base64,{}", STANDARD.encode(&content));
        let is_other = MediaType::sniff(&content).is_some();
        match Media::parse(&text) {
            Ok(media) => prop_assert_eq!(media.source(), &Source::Bytes(content.into())),
            Err(_) => prop_assert!(is_other),
        }
    }

    #[test]
    fn user_query_and_fragment_never_show(
        scheme in "https?|[a-z]{2,5}",
        user in user_info(),
        host in "[a-z]{1,5}(\\.org)?(:[0-9]{1,4})?|\\[::1\\]",
        path in "(/[a-z0-9@:.]{0,5}){0,3}",
        query in "(\\?[a-z]=SECRET[ -~]{0,5})?",
        fragment in "(#SECRET[ -~]{0,5})?",
        pad in "[ \\n]{0,2}",
    ) {
        let url = format!("{pad}{scheme}://{user}@{host}{path}{query}{fragment}");
        prop_assert!(!redact_url(&url).contains("SECRET"), "{}", redact_url(&url));
        for media in [Media::url(&url), Media::path(&url), Media::parse(&url).unwrap()] {
            prop_assert!(!format!("{media:?}").contains("SECRET"), "{:?}", media);
        }
        // Without its scheme it is no URL, and may be anything.
        let bare = url.trim_start().trim_start_matches(&scheme);
        prop_assert!(!redact_url(bare).contains("SECRET"));
    }
}

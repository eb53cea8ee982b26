//! The rules against the vendors' worked examples and against vectors made with the vendors' own packages.
#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::qwen::{Constants, QWEN_VL_2508, QWEN3, QWEN25};
use super::*;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/qwen-tokens.json")).unwrap()
}

fn number(case: &Value, name: &str) -> f64 {
    case[name].as_f64().unwrap()
}

fn side(case: &Value, name: &str) -> u32 {
    u32::try_from(case[name].as_u64().unwrap()).unwrap()
}

fn length(seconds: f64) -> FilmFacts {
    FilmFacts { seconds: Some(seconds), ..FilmFacts::default() }
}

fn film_of(width: u32, height: u32, frames: u64, fps: f64) -> FilmFacts {
    FilmFacts { size: Some((width, height)), frames: Some(frames), fps: Some(fps), seconds: None, sound: None }
}

#[test]
fn qwen_pictures_equal_the_vectors() {
    let vectors = vectors();
    let cases = vectors["pictures"].as_array().unwrap();
    assert!(cases.len() >= 30);
    for case in cases {
        let constants = Constants {
            factor: number(case, "factor"),
            picture_min: number(case, "min_pixels"),
            picture_max: number(case, "max_pixels"),
            ..QWEN3
        };
        let tokens = constants.picture(side(case, "width"), side(case, "height"));
        assert_eq!(tokens, Ok(case["tokens"].as_u64().unwrap() + 2), "{case}");
    }
}

#[test]
fn qwen_films_equal_the_vectors() {
    let vectors = vectors();
    let cases = vectors["films"].as_array().unwrap();
    assert!(cases.len() >= 20);
    for case in cases {
        let constants = match case["family"].as_str().unwrap() {
            "qwen3-vl-hosted" => QWEN3,
            "qwen-vl-0813-hosted" => QWEN_VL_2508,
            _ => QWEN25,
        };
        let film =
            film_of(side(case, "width"), side(case, "height"), case["frames"].as_u64().unwrap(), number(case, "fps"));
        assert_eq!(constants.film(&film), Ok(case["billed"].as_u64().unwrap()), "{case}");
    }
}

#[test]
fn qwen_equals_what_was_measured() {
    for (width, height, tokens) in [
        (64, 64, 66),
        (512, 512, 258),
        (1024, 1024, 1026),
        (2048, 2048, 2502),
        (4096, 4096, 2502),
        (1920, 1080, 2042),
        (3840, 2160, 2481),
    ] {
        assert_eq!(picture(Family::Qwen, "qwen3-vl-plus", width, height), Ok(tokens));
    }
    assert_eq!(picture(Family::Qwen, "qwen-vl-max", 2480, 3508), Ok(1262));
    assert_eq!(picture(Family::Qwen, "qwen2.5-vl-72b-instruct", 640, 480), Ok(393));
    for (width, height, seconds, tokens) in
        [(640, 480, 2, 602), (640, 480, 3, 902), (320, 240, 3, 242), (320, 240, 6, 482), (1280, 720, 60, 35_642)]
    {
        let film_facts = film_of(width, height, seconds * 24, 24.0);
        assert_eq!(film(Family::Qwen, "qwen3-vl-flash", &film_facts), Ok(tokens));
    }
    // An hour: 2000 frames of the least share of pixels, or all 7200 with what is theirs of the larger whole.
    let hour = film_of(1280, 720, 3600 * 24, 24.0);
    assert_eq!(film(Family::Qwen, "qwen3-vl-plus", &hour), Ok(1000 * 15 * 8 + 2));
    assert_eq!(film(Family::Qwen, "qwen3.5-plus", &hour), Ok(3600 * 19 * 11 + 2));
}

#[test]
fn qwen_refuses_what_the_service_refuses() {
    assert!(picture(Family::Qwen, "qwen3-vl-plus", 9, 9).unwrap_err().contains("restrictions"));
    assert!(picture(Family::Qwen, "qwen3-vl-plus", 10, 10).is_ok());
    assert!(picture(Family::Qwen, "qwen3-vl-plus", 2000, 10).is_ok());
    assert!(picture(Family::Qwen, "qwen3-vl-plus", 2001, 10).unwrap_err().contains("ratio"));
    let short = film(Family::Qwen, "qwen3-vl-plus", &film_of(640, 480, 1, 24.0));
    assert!(short.unwrap_err().contains("too short"));
}

#[test]
fn a_film_of_unknown_length_counts_as_the_shortest() {
    let unknown = FilmFacts::default();
    // Two pairs of frames of 640 cells each.
    assert_eq!(film(Family::Qwen, "qwen3-vl-plus", &unknown), Ok(2 * 640 + 2));
    assert_eq!(film(Family::Nova, "us.amazon.nova-lite-v1:0", &unknown), Ok(288));
    assert_eq!(film(Family::Gemini, "gemini-2.5-pro", &unknown), Ok(258 + 32 + 5));
}

#[test]
fn gemini_equals_the_worked_examples() {
    for (width, height, tokens) in
        [(384, 384, 258), (960, 540, 1548), (1024, 1024, 1032), (1920, 1080, 1548), (3840, 2160, 1548)]
    {
        assert_eq!(picture(Family::Gemini, "gemini-2.5-flash", width, height), Ok(tokens));
    }
    assert_eq!(picture(Family::Gemini, "gemini-3-flash-preview", 9000, 9000), Ok(1120));
    assert_eq!(film(Family::Gemini, "gemini-2.5-flash", &length(10.0)), Ok(2950));
    assert_eq!(film(Family::Gemini, "gemini-3-pro-preview", &length(9.5)), Ok(10 * 100));
    let silent = FilmFacts { sound: Some(false), ..length(10.0) };
    assert_eq!(film(Family::Gemini, "gemini-2.5-flash", &silent), Ok(2630));
}

#[test]
fn openai_equals_the_worked_examples() {
    for (id, width, height, tokens) in [
        ("gpt-4o", 1024, 1024, 765),
        ("gpt-4o", 2048, 4096, 1105),
        ("gpt-4.1", 1920, 1080, 1105),
        ("gpt-5", 1920, 1080, 910),
        ("gpt-5.1-chat-latest", 1920, 1080, 910),
        ("gpt-4o-mini", 1024, 1024, 2833 + 4 * 5667),
        ("o1", 512, 512, 225),
        ("gpt-5.4", 1024, 1024, 1229),
        ("gpt-5.4", 2048, 2048, 3000),
        ("gpt-5.4", 1920, 1080, 2448),
        ("o4-mini", 1800, 2400, 2498),
        ("gpt-4.1-mini", 1800, 2400, 4977),
        ("a-new-one", 512, 512, 255),
        // 150 patches at 1.62 are 243 to the token.
        ("gpt-4.1-mini", 451, 300, 243),
        // The longer side fits the square exactly: 2048 by 1023, then 1537 by 768.
        ("gpt-4o", 4065, 2032, 1445),
        // The newest reading of the guide has a limit of the sides, too: 2048 by 256.
        ("gpt-5-mini", 4096, 512, 615),
    ] {
        assert_eq!(picture(Family::Gpt, id, width, height), Ok(tokens), "{id} {width}x{height}");
    }
    assert!(film(Family::Gpt, "gpt-4o", &length(1.0)).is_err());
}

#[test]
fn nova_equals_its_table() {
    for (width, height, tokens) in
        [(900, 450, 800), (900, 900, 1300), (1400, 900, 1800), (1800, 900, 2400), (1300, 1300, 2600)]
    {
        assert_eq!(picture(Family::Nova, "us.amazon.nova-pro-v1:0", width, height), Ok(tokens));
    }
    assert_eq!(picture(Family::Nova, "us.amazon.nova-2-lite-v1:0", 4000, 3000), Ok(230));
    for (seconds, tokens) in [(10.0, 2880), (30.0, 8640), (960.0, 276_480), (5000.0, 276_480)] {
        assert_eq!(film(Family::Nova, "us.amazon.nova-lite-v1:0", &length(seconds)), Ok(tokens));
    }
}

#[test]
fn text_is_estimated_by_class() {
    assert_eq!(text_tokens(""), 0);
    assert_eq!(text_tokens("1234567890"), 11);
    assert_eq!(text_tokens("a"), 1);
    // What the live service counted for this message: 2 and 8 around it.
    assert_eq!(text_tokens("回答OK") + overhead(Family::Qwen, 1), 10);
}

#[test]
fn a_cut_text_is_the_longest_that_is_allowed() {
    let text = "Ein Bild: 日本語 and 12345 words, again and again and again.";
    for most in 1..text_tokens(text) {
        let (part, was_cut) = cut(text, most);
        assert!(was_cut && text.starts_with(part));
        let longer: String = text.chars().take(part.chars().count() + 1).collect();
        assert!(text_tokens(part) <= most && text_tokens(&longer) > most, "{part}");
    }
    assert_eq!(cut(text, text_tokens(text)), (text, false));
    assert_eq!(cut("", 1), ("", false));
}

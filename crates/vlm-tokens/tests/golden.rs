//! Golden vectors made with the vendors' own packages, and the counts of the live service in the same files.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "golden/runner.rs"]
mod runner;

use serde_json::Value;
use vlm_tokens::qwen::{Hosted, PixelLimits, Resizer, presets, resize};
use vlm_tokens::{Clip, Size, Timing};

const PICTURES: &str = include_str!("golden/qwen-image-tokens.json");
const FILMS: &str = include_str!("golden/qwen-video-tokens.json");

fn assert_clean(report: &runner::Report) {
    for mismatch in &report.mismatches {
        println!("{mismatch}");
    }
    assert!(report.mismatches.is_empty(), "{} mismatches, printed above", report.mismatches.len());
}

#[test]
fn every_picture_matches_both_packages() {
    let report = runner::run(PICTURES);
    assert_clean(&report);
    assert_eq!((report.cases, report.expectations, report.disagreements), (469, 938, 55));
    assert_eq!(report.errors, 27 * 2 + 10 * 2 + 4);
}

#[test]
fn every_film_matches_its_package() {
    let report = runner::run(FILMS);
    assert_clean(&report);
    assert_eq!((report.cases, report.expectations, report.errors), (482, 482, 11));
}

#[test]
fn a_header_without_constants_leaves_the_presets() {
    let file: Value = serde_json::from_str(FILMS).unwrap();
    let families = ["qwen3-vl-hosted", "qwen-vl-0813-hosted", "qwen2.5-vl-hosted"];
    let known = |case: &&Value| families.iter().any(|family| case["input"]["family"] == *family);
    let cases: Vec<&Value> = file["cases"].as_array().unwrap().iter().filter(known).collect();
    let report = runner::run(&serde_json::json!({ "cases": cases }).to_string());
    assert_clean(&report);
    assert!(report.cases > 80, "{}", report.cases);
}

#[test]
fn the_form_for_the_hosted_service_agrees_where_the_packages_do() {
    let file: Value = serde_json::from_str(PICTURES).unwrap();
    let mut held = 0;
    for case in file["cases"].as_array().unwrap() {
        let number = |name: &str| case[name].as_u64().unwrap();
        let limits = PixelLimits::new(number("factor") as u32, number("min_pixels"), number("max_pixels"));
        let size = Size::new(number("width") as u32, number("height") as u32);
        let hosted = resize(size, limits, Resizer::Hosted);
        if case["agree"] == true && case["expect"]["error"].is_null() {
            assert_eq!(hosted.unwrap().cells, case["expect"]["tokens"].as_u64().unwrap(), "{case}");
            held += 1;
        } else if let Ok(hosted) = hosted {
            assert_ne!(hosted.cells, 0, "{case}");
        }
    }
    assert_eq!(held, 377);
}

#[test]
fn the_live_service_billed_what_the_rules_say() {
    let pictures: Value = serde_json::from_str(PICTURES).unwrap();
    let points = pictures["measured_live"]["points"].as_array().unwrap();
    for point in points {
        let number = |name: &str| point[name].as_u64().unwrap();
        let rules = Hosted::new(presets::QWEN3_VL).high_resolution(number("max_pixels") == 16_777_216);
        let picture = rules.image(Size::new(number("width") as u32, number("height") as u32)).unwrap();
        assert_eq!(picture.tokens.likely, number("billed_image_tokens"), "{point}");
        assert!(picture.tokens.is_certain(), "{point}");
    }
    let films: Value = serde_json::from_str(FILMS).unwrap();
    let clips = films["measured_live"]["points"].as_array().unwrap();
    for clip in clips {
        let number = |name: &str| clip[name].as_u64().unwrap();
        let size = Size::new(number("width") as u32, number("height") as u32);
        let fps = clip["fps"].as_f64().unwrap();
        let rules = Hosted::new(presets::QWEN3_VL);
        let timed = Clip::with_frames(size, Timing::new(number("seconds") * 30, 30.0)).sampled_at(fps);
        let bare = Clip::new(size, number("seconds") as f64).sampled_at(fps);
        assert_eq!(rules.video(&timed).unwrap().tokens.likely, number("video_tokens"), "{clip}");
        assert_eq!(rules.video(&bare).unwrap().tokens.likely, number("video_tokens"), "{clip}");
    }
    assert_eq!((points.len(), clips.len()), (7, 9));
}

#[test]
fn a_file_that_is_wrong_is_reported() {
    let one = |tokens: u64| {
        let expect = format!(r#"{{"resized_width":640,"resized_height":480,"tokens":{tokens}}}"#);
        let limits = r#""width":640,"height":480,"factor":32,"min_pixels":65536,"max_pixels":2621440"#;
        let case = format!(r#"{{"id":"x",{limits},"expect":{expect},"transformers":{expect},"agree":true}}"#);
        runner::run(&format!(r#"{{"cases":[{case}]}}"#)).mismatches.len()
    };
    assert_eq!((one(300), one(301)), (0, 2));
    let of_one_package = |expect: &str| {
        let case = format!(
            r#"{{"id":"x","width":640,"height":480,"factor":32,"min_pixels":65536,"max_pixels":2621440{expect}}}"#
        );
        runner::run(&format!(r#"{{"cases":[{case}]}}"#)).mismatches.len()
    };
    assert_eq!(of_one_package(r#","expect":{"tokens":300}"#), 0);
    assert_eq!(of_one_package(r#","transformers":{"tokens":299}"#), 1);
    assert_eq!(of_one_package(""), 1, "a case that expects nothing");
    assert!(!runner::run("{").mismatches.is_empty());
    assert!(!runner::run("{}").mismatches.is_empty());
    assert!(!runner::run(r#"{"cases":[{"id":"x","kind":"unheard of"}]}"#).mismatches.is_empty());
}

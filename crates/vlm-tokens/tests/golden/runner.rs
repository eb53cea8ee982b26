//! Runs every case of a file of golden vectors by the case's own parameters, and reports where the rules differ.
//!
//! Reads both formats: pictures (each case holds what two packages give) and films (each case names its kind).

use serde_json::Value;
use vlm_tokens::qwen::{
    MARKS, PixelLimits, ProcessorOptions, Resizer, Sampled, UtilsOptions, VideoLimits, hosted_film, hosted_frames,
    presets, resize, transformers_qwen2, transformers_qwen3, utils_film, utils_frame_list,
};
use vlm_tokens::{RuleError, Size, Timing};

/// What became of a file.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Cases run.
    pub(crate) cases: usize,
    /// Expectations compared: a picture's case has one per package.
    pub(crate) expectations: usize,
    /// Cases whose packages disagree.
    pub(crate) disagreements: usize,
    /// Expectations that are errors.
    pub(crate) errors: usize,
    /// One line for each expectation that was not met.
    pub(crate) mismatches: Vec<String>,
}

type Counted = Result<Vec<(&'static str, f64)>, RuleError>;

/// Runs all cases of a file's text. An unreadable file or case is a mismatch, never skipped.
pub(crate) fn run(text: &str) -> Report {
    let mut report = Report::default();
    let file: Value = match serde_json::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            report.mismatches.push(format!("not JSON: {error}"));
            return report;
        }
    };
    let Some(cases) = file["cases"].as_array() else {
        report.mismatches.push("no `cases`".to_owned());
        return report;
    };
    for case in cases {
        report.cases += 1;
        if case["kind"].is_string() {
            film(&mut report, &file["header"], case);
        } else {
            picture(&mut report, case);
        }
    }
    if let Some(count) = file["header"]["count"].as_u64().filter(|&count| count != report.cases as u64) {
        report.mismatches.push(format!("the header counts {count} cases, the file holds {}", report.cases));
    }
    report
}

fn picture(report: &mut Report, case: &Value) {
    let limits = PixelLimits::new(whole(case, "factor") as u32, whole(case, "min_pixels"), whole(case, "max_pixels"));
    let count = |resizer| {
        resize(size(case), limits, resizer).map(|resized| {
            sized(resized.size, resized.cells).chain([("degenerate", degenerate(resized.cells))]).collect()
        })
    };
    let (utils, transformers) = (count(Resizer::QwenVlUtils), count(Resizer::Transformers));
    let agree = utils.as_ref().ok() == transformers.as_ref().ok()
        && utils.as_ref().err().map(RuleError::code) == transformers.as_ref().err().map(RuleError::code);
    if case["agree"].as_bool().is_some_and(|said| said != agree) {
        report.mismatches.push(format!("{}: agree is {}, found {agree}", case["id"], case["agree"]));
    }
    report.disagreements += usize::from(!agree);
    // A file may hold what one package gives; a case without anything to expect is a mistake in the file.
    if !case["expect"].is_null() || case["transformers"].is_null() {
        compare(report, case, "expect", &utils);
    }
    if !case["transformers"].is_null() {
        compare(report, case, "transformers", &transformers);
    }
}

fn film(report: &mut Report, header: &Value, case: &Value) {
    let input = &case["input"];
    let timing = Timing::new(input["total_frames"].as_u64().unwrap_or(0), number(input, "video_fps"));
    let factor = whole(input, "patch_size") as u32 * 2;
    let found: Counted = match case["kind"].as_str().unwrap_or_default() {
        "qwen-vl-utils/file" => {
            utils_film(size(input), timing, factor, &utils_options(&input["options"])).map(|film| {
                let sampled_fps = film.frames as f64 / timing.frames as f64 * timing.fps;
                with(film, [("sample_fps", sampled_fps)])
            })
        }
        "qwen-vl-utils/frames" => {
            utils_frame_list(size(input), whole(input, "frames"), factor, &utils_options(&input["options"]))
                .map(|film| with(film, []))
        }
        "transformers/qwen3_vl" => {
            transformers_qwen3(size(input), timing, &processor_options(input)).map(|(film, marks)| {
                let prompt = film.tokens + marks;
                with(film, [("timestamp_and_mark_tokens", marks as f64), ("prompt_tokens", prompt as f64)])
            })
        }
        "transformers/qwen2_vl" => {
            transformers_qwen2(size(input), timing, &processor_options(input)).map(|film| with(film, []))
        }
        "dashscope-page" => hosted(header, input, timing),
        kind => {
            report.mismatches.push(format!("{}: unknown kind {kind}", case["id"]));
            return;
        }
    };
    compare(report, case, "expect", &found);
}

fn hosted(header: &Value, input: &Value, timing: Timing) -> Counted {
    let name = input["family"].as_str().unwrap_or_default();
    let family = &header["constants"]["dashscope-page families"][name];
    let own = own_constants(name).filter(|_| family.is_null());
    let limit = |name: &str, own_limit: fn(VideoLimits) -> u64| {
        let constant = || own.map_or_else(|| whole(family, name), own_limit);
        input["overrides"][name].as_u64().unwrap_or_else(constant)
    };
    let limits = VideoLimits::new(
        own.map_or_else(|| whole(family, "factor") as u32, |own| own.factor),
        limit("min_pixels", |own| own.min_pixels),
        limit("max_pixels", |own| own.max_pixels),
        limit("total_pixels", |own| own.total_pixels),
        limit("max_frames", |own| own.max_frames),
    );
    let frames = hosted_frames(timing, number(input, "fps"), limits.max_frames)?;
    let film = hosted_film(size(input), frames, limits)?;
    Ok(with(film, [("billed_tokens", (film.tokens + MARKS) as f64)]))
}

/// The constants of a family that the file's header does not give: those of the presets.
fn own_constants(family: &str) -> Option<VideoLimits> {
    match family {
        "qwen3-vl-hosted" => Some(presets::QWEN3_VL.video),
        "qwen-vl-0813-hosted" => Some(presets::QWEN_VL_MAX.video),
        "qwen2.5-vl-hosted" => Some(presets::QWEN2_5_VL.video),
        _ => None,
    }
}

/// Holds what was found against one expectation, field by field.
fn compare(report: &mut Report, case: &Value, which: &str, found: &Counted) {
    report.expectations += 1;
    let (id, expected) = (&case["id"], &case[which]);
    if let Some(error) = expected["error"].as_str() {
        report.errors += 1;
        if found.as_ref().err().map(RuleError::code) != Some(error) {
            report.mismatches.push(format!("{id} {which}: expected {error}, found {found:?}"));
        }
        return;
    }
    let fields = match (found, expected.as_object()) {
        (Ok(fields), Some(_)) => fields,
        _ => {
            report.mismatches.push(format!("{id} {which}: expected {expected}, found {found:?}"));
            return;
        }
    };
    for (name, value) in expected.as_object().into_iter().flatten() {
        // The text of the timestamps is not made here; its tokens are compared.
        if value.is_string() {
            continue;
        }
        let value = value.as_f64().or_else(|| value.as_bool().map(|set| f64::from(u8::from(set))));
        let counted = fields.iter().find(|(field, _)| field == name).map(|(_, counted)| *counted);
        // Rates are written with six decimals; all else is whole.
        let equal = value.zip(counted).is_some_and(|(value, counted)| (value - counted).abs() < 1e-6);
        if !equal {
            report.mismatches.push(format!("{id} {which}: {name} expected {value:?}, found {counted:?}"));
        }
    }
}

fn with<const N: usize>(film: Sampled, more: [(&'static str, f64); N]) -> Vec<(&'static str, f64)> {
    let own = [("nframes", film.frames as f64), ("grid_t", film.groups as f64)];
    sized(film.size, film.tokens).chain(own).chain(more).collect()
}

fn sized(size: Size, tokens: u64) -> impl Iterator<Item = (&'static str, f64)> {
    [("resized_width", f64::from(size.width)), ("resized_height", f64::from(size.height)), ("tokens", tokens as f64)]
        .into_iter()
}

fn degenerate(cells: u64) -> f64 {
    if cells == 0 { 1.0 } else { 0.0 }
}

fn utils_options(options: &Value) -> UtilsOptions {
    let whole = |name: &str| options[name].as_u64();
    let mut read = UtilsOptions::default();
    read.fps = options["fps"].as_f64();
    read.nframes = whole("nframes");
    read.min_frames = whole("min_frames");
    read.max_frames = whole("max_frames");
    read.min_pixels = whole("min_pixels");
    read.max_pixels = whole("max_pixels");
    read.total_pixels = whole("total_pixels");
    read
}

fn processor_options(input: &Value) -> ProcessorOptions {
    let edge = |name: &str| whole(&input["size"], name);
    ProcessorOptions::new(number(input, "fps"), edge("shortest_edge"), edge("longest_edge"))
        .capped(input["cap_pixels_per_frame"] == true)
}

fn size(input: &Value) -> Size {
    Size::new(whole(input, "width") as u32, whole(input, "height") as u32)
}

/// A whole number, or 0, which every rule refuses.
fn whole(input: &Value, name: &str) -> u64 {
    input[name].as_u64().unwrap_or(0)
}

fn number(input: &Value, name: &str) -> f64 {
    input[name].as_f64().unwrap_or(f64::NAN)
}

//! Points, boxes and outlines: reading, frames of the model families, conversions there and back, schemas.

#![allow(clippy::unwrap_used, reason = "a failing test may panic, in its helpers too")]

use proptest::prelude::*;
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::{Value, json};
use vlm_schema::media::{
    ArrayOrder, BoundingBox, Frame, FrameKind, GeometryError, GridResize, OfModel, OriginalPixels, Outside, Point,
    Polygon, SentPixels, Sizes, Thousand, Unit, clamped, frame_of_model, model_frames,
};

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_json::from_value(value.clone()).map_err(|error| error.to_string())
}

#[test]
fn boxes_are_read_in_every_form() {
    let expected: BoundingBox = BoundingBox::new(10.0, 20.0, 30.5, 1000.0).unwrap();
    for form in [
        json!({ "x_min": 10, "y_min": 20, "x_max": 30.5, "y_max": 1000 }),
        json!({ "xmin": 10, "ymin": 20, "xmax": 30.5, "ymax": 1000, "label": "cat" }),
        json!({ "x1": 10, "y1": 20, "x2": 30.5, "y2": 1000 }),
        json!({ "left": 10, "top": 20, "right": 30.5, "bottom": 1000 }),
        json!([20, 10, 1000, 30.5]),
    ] {
        assert_eq!(read::<BoundingBox>(&form).as_ref(), Ok(&expected), "{form}");
    }
    assert_eq!(serde_json::to_string(&expected).unwrap(), r#"{"x_min":10,"y_min":20,"x_max":30.5,"y_max":1000}"#);
}

#[test]
fn what_is_not_a_box_is_refused() {
    let refused = [
        json!({ "x_min": 30, "y_min": 0, "x_max": 10, "y_max": 1 }),
        json!([30, 0, 10, 1]),
        json!({ "x_min": -1, "y_min": 0, "x_max": 10, "y_max": 1 }),
        json!({ "x_min": 0, "y_min": 0, "x_max": 1000.5, "y_max": 1 }),
        json!({ "x_min": 0, "y_min": 0, "x_max": 10 }),
        json!({ "x_min": 0, "x1": 0, "y_min": 0, "x_max": 10, "y_max": 1 }),
        json!({ "x_min": "0", "y_min": 0, "x_max": 10, "y_max": 1 }),
        json!({ "x_min": null, "y_min": 0, "x_max": 10, "y_max": 1 }),
        json!([1, 2, 3]),
        json!([1, 2, 3, 4, 5]),
        json!([]),
        json!("1,2,3,4"),
        json!(null),
    ];
    let errors: Vec<_> = refused.iter().map(|value| (value, read::<BoundingBox>(value).unwrap_err())).collect();
    let listing: Vec<_> = errors.iter().map(|(value, error)| format!("{value}\n  {error}")).collect();
    insta::assert_snapshot!(listing.join("\n"));
    // Beyond any frame: more than one f64 holds.
    assert!(serde_json::from_str::<BoundingBox<OfModel>>("[0, 0, 1e999, 1]").is_err());
}

#[test]
fn numbers_that_are_none_are_refused() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(BoundingBox::<OfModel>::new(0.0, 0.0, 1.0, bad).is_err());
        assert!(BoundingBox::<OfModel>::new(bad, 0.0, 1.0, 1.0).is_err());
        assert!(matches!(Point::<Unit>::new(0.0, bad), Err(GeometryError::NotFinite { name: "y", .. })));
        assert!(Frame::Unit.convert((bad, 0.0), Frame::Thousand, Outside::Clamp).is_err());
    }
    assert_eq!(
        Point::<Unit>::new(1.1, 0.0).unwrap_err().to_string(),
        "`x` is 1.1, outside the frame (0 to 1, at most 1)"
    );
    assert!(Point::<SentPixels>::new(1e6, 0.0).is_ok(), "pixels are bounded by the picture, not by the type");
}

#[test]
fn fields_can_ask_for_clamping() {
    #[derive(Deserialize)]
    struct Seen {
        #[serde(deserialize_with = "clamped")]
        point: Point,
        #[serde(deserialize_with = "clamped")]
        boxes: Vec<BoundingBox>,
        #[serde(deserialize_with = "clamped", default)]
        outline: Option<Polygon>,
    }
    let seen: Seen = read(&json!({
        "point": { "x": -3, "y": 1001 },
        "boxes": [[0, 0, 1010, 1020]],
        "outline": [[0, 0], [0, 1200], [500, 500]],
    }))
    .unwrap();
    assert_eq!((seen.point.x(), seen.point.y()), (0.0, 1000.0));
    assert_eq!(seen.boxes[0].edges(), [0.0, 0.0, 1000.0, 1000.0]);
    assert_eq!(seen.outline.unwrap().points()[1].x(), 1000.0);
    // A box wholly outside becomes an empty one at the edge; an inverted one stays an error.
    let bad = json!({ "point": [0, 0], "boxes": [[0, 1200, 1, 1100]] });
    assert!(read::<Seen>(&bad).err().unwrap().contains("inverted"));
}

#[test]
fn outlines_need_three_corners() {
    let outline: Polygon = read(&json!([{ "x": 0, "y": 0 }, [0, 100], { "x": 100, "y": 50 }, [0, 0]])).unwrap();
    assert_eq!(outline.points().len(), 3, "the repeated first point is dropped");
    assert_eq!(outline.area(), 2500.0);
    assert_eq!(outline.bounding_box().edges(), [0.0, 0.0, 100.0, 50.0]);
    assert_eq!(read::<Polygon>(&json!([[0, 0], [1, 1]])).unwrap_err(), "a polygon needs at least 3 points, not 2");
    assert!(read::<Polygon>(&json!([[0, 0], [1, 1], [0, 1001]])).unwrap_err().contains("outside the frame"));
}

#[test]
fn families_answer_in_their_frames() {
    use ArrayOrder::{XFirst, YFirst};
    use FrameKind::{SentPixels, Thousand, Unit};
    let table = [
        ("gemini-2.5-flash", Some(Thousand), Thousand, YFirst, None),
        ("gemini:gemini-3.1-flash-lite", Some(Thousand), Thousand, YFirst, None),
        ("google/gemini-2.0-flash", Some(Thousand), Thousand, YFirst, None),
        ("qwen:qwen3-vl-plus", Some(Thousand), Thousand, XFirst, None),
        ("Qwen/Qwen3-VL-8B-Instruct", Some(Thousand), Thousand, XFirst, None),
        ("qwen3.7-plus", Some(Thousand), Thousand, XFirst, None),
        ("qwen2-vl-7b-instruct", Some(Thousand), Thousand, XFirst, None),
        ("qwen2.5-vl-72b-instruct", Some(SentPixels), SentPixels, XFirst, Some((1316, 728))),
        ("qwen-vl-max-2025-04-08", Some(SentPixels), SentPixels, XFirst, Some((1316, 728))),
        ("qwen-vl-max-2025-08-13", Some(SentPixels), SentPixels, XFirst, Some((1504, 832))),
        ("qwen-vl-plus-2025-07-10", Some(SentPixels), SentPixels, XFirst, Some((1504, 832))),
        ("qwen-vl-max", Some(SentPixels), SentPixels, XFirst, Some((1504, 832))),
        ("qwen-vl-max-2024-11-19", Some(Thousand), Thousand, XFirst, None),
        ("us.amazon.nova-lite-v1:0", Some(Thousand), Thousand, XFirst, None),
        ("nova:nova-2-lite", Some(Thousand), Thousand, XFirst, None),
        ("openai/gpt-5.4", None, Unit, XFirst, None),
        ("gpt-4.1-mini", None, Unit, XFirst, None),
    ];
    for (model, own, ask, order, sent) in table {
        let row = frame_of_model(model).unwrap_or_else(|| panic!("{model} is in the table"));
        assert_eq!((row.own, row.ask, row.order), (own, ask, order), "{model}");
        assert_eq!(row.sizes(1920, 1080).unwrap().sent(), sent.unwrap_or((1920, 1080)), "{model}");
    }
    for unknown in ["", "llava", "my-gemini-clone", "/", "a:b:c"] {
        assert!(frame_of_model(unknown).is_none(), "{unknown}");
    }
    for row in model_frames() {
        assert_eq!(row.own == Some(SentPixels), row.resize.is_some(), "{}: pixels need a size", row.family);
    }
}

#[test]
fn grids_follow_the_reference() {
    // (factor, min, max), (width, height), (width, height) by qwen-vl-utils 0.0.14.
    let vectors = [
        ((32, 4096, 16_777_216), (419, 1445), (416, 1440)),
        ((32, 4096, 16_777_216), (28, 28), (64, 64)),
        ((32, 4096, 16_777_216), (368, 672), (384, 672)),
        ((28, 572, 601_828), (23, 118), (28, 112)),
        ((28, 3136, 12_845_056), (2048, 2048), (2044, 2044)),
        ((28, 3136, 12_845_056), (384, 384), (392, 392)),
        ((32, 4096, 16_777_216), (10_373, 52), (10_368, 64)),
        ((32, 65_536, 16_777_216), (1080, 1920), (1088, 1920)),
        ((32, 4096, 16_777_216), (11, 31), (64, 128)),
        ((32, 262_000, 524_368), (21, 3438), (64, 6560)),
        ((32, 4096, 1_310_720), (2778, 1284), (1664, 768)),
        ((28, 3136, 12_845_056), (64, 12_800), (56, 12_796)),
        ((32, 65_536, 2_621_440), (1080, 1920), (1088, 1920)),
        ((28, 3136, 1_003_520), (900, 1440), (784, 1260)),
        ((32, 65_536, 2_621_440), (1920, 1080), (1920, 1088)),
        ((32, 65_536, 2_621_440), (3840, 2160), (2144, 1184)),
        ((32, 65_536, 2_621_440), (2048, 2048), (1600, 1600)),
        ((32, 65_536, 2_621_440), (64, 64), (256, 256)),
        ((28, 3_136, 1_003_520), (640, 480), (644, 476)),
    ];
    for ((factor, min, max), (width, height), sent) in vectors {
        assert_eq!(GridResize::new(factor, min, max).apply(width, height), Ok(sent), "{width} x {height}");
    }
    // Seen in the field: answers of qwen-vl-max-2025-08-13 fit 1440 x 896 for this picture.
    assert_eq!(frame_of_model("qwen-vl-max-2025-08-13").unwrap().sizes(1920, 1200).unwrap().sent(), (1440, 896));
    let grid = GridResize::new(32, 65_536, 2_621_440);
    assert!(matches!(grid.apply(0, 5), Err(GeometryError::EmptyPicture { .. })));
    assert!(grid.apply(200, 1).is_ok());
    assert!(matches!(grid.apply(201, 1), Err(GeometryError::TooNarrow { limit: 200, .. })));
    assert!(grid.apply(u32::MAX, u32::MAX).is_ok());
    assert_eq!(GridResize::new(0, 0, u64::MAX).apply(7, 5), Ok((7, 5)));
}

#[test]
fn answers_of_each_family_become_pixels() {
    // The lower right quarter of a 1920 x 1080 picture, as each family writes it.
    let answers = [
        ("gemini-2.5-flash", json!([500, 500, 1000, 1000])),
        ("qwen3-vl-plus", json!([500, 500, 1000, 1000])),
        ("nova-2-lite", json!({ "x_min": 500, "y_min": 500, "x_max": 1000, "y_max": 1000 })),
        ("qwen2.5-vl-7b-instruct", json!([658, 364, 1316, 728])),
        ("qwen-vl-max", json!({ "x1": 752, "y1": 416, "x2": 1504, "y2": 832 })),
    ];
    for (model, answer) in answers {
        let row = frame_of_model(model).unwrap();
        let seen: BoundingBox<OfModel> = read(&answer).unwrap();
        let sizes = row.sizes(1920, 1080).unwrap();
        let pixels = seen.resolve(row, &sizes, Outside::Refuse).unwrap();
        assert_eq!(pixels.edges(), [960.0, 540.0, 1920.0, 1080.0], "{model}");
    }
    let gpt = frame_of_model("gpt-5").unwrap();
    let seen: BoundingBox<OfModel> = read(&json!([0, 0, 1, 1])).unwrap();
    let error = seen.resolve(gpt, &Sizes::unscaled(10, 10).unwrap(), Outside::Clamp).unwrap_err();
    assert_eq!(error.to_string(), "GPT models have no frame of their own: ask in a declared one, such as 0 to 1");
}

#[test]
fn axes_of_arrays_are_put_right() {
    // A wide box at the top, written x first and y first.
    let (qwen, gemini) = (frame_of_model("qwen3-vl-plus").unwrap(), frame_of_model("gemini-3-flash").unwrap());
    let wide = [100.0, 10.0, 900.0, 60.0];
    let by_qwen: BoundingBox = read(&json!([100, 10, 900, 60])).unwrap();
    let by_gemini: BoundingBox = read(&json!([10, 100, 60, 900])).unwrap();
    assert_eq!(by_qwen.answered_by(qwen).edges(), wide);
    assert_eq!(by_gemini.answered_by(gemini).edges(), wide);
    assert_eq!(by_qwen.answered_by(qwen).answered_by(qwen).edges(), wide, "only once");
    let named: BoundingBox = read(&json!({ "x_min": 100, "y_min": 10, "x_max": 900, "y_max": 60 })).unwrap();
    assert_eq!(named.answered_by(qwen).edges(), wide);
    let point: Point = read(&json!([7, 9])).unwrap();
    assert!(point.from_array());
    assert_eq!((point.x(), point.answered_by(qwen).x()), (9.0, 7.0));
    let outline: Polygon = read(&json!([[0, 0], [100, 0], [100, 50]])).unwrap();
    assert_eq!(outline.answered_by(qwen).bounding_box().edges(), [0.0, 0.0, 100.0, 50.0]);
}

#[test]
fn resizing_is_undone() {
    let sizes = Sizes::new((1920, 1080), (1920, 1088)).unwrap();
    let sent = BoundingBox::<SentPixels>::new(0.0, 544.0, 1920.0, 1088.0).unwrap();
    let original = sent.convert::<OriginalPixels>(&sizes, Outside::Refuse).unwrap();
    assert_eq!(original.edges(), [0.0, 540.0, 1920.0, 1080.0]);
    assert_eq!(original.convert::<Unit>(&sizes, Outside::Refuse).unwrap().edges(), [0.0, 0.5, 1.0, 1.0]);

    let over = BoundingBox::<SentPixels>::new(0.0, 0.0, 1921.0, 1088.0).unwrap();
    let error = over.convert::<OriginalPixels>(&sizes, Outside::Refuse).unwrap_err();
    assert_eq!(error.to_string(), "`x_max` is 1921, outside the frame (pixels of the sent picture, at most 1920)");
    assert_eq!(over.convert::<OriginalPixels>(&sizes, Outside::Clamp).unwrap().x_max(), 1920.0);
    assert!(matches!(Sizes::new((0, 5), (1, 1)), Err(GeometryError::EmptyPicture { .. })));
    let no_area = Frame::SentPixels { width: 0, height: 1 };
    assert!(no_area.convert((0.0, 0.0), Frame::Unit, Outside::Clamp).is_err());
}

#[test]
fn crops_cover_the_box() {
    let sizes = Sizes::unscaled(1920, 1080).unwrap();
    let rect = |edges: [f64; 4]| {
        let [a, b, c, d] = edges;
        let rect = BoundingBox::<Thousand>::new(a, b, c, d).unwrap().pixel_rect(&sizes, Outside::Refuse).unwrap();
        (rect.x, rect.y, rect.width, rect.height)
    };
    assert_eq!(rect([0.0, 0.0, 1000.0, 1000.0]), (0, 0, 1920, 1080));
    assert_eq!(rect([250.0, 250.0, 750.0, 750.0]), (480, 270, 960, 540));
    assert_eq!(rect([1.0, 1.0, 2.0, 2.0]), (1, 1, 3, 2), "1.92 to 3.84 and 1.08 to 2.16");
    assert_eq!(rect([1000.0, 1000.0, 1000.0, 1000.0]), (1919, 1079, 1, 1), "never empty, never outside");
}

#[test]
fn boxes_compare() {
    let a = BoundingBox::<Thousand>::new(0.0, 0.0, 100.0, 100.0).unwrap();
    let b = BoundingBox::new(50.0, 0.0, 150.0, 100.0).unwrap();
    let far = BoundingBox::new(100.0, 0.0, 200.0, 100.0).unwrap();
    assert_eq!(a.intersection(&b).unwrap().edges(), [50.0, 0.0, 100.0, 100.0]);
    assert_eq!(a.iou(&b), 1.0 / 3.0);
    assert_eq!((a.iou(&a), a.iou(&far)), (1.0, 0.0));
    let empty = BoundingBox::<Thousand>::new(5.0, 5.0, 5.0, 5.0).unwrap();
    assert_eq!(empty.iou(&empty), 0.0);
    assert!(a.contains(&b.intersection(&a).unwrap().center()));
    assert!(!a.contains(&far.center()));
}

#[test]
fn schemas_tell_the_frame() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Everything {
        /// Where the cat is.
        box_2d: BoundingBox,
        nose: Option<Point<Unit>>,
        outline: Polygon<SentPixels>,
        habit: BoundingBox<OfModel>,
        pixels: Vec<BoundingBox<OriginalPixels>>,
    }
    // Pretty-printed text, so that the order of keys does not depend on how other crates build serde_json.
    let schema = serde_json::to_value(schema_for!(Everything)).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(schema) });
}

fn sizes() -> impl Strategy<Value = Sizes> {
    let side = || prop_oneof![1u32..50, 500u32..5000, Just(u32::MAX)];
    (side(), side(), side(), side()).prop_map(|(a, b, c, d)| Sizes::new((a, b), (c, d)).unwrap())
}

fn unit_box() -> impl Strategy<Value = [f64; 4]> {
    let pair = || (0.0..=1.0f64, 0.0..=1.0f64).prop_map(|(a, b)| (a.min(b), a.max(b)));
    (pair(), pair()).prop_map(|((x_min, x_max), (y_min, y_max))| [x_min, y_min, x_max, y_max])
}

const KINDS: [FrameKind; 4] = [FrameKind::Unit, FrameKind::Thousand, FrameKind::SentPixels, FrameKind::OriginalPixels];

proptest! {
    #[test]
    fn there_and_back_is_the_same(
        sizes in sizes(), at in (0.0..=1.0f64, 0.0..=1.0f64), from in 0usize..4, to in 0usize..4,
    ) {
        let (from, to) = (sizes.frame(KINDS[from]), sizes.frame(KINDS[to]));
        let (width, height) = from.extent();
        let at = (at.0 * width, at.1 * height);
        let there = from.convert(at, to, Outside::Refuse).unwrap();
        prop_assert!(there.0 <= to.extent().0 && there.1 <= to.extent().1);
        let back = to.convert(there, from, Outside::Refuse).unwrap();
        prop_assert!((back.0 - at.0).abs() <= width * 1e-15, "{at:?} {back:?}");
        prop_assert!((back.1 - at.1).abs() <= height * 1e-15, "{at:?} {back:?}");
    }

    #[test]
    fn whole_numbers_return_exactly(sizes in sizes(), x in 0u16..=1000, y in 0u16..=1000) {
        let point = Point::<Thousand>::new(x.into(), y.into()).unwrap();
        for back in [
            point.convert::<OriginalPixels>(&sizes, Outside::Refuse).unwrap().convert::<Thousand>(&sizes, Outside::Refuse),
            point.convert::<SentPixels>(&sizes, Outside::Refuse).unwrap().convert::<Thousand>(&sizes, Outside::Refuse),
            point.convert::<Unit>(&sizes, Outside::Refuse).unwrap().convert::<Thousand>(&sizes, Outside::Refuse),
        ] {
            prop_assert_eq!(back.unwrap().rounded(), point);
        }
    }

    #[test]
    fn whole_pixels_tell_thousandths_apart(
        width in 1001u32..100_000, height in 1001u32..100_000, x in 0u16..=1000, y in 0u16..=1000,
    ) {
        let sizes = Sizes::unscaled(width, height).unwrap();
        let point = Point::<Thousand>::new(x.into(), y.into()).unwrap();
        let pixel = point.convert::<OriginalPixels>(&sizes, Outside::Refuse).unwrap().rounded();
        prop_assert_eq!(pixel.convert::<Thousand>(&sizes, Outside::Refuse).unwrap().rounded(), point);
    }

    #[test]
    fn boxes_stay_upright_and_inside(sizes in sizes(), unit in unit_box()) {
        let [a, b, c, d] = unit;
        let unit = BoundingBox::<Unit>::new(a, b, c, d).unwrap();
        let pixels = unit.convert::<OriginalPixels>(&sizes, Outside::Refuse).unwrap();
        prop_assert!(pixels.width() >= 0.0 && pixels.height() >= 0.0);
        let rect = unit.pixel_rect(&sizes, Outside::Refuse).unwrap();
        let (width, height) = sizes.original();
        prop_assert!(rect.width > 0 && rect.x + rect.width <= width);
        prop_assert!(rect.height > 0 && rect.y + rect.height <= height);
        prop_assert!(f64::from(rect.x) <= pixels.x_min() + 1e-6);
        prop_assert!(f64::from(rect.x + rect.width) >= pixels.x_max() - 1e-6);
    }

    #[test]
    fn what_is_written_fits_its_schema_and_is_read(unit in unit_box()) {
        let [a, b, c, d] = unit.map(|edge| edge * 1000.0);
        let written = serde_json::to_value(BoundingBox::<Thousand>::new(a, b, c, d).unwrap()).unwrap();
        let schema = serde_json::to_value(schema_for!(BoundingBox)).unwrap();
        prop_assert!(jsonschema::is_valid(&schema, &written), "{written}");
        prop_assert_eq!(read::<BoundingBox>(&written).unwrap().edges(), [a, b, c, d]);
    }

    #[test]
    fn what_the_schema_refuses_is_refused(edges in proptest::array::uniform4(-100.0..2000.0f64)) {
        let [a, b, c, d] = edges;
        let value = json!({ "x_min": a, "y_min": b, "x_max": c, "y_max": d });
        let schema = serde_json::to_value(schema_for!(BoundingBox)).unwrap();
        let upright = a <= c && b <= d;
        prop_assert_eq!(read::<BoundingBox>(&value).is_ok(), jsonschema::is_valid(&schema, &value) && upright);
    }
}

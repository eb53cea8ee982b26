//! What is not known widens the range; what the model would refuse is the error, with everything that is wrong.

use std::time::Duration;

use vlm_core::{ErrorKind, Media, MediaFacts, MediaType};
use vlm_estimate::{Confidence, EstimateExt};

use crate::support::{by_rules, qwen, sample};

#[tokio::test]
async fn a_picture_of_unknown_size_is_any_picture() {
    let url = "https://example.org/a.jpg";
    let unknown = qwen().model().ask("?").attach(url).estimate().await.unwrap();
    let part = &unknown.parts[1];
    assert_eq!((part.tokens.low, part.tokens.high, part.tokens.confidence), (66, Some(2562), Confidence::Unknown));
    assert!(unknown.unknown[0].to_string().starts_with("messages[0].parts[1]: the picture's size is not known"));
    for size in [(10, 10), (640, 480), (9000, 9000), (2000, 10)] {
        let known = Media::url(url).with_facts(MediaFacts::picture(size.0, size.1));
        let known = qwen().model().ask("?").attach(known).estimate().await.unwrap();
        assert!(part.tokens.contains(known.parts[1].tokens.likely), "{size:?}");
        assert!(unknown.cost.low <= known.cost.low && known.cost.high <= unknown.cost.high, "{size:?}");
    }
    let open = by_rules("gemini:gemini-2.5-flash").model().ask("?").attach(url).estimate().await.unwrap();
    assert_eq!(open.parts[1].tokens.high, None);
    assert_eq!(open.input.high, Some(260_096), "no more than the model takes");
}

#[tokio::test]
async fn a_film_of_unknown_length_is_any_film() {
    let film = |facts: MediaFacts| Media::url("https://example.org/a.mp4").with_facts(facts);
    let estimate = qwen().model().ask("?").attach(film(MediaFacts::new())).estimate().await.unwrap();
    let any = estimate.parts[1].tokens;
    assert!(any.high.is_some() && any.low < 70, "{any:?}");
    assert!(estimate.unknown[0].message.contains("size and length are not known"));
    let facts = MediaFacts::film(640, 480, Duration::from_secs(600));
    let known = qwen().model().ask("?").attach(film(facts)).estimate().await.unwrap();
    assert!(any.contains(known.parts[1].tokens.likely));
    assert!(known.unknown.is_empty(), "{:?}", known.unknown);

    // Sound matters to Gemini alone.
    let facts = MediaFacts::film(640, 480, Duration::from_secs(10));
    let heard = by_rules("gemini:gemini-2.5-flash").model().ask("?").attach(film(facts)).estimate().await.unwrap();
    assert!(heard.unknown[0].message.contains("sound"), "{:?}", heard.unknown);
    assert!(heard.parts[1].tokens.contains(2630) && heard.parts[1].tokens.contains(2950));
    let facts = MediaFacts::film(640, 480, Duration::from_secs(10));
    let unheard = qwen().model().ask("?").attach(film(facts)).estimate().await.unwrap();
    assert!(unheard.unknown.is_empty(), "{:?}", unheard.unknown);
}

#[tokio::test]
async fn everything_that_would_be_refused_comes_at_once() {
    let tiny = Media::url("https://example.org/a.jpg").with_facts(MediaFacts::picture(9, 9));
    let strip = Media::url("https://example.org/b.jpg").with_facts(MediaFacts::picture(5000, 20));
    let short = MediaFacts::film(64, 64, Duration::from_secs(1));
    let short = Media::url("https://example.org/c.mp4").with_facts(short);
    let ask = qwen().model().ask("?").attach(tiny).attach(strip).attach(short).attach("missing.png").temperature(7.0);
    let error = ask.estimate().await.unwrap_err();
    assert_eq!((error.kind(), error.provider(), error.attempts()), (ErrorKind::InvalidRequest, Some("silent"), 0));
    let paths: Vec<&str> = error.problems().iter().map(|problem| problem.path.as_str()).collect();
    let part = |at| format!("messages[0].parts[{at}]");
    assert_eq!(paths, [&part(1), &part(2), &part(3), "sampling.temperature", &part(4)], "{error}");
    assert!(error.to_string().contains("missing.png"), "{error}");
}

#[tokio::test]
async fn files_are_what_their_bytes_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let coffee = std::fs::read(sample("coffee.png")).unwrap();
    std::fs::write(path("coffee.jpg"), &coffee).unwrap();
    std::fs::write(path("cut.png"), &coffee[..20]).unwrap();
    std::fs::write(path("words.png"), "these are words").unwrap();
    let ask = |media: Media| qwen().model().ask("?").attach(media).estimate();

    let misnamed = ask(Media::path(path("coffee.jpg"))).await.unwrap();
    assert_eq!(misnamed.parts[1].tokens.likely, 230);
    let bytes = ask(Media::bytes(coffee)).await.unwrap();
    assert_eq!(bytes.parts[1].tokens.likely, 230);
    let declared = Media::path(path("coffee.jpg")).with_media_type(MediaType::JPEG);
    assert!(ask(declared).await.unwrap_err().to_string().contains("image/png, not image/jpeg"));
    for (name, words) in [("cut.png", "ends before"), ("words.png", "no picture or film")] {
        let error = ask(Media::path(path(name))).await.unwrap_err();
        assert!(error.to_string().contains(words) && error.to_string().contains(name), "{error}");
    }
    let own = Media::path(path("words.png")).with_media_type("image/x-scan".parse().unwrap());
    let own = ask(own).await.unwrap();
    assert_eq!(own.parts[1].tokens.confidence, Confidence::Unknown);
}

#[tokio::test]
async fn facts_that_are_stated_need_no_file() {
    let stated = Media::path("not/there.jpg").with_facts(MediaFacts::picture(1920, 1080));
    let estimate = qwen().model().ask("?").attach(stated).estimate().await.unwrap();
    assert_eq!(estimate.parts[1].tokens.likely, 2042);
    assert_eq!(estimate.parts[1].resized, Some((1920, 1088)));
}

#[tokio::test]
async fn input_beyond_the_model_is_refused() {
    let mut small = qwen();
    small.0.max_input_tokens = Some(300);
    let ask = |text: String| small.model().ask(text).estimate();
    assert!(ask("word ".repeat(100)).await.is_ok());
    let error = ask("word ".repeat(400)).await.unwrap_err();
    assert!(error.to_string().contains("the model takes 300 at most"), "{error}");
}

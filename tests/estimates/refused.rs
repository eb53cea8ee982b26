//! What an estimate refuses the provider refuses before it opens a connection, and what an estimate takes is answered.

use std::path::Path;

use vlm_core::{ErrorKind, Media, Request, VisionProvider, VisionProviderExt};
use vlm_estimate::Estimator;

use crate::held::Bench;
use crate::support::film::Film;
use crate::support::{picture, samples};

/// Pictures at the borders of what models take: sides of 10 and 8000 pixels, 200 to 1.
const EDGES: [(u32, u32); 22] = [
    (1, 1),
    (9, 9),
    (9, 10),
    (10, 9),
    (10, 10),
    (9, 1800),
    (10, 1999),
    (10, 2000),
    (10, 2001),
    (2001, 10),
    (2000, 10),
    (11, 2200),
    (11, 2201),
    (39, 7800),
    (39, 7801),
    (40, 7999),
    (40, 8000),
    (40, 8001),
    (8000, 41),
    (8001, 41),
    (1, 300),
    (300, 1),
];

/// Models, and how many of the edges each takes: Qwen by sides and their quotient, Nova 1 by its longest side.
const PICTURE_MODELS: [(&str, usize); 8] = [
    ("qwen:qwen3-vl-plus", 10),
    ("qwen:qwen-vl-max", 10),
    ("qwen:qwen-vl-plus-2025-01-25", 10),
    ("gemini:gemini-2.5-flash", 22),
    ("gpt:gpt-4o", 22),
    ("gpt:gpt-4.1-mini", 22),
    ("nova:us.amazon.nova-lite-v1:0", 20),
    ("nova:us.amazon.nova-2-lite-v1:0", 22),
];

const NTSC: (u32, u32) = (30_000, 1001);

/// Films at the borders: 2 s, 10 minutes, 20 minutes, an hour; 200 to 1; a single frame.
fn films() -> Vec<Film> {
    let lasting = |seconds| Film::lasting(seconds, (24, 1), (640, 360));
    let mut films: Vec<Film> = [1, 2, 600, 601, 1200, 1201, 3600, 3601].map(lasting).into();
    films.extend([1, 600, 3600].map(|seconds| Film::lasting(seconds, NTSC, (320, 240))));
    // A frame less than two seconds, and a frame more.
    films.extend([47, 49].map(|frames| Film { frames, ..lasting(2) }));
    films.extend([(3200, 16), (3201, 16), (16, 3216)].map(|size| Film::lasting(10, NTSC, size)));
    films.extend([1, 2, 3].map(|frames| Film { frames, ..Film::lasting(10, (1, 5), (640, 360)) }));
    films
}

/// Models, and how many of the films each takes: Qwen by length, frames and sides, the others all.
const FILM_MODELS: [(&str, usize); 6] = [
    ("qwen:qwen3-vl-plus", 12),
    ("qwen:qwen-vl-max", 9),
    ("qwen:qwen-vl-plus", 7),
    ("gemini:gemini-2.5-flash", 19),
    ("nova:us.amazon.nova-lite-v1:0", 19),
    ("nova:us.amazon.nova-premier-v1:0", 19),
];

impl Bench {
    /// True when the estimate is made. Then the provider answers; otherwise it refuses as well, in the same breath.
    async fn agree(&self, request: &Request) -> bool {
        let before = self.emulator.journal().len();
        let estimate = Estimator::new().estimate(&self.memories, request).await;
        let answer = self.memories.generate(request).await;
        let what = || format!("{} {:?}", request.model, request.media().collect::<Vec<_>>());
        match (&estimate, &answer) {
            (Ok(estimate), Ok(answer)) => {
                assert!(estimate.input.contains(answer.usage.input_tokens.unwrap()), "{}", what());
                true
            }
            (Err(refused), Err(error)) => {
                let kinds = (refused.kind(), error.kind());
                assert_eq!(kinds, (ErrorKind::InvalidRequest, ErrorKind::InvalidRequest), "{}: {error}", what());
                let paths = |error: &vlm_core::Error| error.problems()[0].path.clone();
                assert_eq!(paths(refused), paths(error), "{}", what());
                assert_eq!(self.emulator.journal().len(), before, "{}", what());
                false
            }
            _ => panic!("{}: estimate {estimate:?}, answer {answer:?}", what()),
        }
    }
}

/// Holds all of these; first those that are refused, and up to there no connection is made.
async fn agree_on_all(bench: &Bench, requests: Vec<Request>) -> usize {
    let mut taken = Vec::new();
    for request in requests {
        match Estimator::new().estimate(&bench.memories, &request).await {
            Ok(_) => taken.push(request),
            Err(_) => assert!(!bench.agree(&request).await),
        }
    }
    assert_eq!(bench.emulator.connections(), 0);
    for request in &taken {
        assert!(bench.agree(request).await);
    }
    taken.len()
}

fn pictures(folder: &Path) -> Vec<Media> {
    EDGES.iter().map(|size| Media::path(picture::write(folder, *size))).collect()
}

#[tokio::test]
async fn pictures_at_the_edges() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = pictures(folder.path());
    for (model, taken) in PICTURE_MODELS {
        let bench = Bench::start(folder.path()).await;
        let requests = pictures.iter().map(|picture| bench.request(model, picture.clone())).collect();
        assert_eq!(agree_on_all(&bench, requests).await, taken, "{model}");
    }
}

#[tokio::test]
async fn films_at_the_edges() {
    let folder = tempfile::tempdir().unwrap();
    let films: Vec<_> = films().iter().map(|film| film.write(folder.path())).collect();
    for (model, taken) in FILM_MODELS {
        let bench = Bench::start(folder.path()).await;
        let requests = films.iter().map(|film| bench.request(model, bench.film(film))).collect();
        assert_eq!(agree_on_all(&bench, requests).await, taken, "{model}");
    }
}

#[tokio::test]
async fn what_no_model_takes_is_refused_by_both() {
    let bench = Bench::start(&samples()).await;
    let film = samples().join("launch-and-coffee.mp4");
    let missing = Media::path(samples().join("no-such-picture.png"));
    let words = Media::bytes(&b"just some words"[..]);
    let too_hot = bench.memories.model("qwen:qwen3-vl-plus").ask("What is this?").temperature(9.0);
    let requests = [
        bench.request("gpt:gpt-4o", bench.film(&film)),
        bench.request("gemini:gemini-2.5-flash", missing),
        bench.request("nova:us.amazon.nova-lite-v1:0", words),
        too_hot.into_request().unwrap(),
    ];
    for request in &requests {
        assert!(!bench.agree(request).await);
    }
    assert_eq!(bench.emulator.connections(), 0);
}

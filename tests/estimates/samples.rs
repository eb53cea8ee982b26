//! Every priced model and every sample: what an estimate says is likely is what is billed.

use vlm_core::Media;
use vlm_memories::pricing;

use crate::held::Bench;
use crate::support::samples;

const PICTURES: [&str; 3] = ["coffee.png", "chelsea.png", "rocket.jpg"];
const FILM: &str = "launch-and-coffee.mp4";

#[tokio::test]
async fn every_priced_model_bills_what_the_estimate_says() {
    let bench = Bench::start(&samples()).await;
    for (family, id, _) in pricing::built_in().iter() {
        let model = format!("{family}:{id}");
        let mut attached: Vec<Media> = PICTURES.iter().map(|name| Media::path(samples().join(name))).collect();
        if family != "gpt" {
            attached.push(bench.film(&samples().join(FILM)));
        }
        for media in attached {
            let what = format!("{model} {media:?}");
            let held = bench.hold(&model, media).await;
            assert_eq!(held.estimate.input.likely, held.billed(), "{what}: {:?}", held.estimate.parts);
            assert!(held.estimate.input.contains(held.billed()), "{what}");
            held.assert_cost(&what);
        }
    }
}

//! Every public model of 2024-07-11, as the Hub listed them.

use crate::support::{Lineal, shared};
use serde_json::json;

const LISTING: &str = "data/hub-2024/models-list.jsonl.zst";

fn imported(resolve: &str) -> Option<Lineal> {
    let listing = shared(LISTING)?;
    let lineal = Lineal::new();
    let listing = listing.to_str().expect("a path in UTF-8");
    lineal.answer(&["import", listing, "--date", "2024-07-11", "--resolve", resolve]);
    Some(lineal)
}

#[test]
fn the_listing_of_2024_has_the_counts_that_were_taken_by_hand() {
    let Some(lineal) = imported("exact") else { return };
    let usage = lineal.usage("2024-07-11", "formal");
    let models = &usage["models"];
    assert_eq!([&models["total"], &models["derived"]], [&json!(760_000), &json!(117_155)]);
    assert_eq!(
        usage["relations"],
        json!({"declared": 126_650, "resolved": 104_737, "dangling": 21_248, "self_loops": 665})
    );
    assert_eq!(
        usage["cycles"],
        json!([
            [
                "BexRedpill/distilbert-on-polarity-yelp-reviews",
                "BexRedpill/distilbert-on-polarity-yelp-reviews-epoch-2"
            ],
            ["Edmon02/speecht5_finetuned_voxpopuli_hy", "Edmon02/speecht5_finetuned_voxpopuli_nl"],
            ["MrRobotoAI/Ramses40", "MrRobotoAI/Thoth-3.5", "MrRobotoAI/Thoth-4", "MrRobotoAI/Thoth-5"],
            ["SQAI/bge-embedding-model", "SQAI/bge-embedding-model2"],
            ["mHossain/bengali_pos_v1_300000", "mHossain/bengali_pos_v1_400000"],
            [
                "quastrinos/race-openbook-finetuned-deberta-v3-large-mcqa-TPU",
                "quastrinos/race-openbook-finetuned-deberta-v3-large-mcqa-TPU-v1",
                "quastrinos/race-openbook-finetuned-deberta-v3-large-mcqa-TPU-v2"
            ],
            ["weiren119/distilhubert-finetuned-finetuned-gtzan", "weiren119/distilhubert-finetuned-gtzan"]
        ])
    );
    assert_eq!(
        lineal.sql("SELECT count(*) n, count(DISTINCT id) ids, max(position) last FROM models"),
        "n,ids,last\n760000,760000,759999\n"
    );
}

#[test]
fn lenient_names_find_most_of_the_bases_that_seem_missing() {
    let Some(lineal) = imported("lenient") else { return };
    assert_eq!(
        lineal.sql("SELECT resolution, count(*) n FROM relations GROUP BY 1 ORDER BY 1"),
        "resolution,n\nalias,16194\nexact,105403\nignoring_case,700\nmissing,4352\n"
    );
}

//! Listings as the Hub gave them in 2022, 2024 and 2026, which lie beside the repository where they
//! are at hand at all.
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use crate::support::{Read, read_file};
use lineal_core::{model_id::ModelId, oddity::Oddity, operation::Operation, record::ModelRecord};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::PathBuf,
};

/// Returns where a file of the shared data lies; `None`, loudly, if it does not.
fn shared(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if !found.exists() {
        eprintln!("SKIPPED: {} is not there", found.display());
        return None;
    }
    Some(found)
}

fn read(path: &str) -> Option<Read> {
    Some(read_file(&shared(path)?, false).expect("a real listing can be read"))
}

#[test]
fn the_listing_of_2024_is_read_whole() {
    let Some(read) = read("hub-2024/models-list.jsonl.zst") else { return };
    let related: Vec<&ModelRecord> = read.records.iter().filter(|record| !record.claims.is_empty()).collect();
    let claims: HashSet<(&ModelId, &str)> = related
        .iter()
        .flat_map(|record| record.claims.iter().map(|claim| (&record.id, &*claim.base)))
        .collect();
    assert_eq!((read.records.len(), related.len(), claims.len()), (760_000, 117_155, 126_650));
    assert_eq!(read.records[0].id.as_str(), "MIT/ast-finetuned-audioset-10-10-0.4593");
    assert!(read.oddities.is_empty(), "{:?}", read.oddities);
}

#[test]
fn the_details_of_2022_and_2024_are_read_whole() {
    let Some(read_2022) = read("hub-2022/model-info.jsonl.zst") else { return };
    let nameless = read_2022.oddities.count(Oddity::NoModelId);
    assert_eq!(read_2022.records.len() as u64 + nameless, 29_432);
    assert!(nameless <= 1, "{:?}", read_2022.oddities);

    let Some(read_2024) = read("hub-2024/model-info.jsonl.zst") else { return };
    assert_eq!(read_2024.records.len(), 8_650);
    assert!(read_2024.oddities.is_empty(), "{:?}", read_2024.oddities);
    let quantized = read_2024.records.iter().filter(|record| record.quantization.is_some()).count();
    let sized = read_2024.records.iter().filter(|record| record.parameters.is_some()).count();
    assert_eq!((quantized, sized), (123, 2_089));
}

#[test]
fn a_response_of_2026_is_read_whole() {
    let path = "artifacts/hub_api/model_info__ggml-org__gemma-3-1b-it-GGUF__2026-08.json";
    let Some(read) = read(path) else { return };
    let [record] = &read.records[..] else { panic!("one model") };
    assert_eq!(record.parameters, Some(999_885_952));
    assert_eq!(record.claims.len(), 3);
    assert_eq!(record.inferred_operation, Operation::Quantized);
}

/// Measures the inference on models that the Hub left untyped in 2024 and had typed by 2025.
#[test]
fn what_the_hub_inferred_later_is_inferred_here() {
    let Some(edges) = shared("trees-2025/typed_edges_2025-04.jsonl.zst") else { return };
    let Some(read) = read("hub-2024/models-list.jsonl.zst") else { return };
    let edges = zstd::decode_all(std::fs::File::open(edges).expect("is there")).expect("whole");
    let typed: HashMap<String, String> = String::from_utf8(edges)
        .expect("UTF-8")
        .lines()
        .map(|line| {
            let edge: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let child = edge["child"].as_str().expect("a name").trim_start_matches("https://huggingface.co/");
            (child.to_owned(), edge["relation"].as_str().expect("an operation").to_owned())
        })
        .collect();

    let mut confusion: BTreeMap<(String, String), u32> = BTreeMap::new();
    for record in read.records.iter().filter(|record| !record.claims.is_empty()) {
        if let Some(operation) = typed.get(record.id.as_str()) {
            let inferred = record.inferred_operation.to_string();
            *confusion.entry((operation.clone(), inferred)).or_default() += 1;
        }
    }
    let total: u32 = confusion.values().sum();
    let right: u32 = confusion.iter().filter(|((hub, ours), _)| hub == ours).map(|(_, count)| count).sum();
    eprintln!("{right} of {total} operations inferred as by the Hub: {confusion:?}");
    assert!(total > 2_500 && f64::from(right) > 0.99 * f64::from(total));
}

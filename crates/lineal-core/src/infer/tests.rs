//! Inference on small worlds, from names and records to what is said.

use super::{Inferred, Known, Options, Standing, grown, infer};
use crate::{
    operation::Operation,
    record::{Claim, ModelRecord, Source},
    set::Member,
    testing,
    world::World,
};

/// What is known of a world's models when nothing is but their names and some records.
fn known(world: &World, records: &[ModelRecord]) -> Known {
    let mut known = Known::default();
    for node in 0..world.graph.models() {
        let name = world.name(node);
        let record = records.iter().find(|record| record.id.as_str() == name).cloned();
        let plain = || ModelRecord::named(name.parse().expect("a name"));
        known.push(&record.unwrap_or_else(plain));
    }
    known
}

fn record(name: &str) -> ModelRecord {
    ModelRecord::named(name.parse().expect("a name"))
}

fn line(world: &World, relation: &Inferred) -> String {
    let standing = match &relation.standing {
        Standing::Undeclared => String::new(),
        Standing::OtherOperation(declared) => format!(", not {declared}"),
        Standing::OtherBase(declared) => format!(", not from {}", world.name(*declared)),
        Standing::Reversed => ", the other way round".to_owned(),
    };
    let (base, derived) = (world.name(relation.base), world.name(relation.derived));
    let signal = relation.evidence.first().map_or("", |sign| sign.signal.as_str());
    format!("{base} -{}-> {derived}{standing}: {signal}", relation.operation)
}

fn check(at_least: f64, world: &str, records: &[ModelRecord], expected: &str) {
    let world = testing::world(world);
    let inferred = infer(&world, &known(&world, records), &Options { at_least });
    let lines: Vec<String> = inferred.iter().map(|relation| line(&world, relation)).collect();
    let expected: Vec<&str> =
        expected.trim().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_name_with_the_mark_of_a_format_is_the_model_without_it() {
    check(
        0.5,
        "
        makers/Sunny-7B-v1.0 5000
        quants/Sunny-7B-v1.0-GGUF 100
        makers/Rainy-7B 10
        ",
        &[],
        "makers/Sunny-7B-v1.0 -quantized-> quants/Sunny-7B-v1.0-GGUF: quantization_name",
    );
}

#[test]
fn nothing_is_said_of_models_that_resemble_no_other() {
    check(0.2, "a/one 10\nb/two 20\nc/three-7b 30\nd/four-7b-chat 40", &[], "");
}

#[test]
fn what_a_tool_wrote_down_is_believed() {
    let mut adapter = record("ann/thing");
    adapter.library = Some("peft".to_owned());
    adapter.claims.push(Claim {
        base: "big/base".to_owned(),
        base_hub_id: None,
        operation: None,
        source: Source::PeftConfig,
    });
    check(0.9, "big/base 100\nann/thing 1", &[adapter], "big/base -adapter-> ann/thing: tool_names");
}

#[test]
fn a_merge_has_every_model_that_its_tags_name() {
    let mut merge = record("ann/mix-slerp");
    merge.tags = ["merge", "mergekit", "big/one-7b", "big/two-7b"].map(str::to_owned).to_vec();
    check(
        0.8,
        "
        big/one-7b 100
        big/two-7b 100
        ann/mix-slerp 1
        big/one-7b -merge-> bob/other-slerp
        ",
        &[merge],
        "
        big/one-7b -merge-> ann/mix-slerp: tag
        big/two-7b -merge-> ann/mix-slerp: tag
        ",
    );
}

#[test]
fn a_declared_finetune_with_its_bases_name_in_another_format_is_quantized() {
    check(
        0.9,
        "
        big/chat -finetune-> ann/chat-AWQ
        big/chat -finetune-> ann/chat-poems
        big/chat -quantized-> bob/chat-GGUF
        ",
        &[],
        "big/chat -quantized-> ann/chat-AWQ, not finetune: quantization_name",
    );
}

#[test]
fn a_base_with_the_models_name_in_another_format_was_derived_from_it() {
    check(
        0.9,
        "ann/poet-7b-GGUF -finetune-> ann/poet-7b",
        &[],
        "ann/poet-7b -quantized-> ann/poet-7b-GGUF, the other way round: quantization_name",
    );
}

#[test]
fn a_copied_declaration_is_only_told_to_those_who_ask_for_more() {
    let world = "
        big/base -finetune-> ann/poet-7b
        big/base -finetune-> bob/poet-7b-GGUF
        ";
    check(0.9, world, &[], "");
    check(0.5, world, &[], "ann/poet-7b -quantized-> bob/poet-7b-GGUF, not from big/base: quantization_name");
}

#[test]
fn a_grown_world_keeps_what_is_declared_and_takes_no_circle_in() {
    let world = testing::world("a/x -finetune-> b/y\nc/z 1\na/x 1");
    let relation = |derived: &str, base: &str, confidence| Inferred {
        derived: world.ids.find(derived).expect("listed"),
        base: world.ids.find(base).expect("listed"),
        operation: Operation::Quantized,
        confidence,
        standing: Standing::Undeclared,
        evidence: Vec::new(),
    };
    let inferred = [relation("c/z", "b/y", 0.95), relation("a/x", "c/z", 0.93), relation("c/z", "a/x", 0.5)];
    let world = grown(world, &inferred, 0.9);
    let bases = |name: &str| -> Vec<&str> {
        let node = world.ids.find(name).expect("listed");
        world.graph.bases(node).iter().map(|base| world.name(*base)).collect()
    };
    assert_eq!([bases("a/x"), bases("b/y"), bases("c/z")], [vec![], vec!["a/x"], vec!["b/y"]]);
}

#[test]
fn what_is_inferred_is_the_same_in_every_run() {
    let world = testing::world(
        "
        big/base-7b -finetune-> ann/base-7b-poems
        big/base-7b -finetune-> bob/base-7b-songs
        big/base-7b -quantized-> bob/base-7b-GGUF
        cy/base-7b-letters 3
        cy/base-7b-poems-AWQ 3
        dee/base-7b-exl2 1
        ",
    );
    let known = known(&world, &[]);
    let first = infer(&world, &known, &Options { at_least: 0.0 });
    assert!(first.len() > 2);
    assert!((0..3).all(|_| infer(&world, &known, &Options { at_least: 0.0 }) == first));
}

//! Inference on small worlds, from names and records to what is said.

use super::{
    Inferred, Known, Options, Standing,
    check::{Hide, check as check_inference},
    grown, infer,
};
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
fn a_name_in_a_sentence_without_an_owner_means_the_only_such_model() {
    let mut tuned = record("ann/poems");
    tuned.claims.push(Claim {
        base: "Sunny-7B".to_owned(),
        base_hub_id: None,
        operation: Some(Operation::Finetune),
        source: Source::CardText,
    });
    let only = "makers/Sunny-7B 100\nquants/Sunny-7B-GGUF 500\nann/poems 1";
    let of_it = "makers/Sunny-7B -quantized-> quants/Sunny-7B-GGUF: quantization_name";
    let said = format!("{of_it}\nmakers/Sunny-7B -finetune-> ann/poems: card_text");
    check(0.5, only, std::slice::from_ref(&tuned), &said);
    let one_of_two = "makers/Sunny-7B 100\nothers/Sunny-7B 90\nann/poems 1";
    check(0.5, one_of_two, &[tuned], "");
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

#[test]
fn the_younger_of_two_models_with_the_same_weights_was_made_from_the_elder() {
    let world = testing::world("ann/poet-large 1\nbob/my-thing 1");
    let mut records = [record("ann/poet-large"), record("bob/my-thing")];
    records[0].created_at = Some(1_700_000_000_000);
    records[1].created_at = Some(1_710_000_000_000);
    let mut known = known(&world, &records);
    known.push_hashes(1, &[[7; 32]]);
    known.push_hashes(0, &[[7; 32], [8; 32]]);
    let inferred = infer(&world, &known, &Options { at_least: 0.5 });
    let lines: Vec<String> = inferred.iter().map(|relation| line(&world, relation)).collect();
    assert_eq!(lines, ["ann/poet-large -copy-> bob/my-thing: same_weights"]);
}

#[test]
fn a_check_hides_what_was_declared_and_compares() {
    let mut text = String::new();
    for owner in 0..60 {
        for model in 0..4 {
            let name = format!("makers/sunny-{model}x-7b");
            text += &format!("{name} -quantized-> owner{owner}/sunny-{model}x-7b-GGUF\n");
            text += &format!("{name} -finetune-> owner{owner}/sunny-{model}x-7b-poems-{owner}\n");
        }
    }
    let world = testing::world(&text);
    let known = known(&world, &[]);
    let hide = Hide { models: 240, ..Hide::default() };
    let checked = check_inference(&world, &known, &hide, &Options { at_least: 0.5 });
    assert_eq!(checked.hidden, 240);
    assert_eq!(checked.reported_on + checked.fitted_on, 240);
    assert!(checked.all.precision.share > 0.95 && checked.all.recall.share > 0.9, "{checked:?}");
    assert!(checked.all.recall.share > checked.name_rule.recall.share);
    assert_eq!(checked, check_inference(&world, &known, &hide, &Options { at_least: 0.5 }));
}

//! Judgements and tallies, on worlds written as text.

use super::{study::Frame, *};
use crate::{
    clues::{CardPart, Clues, FileKind, Template},
    infer::{Inferred, Standing},
    operation::Operation,
    record::{Claim, ModelRecord, NOTED_SINCE, Source},
    set::Set,
    testing::world,
    world::World,
};
use proptest::prelude::*;

mod tallies;

/// A record of a model for text generation, with a tag, so that it told of its fields.
fn listed(name: &str) -> ModelRecord {
    let mut record = ModelRecord::named(name.parse().expect("a name"));
    record.tags = vec!["region:us".to_owned()];
    record.task = Some("text-generation".to_owned());
    record
}

/// A record of a model of which every place was looked at, and nothing was found in any.
fn bare(name: &str) -> ModelRecord {
    let mut record = listed(name);
    record.clues.files = Some([FileKind::Card].into_iter().collect());
    record.clues.card = Some([CardPart::Words].into_iter().collect());
    record.clues.template = Some(Template::Nowhere);
    record.clues.results = Some(0);
    record
}

/// `base -quantized-> derived 0.95 undeclared`, in a world.
fn relation(world: &World, text: &str) -> Inferred {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [base, arrow, derived, confidence, standing] = words[..] else { panic!("cannot read {text}") };
    let node = |name| world.ids.find(name).expect("named");
    Inferred {
        base: node(base),
        derived: node(derived),
        operation: Operation::named(arrow.trim_start_matches('-').trim_end_matches("->")),
        confidence: confidence.parse().expect("a number"),
        standing: match standing.split_once(':').unwrap_or((standing, "")) {
            ("undeclared", _) => Standing::Undeclared,
            ("reversed", _) => Standing::Reversed,
            ("by", operation) => Standing::OtherOperation(Operation::named(operation)),
            ("of", base) => Standing::OtherBase(node(base)),
            _ => panic!("cannot read {standing}"),
        },
        evidence: Vec::new(),
    }
}

/// Judges one field of a model in a world with some relations inferred: its state, and why.
fn check_in(text: &str, inferred: &str, record: &ModelRecord, basis: Basis, field: Field, expected: &str) {
    let world = world(text);
    let options = Options { basis, ..Options::default() };
    let lines = inferred.lines().filter(|line| !line.trim().is_empty());
    let relations: Vec<Inferred> = lines.map(|line| relation(&world, line)).collect();
    let node = world.ids.find(record.id.as_str()).expect("the model is in its world");
    let relations = Bearing::of(&relations);
    let judged = of_model(&world, node, record, relations.on(node), &options);
    let verdict = &judged.fields[&field];
    assert_eq!(format!("{}: {}", verdict.state.as_str(), verdict.evidence.join("; ")), expected);
    let states = states(&world, node, record, relations.on(node), &options);
    let with_reasons: Vec<State> = judged.fields.values().map(|verdict| verdict.state).collect();
    assert_eq!(states[..], with_reasons);
}

/// Every place counts.
fn anywhere() -> Options {
    Options { basis: Basis::Anywhere, ..Options::default() }
}

fn check(record: &ModelRecord, field: Field, expected: &str) {
    check_in(record.id.as_str(), "", record, Basis::Anywhere, field, expected);
}

fn check_as_the_study(record: &ModelRecord, field: Field, expected: &str) {
    check_in(record.id.as_str(), "", record, Basis::Study, field, expected);
}

fn parts(parts: &[CardPart]) -> Option<Set<CardPart>> {
    Some(parts.iter().copied().collect())
}

// --- License

#[test]
fn a_licence_in_a_tag_is_present_whatever_was_read() {
    let record = ModelRecord { license: Some("mit".into()), ..listed("a/b") };
    let unread = "list of files not read; text of the card not read";
    check(&record, Field::License, &format!("present: declared: `license:mit`; {unread}"));
    check_as_the_study(&record, Field::License, "present: declared: `license:mit`");
}

#[test]
fn a_licence_called_other_is_present_and_its_name_is_told() {
    let mut record = ModelRecord { license: Some("other".into()), ..listed("a/b") };
    check_as_the_study(&record, Field::License, "present: declared: `other`, without a name or link");
    record.clues.license_link = Some("https://a.example/terms".into());
    check_as_the_study(&record, Field::License, "present: declared: `other`, at `https://a.example/terms`");
    record.clues.license_name = Some("mine".into());
    check_as_the_study(&record, Field::License, "present: declared: `other`, named `mine`");
}

#[test]
fn an_unknown_licence_is_none() {
    let record = ModelRecord { license: Some("unknown".into()), ..bare("a/b") };
    check_as_the_study(&record, Field::License, "missing: declared as `unknown`");
}

#[test]
fn a_licence_file_or_text_counts_anywhere_but_is_not_declared() {
    let mut record = bare("a/b");
    record.clues.files = Some([FileKind::Card, FileKind::License].into_iter().collect());
    record.clues.card = parts(&[CardPart::License]);
    let none = "no `license` in tags or front matter";
    check(
        &record,
        Field::License,
        &format!("present: {none}; file: licence file; licence in the card’s text"),
    );
    check_as_the_study(&record, Field::License, &format!("missing: {none}"));
}

#[test]
fn a_licence_is_missing_only_where_every_place_was_looked_at() {
    let none = "no `license` in tags or front matter";
    check(
        &listed("a/b"),
        Field::License,
        &format!("unclear: {none}; list of files not read; text of the card not read"),
    );
    let mut record = listed("a/b");
    record.clues.files = Some([FileKind::Card].into_iter().collect());
    check(&record, Field::License, &format!("unclear: {none}; no licence file; text of the card not read"));
    check(
        &bare("a/b"),
        Field::License,
        &format!("missing: {none}; no licence file; no licence in the card’s text"),
    );
    check_as_the_study(&listed("a/b"), Field::License, &format!("missing: {none}"));
}

#[test]
fn a_record_that_tells_of_no_fields_leaves_them_unclear() {
    let record = ModelRecord::named("a/b".parse().expect("a name"));
    check_as_the_study(&record, Field::License, "unclear: tags and front matter not read");
    check_as_the_study(&record, Field::Dataset, "unclear: tags and front matter not read");
}

#[test]
fn a_front_matter_that_cannot_be_read_is_told() {
    let mut record = bare("a/b");
    record.clues.card = parts(&[CardPart::BrokenFrontMatter]);
    check_as_the_study(&record, Field::License, "missing: no `license` in tags; front matter cannot be read");
    check_as_the_study(
        &record,
        Field::Dataset,
        "missing: no `datasets` in tags; front matter cannot be read",
    );
}

#[test]
fn a_model_without_a_card_has_no_text_that_one_could_read() {
    let mut record = listed("a/b");
    record.clues.files = Some([FileKind::Config].into_iter().collect());
    check(&record, Field::License, "missing: no `license` in tags or front matter; no licence file; no card");
    check(&record, Field::Performance, "missing: no declared evaluation results; no card");
    check(&record, Field::Dataset, "missing: no `datasets` in tags or front matter; no card");
}

// --- Performance

#[test]
fn results_count_wherever_they_are() {
    let text = "no results in the card’s text";
    let mut record = bare("a/b");
    record.clues.results = Some(3);
    check(&record, Field::Performance, &format!("present: declared: 3 evaluation results; {text}"));
    let mut record = bare("a/b");
    record.tags.push("model-index".to_owned());
    check(
        &record,
        Field::Performance,
        &format!("present: no declared evaluation results; tag `model-index`; {text}"),
    );
    let mut record = bare("a/b");
    record.clues.files = Some([FileKind::EvaluationResults].into_iter().collect());
    check(
        &record,
        Field::Performance,
        &format!("present: no declared evaluation results; file: evaluation results; {text}"),
    );
    let mut record = bare("a/b");
    record.clues.card = parts(&[CardPart::Results]);
    check(&record, Field::Performance, "present: no declared evaluation results; results in the card’s text");
}

#[test]
fn results_are_missing_only_where_the_text_was_read() {
    let mut record = listed("a/b");
    record.clues.results = Some(0);
    check(&record, Field::Performance, "unclear: no declared evaluation results; text of the card not read");
    let expected = "missing: no declared evaluation results; no results in the card’s text";
    check(&bare("a/b"), Field::Performance, expected);
    check_as_the_study(&bare("a/b"), Field::Performance, expected);
}

// --- Template

#[test]
fn a_template_counts_wherever_it_is() {
    let text = "no template in the card’s text";
    for (place, expected) in [
        (Template::Tokenizer, "`chat_template` in the tokenizer’s configuration"),
        (Template::Gguf, "`tokenizer.chat_template` in a GGUF header"),
        (Template::File, "file: chat template"),
    ] {
        let mut record = bare("a/b");
        record.clues.template = Some(place);
        check(&record, Field::Template, &format!("present: {expected}; {text}"));
    }
    let mut record = bare("a/b");
    record.clues.card = parts(&[CardPart::Template]);
    check(
        &record,
        Field::Template,
        "present: no template in configurations and headers; template in the card’s text",
    );
}

#[test]
fn a_template_is_missing_only_where_every_place_was_looked_at() {
    check(
        &bare("a/b"),
        Field::Template,
        "missing: no template in configurations and headers; no template in the card’s text",
    );
    check(
        &listed("a/b"),
        Field::Template,
        "unclear: configurations and headers not read; text of the card not read",
    );
}

#[test]
fn a_base_model_needs_no_template_but_may_have_one() {
    let places = "no template in configurations and headers; no template in the card’s text";
    check(
        &bare("a/b-base"),
        Field::Template,
        &format!("not_applicable: {places}; `base`: takes text as it is"),
    );
    let mut record = bare("a/b-base");
    record.clues.template = Some(Template::Tokenizer);
    check(
        &record,
        Field::Template,
        "present: `chat_template` in the tokenizer’s configuration; no template in the card’s text",
    );
}

#[test]
fn a_model_for_something_else_needs_no_template() {
    let record = ModelRecord { task: Some("fill-mask".into()), ..bare("a/b") };
    check(&record, Field::Template, "not_applicable: `fill-mask` takes no template");
    let record = ModelRecord { task: None, ..bare("a/b") };
    check(
        &record,
        Field::Template,
        "unclear: no template in configurations and headers; no template in the card’s text; \
         nothing says whether it takes a template",
    );
}

// --- Dataset

#[test]
fn data_sets_are_named_by_the_first() {
    let record = ModelRecord { datasets: vec!["c4".into(), "pile".into()], ..listed("a/b") };
    check(&record, Field::Dataset, "present: declared: `c4` and 1 more; text of the card not read");
    check_as_the_study(&record, Field::Dataset, "present: declared: `c4` and 1 more");
}

#[test]
fn a_data_set_in_the_text_counts_anywhere() {
    let mut record = bare("a/b");
    record.clues.card = parts(&[CardPart::Dataset]);
    let none = "no `datasets` in tags or front matter";
    check(&record, Field::Dataset, &format!("present: {none}; data set in the card’s text"));
    check_as_the_study(&record, Field::Dataset, &format!("missing: {none}"));
}

#[test]
fn merges_conversions_and_quantizations_need_no_data_set() {
    for operation in ["merge", "convert", "quantized"] {
        let text = format!("base -{operation}-> a/b");
        let expected = format!("not_applicable: made by `{operation}`, without data");
        check_in(&text, "", &listed("a/b"), Basis::Anywhere, Field::Dataset, &expected);
    }
    let missing = "missing: no `datasets` in tags or front matter; no data set in the card’s text";
    check_in("base -adapter-> a/b", "", &bare("a/b"), Basis::Anywhere, Field::Dataset, missing);
}

#[test]
fn the_study_exempts_declared_merges_only() {
    let missing = "missing: no `datasets` in tags or front matter";
    check_in("base -quantized-> a/b", "", &listed("a/b"), Basis::Study, Field::Dataset, missing);
    let exempt = "not_applicable: made by `merge`, without data";
    check_in("base -merge-> a/b", "", &listed("a/b"), Basis::Study, Field::Dataset, exempt);
    let inferred = "base -merge-> a/b 0.99 undeclared";
    check_in("base\na/b", inferred, &listed("a/b"), Basis::Study, Field::Dataset, missing);
}

#[test]
fn what_was_calibrated_needs_a_data_set() {
    let missing = "missing: no `datasets` in tags or front matter; no data set in the card’s text";
    let tagged = ModelRecord { tags: vec!["imatrix".into()], ..bare("a/b") };
    let configured = ModelRecord { quantization: Some("gptq".into()), ..bare("a/b") };
    for record in [&bare("a/b-AWQ"), &tagged, &configured] {
        let text = format!("base -quantized-> {}", record.id);
        check_in(&text, "", record, Basis::Anywhere, Field::Dataset, missing);
    }
}

#[test]
fn an_inferred_operation_exempts_where_it_is_believed() {
    let exempt = "not_applicable: made by `merge`, without data";
    let missing = "missing: no `datasets` in tags or front matter; no data set in the card’s text";
    for (inferred, expected) in [
        ("base -merge-> a/b 0.9 undeclared", exempt),
        ("base -merge-> a/b 0.89 undeclared", missing),
        ("base -finetune-> a/b 0.99 undeclared", missing),
    ] {
        check_in("base\na/b", inferred, &bare("a/b"), Basis::Anywhere, Field::Dataset, expected);
    }
}

#[test]
fn a_declared_operation_that_is_contradicted_exempts_nothing() {
    check_in(
        "base -merge-> a/b",
        "base -finetune-> a/b 0.95 by:merge",
        &bare("a/b"),
        Basis::Anywhere,
        Field::Dataset,
        "missing: no `datasets` in tags or front matter; no data set in the card’s text",
    );
}

// --- Dependency

fn check_dependency(text: &str, inferred: &str, expected: &str) {
    check_in(text, inferred, &listed("a/b"), Basis::Anywhere, Field::Dependency, expected);
}

#[test]
fn a_declared_base_is_present_even_if_it_is_gone() {
    check_dependency("base -merge-> a/b", "", "present: declared: merge of `base`");
    check_dependency(
        "gone? -adapter-> a/b",
        "",
        "present: declared: adapter of `gone`, which is not in the snapshot",
    );
    check_dependency("a/b -merge-> a/b", "", "present: declared: a base of the model’s own name");
}

#[test]
fn a_declaration_that_the_evidence_contradicts_is_wrong() {
    let declared = "declared: finetune of `base`";
    check_dependency(
        "base -finetune-> a/b",
        "base -quantized-> a/b 0.95 by:finetune",
        &format!("wrong: {declared}; inferred: quantized of `base` (0.95), not finetune"),
    );
    check_dependency(
        "base -finetune-> a/b\nother",
        "other -finetune-> a/b 0.92 of:base",
        &format!("wrong: {declared}; inferred: finetune of `other` (0.92), not of `base`"),
    );
    check_dependency(
        "base -finetune-> a/b",
        "a/b -finetune-> base 0.97 reversed",
        &format!("wrong: {declared}; inferred: `base` was made from `a/b` (0.97)"),
    );
    check_dependency(
        "base -finetune-> a/b",
        "base -quantized-> a/b 0.85 by:finetune",
        &format!("present: {declared}"),
    );
}

#[test]
fn what_was_derived_from_a_model_that_declares_it_has_no_declaration() {
    check_dependency(
        "a/b -finetune-> base",
        "base -finetune-> a/b 0.97 reversed",
        "missing: no declared base; inferred: finetune of `base` (0.97)",
    );
}

#[test]
fn an_undeclared_base_is_missing_unclear_or_nothing_by_its_confidence() {
    for (confidence, state) in [("0.90", "missing"), ("0.89", "unclear"), ("0.50", "unclear")] {
        check_dependency(
            "base\na/b",
            &format!("base -quantized-> a/b {confidence} undeclared"),
            &format!("{state}: no declared base; inferred: quantized of `base` ({confidence})"),
        );
    }
    check_dependency(
        "base\na/b",
        "base -quantized-> a/b 0.49 undeclared",
        "not_applicable: no declared base; no sign of one",
    );
}

#[test]
fn a_base_that_only_a_tool_names_leaves_it_unclear() {
    let claim = |source, base: &str| Claim { base: base.into(), base_hub_id: None, operation: None, source };
    for (source, base, expected) in [
        (
            Source::PeftConfig,
            "/models/llama",
            "unclear: no declared base; `peft_config` names `/models/llama`, not declared",
        ),
        (
            Source::NameOrPath,
            "meta/llama",
            "unclear: no declared base; `name_or_path` names `meta/llama`, not declared",
        ),
        (Source::NameOrPath, "/tmp/out", "not_applicable: no declared base; no sign of one"),
        (Source::NameOrPath, "a/b", "not_applicable: no declared base; no sign of one"),
        (Source::CardLink, "meta/llama", "not_applicable: no declared base; no sign of one"),
    ] {
        let record = ModelRecord { claims: vec![claim(source, base)], ..listed("a/b") };
        check(&record, Field::Dependency, expected);
    }
}

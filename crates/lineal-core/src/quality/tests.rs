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

// --- Tallies

/// Tallies records that stand in the order of a world's models.
fn tally(world: &World, records: &[ModelRecord], options: Options) -> Quality {
    let mut tally = Tally::new(world, options);
    for (node, record) in (0..).zip(records) {
        tally.add(world, node, record, &[]);
    }
    tally.finish(world)
}

fn slices(quality: &Quality, dimension: Dimension) -> String {
    let slices = quality.by.iter().filter(|slice| slice.dimension == dimension);
    let words = slices.map(|slice| match (&slice.value, slice.gathered) {
        (Some(value), _) => format!("{value} {}", slice.models),
        (None, 0) => format!("- {}", slice.models),
        (None, gathered) => format!("{gathered} more {}", slice.models),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_rate_is_taken_over_what_was_looked_at() {
    let world = world("a/1 1\na/2 1\na/3 1\na/4 1");
    let mit = |record| ModelRecord { license: Some("mit".into()), ..record };
    let records = [mit(bare("a/1")), mit(listed("a/2")), bare("a/3"), listed("a/4")];
    let anywhere = tally(&world, &records, anywhere()).fields[&Field::License];
    let counts = |rate: &Rate| (rate.present, rate.missing, rate.unclear, rate.applicable, rate.rate);
    assert_eq!(counts(&anywhere), (2, 1, 1, 2, Some(0.5)));
    assert_eq!(anywhere.bounds(), Some([0.25, 0.5]));
    let options = Options { basis: Basis::Study, ..Options::default() };
    let declared = tally(&world, &records, options).fields[&Field::License];
    assert_eq!(counts(&declared), (2, 2, 0, 4, Some(0.5)));
    assert_eq!(declared.bounds(), Some([0.5, 0.5]));
}

#[test]
fn models_without_a_card_say_nothing_of_those_whose_card_was_not_read() {
    let world = world("a/1 1\na/2 1");
    let cardless =
        ModelRecord { clues: Clues { files: Some(Set::default()), ..Clues::default() }, ..listed("a/1") };
    let quality = tally(&world, &[cardless, listed("a/2")], anywhere());
    let rate = quality.fields[&Field::License];
    assert_eq!((rate.missing, rate.unclear, rate.applicable, rate.rate), (1, 1, 1, None));
    assert_eq!(rate.bounds(), Some([0.5, 1.0]));
}

#[test]
fn a_tally_as_json() {
    let world = world("a/1\na/2\na/1 -merge-> a/3");
    let records = [bare("a/1"), listed("a/2"), ModelRecord { license: Some("mit".into()), ..bare("a/3") }];
    let quality = tally(&world, &records, anywhere());
    let found = serde_json::to_value(&quality).expect("JSON");
    let keys: Vec<&str> = found.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        keys.join(" "),
        "at_least basis by combinations created decided dependencies fields models snapshot"
    );
    let interval = serde_json::json!(proportion::wilson(1, 2));
    assert_eq!(
        found["fields"]["license"],
        serde_json::json!({
            "applicable": 2, "missing": 1, "wrong": 0, "present": 1, "unclear": 1, "not_applicable": 0,
            "rate": 0.5, "interval": interval,
        })
    );
    assert_eq!(
        found["at_least"]["4"],
        serde_json::json!({"models": 1, "rate": 1.0 / 3.0, "interval": proportion::wilson(1, 3)})
    );
    assert_eq!(
        found["combinations"],
        serde_json::json!([
            {"fields": [], "models": 1, "rate": 1.0 / 3.0},
            {"fields": ["license", "performance", "template", "dataset"], "models": 1, "rate": 1.0 / 3.0},
            {"fields": ["performance", "template"], "models": 1, "rate": 1.0 / 3.0},
        ])
    );
    assert_eq!(
        found["dependencies"],
        serde_json::json!({
            "declared": 1, "contradicted": 0, "undeclared": 2, "inferred": 0,
            "precision": 1.0, "precision_interval": proportion::wilson(1, 1),
            "recall": 1.0, "recall_interval": proportion::wilson(1, 1),
        })
    );
}

#[test]
fn only_models_of_which_all_was_looked_at_are_decided() {
    let world = world("a/1\na/2\na/3");
    let records = [bare("a/1"), listed("a/2"), ModelRecord { license: Some("mit".into()), ..bare("a/3") }];
    let quality = tally(&world, &records, anywhere());
    let shares = |at_least: &BTreeMap<u8, AtLeast>| -> Vec<u64> {
        at_least.values().map(|at_least| at_least.models).collect()
    };
    assert_eq!(shares(&quality.at_least), [2, 2, 2, 1, 0]);
    assert_eq!((quality.decided.models, shares(&quality.decided.at_least)), (2, vec![2, 2, 2, 1, 0]));
    assert_eq!(quality.decided.at_least[&1].rate, 1.0);
}

#[test]
fn small_slices_are_gathered() {
    let world = world("a/1 1 x\na/2 1 x\na/3 1 y\na/4 1 z\na/5");
    let records: Vec<ModelRecord> = (1..=5).map(|at| listed(&format!("a/{at}"))).collect();
    let quality = tally(&world, &records, Options { top: 1, ..Options::default() });
    assert_eq!(slices(&quality, Dimension::Task), "x 2, - 1, 2 more 2");
    assert_eq!(slices(&quality, Dimension::Category), "Unknown 5");
}

#[test]
fn owners_are_sized_by_all_their_models() {
    let world = world("gpt2\na/1\nb/1\nb/2\nc/1");
    let records = ["gpt2", "a/1", "b/1", "b/2"].map(listed);
    let quality = tally(&world, &records, anywhere());
    assert_eq!(slices(&quality, Dimension::OwnerSize), "1 1, 2–9 2, - 1");
}

#[test]
fn models_with_the_same_downloads_are_in_the_same_decile() {
    let text: String = (0..20).map(|at| format!("a/{at} {}\n", if at < 5 { 0 } else { at })).collect();
    let world = world(&format!("{text}a/20"));
    let records: Vec<ModelRecord> = (0..=20).map(|at| listed(&format!("a/{at}"))).collect();
    let quality = tally(&world, &records, anywhere());
    assert_eq!(
        slices(&quality, Dimension::DownloadDecile),
        "1 5, 3 1, 4 2, 5 2, 6 2, 7 2, 8 2, 9 2, 10 2, - 1",
    );
}

#[test]
fn months_of_creation_tell_what_the_hub_did_not_note() {
    let world = world("a/1\na/2\na/3\na/4\na/5");
    let created = [Some(NOTED_SINCE), Some(1_719_792_000_000), Some(1_735_689_599_999), Some(i64::MAX), None];
    let records: Vec<ModelRecord> = (1..)
        .zip(created)
        .map(|(at, created_at): (u8, _)| ModelRecord { created_at, ..listed(&format!("a/{at}")) })
        .collect();
    let quality = tally(&world, &records, anywhere());
    assert_eq!(slices(&quality, Dimension::CreatedYear), "earlier 1, 2024 2, - 2");
    let months: Vec<(Option<&str>, u64)> =
        quality.created.iter().map(|month| (month.month.as_deref(), month.models)).collect();
    assert_eq!(months, [(Some("earlier"), 1), (Some("2024-07"), 1), (Some("2024-12"), 1), (None, 2)]);
}

#[test]
fn the_studys_frame_is_the_tenth_that_is_downloaded_most() {
    let text: String =
        (0..25).map(|at| format!("a/{at} {} text-generation\n", if at < 4 { 9 } else { 1 })).collect();
    let world = world(&format!("b/1 100 fill-mask\n{text}"));
    let frame = Frame::of(&world);
    let names: Vec<&str> =
        (0..world.graph.models()).filter(|node| frame.has(*node)).map(|node| world.name(node)).collect();
    assert_eq!((frame.models(), names.join(" ")), (2, "a/0 a/1".to_owned()));
}

#[test]
fn a_trend_has_a_row_for_each_snapshot() {
    let (early, mut late) = (world("a/1"), world("a/1\na/2"));
    late.snapshot = early.snapshot.plus_days(7).expect("a day");
    let snapshots =
        [tally(&late, &[bare("a/1"), bare("a/2")], anywhere()), tally(&early, &[bare("a/1")], anywhere())];
    let rows: Vec<String> =
        trend::trend(&snapshots).iter().map(|row| format!("{} {}", row.snapshot, row.models)).collect();
    assert_eq!(rows.join(", "), "2025-06-25 1, 2025-07-02 2");
}

fn any_record() -> impl Strategy<Value = ModelRecord> {
    let card = prop_oneof![
        Just(None),
        proptest::sample::subsequence(CardPart::ALL.to_vec(), 0..=CardPart::ALL.len())
            .prop_map(|parts| Some(parts.into_iter().collect()))
    ];
    let files = prop_oneof![
        Just(None),
        proptest::sample::subsequence(FileKind::ALL.to_vec(), 0..=FileKind::ALL.len())
            .prop_map(|kinds| Some(kinds.into_iter().collect()))
    ];
    let template = proptest::option::of(proptest::sample::select(Template::ALL.to_vec()));
    let word = |words: &'static [&'static str]| {
        proptest::option::of(proptest::sample::select(words).prop_map(str::to_owned))
    };
    let fields = (
        word(&["mit", "other", "unknown"]),
        word(&["text-generation", "fill-mask"]),
        word(&["transformers", "peft", "x", "y"]),
        proptest::option::of(any::<i64>()),
        proptest::option::of(0..3u32),
        any::<bool>(),
    );
    (card, files, template, fields).prop_map(|(card, files, template, fields)| {
        let (license, task, library, created_at, results, has_data) = fields;
        let mut record = listed("a/b");
        (record.license, record.task, record.library, record.created_at) =
            (license, task, library, created_at);
        record.datasets = has_data.then(|| "c4".to_owned()).into_iter().collect();
        (record.clues.card, record.clues.files, record.clues.template, record.clues.results) =
            (card, files, template, results);
        record
    })
}

proptest! {
    #[test]
    fn slices_combinations_and_rates_add_up(
        records in proptest::collection::vec(any_record(), 0..24),
        confidences in proptest::collection::vec(0.0..1.0f64, 24),
        operations in proptest::collection::vec(0..5usize, 24),
        basis in proptest::sample::select(Basis::ALL.to_vec()),
        top in 0..3usize,
    ) {
        let arrows = ["", "-merge->", "-quantized->", "-finetune->", "-adapter->"];
        let lines = records.iter().zip(&operations).enumerate().map(|(at, (record, operation))| {
            let name = format!("a/{at} {} {}", at * 7 % 5, record.task.as_deref().unwrap_or("other"));
            match arrows[*operation] {
                "" => name,
                arrow => format!("{name}\na/0 {arrow} a/{at}"),
            }
        });
        let world = world(&lines.collect::<Vec<_>>().join("\n"));
        let options = Options { basis, top, ..Options::default() };
        let mut tally = Tally::new(&world, options);
        for (node, record) in (0..).zip(&records) {
            let operation = Operation::Quantized;
            let standing = if world.graph.is_derived(node) { Standing::OtherBase(0) } else { Standing::Undeclared };
            let confidence = confidences[node as usize];
            let inferred = Inferred { derived: node, base: 0, operation, confidence, standing, evidence: Vec::new() };
            tally.add(&world, node, record, &[inferred]);
        }
        let quality = tally.finish(&world);
        let models = records.len() as u64;
        let is_any_card_read = records.iter().any(|record| record.clues.card.is_some());
        let speaks = |field: Field| is_any_card_read || !basis.reads_text(field);

        prop_assert_eq!(quality.models, models);
        prop_assert_eq!(quality.combinations.iter().map(|one| one.models).sum::<u64>(), models);
        prop_assert!(quality.at_least.values().map(|one| one.models).rev().is_sorted());
        prop_assert!(quality.decided.at_least.values().map(|one| one.models).rev().is_sorted());
        for one in quality.at_least.values() {
            prop_assert!(one.interval[0] <= one.rate && one.rate <= one.interval[1]);
        }
        for (field, rate) in &quality.fields {
            prop_assert_eq!(rate.rate, (rate.applicable > 0 && speaks(*field)).then(|| rate.missing as f64 / rate.applicable as f64));
            prop_assert!(rate.missing + rate.wrong <= rate.applicable);
            prop_assert!(rate.applicable <= rate.present + rate.missing + rate.wrong);
            let all = rate.present + rate.missing + rate.wrong + rate.unclear + rate.not_applicable;
            prop_assert_eq!(all, models);
            let with = quality.combinations.iter().filter(|one| one.fields.contains(field));
            prop_assert_eq!(with.map(|one| one.models).sum::<u64>(), rate.missing + rate.wrong);
        }
        for dimension in Dimension::ALL {
            let slices = quality.by.iter().filter(|slice| slice.dimension == *dimension);
            prop_assert_eq!(slices.clone().map(|slice| slice.models).sum::<u64>(), models, "{:?}", dimension);
            let problems = slices.clone().map(|slice| slice.at_least_one.models).sum::<u64>();
            prop_assert_eq!(problems, quality.at_least[&1].models);
            for (field, rate) in &quality.fields {
                let sum: u64 = slices.clone().map(|slice| slice.fields[field].missing).sum();
                prop_assert_eq!(sum, rate.missing);
            }
        }
        prop_assert_eq!(quality.created.iter().map(|month| month.models).sum::<u64>(), models);
        let found = quality.dependencies;
        prop_assert_eq!(found.declared + found.undeclared, models);
        prop_assert_eq!(found.contradicted, quality.fields[&Field::Dependency].wrong);
        prop_assert_eq!(found.inferred, quality.fields[&Field::Dependency].missing);
    }
}

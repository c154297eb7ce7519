//! What comes of counting judgements.

use super::*;

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

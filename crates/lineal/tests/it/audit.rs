//! Choosing models for an audit, and counting what was found.

use crate::support::{Lineal, inside, listings, shared, text};
use serde_json::{Value, json};

fn score(lineal: &Lineal, arguments: &[&str]) -> Value {
    let arguments = [&["audit", "score"], arguments, &["--format", "json"]].concat();
    serde_json::from_str(&lineal.answer(&arguments)).expect("JSON")
}

/// A folder with a snapshot of some hundred models.
fn with_models() -> Lineal {
    let lineal = Lineal::new();
    let listings = listings(&lineal, 600, 1);
    lineal.answer(&["import", &listings[0]]);
    lineal
}

const HEADER: &str = "id,license,performance,template,dataset,dependency,real_operation,real_base,note\n";

#[test]
fn the_studys_sheet_gives_every_number_that_it_published() {
    let (Some(sheet), Some(golden)) =
        (shared("data/study-2025/rq3-sampled-models.csv"), shared("golden/rq3.json"))
    else {
        return;
    };
    let golden: Value = serde_json::from_str(&text(golden)).expect("JSON");
    let lineal = Lineal::new();
    let sheet = sheet.display().to_string();
    let score = score(&lineal, &[&sheet]);
    let fields = &score["fields"];
    let of = |field: &str| json!([fields[field]["missing"], fields[field]["applicable"]]);
    assert_eq!(score["models"], golden["n"]);
    assert_eq!(of("license"), json!([golden["license_missing"][0], 378]));
    assert_eq!(of("performance"), json!([golden["performance_missing"][0], 378]));
    assert_eq!(of("template"), json!([golden["template"]["missing"], golden["template"]["applicable"]]));
    let dataset = &golden["dataset"];
    assert_eq!(of("dataset"), json!([dataset["missing"], dataset["needed(=type != merge)"]]));
    let dependency = (&score["dependency"], &golden["dependency"]);
    for (ours, theirs) in [
        ("declared", "declared"),
        ("wrong", "wrong"),
        ("missed", "missed_derived"),
        ("right", "TP"),
        ("none", "non_derived"),
    ] {
        assert_eq!(dependency.0[ours], dependency.1[theirs], "{ours}");
    }
    let recall = &dependency.0["recall"];
    assert_eq!(dependency.0["precision"]["rate"], dependency.1["precision"]);
    assert_eq!(recall["paper"]["rate"], dependency.1["recall_paper TP/(TP+missed)"]);
    assert_eq!(recall["literal"]["rate"], dependency.1["recall_literal declared/(declared+missed)"]);
    assert_eq!(recall["strict"]["rate"], dependency.1["recall_strict TP/(declared+missed)"]);
    for (k, expected) in
        ["1", "2", "3", "4", "5"].iter().zip(golden["at_least_k_problems"].as_array().expect("a list"))
    {
        assert_eq!(&score["at_least"][k]["models"], expected, "at least {k}");
    }
    let combinations = golden["problem_combinations"].as_object().expect("an object");
    assert_eq!(score["combinations"].as_array().map(Vec::len), Some(combinations.len()));
    for combination in score["combinations"].as_array().expect("a list") {
        let words =
            combination["fields"].as_array().expect("a list").iter().map(|field| match field.as_str() {
                Some("license") => "License",
                Some("performance") => "Performance",
                Some("template") => "Template",
                Some("dataset") => "Dataset",
                _ => "Dependency",
            });
        let words: Vec<&str> = words.collect();
        let key = if words.is_empty() { "none".to_owned() } else { words.join("+") };
        assert_eq!(combination["models"], combinations[&key], "{key}");
    }
    for declared in score["by_declared"].as_array().expect("a list") {
        let kind = declared["declared"].as_str().unwrap_or("none");
        assert_eq!(declared["models"], golden["type_counts"][kind], "{kind}");
        assert_eq!(declared["fields"]["dataset"]["missing"], dataset["by_type"][kind][0], "{kind}");
    }
    let table = lineal.answer(&["audit", "score", &sheet]);
    for printed in ["28.3", "82.8", "33.8", "76.8", "97.2", "68.5", "96.0", "80.2", "45.5", "14.3", "0.5"] {
        assert!(table.contains(&format!(" {printed} % ")), "{printed}\n{table}");
    }
}

#[test]
fn the_same_seed_chooses_the_same_models_and_nothing_is_overwritten() {
    let lineal = with_models();
    let frame = "SELECT id, author FROM (SELECT id, owner AS author FROM models) ORDER BY author";
    let sample = |out: &str, frame: &str, seed: &str| {
        let arguments = ["audit", "sample", "--out", out, "--frame", frame, "--size", "20", "--seed", seed];
        lineal.answer(&arguments);
        let ids = text(lineal.path(&format!("{out}/sample.csv")));
        ids.lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let one = sample("one", frame, "3");
    assert_eq!(one.len(), 20);
    assert_eq!(one, sample("two", "SELECT id FROM models ORDER BY downloads", "3"));
    assert_ne!(one, sample("three", frame, "4"));
    assert_eq!(inside(&lineal.path("one")), ["audit.json", "first.csv", "sample.csv", "second.csv"]);
    let header = text(lineal.path("one/first.csv"));
    assert_eq!(
        header.lines().next(),
        Some(
            "id,link,task,library,downloads,declared_license,declared_datasets,declared_operation,declared_bases,\
             author,stratum,weight,license,performance,template,dataset,dependency,real_operation,real_base,note"
        )
    );
    lineal.write("one/first.csv", "answers");
    let said = lineal.refusal(&["audit", "sample", "--out", "one"]);
    assert_eq!(
        said,
        "error: `one/sample.csv` is there already, and may hold answers\n  \
         hint: name another folder, or move this one away\n"
    );
    assert_eq!(text(lineal.path("one/first.csv")), "answers");
}

#[test]
fn a_divided_frame_gives_of_each_part_and_each_model_its_weight() {
    let lineal = with_models();
    let frame = "SELECT id, CASE WHEN position < 100 THEN 'old' ELSE 'new' END AS age FROM models";
    let arguments = ["--strata", "age", "--allocation", "equal", "--size", "20", "--annotators", "ann"];
    let all = [&["audit", "sample", "--out", "a", "--frame", frame][..], &arguments].concat();
    lineal.answer(&all);
    let about: Value = serde_json::from_str(&text(lineal.path("a/audit.json"))).expect("JSON");
    assert_eq!(about["strata"][1], json!({"name": "old", "frame": 100, "sample": 10}));
    let sheet = text(lineal.path("a/ann.csv"));
    assert_eq!(sheet.lines().filter(|line| line.contains(",old,10,")).count(), 10);
    // Whoever found every old model without a licence, and no new one, found a hundred.
    let answered = sheet.replace(",old,10,", ",old,10,missing");
    let weight = about["strata"][0]["frame"].as_f64().expect("a number") / 10.0;
    let answered = answered.replace(&format!(",new,{weight},"), &format!(",new,{weight},present"));
    lineal.write("a/ann.csv", answered);
    let score = score(&lineal, &["a"]);
    let expected = 100.0 / about["models"].as_f64().expect("a number");
    assert_eq!(score["weighted"], json!(true));
    let rate = score["fields"]["license"]["rate"].as_f64().expect("a rate");
    assert!((rate - expected).abs() < 1e-12, "{rate} {expected}");
}

#[test]
fn an_answer_has_these_keys() {
    let lineal = Lineal::new();
    lineal.write("ann.csv", format!("{HEADER}a/a,present,missing,unclear,missing,right,,,\n"));
    lineal.write("bob.csv", format!("{HEADER}a/a,missing,missing,unclear,missing,right,,,\n"));
    let score = score(&lineal, &["ann.csv", "bob.csv"]);
    let keys: Vec<&String> = score.as_object().expect("an object").keys().collect();
    let mut expected = vec![
        "models",
        "weighted",
        "annotators",
        "fields",
        "at_least",
        "settled",
        "combinations",
        "dependency",
        "by_declared",
        "agreement",
        "disagreements",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(
        score["fields"]["template"],
        json!({
            "applicable": 0, "missing": 0, "wrong": 0, "not_applicable": 0, "unclear": 1, "disputed": 0,
            "unanswered": 0, "rate": null, "interval": null,
        })
    );
    assert_eq!(
        score["disagreements"],
        json!([{"id": "a/a", "field": "license", "answers": {"ann": "present", "bob": "missing"}, "decided": null}])
    );
    let pair = &score["agreement"]["pairs"][0];
    assert_eq!(pair["annotators"], json!(["ann", "bob"]));
    assert_eq!(
        pair["fields"]["dataset"],
        json!({"items": 1, "agreed": 1, "share": 1.0, "kappa": null, "interval": null})
    );
}

#[test]
fn what_a_third_person_decided_counts_and_the_table_is_written() {
    let lineal = Lineal::new();
    lineal.write("ann.csv", format!("{HEADER}a/a,present,missing,present,missing,right,,,\n"));
    lineal.write("bob.csv", format!("{HEADER}a/a,missing,missing,present,missing,right,,,\n"));
    lineal.write("third.csv", format!("{HEADER}a/a,missing,,,,,,,\n"));
    let arguments = ["audit", "score", "ann.csv", "bob.csv", "--decided", "third.csv", "--out"];
    let shown = lineal.answer(&[&arguments[..], &["table.md"]].concat());
    assert!(shown.contains("Disagreements\nAll 1 are decided.\n"), "{shown}");
    lineal.answer(&[&arguments[..], &["table.csv"]].concat());
    let first = |name: &str, line: usize| text(lineal.path(name)).lines().nth(line).map(str::to_owned);
    assert_eq!(
        first("table.md", 2).as_deref(),
        Some("| License missing | 1 | 1 | 100.0 % | 20.7 to 100.0 % |")
    );
    let csv = first("table.csv", 1).expect("a line");
    assert!(csv.starts_with("License missing,1,1,1,0.20654"), "{csv}");
}

#[test]
fn a_sheet_that_cannot_be_meant_is_refused_with_its_place() {
    let lineal = Lineal::new();
    lineal.write("ann.csv", format!("{HEADER}a/a,present,,,,,,,\nb/b,sure,,,,,,,\n"));
    assert_eq!(
        lineal.refusal(&["audit", "score", "ann.csv"]),
        "error: cannot use the sheet `ann.csv`\n  because: row 3, column `license`: `sure` is no answer to `license` \
         (expected `present`, `missing`, `not applicable`, `unclear`, or nothing)\n"
    );
    lineal.write("binary.csv", [0xff, 0xfe, 0]);
    assert!(
        lineal.refusal(&["audit", "score", "binary.csv"]).starts_with("error: cannot read `binary.csv`\n")
    );
    let said = lineal.refusal(&["audit", "score", "."]);
    assert_eq!(said, "error: `.` holds no audit\n  hint: `lineal audit sample` makes a folder for one\n");
    let lineal = with_models();
    let said = lineal.refusal(&["audit", "sample", "--out", "a", "--frame", "SELECT task FROM models"]);
    assert_eq!(said, "error: the answer to the frame's query has no column `id`\n");
    assert!(!lineal.path("a").exists());
}

//! How a hub changes: the replay of 2025 against two independent computations, and what a
//! researcher would type.

use crate::{
    reference,
    support::{Lineal, shared, skip},
};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Takes in the seventeen snapshots of the replay; nothing where they are not at hand.
fn replay() -> Option<Lineal> {
    let weekly = shared("data/study-2025/weekly")?;
    let lineal = Lineal::new();
    for (week, rows) in &reference::replay(&weekly) {
        let name = format!("weeks/relations-2025-{}-{}.csv", &week[..2], &week[2..]);
        lineal.write(&name, reference::table(rows));
    }
    lineal.answer(&["import", "weeks", "--resolve", "exact"]);
    Some(lineal)
}

fn evolution(lineal: &Lineal, arguments: &[&str]) -> Value {
    let asked = [&["evolution", "--format", "json"], arguments].concat();
    serde_json::from_str(&lineal.answer(&asked)).expect("JSON")
}

#[test]
fn every_week_of_the_replay_is_that_of_the_independent_computations() {
    let (Some(lineal), Some(golden)) = (replay(), shared("golden/replay-2025-03-12-to-04-30.json")) else {
        return;
    };
    let golden: Value = serde_json::from_str(&fs::read_to_string(golden).expect("golden")).expect("golden");
    let naive = ["formal", "study"].map(|semantics| naively(&lineal.path("weeks"), semantics));
    let [formal, study] = ["formal", "study"]
        .map(|semantics| evolution(&lineal, &["--semantics", semantics, "--renames", "off"]));
    for (at, (week, golden)) in golden["weeks"].as_object().expect("weeks").iter().enumerate() {
        check_golden(week, &formal["weeks"][at], &study["weeks"][at], golden);
    }
    for (child, found) in naive.into_iter().zip([formal, study]) {
        let Some(child) = child else { return skip("there is no Python to compute the later weeks") };
        let output = child.wait_with_output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let expected: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(expected["weeks"].as_array().map(Vec::len), Some(16));
        includes(&found, &expected, "");
    }
}

/// Starts the naive computation of all weeks, which takes a minute.
fn naively(weeks: &Path, semantics: &str) -> Option<Child> {
    let python = std::env::var("LINEAL_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evolution.py");
    let mut command = Command::new(python);
    command.arg(script).arg(weeks).args(["--semantics", semantics]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()
}

/// Fails unless a value holds everything that is expected of it; what else it holds is its own.
fn includes(found: &Value, expected: &Value, key: &str) {
    match expected {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| includes(&found[name], value, &format!("{key}.{name}")));
        }
        Value::Array(items) => {
            assert_eq!(found.as_array().map(Vec::len), Some(items.len()), "{key}");
            let items = items.iter().enumerate();
            items.for_each(|(at, value)| includes(&found[at], value, &format!("{key}[{at}]")));
        }
        Value::Number(number) => {
            let expected = number.as_f64().expect("a number");
            let found = found.as_f64().unwrap_or_else(|| panic!("{key}: {found}"));
            assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{key}: {found}, not {expected}");
        }
        _ => assert_eq!(found, expected, "{key}"),
    }
}

fn check_golden(week: &str, formal: &Value, study: &Value, golden: &Value) {
    let check =
        |found: &Value, table: &str, key: &str| assert_eq!(*found, golden[table][key], "{key} of {week}");
    for (side, base_added, base_deleted, suffix) in [
        (formal, "M_b_formal(out-degree>0)", "M_b_formal", "formal"),
        (study, "M_b_readme_semantics(added roots)", "M_b_ref", "ref"),
    ] {
        for (found, table) in [(&side["added"], "a"), (&side["deleted"], "d")] {
            let models = if table == "a" { "M_added" } else { "M_deleted" };
            let base = if table == "a" { base_added } else { base_deleted };
            for (name, key) in [
                ("models", models),
                ("isolated", "M_i"),
                ("relational", "M_r"),
                ("derived", "M_d_declared"),
                ("base", base),
                ("finetune", "M_f"),
                ("merge", "M_m"),
                ("quantized", "M_q"),
            ] {
                check(&found[name], table, key);
            }
        }
        check(&side["in_new_chains"], "b", &format!("in_new_chains_{suffix}"));
        check(&side["deleted_chains"], "e", &format!("deleted_chains_{suffix}"));
        for name in ["deleted_base", "affected_derived", "disrupted_chains", "affected_downstream"] {
            let own = if name == "deleted_base" { "deleted_bases" } else { name };
            check(&side["impact"][own], "f", &format!("{name}_{suffix}"));
        }
        for (name, key) in [
            ("added", "new_in_top10"),
            ("deleted", "deleted_in_top10"),
            ("affected", "affected_top10_clusters"),
        ] {
            check(&side["top_clusters"][name], "g", key);
        }
    }
    check(&study["in_existing_chains"], "b", "pre_existing_ref");
    check(&study["new_chains"], "c", "new_chains_ref(root added)");
    check(&study["new_clusters"], "c", "new_clusters_ref(root added)");
    check(&formal["new_chains"], "c", "new_chains_formal_maximal_in_snapshot");
    check(&formal["new_clusters"], "c", "new_clusters_formal(added roots with an all-new chain)");
    check(&formal["wholly_new_clusters"], "c", "new_clusters_strict(all members added)");
    check(&study["deleted_clusters"], "e", "deleted_clusters_ref(root ignored)");
    check(&formal["deleted_clusters"], "e", "deleted_clusters_formal(root deleted too)");
    let (study, formal) = (&study["impact"], &formal["impact"]);
    check(&formal["affected_derived_surviving"], "f", "affected_derived_formal_surviving");
    check(&formal["affected_downstream_surviving"], "f", "affected_downstream_formal_surviving");
    check(&study["disrupted_clusters"], "f", "disrupted_clusters_ref(root ignored, single-base only)");
    check(&formal["disrupted_clusters"], "f", "disrupted_clusters_formal");
    let mean = |value: &Value| value.as_f64().expect("a mean");
    let golden = mean(&golden["f"]["disrupted_clusters_ref_avg_size"]);
    let found = mean(&study["disrupted_cluster_mean_size"]);
    assert!((found - golden).abs() <= 0.5001e-4, "{found} of {week}, rounded to {golden}");
}

#[test]
fn evolution_needs_two_snapshots_and_says_which_there_are() {
    let lineal = Lineal::new();
    let said = lineal.refusal(&["evolution"]);
    assert_eq!(
        said,
        "error: evolution needs at least two snapshots, and there are none\n  hint: `lineal crawl` and `lineal import` make snapshots; take in one of another date\n"
    );
    for date in ["2025-03-12", "2025-03-19"] {
        lineal.write(&format!("relations-{date}.csv"), "Model ID,Type,Base Model\na/b,,\n");
        lineal.answer(&["import", &format!("relations-{date}.csv")]);
    }
    let said = lineal.refusal(&["evolution", "--from", "2025-03-13"]);
    assert_eq!(said, "error: there is no snapshot 2025-03-13; there are: 2025-03-12, 2025-03-19\n");
    let said = lineal.refusal(&["evolution", "--from", "2025-03-19"]);
    let expected =
        "error: evolution compares at least two snapshots; name an earlier `--from` or a later `--to`\n";
    assert_eq!(said, expected);
}

#[test]
fn weeks_as_csv_are_lines_with_a_column_for_each_count() {
    let lineal = Lineal::new();
    let weeks = [
        ("2025-03-12", "a/base,,\nb/tuned,finetune,a/base\n"),
        ("2025-03-19", "b/tuned,finetune,a/base\nc/new,,\n"),
    ];
    for (date, rows) in weeks {
        lineal.write(&format!("r-{date}.csv"), format!("Model ID,Type,Base Model\n{rows}"));
        lineal.answer(&["import", &format!("r-{date}.csv")]);
    }
    let csv = lineal.answer(&["evolution", "--format", "csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    let columns = lines[0].split(',').zip(lines[1].split(','));
    let stated: Vec<(&str, &str)> = columns.filter(|(_, value)| *value != "0").collect();
    let expected = [
        ("from", "2025-03-12"),
        ("to", "2025-03-19"),
        ("added.models", "1"),
        ("added.isolated", "1"),
        ("deleted.models", "1"),
        ("deleted.relational", "1"),
        ("deleted.base", "1"),
        ("impact.deleted_bases", "1"),
        ("impact.affected_derived", "1"),
        ("impact.affected_derived_surviving", "1"),
        ("impact.disrupted_chains", "1"),
        ("impact.disrupted_clusters", "1"),
        ("impact.disrupted_cluster_mean_size", "1.0"),
        ("impact.affected_downstream", "1"),
        ("impact.affected_downstream_surviving", "1"),
    ];
    assert_eq!(stated, expected);
    assert!(lines[0].starts_with("from,to,added.models,added.isolated,"), "{}", lines[0]);
    assert!(lines[2].starts_with("mean,,1.0,1.0,0.0,"), "{}", lines[2]);
}

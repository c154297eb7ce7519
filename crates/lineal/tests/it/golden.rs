//! The replay of 2025: seventeen real weeks, every statistic in both semantics, to the last digit.

use crate::{
    reference::{self, Hub, hash_of_sorted, histogram},
    support::{Lineal, shared},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs};

#[test]
fn every_statistic_of_the_replay_is_that_of_the_independent_computations() {
    let (Some(weekly), Some(golden)) =
        (shared("data/study-2025/weekly"), shared("golden/replay-2025-03-12-to-04-30.json"))
    else {
        return;
    };
    let golden: Value = serde_json::from_str(&fs::read_to_string(golden).expect("golden")).expect("golden");
    let weeks = reference::replay(&weekly);
    let lineal = Lineal::new();
    for (week, rows) in &weeks {
        lineal.write(&format!("weeks/relations-{}.csv", date(week)), reference::table(rows));
    }
    lineal.answer(&["import", "weeks", "--resolve", "exact"]);
    assert_eq!(lineal.dates(), weeks.iter().map(|(week, _)| date(week)).collect::<Vec<_>>());

    let known = golden["snapshots"].as_object().expect("snapshots");
    let mut checked = 0;
    for (week, rows) in &weeks {
        let date = date(week);
        let found = Found::of(&lineal, &date);
        found.check_naively(&Hub::new(rows));
        if let Some(expected) = known.get(week) {
            found.check(expected);
            found.check_listing(&lineal, expected);
            checked += 1;
        }
    }
    assert_eq!((weeks.len(), checked), (17, known.len()));
    let (_, last) = &weeks[16];
    let last = Hub::new(last);
    let counts = ["study", "formal"].map(|semantics| last.chains(semantics).len());
    assert_eq!(counts, [128_879, 341_505], "chains of the last week, as the study's walk was timed");
}

fn date(week: &str) -> String {
    format!("2025-{}-{}", &week[..2], &week[2..])
}

/// What the binary says about one snapshot.
struct Found {
    date: String,
    study: Value,
    formal: Value,
    study_chains: String,
    formal_chains: String,
}

impl Found {
    fn of(lineal: &Lineal, date: &str) -> Found {
        let chains = |semantics| {
            lineal.answer(&["chains", "--snapshot", date, "--semantics", semantics, "--format", "text"])
        };
        Found {
            date: date.to_owned(),
            study: lineal.usage(date, "study"),
            formal: lineal.usage(date, "formal"),
            study_chains: chains("study"),
            formal_chains: chains("formal"),
        }
    }

    fn sides(&self) -> [(&'static str, &'static str, &Value, &str); 2] {
        [
            ("study", "ref", &self.study, &self.study_chains),
            ("formal", "formal", &self.formal, &self.formal_chains),
        ]
    }

    /// Compares with the golden file, key by key.
    fn check(&self, golden: &Value) {
        let equal = |what: &str, found: Value, expected: &Value| {
            assert_eq!(found, *expected, "{what} of {}", self.date);
        };
        for (_, name, usage, chains) in self.sides() {
            let (models, relations) = (&usage["models"], &usage["relations"]);
            for (found, key) in [
                (&models["total"], "models"),
                (&models["base"], "M_b"),
                (&models["derived"], "M_d_declared"),
                (&models["relational"], "M_r_declared"),
                (&models["isolated"], "M_i_declared"),
                (&models["roots"], "roots_formal_no_declared_base"),
                (&models["missing_bases"], "dangling_bases"),
                (&relations["declared"], "declared_edges"),
                (&relations["resolved"], "edges_resolved"),
                (&relations["dangling"], "dangling_edges"),
                (&relations["self_loops"], "self_loop_rows"),
                (&usage["derived_by_operation"]["merge"], "M_m"),
                (&usage["derived_by_operation"]["quantized"], "M_q"),
                (&usage["cycles"], "sccs"),
            ] {
                equal(key, found.clone(), &golden[key]);
            }
            let number = |value: &Value| value.as_u64().expect("a number");
            let by = &usage["derived_by_operation"];
            equal("M_f", json!(number(&by["finetune"]) + number(&by["adapter"])), &golden["M_f"]);
            equal("other operations", by["other"].clone(), &json!(0));
            let both = number(&models["base"]) + number(&models["derived"]) - number(&models["relational"]);
            equal("M_b_and_d_declared", json!(both), &golden["M_b_and_d_declared"]);
            for (found, key) in [("top_in_degree", "top20_in_degree"), ("top_out_degree", "top20_out_degree")]
            {
                equal(key, pairs(&usage[found], "degree", "model"), &golden[key]);
            }
            self.check_clusters(&usage["clusters"], &golden["clusters"]);

            let found = &usage["chains"];
            equal("chains", found["total"].clone(), &golden[format!("chains_{name}")]);
            equal("longest", found["longest"]["length"].clone(), &golden[format!("longest_{name}_nodes")]);
            let lengths = &golden[format!("chain_len_hist_{name}_nodes")];
            equal("lengths", found["length_histogram"].clone(), lengths);
            let operations = &golden[format!("ops_{name}")];
            for (found, key) in [
                (&found["dominant_first_met"], "dominant_first_seen_tiebreak"),
                (&found["dominant_strict"], "dominant_strict"),
                (&found["diversity"], "diversity"),
            ] {
                equal(key, without_zeros(found), &operations[key]);
            }
            let segments = &golden[format!("segments_{name}")];
            for (segment, key) in [
                ("front", "variantA_front"),
                ("middle", "variantA_middle(incl. one pair per 2-node chain)"),
                ("back", "variantA_back"),
            ] {
                equal(key, found["segments"][segment]["occurrences"].clone(), &segments[key]);
            }
            let hash = hash_of_sorted(chains.lines());
            equal("chain set", json!(hash), &golden[format!("chains_{name}_sha256_sorted")]);
        }
        let mean = rounded(&self.study["clusters"]["mean_chains"]);
        equal("avg_chains_ref", mean, &golden["clusters"]["avg_chains_ref"]);
    }

    fn check_clusters(&self, found: &Value, golden: &Value) {
        let equal = |what: &str, found: Value, expected: &Value| {
            assert_eq!(found, *expected, "{what} of clusters of {}", self.date);
        };
        equal("total", found["total"].clone(), &golden["clusters"]);
        equal("mean size", rounded(&found["mean_size"]), &golden["avg_size_excl_root"]);
        equal("largest", pairs(&found["top"], "root", "size"), &golden["top20_excl_root"]);
        for (found, key) in [
            (&found["size_histogram"], "size_histogram_incl_root"),
            (&found["diversity"], "diversity"),
            (&found["dominant"], "dominant_strict"),
        ] {
            equal(key, without_zeros(found), &golden[key]);
        }
        let mut several = serde_json::Map::new();
        for (key, types) in [("dominant_of_two", 2), ("dominant_of_three", 3)] {
            for (word, count) in without_zeros(&found[key]).as_object().expect("counts") {
                several.insert(format!("{types}-type/{word}"), count.clone());
            }
        }
        equal("dominant of several", Value::Object(several), &golden["dominant_multi_strict"]);
    }

    /// Compares what SQL tells about a snapshot's models and relations with the golden file.
    fn check_listing(&self, lineal: &Lineal, golden: &Value) {
        let date = &self.date;
        let ids = lineal.sql(&format!("SELECT id FROM models WHERE snapshot = '{date}'"));
        let hash = hash_of_sorted(ids.lines().skip(1));
        assert_eq!(json!(hash), golden["ids_sha256_sorted"], "ids of {date}");
        let others = format!(
            "WITH real AS (SELECT * FROM relations WHERE snapshot = '{date}' AND base_present AND base <> derived) "
        );
        let count = |query: &str| -> Value {
            let answer = lineal.sql(&format!("{others} {query}"));
            serde_json::from_str(answer.lines().nth(1).expect("a row")).expect("a number")
        };
        assert_eq!(count("SELECT count(DISTINCT derived) FROM real"), golden["M_d_resolved"]);
        assert_eq!(
            count("SELECT count(DISTINCT base) FROM real WHERE base NOT IN (SELECT derived FROM real)"),
            golden["roots_resolved_indegree0"]
        );
    }

    /// Compares with a naive computation from the rows.
    fn check_naively(&self, hub: &Hub) {
        let date = &self.date;
        for (semantics, _, usage, chains) in self.sides() {
            let expected = hub.chains(semantics);
            let mut expected_lines: Vec<String> = expected.iter().map(|chain| hub.line(chain)).collect();
            let mut lines: Vec<&str> = chains.lines().collect();
            expected_lines.sort_unstable();
            lines.sort_unstable();
            assert!(lines == expected_lines, "{semantics} chains of {date}");

            let found = &usage["chains"];
            assert_eq!(found["total"], json!(expected.len()), "{semantics} chains of {date}");
            let lengths = histogram(expected.iter().map(|chain| chain.len().to_string()));
            assert_eq!(found["length_histogram"], json!(lengths), "{semantics} lengths of {date}");
            let [strict, first, different] = hub.operations(&expected);
            assert_eq!(without_zeros(&found["dominant_strict"]), json!(strict), "{semantics} {date}");
            assert_eq!(without_zeros(&found["dominant_first_met"]), json!(first), "{semantics} {date}");
            assert_eq!(without_zeros(&found["diversity"]), json!(different), "{semantics} {date}");
        }
        let [declared, resolved, dangling, selves] = hub.relations();
        let relations =
            json!({"declared": declared, "resolved": resolved, "dangling": dangling, "self_loops": selves});
        let [base, derived] = hub.bases_and_derived();
        let models = [hub.ids.len(), base, derived].map(|count| json!(count));
        let clusters = hub.clusters();
        for usage in [&self.study, &self.formal] {
            assert_eq!(usage["relations"], relations, "{date}");
            let found = ["total", "base", "derived"].map(|key| usage["models"][key].clone());
            assert_eq!(found, models, "{date}");
            assert_eq!(usage["clusters"]["total"], json!(clusters.len()), "{date}");
            assert_eq!(pairs(&usage["clusters"]["top"], "root", "size"), json!(clusters[..20]), "{date}");
        }
    }
}

/// Two fields of each item.
fn pairs(list: &Value, first: &str, second: &str) -> Value {
    let list = list.as_array().expect("a list");
    list.iter().map(|item| json!([item[first], item[second]])).collect()
}

fn without_zeros(counts: &Value) -> Value {
    let counts = counts.as_object().expect("counts").iter();
    let counts: BTreeMap<&String, &Value> = counts.filter(|(_, count)| **count != json!(0)).collect();
    json!(counts)
}

/// A mean to four digits, as the golden file has it.
fn rounded(mean: &Value) -> Value {
    let text = format!("{:.4}", mean.as_f64().expect("a mean"));
    json!(text.parse::<f64>().expect("a number"))
}

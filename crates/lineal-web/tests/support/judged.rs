//! A report on quality that is made up, with every exhibit filled.

use crate::support::{HOSTILE, Hub};
use lineal_core::{
    date::SnapshotDate,
    infer::{
        Signal,
        check::{Bin, Checked, Outcome, THRESHOLDS, share},
    },
    inferred::{Example, OfConfidence, OfOperation, OfSignal, Standings, Summary},
    operation::{Group, Operation},
    proportion,
    quality::{
        AtLeast, Basis, Combination, Decided, Dependencies, Dimension, Field, Quality, Rate, Slice,
        trend::{Month, Row},
    },
    set::Member,
    usage::{Semantics, Usage, usage},
};
use lineal_web::QualityReport;
use std::collections::BTreeMap;

pub fn report(snapshot: SnapshotDate) -> QualityReport {
    let weeks = (0..6).filter_map(|week| "2025-05-21".parse::<SnapshotDate>().ok()?.plus_days(7 * week));
    QualityReport {
        all: quality(snapshot, 1_834_211, Basis::Anywhere),
        frame: Some(quality(snapshot, 24_686, Basis::Study)),
        trend: weeks.zip(0..).map(|(week, at)| row(week, 1_700_000 + at * 20_000)).collect(),
        inferred: Some(summary(snapshot)),
        check: Some(checked()),
        grown: Some(grown(snapshot)),
    }
}

/// The usage of a hub that has gone on since.
fn grown(snapshot: SnapshotDate) -> Usage {
    let mut hub = Hub::new();
    hub.go_on();
    usage(&hub.world(snapshot), Semantics::Formal, 10).expect("counted")
}

fn quality(snapshot: SnapshotDate, models: u64, basis: Basis) -> Quality {
    let decided = models / 40;
    Quality {
        snapshot,
        basis,
        models,
        fields: rates(models, 0),
        at_least: at_least(models, [90, 77, 41, 12, 1]),
        decided: Decided { models: decided, at_least: at_least(decided, [95, 81, 44, 15, 1]) },
        combinations: combinations(models),
        dependencies: dependencies(models),
        by: slices(models),
        created: months(models),
    }
}

/// The rates of some models, a little different for each `kind`.
fn rates(models: u64, kind: u64) -> BTreeMap<Field, Rate> {
    // In percent: missing, wrong, unclear, not applicable.
    let percent = [[26, 0, 12, 0], [61, 0, 24, 0], [9, 0, 7, 71], [44, 0, 21, 22], [9, 1, 4, 41]];
    let rate = |[missing, wrong, unclear, not_applicable]: [u64; 4]| {
        let missing = models * (missing + missing * (kind % 5) / 8) / 100;
        let of = |percent| models * percent / 100;
        let (wrong, unclear, not_applicable) = (of(wrong), of(unclear), of(not_applicable));
        let present = models.saturating_sub(missing + wrong + unclear + not_applicable);
        let applicable = missing + wrong + present * 4 / 5;
        let (rate, interval) = proportion::rate(missing, applicable);
        Rate { applicable, missing, wrong, present, unclear, not_applicable, rate, interval }
    };
    Field::ALL.iter().copied().zip(percent.map(rate)).collect()
}

fn part(models: u64, percent: u64) -> AtLeast {
    let count = models * percent / 100;
    let (rate, interval) = proportion::rate(count, models);
    AtLeast { models: count, rate: rate.unwrap_or(0.0), interval: interval.unwrap_or([0.0, 1.0]) }
}

fn at_least(models: u64, percent: [u64; 5]) -> BTreeMap<u8, AtLeast> {
    (1..).zip(percent.map(|percent| part(models, percent))).collect()
}

fn combinations(models: u64) -> Vec<Combination> {
    let mut left = models;
    let mut combinations = Vec::new();
    for bits in [6, 10, 2, 11, 3, 0, 7, 15, 14, 18, 26, 1, 27, 8, 9, 19, 22, 30, 31, 4, 16, 17, 5, 12] {
        let fields = Field::ALL.iter().enumerate().filter(|(at, _)| bits & 1 << at != 0);
        let count = left / 5;
        left -= count;
        combinations.push(Combination {
            fields: fields.map(|(_, field)| *field).collect(),
            models: count,
            rate: count as f64 / models as f64,
        });
    }
    combinations
}

fn dependencies(models: u64) -> Dependencies {
    let (declared, inferred) = (models * 42 / 100, models / 11);
    let contradicted = declared / 90;
    let right = declared - contradicted;
    let (precision, precision_interval) = proportion::rate(right, declared);
    let (recall, recall_interval) = proportion::rate(right, right + inferred);
    Dependencies {
        declared,
        contradicted,
        undeclared: models - declared,
        inferred,
        precision,
        precision_interval,
        recall,
        recall_interval,
    }
}

fn slices(models: u64) -> Vec<Slice> {
    let mut slices = Vec::new();
    let mut add = |dimension, values: &[&str], gathered: u64| {
        let values = values.iter().map(|value| Some((*value).to_owned())).chain([None]);
        for (at, value) in (0..).zip(values) {
            let models = models / (2 + at * at * 9);
            let gathered = if value.is_none() { gathered } else { 0 };
            slices.push(Slice {
                dimension,
                value,
                gathered,
                models,
                fields: rates(models, at),
                at_least_one: part(models, 97 - at % 9 * 4),
            });
        }
    };
    add(
        Dimension::Task,
        &["text-generation", "text-classification", "reinforcement-learning", HOSTILE, "feature-extraction"],
        41,
    );
    add(Dimension::Category, &["NLP", "CV", "Multimodal"], 0);
    add(Dimension::Operation, &["finetune", "adapter", "quantized", "merge"], 0);
    add(Dimension::Library, &["transformers", "diffusers", "peft", "sentence-transformers", "mlx"], 312);
    add(Dimension::OwnerSize, &["1", "2–9", "10–99", "100–999", "1,000+"], 0);
    add(Dimension::DownloadDecile, &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], 0);
    add(Dimension::CreatedYear, &["earlier", "2022", "2023", "2024", "2025"], 0);
    slices
}

fn months(models: u64) -> Vec<Month> {
    let months = (0..30u64).map(|at| format!("{}-{:02}", 2023 + at / 12, at % 12 + 1));
    let months = months.zip(0..).map(|(month, at)| {
        let models = models / (200 - 5 * at);
        let mut fields = rates(models, at % 3 / 2);
        for rate in fields.values_mut() {
            let (share, interval) = proportion::rate(rate.missing * (70 - at) / 70, rate.applicable);
            (rate.rate, rate.interval) = (share, interval);
        }
        Month { month: Some(month), models, fields, at_least_one: part(models, 95 - at / 2) }
    });
    let earlier = Month {
        month: Some("earlier".to_owned()),
        models: 12,
        fields: rates(12, 0),
        at_least_one: part(12, 91),
    };
    std::iter::once(earlier).chain(months).collect()
}

fn row(snapshot: SnapshotDate, models: u64) -> Row {
    Row {
        snapshot,
        models,
        fields: rates(models, models / 20_000 % 3),
        at_least: at_least(models, [90, 77, 41, 12, 1]),
        dependencies: dependencies(models),
    }
}

fn summary(snapshot: SnapshotDate) -> Summary {
    let standings = |times: u64| Standings {
        undeclared: 1_201 * times,
        other_operation: 31 * times,
        other_base: 5 * times,
        reversed: times,
    };
    let operations = Operation::NAMED.into_iter().zip([25, 18, 11, 6, 4, 2, 1]);
    let example = |derived: &str, base: &str, declared: Option<&str>, evidence: &str| Example {
        derived: derived.to_owned(),
        base: base.to_owned(),
        operation: Operation::Quantized,
        confidence: 0.994,
        declared: declared.map(str::to_owned),
        evidence: vec![evidence.to_owned(), "the configuration has the same shape".to_owned()],
    };
    Summary {
        snapshot,
        all: standings(67),
        by_operation: operations
            .map(|(operation, times)| OfOperation { operation, relations: standings(times) })
            .collect(),
        by_signal: Signal::ALL
            .iter()
            .zip(1..)
            .map(|(signal, times)| OfSignal { signal: *signal, relations: standings(times) })
            .collect(),
        by_confidence: [(0.9, 40), (0.8, 20), (0.7, 7)]
            .map(|(from, times)| OfConfidence { from, to: from + 0.1, relations: standings(times) })
            .into(),
        examples: vec![
            example(
                "TheBloke/Mistral-7B-v0.1-GGUF",
                "mistralai/Mistral-7B-v0.1",
                None,
                "named after `Mistral-7B-v0.1` with the mark `GGUF`",
            ),
            example(HOSTILE, "google/gemma-2b", Some(HOSTILE), HOSTILE),
        ],
    }
}

fn checked() -> Checked {
    let outcome = |hidden: u64, said: u64, right: u64| Outcome {
        hidden,
        said,
        right_base: right + said / 60,
        right,
        copied: said / 200,
        precision: share(right, said),
        nearest_precision: share(right + said / 200, said),
        base_precision: share(right + said / 60, said),
        recall: share(right + said / 200, hidden),
    };
    let by_threshold = THRESHOLDS.into_iter().zip([
        outcome(9_954, 8_120, 7_406),
        outcome(9_954, 7_402, 7_010),
        outcome(9_954, 6_811, 6_604),
        outcome(9_954, 6_003, 5_899),
        outcome(9_954, 5_210, 5_150),
        outcome(9_954, 3_804, 3_781),
    ]);
    let bins = (0..10).map(|at: u64| {
        let from = at as f64 / 10.0;
        let predicted = from + 0.05 + at as f64 / 300.0;
        let observed = predicted + if at.is_multiple_of(3) { 0.02 } else { -0.015 };
        Bin { from, to: from + 0.1, count: 8 + at * at * at * 9, predicted, observed }
    });
    Checked {
        hidden: 20_000,
        fitted_on: 10_046,
        reported_on: 9_954,
        at_least: 0.9,
        all: outcome(9_954, 6_811, 6_604),
        name_rule: outcome(9_954, 5_590, 3_401),
        by_group: Group::ALL
            .into_iter()
            .zip([4, 3, 2, 1])
            .map(|(group, part)| (group, outcome(990 * part, 700 * part, 660 * part)))
            .collect(),
        name_rule_by_group: Group::ALL
            .into_iter()
            .zip([4, 3, 2, 1])
            .map(|(group, part)| (group, outcome(990 * part, 560 * part, 340 * part)))
            .collect(),
        by_signal: Signal::ALL
            .iter()
            .zip(1..)
            .map(|(signal, part)| (*signal, outcome(9_954, 110 * part, 107 * part)))
            .collect(),
        by_threshold: by_threshold.collect(),
        reliability: bins.collect(),
        calibration_error: 0.0163,
        brier: 0.0871,
        mistakes: Vec::new(),
    }
}

//! Can inferred relations be believed as far as their confidence says?

use super::{Sides, dependencies, rates};
use crate::{
    cell::Cell,
    chart::{
        Chart,
        rates::{Legend, Parts, Rates, Row},
        reliability::{self, Reliability},
    },
    exhibit::{Column, Display, Exhibit},
    number,
    sections::GROUPS,
};
use lineal_core::{
    infer::check::{Bin, Checked, Outcome, Share},
    proportion,
    set::Member,
};

const INTERVAL: &str = "95% interval";

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    match sides.check {
        Some(check) => vec![reliability(check), thresholds(check), by_group(check), by_signal(check)],
        None => Vec::new(),
    }
}

fn reliability(check: &Checked) -> Exhibit {
    let bins = check.reliability.iter().map(|bin| reliability::Bin {
        from: bin.from,
        to: bin.to,
        predicted: bin.predicted,
        observed: bin.observed,
        interval: interval(bin),
        count: bin.count,
    });
    let chart =
        Reliability { heading: "Confidence, and how much was right".to_owned(), bins: bins.collect() };
    let rows = check.reliability.iter().filter(|bin| bin.count > 0).map(|bin| {
        let [low, high] = rates::ends(interval(bin));
        vec![
            Cell::text(format!("{:.1} to {:.1}", bin.from, bin.to)),
            Cell::count(bin.count),
            Cell::Share(bin.predicted),
            rates::measured(Some(bin.observed), interval(bin), bin.count),
            low,
            high,
        ]
    });
    Exhibit::table(
        "reliability",
        "Reliability",
        "For each declared base that was hidden, the likeliest answer and its confidence. A dot is all answers of about the same \
         confidence: how sure they were on average, and how many of them were right, with its 95% interval; its area \
         grows with their number. On the line, confidence is what it says; above it, it is too modest.",
        vec![
            Column::text("confidence", "Confidence"),
            Column::number("answers", "Answers"),
            Column::number("mean_confidence", "Mean confidence"),
            Column::number("right", "Right"),
            Column::number("low", "from").under(INTERVAL),
            Column::number("high", "to").under(INTERVAL),
        ],
        rows.collect(),
    )
    .displayed(Display::Charts(vec![Chart::Reliability(chart)]))
    .note(format!(
        "The declarations of {} models were hidden. Confidence was fitted on {} of them and is reported of the other {}; no owner \
         is on both sides.",
        counted(check.hidden),
        counted(check.fitted_on),
        counted(check.reported_on),
    ))
    .note(format!(
        "Confidence and the share that is right are {} apart on average; the Brier score is {}.",
        number::share(check.calibration_error),
        decimals(check.brier),
    ))
}

fn counted(count: u64) -> String {
    number::count(&count.into())
}

/// A score near zero, to three places.
fn decimals(score: f64) -> String {
    if score.is_finite() { format!("{score:.3}") } else { "unknown".to_owned() }
}

fn interval(bin: &Bin) -> Option<[f64; 2]> {
    let right = bin.observed.clamp(0.0, 1.0) * bin.count as f64;
    proportion::wilson(right.round() as u64, bin.count)
}

fn thresholds(check: &Checked) -> Exhibit {
    const NAMES: &str = "by names only";
    let chart = |heading: &str, known, of: fn(&Outcome) -> Share| {
        let names = of(&check.name_rule);
        let rows = check.by_threshold.iter().map(|(from, outcome)| {
            let share = of(outcome);
            let is_known = share.of > 0;
            Row {
                label: format!("from {from:.2}"),
                parts: Parts { known: share.share, wrong: 0.0, unclear: 0.0 },
                rate: is_known.then_some(share.share),
                interval: is_known.then_some(share.interval),
                mark: (names.of > 0).then_some(names.share),
            }
        });
        let legend = Legend { known, wrong: "", unclear: "", mark: NAMES };
        Chart::Rates(Rates { heading: heading.to_owned(), rows: rows.collect(), legend })
    };
    let charts = vec![
        chart("Precision", "right, of all answers", |outcome| outcome.precision),
        chart("Recall", "found, of all hidden", |outcome| outcome.recall),
    ];
    let mut rows: Vec<Vec<Cell>> = check
        .by_threshold
        .iter()
        .map(|(from, outcome)| row(Cell::text(format!("{from:.2}")), outcome))
        .collect();
    rows.push(row(Cell::text("By names only"), &check.name_rule));
    Exhibit::table(
        "calibration-thresholds",
        "What to believe",
        "Precision and recall if answers are believed from some confidence on. An answer is right if both the base and the group \
         of its operation are what was declared. A card is copied if the answer is the model of the same name whose card \
         says the same, declarations and all: nearer than what is declared, and counted apart. Recall is of all models whose \
         declaration was hidden, whether or not anything points to their base; copied cards count as found. By names only, \
         the base is the most downloaded other model of the same name, whatever its owner and format.",
        columns(Column::text("from", "Confidence from")),
        rows,
    )
    .displayed(Display::Charts(charts))
}

fn by_group(check: &Checked) -> Exhibit {
    let mut columns = columns(Column::text("group", "Operation"));
    columns.extend([
        Column::number("names_precision", "Precision").under("By names only"),
        Column::number("names_recall", "Recall").under("By names only"),
    ]);
    let rows = GROUPS.iter().filter_map(|(group, label)| {
        let outcome = check.by_group.get(group).filter(|outcome| outcome.hidden > 0)?;
        let names = check.name_rule_by_group.get(group)?;
        let mut row = row(Cell::text(*label), outcome);
        row.extend([names.precision, names.recall].map(share));
        Some(row)
    });
    Exhibit::table(
        "calibration-by-operation",
        "By hidden operation",
        "The same by the operation that was declared and hidden. Another base, or another operation, is not right.",
        columns,
        rows.collect(),
    )
    .note(from(check))
}

fn by_signal(check: &Checked) -> Exhibit {
    let mut columns =
        vec![Column::text("evidence", "Evidence"), Column::text("signal", "Signal").in_files_only()];
    columns.extend([
        Column::number("answers", "Answers"),
        Column::number("right", "Right"),
        Column::number("precision", "Precision"),
        Column::number("precision_low", "from").under(INTERVAL),
        Column::number("precision_high", "to").under(INTERVAL),
    ]);
    let mut signals: Vec<_> = check.by_signal.iter().filter(|(_, outcome)| outcome.said > 0).collect();
    signals.sort_by(|a, b| b.1.said.cmp(&a.1.said).then_with(|| a.0.cmp(b.0)));
    let rows = signals.into_iter().map(|(signal, outcome)| {
        let [low, high] = outcome.precision.interval.map(Cell::Share);
        vec![
            Cell::text(dependencies::evidence(*signal)),
            Cell::text(signal.as_str()),
            Cell::count(outcome.said),
            Cell::count(outcome.right),
            share(outcome.precision),
            low,
            high,
        ]
    });
    Exhibit::table(
        "calibration-by-signal",
        "By evidence",
        "How many answers were right, by the strongest thing that spoke for them.",
        columns,
        rows.collect(),
    )
    .note(from(check))
}

fn from(check: &Checked) -> String {
    format!("Answers with a confidence from {} on.", check.at_least)
}

/// The columns that [`row`] fills.
fn columns(first: Column) -> Vec<Column> {
    vec![
        first,
        Column::number("hidden", "Hidden"),
        Column::number("answers", "Answers"),
        Column::number("right", "Right"),
        Column::number("right_base", "Right base"),
        Column::number("copied", "Copied card"),
        Column::number("precision", "Precision"),
        Column::number("precision_low", "from").in_files_only(),
        Column::number("precision_high", "to").in_files_only(),
        Column::number("nearest_precision", "… with copied"),
        Column::number("nearest_precision_low", "from").in_files_only(),
        Column::number("nearest_precision_high", "to").in_files_only(),
        Column::number("recall", "Recall"),
        Column::number("recall_low", "from").in_files_only(),
        Column::number("recall_high", "to").in_files_only(),
    ]
}

fn row(first: Cell, outcome: &Outcome) -> Vec<Cell> {
    let mut row = vec![first];
    row.extend(
        [outcome.hidden, outcome.said, outcome.right, outcome.right_base, outcome.copied].map(Cell::count),
    );
    for measure in [outcome.precision, outcome.nearest_precision, outcome.recall] {
        row.push(share(measure));
        row.extend(rates::ends((measure.of > 0).then_some(measure.interval)));
    }
    row
}

/// A share of nothing is none.
fn share(share: Share) -> Cell {
    rates::measured((share.of > 0).then_some(share.share), Some(share.interval), share.of)
}

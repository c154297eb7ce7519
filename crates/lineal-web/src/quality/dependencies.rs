//! Which relations did nobody declare, and which declared ones does the evidence contradict? (study, section 6.2)

use super::{FRAME, STUDY as BY_HAND, Sides, by_hand, rates};
use crate::{
    cell::{Cell, Missing},
    exhibit::{Column, Exhibit},
};
use lineal_core::{
    infer::Signal,
    inferred::{Example, Standings, Summary},
    proportion,
    published::by_hand::{STUDY, errata},
    quality::Dependencies,
    set::Member,
};

/// How many examples the page shows.
const SHOWN: usize = 40;

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let mut exhibits = vec![declared(sides)];
    if let Some(summary) = sides.inferred {
        exhibits.extend([
            by_operation(summary),
            by_signal(summary),
            by_confidence(summary),
            examples(summary),
        ]);
    }
    exhibits
}

/// A row of the study's measures of declared bases.
struct Measure {
    label: &'static str,
    ours: fn(&Dependencies) -> Cell,
    published: Cell,
}

fn declared(sides: &Sides) -> Exhibit {
    let measure = |label, ours, published| Measure { label, ours, published };
    let count = |count: u64| Cell::count(count);
    let rows = [
        measure("Models that declare a base", |it| Cell::count(it.declared), count(STUDY.declared)),
        measure("… which the evidence contradicts", |it| Cell::count(it.contradicted), count(STUDY.wrong)),
        measure(
            "Models that declare none",
            |it| Cell::count(it.undeclared),
            count(STUDY.models - STUDY.declared),
        ),
        measure("… but a base was found", |it| Cell::count(it.inferred), count(STUDY.missed)),
        measure(
            "Precision",
            |it| rates::measured(it.precision, it.precision_interval, it.declared),
            rates::by_hand(by_hand::precision()),
        ),
        measure(
            "Recall",
            |it| {
                rates::measured(
                    it.recall,
                    it.recall_interval,
                    it.declared.saturating_sub(it.contradicted) + it.inferred,
                )
            },
            rates::by_hand(by_hand::recall()),
        ),
        measure(
            "Recall, literally",
            |it| {
                let (rate, interval) = proportion::rate(it.declared, it.declared + it.inferred);
                rates::measured(rate, interval, it.declared + it.inferred)
            },
            rates::by_hand(by_hand::literal_recall()),
        ),
    ];
    let mut columns = vec![Column::text("measure", "Measure"), Column::number("all", "All models")];
    columns.extend(sides.frame.map(|_| Column::number("frame", FRAME)));
    columns.push(Column::number("published", BY_HAND));
    let rows = rows.into_iter().map(|measure| {
        let mut row = vec![Cell::text(measure.label), (measure.ours)(&sides.all.dependencies)];
        row.extend(sides.frame.map(|frame| (measure.ours)(&frame.dependencies)));
        row.push(measure.published);
        row
    });
    Exhibit::table(
        "declared-dependencies",
        "How far declared bases can be relied on",
        "Precision is the share of the models that declare a base whose declaration nothing contradicts. Recall is the share \
         of those among all models found to be derived; taken literally, the study’s words count wrong declarations too. \
         Inference stands here for the study’s annotators.",
        columns,
        rows.collect(),
    )
    .note(
        "Inference says nothing where it is not sure. So fewer undeclared models are found than there are, and true recall is \
         lower than shown; most wrong declarations cannot be told from metadata either.",
    )
    .note(errata::RECALL)
}

const STANDINGS: [(&str, &str); 5] = [
    ("undeclared", "Undeclared"),
    ("other_operation", "Another operation"),
    ("other_base", "Another base"),
    ("reversed", "The reverse"),
    ("relations", "All"),
];

fn standing_columns(first: Column) -> Vec<Column> {
    let mut columns = vec![first];
    columns.extend(STANDINGS.map(|(key, label)| {
        let column = Column::number(key, label);
        let is_declared = !["undeclared", "relations"].contains(&key);
        if is_declared { column.under("Declared is") } else { column }
    }));
    columns
}

fn standing_cells(first: Cell, relations: Standings) -> Vec<Cell> {
    let Standings { undeclared, other_operation, other_base, reversed } = relations;
    let mut row = vec![first];
    row.extend([undeclared, other_operation, other_base, reversed, relations.total()].map(Cell::count));
    row
}

fn by_operation(summary: &Summary) -> Exhibit {
    let rows = summary.by_operation.iter();
    let rows = rows.map(|row| standing_cells(Cell::name(row.operation.as_str()), row.relations));
    Exhibit::table(
        "inferred-by-operation",
        "Inferred relations by operation",
        "Relations that were inferred, by the operation that the evidence shows and by how they stand to what the publisher \
         declared: nothing, or another operation, another base, or the same two models the other way round.",
        standing_columns(Column::text("operation", "Operation")),
        rows.collect(),
    )
}

/// What the page calls a kind of evidence.
pub fn evidence(signal: Signal) -> &'static str {
    match signal {
        Signal::SameWeights => "the same weights",
        Signal::ToolNames => "a tool’s configuration names it",
        Signal::NameOrPath => "`_name_or_path` names it",
        Signal::CardText => "the card’s text names it",
        Signal::CardLink => "the card links to it only",
        Signal::Tag => "a tag names it",
        Signal::QuantizationName => "its name with a format’s mark",
        Signal::SameName => "the same name",
        Signal::OwnerInName => "its name, owner included",
        Signal::WeightFile => "a weight file has its name",
        Signal::FamilyName => "its name but for marks of training",
        Signal::NameWithin => "its name within the name",
        Signal::Phrase => "others of such names declare it",
        Signal::OwnerHabit => "the owner’s others declare it",
        Signal::Fame => "it is a base of many",
        Signal::Likeness => "others alike in kind declare it",
    }
}

fn by_signal(summary: &Summary) -> Exhibit {
    let mut columns = standing_columns(Column::text("evidence", "Evidence"));
    columns.push(Column::text("signal", "Signal").in_files_only());
    let rows = summary.by_signal.iter().map(|row| {
        let mut cells = standing_cells(Cell::text(evidence(row.signal)), row.relations);
        cells.push(Cell::text(row.signal.as_str()));
        cells
    });
    Exhibit::table(
        "inferred-by-signal",
        "Inferred relations by evidence",
        "Relations that were inferred, by the strongest thing that speaks for each.",
        columns,
        rows.collect(),
    )
}

fn by_confidence(summary: &Summary) -> Exhibit {
    let rows = summary.by_confidence.iter().map(|row| {
        let confidence = format!("{:.1} to {:.1}", row.from, row.to);
        standing_cells(Cell::text(confidence), row.relations)
    });
    Exhibit::table(
        "inferred-by-confidence",
        "Inferred relations by confidence",
        "Relations that were inferred, by how likely base and operation are right.",
        standing_columns(Column::text("confidence", "Confidence")),
        rows.collect(),
    )
}

fn examples(summary: &Summary) -> Exhibit {
    Exhibit::table(
        "inferred-examples",
        "The surest",
        "The inferred relations with the highest confidence, those of the most downloaded models first where it is the same; \
         undeclared ones, then those that contradict a declaration.",
        vec![
            Column::text("derived", "Derived model"),
            Column::text("base", "Base"),
            Column::text("operation", "Operation"),
            Column::number("confidence", "Confidence"),
            Column::text("declared", "Declared"),
            Column::text("evidence", "Evidence"),
        ],
        summary.examples.iter().map(example).collect(),
    )
    .at_most(SHOWN)
}

fn example(example: &Example) -> Vec<Cell> {
    vec![
        Cell::name(&example.derived),
        Cell::name(&example.base),
        Cell::name(example.operation.as_str()),
        Cell::Share(example.confidence),
        example.declared.as_deref().map_or(Cell::text("nothing"), Cell::name),
        match example.evidence.is_empty() {
            true => Cell::Missing(Missing::Nothing),
            false => Cell::name(&example.evidence.join("; ")),
        },
    ]
}

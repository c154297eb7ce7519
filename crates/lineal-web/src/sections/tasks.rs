//! What are derived models for? (study, table 2)

use super::{GROUPS, published_part};
use crate::{
    cell::{Cell, Missing},
    exhibit::{Column, Exhibit},
    sides::{Part, Sides},
};
use lineal_core::{operation::Group, published::errata, task::Category};

/// A row of table 2: a label and the categories that it adds up.
const ROWS: [(&str, &[Category]); 9] = [
    ("NLP", &[Category::Nlp]),
    ("CV", &[Category::Vision]),
    ("Other", &[Category::Audio, Category::Multimodal, Category::Reinforcement, Category::Tabular]),
    ("Other: audio", &[Category::Audio]),
    ("Other: multimodal", &[Category::Multimodal]),
    ("Other: reinforcement", &[Category::Reinforcement]),
    ("Other: tabular", &[Category::Tabular]),
    ("Graph", &[Category::Graph]),
    ("All known", &KNOWN),
];

const KNOWN: [Category; 7] = [
    Category::Nlp,
    Category::Vision,
    Category::Audio,
    Category::Multimodal,
    Category::Reinforcement,
    Category::Tabular,
    Category::Graph,
];

pub fn tasks(sides: &Sides) -> Exhibit {
    let groups = &GROUPS[..if sides.formal.derived_by_operation.other > 0 { 4 } else { 3 }];
    let keys = [
        ["finetune", "finetune_share", "finetune_published", "finetune_published_share"],
        ["merge", "merge_share", "merge_published", "merge_published_share"],
        ["quantized", "quantized_share", "quantized_published", "quantized_published_share"],
        ["other", "other_share", "other_published", "other_published_share"],
    ];
    let mut columns = vec![Column::text("category", "Task category")];
    for ((_, label), [count, share, published, published_share]) in groups.iter().zip(keys) {
        columns.push(Column::number(count, "Models").under(label));
        columns.push(Column::number(share, "Share").under(label));
        if sides.is_published() {
            columns.push(Column::number(published, "Published").under(label));
            columns.push(Column::number(published_share, "Share").under(label));
        }
    }
    let row = |label: &str, categories: &[Category], is_known: bool| {
        let mut cells = vec![Cell::text(label)];
        for (group, _) in groups {
            let known = count(sides, *group, &KNOWN);
            let part = Part::small(count(sides, *group, categories), known);
            let share = if is_known { part.share } else { Cell::Missing(Missing::Nothing) };
            cells.extend([part.count, share]);
            if sides.is_published() {
                let total = published_count(sides, *group, &KNOWN).unwrap_or(0);
                let published = published_count(sides, *group, categories).filter(|_| is_known);
                let part = published_part(published, total);
                cells.extend([part.count, part.share]);
            }
        }
        cells
    };
    let has_graph = GROUPS.iter().any(|(group, _)| count(sides, *group, &[Category::Graph]) > 0);
    let shown = ROWS.iter().filter(|(label, _)| has_graph || *label != "Graph");
    let mut rows: Vec<Vec<Cell>> = shown.map(|(label, categories)| row(label, categories, true)).collect();
    rows.push(row("Unknown", &[Category::Unknown], false));
    Exhibit::table(
        "table-2-tasks",
        "Table 2. Tasks of derived models",
        "Derived models by the category of their task and the operation that made them. Shares are of the models whose \
         task is known; models that state no task, or one in none of the study’s lists, are unknown and stand apart.",
        columns,
        rows,
    )
    .note_if(sides.is_published(), errata::OTHER)
}

/// How many models of some categories a group of operations made.
fn count(sides: &Sides, group: Group, categories: &[Category]) -> u64 {
    let counted = sides.formal.tasks.iter();
    let counted = counted.filter(|row| row.operation.group() == group && categories.contains(&row.category));
    counted.map(|row| row.models).sum()
}

fn published_count(sides: &Sides, group: Group, categories: &[Category]) -> Option<u64> {
    let counted = sides.published?.tasks.iter().filter(|(category, _)| categories.contains(category));
    counted.map(|(_, groups)| groups.of(group)).sum()
}

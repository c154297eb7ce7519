//! What did each week add and take away? (study, tables 2.1a and d)

use super::{
    columns, counts,
    measure::{Measure, Part},
    sides::{Sides, week_cells, week_columns},
};
use crate::{
    chart::{Chart, columns::to_one_scale},
    exhibit::{Column, Display, Exhibit},
};
use lineal_core::published::weekly::errata;

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let mut exhibits = vec![figure(sides)];
    exhibits.extend(compared(sides));
    exhibits.extend([additions(sides), deletions(sides)]);
    exhibits
}

const SHOWN: [Part; 3] = [Part::Models, Part::Isolated, Part::Relational];

fn figure(sides: &Sides) -> Exhibit {
    let charts = SHOWN.map(|part| {
        let heading = if part == Part::Models { "All models" } else { part.label() };
        columns(sides, heading, "added", Measure::Added(part)).down(counts(
            sides,
            "deleted",
            Measure::Deleted(part),
        ))
    });
    let keys = [
        ["added", "deleted"],
        ["added_isolated", "deleted_isolated"],
        ["added_relational", "deleted_relational"],
    ];
    let mut table = week_columns();
    for (part, [added, deleted]) in SHOWN.into_iter().zip(keys) {
        table.push(Column::number(added, "Added").under(part.label()));
        table.push(Column::number(deleted, "Deleted").under(part.label()));
    }
    let rows = sides.formal.weeks.iter().map(|week| {
        let mut row = week_cells(week);
        for part in SHOWN {
            row.extend(
                [Measure::Added(part), Measure::Deleted(part)].map(|measure| measure.of(&week.changes)),
            );
        }
        row
    });
    Exhibit::table(
        "additions-and-deletions",
        "Additions and deletions by week",
        "Models that the later of two snapshots lists and the earlier one does not, and the other way round, as counted \
         formally. All three charts have one scale.",
        table,
        rows.collect(),
    )
    .displayed(Display::Charts(to_one_scale(charts.into()).into_iter().map(Chart::Columns).collect()))
    .folded()
    .note_if(sides.is_published(), errata::UNEVEN)
}

fn compared(sides: &Sides) -> Option<Exhibit> {
    let measures = [Measure::added(), Measure::deleted()].concat();
    let exhibit = sides.compared(
        "additions-and-deletions-compared",
        "An average week",
        "Means over the weeks, counted in different ways. Formally a base is a model that others were derived from, and a \
         renamed model is neither added nor deleted. In the study’s scripts an added base is an added root, a deleted base \
         is a model that some other one declared as its sole base, and a model is its name.",
        &measures,
    )?;
    let is_published = sides.is_published();
    Some(
        exhibit
            .note_if(is_published, errata::TWICE)
            .note_if(is_published, errata::SAME_COLUMN)
            .note_if(is_published, errata::BASES)
            .note_if(is_published, errata::RENAMED),
    )
}

fn additions(sides: &Sides) -> Exhibit {
    sides.by_week(
        "table-2-1a-additions",
        "Table 2.1a. Additions",
        "Models that were added, by the part that they play in the later snapshot. A model can be base and derived.",
        &Measure::added(),
    )
}

fn deletions(sides: &Sides) -> Exhibit {
    sides.by_week(
        "table-2-1d-deletions",
        "Table 2.1d. Deletions",
        "Models that were deleted, by the part that they played in the earlier snapshot. A model can be base and derived.",
        &Measure::deleted(),
    )
}

//! What looks like an addition or a deletion and is none?

use super::{
    columns,
    measure::Measure,
    sides::{Sides, week_cells, week_columns},
};
use crate::{
    cell::Cell,
    chart::Chart,
    exhibit::{Column, Display, Exhibit},
};
use lineal_core::{
    evolution::{MOVES, Week},
    pairing::Renames,
};
use std::{cmp::Reverse, collections::BTreeMap};

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let mut exhibits = vec![figure(sides), kinds(sides)];
    exhibits.extend((sides.formal.renames == Renames::On).then(|| moves(sides)));
    exhibits
}

fn figure(sides: &Sides) -> Exhibit {
    let charts = [
        ("Renamed models", "renamed", Measure::Renamed),
        ("Returned models", "returned", Measure::Reappeared),
        ("Models with another relation", "changed", Measure::RelationChanged),
    ]
    .map(|(heading, label, measure)| Chart::Columns(columns(sides, heading, label, measure)));
    sides
        .by_week(
            "renames-and-returns",
            "Renames, returns and changed relations",
            "Renamed: the same model under another name. Returned: added, and deleted in an earlier week. Relation \
             changed: in both snapshots, and declares something else of its bases.",
            &Measure::CHURN,
        )
        .displayed(Display::Charts(charts.into()))
        .folded()
        .note_if(
            sides.formal.renames == Renames::Off,
            "Renames were not looked for: a renamed model counts as deleted and added.",
        )
}

type Count = fn(&Week) -> u64;

/// Renames by how they are known, and relations by what changed.
const KINDS: [(&str, &str, &str, Count); 8] = [
    ("by_hub_id", "Hub id", RENAMED, |week| week.renames.by_hub_id),
    ("by_case", "Capitals", RENAMED, |week| week.renames.by_case),
    ("inferred", "Inferred", RENAMED, |week| week.renames.inferred),
    ("reused", "Name reused", "", |week| week.renames.reused),
    ("gained", "First base", RELATION, |week| week.relation_changes.gained),
    ("lost", "No base now", RELATION, |week| week.relation_changes.lost),
    ("bases", "Other bases", RELATION, |week| week.relation_changes.bases),
    ("operations", "Other operation", RELATION, |week| week.relation_changes.operations),
];

const RENAMED: &str = "Renamed, known by";
const RELATION: &str = "Relation changed";

fn kinds(sides: &Sides) -> Exhibit {
    let mut columns = week_columns();
    columns.extend(KINDS.map(|(key, label, group, _)| Column::number(key, label).under(group)));
    let rows = sides.formal.weeks.iter().map(|week| {
        let mut row = week_cells(week);
        row.extend(KINDS.map(|(_, _, _, count)| Cell::count(count(week))));
        row
    });
    Exhibit::table(
        "renames-by-evidence",
        "How renames are known, and what changed in relations",
        "A rename is known by the hub’s own id; by a name that differs in capitals only; or it is inferred, from the same \
         name under another owner, with the same operation and bases. A name is reused if it means another repository \
         than before, which counts as deleted and added.",
        columns,
        rows.collect(),
    )
    .folded_if_long()
}

/// How many moves are shown.
const SHOWN: usize = 10;

fn moves(sides: &Sides) -> Exhibit {
    let mut gathered: BTreeMap<(&str, &str), (u64, bool)> = BTreeMap::new();
    for moved in sides.formal.weeks.iter().flat_map(|week| &week.renames.owners) {
        let (models, vanished) = gathered.entry((&moved.from, &moved.to)).or_default();
        *models += moved.models;
        *vanished |= moved.vanished;
    }
    let mut moves: Vec<_> = gathered.into_iter().collect();
    // Ties stay in the order of the owners.
    moves.sort_by_key(|(_, (models, _))| Reverse(*models));
    let rows = moves.into_iter().take(SHOWN).map(|((from, to), (models, vanished))| {
        let left = if vanished { "nothing" } else { "other models" };
        vec![Cell::name(from), Cell::name(to), Cell::count(models), Cell::text(left)]
    });
    Exhibit::table(
        "owner-moves",
        "From owner to owner",
        "Where renamed models went that have another owner now, most models first: an organisation that renames itself \
         takes all its models along.",
        vec![
            Column::text("from", "From"),
            Column::text("to", "To"),
            Column::number("models", "Models"),
            Column::text("left", "The old owner kept"),
        ],
        rows.collect(),
    )
    .note_if(
        sides.formal.weeks.iter().any(|week| week.renames.owners.len() == MOVES),
        "Of each week only the moves with most models are known.",
    )
}

//! How many owners does it take to explain a week?

use super::sides::{Sides, week_cells, week_columns};
use crate::{
    cell::Cell,
    chart::{
        Chart,
        axis::Unit,
        lines::{Line, Lines},
    },
    exhibit::{Column, Display, Exhibit},
    number,
};
use lineal_core::{evolution::Week, owners::Concentration};
use std::collections::HashMap;

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    vec![
        concentration(sides),
        top(
            sides,
            "owners-of-additions",
            "Owners who added most",
            "Owners by the models that they added in the weeks in which they were among the ten who added most; other \
             weeks of theirs are not counted.",
            |week| &week.owners.added,
        ),
        top(
            sides,
            "owners-of-deletions",
            "Owners who deleted most",
            "Owners by the models that they deleted in the weeks in which they were among the ten who deleted most; other \
             weeks of theirs are not counted.",
            |week| &week.owners.deleted,
        ),
    ]
}

type Of = fn(&Week) -> &Concentration;

const KINDS: [(&str, &str, Of); 2] = [
    ("added", "Additions", |week| &week.owners.added),
    ("deleted", "Deletions", |week| &week.owners.deleted),
];

/// How many owners of the top are shown.
const SHOWN: usize = 10;

type Share = fn(&Concentration) -> Option<f64>;

fn concentration(sides: &Sides) -> Exhibit {
    let shares: [(&str, Share); 3] = [
        ("one owner", |owners| owners.top_1),
        ("three", |owners| owners.top_3),
        ("ten", |owners| owners.top_10),
    ];
    let charts = KINDS.map(|(_, label, of)| {
        let lines = shares.map(|(label, share)| Line::by_week(sides, label, move |week| share(of(week))));
        let heading = format!("Share of the owners with most {}", label.to_lowercase());
        Chart::Lines(Lines::over_dates(&heading, sides.weeks(), Unit::Share, lines.into()))
    });
    let mut columns = week_columns();
    for (key, label, _) in KINDS {
        columns.extend([
            Column::number(format!("{key}_owners"), "Owners").under(label),
            Column::number(format!("{key}_top_1"), "One").under(label),
            Column::number(format!("{key}_top_3"), "Three").under(label),
            Column::number(format!("{key}_top_10"), "Ten").under(label),
            Column::number(format!("{key}_gini"), "Gini").under(label),
        ]);
    }
    let rows = sides.formal.weeks.iter().map(|week| {
        let mut row = week_cells(week);
        for (_, _, of) in KINDS {
            let owners = of(week);
            row.push(Cell::count(owners.owners));
            row.extend([owners.top_1, owners.top_3, owners.top_10].map(Cell::share));
            row.push(Cell::mean(owners.gini));
        }
        row
    });
    let exhibit = Exhibit::table(
        "owners-by-week",
        "Concentration by week",
        "The share of a week’s additions, and of its deletions, that the one, three and ten owners with most account for. \
         The Gini coefficient is 0 if all owners have equally many and near 1 if one has nearly all. Models with a bare legacy name have no owner and are left out.",
        columns,
        rows.collect(),
    )
    .displayed(Display::Charts(charts.into()))
    .folded();
    KINDS.into_iter().fold(exhibit, |exhibit, (_, label, of)| match few(sides, label, of) {
        Some(note) => exhibit.note(note),
        None => exhibit,
    })
}

/// Says in which weeks three owners made more than half.
fn few(sides: &Sides, label: &str, of: Of) -> Option<String> {
    let weeks = sides.formal.weeks.iter().filter_map(|week| {
        let share = of(week).top_3.filter(|share| *share > 0.5)?;
        Some(format!("{} ({})", week.to, number::share(share)))
    });
    let weeks: Vec<String> = weeks.collect();
    // A table says it of more weeks than a sentence can.
    let named = match weeks.len() {
        0 => return None,
        1..=8 => format!(": {}", weeks.join(", ")),
        _ => String::new(),
    };
    Some(format!(
        "{label}: three owners made more than half in {} of {} weeks{named}.",
        weeks.len(),
        sides.formal.weeks.len()
    ))
}

/// What an owner did in the weeks in which it was among those with most.
struct Owner<'a> {
    name: &'a str,
    models: u64,
    weeks: u64,
    most: u64,
}

fn top(sides: &Sides, key: &'static str, title: &'static str, definition: &'static str, of: Of) -> Exhibit {
    let mut owners: HashMap<&str, Owner> = HashMap::new();
    for holding in sides.formal.weeks.iter().flat_map(|week| &of(week).top) {
        let name = holding.owner.as_str();
        let owner = owners.entry(name).or_insert(Owner { name, models: 0, weeks: 0, most: 0 });
        owner.models += holding.models;
        owner.weeks += 1;
        owner.most = owner.most.max(holding.models);
    }
    let mut owners: Vec<Owner> = owners.into_values().collect();
    owners.sort_by(|a, b| b.models.cmp(&a.models).then_with(|| a.name.cmp(b.name)));
    let rows = owners.iter().take(SHOWN).map(|owner| {
        vec![
            Cell::name(owner.name),
            Cell::count(owner.models),
            Cell::count(owner.weeks),
            Cell::count(owner.most),
        ]
    });
    Exhibit::table(
        key,
        title,
        definition,
        vec![
            Column::text("owner", "Owner"),
            Column::number("models", "Models"),
            Column::number("weeks", "Weeks"),
            Column::number("most", "Most in a week"),
        ],
        rows.collect(),
    )
}

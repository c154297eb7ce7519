//! What looks like an addition or a deletion and is none?

use super::{columns, measure::Measure, sides::Sides};
use crate::{
    chart::Chart,
    exhibit::{Display, Exhibit},
};
use lineal_core::pairing::Renames;

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let charts = [
        ("Renamed models", "renamed", Measure::Renamed),
        ("Re-appeared models", "re-appeared", Measure::Reappeared),
        ("Models with another relation", "changed", Measure::RelationChanged),
    ]
    .map(|(heading, label, measure)| Chart::Columns(columns(sides, heading, label, measure)));
    let exhibit = sides
        .by_week(
            "renames-and-returns",
            "Renames, returns and changed relations",
            "Renamed: the same model under another name. Re-appeared: added, and listed by some snapshot before the \
             earlier one. Relation changed: listed by both snapshots, with other bases or another operation.",
            &Measure::CHURN,
        )
        .displayed(Display::Charts(charts.into()))
        .folded()
        .note_if(
            sides.formal.renames == Renames::Off,
            "Renames were not looked for: a renamed model counts as deleted and added.",
        );
    vec![exhibit]
}

//! Which chains and clusters began, went on and ended? (study, tables 2.1b, c and e)

use super::{columns, counts, measure::Measure, sides::Sides};
use crate::{
    chart::Chart,
    exhibit::{Display, Exhibit},
};
use lineal_core::published::weekly::errata;

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let mut exhibits = vec![figure(sides)];
    exhibits.extend(compared(sides));
    exhibits
}

fn figure(sides: &Sides) -> Exhibit {
    let charts =
        vec![
            columns(sides, "Models added to chains", "in older chains", Measure::InExistingChains)
                .down(counts(sides, "in new chains", Measure::InNewChains)),
            columns(sides, "Chains, logarithmic", "new", Measure::NewChains)
                .down(counts(sides, "deleted", Measure::DeletedChains))
                .logarithmic(),
            columns(sides, "Clusters", "new", Measure::NewClusters).down(counts(
                sides,
                "deleted",
                Measure::DeletedClusters,
            )),
        ];
    sides
        .by_week(
            "table-2-1bce-chains-and-clusters",
            "Tables 2.1b, c and e. New and deleted chains and clusters",
            "A chain is new if all its models were added, and deleted if all were deleted. A cluster is new if a chain in \
             it is, and deleted if all its models were, its root included. Added relational models are on a new chain, or \
             count as added to older ones.",
            &Measure::CHAINS,
        )
        .displayed(Display::Charts(charts.into_iter().map(Chart::Columns).collect()))
        .folded()
}

fn compared(sides: &Sides) -> Option<Exhibit> {
    let exhibit = sides.compared(
        "chains-and-clusters-compared",
        "An average week of chains and clusters",
        "Means over the weeks, counted in different ways. In the study’s scripts a chain or cluster is new if its root \
         was added, and a cluster is deleted if everything but its root was.",
        &Measure::CHAINS,
    )?;
    let is_published = sides.is_published();
    Some(
        exhibit
            .note_if(is_published, errata::EXISTING)
            .note_if(is_published, errata::NEW)
            .note_if(is_published, errata::STANDING),
    )
}

//! What did the deletion of bases do? (study, table 2.1f)

use super::{columns, counts, measure::Measure, sides::Sides};
use crate::{
    chart::{
        Chart,
        axis::Unit,
        lines::{Line, Lines},
    },
    exhibit::{Display, Exhibit},
};
use lineal_core::published::weekly::errata;

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let mut exhibits = vec![figure(sides)];
    exhibits.extend(compared(sides));
    exhibits
}

fn figure(sides: &Sides) -> Exhibit {
    let counted =
        [
            columns(sides, "Deleted bases", "deleted", Measure::DeletedBases),
            columns(sides, "Derived models affected", "affected", Measure::AffectedDerived).part(counts(
                sides,
                "surviving",
                Measure::AffectedDerivedSurviving,
            )),
            columns(sides, "Models downstream affected", "affected", Measure::AffectedDownstream)
                .part(counts(sides, "surviving", Measure::AffectedDownstreamSurviving)),
            columns(sides, "Disrupted chains, logarithmic", "disrupted", Measure::DisruptedChains)
                .logarithmic(),
            columns(sides, "Disrupted clusters", "disrupted", Measure::DisruptedClusters),
        ];
    let charts = counted.into_iter().map(Chart::Columns).chain([sizes(sides)]).collect();
    sides
        .by_week(
            "table-2-1f-disruption",
            "Table 2.1f. What the deletion of bases did",
            "A deleted base is a deleted model that others were derived from. Affected are the models derived from one \
             directly, and those downstream of a deleted model at any distance; surviving are those of them that were not \
             deleted too. A chain is disrupted if a model on it was deleted that is not its last; a cluster, if a base in \
             it was, its root included.",
            &Measure::IMPACT,
        )
        .displayed(Display::Charts(charts))
        .folded()
}

fn sizes(sides: &Sides) -> Chart {
    let line = Line::by_week(sides, "mean size", |week| week.changes.impact.disrupted_cluster_mean_size);
    let heading = "Mean size of disrupted clusters";
    Chart::Lines(Lines::over_dates(heading, sides.weeks(), Unit::Number, vec![line]))
}

fn compared(sides: &Sides) -> Option<Exhibit> {
    let exhibit = sides.compared(
        "disruption-compared",
        "An average week of disruption",
        "Means over the weeks, counted in different ways. The study’s scripts count what declares the deleted model as \
         its sole base as affected, and overlook clusters whose root was deleted.",
        &Measure::IMPACT,
    )?;
    let is_published = sides.is_published();
    Some(
        exhibit
            .note_if(is_published, errata::ALSO_DELETED)
            .note_if(is_published, errata::ROOTS)
            .note_if(is_published, errata::SEVERITY),
    )
}

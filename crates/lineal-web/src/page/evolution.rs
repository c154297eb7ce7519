//! The page on how the hub changed.

use super::{Card, Frame, with_causes};
use crate::{
    RenderError, Report,
    cell::{Cell, visible},
    evolution::Sides,
    exhibit::{Display, Section},
    number,
};
use askama::Template;
use lineal_core::{date::SnapshotDate, pairing::Renames};

#[derive(Template)]
#[template(path = "evolution.html")]
struct Page<'a> {
    frame: Frame<'a>,
    from: SnapshotDate,
    to: SnapshotDate,
    snapshots: usize,
    /// How renamed models are counted, in words.
    renames: String,
    is_published: bool,
}

pub fn html(report: &Report, sides: &Sides, sections: &[Section]) -> Result<String, RenderError> {
    let not_walked = report.evolution.as_ref().and_then(|evolution| evolution.study.as_ref().err());
    let page = Page {
        frame: Frame {
            not_walked: not_walked.map(|error| visible(&with_causes(error))),
            cards: cards(sides),
            none: "None between these snapshots.",
            ..Frame::new(super::Page::Evolution, report, sections)?
        },
        from: sides.from,
        to: sides.to,
        snapshots: sides.formal.weeks.len() + 1,
        renames: renames(sides),
        is_published: sides.is_published(),
    };
    page.render().map_err(|source| RenderError::Page { source })
}

fn renames(sides: &Sides) -> String {
    let formal = match sides.formal.renames {
        Renames::On => "A renamed model is the same model.",
        Renames::Off => "A model is its name: renamed ones count as deleted and added.",
    };
    match sides.study.map(|study| study.renames) {
        Some(Renames::Off) if sides.formal.renames == Renames::On => {
            format!("{formal} Not so in study semantics, where a model is its name.")
        }
        _ => formal.to_owned(),
    }
}

fn cards(sides: &Sides) -> Vec<Card> {
    let (means, medians) = (&sides.formal.means, &sides.formal.medians);
    let snapshots = &sides.formal.snapshots;
    let mut cards = Vec::new();
    if let (Some(first), Some(last)) = (snapshots.first(), snapshots.last()) {
        let grown = Cell::growth(first.models, last.models).shown();
        cards.push(Card {
            label: "Models",
            value: Cell::count(last.models),
            detail: format!("{grown} since {}", first.snapshot),
        });
    }
    let weekly = |label, mean: f64, median: f64| Card {
        label,
        value: Cell::count(mean.round() as u64),
        detail: format!("on average; {} in the median week", number::count(&(median.round() as u64).into())),
    };
    cards.push(weekly("Added a week", means.added.models, medians.added.models));
    cards.push(weekly("Deleted a week", means.deleted.models, medians.deleted.models));
    cards.push(weekly("Bases deleted a week", means.impact.deleted_bases, medians.impact.deleted_bases));
    let weeks = sides.formal.weeks.iter().map(|week| &week.changes);
    cards.push(Card {
        label: "Renamed",
        value: Cell::count(weeks.clone().map(|changes| changes.renamed).sum::<u64>()),
        detail: format!(
            "in all; {} returned",
            number::count(&weeks.map(|changes| changes.reappeared).sum::<u64>().into())
        ),
    });
    cards
}

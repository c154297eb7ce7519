//! The page on how good the metadata is.

use super::{Card, Frame, Page as Which};
use crate::{
    RenderError, Report,
    cell::Cell,
    exhibit::{Display, Section},
    number,
    quality::Sides,
};
use askama::Template;
use lineal_core::{
    date::SnapshotDate,
    quality::{Basis, Field},
};

#[derive(Template)]
#[template(path = "quality.html")]
struct Page<'a> {
    frame: Frame<'a>,
    snapshot: SnapshotDate,
    /// What counts as stating a field, in words.
    basis: &'static str,
    has_frame: bool,
}

pub fn html(report: &Report, sides: &Sides, sections: &[Section]) -> Result<String, RenderError> {
    let page = Page {
        frame: Frame { cards: cards(sides), ..Frame::new(Which::Quality, report, sections)? },
        snapshot: sides.all.snapshot,
        basis: basis(sides.all.basis),
        has_frame: sides.frame.is_some(),
    };
    page.render().map_err(|source| RenderError::Page { source })
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Anywhere => {
            "A field counts as stated wherever a reader would find it: in fields, tags, files, or the card’s text."
        }
        Basis::Declared => {
            "A field counts as stated in a place that is made for it and that a program can read: fields, tags, \
             configurations, headers."
        }
        Basis::Study => {
            "A field counts as stated as the study counted: licences and data sets only in a field or tag, results and \
             templates anywhere."
        }
    }
}

fn cards(sides: &Sides) -> Vec<Card> {
    let quality = sides.all;
    let mut cards = vec![Card {
        label: "Models judged",
        value: Cell::count(quality.models),
        detail: match sides.frame {
            Some(frame) => format!("{} in the study’s frame", number::count(&frame.models.into())),
            None => "of this snapshot".to_owned(),
        },
    }];
    if let Some(one) = quality.at_least.get(&1).filter(|_| quality.models > 0) {
        cards.push(Card {
            label: "Something missing",
            value: Cell::Share(one.rate),
            detail: "one field of five or more; a lower bound".to_owned(),
        });
    }
    if let Some(license) = quality.fields.get(&Field::License) {
        cards.push(Card {
            label: "No licence",
            value: Cell::share(license.rate),
            detail: format!("of {} looked at everywhere", number::count(&license.applicable.into())),
        });
    }
    let dependencies = &quality.dependencies;
    cards.push(Card {
        label: "Undeclared, a base found",
        value: Cell::count(dependencies.inferred),
        detail: format!("of {} that declare none", number::count(&dependencies.undeclared.into())),
    });
    cards.push(Card {
        label: "Declared, contradicted",
        value: Cell::count(dependencies.contradicted),
        detail: format!("of {} that declare a base", number::count(&dependencies.declared.into())),
    });
    cards
}

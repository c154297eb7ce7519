//! The page on how models are used.

use super::{Card, Frame, with_causes};
use crate::{
    RenderError, Report,
    cell::{Cell, visible},
    exhibit::{Display, Section},
    number,
    sections::chain_count,
    sides::Sides,
};
use askama::Template;
use lineal_core::date::SnapshotDate;

#[derive(Template)]
#[template(path = "usage.html")]
struct Page<'a> {
    frame: Frame<'a>,
    snapshot: SnapshotDate,
    source: String,
    is_published: bool,
}

pub fn html(report: &Report, sides: &Sides, sections: &[Section]) -> Result<String, RenderError> {
    let page = Page {
        frame: Frame {
            not_walked: report.study.as_ref().err().map(|error| visible(&with_causes(error))),
            cards: cards(sides),
            ..Frame::new(super::Page::Usage, report, sections)?
        },
        snapshot: report.formal.snapshot,
        source: visible(&report.source),
        is_published: sides.is_published(),
    };
    page.render().map_err(|source| RenderError::Page { source })
}

fn cards(sides: &Sides) -> Vec<Card> {
    let usage = sides.formal;
    let (models, chains, clusters) = (&usage.models, &usage.chains, &usage.clusters);
    let count = |count: u64| number::count(&count.into());
    let study = |of: &dyn Fn(&lineal_core::usage::Usage) -> String| match sides.study {
        Some(study) => format!("{} in study semantics", of(study)),
        None => "not counted in study semantics".to_owned(),
    };
    let relational: Option<f64> = (models.total > 0).then(|| models.relational as f64 / models.total as f64);
    vec![
        Card {
            label: "Models",
            value: Cell::count(models.total),
            detail: format!("{} of them roots", count(models.roots)),
        },
        Card {
            label: "Relational",
            value: Cell::share(relational),
            detail: format!("{} base or derived", count(models.relational)),
        },
        Card {
            label: "Chains",
            value: chain_count(&chains.total, chains.at_least),
            detail: study(&|usage| number::count(&usage.chains.total)),
        },
        Card {
            label: "Clusters",
            value: Cell::count(clusters.total),
            detail: match clusters.mean_size {
                Some(mean) => format!("{} models each on average", number::mean(mean)),
                None => "no root has derived models".to_owned(),
            },
        },
        Card {
            label: "Longest chain",
            value: chain_count(&(chains.longest.length as u64).into(), chains.at_least),
            detail: format!("in models; {}", study(&|usage| count(usage.chains.longest.length as u64))),
        },
    ]
}

//! The report as one page, complete in itself.

use crate::{
    RenderError, Report, bars,
    cell::{Cell, visible},
    exhibit::{Display, Exhibit, Panel, Section},
    number,
    sections::chain_count,
    sides::Sides,
};
use askama::Template;
use lineal_core::date::SnapshotDate;
use std::{collections::HashMap, error::Error};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    snapshot: SnapshotDate,
    source: String,
    generated_by: &'a str,
    is_synthetic: bool,
    is_published: bool,
    not_walked: Option<String>,
    cards: Vec<Card>,
    sections: &'a [Section],
    charts: HashMap<&'a str, Vec<Chart<'a>>>,
}

/// A headline figure.
struct Card {
    label: &'static str,
    value: Cell,
    detail: String,
}

/// A panel, drawn.
struct Chart<'a> {
    panel: &'a Panel,
    svg: String,
    words: String,
}

pub fn html(report: &Report, sides: &Sides, sections: &[Section]) -> Result<String, RenderError> {
    let mut charts = HashMap::new();
    for exhibit in sections.iter().flat_map(|section| &section.exhibits) {
        if let Display::Bars(panels) = &exhibit.display {
            charts.insert(exhibit.key, drawn(exhibit, panels)?);
        }
    }
    let page = Page {
        snapshot: report.formal.snapshot,
        source: visible(&report.source),
        generated_by: &report.generated_by,
        is_synthetic: report.synthetic,
        is_published: sides.is_published(),
        not_walked: report.study.as_ref().err().map(|error| visible(&with_causes(error))),
        cards: cards(sides),
        sections,
        charts,
    };
    page.render().map_err(|source| RenderError::Page { source })
}

fn drawn<'a>(exhibit: &Exhibit, panels: &'a [Panel]) -> Result<Vec<Chart<'a>>, RenderError> {
    let reach = bars::reach(panels);
    let mut charts = Vec::new();
    for panel in panels {
        let svg =
            bars::svg(panel, reach).map_err(|source| RenderError::Chart { figure: exhibit.key, source })?;
        charts.push(Chart { panel, svg, words: bars::words(panel) });
    }
    Ok(charts)
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

/// What failed, and why, in one line.
fn with_causes(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

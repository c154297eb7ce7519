//! The report as pages, each complete in itself.

mod evolution;
mod usage;

use crate::{
    RenderError, Report, bars,
    cell::{Cell, visible},
    chart::Chart,
    exhibit::{Display, Exhibit, Panel, Section},
};
use std::{collections::HashMap, error::Error};

pub use self::{evolution::html as evolution, usage::html as usage};

pub const USAGE: &str = "index.html";
pub const EVOLUTION: &str = "evolution.html";

/// What every page has.
struct Frame<'a> {
    generated_by: &'a str,
    is_synthetic: bool,
    /// Why the study's way could not be followed, if it could not.
    not_walked: Option<String>,
    /// The file and the name of the page beside this one.
    other_page: Option<(&'static str, &'static str)>,
    cards: Vec<Card>,
    sections: &'a [Section],
    drawings: HashMap<&'a str, Vec<Drawing<'a>>>,
    /// What stands in place of an empty table.
    none: &'static str,
}

/// A headline figure.
struct Card {
    label: &'static str,
    value: Cell,
    detail: String,
}

/// A panel or chart, drawn.
struct Drawing<'a> {
    heading: &'a str,
    svg: String,
    words: String,
    is_wide: bool,
}

impl<'a> Frame<'a> {
    fn new(report: &'a Report, sections: &'a [Section]) -> Result<Frame<'a>, RenderError> {
        let mut drawings = HashMap::new();
        for exhibit in sections.iter().flat_map(|section| &section.exhibits) {
            match &exhibit.display {
                Display::Bars(panels) => drawings.insert(exhibit.key, bars(exhibit, panels)?),
                Display::Charts(charts) => drawings.insert(exhibit.key, charts.iter().map(drawn).collect()),
                Display::Table | Display::Paths(_) => None,
            };
        }
        Ok(Frame {
            generated_by: &report.generated_by,
            is_synthetic: report.synthetic,
            not_walked: None,
            other_page: None,
            cards: Vec::new(),
            sections,
            drawings,
            none: "None in this snapshot.",
        })
    }
}

fn bars<'a>(exhibit: &Exhibit, panels: &'a [Panel]) -> Result<Vec<Drawing<'a>>, RenderError> {
    let reach = bars::reach(panels);
    let mut drawings = Vec::new();
    for panel in panels {
        let svg =
            bars::svg(panel, reach).map_err(|source| RenderError::Chart { figure: exhibit.key, source })?;
        drawings.push(Drawing { heading: panel.heading, svg, words: bars::words(panel), is_wide: false });
    }
    Ok(drawings)
}

fn drawn(chart: &Chart) -> Drawing<'_> {
    Drawing {
        heading: chart.heading(),
        svg: chart.svg(),
        words: visible(&chart.words()),
        is_wide: chart.is_wide(),
    }
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

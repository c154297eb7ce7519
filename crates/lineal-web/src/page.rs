//! The report as pages, each complete in itself.

mod evolution;
mod quality;
mod risk;
mod usage;

use crate::{
    RenderError, Report, bars,
    cell::{Cell, visible},
    chart::Chart,
    exhibit::{Display, Exhibit, Panel, Section},
};
use std::{collections::HashMap, error::Error};

pub use self::{
    evolution::html as evolution, quality::html as quality, risk::alone as risk_alone, risk::html as risk,
    usage::html as usage,
};

/// The pages of the report. The first is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Usage,
    Evolution,
    Quality,
    Risk,
}

impl Page {
    pub const ALL: [Page; 4] = [Page::Usage, Page::Evolution, Page::Quality, Page::Risk];

    pub fn file(self) -> &'static str {
        match self {
            Page::Usage => "index.html",
            Page::Evolution => "evolution.html",
            Page::Quality => "quality.html",
            Page::Risk => "risk.html",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Page::Usage => "Usage",
            Page::Evolution => "Evolution",
            Page::Quality => "Quality",
            Page::Risk => "Risk",
        }
    }

    pub fn is_in(self, report: &Report) -> bool {
        match self {
            Page::Usage => true,
            Page::Evolution => {
                report.evolution.as_ref().is_some_and(|evolution| !evolution.formal.weeks.is_empty())
            }
            Page::Quality => report.quality.is_some(),
            Page::Risk => report.risk.is_some(),
        }
    }
}

/// What every page has.
struct Frame<'a> {
    generated_by: &'a str,
    is_synthetic: bool,
    /// Why the study's way could not be followed, if it could not.
    not_walked: Option<String>,
    /// The files and the names of the pages beside this one.
    other_pages: Vec<(&'static str, &'static str)>,
    cards: Vec<Card>,
    sections: &'a [Section],
    drawings: HashMap<&'a str, Vec<Drawing>>,
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
struct Drawing {
    heading: String,
    svg: String,
    words: String,
    is_wide: bool,
}

impl<'a> Frame<'a> {
    /// The frame of a page that leads to the others of its report.
    fn new(page: Page, report: &'a Report, sections: &'a [Section]) -> Result<Frame<'a>, RenderError> {
        let others = Page::ALL.into_iter().filter(|other| *other != page && other.is_in(report));
        Ok(Frame {
            other_pages: others.map(|other| (other.file(), other.name())).collect(),
            ..Frame::alone(&report.generated_by, report.synthetic, sections)?
        })
    }

    /// The frame of a page that stands by itself.
    fn alone(
        generated_by: &'a str,
        is_synthetic: bool,
        sections: &'a [Section],
    ) -> Result<Frame<'a>, RenderError> {
        let mut drawings = HashMap::new();
        for exhibit in sections.iter().flat_map(|section| &section.exhibits) {
            match &exhibit.display {
                Display::Bars(panels) => drawings.insert(exhibit.key, bars(exhibit, panels)?),
                Display::Charts(charts) => drawings.insert(exhibit.key, charts.iter().map(drawn).collect()),
                Display::Table | Display::Paths(_) => None,
            };
        }
        Ok(Frame {
            generated_by,
            is_synthetic,
            not_walked: None,
            other_pages: Vec::new(),
            cards: Vec::new(),
            sections,
            drawings,
            none: "None in this snapshot.",
        })
    }
}

fn bars(exhibit: &Exhibit, panels: &[Panel]) -> Result<Vec<Drawing>, RenderError> {
    let reach = bars::reach(panels);
    let mut drawings = Vec::new();
    for panel in panels {
        let svg =
            bars::svg(panel, reach).map_err(|source| RenderError::Chart { figure: exhibit.key, source })?;
        drawings.push(Drawing {
            heading: panel.heading.to_owned(),
            svg,
            words: bars::words(panel),
            is_wide: false,
        });
    }
    Ok(drawings)
}

fn drawn(chart: &Chart) -> Drawing {
    Drawing {
        heading: visible(chart.heading()),
        svg: chart.svg(),
        words: visible(&chart.words()),
        is_wide: chart.is_wide(),
    }
}

/// What failed, and why, in one line.
pub fn with_causes(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

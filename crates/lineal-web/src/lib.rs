//! The only crate that knows markup: the report as self-contained pages, on how models are used, on
//! how the hub changed, on how good the metadata is and on measured risks, findings as a [`feed`], and
//! pages that are served ([`serve`]).
//!
//! [`render`] turns answers into files and does no I/O. A page is a list of sections, a section
//! a list of exhibits: tables of cells, each with its definition. Page, CSV and JSON are three
//! renderings of the same cells.

mod address;
mod bars;
mod cell;
mod chart;
mod csv;
pub mod drawing;
mod evolution;
mod exhibit;
pub mod feed;
mod json;
mod number;
mod page;
mod quality;
mod risk;
mod sections;
pub mod serve;
mod sides;

use exhibit::Section;
use json::When;
use lineal_core::{
    date::SnapshotDate,
    evolution::{Evolution, EvolutionError},
    infer::check::Checked,
    inferred::Summary,
    quality::{Quality, trend::Row},
    risk::{edges::Edges, evaluation::Evaluation, study::Study},
    usage::{Usage, UsageError},
};
use page::Page;

/// What the report is about.
#[derive(Debug)]
pub struct Report {
    pub formal: Usage,
    /// The study's way cannot follow every hub; the page says so where it could not.
    pub study: Result<Usage, UsageError>,
    /// How the hub changed; `None` leaves that page out, and so do fewer than two snapshots.
    pub evolution: Option<EvolutionReport>,
    /// How good the metadata is; `None` leaves that page out.
    pub quality: Option<QualityReport>,
    /// What was measured of risks, perhaps nothing yet; `None` leaves that page out.
    pub risk: Option<RiskReport>,
    /// Whether the hub is made up, which the page says plainly.
    pub synthetic: bool,
    /// Where the snapshot came from, in words.
    pub source: String,
    /// The program and its version.
    pub generated_by: String,
}

/// What the page on how the hub changed is about.
#[derive(Debug)]
pub struct EvolutionReport {
    pub formal: Evolution,
    /// The study's way cannot follow every hub; the page says so where it could not.
    pub study: Result<Evolution, EvolutionError>,
}

/// What the page on how good the metadata is is about; all of the same snapshot as the report.
#[derive(Debug)]
pub struct QualityReport {
    pub all: Quality,
    /// The same of the models that the study's sample was drawn from.
    pub frame: Option<Quality>,
    /// Of each snapshot, earliest first; shown from two on.
    pub trend: Vec<Row>,
    /// What was inferred.
    pub inferred: Option<Summary>,
    /// How good inference is on declarations that it was not shown.
    pub check: Option<Checked>,
    /// The formal usage of the same snapshot, with inferred relations beside the declared ones.
    pub grown: Option<Usage>,
}

/// What the page on measured risks is about.
#[derive(Debug)]
pub struct RiskReport {
    pub evaluations: Vec<Evaluation>,
    /// What came of them along the relations of the report's snapshot.
    pub edges: Edges,
    /// The study's own sheets, if they are there.
    pub study: Option<Study>,
}

/// A file to be written, named relative to the report's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the two sides of the report are not the formal and the study's answer to one snapshot")]
    Sides,
    #[error("the two sides of the evolution are not the formal and the study's answer to the same snapshots")]
    EvolutionSides,
    #[error("the parts of the page on quality are not of the report’s snapshot")]
    QualitySides,
    #[error("cannot draw {figure}")]
    Chart { figure: &'static str, source: charts_rs::Error },
    #[error("cannot fill in the page")]
    Page { source: askama::Error },
    #[error("cannot write {table} as JSON")]
    Json { table: &'static str, source: serde_json::Error },
}

/// Renders the report: `index.html`, then a CSV and a JSON file of each table and figure, and the
/// same of `evolution.html`, `quality.html` and `risk.html` if there is something to report on them.
///
/// # Errors
/// When two sides do not belong together, or a renderer fails.
pub fn render(report: &Report) -> Result<Vec<File>, RenderError> {
    let mut files = Vec::new();
    let snapshot = report.formal.snapshot;

    let sides = sides::Sides::of(report).ok_or(RenderError::Sides)?;
    let sections = sections::all(&sides);
    add(Page::Usage, page::usage(report, &sides, &sections)?, &mut files);
    data(&sections, When::On { snapshot }, &mut files)?;

    if let Some(evolution) = report.evolution.as_ref().filter(|_| Page::Evolution.is_in(report)) {
        let sides = evolution::Sides::of(evolution).ok_or(RenderError::EvolutionSides)?;
        let sections = evolution::all(&sides);
        add(Page::Evolution, page::evolution(report, &sides, &sections)?, &mut files);
        data(&sections, sides.when(), &mut files)?;
    }

    if let Some(quality) = &report.quality {
        let sides = quality::Sides::of(report, quality).ok_or(RenderError::QualitySides)?;
        let sections = quality::all(&sides);
        add(Page::Quality, page::quality(report, &sides, &sections)?, &mut files);
        data(&sections, When::On { snapshot }, &mut files)?;
    }

    if let Some(risk) = &report.risk {
        let sections = risk::all(risk);
        add(Page::Risk, page::risk(report, risk, &sections)?, &mut files);
        data(&sections, When::On { snapshot }, &mut files)?;
    }
    Ok(files)
}

/// Renders the page on measured risks by itself: `risk.html`, then a CSV and a JSON file of each table and
/// figure. `snapshot` is the one whose relations were looked at, `None` if they are of none.
///
/// # Errors
/// When a renderer fails.
pub fn render_risk(
    risk: &RiskReport,
    snapshot: Option<SnapshotDate>,
    synthetic: bool,
    generated_by: &str,
) -> Result<Vec<File>, RenderError> {
    let mut files = Vec::new();
    let sections = risk::all(risk);
    let html = page::risk_alone(risk, snapshot, synthetic, generated_by, &sections)?;
    add(Page::Risk, html, &mut files);
    data(&sections, snapshot.map_or(When::Unstated {}, |snapshot| When::On { snapshot }), &mut files)?;
    Ok(files)
}

fn add(page: Page, html: String, files: &mut Vec<File>) {
    files.push(File { name: page.file().into(), bytes: html.into_bytes() });
}

/// Adds a CSV and a JSON file of every exhibit.
fn data(sections: &[Section], when: When, files: &mut Vec<File>) -> Result<(), RenderError> {
    for exhibit in sections.iter().flat_map(|section| &section.exhibits) {
        let json =
            json::of(exhibit, when).map_err(|source| RenderError::Json { table: exhibit.key, source })?;
        files.push(File { name: exhibit.csv_name(), bytes: csv::of(exhibit).into_bytes() });
        files.push(File { name: exhibit.json_name(), bytes: json.into_bytes() });
    }
    Ok(())
}

//! The only crate that knows markup: the report as self-contained pages, one on how models are used
//! and one on how the hub changed, findings as a [`feed`], and pages that are served ([`serve`]).
//!
//! [`render`] turns answers into files and does no I/O. A page is a list of sections, a section
//! a list of exhibits: tables of cells, each with its definition. Page, CSV and JSON are three
//! renderings of the same cells.

mod bars;
mod cell;
mod chart;
mod csv;
mod evolution;
mod exhibit;
pub mod feed;
mod json;
mod number;
mod page;
mod sections;
pub mod serve;
mod sides;

use exhibit::Section;
use json::When;
use lineal_core::{
    evolution::{Evolution, EvolutionError},
    usage::{Usage, UsageError},
};

/// What the report is about.
#[derive(Debug)]
pub struct Report {
    pub formal: Usage,
    /// The study's way cannot follow every hub; the page says so where it could not.
    pub study: Result<Usage, UsageError>,
    /// How the hub changed; `None` leaves that page out, and so do fewer than two snapshots.
    pub evolution: Option<EvolutionReport>,
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
    #[error("cannot draw {figure}")]
    Chart { figure: &'static str, source: charts_rs::Error },
    #[error("cannot fill in the page")]
    Page { source: askama::Error },
    #[error("cannot write {table} as JSON")]
    Json { table: &'static str, source: serde_json::Error },
}

/// Renders the report: `index.html`, then a CSV and a JSON file of each table and figure, and the
/// same of `evolution.html` if there is an evolution to report.
///
/// # Errors
/// When two sides do not belong together, or a renderer fails.
pub fn render(report: &Report) -> Result<Vec<File>, RenderError> {
    let sides = sides::Sides::of(report).ok_or(RenderError::Sides)?;
    let changed = match &report.evolution {
        Some(evolution) if evolution.formal.weeks.is_empty() => None,
        Some(evolution) => Some(evolution::Sides::of(evolution).ok_or(RenderError::EvolutionSides)?),
        None => None,
    };
    let sections = sections::all(&sides);
    let page = page::usage(report, &sides, &sections, changed.is_some())?;
    let mut files = vec![File { name: page::USAGE.into(), bytes: page.into_bytes() }];
    data(&sections, When::On { snapshot: report.formal.snapshot }, &mut files)?;
    if let Some(sides) = changed {
        let sections = evolution::all(&sides);
        let page = page::evolution(report, &sides, &sections)?;
        files.push(File { name: page::EVOLUTION.into(), bytes: page.into_bytes() });
        data(&sections, sides.when(), &mut files)?;
    }
    Ok(files)
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

//! The only crate that knows markup: the usage report as one self-contained page, and findings as
//! a [`feed`].
//!
//! [`render`] turns answers into files and does no I/O. A report is a list of sections, a section
//! a list of exhibits: tables of cells, each with its definition. Page, CSV and JSON are three
//! renderings of the same cells.

mod bars;
mod cell;
mod csv;
mod exhibit;
pub mod feed;
mod json;
mod number;
mod page;
mod sections;
mod sides;

use lineal_core::usage::{Usage, UsageError};

/// What the report is about.
#[derive(Debug)]
pub struct Report {
    pub formal: Usage,
    /// The study's way cannot follow every hub; the page says so where it could not.
    pub study: Result<Usage, UsageError>,
    /// Whether the hub is made up, which the page says plainly.
    pub synthetic: bool,
    /// Where the snapshot came from, in words.
    pub source: String,
    /// The program and its version.
    pub generated_by: String,
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
    #[error("cannot draw {figure}")]
    Chart { figure: &'static str, source: charts_rs::Error },
    #[error("cannot fill in the page")]
    Page { source: askama::Error },
    #[error("cannot write {table} as JSON")]
    Json { table: &'static str, source: serde_json::Error },
}

/// Renders the report: `index.html`, then a CSV and a JSON file of each table and figure.
///
/// # Errors
/// When the two sides do not belong together, or a renderer fails.
pub fn render(report: &Report) -> Result<Vec<File>, RenderError> {
    let sides = sides::Sides::of(report).ok_or(RenderError::Sides)?;
    let sections = sections::all(&sides);
    let page = page::html(report, &sides, &sections)?;
    let mut files = vec![File { name: "index.html".into(), bytes: page.into_bytes() }];
    for exhibit in sections.iter().flat_map(|section| &section.exhibits) {
        let json = json::of(exhibit, report.formal.snapshot)
            .map_err(|source| RenderError::Json { table: exhibit.key, source })?;
        files.push(File { name: exhibit.csv_name(), bytes: csv::of(exhibit).into_bytes() });
        files.push(File { name: exhibit.json_name(), bytes: json.into_bytes() });
    }
    Ok(files)
}

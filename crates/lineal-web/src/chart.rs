//! What can be drawn over time, and how is it said in words?
//!
//! These charts are drawn here and not by charts-rs: snapshots are not equidistant, and its axes
//! know categories only. Colours are the light theme's, as attributes; the page's style
//! overrides them, and a chart needs no style to be seen.

pub mod axis;
pub mod bump;
pub mod columns;
pub mod lines;
mod svg;

/// A chart, as what it shows.
pub enum Chart {
    Columns(columns::Columns),
    Lines(lines::Lines),
    Bump(bump::Bump),
}

impl Chart {
    pub fn heading(&self) -> &str {
        match self {
            Chart::Columns(columns) => &columns.heading,
            Chart::Lines(lines) => &lines.heading,
            Chart::Bump(bump) => &bump.heading,
        }
    }

    pub fn svg(&self) -> String {
        match self {
            Chart::Columns(columns) => columns::svg(columns),
            Chart::Lines(lines) => lines::svg(lines),
            Chart::Bump(bump) => bump::svg(bump),
        }
    }

    /// Says what the chart shows at large; the numbers stand in the exhibit's table.
    pub fn words(&self) -> String {
        match self {
            Chart::Columns(columns) => columns::words(columns),
            Chart::Lines(lines) => lines::words(lines),
            Chart::Bump(bump) => bump::words(bump),
        }
    }

    /// Whether it needs the whole width of the page.
    pub fn is_wide(&self) -> bool {
        matches!(self, Chart::Bump(_))
    }
}

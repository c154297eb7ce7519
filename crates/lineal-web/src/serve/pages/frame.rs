//! What does every page have around it?

use super::visit::Visit;
use crate::cell::visible;

/// The parts of the explorer that every page leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Home,
    Clusters,
    Rankings,
    Week,
    Compare,
    Report,
    /// Where there is one.
    Audit,
    About,
}

impl Part {
    const ALL: [Part; 8] = [
        Part::Home,
        Part::Clusters,
        Part::Rankings,
        Part::Week,
        Part::Compare,
        Part::Report,
        Part::Audit,
        Part::About,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Part::Home => "Overview",
            Part::Clusters => "Clusters",
            Part::Rankings => "Rankings",
            Part::Week => "Week",
            Part::Compare => "Compare",
            Part::Report => "Report",
            Part::Audit => "Audit",
            Part::About => "About",
        }
    }

    pub fn href(self) -> &'static str {
        match self {
            Part::Home => "/",
            Part::Clusters => "/clusters",
            Part::Rankings => "/top",
            Part::Week => "/week",
            Part::Compare => "/compare",
            Part::Report => "/report",
            Part::Audit => "/audit",
            Part::About => "/about",
        }
    }
}

#[derive(Debug)]
pub struct Frame {
    pub title: String,
    /// Where among the parts the page is, if it is one of them.
    pub part: Option<Part>,
    pub snapshot: String,
    pub source: String,
    pub has_audit: bool,
    pub is_synthetic: bool,
    /// What stands in the search box.
    pub sought: String,
    /// What a link to load the page anew leads to.
    pub here: String,
}

impl Frame {
    pub fn of(visit: &Visit, part: Option<Part>, title: impl Into<String>) -> Frame {
        Frame {
            title: title.into(),
            part,
            snapshot: visit.view.atlas.world.snapshot.to_string(),
            source: visible(&visit.view.source),
            has_audit: visit.has_audit,
            is_synthetic: visit.view.synthetic,
            sought: String::new(),
            here: visit.place.here(),
        }
    }

    pub fn parts(&self) -> Vec<Part> {
        Part::ALL.into_iter().filter(|part| *part != Part::Audit || self.has_audit).collect()
    }

    pub fn is_at(&self, part: &Part) -> bool {
        self.part == Some(*part)
    }
}

/// A headline figure.
#[derive(Debug)]
pub struct Card {
    pub label: &'static str,
    pub value: String,
    pub detail: String,
    pub href: Option<String>,
}

/// A fact and what it is.
#[derive(Debug)]
pub struct Fact {
    pub label: &'static str,
    pub words: String,
    /// Whether the words only say that nothing is known.
    pub is_missing: bool,
}

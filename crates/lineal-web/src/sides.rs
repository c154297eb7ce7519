//! What stands side by side? The formal values, the study's, and those it published.

use crate::{
    Report,
    cell::{Cell, Missing},
    exhibit::{Bar, Column, Panel},
};
use lineal_core::{
    big::BigCount,
    published::{self, Published},
    usage::{Semantics, Usage},
};

pub const FORMAL: &str = "Formal";
pub const STUDY: &str = "Study";
pub const PUBLISHED: &str = "Published";

/// The sides that a value can be seen from.
pub struct Sides<'a> {
    pub formal: &'a Usage,
    /// `None` if the study's way could not be followed.
    pub study: Option<&'a Usage>,
    /// `None` for every snapshot but the one that the study published.
    pub published: Option<&'static Published>,
}

/// A count with what it is a part of.
pub struct Part {
    pub count: Cell,
    pub share: Cell,
}

impl Part {
    pub fn of(count: &BigCount, total: &BigCount) -> Part {
        Part { count: Cell::Count(count.clone()), share: Cell::share(count.per(total)) }
    }

    pub fn small(count: u64, total: u64) -> Part {
        Part::of(&count.into(), &total.into())
    }

    pub fn missing(missing: Missing) -> Part {
        Part { count: Cell::Missing(missing), share: Cell::Missing(missing) }
    }

    fn cells(self) -> [Cell; 2] {
        [self.count, self.share]
    }
}

impl<'a> Sides<'a> {
    /// Returns the sides of a report; `None` if they are not two answers to the same question.
    pub fn of(report: &'a Report) -> Option<Sides<'a>> {
        let formal = &report.formal;
        let study = report.study.as_ref().ok();
        let matches = formal.semantics == Semantics::Formal
            && study
                .is_none_or(|study| study.semantics == Semantics::Study && study.snapshot == formal.snapshot);
        matches.then(|| Sides { formal, study, published: published::on(formal.snapshot) })
    }

    pub fn is_published(&self) -> bool {
        self.published.is_some()
    }

    /// The columns that [`Sides::values`] fills, after one for the label.
    pub fn value_columns(&self, label: Column) -> Vec<Column> {
        let columns = [
            label,
            Column::number("formal", FORMAL),
            Column::number("study", STUDY),
            Column::number("published", PUBLISHED),
        ];
        columns[..if self.is_published() { 4 } else { 3 }].to_vec()
    }

    /// A row with a value of each side.
    pub fn values(
        &self,
        label: &str,
        ours: impl Fn(&Usage) -> Cell,
        published: impl Fn(&Published) -> Cell,
    ) -> Vec<Cell> {
        let study = self.study.map_or(Cell::Missing(Missing::NotCounted), &ours);
        let mut row = vec![Cell::text(label), ours(self.formal), study];
        row.extend(self.published.map(published));
        row
    }

    /// The columns that [`Sides::parts`] fills, after one for the label.
    pub fn part_columns(&self, label: Column, counts: &'static str) -> Vec<Column> {
        let shares = ["formal_share", "study_share", "published_share"];
        self.pair_columns(label, counts, "Share", shares)
    }

    /// A row with a count and its share of each side.
    pub fn parts(
        &self,
        label: &str,
        ours: impl Fn(&Usage) -> Part,
        published: impl Fn(&Published) -> Part,
    ) -> Vec<Cell> {
        self.pairs(label, |usage| ours(usage).cells(), |study| published(study).cells())
    }

    /// The columns that [`Sides::pairs`] fills, after one for the label.
    pub fn pair_columns(
        &self,
        label: Column,
        first: &'static str,
        second: &'static str,
        second_keys: [&'static str; 3],
    ) -> Vec<Column> {
        let mut columns = vec![label];
        let sides = [("formal", FORMAL), ("study", STUDY), ("published", PUBLISHED)];
        let shown = if self.is_published() { 3 } else { 2 };
        for ((key, side), second_key) in sides.into_iter().zip(second_keys).take(shown) {
            columns.push(Column::number(key, first).under(side));
            columns.push(Column::number(second_key, second).under(side));
        }
        columns
    }

    /// A row with two values of each side.
    pub fn pairs(
        &self,
        label: &str,
        ours: impl Fn(&Usage) -> [Cell; 2],
        published: impl Fn(&Published) -> [Cell; 2],
    ) -> Vec<Cell> {
        let not_counted = || [const { Cell::Missing(Missing::NotCounted) }; 2];
        let mut row = vec![Cell::text(label)];
        row.extend(ours(self.formal));
        row.extend(self.study.map_or_else(not_counted, &ours));
        row.extend(self.published.into_iter().flat_map(published));
        row
    }

    /// A chart of each side that has values.
    pub fn panels(
        &self,
        ours: impl Fn(&Usage) -> Vec<Bar>,
        published: impl Fn(&Published) -> Vec<Bar>,
    ) -> Vec<Panel> {
        let panel =
            |heading, usage: &Usage| Panel { heading, bars: ours(usage), at_least: usage.chains.at_least };
        let mut panels = vec![panel(FORMAL, self.formal)];
        panels.extend(self.study.map(|study| panel(STUDY, study)));
        panels.extend(self.published.map(|study| Panel {
            heading: PUBLISHED,
            bars: published(study),
            at_least: false,
        }));
        panels
    }
}

/// Returns our ranking with what the study published of the same names, then its other names.
pub fn ranked<'a, T, P>(
    ours: &'a [T],
    our_name: impl Fn(&'a T) -> &'a str,
    published: &'a [P],
    published_name: impl Fn(&'a P) -> &'a str,
) -> Vec<(&'a str, Option<&'a T>, Option<&'a P>)> {
    let known = ours.iter().map(|row| {
        let name = our_name(row);
        (name, Some(row), published.iter().find(|row| published_name(row) == name))
    });
    let others =
        published.iter().filter(|row| !ours.iter().any(|known| our_name(known) == published_name(row)));
    known.chain(others.map(|row| (published_name(row), None, Some(row)))).collect()
}

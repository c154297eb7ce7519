//! What stands side by side? Each week as counted formally and by the study's scripts, and the
//! weekly means that the study published.

use super::measure::Measure;
use crate::{
    EvolutionReport,
    cell::{Cell, Missing},
    exhibit::{Column, Exhibit},
    json::When,
    sides::{FORMAL, PUBLISHED, STUDY},
};
use lineal_core::{
    date::SnapshotDate,
    evolution::{Changes, Evolution, Size, Week},
    published::weekly::{self, Means},
    usage::Semantics,
};

/// The sides that a week can be seen from.
pub struct Sides<'a> {
    pub formal: &'a Evolution,
    /// `None` if the study's way could not be followed.
    pub study: Option<&'a Evolution>,
    /// `None` for all snapshots but the study's own.
    pub published: Option<Means>,
    pub from: SnapshotDate,
    pub to: SnapshotDate,
}

/// A mean or median of every week.
type Summary = Changes<f64, f64>;

/// A column of a table with a row for each snapshot.
pub struct SizeColumn {
    pub key: &'static str,
    pub label: &'static str,
    pub of: Box<dyn Fn(&Size) -> Cell>,
}

impl<'a> Sides<'a> {
    /// Returns the sides of a report; `None` if they are not two answers to the same question.
    pub fn of(report: &'a EvolutionReport) -> Option<Sides<'a>> {
        let (formal, study) = (&report.formal, report.study.as_ref().ok());
        let weeks = |evolution: &Evolution| -> Vec<(SnapshotDate, SnapshotDate)> {
            evolution.weeks.iter().map(|week| (week.from, week.to)).collect()
        };
        let snapshots = |evolution: &Evolution| -> Vec<SnapshotDate> {
            evolution.snapshots.iter().map(|size| size.snapshot).collect()
        };
        let is_same = |study: &Evolution| {
            study.semantics == Semantics::Study
                && weeks(study) == weeks(formal)
                && snapshots(study) == snapshots(formal)
        };
        let matches = formal.semantics == Semantics::Formal && study.is_none_or(is_same);
        let (first, last) = (formal.weeks.first()?, formal.weeks.last()?);
        matches.then(|| Sides {
            formal,
            study,
            published: weekly::between(&snapshots(formal)),
            from: first.from,
            to: last.to,
        })
    }

    pub fn is_published(&self) -> bool {
        self.published.is_some()
    }

    pub fn when(&self) -> When {
        When::Between { from: self.from, to: self.to }
    }

    /// The later snapshot of each week.
    pub fn weeks(&self) -> Vec<SnapshotDate> {
        self.formal.weeks.iter().map(|week| week.to).collect()
    }

    /// Returns the study's measures that differ from the formal ones in some week.
    fn differing(&self, measures: &[Measure]) -> Vec<Measure> {
        let Some(study) = self.study else { return Vec::new() };
        let differs = |measure: &&Measure| {
            let mut weeks = self.formal.weeks.iter().zip(&study.weeks);
            weeks.any(|(ours, theirs)| measure.of(&ours.changes) != measure.of(&theirs.changes))
        };
        measures.iter().filter(differs).copied().collect()
    }

    /// A table with a row for each week and rows of the means and medians. The study's columns
    /// are those that differ from the formal ones.
    pub fn by_week(
        &self,
        key: &'static str,
        title: &'static str,
        definition: &'static str,
        measures: &[Measure],
    ) -> Exhibit {
        let measures = self.occurring(measures);
        let differing = self.differing(&measures);
        let mut columns = week_columns();
        let formal = if differing.is_empty() { "" } else { FORMAL };
        columns.extend(
            measures.iter().map(|measure| Column::number(measure.key(), measure.label()).under(formal)),
        );
        columns.extend(
            differing.iter().map(|measure| {
                Column::number(format!("study_{}", measure.key()), measure.label()).under(STUDY)
            }),
        );
        let mut rows = Vec::new();
        for (at, week) in self.formal.weeks.iter().enumerate() {
            let theirs = self.study.and_then(|study| study.weeks.get(at));
            let mut row = week_cells(week);
            row.extend(measures.iter().map(|measure| measure.of(&week.changes)));
            row.extend(differing.iter().map(|measure| {
                theirs.map_or(Cell::Missing(Missing::NotCounted), |week| measure.of(&week.changes))
            }));
            rows.push(row);
        }
        let summary = |label: &str, formal: &Summary, study: Option<&Summary>| {
            let mut row = vec![Cell::text(label), Cell::Missing(Missing::Nothing)];
            row.extend(measures.iter().map(|measure| measure.mean(formal)));
            row.extend(differing.iter().map(|measure| {
                study.map_or(Cell::Missing(Missing::NotCounted), |study| measure.mean(study))
            }));
            row
        };
        let medians = self.study.map(|study| &study.medians);
        rows.push(summary("Mean", &self.formal.means, self.study.map(|study| &study.means)));
        rows.push(summary("Median", &self.formal.medians, medians));
        Exhibit::table(key, title, definition, columns, rows).folded_if_long()
    }

    /// A table of the weekly means of all sides; `None` if there is nothing to compare.
    pub fn compared(
        &self,
        key: &'static str,
        title: &'static str,
        definition: &'static str,
        measures: &[Measure],
    ) -> Option<Exhibit> {
        let measures = self.occurring(measures);
        if !self.is_published() && self.differing(&measures).is_empty() {
            return None;
        }
        let mut columns = vec![
            Column::text("measure", "A week on average"),
            Column::number("formal", FORMAL),
            Column::number("study", STUDY),
        ];
        if self.is_published() {
            columns.push(Column::number("published", PUBLISHED));
        }
        let rows = measures.iter().map(|measure| {
            let study = self.study.map(|study| measure.mean(&study.means));
            let mut row = vec![
                Cell::text(measure.full_label()),
                measure.mean(&self.formal.means),
                study.unwrap_or(Cell::Missing(Missing::NotCounted)),
            ];
            row.extend(self.published.as_ref().map(|means| measure.published(means)));
            row
        });
        Some(Exhibit::table(key, title, definition, columns, rows.collect()))
    }

    /// A table with a row for each snapshot. The study's columns are those that differ.
    pub fn by_snapshot(
        &self,
        key: &'static str,
        title: &'static str,
        definition: &'static str,
        sizes: &[SizeColumn],
    ) -> Exhibit {
        let study = self.study.map_or(&[][..], |study| &study.snapshots);
        let differs = |column: &&SizeColumn| {
            let mut snapshots = self.formal.snapshots.iter().zip(study);
            snapshots.any(|(ours, theirs)| (column.of)(ours) != (column.of)(theirs))
        };
        let differing: Vec<&SizeColumn> = sizes.iter().filter(differs).collect();
        let formal = if differing.is_empty() { "" } else { FORMAL };
        let mut columns = vec![Column::text("snapshot", "Snapshot")];
        columns.extend(sizes.iter().map(|column| Column::number(column.key, column.label).under(formal)));
        columns.extend(
            differing
                .iter()
                .map(|column| Column::number(format!("study_{}", column.key), column.label).under(STUDY)),
        );
        let rows =
            self.formal.snapshots.iter().enumerate().map(|(at, size)| {
                let mut row = vec![Cell::date(size.snapshot)];
                row.extend(sizes.iter().map(|column| (column.of)(size)));
                let theirs = study.get(at);
                row.extend(differing.iter().map(|column| {
                    theirs.map_or(Cell::Missing(Missing::NotCounted), |size| (column.of)(size))
                }));
                row
            });
        Exhibit::table(key, title, definition, columns, rows.collect())
    }

    /// Leaves out operations that the study does not know where no model was made by one.
    fn occurring(&self, measures: &[Measure]) -> Vec<Measure> {
        let ours = [Some(self.formal), self.study].into_iter().flatten();
        let mut weeks = ours.flat_map(|evolution| &evolution.weeks);
        let has_other =
            weeks.any(|week| week.changes.added.parts.other > 0 || week.changes.deleted.parts.other > 0);
        measures.iter().copied().filter(|measure| has_other || !measure.is_other()).collect()
    }
}

/// The columns that name a week.
pub fn week_columns() -> Vec<Column> {
    vec![Column::text("to", "Week to"), Column::number("days", "Days")]
}

/// A week's name: its later snapshot, and how many days after the earlier one.
pub fn week_cells(week: &Week) -> Vec<Cell> {
    vec![Cell::date(week.to), Cell::count(week.to.days_since(week.from))]
}

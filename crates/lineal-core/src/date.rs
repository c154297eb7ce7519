//! When was a snapshot taken?

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// The day that names a snapshot, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotDate(NaiveDate);

impl SnapshotDate {
    /// Returns the date, if there is such a day.
    pub fn new(year: i32, month: u32, day: u32) -> Option<SnapshotDate> {
        NaiveDate::from_ymd_opt(year, month, day).map(SnapshotDate)
    }

    /// Returns the date this many days later.
    pub fn plus_days(self, days: u64) -> Option<SnapshotDate> {
        self.0.checked_add_days(chrono::Days::new(days)).map(SnapshotDate)
    }

    /// Returns how many days have passed since an earlier date; none since a later one.
    pub fn days_since(self, earlier: SnapshotDate) -> u64 {
        self.0.signed_duration_since(earlier.0).num_days().try_into().unwrap_or(0)
    }

    /// Returns when the day begins, in milliseconds since 1970, UTC.
    pub fn midnight(self) -> i64 {
        self.0.and_time(NaiveTime::MIN).and_utc().timestamp_millis()
    }

    /// Returns the last date written in a text, such as a file's path.
    pub fn in_text(text: &str) -> Option<SnapshotDate> {
        let starts = (0..text.len().saturating_sub(9)).rev();
        starts.filter_map(|start| text.get(start..start + 10)?.parse().ok()).next()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a date (expected `YYYY-MM-DD`)", .0.escape_debug())]
pub struct InvalidDate(pub String);

impl FromStr for SnapshotDate {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let invalid = || InvalidDate(text.chars().take(40).collect());
        // chrono accepts `2025-7-2` and `+2025-07-02`; a snapshot's folder has one spelling only.
        let plain = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !plain {
            return Err(invalid());
        }
        text.parse().map(SnapshotDate).map_err(|_| invalid())
    }
}

impl fmt::Display for SnapshotDate {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl Serialize for SnapshotDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_one_spelling() {
        assert_eq!("2025-07-02".parse::<SnapshotDate>().map(|d| d.to_string()), Ok("2025-07-02".into()));
        for text in ["2025-7-2", "+025-07-02", "2025-02-30", "2025-07-02 ", "../../etc", "日本語文"] {
            assert!(text.parse::<SnapshotDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_pass_forward_only() {
        let day = |month, day| SnapshotDate::new(2024, month, day).expect("a day");
        assert_eq!(day(3, 1).days_since(day(2, 27)), 3);
        assert_eq!(day(3, 1).days_since(day(3, 1)), 0);
        assert_eq!(day(2, 27).days_since(day(3, 1)), 0);
    }

    #[test]
    fn the_last_date_in_a_path_counts() {
        let found = SnapshotDate::in_text("é2024-01-01/models-2025-07-02.csv");
        assert_eq!(found, SnapshotDate::new(2025, 7, 2));
        assert_eq!(SnapshotDate::in_text("models.csv"), None);
    }
}

//! Which second is it, and how does the Hub write it?

use lineal_core::date::SnapshotDate;
use serde::{Serialize, Serializer};
use std::fmt;

pub(crate) const DAY: u32 = 86_400;
pub(crate) const WEEK: u32 = 7 * DAY;

/// 2022-03-02T23:29:04Z, which the Hub gives to everything older.
pub(crate) const OLDEST: Second = Second(1_646_263_744);

/// A second since 1970, written as the Hub writes times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Second(pub u32);

impl Second {
    /// Returns the first second of a day, or the oldest there is.
    pub fn of(date: SnapshotDate) -> Second {
        let text = date.to_string();
        let mut parts = text.split('-').map(|part| part.parse::<i64>().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        let (year, month, day) = (next(), next(), next());
        // Years start in March here, so that the leap day comes last.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
        let second = u32::try_from(days * i64::from(DAY)).unwrap_or(0);
        Second(second.max(OLDEST.0))
    }

    pub fn plus(self, seconds: u32) -> Second {
        Second(self.0.saturating_add(seconds))
    }

    pub fn minus(self, seconds: u32) -> Second {
        Second(self.0.saturating_sub(seconds))
    }
}

impl fmt::Display for Second {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let days = self.0 / DAY + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
        let year = year + 400 * era;
        let (hour, minute, second) = (self.0 / 3600 % 24, self.0 / 60 % 60, self.0 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
    }
}

impl Serialize for Second {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_days_agree() {
        assert_eq!(OLDEST.to_string(), "2022-03-02T23:29:04.000Z");
        for day in ["2022-03-03", "2024-02-29", "2024-03-01", "2025-12-31", "2100-02-28"] {
            let date = day.parse().expect("a date");
            assert_eq!(Second::of(date).to_string(), format!("{day}T00:00:00.000Z"));
        }
    }
}

//! What can stand in a cell of a table?

use crate::number;
use lineal_core::{big::BigCount, date::SnapshotDate, legible::is_legible};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// One value of a table, which knows how it is shown to people and written for programs.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words of ours.
    Text(String),
    /// Words from a hub, which may be anything.
    Name(String),
    Count(BigCount),
    /// By how much a count fell.
    Less(BigCount),
    /// A count that is known to be too low.
    AtLeast(BigCount),
    Mean(f64),
    /// A share of 1.
    Share(f64),
    /// A share of 1 that was measured, with the interval that it is believed to lie in and how many
    /// it is a share of.
    Rate {
        share: f64,
        interval: [f64; 2],
        of: u64,
    },
    /// A share of 1 that something grew by.
    Growth(f64),
    /// By how much a share of 1 differs from another; in points for people.
    Points(f64),
    /// How many places something rose, or fell if negative.
    Rise(i64),
    Missing(Missing),
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The hub's listing does not say.
    NotStated,
    /// The study's way could not be followed.
    NotCounted,
    /// Not among those that are listed.
    NotRanked,
    /// The study did not print it.
    NotPublished,
    /// There is nothing that it could be a share, a mean or a place of.
    Nothing,
}

impl Missing {
    pub fn as_str(self) -> &'static str {
        match self {
            Missing::NotStated => "not stated",
            Missing::NotCounted => "not counted",
            Missing::NotRanked => "not ranked",
            Missing::NotPublished => "not published",
            Missing::Nothing => "no such value",
        }
    }

    /// Whether a dash says enough: the value is not unknown, there is none.
    fn is_plain(self) -> bool {
        matches!(self, Missing::NotRanked | Missing::NotPublished | Missing::Nothing)
    }
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    pub fn name(name: &str) -> Cell {
        Cell::Name(name.to_owned())
    }

    pub fn count(count: impl Into<BigCount>) -> Cell {
        Cell::Count(count.into())
    }

    pub fn share(share: Option<f64>) -> Cell {
        share.map_or(Cell::Missing(Missing::Nothing), Cell::Share)
    }

    pub fn date(date: SnapshotDate) -> Cell {
        Cell::Text(date.to_string())
    }

    /// How much a count grew; nothing to say of what began with none.
    pub fn growth(from: u64, to: u64) -> Cell {
        let growth = to as f64 / from as f64 - 1.0;
        if from > 0 { Cell::Growth(growth) } else { Cell::Missing(Missing::Nothing) }
    }

    /// A difference; none of what is no number.
    pub fn points(difference: f64) -> Cell {
        if difference.is_finite() { Cell::Points(difference) } else { Cell::Missing(Missing::Nothing) }
    }

    pub fn mean(mean: Option<f64>) -> Cell {
        mean.map_or(Cell::Missing(Missing::Nothing), Cell::Mean)
    }

    /// What people see.
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Name(name) => visible(name),
            Cell::Count(count) => number::count(count),
            Cell::Less(count) => format!("−{}", number::count(count)),
            Cell::AtLeast(count) => format!("at least {}", number::count(count)),
            Cell::Mean(mean) => number::mean(*mean),
            Cell::Share(share) | Cell::Rate { share, .. } => number::share(*share),
            Cell::Growth(share) => number::growth(*share),
            Cell::Points(difference) => number::points(*difference),
            Cell::Rise(0) => "=".to_owned(),
            Cell::Rise(places @ 1..) => format!("▲ {places}"),
            Cell::Rise(places) => format!("▼ {}", places.unsigned_abs()),
            Cell::Missing(missing) if missing.is_plain() => "–".to_owned(),
            Cell::Missing(missing) => missing.as_str().to_owned(),
        }
    }

    /// What people may want to know beyond what they see: the exact count where it is rounded,
    /// why there is only a dash.
    pub fn hint(&self) -> Option<String> {
        match self {
            Cell::Count(count) if number::is_rounded(count) => Some(count.to_string()),
            Cell::Less(count) if number::is_rounded(count) => Some(format!("−{count}")),
            Cell::AtLeast(count) if number::is_rounded(count) => Some(format!("at least {count}")),
            Cell::Rate { share, interval: [low, high], of } => {
                let [share, low, high] = [share, low, high].map(|share| number::share(*share));
                let of = number::count(&(*of).into());
                Some(format!("{share} of {of}; 95% interval {low} to {high}"))
            }
            Cell::Rise(0) => Some("unchanged".to_owned()),
            Cell::Rise(places @ 1..) => Some(format!("risen by {places}")),
            Cell::Rise(places) => Some(format!("fallen by {}", places.unsigned_abs())),
            Cell::Missing(missing) if missing.is_plain() => Some(missing.as_str().to_owned()),
            _ => None,
        }
    }

    /// The class that the page's style knows this cell by.
    pub fn class(&self) -> &'static str {
        match self {
            Cell::Text(_) => "text",
            Cell::Name(_) => "name",
            Cell::Count(_)
            | Cell::Less(_)
            | Cell::AtLeast(_)
            | Cell::Mean(_)
            | Cell::Points(_)
            | Cell::Rise(_) => "number",
            Cell::Share(_) | Cell::Growth(_) => "number share",
            Cell::Rate { .. } => "number rate",
            Cell::Missing(_) => "missing",
        }
    }

    /// How strongly the page shades the cell, in percent.
    pub fn shade(&self) -> Option<u8> {
        match self {
            Cell::Rate { share, .. } => Some((share.clamp(0.0, 1.0) * 100.0).round() as u8),
            _ => None,
        }
    }

    /// What programs read, in full; nothing where there is no value.
    pub fn plain(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Name(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Less(count) => format!("-{count}"),
            Cell::AtLeast(count) => format!("at least {count}"),
            Cell::Mean(number) | Cell::Share(number) | Cell::Growth(number) | Cell::Points(number) => {
                number.to_string()
            }
            Cell::Rate { share, .. } => share.to_string(),
            Cell::Rise(places) => places.to_string(),
            Cell::Missing(_) => String::new(),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Text(text) | Cell::Name(text) => serializer.serialize_str(text),
            Cell::Count(count) => count.serialize(serializer),
            // Like a count, a number as long as every JSON reader keeps it exactly.
            Cell::Less(count) => match i64::try_from(&count.0) {
                Ok(count) if count <= 1 << 53 => serializer.serialize_i64(-count),
                _ => serializer.serialize_str(&format!("-{count}")),
            },
            Cell::AtLeast(count) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("at_least", count)?;
                map.end()
            }
            Cell::Mean(number) | Cell::Share(number) | Cell::Growth(number) | Cell::Points(number) => {
                serializer.serialize_f64(*number)
            }
            Cell::Rate { share, .. } => serializer.serialize_f64(*share),
            Cell::Rise(places) => serializer.serialize_i64(*places),
            Cell::Missing(_) => serializer.serialize_none(),
        }
    }
}

/// Shows what is not [legible](is_legible) as `\u{fffd}`, so that it takes the place of a letter.
pub fn visible(name: &str) -> String {
    name.chars().map(|char| if is_legible(char) { char } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: Cell, shown: &str, plain: &str, json: &str) {
        assert_eq!(cell.shown(), shown);
        assert_eq!(cell.plain(), plain);
        assert_eq!(serde_json::to_string(&cell).expect("serializes"), json);
    }

    #[test]
    fn a_huge_count_is_rounded_for_people_only() {
        let huge = BigCount(BigCount::from(10).0.pow(20) + 1u32);
        let exact = "100000000000000000001";
        check(Cell::Count(huge.clone()), "1.0 × 10²⁰", exact, &format!("{exact:?}"));
        assert_eq!(Cell::Count(huge).hint().as_deref(), Some(exact));
    }

    #[test]
    fn a_count_that_is_too_low_says_so_everywhere() {
        check(Cell::AtLeast(1200.into()), "at least 1,200", "at least 1200", r#"{"at_least":1200}"#);
    }

    #[test]
    fn a_missing_value_is_never_zero() {
        check(Cell::Missing(Missing::NotStated), "not stated", "", "null");
        check(Cell::share(None), "–", "", "null");
        check(Cell::count(0), "0", "0", "0");
    }

    #[test]
    fn a_fall_is_a_negative_number() {
        check(Cell::Less(1200.into()), "−1,200", "-1200", "-1200");
        let huge = BigCount(BigCount::from(10).0.pow(20));
        check(Cell::Less(huge), "−1.0 × 10²⁰", "-100000000000000000000", "\"-100000000000000000000\"");
    }

    #[test]
    fn a_rate_says_how_sure_it_is_when_asked() {
        let rate = Cell::Rate { share: 0.283, interval: [0.239, 0.331], of: 1_378 };
        assert_eq!(rate.hint().as_deref(), Some("28.3% of 1,378; 95% interval 23.9% to 33.1%"));
        assert_eq!(rate.shade(), Some(28));
        check(rate, "28.3%", "0.283", "0.283");
    }

    #[test]
    fn a_difference_is_shown_in_points() {
        check(Cell::points(-0.1425), "−14.2", "-0.1425", "-0.1425");
        check(Cell::points(f64::NAN), "–", "", "null");
    }

    #[test]
    fn places_say_which_way_they_changed() {
        check(Cell::Rise(2), "▲ 2", "2", "2");
        check(Cell::Rise(-3), "▼ 3", "-3", "-3");
        assert_eq!(Cell::Rise(-3).hint().as_deref(), Some("fallen by 3"));
        check(Cell::Rise(0), "=", "0", "0");
    }

    #[test]
    fn a_name_cannot_hide_its_characters() {
        assert_eq!(Cell::name("a/\u{202e}b\0").shown(), "a/\u{fffd}b\u{fffd}");
    }
}

//! When did something happen, however the source writes time?
//!
//! The Hub writes `2024-07-11T00:55:12.000Z`; tools that passed its listings on wrote a space for
//! the `T`, dropped the zone, kept the day only, or counted from 1970 in seconds or finer units.
//! A time without a zone is UTC.

use crate::loose::{Loose, Number, Shape};
use chrono::NaiveDate;
use std::borrow::Cow;

const DAY: i64 = 86_400_000;

/// A time in milliseconds since 1970, or a text that no time can be read from.
#[derive(Clone, Debug, PartialEq)]
pub enum Moment<'a> {
    At(i64),
    Unreadable(Cow<'a, str>),
}

impl<'de> Shape<'de> for Moment<'de> {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        if text.is_empty() {
            return Loose::Missing;
        }
        Loose::Held(parse(&text).map_or(Moment::Unreadable(text), Moment::At))
    }

    fn from_number(number: Number) -> Loose<Self> {
        match number {
            Number::Whole(count) => Loose::Held(Moment::At(milliseconds(count))),
            Number::Fraction(value) if (0.0..1e11).contains(&value) => {
                Loose::Held(Moment::At((value * 1e3) as i64))
            }
            Number::Fraction(value) if value >= 0.0 => Loose::Held(Moment::At(milliseconds(value as u64))),
            Number::Negative(_) | Number::Fraction(_) => Loose::Wrong("a negative number"),
        }
    }
}

/// Returns milliseconds, judging by its size what unit the count is in.
fn milliseconds(count: u64) -> i64 {
    let milliseconds = match count {
        0..=99_999_999_999 => count * 1000, // seconds, up to the year 5138
        100_000_000_000..=99_999_999_999_999 => count, // milliseconds, from 1973
        100_000_000_000_000..=99_999_999_999_999_999 => count / 1000, // microseconds
        _ => count / 1_000_000,             // nanoseconds
    };
    milliseconds as i64
}

/// Reads `YYYY-MM-DD`, optionally a time of day, optionally its fraction and zone.
fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let date = NaiveDate::from_ymd_opt(
        digits(bytes.get(0..4)?)? as i32,
        digits(expect(bytes, 4, b"-", 5, 7)?)?,
        digits(expect(bytes, 7, b"-", 8, 10)?)?,
    )?;
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    if bytes.len() == 10 {
        return Some(days * DAY);
    }
    let hours = digits(expect(bytes, 10, b"Tt ", 11, 13)?)?;
    let minutes = digits(expect(bytes, 13, b":", 14, 16)?)?;
    let seconds = digits(expect(bytes, 16, b":", 17, 19)?)?;
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let (fraction, zone) = fraction(&bytes[19..])?;
    let time = i64::from(hours * 3600 + minutes * 60 + seconds) * 1000 + i64::from(fraction);
    Some(days * DAY + time - zone_minutes(zone)? * 60_000)
}

/// Returns the bytes from `start` to `end` if one of `marks` stands at `mark`.
fn expect<'a>(bytes: &'a [u8], mark: usize, marks: &[u8], start: usize, end: usize) -> Option<&'a [u8]> {
    let is_marked = marks.contains(bytes.get(mark)?);
    bytes.get(start..end).filter(|_| is_marked)
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |number, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        Some(number * 10 + digit)
    })
}

/// Reads `.123456`; returns the milliseconds and what follows.
fn fraction(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let Some(rest) = bytes.strip_prefix(b".") else { return Some((0, bytes)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let milliseconds = rest[..length].iter().chain(b"000").take(3);
    let milliseconds = milliseconds.fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    (length > 0).then_some((milliseconds, &rest[length..]))
}

/// Reads nothing, `Z`, ` UTC`, `+02:00`, `+0200` or `+02`.
fn zone_minutes(zone: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match zone {
        b"" | b"Z" | b"z" | b" UTC" => return Some(0),
        [sign, hours @ ..] if hours.len() == 2 => (sign, digits(hours)?, 0),
        [sign, rest @ ..] if rest.len() == 4 => (sign, digits(&rest[..2])?, digits(&rest[2..])?),
        [sign, rest @ ..] if rest.len() == 5 => {
            (sign, digits(&rest[..2])?, digits(rest[2..].strip_prefix(b":")?)?)
        }
        _ => return None,
    };
    let minutes = i64::from(hours * 60 + minutes);
    match sign {
        b'+' => Some(minutes),
        b'-' => Some(-minutes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<i64>) {
        assert_eq!(parse(text), expected, "{text}");
    }

    #[test]
    fn the_hub_and_the_tools_after_it_write_the_same_moment_in_many_ways() {
        let moment = Some(1_720_659_312_000);
        for text in [
            "2024-07-11T00:55:12.000Z",
            "2024-07-11T00:55:12",
            "2024-07-11 00:55:12+00:00",
            "2024-07-11 02:55:12.000000+0200",
            "2024-07-10T23:55:12-01",
            "2024-07-11 00:55:12 UTC",
        ] {
            check(text, moment);
        }
        check("2024-07-11T00:55:12.1234567Z", moment.map(|moment| moment + 123));
        check("2024-07-11", Some(1_720_656_000_000));
        check("1969-12-31T23:59:59.5", Some(-500));
    }

    #[test]
    fn a_day_that_never_was_is_no_moment() {
        for text in [
            "2024-02-30",
            "2024-13-01T00:00:00Z",
            "2024-07-11T25:00:00Z",
            "2024-07-11T00:55",
            "yesterday",
            "12",
            "2024-07-11T00:55:12.Z",
            "2024-07-11T00:55:12*02:00",
            "2024/07/11",
            "20240-07-11",
            "２０２４-07-11",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn a_number_is_a_count_of_a_unit_that_fits() {
        for count in [1_720_659_312, 1_720_659_312_000, 1_720_659_312_000_000, 1_720_659_312_000_000_000] {
            assert_eq!(Moment::from_number(Number::Whole(count)), Loose::Held(Moment::At(1_720_659_312_000)));
        }
        assert_eq!(Moment::from_number(Number::Fraction(1.5)), Loose::Held(Moment::At(1500)));
        assert_eq!(Moment::from_number(Number::Negative(-1)), Loose::Wrong("a negative number"));
    }
}

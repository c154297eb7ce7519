//! What does a plain word mean in YAML, here and elsewhere?
//!
//! Words are read by the core schema of YAML 1.2, and where even that has surprises they stay text: numbers
//! with leading zeros or underscores, `.nan`, dates. Readers of YAML 1.1 see much more in them, `no` first
//! of all; [`elsewhere`] says what, and [`written`] writes a text so that all of them read the same.

use super::Value;
use std::borrow::Cow;

/// Returns what a plain scalar without a tag means.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number),
    }
}

/// Reads a number as JSON can hold it.
pub(super) fn number(text: &str) -> Option<serde_json::Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let based = |prefix, base| digits.strip_prefix(prefix).map(|digits| (digits, base));
    if let Some((digits, base)) = based("0x", 16).or_else(|| based("0o", 8)) {
        let is_number = digits.len() < text.len() - 1 && digits.chars().all(|digit| digit.is_digit(base));
        return if is_number { u64::from_str_radix(digits, base).ok().map(Into::into) } else { None };
    }
    if !is_decimal(digits) {
        return None;
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let whole = unsigned.parse::<u64>().map(Into::into).or_else(|_| unsigned.parse::<i64>().map(Into::into));
    whole.ok().or_else(|| serde_json::Number::from_f64(unsigned.parse().ok()?))
}

/// Whether the text is digits with at most a point and an exponent, and no zero that could be octal's.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !(whole.is_empty() && fraction.is_empty());
    let is_octal = whole.len() > 1 && whole.starts_with('0');
    let fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    has_digits && !is_octal && all_digits(whole) && all_digits(fraction) && fits
}

/// The longest word that is looked at for what others see in it.
const LONGEST_WORD: usize = 64;

/// Returns what some other readers take a plain scalar for, if it is something else than here.
pub(super) fn elsewhere(text: &str) -> Option<&'static str> {
    // Nearly all words begin with another letter, or are longer.
    let may_differ = |first: u8| first.is_ascii_digit() || b"yYnNoO.+-".contains(&first);
    if text.len() > LONGEST_WORD || !text.bytes().next().is_some_and(may_differ) {
        return None;
    }
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "on" => return Some("true"),
        "n" | "no" | "off" => return Some("false"),
        ".nan" | ".inf" | "-.inf" | "+.inf" => return Some("a number that JSON does not have"),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all = |more: &[u8]| unsigned.bytes().all(|byte| byte.is_ascii_digit() || more.contains(&byte));
    let is_here = number(text).is_some();
    let zero_first = unsigned.len() > 1 && unsigned.starts_with('0');
    let is_binary = |bits: &str| !bits.is_empty() && bits.bytes().all(|bit| b"01".contains(&bit));
    if !unsigned.contains(|each: char| each.is_ascii_digit()) {
        None
    } else if is_date(text) {
        Some("a date")
    } else if unsigned.contains('_') && all(b"_.") {
        Some("a number without the underscores")
    } else if zero_first && all(b"") {
        Some("an octal number")
    } else if zero_first && !is_here && all(b".") && unsigned.matches('.').count() == 1 {
        Some("a number")
    } else if unsigned.contains(':') && all(b":") {
        Some("a number to the base of 60")
    } else if unsigned.strip_prefix("0b").is_some_and(is_binary) {
        Some("a binary number")
    } else if is_here && !is_old_number(unsigned) {
        Some("text")
    } else {
        None
    }
}

/// Whether a number is one in YAML 1.1 too, which has no `0o` and asks for a point and a sign with an exponent.
fn is_old_number(unsigned: &str) -> bool {
    let has_exponent = unsigned.contains(['e', 'E']) && !unsigned.starts_with("0x");
    let is_old_exponent = unsigned.contains('.') && unsigned.contains(['-', '+']);
    !unsigned.starts_with("0o") && (!has_exponent || is_old_exponent)
}

fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let digits = |part: Option<&str>, least: usize, most: usize| {
        part.is_some_and(|part| {
            (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let (year, month) = (parts.next(), parts.next());
    let day = parts.next().map(|rest| rest.split(['T', 't', ' ']).next().unwrap_or(rest));
    digits(year, 4, 4) && digits(month, 1, 2) && digits(day, 1, 2)
}

/// Writes a text as a scalar that every reader takes for this text: plain where that is safe, else in quotes.
pub(super) fn written(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::from("\"");
    for each in text.chars() {
        match each {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            _ if is_shown(each) => quoted.push(each),
            _ => match u32::from(each) {
                code @ 0..=0xff => quoted.push_str(&format!("\\x{code:02x}")),
                code @ 0..=0xffff => quoted.push_str(&format!("\\u{code:04x}")),
                code => quoted.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    quoted.push('"');
    Cow::Owned(quoted)
}

/// Whether a character can stand in quotes as it is: nothing that breaks lines, hides or turns text around.
fn is_shown(each: char) -> bool {
    !each.is_control()
        && !matches!(each, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        && !matches!(each, '\u{fff0}'..='\u{ffff}')
        && u32::from(each) & 0xfffe != 0xfffe
}

fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|first: char| first.is_alphanumeric() || matches!(first, '_' | '/' | '.'));
    let ends = text.ends_with(|last: char| last.is_alphanumeric() || "_/.+-)".contains(last));
    let inside = |each: char| each.is_alphanumeric() || " _/.+-():".contains(each);
    // A colon ends a key only before a blank, but some readers are less strict within a list.
    let is_safe = starts && ends && text.chars().all(inside) && !text.contains(": ") && !text.contains(" :");
    let may_be_number = text.starts_with(|first: char| first.is_numeric() || first == '.')
        && text.chars().all(|each| each.is_ascii_hexdigit() || "xXoO_.:+-TtZ iInN".contains(each));
    is_safe && !may_be_number && matches!(plain(text), Value::Text(_)) && elsewhere(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let here = match plain(text) {
            Value::Null => "null".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => format!("{text:?}"),
            Value::List(_) | Value::Map(_) => "?".to_owned(),
        };
        let elsewhere = elsewhere(text).map_or(String::new(), |other| format!(", elsewhere {other}"));
        assert_eq!(format!("{here}{elsewhere}"), expected, "{text}");
    }

    #[test]
    fn norwegian_is_a_language() {
        check("no", r#""no", elsewhere false"#);
        check("On", r#""On", elsewhere true"#);
        check("en", r#""en""#);
    }

    #[test]
    fn numbers_that_readers_differ_on_stay_text() {
        check("010", r#""010", elsewhere an octal number"#);
        check("1_000", r#""1_000", elsewhere a number without the underscores"#);
        check("-1_0.5", r#""-1_0.5", elsewhere a number without the underscores"#);
        check(".nan", r#"".nan", elsewhere a number that JSON does not have"#);
        check("1:30", r#""1:30", elsewhere a number to the base of 60"#);
        check("0b11", r#""0b11", elsewhere a binary number"#);
        check("2024-01-31", r#""2024-01-31", elsewhere a date"#);
        check("2024-01-31T10:00:00Z", r#""2024-01-31T10:00:00Z", elsewhere a date"#);
        check("2e-05", "0.00002, elsewhere text");
        check("1e999", r#""1e999""#);
        check("00.5", r#""00.5", elsewhere a number"#);
        check("0o17", "15, elsewhere text");
    }

    #[test]
    fn what_all_readers_agree_on_is_read_as_they_do() {
        check("0", "0");
        check("-7", "-7");
        check("+7", "7");
        check("0x1f", "31");
        check("0.5", "0.5");
        check("1.5e+3", "1500.0");
        check("18446744073709551615", "18446744073709551615");
        check("36893488147419103232", "3.6893488147419103e+19");
        check("~", "null");
        check("TRUE", "true");
        check("apache-2.0", r#""apache-2.0""#);
        check("4.0.0", r#""4.0.0""#);
        check("-", r#""-""#);
        check(".", r#"".""#);
        check("0x", r#""0x""#);
        check("1e", r#""1e""#);
    }

    #[test]
    fn texts_are_quoted_only_where_a_reader_could_see_something_else() {
        for plain in
            ["mit", "apache-2.0", "o/x", "01-ai/Yi-6B", "Llama 3.1 Community (2024)", "Škoda", "nothing"]
        {
            assert_eq!(written(plain), plain);
        }
        for (text, expected) in [
            ("no", r#""no""#),
            ("", r#""""#),
            ("4.0", r#""4.0""#),
            ("2024-01-31", r#""2024-01-31""#),
            ("a: b", r#""a: b""#),
            ("a #b", r#""a #b""#),
            ("@o/x", r#""@o/x""#),
            ("- a", r#""- a""#),
            ("a\n\"\\\u{1b}\u{202e}", r#""a\n\"\\\x1b\u202e""#),
        ] {
            assert_eq!(written(text), expected);
        }
    }
}

//! How are numbers shown to people?
//!
//! Whole up to twelve digits, then as powers of ten. What is shown may be rounded; the exact
//! value is never far (a tooltip, the CSV, the JSON).

use lineal_core::{big::BigCount, legible::grouped};

/// The most digits that are shown one by one.
const MOST_DIGITS: usize = 12;

/// Shows a count: `1,008,871`, or `5.4 × 10²⁰` where it is very large.
pub fn count(count: &BigCount) -> String {
    let digits = count.to_string();
    if digits.len() <= MOST_DIGITS {
        grouped(&digits)
    } else {
        power_of_ten(leading(&digits), digits.len() - 1)
    }
}

/// Whether [`count`] shows this count rounded.
pub fn is_rounded(count: &BigCount) -> bool {
    count.0.bits() > 36 && count.to_string().len() > MOST_DIGITS
}

/// Shows a mean to two places, or as a power of ten where it is very large.
pub fn mean(mean: f64) -> String {
    if !mean.is_finite() {
        return "beyond counting".to_owned();
    }
    if mean < 0.0 {
        return format!("−{}", self::mean(-mean));
    }
    if mean >= 1e12 {
        let exponent = mean.log10().floor();
        return power_of_ten(mean / 10f64.powf(exponent), exponent as usize);
    }
    let text = format!("{mean:.2}");
    match text.split_once('.') {
        Some((whole, places)) => format!("{}.{places}", grouped(whole)),
        None => text,
    }
}

/// Shows a share of 1 in percent; what is there is never shown as 0%, nor what is not all as 100%.
pub fn share(share: f64) -> String {
    match share {
        0.0 => "0%".to_owned(),
        share if share < 0.0005 => "<0.1%".to_owned(),
        share if share < 1.0 && share > 0.9995 => ">99.9%".to_owned(),
        share => format!("{:.1}%", share * 100.0),
    }
}

/// Shows a share of 1 that something grew by: `+12.5%`, `−3.0%`.
pub fn growth(share: f64) -> String {
    if !share.is_finite() {
        return "beyond counting".to_owned();
    }
    let percent = share.abs() * 100.0;
    let places = if percent >= 1000.0 || percent.fract() == 0.0 { 0 } else { 1 };
    let text = format!("{percent:.places$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let sign = match share {
        share if share > 0.0 => "+",
        share if share < 0.0 => "−",
        _ => "",
    };
    format!("{sign}{}{rest}%", grouped(whole))
}

/// Shows a difference of two shares of 1 in points, which are hundredths: `+12.3`, `−0.04`.
pub fn points(difference: f64) -> String {
    if !difference.is_finite() {
        return "beyond counting".to_owned();
    }
    let points = difference.abs() * 100.0;
    let sign = if difference > 0.0 { "+" } else { "−" };
    match points {
        0.0 => "0".to_owned(),
        points if points < 0.005 => "≈ 0".to_owned(),
        points if points < 0.995 => format!("{sign}{points:.2}"),
        points => format!("{sign}{points:.1}"),
    }
}

/// Shows a round number in few letters: `250`, `20k`, `1.5M`.
pub fn compact(number: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    if number.is_nan() || number.abs() >= 1e12 {
        return power(number.abs().log10());
    }
    let (divisor, unit) = UNITS.into_iter().find(|(limit, _)| number.abs() >= *limit).unwrap_or((1.0, ""));
    let text = format!("{:.2}", number / divisor);
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Shows a power of ten by its exponent, in few letters: `100`, `1k`, `10⁹`.
pub fn power(exponent: f64) -> String {
    if !exponent.is_finite() {
        "beyond counting".to_owned()
    } else if exponent < 9.0 {
        compact(10f64.powf(exponent))
    } else {
        format!("10{}", raised(exponent.round() as usize))
    }
}

/// Returns the decimal logarithm of a count; `None` for zero.
pub fn logarithm(count: &BigCount) -> Option<f64> {
    let digits = count.to_string();
    (digits != "0").then(|| leading(&digits).log10() + (digits.len() - 1) as f64)
}

/// The first digits as a number from 1 to 10.
fn leading(digits: &str) -> f64 {
    let first = &digits[..digits.len().min(15)];
    let places = first.len() - 1;
    first.parse::<f64>().unwrap_or(0.0) / 10f64.powi(places as i32)
}

fn power_of_ten(leading: f64, exponent: usize) -> String {
    let rounded = (leading * 10.0).round() / 10.0;
    let (rounded, exponent) = if rounded >= 10.0 { (1.0, exponent + 1) } else { (rounded, exponent) };
    format!("{rounded:.1} × 10{}", raised(exponent))
}

fn raised(exponent: usize) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = exponent.to_string();
    digits.bytes().filter_map(|digit| RAISED.get(usize::from(digit.wrapping_sub(b'0')))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten_to(exponent: u32) -> BigCount {
        BigCount(BigCount::from(10).0.pow(exponent))
    }

    #[test]
    fn counts_are_whole_until_they_are_very_large() {
        let huge = BigCount(ten_to(18).0 * 537u32);
        let nearly = BigCount(ten_to(300).0 - 1u32);
        let shown = [BigCount::from(0), 999.into(), 1_008_871.into(), 999_999_999_999.into(), huge, nearly];
        let shown = shown.each_ref().map(count);
        assert_eq!(shown, ["0", "999", "1,008,871", "999,999,999,999", "5.4 × 10²⁰", "1.0 × 10³⁰⁰"]);
    }

    #[test]
    fn only_rounded_counts_are_said_to_be() {
        assert!(!is_rounded(&999_999_999_999.into()));
        assert!(is_rounded(&1_000_000_000_000.into()));
    }

    #[test]
    fn logarithms_outgrow_no_float() {
        assert_eq!(logarithm(&0.into()), None);
        assert_eq!(logarithm(&1000.into()), Some(3.0));
        assert_eq!(logarithm(&ten_to(5000)), Some(5000.0));
    }

    #[test]
    fn shares_are_not_rounded_to_nothing_or_all() {
        let shown = [0.0, 0.0001, 0.125, 0.99999, 1.0].map(share);
        assert_eq!(shown, ["0%", "<0.1%", "12.5%", ">99.9%", "100.0%"]);
    }

    #[test]
    fn growth_has_a_sign() {
        let shown = [0.125, -0.03, 0.0, 12.345, 1.0].map(growth);
        assert_eq!(shown, ["+12.5%", "−3%", "0%", "+1,234%", "+100%"]);
    }

    #[test]
    fn points_have_a_sign_and_small_ones_two_places() {
        let shown = [0.1234, -0.41, -0.0004, 0.0, 1e-7, f64::NAN].map(points);
        assert_eq!(shown, ["+12.3", "−41.0", "−0.04", "0", "≈ 0", "beyond counting"]);
    }

    #[test]
    fn axes_have_few_letters() {
        let shown = [0.0, 250.0, 20_000.0, 1_500_000.0, 0.25, 1e300].map(compact);
        assert_eq!(shown, ["0", "250", "20k", "1.5M", "0.25", "10³⁰⁰"]);
        assert_eq!([0.0, 3.0, 6.0, 400.0].map(power), ["1", "1k", "1M", "10⁴⁰⁰"]);
    }

    #[test]
    fn means_have_two_places() {
        let shown = [6.1692, 469_382.16, -123.0, 3.2e40, f64::INFINITY].map(mean);
        assert_eq!(shown, ["6.17", "469,382.16", "−123.00", "3.2 × 10⁴⁰", "beyond counting"]);
    }
}

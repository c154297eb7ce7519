//! Combinations as an UpSet plot: a column for each combination, with how many have it above and
//! what belongs to it below; how many have each member, whatever else, at the left.

use super::svg::{Anchor, BAR, GRID, INK, LABEL, Svg, shortened};
use crate::number;

pub struct UpSet {
    pub heading: String,
    pub sets: Vec<Set>,
    /// In the order in which they are drawn.
    pub combinations: Vec<Combination>,
    /// What the counts are of.
    pub total: u64,
    /// What is said of no set at all.
    pub none: &'static str,
}

pub struct Set {
    pub label: &'static str,
    pub count: u64,
}

pub struct Combination {
    /// Places among the sets, ascending.
    pub sets: Vec<usize>,
    pub count: u64,
}

const WIDTH: f64 = 1050.0;
/// Where the bars of the sets begin and end, their labels at the left of them.
const SETS: (f64, f64) = (170.0, 270.0);
const LEFT: f64 = 290.0;
/// The widest column.
const COLUMN: f64 = 52.0;
/// Between which heights the columns stand.
const BARS: (f64, f64) = (22.0, 192.0);
const ROW: f64 = 27.0;
const DOT: f64 = 6.0;
const LETTERS: usize = 16;

pub fn svg(upset: &UpSet) -> String {
    let rows = upset.sets.len() as f64;
    let matrix = BARS.1 + 14.0;
    let mut svg = Svg::new(WIDTH, matrix + ROW * rows + 22.0);
    let right = WIDTH - 8.0;
    let width = ((right - LEFT) / upset.combinations.len().max(1) as f64).min(COLUMN);
    let end = LEFT + width * upset.combinations.len() as f64;
    let row = |at: usize| matrix + ROW * (at as f64 + 0.5);
    let most = upset.combinations.iter().map(|combination| combination.count).max().unwrap_or(0).max(1);

    for (at, set) in upset.sets.iter().enumerate() {
        if at % 2 == 0 {
            svg.rectangle((0.0, row(at) - ROW / 2.0), (end, ROW), GRID, 0.3);
        }
        draw_set(upset, set, row(at), &mut svg);
    }
    let below = matrix + ROW * rows + 15.0;
    svg.text((SETS.1, below), Anchor::End, LABEL, "in all combinations");
    svg.text((LEFT - 8.0, BARS.0 + 4.0), Anchor::End, LABEL, "Models");
    svg.line((LEFT, BARS.1), (end, BARS.1), LABEL);
    for (at, combination) in upset.combinations.iter().enumerate() {
        let x = LEFT + width * (at as f64 + 0.5);
        svg.named(&said(upset, combination), |svg| {
            // All of the column shows its name.
            svg.rectangle((x - width / 2.0, BARS.0), (width, row(upset.sets.len()) - BARS.0), GRID, 0.0);
            let height = (BARS.1 - BARS.0) * combination.count as f64 / most as f64;
            let bar = (width * 0.62).max(2.0);
            svg.rectangle((x - bar / 2.0, BARS.1 - height), (bar, height), BAR, 1.0);
            svg.text(
                (x, BARS.1 - height - 5.0),
                Anchor::Middle,
                INK,
                &number::compact(rounded(combination.count)),
            );
            for at in 0..upset.sets.len() {
                svg.dot((x, row(at)), DOT, GRID);
            }
            if let [first, .., last] = combination.sets[..] {
                svg.through(&[(x, row(first)), (x, row(last))], 3.0, INK);
            }
            for at in &combination.sets {
                svg.dot((x, row(*at)), DOT, INK);
            }
        });
    }
    svg.finish()
}

fn draw_set(upset: &UpSet, set: &Set, y: f64, svg: &mut Svg) {
    let most = upset.sets.iter().map(|set| set.count).max().unwrap_or(0).max(1);
    let words = format!("{}: {}", set.label, of_total(upset, set.count));
    let count = number::compact(rounded(set.count));
    svg.named(&words, |svg| {
        svg.text((8.0, y + 4.0), Anchor::Start, INK, &shortened(set.label, LETTERS));
        let length = (SETS.1 - SETS.0) * set.count as f64 / most as f64;
        svg.rectangle((SETS.1 - length, y - 6.5), (length, 13.0), LABEL, 1.0);
        let before = (SETS.1 - length - 5.0).max(SETS.0 - 5.0);
        svg.text((before, y + 4.0), Anchor::End, LABEL, &count);
    });
}

/// A count to three digits, which is what a narrow column has room for.
fn rounded(count: u64) -> f64 {
    let count = count as f64;
    if count < 1000.0 {
        return count;
    }
    let unit = 10f64.powf(count.log10().floor() - 2.0);
    (count / unit).round() * unit
}

pub fn words(upset: &UpSet) -> String {
    const MOST: usize = 5;
    let most: Vec<String> =
        upset.combinations.iter().take(MOST).map(|combination| said(upset, combination)).collect();
    match most.is_empty() {
        true => "No combinations.".to_owned(),
        false => format!("Most frequent: {}.", most.join("; ")),
    }
}

fn said(upset: &UpSet, combination: &Combination) -> String {
    let names: Vec<&str> =
        combination.sets.iter().filter_map(|at| upset.sets.get(*at)).map(|set| set.label).collect();
    let names = if names.is_empty() { upset.none.to_owned() } else { names.join(", ") };
    format!("{names}: {}", of_total(upset, combination.count))
}

fn of_total(upset: &UpSet, count: u64) -> String {
    let shown = number::count(&count.into());
    match upset.total {
        0 => shown,
        total => format!("{shown}, {}", number::share(count as f64 / total as f64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upset(combinations: &[(&[usize], u64)]) -> UpSet {
        UpSet {
            heading: String::new(),
            sets: vec![
                Set { label: "License", count: 30 },
                Set { label: "Dataset", count: 70 },
                Set { label: "Template", count: 20 },
            ],
            combinations: combinations
                .iter()
                .map(|(sets, count)| Combination { sets: sets.to_vec(), count: *count })
                .collect(),
            total: 100,
            none: "Nothing",
        }
    }

    #[test]
    fn a_combination_joins_its_first_set_to_its_last() {
        let svg = svg(&upset(&[(&[0, 2], 20)]));
        let column = svg.split("<title>License, Template: 20, 20.0%</title>").nth(1).expect("a column");
        let line = column.split("d=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert_eq!(line, Some("M316.0 219.5L316.0 273.5"));
        // Three places, two of them taken.
        assert_eq!(column.matches("<circle").count(), 5);
    }

    #[test]
    fn no_set_and_one_set_are_not_joined() {
        let svg = svg(&upset(&[(&[], 30), (&[1], 50)]));
        assert_eq!(svg.matches("<title>Nothing: 30, 30.0%</title>").count(), 1);
        assert_eq!(svg.matches("<path").count(), 0);
    }

    #[test]
    fn counts_over_columns_are_short() {
        assert_eq!([999, 1234, 1_234_567, 99_999].map(rounded), [999.0, 1230.0, 1_230_000.0, 100_000.0]);
    }

    #[test]
    fn words_name_the_most_frequent() {
        assert_eq!(
            words(&upset(&[(&[1], 50), (&[], 30), (&[0, 1], 20)])),
            "Most frequent: Dataset: 50, 50.0%; Nothing: 30, 30.0%; License, Dataset: 20, 20.0%."
        );
        assert_eq!(words(&upset(&[])), "No combinations.");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let mut upset = upset(&[]);
        upset.sets.clear();
        assert!(!svg(&upset).contains("NaN") && !svg(&upset).contains("inf"));
    }
}

//! Two counts of each of some things as bars, one under the other; each pair to its own scale.

use super::svg::{Anchor, BAR, INK, LABEL, LETTER, Svg, shortened};
use crate::number;
use lineal_core::big::BigCount;

pub struct Pairs {
    pub heading: String,
    /// What the two bars of each pair are called.
    pub names: [&'static str; 2],
    pub pairs: Vec<Pair>,
}

pub struct Pair {
    pub label: &'static str,
    pub counts: [BigCount; 2],
}

const WIDTH: f64 = 340.0;
const LEFT: f64 = 96.0;
/// What a count at a bar's end needs.
const VALUE: f64 = 88.0;
const PAIR: f64 = 38.0;
const BAR_HEIGHT: f64 = 13.0;
const TOP: f64 = 22.0;
const LETTERS: usize = 15;
const COLOURS: [&str; 2] = [LABEL, BAR];

pub fn svg(pairs: &Pairs) -> String {
    let mut svg = Svg::new(WIDTH, TOP + PAIR * pairs.pairs.len() as f64);
    let mut x = LEFT;
    for (name, colour) in pairs.names.into_iter().zip(COLOURS) {
        svg.rectangle((x, 1.0), (11.0, 10.0), colour, 1.0);
        svg.text((x + 16.0, 10.0), Anchor::Start, LABEL, name);
        x += 16.0 + (name.chars().count() as f64 + 2.0) * LETTER;
    }
    for (at, pair) in pairs.pairs.iter().enumerate() {
        let top = TOP + PAIR * at as f64;
        svg.named(&said(pairs, pair), |svg| {
            svg.text((LEFT - 8.0, top + BAR_HEIGHT + 5.0), Anchor::End, INK, &shortened(pair.label, LETTERS));
            for (at, (length, count)) in lengths(pair).into_iter().zip(&pair.counts).enumerate() {
                let y = top + (BAR_HEIGHT + 2.0) * at as f64;
                let length = (WIDTH - VALUE - LEFT) * length;
                svg.rectangle((LEFT, y), (length, BAR_HEIGHT), COLOURS[at], 1.0);
                svg.text((LEFT + length + 5.0, y + 10.5), Anchor::Start, INK, &number::count(count));
            }
        });
    }
    svg.finish()
}

/// How long the two bars are, the longer one as long as there is room.
fn lengths(pair: &Pair) -> [f64; 2] {
    let [first, second] = &pair.counts;
    let longer = first.max(second);
    [first, second].map(|count| count.per(longer).filter(|length| length.is_finite()).unwrap_or(0.0))
}

pub fn words(pairs: &Pairs) -> String {
    let said: Vec<String> = pairs.pairs.iter().map(|pair| said(pairs, pair)).collect();
    format!("{}.", said.join("; "))
}

fn said(pairs: &Pairs, pair: &Pair) -> String {
    let [first, second] = pair.counts.each_ref().map(number::count);
    format!("{}: {first} {}, {second} {}", pair.label, pairs.names[0], pairs.names[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(counts: &[[BigCount; 2]]) -> Pairs {
        let pairs = counts.iter().map(|counts| Pair { label: "Models", counts: counts.clone() });
        Pairs { heading: String::new(), names: ["before", "after"], pairs: pairs.collect() }
    }

    #[test]
    fn each_pair_has_its_own_scale() {
        let huge = BigCount(BigCount::from(10).0.pow(400));
        let twice = BigCount(huge.0.clone() * 2u32);
        let all = pairs(&[[5.into(), 10.into()], [0.into(), 0.into()], [huge, twice]]);
        let lengths: Vec<[f64; 2]> = all.pairs.iter().map(lengths).collect();
        assert_eq!(lengths, [[0.5, 1.0], [0.0, 0.0], [0.5, 1.0]]);
        let svg = svg(&all);
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn words_give_both_counts() {
        assert_eq!(words(&pairs(&[[1_000.into(), 1_200.into()]])), "Models: 1,000 before, 1,200 after.");
    }
}

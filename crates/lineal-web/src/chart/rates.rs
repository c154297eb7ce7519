//! Rates as bars: what is known, what could be, and between which bounds the rate is believed to lie.

use super::{
    axis::Frame,
    svg::{AWAY, Anchor, BAR, GRID, INK, LABEL, LETTER, Svg, shortened},
};
use crate::number;

pub struct Rates {
    pub heading: String,
    pub rows: Vec<Row>,
    pub legend: Legend,
}

/// A rate with what it rests on; every number is a share of 1.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub label: String,
    /// The bar: each part begins where the one before it ends.
    pub parts: Parts,
    pub rate: Option<f64>,
    pub interval: Option<[f64; 2]>,
    /// A value to compare with.
    pub mark: Option<f64>,
}

/// What a bar consists of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    pub known: f64,
    pub wrong: f64,
    pub unclear: f64,
}

/// What the parts and the mark of a chart are called; those that do not occur are left out.
#[derive(Clone, Copy, Debug)]
pub struct Legend {
    pub known: &'static str,
    pub wrong: &'static str,
    pub unclear: &'static str,
    pub mark: &'static str,
}

const WIDTH: f64 = 340.0;
const ROW: f64 = 32.0;
const BAR_HEIGHT: f64 = 13.0;
const TOP: f64 = 4.0;
/// The most letters of a label, and how much wider than others theirs are, being few.
const LETTERS: usize = 14;
const WIDER: f64 = 1.1;
/// What the values at the right need.
const VALUES: f64 = 48.0;
/// How far one line of the legend is below the one before.
const LINE: f64 = 16.0;
const UNCLEAR: f64 = 0.32;

pub fn svg(rates: &Rates) -> String {
    let letters = rates.rows.iter().map(|row| row.label.chars().count().min(LETTERS)).max().unwrap_or(0);
    let bottom = TOP + ROW * rates.rows.len() as f64;
    let frame =
        Frame { left: letters as f64 * LETTER * WIDER + 10.0, right: WIDTH - VALUES, top: TOP, bottom };
    let legend = legend(rates);
    let mut svg = Svg::new(WIDTH, bottom + 26.0 + LINE * legend.len() as f64);
    let place = |share: f64| frame.left + (frame.right - frame.left) * share.clamp(0.0, 1.0);
    for percent in [0, 25, 50, 75, 100] {
        let x = place(f64::from(percent) / 100.0);
        svg.line((x, frame.top), (x, frame.bottom), if percent == 0 { LABEL } else { GRID });
        svg.text((x, frame.bottom + 14.0), Anchor::Middle, LABEL, &format!("{percent}%"));
    }
    for (at, row) in rates.rows.iter().enumerate() {
        let y = frame.top + ROW * (at as f64 + 0.5);
        svg.named(&said(rates, row), |svg| draw(row, y, frame, place, svg));
    }
    for (at, (key, words)) in legend.into_iter().enumerate() {
        let y = frame.bottom + 32.0 + LINE * at as f64;
        key.draw((frame.left, y - 4.0), &mut svg);
        svg.text((frame.left + 20.0, y), Anchor::Start, LABEL, words);
    }
    svg.finish()
}

fn draw(row: &Row, y: f64, frame: Frame, place: impl Fn(f64) -> f64, svg: &mut Svg) {
    svg.text((frame.left - 8.0, y + 4.0), Anchor::End, INK, &shortened(&row.label, LETTERS));
    let Parts { known, wrong, unclear } = row.parts;
    let mut from = 0.0;
    for (part, colour, opacity) in [(known, BAR, 1.0), (wrong, AWAY, 1.0), (unclear, BAR, UNCLEAR)] {
        let to = (from + part.max(0.0)).min(1.0);
        if to > from {
            let corner = (place(from), y - BAR_HEIGHT / 2.0);
            svg.rectangle(corner, (place(to) - place(from), BAR_HEIGHT), colour, opacity);
        }
        from = to;
    }
    if let Some([low, high]) = row.interval {
        svg.whisker((place(low), y), (place(high), y), INK);
    }
    if let Some(rate) = row.rate {
        svg.dot((place(rate), y), 3.2, INK);
    }
    if let Some(mark) = row.mark {
        svg.diamond((place(mark), y + BAR_HEIGHT / 2.0 + 3.5), 4.5, AWAY);
    }
    let value = row.rate.map_or("–".to_owned(), number::share);
    svg.text((WIDTH, y + 4.0), Anchor::End, INK, &value);
}

/// What stands beside the words of a legend.
#[derive(Clone, Copy)]
enum Key {
    Part(&'static str, f64),
    Rate,
    Mark,
}

impl Key {
    fn draw(self, (x, y): (f64, f64), svg: &mut Svg) {
        match self {
            Key::Part(colour, opacity) => svg.rectangle((x, y - 5.0), (14.0, 10.0), colour, opacity),
            Key::Rate => {
                svg.whisker((x, y), (x + 14.0, y), INK);
                svg.dot((x + 7.0, y), 3.2, INK);
            }
            Key::Mark => svg.diamond((x + 7.0, y), 4.5, AWAY),
        }
    }
}

fn legend(rates: &Rates) -> Vec<(Key, &'static str)> {
    let has = |is: fn(&Row) -> bool| rates.rows.iter().any(is);
    let words = rates.legend;
    let all = [
        (has(|row| row.parts.known > 0.0), Key::Part(BAR, 1.0), words.known),
        (has(|row| row.parts.wrong > 0.0), Key::Part(AWAY, 1.0), words.wrong),
        (has(|row| row.parts.unclear > 0.0), Key::Part(BAR, UNCLEAR), words.unclear),
        (has(|row| row.interval.is_some()), Key::Rate, "the rate, with its 95% interval"),
        (has(|row| row.mark.is_some()), Key::Mark, words.mark),
    ];
    all.into_iter().filter(|(occurs, ..)| *occurs).map(|(_, key, words)| (key, words)).collect()
}

pub fn words(rates: &Rates) -> String {
    match rates.rows.is_empty() {
        true => "No rates.".to_owned(),
        false => {
            let rows: Vec<String> = rates.rows.iter().map(|row| said(rates, row)).collect();
            format!("{}.", rows.join("; "))
        }
    }
}

fn said(rates: &Rates, row: &Row) -> String {
    let mut words = match row.rate {
        Some(rate) => format!("{}: {}", row.label, number::share(rate)),
        None => format!("{}: no rate", row.label),
    };
    if let Some([low, high]) = row.interval {
        words = format!("{words}, between {} and {}", number::share(low), number::share(high));
    }
    if let Some(mark) = row.mark {
        words = format!("{words}; {}: {}", rates.legend.mark, number::share(mark));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEGEND: Legend =
        Legend { known: "missing", wrong: "wrong", unclear: "unclear: could be missing", mark: "the study" };

    fn rates(rows: Vec<Row>) -> Rates {
        Rates { heading: String::new(), rows, legend: LEGEND }
    }

    fn license() -> Row {
        Row {
            label: "License".to_owned(),
            parts: Parts { known: 0.25, wrong: 0.0, unclear: 0.5 },
            rate: Some(0.5),
            interval: Some([0.4, 0.6]),
            mark: Some(0.283),
        }
    }

    #[test]
    fn a_bar_shows_what_is_known_and_what_could_be() {
        let svg = svg(&rates(vec![license()]));
        let bars: Vec<&str> =
            svg.split("<rect ").skip(1).filter_map(|rest| rest.split("/>").next()).take(2).collect();
        assert_eq!(
            bars,
            [
                "x=\"57.0\" y=\"13.5\" width=\"58.8\" height=\"13.0\" fill=\"#33658A\"",
                "x=\"115.7\" y=\"13.5\" width=\"117.5\" height=\"13.0\" fill=\"#33658A\" fill-opacity=\"0.32\"",
            ]
        );
    }

    #[test]
    fn the_legend_names_only_what_occurs() {
        let names = |rates: &Rates| -> Vec<&'static str> {
            legend(rates).into_iter().map(|(_, words)| words).collect()
        };
        assert_eq!(
            names(&rates(vec![license()])),
            ["missing", "unclear: could be missing", "the rate, with its 95% interval", "the study"]
        );
        assert_eq!(names(&rates(Vec::new())), [""; 0]);
    }

    #[test]
    fn words_give_each_rate_with_its_bounds() {
        let unknown = Row { label: "Dataset".to_owned(), ..Row::default() };
        assert_eq!(
            words(&rates(vec![license(), unknown])),
            "License: 50.0%, between 40.0% and 60.0%; the study: 28.3%; Dataset: no rate."
        );
        assert_eq!(words(&rates(Vec::new())), "No rates.");
    }

    #[test]
    fn labels_stay_text_and_numbers_inside() {
        let row = Row {
            label: "<script>".to_owned(),
            parts: Parts { known: 2.0, wrong: f64::NAN, unclear: 9.0 },
            rate: Some(7.0),
            ..Row::default()
        };
        let svg = svg(&rates(vec![row]));
        assert!(!svg.contains("<script") && !svg.contains("NaN") && !svg.contains("=\"-"), "{svg}");
    }
}

//! What is drawn on a model's card?
//!
//! A badge: a label, and a number or two beside it, as light text on dark. Other sites show it as an image, so
//! it says that they may, and that an hour-old one is good enough.

use super::{
    api::{
        answer::{Answer, Told},
        asked::Asked,
        parameter::{Kind, Parameter},
    },
    guard::RESOURCE_POLICY,
    view::View,
};
use crate::{cell::visible, number::compact};
use axum::http::header;
use lineal_core::{
    field::State,
    set::{Member, named},
};

pub const MEDIA: &str = "image/svg+xml";

pub static METRIC: Parameter = Parameter::optional(
    "metric",
    Kind::Word(&["lineage", "descendants", "bases", "impact", "quality"]),
    "What the badge tells: bases and derived models, one of the two, the downloads of derived models, or how \
     many fields of metadata are there.",
)
.or("lineage");
pub static LABEL: Parameter =
    Parameter::optional("label", Kind::Text(1, 40), "What stands before the numbers, if not the metric.");

/// What a badge tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    Lineage,
    Descendants,
    Bases,
    Impact,
    Quality,
}

impl Member for Metric {
    const ALL: &'static [Metric] =
        &[Metric::Lineage, Metric::Descendants, Metric::Bases, Metric::Impact, Metric::Quality];

    fn as_str(self) -> &'static str {
        match self {
            Metric::Lineage => "lineage",
            Metric::Descendants => "descendants",
            Metric::Bases => "bases",
            Metric::Impact => "impact",
            Metric::Quality => "quality",
        }
    }
}

/// Draws the badge of a model.
pub fn show(asked: &Asked, node: u32) -> Told {
    let metric = asked.given.text(&METRIC).and_then(named).unwrap_or(Metric::Lineage);
    let label = asked.given.text(&LABEL).unwrap_or(metric.as_str());
    let svg = draw(label, &words(&asked.view, node, metric));
    Ok(Answer::new(MEDIA, svg)
        .with(header::CACHE_CONTROL, "public, max-age=3600")
        .with(RESOURCE_POLICY, "cross-origin"))
}

fn words(view: &View, node: u32, metric: Metric) -> String {
    let world = &view.atlas.world;
    let at = node as usize;
    let derived = || f64::from(view.ranks.descendants.get(at).copied().unwrap_or(0));
    let bases = || match world.graph.bases(node).len() {
        1 => "1 base".to_owned(),
        bases => format!("{bases} bases"),
    };
    match metric {
        Metric::Lineage => format!("{} · {} derived", bases(), compact(derived())),
        Metric::Descendants => format!("{} derived", compact(derived())),
        Metric::Bases => bases(),
        Metric::Impact => {
            format!("{} downloads downstream", compact(view.ranks.reach.get(at).copied().unwrap_or(0) as f64))
        }
        Metric::Quality => match view.atlas.profiles.states(node) {
            Some(states) => {
                let applicable = states.iter().filter(|state| **state != State::NotApplicable).count();
                let present = states.iter().filter(|state| **state == State::Present).count();
                format!("{present} of {applicable} fields")
            }
            None => "not listed".to_owned(),
        },
    }
}

/// About how wide a letter is, in the badge's font.
const LETTER: f64 = 6.6;
const PADDING: f64 = 6.0;

/// Draws two texts side by side. Their widths are set, so that they fit whatever font there is.
fn draw(label: &str, words: &str) -> String {
    let (label, words) = (visible(label), visible(words));
    let width = |text: &str| text.chars().count() as f64 * LETTER;
    let (left, right) = (width(&label) + 2.0 * PADDING, width(&words) + 2.0 * PADDING);
    let all = left + right;
    let text = |x: f64, text: &str| {
        let (length, escaped) = (width(text), quick_xml::escape::escape(text));
        format!("<text x=\"{x:.1}\" y=\"14\" textLength=\"{length:.1}\">{escaped}</text>")
    };
    let title = quick_xml::escape::escape(format!("{label}: {words}")).into_owned();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all:.1}\" height=\"20\" role=\"img\" \
         aria-label=\"{title}\"><title>{title}</title>\
         <rect width=\"{left:.1}\" height=\"20\" fill=\"#3A4148\"/>\
         <rect x=\"{left:.1}\" width=\"{right:.1}\" height=\"20\" fill=\"#285273\"/>\
         <g fill=\"#FFFFFF\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">{}{}</g></svg>",
        text(PADDING, &label),
        text(left + PADDING, &words),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_can_be_read_aloud_and_nothing_breaks_out_of_it() {
        let svg = draw("</svg><script>\"'&\u{0}\u{202e}", "3 bases");
        assert!(
            svg.contains(
                "<title>&lt;/svg&gt;&lt;script&gt;&quot;&apos;&amp;\u{fffd}\u{fffd}: 3 bases</title>"
            )
        );
        assert!(!svg.contains("<script"), "{svg}");
        let mut reader = quick_xml::Reader::from_str(&svg);
        while !matches!(reader.read_event().expect("well formed"), quick_xml::events::Event::Eof) {}
    }

    #[test]
    fn every_metric_can_be_asked_for() {
        let Kind::Word(words) = METRIC.kind else { panic!("words") };
        assert!(Metric::ALL.iter().map(|metric| metric.as_str()).eq(words.iter().copied()));
    }
}

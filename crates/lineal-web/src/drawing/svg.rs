//! How is a drawing written as SVG?
//!
//! It is a group of links, so it has the role of one; each link's name is its title. Lines and heads of
//! arrows are hidden from who does not see them: names say the same. Links follow each other
//! column by column, as they are seen. Text is clipped to its box, so that no name, in no font, leaves it.

use super::{
    fold::Part,
    layout::{Frame, HEAD, Layout, Line},
    links::Links,
    mark::Mark,
    scene::{Handle, Side},
    text::{escaped, fitted, sentence, short, width},
    words::{INSET, NAME, SMALL, Words},
};
use lineal_core::set::Member;
use std::fmt::Write as _;

/// A handle is this high, which a finger can hit, and at least this wide.
const HANDLE: (f64, f64) = (30.0, 24.0);

/// Writes a drawing.
pub fn svg(words: &Words, links: &Links, layout: &Layout, summary: &str) -> String {
    let (id, width, height) = (links.id, layout.width.ceil(), layout.height.ceil());
    let mut svg = Writer { text: String::with_capacity(64 << 10) };
    svg.push(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"group\" aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-description\">\
         <title id=\"{id}-title\">Lineage of {}</title><desc id=\"{id}-description\">{}</desc>",
        sentence(&super::text::quoted(words.name(0))),
        sentence(summary)
    ));
    clips(&mut svg, id, layout);
    svg.push(format_args!("<g class=\"lines\" fill=\"none\" stroke=\"currentColor\" aria-hidden=\"true\">"));
    for (from, to, y) in &layout.trunks {
        svg.push(format_args!("<path class=\"line rest\" d=\"M{from:.0} {y:.0}H{to:.0}\"/>"));
    }
    layout.lines.iter().for_each(|line| draw_line(&mut svg, line));
    svg.push(format_args!("</g><g class=\"heads\" aria-hidden=\"true\">"));
    layout.frames.iter().for_each(|frame| draw_heads(&mut svg, frame));
    svg.push(format_args!("</g>"));
    for (column, boxes) in layout.columns.iter().enumerate() {
        for place in boxes {
            if *place < words.scene.models.len() {
                draw_model(&mut svg, words, links, layout, *place, column);
            } else {
                draw_rest(&mut svg, words, links, layout, *place, column);
            }
        }
    }
    svg.push(format_args!("</svg>"));
    svg.text
}

/// Writes a list of the operations that occur, with their letters and lines.
pub fn legend(layout: &Layout) -> String {
    let mut legend = Writer { text: String::new() };
    let used = |mark: &&Mark| layout.lines.iter().any(|line| line.mark == Some(**mark));
    legend.push(format_args!("<ul class=\"lineage-legend\">"));
    for mark in Mark::ALL.iter().filter(used) {
        legend.push(format_args!(
            "<li><svg viewBox=\"0 0 52 18\" width=\"52\" height=\"18\" aria-hidden=\"true\"><path class=\"line {}\" \
             fill=\"none\" stroke=\"currentColor\" stroke-dasharray=\"{}\" d=\"M1 9H33\"/>",
            mark.as_str(),
            mark.dashes()
        ));
        draw_head(&mut legend, *mark, (51.0, 9.0));
        legend.push(format_args!("</svg>{}</li>", mark.as_str()));
    }
    if layout.lines.iter().any(|line| line.closes_cycle) {
        legend.push(format_args!("<li>a line that returns below all boxes closes a cycle</li>"));
    }
    legend.push(format_args!("<li>↓ downloads in 30 days</li></ul>"));
    legend.text
}

struct Writer {
    text: String,
}

impl Writer {
    fn push(&mut self, markup: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(markup);
    }
}

/// The inside of a box of each column; a box's text is moved to where it stands.
fn clips(svg: &mut Writer, id: &str, layout: &Layout) {
    svg.push(format_args!("<defs>"));
    for (column, boxes) in layout.columns.iter().enumerate() {
        let inside = boxes.iter().map(|place| layout.frames[*place].width).fold(0.0, f64::max) - INSET;
        let height = boxes.iter().map(|place| layout.frames[*place].height).fold(0.0, f64::max);
        svg.push(format_args!(
            "<clipPath id=\"{id}-column-{column}\"><rect x=\"{}\" y=\"1\" width=\"{inside}\" height=\"{}\"/></clipPath>",
            INSET / 2.0,
            height - 2.0
        ));
    }
    svg.push(format_args!("</defs>"));
}

fn draw_line(svg: &mut Writer, line: &Line) {
    let mark = line.mark.map_or("rest", Mark::as_str);
    let dashes = line.mark.map_or("2 4", Mark::dashes);
    let cycle = if line.closes_cycle { " cycle" } else { "" };
    svg.push(format_args!(
        "<path class=\"line {mark}{cycle}\" stroke-dasharray=\"{dashes}\" d=\"{}\"/>",
        line.path
    ));
}

fn draw_heads(svg: &mut Writer, frame: &Frame) {
    frame.ports.iter().for_each(|(mark, y)| draw_head(svg, *mark, (frame.x - 1.0, *y)));
}

/// The head of an arrow with the letter of its operation; `tip` is where it points to.
fn draw_head(svg: &mut Writer, mark: Mark, tip: (f64, f64)) {
    let (x, y) = (tip.0 - HEAD.0 + 1.0, tip.1);
    let half = HEAD.1 / 2.0;
    svg.push(format_args!(
        "<g class=\"head {}\"><path d=\"M{x:.0} {:.0}h13l5 {half}l-5 {half}h-13z\"/><text x=\"{:.0}\" y=\"{:.0}\" \
         text-anchor=\"middle\">{}</text></g>",
        mark.as_str(),
        y - half,
        x + 7.0,
        y + 4.0,
        mark.letter()
    ));
}

fn draw_model(svg: &mut Writer, words: &Words, links: &Links, layout: &Layout, place: usize, column: usize) {
    let frame = &layout.frames[place];
    let model = &words.scene.models[place];
    if let Some(handle) = model.above.or(model.beyond.filter(|_| model.side == Side::Above)) {
        draw_handle(svg, words, links, place, handle, frame);
    }
    let is_itself = model.side == Side::Itself;
    let class = match (is_itself, words.is_missing(place)) {
        (false, false) => "model",
        (false, true) => "model missing",
        (true, false) => "model itself",
        (true, true) => "model itself missing",
    };
    svg.push(format_args!(
        "<a id=\"{}\" class=\"{class}\" href=\"{}\"{}><title>{}</title>",
        links.model_id(place),
        sentence(&links.model(place)),
        if is_itself { " aria-current=\"true\"" } else { "" },
        sentence(&words.title(place)),
    ));
    draw_box(svg, frame, 6.0);
    let facts = words.facts(place);
    let (owner, name) = words.label(place);
    let inside = frame.width - 2.0 * INSET;
    let beside_facts = inside - if facts.is_empty() { 0.0 } else { width(&facts, SMALL) + 10.0 };
    // A name without an owner has one line, in the middle.
    let (first, second, name_room) = match owner {
        Some(_) => (16.0, 33.0, inside),
        None => (26.0, 26.0, beside_facts),
    };
    begin_texts(svg, links.id, column, frame);
    if let Some(owner) = owner {
        let owner = escaped(&fitted(owner, SMALL, beside_facts));
        svg.push(format_args!("<text class=\"owner\" x=\"{INSET}\" y=\"{first}\">{owner}</text>"));
    }
    if !facts.is_empty() {
        let right = frame.width - INSET;
        svg.push(format_args!(
            "<text class=\"facts\" x=\"{right}\" y=\"{first}\" text-anchor=\"end\">{}</text>",
            escaped(&facts)
        ));
    }
    svg.push(format_args!(
        "<text class=\"name\" x=\"{INSET}\" y=\"{second}\">{}</text></g></a>",
        escaped(&fitted(name, NAME, name_room))
    ));
    if let Some(handle) = model.beyond.filter(|_| model.side != Side::Above) {
        draw_handle(svg, words, links, place, handle, frame);
    }
}

fn draw_rest(svg: &mut Writer, words: &Words, links: &Links, layout: &Layout, place: usize, column: usize) {
    let frame = &layout.frames[place];
    let rest = &words.scene.rests[place - words.scene.models.len()];
    let mark = match rest.part {
        Part::Made(mark) => mark.as_str(),
        part => part.as_str(),
    };
    let label = escaped(&fitted(&words.rest(rest), NAME, frame.width - 2.0 * INSET));
    let opening = links.opening(rest).filter(|_| rest.count > 0);
    let element = if opening.is_some() { "a" } else { "g" };
    let href = opening.map(|href| format!(" href=\"{}\"", sentence(&href))).unwrap_or_default();
    svg.push(format_args!(
        "<{element} class=\"fold {mark}\"{href}><title>{}</title>",
        sentence(&words.rest_title(rest))
    ));
    if rest.count > 0 {
        svg.push(format_args!(
            "<path class=\"stack\" d=\"M{:.0} {:.0}v3h{:.0}v-3\"/>",
            frame.x + 6.0,
            frame.y + frame.height,
            frame.width - 12.0
        ));
    }
    draw_box(svg, frame, 6.0);
    begin_texts(svg, links.id, column, frame);
    svg.push(format_args!("<text x=\"{INSET}\" y=\"18.5\">{label}</text></g></{element}>"));
    if rest.pages > 0 {
        let (href, title) = (links.closing(rest.of, rest.part), words.closing_title(rest.of, rest.part));
        draw_pill(svg, (frame.x + frame.width + 6.0, frame.middle()), "−", Some(&href), &title);
    }
}

/// What opens or closes what stands beyond a model, at the side where that would be.
fn draw_handle(svg: &mut Writer, words: &Words, links: &Links, place: usize, handle: Handle, frame: &Frame) {
    let (label, href) = match handle.count {
        Some(count) => (format!("+{}", short(count as u64)), links.expanding(place, handle.part)),
        None => ("−".to_owned(), Some(links.closing(place, handle.part))),
    };
    let title = words.handle_title(place, handle);
    let left = match handle.part {
        Part::Bases if frame.ports.is_empty() => frame.x - 6.0 - pill_width(&label),
        Part::Bases => frame.x - HEAD.0 - 6.0 - pill_width(&label),
        _ => frame.x + frame.width + 6.0,
    };
    draw_pill(svg, (left, frame.middle()), &label, href.as_deref(), &title);
}

fn pill_width(label: &str) -> f64 {
    (width(label, SMALL) + 14.0).max(HANDLE.0).ceil()
}

fn draw_pill(svg: &mut Writer, (left, middle): (f64, f64), label: &str, href: Option<&str>, title: &str) {
    let wide = pill_width(label);
    let element = if href.is_some() { "a" } else { "g" };
    let href = href.map(|href| format!(" href=\"{}\"", sentence(href))).unwrap_or_default();
    svg.push(format_args!(
        "<{element} class=\"handle\"{href}><title>{}</title><rect x=\"{left:.0}\" y=\"{:.0}\" width=\"{wide}\" height=\"{}\" \
         rx=\"12\"/><text x=\"{:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text></{element}>",
        sentence(title),
        middle - HANDLE.1 / 2.0,
        HANDLE.1,
        left + wide / 2.0,
        middle + 4.0,
        escaped(label)
    ));
}

fn draw_box(svg: &mut Writer, frame: &Frame, radius: f64) {
    svg.push(format_args!(
        "<rect x=\"{:.0}\" y=\"{:.0}\" width=\"{:.0}\" height=\"{:.0}\" rx=\"{radius}\"/>",
        frame.x, frame.y, frame.width, frame.height
    ));
}

fn begin_texts(svg: &mut Writer, id: &str, column: usize, frame: &Frame) {
    svg.push(format_args!(
        "<g transform=\"translate({:.0} {:.0})\" clip-path=\"url(#{id}-column-{column})\">",
        frame.x, frame.y
    ));
}

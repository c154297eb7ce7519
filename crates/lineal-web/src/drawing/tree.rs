//! How is a lineage written as nested lists?
//!
//! The same models and folds as in the drawing, for who does not see it. A model with several bases
//! is written once with all that follows from it, and by its name alone wherever else it belongs.

use super::{
    fold::Part,
    links::Links,
    scene::{Edge, Rest, Side},
    text::{escaped, sentence},
    words::Words,
};
use lineal_core::set::Member;
use std::fmt::Write as _;

struct Tree<'a> {
    words: &'a Words<'a>,
    links: &'a Links<'a>,
    is_written: Vec<bool>,
    text: String,
}

/// Writes the lists.
pub fn tree(words: &Words, links: &Links) -> String {
    let is_written = vec![false; words.scene.models.len()];
    let mut tree = Tree { words, links, is_written, text: "<ul class=\"lineage-tree\">".to_owned() };
    tree.is_written[0] = true;
    tree.push(format_args!("<li>"));
    tree.model(0);
    tree.list(0, Side::Above, "<p>Made from:</p>");
    tree.list(0, Side::Below, "<p>Made from it:</p>");
    tree.push(format_args!("</li></ul>"));
    tree.text
}

impl Tree<'_> {
    fn push(&mut self, markup: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(markup);
    }

    /// The name of a model, as a link, with its facts.
    fn model(&mut self, place: usize) {
        let current = if place == 0 { " aria-current=\"true\"" } else { "" };
        let (href, name) = (sentence(&self.links.model(place)), escaped(self.words.name(place)));
        self.push(format_args!("<a href=\"{href}\"{current}><bdi>{name}</bdi></a>"));
        let facts = self.words.facts_in_words(place);
        if !facts.is_empty() {
            self.push(format_args!(" <span class=\"facts\">{}</span>", escaped(&facts)));
        }
    }

    /// The list of what stands beyond a model on one side, if anything does.
    fn list(&mut self, place: usize, side: Side, heading: &str) {
        let scene = self.words.scene;
        let is_above = side == Side::Above;
        let mut edges: Vec<Edge> = scene
            .edges
            .iter()
            .filter(|edge| place == if is_above { edge.derived } else { edge.base })
            .copied()
            .collect();
        edges.sort_by_key(|edge| (edge.mark, edge.base, edge.derived));
        let of_side = |rest: &&Rest| rest.of == place && (rest.part == Part::Bases) == is_above;
        let mut rests = scene.rests.iter().filter(of_side).peekable();
        let model = &scene.models[place];
        let handle = if is_above && side != model.side { model.above } else { model.beyond };
        let handle = handle.filter(|handle| (handle.part == Part::Bases) == is_above);
        if edges.is_empty() && rests.peek().is_none() && handle.is_none() {
            return;
        }
        self.push(format_args!("{heading}<ul>"));
        for edge in edges {
            // A fold stands after those of its own operation.
            while let Some(rest) = rests.next_if(|rest| rest.part < Part::Made(edge.mark) && !is_above) {
                self.rest(rest);
            }
            self.item(edge, side);
        }
        rests.for_each(|rest| self.rest(rest));
        if let Some(handle) = handle {
            let href = match handle.count {
                Some(_) => self.links.expanding(place, handle.part),
                None => Some(self.links.closing(place, handle.part)),
            };
            let title = sentence(&self.words.handle_title(place, handle));
            match href {
                Some(href) => self.push(format_args!("<li><a href=\"{}\">{title}</a></li>", sentence(&href))),
                None => self.push(format_args!("<li>{title}</li>")),
            }
        }
        self.push(format_args!("</ul>"));
    }

    fn item(&mut self, edge: Edge, side: Side) {
        let (place, operation) = match side {
            Side::Above => (edge.base, edge.mark.from()),
            _ => (edge.derived, edge.mark.as_str()),
        };
        self.push(format_args!("<li><span class=\"operation\">{operation}</span> "));
        // Those that stand on the other side too, because of a cycle, are written there.
        let is_here = self.words.scene.models[place].side == side;
        if !is_here || std::mem::replace(&mut self.is_written[place], true) {
            let (href, name) = (sentence(&self.links.model(place)), escaped(self.words.name(place)));
            self.push(format_args!(
                "<a href=\"{href}\"><bdi>{name}</bdi></a> <span class=\"facts\">listed elsewhere</span>"
            ));
        } else {
            self.model(place);
            self.list(place, side, "");
        }
        self.push(format_args!("</li>"));
    }

    fn rest(&mut self, rest: &Rest) {
        let label = escaped(&self.words.rest(rest));
        match self.links.opening(rest).filter(|_| rest.count > 0) {
            Some(href) => {
                let title = sentence(&self.words.rest_title(rest));
                self.push(format_args!("<li><a href=\"{}\" title=\"{title}\">{label}</a>", sentence(&href)));
            }
            None => self.push(format_args!("<li>{label}")),
        }
        if rest.pages > 0 {
            let (href, title) =
                (self.links.closing(rest.of, rest.part), self.words.closing_title(rest.of, rest.part));
            self.push(format_args!(" <a href=\"{}\">{}</a>", sentence(&href), sentence(&title)));
        }
        self.push(format_args!("</li>"));
    }
}

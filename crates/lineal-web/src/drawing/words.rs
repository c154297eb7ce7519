//! What is said of a box: its label, its facts, and its name for who does not see it?

use super::{
    Options,
    fold::Part,
    layout::{HEAD, Size},
    mark::Mark,
    scene::{Handle, Rest, Scene, Side},
    text,
};
use lineal_core::{
    model_id::{is_model_id, parts},
    world::World,
};
use std::collections::BTreeSet;

/// The sizes of letters.
pub const NAME: f64 = 13.0;
pub const SMALL: f64 = 11.0;
/// Between a box and its text.
pub const INSET: f64 = 10.0;
const NARROWEST: f64 = 116.0;
const WIDEST: f64 = 244.0;
const MODEL_HEIGHT: f64 = 42.0;
const REST_HEIGHT: f64 = 28.0;

/// Puts words to what is drawn of a world.
pub struct Words<'a> {
    pub world: &'a World,
    pub scene: &'a Scene,
}

impl Words<'_> {
    /// Returns how large a box wants to be; models come first, then rests.
    pub fn size(&self, at: usize) -> Size {
        let models = self.scene.models.len();
        let (wish, height) = if at < models {
            let (owner, name) = self.label(at);
            let facts = self.facts(at);
            let marks: BTreeSet<Mark> =
                self.scene.edges.iter().filter(|edge| edge.derived == at).map(|edge| edge.mark).collect();
            let height = MODEL_HEIGHT.max((HEAD.1 + 2.0) * marks.len() as f64 - 8.0);
            let (facts, name) = (text::width(&facts, SMALL) + 14.0, text::width(name, NAME));
            match owner {
                Some(owner) => (name.max(text::width(owner, SMALL) + facts), height),
                None => (name + facts, height),
            }
        } else {
            (text::width(&self.rest(&self.scene.rests[at - models]), NAME), REST_HEIGHT)
        };
        Size { width: (wish + 2.0 * INSET).clamp(NARROWEST, WIDEST).ceil(), height }
    }

    pub fn name(&self, place: usize) -> &str {
        self.world.name(self.scene.models[place].node)
    }

    /// The two lines of a label; the name of a missing base is not taken apart.
    pub fn label(&self, place: usize) -> (Option<&str>, &str) {
        match self.is_missing(place) && !is_model_id(self.name(place)) {
            true => (None, self.name(place)),
            false => parts(self.name(place)),
        }
    }

    pub fn is_missing(&self, place: usize) -> bool {
        self.world.graph.is_missing(self.scene.models[place].node)
    }

    /// Returns what stands beside a model's owner.
    pub fn facts(&self, place: usize) -> String {
        let node = self.scene.models[place].node;
        let missing = self.is_missing(place).then(|| "missing".to_owned());
        let downloads = self.world.downloads(node).map(|downloads| format!("{} ↓", text::short(downloads)));
        missing.into_iter().chain(downloads).collect::<Vec<_>>().join(" · ")
    }

    /// Returns the same in words, with the number of models that were derived from it.
    pub fn facts_in_words(&self, place: usize) -> String {
        let node = self.scene.models[place].node;
        let derived = self.world.graph.derived(node).len() as u64;
        let mut facts = Vec::new();
        if self.is_missing(place) {
            facts.push("a missing base".to_owned());
        }
        if self.world.graph.is_self_based(node) {
            facts.push("names itself as a base".to_owned());
        }
        if derived > 0 {
            facts.push(format!("{} derived", text::whole(derived)));
        }
        facts.extend(self.world.downloads(node).map(|count| counted(count, "download", "downloads")));
        facts.join(", ")
    }

    /// Returns all that is known of a model as one line: `unsloth/x, quantized from y, 120 derived, 7 downloads`.
    pub fn title(&self, place: usize) -> String {
        let node = self.scene.models[place].node;
        let mut title = text::quoted(self.name(place));
        let bases = self.world.graph.bases(node);
        // Of several bases, the one through which the model was chosen is named.
        let near = self
            .scene
            .edges
            .iter()
            .filter(|edge| edge.derived == place)
            .min_by_key(|edge| (edge.base != self.scene.models[place].through, edge.base));
        if let Some(edge) = near {
            title += &format!(", {} {}", edge.mark.from(), text::quoted(self.name(edge.base)));
            let others = bases.len().saturating_sub(1) as u64;
            if others > 0 {
                title += &format!(" and {}", counted(others, "other", "others"));
            }
        } else if !bases.is_empty() {
            title += &format!(", made from {}", counted(bases.len() as u64, "base", "bases"));
        }
        let facts = self.facts_in_words(place);
        if facts.is_empty() { title } else { format!("{title}, {facts}") }
    }

    /// Returns the label of a fold: `12,345 more quantized · 1.2M ↓`.
    pub fn rest(&self, rest: &Rest) -> String {
        let more = if rest.after.is_some() { " more" } else { "" };
        let what = match rest.part {
            Part::Bases if rest.count == 1 => "base",
            Part::Bases => "bases",
            Part::Derived => "derived",
            Part::Made(mark) if rest.count == 1 => mark.one(),
            Part::Made(mark) => mark.several(),
        };
        let downloads = rest.downloads.map(|downloads| format!(" · {} ↓", text::short(downloads)));
        match rest.count {
            0 => format!("no more {what}"),
            count => format!("{}{more} {what}{}", text::whole(count as u64), downloads.unwrap_or_default()),
        }
    }

    /// Returns what a fold is and what its link does.
    pub fn rest_title(&self, rest: &Rest) -> String {
        let of = text::quoted(self.name(rest.of));
        let kind = match rest.part {
            Part::Bases if rest.count == 1 => format!("base of {of}"),
            Part::Bases => format!("bases of {of}"),
            Part::Derived => format!("derived from {of}"),
            Part::Made(mark) => format!("{} {of}", mark.from()),
        };
        let downloads = rest
            .downloads
            .map(|count| format!(", {}", counted(count, "download", "downloads")))
            .unwrap_or_default();
        let count = text::whole(rest.count as u64);
        match self.scene.is_full {
            _ if rest.count == 0 => format!("all {kind} are shown"),
            true if rest.of == 0 => format!("{count} more {kind}{downloads}"),
            true => format!("{count} more {kind}{downloads}: show {of} on its own page"),
            false => format!("{count} more {kind}{downloads}: show the first of them"),
        }
    }

    /// Returns what a link does that closes a fold.
    pub fn closing_title(&self, of: usize, part: Part) -> String {
        let of = text::quoted(self.name(of));
        match part {
            Part::Bases => format!("Show fewer bases of {of}"),
            Part::Derived => format!("Fold what was derived from {of}"),
            Part::Made(mark) => format!("Show fewer {} {of}", mark.from()),
        }
    }

    /// Returns what a handle does.
    pub fn handle_title(&self, of: usize, handle: Handle) -> String {
        let Some(count) = handle.count else { return self.closing_title(of, handle.part) };
        let name = text::quoted(self.name(of));
        let what = match handle.part {
            Part::Bases => counted(count as u64, "base", "bases"),
            _ => counted(count as u64, "derived model", "derived models"),
        };
        match self.scene.is_full {
            true if of == 0 => format!("{what} of {name} folded"),
            true => format!("{what} of {name} folded: show it on its own page"),
            false => format!("Show {what} of {name}"),
        }
    }

    /// Returns what is drawn and what is not, in one or two sentences.
    pub fn summary(&self, hidden: u64) -> String {
        let count = |side| self.scene.models.iter().filter(|model| model.side == side).count() as u64;
        let some = |side, one, several| match count(side) {
            0 => format!("no {several}"),
            count => counted(count, one, several),
        };
        let above = some(Side::Above, "ancestor", "ancestors");
        let below = some(Side::Below, "descendant", "descendants");
        let folded = match hidden {
            0 => "none is folded".to_owned(),
            hidden => format!("{} more folded", text::whole(hidden)),
        };
        let mut summary = format!("Drawn are {above} and {below}; {folded}.");
        if self.scene.is_full {
            summary += " No more can be drawn at once: close a fold, or go to a model’s own page.";
        }
        if self.scene.has_more_edges {
            summary += " Some relations between these models are left out.";
        }
        summary
    }
}

impl Scene {
    /// Returns how many descendants of the model asked for are not drawn, and how many bases are folded.
    pub fn hidden(&self, descendants: &[u32], options: &Options) -> u64 {
        let node = self.models[0].node as usize;
        let descendants = descendants.get(node).map_or(0, |count| u64::from(*count));
        let below = if options.down { descendants.saturating_sub(self.drawn_below()) } else { 0 };
        let folds = self.rests.iter().filter(|rest| rest.part == Part::Bases).map(|rest| rest.count);
        let handles = self.models.iter().flat_map(|model| [model.beyond, model.above]).flatten();
        let handles = handles.filter(|handle| handle.part == Part::Bases).filter_map(|handle| handle.count);
        below + folds.chain(handles).sum::<usize>() as u64
    }

    /// How many descendants are drawn, those among them that stand above because of a cycle.
    fn drawn_below(&self) -> u64 {
        let mut is_reached = vec![false; self.models.len()];
        let mut left = vec![0];
        while let Some(place) = left.pop() {
            for edge in self.edges.iter().filter(|edge| edge.base == place && edge.derived != 0) {
                if !std::mem::replace(&mut is_reached[edge.derived], true) {
                    left.push(edge.derived);
                }
            }
        }
        is_reached.into_iter().filter(|is_reached| *is_reached).count() as u64
    }
}

fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", text::whole(count), if count == 1 { one } else { several })
}

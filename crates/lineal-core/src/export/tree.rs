//! What is a lineage as text for people, however large it is?
//!
//! Below the model stand the models that it was made from, then those made from it, each a tree of its own
//! that begins at the model. Lines are given out breadth first, so that near models are shown before far
//! ones. Derived models are grouped by operation; of each group those are shown on which most stands, and
//! the others are one line that counts them. What a node is made from, or what was made from it, stands
//! where it is first met; elsewhere a note leads there.

mod plan;

use crate::{
    legible::{count, cut, legible},
    lineage::Walk,
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::HashSet;
use plan::{Entry, Place, Plan, Rest, Way};

/// No name is cut to fewer characters, however narrow a line must be.
const NARROWEST: usize = 12;
/// Words that a hub uses for an operation are cut to so many characters.
const LONGEST_OPERATION: usize = 24;

/// How much of a tree is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeOptions {
    /// The most models derived from one by one operation; one more where it would be the only one left out.
    pub most: usize,
    /// The most lines in all; the model itself and headings are always there.
    pub lines: usize,
    /// The most characters in a line, by cutting names; `None` is no limit.
    pub width: Option<usize>,
}

impl Default for TreeOptions {
    fn default() -> TreeOptions {
        TreeOptions { most: 8, lines: 200, width: None }
    }
}

/// A line of a tree. How deep it stands is the number of its guides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub guides: Vec<Guide>,
    pub pieces: Vec<Piece>,
}

/// What leads from the margin to a line, one for each level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guide {
    /// The line hangs here, and others after it.
    Branch,
    /// The line is the last that hangs here.
    Last,
    /// Others hang here further down.
    Through,
    /// Nothing hangs here any more.
    Gap,
}

impl Guide {
    pub fn as_str(self) -> &'static str {
        match self {
            Guide::Branch => "├─ ",
            Guide::Last => "└─ ",
            Guide::Through => "│  ",
            Guide::Gap => "   ",
        }
    }
}

/// A part of a line; a space stands between two of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub role: Role,
    /// Legible: it does nothing to a terminal.
    pub text: String,
    /// Of a name: whose it is.
    pub node: Option<u32>,
}

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The name of the model asked for.
    Model,
    Heading,
    /// The name of another model.
    Name,
    /// The name of a missing base.
    Missing,
    /// How the relation to the line above was made.
    Operation,
    /// Downloads, and how many models were derived directly.
    Count,
    /// What is not shown here, and why.
    Note,
}

/// Draws a walk as a tree.
pub fn tree(world: &World, walk: &Walk, options: &TreeOptions) -> Vec<Line> {
    let plan = Plan::new(world, walk, options);
    let mut drawing = Drawing { world, walk, plan: &plan, width: options.width, lines: Vec::new() };
    drawing.push(Vec::new(), drawing.of_node(walk.model, Role::Model));
    for (way, heading) in [(Way::Up, "made from"), (Way::Down, "from it were made")] {
        drawing.half(way, heading);
    }
    if walk.is_truncated() {
        let (shown, found) = (count(walk.nodes.len() as u64), count(walk.found as u64));
        let text = format!("… only the nearest {shown} of {found} models were looked at");
        drawing.push(Vec::new(), vec![piece(Role::Note, text)]);
    }
    drawing.lines
}

/// Writes a tree as plain text, each line with its end.
pub fn plain(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        line.guides.iter().for_each(|guide| text += guide.as_str());
        let pieces: Vec<&str> = line.pieces.iter().map(|piece| piece.text.as_str()).collect();
        text += &pieces.join(" ");
        text.push('\n');
    }
    text
}

fn piece(role: Role, text: String) -> Piece {
    Piece { role, text, node: None }
}

/// The lines of a tree, as they come.
struct Drawing<'a> {
    world: &'a World,
    walk: &'a Walk,
    plan: &'a Plan,
    width: Option<usize>,
    lines: Vec<Line>,
}

impl Drawing<'_> {
    /// Draws what is on one side of the model.
    fn half(&mut self, way: Way, heading: &str) {
        let top = self.plan.top(way);
        if top.entries.is_empty() && top.hidden == 0 {
            return;
        }
        let mut heading = vec![piece(Role::Heading, heading.to_owned())];
        heading.extend(hidden(top));
        self.push(Vec::new(), heading);
        let mut drawn: HashSet<u32, RandomState> = HashSet::default();
        drawn.insert(self.walk.model);
        let mut waiting = Vec::new();
        hang(&mut waiting, &top.entries, &[]);
        while let Some((entry, guides)) = waiting.pop() {
            let pieces = match entry {
                Entry::Rest(rest) => vec![piece(Role::Note, self.rest(rest))],
                Entry::Place(at) => {
                    let place = &self.plan.places[*at];
                    let below: Vec<Guide> = guides.iter().map(|guide| continued(*guide)).collect();
                    hang(&mut waiting, &place.entries, &below);
                    self.of_place(place, &mut drawn)
                }
            };
            self.push(guides, pieces);
        }
    }

    fn of_place(&self, place: &Place, drawn: &mut HashSet<u32, RandomState>) -> Vec<Piece> {
        let mut pieces = vec![piece(Role::Operation, self.operation(place.operation))];
        let role = if self.world.graph.is_missing(place.node) { Role::Missing } else { Role::Name };
        pieces.extend(self.of_node(place.node, role));
        if place.is_repeated {
            let direction = if drawn.contains(&place.node) { "above" } else { "below" };
            pieces.push(piece(Role::Note, format!("… {direction}")));
        } else {
            drawn.insert(place.node);
        }
        pieces.extend(hidden(place));
        pieces
    }

    fn of_node(&self, node: u32, role: Role) -> Vec<Piece> {
        let text = legible(self.world.name(node)).into_owned();
        let mut pieces = vec![Piece { role, text, node: Some(node) }];
        if self.world.graph.is_missing(node) {
            pieces.push(piece(Role::Note, "(missing)".to_owned()));
        }
        if self.world.graph.is_self_based(node) {
            pieces.push(piece(Role::Note, "(self-based)".to_owned()));
        }
        let derived = self.world.graph.derived(node).len();
        let counts = [
            self.world.downloads(node).map(|downloads| format!("{} ↓", count(downloads))),
            (derived > 0).then(|| format!("{} derived", count(derived as u64))),
        ];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        if !counts.is_empty() {
            pieces.push(piece(Role::Count, counts.join(" · ")));
        }
        pieces
    }

    fn operation(&self, code: u8) -> String {
        let operation = self.world.graph.operations()[usize::from(code)].as_str();
        cut(&legible(operation), LONGEST_OPERATION).into_owned()
    }

    /// Says how many are not shown: `… and 12,345 more quantized, 1,234,567 downloads`.
    fn rest(&self, rest: &Rest) -> String {
        let mut text = format!("… and {} more", count(rest.count));
        if let Some(code) = rest.operation {
            text += &format!(" {}", self.operation(code));
        }
        if let Some(downloads) = rest.downloads {
            text += &format!(", {} downloads", count(downloads));
        }
        text
    }

    /// Adds a line, with its name cut so that it fits.
    fn push(&mut self, guides: Vec<Guide>, mut pieces: Vec<Piece>) {
        if let Some(width) = self.width {
            let long: usize = pieces.iter().map(|piece| piece.text.chars().count() + 1).sum();
            let excess = (guides.len() * 3 + long).saturating_sub(width + 1);
            let name = pieces.iter_mut().find(|piece| piece.node.is_some());
            if let Some(name) = name.filter(|_| excess > 0) {
                let room = name.text.chars().count().saturating_sub(excess);
                name.text = cut(&name.text, room.max(NARROWEST)).into_owned();
            }
        }
        self.lines.push(Line { guides, pieces });
    }
}

fn hidden(place: &Place) -> Option<Piece> {
    let hidden = (place.hidden > 0).then(|| format!("… {} not shown", count(place.hidden as u64)));
    hidden.map(|text| piece(Role::Note, text))
}

/// Lets entries wait to be drawn, the first on top.
fn hang<'a>(waiting: &mut Vec<(&'a Entry, Vec<Guide>)>, entries: &'a [Entry], above: &[Guide]) {
    for (at, entry) in entries.iter().enumerate().rev() {
        let guide = if at + 1 == entries.len() { Guide::Last } else { Guide::Branch };
        waiting.push((entry, above.iter().copied().chain([guide]).collect()));
    }
}

/// What a guide becomes below its line.
fn continued(guide: Guide) -> Guide {
    match guide {
        Guide::Branch | Guide::Through => Guide::Through,
        Guide::Last | Guide::Gap => Guide::Gap,
    }
}

#[cfg(test)]
mod tests;

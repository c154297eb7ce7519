//! Where does everything stand?
//!
//! A column for each layer, ancestors left and descendants right, because names are long and lines of text
//! are low. A line that passes a column takes a lane between its boxes; one that closes a cycle
//! returns below all boxes.

use super::{
    align::{Column, align},
    fold::Part,
    layers::layers,
    mark::Mark,
    order::{Cell, uncross},
    scene::{Scene, Side},
};
use std::{collections::BTreeMap, fmt::Write as _};

/// Between columns, room for the heads of arrows among it.
const GAP: f64 = 76.0;
/// How long and how high the head of an arrow is.
pub const HEAD: (f64, f64) = (19.0, 16.0);
/// Around everything.
const MARGIN: f64 = 8.0;
/// What handles take beside a column.
const HANDLE: f64 = 54.0;
const LANE: f64 = 6.0;
/// Between boxes that belong together, between a fold and what is not of its kind, and between others.
const NEAR: f64 = 8.0;
const NEXT: f64 = 15.0;
const APART: f64 = 20.0;
/// The most lanes; further long lines run straight.
const MOST_LANES: usize = 600;

/// How large a box wants to be.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

/// Where a box stands: models first, then rests.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub layer: i32,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    /// The operations by which it was made, and at which height their lines arrive.
    pub ports: Vec<(Mark, f64)>,
}

/// A line from a base to what was made from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub base: usize,
    pub derived: usize,
    /// `None` for a fold of bases, whose operations may differ.
    pub mark: Option<Mark>,
    pub closes_cycle: bool,
    /// As SVG writes it.
    pub path: String,
}

#[derive(Debug)]
pub struct Layout {
    pub frames: Vec<Frame>,
    /// The boxes of each column from left to right, from top to bottom.
    pub columns: Vec<Vec<usize>>,
    pub lines: Vec<Line>,
    /// What lines share that leave a box beside handles: from, to, at which height.
    pub trunks: Vec<(f64, f64, f64)>,
    pub width: f64,
    pub height: f64,
}

/// Lays a scene out; `sizes` are those of its models, then of its rests.
pub fn lay_out(scene: &Scene, sizes: &[Size]) -> Layout {
    let layers = box_layers(scene);
    let mut lines = lines(scene, &layers);
    let first = layers.iter().copied().min().unwrap_or(0);
    let count = layers.iter().copied().max().unwrap_or(0) - first + 1;
    let column = |layer: i32| (layer - first) as usize;

    let places = reading_order(scene);
    let mut cells: Vec<(usize, usize)> =
        layers.iter().zip(&places).map(|(layer, place)| (column(*layer), *place)).collect();
    let (lanes, segments) = take_lanes(&lines, &layers, first, &mut cells);
    let mut columns: Vec<Vec<Cell>> = vec![Vec::new(); count as usize];
    for (cell, (column, _)) in cells.iter().enumerate() {
        columns[*column].push(cell);
    }
    columns.iter_mut().for_each(|column| column.sort_by_key(|cell| cells[*cell].1));
    uncross(&mut columns, cells.len(), &segments);

    let height_of = |cell: Cell| sizes.get(cell).map_or(LANE, |size| size.height);
    let apart = |pair: &[Cell]| (height_of(pair[0]) + height_of(pair[1])) / 2.0 + between(scene, pair);
    let spaced = |cells: &Vec<Cell>| Column {
        cells: cells.clone(),
        apart: std::iter::once(0.0).chain(cells.windows(2).map(apart)).collect(),
    };
    let aligned: Vec<Column> = columns.iter().map(spaced).collect();
    let mut middles = align(&aligned, column(0), cells.len(), &segments);
    let top =
        (0..cells.len()).map(|cell| middles[cell] - height_of(cell) / 2.0).fold(f64::INFINITY, f64::min);
    middles.iter_mut().for_each(|middle| *middle = (*middle + MARGIN - top).round());

    let spans = spans(scene, &layers, sizes, first, count as usize);
    let mut frames: Vec<Frame> = (0..layers.len())
        .map(|place| {
            let Span { x, width, .. } = spans[column(layers[place])];
            let height = sizes[place].height;
            Frame {
                layer: layers[place],
                x,
                y: middles[place] - height / 2.0,
                width,
                height,
                ports: Vec::new(),
            }
        })
        .collect();
    add_ports(&mut frames, &lines);

    let bottom = (0..cells.len()).map(|cell| middles[cell] + height_of(cell) / 2.0).fold(0.0, f64::max);
    let mut below = bottom;
    for (line, lanes) in lines.iter_mut().zip(&lanes) {
        let (from, to) = (&frames[line.base], &frames[line.derived]);
        if line.closes_cycle {
            below += 12.0;
            line.path = around(from, to.arrival(line.mark), below);
        } else {
            let mut stops = vec![(&spans[column(from.layer)], from.middle())];
            stops.extend(lanes.iter().map(|lane| (&spans[cells[*lane].0], middles[*lane])));
            let (x, y) = to.arrival(line.mark);
            stops.push((&spans[column(to.layer)], y));
            line.path = curve(&stops, x);
        }
    }
    let mut sources: Vec<usize> =
        lines.iter().filter(|line| !line.closes_cycle).map(|line| line.base).collect();
    sources.sort_unstable();
    sources.dedup();
    let trunk = |source: usize| {
        let span = &spans[column(layers[source])];
        let left = span.x + span.width;
        (span.after > 0.0).then(|| (left, left + span.after, frames[source].middle()))
    };
    let trunks = sources.into_iter().filter_map(trunk).collect();
    let boxes = |column: Vec<Cell>| column.into_iter().filter(|cell| *cell < layers.len()).collect();
    let right = spans.last().map_or(0.0, |span| span.x + span.width + span.after);
    let closes_cycle = if below > bottom { 34.0 } else { 0.0 };
    Layout {
        columns: columns.into_iter().map(boxes).collect(),
        frames,
        lines,
        trunks,
        width: right + closes_cycle + MARGIN,
        height: below + MARGIN,
    }
}

impl Frame {
    /// The height of its middle.
    pub fn middle(&self) -> f64 {
        self.y + self.height / 2.0
    }

    /// Where a line by an operation ends.
    fn arrival(&self, mark: Option<Mark>) -> (f64, f64) {
        let port = self.ports.iter().find(|(other, _)| Some(*other) == mark);
        port.map_or((self.x, self.middle()), |(_, y)| (self.x - HEAD.0, *y))
    }
}

/// The layer of each box: a fold stands beside those of its kind.
fn box_layers(scene: &Scene) -> Vec<i32> {
    let mut layers = layers(scene);
    for rest in &scene.rests {
        let step = if rest.part == Part::Bases { -1 } else { 1 };
        layers.push(layers[rest.of] + step);
    }
    layers
}

/// The lines between boxes: relations, and those of folds.
fn lines(scene: &Scene, layers: &[i32]) -> Vec<Line> {
    let line = |base: usize, derived: usize, mark| Line {
        base,
        derived,
        mark,
        closes_cycle: layers[base] >= layers[derived],
        path: String::new(),
    };
    let relations = scene.edges.iter().map(|edge| line(edge.base, edge.derived, Some(edge.mark)));
    let rests = scene.rests.iter().zip(scene.models.len()..).map(|(rest, at)| match rest.part {
        Part::Bases => line(at, rest.of, None),
        Part::Derived => line(rest.of, at, None),
        Part::Made(mark) => line(rest.of, at, Some(mark)),
    });
    relations.chain(rests).collect()
}

/// The place of each box when one after the other is read: a model, what was chosen through it, and each fold
/// after the last that it continues.
fn reading_order(scene: &Scene) -> Vec<usize> {
    let models = scene.models.len();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); models];
    for (place, model) in scene.models.iter().enumerate().skip(1) {
        next[model.through].push(place);
    }
    for (rest, at) in scene.rests.iter().zip(models..) {
        let siblings = &mut next[rest.of];
        let after = siblings.iter().position(|place| Some(*place) == rest.after);
        siblings.insert(after.map_or(siblings.len(), |after| after + 1), at);
    }
    let mut places = vec![0; models + scene.rests.len()];
    let mut open = vec![0];
    let mut count = 0;
    while let Some(place) = open.pop() {
        places[place] = count;
        // Lanes find room between.
        count += 2;
        open.extend(next.get(place).into_iter().flatten().rev());
    }
    places
}

/// Makes a cell for each column that a line passes; returns those of each line, and the lines cut into
/// segments between columns that follow each other.
fn take_lanes(
    lines: &[Line],
    layers: &[i32],
    first: i32,
    cells: &mut Vec<(usize, usize)>,
) -> (Vec<Vec<Cell>>, Vec<(Cell, Cell)>) {
    let mut segments = Vec::new();
    let mut all = Vec::with_capacity(lines.len());
    let boxes = cells.len();
    for line in lines {
        let mut lanes = Vec::new();
        let passed = layers[line.base] + 1..layers[line.derived];
        if !line.closes_cycle && cells.len() - boxes + passed.len() <= MOST_LANES {
            let far = if layers[line.derived] > 0 { line.derived } else { line.base };
            let place = cells[far].1 + 1;
            for layer in passed {
                lanes.push(cells.len());
                cells.push(((layer - first) as usize, place));
            }
            let stops: Vec<Cell> = [&[line.base][..], &lanes, &[line.derived]].concat();
            segments.extend(stops.windows(2).map(|pair| (pair[0], pair[1])));
        }
        all.push(lanes);
    }
    (all, segments)
}

/// How much room is between two cells, one below the other.
fn between(scene: &Scene, pair: &[Cell]) -> f64 {
    let rest = |cell: Cell| cell.checked_sub(scene.models.len()).and_then(|at| scene.rests.get(at));
    let through = |cell: Cell| match scene.models.get(cell) {
        Some(model) => Some(model.through),
        None => rest(cell).map(|rest| rest.of),
    };
    match (through(pair[0]), through(pair[1])) {
        (Some(one), Some(other)) if one != other => APART,
        (Some(_), Some(_)) if rest(pair[0]).is_some() => NEXT,
        _ => NEAR,
    }
}

/// Where a column stands, and how much room handles take before and after it.
struct Span {
    x: f64,
    width: f64,
    before: f64,
    after: f64,
}

fn spans(scene: &Scene, layers: &[i32], sizes: &[Size], first: i32, count: usize) -> Vec<Span> {
    let mut spans: Vec<Span> =
        (0..count).map(|_| Span { x: 0.0, width: 0.0, before: 0.0, after: 0.0 }).collect();
    for (place, (layer, size)) in layers.iter().zip(sizes).enumerate() {
        let span = &mut spans[(layer - first) as usize];
        span.width = span.width.max(size.width);
        let (opens_left, opens_right) = match scene.models.get(place) {
            Some(model) => (model.opens_left(), model.opens_right()),
            None => (false, scene.rests[place - scene.models.len()].pages > 0),
        };
        span.before = span.before.max(if opens_left { HANDLE } else { 0.0 });
        span.after = span.after.max(if opens_right { HANDLE } else { 0.0 });
    }
    // A line that closes a cycle may arrive at the first column.
    let returns = scene.edges.iter().any(|edge| layers[edge.base] >= layers[edge.derived]);
    let mut x = MARGIN + if returns { 44.0 } else { 0.0 };
    for span in &mut spans {
        span.x = x + span.before;
        x = span.x + span.width + span.after + GAP;
    }
    spans
}

/// Spreads the operations by which a box was made over its left side.
fn add_ports(frames: &mut [Frame], lines: &[Line]) {
    let mut marks: BTreeMap<usize, Vec<Mark>> = BTreeMap::new();
    for line in lines {
        marks.entry(line.derived).or_default().extend(line.mark);
    }
    for (place, mut marks) in marks {
        marks.sort_unstable();
        marks.dedup();
        let frame = &mut frames[place];
        let step = (HEAD.1 + 2.0).min((frame.height + 8.0) / marks.len().max(1) as f64);
        let start = frame.middle() - step * (marks.len().saturating_sub(1)) as f64 / 2.0;
        frame.ports =
            marks.into_iter().zip(0..).map(|(mark, at)| (mark, start + step * f64::from(at))).collect();
    }
}

/// A smooth line from the first to the last of some columns, at a height in each; it ends at `x`. Beside
/// handles it runs straight, so that it does not cross those of others.
fn curve(stops: &[(&Span, f64)], x: f64) -> String {
    let mut path = String::new();
    for (at, pair) in stops.windows(2).enumerate() {
        let ((from, start), (to, end)) = (pair[0], pair[1]);
        let is_last = at + 2 == stops.len();
        let right = if is_last { x } else { to.x };
        let (bend, straight) = (from.x + from.width + from.after, to.x - to.before - HEAD.0);
        let half = (bend + straight) / 2.0;
        // Writing to a string cannot fail.
        let _ = match at {
            0 => write!(path, "M{bend:.0} {start:.0}"),
            _ => write!(path, "H{bend:.0}"),
        };
        let _ = write!(path, "C{half:.0} {start:.0} {half:.0} {end:.0} {straight:.0} {end:.0}H{right:.0}");
    }
    path
}

/// A line that returns below all boxes.
fn around(from: &Frame, (x, y): (f64, f64), below: f64) -> String {
    let (start, height) = (from.x + from.width, from.middle());
    let (out, back) = (start + 28.0, x - 22.0);
    format!(
        "M{start:.0} {height:.0}C{out:.0} {height:.0} {out:.0} {height:.0} {out:.0} {:.0}V{:.0}Q{out:.0} {below:.0} {:.0} {below:.0}\
         H{:.0}Q{back:.0} {below:.0} {back:.0} {:.0}V{:.0}C{back:.0} {y:.0} {back:.0} {y:.0} {x:.0} {y:.0}",
        height + 14.0,
        below - 10.0,
        out - 10.0,
        back + 10.0,
        below - 10.0,
        y + 14.0,
    )
}

impl super::scene::Model {
    /// Whether its handle stands left of it.
    fn opens_left(&self) -> bool {
        self.above.is_some() || (self.side == Side::Above && self.beyond.is_some())
    }

    /// Whether its handle stands right of it.
    fn opens_right(&self) -> bool {
        self.side != Side::Above && self.beyond.is_some()
    }
}

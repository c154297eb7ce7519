//! What changed from one snapshot to another, model by model?
//!
//! In memory are both worlds and, of the first snapshot, the few columns that are compared; the
//! second one is read along, and each change is handed over as it is found. So memory grows with
//! the number of models, never with that of changes.
//!
//! Changes come in the order of the second listing, those of one model in the order of
//! [`Kind::ALL`]; the deleted models come last, in the order of the first listing. What one of
//! the listings does not state of any model is not compared ([`Diff::compares`]).

mod cells;

use crate::snapshot::{ReadError, Snapshot};
use cells::{AllCells, COLUMNS, Choice, Row};
use lineal_core::{
    change::{
        Change, Kind, Value,
        bases::{self, Comparison},
        filter::{Filter, Within},
    },
    model_id::HubId,
    pairing::{self, Pairing, Renames},
    renames::Evidence,
    world::World,
};
use std::{ops::ControlFlow, thread};

/// Two snapshots, ready to be compared.
pub struct Diff {
    before: Side,
    after: Side,
    pairing: Pairing,
    renames: Renames,
}

/// One of the two snapshots.
struct Side {
    snapshot: Snapshot,
    world: World,
    hub_ids: Vec<Option<HubId>>,
    stated: Choice,
}

impl Side {
    fn open(snapshot: &Snapshot) -> Result<Side, ReadError> {
        let side = Side {
            world: snapshot.world()?,
            hub_ids: snapshot.hub_ids()?,
            stated: cells::stated(snapshot)?,
            snapshot: snapshot.clone(),
        };
        let fits = side.hub_ids.len() == side.world.graph.models() as usize;
        if fits { Ok(side) } else { Err(cells::misfit(snapshot)) }
    }

    fn hub_id(&self, node: u32) -> Option<HubId> {
        self.hub_ids[node as usize]
    }

    /// Whether the listing says anything in a matter, of any model.
    fn states(&self, kind: Kind) -> bool {
        match kind {
            Kind::Added | Kind::Deleted | Kind::Renamed => true,
            Kind::Reused => self.hub_ids.iter().any(Option::is_some),
            Kind::Relation => self.snapshot.manifest.relations > 0,
            Kind::Task => self.world.tasks.codes.iter().any(|code| *code != 0),
            Kind::Updated
            | Kind::License
            | Kind::Gated
            | Kind::Private
            | Kind::Disabled
            | Kind::NewVersion => columns_of(kind).any(|column| self.stated[column]),
        }
    }

    /// Says what changed about a model of this side.
    fn change<'a>(&'a self, kind: Kind, node: u32, [before, after]: [Option<Value<'a>>; 2]) -> Change<'a> {
        Change {
            kind,
            model: self.world.name(node),
            before,
            after,
            evidence: None,
            hub_id: self.hub_id(node),
            task: self.world.task(node),
            downloads: self.world.downloads(node),
        }
    }

    fn pairing(&self) -> pairing::Side<'_> {
        pairing::Side { world: &self.world, hub_ids: &self.hub_ids }
    }
}

/// The places in [`COLUMNS`] of what shows a kind of change.
fn columns_of(kind: Kind) -> impl Iterator<Item = usize> {
    (0..COLUMNS.len()).filter(move |column| COLUMNS[*column].1 == kind)
}

/// In which of two snapshots a listing says anything in a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    pub before: bool,
    pub after: bool,
}

impl Diff {
    /// Opens two snapshots and finds out which model is which.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn open(before: &Snapshot, after: &Snapshot, renames: Renames) -> Result<Diff, ReadError> {
        let (before, after) = thread::scope(|scope| {
            let other = scope.spawn(|| Side::open(before));
            let after = Side::open(after);
            // A panic there is one here.
            let before = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (before, after)
        });
        let (before, after) = (before?, after?);
        let pairing = Pairing::new(before.pairing(), after.pairing(), renames);
        Ok(Diff { before, after, pairing, renames })
    }

    /// The worlds before and after.
    pub fn worlds(&self) -> [&World; 2] {
        [&self.before.world, &self.after.world]
    }

    /// In which snapshot the listing says anything that could show a kind of change.
    pub fn stated(&self, kind: Kind) -> Stated {
        Stated { before: self.before.states(kind), after: self.after.states(kind) }
    }

    /// Whether changes of a kind can be told at all: both listings state what would show them, and
    /// models may have other names if that is what it is about.
    pub fn compares(&self, kind: Kind) -> bool {
        let is_asked = self.renames == Renames::On || !matches!(kind, Kind::Renamed | Kind::Reused);
        let is_stated = match kind {
            Kind::Updated => columns_of(kind).any(|column| self.compares_column(column)),
            _ => self.stated(kind) == Stated { before: true, after: true },
        };
        is_asked && is_stated
    }

    fn compares_column(&self, column: usize) -> bool {
        self.before.stated[column] && self.after.stated[column]
    }

    /// Hands over the changes one by one, until there are no more or `visit` breaks off.
    ///
    /// # Errors
    /// When a snapshot cannot be read.
    pub fn each<B>(
        &self,
        filter: &Filter,
        mut visit: impl FnMut(&Change) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, ReadError> {
        let asked = Asked::new(self, filter)?;
        let after = &self.after;
        let mut renamed: Vec<_> = self.pairing.renamed.iter().collect();
        renamed.sort_unstable_by_key(|rename| rename.later);
        let mut renamed = renamed.into_iter().peekable();
        let mut reused = self.pairing.reused.clone();
        reused.sort_unstable_by_key(|(_, now)| *now);
        let mut reused = reused.into_iter().peekable();
        let mut node = 0;
        for cells in cells::read(&after.snapshot, asked.chosen)? {
            let cells = cells?;
            if cells.models > (after.world.graph.models() - node) as usize {
                return Err(cells::misfit(&after.snapshot));
            }
            for row in 0..cells.models {
                let before = self.pairing.earlier_of(node);
                let model = Model {
                    before: before.map(|node| Place { node, row: asked.cells.of(node) }),
                    after: Place { node, row: Row::new(&cells, row) },
                    renamed: renamed.next_if(|rename| rename.later == node).map(|rename| rename.evidence),
                    name_of: reused.next_if(|(_, now)| *now == node).map(|(had, _)| had),
                };
                for change in asked.changes(&model) {
                    if let ControlFlow::Break(end) = visit(&change) {
                        return Ok(ControlFlow::Break(end));
                    }
                }
                node += 1;
            }
        }
        if node < after.world.graph.models() {
            return Err(cells::misfit(&after.snapshot));
        }
        if asked.wants(Kind::Deleted) {
            for node in self.pairing.deleted().filter(|node| asked.within[0].holds(*node)) {
                let bases = Value::Bases(bases::declared(&self.before.world, node));
                let change = self.before.change(Kind::Deleted, node, [Some(bases), None]);
                if let ControlFlow::Break(end) = visit(&change) {
                    return Ok(ControlFlow::Break(end));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// A model of the second listing, with what it was before.
struct Model<'a> {
    before: Option<Place<'a>>,
    after: Place<'a>,
    /// Why it is held to be the same, if it had another name.
    renamed: Option<Evidence>,
    /// The other repository that had its name before, if one had.
    name_of: Option<u32>,
}

/// Where a model stands in one of the two snapshots.
#[derive(Clone, Copy)]
struct Place<'a> {
    node: u32,
    row: Row<'a>,
}

/// What is asked of two snapshots, and what it takes to answer that.
struct Asked<'a> {
    diff: &'a Diff,
    /// The kinds that are asked for and can be told.
    wanted: Vec<Kind>,
    /// The conditions on models before and after.
    within: [Within<'a>; 2],
    bases: Comparison<'a>,
    /// The columns that are compared.
    chosen: Choice,
    /// What the first listing says in them.
    cells: AllCells,
}

impl<'a> Asked<'a> {
    fn new(diff: &'a Diff, filter: &'a Filter) -> Result<Asked<'a>, ReadError> {
        let worlds = diff.worlds();
        let wants = |kind: Kind| filter.wants(kind) && diff.compares(kind);
        let wanted: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| wants(*kind)).collect();
        let chosen = std::array::from_fn(|at| wanted.contains(&COLUMNS[at].1) && diff.compares_column(at));
        Ok(Asked {
            diff,
            wanted,
            within: worlds.map(|world| filter.within(world)),
            bases: Comparison::new(worlds[0], worlds[1], &diff.pairing),
            chosen,
            cells: AllCells::read(&diff.before.snapshot, chosen, worlds[0].graph.models())?,
        })
    }

    fn wants(&self, kind: Kind) -> bool {
        self.wanted.contains(&kind)
    }

    /// Returns what changed about a model, in the order of [`Kind::ALL`].
    fn changes<'c>(&'c self, model: &Model<'c>) -> Vec<Change<'c>> {
        let [within_before, within_after] = &self.within;
        let is_asked = within_after.holds(model.after.node);
        let model_is_asked = is_asked || model.before.is_some_and(|before| within_before.holds(before.node));
        let name_is_asked = is_asked || model.name_of.is_some_and(|had| within_before.holds(had));
        let mut changes = Vec::new();
        if !model_is_asked && !name_is_asked {
            return changes;
        }
        let after = &self.diff.after;
        for kind in &self.wanted {
            let values = match (*kind, model.before) {
                (Kind::Reused, _) => self.identities(model).filter(|_| name_is_asked),
                _ if !model_is_asked => None,
                (Kind::Added, None) => {
                    Some([None, Some(Value::Bases(bases::declared(&after.world, model.after.node)))])
                }
                (_, None) => None,
                (kind, Some(before)) => self.compare(kind, before, model),
            };
            if let Some(values) = values {
                let mut change = after.change(*kind, model.after.node, values);
                change.evidence = model.renamed.filter(|_| *kind == Kind::Renamed);
                changes.push(change);
            }
        }
        changes
    }

    /// Returns the hub ids of two repositories that had the same name, one after the other.
    fn identities(&self, model: &Model) -> Option<[Option<Value<'static>>; 2]> {
        let ids = [self.diff.before.hub_id(model.name_of?), self.diff.after.hub_id(model.after.node)];
        Some(ids.map(|id| id.map(Value::HubId)))
    }

    /// Returns what a model had and has, if that is different.
    fn compare<'c>(
        &'c self,
        kind: Kind,
        before: Place<'c>,
        model: &Model<'c>,
    ) -> Option<[Option<Value<'c>>; 2]> {
        let nodes = [(&self.diff.before.world, before.node), (&self.diff.after.world, model.after.node)];
        let rows = [before.row, model.after.row];
        let values = |column: usize| rows.map(|row| row.value(column));
        let is_same = |column: usize| rows[0].is_same(rows[1], column);
        match kind {
            Kind::Added | Kind::Deleted | Kind::Reused => None,
            Kind::Renamed => {
                model.renamed?;
                Some(nodes.map(|(world, node)| Some(Value::Text(world.name(node)))))
            }
            Kind::Relation if self.bases.is_same(before.node, model.after.node) => None,
            Kind::Relation => {
                Some(nodes.map(|(world, node)| Some(Value::Bases(bases::declared(world, node)))))
            }
            Kind::Task => {
                let tasks = nodes.map(|(world, node)| world.task(node));
                (tasks[0] != tasks[1]).then(|| tasks.map(|task| task.map(Value::Text)))
            }
            Kind::Updated if columns_of(kind).all(is_same) => None,
            // Every model has a commit: one that is not stated is not known, and cannot be compared.
            Kind::Updated => {
                let mut known = columns_of(kind).map(values);
                known.find(|values| values.iter().all(Option::is_some)).filter(|[one, other]| one != other)
            }
            Kind::License | Kind::Gated | Kind::Private | Kind::Disabled | Kind::NewVersion => {
                columns_of(kind).find(|column| !is_same(*column)).map(values)
            }
        }
    }
}

#[cfg(test)]
mod tests;

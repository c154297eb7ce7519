//! The study's definitions and its scripts, written down naively, to check the fast code by.

use ring::digest;
use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    fs,
    path::Path,
};

/// A row of a relation table.
#[derive(Clone, Debug)]
pub struct Row {
    pub model: String,
    pub operation: String,
    pub bases: String,
}

impl Row {
    pub fn bases(&self) -> impl Iterator<Item = &str> {
        self.bases.split(',').map(str::trim).filter(|base| !base.is_empty())
    }
}

/// Reads a relation table whose only quoted cells are the last ones.
pub fn rows(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).expect("a table");
    let row = |line: &str| {
        let mut cells = line.splitn(3, ',');
        let mut cell = || cells.next().expect("three cells").trim_matches('"').to_owned();
        Row { model: cell(), operation: cell(), bases: cell() }
    };
    text.lines().skip(1).map(row).collect()
}

/// The rows by model, in the order in which models came.
#[derive(Clone, Default)]
struct Snapshot {
    rows: Vec<Option<Row>>,
    places: HashMap<String, usize>,
}

impl Snapshot {
    fn put(&mut self, row: Row) {
        match self.places.get(&row.model) {
            Some(place) => self.rows[*place] = Some(row),
            None => {
                self.places.insert(row.model.clone(), self.rows.len());
                self.rows.push(Some(row));
            }
        }
    }

    fn remove(&mut self, model: &str) {
        if let Some(place) = self.places.remove(model) {
            self.rows[place] = None;
        }
    }
}

/// Replays the weekly lists of added and deleted models, as `../shared/tools/replay.py` does:
/// dates (`0312`) and rows.
pub fn replay(weekly: &Path) -> Vec<(String, Vec<Row>)> {
    let names = fs::read_dir(weekly).expect("a folder").map(|entry| entry.expect("listed").file_name());
    let week = |name: String| Some(name.strip_prefix("added_model_")?.strip_suffix(".csv")?.to_owned());
    let mut weeks: Vec<String> = names.filter_map(|name| week(name.into_string().ok()?)).collect();
    weeks.sort();
    let read = |kind: &str, week: &String| rows(&weekly.join(format!("{kind}_model_{week}.csv")));
    let lists: Vec<(Vec<Row>, Vec<Row>)> =
        weeks.iter().map(|week| (read("deleted", week), read("added", week))).collect();

    let mut first = Snapshot::default();
    let mut met = HashSet::new();
    let mut named = HashSet::new();
    for (deleted, added) in &lists {
        for row in deleted {
            if met.insert(row.model.clone()) {
                first.put(row.clone());
            }
        }
        met.extend(added.iter().map(|row| row.model.clone()));
        named.extend(deleted.iter().chain(added).flat_map(Row::bases).map(str::to_owned));
    }
    let mut never_listed: Vec<String> = named.into_iter().filter(|base| !met.contains(base)).collect();
    never_listed.sort();
    for model in never_listed {
        first.put(Row { model, operation: String::new(), bases: String::new() });
    }
    let mut snapshot = first;
    let present = |snapshot: &Snapshot| snapshot.rows.iter().flatten().cloned().collect();
    let mut snapshots = vec![("0312".to_owned(), present(&snapshot))];
    for (week, (deleted, added)) in weeks.into_iter().zip(lists) {
        deleted.iter().for_each(|row| snapshot.remove(&row.model));
        added.into_iter().for_each(|row| snapshot.put(row));
        snapshots.push((week, present(&snapshot)));
    }
    snapshots
}

/// Writes rows as a relation table.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("Model ID,Type,Base Model\n");
    for Row { model, operation, bases } in rows {
        text += &match bases.contains(',') {
            true => format!("{model},{operation},\"{bases}\"\n"),
            false => format!("{model},{operation},{bases}\n"),
        };
    }
    text
}

/// Models by their place, and what was made from each.
pub struct Hub {
    pub ids: Vec<String>,
    operations: Vec<String>,
    /// Names of the bases, as declared.
    bases: Vec<Vec<String>>,
    place: HashMap<String, usize>,
    derived: Vec<Vec<usize>>,
}

const FORMAL: &str = "formal";

impl Hub {
    pub fn new(rows: &[Row]) -> Hub {
        let ids: Vec<String> = rows.iter().map(|row| row.model.clone()).collect();
        let place: HashMap<String, usize> = ids.iter().cloned().zip(0..).collect();
        let mut derived = vec![Vec::new(); ids.len()];
        for (model, row) in rows.iter().enumerate() {
            for base in row.bases().filter_map(|base| place.get(base)).filter(|base| **base != model) {
                derived[*base].push(model);
            }
        }
        let bases = rows.iter().map(|row| row.bases().map(str::to_owned).collect()).collect();
        Hub { ids, operations: rows.iter().map(|row| row.operation.clone()).collect(), bases, place, derived }
    }

    /// Counts of the relations: declared, resolved, dangling, of a model to itself.
    pub fn relations(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for (model, bases) in self.bases.iter().enumerate() {
            for base in bases {
                counts[0] += 1;
                match self.place.get(base) {
                    Some(base) if *base == model => counts[3] += 1,
                    Some(_) => counts[1] += 1,
                    None => counts[2] += 1,
                }
            }
        }
        counts
    }

    /// Counts of the models that are bases, and that declare one.
    pub fn bases_and_derived(&self) -> [usize; 2] {
        let derived = self.bases.iter().filter(|bases| !bases.is_empty()).count();
        [self.derived.iter().filter(|derived| !derived.is_empty()).count(), derived]
    }

    fn roots(&self) -> impl Iterator<Item = usize> {
        (0..self.ids.len()).filter(|model| self.bases[*model].is_empty() && !self.derived[*model].is_empty())
    }

    pub fn chains(&self, semantics: &str) -> Vec<Vec<usize>> {
        let mut chains = Vec::new();
        let by_script = self.derived_by_script();
        for root in self.roots() {
            match semantics {
                FORMAL => self.extend(&mut vec![root], &mut chains),
                _ if by_script[root].is_empty() => {}
                _ => walk(root, &by_script, &mut chains),
            }
        }
        chains
    }

    /// Adds every maximal simple path that starts with this one.
    fn extend(&self, path: &mut Vec<usize>, chains: &mut Vec<Vec<usize>>) {
        let last = path[path.len() - 1];
        let mut ends = true;
        for next in self.derived[last].iter().copied() {
            if !path.contains(&next) {
                ends = false;
                path.push(next);
                self.extend(path, chains);
                path.pop();
            }
        }
        if ends {
            chains.push(path.clone());
        }
    }

    /// What the study's script sees under each base: nothing, if the base names itself.
    fn derived_by_script(&self) -> Vec<Vec<usize>> {
        let rank = |model: &usize| {
            ["finetune", "adapter", "merge", "quantized"]
                .iter()
                .position(|word| *word == self.operations[*model])
        };
        let seen = |(base, derived): (usize, &Vec<usize>)| {
            if self.bases[base].contains(&self.ids[base]) {
                return Vec::new();
            }
            let mut derived = derived.clone();
            derived.sort_by_key(rank);
            derived
        };
        self.derived.iter().enumerate().map(seen).collect()
    }

    /// The chain as it is printed.
    pub fn line(&self, chain: &[usize]) -> String {
        chain.iter().map(|model| self.ids[*model].as_str()).collect::<Vec<_>>().join(" -> ")
    }

    fn group(&self, model: usize) -> &str {
        match &*self.operations[model] {
            "adapter" => "finetune",
            other => other,
        }
    }

    /// Which operation occurs most in each chain, `tie` if several do; which of those comes first;
    /// and how many different ones there are.
    pub fn operations(&self, chains: &[Vec<usize>]) -> [BTreeMap<String, u64>; 3] {
        let mut counted: [BTreeMap<String, u64>; 3] = Default::default();
        for chain in chains {
            let mut often: Vec<(&str, usize)> = Vec::new();
            for model in &chain[1..] {
                let group = self.group(*model);
                match often.iter_mut().find(|(other, _)| *other == group) {
                    Some((_, count)) => *count += 1,
                    None => often.push((group, 1)),
                }
            }
            let most = often.iter().map(|(_, count)| *count).max().unwrap_or(0);
            let mut leading = often.iter().filter(|(_, count)| *count == most).map(|(group, _)| *group);
            let first = leading.next().expect("two models at least");
            let strict = if leading.next().is_some() { "tie" } else { first };
            for (counts, key) in counted.iter_mut().zip([strict, first, &often.len().to_string()]) {
                match counts.get_mut(key) {
                    Some(count) => *count += 1,
                    None => drop(counts.insert(key.to_owned(), 1)),
                }
            }
        }
        counted
    }

    /// Roots with the number of models made from them, largest first.
    pub fn clusters(&self) -> Vec<(String, usize)> {
        let size = |root: usize| {
            let mut found = HashSet::from([root]);
            let mut waiting = vec![root];
            while let Some(model) = waiting.pop() {
                waiting.extend(self.derived[model].iter().copied().filter(|model| found.insert(*model)));
            }
            (self.ids[root].clone(), found.len() - 1)
        };
        let mut clusters: Vec<(String, usize)> = self.roots().map(size).collect();
        clusters.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        clusters
    }
}

/// Walks breadth first over paths with one set of visited models, as the study's script does.
fn walk(root: usize, derived: &[Vec<usize>], chains: &mut Vec<Vec<usize>>) {
    let mut visited = HashSet::new();
    let mut waiting = VecDeque::from([vec![root]]);
    while let Some(path) = waiting.pop_front() {
        let last = path[path.len() - 1];
        visited.insert(last);
        if derived[last].is_empty() {
            chains.push(path);
            continue;
        }
        for next in derived[last].iter().filter(|next| !visited.contains(*next)) {
            let mut longer = path.clone();
            longer.push(*next);
            waiting.push_back(longer);
        }
    }
}

/// Counts by a key.
pub fn histogram(keys: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

/// The hash of lines that are sorted by their bytes and each ended.
pub fn hash_of_sorted<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut lines: Vec<&str> = lines.collect();
    lines.sort_unstable();
    let mut hash = digest::Context::new(&digest::SHA256);
    for line in lines {
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

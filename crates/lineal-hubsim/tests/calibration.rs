//! Does a hub of 200,000 models have the shape that the study found?
//!
//! The bands are around the published shares of 2025-06-25; they are wide where a share hangs on
//! a few large families.

use lineal_core::date::SnapshotDate;
use lineal_hubsim::{Hub, Options};
use std::collections::{HashMap, HashSet};

/// The relation table, read back.
struct Shape {
    models: HashSet<String>,
    /// Operation and bases of each derived model.
    derived: HashMap<String, (String, Vec<String>)>,
}

impl Shape {
    fn of(models: usize) -> Shape {
        let first = SnapshotDate::new(2025, 6, 25).expect("a date");
        let mut table = Vec::new();
        Hub::new(&Options::new(1, models, 1, first)).write_relation_table(&mut table).expect("memory");
        let table = String::from_utf8(table).expect("text");
        let mut shape = Shape { models: HashSet::new(), derived: HashMap::new() };
        for line in table.lines().skip(1) {
            let (id, rest) = line.split_once(',').expect("an id");
            let (operation, bases) = rest.split_once(',').expect("an operation");
            shape.models.insert(id.to_owned());
            if !operation.is_empty() {
                let bases = bases.trim_matches('"').split(", ").map(str::to_owned).collect();
                shape.derived.insert(id.to_owned(), (operation.to_owned(), bases));
            }
        }
        shape
    }

    fn relations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.derived.iter().flat_map(|(id, (_, bases))| bases.iter().map(|base| (base.as_str(), id.as_str())))
    }

    /// Returns what is derived from each present base, self-bases left out.
    fn derived_from(&self) -> HashMap<&str, Vec<&str>> {
        let mut found: HashMap<&str, Vec<&str>> = HashMap::new();
        for (base, derived) in self.relations() {
            if base != derived && self.models.contains(base) {
                found.entry(base).or_default().push(derived);
            }
        }
        found
    }

    fn share_of_operation(&self, words: &[&str]) -> f64 {
        let having = self.derived.values().filter(|(operation, _)| words.contains(&operation.as_str()));
        having.count() as f64 / self.derived.len() as f64
    }
}

/// Returns how many models each cluster holds beside its root, largest first.
fn cluster_sizes(roots: &[&str], derived_from: &HashMap<&str, Vec<&str>>) -> Vec<usize> {
    let size = |&root: &&str| {
        let (mut seen, mut open) = (HashSet::from([root]), vec![root]);
        while let Some(model) = open.pop() {
            let next = derived_from.get(model).into_iter().flatten();
            open.extend(next.filter(|&&derived| seen.insert(derived)));
        }
        seen.len() - 1
    };
    let mut sizes: Vec<usize> = roots.iter().map(size).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes
}

/// Returns the number of chains to a leaf below a model, and the models on the longest.
fn chains<'a>(
    model: &'a str,
    derived_from: &HashMap<&'a str, Vec<&'a str>>,
    known: &mut HashMap<&'a str, (f64, usize)>,
) -> (f64, usize) {
    if let Some(&answer) = known.get(model) {
        return answer;
    }
    let (mut count, mut longest) = (0.0, 0);
    for derived in derived_from.get(model).into_iter().flatten() {
        let (more, length) = chains(derived, derived_from, known);
        count += more;
        longest = longest.max(length);
    }
    let answer = (if longest == 0 { 1.0 } else { count }, longest + 1);
    known.insert(model, answer);
    answer
}

fn check(what: &str, found: f64, band: std::ops::RangeInclusive<f64>) {
    assert!(band.contains(&found), "{what} is {found}, expected {band:?}");
}

#[test]
fn a_hub_has_the_shape_the_study_found() {
    let shape = Shape::of(200_000);
    let all = shape.models.len() as f64;
    let derived_from = shape.derived_from();
    let roots: Vec<&str> =
        derived_from.keys().copied().filter(|&base| !shape.derived.contains_key(base)).collect();
    let relations = shape.relations().count() as f64;
    let missing = shape.relations().filter(|(base, _)| !shape.models.contains(*base)).count() as f64;
    let own = shape.relations().filter(|(base, derived)| base == derived).count() as f64;

    check("models", all, 200_000.0..=200_000.0);
    check("derived", shape.derived.len() as f64 / all, 0.285..=0.31); // 0.298
    check("bases", derived_from.len() as f64 / all, 0.024..=0.034); // 0.027
    check("roots", roots.len() as f64 / all, 0.012..=0.017); // 0.0139
    check("fine-tuned", shape.share_of_operation(&["finetune", "adapter", "distill"]), 0.77..=0.81); // 0.790
    check("quantized", shape.share_of_operation(&["quantized"]), 0.17..=0.20); // 0.186
    check("merged", shape.share_of_operation(&["merge"]), 0.021..=0.028); // 0.024
    check("missing", missing / relations, 0.004..=0.02);
    check("self-based", own / relations, 0.0005..=0.002);

    let sizes = cluster_sizes(&roots, &derived_from);
    let clusters = sizes.len() as f64;
    let with = |sizes: &[usize], derived: usize| sizes.iter().filter(|&&size| size == derived).count() as f64;
    check("largest cluster", sizes[0] as f64 / all, 0.012..=0.03); // 0.018
    check("mean cluster", sizes.iter().sum::<usize>() as f64 / clusters, 20.0..=42.0); // 29
    check("clusters with one derived model", with(&sizes, 1) / clusters, 0.44..=0.56); // 0.49
    check("clusters with two", with(&sizes, 2) / clusters, 0.12..=0.20); // 0.19

    let mut known = HashMap::new();
    let ends: Vec<(f64, usize)> = roots.iter().map(|root| chains(root, &derived_from, &mut known)).collect();
    check("chains", ends.iter().map(|(count, _)| count).sum::<f64>() / all, 0.3..=3.0); // 0.56 walked
    check("longest chain", ends.iter().map(|&(_, length)| length).max().unwrap_or(0) as f64, 20.0..=42.0); // 40
}

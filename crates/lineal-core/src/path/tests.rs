use super::*;
use crate::{
    evidence::{EvidenceBuilder, Grounds},
    field::State,
    profiles::ProfilesBuilder,
    record::ModelRecord,
    testing::world,
    world::World,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A world of which nothing but its graph is known.
fn atlas(text: &str) -> Atlas {
    let world = world(text);
    let mut profiles = ProfilesBuilder::default();
    for _ in 0..world.graph.models() {
        profiles.push(&ModelRecord::named("any/name".parse().expect("a name")), [State::Unclear; 5]);
    }
    let mut evidence = EvidenceBuilder::default();
    (0..world.graph.relations()).for_each(|_| evidence.push(&Grounds::default()));
    Atlas::new(world, profiles.finish(), evidence.finish()).expect("of one size")
}

fn between(atlas: &Atlas, from: &str, to: &str, limit: usize) -> Paths {
    let node = |name| atlas.world.ids.find(name).expect("named");
    paths(atlas, node(from), node(to), limit)
}

/// Shows a path as `a < b > c`, where `<` is a climb to a base.
fn shown(path: &Path) -> String {
    let mut text = path.models[0].clone();
    for (pair, relation) in path.models.windows(2).zip(&path.relations) {
        let climbs = relation.base == pair[1] && relation.derived == pair[0];
        assert!(climbs || (relation.base == pair[0] && relation.derived == pair[1]), "{relation:?}");
        text += &format!(" {} {}", if climbs { "<" } else { ">" }, pair[1]);
    }
    assert_eq!(path.relations.len() + 1, path.models.len());
    text
}

/// Checks the nearest common ancestors as `name from_depth to_depth`, their number in all, and the paths.
fn check(graph: &str, from: &str, to: &str, nearest: &str, common: u64, paths: &[&str]) {
    let found = between(&atlas(graph), from, to, 10);
    let near = |each: &Common| format!("{} {} {}", each.id, each.from_depth, each.to_depth);
    assert_eq!(found.nearest.iter().map(near).collect::<Vec<_>>().join(", "), nearest);
    assert_eq!((found.common, found.truncated), (common, false));
    assert_eq!(found.paths.iter().map(shown).collect::<Vec<_>>(), paths);
}

const FAMILY: &str = "
    gone? -finetune-> base
    base -finetune-> chat
    base -finetune-> code
    chat -merge-> mix
    code -merge-> mix
    chat -quantized-> small
    other -finetune-> apart
";

#[test]
fn siblings_are_related_through_what_both_were_made_from() {
    check(FAMILY, "chat", "code", "base 1 1", 2, &["chat < base > code"]);
    check(FAMILY, "mix", "small", "chat 1 1", 3, &["mix < chat > small", "mix < code < base > chat > small"]);
}

#[test]
fn a_model_is_related_to_its_ancestor_by_a_climb_alone() {
    check(FAMILY, "mix", "base", "base 2 0", 2, &["mix < chat < base", "mix < code < base"]);
    check(FAMILY, "base", "small", "base 0 2", 2, &["base > chat > small"]);
}

#[test]
fn a_missing_base_can_relate_models() {
    let graph = "gone? -finetune-> a\ngone? -finetune-> b";
    let found = between(&atlas(graph), "a", "b", 10);
    assert!(found.nearest[0].missing);
    assert_eq!((found.paths[0].through.as_str(), found.paths.len()), ("gone", 1));
}

#[test]
fn a_model_is_related_to_itself_by_itself() {
    check(FAMILY, "mix", "mix", "mix 0 0", 5, &["mix"]);
}

#[test]
fn models_that_share_nothing_are_not_related() {
    check(FAMILY, "mix", "apart", "", 0, &[]);
}

#[test]
fn on_a_cycle_none_is_nearer_and_each_path_counts_once() {
    check(
        "
        base -finetune-> a
        a -finetune-> b
        b -finetune-> a
        a -quantized-> x
        b -quantized-> y
        ",
        "x",
        "y",
        "a 1 2, b 2 1",
        3,
        &["x < a < b > y"],
    );
}

#[test]
fn more_paths_than_asked_for_are_said_to_be_there() {
    let atlas = atlas(FAMILY);
    let some = |limit| {
        let found = between(&atlas, "mix", "base", limit);
        (found.paths.len(), found.truncated)
    };
    assert_eq!([some(0), some(1), some(2), some(3)], [(0, true), (1, true), (2, false), (2, false)]);
}

#[test]
fn merges_of_merges_above_what_both_come_from_cost_nothing() {
    // There are 2^40 ways up, and none of them comes down again but through the middle.
    let mut graph =
        String::from("l0 -merge-> middle\nr0 -merge-> middle\nmiddle -merge-> x\nmiddle -merge-> y\n");
    for layer in 0..40 {
        for (from, to) in ["ll", "lr", "rl", "rr"].map(|pair| pair.split_at(1)) {
            graph += &format!("{from}{} -merge-> {to}{layer}\n", layer + 1);
        }
    }
    let found = between(&atlas(&graph), "x", "y", 10);
    assert_eq!((found.paths.len(), found.truncated, found.common), (1, false, 83));
    let top = between(&atlas(&graph), "x", "l40", 10);
    assert_eq!((top.paths.len(), top.truncated), (10, true));
    assert!(top.paths[0].models[2..41].iter().all(|model| model.starts_with('l')), "first by names");
}

#[test]
fn paths_are_as_many_as_the_work_set_aside_allows() {
    let world = world(FAMILY);
    let node = |name| world.ids.find(name).expect("named");
    let ancestry = Ancestry::new(&world, node("mix"), node("base"));
    let found = |looks| {
        let shortest = shortest::shortest(&ancestry, 10, looks);
        (shortest.paths.len(), shortest.more)
    };
    assert_eq!([found(0), found(12), found(1_000)], [(0, true), (1, true), (2, false)]);
}

/// Every path by trying all, as models by name, and the readings of each: how many relations it may climb.
fn naively(world: &World, from: u32, to: u32) -> Vec<Vec<String>> {
    fn go(world: &World, to: u32, path: &mut Vec<u32>, found: &mut BTreeSet<(usize, Vec<String>)>) {
        let graph = &world.graph;
        let is_up = |pair: &[u32]| graph.bases(pair[0]).contains(&pair[1]);
        let is_down = |pair: &[u32]| graph.bases(pair[1]).contains(&pair[0]);
        let relations: Vec<&[u32]> = path.windows(2).collect();
        let fits = |climb: usize| {
            relations[..climb].iter().all(|pair| is_up(pair))
                && relations[climb..].iter().all(|pair| is_down(pair))
        };
        if !(0..=relations.len()).any(fits) {
            return;
        }
        let last = path[path.len() - 1];
        if last == to {
            found.insert((path.len(), path.iter().map(|node| world.name(*node).to_owned()).collect()));
            return;
        }
        for next in 0..graph.nodes() {
            if !path.contains(&next) {
                path.push(next);
                go(world, to, path, found);
                path.pop();
            }
        }
    }
    let mut found = BTreeSet::new();
    go(world, to, &mut vec![from], &mut found);
    found.into_iter().map(|(_, path)| path).collect()
}

/// A node and all that it was made from.
fn above(world: &World, node: u32) -> BTreeSet<u32> {
    let mut above = BTreeSet::from([node]);
    let mut waiting = vec![node];
    while let Some(next) = waiting.pop() {
        waiting.extend(world.graph.bases(next).iter().filter(|base| above.insert(**base)));
    }
    above
}

proptest! {
    #[test]
    fn paths_are_all_paths_shortest_first(
        relations in prop::collection::vec((0u32..8, 0u32..8), 0..20),
        limit in 0usize..12,
    ) {
        let names = (0..8).map(|node| format!("m{node}"));
        let lines = relations.iter().map(|(base, derived)| format!("m{base} -merge-> m{derived}"));
        let atlas = atlas(&names.chain(lines).collect::<Vec<_>>().join("\n"));
        let world = &atlas.world;
        let all = naively(world, 0, 1);
        let found = paths(&atlas, 0, 1, limit);
        let listed: Vec<&Vec<String>> = found.paths.iter().map(|path| &path.models).collect();
        prop_assert_eq!(&listed, &all.iter().take(limit).collect::<Vec<_>>());
        prop_assert_eq!(found.truncated, all.len() > limit);
        for path in &found.paths {
            let readings = shown(path);
            let climbs = readings.rfind('<').unwrap_or(0);
            prop_assert!(readings.find('>').is_none_or(|goes_down| climbs < goes_down), "{}", readings);
            let models = readings.split(' ').step_by(2);
            let top = models.zip(readings.split(' ').skip(1).step_by(2).chain([">"])).find(|(_, way)| *way == ">");
            prop_assert_eq!(top.map(|(model, _)| model), Some(path.through.as_str()));
        }
        // Nearest are the common ancestors from which no other one was made, but for those on its cycle.
        let (of_from, of_to) = (above(world, 0), above(world, 1));
        let common: Vec<u32> = of_from.intersection(&of_to).copied().collect();
        prop_assert_eq!(found.common, common.len() as u64);
        let leads_on = |node: u32| {
            common.iter().any(|other| above(world, *other).contains(&node) && !above(world, node).contains(other))
        };
        let nearest: BTreeSet<&str> =
            common.iter().filter(|node| !leads_on(**node)).map(|node| world.name(*node)).collect();
        prop_assert_eq!(found.nearest.iter().map(|each| each.id.as_str()).collect::<BTreeSet<_>>(), nearest);
        let distance = |each: &Common| (each.from_depth + each.to_depth, each.id.clone());
        prop_assert!(found.nearest.is_sorted_by_key(distance));
    }
}

use super::*;
use crate::{
    evidence::{EvidenceBuilder, Grounds},
    model_id::ModelId,
    profiles::ProfilesBuilder,
    record::ModelRecord,
    resolve::Resolution,
    testing::world,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const ALL: Options = Options { up: true, down: true, depth: None, operations: Vec::new(), limit: 100 };

/// Shows a walk as `name depth side` and `base>derived`, sides by their first letter.
fn shown(world: &World, walk: &Walk) -> (String, String) {
    let side = |side: Side| match side {
        Side::Itself => "=",
        Side::Ancestor => "a",
        Side::Descendant => "d",
        Side::Both => "b",
    };
    let node = |each: &Reached| format!("{} {}{}", world.name(each.node), each.depth, side(each.side));
    let relation = |each: &Passed| format!("{}>{}", world.name(each.base), world.name(each.derived));
    let nodes: Vec<String> = walk.nodes.iter().map(node).collect();
    let relations: Vec<String> = walk.relations.iter().map(relation).collect();
    (nodes.join(", "), relations.join(", "))
}

fn check(graph: &str, model: &str, options: &Options, nodes: &str, relations: &str) {
    let world = world(graph);
    let walk = walk(&world, world.ids.find(model).expect("named"), options);
    assert_eq!(shown(&world, &walk), (nodes.to_owned(), relations.to_owned()));
}

const FAMILY: &str = "
    gone? -finetune-> base
    base -quantized-> small
    base -finetune-> chat
    base -merge-> mix
    chat -merge-> mix
    other -merge-> mix
    mix -quantized-> tiny
    mix -quantized-> mini
";

#[test]
fn a_model_has_its_ancestors_and_its_descendants_but_not_its_siblings() {
    check(
        FAMILY,
        "chat",
        &ALL,
        "chat 0=, base 1a, gone 2a, mix 1d, mini 2d, tiny 2d",
        "base>chat, gone>base, chat>mix, mix>mini, mix>tiny",
    );
}

#[test]
fn one_direction_alone_can_be_walked() {
    let up = Options { down: false, ..ALL };
    let nodes = "mix 0=, base 1a, chat 1a, other 1a, gone 2a";
    check(FAMILY, "mix", &up, nodes, "base>mix, chat>mix, other>mix, gone>base, base>chat");
    let down = Options { up: false, ..ALL };
    check(FAMILY, "mix", &down, "mix 0=, mini 1d, tiny 1d", "mix>mini, mix>tiny");
}

#[test]
fn a_depth_bounds_nodes_and_not_relations_between_them() {
    let near = Options { depth: Some(1), ..ALL };
    let nodes = "mix 0=, base 1a, chat 1a, other 1a, mini 1d, tiny 1d";
    let relations = "base>mix, chat>mix, other>mix, base>chat, mix>mini, mix>tiny";
    check(FAMILY, "mix", &near, nodes, relations);
}

#[test]
fn a_relation_by_another_operation_is_not_followed() {
    let merges = Options { operations: vec![Operation::Merge], ..ALL };
    check(FAMILY, "mix", &merges, "mix 0=, base 1a, chat 1a, other 1a", "base>mix, chat>mix, other>mix");
}

#[test]
fn of_too_many_nodes_the_nearest_are_kept_ancestors_first_then_by_name() {
    let world = world(FAMILY);
    let mix = world.ids.find("mix").expect("named");
    let kept = |limit| {
        let walk = walk(&world, mix, &Options { limit, ..ALL });
        assert_eq!((walk.found, walk.ancestors, walk.descendants), (7, 4, 2));
        (shown(&world, &walk), walk.is_truncated())
    };
    let text = |nodes: &str, relations: &str| (nodes.to_owned(), relations.to_owned());
    assert_eq!(kept(0), (text("mix 0=", ""), true));
    assert_eq!(kept(3), (text("mix 0=, base 1a, chat 1a", "base>mix, chat>mix, base>chat"), true));
    assert_eq!(
        kept(5),
        (
            text(
                "mix 0=, base 1a, chat 1a, other 1a, mini 1d",
                "base>mix, chat>mix, other>mix, base>chat, mix>mini"
            ),
            true
        )
    );
    assert!(!kept(7).1);
}

#[test]
fn a_model_on_a_cycle_has_what_is_above_and_below_once() {
    check(
        "
        base -finetune-> a
        a -finetune-> b
        b -finetune-> c
        c -finetune-> a
        b -quantized-> q
        a -finetune-> a
        ",
        "a",
        &ALL,
        "a 0=, base 1a, q 2d, b 1b, c 1b",
        "base>a, c>a, b>q, a>b, b>c",
    );
}

#[test]
fn a_lineage_says_what_is_known_of_each_model_and_relation() {
    let world = world("gone? -finetune-> base\nbase -merge-> mix\nbase 7 text-generation");
    let mut profiles = ProfilesBuilder::default();
    for (name, license) in [("base", Some("mit".to_owned())), ("mix", None)] {
        let id: ModelId = name.parse().expect("a name");
        profiles.push(&ModelRecord { license, ..ModelRecord::named(id) }, [crate::field::State::Unclear; 5]);
    }
    let mut evidence = EvidenceBuilder::default();
    evidence.push(&Grounds { resolution: Some(Resolution::Missing), ..Grounds::default() });
    evidence.push(&Grounds { operation_inferred: true, ..Grounds::default() });
    let atlas = Atlas::new(world, profiles.finish(), evidence.finish()).expect("of one size");
    let base = atlas.world.ids.find("base").expect("named");
    let lineage = describe(&atlas, &walk(&atlas.world, base, &ALL));
    let json = serde_json::to_value(&lineage).expect("serializes");
    assert_eq!(
        json,
        serde_json::json!({
            "model": "base",
            "snapshot": "2025-06-25",
            "nodes": [
                {
                    "id": "base", "missing": false, "downloads": 7, "task": "text-generation",
                    "license": "mit", "depth": 0, "side": "itself"
                },
                {
                    "id": "gone", "missing": true, "downloads": null, "task": null,
                    "license": null, "depth": 1, "side": "ancestor"
                },
                {
                    "id": "mix", "missing": false, "downloads": null, "task": null,
                    "license": null, "depth": 1, "side": "descendant"
                }
            ],
            "relations": [
                {
                    "base": "gone", "derived": "base", "operation": "finetune", "operation_inferred": false,
                    "declared": true, "resolution": "missing", "evidence": []
                },
                {
                    "base": "base", "derived": "mix", "operation": "merge", "operation_inferred": true,
                    "declared": true, "resolution": null, "evidence": []
                }
            ],
            "truncated": false
        })
    );
}

/// The nodes of one side with the model, by following every relation until nothing changes.
fn one_side(world: &World, model: u32, up: bool) -> BTreeSet<u32> {
    let mut side = BTreeSet::from([model]);
    loop {
        let before = side.len();
        for derived in 0..world.graph.nodes() {
            for base in world.graph.bases(derived) {
                let (from, reached) = if up { (derived, *base) } else { (*base, derived) };
                if side.contains(&from) {
                    side.insert(reached);
                }
            }
        }
        if side.len() == before {
            return side;
        }
    }
}

proptest! {
    #[test]
    fn a_walk_is_both_sides_with_the_relations_within_each(
        relations in prop::collection::vec((0u32..10, 0u32..10), 0..25),
        limit in 1usize..12,
    ) {
        let names = (0..10).map(|node| format!("m{node}"));
        let lines = relations.iter().map(|(base, derived)| format!("m{base} -merge-> m{derived}"));
        let world = world(&names.chain(lines).collect::<Vec<_>>().join("\n"));
        let whole = walk(&world, 0, &ALL);
        let (above, below) = (one_side(&world, 0, true), one_side(&world, 0, false));
        for each in &whole.nodes {
            let expected = match (each.node, above.contains(&each.node), below.contains(&each.node)) {
                (0, ..) => Side::Itself,
                (_, true, true) => Side::Both,
                (_, true, false) => Side::Ancestor,
                (_, false, _) => Side::Descendant,
            };
            prop_assert_eq!(each.side, expected);
        }
        let nodes: BTreeSet<u32> = whole.nodes.iter().map(|each| each.node).collect();
        prop_assert_eq!(&nodes, &above.union(&below).copied().collect::<BTreeSet<u32>>());
        prop_assert_eq!(nodes.len(), whole.nodes.len());
        let within = |side: &BTreeSet<u32>, base: &u32, derived: &u32| side.contains(base) && side.contains(derived);
        let mut expected = Vec::new();
        for derived in 0..10 {
            for (base, relation) in world.graph.bases(derived).iter().zip(world.graph.base_relations(derived)) {
                if within(&above, base, &derived) || within(&below, base, &derived) {
                    expected.push(relation as u32);
                }
            }
        }
        let mut passed: Vec<u32> = whole.relations.iter().map(|each| each.relation).collect();
        passed.sort_unstable();
        prop_assert_eq!(passed, expected);
        // A limit keeps the first by depth, side and name, and the relations between those.
        let part = walk(&world, 0, &Options { limit, ..ALL });
        let mut nearest = whole.nodes.clone();
        nearest.sort_by_key(|each| (each.depth, each.side, world.name(each.node)));
        nearest.truncate(limit);
        nearest.sort_by_key(|each| (each.side, each.depth, world.name(each.node)));
        prop_assert_eq!(&part.nodes, &nearest);
        prop_assert_eq!(part.found, whole.found);
        let is_kept = |node| nearest.iter().any(|each| each.node == node);
        let kept = whole.relations.iter().filter(|each| is_kept(each.base) && is_kept(each.derived));
        prop_assert_eq!(part.relations, kept.copied().collect::<Vec<_>>());
    }
}

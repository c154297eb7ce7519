use super::*;
use crate::{chains::walk::Walk, testing::world};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

fn of(world: &World, models: &[&str], limit: usize) -> Impact {
    let nodes: Vec<u32> = models.iter().map(|name| world.ids.find(name).expect("named")).collect();
    impact(world, &nodes, limit)
}

fn check(graph: &str, models: &[&str], expected: serde_json::Value) {
    let found = serde_json::to_value(of(&world(graph), models, 2)).expect("serializes");
    assert_eq!(found, expected);
}

const FAMILY: &str = "
    base -finetune-> chat
    base -quantized-> small
    base -adapter-> lora
    other -merge-> mix
    chat -merge-> mix
    gone? -merge-> both
    chat -merge-> both
    mix -quantized-> tiny
    gone? -finetune-> lost
    base 100
    chat 10
    small 7
    tiny 5
    mix 1
    both 1
";

#[test]
fn what_stands_on_a_model_is_counted_and_what_it_alone_holds_up_is_listed() {
    check(
        FAMILY,
        &["base"],
        serde_json::json!({
            "models": ["base"],
            "descendants": 6,
            "by_operation": {"adapter": 1, "finetune": 1, "merge": 2, "quantized": 2},
            "by_depth": {"1": 3, "2": 2, "3": 1},
            "downloads": 24,
            "chains_cut": 4,
            "at_least": false,
            "clusters_cut": 1,
            "orphaned_models": 3,
            "orphaned": [
                {"id": "chat", "operation": "finetune", "downloads": 10, "descendants": 3},
                {"id": "small", "operation": "quantized", "downloads": 7, "descendants": 0}
            ],
            "mirrors": null,
            "truncated": true
        }),
    );
}

#[test]
fn models_that_go_together_are_no_descendants_of_one_another() {
    check(
        FAMILY,
        &["other", "chat", "other"],
        serde_json::json!({
            "models": ["other", "chat"],
            "descendants": 3,
            "by_operation": {"merge": 2, "quantized": 1},
            "by_depth": {"1": 2, "2": 1},
            "downloads": 7,
            "chains_cut": 3,
            "at_least": false,
            "clusters_cut": 2,
            "orphaned_models": 2,
            "orphaned": [
                {"id": "both", "operation": "merge", "downloads": 1, "descendants": 0},
                {"id": "mix", "operation": "merge", "downloads": 1, "descendants": 1}
            ],
            "mirrors": null,
            "truncated": false
        }),
    );
}

#[test]
fn what_hangs_on_something_gone_can_be_asked() {
    check(
        FAMILY,
        &["gone"],
        serde_json::json!({
            "models": ["gone"],
            "descendants": 2,
            "by_operation": {"finetune": 1, "merge": 1},
            "by_depth": {"1": 2},
            "downloads": 1,
            "chains_cut": 0,
            "at_least": false,
            "clusters_cut": 0,
            "orphaned_models": 1,
            "orphaned": [{"id": "lost", "operation": "finetune", "downloads": null, "descendants": 0}],
            "mirrors": null,
            "truncated": false
        }),
    );
}

#[test]
fn nothing_stands_on_a_leaf_and_nobody_knows_its_downloads() {
    let found = of(&world(FAMILY), &["lora"], 2);
    assert_eq!((found.descendants, found.downloads, found.orphaned_models), (0, None, 0));
    assert_eq!((found.chains_cut, found.clusters_cut, found.truncated), (1.into(), 1, false));
}

#[test]
fn a_model_that_names_itself_is_no_base_of_its_own() {
    let found = of(&world("base -finetune-> a\na -finetune-> a"), &["base"], 9);
    assert_eq!((found.orphaned_models, found.orphaned[0].id.as_str()), (1, "a"));
}

#[test]
fn descendants_come_nearest_first_each_by_the_relation_that_reaches_it() {
    let world = world(FAMILY);
    let base = world.ids.find("base").expect("named");
    let operation = |code: u8| &world.graph.operations()[usize::from(code)];
    let found = descendants(&world.graph, &[base]);
    let shown: Vec<String> = found
        .iter()
        .map(|each| format!("{} {} {}", world.name(each.node), each.depth, operation(each.operation)))
        .collect();
    let expected = ["chat 1 finetune", "lora 1 adapter", "small 1 quantized", "mix 2 merge", "both 2 merge"];
    assert_eq!(shown[..5], expected);
    assert_eq!(shown[5..], ["tiny 3 quantized"]);
}

/// What can be reached from some nodes, they themselves left out.
fn reachable(world: &World, nodes: &[u32]) -> BTreeSet<u32> {
    let mut found: BTreeSet<u32> = nodes.iter().copied().collect();
    let mut waiting = nodes.to_vec();
    while let Some(next) = waiting.pop() {
        waiting.extend(world.graph.derived(next).iter().filter(|derived| found.insert(**derived)));
    }
    found.retain(|node| !nodes.contains(node));
    found
}

proptest! {
    #[test]
    fn impact_agrees_with_looking_at_every_model(
        relations in prop::collection::vec((0u32..10, 0u32..10, 0usize..4), 0..25),
        downloads in prop::collection::vec(prop::option::of(0u64..4), 9),
        asked in prop::collection::vec(0u32..10, 1..4),
        limit in 0usize..6,
    ) {
        let name = |node: u32| if node == 9 { "m9?".to_owned() } else { format!("m{node}") };
        let known = downloads.iter().zip(0..).map(|(downloads, node)| match downloads {
            Some(downloads) => format!("m{node} {downloads}"),
            None => format!("m{node}"),
        });
        let kept = relations.iter().filter(|(_, derived, _)| (2..9).contains(derived));
        let lines = kept.map(|(base, derived, operation)| {
            format!("{} -{}-> m{derived}", name(*base), crate::operation::Operation::NAMED[*operation])
        });
        let world = world(&known.chain([name(9)]).chain(lines).collect::<Vec<_>>().join("\n"));
        let graph = &world.graph;
        let found = impact(&world, &asked, limit);
        let below = reachable(&world, &asked);
        prop_assert_eq!(found.descendants, below.len() as u64);
        prop_assert_eq!(found.by_operation.values().sum::<u64>(), found.descendants);
        prop_assert_eq!(found.downloads, world.total_downloads(below.iter().copied()));
        let mut by_depth: BTreeMap<u32, u64> = BTreeMap::new();
        descendants(graph, &asked).iter().for_each(|each| *by_depth.entry(each.depth).or_default() += 1);
        prop_assert_eq!(&found.by_depth, &by_depth);
        let mut chains = 0u64;
        let mut walk = Walk::new(graph);
        for root in graph.roots() {
            let _ = walk.each(root, |chain| {
                chains += u64::from(chain.iter().any(|node| asked.contains(node)));
                ControlFlow::<()>::Continue(())
            });
        }
        prop_assert_eq!(found.chains_cut, chains.into());
        let holds = |root: &u32| asked.contains(root) || asked.iter().any(|node| reachable(&world, &[*root]).contains(node));
        prop_assert_eq!(found.clusters_cut, graph.roots().filter(holds).count() as u64);
        let mut orphaned: Vec<u32> = (0..9)
            .filter(|node| !asked.contains(node))
            .filter(|node| graph.bases(*node).iter().any(|base| asked.contains(base)))
            .filter(|node| graph.bases(*node).iter().all(|base| asked.contains(base) || graph.is_missing(*base)))
            .collect();
        prop_assert_eq!(found.orphaned_models, orphaned.len() as u64);
        let unknown_last = |node: u32| world.downloads(node).map_or((1, 0), |downloads| (0, u64::MAX - downloads));
        orphaned.sort_by_key(|node| (unknown_last(*node), world.name(*node)));
        let listed: Vec<(&str, u64)> = found.orphaned.iter().map(|each| (each.id.as_str(), each.descendants)).collect();
        let expected = orphaned.iter().map(|node| (world.name(*node), reachable(&world, &[*node]).len() as u64));
        prop_assert_eq!(listed, expected.take(limit).collect::<Vec<_>>());
        prop_assert_eq!(found.truncated, orphaned.len() > limit);
    }
}

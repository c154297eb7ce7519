use super::*;
use crate::{
    lineage::{Passed, Reached, Side},
    testing,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Walks both ways without limits, by looking at all relations again and again.
fn walk(world: &World, model: u32) -> Walk {
    let nodes = 0..world.graph.nodes();
    let all: Vec<(u32, u32)> = nodes
        .flat_map(|derived| world.graph.bases(derived).iter().map(move |base| (*base, derived)))
        .collect();
    let reach = |forward: bool| {
        let mut depths = BTreeMap::from([(model, 0)]);
        for depth in 0..world.graph.nodes() {
            for (base, derived) in &all {
                let (from, to) = if forward { (base, derived) } else { (derived, base) };
                if depths.get(from) == Some(&depth) && !depths.contains_key(to) {
                    depths.insert(*to, depth + 1);
                }
            }
        }
        depths
    };
    let (up, down) = (reach(false), reach(true));
    let both: BTreeSet<u32> = up.keys().chain(down.keys()).copied().collect();
    let reached = |node: u32| {
        let depth = *up.get(&node).into_iter().chain(down.get(&node)).min().expect("reached");
        let side = match (node == model, up.contains_key(&node), down.contains_key(&node)) {
            (true, ..) => Side::Itself,
            (_, true, true) => Side::Both,
            (_, true, false) => Side::Ancestor,
            _ => Side::Descendant,
        };
        Reached { node, depth, side }
    };
    let mut nodes: Vec<Reached> = both.into_iter().map(reached).collect();
    let rank = |side: Side| if side == Side::Itself { 0 } else { 1 + u8::from(side == Side::Descendant) };
    nodes.sort_by_key(|reached| (rank(reached.side), reached.depth, world.name(reached.node)));
    let place = |node: u32| nodes.iter().position(|reached| reached.node == node);
    let mut relations = Vec::new();
    for derived in 0..world.graph.nodes() {
        let places = world.graph.base_relations(derived);
        let operations = world.graph.base_operations(derived);
        for ((base, operation), relation) in world.graph.bases(derived).iter().zip(operations).zip(places) {
            let (base, operation, relation) = (*base, *operation, relation as u32);
            if place(base).is_some() && place(derived).is_some() {
                relations.push(Passed { base, derived, operation, relation });
            }
        }
    }
    relations.sort_by_key(|passed| (place(passed.derived), place(passed.base)));
    let found = nodes.len();
    let on = |side| nodes.iter().filter(|reached| reached.side == side || reached.side == Side::Both).count();
    let (ancestors, descendants) = (on(Side::Ancestor), on(Side::Descendant));
    Walk { model, nodes, relations, found, ancestors, descendants }
}

fn check(text: &str, model: &str, options: TreeOptions, expected: &str) {
    let world = testing::world(text);
    let walk = walk(&world, world.ids.find(model).expect("a model"));
    assert_eq!(plain(&tree(&world, &walk, &options)), expected.trim_start_matches('\n'));
}

#[test]
fn what_it_was_made_from_comes_before_what_was_made_from_it() {
    check(
        "
        a/root 1200
        a/root -finetune-> a/chat
        a/chat -merge-> mix
        b/gone? -merge-> mix
        mix 7
        mix -quantized-> q/mix-GGUF
        q/mix-GGUF 12345
        mix -finetune-> c/mix
        c/mix -quantized-> q/c-mix
        ",
        "mix",
        TreeOptions::default(),
        "
mix 7 ↓ · 2 derived
made from
├─ merge a/chat 1 derived
│  └─ finetune a/root 1,200 ↓ · 1 derived
└─ merge b/gone (missing) 1 derived
from it were made
├─ finetune c/mix 1 derived
│  └─ quantized q/c-mix
└─ quantized q/mix-GGUF 12,345 ↓
",
    );
}

#[test]
fn a_model_alone_is_a_line() {
    check("a/b 5\nc", "a/b", TreeOptions::default(), "a/b 5 ↓\n");
    check("a -finetune-> a", "a", TreeOptions::default(), "a (self-based)\n");
}

#[test]
fn a_large_family_is_folded_by_operation_and_shows_those_on_which_most_stands() {
    let mut text = "base 9\n".to_owned();
    for number in 0..2000 {
        text += &format!("base -quantized-> q{number:04}\nq{number:04} {number}\n");
    }
    for number in 0..3 {
        text += &format!("base -finetune-> f{number}\n");
    }
    text += "f1 -adapter-> lora\nq0500 -merge-> mix";
    check(
        &text,
        "base",
        TreeOptions { most: 2, ..TreeOptions::default() },
        "
base 9 ↓ · 2,003 derived
from it were made
├─ finetune f1 1 derived
│  └─ adapter lora
├─ finetune f0
├─ finetune f2
├─ quantized q0500 500 ↓ · 1 derived
│  └─ merge mix
├─ quantized q1999 1,999 ↓
└─ … and 1,998 more quantized, 1,996,501 downloads
",
    );
}

#[test]
fn near_models_are_shown_before_far_ones() {
    let text = "
        r1 -finetune-> a
        r2 -finetune-> b
        a -merge-> mix
        b -merge-> mix
        mix -adapter-> x
        x -adapter-> y
        ";
    let options = |lines| TreeOptions { lines, ..TreeOptions::default() };
    check(
        text,
        "mix",
        options(7),
        "
mix 1 derived
made from
├─ merge a 1 derived
│  └─ finetune r1 1 derived
└─ merge b 1 derived … 1 not shown
from it were made
└─ adapter x 1 derived … 1 not shown
",
    );
    check(
        text,
        "mix",
        options(4),
        "
mix 1 derived
made from
└─ … and 2 more merge
from it were made … 1 not shown
",
    );
    check(
        text,
        "mix",
        options(0),
        "mix 1 derived\nmade from … 2 not shown\nfrom it were made … 1 not shown\n",
    );
}

#[test]
fn bases_are_folded_only_where_lines_run_out() {
    let bases: Vec<String> = (10..30).map(|number| format!("b{number} -merge-> mix")).collect();
    let world = testing::world(&bases.join("\n"));
    let walk = walk(&world, world.ids.find("mix").expect("a model"));
    assert_eq!(tree(&world, &walk, &TreeOptions::default()).len(), 22);
    let few = plain(&tree(&world, &walk, &TreeOptions { lines: 5, ..TreeOptions::default() }));
    assert_eq!(
        few,
        "mix\nmade from\n├─ merge b10 1 derived\n├─ merge b11 1 derived\n└─ … and 18 more merge\n"
    );
}

#[test]
fn what_hangs_on_a_model_is_shown_once() {
    check(
        "
        root -finetune-> a
        a -finetune-> b
        a -merge-> mix
        b -merge-> mix
        ",
        "mix",
        TreeOptions::default(),
        "
mix
made from
├─ merge a 2 derived
│  └─ finetune root 1 derived
└─ merge b 1 derived
   └─ finetune a 2 derived … above
",
    );
    check(
        "
        a -finetune-> x
        x -finetune-> z
        z -adapter-> end
        y -finetune-> z
        a -merge-> y
        a -quantized-> z
        ",
        "a",
        TreeOptions::default(),
        "
a 3 derived
from it were made
├─ finetune x 1 derived
│  └─ finetune z 1 derived … below
├─ merge y 1 derived
│  └─ finetune z 1 derived … below
└─ quantized z 1 derived
   └─ adapter end
",
    );
}

#[test]
fn a_circle_ends_where_it_began() {
    check(
        "a -finetune-> b\nb -finetune-> a",
        "a",
        TreeOptions::default(),
        "
a 1 derived
made from
└─ finetune b 1 derived
   └─ finetune a 1 derived … above
from it were made
└─ finetune b 1 derived
   └─ finetune a 1 derived … above
",
    );
}

#[test]
fn a_long_name_is_cut_in_its_middle() {
    check(
        "owner/a-model-with-a-long-name-Q4_K_M -merge-> mix\nmix 5",
        "mix",
        TreeOptions { width: Some(32), ..TreeOptions::default() },
        "
mix 5 ↓
made from
└─ merge owner/…Q4_K_M 1 derived
",
    );
    check(
        "owner/a-model-with-a-long-name -merge-> mix",
        "mix",
        TreeOptions { width: Some(1), ..TreeOptions::default() },
        "mix\nmade from\n└─ merge owner/…-name 1 derived\n",
    );
}

#[test]
fn a_walk_that_was_cut_off_says_so() {
    let world = testing::world("a -merge-> b\nb -merge-> c");
    let mut walk = walk(&world, 1);
    walk.found = 31_234;
    let last = tree(&world, &walk, &TreeOptions::default()).pop().expect("a line");
    assert_eq!(plain(&[last]), "… only the nearest 3 of 31,234 models were looked at\n");
}

#[test]
fn a_name_cannot_steer_a_terminal() {
    check(
        "\u{1b}[31m\u{202e}gone? -merge-> mix",
        "mix",
        TreeOptions::default(),
        "mix\nmade from\n└─ merge \\u{1b}[31m\\u{202e}gone (missing) 1 derived\n",
    );
}

#[test]
fn a_chain_beyond_all_measure_ends() {
    let text: Vec<String> = (0..300).map(|number| format!("m{number} -finetune-> m{}", number + 1)).collect();
    let world = testing::world(&text.join("\n"));
    let walk = walk(&world, world.ids.find("m0").expect("a model"));
    let lines = tree(&world, &walk, &TreeOptions { lines: usize::MAX, ..TreeOptions::default() });
    assert_eq!(lines.len(), 102);
    assert!(plain(&lines[101..]).ends_with("finetune m100 1 derived … 1 not shown\n"));
}

fn worlds() -> impl Strategy<Value = String> {
    let relation =
        (0..12u32, 0..3usize, 0..12u32).prop_filter("between two", |(base, _, derived)| base != derived);
    proptest::collection::btree_map(relation, proptest::bool::ANY, 0..40).prop_map(|relations| {
        let mut seen = BTreeSet::new();
        let operations = ["finetune", "merge", "quantized"];
        let text = relations
            .keys()
            .filter(|(base, _, derived)| seen.insert((*base, *derived)))
            .map(|(base, operation, derived)| format!("m{base} -{}-> m{derived}\n", operations[*operation]));
        format!("m0 5\n{}", text.collect::<String>())
    })
}

proptest! {
    #[test]
    fn with_room_enough_every_relation_of_the_walk_has_its_line(text in worlds()) {
        let world = testing::world(&text);
        let walk = walk(&world, 0);
        let options = TreeOptions { most: usize::MAX, lines: usize::MAX, width: None };
        let lines = tree(&world, &walk, &options);
        let sides: BTreeMap<u32, Side> = walk.nodes.iter().map(|reached| (reached.node, reached.side)).collect();
        let is_on = |node: u32, away: Side| sides[&node] != away;
        let both = |passed: &&Passed, away| is_on(passed.base, away) && is_on(passed.derived, away);
        let up = walk.relations.iter().filter(|passed| both(passed, Side::Descendant)).count();
        let down = walk.relations.iter().filter(|passed| both(passed, Side::Ancestor)).count();
        let hanging = lines.iter().filter(|line| !line.guides.is_empty()).count();
        prop_assert_eq!(hanging, up + down);
        prop_assert!(!plain(&lines).contains("not shown"));
    }

    #[test]
    fn no_tree_has_more_lines_than_it_may(text in worlds(), most in 0..4usize, lines in 0..12usize) {
        let world = testing::world(&text);
        let walk = walk(&world, 0);
        let drawn = tree(&world, &walk, &TreeOptions { most, lines, width: Some(30) });
        let fixed = drawn.iter().filter(|line| line.guides.is_empty()).count();
        prop_assert!(drawn.len() <= lines.max(fixed), "{}", plain(&drawn));
    }
}

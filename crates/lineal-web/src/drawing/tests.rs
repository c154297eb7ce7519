//! Whole drawings of small worlds, and what holds of any.

use super::{
    Drawing, Fold, Options, draw,
    layout::{Layout, lay_out},
    scene::{Handle, Scene, choose},
    words::Words,
};
use lineal_core::{
    graph::{Graph, Relation},
    ids::IdsBuilder,
    operation::Operation,
    world::{UNKNOWN, World},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Builds a world: models first, then missing bases; relations by place and operation; a model's downloads
/// are its place.
fn built(models: &[String], missing: &[String], relations: &[(u32, u8, u32)]) -> World {
    let mut ids = IdsBuilder::new(1);
    for name in models.iter().chain(missing) {
        ids.insert(name).expect("short").expect("new");
    }
    let mut relations: Vec<Relation> = relations
        .iter()
        .map(|(base, operation, derived)| Relation { base: *base, derived: *derived, operation: *operation })
        .collect();
    relations.sort_by_key(|relation| relation.derived);
    let operations = [&Operation::NAMED[..], &[Operation::named("=cmd()")]].concat();
    World {
        snapshot: "2025-06-25".parse().expect("a day"),
        ids: ids.finish(),
        graph: Graph::new(models.len(), missing.len(), &relations, operations),
        downloads: (0..models.len())
            .map(|model| if model == 0 { UNKNOWN } else { model as u64 })
            .collect::<Vec<_>>()
            .into(),
        tasks: models.iter().map(|_| None::<&str>).collect(),
    }
}

/// Reads a world of lines such as `base -merge-> derived`; a name that ends in `?` is missing.
fn world(text: &str) -> World {
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).filter(|line| line.len() == 3).collect();
    let mut listed: Vec<String> = Vec::new();
    let mut missing: Vec<String> = Vec::new();
    for name in lines.iter().flat_map(|line| [line[0], line[2]]) {
        let (names, name) = match name.strip_suffix('?') {
            Some(name) => (&mut missing, name),
            None => (&mut listed, name),
        };
        if !names.iter().any(|other| other == name) {
            names.push(name.to_owned());
        }
    }
    let all = [listed.as_slice(), missing.as_slice()].concat();
    let place =
        |name: &str| all.iter().position(|other| other == name.trim_end_matches('?')).expect("named") as u32;
    let code = |arrow: &str| {
        let word = arrow.trim_start_matches('-').trim_end_matches("->");
        Operation::NAMED.iter().position(|operation| operation.as_str() == word).unwrap_or(7) as u8
    };
    let relations: Vec<(u32, u8, u32)> =
        lines.iter().map(|line| (place(line[0]), code(line[1]), place(line[2]))).collect();
    built(&listed, &missing, &relations)
}

/// A model with so many derived ones of each of some operations.
fn family(counts: &[(u8, u32)]) -> World {
    let mut models = vec!["root".to_owned()];
    let mut relations = Vec::new();
    for (operation, count) in counts {
        for number in 0..*count {
            relations.push((0, *operation, models.len() as u32));
            models.push(format!("{}{number}", Operation::NAMED[usize::from(*operation)]));
        }
    }
    built(&models, &[], &relations)
}

fn descendants(world: &World) -> Vec<u32> {
    let graph = &world.graph;
    let count = |node: u32| {
        let mut seen = BTreeSet::from([node]);
        let mut left = vec![node];
        while let Some(next) = left.pop() {
            left.extend(graph.derived(next).iter().filter(|derived| seen.insert(**derived)));
        }
        seen.len() as u32 - 1
    };
    (0..graph.nodes()).map(count).collect()
}

fn options(query: &str) -> Options {
    Options { open: Fold::all_in(query), ..Options::default() }
}

fn laid_out(world: &World, node: u32, options: &Options) -> (Scene, Layout) {
    let scene = choose(world, &descendants(world), node, options);
    let words = Words { world, scene: &scene };
    let boxes = scene.models.len() + scene.rests.len();
    let layout = lay_out(&scene, &(0..boxes).map(|at| words.size(at)).collect::<Vec<_>>());
    (scene, layout)
}

/// Writes what is drawn of a model: a line for each column; each box with the operations by which it was made;
/// handles as `+3` and `-`.
fn check(world: &World, model: &str, options: &Options, expected: &str) {
    let (scene, layout) = laid_out(world, world.ids.find(model).expect("named"), options);
    let words = Words { world, scene: &scene };
    let handle = |handle: Option<Handle>| match handle.map(|handle| handle.count) {
        None => String::new(),
        Some(None) => " -".to_owned(),
        Some(Some(count)) => format!(" +{count}"),
    };
    let label = |place: usize| {
        let marks: String = layout.frames[place].ports.iter().map(|(mark, _)| mark.letter()).collect();
        let arrow = if marks.is_empty() { String::new() } else { format!("{marks}>") };
        match scene.models.get(place) {
            Some(model) => {
                format!("{arrow}{}{}{}", words.name(place), handle(model.above), handle(model.beyond))
            }
            None => format!("{arrow}({})", words.rest(&scene.rests[place - scene.models.len()])),
        }
    };
    let column = |boxes: &Vec<usize>| boxes.iter().map(|place| label(*place)).collect::<Vec<_>>().join(", ");
    let cycles = layout.lines.iter().filter(|line| line.closes_cycle);
    let cycles =
        cycles.map(|line| format!("{} returns to {}", words.name(line.base), words.name(line.derived)));
    let lines: Vec<String> = layout.columns.iter().map(column).chain(cycles).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, expected);
}

#[test]
fn ancestors_stand_left_and_descendants_right_each_beyond_all_it_was_made_from() {
    let world = world(
        "
        llama    -finetune->  instruct
        llama    -merge->     mix
        instruct -merge->     mix
        lost?    -other->     mix
        mix      -quantized-> gguf
        mix      -adapter->   lora
        lora     -merge->     last
        mix      -merge->     last
        side     -merge->     last
        ",
    );
    let drawn = "
        llama
        F>instruct, lost
        MO>mix
        A>lora, Q>gguf
        M>last
    ";
    check(&world, "mix", &options(""), drawn);
    check(&world, "mix", &Options { up: false, ..options("") }, "mix \n A>lora, Q>gguf \n M>last");
    check(&world, "mix", &Options { down: false, ..options("") }, "llama \n F>instruct, lost \n MO>mix");
}

#[test]
fn a_relation_that_closes_a_cycle_returns() {
    let world =
        world("z -finetune-> a \n a -finetune-> b \n b -merge-> c \n c -quantized-> a \n c -convert-> d");
    check(&world, "c", &options(""), "z \n FQ>a \n F>b \n M>c \n C>d \n c returns to a");
    check(&world, "a", &options(""), "F>b \n z, M>c \n FQ>a \n a returns to b");
}

#[test]
fn a_descendant_that_stands_above_is_not_hidden() {
    let world = world("a -finetune-> b \n b -merge-> c \n c -quantized-> a \n c -convert-> d");
    let node = world.ids.find("c").expect("named");
    let drawing = draw(&world, &descendants(&world), node, &options(""));
    assert_eq!((drawing.shown, drawing.hidden), (4, 0));
    assert_eq!(drawing.summary, "Drawn are 2 ancestors and 1 descendant; none is folded.");
}

#[test]
fn what_is_too_much_is_folded_by_operation_and_opened_page_by_page() {
    let world = family(&[(0, 3), (1, 6), (3, 40)]);
    let finetunes = "F>finetune2, F>finetune1, F>finetune0";
    let adapters = "A>adapter5, A>adapter4, A>adapter3, A>adapter2, A>adapter1, A>adapter0";
    let quantized = |count: u32| {
        let names: Vec<String> = (0..count).map(|number| format!("Q>quantized{}", 39 - number)).collect();
        names.join(", ")
    };
    let column =
        |count, fold: &str| format!("root \n {finetunes}, {adapters}, {}, Q>({fold})", quantized(count));
    check(&world, "root", &options(""), &column(5, "35 more quantized · 945 ↓"));
    check(&world, "root", &options("open=quantized.1.root"), &column(25, "15 more quantized · 255 ↓"));
    check(
        &world,
        "root",
        &options("open=quantized.2.root&open=merge.1.nobody"),
        &column(40, "no more quantized"),
    );
}

#[test]
fn a_fold_is_opened_and_closed_by_its_links() {
    let world = family(&[(3, 40)]);
    let closed = draw(&world, &descendants(&world), 0, &options(""));
    assert!(
        closed.svg.contains(r##"<a class="fold quantized" href="?open=quantized.1.root#lineage-36">"##),
        "{}",
        closed.svg
    );
    let open = draw(&world, &descendants(&world), 0, &options("open=derived.1.x&open=quantized.1.root"));
    assert!(
        open.svg.contains(r##"href="?open=derived.1.x&amp;open=quantized.2.root#lineage-16">"##),
        "{}",
        open.svg
    );
    assert!(open.svg.contains(r##"<a class="handle" href="?open=derived.1.x#lineage-0">"##), "{}", open.svg);
    assert!(
        open.tree.contains(r##"<a href="?open=derived.1.x#lineage-0">Show fewer quantized from root</a>"##),
        "{}",
        open.tree
    );
}

#[test]
fn a_drawing_that_is_full_leads_to_other_pages() {
    let world = family(&[(3, 400)]);
    let full = draw(&world, &descendants(&world), 0, &options("open=quantized.20.root"));
    assert!(full.is_full && full.svg.contains("<g class=\"fold quantized\">"), "{}", full.svg);
    assert_eq!(
        full.summary,
        "Drawn are no ancestors and 148 descendants; 252 more folded. \
         No more can be drawn at once: close a fold, or go to a model’s own page."
    );
}

#[test]
fn a_hostile_name_stays_text_everywhere() {
    let hostile = "</title><script>\"'&\u{202e}x\n\u{1b}[31m";
    let models = ["me/model".to_owned(), "me/quantized".to_owned()];
    let world = built(&models, &[hostile.to_owned()], &[(2, 0, 0), (0, 3, 1)]);
    let Drawing { svg, tree, .. } = draw(&world, &[1, 0, 2], 0, &options(""));
    let href = "/models/%3C%2Ftitle%3E%3Cscript%3E%22%27%26%E2%80%AEx%0A%1B%5B31m";
    let shown = "&lt;/title&gt;&lt;script&gt;&quot;&apos;&amp;\u{fffd}x\u{fffd}\u{fffd}[31m";
    let quoted = format!("\u{2068}{shown}\u{2069}");
    assert!(svg.contains(&format!(
        "<a id=\"lineage-2\" class=\"model missing\" href=\"{href}\"><title>{quoted}, a missing base, 1 derived</title>"
    )), "{svg}");
    assert!(svg.contains(&format!("<title>me/model, finetuned from {quoted}, 1 derived</title>")), "{svg}");
    assert_eq!(
        tree,
        format!(
            "<ul class=\"lineage-tree\"><li><a href=\"/models/me/model\" aria-current=\"true\"><bdi>me/model</bdi></a> \
             <span class=\"facts\">1 derived</span><p>Made from:</p><ul><li><span class=\"operation\">finetuned from</span> \
             <a href=\"{href}\"><bdi>{shown}</bdi></a> <span class=\"facts\">a missing base, 1 derived</span></li></ul>\
             <p>Made from it:</p><ul><li><span class=\"operation\">quantized</span> \
             <a href=\"/models/me/quantized\"><bdi>me/quantized</bdi></a> <span class=\"facts\">1 download</span></li></ul></li></ul>"
        )
    );
}

#[test]
fn no_markup_has_a_style_or_a_script_of_its_own() {
    let world = family(&[(0, 30), (1, 6), (3, 40)]);
    let drawing = draw(&world, &descendants(&world), 0, &options("open=quantized.1.root"));
    let markup = format!("{}{}", drawing.figure(), drawing.tree);
    for forbidden in [" style=", "<script", "<style", " on"] {
        assert!(!markup.contains(forbidden), "{forbidden}");
    }
}

/// Any graph, and what a reader opened of it.
fn any_world() -> impl Strategy<Value = (World, u32, Options)> {
    let relations = prop::collection::vec((0u32..60, 0u8..8, 0u32..40), 0..400);
    let star = prop::collection::vec((0u32..3, 0u8..8, 40u32..340), 0..300);
    let open = prop::collection::vec((0u32..60, 0usize..10, 1u8..6), 0..8);
    (relations, star, open, 0u32..60, 1usize..200).prop_map(|(relations, star, open, node, most)| {
        let listed: Vec<String> = (0..340).map(|number| format!("o{}/m{number}", number % 7)).collect();
        let missing: Vec<String> = (0..20).map(|number| format!("<missing {number}>")).collect();
        // The last numbers below 60 stand for missing bases.
        let place = |number: u32| if (40..60).contains(&number) { 300 + number } else { number };
        let relations = relations.into_iter().map(|(base, code, derived)| (place(base), code, derived));
        let relations: BTreeSet<(u32, u8, u32)> = relations.chain(star).collect();
        let relations: Vec<(u32, u8, u32)> = relations.into_iter().collect();
        let world = built(&listed, &missing, &relations);
        let words = [
            "bases",
            "derived",
            "finetune",
            "adapter",
            "merge",
            "quantized",
            "distill",
            "prune",
            "convert",
            "other",
        ];
        let fold = |(node, word, pages): (u32, usize, u8)| {
            format!("{}.{pages}.{}", words[word], world.name(place(node)))
        };
        let open = open.into_iter().filter_map(|text| fold(text).parse().ok()).collect();
        let node = place(node);
        (world, node, Options { open, most, ..Options::default() })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_drawing_is_within_its_bounds((world, node, options) in any_world()) {
        let (scene, layout) = laid_out(&world, node, &options);
        prop_assert!(scene.models.len() + scene.rests.len() <= options.most);
        let nodes: BTreeSet<u32> = scene.models.iter().map(|model| model.node).collect();
        prop_assert_eq!(nodes.len(), scene.models.len());
        for edge in &scene.edges {
            let (base, derived) = (scene.models[edge.base].node, scene.models[edge.derived].node);
            prop_assert!(world.graph.bases(derived).contains(&base));
        }
        for line in &layout.lines {
            let is_forward = layout.frames[line.base].layer < layout.frames[line.derived].layer;
            prop_assert_eq!(is_forward, !line.closes_cycle);
        }
        for column in &layout.columns {
            for pair in column.windows(2) {
                let (one, other) = (&layout.frames[pair[0]], &layout.frames[pair[1]]);
                prop_assert!(one.y + one.height <= other.y, "{:?} {:?}", one, other);
            }
        }
        for frame in &layout.frames {
            prop_assert!(frame.x >= 0.0 && frame.y >= 0.0);
            prop_assert!(frame.x + frame.width <= layout.width && frame.y + frame.height <= layout.height);
        }
        let drawn: usize = layout.columns.iter().map(Vec::len).sum();
        prop_assert_eq!(drawn, scene.models.len() + scene.rests.len());
    }

    #[test]
    fn nothing_is_lost_between_what_is_drawn_and_what_is_folded((world, node, options) in any_world()) {
        let (scene, _) = laid_out(&world, node, &options);
        for (place, model) in scene.models.iter().enumerate().filter(|(_, model)| model.side != super::scene::Side::Above) {
            let drawn: BTreeSet<u32> = scene.models.iter().map(|model| model.node).collect();
            let left = world.graph.derived(model.node).iter().filter(|derived| !drawn.contains(derived)).count();
            let folds = scene.rests.iter().filter(|rest| rest.of == place && rest.part != super::Part::Bases);
            let folded: usize = folds.map(|rest| rest.count).sum();
            let beyond = model.beyond.and_then(|handle| handle.count).unwrap_or(0);
            prop_assert_eq!(folded + beyond, left);
        }
    }

    #[test]
    fn a_world_is_always_drawn_the_same((world, node, options) in any_world()) {
        let descendants = descendants(&world);
        let drawing = draw(&world, &descendants, node, &options);
        prop_assert_eq!(&drawing, &draw(&world, &descendants, node, &options));
        let opened = drawing.svg.matches("<a ").count() + drawing.svg.matches("<g").count();
        prop_assert_eq!(opened, drawing.svg.matches("</a>").count() + drawing.svg.matches("</g>").count());
    }
}

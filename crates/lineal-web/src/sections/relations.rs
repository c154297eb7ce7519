//! What became of the declared relations?

use crate::{
    cell::Cell,
    exhibit::{Column, Display, Exhibit, Path},
    sides::{Part, Sides},
};

/// How many cycles the page shows.
const MOST_CYCLES: usize = 10;

pub fn relations(sides: &Sides) -> Exhibit {
    let relations = &sides.formal.relations;
    let row = |label: &str, count: u64| {
        let part = Part::small(count, relations.declared);
        vec![Cell::text(label), part.count, part.share]
    };
    let missing = sides.formal.models.missing_bases;
    Exhibit::table(
        "declared-relations",
        "Declared relations",
        "A relation says that one model was made from another. It is resolved if both are listed, dangling if its base \
         is not, and a self-loop if a model names itself. Only resolved relations are part of chains and clusters.",
        vec![
            Column::text("relation", "Relations"),
            Column::number("count", "Relations"),
            Column::number("share", "Share"),
        ],
        vec![
            row("Declared", relations.declared),
            row("Resolved", relations.resolved),
            row("Dangling", relations.dangling),
            row("Self-loops", relations.self_loops),
        ],
    )
    .note(format!("The dangling relations name {} that {} not listed.", bases(missing), if missing == 1 { "is" } else { "are" }))
}

fn bases(missing: u64) -> String {
    match missing {
        1 => "1 base".to_owned(),
        missing => format!("{} bases", Cell::count(missing).shown()),
    }
}

pub fn cycles(sides: &Sides) -> Exhibit {
    let cycles = &sides.formal.cycles;
    let rows = (1u64..).zip(cycles).flat_map(|(number, cycle)| {
        cycle.iter().map(move |model| vec![Cell::count(number), Cell::name(model)])
    });
    let shown = cycles.iter().take(MOST_CYCLES).enumerate();
    let paths =
        shown.map(|(at, cycle)| Path::new(format!("Cycle {} · {} models", at + 1, cycle.len()), cycle));
    let exhibit = Exhibit::table(
        "cycles",
        "Cycles",
        "Models that declare one another as bases in a circle, so that each would have been made from itself. The models \
         of a cycle are in the order of names.",
        vec![Column::number("cycle", "Cycle"), Column::text("model", "Model")],
        rows.collect(),
    );
    let exhibit = match cycles.len() {
        many if many > MOST_CYCLES => exhibit.note(format!(
            "Of {} cycles, the first {MOST_CYCLES} are shown; the files have them all.",
            Cell::count(many as u64).shown()
        )),
        _ => exhibit,
    };
    exhibit.displayed(Display::Paths(paths.collect()))
}

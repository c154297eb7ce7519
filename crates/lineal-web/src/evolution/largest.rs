//! Which clusters and chains are the largest, and do they stay so? (study, tables 2.1g and h)

use super::{attachment, measure::Measure, sides::Sides};
use crate::{
    cell::{Cell, Missing},
    chart::{Chart, bump::Bump},
    exhibit::{Column, Display, Exhibit},
};
use lineal_core::{
    chains::LongChain,
    evolution::{Descendants, MostDescendants, Standing, Standings, TopChains},
    published::weekly::errata,
};

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let mut exhibits = vec![places(sides), standings(&sides.formal.top_clusters)];
    exhibits.extend(sides.study.map(|study| most_descendants(&study.most_descendants)));
    exhibits.push(attachment::by_week(sides));
    exhibits.extend(changes(sides));
    exhibits.push(chains(
        &sides.formal.top_chains,
        "longest-chains-formal",
        "Longest chains, first and last, formal",
        "The longest chain of each root, by its number of models, in the first and in the last snapshot.",
    ));
    if let Some(study) = sides.study {
        let exhibit = chains(
            &study.top_chains,
            "longest-chains-study",
            "Longest chains, first and last, study",
            "The longest chains that the study’s script finds in the first and in the last snapshot; a root has several \
             lines if several of its chains are among them.",
        );
        exhibits.push(exhibit.note_if(sides.is_published(), errata::UNCHANGED));
    }
    exhibits
}

/// How many clusters have a place in the figure.
const PLACES: usize = 10;

fn places(sides: &Sides) -> Exhibit {
    let snapshots = &sides.formal.snapshots;
    let top = |at: usize| snapshots[at].top_clusters.iter().take(PLACES);
    let bump = Bump {
        heading: "Places of the ten largest clusters, by their root".to_owned(),
        snapshots: snapshots.iter().map(|size| size.snapshot).collect(),
        places: (0..snapshots.len())
            .map(|at| top(at).map(|cluster| cluster.root.clone()).collect())
            .collect(),
    };
    let rows = snapshots.iter().flat_map(|size| {
        size.top_clusters.iter().take(PLACES).enumerate().map(|(place, cluster)| {
            vec![
                Cell::date(size.snapshot),
                Cell::count(place as u64 + 1),
                Cell::name(&cluster.root),
                Cell::count(cluster.size),
            ]
        })
    });
    Exhibit::table(
        "largest-clusters-by-snapshot",
        "The ten largest clusters over time",
        "The clusters of each snapshot with most models, their root left out. A line ends where a cluster is no longer \
         among the ten.",
        vec![
            Column::text("snapshot", "Snapshot"),
            Column::number("place", "Place"),
            Column::text("root", "Root"),
            Column::number("size", "Models"),
        ],
        rows.collect(),
    )
    .displayed(Display::Charts(vec![Chart::Bump(bump)]))
    .folded()
}

fn standings(standings: &Standings) -> Exhibit {
    let Standings { first, last } = standings;
    let in_first = |root: &str| first.iter().find(|cluster| cluster.root == root);
    let stayed = last.iter().map(|cluster| {
        let before = in_first(&cluster.root);
        let rank_before = before.map(|before| before.rank).or(cluster.other_rank);
        standing(&cluster.root, (rank_before, before), (Some(cluster.rank), Some(cluster)))
    });
    let left = first.iter().filter(|cluster| !last.iter().any(|other| other.root == cluster.root));
    let left = left.map(|cluster| {
        standing(&cluster.root, (Some(cluster.rank), Some(cluster)), (cluster.other_rank, None))
    });
    Exhibit::table(
        "table-2-1h-largest-clusters",
        "Table 2.1h. Largest clusters, first and last",
        "The clusters with most models in the last snapshot, then those that were among them in the first. Ranks are among \
         all clusters; a dash is where there was no such cluster, or for a size, where it was not among the largest.",
        vec![
            Column::text("root", "Root"),
            Column::number("first_rank", "Rank").under("First"),
            Column::number("first_size", "Models").under("First"),
            Column::number("last_rank", "Rank").under("Last"),
            Column::number("last_size", "Models").under("Last"),
            Column::number("rise", "Change"),
            Column::number("growth", "Growth"),
        ],
        stayed.chain(left).collect(),
    )
}

type Ranked<'a> = (Option<u64>, Option<&'a Standing>);

fn standing(root: &str, (first_rank, first): Ranked, (last_rank, last): Ranked) -> Vec<Cell> {
    let none = Cell::Missing(Missing::Nothing);
    let rank = |rank: Option<u64>| rank.map_or(none.clone(), Cell::count);
    let size = |cluster: Option<&Standing>| {
        cluster.map_or(Cell::Missing(Missing::NotRanked), |cluster| Cell::count(cluster.size))
    };
    let rise = first_rank
        .zip(last_rank)
        .and_then(|(first, last)| 0i64.checked_add_unsigned(first)?.checked_sub_unsigned(last));
    let growth = first.zip(last).map(|(first, last)| Cell::growth(first.size, last.size));
    vec![
        Cell::name(root),
        rank(first_rank),
        size(first),
        rank(last_rank),
        size(last),
        rise.map_or(none.clone(), Cell::Rise),
        growth.unwrap_or(none.clone()),
    ]
}

fn most_descendants(most: &MostDescendants) -> Exhibit {
    let cells = |model: Option<&Descendants>| {
        let absent = Cell::Missing(Missing::NotRanked);
        [
            model.map_or(absent.clone(), |model| Cell::name(&model.model)),
            model.map_or(absent, |model| Cell::count(model.descendants)),
        ]
    };
    first_and_last(
        "table-2-1h-most-descendants-study",
        "Table 2.1h. Most descendants, first and last, study",
        "The models that most others were made from, at any distance: how the study’s scripts rank clusters. They do not \
         ask whether a model is a root.",
        [("descendants", "Descendants"), ("model", "Model")],
        (&most.first, &most.last),
        cells,
    )
}

/// A table of two rankings side by side.
fn first_and_last<T>(
    key: &'static str,
    title: &'static str,
    definition: &'static str,
    [value, name]: [(&'static str, &'static str); 2],
    (first, last): (&[T], &[T]),
    cells: impl Fn(Option<&T>) -> [Cell; 2],
) -> Exhibit {
    let rows = (0..first.len().max(last.len())).map(|place| {
        let mut row = vec![Cell::count(place as u64 + 1)];
        row.extend(cells(first.get(place)));
        row.extend(cells(last.get(place)));
        row
    });
    let mut columns = vec![Column::text("place", "Place")];
    for (side, group) in [("first", "First"), ("last", "Last")] {
        columns.push(Column::text(format!("{side}_{}", name.0), name.1).under(group));
        columns.push(Column::number(format!("{side}_{}", value.0), value.1).under(group));
    }
    Exhibit::table(key, title, definition, columns, rows.collect())
}

fn changes(sides: &Sides) -> Vec<Exhibit> {
    let by_week = sides.by_week(
        "table-2-1g-changes-in-largest-clusters",
        "Table 2.1g. Changes in the ten largest clusters",
        "Added models that are in one of the ten largest clusters of the later snapshot, deleted models that were in one \
         of those of the earlier one, and how many of those clusters lost a model.",
        &Measure::TOP,
    );
    let compared = sides.compared(
        "changes-in-largest-clusters-compared",
        "An average week of the ten largest clusters",
        "Means over the weeks, counted in different ways.",
        &Measure::TOP,
    );
    let compared = compared.map(|exhibit| exhibit.note_if(sides.is_published(), errata::SHARE));
    [Some(by_week), compared].into_iter().flatten().collect()
}

fn chains(top: &TopChains, key: &'static str, title: &'static str, definition: &'static str) -> Exhibit {
    let cells = |chain: Option<&LongChain>| {
        let absent = Cell::Missing(Missing::NotRanked);
        [
            chain.map_or(absent.clone(), |chain| Cell::name(&chain.root)),
            chain.map_or(absent, |chain| Cell::count(chain.length as u64)),
        ]
    };
    first_and_last(
        key,
        title,
        definition,
        [("length", "Models"), ("root", "Root")],
        (&top.first, &top.last),
        cells,
    )
}

//! Along which chains was one model made from another? (study, section 4.2)

use super::{
    AT_LEAST, DIVERSE, GROUPS, NOT_WALKED, chain_count, degrees::task, diverse, dominated, published_part,
    published_ratios, ratios,
};
use crate::{
    cell::{Cell, Missing},
    exhibit::{Bar, Column, Display, Exhibit, Path},
    sides::{FORMAL, PUBLISHED, Part, STUDY, Sides, ranked},
};
use lineal_core::{
    big::BigCount,
    chains::{Chains, LongChain, segments},
    published::{self, errata},
    usage::Usage,
};
use std::collections::BTreeSet;

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let exhibits = [
        totals(sides),
        lengths(sides),
        longest(sides),
        dominance(sides),
        diversity(sides),
        top_formal(sides),
        top_study(sides),
        segments_of(sides),
    ];
    exhibits.into_iter().map(|exhibit| exhibit.note_if(sides.formal.chains.at_least, AT_LEAST)).collect()
}

fn totals(sides: &Sides) -> Exhibit {
    let share = |of: fn(&Chains) -> Option<f64>| move |usage: &Usage| Cell::share(of(&usage.chains));
    let published = |of: fn(&published::Chains) -> u64| {
        move |study: &published::Published| Part::small(of(&study.chains), study.chains.total).share
    };
    let rows = vec![
        sides.values(
            "Chains",
            |usage| chain_count(&usage.chains.total, usage.chains.at_least),
            |study| Cell::count(study.chains.total),
        ),
        sides.values(
            "Mean length, in models",
            |usage| Cell::mean(usage.chains.mean_length),
            |study| Cell::count(study.chains.mean_length),
        ),
        sides.values(
            "Longest chain, in models",
            |usage| chain_count(&(usage.chains.longest.length as u64).into(), usage.chains.at_least),
            |study| Cell::count(study.chains.longest),
        ),
        sides.values(
            "More than 2 models",
            share(|chains| chains.shares.above_2),
            published(|chains| chains.above_2),
        ),
        sides.values(
            "Up to 5 models",
            share(|chains| chains.shares.up_to_5),
            published(|chains| chains.up_to_5),
        ),
        sides.values(
            "6 to 15 models",
            share(|chains| chains.shares.from_6_to_15),
            published(|chains| chains.from_6_to_15),
        ),
        sides.values(
            "More than 15 models",
            share(|chains| chains.shares.above_15),
            published(|chains| chains.above_15),
        ),
    ];
    Exhibit::table(
        "chain-totals",
        "Chains at a glance",
        "The length of a chain is its number of models, both ends counted; it has one relation fewer. Shares are of all \
         chains.",
        sides.value_columns(Column::text("measure", "Measure")),
        rows,
    )
    .note_if(sides.study.is_none(), NOT_WALKED)
    .note_if(sides.is_published(), errata::HOPS)
    .note_if(sides.is_published(), errata::FOUND)
}

fn lengths(sides: &Sides) -> Exhibit {
    let ours = [Some(sides.formal), sides.study].into_iter().flatten();
    let lengths: BTreeSet<usize> =
        ours.flat_map(|usage| usage.chains.length_histogram.keys().copied()).collect();
    let published = |label: &str| {
        let known = sides.published?.chains.length_histogram.iter().find(|(bar, _)| *bar == label)?;
        Some(Cell::count(known.1))
    };
    let row = |label: &str, length: Option<usize>| {
        sides.values(
            label,
            |usage| match length {
                Some(length) => {
                    let none = BigCount::default();
                    let count = usage.chains.length_histogram.get(&length).unwrap_or(&none);
                    chain_count(count, usage.chains.at_least)
                }
                None => Cell::Missing(Missing::Nothing),
            },
            |_| published(label).unwrap_or(Cell::Missing(Missing::NotPublished)),
        )
    };
    let mut rows: Vec<Vec<Cell>> =
        lengths.iter().map(|length| row(&length.to_string(), Some(*length))).collect();
    if sides.is_published() {
        let bars = sides.published.into_iter().flat_map(|study| &study.chains.length_histogram);
        let others = bars.filter(|(bar, _)| !lengths.iter().any(|length| length.to_string() == *bar));
        rows.extend(others.map(|(bar, _)| row(bar, None)));
    }
    let panels = sides.panels(
        |usage| length_bars(&usage.chains, lengths.last().copied().unwrap_or(2)),
        |study| {
            let bars = study.chains.length_histogram.iter();
            bars.map(|(label, chains)| Bar { label: label.replace('-', "–"), count: (*chains).into() })
                .collect()
        },
    );
    Exhibit::table(
        "figure-1-chain-lengths",
        "Figure 1. Chain lengths",
        "Chains by their number of models.",
        sides.value_columns(Column::text("length", "Models in the chain")),
        rows,
    )
    .displayed(Display::Bars(panels))
}

/// The most bars that are drawn; beyond, neighbouring lengths share one.
const MOST_BARS: usize = 40;

fn length_bars(chains: &Chains, longest: usize) -> Vec<Bar> {
    let width = (longest - 1).div_ceil(MOST_BARS).max(1);
    let bars = (2..=longest).step_by(width).map(|from| {
        let to = (from + width - 1).min(longest);
        let mut count = BigCount::default();
        for (_, chains) in chains.length_histogram.range(from..=to) {
            count.0 += &chains.0;
        }
        let label = if from == to { from.to_string() } else { format!("{from}–{to}") };
        Bar { label, count }
    });
    bars.collect()
}

fn longest(sides: &Sides) -> Exhibit {
    let formal = &sides.formal.chains.longest.models;
    let study: &[String] = sides.study.map_or(&[], |study| &study.chains.longest.models);
    let name = |models: &[String], at: usize| {
        models.get(at).map_or(Cell::Missing(Missing::Nothing), |name| Cell::name(name))
    };
    let rows = (0..formal.len().max(study.len()))
        .map(|at| vec![Cell::count(at as u64 + 1), name(formal, at), name(study, at)]);
    let mut paths = Vec::new();
    for (heading, models) in [(FORMAL, formal.as_slice()), (STUDY, study)] {
        if !models.is_empty() {
            paths.push(Path::new(format!("{heading} · {} models", models.len()), models));
        }
    }
    Exhibit::table(
        "longest-chain",
        "The longest chain",
        "From the root, each model made from the one before it. Of equally long chains the formal one is the first by \
         name, the study’s the first that its script meets.",
        vec![
            Column::number("position", "Position"),
            Column::text("formal", FORMAL),
            Column::text("study", STUDY),
        ],
        rows.collect(),
    )
    .displayed(Display::Paths(paths))
}

fn dominance(sides: &Sides) -> Exhibit {
    let ours = [Some(sides.formal), sides.study].into_iter().flatten();
    let has_other = ours.into_iter().any(|usage| usage.chains.dominant.other != BigCount::default());
    let groups = GROUPS[..if has_other { 4 } else { 3 }].iter().map(|(group, label)| (Some(*group), *label));
    let rows = groups.chain([(None, "Tie")]).map(|(group, label)| {
        sides.parts(
            label,
            |usage| part(&usage.chains, dominated(&usage.chains.dominant, group)),
            |study| {
                let count = group.map_or(Some(0), |group| study.chains.dominant.of(group));
                published_part(count, study.chains.total)
            },
        )
    });
    Exhibit::table(
        "chain-dominance",
        "Dominant operations of chains",
        "The operation that made more of a chain’s models than any other one; fine-tune includes adapter. Formally a chain \
         without such an operation is a tie; the study decides it for the tied operation met first along the chain.",
        sides.part_columns(Column::text("operation", "Dominant"), "Chains"),
        rows.collect(),
    )
    .note_if(sides.is_published(), errata::DECIDED)
}

fn diversity(sides: &Sides) -> Exhibit {
    let ours = [Some(sides.formal), sides.study].into_iter().flatten();
    let has_four = ours.into_iter().any(|usage| usage.chains.diversity.four != BigCount::default());
    let rows = DIVERSE[..if has_four { 4 } else { 3 }].iter().enumerate().map(|(at, label)| {
        sides.parts(
            label,
            |usage| part(&usage.chains, diverse(&usage.chains.diversity)[at]),
            |study| published_part(study.chains.diversity.get(at).copied(), study.chains.total),
        )
    });
    Exhibit::table(
        "chain-diversity",
        "Diversity of chains",
        "How many different operations made the models of a chain; finetune and adapter are one.",
        sides.part_columns(Column::text("operations", "Different operations"), "Chains"),
        rows.collect(),
    )
}

fn part(chains: &Chains, count: &BigCount) -> Part {
    Part { count: chain_count(count, chains.at_least), ..Part::of(count, &chains.total) }
}

fn top_formal(sides: &Sides) -> Exhibit {
    let chains = &sides.formal.chains.top;
    let has_other = chains.iter().any(|chain| chain.operations.other > 0);
    let rows = chains.iter().map(|chain| long_chain(&chain.root, Some(chain), has_other));
    Exhibit::table(
        "table-4a-longest-chains-formal",
        "Table 4a. Longest chains, formal",
        "The longest chain of each root, by its number of models. Ratios are how many of its relations are of an operation; \
         there is one relation fewer than models.",
        top_columns(has_other),
        rows.collect(),
    )
}

fn top_study(sides: &Sides) -> Exhibit {
    let chains = sides.study.map_or(&[][..], |study| &study.chains.top);
    let published = sides.published.map_or(&[][..], |study| &study.chains.top);
    let has_other = chains.iter().any(|chain| chain.operations.other > 0);
    let mut columns = top_columns(has_other);
    if sides.is_published() {
        columns.extend([
            Column::number("published_length", "Models").under(PUBLISHED),
            Column::number("published_finetune", "Fine-tune").under(PUBLISHED),
            Column::number("published_merge", "Merge").under(PUBLISHED),
            Column::number("published_quantized", "Quantized").under(PUBLISHED),
        ]);
    }
    let ranking = ranked(chains, |chain| chain.root.as_str(), published, |(root, _, _)| root);
    let rows = ranking.into_iter().map(|(root, chain, study)| {
        let mut row = long_chain(root, chain, has_other);
        if sides.is_published() {
            row.push(study.map_or(Cell::Missing(Missing::NotRanked), |(_, length, _)| Cell::count(*length)));
            row.extend(published_ratios(study.map(|(_, _, percent)| percent)));
        }
        row
    });
    Exhibit::table(
        "table-4b-longest-chains-study",
        "Table 4b. Longest chains, study",
        "The longest chains that the study’s script finds; a root has several lines if several of its chains are among \
         them. A model’s operation is that of its last relation, as in the script.",
        columns,
        rows.collect(),
    )
    .note_if(sides.study.is_none(), NOT_WALKED)
    .note_if(sides.is_published(), errata::HOPS)
}

fn top_columns(has_other: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::text("root", "Root"),
        Column::number("length", "Models"),
        Column::number("finetune", "Fine-tune"),
        Column::number("merge", "Merge"),
        Column::number("quantized", "Quantized"),
    ];
    if has_other {
        columns.push(Column::number("other", "Other"));
    }
    columns.push(Column::text("task", "Task"));
    columns
}

fn long_chain(root: &str, chain: Option<&LongChain>, has_other: bool) -> Vec<Cell> {
    let absent = Cell::Missing(Missing::NotRanked);
    let mut row =
        vec![Cell::name(root), chain.map_or(absent.clone(), |chain| Cell::count(chain.length as u64))];
    let relations = chain.map_or(0, |chain| chain.length.saturating_sub(1));
    row.extend(ratios(chain.map(|chain| &chain.operations), relations as u64, has_other));
    row.push(chain.map_or(absent, |chain| task(&chain.task)));
    row
}

type SegmentOf = fn(&segments::Segments) -> &segments::Segment;
type PublishedSegment = fn(&published::Chains) -> &published::Segment;

fn segments_of(sides: &Sides) -> Exhibit {
    let parts: [(&str, SegmentOf, PublishedSegment); 3] = [
        ("Front", |segments| &segments.front, |chains| &chains.front),
        ("Middle", |segments| &segments.middle, |chains| &chains.middle),
        ("Back", |segments| &segments.back, |chains| &chains.back),
    ];
    let columns = sides.pair_columns(
        Column::text("segment", "Segment"),
        "Places",
        "Mean downloads",
        ["formal_mean_downloads", "study_mean_downloads", "published_mean_downloads"],
    );
    let rows = parts.iter().map(|(label, ours, published)| {
        sides.pairs(
            label,
            |usage| {
                let segment = ours(&usage.chains.segments);
                let mean = segment.mean_downloads.map_or(Cell::Missing(Missing::NotStated), Cell::Mean);
                [chain_count(&segment.occurrences, usage.chains.at_least), mean]
            },
            |study| {
                let segment = published(&study.chains);
                [Cell::count(segment.occurrences), Cell::Mean(segment.mean_downloads)]
            },
        )
    });
    Exhibit::table(
        "chain-segments",
        "Downloads along chains",
        "Each chain is cut into a front and a middle third, rounded down, and a back of the rest; a chain of two has its \
         root in front, its leaf in the back, and the mean of both in the middle. A model counts once for every chain that \
         it is on. Means are over the places whose downloads are stated.",
        columns,
        rows.collect(),
    )
}

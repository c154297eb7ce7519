//! What was made from each root? (study, section 4.3)

use super::{
    AT_LEAST, DIVERSE, GROUPS, chain_count, degrees::task, diverse, dominated, published_part,
    published_ratios, ratios,
};
use crate::{
    cell::{Cell, Missing},
    exhibit::{Bar, Column, Display, Exhibit, Panel},
    sides::{PUBLISHED, Part, Sides, ranked},
};
use lineal_core::{
    chains::operations::Dominant,
    clusters::{Bins, ClusterSummary},
    published::{self, Groups, errata},
    usage::Usage,
};

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let at_least = sides.formal.chains.at_least;
    vec![
        totals(sides).note_if(at_least, AT_LEAST),
        sizes(sides),
        chains(sides).note_if(at_least, AT_LEAST),
        dominance(sides),
        diversity(sides),
        top(sides).note_if(at_least, AT_LEAST),
    ]
}

fn totals(sides: &Sides) -> Exhibit {
    let up_to = |usage: &Usage, bins: usize| {
        let within = usage.clusters.size_histogram.0.iter().take(bins).map(|(_, clusters)| clusters).sum();
        Part::small(within, usage.clusters.total).share
    };
    let rows = vec![
        sides.values(
            "Clusters",
            |usage| Cell::count(usage.clusters.total),
            |study| Cell::count(study.clusters.total),
        ),
        sides.values(
            "Mean size, in models without the root",
            |usage| Cell::mean(usage.clusters.mean_size),
            |study| Cell::Mean(study.clusters.mean_size),
        ),
        sides.values(
            "Mean number of chains",
            |usage| Cell::mean(usage.clusters.mean_chains),
            |study| Cell::Mean(study.clusters.mean_chains),
        ),
        sides.values(
            "Largest, in models without the root",
            |usage| {
                let largest = usage.clusters.top.first();
                largest.map_or(Cell::Missing(Missing::Nothing), |cluster| Cell::count(cluster.size))
            },
            |study| Cell::count(study.clusters.top[0].1),
        ),
        sides.values(
            "Up to 5 models with the root",
            |usage| up_to(usage, 4),
            |study| Part::small(study.clusters.up_to_5, study.clusters.total).share,
        ),
        sides.values(
            "Up to 10 models with the root",
            |usage| up_to(usage, 5),
            |study| Part::small(study.clusters.up_to_10, study.clusters.total).share,
        ),
        sides.values(
            "More than 1,000 models with the root",
            |usage| {
                let large = usage.clusters.size_histogram.0.iter().skip(10).map(|(_, clusters)| clusters);
                Part::small(large.sum(), usage.clusters.total).share
            },
            |study| Part::small(study.clusters.above_1000, study.clusters.total).share,
        ),
    ];
    Exhibit::table(
        "cluster-totals",
        "Clusters at a glance",
        "The size of a cluster leaves its root out, as the study’s tables do; shares by size count it, as the study’s \
         figure does. Shares are of all clusters.",
        sides.value_columns(Column::text("measure", "Measure")),
        rows,
    )
    .note_if(sides.is_published(), errata::SIZES)
}

fn sizes(sides: &Sides) -> Exhibit {
    let bins = &sides.formal.clusters.size_histogram;
    let mut columns =
        vec![Column::text("size", "Models, root counted"), Column::number("clusters", "Clusters")];
    let mut panels = vec![Panel { heading: "This snapshot", bars: bars(bins), at_least: false }];
    let mut rows: Vec<Vec<Cell>> =
        bins.0.iter().map(|(label, clusters)| vec![Cell::text(*label), Cell::count(*clusters)]).collect();
    if let Some(study) = sides.published {
        let published = &study.clusters.size_histogram;
        columns.push(Column::number("published", PUBLISHED));
        rows.iter_mut().zip(published).for_each(|(row, clusters)| row.push(Cell::count(*clusters)));
        panels.push(Panel { heading: PUBLISHED, bars: published_bars(bins, published), at_least: false });
    }
    Exhibit::table(
        "figure-2-cluster-sizes",
        "Figure 2. Cluster sizes",
        "Clusters by their number of models, the root counted.",
        columns,
        rows,
    )
    .displayed(Display::Bars(panels))
    .note_if(sides.is_published(), errata::SIZE_LABEL)
}

fn chains(sides: &Sides) -> Exhibit {
    let bins = &sides.formal.clusters.chains_histogram;
    let rows = bins.0.iter().enumerate().map(|(at, (label, _))| {
        sides.values(
            label,
            |usage| Cell::count(usage.clusters.chains_histogram.0[at].1),
            |study| Cell::count(study.clusters.chains_histogram[at]),
        )
    });
    let panels = sides.panels(
        |usage| bars(&usage.clusters.chains_histogram),
        |study| published_bars(bins, &study.clusters.chains_histogram),
    );
    // Counts of clusters are exact even where those of chains are not.
    let panels = panels.into_iter().map(|panel| Panel { at_least: false, ..panel });
    let panels = panels.collect();
    Exhibit::table(
        "figure-3-chains-per-cluster",
        "Figure 3. Chains per cluster",
        "Clusters by the number of chains that start at their root, in the study’s bins.",
        sides.value_columns(Column::text("chains", "Chains")),
        rows.collect(),
    )
    .displayed(Display::Bars(panels))
    .note_if(sides.is_published(), errata::CHAIN_LABELS)
}

fn bars(bins: &Bins) -> Vec<Bar> {
    bins.0.iter().map(|(label, count)| bar(label, *count)).collect()
}

fn published_bars(bins: &Bins, counts: &[u64]) -> Vec<Bar> {
    bins.0.iter().zip(counts).map(|((label, _), count)| bar(label, *count)).collect()
}

fn bar(label: &str, count: u64) -> Bar {
    Bar { label: label.replace('-', "–"), count: count.into() }
}

/// Some clusters, which of them each operation dominates, and how many the study published.
type Kind<'a> = (&'a Dominant<u64>, u64, fn(&published::Clusters) -> (&Groups<u64>, u64));

fn dominance(sides: &Sides) -> Exhibit {
    let clusters = &sides.formal.clusters;
    let kinds: [Kind; 3] = [
        (&clusters.dominant, clusters.total, |study| (&study.dominant, study.total)),
        (&clusters.dominant_of_two, clusters.diversity.two, |study| {
            (&study.dominant_of_two, study.diversity[1])
        }),
        (&clusters.dominant_of_three, clusters.diversity.three, |study| {
            (&study.dominant_of_three, study.diversity[2])
        }),
    ];
    let keys = [
        ("All", ["all", "all_share", "all_published", "all_published_share"]),
        ("Two operations", ["two", "two_share", "two_published", "two_published_share"]),
        ("Three operations", ["three", "three_share", "three_published", "three_published_share"]),
    ];
    let mut columns = vec![Column::text("operation", "Dominant")];
    for (group, [count, share, published, published_share]) in keys {
        columns.push(Column::number(count, "Clusters").under(group));
        columns.push(Column::number(share, "Share").under(group));
        if sides.is_published() {
            columns.push(Column::number(published, "Published").under(group));
            columns.push(Column::number(published_share, "Share").under(group));
        }
    }
    let groups = GROUPS[..if clusters.dominant.other > 0 { 4 } else { 3 }].iter();
    let groups = groups.map(|(group, label)| (Some(*group), *label)).chain([(None, "Tie")]);
    let rows = groups.map(|(group, label)| {
        let mut row = vec![Cell::text(label)];
        for (dominant, total, study) in &kinds {
            let part = Part::small(*dominated(dominant, group), *total);
            row.extend([part.count, part.share]);
            if let Some(published) = sides.published {
                let (groups, total) = study(&published.clusters);
                let part = published_part(group.map_or(Some(0), |group| groups.of(group)), total);
                row.extend([part.count, part.share]);
            }
        }
        row
    });
    Exhibit::table(
        "cluster-dominance",
        "Dominant operations of clusters",
        "The operation that made more of a cluster’s models than any other one, the root left out; of all clusters, and of \
         those with exactly two and exactly three different operations. Ties stay ties.",
        columns,
        rows.collect(),
    )
    .note_if(sides.is_published(), errata::DECIDED)
}

fn diversity(sides: &Sides) -> Exhibit {
    let clusters = &sides.formal.clusters;
    let columns = [
        Column::text("operations", "Different operations"),
        Column::number("clusters", "Clusters"),
        Column::number("share", "Share"),
        Column::number("published", "Clusters").under(PUBLISHED),
        Column::number("published_share", "Share").under(PUBLISHED),
    ];
    let columns = columns[..if sides.is_published() { 5 } else { 3 }].to_vec();
    let shown = DIVERSE.iter().zip(diverse(&clusters.diversity)).enumerate();
    let shown = shown.filter(|(at, (_, count))| *at < 3 || **count > 0);
    let rows = shown.map(|(at, (label, count))| {
        let part = Part::small(*count, clusters.total);
        let mut row = vec![Cell::text(*label), part.count, part.share];
        if let Some(study) = sides.published {
            let part = published_part(study.clusters.diversity.get(at).copied(), study.clusters.total);
            row.extend([part.count, part.share]);
        }
        row
    });
    Exhibit::table(
        "cluster-diversity",
        "Diversity of clusters",
        "How many different operations made the models of a cluster; finetune and adapter are one.",
        columns,
        rows.collect(),
    )
}

fn top(sides: &Sides) -> Exhibit {
    let clusters = &sides.formal.clusters.top;
    let has_other = clusters.iter().any(|cluster| cluster.operations.other > 0);
    let mut columns = vec![
        Column::text("root", "Root"),
        Column::number("size", "Models"),
        Column::number("chains_formal", "Formal").under("Chains"),
        Column::number("chains_study", "Study").under("Chains"),
        Column::number("finetune", "Fine-tune").under("Made by"),
        Column::number("merge", "Merge").under("Made by"),
        Column::number("quantized", "Quantized").under("Made by"),
    ];
    if has_other {
        columns.push(Column::number("other", "Other").under("Made by"));
    }
    columns.push(Column::text("task", "Task"));
    if sides.is_published() {
        columns.extend([
            Column::number("published_size", "Models").under(PUBLISHED),
            Column::number("published_chains", "Chains").under(PUBLISHED),
            Column::number("published_finetune", "Fine-tune").under(PUBLISHED),
            Column::number("published_merge", "Merge").under(PUBLISHED),
            Column::number("published_quantized", "Quantized").under(PUBLISHED),
        ]);
    }
    let published = sides.published.map_or(&[][..], |study| &study.clusters.top);
    let ranking = ranked(clusters, |cluster| cluster.root.as_str(), published, |(root, ..)| root);
    let rows = ranking.into_iter().map(|(root, cluster, study)| {
        let mut row = summary(sides, root, cluster, has_other);
        if sides.is_published() {
            let counts = study.map(|(_, size, chains, _)| [Cell::count(*size), Cell::count(*chains)]);
            row.extend(counts.unwrap_or([const { Cell::Missing(Missing::NotRanked) }; 2]));
            row.extend(published_ratios(study.map(|(.., percent)| percent)));
        }
        row
    });
    Exhibit::table(
        "table-5-largest-clusters",
        "Table 5. Largest clusters",
        "Clusters by their number of models, the root left out. Made by is the share of those models that an operation \
         made; fine-tune includes adapter. The task is the root’s.",
        columns,
        rows.collect(),
    )
    .note_if(sides.is_published(), errata::RATIOS)
    .note_if(sides.is_published(), errata::TOP_SUM)
}

fn summary(sides: &Sides, root: &str, cluster: Option<&ClusterSummary>, has_other: bool) -> Vec<Cell> {
    let absent = Cell::Missing(Missing::NotRanked);
    let mut row = vec![Cell::name(root)];
    row.extend(match cluster {
        Some(cluster) => [
            Cell::count(cluster.size),
            chain_count(&cluster.chains, sides.formal.chains.at_least),
            study_chains(sides, root),
        ],
        None => [absent.clone(), absent.clone(), absent.clone()],
    });
    row.extend(ratios(
        cluster.map(|cluster| &cluster.operations),
        cluster.map_or(0, |cluster| cluster.size),
        has_other,
    ));
    row.push(cluster.map_or(absent, |cluster| task(&cluster.task)));
    row
}

/// The number of chains that the study finds in one of the largest clusters.
fn study_chains(sides: &Sides, root: &str) -> Cell {
    let Some(study) = sides.study else { return Cell::Missing(Missing::NotCounted) };
    let found = study.clusters.top.iter().find(|cluster| cluster.root == root);
    found.map_or(Cell::Missing(Missing::NotRanked), |cluster| Cell::Count(cluster.chains.clone()))
}

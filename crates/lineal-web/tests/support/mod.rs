//! An evolution that is made up, large and uneven enough to look at.

use lineal_core::{
    big::BigCount,
    chains::LongChain,
    date::SnapshotDate,
    evolution::{
        Added, Changes, Concentration, Evolution, Impact, InTop, Owners, Parts, Size, Standing, Standings,
        TopChains, Week,
    },
    pairing::Renames,
    usage::Semantics,
};

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    /// A number within a fifth of another.
    fn about(&mut self, number: u64) -> u64 {
        number - number / 5 + self.below(2 * (number / 5) + 1)
    }
}

/// Snapshots a week apart; with `uneven`, some days early or late and one missing.
pub fn dates(first: &str, count: u64, uneven: bool) -> Vec<SnapshotDate> {
    let first: SnapshotDate = first.parse().expect("a date");
    let late = |week: u64| if uneven { [0, 0, 3, 0, 1, 12][(week % 6) as usize] } else { 0 };
    (0..count)
        .filter(|week| !uneven || week % 9 != 4)
        .filter_map(|week| first.plus_days(7 * week + late(week)))
        .collect()
}

/// An evolution over some snapshots; the study's differs from the formal one where it does.
pub fn evolution(dates: &[SnapshotDate], semantics: Semantics) -> Evolution {
    let mut dice = Dice(7);
    let mut roots: Vec<(String, u64)> = NAMES
        .iter()
        .enumerate()
        .map(|(at, name)| ((*name).to_owned(), 33_000 / (at as u64 + 1) + 900 * (at as u64 % 5)))
        .collect();
    let mut snapshots = Vec::new();
    let mut parts = Parts {
        isolated: 1_040_000,
        relational: 460_000,
        derived: 440_000,
        base: 42_000,
        finetune: 345_000,
        merge: 10_200,
        quantized: 84_800,
        other: 0,
    };
    let mut weeks: Vec<Week> = Vec::new();
    for (at, date) in dates.iter().enumerate() {
        if let Some(before) = at.checked_sub(1).and_then(|before| dates.get(before)) {
            let changes = changes(&mut dice, at as u64, semantics);
            let (added, deleted) = (&changes.added.parts, &changes.deleted.parts);
            let grown =
                |size: u64, of: fn(&Parts<u64>) -> u64| (size + of(added)).saturating_sub(of(deleted));
            parts = Parts {
                isolated: grown(parts.isolated, |parts| parts.isolated),
                relational: grown(parts.relational, |parts| parts.relational),
                derived: grown(parts.derived, |parts| parts.derived),
                base: grown(parts.base, |parts| parts.base),
                finetune: grown(parts.finetune, |parts| parts.finetune),
                merge: grown(parts.merge, |parts| parts.merge),
                quantized: grown(parts.quantized, |parts| parts.quantized),
                other: 0,
            };
            let owners = owners(&mut dice, &changes, at);
            weeks.push(Week { from: *before, to: *date, changes, owners });
            for (place, (_, size)) in roots.iter_mut().enumerate() {
                *size += dice.below(220 + 160 * (place as u64 % 4));
            }
        }
        let models = parts.isolated + parts.relational;
        snapshots.push(Size {
            snapshot: *date,
            models,
            parts: parts.clone(),
            clusters: 21_000 + 190 * at as u64,
            chains: (840_000 + if semantics == Semantics::Formal { 400_000 } else { 0 } + 9_000 * at as u64)
                .into(),
            tasks: TASKS
                .iter()
                .map(|(task, permille)| {
                    (
                        (*task).to_owned(),
                        models * permille / 1000 * (100 + permille % 7 * at as u64 / 4) / 100,
                    )
                })
                .collect(),
            top_clusters: standings(&roots),
        });
    }
    let top = |size: Option<&Size>| size.map_or(Vec::new(), |size| size.top_clusters.clone());
    let (first, last) = (snapshots.first(), snapshots.last());
    Evolution {
        semantics,
        renames: if semantics == Semantics::Formal { Renames::On } else { Renames::Off },
        means: summary(&weeks, |values| values.iter().sum::<f64>() / values.len().max(1) as f64),
        medians: summary(&weeks, |values| {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
        }),
        top_clusters: Standings {
            first: ranked(&top(first), &top(last)),
            last: ranked(&top(last), &top(first)),
        },
        top_chains: TopChains { first: chains(40), last: chains(41) },
        snapshots,
        weeks,
    }
}

const NAMES: [&str; 14] = [
    "Qwen/Qwen1.5-0.5B",
    "black-forest-labs/FLUX.1-dev",
    "Qwen/Qwen1.5-1.8B",
    "google/gemma-2b",
    "meta-llama/Llama-3.1-8B",
    "mistralai/Mistral-7B-v0.1",
    "Qwen/Qwen2.5-7B",
    "google/gemma-7b",
    "distilbert/distilbert-base-uncased",
    "stabilityai/stable-diffusion-xl-base-1.0",
    "=cmd|' /C calc'!A0/<script>alert(1)</script>",
    "google-bert/bert-base-uncased",
    "a-rather-long-organisation-name/a-rather-long-model-name-v2.1-instruct",
    "answerdotai/ModernBERT-base",
];

const TASKS: [(&str, u64); 8] = [
    ("NLP", 214),
    ("CV", 93),
    ("Audio", 31),
    ("Multimodal", 12),
    ("Reinforcement Learning", 45),
    ("Tabular", 1),
    ("Graph", 0),
    ("Unknown", 600),
];

fn standings(roots: &[(String, u64)]) -> Vec<Standing> {
    let mut sorted = roots.to_vec();
    sorted.sort_by(|a, b| b.1.cmp(&a.1));
    let ranked = sorted.into_iter().zip(1..).take(10);
    ranked.map(|((root, size), rank)| Standing { root, size, rank, other_rank: None }).collect()
}

fn ranked(standings: &[Standing], others: &[Standing]) -> Vec<Standing> {
    let other_rank = |root: &str| {
        others.iter().find(|other| other.root == root).map_or(Some(13), |other| Some(other.rank))
    };
    standings
        .iter()
        .map(|cluster| Standing { other_rank: other_rank(&cluster.root), ..cluster.clone() })
        .collect()
}

fn chains(longest: usize) -> Vec<LongChain> {
    let chain = |at: usize| LongChain {
        root: NAMES[at].to_owned(),
        length: longest - 2 * at,
        operations: Default::default(),
        task: None,
        models: Vec::new(),
    };
    (0..10).map(chain).collect()
}

fn added(dice: &mut Dice, finetune: u64, isolated: u64, base: u64) -> Added<u64> {
    let (finetune, merge, quantized) =
        (dice.about(finetune), dice.about(finetune / 24), dice.about(finetune / 3));
    let derived = finetune + merge + quantized;
    let (base, isolated) = (dice.about(base), dice.about(isolated));
    let relational = derived + base * 3 / 5;
    Added {
        models: relational + isolated,
        parts: Parts { isolated, relational, derived, base, finetune, merge, quantized, other: 0 },
    }
}

fn changes(dice: &mut Dice, week: u64, semantics: Semantics) -> Changes<u64, BigCount> {
    let many = if week % 7 == 3 { 6 } else { 1 };
    let is_study = semantics == Semantics::Study;
    let mut added_models = added(dice, 5_400, 19_700, 560);
    let mut deleted = added(dice, 900 * many, 2_900 * many, 75);
    let renamed = dice.about(140);
    if is_study {
        added_models.parts.base /= 3;
        added_models.models += renamed;
        deleted.models += renamed;
    }
    let affected = dice.about(60 * many);
    Changes {
        in_new_chains: dice.about(520),
        in_existing_chains: dice.about(7_000),
        new_chains: dice.about(if is_study { 540 } else { 340 }).into(),
        new_clusters: dice.about(180),
        deleted_chains: dice.about(20 * many).into(),
        deleted_clusters: dice.about(if is_study { 26 } else { 8 }),
        impact: Impact {
            deleted_bases: deleted.parts.base,
            affected_derived: 2 * affected,
            affected_derived_surviving: affected,
            disrupted_chains: dice.about(1_400 * many * many * many).into(),
            disrupted_clusters: dice.about(80),
            disrupted_cluster_mean_size: (week % 8 != 5).then(|| 31.0 + dice.below(90) as f64 / 7.0),
            affected_downstream: 3 * affected,
            affected_downstream_surviving: 2 * affected,
        },
        top_clusters: InTop { added: dice.about(1_900), deleted: dice.about(240), affected: dice.below(9) },
        renamed: if is_study { 0 } else { renamed },
        reappeared: dice.about(60),
        relation_changed: dice.about(35),
        added: added_models,
        deleted,
    }
}

fn owners(dice: &mut Dice, changes: &Changes<u64, BigCount>, week: usize) -> Owners {
    let mut of = |models: u64, one: f64| Concentration {
        owners: dice.about(models / 3),
        top_1: Some(one),
        top_3: Some((one * 1.7).min(1.0)),
        top_10: Some((one * 2.1).min(1.0)),
        gini: Some(0.61 + one / 3.0),
        top: (0..10u64)
            .map(|place| (format!("owner-{}", (place * 3 + dice.below(4)) % 17), models / (20 + 9 * place)))
            .collect(),
    };
    let deleted = if week % 7 == 3 { 0.36 } else { 0.11 };
    Owners { added: of(changes.added.models, 0.06), deleted: of(changes.deleted.models, deleted) }
}

fn summary(weeks: &[Week], of: impl Fn(&[f64]) -> f64) -> Changes<f64, f64> {
    let value = |count: fn(&Changes<u64, BigCount>) -> u64| {
        of(&weeks.iter().map(|week| count(&week.changes) as f64).collect::<Vec<_>>())
    };
    let chains = |count: fn(&Changes<u64, BigCount>) -> &BigCount| {
        let values = weeks.iter().filter_map(|week| count(&week.changes).per(&1.into()));
        of(&values.collect::<Vec<_>>())
    };
    let parts = |of: [fn(&Changes<u64, BigCount>) -> u64; 8]| {
        let [isolated, relational, derived, base, finetune, merge, quantized, other] = of.map(value);
        Parts { isolated, relational, derived, base, finetune, merge, quantized, other }
    };
    Changes {
        added: Added {
            models: value(|changes| changes.added.models),
            parts: parts([
                |changes| changes.added.parts.isolated,
                |changes| changes.added.parts.relational,
                |changes| changes.added.parts.derived,
                |changes| changes.added.parts.base,
                |changes| changes.added.parts.finetune,
                |changes| changes.added.parts.merge,
                |changes| changes.added.parts.quantized,
                |changes| changes.added.parts.other,
            ]),
        },
        deleted: Added {
            models: value(|changes| changes.deleted.models),
            parts: parts([
                |changes| changes.deleted.parts.isolated,
                |changes| changes.deleted.parts.relational,
                |changes| changes.deleted.parts.derived,
                |changes| changes.deleted.parts.base,
                |changes| changes.deleted.parts.finetune,
                |changes| changes.deleted.parts.merge,
                |changes| changes.deleted.parts.quantized,
                |changes| changes.deleted.parts.other,
            ]),
        },
        in_new_chains: value(|changes| changes.in_new_chains),
        in_existing_chains: value(|changes| changes.in_existing_chains),
        new_chains: chains(|changes| &changes.new_chains),
        new_clusters: value(|changes| changes.new_clusters),
        deleted_chains: chains(|changes| &changes.deleted_chains),
        deleted_clusters: value(|changes| changes.deleted_clusters),
        impact: Impact {
            deleted_bases: value(|changes| changes.impact.deleted_bases),
            affected_derived: value(|changes| changes.impact.affected_derived),
            affected_derived_surviving: value(|changes| changes.impact.affected_derived_surviving),
            disrupted_chains: chains(|changes| &changes.impact.disrupted_chains),
            disrupted_clusters: value(|changes| changes.impact.disrupted_clusters),
            disrupted_cluster_mean_size: Some(36.5),
            affected_downstream: value(|changes| changes.impact.affected_downstream),
            affected_downstream_surviving: value(|changes| changes.impact.affected_downstream_surviving),
        },
        top_clusters: InTop {
            added: value(|changes| changes.top_clusters.added),
            deleted: value(|changes| changes.top_clusters.deleted),
            affected: value(|changes| changes.top_clusters.affected),
        },
        renamed: value(|changes| changes.renamed),
        reappeared: value(|changes| changes.reappeared),
        relation_changed: value(|changes| changes.relation_changed),
    }
}

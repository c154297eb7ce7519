//! A hub that is made up and changes every week, large and uneven enough to look at.

use lineal_core::{
    date::SnapshotDate,
    evolution::{Evolution, Options, Walk},
    graph::{Graph, Relation},
    ids::IdsBuilder,
    operation::Operation,
    pairing::Renames,
    usage::Semantics,
    world::{UNKNOWN, World},
};
use lineal_web::EvolutionReport;

/// A name that would do harm if it were anything but text.
pub const HOSTILE: &str = "=cmd|'/C calc'!A0</title><script>alert(1)</script>\"&\u{202e}";

/// Snapshots a week apart; uneven ones are some days late, and a few are missing.
pub fn dates(first: &str, count: u64, uneven: bool) -> Vec<SnapshotDate> {
    let first: SnapshotDate = first.parse().expect("a date");
    let late = |week: u64| if uneven { [0, 0, 3, 0, 1, 2][(week % 6) as usize] } else { 0 };
    let weeks = (0..count).filter(|week| !uneven || week % 9 != 4);
    weeks.filter_map(|week| first.plus_days(7 * week + late(week))).collect()
}

/// Both sides of the evolution of the made-up hub.
pub fn report(dates: &[SnapshotDate]) -> EvolutionReport {
    let of = |options: Options| -> Result<Evolution, _> {
        let mut walk = Walk::new(options);
        let mut hub = Hub::new();
        for date in dates {
            walk.take(hub.world(*date), Vec::new())?;
            hub.go_on();
        }
        walk.finish()
    };
    EvolutionReport {
        formal: of(Options { semantics: Semantics::Formal, renames: Renames::On }).expect("counted"),
        study: of(Options { semantics: Semantics::Study, renames: Renames::Off }),
    }
}

struct Model {
    owner: usize,
    name: String,
    /// Places among all models there have ever been, with an operation.
    bases: Vec<(usize, u8)>,
    is_listed: bool,
}

pub struct Hub {
    owners: Vec<String>,
    models: Vec<Model>,
    dice: Dice,
    week: u64,
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

const ROOTS: [&str; 13] = [
    "black-forest-labs/FLUX.1-dev",
    "Qwen/Qwen1.5-0.5B",
    "google/gemma-2b",
    "meta-llama/Llama-3.1-8B",
    "mistralai/Mistral-7B-v0.1",
    HOSTILE,
    "distilbert/distilbert-base-uncased",
    "stabilityai/stable-diffusion-xl-base-1.0",
    "google-bert/bert-base-uncased",
    "a-rather-long-organisation-name/a-rather-long-model-name-v2.1-instruct",
    "answerdotai/ModernBERT-base",
    "openai/whisper-small",
    "sentence-transformers/all-MiniLM-L6-v2",
];

const TASKS: [Option<&str>; 5] = [
    None,
    Some("text-generation"),
    Some("text-to-image"),
    Some("automatic-speech-recognition"),
    Some("reinforcement-learning"),
];

impl Hub {
    pub fn new() -> Hub {
        let owners = (0..60).map(|owner| format!("owner-{owner}")).collect();
        let mut hub = Hub { owners, models: Vec::new(), dice: Dice(11), week: 0 };
        for root in ROOTS {
            let (owner, name) = root.split_once('/').unwrap_or(("", root));
            hub.owners.push(owner.to_owned());
            let owner = hub.owners.len() - 1;
            hub.models.push(Model { owner, name: name.to_owned(), bases: Vec::new(), is_listed: true });
        }
        hub.add(2400);
        hub
    }

    /// The next week: most add, some delete, sometimes one owner deletes everything or is renamed.
    pub fn go_on(&mut self) {
        self.week += 1;
        let (more, fewer) = (200 + self.dice.below(60), 25 + self.dice.below(20));
        self.add(more);
        for _ in 0..fewer {
            // Half of what goes is young.
            let young = self.models.len() - self.models.len().min(400);
            let from = if self.dice.below(2) == 0 { young } else { ROOTS.len() };
            let gone = from + self.dice.below(self.models.len() - from);
            self.models[gone].is_listed = false;
        }
        if self.week % 7 == 3 {
            let owner = self.dice.below(12);
            for model in self.models.iter_mut().filter(|model| model.owner == owner) {
                model.is_listed = false;
            }
        }
        if self.week % 5 == 2 {
            let owner = 20 + self.dice.below(30);
            self.owners[owner].push_str("-labs");
        }
        if self.week % 4 == 1 {
            for model in self.models.iter_mut().filter(|model| !model.is_listed).take(3) {
                model.is_listed = true;
            }
        }
        let changed = ROOTS.len() + self.dice.below(self.models.len() - ROOTS.len());
        self.models[changed].bases.clear();
    }

    fn add(&mut self, count: usize) {
        for _ in 0..count {
            let place = self.models.len();
            // Few owners do most of it, and few models are what most are made from.
            let owner = self.dice.below(60) * self.dice.below(60) / 60;
            let kind = self.dice.below(100);
            let mut bases = Vec::new();
            if kind >= 40 {
                let favourite = self.dice.below(ROOTS.len()) * self.dice.below(ROOTS.len()) / ROOTS.len();
                let base = match self.dice.below(6) {
                    0 => self.dice.below(place),
                    1 => place - 1 - self.dice.below(200.min(place)),
                    _ => favourite,
                };
                let operation = [0, 0, 1, 1, 3, 3][self.dice.below(6)];
                bases.push((base, operation));
                if kind >= 96 {
                    bases = vec![(base, 2), (self.dice.below(place), 2)];
                }
            }
            self.models.push(Model { owner, name: format!("model-{place}"), bases, is_listed: true });
        }
    }

    pub fn world(&self, snapshot: SnapshotDate) -> World {
        let name = |model: &Model| match self.owners[model.owner].as_str() {
            "" => model.name.clone(),
            owner => format!("{owner}/{}", model.name),
        };
        let mut ids = IdsBuilder::new(0);
        let mut nodes = vec![None; self.models.len()];
        let listed: Vec<usize> = (0..self.models.len()).filter(|at| self.models[*at].is_listed).collect();
        for at in &listed {
            nodes[*at] = ids.insert(&name(&self.models[*at])).expect("short").ok();
        }
        let mut relations = Vec::new();
        for at in &listed {
            for (base, operation) in &self.models[*at].bases {
                let base = match nodes[*base] {
                    Some(node) => node,
                    None => {
                        ids.insert(&name(&self.models[*base])).expect("short").unwrap_or_else(|known| known)
                    }
                };
                let derived = nodes[*at].expect("listed");
                relations.push(Relation { base, derived, operation: *operation });
            }
        }
        let missing = ids.len() - listed.len();
        World {
            snapshot,
            graph: Graph::new(listed.len(), missing, &relations, Operation::NAMED.to_vec()),
            ids: ids.finish(),
            downloads: vec![UNKNOWN; listed.len()].into(),
            tasks: listed.iter().map(|at| TASKS[at * 7 % 11 % 5]).collect(),
        }
    }
}

//! What do tests and the demonstration look at? A hub that is made up.
//!
//! No part of the product. Small hubs are written as text; [`Hub::sizeable`] has what is awkward: a merge of 65
//! bases, a family of hundreds, a cycle, a model made from itself, and names that would do harm if they were
//! anything but text.

use super::view::{Summary, View};
use crate::Report;
use lineal_core::{
    atlas::Atlas,
    broken::{Broken, Gone},
    date::SnapshotDate,
    evidence::{Claimed, EvidenceBuilder, Grounds},
    field::State,
    graph::{Graph, Relation},
    ids::IdsBuilder,
    model_id::HubId,
    operation::Operation,
    profiles::ProfilesBuilder,
    record::{Gated, ModelRecord, Source},
    resolve::Resolution,
    search::Search,
    usage::{Semantics, usage},
    world::{UNKNOWN, World},
};
use std::sync::Arc;

/// A name that would do harm if it were anything but text.
pub const HOSTILE: &str = "=cmd|'/C calc'!A0</title><script>alert(1)</script>\"&\n\u{1b}[31m\u{202e}";

/// A hub that is made up.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    /// Names, with downloads and a task where known.
    models: Vec<(String, Option<u64>, Option<String>)>,
    /// Base, operation, derived model; a base that is no model is missing.
    relations: Vec<(String, Operation, String)>,
}

impl Hub {
    /// Reads a hub: `base -merge-> derived` is a relation, `model 120 text-generation` states downloads and a
    /// task, and a name that ends in `?` is missing.
    pub fn of(text: &str) -> Hub {
        let mut hub = Hub::default();
        for line in text.lines() {
            match line.split_whitespace().collect::<Vec<_>>()[..] {
                [base, arrow, derived] if arrow.ends_with("->") => {
                    let operation = arrow.trim_start_matches('-').trim_end_matches("->");
                    if !base.ends_with('?') {
                        hub.list(base);
                    }
                    hub.list(derived);
                    hub.relate(base.trim_end_matches('?'), operation, derived);
                }
                [name, downloads, task] => {
                    let at = hub.list(name);
                    hub.models[at].1 = downloads.parse().ok();
                    hub.models[at].2 = Some(task.to_owned());
                }
                [name] => {
                    hub.list(name);
                }
                _ => {}
            }
        }
        hub
    }

    /// Makes up a hub with so many models in its largest family.
    pub fn sizeable(family: usize) -> Hub {
        const OPERATIONS: [&str; 5] = ["finetune", "adapter", "quantized", "finetune", "convert"];
        let mut hub = Hub::of(
            "
            openai-community/gpt2 12000000 text-generation
            meta-llama/Llama-3.1-8B 5300000 text-generation
            google-bert/bert-base-uncased 60000000 fill-mask
            black-forest-labs/FLUX.1-dev 1500000 text-to-image
            openai-community/gpt2 -distill-> distilbert/distilgpt2
            owner/around-a -finetune-> owner/around-b
            owner/around-b -finetune-> owner/around-a
            openai-community/gpt2 -finetune-> owner/around-a
            owner/itself -finetune-> owner/itself
            gone/base? -finetune-> owner/orphan
            gone/base? -merge-> owner/half
            google-bert/bert-base-uncased -merge-> owner/half
            owner/alone
            ",
        );
        hub.relate(HOSTILE, "finetune", "owner/of-hostile");
        hub.list("owner/of-hostile");
        let mut members = vec!["meta-llama/Llama-3.1-8B".to_owned()];
        for number in 0..family {
            // Most are made from the root, and some from one another.
            let base = if number % 7 < 5 { 0 } else { (number * 31) % members.len() };
            let operation = OPERATIONS[number % OPERATIONS.len()];
            let name = format!("lab-{}/Llama-{operation}-{number}", number % 23);
            let at = hub.list(&name);
            hub.models[at].1 = (number % 3 > 0).then(|| (number as u64 * 7919) % 100_000);
            hub.models[at].2 = (number % 4 > 0).then(|| "text-generation".to_owned());
            hub.relate(&members[base].clone(), operation, &name);
            members.push(name);
        }
        hub.list("merger/of-65");
        for base in members.iter().take(65) {
            hub.relate(base, "merge", "merger/of-65");
        }
        hub
    }

    fn list(&mut self, name: &str) -> usize {
        let known = self.models.iter().position(|(listed, ..)| listed == name);
        known.unwrap_or_else(|| {
            self.models.push((name.to_owned(), None, None));
            self.models.len() - 1
        })
    }

    fn relate(&mut self, base: &str, operation: &str, derived: &str) {
        self.relations.push((base.to_owned(), Operation::named(operation), derived.to_owned()));
    }

    /// Makes an atlas of the hub on one day.
    ///
    /// # Panics
    /// When the hub has names that no hub can have.
    pub fn atlas(&self, snapshot: SnapshotDate) -> Atlas {
        let mut ids = IdsBuilder::new(7);
        let mut node = |name: &str| ids.insert(name).expect("a short name").unwrap_or_else(|known| known);
        self.models.iter().for_each(|(name, ..)| {
            node(name);
        });
        let mut relations: Vec<Relation> = Vec::new();
        for (base, operation, derived) in &self.relations {
            let code =
                Operation::NAMED.iter().position(|known| known == operation).expect("a named operation");
            relations.push(Relation { base: node(base), derived: node(derived), operation: code as u8 });
        }
        relations.sort_by_key(|relation| relation.derived);
        let (models, nodes) = (self.models.len(), ids.len());
        let mut evidence = EvidenceBuilder::default();
        for relation in relations.iter().filter(|relation| relation.base != relation.derived) {
            let is_missing = relation.base as usize >= models;
            let operation = Some(Operation::NAMED[usize::from(relation.operation)].to_string());
            let claim = |source| Claimed { source, named: None, operation: operation.clone() };
            evidence.push(&Grounds {
                operation_inferred: false,
                resolution: Some(if is_missing { Resolution::Missing } else { Resolution::Exact }),
                claims: vec![claim(Source::TypedTag), claim(Source::Card)],
            });
        }
        let mut profiles = ProfilesBuilder::default();
        for (number, (name, _, task)) in self.models.iter().enumerate() {
            let mut record = ModelRecord::named(name.parse().expect("a model name"));
            record.license = [None, Some("mit"), Some("apache-2.0")][number % 3].map(str::to_owned);
            record.library = task.as_ref().map(|_| "transformers".to_owned());
            record.likes = Some(number as u64 % 50);
            record.created_at = Some(snapshot.midnight() - number as i64 * 86_400_000);
            record.gated = Some(Gated::No);
            let mut hub_id = [0; 12];
            hub_id[..8].copy_from_slice(&(number as u64 + 1).to_be_bytes());
            record.hub_id = Some(HubId(hub_id));
            let license = if record.license.is_some() { State::Present } else { State::Missing };
            profiles.push(
                &record,
                [license, State::Missing, State::NotApplicable, State::Unclear, State::Present],
            );
        }
        let world = World {
            snapshot,
            ids: ids.finish(),
            graph: Graph::new(models, nodes - models, &relations, Operation::NAMED.to_vec()),
            downloads: self
                .models
                .iter()
                .map(|(_, downloads, _)| downloads.unwrap_or(UNKNOWN))
                .collect::<Vec<_>>()
                .into(),
            tasks: self.models.iter().map(|(_, _, task)| task.as_deref()).collect(),
        };
        Atlas::new(world, profiles.finish(), evidence.finish()).expect("parts of one size")
    }

    /// Makes a view of the hub in which nothing that takes long is there yet.
    ///
    /// # Panics
    /// When the hub has names that no hub can have.
    pub fn view(&self, id: &str) -> View {
        let snapshot = date(2025, 6, 25);
        let atlas = Arc::new(self.atlas(snapshot));
        let world = &atlas.world;
        let models = u64::from(world.graph.models());
        let today = Summary { snapshot, models, relations: world.graph.relations() as u64 };
        let before = Summary { snapshot: date(2025, 6, 18), models: models / 2, relations: models / 3 };
        let search = Search::build(world, self.models.iter().map(|_| vec!["made-up"])).expect("built");
        View {
            id: id.to_owned(),
            source: "Made up".to_owned(),
            synthetic: true,
            snapshots: vec![today, before],
            ..View::of(atlas, search)
        }
    }

    /// Works out what takes long, as far as a hub that is made up has it.
    pub fn work_out(&self, view: &View) {
        let half = Hub { models: self.models[..self.models.len() / 2].to_vec(), relations: Vec::new() };
        let _ = view.answers.earlier.set(Ok(vec![Arc::new(half.atlas(date(2025, 6, 18)))]));
        let _ = view.answers.broken.set(Ok(Some(broken())));
        let _ = view.answers.report.set(report(&view.atlas.world));
    }
}

fn date(year: i32, month: u32, day: u32) -> SnapshotDate {
    SnapshotDate::new(year, month, day).expect("a day")
}

fn broken() -> Broken {
    let gone = Gone {
        id: "gone/base".to_owned(),
        downloads: Some(1200),
        derived: 2,
        orphaned: 1,
        downloads_of_derived: 0,
    };
    Broken {
        from: date(2025, 6, 18),
        to: date(2025, 6, 25),
        added: 40,
        deleted: 1,
        renamed: 0,
        deleted_bases: 1,
        affected: 2,
        orphaned: 1,
        worst: vec![gone],
    }
}

fn report(world: &World) -> Result<Report, String> {
    Ok(Report {
        formal: usage(world, Semantics::Formal, 10).map_err(|error| error.to_string())?,
        study: usage(world, Semantics::Study, 10),
        evolution: None,
        quality: None,
        risk: None,
        synthetic: true,
        source: "Made up".to_owned(),
        generated_by: concat!("lineal ", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}

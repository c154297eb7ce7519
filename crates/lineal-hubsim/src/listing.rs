//! What does the Hub's list endpoint say today?
//!
//! One JSON object a line, in the shape of the list endpoint with `expand[]`, oldest model first.
//! The structs below look exactly like what is sent.

mod item;

use crate::{
    Hub, Trait,
    calendar::Second,
    chance::{Chance, Traits},
    claim::{Claim, Id, Means, Spelled},
    kind::{DATASETS, Kind, LANGUAGES, LICENSES},
    model::{Base, Model, Operation, Serial},
    server::repository::Weights,
};
use serde::{Serialize, Serializer};
use std::{
    fmt,
    io::{self, Write},
};

/// How results are measured.
const METRICS: [&str; 3] = ["accuracy", "f1", "perplexity"];
/// How a prompt is put together, in a few words.
const TEMPLATE: &str = "{% for message in messages %}{{ message['content'] }}{{ eos_token }}{% endfor %}";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    #[serde(rename = "_id")]
    hub_id: HubId,
    id: Id<'a>,
    author: &'a str,
    created_at: Second,
    last_modified: Second,
    sha: Sha,
    likes: Count,
    downloads: u32,
    downloads_all_time: u64,
    tags: Option<Vec<Tag<'a>>>,
    #[serde(rename = "pipeline_tag", skip_serializing_if = "Option::is_none")]
    task: Option<&'static str>,
    #[serde(rename = "library_name", skip_serializing_if = "Option::is_none")]
    library: Option<&'static str>,
    gated: Gated,
    private: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    card_data: Option<Card<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_models: Option<BaseModels<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Config<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    safetensors: Option<Safetensors>,
    siblings: Vec<Sibling>,
}

#[derive(Serialize)]
struct Sibling {
    rfilename: &'static str,
}

#[derive(Serialize)]
struct Card<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<OneOrMany<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_link: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_model: Option<OneOrMany<Spelled<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_model_relation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datasets: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_version: Option<Id<'a>>,
    #[serde(rename = "model-index", skip_serializing_if = "Option::is_none")]
    model_index: Option<[Indexed<'a>; 1]>,
}

/// What a model is declared to have achieved.
#[derive(Serialize)]
struct Indexed<'a> {
    name: &'a str,
    results: [Tested; 1],
}

#[derive(Serialize)]
struct Tested {
    dataset: Named,
    metrics: Vec<Metric>,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
}

#[derive(Serialize)]
struct Metric {
    #[serde(rename = "type")]
    kind: &'static str,
    value: f64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

#[derive(Serialize)]
struct BaseModels<'a> {
    relation: &'static str,
    models: Vec<BaseModel<'a>>,
}

#[derive(Serialize)]
struct BaseModel<'a> {
    #[serde(rename = "_id")]
    hub_id: HubId,
    id: Id<'a>,
}

#[derive(Default, Serialize)]
struct Config<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    architectures: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantization_config: Option<QuantizationConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peft: Option<Peft<'a>>,
    #[serde(rename = "_name_or_path", skip_serializing_if = "Option::is_none")]
    name_or_path: Option<Id<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokenizer_config: Option<TokenizerConfig>,
}

#[derive(Serialize)]
struct TokenizerConfig {
    eos_token: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_template: Option<&'static str>,
}

#[derive(Serialize)]
struct QuantizationConfig {
    quant_method: &'static str,
    bits: u8,
}

#[derive(Serialize)]
struct Peft<'a> {
    base_model_name_or_path: Spelled<'a>,
    task_type: &'static str,
}

#[derive(Serialize)]
struct Safetensors {
    total: u64,
}

/// A count, sent as text once in a while.
#[derive(Serialize)]
#[serde(untagged)]
enum Count {
    Number(u32),
    Text(String),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Gated {
    No(bool),
    By(&'static str),
}

enum Tag<'a> {
    Word(&'static str),
    License(&'static str),
    Dataset(&'static str),
    Base(Spelled<'a>),
    TypedBase(&'static str, Spelled<'a>),
}

impl fmt::Display for Tag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Tag::Word(word) => f.write_str(word),
            Tag::License(license) => write!(f, "license:{license}"),
            Tag::Dataset(dataset) => write!(f, "dataset:{dataset}"),
            Tag::Base(base) => write!(f, "base_model:{base}"),
            Tag::TypedBase(word, base) => write!(f, "base_model:{word}:{base}"),
        }
    }
}

impl Serialize for Tag<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tag::Word(word) => serializer.serialize_str(word),
            _ => serializer.collect_str(self),
        }
    }
}

/// Second of creation, machine and serial number: sorts as the listing does.
struct HubId {
    created: Second,
    machine: u32,
    serial: Serial,
}

impl Serialize for HubId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let HubId { created, machine, serial } = self;
        serializer.collect_str(&format_args!("{:08x}{machine:08x}{serial:08x}", created.0))
    }
}

struct Sha(u64, u64, u32);

impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:016x}{:016x}{:08x}", self.0, self.1, self.2)
    }
}

impl Serialize for Sha {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is sent differently than it should be, once in a while.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Oddity {
    None,
    LikesAsText,
    NullTags,
    LicenseAsList,
    ListedTwice,
}

impl Hub {
    /// Writes today's listing as JSON lines, oldest model first.
    ///
    /// A few models are listed twice, as happens when a listing changes while it is read.
    pub fn write_listing(&self, out: &mut impl Write) -> io::Result<()> {
        for (serial, model) in self.listing() {
            let times = if self.oddity(serial) == Oddity::ListedTwice { 2 } else { 1 };
            for _ in 0..times {
                serde_json::to_writer(&mut *out, &self.listed(serial, model))?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn listed<'a>(&'a self, serial: Serial, model: &'a Model) -> Listed<'a> {
        let claim = self.claim(serial, model);
        let oddity = self.oddity(serial);
        let mut content = self.traits(serial, Trait::Content);
        let mut sha = self.traits(serial, Trait::Sha).after(model.revision);
        let id = self.id(model);
        let library = self.library(model, &mut content);
        let dataset = (tuned(model) && content.one_in(3)).then(|| *content.any(&DATASETS));
        let gated = match content.below(200) {
            0..3 => Gated::By("auto"),
            3 => Gated::By("manual"),
            _ => Gated::No(false),
        };
        let facts =
            Facts { task: self.task(serial, model), library, dataset, license: self.license(serial, model) };
        let nulled = oddity == Oddity::NullTags && claim.is_none();
        Listed {
            hub_id: self.hub_id(serial, model),
            id,
            author: id.owner,
            created_at: model.created,
            last_modified: model.modified,
            sha: Sha(sha.draw(), sha.draw(), sha.draw() as u32),
            likes: match oddity {
                Oddity::LikesAsText => Count::Text(model.likes.to_string()),
                _ => Count::Number(model.likes),
            },
            downloads: model.downloads,
            downloads_all_time: model.downloads_all_time,
            tags: (!nulled).then(|| self.tags(model, claim.as_ref(), &facts)),
            task: facts.task,
            library,
            gated,
            private: false,
            card_data: self.card((serial, model), claim.as_ref(), &facts, oddity),
            base_models: self.base_models(model, claim.as_ref()),
            config: self.config(serial, model, claim.as_ref(), &mut content),
            safetensors: self.safetensors(model, &mut content),
            siblings: siblings(model, library),
        }
    }

    fn oddity(&self, serial: Serial) -> Oddity {
        match self.traits(serial, Trait::Oddity).below(20_000) {
            0..8 => Oddity::LikesAsText,
            8..18 => Oddity::NullTags,
            18..28 => Oddity::LicenseAsList,
            28..34 => Oddity::ListedTwice,
            _ => Oddity::None,
        }
    }

    fn hub_id(&self, serial: Serial, model: &Model) -> HubId {
        HubId { created: model.created, machine: 0x5eed_0000 ^ self.options.seed as u32, serial }
    }

    /// Returns the task, which almost half of the models do not state.
    fn task(&self, serial: Serial, model: &Model) -> Option<&'static str> {
        let stated = match model.operation {
            Some(Operation::Finetune | Operation::Adapter) => 0.443,
            Some(Operation::Merge) => 0.92,
            Some(Operation::Quantized) => 0.34,
            None if self.is_release(model) => 0.95,
            None => 0.58,
        };
        // A family shares its task, so that its models stay comparable.
        let task = self.traits(model.family, Trait::FamilyTask).weighted(model.kind.words().tasks);
        self.traits(serial, Trait::Task).holds(stated).then_some(task)
    }

    fn license(&self, serial: Serial, model: &Model) -> Option<&'static str> {
        let mut own = self.traits(serial, Trait::License);
        match own.below(3) {
            0 => own.weighted(&LICENSES),
            _ => self.traits(model.family, Trait::FamilyLicense).weighted(&LICENSES),
        }
    }

    fn library(&self, model: &Model, content: &mut impl Chance) -> Option<&'static str> {
        let usual = content.weighted(model.kind.words().libraries);
        match model.operation {
            Some(Operation::Adapter) if usual != "diffusers" => Some("peft"),
            Some(Operation::Quantized) if content.one_in(3) => Some("gguf"),
            None if !self.is_release(model) && content.one_in(3) => None,
            _ => Some(usual),
        }
    }

    fn tags<'a>(&self, model: &Model, claim: Option<&Claim<'a>>, facts: &Facts) -> Vec<Tag<'a>> {
        let mut tags = Vec::with_capacity(12);
        tags.extend(facts.library.map(Tag::Word));
        let format = match model.operation {
            Some(Operation::Quantized) if facts.library == Some("gguf") => "gguf",
            _ => "safetensors",
        };
        tags.push(Tag::Word(format));
        if let Some((model_type, _)) = self.architecture(model) {
            tags.push(Tag::Word(model_type));
        }
        tags.extend(facts.task.map(Tag::Word));
        match model.operation {
            Some(Operation::Adapter) => tags.push(Tag::Word("lora")),
            Some(Operation::Merge) => tags.extend([Tag::Word("mergekit"), Tag::Word("merge")]),
            _ => {}
        }
        tags.extend(facts.dataset.map(Tag::Dataset));
        let language = self.traits(model.family, Trait::Language).weighted(&LANGUAGES);
        tags.push(Tag::Word(language));
        if let Some(claim) = claim {
            for &base in &claim.bases {
                tags.push(Tag::Base(base));
                if claim.means != Means::Untyped {
                    tags.push(Tag::TypedBase(claim.word, base));
                }
            }
        }
        tags.extend(facts.license.map(Tag::License));
        tags.push(Tag::Word("region:us"));
        tags
    }

    fn card<'a>(
        &'a self,
        (serial, model): (Serial, &'a Model),
        claim: Option<&Claim<'a>>,
        facts: &Facts,
        oddity: Oddity,
    ) -> Option<Card<'a>> {
        let license = facts.license.map(|license| match oddity {
            Oddity::LicenseAsList => OneOrMany::Many(vec![license]),
            _ => OneOrMany::One(license),
        });
        let claimed = claim.filter(|claim| claim.means != Means::Cardless);
        let base_model = match claimed {
            Some(claim) => Some(match claim.bases[..] {
                [base] if serial.is_multiple_of(2) => OneOrMany::One(base),
                _ => OneOrMany::Many(claim.bases.clone()),
            }),
            None if claim.is_some() => None,
            None => self.path_instead_of_base(serial).map(|path| OneOrMany::One(Spelled::Nowhere(path))),
        };
        let base_model_relation = claimed.and_then(|claim| match claim.means {
            Means::Contradicting => Some("finetune"),
            _ if serial.is_multiple_of(7) => Some(claim.word),
            _ => None,
        });
        let newer =
            self.successors.get(&serial).filter(|&&newer| self.is_listed(newer) && newer.is_multiple_of(3));
        let new_version = newer.map(|&newer| self.id(&self.models[newer as usize]));
        let model_index = self.model_index(serial, model);
        let (license_name, license_link) = match facts.license {
            Some("other") if !serial.is_multiple_of(3) => (Some("research-only"), Some("LICENSE")),
            _ => (None, None),
        };
        let silent =
            license.is_none() && base_model.is_none() && facts.dataset.is_none() && model_index.is_none();
        let datasets = facts.dataset.map(|dataset| [dataset]);
        (!silent).then_some(Card {
            license,
            license_name,
            license_link,
            base_model,
            base_model_relation,
            datasets,
            new_version,
            model_index,
        })
    }

    /// Returns the results that a card declares, as one card of six does.
    fn model_index<'a>(&'a self, serial: Serial, model: &'a Model) -> Option<[Indexed<'a>; 1]> {
        let mut metadata = self.traits(serial, Trait::Metadata);
        if !metadata.holds(0.17) {
            return None;
        }
        let name = *metadata.any(&DATASETS);
        let kinds = &METRICS[..=metadata.below(METRICS.len())];
        let value = |chance: &mut Traits| (chance.below(1000) as f64) / 1000.0;
        let metrics = kinds.iter().map(|kind| Metric { kind, value: value(&mut metadata) }).collect();
        Some([Indexed { name: self.id(model).name, results: [Tested { dataset: Named { name }, metrics }] }])
    }

    /// Returns the model that one was trained from, where nothing but its configuration and the text
    /// of its card say so. Such bases are as well known as those of other models.
    fn undeclared_base(&self, serial: Serial, model: &Model) -> Option<Id<'_>> {
        let mut metadata = self.traits(serial, Trait::Metadata).after(1);
        if model.operation.is_some() || self.is_release(model) || !metadata.one_in(4) {
            return None;
        }
        (0..4).find_map(|_| {
            let other = &self.models[metadata.below(serial as usize)];
            let Base::Model(base) = *self.bases_of(other).first()? else { return None };
            let base = &self.models[base as usize];
            (base.kind == model.kind && base.created < model.created).then(|| self.id(base))
        })
    }

    fn tokenizer_config(&self, serial: Serial, model: &Model) -> Option<TokenizerConfig> {
        let mut metadata = self.traits(serial, Trait::Metadata).after(2);
        let has_template = metadata.holds(if self.is_release(model) { 0.7 } else { 0.4 });
        let prompted = matches!(model.kind, Kind::Text | Kind::Multimodal);
        prompted
            .then(|| TokenizerConfig { eos_token: "</s>", chat_template: has_template.then_some(TEMPLATE) })
    }

    fn base_models<'a>(&'a self, model: &Model, claim: Option<&Claim<'a>>) -> Option<BaseModels<'a>> {
        let claim = claim.filter(|claim| claim.means != Means::Untyped)?;
        let resolved = self.resolved(model);
        let models: Vec<BaseModel> = resolved
            .map(|(serial, base)| BaseModel { hub_id: self.hub_id(serial, base), id: self.id(base) })
            .collect();
        (!models.is_empty()).then_some(BaseModels { relation: claim.word, models })
    }

    fn architecture(&self, model: &Model) -> Option<(&'static str, &'static str)> {
        let known = model.kind.words().architectures;
        (!known.is_empty()).then(|| *self.traits(model.family, Trait::Architecture).any(known))
    }

    fn config<'a>(
        &'a self,
        serial: Serial,
        model: &Model,
        claim: Option<&Claim<'a>>,
        content: &mut impl Chance,
    ) -> Option<Config<'a>> {
        let operation = claim.map(|claim| claim.operation);
        if operation == Some(Operation::Adapter) {
            let base = claim.and_then(|claim| claim.bases.first());
            let peft = base.filter(|_| content.holds(0.6)).map(|&base| Peft::of(base));
            return peft.map(|peft| Config { peft: Some(peft), ..Config::default() });
        }
        if let (None, Some(path)) = (claim, self.path_instead_of_base(serial)) {
            return Some(Config { peft: Some(Peft::of(Spelled::Nowhere(path))), ..Config::default() });
        }
        let (model_type, architecture) = self.architecture(model).filter(|_| content.holds(0.8))?;
        let packed = operation == Some(Operation::Quantized) && content.one_in(4);
        Some(Config {
            architectures: Some([architecture]),
            model_type: Some(model_type),
            quantization_config: packed.then_some(QuantizationConfig { quant_method: "gptq", bits: 4 }),
            peft: None,
            name_or_path: self.undeclared_base(serial, model),
            tokenizer_config: self.tokenizer_config(serial, model),
        })
    }

    fn safetensors(&self, model: &Model, content: &mut impl Chance) -> Option<Safetensors> {
        let has = model.operation.is_some() || self.is_release(model);
        if !has || content.one_in(3) {
            return None;
        }
        let family = self.names.get(self.models[model.family as usize].name);
        let (_, millions) = model.kind.words().sizes.iter().find(|(size, _)| family.ends_with(size))?;
        let parts = if model.operation == Some(Operation::Adapter) { 400 } else { 1 };
        Some(Safetensors { total: u64::from(*millions) * 1_000_000 / parts })
    }
}

fn siblings(model: &Model, library: Option<&str>) -> Vec<Sibling> {
    let paths = weights(model, library).paths(library);
    paths.into_iter().map(|rfilename| Sibling { rfilename }).collect()
}

/// Returns in which format a model's weights are.
fn weights(model: &Model, library: Option<&str>) -> Weights {
    match model.operation {
        Some(Operation::Adapter) => Weights::Adapter,
        Some(Operation::Quantized) if library == Some("gguf") => Weights::Gguf,
        _ => Weights::Safetensors,
    }
}

/// What several parts of a record repeat.
struct Facts {
    task: Option<&'static str>,
    library: Option<&'static str>,
    dataset: Option<&'static str>,
    license: Option<&'static str>,
}

impl<'a> Peft<'a> {
    fn of(base: Spelled<'a>) -> Peft<'a> {
        Peft { base_model_name_or_path: base, task_type: "CAUSAL_LM" }
    }
}

fn tuned(model: &Model) -> bool {
    matches!(model.operation, Some(Operation::Finetune | Operation::Adapter))
}

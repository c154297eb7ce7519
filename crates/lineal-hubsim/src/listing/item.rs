//! What does the list endpoint say of a model if only some fields are asked for?

use super::{
    BaseModels, Card, Config, Count, Gated, HubId, Listed, Oddity, Safetensors, Sha, Sibling, TEMPLATE, Tag,
    weights,
};
use crate::{
    Hub, Trait,
    calendar::{DAY, Second},
    chance::Chance,
    claim::Id,
    model::Serial,
    server::{
        feed::Wanted,
        fields::{Field, Fields},
        repository::Weights,
    },
};
use serde::Serialize;

/// A new model trends for so long.
const TRENDING: u32 = 30 * DAY;

/// As it is sent; `None` is not asked for, or not there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    #[serde(rename = "_id")]
    hub_id: HubId,
    id: Id<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_models: Option<BaseModels<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card_data: Option<Card<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Config<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gated: Option<Gated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gguf: Option<Gguf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<Second>,
    #[serde(skip_serializing_if = "Option::is_none")]
    likes: Option<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trending_score: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha: Option<Sha>,
    #[serde(skip_serializing_if = "Option::is_none")]
    downloads: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    downloads_all_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    safetensors: Option<Safetensors>,
    #[serde(skip_serializing_if = "Option::is_none")]
    siblings: Option<Vec<Sibling>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spaces: Option<[&'static str; 0]>,
    /// `Some(None)` is sent as `null`.
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Option<Vec<Tag<'a>>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transformers_info: Option<TransformersInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xet_enabled: Option<bool>,
    #[serde(rename = "pipeline_tag", skip_serializing_if = "Option::is_none")]
    task: Option<&'static str>,
    #[serde(rename = "library_name", skip_serializing_if = "Option::is_none")]
    library: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Second>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_id: Option<Id<'a>>,
}

#[derive(Serialize)]
struct Gguf {
    total: u64,
    architecture: &'static str,
    context_length: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_template: Option<&'static str>,
}

#[derive(Serialize)]
struct TransformersInfo {
    auto_model: &'static str,
}

impl Hub {
    /// Writes what the list endpoint says of a model.
    pub(crate) fn write_item(
        &self,
        serial: Serial,
        fields: Fields,
        out: &mut Vec<u8>,
    ) -> serde_json::Result<()> {
        serde_json::to_writer(out, &self.item(serial, fields))
    }

    fn item(&self, serial: Serial, fields: Fields) -> Item<'_> {
        let model = &self.models[serial as usize];
        let listed = self.listed(serial, model);
        let weights = weights(model, listed.library);
        let is = |field: Field| fields.has(field).then_some(());
        Item {
            author: is(Field::Author).map(|()| listed.author),
            disabled: is(Field::Disabled).map(|()| self.is_disabled(serial)),
            gguf: is(Field::Gguf).and_then(|()| self.gguf(serial, weights, &listed)),
            trending_score: is(Field::TrendingScore).map(|()| self.trending_score(serial)),
            spaces: is(Field::Spaces).map(|()| []),
            transformers_info: is(Field::TransformersInfo).and_then(|()| transformers_info(&listed)),
            siblings: is(Field::Siblings).map(|()| listed.siblings),
            xet_enabled: is(Field::XetEnabled).map(|()| true),
            model_id: is(Field::ModelId).map(|()| listed.id),
            hub_id: listed.hub_id,
            id: listed.id,
            base_models: is(Field::BaseModels).and(listed.base_models),
            card_data: is(Field::CardData).and(listed.card_data),
            config: is(Field::Config).and(listed.config),
            gated: is(Field::Gated).map(|()| listed.gated),
            last_modified: is(Field::LastModified).map(|()| listed.last_modified),
            likes: is(Field::Likes).map(|()| listed.likes),
            private: is(Field::Private).map(|()| listed.private),
            sha: is(Field::Sha).map(|()| listed.sha),
            downloads: is(Field::Downloads).map(|()| listed.downloads),
            downloads_all_time: is(Field::DownloadsAllTime).map(|()| listed.downloads_all_time),
            safetensors: is(Field::Safetensors).and(listed.safetensors),
            tags: is(Field::Tags).map(|()| listed.tags),
            task: is(Field::PipelineTag).and(listed.task),
            library: is(Field::LibraryName).and(listed.library),
            created_at: is(Field::CreatedAt).map(|()| listed.created_at),
        }
    }

    /// Whether a model is one of those that are asked for.
    pub(crate) fn is_wanted(&self, serial: Serial, wanted: &Wanted) -> bool {
        let model = &self.models[serial as usize];
        let id = self.id(model);
        if wanted.author.as_ref().is_some_and(|author| !id.owner.eq_ignore_ascii_case(author)) {
            return false;
        }
        let is_in_name = |part: &String| id.to_string().to_ascii_lowercase().contains(part);
        if !wanted.search.as_ref().is_none_or(is_in_name) {
            return false;
        }
        // Most models declare no base, which is quick to see.
        let of_base = |tag: &String| tag.starts_with("base_model:");
        if model.operation.is_none() && wanted.tags.iter().any(of_base) {
            return false;
        }
        if wanted.tags.is_empty() && wanted.task.is_none() && wanted.gated.is_none() {
            return true;
        }
        let listed = self.listed(serial, model);
        let tags = listed.tags.as_deref().unwrap_or_default();
        let has_tag = |wanted: &String| tags.iter().any(|tag| tag.to_string() == *wanted);
        let is_gated = matches!(listed.gated, Gated::By(_));
        wanted.tags.iter().all(has_tag)
            && wanted.task.as_ref().is_none_or(|task| listed.task == Some(task.as_str()))
            && wanted.gated.is_none_or(|gated| gated == is_gated)
    }

    pub(crate) fn trending_score(&self, serial: Serial) -> u32 {
        let model = &self.models[serial as usize];
        let is_new = self.today().0.saturating_sub(model.created.0) < TRENDING;
        if is_new { model.likes } else { 0 }
    }

    /// Whether the Hub's staff has disabled a model.
    pub(crate) fn is_disabled(&self, serial: Serial) -> bool {
        self.oddity(serial) == Oddity::None && self.traits(serial, Trait::Disabled).one_in(4_000)
    }

    pub(crate) fn sha_after(&self, serial: Serial, revisions: u16) -> String {
        let mut sha = self.traits(serial, Trait::Sha).after(revisions);
        Sha(sha.draw(), sha.draw(), sha.draw() as u32).to_string()
    }

    fn gguf(&self, serial: Serial, weights: Weights, listed: &Listed) -> Option<Gguf> {
        let total = listed.safetensors.as_ref().map_or(7_241_000_000, |safetensors| safetensors.total);
        let has_template = self.traits(serial, Trait::Metadata).after(3).holds(0.6);
        (weights == Weights::Gguf).then_some(Gguf {
            total,
            architecture: "llama",
            context_length: 32_768,
            chat_template: has_template.then_some(TEMPLATE),
        })
    }

    /// Returns in which format a model's weights are.
    pub(crate) fn weights(&self, serial: Serial) -> Weights {
        let model = &self.models[serial as usize];
        weights(model, self.listed(serial, model).library)
    }

    pub(crate) fn numeric_hub_id(&self, serial: Serial) -> u128 {
        let HubId { created, machine, serial } = self.hub_id(serial, &self.models[serial as usize]);
        u128::from(created.0) << 64 | u128::from(machine) << 32 | u128::from(serial)
    }
}

fn transformers_info(listed: &Listed) -> Option<TransformersInfo> {
    let has_model = listed.config.as_ref().is_some_and(|config| config.architectures.is_some());
    let is_fitting = has_model && listed.library == Some("transformers");
    is_fitting.then_some(TransformersInfo { auto_model: "AutoModel" })
}

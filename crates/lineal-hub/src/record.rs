//! What does one piece of the Hub's JSON say about a model?
//!
//! A record may come with the text of its card; then what that says and the rest does not is
//! part of it.

use crate::{
    claims::{Places, claims},
    infer::{Signs, infer},
    loose::{List, Loose, Nested, OneOrMore},
    moment::Moment,
    wire::{BaseModels, Card, CardData, Files, Filled, Model, Texts, Wrapped},
};
use lineal_core::{
    clues::{CardPart, Clues, FileKind, Template},
    model_id::{HubId, InvalidModelId, ModelId, hex},
    oddity::{Oddities, Oddity},
    operation::Operation,
    record::{Claim, ModelRecord},
    set::Set,
};
use lineal_files::{card, names};
use std::{borrow::Cow, collections::HashSet};

/// Reads one record; `None` if it names no model, which is counted as odd.
///
/// # Errors
/// When the text is not a JSON object.
pub fn read(text: &str, oddities: &mut Oddities) -> Result<Option<ModelRecord>, serde_json::Error> {
    let model: Model<Wrapped> = serde_json::from_str(text)?;
    let Loose::Held(Wrapped(inner)) = model.metadata else {
        return Ok(record(Model { metadata: Loose::Missing, ..model }, oddities));
    };
    // Some dumps keep the response in here, and the text of the card beside it.
    let mut inner = *inner;
    if !inner.id.is_held() && !inner.model_id.is_held() {
        (inner.id, inner.model_id) = (model.id, model.model_id);
    }
    if !inner.text.is_held() {
        inner.text = model.text;
    }
    Ok(record(inner, oddities))
}

/// Returns the record that the hub's answer describes.
fn record<Inner>(model: Model<Inner>, oddities: &mut Oddities) -> Option<ModelRecord> {
    let is_whole = model.model_id.is_held() && model.siblings.is_held() && model.spaces.is_held();
    let id = match id(model.id, model.model_id) {
        Ok(id) => id,
        Err(why) => {
            oddities.add(Oddity::NoModelId, || why);
            return None;
        }
    };
    let mut fields = Fields { model: id.as_str(), oddities };
    let tags = fields.held("tags", model.tags).map_or(Vec::new(), |Texts(tags)| fields.items("tags", tags));
    let text = fields.held("card", model.text);
    let (card, yaml) = match fields.held("cardData", model.card) {
        Some(CardData::Read(card)) => (Some(card), None),
        Some(CardData::Yaml(yaml)) => (None, Some(yaml)),
        None => (None, None),
    };
    let has_card = card.is_some();
    let card: Card = *card.unwrap_or_default();
    let config = fields.nested("config", model.config);
    let base_models = fields.nested("baseModels", model.base_models);
    let library = fields.held("library_name", model.library_name);

    let quantization = fields.nested("config.quantization_config", config.quantization);
    let quantization = fields.held("config.quantization_config.quant_method", quantization.method);
    let peft = fields.nested("config.peft", config.peft);
    let peft = fields.held("config.peft.base_model_name_or_path", peft.base_model);
    let adapter = fields.nested("config.adapter_transformers", config.adapter);
    let adapter = fields.held("config.adapter_transformers.model_name", adapter.base_model);
    let tokenizer = fields.known("config.tokenizer_config", config.tokenizer);
    let tokenizer = tokenizer.map(|of| fields.has("config.tokenizer_config.chat_template", of.chat_template));
    let processor = fields.nested("config.processor_config", config.processor);
    let has_file = fields.has("config.chat_template_jinja", config.chat_template)
        | fields.has("config.processor_config.chat_template", processor.chat_template);
    let safetensors = fields.nested("safetensors", model.safetensors);
    let safetensors = fields.held("safetensors.total", safetensors.total);
    let has_gguf = model.gguf.is_held();
    let gguf = fields.nested("gguf", model.gguf);
    let gguf_template = fields.has("gguf.chat_template", gguf.chat_template);
    let gguf = fields.held("gguf.total", gguf.total);
    let paths = fields.held("siblings", model.siblings).map(|Files(paths)| fields.items("siblings", paths));
    let files = paths.as_ref().map(|paths| names::kinds(paths.iter().map(|path| &**path)));
    let weight_file = paths.and_then(|paths| names::weight_file(paths.iter().map(|path| &**path)));
    let indexed = fields.held("model-index", model.model_index);
    let indexed = indexed.map(|sum| sum.count);
    let in_card = fields.held("cardData.model-index", card.model_index).map(|sum| sum.count);
    let evaluated = fields.held("evalResults", model.evaluations).map(|sum| sum.count);
    let says_results = has_card || is_whole || files.is_some_and(|files| !files.has(FileKind::Card));

    let (field, field_operation) = fields.base_models(base_models);
    let tagged_license = tags.iter().find_map(|tag| tag.strip_prefix("license:")).map(str::to_owned);
    let license = fields.many("cardData.license", card.license).into_iter().next();
    let datasets = datasets(&tags, fields.many("cardData.datasets", card.datasets));
    let has_peft_config = peft.is_some() || adapter.is_some();
    let places = Places {
        tags: &tags,
        field,
        field_operation,
        card: fields.many("cardData.base_model", card.base_model),
        card_operation: fields.held("cardData.base_model_relation", card.base_model_relation),
        peft: [peft, adapter],
        name_or_path: fields.held("config._name_or_path", config.name_or_path),
    };
    let claims = claims(places, fields.model, fields.oddities);
    let is_quantized = quantization.is_some() || has_gguf;
    let clues = Clues {
        files,
        weight_file,
        license_name: fields.held("cardData.license_name", card.license_name),
        license_link: fields.held("cardData.license_link", card.license_link),
        results: results(indexed.max(in_card), evaluated, says_results),
        template: template(tokenizer, has_gguf.then_some(gguf_template), has_file, files),
        card: None,
    };

    let mut record = ModelRecord {
        hub_id: fields.hub_id("_id", model.hub_id),
        created_at: fields.moment("createdAt", model.created_at),
        last_modified: fields.moment("lastModified", model.last_modified),
        sha: fields.commit("sha", model.sha),
        downloads: fields.held("downloads", model.downloads),
        downloads_all_time: fields.held("downloadsAllTime", model.downloads_all_time),
        likes: fields.held("likes", model.likes),
        task: fields.held("pipeline_tag", model.pipeline_tag).map(Cow::into_owned),
        library: library.map(Cow::into_owned),
        license: tagged_license.or(license),
        gated: fields.held("gated", model.gated),
        disabled: fields.held("disabled", model.disabled),
        private: fields.held("private", model.private),
        datasets,
        architectures: fields.many("config.architectures", config.architectures),
        model_type: fields.held("config.model_type", config.model_type),
        quantization,
        parameters: safetensors.or(gguf),
        new_version: fields.held("cardData.new_version", card.new_version),
        claims,
        inferred_operation: Operation::Finetune,
        clues,
        tags: tags.into_iter().map(Cow::into_owned).collect(),
        id,
    };
    if let Some(text) = text {
        card::read(text.as_bytes()).enrich(&mut record);
    }
    if let Some(yaml) = yaml {
        add_front_matter(&yaml, &mut record, oddities);
    }
    record.inferred_operation = infer(&Signs {
        tags: &record.tags,
        library: record.library.as_deref(),
        has_peft_config,
        is_quantized,
        bases: count_bases(&record.claims),
    });
    Some(record)
}

/// Adds what a front matter says that a dump has kept in YAML, without the text below it.
fn add_front_matter(yaml: &str, record: &mut ModelRecord, oddities: &mut Oddities) {
    let card = card::read(format!("---\n{yaml}\n---\n").as_bytes());
    if card.parts.has(CardPart::BrokenFrontMatter) {
        oddities.add(Oddity::WrongType, || {
            format!("{}: field `cardData` is text that is neither JSON nor YAML", record.id)
        });
    }
    let parts = record.clues.card;
    card.enrich(record);
    record.clues.card = parts;
}

/// How many results are declared; `None` if the record would not say.
fn results(indexed: Option<u32>, evaluated: Option<u32>, says: bool) -> Option<u32> {
    let count = indexed.unwrap_or(0).saturating_add(evaluated.unwrap_or(0));
    (count > 0 || says || indexed.is_some()).then_some(count)
}

/// Where the prompt template is, given whether the tokenizer's configuration and the header of a GGUF
/// file have one, where they are known. It is nowhere only if every file that could hold it was
/// looked into.
fn template(
    tokenizer: Option<bool>,
    gguf: Option<bool>,
    has_file: bool,
    files: Option<Set<FileKind>>,
) -> Option<Template> {
    if tokenizer == Some(true) {
        return Some(Template::Tokenizer);
    }
    if gguf == Some(true) {
        return Some(Template::Gguf);
    }
    if has_file || files.is_some_and(|files| files.has(FileKind::ChatTemplate)) {
        return Some(Template::File);
    }
    let files = files?;
    let unseen_tokenizer = tokenizer.is_none() && files.has(FileKind::TokenizerConfig);
    let unseen_gguf = gguf.is_none() && files.has(FileKind::Gguf);
    (!unseen_tokenizer && !unseen_gguf).then_some(Template::Nowhere)
}

/// Returns the model's name, from the first key that has a usable one.
fn id(id: Loose<Cow<str>>, model_id: Loose<Cow<str>>) -> Result<ModelId, String> {
    let mut why = "no `id` and no `modelId`".to_owned();
    for (key, name) in [("modelId", model_id), ("id", id)].into_iter().rev() {
        match name {
            Loose::Missing => {}
            Loose::Wrong(what) => why = format!("`{key}` is {what}"),
            Loose::Held(name) => match name.parse() {
                Ok(id) => return Ok(id),
                Err(InvalidModelId(name)) => why = format!("`{key}` is `{}`", name.escape_debug()),
            },
        }
    }
    Err(why)
}

/// Returns the data sets that tags and then the card name, each once.
fn datasets(tags: &[Cow<str>], card: Vec<String>) -> Vec<String> {
    let mut met = HashSet::new();
    let tagged = tags.iter().filter_map(|tag| tag.strip_prefix("dataset:")).map(str::to_owned);
    tagged.chain(card).filter(|dataset| met.insert(dataset.clone())).collect()
}

/// How many bases are declared.
fn count_bases(claims: &[Claim]) -> usize {
    let declared = claims.iter().filter(|claim| claim.source.is_declaration());
    let mut bases: Vec<&str> = declared.map(|claim| claim.base.trim()).collect();
    bases.sort_unstable();
    bases.dedup();
    bases.len()
}

/// Takes values out of fields, and counts what is odd about them.
struct Fields<'a> {
    model: &'a str,
    oddities: &'a mut Oddities,
}

impl Fields<'_> {
    fn wrong(&mut self, field: &str, what: &str) {
        self.oddities.add(Oddity::WrongType, || format!("{}: field `{field}` is {what}", self.model));
    }

    fn held<T>(&mut self, field: &str, value: Loose<T>) -> Option<T> {
        match value {
            Loose::Missing => None,
            Loose::Held(value) => Some(value),
            Loose::Wrong(what) => {
                self.wrong(field, what);
                None
            }
        }
    }

    /// Returns an object's fields; those of a missing one are missing.
    fn nested<T: Default>(&mut self, field: &str, value: Loose<Nested<T>>) -> T {
        self.held(field, value).map(|Nested(object)| object).unwrap_or_default()
    }

    /// Returns an object's fields, if there is one.
    fn known<T>(&mut self, field: &str, value: Loose<Nested<T>>) -> Option<T> {
        self.held(field, value).map(|Nested(object)| object)
    }

    fn has(&mut self, field: &str, value: Loose<Filled>) -> bool {
        self.held(field, value).is_some()
    }

    fn items<T>(&mut self, field: &str, list: List<T>) -> Vec<T> {
        if let Some(what) = list.wrong {
            self.oddities.add(Oddity::WrongType, || format!("{}: field `{field}` holds {what}", self.model));
        }
        list.items
    }

    fn many(&mut self, field: &str, value: Loose<OneOrMore>) -> Vec<String> {
        self.held(field, value).map_or(Vec::new(), |OneOrMore(list)| self.items(field, list))
    }

    fn moment(&mut self, field: &str, value: Loose<Moment>) -> Option<i64> {
        match self.held(field, value)? {
            Moment::At(milliseconds) => Some(milliseconds),
            Moment::Unreadable(text) => {
                let example = || format!("{}: field `{field}` is `{}`", self.model, text.escape_debug());
                self.oddities.add(Oddity::BadDate, example);
                None
            }
        }
    }

    fn hub_id(&mut self, field: &str, value: Loose<impl AsRef<str>>) -> Option<HubId> {
        let id = self.held(field, value)?.as_ref().parse().ok();
        if id.is_none() {
            self.wrong(field, "text, but no hub id");
        }
        id
    }

    fn commit(&mut self, field: &str, value: Loose<Cow<str>>) -> Option<[u8; 20]> {
        let text = self.held(field, value)?;
        let mut commit = [0; 20];
        if hex(&text, &mut commit).is_none() {
            self.wrong(field, "text, but no commit");
            return None;
        }
        Some(commit)
    }

    /// Returns the bases the hub resolved, and their operation.
    fn base_models(&mut self, field: BaseModels) -> (Vec<(String, Option<HubId>)>, Option<String>) {
        let operation = self.held("baseModels.relation", field.relation);
        let models = self.held("baseModels.models", field.models).unwrap_or_default();
        let mut bases = Vec::new();
        for model in self.items("baseModels.models", models) {
            let name = self.held("baseModels.models.id", model.0.id).unwrap_or_default();
            bases.push((name, self.hub_id("baseModels.models._id", model.0.hub_id)));
        }
        (bases, operation)
    }
}

#[cfg(test)]
mod tests;

//! What do the Hub and the dumps of it send about a model?
//!
//! One table for every era and source, as their fields hardly ever clash: the 2022 responses
//! (`modelId` without `id`), the lists and details since, today's `expand[]` with `baseModels`, and
//! the public table dumps (snake case; objects as texts of JSON). Unknown keys are skipped. Where a
//! key occurs again, the first value of the right type counts. Some dumps wrap the response in
//! `metadata`, beside the card's text.

use crate::{
    loose::{Key, List, Loose, Nested, Number, Object, OneOrMore, Shape},
    moment::Moment,
};
use lineal_core::record::Gated;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// Declares objects: each field with its type and the keys it may come under.
macro_rules! objects {
    ($(
        $(#[$doc:meta])*
        $name:ident $(<$life:lifetime $(, $within:ident)?>)? { $($field:ident: $type:ty = $($key:literal)|+,)* }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Default, PartialEq)]
        pub struct $name $(<$life $(, $within)?>)? { $(pub $field: Loose<$type>,)* }

        impl<'de $($(, $within: Shape<'de> + Default + PartialEq)?)?> Object<'de>
            for $name $(<$life $(, $within)?>)?
        {
            fn from_entries<A: MapAccess<'de>>(mut entries: A) -> Result<Self, A::Error> {
                let mut object = $name::default();
                while let Some(Key(key)) = entries.next_key()? {
                    match &*key {
                        $($($key)|+ if !object.$field.is_held() => {
                            let value = entries.next_value()?;
                            if value != Loose::Missing {
                                object.$field = value;
                            }
                        })*
                        _ => { entries.next_value::<IgnoredAny>()?; }
                    }
                }
                Ok(object)
            }
        }
    )*};
}

objects! {
    /// One model, and what there is in its `metadata`.
    Model<'de, Inner> {
        hub_id: Cow<'de, str> = "_id",
        id: Cow<'de, str> = "id",
        model_id: Cow<'de, str> = "modelId" | "model_id",
        created_at: Moment<'de> = "createdAt" | "created_at",
        last_modified: Moment<'de> = "lastModified" | "last_modified",
        sha: Cow<'de, str> = "sha",
        downloads: u64 = "downloads",
        downloads_all_time: u64 = "downloadsAllTime" | "downloads_all_time",
        likes: u64 = "likes",
        pipeline_tag: Cow<'de, str> = "pipeline_tag",
        library_name: Cow<'de, str> = "library_name",
        gated: Gated = "gated",
        disabled: bool = "disabled",
        private: bool = "private",
        tags: Texts<'de> = "tags",
        base_models: Nested<BaseModels> = "baseModels" | "base_models",
        card: CardData = "cardData" | "card_data",
        config: Nested<Config> = "config",
        safetensors: Nested<Weights> = "safetensors",
        gguf: Nested<Weights> = "gguf",
        siblings: Files<'de> = "siblings",
        model_index: Sum<Indexed> = "model-index" | "model_index",
        evaluations: Sum<Evaluation> = "evalResults" | "eval_results",
        spaces: Anything = "spaces",
        text: Cow<'de, str> = "readme" | "card" | "modelCard",
        metadata: Inner = "metadata",
    }

    /// One of a repository's files.
    File<'de> {
        path: Cow<'de, str> = "rfilename" | "path",
    }

    /// What the hub itself made of a card's `base_model`: existing models only.
    BaseModels {
        relation: String = "relation",
        models: List<BaseModel> = "models",
    }

    /// The front matter of a model's README.
    Card {
        license: OneOrMore = "license",
        license_name: String = "license_name",
        license_link: String = "license_link",
        datasets: OneOrMore = "datasets",
        base_model: OneOrMore = "base_model",
        base_model_relation: String = "base_model_relation",
        new_version: String = "new_version",
        model_index: Sum<Indexed> = "model-index",
    }

    /// A model of a `model-index`, which is the card's own as a rule.
    Indexed {
        results: Sum<Tested> = "results",
    }

    /// What a model achieved on one data set.
    Tested {
        metrics: Sum<Metric> = "metrics",
    }

    Metric {
        value: Anything = "value",
    }

    /// A file of results that the hub has read, or could not.
    Evaluation {
        error: Anything = "error",
    }

    /// Excerpts of the repository's configuration files.
    Config {
        architectures: OneOrMore = "architectures",
        model_type: String = "model_type",
        quantization: Nested<Quantization> = "quantization_config",
        peft: Nested<Peft> = "peft",
        adapter: Nested<Adapter> = "adapter_transformers",
        name_or_path: String = "_name_or_path" | "name_or_path",
        tokenizer: Nested<Prompting> = "tokenizer_config",
        processor: Nested<Prompting> = "processor_config",
        chat_template: Filled = "chat_template_jinja",
    }

    Quantization {
        method: String = "quant_method",
    }

    Peft {
        base_model: String = "base_model_name_or_path",
    }

    /// What adapters were called for before there was `peft`.
    Adapter {
        base_model: String = "model_name",
    }

    Prompting {
        chat_template: Filled = "chat_template",
    }

    /// What the header of a weight file tells.
    Weights {
        total: u64 = "total",
        chat_template: Filled = "chat_template",
    }

    Named {
        hub_id: String = "_id",
        id: String = "id",
    }
}

impl<'de> Deserialize<'de> for Model<'de, Wrapped<'de>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ModelVisitor)
    }
}

struct ModelVisitor;

impl<'de> Visitor<'de> for ModelVisitor {
    type Value = Model<'de, Wrapped<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        Model::from_entries(entries)
    }
}

/// A list of texts, or a text that holds its JSON.
#[derive(Debug, Default, PartialEq)]
pub struct Texts<'a>(pub List<Cow<'a, str>>);

impl<'de> Shape<'de> for Texts<'de> {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Loose<Self>, A::Error> {
        Ok(List::from_list(list)?.map(Texts))
    }

    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        let Ok(list) = serde_json::from_str::<Loose<List<String>>>(&text) else {
            return Loose::Wrong("text");
        };
        list.map(|list| {
            let items = list.items.into_iter().map(Cow::Owned).collect();
            Texts(List { items, wrong: list.wrong })
        })
    }
}

/// A response within a record. What is within that in turn is not read, so that no depth is too deep.
#[derive(Debug, Default, PartialEq)]
pub struct Wrapped<'de>(pub Box<Model<'de, Anything>>);

impl<'de> Shape<'de> for Wrapped<'de> {
    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Loose<Self>, A::Error> {
        Ok(Loose::Held(Wrapped(Box::new(Model::from_entries(object)?))))
    }
}

/// The front matter: an object, a text that holds its JSON, or the YAML that it was written in.
#[derive(Debug, PartialEq)]
pub enum CardData {
    Read(Box<Card>),
    Yaml(String),
}

impl<'de> Shape<'de> for CardData {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        match serde_json::from_str::<Loose<Nested<Card>>>(&text) {
            Ok(card) => card.map(|Nested(card)| CardData::Read(Box::new(card))),
            Err(_) if text.trim().is_empty() => Loose::Missing,
            Err(_) => Loose::Held(CardData::Yaml(text.into_owned())),
        }
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Loose<Self>, A::Error> {
        Ok(Loose::Held(CardData::Read(Box::new(Card::from_entries(object)?))))
    }
}

/// The paths of files: from objects, from texts, or from what Python prints of such objects; or a text
/// that holds the JSON of any of these.
#[derive(Debug, Default, PartialEq)]
pub struct Files<'a>(pub List<Cow<'a, str>>);

impl<'de> Shape<'de> for Files<'de> {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Loose<Self>, A::Error> {
        Ok(List::<PathOf>::from_list(list)?.map(|list| {
            let items = list.items.into_iter().map(|PathOf(path)| path).collect();
            Files(List { items, wrong: list.wrong })
        }))
    }

    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        if text.trim().is_empty() {
            return Loose::Missing;
        }
        let Ok(list) = serde_json::from_str::<Loose<Files>>(&text) else {
            return Loose::Wrong("text that is not JSON");
        };
        list.map(|Files(List { items, wrong })| {
            let items = items.into_iter().map(|path| Cow::Owned(path.into_owned())).collect();
            Files(List { items, wrong })
        })
    }
}

/// The path of a file.
struct PathOf<'a>(Cow<'a, str>);

impl<'de> Shape<'de> for PathOf<'de> {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        let path = printed_path(&text).map(Cow::Owned).unwrap_or(text);
        Cow::from_text(path).map(PathOf)
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Loose<Self>, A::Error> {
        Ok(File::from_entries(object)?.path.map(PathOf))
    }
}

/// The path in `RepoSibling(rfilename='README.md', size=None)` and the like.
fn printed_path(text: &str) -> Option<String> {
    let (name, fields) = text.split_once("(rfilename=")?;
    let quote = fields.chars().next().filter(|char| matches!(char, '\'' | '"'))?;
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let mut path = String::new();
    let mut chars = fields[1..].chars();
    while let Some(char) = chars.next().filter(|char| *char != quote) {
        let escaped = if char == '\\' { chars.next() } else { Some(char) };
        path.extend(escaped);
    }
    Some(path)
}

/// Something that results are counted in.
pub trait Counted {
    fn count(&self) -> u32;
}

impl Counted for Metric {
    fn count(&self) -> u32 {
        1
    }
}

impl Counted for Tested {
    fn count(&self) -> u32 {
        count(&self.metrics)
    }
}

impl Counted for Indexed {
    fn count(&self) -> u32 {
        count(&self.results)
    }
}

impl Counted for Evaluation {
    fn count(&self) -> u32 {
        u32::from(!self.error.is_held())
    }
}

fn count<T>(sum: &Loose<Sum<T>>) -> u32 {
    if let Loose::Held(sum) = sum { sum.count } else { 0 }
}

/// How many results there are in a list of objects, or in the one that it would hold. They are
/// counted as they are met and not kept.
#[derive(Debug, PartialEq)]
pub struct Sum<T> {
    pub count: u32,
    counted: PhantomData<T>,
}

impl<T: Counted> Sum<T> {
    fn of(count: u32) -> Loose<Sum<T>> {
        Loose::Held(Sum { count, counted: PhantomData })
    }
}

impl<'de, T: Counted + for<'a> Object<'a>> Shape<'de> for Sum<T> {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        if text.trim().is_empty() {
            return Loose::Missing;
        }
        serde_json::from_str(&text).unwrap_or(Loose::Wrong("text that is not JSON"))
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Loose<Self>, A::Error> {
        let mut count = 0u32;
        while let Some(element) = list.next_element::<Loose<Nested<T>>>()? {
            if let Loose::Held(Nested(object)) = element {
                count = count.saturating_add(object.count());
            }
        }
        Ok(Sum::of(count))
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Loose<Self>, A::Error> {
        Ok(Sum::of(T::from_entries(object)?.count()))
    }
}

/// A value that is there, whatever it is.
#[derive(Debug, Default, PartialEq)]
pub struct Anything;

impl<'de> Shape<'de> for Anything {
    fn from_bool(_: bool) -> Loose<Self> {
        Loose::Held(Anything)
    }

    fn from_number(_: Number) -> Loose<Self> {
        Loose::Held(Anything)
    }

    fn from_text(_: Cow<'de, str>) -> Loose<Self> {
        Loose::Held(Anything)
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Loose<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::Held(Anything))
    }

    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Loose<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Held(Anything))
    }
}

/// A text with something in it, or a list of such, of which only that is told.
#[derive(Debug, PartialEq)]
pub struct Filled;

impl<'de> Shape<'de> for Filled {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        if text.trim().is_empty() { Loose::Missing } else { Loose::Held(Filled) }
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Loose<Self>, A::Error> {
        let mut filled = Loose::Missing;
        while list.next_element::<IgnoredAny>()?.is_some() {
            filled = Loose::Held(Filled);
        }
        Ok(filled)
    }

    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Loose<Self>, A::Error> {
        let mut filled = Loose::Missing;
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            filled = Loose::Held(Filled);
        }
        Ok(filled)
    }
}

/// An entry of `baseModels`: an object, or just the name.
#[derive(Debug, PartialEq)]
pub struct BaseModel(pub Named);

impl<'de> Shape<'de> for BaseModel {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        String::from_text(text).map(|id| BaseModel(Named { id: Loose::Held(id), hub_id: Loose::Missing }))
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Loose<Self>, A::Error> {
        Ok(Loose::Held(BaseModel(Named::from_entries(object)?)))
    }
}

/// `false`, `"auto"` or `"manual"`; where a tool kept only `true`, the easier of the two.
impl<'de> Shape<'de> for Gated {
    fn from_bool(value: bool) -> Loose<Gated> {
        Loose::Held(if value { Gated::Auto } else { Gated::No })
    }

    fn from_text(text: Cow<'de, str>) -> Loose<Gated> {
        match &*text {
            "false" | "False" => Loose::Held(Gated::No),
            "auto" => Loose::Held(Gated::Auto),
            "manual" => Loose::Held(Gated::Manual),
            _ => Loose::Wrong("text"),
        }
    }

    fn from_number(_: Number) -> Loose<Gated> {
        Loose::Wrong("a number")
    }
}

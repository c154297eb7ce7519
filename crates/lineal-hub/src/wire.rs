//! What do the Hub and the dumps of it send about a model?
//!
//! One table for every era and source, as their fields hardly ever clash: the 2022 responses
//! (`modelId` without `id`), the lists and details since, today's `expand[]` with `baseModels`, and
//! the public table dumps (snake case; objects as texts of JSON). Unknown keys are skipped. Where a
//! key occurs again, the first value of the right type counts.
//!
//! File names (`siblings`) are not read: see `infer` for why nothing depends on them.

use crate::{
    loose::{Key, List, Loose, Nested, Number, Object, OneOrMore, Shape},
    moment::Moment,
};
use lineal_core::record::Gated;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt};

/// Declares objects: each field with its type and the keys it may come under.
macro_rules! objects {
    ($(
        $(#[$doc:meta])*
        $name:ident $(<$life:lifetime>)? { $($field:ident: $type:ty = $($key:literal)|+,)* }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Default, PartialEq)]
        pub struct $name $(<$life>)? { $(pub $field: Loose<$type>,)* }

        impl<'de> Object<'de> for $name $(<$life>)? {
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
    /// One model.
    Model<'de> {
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
        card: Nested<Card> = "cardData" | "card_data",
        config: Nested<Config> = "config",
        safetensors: Nested<Weights> = "safetensors",
        gguf: Nested<Weights> = "gguf",
    }

    /// What the hub itself made of a card's `base_model`: existing models only.
    BaseModels {
        relation: String = "relation",
        models: List<BaseModel> = "models",
    }

    /// The front matter of a model's README.
    Card {
        license: OneOrMore = "license",
        datasets: OneOrMore = "datasets",
        base_model: OneOrMore = "base_model",
        base_model_relation: String = "base_model_relation",
        new_version: String = "new_version",
    }

    /// Excerpts of the repository's configuration files.
    Config {
        architectures: OneOrMore = "architectures",
        model_type: String = "model_type",
        quantization: Nested<Quantization> = "quantization_config",
        peft: Nested<Peft> = "peft",
    }

    Quantization {
        method: String = "quant_method",
    }

    Peft {
        base_model: String = "base_model_name_or_path",
    }

    /// What the header of a weight file tells.
    Weights {
        total: u64 = "total",
    }

    Named {
        hub_id: String = "_id",
        id: String = "id",
    }
}

impl<'de> Deserialize<'de> for Model<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Model<'de>, D::Error> {
        deserializer.deserialize_map(ModelVisitor)
    }
}

struct ModelVisitor;

impl<'de> Visitor<'de> for ModelVisitor {
    type Value = Model<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Model<'de>, A::Error> {
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

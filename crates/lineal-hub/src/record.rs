//! What does one piece of the Hub's JSON say about a model?

use crate::{
    claims::{Places, claims},
    infer::{Signs, infer},
    loose::{List, Loose, Nested, OneOrMore},
    moment::Moment,
    wire::{BaseModels, Model, Texts},
};
use lineal_core::{
    clues::Clues,
    model_id::{HubId, InvalidModelId, ModelId, hex},
    oddity::{Oddities, Oddity},
    record::{Claim, ModelRecord},
};
use std::{borrow::Cow, collections::HashSet};

/// Reads one record; `None` if it names no model, which is counted as odd.
///
/// # Errors
/// When the text is not a JSON object.
pub fn read(text: &str, oddities: &mut Oddities) -> Result<Option<ModelRecord>, serde_json::Error> {
    let model = serde_json::from_str(text)?;
    Ok(record(model, oddities))
}

/// Returns the record that the hub's answer describes.
fn record(model: Model, oddities: &mut Oddities) -> Option<ModelRecord> {
    let id = match id(model.id, model.model_id) {
        Ok(id) => id,
        Err(why) => {
            oddities.add(Oddity::NoModelId, || why);
            return None;
        }
    };
    let mut fields = Fields { model: id.as_str(), oddities };
    let tags = fields.held("tags", model.tags).map_or(Vec::new(), |Texts(tags)| fields.items("tags", tags));
    let card = fields.nested("cardData", model.card);
    let config = fields.nested("config", model.config);
    let base_models = fields.nested("baseModels", model.base_models);
    let library = fields.held("library_name", model.library_name);

    let quantization = fields.nested("config.quantization_config", config.quantization);
    let quantization = fields.held("config.quantization_config.quant_method", quantization.method);
    let peft = fields.nested("config.peft", config.peft);
    let peft = fields.held("config.peft.base_model_name_or_path", peft.base_model);
    let safetensors = fields.nested("safetensors", model.safetensors);
    let has_gguf = model.gguf.is_held();
    let gguf = fields.nested("gguf", model.gguf);
    let safetensors = fields.held("safetensors.total", safetensors.total);
    let gguf = fields.held("gguf.total", gguf.total);

    let (field, field_operation) = fields.base_models(base_models);
    let tagged_license = tags.iter().find_map(|tag| tag.strip_prefix("license:")).map(str::to_owned);
    let license = fields.many("cardData.license", card.license).into_iter().next();
    let datasets = datasets(&tags, fields.many("cardData.datasets", card.datasets));
    let has_peft_config = peft.is_some();
    let places = Places {
        tags: &tags,
        field,
        field_operation,
        card: fields.many("cardData.base_model", card.base_model),
        card_operation: fields.held("cardData.base_model_relation", card.base_model_relation),
        peft,
    };
    let claims = claims(places, fields.model, fields.oddities);
    let inferred_operation = infer(&Signs {
        tags: &tags,
        library: library.as_deref(),
        has_peft_config,
        is_quantized: quantization.is_some() || has_gguf,
        bases: count_bases(&claims),
    });

    Some(ModelRecord {
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
        inferred_operation,
        clues: Clues::default(),
        tags: tags.into_iter().map(Cow::into_owned).collect(),
        id,
    })
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

fn count_bases(claims: &[Claim]) -> usize {
    let mut bases: Vec<&str> = claims.iter().map(|claim| claim.base.trim()).collect();
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
mod tests {
    use super::*;
    use lineal_core::record::Gated;

    /// Lists what the record says, a line each, and then what was odd.
    fn describe(json: &str) -> String {
        let mut oddities = Oddities::default();
        let mut lines = match read(json, &mut oddities) {
            Ok(Some(record)) => lines(&record),
            Ok(None) => Vec::new(),
            Err(error) => vec![format!("broken: {error}")],
        };
        for (oddity, met) in oddities.iter() {
            lines.extend(met.examples.iter().map(|example| format!("! {oddity:?} {example}")));
        }
        lines.join("\n")
    }

    fn lines(record: &ModelRecord) -> Vec<String> {
        let mut lines = vec![record.id.to_string()];
        let mut say =
            |key: &str, value: Option<String>| lines.extend(value.map(|value| format!("{key} {value}")));
        let list = |list: &[String]| (!list.is_empty()).then(|| list.join(" "));
        say("hub_id", record.hub_id.map(|id| id.to_string()));
        say("created_at", record.created_at.map(|at| at.to_string()));
        say("last_modified", record.last_modified.map(|at| at.to_string()));
        say("sha", record.sha.map(|sha| sha.iter().map(|byte| format!("{byte:02x}")).collect()));
        say("downloads", record.downloads.map(|count| count.to_string()));
        say("downloads_all_time", record.downloads_all_time.map(|count| count.to_string()));
        say("likes", record.likes.map(|count| count.to_string()));
        say("task", record.task.clone());
        say("library", record.library.clone());
        say("license", record.license.clone());
        say("gated", record.gated.map(|gated: Gated| gated.as_str().to_owned()));
        say("disabled", record.disabled.map(|disabled| disabled.to_string()));
        say("private", record.private.map(|private| private.to_string()));
        say("tags", list(&record.tags));
        say("datasets", list(&record.datasets));
        say("architectures", list(&record.architectures));
        say("model_type", record.model_type.clone());
        say("quantization", record.quantization.clone());
        say("parameters", record.parameters.map(|count| count.to_string()));
        say("new_version", record.new_version.clone());
        for claim in &record.claims {
            let operation = claim.operation.as_ref().map_or("-", |operation| operation.as_str());
            let hub_id = claim.base_hub_id.map_or(String::new(), |id| format!(" {id}"));
            say("claim", Some(format!("{} {operation} {}{hub_id}", claim.source.as_str(), claim.base)));
        }
        say("inferred", Some(record.inferred_operation.to_string()));
        lines
    }

    fn check(json: &str, expected: &str) {
        let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
        assert_eq!(describe(json), expected.join("\n"), "{json:.300}");
    }

    #[test]
    fn a_response_of_2022_has_no_id_but_a_model_id() {
        check(
            r#"{"modelId":"ann/tiny-bert","sha":"f7b02944db5d99ed5c55a7a4e9225d8bdfd147b2",
                "lastModified":"2022-01-20T12:13:34.000Z","tags":["pytorch","dataset:glue","license:mit"],
                "pipeline_tag":null,"siblings":[{"rfilename":".gitattributes"}],
                "config":{"architectures":["BertModel"],"model_type":"bert"},"private":false,"downloads":7,"likes":0}"#,
            "
            ann/tiny-bert
            last_modified 1642680814000
            sha f7b02944db5d99ed5c55a7a4e9225d8bdfd147b2
            downloads 7
            likes 0
            license mit
            private false
            tags pytorch dataset:glue license:mit
            datasets glue
            architectures BertModel
            model_type bert
            inferred finetune
            ",
        );
    }

    #[test]
    fn a_list_item_of_2024_has_untyped_tags() {
        check(
            r#"{"_id":"63728becacef705233c7d920","id":"bob/chat-lora","likes":1,"private":false,"downloads":12,
                "tags":["peft","base_model:big/chat","license:apache-2.0","region:us"],"pipeline_tag":"text-generation",
                "library_name":"peft","createdAt":"2024-02-14T18:41:48.000Z","modelId":"bob/chat-lora"}"#,
            "
            bob/chat-lora
            hub_id 63728becacef705233c7d920
            created_at 1707936108000
            downloads 12
            likes 1
            task text-generation
            library peft
            license apache-2.0
            private false
            tags peft base_model:big/chat license:apache-2.0 region:us
            claim untyped_tag - big/chat
            inferred adapter
            ",
        );
    }

    #[test]
    fn a_full_response_says_the_same_thing_in_many_places() {
        check(
            r#"{"_id":"64256e477bccde5588b7a00e","id":"cy/chat-awq","author":"cy","gated":"manual","disabled":false,
                "tags":["awq","dataset:d/one","base_model:big/chat","base_model:quantized:big/chat"],
                "cardData":{"license":["mit","other"],"datasets":["d/one","d/two"],"base_model":["big/chat","big/base"],
                    "base_model_relation":"quantized","new_version":"cy/chat-awq-2"},
                "config":{"quantization_config":{"quant_method":"awq","bits":4},
                    "peft":{"base_model_name_or_path":"/data/chat","task_type":"CAUSAL_LM"}},
                "safetensors":{"parameters":{"F16":5},"total":247577856},"model-index":null,"spaces":[]}"#,
            "
            cy/chat-awq
            hub_id 64256e477bccde5588b7a00e
            license mit
            gated manual
            disabled false
            tags awq dataset:d/one base_model:big/chat base_model:quantized:big/chat
            datasets d/one d/two
            quantization awq
            parameters 247577856
            new_version cy/chat-awq-2
            claim untyped_tag - big/chat
            claim typed_tag quantized big/chat
            claim card quantized big/chat
            claim card quantized big/base
            claim peft_config - /data/chat
            inferred adapter
            ",
        );
    }

    #[test]
    fn an_expanded_item_has_the_bases_that_the_hub_resolved() {
        check(
            r#"{"_id":"6a838b56859b6056ecfa5667","id":"dee/chat-GGUF","gated":false,
                "baseModels":{"relation":"quantized","models":[{"_id":"6a72f2e302294c7d32dd278e","id":"big/chat"}]},
                "gguf":{"total":999885952,"architecture":"gemma3","totalFileSize":2006573568},
                "downloadsAllTime":4173935,"createdAt":"2026-08-17T22:29:42.000Z"}"#,
            "
            dee/chat-GGUF
            hub_id 6a838b56859b6056ecfa5667
            created_at 1787005782000
            downloads_all_time 4173935
            gated no
            parameters 999885952
            claim base_models_field quantized big/chat 6a72f2e302294c7d32dd278e
            inferred quantized
            ",
        );
    }

    #[test]
    fn a_row_of_a_table_dump_holds_texts_of_json_and_nulls() {
        check(
            r#"{"id":"eve/chat-ft","created_at":1720659312000000,"last_modified":"2024-07-11 00:55:12+00:00",
                "downloads":12.0,"likes":"3","tags":["a",null],"card_data":"{\"base_model\":\"big/chat\",\"license\":\"mit\"}",
                "config":"{\"model_type\":\"llama\"}","gguf":"","safetensors":"null","siblings":["README.md"],
                "baseModels":{"relation":"finetune","models":[null,{"_id":null,"id":"big/chat"}]},"downloadsAllTime":null}"#,
            "
            eve/chat-ft
            created_at 1720659312000
            last_modified 1720659312000
            downloads 12
            likes 3
            license mit
            tags a
            model_type llama
            claim base_models_field finetune big/chat
            claim card - big/chat
            inferred finetune
            ",
        );
    }

    #[test]
    fn every_field_may_have_any_type() {
        for (value, what) in
            [("{}", "an object"), ("[]", "a list"), ("true", "a boolean"), ("\"\\u0000\"", "text")]
        {
            let json = format!(r#"{{"id":"a/b","downloads":{value},"safetensors":{{"total":{value}}}}}"#);
            let expected = format!(
                "a/b\ninferred finetune
                ! WrongType a/b: field `safetensors.total` is {what}
                ! WrongType a/b: field `downloads` is {what}"
            );
            check(&json, &expected);
        }
        for value in [
            "7",
            "-7",
            "7.5",
            "1e300",
            "true",
            "[[7]]",
            "[{\"a\":7}]",
            "{\"a\":[7]}",
            "\"{\\\"a\\\":7}\"",
            "null",
        ] {
            for key in [
                "_id",
                "modelId",
                "createdAt",
                "lastModified",
                "sha",
                "downloads",
                "downloadsAllTime",
                "likes",
                "pipeline_tag",
                "library_name",
                "gated",
                "disabled",
                "private",
                "tags",
                "baseModels",
                "cardData",
                "config",
                "safetensors",
                "gguf",
                "siblings",
                "model-index",
            ] {
                let whole = format!(r#"{{"id":"a/b","{key}":{value}}}"#);
                let within = format!(
                    r#"{{"id":"a/b","{key}":{{"license":{value},"base_model":{value},"base_model_relation":{value},
                    "models":{value},"relation":{value},"peft":{value},"quantization_config":{value},"total":{value},
                    "architectures":{value},"model_type":{value}}}}}"#
                );
                assert!(describe(&whole).starts_with("a/b\n"), "{whole}");
                assert!(describe(&within).starts_with("a/b\n"), "{within}");
            }
        }
    }

    #[test]
    fn a_wrong_type_is_named_and_taken_as_missing() {
        check(
            r#"{"id":"a/b","likes":-1,"downloads":0.5,"tags":["x",5],"cardData":"license: mit","gated":3,
                "createdAt":"soon","_id":"xyz","sha":"abc","config":{"peft":[]}}"#,
            "
            a/b
            tags x
            inferred finetune
            ! WrongType a/b: field `tags` holds a number
            ! WrongType a/b: field `cardData` is text that is not JSON
            ! WrongType a/b: field `config.peft` is a list
            ! BadDate a/b: field `createdAt` is `soon`
            ",
        );
    }

    #[test]
    fn of_a_key_that_occurs_again_the_first_usable_value_counts() {
        check(
            r#"{"likes":null,"likes":[],"id":"a/b","likes":5,"likes":6,"id":7,"id":"c/d"}"#,
            "
            a/b
            likes 5
            inferred finetune
            ",
        );
    }

    #[test]
    fn a_record_without_a_usable_name_is_dirty_data() {
        check("{}", "! NoModelId no `id` and no `modelId`");
        check(r#"{"id":5}"#, "! NoModelId `id` is a number");
        check(r#"{"id":"a/b\u0000"}"#, r"! NoModelId `id` is `a/b\0`");
        check(r#"{"id":"../etc/passwd"}"#, "! NoModelId `id` is `../etc/passwd`");
        check(r#"{"id":"a b","modelId":"a/b"}"#, "a/b\ninferred finetune");
    }

    #[test]
    fn deep_nesting_is_skipped_where_nobody_looks_and_wrong_where_somebody_does() {
        let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
        check(&format!(r#"{{"id":"a/b","spaces":{open}{close}}}"#), "a/b\ninferred finetune");
        check(
            &format!(r#"{{"id":"a/b","likes":{open}{close}}}"#),
            "a/b\ninferred finetune\n! WrongType a/b: field `likes` is a list",
        );
        let objects = format!("{}1{}", "{\"peft\":".repeat(100_000), "}".repeat(100_000));
        check(&format!(r#"{{"id":"a/b","config":{objects}}}"#), "a/b\ninferred finetune");
        check(
            &format!(r#"{{"id":"a/b","tags":{open}"#),
            "broken: EOF while parsing a list at line 1 column 100019",
        );
    }

    #[test]
    fn what_is_no_object_is_broken() {
        check("[]", "broken: invalid type: sequence, expected an object at line 1 column 0");
        check("null", "broken: invalid type: null, expected an object at line 1 column 4");
        check(r#"{"id":"a/b"} x"#, "broken: trailing characters at line 1 column 14");
    }
}

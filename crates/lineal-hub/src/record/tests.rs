use super::*;
use lineal_core::{record::Gated, set::Member};

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
    let clues = &record.clues;
    say("files", clues.files.map(words));
    say("weight_file", clues.weight_file.clone());
    say("license_name", clues.license_name.clone());
    say("license_link", clues.license_link.clone());
    say("results", clues.results.map(|count| count.to_string()));
    say("template", clues.template.map(|template| template.as_str().to_owned()));
    say("card", clues.card.map(words));
    for claim in &record.claims {
        let operation = claim.operation.as_ref().map_or("-", |operation| operation.as_str());
        let hub_id = claim.base_hub_id.map_or(String::new(), |id| format!(" {id}"));
        say("claim", Some(format!("{} {operation} {}{hub_id}", claim.source.as_str(), claim.base)));
    }
    say("inferred", Some(record.inferred_operation.to_string()));
    lines
}

fn words<T: Member>(set: Set<T>) -> String {
    let words: Vec<&str> = set.iter().map(Member::as_str).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(" ") }
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
        files none
        results 0
        template nowhere
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
        results 0
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
        files card
        results 0
        template nowhere
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
            "evalResults",
            "metadata",
            "card",
        ] {
            let whole = format!(r#"{{"id":"a/b","{key}":{value}}}"#);
            let within = format!(
                r#"{{"id":"a/b","{key}":{{"license":{value},"base_model":{value},"base_model_relation":{value},
                "models":{value},"relation":{value},"peft":{value},"quantization_config":{value},"total":{value},
                "architectures":{value},"model_type":{value},"_name_or_path":{value},"tokenizer_config":{value},
                "chat_template":{value},"adapter_transformers":{value},"model-index":{value},"license_name":{value},
                "results":{value},"error":{value},"id":{value},"rfilename":{value}}}}}"#
            );
            assert!(describe(&whole).starts_with("a/b\n"), "{whole}");
            let within = describe(&within);
            assert!(within.starts_with("a/b\n") || key == "metadata", "{within}");
        }
    }
}

/// Checks only the lines about clues and claims.
fn check_clues(json: &str, expected: &str) {
    let kinds = ["files", "weight_file", "license_", "results", "template", "card ", "claim ", "!"];
    let said = describe(json);
    let said: Vec<&str> =
        said.lines().filter(|line| kinds.iter().any(|kind| line.starts_with(kind))).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(said, expected, "{json}");
}

#[test]
fn files_are_named_by_objects_by_texts_and_as_python_prints_them() {
    for siblings in [
        r#"[{"rfilename":"README.md"},{"rfilename":"it's.Q4_K_M.gguf","size":7}]"#,
        r#"["README.md","it's.Q4_K_M.gguf"]"#,
        r#""[\"README.md\",{\"rfilename\":\"it's.Q4_K_M.gguf\"}]""#,
        r#"["RepoSibling(rfilename='README.md', size=None, blob_id=None, lfs=None)",
            "RepoSibling(rfilename=\"it's.Q4_K_M.gguf\", size=None, blob_id=None, lfs=None)"]"#,
        r#"["ModelFile(rfilename='README.md')","ModelFile(rfilename='it\\'s.Q4_K_M.gguf')"]"#,
    ] {
        check_clues(
            &format!(r#"{{"id":"a/b","siblings":{siblings}}}"#),
            "files card gguf\nweight_file it's.Q4_K_M",
        );
    }
    check_clues(r#"{"id":"a/b","siblings":[]}"#, "files none\nresults 0\ntemplate nowhere");
    check_clues(
        r#"{"id":"a/b","siblings":[7,{"rfilename":null},"RepoSibling(rfilename="]}"#,
        "files none\nresults 0\ntemplate nowhere\n! WrongType a/b: field `siblings` holds a number",
    );
}

#[test]
fn results_are_counted_by_their_metrics_wherever_they_are_declared() {
    let index = r#"[{"name":"b","results":[{"task":{"type":"x"},"metrics":[{"value":1},{"value":2}]},
        {"dataset":{}},{"metrics":{"value":3}}]}]"#;
    check_clues(&format!(r#"{{"id":"a/b","model-index":{index}}}"#), "results 3");
    check_clues(
        &format!(r#"{{"id":"a/b","cardData":{{"model-index":{index}}},"model-index":null}}"#),
        "results 3",
    );
    check_clues(
        &format!(
            r#"{{"id":"a/b","model-index":{index},"cardData":{{"model-index":{index}}},
            "evalResults":[{{"filename":"x","data":{{}}}},{{"filename":"y","error":"no"}}]}}"#
        ),
        "results 4",
    );
    check_clues(
        r#"{"id":"a/b","cardData":{"license_name":"own","license_link":"LICENSE"}}"#,
        "license_name own\nlicense_link LICENSE\nresults 0",
    );
    check_clues(r#"{"id":"a/b","evalResults":[]}"#, "");
    check_clues(r#"{"id":"a/b","siblings":["README.md"]}"#, "files card\ntemplate nowhere");
    check_clues(
        r#"{"id":"a/b","modelId":"a/b","siblings":["README.md"],"spaces":[]}"#,
        "files card\nresults 0\ntemplate nowhere",
    );
}

#[test]
fn a_template_is_nowhere_only_where_somebody_looked() {
    let of = |config: &str, gguf: &str, files: &str, expected: &str| {
        let json = format!(r#"{{"id":"a/b","config":{config},"gguf":{gguf},"siblings":{files}}}"#);
        let said = describe(&json);
        let template = said.lines().find_map(|line| line.strip_prefix("template "));
        assert_eq!(template.unwrap_or("-"), expected, "{json}");
    };
    let known = r#"["README.md","tokenizer_config.json"]"#;
    of(r#"{"tokenizer_config":{"chat_template":"{{ x }}"}}"#, "null", "null", "tokenizer");
    of(
        r#"{"tokenizer_config":{"chat_template":[{"name":"default","template":"x"}]}}"#,
        "null",
        known,
        "tokenizer",
    );
    of(r#"{"tokenizer_config":{"chat_template":" "}}"#, "null", known, "nowhere");
    of(r#"{"tokenizer_config":{"bos_token":"<s>"}}"#, "null", "null", "-");
    of("null", "null", known, "-");
    of("null", r#"{"chat_template":"x"}"#, "null", "gguf");
    of("null", r#"{"total":7}"#, r#"["m.gguf"]"#, "nowhere");
    of("null", "null", r#"["m.gguf"]"#, "-");
    of("null", "null", r#"["chat_template.jinja","tokenizer_config.json"]"#, "file");
    of(r#"{"chat_template_jinja":"x"}"#, "null", "null", "file");
    of(r#"{"processor_config":{"chat_template":"x"}}"#, "null", "null", "file");
}

#[test]
fn what_a_configuration_was_loaded_from_is_claimed_and_counts_for_nothing_else() {
    check(
        r#"{"id":"a/b","tags":["base_model:o/x"],"config":{"_name_or_path":"./results/checkpoint-500"}}"#,
        "
        a/b
        tags base_model:o/x
        claim untyped_tag - o/x
        claim name_or_path - ./results/checkpoint-500
        inferred finetune
        ",
    );
    check(
        r#"{"id":"a/b","config":{"adapter_transformers":{"model_name":"bert-base-uncased","model_class":"B"}}}"#,
        "
        a/b
        claim peft_config - bert-base-uncased
        inferred adapter
        ",
    );
}

#[test]
fn a_wrapped_response_is_read_with_the_card_beside_it() {
    check(
        r#"{"id":"a/b","captured":"20250422","metadata":{"likes":5,"downloads":7,"siblings":["README.md"]},
            "card":"","depth":1,"spaces":["x/y"]}"#,
        "
        a/b
        downloads 7
        likes 5
        files card
        template nowhere
        inferred finetune
        ",
    );
    check(r#"{"id":"a/b","metadata":"N/A"}"#, "a/b\ninferred finetune");
}

#[test]
fn a_card_beside_the_rest_adds_what_that_does_not_say() {
    check(
        r#"{"source":"a dump","id":"a/b","readme":"---\nlicense: mit\nbase_model:\n- o/x\n- o/y\n---\n"}"#,
        "
        a/b
        license mit
        results 0
        card front_matter
        claim card - o/x
        claim card - o/y
        inferred merge
        ",
    );
    check(
        r#"{"id":"a/b","tags":["license:mit"],"cardData":{"license":"mit"},"modelCard":"---\nlicense: gpl\n---\n"}"#,
        "
        a/b
        license mit
        tags license:mit
        results 0
        card front_matter
        inferred finetune
        ",
    );
}

#[test]
fn a_front_matter_may_be_kept_in_yaml() {
    check(
        r#"{"id":"a/b","card_data":"base_model: o/x\nlicense: other\nlicense_name: own\ndatasets:\n- d/one"}"#,
        "
        a/b
        license other
        datasets d/one
        license_name own
        results 0
        claim card - o/x
        inferred finetune
        ",
    );
}

#[test]
fn a_wrong_type_is_named_and_taken_as_missing() {
    check(
        r#"{"id":"a/b","likes":-1,"downloads":0.5,"tags":["x",5],"gated":3,
            "createdAt":"soon","_id":"xyz","sha":"abc","config":{"peft":[]}}"#,
        "
        a/b
        tags x
        inferred finetune
        ! WrongType a/b: field `tags` holds a number
        ! WrongType a/b: field `config.peft` is a list
        ! WrongType a/b: field `_id` is text, but no hub id
        ! BadDate a/b: field `createdAt` is `soon`
        ",
    );
    check(
        r#"{"id":"a/b","cardData":"[mit"}"#,
        "a/b\ninferred finetune\n! WrongType a/b: field `cardData` is text that is neither JSON nor YAML",
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
    let models = format!("{}1{}", "{\"metadata\":".repeat(100_000), "}".repeat(100_000));
    check(&format!(r#"{{"id":"a/b","metadata":{models}}}"#), "a/b\ninferred finetune");
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

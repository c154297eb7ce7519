//! One listing in every form and wrapping, and what is kept of it.

use crate::support::{Lineal, gzip, zip, zstd};

const RECORDS: [&str; 4] = [
    r#"{"_id":"63728becacef705233c7d001","id":"big/base","createdAt":"2024-02-14T18:41:48.000Z","likes":9,"downloads":100,"private":false,"tags":["license:mit","dataset:d/one"],"pipeline_tag":"text-generation","library_name":"transformers"}"#,
    r#"{"_id":"63728becacef705233c7d002","id":"bob/one","downloads":5,"tags":["base_model:big/base","base_model:finetune:big/base"],"pipeline_tag":"text-generation"}"#,
    r#"{"_id":"63728becacef705233c7d003","id":"cy/two-GGUF","downloads":3,"tags":["gguf","base_model:bob/one","arxiv:1"]}"#,
    r#"{"_id":"63728becacef705233c7d004","id":"dee/mix","tags":["base_model:merge:big/base","base_model:merge:gone/away"]}"#,
];

const MODELS: &str = "\
position,hub_id,id,owner,created_at,task,library,license,tags,datasets,downloads,likes
0,63728becacef705233c7d001,big/base,big,2024-02-14T18:41:48Z,text-generation,transformers,mit,\"[license:mit, dataset:d/one]\",[d/one],100,9
1,63728becacef705233c7d002,bob/one,bob,,text-generation,,,\"[base_model:big/base, base_model:finetune:big/base]\",[],5,
2,63728becacef705233c7d003,cy/two-GGUF,cy,,,,,\"[gguf, base_model:bob/one, arxiv:1]\",[],3,
3,63728becacef705233c7d004,dee/mix,dee,,,,,\"[base_model:merge:big/base, base_model:merge:gone/away]\",[],,
";

const RELATIONS: &str = "\
derived,base,operation,operation_inferred,declared,base_present,resolution
bob/one,big/base,finetune,false,true,true,exact
cy/two-GGUF,bob/one,quantized,true,true,true,exact
dee/mix,big/base,merge,false,true,true,exact
dee/mix,gone/away,merge,false,true,false,missing
";

fn models(lineal: &Lineal) -> String {
    let columns = MODELS.lines().next().expect("a header");
    lineal.sql(&format!("SELECT {columns} FROM models"))
}

fn relations(lineal: &Lineal) -> String {
    let columns = RELATIONS.lines().next().expect("a header");
    lineal.sql(&format!("SELECT {columns} FROM relations"))
}

fn lines() -> String {
    RECORDS.map(|record| format!("{record}\n")).concat()
}

/// Takes files in and compares with the records above.
fn check(form: &str, files: &[(&str, &[u8])]) {
    let lineal = Lineal::new();
    for (name, bytes) in files {
        lineal.write(&format!("in/{name}"), bytes);
    }
    lineal.answer(&["import", "in", "--date", "2025-01-01"]);
    assert_eq!(models(&lineal), MODELS, "{form}");
    assert_eq!(relations(&lineal), RELATIONS, "{form}");
}

#[test]
fn a_listing_is_the_same_in_every_form_and_wrapping() {
    let lines = lines();
    let plain = lines.as_bytes();
    let array = format!("[{}]", RECORDS.join(","));
    let pretty: Vec<serde_json::Value> =
        RECORDS.iter().map(|record| serde_json::from_str(record).expect("JSON")).collect();
    let pretty = serde_json::to_string_pretty(&pretty).expect("JSON");
    let (first, rest) = (RECORDS[0].as_bytes(), RECORDS[1..].join("\n"));
    let rest = rest.as_bytes();
    let frames = [zstd(first), zstd(b"\n"), zstd(rest)].concat();
    let members = [gzip(first), gzip(b"\n"), gzip(rest)].concat();

    check("lines", &[("models.jsonl", plain)]);
    check("lines without a last newline", &[("models", lines.trim_end().as_bytes())]);
    check("lines of Windows", &[("models.txt", lines.replace('\n', "\r\n").as_bytes())]);
    check("lines after a byte order mark", &[("models", [b"\xef\xbb\xbf", plain].concat().as_slice())]);
    check("lines between empty ones", &[("models", lines.replace('\n', "\n\n \n").as_bytes())]);
    check("values without lines", &[("models", RECORDS.concat().as_bytes())]);
    check("an array", &[("models.json", array.as_bytes())]);
    check("an array over many lines", &[("models.csv", pretty.as_bytes())]);
    check("zstd", &[("models.jsonl.gz", &zstd(plain))]);
    check("zstd in frames", &[("models", &frames)]);
    check("gzip", &[("models", &gzip(plain))]);
    check("gzip in members", &[("models", &members)]);
    check("zip", &[("models.zip", &zip(&[("a.jsonl", plain)]))]);
    check("zip of several", &[("models", &zip(&[("b", first), ("a", rest)]))]);
    check("gzip in zip in zstd", &[("models", &zstd(&zip(&[("a.gz", &gzip(plain))])))]);
    check(
        "files of a folder, by name",
        &[("a.json", first), ("b/c.json.zst", &zstd(rest)), (".hidden", b"x")],
    );
    check("an array and lines", &[("1", format!("[{}]", RECORDS[0]).as_bytes()), ("2", rest)]);
}

#[test]
fn a_listing_may_come_by_standard_input() {
    for (form, bytes) in [
        ("lines", lines().into_bytes()),
        ("zstd", zstd(lines().as_bytes())),
        ("gzip", gzip(lines().as_bytes())),
        ("zip", zip(&[("a", RECORDS[0].as_bytes()), ("b", RECORDS[1..].join("\n").as_bytes())])),
    ] {
        let lineal = Lineal::new();
        lineal.run_with_input(&["import", "-", "--date", "2025-01-01"], &bytes).done();
        assert_eq!(models(&lineal), MODELS, "{form}");
        assert_eq!(relations(&lineal), RELATIONS, "{form}");
    }
}

#[test]
fn a_table_dump_in_parquet_says_the_same_as_the_listing() {
    let lineal = Lineal::new();
    lineal.write("models.jsonl", lines());
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-01"]);
    let query = "SELECT hub_id AS _id, id, created_at AS \"createdAt\", downloads, likes, tags, \
                 task AS pipeline_tag, library AS library_name, private, 7 AS extra FROM models";
    lineal.answer(&["sql", query, "--format", "parquet", "--out", "dump.parquet"]);
    let dump = std::fs::read(lineal.path("dump.parquet")).expect("a dump");
    check("parquet", &[("dump", &dump)]);
    check("parquet in zip", &[("dump.zip", &zip(&[("x", &dump)]))]);
    let other = Lineal::new();
    other.run_with_input(&["import", "-", "--date", "2025-01-01"], &dump).done();
    assert_eq!(models(&other), MODELS);
}

#[test]
fn a_relation_table_is_the_same_however_it_is_written() {
    let plain = "Model ID,Type,Base Model\na/root,,N/A\nb/one,finetune,a/root\nc/two,merge,\"b/one, a/root, d/gone\"\n";
    let turned = "likes,Base Model,Model ID,Type\n1,N/A,a/root,\n2,a/root,b/one,finetune\n3,\"b/one,a/root ,d/gone\",c/two,merge\n";
    let quoted = "\"Model ID\",\"Type\",\"Base Model\"\n\"a/root\",\"\",\"\"\n\"b/one\",\"finetune\",\"a/root\"\n\"c/two\",\"merge\",\"b/one, a/root, d/gone\"";
    for (form, bytes) in [
        ("plain", plain.as_bytes().to_vec()),
        ("of Windows", plain.replace('\n', "\r\n").into_bytes()),
        ("after a byte order mark", [b"\xef\xbb\xbf", plain.as_bytes()].concat()),
        ("with other columns", turned.as_bytes().to_vec()),
        ("quoted", quoted.as_bytes().to_vec()),
        ("gzip", gzip(plain.as_bytes())),
    ] {
        let lineal = Lineal::new();
        lineal.write("table", bytes);
        lineal.answer(&["import", "table", "--date", "2025-01-01"]);
        assert_eq!(
            lineal.sql("SELECT position, id FROM models"),
            "position,id\n0,a/root\n1,b/one\n2,c/two\n",
            "{form}"
        );
        assert_eq!(
            lineal.sql("SELECT derived, base, operation, base_present FROM relations"),
            "derived,base,operation,base_present\nb/one,a/root,finetune,true\nc/two,b/one,merge,true\n\
             c/two,a/root,merge,true\nc/two,d/gone,merge,false\n",
            "{form}"
        );
    }
}

#[test]
fn one_relation_keeps_all_the_evidence_that_names_it() {
    let lineal = Lineal::new();
    lineal.write(
        "models.jsonl",
        r#"
        {"id":"openai-community/gpt2"}
        {"id":"Big/Chat"}
        {"id":"bob/lora","tags":["base_model:big/chat","base_model:adapter:big/chat"],
         "baseModels":{"relation":"adapter","models":[{"id":"Big/Chat"}]},
         "cardData":{"base_model":[" Big/Chat ","gpt2"],"base_model_relation":"finetune"},
         "config":{"peft":{"base_model_name_or_path":"/data/chat"}}}
        "#,
    );
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-01"]);
    assert_eq!(
        lineal
            .sql("SELECT base, operation, operation_inferred, declared, resolution, evidence FROM relations"),
        "base,operation,operation_inferred,declared,resolution,evidence\n\
         Big/Chat,adapter,false,true,exact,\"[{source: untyped_tag, named: big/chat, operation: }, \
         {source: typed_tag, named: big/chat, operation: adapter}, \
         {source: base_models_field, named: Big/Chat, operation: adapter}, \
         {source: card, named:  Big/Chat , operation: finetune}]\"\n\
         openai-community/gpt2,finetune,false,true,alias,\"[{source: card, named: gpt2, operation: finetune}]\"\n\
         /data/chat,adapter,true,false,missing,\"[{source: peft_config, named: /data/chat, operation: }]\"\n"
    );
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-02", "--resolve", "exact"]);
    assert_eq!(
        lineal.sql("SELECT base, resolution FROM relations WHERE snapshot = '2025-01-02'"),
        "base,resolution\nbig/chat,missing\nBig/Chat,exact\n Big/Chat ,missing\ngpt2,missing\n/data/chat,missing\n"
    );
}

#[test]
fn each_file_belongs_to_the_date_in_its_name() {
    let lineal = Lineal::new();
    lineal.write("weeks/models-2025-03-12.jsonl", RECORDS[0]);
    lineal.write("weeks/models-2025-03-19.jsonl", RECORDS[0]);
    lineal.write("weeks/2025-03-19/more.jsonl", RECORDS[1]);
    lineal.answer(&["import", "weeks"]);
    lineal.holds_only(&["2025-03-12", "2025-03-19"]);
    assert_eq!(
        lineal.sql("SELECT snapshot, models FROM snapshots"),
        "snapshot,models\n2025-03-12,1\n2025-03-19,2\n"
    );
}

#[test]
fn a_date_that_is_there_is_refused_and_stays_as_it_is() {
    let lineal = Lineal::new();
    lineal.write("models.jsonl", lines());
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-01"]);
    lineal.write("models.jsonl", RECORDS[0]);
    assert_eq!(
        lineal.refusal(&["import", "models.jsonl", "--date", "2025-01-01"]),
        "error: cannot take in 2025-01-01\n  because: there is already a snapshot 2025-01-01 in `data`, \
         and snapshots never change; give another `--date`\n"
    );
    assert_eq!(models(&lineal), MODELS);
    lineal.holds_only(&["2025-01-01"]);
}

#[test]
fn the_order_of_a_listing_and_of_the_bases_in_a_record_is_kept() {
    let lineal = Lineal::new();
    let names: Vec<String> = (0..50_000u64).map(|n| format!("o/m{}", n * 48_271 % 50_021)).collect();
    let records: String = names.iter().map(|name| format!("{{\"id\":\"{name}\"}}\n")).collect();
    let last =
        r#"{"id":"z/mix","tags":["base_model:o/m7","base_model:q/x","base_model:o/m1","base_model:a/b"]}"#;
    lineal.write("models.jsonl", records + last);
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-01"]);
    let ids = lineal.sql("SELECT id FROM models");
    assert!(ids.lines().skip(1).take(50_000).eq(names.iter().map(String::as_str)));
    assert_eq!(lineal.sql("SELECT base FROM relations"), "base\no/m7\nq/x\no/m1\na/b\n");
}

#[test]
fn what_is_not_there_is_named() {
    let lineal = Lineal::new();
    let said = lineal.refusal(&["import", "nowhere.jsonl", "--date", "2025-01-01"]);
    assert!(said.starts_with("error: cannot open `nowhere.jsonl`\n  because: No such file"), "{said}");
    std::fs::create_dir(lineal.path("empty")).expect("a folder");
    assert_eq!(lineal.refusal(&["import", "empty"]), "error: there is no file in `empty`\n");
    lineal.holds_only(&[]);
}

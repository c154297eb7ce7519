use super::*;
use crate::{
    card,
    folder::{self, File},
};
use lineal_core::{
    date::SnapshotDate,
    guest,
    infer::Signal,
    quality::{self, Basis, Options},
};
use proptest::prelude::*;

const ADAPTER: (&str, &str) =
    ("adapter_config.json", r#"{"base_model_name_or_path": "owner/base", "peft_type": "LORA"}"#);
const WEIGHTS: (&str, &str) = ("adapter_model.safetensors", "");
const MIT: (&str, &str) = ("LICENSE", include_str!("../../../../LICENSE-MIT"));

/// What is known of other models besides the folder.
#[derive(Default)]
struct World<'a> {
    guesses: Vec<Guess>,
    listed: &'a [(&'a str, Option<&'a str>)],
    unlisted: &'a [&'a str],
}

/// Judges a folder of the model `me/it`.
fn found(files: &[(&str, &str)], world: World) -> Vec<Found> {
    let all: Vec<File> = files
        .iter()
        .map(|(path, text)| {
            // Nobody reads weights here.
            let bytes = Some(text.as_bytes()).filter(|_| !path.ends_with("safetensors"));
            File { path, size: text.len() as u64, bytes }
        })
        .collect();
    let (record, read) = folder::record("me/it".parse().expect("a name"), &all);
    let text = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| text.as_bytes());
    let card = text(CARD).map(card::read);
    let day = SnapshotDate::new(2026, 1, 1).expect("a day");
    let (mini, node) = guest::with(&guest::nobody(day), &record, |_| true).expect("few names");
    let options = Options { basis: Basis::Anywhere, ..Options::default() };
    let verdicts = quality::of_model(&mini, node, &record, &[], &options).fields;
    let mut names = Names { source: "snapshot 2026-01-01".to_owned(), ..Names::default() };
    for (name, license) in world.listed {
        let listed = Name::Listed { name: (*name).to_owned(), license: license.map(str::to_owned) };
        names.names.insert((*name).to_owned(), listed);
    }
    names.names.extend(world.unlisted.iter().map(|name| ((*name).to_owned(), Name::Unlisted)));
    let licenses: Vec<_> = text("LICENSE")
        .map(|text| ("LICENSE".to_owned(), license_text::recognise(text)))
        .into_iter()
        .collect();
    lint(&Subject {
        record: &record,
        is_named: true,
        card: card.as_ref(),
        text: Some(text(CARD).unwrap_or_default()),
        read: &read,
        verdicts: &verdicts,
        guesses: &world.guesses,
        licenses: &licenses,
        names: &names,
    })
}

/// What is found besides fields that the short cards of these tests do not state.
fn told(files: &[(&str, &str)], world: World) -> String {
    const UNSTATED: [Code; 3] = [Code::MissingResults, Code::MissingTemplate, Code::MissingDataset];
    let told = found(files, world).into_iter().filter(|one| !UNSTATED.contains(&one.finding.code));
    let line = |one: Found| {
        let Finding { code, at, what, .. } = one.finding;
        let mended = if one.changes.is_empty() { "" } else { " (mended)" };
        format!("{at} {}: {what}{mended}\n", code.as_str())
    };
    told.map(line).collect()
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &str) {
    assert_eq!(told(files, World::default()), expected);
}

#[track_caller]
fn check_in(world: World, files: &[(&str, &str)], expected: &str) {
    assert_eq!(told(files, world), expected);
}

fn guess(base: &str, operation: Operation, confidence: f64, standing: Standing) -> Guess {
    let evidence =
        vec![Sign { signal: Signal::QuantizationName, detail: "its name ends in `GGUF`".to_owned() }];
    Guess { base: base.to_owned(), is_listed: true, operation, confidence, standing, evidence }
}

#[test]
fn a_card_that_states_all_is_clean() {
    check(
        &[("README.md", "---\nlicense: mit\nbase_model: owner/base\n---\n# It\n"), MIT, ADAPTER, WEIGHTS],
        "",
    );
}

#[test]
fn a_base_that_a_tool_names_is_missing_from_the_front_matter() {
    check(
        &[("README.md", "---\nlicense: mit\n---\n# It\n"), ADAPTER, WEIGHTS],
        "1:1 missing-base-model: `adapter_config.json` names `owner/base`, but the front matter declares no base (mended)\n",
    );
}

#[test]
fn a_base_that_nobody_lists_is_not_written() {
    check_in(
        World { unlisted: &["owner/base"], ..World::default() },
        &[("README.md", "---\nlicense: mit\n---\n# It\n"), ADAPTER, WEIGHTS],
        "1:1 missing-base-model: `adapter_config.json` names `owner/base`, but the front matter declares no base\n",
    );
}

#[test]
fn an_inferred_base_is_spoken_of_from_nine_tenths_on_and_written_from_nineteen_twentieths() {
    let card = ("README.md", "---\nlicense: mit\n---\n# It\n");
    let world = |confidence: f64| World {
        guesses: vec![guess("owner/base", Operation::Quantized, confidence, Standing::Undeclared)],
        ..World::default()
    };
    check_in(world(0.89), &[card], "");
    check_in(
        world(0.9),
        &[card],
        "1:1 missing-base-model: the model seems to be made from `owner/base` (90 % sure: its name ends in `GGUF`), but the front matter declares no base\n",
    );
    check_in(
        world(0.97),
        &[card],
        "1:1 missing-base-model: the model seems to be made from `owner/base` (97 % sure: its name ends in `GGUF`), but the front matter declares no base (mended)\n",
    );
}

#[test]
fn a_configuration_that_another_model_was_loaded_for_names_what_may_be_the_base() {
    check(
        &[
            ("README.md", "---\nlicense: mit\n---\n# It\n"),
            ("config.json", r#"{"_name_or_path": "owner/base", "model_type": "llama"}"#),
        ],
        "1:1 possible-base-model: `_name_or_path` in `config.json` names `owner/base`, but the front matter declares no base\n",
    );
}

#[test]
fn a_declared_base_can_be_the_model_itself_or_nobody() {
    check(
        &[("README.md", "---\nlicense: mit\nbase_model: Me/It\n---\n# It\n")],
        "3:1 self-base: the model declares itself, `Me/It`, as its base\n",
    );
    check_in(
        World { unlisted: &["owner/gone"], ..World::default() },
        &[("README.md", "---\nlicense: mit\nbase_model:\n- owner/gone\n---\n# It\n")],
        "3:1 base-not-found: the declared base `owner/gone` is not in snapshot 2026-01-01\n",
    );
}

#[test]
fn an_adapter_is_for_the_base_of_its_configuration_or_a_copy_of_that() {
    let card = |base: &str| format!("---\nlicense: mit\nbase_model: {base}\n---\n# It\n");
    let (copy, other) = (card("unsloth/Base-bnb-4bit"), card("owner/base-instruct"));
    check(&[("README.md", &copy), ADAPTER, WEIGHTS], "");
    check(
        &[("README.md", &other), ADAPTER, WEIGHTS],
        "3:1 wrong-base-model: the declared base is `owner/base-instruct`, but `adapter_config.json` names `owner/base`\n",
    );
}

#[test]
fn a_relation_that_the_files_rule_out_is_wrong() {
    check(
        &[
            (
                "README.md",
                "---\nlicense: mit\nbase_model: owner/base\nbase_model_relation: finetune\n---\n# It\n",
            ),
            ADAPTER,
            WEIGHTS,
        ],
        "4:1 wrong-relation: the relation is declared as `finetune`, but there is `adapter_config.json` and no `config.json` (mended)\n",
    );
    check(
        &[
            (
                "README.md",
                "---\nlicense: mit\nbase_model: owner/base\nbase_model_relation: adapter\n---\n# It\n",
            ),
            ("config.json", "{}"),
            ("model.safetensors", ""),
        ],
        "4:1 wrong-relation: the relation is declared as `adapter`, but there are whole weights with `config.json`, and no `adapter_config.json`\n",
    );
}

#[test]
fn inference_can_contradict_a_declaration() {
    let card = ("README.md", "---\nlicense: mit\nbase_model: owner/base\n---\n# It\n");
    let of = |operation: Operation, standing: Standing| World {
        guesses: vec![guess("owner/base", operation, 0.98, standing)],
        ..World::default()
    };
    check_in(
        of(Operation::Quantized, Standing::OtherOperation(Operation::Finetune)),
        &[card],
        "1:1 wrong-relation: the model is declared to be made from `owner/base` by `finetune`, but seems to be by `quantized` (98 % sure: its name ends in `GGUF`)\n",
    );
    check_in(
        of(Operation::Quantized, Standing::Reversed),
        &[card],
        "3:1 wrong-base-model: `owner/base` seems to be made from this model, not this model from it (98 % sure: its name ends in `GGUF`)\n",
    );
}

#[test]
fn a_licence_is_taken_from_a_file_that_leaves_no_doubt_and_never_made_up() {
    let bare = ("README.md", "---\nlanguage: en\n---\n# It\n");
    check(
        &[bare, MIT],
        "1:1 undeclared-license: `LICENSE` holds the MIT License, but the front matter states no licence (mended)\n",
    );
    check(
        &[bare, ("LICENSE", "Do as you like.")],
        "1:1 undeclared-license: there is a file `LICENSE`, but the front matter states no licence\n",
    );
    check(&[bare], "1:1 missing-license: no licence is stated: nobody may use the model\n");
    check(
        &[("README.md", "---\nlicense: apache-2.0\n---\n# It\n"), MIT],
        "2:1 wrong-license: the front matter states `apache-2.0`, but `LICENSE` holds the MIT License\n",
    );
}

#[test]
fn a_misspelt_key_says_what_it_means() {
    check(
        &[
            ("README.md", "---\nlicence: Apache 2.0\nbase_models: owner/base\n---\n# It\n"),
            MIT,
            ADAPTER,
            WEIGHTS,
        ],
        "2:1 misspelt-key: nobody reads the key `licence`; it means `license` (mended)\n\
         2:1 wrong-license: the front matter states `apache-2.0`, but `LICENSE` holds the MIT License\n\
         3:1 misspelt-key: nobody reads the key `base_models`; it means `base_model` (mended)\n",
    );
}

#[test]
fn a_base_s_licence_binds_what_is_made_from_it() {
    let card = ("README.md", "---\nlicense: apache-2.0\nbase_model: owner/base\n---\n# It\n");
    let world = |license| World { listed: license, ..World::default() };
    check_in(world(&[("owner/base", Some("mit"))]), &[card], "");
    check_in(world(&[("owner/base", None)]), &[card], "");
    check_in(
        world(&[("owner/base", Some("llama3.1"))]),
        &[card],
        "2:1 relicensed: the licence is `apache-2.0`, but that of the base `owner/base` is `llama3.1`\n",
    );
}

#[test]
fn a_data_set_is_written_where_the_text_speaks_of_training() {
    check(
        &[(
            "README.md",
            "---\nlicense: mit\n---\n# It\n\nTrained on [one](https://huggingface.co/datasets/a/one).\n\
             Evaluated on https://huggingface.co/datasets/a/two/viewer, see\n\
             https://huggingface.co/datasets/three.\n",
        )],
        "6:18 undeclared-dataset: the text says that the model was trained on `a/one`, which the front matter does not name (mended)\n\
         7:14 undeclared-dataset: the text links to the data set `a/two`, which the front matter does not name\n\
         8:1 undeclared-dataset: the text links to the data set `three`, which the front matter does not name\n",
    );
    check(
        &[(
            "README.md",
            "---\nlicense: mit\ndatasets: a/one\n---\nTrained on [one](https://huggingface.co/datasets/A/One).\n",
        )],
        "",
    );
}

#[test]
fn a_front_matter_that_cannot_be_read_hides_what_it_says() {
    let told =
        told(&[("README.md", "---\nlanguage: [en\n---\n# It\n"), ADAPTER, WEIGHTS, MIT], World::default());
    assert!(
        told.contains("yaml-syntax") && !told.contains("missing") && !told.contains("(mended)"),
        "{told}"
    );
}

/// Returns what all the changes make of a card.
fn fixed(files: &[(&str, &str)], world: World) -> Option<String> {
    let text = files.iter().find(|(path, _)| *path == CARD).map_or("", |(_, text)| *text);
    let changes: Vec<fixes::Change> = found(files, world).into_iter().flat_map(|one| one.changes).collect();
    let card = card::read(text.as_bytes());
    let fixed = fixes::fixed(text.as_bytes(), Some(&card), &changes)?;
    Some(String::from_utf8(fixed).expect("UTF-8"))
}

#[track_caller]
fn check_fix(files: &[(&str, &str)], expected: &str) {
    assert_eq!(fixed(files, World::default()).as_deref(), Some(expected));
}

#[test]
fn spellings_are_mended_where_they_stand() {
    check_fix(
        &[(
            "README.md",
            "---\n# ours\nlicence: Apache 2.0  # sic\nbase_model: https://huggingface.co/owner/base\n---\n# It\n",
        )],
        "---\n# ours\nlicense: apache-2.0  # sic\nbase_model: owner/base\n---\n# It\n",
    );
    check_fix(
        &[(
            "README.md",
            "---\nlicense: Apache 2.0\nbase_model: owner/base\nbase_model_relation: LoRA\n---\n# It\n",
        )],
        "---\nlicense: apache-2.0\nbase_model: owner/base\nbase_model_relation: adapter\n---\n# It\n",
    );
}

#[test]
fn all_changes_are_made_together() {
    check_fix(
        &[
            (
                "README.md",
                "---\r\nlanguage: en\r\n---\r\nTrained on https://huggingface.co/datasets/a/one\r\n",
            ),
            ADAPTER,
            WEIGHTS,
            MIT,
        ],
        "---\r\nlanguage: en\r\nbase_model: owner/base\r\nbase_model_relation: adapter\r\nlicense: mit\r\ndatasets:\r\n- a/one\r\n---\r\nTrained on https://huggingface.co/datasets/a/one\r\n",
    );
}

#[test]
fn a_card_without_front_matter_gets_one_and_no_card_becomes_one() {
    check_fix(&[("README.md", "# It\n"), MIT], "---\nlicense: mit\n---\n\n# It\n");
    check_fix(&[MIT], "---\nlicense: mit\n---\n");
    assert_eq!(fixed(&[("config.json", "{}")], World::default()), None);
}

/// Front matters as they are met, and worse.
fn card() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("license: Apache 2.0".to_owned()),
        Just("licence: mit".to_owned()),
        Just("licence: Apache 2.0 # sic".to_owned()),
        Just("base_models: [hf.co/a/b]".to_owned()),
        Just("relation: LoRA".to_owned()),
        Just("dataset: a/three".to_owned()),
        Just("base_model: ''".to_owned()),
        Just("base_model:\n- owner/base\n- ./local".to_owned()),
        Just("base_model: [https://huggingface.co/a/b, c/d]".to_owned()),
        Just("base_model_relation: LoRA".to_owned()),
        Just("datasets:\n  - a/one # kept".to_owned()),
        Just("datasets: a/two".to_owned()),
        Just("datasets:".to_owned()),
        Just("tags: [x, \"y\"]".to_owned()),
        Just("# a comment".to_owned()),
        "[a-z]{1,6}: [ -~]{0,12}",
    ];
    let front = prop::collection::vec(line, 0..6).prop_map(|lines| lines.join("\n"));
    let body = prop_oneof![
        Just("# It\n\nTrained on https://huggingface.co/datasets/a/one and more".to_owned()),
        "[ -~\n]{0,40}",
    ];
    let text = (front, body).prop_map(|(front, body)| match front.is_empty() {
        true => body,
        false => format!("---\n{front}\n---\n{body}"),
    });
    (text, any::<bool>()).prop_map(|(text, windows)| if windows { text.replace('\n', "\r\n") } else { text })
}

proptest! {
    #[test]
    fn a_second_fix_changes_nothing_and_the_text_stays(text in card()) {
        let files = |text| [("README.md", text), ADAPTER, WEIGHTS, MIT];
        if let Some(once) = fixed(&files(text.as_str()), World::default()) {
            prop_assert_ne!(&once, &text);
            prop_assert_eq!(fixed(&files(once.as_str()), World::default()), None);
            let body = |text: &str| text[card::read(text.as_bytes()).yaml.map_or(0, |yaml| yaml.end)..].to_owned();
            prop_assert!(once.ends_with(&body(&text)), "{:?}", once);
        }
    }
}

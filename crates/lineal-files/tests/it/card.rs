//! What becomes of a card, as a whole: its front matter as JSON, its parts, its findings with their places.

use lineal_core::{clues::CardPart, record::ModelRecord, set::Member};
use lineal_files::card::{self, Card};

/// Shows a card as lines: the front matter, the parts, and each finding.
fn shown(card: &Card) -> Vec<String> {
    let front = card.front.as_ref().map_or("none".to_owned(), |front| front.to_json().to_string());
    let front_parts = [CardPart::FrontMatter, CardPart::BrokenFrontMatter];
    let parts: Vec<&str> =
        card.parts.iter().filter(|part| front_parts.contains(part)).map(Member::as_str).collect();
    let mut lines = vec![front, parts.join(" ")];
    for finding in &card.findings {
        let fix = finding.fix.as_ref().map(|fix| format!(" ({fix})")).unwrap_or_default();
        lines.push(format!("{} {}: {}{fix}", finding.at, finding.code.as_str(), finding.what));
    }
    lines
}

fn check_bytes(card: &[u8], expected: &str) {
    let lines = shown(&card::read(card));
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(lines, expected, "{}", String::from_utf8_lossy(card));
}

fn check(card: &str, expected: &str) {
    check_bytes(card.as_bytes(), expected);
}

#[test]
fn a_good_card_has_no_findings() {
    check(
        "---\nlicense: mit\nlanguage:\n- en\n- \"no\"\nbase_model: o/x\n---\n# Title\n",
        r#"
        {"base_model":"o/x","language":["en","no"],"license":"mit"}
        front_matter
        "#,
    );
}

#[test]
fn line_ends_of_every_kind_are_read() {
    check(
        "---\r\nlicense: mit\r\ntags:\r\n- a\r\n---\r\nText",
        r#"
        {"license":"mit","tags":["a"]}
        front_matter
        "#,
    );
    check(
        "---\rlicense: mit\r---\rText",
        r#"
        {"license":"mit"}
        broken_front_matter
        1:1 broken-fence: the `---` that ends the front matter ends in a bare carriage return, so the hub finds none (end lines with a line feed)
        "#,
    );
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_and_found() {
    check_bytes(
        b"\xef\xbb\xbf---\nauthor: M\xfcller\nlicense: mti\n---\n",
        r#"
        {"author":"M�ller","license":"mti"}
        front_matter
        1:1 byte-order-mark: the card begins with a byte order mark, behind which some readers find no front matter (save it as UTF-8 without a byte order mark)
        2:10 not-utf8: the byte 0xfc is not UTF-8 (save the card as UTF-8)
        3:10 unknown-license: `mti` is no licence that the hub knows (write `other`, with `license_name` and `license_link`)
        "#,
    );
}

#[test]
fn a_card_without_front_matter_says_so() {
    check(
        "# Title\n",
        "
        none

        1:1 no-front-matter: the card has no front matter (begin it with a line of `---`, keys such as `license`, and a line of `---`)
        ",
    );
    check(
        "---\n# nothing\n---\n",
        "
        {}
        front_matter
        1:1 no-front-matter: the front matter is empty
        ",
    );
}

#[test]
fn one_bad_line_does_not_hide_the_others() {
    check(
        "---\nlicense: mit\nbase_model: @o/x\n---\n",
        r#"
        {"base_model":"@o/x","license":"mit"}
        broken_front_matter
        3:13 yaml-syntax: the front matter is not YAML: unexpected character: `@' (put quotes around a text that begins with such a character)
        3:13 invalid-base-model: `base_model` is `@o/x`, which cannot be a model of the hub (write `o/x`)
        "#,
    );
    check(
        "---\nlicense: mit\ntags:\n\t- a\n---\n",
        r#"
        {"license":"mit","tags":["a"]}
        broken_front_matter
        4:2 yaml-tab: a tab stands where YAML takes blanks only (indent with blanks)
        "#,
    );
    check(
        "---\nlicense: mit\ntitle: a: b\n---\n",
        r#"
        {"license":"mit","title":"a: b"}
        broken_front_matter
        3:9 yaml-syntax: the front matter is not YAML: mapping values are not allowed in this context (put quotes around a text that holds a colon and a blank)
        "#,
    );
    check(
        "---\nlicense: mit\nauthor: a\u{0}b\n---\n",
        "
        {\"author\":\"a\\u0000b\",\"license\":\"mit\"}
        broken_front_matter
        3:10 yaml-syntax: the front matter holds the control character U+0000, which YAML forbids (remove the character)
        ",
    );
}

#[test]
fn words_that_readers_differ_on_are_found_and_stay_text() {
    check(
        "---\nlanguage: no\nversion: 010\nmodel_type: 1_000\npaper: .nan\nname: 2024-01-31\n---\n",
        r#"
        {"language":"no","model_type":"1_000","name":"2024-01-31","paper":".nan","version":"010"}
        front_matter
        2:11 ambiguous-scalar: some readers take `no` for false (put quotes around it: "no")
        3:10 ambiguous-scalar: some readers take `010` for an octal number (write a number without more zeros and signs than it needs, or put quotes around a text)
        4:13 ambiguous-scalar: some readers take `1_000` for a number without the underscores (write a number without more zeros and signs than it needs, or put quotes around a text)
        5:8 ambiguous-scalar: some readers take `.nan` for a number that JSON does not have (put quotes around it: ".nan")
        6:7 ambiguous-scalar: some readers take `2024-01-31` for a date (put quotes around it: "2024-01-31")
        "#,
    );
}

#[test]
fn of_equal_keys_the_last_counts() {
    check(
        "---\nlicense: mit\nlicense: apache-2.0\n---\n",
        r#"
        {"license":"apache-2.0"}
        front_matter
        3:1 duplicate-key: the key `license` occurs again; only the last counts (keep one of them)
        "#,
    );
}

#[test]
fn aliases_and_merges_are_followed() {
    check(
        "---\nwidget: &w {a: 1, b: 2}\nmore:\n  <<: *w\n  b: 3\ntags: [<<, *w]\n---\n",
        r#"
        {"more":{"a":1,"b":3},"tags":["<<",{"a":1,"b":2}],"widget":{"a":1,"b":2}}
        front_matter
        4:7 yaml-alias: the front matter uses an alias, which many readers of cards do not follow (write the value out)
        6:12 wrong-type: `tags` takes texts, and keys and values stands here (put quotes around a text that holds a colon and a blank)
        "#,
    );
}

#[test]
fn a_bomb_of_aliases_does_not_go_off() {
    let mut card = "---\nlicense: mit\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        card.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    let card = card::read(format!("{card}---\n").as_bytes());
    let words: Vec<&str> = card.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(words, ["yaml-alias", "too-large"]);
    assert_eq!(card.front.expect("read line by line").text("license"), Some("mit"));
}

#[test]
fn tags_that_mean_nothing_break_a_card() {
    check(
        "---\nlicense: !!str mit\nversion: !!str 1\nmodels: !!python/tuple [a]\n---\n",
        r#"
        {"license":"mit","models":["a"],"version":"1"}
        broken_front_matter
        4:9 yaml-syntax: the tag `python/tuple` means nothing in a card (remove the tag)
        "#,
    );
}

#[test]
fn only_one_document_is_read() {
    check(
        "---\nlicense: mit\n...\n--- # more\ntags: [a]\n---\n",
        r#"
        {"license":"mit"}
        broken_front_matter
        4:1 yaml-syntax: the front matter holds more than one YAML document (keep one document, without lines of `---` or `...` in it)
        "#,
    );
}

#[test]
fn misspelt_keys_are_no_keys() {
    check(
        "---\nlicence: mit\nbase-model: o/x\nfinetuned_from: o/y\n---\n",
        r#"
        {"base-model":"o/x","finetuned_from":"o/y","licence":"mit"}
        front_matter
        2:1 misspelt-key: nobody reads the key `licence`; it means `license` (call it `license`)
        3:1 misspelt-key: nobody reads the key `base-model`; it means `base_model` (call it `base_model`)
        4:1 misspelt-key: nobody reads the key `finetuned_from`; it means `base_model` (call it `base_model`)
        "#,
    );
}

#[test]
fn values_of_another_type_are_found() {
    check(
        "---\nlibrary_name: [peft]\ntags: a\nmetrics:\n- 1\nlanguage: {en: 1}\nmodel-index: none\nlicense:\n---\n",
        r#"
        {"language":{"en":1},"library_name":["peft"],"license":null,"metrics":[1],"model-index":"none","tags":"a"}
        front_matter
        2:15 wrong-type: `library_name` takes a text, and a list stands here (write one text)
        3:7 wrong-type: `tags` takes a list of texts, and a text stands here (write it as a list: a line of `- ` and the text)
        5:3 wrong-type: `metrics` takes texts, and a number stands here (put quotes around it if it is meant as text)
        6:11 wrong-type: `language` takes a text or a list of texts, and keys and values stands here (put quotes around a text that holds a colon and a blank)
        7:14 wrong-type: `model-index` takes a list of models with results, and a text stands here (write it as a list: a line of `- ` and the text)
        "#,
    );
}

#[test]
fn bases_operations_and_licences_are_looked_at() {
    check(
        "---\nlicense: [Apache-2.0, other]\nbase_model:\n- https://huggingface.co/o/x\n- /home/me/x\nbase_model_relation: fine-tune\n---\n",
        r#"
        {"base_model":["https://huggingface.co/o/x","/home/me/x"],"base_model_relation":"fine-tune","license":["Apache-2.0","other"]}
        front_matter
        2:11 unknown-license: `Apache-2.0` is no licence that the hub knows (write `apache-2.0`)
        2:23 unnamed-license: the licence is `other`, and neither `license_name` nor `license_link` says which (add `license_name` and `license_link`)
        4:3 invalid-base-model: `base_model` is `https://huggingface.co/o/x`, which cannot be a model of the hub (write `o/x`)
        5:3 invalid-base-model: `base_model` is `/home/me/x`, which cannot be a model of the hub (name the model as `owner/name`)
        6:22 unknown-relation: `base_model_relation` is `fine-tune`, not `finetune`, `adapter`, `merge` or `quantized` (write `finetune`)
        "#,
    );
    check(
        "---\nlicense: other\nlicense_name: x\nbase_model_relation: distill\n---\n",
        r#"
        {"base_model_relation":"distill","license":"other","license_name":"x"}
        front_matter
        4:22 relation-not-shown: `distill` says more than the hub shows, which knows `finetune`, `adapter`, `merge` or `quantized`
        "#,
    );
}

#[test]
fn a_front_matter_of_another_shape_is_none() {
    check(
        "---\n- license\n---\n",
        "
        none
        broken_front_matter
        2:1 front-matter-not-mapping: the front matter is not made of keys and values (write lines such as `license: mit`)
        ",
    );
}

#[test]
fn a_record_learns_what_the_hub_has_not_said() {
    let card = card::read(
        b"---\nlicense: mit\nlicence: gpl\nbase_model: [o/x, o/y]\nbase_model_relation: merge\npipeline_tag: text-generation\n\
          model-index:\n- name: a\n  results:\n  - metrics: [{value: 1}, {value: 2}]\n  - metrics:\n    - value: 3\n---\n",
    );
    let mut record = ModelRecord::named("o/z".parse().expect("a name"));
    record.task = Some("fill-mask".to_owned());
    card.enrich(&mut record);
    card.enrich(&mut record);
    assert_eq!(record.license.as_deref(), Some("mit"));
    assert_eq!(record.task.as_deref(), Some("fill-mask"));
    assert_eq!(record.clues.results, Some(3));
    let claims: Vec<String> = record
        .claims
        .iter()
        .map(|claim| format!("{} {:?} {:?}", claim.base, claim.operation, claim.source))
        .collect();
    assert_eq!(claims, ["o/x Some(Merge) Card", "o/y Some(Merge) Card"]);
}

#[test]
fn a_text_in_quotes_need_not_be_indented() {
    check(
        "---\nwidget:\n- text: \"a\nb\n\nc\" # d\ntags: [x]\n---\n",
        r#"
        {"tags":["x"],"widget":[{"text":"a b\nc"}]}
        front_matter
        3:9 ambiguous-scalar: some readers refuse a text in quotes whose lines are not indented (indent them)
        "#,
    );
}

#[test]
fn every_value_knows_where_it_was_written() {
    let text = "---\nlicense: 'm''it' # x\ntags:\n- a\n-   b # y\nwidget: |- # z\n\n  Ä|\n  >\n\nempty:\nmap:\n  k: [1, {a: b}]\n  l: >+\n---\n";
    let card = card::read(text.as_bytes());
    let front = card.front.expect("a front matter");
    let written: Vec<String> = front
        .entries
        .iter()
        .map(|(key, node)| {
            format!("{} {}={} {}", key.at, &text[key.span.clone()], node.at, &text[node.span.clone()])
        })
        .collect();
    assert_eq!(
        written,
        [
            "2:1 license=2:10 'm''it'",
            "3:1 tags=4:1 - a\n-   b",
            "6:1 widget=6:9 |- # z\n\n  Ä|\n  >",
            "11:1 empty=11:7 ",
            "12:1 map=13:3 k: [1, {a: b}]\n  l: >+",
        ]
    );
}

//! Random front matters, of which it is known what they say.

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

/// A card, and what its front matter says.
#[derive(Clone, Debug)]
pub struct Shape {
    pub card: String,
    pub says: Value,
}

/// A value as the lines under its key, and what it says.
type Lines = (Vec<String>, Value);

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z][a-zA-Z0-9_./-]{0,8}",
        Just("apache-2.0".to_owned()),
        Just("no".to_owned()),
        Just("o/x".to_owned()),
        Just("naïve ümläut".to_owned()),
        Just("日本語 👀".to_owned()),
    ]
    .prop_filter("a word, not null or true", |word| {
        let lower = word.to_lowercase();
        !matches!(lower.as_str(), "null" | "true" | "false") && !word.ends_with(['.', '-', '/'])
    })
}

/// A text in one of the styles of YAML, on one line.
fn scalar() -> impl Strategy<Value = (String, Value)> {
    prop_oneof![
        word().prop_map(|word| (word.clone(), json!(word))),
        ("[ -~äß😀]{0,12}").prop_map(|text| (format!("'{}'", text.replace('\'', "''")), json!(text))),
        ("[ -~äß😀\\n\\t]{0,12}").prop_map(|text| (json!(text).to_string(), json!(text))),
        (-1000i32..1000).prop_map(|number| (number.to_string(), json!(number))),
        any::<bool>().prop_map(|truth| (truth.to_string(), json!(truth))),
        Just(("~".to_owned(), Value::Null)),
        vec(word(), 0..3).prop_map(|words| {
            let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            (format!("[{}]", quoted.join(", ")), json!(words))
        }),
    ]
}

/// What may follow a value on its line.
fn comment() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just(String::new()), 1 => Just(" # it's a \"comment\": no".to_owned()), 1 => Just("  ".to_owned())]
}

fn value() -> impl Strategy<Value = Lines> {
    let one =
        (scalar(), comment()).prop_map(|((text, says), comment)| (vec![format!(" {text}{comment}")], says));
    let list =
        (vec((scalar(), comment()), 1..4), 0usize..3, comment()).prop_map(|(items, indent, comment)| {
            let mut lines = vec![comment];
            lines.extend(
                items.iter().map(|((text, _), comment)| format!("{}- {text}{comment}", " ".repeat(indent))),
            );
            (lines, items.into_iter().map(|((_, says), _)| says).collect())
        });
    let map = vec(scalar(), 1..3).prop_map(|items| {
        let mut lines = vec![String::new()];
        lines.extend(items.iter().enumerate().map(|(at, (text, _))| format!("  k{at}: {text}")));
        let entries = items.into_iter().enumerate().map(|(at, (_, says))| (format!("k{at}"), says));
        (lines, Value::Object(entries.collect()))
    });
    let block = vec(word(), 1..3).prop_map(|words| {
        let mut lines = vec![" |".to_owned()];
        lines.extend(words.iter().map(|word| format!("  {word}")));
        (lines, json!(words.join("\n") + "\n"))
    });
    let empty = comment().prop_map(|comment| (vec![comment], Value::Null));
    prop_oneof![4 => one, 2 => list, 1 => map, 1 => block, 1 => empty]
}

const KEYS: [&str; 10] = [
    "license",
    "licence",
    "language",
    "tags",
    "base_model",
    "datasets",
    "base_model_relation",
    "widget",
    "x",
    "y-z",
];

/// A sound card with a front matter.
pub fn shape() -> impl Strategy<Value = Shape> {
    let entries = vec((0..KEYS.len(), value(), any::<bool>()), 0..6);
    let line_break = prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    let body = "[ -~ä\\n]{0,40}";
    (entries, line_break, 0usize..3, any::<bool>(), body).prop_map(
        |(entries, line_break, indent, has_mark, body)| {
            let mut says = serde_json::Map::new();
            let mut lines = vec!["---".to_owned()];
            for (key, (value, said), has_gap) in entries {
                let key = KEYS[key];
                if says.contains_key(key) {
                    continue;
                }
                let indent = " ".repeat(indent);
                lines.push(format!("{indent}{key}:{}", value[0]));
                lines.extend(value[1..].iter().map(|line| format!("{indent}{line}")));
                // In a block of text a comment would be text.
                if has_gap && !value[0].starts_with(" |") {
                    lines.push(format!("{indent}# a comment"));
                    lines.push(String::new());
                }
                says.insert(key.to_owned(), said);
            }
            if lines.len() == 1 {
                lines.push("# nothing yet".to_owned());
            }
            let mark = if has_mark { "\u{feff}" } else { "" };
            let front = lines.join(line_break);
            let card = format!("{mark}{front}{line_break}---{line_break}{body}");
            Shape { card, says: Value::Object(says) }
        },
    )
}

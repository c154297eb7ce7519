//! What holds of every file, whatever is in it.

use lineal_files::{
    card::{
        self, Card, Front, Node, Value,
        edit::{Change, EditError, Written, edit},
    },
    finding::Place,
};

/// Reads a file and checks what must hold of any.
pub fn read(file: &[u8]) -> Card {
    let card = card::read(file);
    let lines = u32::try_from(file.len()).expect("a small file") + 1;
    let mut last = Place::START;
    for finding in &card.findings {
        assert!(finding.at >= last && finding.at.line <= lines, "places in their order");
        assert!(!finding.what.contains(char::is_control), "{:?}", finding.what);
        last = finding.at;
    }
    if let Some(yaml) = &card.yaml {
        assert!(file.get(yaml.clone()).is_some(), "the front matter lies within the file");
    }
    for (key, node) in card.front.iter().flat_map(|front| &front.entries) {
        assert!(file.get(key.span.clone()).is_some(), "a key lies within the file");
        check_span(file, node);
    }
    card
}

fn check_span(file: &[u8], node: &Node) {
    assert!(file.get(node.span.clone()).is_some(), "a value lies within the file");
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| check_span(file, item)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| check_span(file, value)),
        _ => {}
    }
}

/// Changes a file and checks what must hold of any change: the key has the value, nothing else differs, and
/// doing it again does nothing.
pub fn change(file: &[u8], change: &Change) -> Result<Vec<u8>, EditError> {
    let changed = edit(file, std::slice::from_ref(change))?;
    assert_eq!(edit(&changed, std::slice::from_ref(change)).as_ref(), Ok(&changed), "a second time");
    let (before, after) = (read(file), read(&changed));
    let mut said = entries(&before);
    let span = match change {
        Change::Set { key, value } => {
            let wanted = match value {
                Written::Text(text) => text.as_str().into(),
                Written::List(items) => items.iter().map(String::as_str).collect(),
            };
            let old =
                before.front.as_ref().and_then(|front| front.entries.iter().find(|each| each.0.name == *key));
            match said.iter_mut().find(|(name, _)| name == key) {
                Some(entry) => entry.1 = wanted,
                None => said.push((key.clone(), wanted)),
            }
            old.map(|(key, node)| key.span.end..node.span.end)
        }
        Change::Rename { from, to } => {
            said.iter_mut().filter(|(name, _)| name == from).for_each(|(name, _)| *name = to.clone());
            let front = before.front.as_ref();
            let old = front.and_then(|front| front.entries.iter().find(|each| each.0.name == *from));
            old.map(|(key, _)| key.span.clone())
        }
        Change::RemoveByteOrderMark => Some(0..file.len() - changed.len()),
    };
    assert_eq!(entries(&after), said);

    // What stands before and after the changed bytes is what stood there, to the byte.
    match span {
        _ if changed == file => {}
        Some(span) => {
            let (before, after) = (&file[..span.start], &file[span.end..]);
            assert!(changed.len() >= before.len() + after.len(), "no more than the value is gone");
            assert!(changed.starts_with(before) && changed.ends_with(after), "all else is there");
        }
        None => {
            let same_before = file.iter().zip(&changed).take_while(|(a, b)| a == b).count();
            let same_after = file.iter().rev().zip(changed.iter().rev()).take_while(|(a, b)| a == b).count();
            assert!(same_before + same_after >= file.len(), "something was added, and nothing else");
        }
    }
    Ok(changed)
}

/// Returns keys and values without their places.
pub fn entries(card: &Card) -> Vec<(String, serde_json::Value)> {
    let front = card.front.as_ref().map(Front::to_json).unwrap_or_default();
    let keys = card.front.iter().flat_map(|front| &front.entries).map(|(key, _)| key.name.clone());
    keys.map(|key| (key.clone(), front[&key].clone())).collect()
}

/// The changes that every card is put through.
pub fn changes() -> Vec<Change> {
    let set = |key: &str, value| Change::Set { key: key.to_owned(), value };
    let text = |text: &str| Written::Text(text.to_owned());
    let list = |items: &[&str]| Written::List(items.iter().map(|item| (*item).to_owned()).collect());
    vec![
        Change::RemoveByteOrderMark,
        Change::Rename { from: "licence".to_owned(), to: "license".to_owned() },
        set("license", text("apache-2.0")),
        set("language", list(&["no", "010", "a: b", "Škoda #1"])),
        set("base_model", list(&["o/x", "o/y"])),
        set("datasets", text("o/d")),
        set("base_model_relation", text("merge")),
        set("tags", list(&[])),
    ]
}

//! Answers as CSV: a value, or a row of values, with the way to each.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// Returns lines `key,value`, such as `chains.length_histogram.2,58814`.
///
/// # Errors
/// When the answer has no form in JSON.
pub fn of(answer: &impl Serialize) -> Result<String, serde_json::Error> {
    let line = |(key, value): &(String, String)| format!("{},{}\n", cell(key), cell(value));
    let lines: String = values(answer)?.iter().map(line).collect();
    Ok(format!("key,value\n{lines}"))
}

/// Returns every single value of an answer with the way to it, in the answer's own order; a
/// missing one is empty.
///
/// # Errors
/// When the answer has no form in JSON.
pub fn values(answer: &impl Serialize) -> Result<Vec<(String, String)>, serde_json::Error> {
    let node: Node = serde_json::from_str(&serde_json::to_string(answer)?)?;
    let mut values = Vec::new();
    node.add_to(&mut values, String::new());
    Ok(values)
}

/// JSON whose fields keep their order.
enum Node {
    Fields(Vec<(String, Node)>),
    Value(String),
}

impl Node {
    fn add_to(self, values: &mut Vec<(String, String)>, key: String) {
        match self {
            Node::Value(value) => values.push((key, value)),
            Node::Fields(fields) => fields.into_iter().for_each(|(name, node)| {
                let key = if key.is_empty() { name } else { format!("{key}.{name}") };
                node.add_to(values, key);
            }),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Fields(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(item) = items.next_element()? {
            fields.push((fields.len().to_string(), item));
        }
        Ok(Node::Fields(fields))
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Value(String::new()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Value(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Value(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Value(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Value(format!("{value:?}")))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Value(value.to_owned()))
    }
}

/// Quotes a cell where CSV needs it, and keeps a spreadsheet from running it as a formula.
pub fn cell(text: &str) -> String {
    let guarded = match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match guarded.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn values_keep_the_order_of_the_answer() {
        let json = r#"{"b": [1, {"z": null}], "a": {"y": -2, "x": 0.5}, "c": "text, more", "d": true}"#;
        let node: super::Node = serde_json::from_str(json).expect("JSON");
        let mut values = Vec::new();
        node.add_to(&mut values, String::new());
        let shown: Vec<String> = values.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(shown, ["b.0=1", "b.1.z=", "a.y=-2", "a.x=0.5", "c=text, more", "d=true"]);
    }

    #[test]
    fn a_formula_stays_text_and_a_comma_stays_in_its_cell() {
        let shown = ["plain", "a,b", "say \"x\"", "=1+1"].map(super::cell);
        assert_eq!(shown, ["plain", "\"a,b\"", "\"say \"\"x\"\"\"", "'=1+1"]);
    }
}

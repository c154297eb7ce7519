//! What is a lineage in GraphML?
//!
//! The schema allows no slash in an id, so nodes are numbered and their names stand beside them. A value that is
//! not known is not there. XML 1.0 has no way to write most control characters; they are dropped.

use super::{depth, ends, grounds};
use crate::{legible::is_legible, lineage::Lineage};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"#;

/// What is told, of what, and as which type.
const KEYS: [(&str, &str, &str); 15] = [
    ("model", "graph", "string"),
    ("snapshot", "graph", "string"),
    ("truncated", "graph", "boolean"),
    ("name", "node", "string"),
    ("missing", "node", "boolean"),
    ("downloads", "node", "long"),
    ("task", "node", "string"),
    ("license", "node", "string"),
    ("depth", "node", "int"),
    ("operation", "edge", "string"),
    ("operation_inferred", "edge", "boolean"),
    ("declared", "edge", "boolean"),
    ("resolution", "edge", "string"),
    ("evidence", "edge", "string"),
    ("distance", "edge", "int"),
];

/// Writes a lineage as GraphML, with edges from bases to derived models.
pub fn graphml(lineage: &Lineage) -> String {
    let mut text = HEAD.to_owned();
    for (key, of, kind) in KEYS {
        text += &format!("  <key id=\"{key}\" for=\"{of}\" attr.name=\"{key}\" attr.type=\"{kind}\"/>\n");
    }
    text += "  <graph id=\"lineage\" edgedefault=\"directed\">\n";
    data(&mut text, "model", Some(&lineage.model));
    data(&mut text, "snapshot", Some(&lineage.snapshot.to_string()));
    data(&mut text, "truncated", Some(&lineage.truncated.to_string()));
    for (at, node) in lineage.nodes.iter().enumerate() {
        text += &format!("    <node id=\"n{at}\">\n");
        data(&mut text, "name", Some(&node.id));
        data(&mut text, "missing", Some(&node.missing.to_string()));
        data(&mut text, "downloads", node.downloads.map(|count| count.to_string()).as_deref());
        data(&mut text, "task", node.task.as_deref());
        data(&mut text, "license", node.license.as_deref());
        data(&mut text, "depth", Some(&node.depth.to_string()));
        text += "    </node>\n";
    }
    for ([base, derived], relation) in ends(lineage) {
        text += &format!("    <edge source=\"n{base}\" target=\"n{derived}\">\n");
        data(&mut text, "operation", Some(&relation.operation));
        data(&mut text, "operation_inferred", Some(&relation.operation_inferred.to_string()));
        data(&mut text, "declared", Some(&relation.declared.to_string()));
        data(&mut text, "resolution", relation.resolution.as_deref());
        data(&mut text, "evidence", Some(&grounds(relation)));
        let nodes = [base, derived].map(|at| &lineage.nodes[at]);
        data(&mut text, "distance", Some(&depth(nodes).to_string()));
        text += "    </edge>\n";
    }
    text + "  </graph>\n</graphml>\n"
}

fn data(text: &mut String, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        *text += &format!("      <data key=\"{key}\">{}</data>\n", escaped(value));
    }
}

/// Writes a text so that XML reads it back as it was, as far as XML can hold it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&apos;",
            char if !is_xml(char) => {}
            char if is_legible(char) => escaped.push(char),
            char => escaped += &format!("&#{};", u32::from(char)),
        }
    }
    escaped
}

/// Whether XML 1.0 can hold a character.
fn is_xml(char: char) -> bool {
    !matches!(char, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hostile, small};
    use super::*;

    fn check(name: &str, expected: &str) {
        let text = graphml(&hostile(name));
        let line = |key: &str| format!("      <data key=\"{key}\">{expected}</data>\n");
        assert!(text.contains(&line("name")) && text.contains(&line("operation")), "{text}");
        // Nothing but the marks that are there for every name.
        let marks = |text: &str| text.matches(['<', '>', '"', '\'']).count();
        assert_eq!(marks(&text), marks(&graphml(&hostile("x"))));
    }

    #[test]
    fn a_lineage_is_a_graph_of_numbered_nodes() {
        let text = graphml(&small());
        let (keys, graph) = text.split_once("  <graph ").expect("a graph");
        assert!(keys.starts_with(HEAD));
        assert!(keys.contains(r#"<key id="downloads" for="node" attr.name="downloads" attr.type="long"/>"#));
        let expected = r#"id="lineage" edgedefault="directed">
      <data key="model">c/mix</data>
      <data key="snapshot">2025-06-25</data>
      <data key="truncated">true</data>
    <node id="n0">
      <data key="name">c/mix</data>
      <data key="missing">false</data>
      <data key="depth">0</data>
    </node>
    <node id="n1">
      <data key="name">a/root</data>
      <data key="missing">false</data>
      <data key="downloads">1200</data>
      <data key="task">text-generation</data>
      <data key="license">mit</data>
      <data key="depth">1</data>
    </node>
    <node id="n2">
      <data key="name">b/gone</data>
      <data key="missing">true</data>
      <data key="depth">1</data>
    </node>
    <node id="n3">
      <data key="name">d/mix-GGUF</data>
      <data key="missing">false</data>
      <data key="depth">1</data>
    </node>
    <edge source="n1" target="n0">
      <data key="operation">merge</data>
      <data key="operation_inferred">false</data>
      <data key="declared">true</data>
      <data key="resolution">alias</data>
      <data key="evidence">card merge as &quot;root&quot;; typed_tag merge</data>
      <data key="distance">1</data>
    </edge>
    <edge source="n2" target="n0">
      <data key="operation">merge</data>
      <data key="operation_inferred">false</data>
      <data key="declared">true</data>
      <data key="resolution">missing</data>
      <data key="evidence">card merge</data>
      <data key="distance">1</data>
    </edge>
    <edge source="n0" target="n3">
      <data key="operation">quantized</data>
      <data key="operation_inferred">true</data>
      <data key="declared">true</data>
      <data key="resolution">exact</data>
      <data key="evidence">card</data>
      <data key="distance">1</data>
    </edge>
  </graph>
</graphml>
"#;
        assert_eq!(graph, expected);
    }

    #[test]
    fn a_name_is_text_and_nothing_else() {
        check("<script>&amp;]]>", "&lt;script&gt;&amp;amp;]]&gt;");
        check("\"'", "&quot;&apos;");
        check("a\tb\r\n", "a&#9;b&#13;&#10;");
        check("日本", "日本");
    }

    #[test]
    fn what_xml_cannot_hold_is_dropped_and_what_steers_is_a_number() {
        check("a\0\x1b[31m\u{fffe}\u{ffff}b", "a[31mb");
        check("a\u{202e}\u{9b}b", "a&#8238;&#155;b");
    }
}

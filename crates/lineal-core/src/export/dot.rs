//! What is a lineage in the language of Graphviz?
//!
//! In a quoted string of DOT, `\"` is a quote and everything else stays as it is, a backslash too; only a label
//! reads backslashes and HTML entities. So a name is written one way where it is an id and another way
//! where it is read.

use super::ends;
use crate::{
    legible::{is_legible, legible},
    lineage::{Lineage, Node},
};

/// Writes a lineage for Graphviz, from bases to derived models. The model asked for has a double frame,
/// missing bases a dashed one; a relation that nobody declared is a dashed line.
pub fn dot(lineage: &Lineage) -> String {
    let mut text = "digraph lineage {\n  node [shape=box];\n".to_owned();
    if lineage.truncated {
        text += "  // There is more than was asked for.\n";
    }
    for node in &lineage.nodes {
        text += &format!("  {}{};\n", id(&node.id), attributes(node, &lineage.model));
    }
    for (_, relation) in ends(lineage) {
        let doubt = if relation.operation_inferred { " (inferred)" } else { "" };
        let line = if relation.declared { "" } else { ", style=dashed" };
        let label = label(&format!("{}{doubt}", relation.operation));
        text += &format!("  {} -> {} [label={label}{line}];\n", id(&relation.base), id(&relation.derived));
    }
    text + "}\n"
}

fn attributes(node: &Node, model: &str) -> String {
    let is_plain = node.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte));
    let attributes = [
        // Graphviz writes the id where there is no label, and would read more than text in it.
        (!is_plain).then(|| format!("label={}", label(&node.id))),
        (node.id == model).then(|| "peripheries=2".to_owned()),
        node.missing.then(|| "style=dashed".to_owned()),
    ];
    let attributes: Vec<String> = attributes.into_iter().flatten().collect();
    if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) }
}

/// Writes a name so that different names are different ids. A backslash of the name is doubled; one that
/// stands alone begins what is not legible.
fn id(name: &str) -> String {
    let mut id = "\"".to_owned();
    for char in name.chars() {
        match char {
            '"' => id += "\\\"",
            '\\' => id += "\\\\",
            char if is_legible(char) => id.push(char),
            char => id.extend(char.escape_unicode()),
        }
    }
    id + "\""
}

/// Writes a text so that it is read as it is.
fn label(text: &str) -> String {
    let text = legible(text).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hostile, small};
    use super::*;

    fn check(name: &str, id: &str, label: &str) {
        let expected = format!(
            "digraph lineage {{
  node [shape=box];
  \"c/mix\" [peripheries=2];
  {id} [label={label}, style=dashed];
  {id} -> \"c/mix\" [label={label}];
}}
"
        );
        assert_eq!(dot(&hostile(name)), expected);
    }

    #[test]
    fn a_lineage_goes_from_bases_to_derived_models() {
        let expected = r#"digraph lineage {
  node [shape=box];
  // There is more than was asked for.
  "c/mix" [peripheries=2];
  "a/root";
  "b/gone" [style=dashed];
  "d/mix-GGUF";
  "a/root" -> "c/mix" [label="merge"];
  "b/gone" -> "c/mix" [label="merge"];
  "c/mix" -> "d/mix-GGUF" [label="quantized (inferred)"];
}
"#;
        assert_eq!(dot(&small()), expected);
    }

    #[test]
    fn a_name_stays_between_its_quotes() {
        check(r#"x"]; y [label="z"#, r#""x\"]; y [label=\"z""#, r#""x\"]; y [label=\"z""#);
        check(r"x\", r#""x\\""#, r#""x\\""#);
        check(r#"x\" y"#, r#""x\\\" y""#, r#""x\\\" y""#);
    }

    #[test]
    fn a_label_is_read_as_it_was_written() {
        check(r"\N\G\n", r#""\\N\\G\\n""#, r#""\\N\\G\\n""#);
        check("<b>&lt;</b>", r#""<b>&lt;</b>""#, r#""<b>&amp;lt;</b>""#);
    }

    #[test]
    fn what_is_not_legible_is_shown_and_different_names_stay_different() {
        check("a\n\u{202e}b\x1b", r#""a\u{a}\u{202e}b\u{1b}""#, r#""a\\u{a}\\u{202e}b\\u{1b}""#);
        check(r"a\u{a}", r#""a\\u{a}""#, r#""a\\u{a}""#);
    }
}

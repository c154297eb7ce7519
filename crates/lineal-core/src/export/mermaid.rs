//! What is a lineage as a Mermaid diagram?
//!
//! Mermaid reads a diagram line by line and partly by patterns, so a text keeps only letters, digits and a few
//! signs that mean nothing there; all others are entity codes such as `#quot;`. A colon is among these
//! because Mermaid takes `style…:…#…;` for a colour, wherever it stands.

use super::ends;
use crate::{legible::legible, lineage::Lineage};

/// Writes a lineage as a flowchart, from bases to derived models. The model asked for has a thick frame,
/// missing bases a dashed one; a relation that nobody declared is a dotted line.
pub fn mermaid(lineage: &Lineage) -> String {
    let mut text = "flowchart TD\n".to_owned();
    if lineage.truncated {
        text += "  %% There is more than was asked for.\n";
    }
    text += "  classDef model stroke-width:3px\n  classDef missing stroke-dasharray:4 4\n";
    for (at, node) in lineage.nodes.iter().enumerate() {
        text += &format!("  n{at}[\"{}\"]\n", label(&node.id));
        if node.id == lineage.model {
            text += &format!("  class n{at} model\n");
        }
        if node.missing {
            text += &format!("  class n{at} missing\n");
        }
    }
    for ([base, derived], relation) in ends(lineage) {
        let doubt = if relation.operation_inferred { " (inferred)" } else { "" };
        let arrow = if relation.declared { "-->" } else { "-.->" };
        let label = label(&format!("{}{doubt}", relation.operation));
        text += &format!("  n{base} {arrow}|\"{label}\"| n{derived}\n");
    }
    text
}

fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len() + 16);
    for char in legible(text).chars() {
        match char {
            '"' => label += "#quot;",
            '<' => label += "#lt;",
            '>' => label += "#gt;",
            '&' => label += "#amp;",
            ' ' | '.' | '_' | '-' | '/' => label.push(char),
            char if char.is_alphanumeric() => label.push(char),
            char => label += &format!("#{};", u32::from(char)),
        }
    }
    // An empty label is not a label to Mermaid.
    if label.is_empty() { " ".to_owned() } else { label }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hostile, small};
    use super::*;

    fn check(name: &str, label: &str) {
        let expected = format!(
            "flowchart TD
  classDef model stroke-width:3px
  classDef missing stroke-dasharray:4 4
  n0[\"c/mix\"]
  class n0 model
  n1[\"{label}\"]
  class n1 missing
  n1 -->|\"{label}\"| n0
"
        );
        assert_eq!(mermaid(&hostile(name)), expected);
    }

    #[test]
    fn a_lineage_is_a_flowchart() {
        let expected = "flowchart TD
  %% There is more than was asked for.
  classDef model stroke-width:3px
  classDef missing stroke-dasharray:4 4
  n0[\"c/mix\"]
  class n0 model
  n1[\"a/root\"]
  n2[\"b/gone\"]
  class n2 missing
  n3[\"d/mix-GGUF\"]
  n1 -->|\"merge\"| n0
  n2 -->|\"merge\"| n0
  n0 -->|\"quantized #40;inferred#41;\"| n3
";
        assert_eq!(mermaid(&small()), expected);
    }

    #[test]
    fn no_name_breaks_out_of_its_label() {
        check(r#"x"] --> n0["#, "x#quot;#93; --#gt; n0#91;");
        check(
            "x\nclick n0 href \"javascript:0\"",
            "x#92;u#123;a#125;click n0 href #quot;javascript#58;0#quot;",
        );
        check("%%{init: {}}%%", "#37;#37;#123;init#58; #123;#125;#125;#37;#37;");
        check("<img src=x onerror=y>", "#lt;img src#61;x onerror#61;y#gt;");
        check("`**x**`", "#96;#42;#42;x#42;#42;#96;");
        check("#quot;", "#35;quot#59;");
        check("style:x#y;", "style#58;x#35;y#59;");
        check("größe", "größe");
        check("", " ");
    }
}

//! What is a lineage as a table? A line for each relation, as in RFC 4180.

use super::{depth, ends, grounds};
use crate::lineage::Lineage;

const COLUMNS: &str =
    "base,derived,operation,operation_inferred,declared,resolution,evidence,base_missing,depth\r\n";

/// Writes the relations of a lineage as CSV; what is not known is an empty cell.
pub fn csv(lineage: &Lineage) -> String {
    let mut text = COLUMNS.to_owned();
    for ([base, derived], relation) in ends(lineage) {
        let (base, derived) = (&lineage.nodes[base], &lineage.nodes[derived]);
        let cells = [
            cell(&relation.base),
            cell(&relation.derived),
            cell(&relation.operation),
            relation.operation_inferred.to_string(),
            relation.declared.to_string(),
            cell(relation.resolution.as_deref().unwrap_or_default()),
            cell(&grounds(relation)),
            base.missing.to_string(),
            depth([base, derived]).to_string(),
        ];
        text += &cells.join(",");
        text += "\r\n";
    }
    text
}

/// Quotes a cell where CSV needs it, and keeps a spreadsheet from running it as a formula.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let guarded = if is_formula { format!("'{text}") } else { text.to_owned() };
    match guarded.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hostile, small};
    use super::*;

    fn check(name: &str, expected: &str) {
        let text = csv(&hostile(name));
        let read = ::csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<_> = read.into_records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!([&rows[0][0], &rows[0][2]], [expected; 2]);
    }

    #[test]
    fn a_lineage_is_a_line_for_each_relation() {
        let expected = [
            "base,derived,operation,operation_inferred,declared,resolution,evidence,base_missing,depth",
            "a/root,c/mix,merge,false,true,alias,\"card merge as \"\"root\"\"; typed_tag merge\",false,1",
            "b/gone,c/mix,merge,false,true,missing,card merge,true,1",
            "c/mix,d/mix-GGUF,quantized,true,true,exact,card,false,1",
            "",
        ];
        assert_eq!(csv(&small()), expected.join("\r\n"));
    }

    #[test]
    fn a_name_stays_in_its_cell_and_is_no_formula() {
        check("a,b", "a,b");
        check("\",\r\n\"x", "\",\r\n\"x");
        check("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0");
        for start in ["+1", "-1", "@x", "\t=1", "\r=1", "\n=1"] {
            check(start, &format!("'{start}"));
        }
    }
}

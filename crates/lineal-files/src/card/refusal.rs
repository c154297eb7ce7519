//! What is not even handed to the parser of YAML?

use super::source::Source;
use crate::finding::{Code, Finding};

/// How much work brackets may cause: their depth, summed over the bytes in them. The parser holds on to all
/// that is in brackets, and looks at each open one for each word.
const MOST_IN_BRACKETS: usize = 2 << 20;

/// Says why a text is refused: for a character that YAML forbids, or for its brackets.
pub(super) fn refusal(source: &Source) -> Option<Finding> {
    let text = source.text();
    if let Some((before, rest)) = text.find(is_forbidden).map(|at| text.split_at(at)) {
        let code = rest.chars().next().map_or(0, u32::from);
        let what = format!("the front matter holds the control character U+{code:04X}, which YAML forbids");
        let at = source.start().after(before);
        return Some(Finding::of_card(Code::YamlSyntax, at, what).mended_by("remove the character"));
    }
    (in_brackets(text) > MOST_IN_BRACKETS).then(|| {
        let what = "there is too much within brackets in the front matter";
        Finding::of_card(Code::TooLarge, source.start(), what).mended_by("write lists line by line")
    })
}

fn is_forbidden(each: char) -> bool {
    let code = u32::from(each);
    !matches!(code, 0x9 | 0xa | 0xd | 0x20..=0x7e | 0x85 | 0xa0..=0xfffd | 0x1_0000..)
}

/// Returns the work that brackets cause at most; those within texts are counted too.
fn in_brackets(text: &str) -> usize {
    let (mut work, mut depth) = (0, 0usize);
    let (mut begins_line, mut in_comment) = (true, false);
    // Whether the front matter is keys in the first column, so that nothing there is in brackets.
    let mut has_keys = None;
    for each in text.bytes() {
        in_comment &= !matches!(each, b'\n' | b'\r');
        in_comment |= begins_line && each == b'#';
        if !in_comment && !each.is_ascii_whitespace() {
            let is_key = begins_line && each.is_ascii_alphanumeric();
            if *has_keys.get_or_insert(is_key) && is_key {
                depth = 0;
            }
        }
        match each {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        work += depth;
        begins_line = matches!(each, b'\n' | b'\r');
    }
    work
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_weighed_by_what_is_in_them() {
        assert_eq!(in_brackets("a: [b, [c]]\n"), 9);
        assert_eq!(in_brackets("a: :[\nb: c\n"), 2);
        assert_eq!(in_brackets("# x\na: :[\nb: c\n"), 2);
    }

    #[test]
    fn a_list_in_brackets_can_have_its_words_in_the_first_column() {
        assert_eq!(in_brackets("[\na,\nb]"), 6);
        assert_eq!(in_brackets(" [\na,\nb]"), 6);
        assert_eq!(in_brackets("# x\n[\na,\nb]"), 6);
    }
}

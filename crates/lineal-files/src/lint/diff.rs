//! What differs between two versions of a text, line by line?

use std::ops::Range;

/// How many lines that stay are shown around those that do not.
const CONTEXT: usize = 3;
/// How many pairs of lines are compared, at most; beyond that everything between the ends is replaced.
const PAIRS: usize = 4_000_000;

/// Lines that are replaced: of the old text, by which of the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// Returns the lines of a text, each with its end.
pub fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Finds the runs of lines that differ, in their order.
pub fn replaced(old: &[&[u8]], new: &[&[u8]]) -> Vec<Replaced> {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let moved = |run: Replaced| Replaced {
        old: run.old.start + start..run.old.end + start,
        new: run.new.start + start..run.new.end + start,
    };
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    if old.len().saturating_mul(new.len()) > PAIRS {
        return vec![moved(Replaced { old: 0..old.len(), new: 0..new.len() })];
    }
    between(old, new).into_iter().map(moved).collect()
}

/// Finds what differs by the longest common subsequence of lines.
fn between(old: &[&[u8]], new: &[&[u8]]) -> Vec<Replaced> {
    let width = new.len() + 1;
    // How many lines are common from here to the ends.
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for at_old in (0..old.len()).rev() {
        for at_new in (0..new.len()).rev() {
            common[at_old * width + at_new] = if old[at_old] == new[at_new] {
                common[(at_old + 1) * width + at_new + 1] + 1
            } else {
                common[(at_old + 1) * width + at_new].max(common[at_old * width + at_new + 1])
            };
        }
    }
    let mut found: Vec<Replaced> = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    let mut run = Replaced { old: 0..0, new: 0..0 };
    while at_old < old.len() || at_new < new.len() {
        if at_old < old.len() && at_new < new.len() && old[at_old] == new[at_new] {
            found.extend(Some(run.clone()).filter(|run| !(run.old.is_empty() && run.new.is_empty())));
            (at_old, at_new) = (at_old + 1, at_new + 1);
            run = Replaced { old: at_old..at_old, new: at_new..at_new };
            continue;
        }
        let is_old_left = at_old < old.len();
        let down = if is_old_left { common[(at_old + 1) * width + at_new] } else { 0 };
        let right = if at_new < new.len() { common[at_old * width + at_new + 1] } else { 0 };
        if is_old_left && (at_new == new.len() || down >= right) {
            at_old += 1;
            run.old.end = at_old;
        } else {
            at_new += 1;
            run.new.end = at_new;
        }
    }
    found.extend(Some(run).filter(|run| !(run.old.is_empty() && run.new.is_empty())));
    found
}

/// Writes what differs as `diff -u` does; empty if nothing does.
pub fn unified(file: &str, old: &[u8], new: &[u8]) -> String {
    let (old, new) = (lines(old), lines(new));
    let runs = replaced(&old, &new);
    let mut text = String::new();
    let mut runs = runs.iter().peekable();
    while let Some(first) = runs.next() {
        let mut hunk = vec![first];
        let mut end = first.old.end;
        while let Some(run) = runs.next_if(|run| run.old.start <= end + 2 * CONTEXT) {
            end = run.old.end;
            hunk.push(run);
        }
        text += &written(&old, &new, &hunk);
    }
    match (text.is_empty(), old.is_empty()) {
        (true, _) => text,
        (false, true) => format!("--- /dev/null\n+++ {file}\n{text}"),
        (false, false) => format!("--- {file}\n+++ {file}\n{text}"),
    }
}

fn written(old: &[&[u8]], new: &[&[u8]], hunk: &[&Replaced]) -> String {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return String::new() };
    let before = first.old.start.min(CONTEXT);
    let after = (old.len() - last.old.end).min(CONTEXT);
    let of_old = first.old.start - before..last.old.end + after;
    let of_new = first.new.start - before..last.new.end + after;
    let mut text = format!("@@ -{} +{} @@\n", range(&of_old), range(&of_new));
    let mut at = of_old.start;
    for run in hunk {
        old[at..run.old.start].iter().for_each(|one| text += &line(' ', one));
        old[run.old.clone()].iter().for_each(|one| text += &line('-', one));
        new[run.new.clone()].iter().for_each(|one| text += &line('+', one));
        at = run.old.end;
    }
    old[at..of_old.end].iter().for_each(|one| text += &line(' ', one));
    text
}

fn range(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        len => format!("{},{len}", lines.start + 1),
    }
}

fn line(mark: char, line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    match text.strip_suffix('\n') {
        Some(text) => format!("{mark}{text}\n"),
        None => format!("{mark}{text}\n\\ No newline at end of file\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_diff_shows_what_differs_with_three_lines_around() {
        let old = "---\na: 1\nb: 2\nc: 3\nd: 4\ne: 5\n---\ntext\n";
        let new = "---\nx: 0\na: 1\nb: 2\nc: 3\nd: 4\ne: 6\n---\ntext\n";
        let expected = "--- f\n+++ f\n@@ -1,8 +1,9 @@\n ---\n+x: 0\n a: 1\n b: 2\n c: 3\n d: 4\n-e: 5\n+e: 6\n ---\n text\n";
        assert_eq!(unified("f", old.as_bytes(), new.as_bytes()), expected);
        assert_eq!(unified("f", old.as_bytes(), old.as_bytes()), "");
    }

    #[test]
    fn far_changes_are_apart_and_a_text_without_an_end_of_line_says_so() {
        let old = "a\n1\n2\n3\n4\n5\n6\n7\n8\nb";
        let expected = "--- f\n+++ f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -7,4 +7,4 @@\n 6\n 7\n 8\n-b\n\\ No newline at end of file\n+B\n";
        assert_eq!(
            unified("f", old.as_bytes(), old.replace('a', "A").replace('b', "B\n").as_bytes()),
            expected
        );
        assert_eq!(unified("f", b"", b"x\n"), "--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+x\n");
    }

    proptest! {
        #[test]
        fn replacing_the_lines_that_differ_makes_the_new_text(
            old in "[ab\n]{0,24}",
            new in "[ab\n]{0,24}",
        ) {
            let (old, new) = (lines(old.as_bytes()), lines(new.as_bytes()));
            let mut made: Vec<&[u8]> = Vec::new();
            let mut at = 0;
            for run in replaced(&old, &new) {
                made.extend(&old[at..run.old.start]);
                made.extend(&new[run.new.clone()]);
                at = run.old.end;
            }
            made.extend(&old[at..]);
            prop_assert_eq!(made, new);
        }
    }
}

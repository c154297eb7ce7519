//! Which word of a list was meant by a misspelt one?

/// Returns the word of the list that is nearest, if at most `most` letters have to be added, left out,
/// replaced or swapped with their neighbours; of equally near ones the first.
pub(super) fn nearest<'a>(word: &str, list: impl Iterator<Item = &'a str>, most: usize) -> Option<&'a str> {
    let near = list.filter(|each| each.len().abs_diff(word.len()) <= most);
    let distances = near.map(|each| (distance(word.as_bytes(), each.as_bytes()), each));
    distances
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|near| near.1)
}

/// Counts the letters that have to be changed, over three rows of the usual table.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let replaced = above[j] + usize::from(from != to);
            let mut least = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_left_out_added_replaced_or_swapped_is_one_change() {
        for word in ["licnse", "licennse", "licence", "lciense", "license"] {
            assert_eq!(nearest(word, ["language", "license"].into_iter(), 1), Some("license"), "{word}");
        }
        assert_eq!(nearest("lecence", ["license"].into_iter(), 1), None);
        assert_eq!(nearest("lecence", ["license"].into_iter(), 2), Some("license"));
        assert_eq!(nearest("", ["license"].into_iter(), 2), None);
    }
}

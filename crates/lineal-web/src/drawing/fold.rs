//! Which folds has a reader opened?
//!
//! Without a script, a fold is opened by a link to the same page whose query says so: `?open=quantized.2.owner/name`
//! shows two pages more of what was quantized from that model. What a query says is hostile; what is not a
//! fold is ignored.

use super::mark::Mark;
use crate::address;
use lineal_core::{ids::LONGEST_NAME, set, set::Member};
use std::{fmt, str::FromStr};

/// The most folds that are open at once; the ones opened first close again.
pub const MOST_OPEN: usize = 32;
/// The most pages of one fold; a drawing has room for no more.
const MOST_PAGES: u8 = 20;

/// Which of a model's neighbours are folded together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Bases,
    /// All that was derived from it: the first few of each operation.
    Derived,
    /// What was derived from it in one way.
    Made(Mark),
}

impl Part {
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Bases => "bases",
            Part::Derived => "derived",
            Part::Made(mark) => mark.as_str(),
        }
    }

    fn named(word: &str) -> Option<Part> {
        let part = [Part::Bases, Part::Derived].into_iter().find(|part| part.as_str() == word);
        part.or_else(|| set::named(word).map(Part::Made))
    }
}

/// A fold that a reader has opened, by so many pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    pub part: Part,
    pub pages: u8,
    /// Whose neighbours they are.
    pub model: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a fold (expected `operation.pages.model`)", .0.escape_debug())]
pub struct InvalidFold(String);

impl FromStr for Fold {
    type Err = InvalidFold;

    fn from_str(text: &str) -> Result<Fold, InvalidFold> {
        let invalid = || InvalidFold(text.chars().take(LONGEST_NAME).collect());
        let mut words = text.splitn(3, '.');
        let (Some(part), Some(pages), Some(model)) = (words.next(), words.next(), words.next()) else {
            return Err(invalid());
        };
        let part = Part::named(part).ok_or_else(invalid)?;
        let is_plain = pages.bytes().all(|byte| byte.is_ascii_digit()) && !pages.starts_with('0');
        let pages =
            pages.parse().ok().filter(|pages| is_plain && *pages <= MOST_PAGES).ok_or_else(invalid)?;
        if model.len() > LONGEST_NAME {
            return Err(invalid());
        }
        Ok(Fold { part, pages, model: model.to_owned() })
    }
}

impl fmt::Display for Fold {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}.{}.{}", self.part.as_str(), self.pages, self.model)
    }
}

impl Fold {
    /// Reads the folds that a query opens, as it stands in an address after the `?`; ignores all else.
    pub fn all_in(query: &str) -> Vec<Fold> {
        let texts = query.split('&').filter_map(|pair| pair.strip_prefix("open="));
        let folds = texts.filter_map(|text| address::read_query(text)?.parse().ok());
        folds.fold(Vec::new(), |mut open, fold: Fold| {
            if open.len() < MOST_OPEN && !open.iter().any(|other| fold.is_of(other)) {
                open.push(fold);
            }
            open
        })
    }

    /// Writes a query that opens folds, with its `?`.
    pub fn query(open: &[Fold]) -> String {
        let pairs: Vec<String> =
            open.iter().map(|fold| format!("open={}", address::path(&fold.to_string()))).collect();
        format!("?{}", pairs.join("&"))
    }

    /// Whether both open the same, however far.
    fn is_of(&self, other: &Fold) -> bool {
        self.part == other.part && self.model == other.model
    }

    /// Returns what is open once this is opened too.
    pub fn opened_in(self, open: &[Fold]) -> Vec<Fold> {
        let mut open = self.closed_in(open);
        open.drain(..open.len().saturating_sub(MOST_OPEN - 1));
        open.push(Fold { pages: self.pages.min(MOST_PAGES), ..self });
        open
    }

    /// Returns what is open once this is closed.
    pub fn closed_in(&self, open: &[Fold]) -> Vec<Fold> {
        open.iter().filter(|other| !self.is_of(other)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fold(text: &str) -> Fold {
        text.parse().expect("a fold")
    }

    #[test]
    fn a_query_opens_folds_and_all_else_is_ignored() {
        let query = "sort=name&open=quantized.2.unsloth/x.y&open=quantized.3.unsloth/x.y&open=bases.1.%3Cb%3E%20%26\
                     &open=stolen.1.a&open=merge.0.a&open=merge.01.a&open=merge.%2B1.a&open=merge.21.a&open=merge.1&open=%ff&open";
        assert_eq!(Fold::all_in(query), [fold("quantized.2.unsloth/x.y"), fold("bases.1.<b> &")]);
        assert_eq!(Fold::all_in(""), []);
    }

    #[test]
    fn a_fold_that_opens_further_takes_its_own_place_and_the_oldest_closes_for_one_too_many() {
        let open = vec![fold("merge.1.a"), fold("derived.1.a")];
        assert_eq!(fold("merge.2.a").opened_in(&open), [fold("derived.1.a"), fold("merge.2.a")]);
        assert_eq!(fold("merge.7.a").closed_in(&open), [fold("derived.1.a")]);
        let many: Vec<Fold> = (0..40).map(|number| fold(&format!("merge.1.{number}"))).collect();
        let open = fold("bases.1.a").opened_in(&many);
        assert_eq!((open.len(), open[0].model.as_str()), (MOST_OPEN, "9"));
    }

    #[test]
    fn an_endless_query_opens_only_so_many() {
        let query: Vec<String> = (0..1000).map(|number| format!("open=merge.1.{number}")).collect();
        assert_eq!(Fold::all_in(&query.join("&")).len(), MOST_OPEN);
    }

    proptest! {
        #[test]
        fn what_a_query_opens_survives_a_round_trip(
            models in prop::collection::vec((any::<String>(), 0..Mark::ALL.len() + 2, 1..=MOST_PAGES), 0..8)
        ) {
            let mut open: Vec<Fold> = Vec::new();
            for (model, part, pages) in models {
                let parts = [Part::Bases, Part::Derived];
                let part = parts.get(part).copied().unwrap_or_else(|| Part::Made(Mark::ALL[part - 2]));
                let model: String = model.chars().take(100).collect();
                open = Fold { part, pages, model }.opened_in(&open);
            }
            let query = Fold::query(&open);
            prop_assert_eq!(Fold::all_in(&query[1..]), open);
        }

        #[test]
        fn no_query_is_too_strange(query in ".*") {
            prop_assert!(Fold::all_in(&query).len() <= MOST_OPEN);
        }
    }
}

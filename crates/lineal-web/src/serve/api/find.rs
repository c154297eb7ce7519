//! Which models does somebody mean, and which matter most?

use super::{
    answer::{Part, Told, page},
    asked::Asked,
    models::LIMIT,
    parameter::{Kind, Parameter},
};
use lineal_core::{
    rank::{By, ranking},
    set::named,
};

pub static QUERY: Parameter = Parameter::required(
    "q",
    Kind::Text(1, 200),
    "Words of names, owners and tags; typing errors are forgiven.",
);
pub static BY: Parameter = Parameter::optional(
    "by",
    Kind::Word(&["descendants", "reach", "criticality"]),
    "What models are ranked by.",
)
.or("criticality");
pub static FOUND_BEFORE: Parameter = Parameter::optional(
    "after",
    Kind::Whole(0, 10_000),
    "How many models to leave out, because pages before had them.",
)
.or("0");
pub static RANKED_BEFORE: Parameter = Parameter::optional(
    "after",
    Kind::Whole(0, 10_000_000),
    "How many models to leave out, because pages before had them.",
)
.or("0");

/// Lists the models that have all words, best first.
pub fn search(asked: &Asked) -> Told {
    let (before, limit) = asked.range(&FOUND_BEFORE, &LIMIT);
    let text = asked.given.text(&QUERY).unwrap_or_default();
    let found = asked.view.search.find(&asked.view.atlas.world, text, before, limit);
    let next = before + found.hits.len();
    let after = (found.more && next <= MOST_FOUND).then(|| next.to_string());
    page(asked, &FOUND_BEFORE, Part { items: found.hits, total: None, after })
}

/// Whoever has looked at so many had better ask for something else.
const MOST_FOUND: usize = 10_000;

/// Lists the models that matter most.
pub fn top(asked: &Asked) -> Told {
    let (before, limit) = asked.range(&RANKED_BEFORE, &LIMIT);
    let by = asked.given.text(&BY).and_then(named).unwrap_or(By::Criticality);
    let ranking = ranking(&asked.view.atlas.world, &asked.view.ranks, by, before, limit);
    let end = before + ranking.models.len();
    let after = (!ranking.models.is_empty() && (end as u64) < ranking.ranked).then(|| end.to_string());
    page(asked, &RANKED_BEFORE, Part { items: ranking.models, total: Some(ranking.ranked), after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineal_core::set::Member;

    #[test]
    fn every_ranking_can_be_asked_for() {
        let Kind::Word(words) = BY.kind else { panic!("words") };
        assert!(By::ALL.iter().map(|by| by.as_str()).eq(words.iter().copied()));
    }
}

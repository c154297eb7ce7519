//! How are models found by words?
//!
//! A text is terms, of which a model must match all. A term is one word, or several that hang together
//! (`Llama-3.1-8B`): it matches models with all of these words in their name, owner or tags, or with the term as a whole
//! as a tag. A qualified term matches in one place only: `name:` words of the name, `owner:` and `tag:` a
//! whole owner or tag.
//!
//! Only the last word can be the beginning of a longer one, until typing errors are looked for: then every
//! word can that is not common. Whoever types the id of a model means it, and is told nothing less exact.
//!
//! The lists of models behind the words are painted into rows of bits, some ranks at a time, most important
//! first, and these are put together. So a word that half of all models have costs no more than
//! the page of results that is asked for, and the worst question as much as reading its lists once.

use super::{
    Search,
    pieces::{fold, plain_words},
    postings::{Bits, List, WINDOW},
    typos::Like,
};
use crate::set::{Member, named};
use fst::{IntoStreamer, Streamer};

/// How many bytes of a text count.
pub const LONGEST_TEXT: usize = 256;
/// How many words of a text count.
pub const MOST_WORDS: usize = 8;
/// How many keys of each field are looked at that begin with a word.
const MOST_KEYS: usize = 20_000;
/// From so many keys on, only those count that several models have.
const MANY_KEYS: usize = 2_000;
/// A word that so many models have is not mistyped.
const COMMON: usize = 10_000;
/// The fewest letters that are taken as the beginning of a word.
const SHORTEST_BEGINNING: usize = 2;
/// The fewest letters of either half of a word that may be two.
const SHORTEST_HALF: usize = 3;

/// What a key is a word of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Name,
    OwnerWord,
    /// An owner as a whole.
    Owner,
    Tag,
}

impl Field {
    /// The first byte of its keys.
    pub fn letter(self) -> u8 {
        match self {
            Field::Name => b'n',
            Field::OwnerWord => b'w',
            Field::Owner => b'o',
            Field::Tag => b't',
        }
    }
}

/// Where an unqualified word is looked up.
const ANYWHERE: &[Field] = &[Field::Name, Field::OwnerWord, Field::Tag];

/// Where a term must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Qualifier {
    Name,
    Owner,
    Tag,
}

impl Member for Qualifier {
    const ALL: &'static [Qualifier] = &[Qualifier::Name, Qualifier::Owner, Qualifier::Tag];

    fn as_str(self) -> &'static str {
        match self {
            Qualifier::Name => "name",
            Qualifier::Owner => "owner",
            Qualifier::Tag => "tag",
        }
    }
}

/// What was typed between two spaces, in lower case.
#[derive(Debug, PartialEq, Eq)]
struct Term {
    qualifier: Option<Qualifier>,
    whole: String,
    words: Vec<String>,
}

/// What was typed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
}

impl Query {
    pub fn parse(text: &str) -> Query {
        let mut query = Query::default();
        let mut left = MOST_WORDS;
        for written in beginning(text, LONGEST_TEXT).split_whitespace() {
            let qualified = written.split_once(':').and_then(|(word, rest)| {
                let qualifier = named::<Qualifier>(&word.to_ascii_lowercase())?;
                (!rest.is_empty()).then_some((qualifier, rest))
            });
            let (qualifier, whole) = qualified.map_or((None, written), |(word, rest)| (Some(word), rest));
            query.add(qualifier, whole, &mut left);
        }
        query
    }

    /// Asks for the words of a name, of this owner if there is one.
    pub fn of_name(owner: Option<&str>, name: &str) -> Query {
        let mut query = Query::default();
        let mut left = MOST_WORDS;
        if let Some(owner) = owner.filter(|owner| !owner.is_empty()) {
            query.add(Some(Qualifier::Owner), owner, &mut left);
        }
        query.add(Some(Qualifier::Name), name, &mut left);
        query
    }

    fn add(&mut self, qualifier: Option<Qualifier>, whole: &str, left: &mut usize) {
        let words: Vec<String> = plain_words(whole).take(*left).map(|word| fold(word).into_owned()).collect();
        let is_whole = matches!(qualifier, Some(Qualifier::Owner | Qualifier::Tag)) && *left > 0;
        if words.is_empty() && !is_whole {
            return;
        }
        *left -= if is_whole { 1 } else { words.len() };
        self.terms.push(Term { qualifier, whole: fold(whole).into_owned(), words });
    }

    /// Leaves out the last word; `None` if there are no two.
    pub fn shorter(mut self) -> Option<Query> {
        let last = self.terms.last_mut()?;
        last.words.pop()?;
        (!last.words.is_empty()).then_some(self)
    }

    /// Whether something is asked for that is no name.
    pub fn is_qualified(&self) -> bool {
        self.terms.iter().any(|term| term.qualifier.is_some())
    }
}

fn key(field: Field, word: &str) -> Vec<u8> {
    [&[field.letter()], word.as_bytes()].concat()
}

/// Returns as much of the beginning of a text as fits into some bytes.
pub fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// How a word may differ from what was typed. Each way allows what those before it do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Exact,
    Longer,
    Mistyped,
}

const WAYS: [Way; 3] = [Way::Exact, Way::Longer, Way::Mistyped];

/// The models of the very name that was typed.
#[derive(Default)]
pub struct Named<'a> {
    /// The one with this id.
    pub itself: Option<u32>,
    /// Those with this bare name, ascending; it may be among them.
    pub others: &'a [u32],
}

impl Named<'_> {
    fn iter(&self) -> impl Iterator<Item = u32> {
        let others = self.others.iter().copied().filter(|rank| Some(*rank) != self.itself);
        self.itself.into_iter().chain(others)
    }

    /// How many there are.
    fn len(&self) -> usize {
        let is_apart = self.itself.is_some_and(|itself| self.others.binary_search(&itself).is_err());
        self.others.len() + usize::from(is_apart)
    }

    fn remove_from(&self, start: u32, bits: &mut Bits) {
        let from = self.others.partition_point(|rank| *rank < start);
        let within = |rank: &u32| rank.checked_sub(start).filter(|at| *at < WINDOW);
        self.others[from..].iter().map_while(within).for_each(|at| bits.remove(at));
        self.itself.as_ref().and_then(within).into_iter().for_each(|at| bits.remove(at));
    }
}

/// The lists of all keys that a word may stand for.
type Union<'a> = Vec<List<'a>>;

/// The models of a term: those in all unions of one of its alternatives.
#[derive(Clone)]
struct Clause<'a>(Vec<Vec<Union<'a>>>);

impl Clause<'_> {
    fn is_empty(&self) -> bool {
        self.0.iter().all(|alternative| alternative.iter().any(Vec::is_empty))
    }

    fn paint(&mut self, start: u32, bits: &mut Bits, scratch: &mut Scratch) {
        bits.clear();
        for alternative in self.0.iter_mut().filter(|unions| unions.iter().all(|union| !union.is_empty())) {
            for (at, union) in alternative.iter_mut().enumerate() {
                scratch.union.clear();
                union.iter_mut().for_each(|list| list.paint(start, &mut scratch.union));
                match at {
                    0 => std::mem::swap(&mut scratch.alternative, &mut scratch.union),
                    _ => scratch.alternative.keep_all(&scratch.union),
                }
            }
            bits.add_all(&scratch.alternative);
        }
    }
}

/// Rows of bits to be painted in.
#[derive(Default)]
struct Scratch {
    clause: Bits,
    alternative: Bits,
    union: Bits,
}

/// Paints the models that match all terms.
fn paint(clauses: &mut [Clause], start: u32, bits: &mut Bits, scratch: &mut Scratch) {
    let mut one = std::mem::take(&mut scratch.clause);
    for (at, clause) in clauses.iter_mut().enumerate() {
        if at == 0 {
            clause.paint(start, bits, scratch);
        } else {
            clause.paint(start, &mut one, scratch);
            bits.keep_all(&one);
        }
        if bits.is_empty() {
            break;
        }
    }
    scratch.clause = one;
}

/// Finds ranks in an index.
pub struct Finder<'a> {
    pub search: &'a Search,
    pub named: Named<'a>,
}

impl<'a> Finder<'a> {
    /// Finds at most so many ranks after some that are left out, best first, and whether each is
    /// what was typed.
    pub fn find(&self, query: &Query, after: usize, limit: usize) -> Vec<(u32, bool)> {
        let named = self.named.iter().skip(after).take(limit);
        let mut found: Vec<(u32, bool)> = named.map(|rank| (rank, true)).collect();
        let mut skip = after.saturating_sub(self.named.len());
        let mut earlier: Vec<Clause> = Vec::new();
        for way in WAYS {
            let is_certain = self.named.itself.is_some() && way != Way::Exact;
            if found.len() >= limit || query.terms.is_empty() || is_certain {
                break;
            }
            let clauses = self.clauses(query, way);
            // What was told the way before is not told again.
            let told = std::mem::replace(&mut earlier, clauses.clone());
            let left = limit - found.len();
            let ranks = self.scan(clauses, told, &mut skip, left);
            found.extend(ranks.into_iter().map(|rank| (rank, way == Way::Exact)));
        }
        found
    }

    /// Finds the ranks that match all clauses, but not all of those that were told before.
    fn scan(
        &self,
        mut clauses: Vec<Clause>,
        mut told: Vec<Clause>,
        skip: &mut usize,
        limit: usize,
    ) -> Vec<u32> {
        let mut found = Vec::new();
        if clauses.iter().any(Clause::is_empty) {
            return found;
        }
        let is_told_nothing = told.is_empty() || told.iter().any(Clause::is_empty);
        let (mut bits, mut before) = (Bits::default(), Bits::default());
        let mut scratch = Scratch::default();
        for start in (0..self.search.order.len() as u32).step_by(WINDOW as usize) {
            paint(&mut clauses, start, &mut bits, &mut scratch);
            if !is_told_nothing {
                paint(&mut told, start, &mut before, &mut scratch);
                bits.remove_all(&before);
            }
            self.named.remove_from(start, &mut bits);
            let count = bits.count();
            let ranks = bits.iter().map(|at| start + at).skip(*skip).take(limit - found.len());
            found.extend(ranks);
            *skip = skip.saturating_sub(count);
            if found.len() >= limit {
                break;
            }
        }
        found
    }

    fn clauses(&self, query: &Query, way: Way) -> Vec<Clause<'a>> {
        let last = query.terms.len().saturating_sub(1);
        query.terms.iter().enumerate().map(|(at, term)| self.clause(term, way, at == last)).collect()
    }

    fn clause(&self, term: &Term, way: Way, is_last: bool) -> Clause<'a> {
        let last = term.words.len().saturating_sub(1);
        let word =
            |fields: &[Field], at: usize, word: &str| self.union(fields, word, way, is_last && at == last);
        let all = |fields: &[Field]| {
            term.words.iter().enumerate().map(|(at, written)| word(fields, at, written)).collect()
        };
        let whole = |field: Field| vec![self.union(&[field], &term.whole, way, is_last)];
        let mut alternatives: Vec<Vec<Union>> = Vec::new();
        match term.qualifier {
            Some(Qualifier::Name) => alternatives.push(all(&[Field::Name])),
            Some(Qualifier::Owner) => alternatives.push(whole(Field::Owner)),
            Some(Qualifier::Tag) => alternatives.push(whole(Field::Tag)),
            None => {
                alternatives.push(all(ANYWHERE));
                if term.words != [term.whole.as_str()] {
                    alternatives.push(whole(Field::Tag));
                }
            }
        }
        if let ([word], Way::Mistyped, None | Some(Qualifier::Name)) = (&term.words[..], way, term.qualifier)
        {
            alternatives.extend(self.halves(word));
        }
        Clause(alternatives)
    }

    /// Returns the lists of the keys that a word may stand for.
    fn union(&self, fields: &[Field], word: &str, way: Way, is_last: bool) -> Union<'a> {
        let exact = self.exact(fields, word);
        let way = match way {
            Way::Longer if !is_last => Way::Exact,
            Way::Mistyped if exact.iter().map(List::len).sum::<usize>() >= COMMON => {
                if is_last {
                    Way::Longer
                } else {
                    Way::Exact
                }
            }
            way => way,
        };
        if way == Way::Exact || word.len() < SHORTEST_BEGINNING {
            return exact;
        }
        let mut union: Union = fields.iter().flat_map(|field| self.longer(*field, word)).collect();
        let letters: Vec<u8> = fields.iter().map(|field| field.letter()).collect();
        let like = if way == Way::Mistyped { Like::new(word, &letters) } else { None };
        if let Some(like) = like {
            let mut stream = self.search.keys.search(&like).into_stream();
            while let Some((_, value)) = stream.next() {
                union.push(List::open(value, &self.search.postings));
            }
        }
        union
    }

    /// Returns the lists of a word as it is.
    fn exact(&self, fields: &[Field], word: &str) -> Union<'a> {
        let values = fields.iter().filter_map(|field| self.search.keys.get(key(*field, word)));
        values.map(|value| List::open(value, &self.search.postings)).collect()
    }

    /// Returns the lists of the keys that begin with a word.
    fn longer(&self, field: Field, word: &str) -> Union<'a> {
        let from = key(field, word);
        let mut stream = self.search.keys.range().ge(&from).into_stream();
        let mut union = Vec::new();
        for at in 0..MOST_KEYS {
            let Some((_, value)) = stream.next().filter(|(key, _)| key.starts_with(&from)) else { break };
            let list = List::open(value, &self.search.postings);
            if at < MANY_KEYS || list.len() > 1 {
                union.push(list);
            }
        }
        union
    }

    /// Returns each two words of a name that a word is put together from.
    fn halves(&self, word: &str) -> Vec<Vec<Union<'a>>> {
        let ends = SHORTEST_HALF..(word.len() + 1).saturating_sub(SHORTEST_HALF);
        let pairs = ends.filter_map(|end| word.split_at_checked(end)).map(|(first, second)| {
            vec![self.exact(&[Field::Name], first), self.exact(&[Field::Name], second)]
        });
        pairs.filter(|pair| pair.iter().all(|union| !union.is_empty())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let terms = Query::parse(text).terms;
        let shown = terms.iter().map(|term| match term.qualifier {
            Some(qualifier) => format!("{}={}", qualifier.as_str(), term.whole),
            None => term.words.join("&"),
        });
        assert_eq!(shown.collect::<Vec<_>>().join(" "), expected, "{text}");
    }

    #[test]
    fn a_text_is_terms_and_terms_are_words() {
        check("meta-llama/Llama-3.1-8B  GGUF", "meta&llama&llama&3.1&8b gguf");
        check("tag:license:MIT Owner:Un-sloth license:mit", "tag=license:mit owner=un-sloth license&mit");
        check("tag: - name:-- é", "tag é");
        check("", "");
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        check("1 2 3-4 5-6-7-8-9 10 tag:x", "1 2 3&4 5&6&7&8");
        check(&format!("{} a", "é".repeat(127)), &format!("{} a", "é".repeat(127)));
        check(&format!("{} a", "é".repeat(128)), &"é".repeat(128));
        check(&format!("x{} a", "é".repeat(128)), &format!("x{}", "é".repeat(127)));
    }
}

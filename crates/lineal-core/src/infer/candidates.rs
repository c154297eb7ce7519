//! Which models could a model have been made from, and what speaks for and against each?

use super::{
    index::{Class, Index, Phrase, View, likenesses, phrase_key, phrases},
    known::Place,
    names::{self, FORMATS, Form, Kind, Token, family, joined, key, owner_key},
};
use crate::{model_id::own_part, record::Source, set::Set};
use serde::Serialize;

/// How many candidates a table of names may bring.
const FROM_TABLE: usize = 6;
/// How many candidates are compared at all.
const MOST_CANDIDATES: usize = 64;
/// The tokens of a name of which every run is looked up.
const MOST_TOKENS: usize = 14;

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// What is measured of a model and a candidate for its base.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Feature { $($(#[$doc])* $name),* }
        impl Feature {
            pub const ALL: &'static [Feature] = &[$(Feature::$name),*];
        }
    };
}

features! {
    /// Always 1.
    Any,
    /// Its stem is the model's.
    SameStem,
    SameStemSameOwner,
    /// Its stem is the model's, and its owner is named in the model's name.
    OwnerInName,
    /// Of the candidates of this stem it is named as a base most often, or else downloaded most.
    FirstOfStem,
    /// Among candidates of this stem only: it is the only one.
    OnlyOfStem,
    /// Of the owners who name a candidate of this stem, the part that name it.
    ShareOfStem,
    /// Its own part stands in the model's as it is, capitals and all; how much of it that is.
    Literal,
    LiteralSameStem,
    /// It has the marks or tags of a format.
    HasFormat,
    /// It has a format, and the model has none.
    OnlyItHasFormat,
    /// The same stem without marks of training, but not the same stem.
    SameFamily,
    SameFamilySameOwner,
    SameOwner,
    /// Part of the model's stem that the candidate's stem makes up, if it begins with it.
    Prefix,
    PrefixSameOwner,
    /// Part of the model's stem that the candidate's stem makes up, anywhere in it.
    Within,
    /// Part of the candidate's stem that the model's does not have.
    Extra,
    /// It has marks of training that the model has not.
    ExtraTraining,
    /// The model has marks of training that it has not.
    FewerTraining,
    SameSize,
    OtherSize,
    /// Both names hold numbers, and some of its own are not in the model's.
    OtherNumber,
    /// The largest share of owners with such a phrase in a model's name who declare it.
    PhraseShare,
    /// The same of the longest phrase.
    LongestShare,
    /// How many owners the largest share rests on, as a logarithm.
    PhraseSupport,
    /// The largest share of owners of models alike in kind, task, tools, licence and size who declare it.
    LikeShare,
    /// The same of the models most alike.
    MostLikeShare,
    /// The owner declares no base of any model of this class.
    OwnerSilent,
    /// Share of the owner's declarations that name it, for models of this class.
    HabitShare,
    /// How often the owner names it, as a logarithm.
    HabitCount,
    /// A neighbour in the owner's list declares it; part of the names that is alike.
    Sibling,
    /// Owners who name it as a base, as a logarithm.
    NamedBy,
    NamedByClass,
    NeverNamed,
    Downloads,
    /// It is no model of the snapshot.
    Missing,
    CreatedAfter,
    SameType,
    OtherType,
    SameTask,
    OtherTask,
    SameLicense,
    OtherParameters,
    /// It declares a base itself.
    Derived,
    /// Owners who name the model itself as a base, as a logarithm.
    SelfNamedBy,
    /// The model is listed with tags or files that tell a form.
    FormTold,
    /// It is written in the model's tags.
    Tagged,
    /// It is the only one of these.
    OnlyTagged,
    /// Named by the tool that made the model: a configuration, a header, a merge.
    ToolNames,
    NameOrPath,
    CardText,
    CardLink,
    /// The stem of the weight file's name is its own.
    WeightFile,
    /// A weight file is the same to the bit, and it is the elder: the model is a copy of it.
    SameWeights,
}

pub const FEATURES: usize = Feature::ALL.len();

pub type Features = [f32; FEATURES];

/// A model whose base is sought.
pub struct Subject {
    pub node: u32,
    pub class: Class,
    pub forms: Set<Form>,
    pub stem: Vec<Token>,
    pub owner: u64,
}

/// A model that may be its base.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub node: u32,
    pub features: Features,
}

impl Candidate {
    pub fn get(&self, feature: Feature) -> f32 {
        self.features[feature as usize]
    }

    fn set(&mut self, feature: Feature, value: f32) {
        self.features[feature as usize] = value;
    }

    fn raise(&mut self, feature: Feature, value: f32) {
        let old = &mut self.features[feature as usize];
        *old = old.max(value);
    }
}

impl Subject {
    pub fn new(index: &Index, node: u32) -> Subject {
        let (class, forms, stem) = (index.class(node), index.forms(node), index.stem(node));
        Subject { node, class, forms, stem, owner: index.owners[node as usize] }
    }
}

/// Candidates being collected, each once.
struct Pool<'a> {
    subject: &'a Subject,
    found: Vec<Candidate>,
}

impl Pool<'_> {
    fn add(&mut self, node: u32) -> Option<&mut Candidate> {
        if node == self.subject.node {
            return None;
        }
        let at = self.found.iter().position(|candidate| candidate.node == node);
        let at = match at {
            Some(at) => at,
            None if self.found.len() == MOST_CANDIDATES => return None,
            None => {
                self.found.push(Candidate { node, features: [0.0; FEATURES] });
                self.found.len() - 1
            }
        };
        Some(&mut self.found[at])
    }

    fn add_all(&mut self, nodes: &[u32]) {
        nodes.iter().take(FROM_TABLE).for_each(|node| {
            self.add(*node);
        });
    }

    fn raise(&mut self, node: u32, feature: Feature, value: f32) {
        if let Some(candidate) = self.add(node) {
            candidate.raise(feature, value);
        }
    }
}

/// Returns every candidate with what was measured, in an order that does not depend on chance.
pub fn candidates(view: View, index: &Index, subject: &Subject) -> Vec<Candidate> {
    let mut pool = Pool { subject, found: Vec::new() };
    by_mentions(view, index, &mut pool);
    by_stem(view, index, &mut pool);
    by_family(index, &mut pool);
    by_parts(index, &mut pool);
    by_phrases(index, &mut pool);
    by_likeness(view, index, &mut pool);
    by_weights(view, index, &mut pool);
    by_owner(view, index, &mut pool);
    let mut found = pool.found;
    found.iter_mut().for_each(|candidate| compare(view, index, subject, candidate));
    rank_stems(view, index, &mut found);
    found
}

fn by_mentions(view: View, index: &Index, pool: &mut Pool) {
    let mut tagged = Vec::new();
    for mention in view.known.mentions_of(pool.subject.node) {
        let Some(node) = meant(view, index, pool.subject.node, &mention.name) else { continue };
        let feature = match mention.place {
            Place::Tag => Feature::Tagged,
            Place::Claim(Source::NameOrPath) => Feature::NameOrPath,
            Place::Claim(Source::CardText) => Feature::CardText,
            Place::Claim(Source::CardLink) => Feature::CardLink,
            Place::Claim(_) => Feature::ToolNames,
        };
        if feature == Feature::Tagged && node != pool.subject.node && !tagged.contains(&node) {
            tagged.push(node);
        }
        pool.raise(node, feature, 1.0);
    }
    if let [only] = tagged[..] {
        pool.raise(only, Feature::OnlyTagged, 1.0);
    }
    if let Some(file) = view.known.weight_file_of(pool.subject.node) {
        let stem = names::parse(file).stem();
        for node in index.stems.of(key(&stem)).iter().take(FROM_TABLE) {
            pool.raise(*node, Feature::WeightFile, 1.0);
        }
    }
}

/// Finds the model that a mention means. Sentences often name a model without its owner: then it is the only
/// one of that name, or the one that by far most others name as their base.
fn meant(view: View, index: &Index, subject: u32, name: &str) -> Option<u32> {
    let found = view.world.called(name);
    let is_listed = |node: u32| !view.world.graph.is_missing(node);
    if name.contains('/') || found.is_some_and(is_listed) {
        return found;
    }
    let stem = names::parse(name).stem();
    if stem.len() < FEWEST_WORDS {
        return found;
    }
    let known = index.stems.of(key(&stem)).iter().copied();
    let mut known: Vec<u32> = known
        .filter(|node| *node != subject && is_listed(*node) && index.class(*node) == Class::Trained)
        .collect();
    known.sort_by_key(|node| (std::cmp::Reverse(index.named_by[*node as usize]), *node));
    let named_by = |node: u32| index.named_by[node as usize];
    match known[..] {
        [only] => Some(only),
        [first, second, ..] if named_by(first) >= BY_FAR * named_by(second).max(1) => Some(first),
        _ => found,
    }
}

/// A name of one word, such as `llama`, is that of a family.
const FEWEST_WORDS: usize = 2;
/// How many times as many owners as of the next must name a model as their base.
const BY_FAR: u32 = 5;

fn by_stem(view: View, index: &Index, pool: &mut Pool) {
    let stem = key(&pool.subject.stem);
    pool.add_all(index.owner_stems.of(joined(stem, pool.subject.owner)));
    pool.add_all(index.stems.of(stem));
    // `owner_-_name-gguf`, `owner__name`, `owner-name`: the name of a whole repository.
    let own_part = own_part(view.world.name(pool.subject.node));
    let ends = own_part.char_indices().filter(|(at, letter)| *at > 1 && matches!(letter, '-' | '_' | '.'));
    for (end, _) in ends.take(4) {
        let rest = own_part[end..].trim_start_matches(['-', '_', '.']);
        let named = joined(key(&names::parse(rest).stem()), owner_key(&own_part[..end]));
        for node in index.owner_stems.of(named).iter().take(FROM_TABLE) {
            pool.raise(*node, Feature::OwnerInName, 1.0);
        }
    }
}

fn by_family(index: &Index, pool: &mut Pool) {
    let family = key(&family(&pool.subject.stem));
    pool.add_all(index.owner_families.of(joined(family, pool.subject.owner)));
    pool.add_all(index.families.of(family));
}

/// Adds models whose stem is a run of tokens of the model's.
fn by_parts(index: &Index, pool: &mut Pool) {
    let stem = &pool.subject.stem[..pool.subject.stem.len().min(MOST_TOKENS)];
    for start in 0..stem.len() {
        for end in (start + 1..=stem.len()).rev() {
            let run = &stem[start..end];
            if run.len() == stem.len() || (run.len() == 1 && run[0].kind() != Kind::Word) {
                continue;
            }
            let run = key(run);
            for node in index.base_stems.of(run).iter().take(2) {
                pool.add(*node);
            }
            if start == 0 && end > 1 {
                for node in index.owner_stems.of(joined(run, pool.subject.owner)).iter().take(3) {
                    pool.add(*node);
                }
            }
        }
    }
}

fn by_phrases(index: &Index, pool: &mut Pool) {
    let class = pool.subject.class;
    let mut longest: Option<(usize, u32)> = None;
    let mut seen: Vec<(usize, &Phrase)> = Vec::new();
    for phrase in phrases(&pool.subject.stem) {
        let Some(found) = index.phrases.get(&phrase_key(phrase, class)) else { continue };
        seen.push((phrase.len(), found));
        if longest.is_none_or(|longest| longest < (phrase.len(), found.owners)) {
            longest = Some((phrase.len(), found.owners));
        }
    }
    for (length, phrase) in seen {
        for (base, owners) in &phrase.bases {
            let share = *owners as f32 / (phrase.owners as f32 + 1.0);
            if share < 0.02 {
                continue;
            }
            let Some(candidate) = pool.add(*base) else { continue };
            if share > candidate.get(Feature::PhraseShare) {
                candidate.set(Feature::PhraseShare, share);
                candidate.set(Feature::PhraseSupport, (*owners as f32).ln());
            }
            if longest == Some((length, phrase.owners)) {
                candidate.raise(Feature::LongestShare, share);
            }
        }
    }
}

fn by_likeness(view: View, index: &Index, pool: &mut Pool) {
    let subject = pool.subject;
    let alike = likenesses(view, subject.node, &subject.stem, subject.class);
    let found: Vec<&Phrase> = alike.iter().filter_map(|key| index.phrases.get(key)).collect();
    for (at, phrase) in found.iter().enumerate() {
        for (base, owners) in &phrase.bases {
            let share = *owners as f32 / (phrase.owners as f32 + 1.0);
            if share < 0.02 {
                continue;
            }
            pool.raise(*base, Feature::LikeShare, share);
            if at + 1 == found.len() {
                pool.raise(*base, Feature::MostLikeShare, share);
            }
        }
    }
}

/// Adds elder models with a weight file in common.
fn by_weights(view: View, index: &Index, pool: &mut Pool) {
    let node = pool.subject.node;
    let age = |node: u32| {
        let created = view.known.created_at.get(node as usize).copied().unwrap_or(0);
        (
            created,
            std::cmp::Reverse(index.named_by[node as usize]),
            std::cmp::Reverse(view.world.downloads(node)),
            node,
        )
    };
    for other in index.same_weights(view.known, node) {
        if age(other) < age(node) {
            pool.raise(other, Feature::SameWeights, 1.0);
        }
    }
}

fn by_owner(view: View, index: &Index, pool: &mut Pool) {
    let owner = pool.subject.owner;
    if let Some(bases) = index.habits.get(&(owner, pool.subject.class)) {
        let all: u32 = bases.iter().map(|(_, count)| count).sum();
        for (base, count) in bases.iter().take(4) {
            if let Some(candidate) = pool.add(*base) {
                candidate.set(Feature::HabitShare, *count as f32 / (all as f32 + 1.0));
                candidate.set(Feature::HabitCount, (1.0 + *count as f32).ln());
            }
        }
    }
    let Some(place) = index.place.get(pool.subject.node as usize).map(|place| *place as usize) else {
        return;
    };
    let before = index.order[..place].iter().rev().take(3);
    let after = index.order[place + 1..].iter().take(3);
    for sibling in before.chain(after) {
        if index.owners[*sibling as usize] != owner || index.class(*sibling) != pool.subject.class {
            continue;
        }
        let alike = alike(&pool.subject.stem, &index.stem(*sibling));
        for base in view.bases(*sibling).iter().take(2) {
            pool.raise(*base, Feature::Sibling, alike);
        }
    }
}

/// Which part of two names is the same at their start.
fn alike(a: &[Token], b: &[Token]) -> f32 {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    same as f32 / a.len().max(b.len()).max(1) as f32
}

/// Measures everything that does not depend on how the candidate was found.
fn compare(view: View, index: &Index, subject: &Subject, candidate: &mut Candidate) {
    use Feature as F;
    let node = candidate.node;
    let stem = index.stem(node);
    let forms = index.forms(node);
    let same_owner = index.owners[node as usize] == subject.owner;
    let same_stem = stem == subject.stem;
    let same_family = !same_stem && family(&stem) == family(&subject.stem) && !family(&stem).is_empty();
    let flag = |holds: bool| if holds { 1.0 } else { 0.0 };
    let both = |a: bool, b: bool| flag(a && b);
    candidate.set(F::Any, 1.0);
    candidate.set(F::SameStem, flag(same_stem));
    candidate.set(F::SameStemSameOwner, both(same_stem, same_owner));
    let has_format = forms.has_any(&FORMATS) || forms.has(Form::Bits) || forms.has(Form::BitsAndBytes);
    let format = matches!(subject.class, Class::Format | Class::Exported);
    candidate.set(F::HasFormat, flag(has_format));
    candidate.set(F::OnlyItHasFormat, both(has_format, !format));
    let silent = !index.habits.contains_key(&(subject.owner, subject.class));
    candidate.set(F::OwnerSilent, flag(silent));
    candidate.set(F::SameFamily, flag(same_family));
    candidate.set(F::SameFamilySameOwner, both(same_family, same_owner));
    candidate.set(F::SameOwner, flag(same_owner));

    let (own_part, of_model) = (own_part(view.world.name(node)), own_part(view.world.name(subject.node)));
    let literal = own_part.len() as f32 / of_model.len().max(1) as f32;
    let is_literal = own_part.len() > 2 && of_model.contains(own_part);
    candidate.set(F::Literal, if is_literal { literal } else { 0.0 });
    candidate.set(F::LiteralSameStem, both(is_literal, same_stem));

    let length = subject.stem.len().max(1) as f32;
    let within = !same_stem && !stem.is_empty() && subject.stem.windows(stem.len()).any(|run| run == stem);
    let prefix = within && subject.stem.starts_with(&stem);
    let part = stem.len() as f32 / length;
    candidate.set(F::Prefix, if prefix { part } else { 0.0 });
    candidate.set(F::PrefixSameOwner, if prefix && same_owner { part } else { 0.0 });
    candidate.set(F::Within, if within { part } else { 0.0 });
    let has = |token: &Token| subject.stem.contains(token);
    let content = |kind: Kind| matches!(kind, Kind::Word | Kind::Number | Kind::Size);
    let own: Vec<&Token> = stem.iter().filter(|token| content(token.kind())).collect();
    let extra = own.iter().filter(|token| !has(token)).count();
    candidate.set(F::Extra, extra as f32 / own.len().max(1) as f32);
    let training = |token: &&Token| token.kind() == Kind::Training;
    candidate.set(F::ExtraTraining, flag(stem.iter().filter(training).any(|token| !has(token))));
    let fewer = subject.stem.iter().filter(training).any(|token| !stem.contains(token));
    candidate.set(F::FewerTraining, flag(fewer));
    let of_kind = |tokens: &[Token], kind: Kind| -> Vec<Token> {
        tokens.iter().copied().filter(|token| token.kind() == kind).collect()
    };
    let (own_sizes, sizes) = (of_kind(&stem, Kind::Size), of_kind(&subject.stem, Kind::Size));
    if !own_sizes.is_empty() && !sizes.is_empty() {
        let same = own_sizes.iter().any(|size| sizes.contains(size));
        candidate.set(F::SameSize, flag(same));
        candidate.set(F::OtherSize, flag(!same));
    }
    let (own_numbers, numbers) = (of_kind(&stem, Kind::Number), of_kind(&subject.stem, Kind::Number));
    let other = own_numbers.iter().any(|number| !numbers.contains(number));
    candidate.set(F::OtherNumber, both(other, !numbers.is_empty()));

    let count = |count: u32| (1.0 + count as f32).ln();
    candidate.set(F::NamedBy, count(index.named_by[node as usize]));
    candidate.set(F::NeverNamed, flag(index.named_by[node as usize] == 0));
    let by_class = index.named_by_class.get(&(node, subject.class)).copied().unwrap_or(0);
    candidate.set(F::NamedByClass, count(by_class));
    candidate.set(F::Downloads, (1.0 + view.world.downloads(node).unwrap_or(0) as f32).ln() / 10.0);
    candidate.set(F::Missing, flag(view.world.graph.is_missing(node)));
    candidate.set(F::Derived, flag(!view.bases(node).is_empty()));
    candidate.set(F::SelfNamedBy, count(index.named_by[subject.node as usize]));
    let told = view.known.forms.get(subject.node as usize).is_some_and(|forms| !forms.is_empty());
    candidate.set(F::FormTold, flag(told));

    let known = view.known;
    let created = |node: u32| known.created_at.get(node as usize).copied().filter(|at| *at > 0);
    if let (Some(own), Some(of_model)) = (created(node), created(subject.node)) {
        candidate.set(F::CreatedAfter, flag(own > of_model.saturating_add(3600)));
    }
    let code = |codes: &[u16], node: u32| codes.get(node as usize).copied().filter(|code| *code > 0);
    let compared = |codes: &[u16]| Some(code(codes, node)? == code(codes, subject.node)?);
    if let Some(same) = compared(&known.model_types) {
        candidate.set(F::SameType, flag(same));
        candidate.set(F::OtherType, flag(!same));
    }
    candidate.set(F::SameLicense, flag(compared(&known.licenses) == Some(true)));
    if let (Some(own), Some(of_model)) = (view.world.task(node), view.world.task(subject.node)) {
        candidate.set(F::SameTask, flag(own == of_model));
        candidate.set(F::OtherTask, flag(own != of_model));
    }
    let parameters = |node: u32| known.parameters.get(node as usize).copied().filter(|count| *count > 0.0);
    if let (Some(own), Some(of_model)) = (parameters(node), parameters(subject.node)) {
        let ratio = own / of_model;
        let packed = has_format || subject.class != Class::Trained;
        candidate.set(F::OtherParameters, both(!(0.7..1.5).contains(&ratio), !packed));
    }
}

/// Says of the candidates with the model's own stem which comes first.
fn rank_stems(view: View, index: &Index, found: &mut [Candidate]) {
    let plain = |candidate: &Candidate| {
        candidate.get(Feature::SameStem) > 0.0 && candidate.get(Feature::HasFormat) == 0.0
    };
    let weight = |candidate: &Candidate| {
        let named = index.named_by[candidate.node as usize];
        (named, view.world.downloads(candidate.node).unwrap_or(0), std::cmp::Reverse(candidate.node))
    };
    let first = found.iter().filter(|candidate| plain(candidate)).max_by_key(|candidate| weight(candidate));
    let Some(first) = first.map(|candidate| candidate.node) else { return };
    let only = found.iter().filter(|candidate| plain(candidate)).count() == 1;
    let named = |candidate: &Candidate| index.named_by[candidate.node as usize] as f32;
    let all: f32 = found.iter().filter(|candidate| plain(candidate)).map(named).sum();
    for candidate in found.iter_mut().filter(|candidate| plain(candidate)) {
        let share = named(candidate) / (all + 0.5);
        candidate.set(Feature::ShareOfStem, share);
    }
    for candidate in found.iter_mut().filter(|candidate| candidate.node == first) {
        candidate.set(Feature::FirstOfStem, 1.0);
        candidate.set(Feature::OnlyOfStem, if only { 1.0 } else { 0.0 });
    }
}

/// The features that are given their weight by hand, as too few labelled models show them, with it.
pub const GIVEN: [(Feature, f32); 6] = [
    (Feature::ToolNames, 9.0),
    (Feature::NameOrPath, 6.0),
    (Feature::CardText, 8.0),
    (Feature::CardLink, 3.5),
    (Feature::WeightFile, 3.0),
    (Feature::SameWeights, 8.0),
];

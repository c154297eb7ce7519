//! What should somebody be told who looks at a model?
//!
//! Only what a snapshot shows: what nobody looked at is no finding. There is one finding of a kind at most, which
//! names the first base that it is about and counts the others, so that a merge of hundreds stays readable.

use super::Finding;
use crate::{
    atlas::Atlas,
    evidence::Grounds,
    field::{Field, State},
    legible::{count, quoted, some},
    model_id,
    operation::Operation,
    profiles::by_field,
    record::Gated,
    resolve::Resolution,
    set::Member,
};
use foldhash::fast::RandomState;
use hashbrown::HashSet;

/// How many ancestors are looked at to find out whether a model is one of its own.
const MOST_ANCESTORS: usize = 10_000;

const DISABLED: &str = "The hub has closed it: its files cannot be fetched.";
const SELF_BASED: &str = "It names itself as its base.";
const CYCLE: &str =
    "It is among its own ancestors: by their own accounts, each of them was made from the others.";
const NO_LICENSE: &str = "It states no licence in any place where one is looked for.";
const CONTRADICTED: &str = "What it says of its bases is contradicted by its files, its card or its name.";
const MERGE_OF_ONE: &str = "It says that it is a merge, and names only one base.";
const PRIVATE: &str = "It is private: few can see it.";

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// The node is itself a missing base.
    NotListed,
    Disabled,
    MissingBase,
    DisabledBase,
    SelfBased,
    Cycle,
    LicenseDiffers,
    LicenseMissing,
    DependencyWrong,
    EvidenceDisagrees,
    PrivateBase,
    GatedBase,
    MergeOfOne,
    SeveralOperations,
    OperationInferred,
    OldName,
    OtherCase,
    FieldMissing,
    Private,
    Gated,
}

impl Member for Code {
    /// The gravest first.
    const ALL: &'static [Code] = &[
        Code::NotListed,
        Code::Disabled,
        Code::MissingBase,
        Code::DisabledBase,
        Code::SelfBased,
        Code::Cycle,
        Code::LicenseDiffers,
        Code::LicenseMissing,
        Code::DependencyWrong,
        Code::EvidenceDisagrees,
        Code::PrivateBase,
        Code::GatedBase,
        Code::MergeOfOne,
        Code::SeveralOperations,
        Code::OperationInferred,
        Code::OldName,
        Code::OtherCase,
        Code::FieldMissing,
        Code::Private,
        Code::Gated,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Code::NotListed => "not_listed",
            Code::Disabled => "disabled",
            Code::MissingBase => "missing_base",
            Code::DisabledBase => "disabled_base",
            Code::SelfBased => "self_based",
            Code::Cycle => "cycle",
            Code::LicenseDiffers => "license_differs",
            Code::LicenseMissing => "license_missing",
            Code::DependencyWrong => "dependency_wrong",
            Code::EvidenceDisagrees => "evidence_disagrees",
            Code::PrivateBase => "private_base",
            Code::GatedBase => "gated_base",
            Code::MergeOfOne => "merge_of_one",
            Code::SeveralOperations => "several_operations",
            Code::OperationInferred => "operation_inferred",
            Code::OldName => "old_name",
            Code::OtherCase => "other_case",
            Code::FieldMissing => "field_missing",
            Code::Private => "private",
            Code::Gated => "gated",
        }
    }
}

/// Finds what there is to tell about a node, the gravest first.
pub fn findings(atlas: &Atlas, node: u32) -> Vec<Finding> {
    let about = About { atlas, node, relations: relations(atlas, node) };
    let finding = |code: &Code| {
        let text = about.text(*code)?;
        Some(Finding { code: code.as_str().to_owned(), text })
    };
    Code::ALL.iter().filter_map(finding).collect()
}

/// A relation of a model to one of its bases.
struct ToBase {
    base: u32,
    operation: u8,
    grounds: Grounds,
}

fn relations(atlas: &Atlas, node: u32) -> Vec<ToBase> {
    let graph = &atlas.world.graph;
    let ends = graph.bases(node).iter().zip(graph.base_operations(node));
    let relation = |((base, operation), place): ((&u32, &u8), usize)| ToBase {
        base: *base,
        operation: *operation,
        grounds: atlas.evidence.of(place),
    };
    ends.zip(graph.base_relations(node)).map(relation).collect()
}

/// A node that is told about.
struct About<'a> {
    atlas: &'a Atlas,
    node: u32,
    relations: Vec<ToBase>,
}

impl About<'_> {
    /// Returns the sentence of one kind of finding, if it is true of the node.
    fn text(&self, code: Code) -> Option<String> {
        let Atlas { world, profiles, .. } = self.atlas;
        let is = |is_true: bool, sentence: &str| is_true.then(|| sentence.to_owned());
        match code {
            Code::NotListed => self.not_listed(),
            Code::Disabled => is(profiles.disabled(self.node) == Some(true), DISABLED),
            Code::MissingBase => self.missing_base(),
            Code::DisabledBase => self.disabled_base(),
            Code::SelfBased => is(world.graph.is_self_based(self.node), SELF_BASED),
            Code::Cycle => is(self.is_on_cycle(), CYCLE),
            Code::LicenseDiffers => self.license_differs(),
            Code::LicenseMissing => is(self.state(Field::License) == Some(State::Missing), NO_LICENSE),
            Code::DependencyWrong => is(self.state(Field::Dependency) == Some(State::Wrong), CONTRADICTED),
            Code::EvidenceDisagrees => self.evidence_disagrees(),
            Code::PrivateBase => self.private_base(),
            Code::GatedBase => self.gated_base(),
            Code::MergeOfOne => is(self.is_merge_of_one(), MERGE_OF_ONE),
            Code::SeveralOperations => self.several_operations(),
            Code::OperationInferred => self.operation_inferred(),
            Code::OldName => self.old_name(),
            Code::OtherCase => self.other_case(),
            Code::FieldMissing => self.field_missing(),
            Code::Private => is(profiles.private(self.node) == Some(true), PRIVATE),
            Code::Gated => self.gated(),
        }
    }

    fn name(&self, node: u32) -> &str {
        self.atlas.world.name(node)
    }

    fn operation(&self, code: u8) -> &Operation {
        &self.atlas.world.graph.operations()[usize::from(code)]
    }

    fn state(&self, field: Field) -> Option<State> {
        let states = self.atlas.profiles.states(self.node)?;
        by_field(states).find(|(each, _)| *each == field).map(|(_, state)| state)
    }

    /// Returns the first relation of which something is true, and the names of the bases of all such, in the
    /// record's order; `None` if it is true of none.
    fn those(&self, is_true: impl Fn(&ToBase) -> bool) -> Option<(&ToBase, Vec<&str>)> {
        let those: Vec<&ToBase> = self.relations.iter().filter(|relation| is_true(relation)).collect();
        let first = *those.first()?;
        Some((first, those.iter().map(|relation| self.name(relation.base)).collect()))
    }

    fn not_listed(&self) -> Option<String> {
        let graph = &self.atlas.world.graph;
        let naming = graph.is_missing(self.node).then(|| graph.derived(self.node).len() as u64)?;
        let who =
            if naming == 1 { "One model names".to_owned() } else { format!("{} models name", count(naming)) };
        let why = match model_id::is_model_id(self.name(self.node)) {
            true => "the snapshot lists no such model: deleted, private, or never there",
            false => "no model can have such a name",
        };
        Some(format!("{who} it as a base, but {why}."))
    }

    fn missing_base(&self) -> Option<String> {
        let graph = &self.atlas.world.graph;
        let (_, missing) = self.those(|relation| graph.is_missing(relation.base))?;
        let (is, its) = number(&missing);
        let why = match missing.iter().any(|name| model_id::is_model_id(name)) {
            true => "not in the snapshot: deleted, private, or never there",
            false => "no name that a model can have",
        };
        Some(format!("{its} {} {is} {why}.", some(&missing)))
    }

    fn disabled_base(&self) -> Option<String> {
        let (_, disabled) =
            self.those(|relation| self.atlas.profiles.disabled(relation.base) == Some(true))?;
        let (is, its) = number(&disabled);
        Some(format!("{its} {} {is} closed by the hub: no files can be fetched.", some(&disabled)))
    }

    fn private_base(&self) -> Option<String> {
        let (_, private) = self.those(|relation| self.atlas.profiles.private(relation.base) == Some(true))?;
        let (is, its) = number(&private);
        Some(format!("{its} {} {is} private: few can see what it was made from.", some(&private)))
    }

    fn gated_base(&self) -> Option<String> {
        let is_gated = |relation: &ToBase| terms(self.atlas.profiles.gated(relation.base)).is_some();
        let (first, gated) = self.those(is_gated)?;
        let (is, its) = number(&gated);
        // Of several bases, only that all are gated holds in the same words.
        let how = terms(self.atlas.profiles.gated(first.base)).filter(|_| gated.len() == 1);
        let how = how.map(|how| format!(": {how}")).unwrap_or_default();
        Some(format!("{its} {} {is} gated{how}.", some(&gated)))
    }

    fn gated(&self) -> Option<String> {
        let how = terms(self.atlas.profiles.gated(self.node))?;
        Some(format!("It is gated: {how}."))
    }

    fn license_differs(&self) -> Option<String> {
        let profiles = &self.atlas.profiles;
        let own = profiles.license(self.node)?;
        let differs =
            |relation: &ToBase| profiles.license(relation.base).is_some_and(|license| license != own);
        let (first, differing) = self.those(differs)?;
        let theirs = profiles.license(first.base)?;
        let others = match differing.len() - 1 {
            0 => String::new(),
            1 => "; one other base differs too".to_owned(),
            others => format!("; {} other bases differ too", count(others as u64)),
        };
        let base = quoted(differing[0]);
        Some(format!(
            "Its licence is {}, that of its base {base} is {}{others}.",
            quoted(own),
            quoted(theirs)
        ))
    }

    fn evidence_disagrees(&self) -> Option<String> {
        let (first, bases) = self.those(|relation| stated(relation).len() > 1)?;
        let taken = quoted(self.operation(first.operation).as_str());
        Some(format!(
            "Its record disagrees with itself on how it was made from {}: {}; it is taken for {taken}.",
            some(&bases),
            some(&stated(first))
        ))
    }

    fn is_merge_of_one(&self) -> bool {
        let is_merge = |relation: &ToBase| *self.operation(relation.operation) == Operation::Merge;
        self.relations.len() == 1
            && self.relations.iter().all(is_merge)
            && !self.atlas.world.graph.is_self_based(self.node)
    }

    fn several_operations(&self) -> Option<String> {
        let operations: Vec<&str> = self
            .atlas
            .world
            .graph
            .operations_of(self.node)
            .map(|code| self.operation(code).as_str())
            .collect();
        (operations.len() > 1)
            .then(|| format!("It says that it was made by more than one operation: {}.", some(&operations)))
    }

    fn operation_inferred(&self) -> Option<String> {
        let (first, inferred) = self.those(|relation| relation.grounds.operation_inferred)?;
        let taken = quoted(self.operation(first.operation).as_str());
        Some(format!(
            "It does not say how it was made from {}; the hub takes it for {taken}.",
            some(&inferred)
        ))
    }

    fn old_name(&self) -> Option<String> {
        let is_old = |relation: &ToBase| {
            matches!(relation.grounds.resolution, Some(Resolution::Alias | Resolution::Redirect))
        };
        self.other_name(is_old, "by a former name")
    }

    fn other_case(&self) -> Option<String> {
        let is_other = |relation: &ToBase| relation.grounds.resolution == Some(Resolution::IgnoringCase);
        self.other_name(is_other, "in other capitals")
    }

    /// Says that a base is named otherwise than it is called.
    fn other_name(&self, is_other: impl Fn(&ToBase) -> bool, how: &str) -> Option<String> {
        let (first, bases) = self.those(is_other)?;
        let written = first.grounds.claims.iter().find_map(|claim| claim.named.as_deref());
        let written = written.filter(|_| bases.len() == 1);
        let written = written.map(|name| format!(": {}", quoted(name))).unwrap_or_default();
        Some(format!("It names {} {how}{written}.", some(&bases)))
    }

    fn field_missing(&self) -> Option<String> {
        let states = self.atlas.profiles.states(self.node)?;
        // Of a licence there is a finding of its own.
        let is_told = |(field, state): &(Field, State)| *state == State::Missing && *field != Field::License;
        let missing: Vec<&str> = by_field(states).filter(is_told).map(|(field, _)| in_words(field)).collect();
        let (last, others) = missing.split_last()?;
        let listed = if others.is_empty() { String::new() } else { format!("{} or ", others.join(", ")) };
        Some(format!("Its metadata says nothing of its {listed}{last}."))
    }

    fn is_on_cycle(&self) -> bool {
        let graph = &self.atlas.world.graph;
        let mut seen: HashSet<u32, RandomState> = HashSet::default();
        let mut waiting = vec![self.node];
        while let Some(node) = waiting.pop() {
            for base in graph.bases(node) {
                if *base == self.node {
                    return true;
                }
                if seen.len() < MOST_ANCESTORS && seen.insert(*base) {
                    waiting.push(*base);
                }
            }
        }
        false
    }
}

/// The different operations that a relation's claims state, in the record's order.
fn stated(relation: &ToBase) -> Vec<&str> {
    let mut words = Vec::new();
    for operation in relation.grounds.claims.iter().filter_map(|claim| claim.operation.as_deref()) {
        if !words.contains(&operation) {
            words.push(operation);
        }
    }
    words
}

/// The words for one or several bases: *is* and *Its base*, or *are* and *Its bases*.
fn number(bases: &[&str]) -> (&'static str, &'static str) {
    if bases.len() == 1 { ("is", "Its base") } else { ("are", "Its bases") }
}

/// Says how access is granted to a model that is gated.
fn terms(gated: Option<Gated>) -> Option<&'static str> {
    match gated? {
        Gated::No => None,
        Gated::Auto => Some("access is granted to whoever accepts the terms"),
        Gated::Manual => Some("access is granted by hand"),
    }
}

fn in_words(field: Field) -> &'static str {
    match field {
        Field::License => "licence",
        Field::Performance => "results",
        Field::Template => "prompt template",
        Field::Dataset => "data sets",
        Field::Dependency => "bases",
    }
}

//! Which listed model does a claim mean?
//!
//! Claims name their bases in text. A name is trimmed, then looked up exactly, then ignoring
//! case, then as a legacy name ([`aliases`]), then through the redirects that the listing itself
//! reveals: where the hub's own field names one base that no tag names, and a tag names one base
//! that is not listed, the hub has followed a rename. What remains is a missing base. Claims of
//! one model that mean the same base become one relation with all their evidence.
//!
//! What no publisher declared is found and kept, and changes nothing else: it reveals no redirect, its
//! missing bases are no nodes, and what it says of an operation does not count beside a declaration.

use crate::{
    aliases,
    ids::{Found, Ids, IdsBuilder, NameError},
    model_id::HubId,
    oddity::{Oddities, Oddity},
    operation::Operation,
    record::{Claim, ModelRecord, Source},
};
use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};

/// How far a name may differ from the model it is taken to mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resolve {
    /// Trimmed, ignoring case, through legacy names and redirects.
    #[default]
    Lenient,
    /// Only the exact name, as the study does.
    Exact,
}

impl Resolve {
    pub const ALL: [Resolve; 2] = [Resolve::Lenient, Resolve::Exact];

    pub fn as_str(self) -> &'static str {
        match self {
            Resolve::Lenient => "lenient",
            Resolve::Exact => "exact",
        }
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a way to resolve names (expected `lenient` or `exact`)")]
pub struct UnknownResolve(String);

impl FromStr for Resolve {
    type Err = UnknownResolve;

    fn from_str(text: &str) -> Result<Self, UnknownResolve> {
        let found = Resolve::ALL.into_iter().find(|resolve| resolve.as_str() == text);
        found.ok_or_else(|| UnknownResolve(text.to_owned()))
    }
}

/// How a base's name led to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    Exact,
    IgnoringCase,
    Alias,
    Redirect,
    /// It did not.
    Missing,
}

impl Resolution {
    pub const ALL: [Resolution; 5] = [
        Resolution::Exact,
        Resolution::IgnoringCase,
        Resolution::Alias,
        Resolution::Redirect,
        Resolution::Missing,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Resolution::Exact => "exact",
            Resolution::IgnoringCase => "ignoring_case",
            Resolution::Alias => "alias",
            Resolution::Redirect => "redirect",
            Resolution::Missing => "missing",
        }
    }
}

/// One relation of a snapshot, with everything that claims it.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// The derived model's node.
    pub derived: u32,
    /// The base's node; from the number of models on, a missing base; beyond the nodes, one that
    /// nobody declared. [`Resolved::name`] knows its name.
    pub base: u32,
    pub operation: Operation,
    /// Whether no evidence states the operation, so that it is what the hub would infer.
    pub operation_inferred: bool,
    /// Whether the publisher declared it; if not, it was found in a configuration or a text.
    pub declared: bool,
    /// The best way in which a claim led to the base.
    pub resolution: Resolution,
    /// In the record's order.
    pub evidence: Vec<Evidence>,
}

/// One place that claims a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub source: Source,
    /// The base as it was written there.
    pub named: String,
    /// The operation stated there.
    pub operation: Option<Operation>,
}

/// The claims of a listing, waiting until all models are known. A base's name is kept once,
/// however often it is claimed.
#[derive(Debug)]
pub struct Claims {
    names: IdsBuilder,
    seed: u64,
    /// The hub's identity of some of the names.
    hub_ids: HashMap<u32, HubId>,
    operations: Vec<Operation>,
    claims: Vec<Compact>,
}

/// A claim in twelve bytes.
#[derive(Clone, Copy, Debug)]
struct Compact {
    derived: u32,
    name: u32,
    /// The place of the stated operation among the operations, plus one; 0 if none is stated.
    stated: u8,
    inferred: u8,
    source: Source,
}

impl Claims {
    pub fn new(seed: u64) -> Claims {
        Claims {
            names: IdsBuilder::new(seed),
            seed,
            hub_ids: HashMap::new(),
            operations: Operation::NAMED.to_vec(),
            claims: Vec::new(),
        }
    }

    /// Takes a model's claims in.
    ///
    /// # Errors
    /// When there are too many names. A name too long to be anyone's was left out at the door.
    pub fn push(&mut self, derived: u32, record: &ModelRecord) -> Result<(), NameError> {
        for Claim { base, base_hub_id, operation, source } in &record.claims {
            let name = match self.names.insert(base)? {
                Ok(name) | Err(name) => name,
            };
            if let Some(hub_id) = base_hub_id {
                self.hub_ids.entry(name).or_insert(*hub_id);
            }
            let stated = operation.as_ref().map_or(0, |operation| self.code(operation) + 1);
            let inferred = self.code(&record.inferred_operation);
            self.claims.push(Compact { derived, name, stated, inferred, source: *source });
        }
        Ok(())
    }

    /// The place of an operation in the list. Beyond 254 different ones, further ones are `other`.
    fn code(&mut self, operation: &Operation) -> u8 {
        const MOST: usize = 254;
        if let Some(at) = self.operations.iter().position(|known| known == operation) {
            return at as u8;
        }
        if self.operations.len() == MOST {
            self.operations[MOST - 1] = Operation::Other("other".into());
            return MOST as u8 - 1;
        }
        self.operations.push(operation.clone());
        self.operations.len() as u8 - 1
    }

    pub fn len(&self) -> usize {
        self.claims.len()
    }

    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }
}

/// What a name leads to: a node, and how.
#[derive(Clone, Copy, Debug)]
struct Target {
    node: u32,
    resolution: Resolution,
}

/// The relations of a listing, ready to be read one by one.
#[derive(Debug)]
pub struct Resolved {
    /// The names of all nodes: the models, then the missing bases.
    pub ids: Ids,
    /// How many of the nodes are models.
    pub models: u32,
    /// The operations that relations refer to; starts with [`Operation::NAMED`].
    pub operations: Vec<Operation>,
    /// Missing bases that nobody declared; they are numbered after the nodes.
    undeclared: Ids,
    names: Ids,
    targets: Vec<Target>,
    claims: Vec<Compact>,
}

/// Resolves the claims on the models of a listing; `by_hub_id` finds a model by its identity.
///
/// # Errors
/// When there are more names than a snapshot can hold.
pub fn resolve(
    models: Ids,
    claims: Claims,
    resolve: Resolve,
    by_hub_id: impl Fn(HubId) -> Option<u32>,
) -> Result<Resolved, NameError> {
    let Claims { names, seed, hub_ids, operations, claims } = claims;
    let names = names.finish();
    let find = |name: u32| match resolve {
        Resolve::Exact => models.find(names.name(name)).map(|node| (node, Resolution::Exact)),
        Resolve::Lenient => look_up(&models, names.name(name)).or_else(|| {
            let node = by_hub_id(*hub_ids.get(&name)?)?;
            Some((node, Resolution::Redirect))
        }),
    };
    let mut found: Vec<Option<(u32, Resolution)>> = (0..names.len() as u32).map(find).collect();
    if resolve == Resolve::Lenient {
        follow_redirects(&claims, &mut found);
    }
    let mut is_declared = vec![false; found.len()];
    let declared = claims.iter().filter(|claim| claim.source.is_declaration());
    declared.for_each(|claim| is_declared[claim.name as usize] = true);
    let text = |name: u32| match resolve {
        Resolve::Exact => names.name(name),
        Resolve::Lenient => names.name(name).trim(),
    };

    let count = models.len() as u32;
    let mut ids = models.reopen();
    for (name, found) in (0..).zip(&mut found).filter(|(name, _)| is_declared[*name as usize]) {
        if found.is_none() {
            let (Ok(node) | Err(node)) = ids.insert(text(name))?;
            *found = Some((node, Resolution::Missing));
        }
    }
    let ids = ids.finish();
    let mut undeclared = IdsBuilder::new(seed);
    let mut targets = Vec::with_capacity(found.len());
    for (name, found) in (0..).zip(found) {
        let found = found.or_else(|| Some((ids.find(text(name))?, Resolution::Missing)));
        let (node, resolution) = match found {
            Some(found) => found,
            None => {
                let (Ok(number) | Err(number)) = undeclared.insert(text(name))?;
                (ids.len() as u32 + number, Resolution::Missing)
            }
        };
        targets.push(Target { node, resolution });
    }
    let undeclared = undeclared.finish();
    Ok(Resolved { ids, models: count, operations, undeclared, names, targets, claims })
}

fn look_up(models: &Ids, name: &str) -> Option<(u32, Resolution)> {
    let name = name.trim();
    match models.find_ignoring_case(name) {
        Some(Found::Exactly(node)) => return Some((node, Resolution::Exact)),
        Some(Found::IgnoringCase(node)) => return Some((node, Resolution::IgnoringCase)),
        None => {}
    }
    let present = models.find_ignoring_case(&aliases::present_name(name)?)?;
    Some((present.node(), Resolution::Alias))
}

/// Lets names that lead nowhere follow the renames that the hub followed for some model.
fn follow_redirects(claims: &[Compact], found: &mut [Option<(u32, Resolution)>]) {
    let mut redirects: HashMap<u32, u32> = HashMap::new();
    for of_model in claims.chunk_by(|a, b| a.derived == b.derived) {
        let declared = of_model.iter().copied().filter(|claim| claim.source.is_declaration());
        let (field, elsewhere): (Vec<Compact>, Vec<Compact>) =
            declared.partition(|claim| claim.source == Source::BaseModelsField);
        let node = |claim: &Compact| found[claim.name as usize].map(|(node, _)| node);
        let mut lost: Vec<u32> =
            elsewhere.iter().filter(|claim| node(claim).is_none()).map(|claim| claim.name).collect();
        lost.sort_unstable();
        lost.dedup();
        let named: HashSet<u32> = elsewhere.iter().filter_map(node).collect();
        let unnamed: Vec<u32> = field.iter().filter_map(node).filter(|node| !named.contains(node)).collect();
        if let ([lost], [unnamed]) = (&lost[..], &unnamed[..]) {
            redirects.entry(*lost).or_insert(*unnamed);
        }
    }
    for (name, node) in redirects {
        found[name as usize] = Some((node, Resolution::Redirect));
    }
}

impl Resolved {
    /// The name of a node, or of a base beyond the nodes.
    pub fn name(&self, base: u32) -> &str {
        let nodes = self.ids.len() as u32;
        if base < nodes { self.ids.name(base) } else { self.undeclared.name(base - nodes) }
    }

    /// Shows `visit` every relation, in the order of the listing and of each record, and counts
    /// what is odd about them.
    ///
    /// # Errors
    /// Those of `visit`.
    pub fn each<E>(
        &self,
        oddities: &mut Oddities,
        mut visit: impl FnMut(Relation) -> Result<(), E>,
    ) -> Result<(), E> {
        for of_model in self.claims.chunk_by(|a, b| a.derived == b.derived) {
            let mut relations: Vec<Relation> = Vec::with_capacity(1);
            let mut places = HashMap::new();
            for claim in of_model {
                self.unite(claim, &mut relations, &mut places);
            }
            relations.iter_mut().for_each(|relation| self.believe_declarations(of_model, relation));
            self.note(of_model, &relations, oddities);
            relations.into_iter().try_for_each(&mut visit)?;
        }
        Ok(())
    }

    /// Adds a claim to the relation it supports, which is new or one of its model's.
    /// `places` knows where the relation with each base is, as one record may name millions.
    fn unite(&self, claim: &Compact, relations: &mut Vec<Relation>, places: &mut HashMap<u32, usize>) {
        let Target { node, resolution } = self.targets[claim.name as usize];
        let stated = claim.stated.checked_sub(1).map(|at| &self.operations[usize::from(at)]);
        let at = *places.entry(node).or_insert_with(|| {
            relations.push(Relation {
                derived: claim.derived,
                base: node,
                operation: self.operations[usize::from(claim.inferred)].clone(),
                operation_inferred: true,
                declared: false,
                resolution,
                evidence: Vec::with_capacity(2),
            });
            relations.len() - 1
        });
        let relation = &mut relations[at];
        relation.declared |= claim.source.is_declaration();
        relation.resolution = relation.resolution.min(resolution);
        if let Some(stated) = stated {
            let rank = |source: Source| Source::ALL.iter().position(|other| *other == source);
            let stated_before = relation.evidence.iter().filter(|evidence| evidence.operation.is_some());
            if stated_before.map(|evidence| rank(evidence.source)).all(|before| rank(claim.source) < before) {
                relation.operation = stated.clone();
                relation.operation_inferred = false;
            }
        }
        relation.evidence.push(Evidence {
            source: claim.source,
            named: self.names.name(claim.name).to_owned(),
            operation: stated.cloned(),
        });
    }

    /// Lets only declarations say by what operation a declared relation was made.
    fn believe_declarations(&self, of_model: &[Compact], relation: &mut Relation) {
        let mut stated = relation.evidence.iter().filter(|evidence| evidence.operation.is_some());
        let is_settled = !relation.declared || stated.any(|evidence| evidence.source.is_declaration());
        if let ([claim, ..], false) = (of_model, is_settled) {
            relation.operation = self.operations[usize::from(claim.inferred)].clone();
            relation.operation_inferred = true;
        }
    }

    fn note(&self, claims: &[Compact], relations: &[Relation], oddities: &mut Oddities) {
        let [claim, ..] = claims else { return };
        let model = || self.name(claim.derived);
        for relation in relations {
            let base = || self.name(relation.base);
            let named = || relation.evidence.first().map_or("", |evidence| &evidence.named);
            if !relation.declared {
                oddities.add(Oddity::UndeclaredBase, || format!("{} -> {}", named(), model()));
                continue;
            }
            if relation.base == relation.derived {
                oddities.add(Oddity::SelfBase, || model().to_owned());
            }
            let resolved = match relation.resolution {
                Resolution::Exact => None,
                Resolution::IgnoringCase => Some(Oddity::ResolvedIgnoringCase),
                Resolution::Alias => Some(Oddity::ResolvedByAlias),
                Resolution::Redirect => Some(Oddity::ResolvedByRedirect),
                Resolution::Missing => Some(Oddity::MissingBase),
            };
            match resolved {
                Some(Oddity::MissingBase) => {
                    oddities.add(Oddity::MissingBase, || format!("{} -> {}", named(), model()));
                }
                Some(oddity) => {
                    oddities.add(oddity, || format!("{} is {} (for {})", named(), base(), model()))
                }
                None => {}
            }
            let declared = relation.evidence.iter().filter(|evidence| evidence.source.is_declaration());
            let mut stated: Vec<&Operation> =
                declared.filter_map(|evidence| evidence.operation.as_ref()).collect();
            stated.dedup();
            if stated.len() > 1 {
                oddities.add(Oddity::OperationConflict, || {
                    let words: Vec<&str> = stated.iter().map(|operation| operation.as_str()).collect();
                    format!("{} -> {}: {}", base(), model(), words.join(", "))
                });
            }
            if matches!(relation.operation, Operation::Other(_)) {
                oddities.add(Oddity::UnknownOperation, || format!("`{}` of {}", relation.operation, model()));
            }
        }
        let declared = relations.iter().filter(|relation| relation.declared);
        if declared.clone().count() > 1
            && declared.clone().all(|relation| relation.operation != Operation::Merge)
        {
            oddities.add(Oddity::SeveralBasesNoMerge, || model().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `model: source[:operation] base; …` lines, resolves them, and writes the relations.
    fn check(way: Resolve, records: &str, expected: &str) {
        let mut ids = IdsBuilder::new(3);
        let mut claims = Claims::new(3);
        for (node, line) in (0..).zip(records.lines().map(str::trim).filter(|line| !line.is_empty())) {
            let (model, of_model) = line.split_once(':').expect("a model and its claims");
            ids.insert(model).expect("short").expect("new");
            let mut record = ModelRecord::named(model.parse().expect("a model's name"));
            for claim in of_model.split(';').map(str::trim).filter(|claim| !claim.is_empty()) {
                let (place, base) = claim.split_once(' ').expect("a source and a base");
                let (source, operation) = place.split_once('=').unwrap_or((place, ""));
                record.claims.push(Claim {
                    base: base.replace('_', " "),
                    base_hub_id: None,
                    operation: (!operation.is_empty()).then(|| Operation::named(operation)),
                    source: Source::ALL.into_iter().find(|known| known.as_str() == source).expect("a source"),
                });
            }
            claims.push(node, &record).expect("fits");
        }
        let resolved = resolve(ids.finish(), claims, way, |_| None).expect("fits");
        let mut lines = Vec::new();
        let each = resolved.each(&mut Oddities::default(), |relation| {
            let sources: Vec<&str> =
                relation.evidence.iter().map(|evidence| evidence.source.as_str()).collect();
            lines.push(format!(
                "{} -{}{}-> {} {} {}{}",
                resolved.name(relation.base),
                relation.operation,
                if relation.operation_inferred { "?" } else { "" },
                resolved.ids.name(relation.derived),
                relation.resolution.as_str(),
                sources.join("+"),
                if relation.declared { "" } else { " undeclared" },
            ));
            Ok::<(), ()>(())
        });
        each.expect("nothing fails");
        let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, expected);
        assert!(
            (0..resolved.ids.len() as u32).all(|node| !resolved.ids.name(node).starts_with("undeclared"))
        );
    }

    #[test]
    fn one_relation_keeps_all_the_evidence_that_names_it() {
        check(
            Resolve::Lenient,
            "
            a/base:
            b/tuned: untyped_tag a/base; typed_tag=finetune a/base; card a/Base; base_models_field=adapter a/base
            ",
            "a/base -adapter-> b/tuned exact untyped_tag+typed_tag+card+base_models_field",
        );
    }

    #[test]
    fn an_operation_that_nobody_states_is_inferred() {
        check(
            Resolve::Lenient,
            "a/base:\nb/tuned: untyped_tag a/base",
            "a/base -finetune?-> b/tuned exact untyped_tag",
        );
    }

    #[test]
    fn names_are_trimmed_and_looked_up_ignoring_case_and_as_legacy_names() {
        check(
            Resolve::Lenient,
            "
            openai-community/gpt2:
            a/Base:
            b/x: card __a/base_; card gpt2; card nowhere/else
            ",
            "
            a/Base -finetune?-> b/x ignoring_case card
            openai-community/gpt2 -finetune?-> b/x alias card
            nowhere/else -finetune?-> b/x missing card
            ",
        );
    }

    #[test]
    fn exact_resolution_takes_names_as_they_are_written() {
        check(
            Resolve::Exact,
            "openai-community/gpt2:\na/Base:\nb/x: card a/base; card gpt2; card a/Base",
            "
            a/base -finetune?-> b/x missing card
            gpt2 -finetune?-> b/x missing card
            a/Base -finetune?-> b/x exact card
            ",
        );
    }

    #[test]
    fn a_rename_that_the_hub_followed_once_is_followed_everywhere() {
        check(
            Resolve::Lenient,
            "
            new/base:
            b/x: untyped_tag old/base; base_models_field=finetune new/base
            b/y: typed_tag=quantized old/base
            ",
            "
            new/base -finetune-> b/x exact untyped_tag+base_models_field
            new/base -quantized-> b/y redirect typed_tag
            ",
        );
    }

    #[test]
    fn a_base_in_a_configuration_only_is_not_declared() {
        check(
            Resolve::Lenient,
            "a/base:\nb/lora: peft_config=adapter a/base",
            "a/base -adapter-> b/lora exact peft_config undeclared",
        );
    }

    #[test]
    fn what_nobody_declared_reveals_no_redirect_and_makes_no_node() {
        check(
            Resolve::Lenient,
            "
            new/base:
            b/x: name_or_path undeclared/path; base_models_field=finetune new/base
            b/y: card_text undeclared/path; card_link _gone/base; untyped_tag gone/base
            ",
            "
            undeclared/path -finetune?-> b/x missing name_or_path undeclared
            new/base -finetune-> b/x exact base_models_field
            undeclared/path -finetune?-> b/y missing card_text undeclared
            gone/base -finetune?-> b/y missing card_link+untyped_tag
            ",
        );
    }

    #[test]
    fn what_a_text_says_of_an_operation_does_not_count_beside_a_declaration() {
        check(
            Resolve::Lenient,
            "
            a/base:
            b/x: card_text=merge a/base; merge_config=quantized a/base
            b/y: card_text=merge a/base; untyped_tag a/base
            b/z: card_text=merge a/base; card=adapter a/base
            ",
            "
            a/base -quantized-> b/x exact card_text+merge_config undeclared
            a/base -finetune?-> b/y exact card_text+untyped_tag
            a/base -adapter-> b/z exact card_text+card
            ",
        );
    }
}

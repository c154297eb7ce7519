//! How does each field of a model stand, and what says so?
//!
//! | field | present | missing | needs none |
//! |---|---|---|---|
//! | License | a licence in a field or tag, a licence file, the card names one | in none of them | |
//! | Performance | declared results, a file of results, results in the card | in none of them | |
//! | Template | in the tokenizer's configuration, a GGUF header, a file, the card | in none of them | not prompted, or trained to continue text only |
//! | Dataset | in a field or tag, the card names one | in neither | merges, conversions, and quantizations without calibration |
//! | Dependency | a declared base that nothing contradicts | no declaration, an inferred base | no sign of a base |
//!
//! What could be in a place that nobody looked at is unclear. A reason is put into words only for whom it is
//! asked, so that millions of models are judged without a string.

use super::{
    Basis, Field, OfModel, Options, State, Verdict,
    places::{Case, Text},
    template::{Need, need},
};
use crate::{
    clues::{CardPart, FileKind, Template},
    infer::{Inferred, Standing},
    model_id::{is_model_id, own_part},
    operation::Operation,
    record::{Claim, ModelRecord, Source},
    set::Member,
    world::World,
};

/// Returns how each of [`Field::ALL`] stands for a model, given the relations that were inferred for it.
pub fn states(
    world: &World,
    node: u32,
    record: &ModelRecord,
    inferred: &[Inferred],
    options: &Options,
) -> [State; 5] {
    judge(&Case { world, node, record, inferred, options }).map(|judgement| judgement.state)
}

/// Judges a model, with reasons.
pub fn of_model(
    world: &World,
    node: u32,
    record: &ModelRecord,
    inferred: &[Inferred],
    options: &Options,
) -> OfModel {
    let case = Case { world, node, record, inferred, options };
    let verdict = |field: Field| {
        let mut evidence = Vec::new();
        let Judgement { state, .. } = on(field, &case, &mut evidence);
        (field, Verdict { state, evidence })
    };
    OfModel {
        model: record.id.as_str().to_owned(),
        fields: Field::ALL.iter().map(|field| verdict(*field)).collect(),
    }
}

/// How a field stands.
#[derive(Clone, Copy)]
pub(super) struct Judgement {
    pub state: State,
    /// Whether it could have been found missing: every place was looked at.
    pub thorough: bool,
}

pub(super) fn judge(case: &Case) -> [Judgement; 5] {
    [Field::License, Field::Performance, Field::Template, Field::Dataset, Field::Dependency]
        .map(|field| on(field, case, &mut Unheard))
}

fn on(field: Field, case: &Case, reasons: &mut impl Reasons) -> Judgement {
    match field {
        Field::License => license(case, reasons),
        Field::Performance => performance(case, reasons),
        Field::Template => template(case, reasons),
        Field::Dataset => dataset(case, reasons),
        Field::Dependency => dependency(case, reasons),
    }
}

/// Who hears why a judgement is what it is.
trait Reasons {
    fn add(&mut self, reason: impl FnOnce() -> String);
}

/// Nobody does.
struct Unheard;

impl Reasons for Unheard {
    fn add(&mut self, _: impl FnOnce() -> String) {}
}

impl Reasons for Vec<String> {
    fn add(&mut self, reason: impl FnOnce() -> String) {
        self.push(reason());
    }
}

/// Looks for something in one place after the other.
struct Search<'a, R> {
    reasons: &'a mut R,
    found: bool,
    thorough: bool,
}

impl<'a, R: Reasons> Search<'a, R> {
    fn new(reasons: &'a mut R) -> Search<'a, R> {
        Search { reasons, found: false, thorough: true }
    }

    /// A place where it is.
    fn found(&mut self, place: impl FnOnce() -> String) {
        self.found = true;
        self.reasons.add(place);
    }

    /// A place where it would be said and is not.
    fn absent(&mut self, place: &str) {
        self.reasons.add(|| format!("no {place}"));
    }

    /// A place that nobody looked at.
    fn unread(&mut self, place: &str) {
        self.thorough = false;
        self.reasons.add(|| format!("{place} not read"));
    }

    /// The tags and front matter, which do not say it.
    fn undeclared(&mut self, case: &Case, key: &str) {
        if !case.tells_fields() {
            return self.unread("tags and front matter");
        }
        self.reasons.add(|| match case.text() {
            Text::Read(parts) if parts.has(CardPart::BrokenFrontMatter) => {
                format!("no `{key}` in tags; front matter cannot be read")
            }
            _ => format!("no `{key}` in tags or front matter"),
        });
    }

    /// What the text of the card says of it.
    fn text(&mut self, text: Text, part: CardPart, what: &str) {
        match text {
            Text::Unread => self.unread("text of the card"),
            Text::Absent => self.absent("card"),
            Text::Read(parts) if parts.has(part) => self.found(|| format!("{what} in the card’s text")),
            Text::Read(_) => self.reasons.add(|| format!("no {what} in the card’s text")),
        }
    }

    fn file(&mut self, present: Option<bool>, what: &str) {
        match present {
            Some(true) => self.found(|| format!("file: {what}")),
            Some(false) => self.absent(what),
            None => self.unread("list of files"),
        }
    }

    fn judgement(self) -> Judgement {
        let state = match (self.found, self.thorough) {
            (true, _) => State::Present,
            (false, true) => State::Missing,
            (false, false) => State::Unclear,
        };
        Judgement { state, thorough: self.thorough }
    }
}

fn license(case: &Case, reasons: &mut impl Reasons) -> Judgement {
    let clues = &case.record.clues;
    let mut search = Search::new(reasons);
    match case.record.license.as_deref() {
        Some("other") => search.found(|| match (&clues.license_name, &clues.license_link) {
            (Some(name), _) => format!("declared: `other`, named `{name}`"),
            (None, Some(link)) => format!("declared: `other`, at `{link}`"),
            (None, None) => "declared: `other`, without a name or link".to_owned(),
        }),
        Some(license) if license != "unknown" => search.found(|| format!("declared: `license:{license}`")),
        Some(_) => search.reasons.add(|| "declared as `unknown`".to_owned()),
        None => search.undeclared(case, "license"),
    }
    if case.options.basis == Basis::Anywhere {
        if let (None, Some(name)) = (&case.record.license, &clues.license_name) {
            search.found(|| format!("declared: `license_name: {name}`, without `license`"));
        }
        search.file(case.file(FileKind::License), "licence file");
        search.text(case.text(), CardPart::License, "licence");
    }
    search.judgement()
}

fn performance(case: &Case, reasons: &mut impl Reasons) -> Judgement {
    let text = case.text();
    let mut search = Search::new(reasons);
    match case.record.clues.results {
        Some(results) if results > 0 => search.found(|| format!("declared: {results} evaluation results")),
        Some(_) => search.absent("declared evaluation results"),
        // Front matter is part of the card, and who has read that would have found results there.
        None if text.is_known() => search.absent("declared evaluation results"),
        None => search.unread("declared evaluation results"),
    }
    for tag in ["model-index", "eval-results"] {
        if case.has_tag(tag) {
            search.found(|| format!("tag `{tag}`"));
        }
    }
    if case.file(FileKind::EvaluationResults) == Some(true) {
        search.found(|| "file: evaluation results".to_owned());
    }
    search.text(text, CardPart::Results, "results");
    search.judgement()
}

fn template(case: &Case, reasons: &mut impl Reasons) -> Judgement {
    let need = need(case);
    if let Need::Other(task) = need {
        reasons.add(|| format!("`{task}` takes no template"));
        return Judgement { state: State::NotApplicable, thorough: true };
    }
    let mut search = Search::new(reasons);
    match case.record.clues.template {
        Some(Template::Tokenizer) => {
            search.found(|| "`chat_template` in the tokenizer’s configuration".to_owned())
        }
        Some(Template::Gguf) => search.found(|| "`tokenizer.chat_template` in a GGUF header".to_owned()),
        Some(Template::File) => search.found(|| "file: chat template".to_owned()),
        Some(Template::Nowhere) => search.absent("template in configurations and headers"),
        None => match case.file(FileKind::ChatTemplate) {
            Some(true) => search.found(|| "file: chat template".to_owned()),
            _ => search.unread("configurations and headers"),
        },
    }
    search.text(case.text(), CardPart::Template, "template");
    match need {
        // Who gives a template though none is needed has one all the same.
        Need::Plain(sign) if !search.found => {
            search.reasons.add(|| format!("`{sign}`: takes text as it is"));
            Judgement { state: State::NotApplicable, thorough: true }
        }
        Need::Unknown if !search.found => {
            search.reasons.add(|| "nothing says whether it takes a template".to_owned());
            Judgement { state: State::Unclear, thorough: false }
        }
        _ => search.judgement(),
    }
}

fn dataset(case: &Case, reasons: &mut impl Reasons) -> Judgement {
    let exempt = match case.options.basis {
        Basis::Declared => declared_merge(case),
        Basis::Anywhere => case.bases().map(|(_, by)| by).find(|by| is_without_data(by, case.record)),
    };
    if let Some(operation) = exempt {
        reasons.add(|| format!("made by `{operation}`, without data"));
        return Judgement { state: State::NotApplicable, thorough: true };
    }
    let mut search = Search::new(reasons);
    match case.record.datasets.first() {
        Some(first) => search.found(|| match case.record.datasets.len() {
            1 => format!("declared: `{first}`"),
            number => format!("declared: `{first}` and {} more", number - 1),
        }),
        None => search.undeclared(case, "datasets"),
    }
    if case.options.basis == Basis::Anywhere {
        search.text(case.text(), CardPart::Dataset, "data set");
    }
    search.judgement()
}

/// Returns the operation of a declared merge.
fn declared_merge<'a>(case: &Case<'a>) -> Option<&'a Operation> {
    let graph = &case.world.graph;
    let mut declared = graph.operations_of(case.node).map(|code| &graph.operations()[usize::from(code)]);
    declared.find(|operation| **operation == Operation::Merge)
}

/// Whether an operation makes a model without any data.
fn is_without_data(operation: &Operation, record: &ModelRecord) -> bool {
    match operation {
        Operation::Merge | Operation::Convert => true,
        Operation::Quantized => !is_calibrated(record),
        _ => false,
    }
}

/// Methods of quantization that measure what matters on data, as configurations, tags and names call them.
const CALIBRATED: &[&str] = &[
    "aqlm",
    "auto-round",
    "autogptq",
    "autoround",
    "awq",
    "exl2",
    "exl3",
    "gptq",
    "gptqmodel",
    "i1",
    "imat",
    "imatrix",
    "quip",
    "spqr",
    "vptq",
];

/// Whether a quantization was calibrated on data, by its method.
fn is_calibrated(record: &ModelRecord) -> bool {
    let is_one = |word: &str| CALIBRATED.iter().any(|method| method.eq_ignore_ascii_case(word));
    record.quantization.as_deref().is_some_and(is_one)
        || record.tags.iter().any(|tag| is_one(tag))
        || own_part(record.id.as_str()).split(['-', '_', '.']).any(is_one)
}

fn dependency(case: &Case, reasons: &mut impl Reasons) -> Judgement {
    let state = if case.world.graph.is_derived(case.node) {
        declared(case, reasons)
    } else {
        undeclared(case, reasons)
    };
    Judgement { state, thorough: state != State::Unclear }
}

fn declared(case: &Case, reasons: &mut impl Reasons) -> State {
    let (world, graph) = (case.world, &case.world.graph);
    for (base, code) in graph.bases(case.node).iter().zip(graph.base_operations(case.node)) {
        reasons.add(|| {
            let dangling = if graph.is_missing(*base) { ", which is not in the snapshot" } else { "" };
            format!(
                "declared: {} of `{}`{dangling}",
                graph.operations()[usize::from(*code)],
                world.name(*base)
            )
        });
    }
    if graph.is_self_based(case.node) {
        reasons.add(|| "declared: a base of the model’s own name".to_owned());
    }
    let mut state = State::Present;
    for relation in case.believed() {
        let (base, derived) = (world.name(relation.base), world.name(relation.derived));
        let (operation, confidence) = (&relation.operation, relation.confidence);
        let reason = || match &relation.standing {
            Standing::OtherOperation(declared) => {
                format!("inferred: {operation} of `{base}` ({confidence:.2}), not {declared}")
            }
            Standing::OtherBase(declared) => {
                format!(
                    "inferred: {operation} of `{base}` ({confidence:.2}), not of `{}`",
                    world.name(*declared)
                )
            }
            Standing::Reversed | Standing::Undeclared => {
                format!("inferred: `{derived}` was made from `{base}` ({confidence:.2})")
            }
        };
        let contradicts = match relation.standing {
            Standing::Undeclared => false,
            Standing::OtherOperation(_) | Standing::OtherBase(_) => relation.derived == case.node,
            Standing::Reversed => relation.base == case.node,
        };
        if contradicts {
            state = State::Wrong;
            reasons.add(reason);
        }
    }
    state
}

fn undeclared(case: &Case, reasons: &mut impl Reasons) -> State {
    let mut state = State::NotApplicable;
    reasons.add(|| "no declared base".to_owned());
    for relation in case.inferred.iter().filter(|relation| relation.derived == case.node) {
        if relation.confidence >= case.options.believed {
            state = State::Missing;
        } else if relation.confidence < case.options.suspected {
            continue;
        } else if state == State::NotApplicable {
            state = State::Unclear;
        }
        reasons.add(|| {
            let base = case.world.name(relation.base);
            format!("inferred: {} of `{base}` ({:.2})", relation.operation, relation.confidence)
        });
    }
    for claim in case.record.claims.iter().filter(|claim| is_sign(claim, case.record)) {
        if state == State::NotApplicable {
            state = State::Unclear;
        }
        reasons.add(|| format!("`{}` names `{}`, not declared", claim.source.as_str(), claim.base));
    }
    if state == State::NotApplicable {
        reasons.add(|| "no sign of one".to_owned());
    }
    state
}

/// Whether a claim that is no declaration says that the model was made from another.
///
/// What a configuration was loaded from counts if it can be a model's name: it is often a folder.
fn is_sign(claim: &Claim, record: &ModelRecord) -> bool {
    let is_named = match claim.source {
        Source::NameOrPath => claim.base.contains('/') && is_model_id(&claim.base),
        Source::CardLink => false,
        source => !source.is_declaration(),
    };
    is_named && !claim.base.eq_ignore_ascii_case(record.id.as_str())
}

//! Which answer counts?
//!
//! What a third person decided, if they did; else what all who answered said. Where they differ and
//! nobody decided, the answer is *disputed*, and where nobody said anything, there is none.

use super::{
    answers::{Answers, RealOperation},
    sheet::{Row, Sheet},
};
use crate::{
    field::{Field, State},
    set::Member,
};
use std::collections::{BTreeMap, HashMap};

/// Somebody's sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotated {
    pub name: String,
    pub sheet: Sheet,
}

/// How the answers about a field of a model stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Is(State),
    Disputed,
    Unanswered,
}

impl Settled {
    pub fn state(self) -> Option<State> {
        match self {
            Settled::Is(state) => Some(state),
            Settled::Disputed | Settled::Unanswered => None,
        }
    }
}

/// One model with what everybody answered, in the order of the annotators.
#[derive(Debug)]
pub struct Model<'a> {
    /// As the first sheet has it that knows the model.
    pub row: &'a Row,
    pub given: Vec<Option<&'a Answers>>,
    pub decided: Option<&'a Answers>,
    pub fields: BTreeMap<Field, Settled>,
    /// What was said of its real derivation, unless two said different things.
    pub real_operation: Option<&'a RealOperation>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` was decided, but no annotator has it", .0.escape_debug())]
pub struct DecidedAlone(pub String);

/// Puts together what everybody answered, model by model in the order of the sheets.
///
/// # Errors
/// When something was decided about a model that nobody was asked about.
pub fn settle<'a>(
    annotators: &'a [Annotated],
    decided: Option<&'a Sheet>,
) -> Result<Vec<Model<'a>>, DecidedAlone> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut models: Vec<Model> = Vec::new();
    for (number, annotator) in annotators.iter().enumerate() {
        for row in &annotator.sheet.rows {
            let place = *places.entry(&row.id).or_insert(models.len());
            if place == models.len() {
                let given = vec![None; annotators.len()];
                let fields = BTreeMap::new();
                models.push(Model { row, given, decided: None, fields, real_operation: None });
            }
            models[place].given[number] = Some(&row.answers);
        }
    }
    for row in decided.iter().flat_map(|sheet| &sheet.rows) {
        let place = places.get(row.id.as_str()).ok_or_else(|| DecidedAlone(row.id.clone()))?;
        models[*place].decided = Some(&row.answers);
    }
    for model in &mut models {
        model.fields = Field::ALL.iter().map(|field| (*field, settled(model, *field))).collect();
        let mut said = model.given.iter().flatten().filter_map(|answers| answers.real_operation.as_ref());
        let first = said.next().filter(|first| said.all(|other| other == *first));
        model.real_operation = model.decided.and_then(|answers| answers.real_operation.as_ref()).or(first);
    }
    Ok(models)
}

fn settled(model: &Model, field: Field) -> Settled {
    if let Some(state) = model.decided.and_then(|answers| answers.states.get(&field)) {
        return Settled::Is(*state);
    }
    let mut said = model.given.iter().flatten().filter_map(|answers| answers.states.get(&field));
    let Some(first) = said.next() else { return Settled::Unanswered };
    match said.all(|other| other == first) {
        true => Settled::Is(*first),
        false => Settled::Disputed,
    }
}

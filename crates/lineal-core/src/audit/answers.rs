//! What does somebody answer about one model, and in which words?
//!
//! Each field has its own words, since a dependency is not just there or missing: `right` is declared
//! and true, `wrong` is declared and not true, `missing` is true and not declared, `none` is neither.

use crate::{
    field::{Field, State},
    operation::Operation,
    set::Member,
};
use std::collections::BTreeMap;

/// What somebody answered about a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// A field that is not here was not answered yet.
    pub states: BTreeMap<Field, State>,
    /// How the model was really derived, where its dependency is missing or wrong; `None` if nobody
    /// could tell.
    pub real_operation: Option<RealOperation>,
    /// From what it was really derived, in the annotator's words.
    pub real_base: String,
    pub note: String,
}

/// How a model was really derived.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RealOperation {
    Is(Operation),
    /// Known, but kept back by whoever published the answers.
    Withheld,
}

/// What a model says of its own dependencies, as far as a sheet tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declares {
    Something,
    Nothing,
    /// The sheet has no such column.
    NotTold,
}

/// The columns that answers stand in, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Field(Field),
    RealOperation,
    RealBase,
    Note,
}

impl Column {
    pub const ALL: [Column; 8] = [
        Column::Field(Field::License),
        Column::Field(Field::Performance),
        Column::Field(Field::Template),
        Column::Field(Field::Dataset),
        Column::Field(Field::Dependency),
        Column::RealOperation,
        Column::RealBase,
        Column::Note,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Column::Field(field) => field.as_str(),
            Column::RealOperation => "real_operation",
            Column::RealBase => "real_base",
            Column::Note => "note",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAnswer {
    #[error("`{found}` is no answer to `{}` (expected {expected}, or nothing)", .column.as_str())]
    Word { column: Column, found: String, expected: String },
    #[error("the dependency of a model that declares no base cannot be `{0}`: answer `none` or `missing`")]
    NothingDeclared(&'static str),
    #[error("the dependency of a model that declares a base cannot be `{0}`: answer `right` or `wrong`")]
    SomethingDeclared(&'static str),
}

/// The most characters that are kept of a note or a name.
pub const LONGEST_TEXT: usize = 4_000;

/// Returns the states that a field can be in, with the words for them.
pub fn states(field: Field) -> &'static [(State, &'static str)] {
    match field {
        Field::Dependency => &[
            (State::Present, "right"),
            (State::NotApplicable, "none"),
            (State::Missing, "missing"),
            (State::Wrong, "wrong"),
            (State::Unclear, "unclear"),
        ],
        _ => &[
            (State::Present, "present"),
            (State::Missing, "missing"),
            (State::NotApplicable, "not applicable"),
            (State::Unclear, "unclear"),
        ],
    }
}

/// Returns the states that a field can be in if the model declares this of its dependencies.
pub fn possible(field: Field, declares: Declares) -> impl Iterator<Item = (State, &'static str)> {
    let is_impossible = move |state: State| match (field, declares) {
        (Field::Dependency, Declares::Nothing) => matches!(state, State::Present | State::Wrong),
        (Field::Dependency, Declares::Something) => matches!(state, State::NotApplicable | State::Missing),
        _ => false,
    };
    states(field).iter().copied().filter(move |(state, _)| !is_impossible(*state))
}

/// Returns the word for the state of a field.
pub fn word(field: Field, state: State) -> &'static str {
    states(field).iter().find(|(each, _)| *each == state).map_or("", |(_, word)| word)
}

impl Answers {
    /// Reads answers from the words in their columns; no word is no answer.
    ///
    /// # Errors
    /// When a word is none of those expected, or contradicts what the model declares.
    pub fn read<'a>(
        declares: Declares,
        mut text: impl FnMut(Column) -> &'a str,
    ) -> Result<Answers, InvalidAnswer> {
        let mut answers = Answers::default();
        for column in Column::ALL {
            let text = text(column).trim();
            match column {
                Column::Field(field) => {
                    if let Some(state) = state(field, text)? {
                        answers.states.insert(field, state);
                    }
                }
                Column::RealOperation => answers.real_operation = real_operation(text)?,
                Column::RealBase => answers.real_base = shortened(text),
                Column::Note => answers.note = shortened(text),
            }
        }
        let dependency = answers.states.get(&Field::Dependency).copied();
        let is_possible = |state| possible(Field::Dependency, declares).any(|(each, _)| each == state);
        match (dependency.filter(|state| !is_possible(*state)), declares) {
            (Some(state), Declares::Something) => {
                Err(InvalidAnswer::SomethingDeclared(word(Field::Dependency, state)))
            }
            (Some(state), _) => Err(InvalidAnswer::NothingDeclared(word(Field::Dependency, state))),
            (None, _) => Ok(answers),
        }
    }

    /// Returns the word in a column, as it is read again.
    pub fn text(&self, column: Column) -> &str {
        match column {
            Column::Field(field) => self.states.get(&field).map_or("", |state| word(field, *state)),
            Column::RealOperation => match &self.real_operation {
                Some(RealOperation::Is(operation)) => operation.as_str(),
                Some(RealOperation::Withheld) => WITHHELD,
                None => "",
            },
            Column::RealBase => &self.real_base,
            Column::Note => &self.note,
        }
    }

    /// Whether each of the five fields is answered.
    pub fn are_complete(&self) -> bool {
        Field::ALL.iter().all(|field| self.states.contains_key(field))
    }
}

const WITHHELD: &str = "(withheld)";

fn state(field: Field, text: &str) -> Result<Option<State>, InvalidAnswer> {
    if text.is_empty() {
        return Ok(None);
    }
    // Whoever types into a spreadsheet does not think of capitals.
    let typed = text.to_lowercase().replace(['_', '-'], " ");
    let known = states(field).iter().find(|(_, word)| *word == typed);
    let words = || states(field).iter().map(|(_, word)| *word);
    let state = known.map(|(state, _)| *state);
    state.map(Some).ok_or_else(|| unexpected(Column::Field(field), text, words()))
}

fn real_operation(text: &str) -> Result<Option<RealOperation>, InvalidAnswer> {
    let typed = text.to_lowercase();
    Ok(match &*typed {
        "" | "unknown" => None,
        WITHHELD => Some(RealOperation::Withheld),
        // As the study's annotators wrote them.
        "fine-tune" => Some(RealOperation::Is(Operation::Finetune)),
        "quantize" => Some(RealOperation::Is(Operation::Quantized)),
        word => match Operation::named(word) {
            Operation::Other(_) => {
                let words = Operation::NAMED.iter().map(Operation::as_str).chain(["unknown"]);
                return Err(unexpected(Column::RealOperation, text, words));
            }
            operation => Some(RealOperation::Is(operation)),
        },
    })
}

fn unexpected<'a>(column: Column, found: &str, words: impl Iterator<Item = &'a str>) -> InvalidAnswer {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    let expected = words.join(", ");
    InvalidAnswer::Word { column, found: found.chars().take(40).collect(), expected }
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(declares: Declares, typed: &[(&str, &str)], expected: &str) {
        let of = |column: Column| {
            typed.iter().find(|(name, _)| *name == column.as_str()).map_or("", |(_, word)| *word)
        };
        let shown = match Answers::read(declares, of) {
            Err(error) => error.to_string(),
            Ok(answers) => {
                let texts = Column::ALL.map(|column| answers.text(column).to_owned());
                texts.join("|")
            }
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn capitals_and_blanks_do_not_matter_and_no_word_is_no_answer() {
        let typed = [("license", " Present"), ("template", "Not_Applicable"), ("note", " a\nb ")];
        check(Declares::NotTold, &typed, "present||not applicable|||||a\nb");
    }

    #[test]
    fn real_operations_are_written_in_many_ways() {
        for (typed, read) in [
            ("quantize", "quantized"),
            ("Fine-Tune", "finetune"),
            ("Unknown", ""),
            ("(withheld)", "(withheld)"),
        ] {
            check(Declares::NotTold, &[("real_operation", typed)], &format!("|||||{read}||"));
        }
    }

    #[test]
    fn an_unknown_word_is_told_with_those_that_are_known() {
        check(
            Declares::NotTold,
            &[("dependency", "yes")],
            "`yes` is no answer to `dependency` (expected `right`, `none`, `missing`, `wrong`, `unclear`, or nothing)",
        );
        check(
            Declares::NotTold,
            &[("real_operation", "stolen")],
            "`stolen` is no answer to `real_operation` (expected `finetune`, `adapter`, `merge`, `quantized`, \
             `distill`, `prune`, `convert`, `unknown`, or nothing)",
        );
    }

    #[test]
    fn what_is_declared_is_right_or_wrong_and_what_is_not_is_none_or_missing() {
        check(Declares::Something, &[("dependency", "wrong")], "||||wrong|||");
        check(
            Declares::Nothing,
            &[("dependency", "right")],
            "the dependency of a model that declares no base cannot be `right`: answer `none` or `missing`",
        );
        check(
            Declares::Something,
            &[("dependency", "none")],
            "the dependency of a model that declares a base cannot be `none`: answer `right` or `wrong`",
        );
    }
}

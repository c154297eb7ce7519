//! What is wrong with a file, where, and what would mend it?

use serde::Serialize;
use std::fmt;

/// A place in a text, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

impl Place {
    pub const START: Place = Place { line: 1, column: 1 };

    /// Returns the place that follows after a text which begins here.
    pub fn after(self, text: &str) -> Place {
        let mut place = self;
        let mut last = '\0';
        for each in text.chars() {
            match each {
                '\n' if last == '\r' => {}
                '\n' | '\r' => place = Place { line: place.line.saturating_add(1), column: 1 },
                _ => place.column = place.column.saturating_add(1),
            }
            last = each;
        }
        place
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be read, or says what is not so.
    Error,
    /// Something that others rely on is missing or will be misread.
    Warning,
    Note,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub code: Code,
    /// The file, relative to the model's folder.
    pub file: String,
    pub at: Place,
    /// What is wrong, in a sentence.
    pub what: String,
    /// How to mend it, in a sentence.
    pub fix: Option<String>,
}

impl Finding {
    /// A finding about `README.md`.
    pub fn of_card(code: Code, at: Place, what: impl Into<String>) -> Finding {
        Finding { code, file: "README.md".to_owned(), at, what: what.into(), fix: None }
    }

    pub fn mended_by(self, fix: impl Into<String>) -> Finding {
        Finding { fix: Some(fix.into()), ..self }
    }
}

/// The longest piece of a file that a finding quotes, in characters.
const LONGEST_QUOTE: usize = 80;

/// Returns a piece of a file as a finding can quote it: cut off, without line breaks and hidden characters.
pub fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST_QUOTE).map(visible).collect();
    if text.chars().nth(LONGEST_QUOTE).is_some() {
        shown.push('…');
    }
    shown
}

fn visible(each: char) -> char {
    let is_hidden = matches!(each, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    match each {
        '\n' | '\r' | '\t' => ' ',
        _ if each.is_control() || is_hidden => char::REPLACEMENT_CHARACTER,
        _ => each,
    }
}

/// What can be wrong. Codes are stable: they are added, never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    NotUtf8,
    ByteOrderMark,
    NoCard,
    NoFrontMatter,
    FrontMatterNotFirst,
    FrontMatterUnterminated,
    FrontMatterNotMapping,
    YamlSyntax,
    YamlTab,
    YamlAlias,
    TooLarge,
    DuplicateKey,
    MisspeltKey,
    WrongType,
    AmbiguousScalar,
    InvalidBaseModel,
    UnknownRelation,
    UnknownLicense,
    UnnamedLicense,
    MissingLicense,
    MissingResults,
    MissingTemplate,
    MissingDataset,
    MissingBaseModel,
    WrongBaseModel,
    WrongRelation,
    SelfBase,
    BaseNotFound,
    LocalPath,
    BrokenFile,
    BrokenFence,
    RelationNotShown,
    UndeclaredLicense,
    WrongLicense,
    Relicensed,
    UndeclaredDataset,
    PossibleBaseModel,
}

/// Every code with its word, its severity and what it means.
const CODES: [(Code, &str, Severity, &str); 37] = [
    (Code::NotUtf8, "not-utf8", Severity::Warning, "a text is not UTF-8"),
    (Code::ByteOrderMark, "byte-order-mark", Severity::Note, "a text begins with a byte order mark"),
    (Code::NoCard, "no-card", Severity::Error, "the model has no README.md"),
    (Code::NoFrontMatter, "no-front-matter", Severity::Warning, "the card has no front matter"),
    (
        Code::FrontMatterNotFirst,
        "front-matter-not-first",
        Severity::Warning,
        "something stands before the front matter",
    ),
    (
        Code::FrontMatterUnterminated,
        "front-matter-unterminated",
        Severity::Error,
        "the front matter has no end",
    ),
    (
        Code::FrontMatterNotMapping,
        "front-matter-not-mapping",
        Severity::Error,
        "the front matter is no list of keys and values",
    ),
    (Code::YamlSyntax, "yaml-syntax", Severity::Error, "the front matter is not YAML"),
    (Code::YamlTab, "yaml-tab", Severity::Error, "a tab is used for indentation"),
    (Code::YamlAlias, "yaml-alias", Severity::Warning, "an alias is used in the front matter"),
    (Code::TooLarge, "too-large", Severity::Error, "a text is too large or too deep to be read"),
    (Code::DuplicateKey, "duplicate-key", Severity::Warning, "a key occurs again"),
    (Code::MisspeltKey, "misspelt-key", Severity::Warning, "a key is a misspelling of another"),
    (Code::WrongType, "wrong-type", Severity::Warning, "a value has a type that its key does not take"),
    (
        Code::AmbiguousScalar,
        "ambiguous-scalar",
        Severity::Note,
        "a value means different things to different readers",
    ),
    (Code::InvalidBaseModel, "invalid-base-model", Severity::Error, "a base is named that cannot be a model"),
    (
        Code::UnknownRelation,
        "unknown-relation",
        Severity::Warning,
        "`base_model_relation` is no operation of the hub's",
    ),
    (Code::UnknownLicense, "unknown-license", Severity::Warning, "the licence is no identifier of the hub's"),
    (
        Code::UnnamedLicense,
        "unnamed-license",
        Severity::Warning,
        "the licence is `other` and has neither name nor link",
    ),
    (Code::MissingLicense, "missing-license", Severity::Error, "no licence is stated"),
    (Code::MissingResults, "missing-results", Severity::Warning, "no evaluation results are stated"),
    (Code::MissingTemplate, "missing-template", Severity::Warning, "no prompt template is stated"),
    (Code::MissingDataset, "missing-dataset", Severity::Warning, "no training data is stated"),
    (
        Code::MissingBaseModel,
        "missing-base-model",
        Severity::Error,
        "the model is derived and declares no base",
    ),
    (Code::WrongBaseModel, "wrong-base-model", Severity::Error, "the declared base contradicts the evidence"),
    (
        Code::WrongRelation,
        "wrong-relation",
        Severity::Error,
        "the declared operation contradicts the evidence",
    ),
    (Code::SelfBase, "self-base", Severity::Error, "the model declares itself as its base"),
    (
        Code::BaseNotFound,
        "base-not-found",
        Severity::Warning,
        "the declared base is not among the known models",
    ),
    (
        Code::LocalPath,
        "local-path",
        Severity::Warning,
        "a configuration names a base by a path on somebody's disk",
    ),
    (Code::BrokenFile, "broken-file", Severity::Error, "a configuration or a header cannot be read"),
    (
        Code::BrokenFence,
        "broken-fence",
        Severity::Error,
        "a line of `---` around the front matter is not as the hub takes it",
    ),
    (
        Code::RelationNotShown,
        "relation-not-shown",
        Severity::Note,
        "`base_model_relation` is an operation that the hub does not show",
    ),
    (
        Code::UndeclaredLicense,
        "undeclared-license",
        Severity::Warning,
        "a file or the text names a licence, and the front matter does not",
    ),
    (
        Code::WrongLicense,
        "wrong-license",
        Severity::Error,
        "the licence file holds another licence than the front matter states",
    ),
    (
        Code::Relicensed,
        "relicensed",
        Severity::Warning,
        "the base's licence binds what is made from it, and the model states another",
    ),
    (
        Code::UndeclaredDataset,
        "undeclared-dataset",
        Severity::Note,
        "the text links to a data set that the front matter does not name",
    ),
    (
        Code::PossibleBaseModel,
        "possible-base-model",
        Severity::Note,
        "a file names what may be the base, and none is declared",
    ),
];

impl Code {
    /// Every code, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Code> {
        CODES.iter().map(|row| row.0)
    }

    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    pub fn severity(self) -> Severity {
        self.row().2
    }

    /// What the code means, in a sentence without its full stop.
    pub fn meaning(self) -> &'static str {
        self.row().3
    }

    // The table is in the order of the declaration, which a test holds on to.
    fn row(self) -> &'static (Code, &'static str, Severity, &'static str) {
        &CODES[self as usize]
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_follows_after_line_breaks_of_every_kind() {
        assert_eq!(Place::START.after("a\r\nb\rc\nÄd").to_string(), "4:3");
    }

    #[test]
    fn a_quote_is_short_and_cannot_move_the_cursor() {
        assert_eq!(shown("a\n\u{1b}[31m\u{202e}"), "a \u{fffd}[31m\u{fffd}");
        assert_eq!(shown(&"x".repeat(81)), format!("{}…", "x".repeat(80)));
    }

    #[test]
    fn every_code_has_its_own_row() {
        for (at, row) in CODES.iter().enumerate() {
            assert_eq!(row.0 as usize, at, "{}", row.1);
        }
    }
}

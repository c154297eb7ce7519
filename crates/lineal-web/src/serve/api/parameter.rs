//! What may a request say after the question mark?
//!
//! Each route lists its parameters, with their kinds and limits; the description of the API says the same,
//! from the same table. Whatever is not listed, or not within its limits, is refused by name.

use super::problem::Problem;
use crate::address;
use serde_json::{Value, json};

/// One parameter of some routes.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
    pub kind: Kind,
    /// What it is when it is not said, as it would be written; `None` if that is nothing.
    pub default: Option<&'static str>,
    /// How often it must be said at least, and may be at most.
    pub times: (usize, usize),
}

/// What a parameter can be.
#[derive(Debug)]
pub enum Kind {
    /// Any text of so many characters at least and at most.
    Text(usize, usize),
    /// A whole number from one to another.
    Whole(u64, u64),
    /// `true` or `false`.
    Flag,
    /// One of some words.
    Word(&'static [&'static str]),
    /// Where the page before ended: a number, a colon and a name, as the page before said.
    Place,
}

impl Parameter {
    pub const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Parameter {
        Parameter { name, about, kind, default: None, times: (0, 1) }
    }

    pub const fn required(name: &'static str, kind: Kind, about: &'static str) -> Parameter {
        Parameter { name, about, kind, default: None, times: (1, 1) }
    }

    pub const fn or(self, default: &'static str) -> Parameter {
        Parameter { default: Some(default), ..self }
    }

    pub const fn up_to(self, times: usize) -> Parameter {
        Parameter { times: (self.times.0, times), ..self }
    }

    pub fn repeats(&self) -> bool {
        self.times.1 > 1
    }

    fn parse(&self, text: &str) -> Result<(), Problem> {
        let name = self.name;
        let expected = match self.kind {
            Kind::Text(least, most) if (least..=most).contains(&text.chars().count()) => return Ok(()),
            Kind::Text(0, most) => format!("at most {most} characters"),
            Kind::Text(least, most) => format!("{least} to {most} characters"),
            Kind::Whole(least, most) => match whole(text) {
                Some(number) if (least..=most).contains(&number) => return Ok(()),
                _ => format!("a whole number from {least} to {most}"),
            },
            Kind::Flag if matches!(text, "true" | "false") => return Ok(()),
            Kind::Flag => "`true` or `false`".to_owned(),
            Kind::Word(words) if words.contains(&text) => return Ok(()),
            Kind::Word(words) => format!("one of {}", words.join(", ")),
            Kind::Place if place(text).is_some() => return Ok(()),
            Kind::Place => "what the page before said in `next`".to_owned(),
        };
        let said: String = text.chars().take(80).collect();
        Err(Problem::of_parameter(
            name,
            format!("`{name}` is `{}`; expected {expected}.", said.escape_debug()),
        ))
    }

    /// Describes what it can be, as JSON Schema does.
    pub fn schema(&self) -> Value {
        let mut one = match self.kind {
            Kind::Text(least, most) => json!({"type": "string", "minLength": least, "maxLength": most}),
            Kind::Whole(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
            Kind::Flag => json!({"type": "boolean"}),
            Kind::Word(words) => json!({"type": "string", "enum": words}),
            Kind::Place => json!({"type": "string", "pattern": "^[0-9]{1,9}:"}),
        };
        if let (Some(default), Some(one)) = (self.default, one.as_object_mut()) {
            let default = serde_json::from_str(default).unwrap_or_else(|_| json!(default));
            one.insert("default".to_owned(), default);
        }
        if !self.repeats() {
            return one;
        }
        json!({"type": "array", "items": one, "minItems": self.times.0, "maxItems": self.times.1})
    }
}

/// Reads a number as JSON writes it, so that each has one spelling.
fn whole(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok()).flatten()
}

/// Reads where a page ended.
fn place(text: &str) -> Option<(u32, &str)> {
    let (number, name) = text.split_once(':')?;
    let is_plain = (1..=9).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((is_plain.then(|| number.parse().ok()).flatten()?, name))
}

/// What a request says, known to be within the limits of its route's parameters.
#[derive(Debug, Default)]
pub struct Given {
    said: Vec<(&'static str, String)>,
}

impl Given {
    /// Reads what stands after the question mark.
    ///
    /// # Errors
    /// When something is not a parameter of the route, or not what that can be.
    pub fn parse(query: &str, parameters: &[&'static Parameter]) -> Result<Given, Problem> {
        let mut said: Vec<(&'static str, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let known = |name: &str| parameters.iter().find(|parameter| parameter.name == name);
            let Some(parameter) = address::read_query(name).as_deref().and_then(known) else {
                return Err(unknown(name, parameters));
            };
            let value = address::read_query(value).ok_or_else(|| {
                Problem::of_parameter(parameter.name, format!("`{}` is not UTF-8.", parameter.name))
            })?;
            parameter.parse(&value)?;
            said.push((parameter.name, value));
        }
        for parameter in parameters {
            let (least, most) = parameter.times;
            let times = said.iter().filter(|(name, _)| *name == parameter.name).count();
            if !(least..=most).contains(&times) {
                let name = parameter.name;
                let expected =
                    if times < least { format!("at least {least}") } else { format!("at most {most}") };
                let detail = format!("`{name}` is there {times} times; expected {expected}.");
                return Err(Problem::of_parameter(name, detail));
            }
        }
        Ok(Given { said })
    }

    /// Returns all that was said of a parameter.
    pub fn all(&self, parameter: &Parameter) -> impl Iterator<Item = &str> {
        self.said.iter().filter(|(name, _)| *name == parameter.name).map(|(_, value)| value.as_str())
    }

    /// Returns a parameter, or its default.
    pub fn text(&self, parameter: &Parameter) -> Option<&str> {
        self.said
            .iter()
            .find(|(name, _)| *name == parameter.name)
            .map(|(_, value)| value.as_str())
            .or(parameter.default)
    }

    pub fn whole(&self, parameter: &Parameter) -> Option<usize> {
        whole(self.text(parameter)?)?.try_into().ok()
    }

    pub fn flag(&self, parameter: &Parameter) -> bool {
        self.text(parameter) == Some("true")
    }

    pub fn place(&self, parameter: &Parameter) -> Option<(u32, &str)> {
        place(self.text(parameter)?)
    }

    /// Writes all that was said again, apart from one parameter, which is something else now.
    pub fn with(&self, parameter: &Parameter, value: &str) -> String {
        let others = self.said.iter().filter(|(name, _)| *name != parameter.name);
        let others = others.map(|(name, value)| (*name, value.as_str()));
        address::query(others.chain([(parameter.name, value)]))
    }
}

fn unknown(name: &str, parameters: &[&'static Parameter]) -> Problem {
    let name: String = address::read_query(name).unwrap_or_default().chars().take(80).collect();
    let known: Vec<&str> = parameters.iter().map(|parameter| parameter.name).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let detail = format!("There is no parameter `{}` here; there are: {known}.", name.escape_debug());
    Problem::new(super::problem::Kind::BadParameter, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIMIT: Parameter = Parameter::optional("limit", Kind::Whole(1, 1000), "").or("100");
    static MODEL: Parameter = Parameter::required("model", Kind::Text(1, 8), "").up_to(2);
    static AFTER: Parameter = Parameter::optional("after", Kind::Place, "");

    fn check(query: &str, expected: Result<&str, &str>) {
        let given = Given::parse(query, &[&LIMIT, &MODEL, &AFTER]);
        let shown = given.map(|given| {
            let models: Vec<&str> = given.all(&MODEL).collect();
            let after = given.place(&AFTER);
            format!("{:?} {models:?} {after:?}", given.whole(&LIMIT))
        });
        let shown = shown.map_err(|problem| {
            let body = serde_json::to_value(format!("{problem:?}")).expect("text");
            body.as_str().expect("text").to_owned()
        });
        match (shown, expected) {
            (Ok(shown), Ok(expected)) => assert_eq!(shown, expected, "{query}"),
            (Err(shown), Err(expected)) => assert!(shown.contains(expected), "{query}: {shown}"),
            (shown, _) => panic!("{query}: {shown:?}"),
        }
    }

    #[test]
    fn what_is_said_is_read_and_the_rest_is_as_usual() {
        check("model=a", Ok(r#"Some(100) ["a"] None"#));
        check("&model=a%2Fb&limit=7&model=c+d&", Ok(r#"Some(7) ["a/b", "c d"] None"#));
        check("model=%E2%80%AE&after=3:a%3Ab", Ok("Some(100) [\"\\u{202e}\"] Some((3, \"a:b\"))"));
    }

    #[test]
    fn what_is_not_a_parameter_is_refused_by_name() {
        for (query, expected) in [
            ("", "`model` is there 0 times; expected at least 1"),
            ("model=a&model=b&model=c", "`model` is there 3 times; expected at most 2"),
            ("model=a&limit=1&limit=1", "`limit` is there 2 times"),
            ("model=", "expected 1 to 8 characters"),
            ("model", "expected 1 to 8 characters"),
            ("model=123456789", "expected 1 to 8 characters"),
            ("model=%ff", "`model` is not UTF-8"),
            ("model=a&limit=0", "a whole number from 1 to 1000"),
            ("model=a&limit=01", "a whole number from 1 to 1000"),
            ("model=a&limit=%2B1", "a whole number from 1 to 1000"),
            ("model=a&limit=99999999999999999999", "a whole number from 1 to 1000"),
            ("model=a&after=x:y", "what the page before said"),
            ("model=a&after=1234567890:y", "what the page before said"),
            ("model=a&Limit=1", "There is no parameter `Limit` here; there are: limit, model, after."),
            ("model=a&%00=1", "There is no parameter `\\\\0`"),
        ] {
            check(query, Err(expected));
        }
    }

    #[test]
    fn what_was_said_is_written_again_for_the_next_page() {
        let given =
            Given::parse("model=a%2Fb%26&after=1:x&limit=7", &[&LIMIT, &MODEL, &AFTER]).expect("known");
        assert_eq!(given.with(&AFTER, "2:é"), "model=a%2Fb%26&limit=7&after=2%3A%C3%A9");
    }
}

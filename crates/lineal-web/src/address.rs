//! Where is the page of what has this name, and how does any text stand in an address?
//!
//! Names of missing bases can be any text, such as `..` or one with a newline. They are one part of a path,
//! escaped; but what a browser would take for a way up or for nothing goes into the query.

use lineal_core::model_id::{is_model_id, owner};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All that is escaped in one part of an address: whatever is not unreserved (RFC 3986, section 2.3).
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same of a path, whose slashes stay what they are.
const PATH: &AsciiSet = &PART.remove(b'/');

/// A name as it is shown, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub words: String,
    pub href: String,
}

impl Link {
    pub fn model(name: &str) -> Link {
        Link { words: crate::cell::visible(name), href: model(name) }
    }

    pub fn to(words: impl Into<String>, href: impl Into<String>) -> Link {
        Link { words: words.into(), href: href.into() }
    }
}

/// The page of a model or a missing base.
pub fn model(name: &str) -> String {
    match name {
        "" | "." | ".." => with("/models", &[("name", name)]),
        name if is_model_id(name) => format!("/models/{name}"),
        name => format!("/models/{}", part(name)),
    }
}

/// The list of what was made from a model or a missing base.
pub fn derived(name: &str) -> String {
    match is_model_id(name) && owner(name).is_some() {
        true => format!("/models/{name}/derived"),
        // `/models/name/derived` is the model `name/derived`.
        false => with("/derived", &[("name", name)]),
    }
}

/// The list of what was made from it at any distance.
pub fn descendants(name: &str) -> String {
    let list = derived(name);
    let mark = if list.contains('?') { '&' } else { '?' };
    format!("{list}{mark}of=all")
}

/// The page of a root's cluster. Roots are listed, so their names are plain.
pub fn cluster(root: &str) -> String {
    format!("/clusters/{root}")
}

/// A model's badge.
pub fn badge(name: &str) -> String {
    format!("/api/v1/models/{name}/badge.svg")
}

/// A path with a query.
pub fn with(path: &str, pairs: &[(&str, &str)]) -> String {
    format!("{path}?{}", query(pairs.iter().copied()))
}

/// What stands after a question mark.
pub fn query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    pairs.map(|(key, value)| format!("{}={}", part(key), part(value))).collect::<Vec<_>>().join("&")
}

/// Writes text so that it is one part of a path or a query, whatever it holds.
pub fn part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

/// Writes text so that it is a path, or the end of one.
pub fn path(text: &str) -> String {
    utf8_percent_encode(text, PATH).to_string()
}

/// Reads a part of a path; `None` if it is no text. What is not escaped well stays as it is.
pub fn read_part(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

/// Reads a key or a value of a query, where a plus sign is a space.
pub fn read_query(text: &str) -> Option<String> {
    read_part(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, page: &str, list: &str) {
        assert_eq!((model(name).as_str(), derived(name).as_str()), (page, list));
    }

    #[test]
    fn a_models_page_has_its_name() {
        check("owner/name", "/models/owner/name", "/models/owner/name/derived");
        check("gpt2", "/models/gpt2", "/derived?name=gpt2");
        assert_eq!(descendants("gpt2"), "/derived?name=gpt2&of=all");
        assert_eq!(descendants("owner/name"), "/models/owner/name/derived?of=all");
    }

    #[test]
    fn no_name_leads_elsewhere() {
        check("..", "/models?name=..", "/derived?name=..");
        check("../x", "/models/..%2Fx", "/derived?name=..%2Fx");
        check("a/b/c", "/models/a%2Fb%2Fc", "/derived?name=a%2Fb%2Fc");
        check("", "/models?name=", "/derived?name=");
        check("\"><script>", "/models/%22%3E%3Cscript%3E", "/derived?name=%22%3E%3Cscript%3E");
        check("é\n&a=b#", "/models/%C3%A9%0A%26a%3Db%23", "/derived?name=%C3%A9%0A%26a%3Db%23");
        check(
            "javascript:alert(1)",
            "/models/javascript%3Aalert%281%29",
            "/derived?name=javascript%3Aalert%281%29",
        );
    }

    #[test]
    fn any_text_comes_back_from_an_address() {
        for text in ["", "a/b", "é%\0\u{202e}\"<>&+ =?#", "%2e%2e", "%", "%4", "模型\u{202e}"] {
            assert!(part(text).is_ascii() && path(text).is_ascii(), "{text}");
            assert_eq!(read_part(&path(text)).as_deref(), Some(text));
            assert_eq!(read_query(&part(text)).as_deref(), Some(text));
        }
        assert_eq!((path("a/b c").as_str(), part("a/b c").as_str()), ("a/b%20c", "a%2Fb%20c"));
    }

    #[test]
    fn what_is_not_escaped_well_stays_as_it_is() {
        assert_eq!(read_query("100%+%4").as_deref(), Some("100% %4"));
        assert_eq!(read_part("a+b%zz").as_deref(), Some("a+b%zz"));
        assert_eq!(read_part("%ff"), None);
    }
}

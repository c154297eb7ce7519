//! Where is the page of what has this name?
//!
//! Names of missing bases can be any text, such as `..` or one with a newline. They are one part of a path,
//! escaped; but what a browser would take for a way up or for nothing goes into the query.

use lineal_core::model_id::{is_model_id, owner};
use std::fmt::Write as _;

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
        name => {
            let mut address = "/models/".to_owned();
            encode(name, &mut address);
            address
        }
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
    let mut address = path.to_owned();
    let marks = std::iter::once('?').chain(std::iter::repeat('&'));
    for (mark, (key, value)) in marks.zip(pairs) {
        address.push(mark);
        encode(key, &mut address);
        address.push('=');
        encode(value, &mut address);
    }
    address
}

/// Writes text so that it is one part of a path or a query, whatever it holds.
fn encode(text: &str, address: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => address.push(byte.into()),
            // Writing to a string cannot fail.
            byte => drop(write!(address, "%{byte:02X}")),
        }
    }
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
}

//! What does a query, a form or a path say once it is decoded?

/// The names and values of a query or form, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(text: &str) -> Query {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let decoded = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        };
        Query(pairs.map(decoded).collect())
    }

    /// Returns the first value of a name; a name without value counts as not there.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.many(name).find(|value| !value.is_empty())
    }

    /// Returns all values of a name, which may be spelled with brackets.
    pub fn many<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let is_meant = move |found: &str| found.strip_suffix("[]").unwrap_or(found) == name;
        self.0.iter().filter(move |(found, _)| is_meant(found)).map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.one(name).is_some_and(|value| matches!(value, "true" | "True" | "1"))
    }

    /// Returns the number that a name stands for; `Err` where its value is no number.
    pub fn number(&self, name: &'static str) -> Result<Option<usize>, NoNumber> {
        self.one(name).map(|value| value.parse().map_err(|_| NoNumber(name))).transpose()
    }
}

/// The value of this name should have been a number.
#[derive(Debug, thiserror::Error)]
#[error("Invalid input: expected number, received NaN at {0}")]
pub(crate) struct NoNumber(pub &'static str);

/// Returns a raw query without one of its names, for adding that anew.
pub(crate) fn without(raw: &str, name: &str) -> String {
    let others = raw.split('&').filter(|pair| {
        let found = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && found != name
    });
    others.collect::<Vec<&str>>().join("&")
}

/// Replaces what stands for a byte as `%41` does; what is no text in the end is shown as such.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let byte = code.filter(|_| first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Writes a text so that it can stand in a path or as a value of a query; `/` stays itself.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let query =
            Query::parse("filter=a%3Ab&expand[]=tags&expand%5B%5D=sha&search=two+words&limit=&full=True");
        assert_eq!(query.one("filter"), Some("a:b"));
        assert_eq!(query.many("expand").collect::<Vec<_>>(), ["tags", "sha"]);
        assert_eq!((query.one("search"), query.one("limit")), (Some("two words"), None));
        assert!(query.is_on("full") && !query.is_on("config"));
    }

    #[test]
    fn what_is_no_code_stays() {
        assert_eq!(decoded("100%25 %zz %4"), "100% %zz %4");
        assert_eq!(decoded(&encoded("a b/ü+=")), "a b/ü+=");
    }
}

//! How is a hub's own listing read, page by page?
//!
//! The list endpoint gives up to 1,000 models at a time and, with each page, the address of the
//! next. In order of creation that address is a position among the hub's ids, so pages neither
//! overlap nor leave a model out while the hub goes on changing: what is created meanwhile comes
//! at the end, what is deleted before its page is read is not there.

use crate::client::{AskError, Client, Trouble};
use serde::de::IgnoredAny;
use url::Url;

/// How many models a page may have.
pub const LARGEST_PAGE: u64 = 1000;
/// The largest body of a page, unpacked.
const LARGEST_BODY: usize = 128 << 20;

/// The fields asked for: what a record is made from, and nothing else.
pub const FIELDS: [&str; 19] = [
    "baseModels",
    "cardData",
    "config",
    "createdAt",
    "disabled",
    "downloads",
    "downloadsAllTime",
    "evalResults",
    "gated",
    "gguf",
    "lastModified",
    "library_name",
    "likes",
    "pipeline_tag",
    "private",
    "safetensors",
    "sha",
    "siblings",
    "tags",
];

/// Fields that hubs have not had for long.
const YOUNG: [&str; 2] = ["baseModels", "evalResults"];

/// Which models, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Tags that a model must have, all of them.
    pub filters: Vec<String>,
    pub author: Option<String>,
    pub order: Order,
    /// How many models a page should have.
    pub page: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Oldest first. New models come at the end, so nothing moves while one reads.
    Created,
    /// Last changed first.
    Modified,
}

/// A page as it came.
#[derive(Debug)]
pub struct Page {
    /// A JSON array of models.
    pub body: Vec<u8>,
    pub models: usize,
    pub next: Option<Url>,
}

/// The address of the first page, with the fields that every page shall have; without any, what
/// hubs gave before fields could be chosen.
pub fn first(hub: &Url, query: &Query, fields: &[String]) -> Url {
    let mut url = hub.clone();
    let path = format!("{}/api/models", hub.path().trim_end_matches('/'));
    url.set_path(&path);
    {
        let mut pairs = url.query_pairs_mut();
        pairs.clear().append_pair("limit", &query.page.to_string());
        match query.order {
            Order::Created => pairs.append_pair("sort", "createdAt").append_pair("direction", "1"),
            Order::Modified => pairs.append_pair("sort", "lastModified").append_pair("direction", "-1"),
        };
        for filter in &query.filters {
            pairs.append_pair("filter", filter);
        }
        if let Some(author) = &query.author {
            pairs.append_pair("author", author);
        }
        for field in fields {
            pairs.append_pair("expand[]", field);
        }
        if fields.is_empty() {
            pairs.append_pair("full", "true").append_pair("cardData", "true").append_pair("config", "true");
        }
    }
    url
}

/// Reads one page.
///
/// # Errors
/// When the hub does not give it, or says that the next one is elsewhere.
pub async fn page(client: &Client, url: Url) -> Result<Page, AskError> {
    let (answer, models) = client.ask(url, LARGEST_BODY, |answer| count(&answer.body)).await?;
    let next = client.next(&answer)?;
    Ok(Page { body: answer.body, models, next })
}

/// Reads the first page, and finds out which fields the hub knows: it refuses one it does not, and
/// names those it does. Returns the fields used; without `baseModels`, tags tell the bases.
///
/// # Errors
/// When the hub refuses whatever is asked.
pub async fn first_page(
    client: &Client,
    query: &Query,
    wanted: &[String],
) -> Result<(Page, Vec<String>), AskError> {
    let mut fields = wanted.to_vec();
    loop {
        let error = match page(client, first(client.hub(), query, &fields)).await {
            Ok(page) => return Ok((page, fields)),
            Err(error) => error,
        };
        let Some((400, _, said)) = error.refusal() else { return Err(error) };
        let known = fewer(&fields, said);
        if known.len() == fields.len() {
            return Err(error);
        }
        fields = known;
    }
}

/// Returns those of the fields that the hub knows, by what it said when it refused them; if it did
/// not say, first those that we need, then all of them but those that older hubs lack, then none.
fn fewer(fields: &[String], said: &str) -> Vec<String> {
    let listed = listed(said);
    let known: Vec<String> =
        fields.iter().filter(|field| listed.contains(&field.as_str())).cloned().collect();
    if !known.is_empty() && known.len() < fields.len() {
        return known;
    }
    let needed = |field: &&String| FIELDS.contains(&field.as_str());
    let older = |field: &&String| !YOUNG.contains(&field.as_str());
    for is_kept in [&needed as &dyn Fn(&&String) -> bool, &older] {
        let without: Vec<String> = fields.iter().filter(|field| is_kept(field)).cloned().collect();
        if without.len() < fields.len() {
            return without;
        }
    }
    Vec::new()
}

/// Returns the words of the longest list in a text. A list has marks between its words, not blanks
/// alone; what is quoted elsewhere in the text, such as the word refused, is not part of it.
fn listed(text: &str) -> Vec<&str> {
    let is_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    let mut longest = Vec::new();
    let mut current: Vec<&str> = Vec::new();
    let mut end = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((start, char)) = rest.next() {
        if !is_word(char) {
            continue;
        }
        let mut stop = start + char.len_utf8();
        while let Some((at, char)) = rest.next_if(|(_, char)| is_word(*char)) {
            stop = at + char.len_utf8();
        }
        let between = text[end..start].trim();
        let is_next = between.contains([',', '|']) && between.chars().all(|char| "[],|'\"` ".contains(char));
        if !is_next {
            longest = longer(longest, std::mem::take(&mut current));
        }
        current.push(&text[start..stop]);
        end = stop;
    }
    longer(longest, current)
}

fn longer<'a>(one: Vec<&'a str>, other: Vec<&'a str>) -> Vec<&'a str> {
    if other.len() > one.len() { other } else { one }
}

/// The last and the first moment at which a model of a page was changed, as texts that sort by time.
pub fn changed(body: &[u8]) -> Option<(String, String)> {
    #[derive(serde::Deserialize)]
    struct Changed {
        #[serde(rename = "lastModified")]
        at: Option<String>,
    }
    let models: Vec<Changed> = serde_json::from_slice(body).ok()?;
    let moments = || models.iter().filter_map(|model| model.at.clone());
    Some((moments().max()?, moments().min()?))
}

/// Counts the models of a page, which must be a whole JSON array.
fn count(body: &[u8]) -> Result<usize, Trouble> {
    let items: Vec<IgnoredAny> =
        serde_json::from_slice(body).map_err(|error| Trouble::Nonsense(error.to_string()))?;
    Ok(items.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_first_address_says_everything() {
        let hub: Url = "https://hub.example".parse().expect("an address");
        let query = Query {
            filters: vec!["base_model:a/b".into(), "gguf".into()],
            author: Some("c".into()),
            order: Order::Created,
            page: 1000,
        };
        assert_eq!(
            first(&hub, &query, &words("sha tags")).as_str(),
            "https://hub.example/api/models?limit=1000&sort=createdAt&direction=1\
             &filter=base_model%3Aa%2Fb&filter=gguf&author=c&expand%5B%5D=sha&expand%5B%5D=tags"
        );
        let plain = Query { filters: Vec::new(), author: None, order: Order::Modified, page: 10 };
        assert_eq!(
            first(&hub, &plain, &[]).as_str(),
            "https://hub.example/api/models?limit=10&sort=lastModified&direction=-1&full=true&cardData=true&config=true"
        );
    }

    #[test]
    fn a_refusal_names_the_fields_a_hub_knows() {
        for said in [
            r#"Invalid option "baseModels": expected one of "author"|"sha"|"tags"|"likes""#,
            "expand[0]: baseModels is not valid. Valid values: author, sha, tags, likes",
            "unknown field `baseModels`, expected one of: ['author', 'sha', 'tags', 'likes']",
        ] {
            assert_eq!(fewer(&words("baseModels gguf sha tags"), said), words("sha tags"), "{said}");
        }
    }

    #[test]
    fn without_such_words_young_fields_go_before_everything_else_does() {
        assert_eq!(fewer(&words("baseModels sha spaces"), "Bad Request"), words("baseModels sha"));
        assert_eq!(fewer(&words("baseModels evalResults sha tags"), "Bad Request"), words("sha tags"));
        assert_eq!(fewer(&words("sha tags"), "Bad Request"), words(""));
        assert_eq!(fewer(&words("baseModels sha"), "one of baseModels, sha, x"), words("sha"));
    }

    #[test]
    fn a_page_tells_when_its_models_were_changed() {
        let body = br#"[{"lastModified":"2026-10-02T00:00:00.000Z"},{},{"lastModified":"2026-10-01T00:00:00.000Z"}]"#;
        let times = ("2026-10-02T00:00:00.000Z".to_owned(), "2026-10-01T00:00:00.000Z".to_owned());
        assert_eq!(changed(body), Some(times));
        assert_eq!(changed(b"[{}]"), None);
    }

    proptest! {
        #[test]
        fn whatever_a_hub_says_fewer_fields_are_left(said in "\\PC{0,200}|([a-z]{1,6}[,|'\" ]{1,3}){0,20}") {
            let mut fields: Vec<String> = FIELDS.into_iter().map(str::to_owned).collect();
            while !fields.is_empty() {
                let left = fewer(&fields, &said);
                prop_assert!(left.len() < fields.len());
                fields = left;
            }
        }
    }

    #[test]
    fn a_page_is_a_whole_array() {
        assert_eq!(count(b"[{}, {\"a\": [1]}]").ok(), Some(2));
        for body in ["", "[{}", "{}", "<html>", "[{}] x", "[{},]"] {
            assert!(count(body.as_bytes()).is_err(), "{body}");
        }
    }
}

//! What does a hub say about a model right now?

use super::Asking;
use crate::{
    client::{Answer, AskError, Client, Trouble},
    record,
};
use lineal_core::{
    oddity::Oddities,
    reading::{self, Identity, Subject},
    record::ModelRecord,
};

/// What is asked for, beside the identity.
const FIELDS: [&str; 6] = ["cardData", "disabled", "gated", "private", "sha", "tags"];

/// A model as a hub shows it now.
#[derive(Clone, Debug, PartialEq)]
pub struct Present {
    /// Who was met under the name. Whether it is private or closed is in the record.
    pub identity: Identity,
    /// `None` if the hub says nothing of it.
    pub record: Option<ModelRecord>,
}

/// Asks what a model is now, in one request. Whether it is the one that was meant, the identity
/// tells.
///
/// # Errors
/// When the hub cannot be reached, leads astray, or refuses for a reason that says nothing about
/// the model.
pub async fn present(client: &Client, subject: &Subject) -> Result<Present, AskError> {
    let mut asking = Asking { client, subject, requests: 0, identity: None };
    Ok(match asking.own_address(&FIELDS, one_record).await? {
        Ok(record) => {
            Present { identity: reading::compare(subject, &record.id, record.hub_id), record: Some(record) }
        }
        Err(fate) => Present { identity: Identity { fate, now: None, hub_id: None }, record: None },
    })
}

/// Reads an answer about one model, which looks like a record of a listing.
fn one_record(answer: &Answer) -> Result<ModelRecord, Trouble> {
    let nonsense = |error: &dyn std::fmt::Display| Trouble::Nonsense(error.to_string());
    let text = std::str::from_utf8(&answer.body).map_err(|error| nonsense(&error))?;
    let record = record::read(text, &mut Oddities::default()).map_err(|error| nonsense(&error))?;
    record.ok_or_else(|| nonsense(&"a model without a name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_a_listing_s_record() {
        let read = |body: &str| {
            let url = "https://hub.example/".parse().expect("an address");
            one_record(&Answer { url, body: body.as_bytes().to_vec(), next: None, requests: 1 })
        };
        let body = r#"{"_id":"63728becacef705233c7d920","id":"a/b","gated":"manual","private":false,
            "sha":"f7b02944db5d99ed5c55a7a4e9225d8bdfd147b2","tags":["license:mit"],
            "cardData":{"license":"mit","new_version":"a/c"}}"#;
        let record = read(body).expect("a record");
        assert_eq!(
            (record.id.as_str(), record.gated, record.license.as_deref(), record.new_version.as_deref()),
            ("a/b", Some(lineal_core::record::Gated::Manual), Some("mit"), Some("a/c"))
        );
        for nonsense in ["", "[]", "{}", r#"{"id":"../b"}"#, r#"{"id":"a/b"#, "\u{fffd}"] {
            assert!(read(nonsense).is_err(), "{nonsense}");
        }
    }
}

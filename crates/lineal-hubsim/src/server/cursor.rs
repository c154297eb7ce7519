//! Where does the next page of a list start?
//!
//! As on the Hub, a cursor is a range query in base64: of a list in order of creation
//! `{"_id":{"$gt":"…"}}`, of one that is sorted by a number
//! `{"$or":[{"likes":{"$lt":9}},{"likes":9,"_id":{"$lt":"…"}}]}`. So a page stays where it is while
//! models before it come and go.

use crate::server::feed::{HubId, Measure};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// In which order models are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// `None` is the order of creation.
    pub by: Option<Measure>,
    pub descending: bool,
}

/// The model after which a page starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// What it was sorted by; 0 in order of creation.
    pub measure: u64,
    pub hub_id: HubId,
}

impl Cursor {
    pub fn encode(self, order: Order) -> String {
        let beyond = if order.descending { "$lt" } else { "$gt" };
        let Cursor { measure, hub_id } = self;
        let by_id = json!({ beyond: hub_id.to_string() });
        let query = match order.by {
            None => json!({ "_id": by_id }),
            Some(by) => json!({ "$or": [
                { by.as_str(): { beyond: measure } },
                { by.as_str(): measure, "_id": by_id },
            ] }),
        };
        BASE64_STANDARD.encode(query.to_string())
    }

    /// Reads a cursor that was given out for this order.
    pub fn decode(text: &str, order: Order) -> Option<Cursor> {
        let query: Value = serde_json::from_slice(&BASE64_STANDARD.decode(text).ok()?).ok()?;
        let beyond = if order.descending { "$lt" } else { "$gt" };
        let (measure, by_id) = match order.by {
            None => (0, &query["_id"]),
            Some(by) => (query["$or"][1][by.as_str()].as_u64()?, &query["$or"][1]["_id"]),
        };
        Some(Cursor { measure, hub_id: HubId::parse(by_id[beyond].as_str()?)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_can_be_read_in_its_order_only() {
        let created = Order { by: None, descending: false };
        let liked = Order { by: Some(Measure::Likes), descending: true };
        let cursor = Cursor { measure: 9, hub_id: HubId(0x687060f05721fba56ca177a8) };
        assert_eq!(
            cursor.encode(created),
            BASE64_STANDARD.encode(r#"{"_id":{"$gt":"687060f05721fba56ca177a8"}}"#)
        );
        assert_eq!(Cursor::decode(&cursor.encode(liked), liked), Some(cursor));
        assert_eq!(Cursor::decode(&cursor.encode(liked), created), None);
        assert_eq!(Cursor::decode("bm9uZQ==", created), None);
    }
}

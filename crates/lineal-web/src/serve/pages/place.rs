//! What was asked for: which page, and how is one of its tables to be sorted, paged or sent alone?
//!
//! `?table=KEY&sort=COLUMN&order=asc|desc&page=N&as=csv|json`; without `table` it is the page's first one.
//! Everything else in a query belongs to the page and is kept in its links.

use crate::address;
use axum::http::Uri;
use lineal_core::set::{Member, named};

/// More parameters than this only do harm.
const MOST_PARAMETERS: usize = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    path: String,
    /// What stands after the question mark, as it was sent.
    pub query: String,
    /// What the page itself asked for.
    kept: Vec<(String, String)>,
    table: Option<String>,
    sort: Option<String>,
    order: Option<Order>,
    /// Counted from 0.
    page: usize,
    pub format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

impl Member for Order {
    const ALL: &'static [Order] = &[Order::Ascending, Order::Descending];

    fn as_str(self) -> &'static str {
        match self {
            Order::Ascending => "asc",
            Order::Descending => "desc",
        }
    }
}

impl Order {
    pub fn other(self) -> Order {
        match self {
            Order::Ascending => Order::Descending,
            Order::Descending => Order::Ascending,
        }
    }
}

/// As what a table is sent alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

impl Member for Format {
    const ALL: &'static [Format] = &[Format::Csv, Format::Json];

    fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
        }
    }
}

/// What is asked of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    pub sort: Option<String>,
    pub order: Option<Order>,
    /// Counted from 0.
    pub page: usize,
}

impl Place {
    /// Reads an address; what it says wrongly counts as not said.
    pub fn of(uri: &Uri, pairs: Vec<(String, String)>) -> Place {
        let mut place = Place {
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            ..Place::default()
        };
        for (key, value) in pairs.into_iter().take(MOST_PARAMETERS) {
            match key.as_str() {
                "table" => place.table = Some(value),
                "sort" => place.sort = Some(value),
                "order" => place.order = named(&value),
                "page" => place.page = value.parse::<usize>().unwrap_or(1).saturating_sub(1),
                "as" => place.format = named(&value),
                _ => place.kept.push((key, value)),
            }
        }
        place
    }

    /// What the page was asked for by some name; the first, if there are several.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.kept.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Which table the rest of the address is about; `None` is the first one.
    pub fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// What is asked of the table that the address is about.
    pub fn wish(&self) -> Wish {
        Wish { sort: self.sort.clone(), order: self.order, page: self.page }
    }

    /// The address of this page as it is without the rest.
    pub fn here(&self) -> String {
        let kept: Vec<(&str, &str)> =
            self.kept.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        address::with(&self.path, &kept)
    }

    /// The address of this page with one of its tables sorted and paged, or of the table alone.
    pub fn address(&self, table: &str, wish: &Wish, format: Option<Format>) -> String {
        let page = (wish.page > 0).then(|| (wish.page + 1).to_string());
        let more = [
            ("sort", wish.sort.as_deref()),
            ("order", wish.order.filter(|_| wish.sort.is_some()).map(Order::as_str)),
            ("page", page.as_deref()),
            ("as", format.map(Format::as_str)),
        ];
        let kept = self.kept.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let more = more.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let pairs: Vec<(&str, &str)> = kept.chain([("table", table)]).chain(more).collect();
        address::with(&self.path, &pairs)
    }
}

#[cfg(test)]
pub fn place(uri: &str) -> Place {
    let uri: Uri = uri.parse().expect("an address");
    let axum::extract::Query(pairs) = axum::extract::Query::try_from_uri(&uri).expect("a query");
    Place::of(&uri, pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_page_is_kept_in_its_links() {
        let place = place("/compare?a=x%2Fy&b=%3Cb%3E&table=facts&sort=fact&order=up&page=0&as=xml");
        assert_eq!((place.get("a"), place.get("b"), place.get("c")), (Some("x/y"), Some("<b>"), None));
        assert_eq!((place.table(), place.format), (Some("facts"), None));
        let wish = Wish { sort: Some("fact".to_owned()), order: None, page: 0 };
        assert_eq!(place.wish(), wish);
        let next = Wish { order: Some(Order::Descending), page: 2, ..wish };
        assert_eq!(
            place.address("facts", &next, Some(Format::Csv)),
            "/compare?a=x%2Fy&b=%3Cb%3E&table=facts&sort=fact&order=desc&page=3&as=csv"
        );
    }
}

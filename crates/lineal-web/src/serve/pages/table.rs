//! How is a table of a page sorted, paged and sent alone?
//!
//! A table is a number of rows and, for each column, a function from a row to its cell: so a large one makes
//! only the cells that are seen, and the column that it is sorted by. Sorting looks at all rows; a table has
//! at most [`MOST_ROWS`], and says so where there are more.

mod data;

use super::place::{Order, Place, Wish};
use crate::{
    address,
    cell::{Cell, Missing},
    number,
};
use lineal_core::big::BigCount;
use std::cmp::Ordering;

pub use data::sent;

/// The most rows of a table.
pub const MOST_ROWS: usize = 50_000;
/// The most rows of a table on one page.
const ROWS_ON_PAGE: usize = 50;

pub struct Table<'a> {
    pub key: &'static str,
    title: String,
    definition: &'static str,
    columns: Vec<Column<'a>>,
    rows: usize,
    /// How many rows there would be if a table could have any number.
    of: u64,
}

struct Column<'a> {
    key: &'static str,
    label: String,
    kind: Kind,
    cell: Box<dyn Fn(usize) -> Cell + 'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    /// Names that lead to the pages of models.
    Model,
    /// Names that lead to the pages of clusters.
    Cluster,
}

/// A table whose columns are still being added.
pub struct Columns<'a, T> {
    items: &'a [T],
    table: Table<'a>,
}

impl<'a, T> Columns<'a, T> {
    /// Begins a table with a row for each of some items.
    pub fn of(
        key: &'static str,
        title: impl Into<String>,
        definition: &'static str,
        items: &'a [T],
    ) -> Columns<'a, T> {
        let table = Table {
            key,
            title: title.into(),
            definition,
            columns: Vec::new(),
            rows: items.len().min(MOST_ROWS),
            of: items.len() as u64,
        };
        Columns { items, table }
    }

    /// Says how many items there are, if not all of them were given.
    pub fn out_of(mut self, all: u64) -> Columns<'a, T> {
        self.table.of = self.table.of.max(all);
        self
    }

    pub fn model(
        self,
        key: &'static str,
        label: impl Into<String>,
        name: impl Fn(&'a T) -> &'a str + 'a,
    ) -> Columns<'a, T> {
        self.column(key, label, Kind::Model, move |item| Cell::name(name(item)))
    }

    pub fn cluster(
        self,
        key: &'static str,
        label: impl Into<String>,
        root: impl Fn(&'a T) -> &'a str + 'a,
    ) -> Columns<'a, T> {
        self.column(key, label, Kind::Cluster, move |item| Cell::name(root(item)))
    }

    pub fn text(
        self,
        key: &'static str,
        label: impl Into<String>,
        cell: impl Fn(&'a T) -> Cell + 'a,
    ) -> Columns<'a, T> {
        self.column(key, label, Kind::Text, cell)
    }

    pub fn number(
        self,
        key: &'static str,
        label: impl Into<String>,
        cell: impl Fn(&'a T) -> Cell + 'a,
    ) -> Columns<'a, T> {
        self.column(key, label, Kind::Number, cell)
    }

    fn column(
        mut self,
        key: &'static str,
        label: impl Into<String>,
        kind: Kind,
        cell: impl Fn(&'a T) -> Cell + 'a,
    ) -> Columns<'a, T> {
        let items = self.items;
        let cell = Box::new(move |row: usize| cell(&items[row]));
        self.table.columns.push(Column { key, label: label.into(), kind, cell });
        self
    }

    pub fn done(self) -> Table<'a> {
        self.table
    }
}

/// A count that the listing may not state.
pub fn known(count: Option<u64>) -> Cell {
    count.map_or(Cell::Missing(Missing::NotStated), Cell::count)
}

/// Words of a hub that it may not state.
pub fn stated(words: Option<&str>) -> Cell {
    words.map_or(Cell::Missing(Missing::NotStated), Cell::name)
}

/// How many of some names stand in one cell.
const MOST_NAMES: usize = 3;

/// Some names in one cell, the first few; how many there are if they are more.
pub fn few(mut names: Vec<String>) -> Cell {
    let all = names.len();
    if all == 0 {
        return Cell::Missing(Missing::Nothing);
    }
    names.truncate(MOST_NAMES);
    let more = if all > MOST_NAMES { format!("; and {} more", all - MOST_NAMES) } else { String::new() };
    Cell::Name(names.join("; ") + &more)
}

/// A table as it stands on a page.
#[derive(Debug)]
pub struct Shown {
    pub key: &'static str,
    pub title: String,
    pub definition: &'static str,
    pub head: Vec<Head>,
    pub rows: Vec<Vec<Shape>>,
    pub csv: String,
    pub json: String,
    pub pager: Option<Pager>,
    /// How many rows there are in all and in the table, if these differ.
    pub cut: Option<(String, String)>,
}

#[derive(Debug)]
pub struct Head {
    pub label: String,
    pub is_number: bool,
    pub sorted: Option<Order>,
    /// Leads to the page sorted by this column, the other way if it is already.
    pub href: String,
}

impl Head {
    pub fn aria_sort(&self) -> &'static str {
        match self.sorted {
            None => "none",
            Some(Order::Ascending) => "ascending",
            Some(Order::Descending) => "descending",
        }
    }
}

/// A cell as it stands on a page.
#[derive(Debug)]
pub struct Shape {
    pub words: String,
    pub href: Option<String>,
    pub hint: Option<String>,
    pub class: &'static str,
    pub is_number: bool,
}

#[derive(Debug)]
pub struct Pager {
    pub page: usize,
    pub pages: usize,
    pub rows: String,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Table<'_> {
    /// Puts a table on its page.
    pub fn shown(&self, place: &Place, wish: &Wish) -> Shown {
        let order = self.sorted(wish);
        let pages = self.rows.div_ceil(ROWS_ON_PAGE).max(1);
        let page = wish.page.min(pages - 1);
        let first = page * ROWS_ON_PAGE;
        let rows = order.iter().skip(first).take(ROWS_ON_PAGE);
        let at = |page: usize| place.address(self.key, &Wish { page, ..wish.clone() }, None) + "#" + self.key;
        let data = |format| place.address(self.key, &Wish { page: 0, ..wish.clone() }, Some(format));
        let pager = (pages > 1).then(|| Pager {
            page: page + 1,
            pages,
            rows: number::count(&(self.rows as u64).into()),
            previous: page.checked_sub(1).map(at),
            next: (page + 1 < pages).then(|| at(page + 1)),
        });
        Shown {
            key: self.key,
            title: self.title.clone(),
            definition: self.definition,
            head: self.columns.iter().map(|column| self.head(column, place, wish)).collect(),
            rows: rows.map(|row| self.columns.iter().map(|column| column.shape(*row)).collect()).collect(),
            csv: data(super::place::Format::Csv),
            json: data(super::place::Format::Json),
            pager,
            cut: (self.of > self.rows as u64)
                .then(|| (number::count(&self.of.into()), number::count(&(self.rows as u64).into()))),
        }
    }

    fn head(&self, column: &Column, place: &Place, wish: &Wish) -> Head {
        let is_sorted = wish.sort.as_deref() == Some(column.key);
        let sorted = is_sorted.then(|| wish.order.unwrap_or(column.first_order()));
        let order = sorted.map_or(column.first_order(), Order::other);
        let wish = Wish { sort: Some(column.key.to_owned()), order: Some(order), page: 0 };
        Head {
            label: column.label.clone(),
            is_number: column.kind == Kind::Number,
            sorted,
            href: place.address(self.key, &wish, None) + "#" + self.key,
        }
    }

    /// Returns all rows in the order that was asked for; ties, and a column that there is not, keep their order.
    fn sorted(&self, wish: &Wish) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.rows).collect();
        let Some(column) = self.columns.iter().find(|column| wish.sort.as_deref() == Some(column.key)) else {
            return rows;
        };
        let cells: Vec<Cell> = rows.iter().map(|row| (column.cell)(*row)).collect();
        let order = wish.order.unwrap_or(column.first_order());
        rows.sort_by(|a, b| compare(&cells[*a], &cells[*b], order));
        rows
    }
}

impl Column<'_> {
    /// How it is sorted at first: the largest numbers matter, and the first letters.
    fn first_order(&self) -> Order {
        if self.kind == Kind::Number { Order::Descending } else { Order::Ascending }
    }

    fn shape(&self, row: usize) -> Shape {
        let cell = (self.cell)(row);
        let href = match (self.kind, &cell) {
            (Kind::Model, Cell::Name(name)) => Some(address::model(name)),
            (Kind::Cluster, Cell::Name(name)) => Some(address::cluster(name)),
            _ => None,
        };
        Shape {
            words: cell.shown(),
            href,
            hint: cell.hint(),
            class: cell.class(),
            is_number: self.kind == Kind::Number,
        }
    }
}

/// Orders two cells of a column; what is missing comes last either way.
fn compare(a: &Cell, b: &Cell, order: Order) -> Ordering {
    let missing = |cell: &Cell| matches!(cell, Cell::Missing(_));
    let by_value = match (a, b) {
        (Cell::Missing(_), _) | (_, Cell::Missing(_)) => return missing(a).cmp(&missing(b)),
        (Cell::Text(a) | Cell::Name(a), Cell::Text(b) | Cell::Name(b)) => letters(a).cmp(letters(b)),
        (Cell::Count(a) | Cell::AtLeast(a), Cell::Count(b) | Cell::AtLeast(b)) => a.cmp(b),
        (a, b) => size(a).total_cmp(&size(b)),
    };
    if order == Order::Ascending { by_value } else { by_value.reverse() }
}

/// A word's letters, capitals or not.
fn letters(word: &str) -> impl Iterator<Item = u8> {
    word.bytes().map(|byte| byte.to_ascii_lowercase())
}

fn size(cell: &Cell) -> f64 {
    let size = |count: &BigCount| count.per(&BigCount::from(1)).unwrap_or(f64::INFINITY);
    match cell {
        Cell::Count(count) | Cell::AtLeast(count) => size(count),
        Cell::Less(count) => -size(count),
        Cell::Mean(number) | Cell::Share(number) | Cell::Growth(number) | Cell::Points(number) => *number,
        Cell::Rate { share, .. } => *share,
        Cell::Rise(places) => *places as f64,
        Cell::Text(_) | Cell::Name(_) | Cell::Missing(_) => f64::NEG_INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::place::place, *};

    const ROWS: [(&str, Option<u64>); 4] =
        [("b/one", Some(3)), ("A/two", None), ("<i>'", Some(20)), ("=cmd()", Some(3))];

    fn table<'a>(rows: &'a [(&'static str, Option<u64>)]) -> Table<'a> {
        Columns::of("models", "Models", "Some.", rows)
            .model("id", "Model", |row| row.0)
            .number("downloads", "Downloads", |row| known(row.1))
            .done()
    }

    fn check(query: &str, expected: &str) {
        let place = place(&format!("/x{query}"));
        let shown = table(&ROWS).shown(&place, &place.wish());
        let names: Vec<&str> = shown.rows.iter().map(|row| row[0].words.as_str()).collect();
        assert_eq!(names.join(" "), expected, "{query}");
    }

    #[test]
    fn rows_are_sorted_by_any_column_and_what_is_missing_comes_last() {
        check("", "b/one A/two <i>' =cmd()");
        check("?sort=id", "<i>' =cmd() A/two b/one");
        check("?sort=downloads", "<i>' b/one =cmd() A/two");
        check("?sort=downloads&order=asc", "b/one =cmd() <i>' A/two");
        check("?sort=nothing&page=9", "b/one A/two <i>' =cmd()");
    }

    #[test]
    fn a_head_leads_to_the_other_order() {
        let place = place("/x?q=1&sort=downloads");
        let shown = table(&ROWS).shown(&place, &place.wish());
        let heads: Vec<_> = shown.head.iter().map(|head| (head.aria_sort(), head.href.as_str())).collect();
        assert_eq!(
            heads,
            [
                ("none", "/x?q=1&table=models&sort=id&order=asc#models"),
                ("descending", "/x?q=1&table=models&sort=downloads&order=asc#models"),
            ]
        );
        assert_eq!(shown.csv, "/x?q=1&table=models&sort=downloads&as=csv");
    }

    #[test]
    fn a_long_table_has_pages_and_says_what_it_leaves_out() {
        let items: Vec<u64> = (0..120).collect();
        let place = place("/x?page=2");
        let table =
            Columns::of("t", "T", "", &items).number("n", "N", |n| Cell::count(*n)).out_of(5_000).done();
        let shown = table.shown(&place, &place.wish());
        assert_eq!((shown.rows.len(), shown.rows[0][0].words.as_str()), (50, "50"));
        let pager = shown.pager.expect("pages");
        assert_eq!((pager.page, pager.pages), (2, 3));
        assert_eq!(pager.previous.as_deref(), Some("/x?table=t#t"));
        assert_eq!(pager.next.as_deref(), Some("/x?table=t&page=3#t"));
        assert_eq!(shown.cut, Some(("5,000".to_owned(), "120".to_owned())));
    }
}

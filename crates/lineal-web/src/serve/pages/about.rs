//! What do the words on these pages mean, and where do they end?

use super::{
    frame::{Frame, Part},
    table::MOST_ROWS,
    visit::Visit,
};
use crate::number;
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "explorer/about.html")]
struct AboutPage {
    frame: Frame,
    most_rows: String,
}

pub async fn show(visit: Visit) -> Response {
    let frame = Frame::of(&visit, Some(Part::About), "About");
    visit.page(&AboutPage { frame, most_rows: number::count(&(MOST_ROWS as u64).into()) })
}

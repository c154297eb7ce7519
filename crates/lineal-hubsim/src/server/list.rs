//! `GET /api/models`: which models are there?

use crate::server::{
    Simulation,
    cursor::{Cursor, Order},
    faults::ListFault,
    feed::{Measure, Wanted},
    fields::{Askable, Field, Fields},
    link,
    query::{self, Query},
    refusal::Refusal,
};
use axum::{
    Extension,
    extract::{RawQuery, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// What is asked for.
struct Asked {
    wanted: Wanted,
    order: Order,
    cursor: Option<Cursor>,
    fields: Fields,
    limit: usize,
}

/// Answers with a page of models, and with where the next one is.
pub(crate) async fn list(
    State(simulation): State<Arc<Simulation>>,
    fault: Option<Extension<ListFault>>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Refusal> {
    let raw = raw.unwrap_or_default();
    let asked = parse(&Query::parse(&raw), &simulation)?;
    let fault = fault.map(|Extension(fault)| fault);
    if fault == Some(ListFault::ExpiredCursor) && asked.cursor.is_some() {
        return Err(Refusal::BadRequest("Invalid cursor".to_owned()));
    }
    let world = simulation.world();
    let mut places = world.after(asked.cursor, asked.order, &asked.wanted, asked.limit);
    let is_last = places.len() <= asked.limit;
    places.truncate(asked.limit);
    // A page that is to be sent again is followed by itself, one that overlaps by its own end.
    let next = match fault {
        Some(ListFault::DuplicatePage) => asked.cursor,
        Some(ListFault::Overlap) if places.len() > 1 => {
            let back = places[places.len() - 1 - places.len() / 4];
            Some(world.cursor(back, asked.order))
        }
        _ => places.last().filter(|_| !is_last).map(|&last| world.cursor(last, asked.order)),
    };
    let has_next = next.is_some() || fault == Some(ListFault::DuplicatePage);
    if fault == Some(ListFault::Vanish) {
        places.drain(..places.len() / 10);
    }
    let mut body = Vec::with_capacity(64 + 700 * places.len());
    body.push(b'[');
    for (rank, &place) in places.iter().enumerate() {
        if rank > 0 {
            body.push(b',');
        }
        // Writing to memory does not fail.
        let _ = world.feed.write(place, asked.fields, &mut body);
    }
    body.push(b']');
    let mut response = ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response();
    if has_next {
        let mut rest = query::without(&raw, "cursor");
        if let Some(next) = next {
            let cursor = query::encoded(&next.encode(asked.order)).replace('/', "%2F");
            let separator = if rest.is_empty() { "" } else { "&" };
            rest = format!("{rest}{separator}cursor={cursor}");
        }
        link::add_next(&mut response, &headers, "/api/models", &rest);
    }
    Ok(response)
}

fn parse(query: &Query, simulation: &Simulation) -> Result<Asked, Refusal> {
    let order = order(query)?;
    let cursor = match query.one("cursor") {
        None => None,
        Some(text) => {
            let invalid = || Refusal::BadRequest("Invalid cursor".to_owned());
            Some(Cursor::decode(text, order).ok_or_else(invalid)?)
        }
    };
    let limit = query.number("limit").map_err(|error| Refusal::BadRequest(error.to_string()))?;
    Ok(Asked {
        wanted: Wanted {
            author: query.one("author").map(str::to_owned),
            search: query.one("search").map(str::to_ascii_lowercase),
            tags: query.many("filter").flat_map(|tags| tags.split(',')).map(str::to_owned).collect(),
            task: query.one("pipeline_tag").map(str::to_owned),
            gated: query.one("gated").map(|_| query.is_on("gated")),
        },
        order,
        cursor,
        fields: fields(query, simulation)?,
        limit: limit.unwrap_or(usize::MAX).clamp(1, simulation.settings.page.max(1)),
    })
}

/// Returns the order that is asked for. Unsorted lists have the order of creation, oldest first.
fn order(query: &Query) -> Result<Order, Refusal> {
    let descending = match query.one("direction") {
        None => query.one("sort").is_some(),
        Some("-1") => true,
        Some("1") => false,
        Some(_) => {
            return Err(Refusal::BadRequest(
                "Invalid option: expected one of \"-1\"|\"1\" at direction".to_owned(),
            ));
        }
    };
    let by = match query.one("sort") {
        None | Some("createdAt") => None,
        Some(name) => {
            let measure = Measure::ALL.into_iter().find(|measure| measure.as_str() == name);
            let unknown = || Refusal::BadRequest(format!("Invalid sort parameter: {name}"));
            Some(measure.ok_or_else(unknown)?)
        }
    };
    Ok(Order { by, descending })
}

fn fields(query: &Query, simulation: &Simulation) -> Result<Fields, Refusal> {
    let askable = Askable { details: false, base_models: simulation.settings.base_models };
    if query.many("expand").next().is_some() {
        return askable.parse(query.many("expand")).map_err(Refusal::BadRequest);
    }
    let mut fields = Fields::LISTED;
    for (switch, added) in [
        ("full", Fields::FULL),
        ("cardData", Fields::of(&[Field::CardData])),
        ("config", Fields::of(&[Field::Config])),
    ] {
        if query.is_on(switch) {
            fields = fields.and(added);
        }
    }
    Ok(fields)
}

//! What do programs get that ask this machine?
//!
//! Every route is a row of one [`table`], which this file follows and of which [`openapi`] makes the API's
//! description: what is not in the table is neither answered nor described. A row names a function of what was
//! [`asked`], which runs where it holds up nobody who asks something else.

pub mod answer;
pub mod asked;
pub mod parameter;
pub mod problem;

mod clusters;
mod find;
mod lineage;
mod models;
mod openapi;
mod related;
mod report;
mod sql;
mod table;

use super::{App, log::Route as Template, view::View};
use answer::{Answer, Told};
use asked::Asked;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use parameter::Given;
use problem::{Kind, Problem};
use ring::digest::{Context, SHA256};
use std::{sync::Arc, time::Duration};
use table::{Act, Lane, Place};
use tokio::{task, time::timeout};
use tower_http::cors::CorsLayer;

/// The longest address of a request, in bytes: enough for fifty models with long names.
const LONGEST_ADDRESS: usize = 48 << 10;

/// Whether a path is the API's.
pub fn is_below(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// Whether whatever is sent to a path changes nothing.
pub fn only_reads(path: &str) -> bool {
    path == sql::PATH
}

/// Lets pages of some other sites ask the API.
pub fn invitation(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origins.to_vec())
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .expose_headers([header::CONTENT_LOCATION, header::ETAG, header::LINK, header::RETRY_AFTER])
        .max_age(Duration::from_secs(3600))
}

/// Says that answering went wrong on our side.
pub fn broken() -> Response {
    Problem::broken().into_response()
}

/// Answers whatever is asked below `/api`.
pub async fn answer(State(app): State<Arc<App>>, request: Request) -> Response {
    let mut template = "/api/{unknown}";
    let mut response = match timeout(app.timeout, answered(&app, request, &mut template)).await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => {
            let detail = format!("The answer took longer than {} seconds.", app.timeout.as_secs());
            Problem::new(Kind::Busy, detail).into_response()
        }
    };
    response.extensions_mut().insert(Template(template));
    response
}

async fn answered(
    app: &Arc<App>,
    request: Request,
    template: &mut &'static str,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let view = app.explorer().ok_or_else(|| {
        Problem::new(Kind::NotThere, "No snapshot is served here; there is nothing to be asked about.")
    })?;
    let Some(place) = table::find(&view, path) else {
        return Err(Problem::new(Kind::NoRoute, "`/api/v1/openapi.json` lists all routes."));
    };
    let route = place.route;
    *template = route.path;
    if head.method == Method::OPTIONS {
        return Ok((StatusCode::NO_CONTENT, [(header::ALLOW, route.allow())]).into_response());
    }
    let is_read = matches!(head.method, Method::GET | Method::HEAD);
    if is_read != route.is_read() || !is_read && head.method != Method::POST {
        return Err(Problem::not_allowed(route.allow()));
    }
    let given = Given::parse(query, route.parameters)?;
    if path.len() + query.len() > LONGEST_ADDRESS {
        return Err(Problem::new(Kind::TooLong, format!("An address has at most {LONGEST_ADDRESS} bytes.")));
    }
    match route.act {
        Act::Query => sql::answer(app, &head.headers, body).await,
        Act::Reload => reload(app),
        Act::Tell(_) | Act::TellOf(_) => {
            let tag = tag(&view, path, query, &head.headers);
            if is_known(&head.headers, &tag) {
                return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
            }
            tell(app, view, given, place, query, tag).await
        }
    }
}

/// Works out an answer about a view, in its lane.
async fn tell(
    app: &Arc<App>,
    view: Arc<View>,
    given: Given,
    place: Place,
    query: &str,
    tag: String,
) -> Result<Response, Problem> {
    let lane = match place.route.lane {
        Lane::Quick => &app.lanes.quick,
        Lane::Slow => &app.lanes.slow,
    };
    let permit = Arc::clone(lane).acquire_owned().await.map_err(|_| Problem::broken())?;
    let elsewhere = place.elsewhere.then(|| match query {
        "" => place.path.clone(),
        query => format!("{}?{query}", place.path),
    });
    let act = place.route.act;
    // Who gives up waiting frees no core: the place in the lane is given back when the work is done.
    let work = move || -> Told {
        let _permit = permit;
        let asked = Asked { view, given, path: place.path };
        match (act, place.model) {
            (Act::Tell(act), _) => act(&asked),
            (Act::TellOf(act), table::Model::Node(node)) => act(&asked, node),
            (Act::TellOf(_), table::Model::Unknown(name)) => Err(asked::unknown(&asked.view, &name)),
            _ => Err(Problem::broken()),
        }
    };
    let Answer { body, mut headers } = task::spawn_blocking(work).await.map_err(|_| Problem::broken())??;
    let texts: [(HeaderName, Option<String>); 2] =
        [(header::ETAG, Some(tag)), (header::CONTENT_LOCATION, elsewhere)];
    for (name, text) in texts {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
    Ok((headers, body).into_response())
}

/// Names an answer before it is there: the same address of the same view, asked for in the same encodings, is
/// answered with the same bytes by the same version of the program.
fn tag(view: &View, path: &str, query: &str, headers: &HeaderMap) -> String {
    let encodings = headers.get(header::ACCEPT_ENCODING).map_or(&[][..], HeaderValue::as_bytes);
    let mut hash = Context::new(&SHA256);
    let parts = [
        env!("CARGO_PKG_VERSION").as_bytes(),
        view.id.as_bytes(),
        path.as_bytes(),
        query.as_bytes(),
        encodings,
    ];
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hash = hash.finish();
    let digits: String = hash.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

/// Whether whoever asks has the answer already.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|tags| tags.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag)
}

/// Asks for a look whether there is a newer snapshot.
fn reload(app: &App) -> Result<Response, Problem> {
    let reload = app.reload.as_ref().filter(|_| app.guard.has_password()).ok_or_else(|| {
        Problem::new(
            Kind::NotThere,
            "This server looks for snapshots by itself only; it was started without a token.",
        )
    })?;
    reload();
    let answer = answer::json(&openapi::Done { status: "asked" })?;
    Ok((StatusCode::ACCEPTED, answer.headers, Body::from(answer.body)).into_response())
}

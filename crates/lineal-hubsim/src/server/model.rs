//! Which model is meant, and may it be seen?

use crate::server::{
    Simulation,
    address::{Address, Question},
    client::Client,
    commits, detail,
    feed::Place,
    refusal::Refusal,
    repository::Repository,
    resolve, tree,
    world::World,
};
use axum::{
    Extension,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// A question about one model, with all that an answer may depend on.
pub(crate) struct Asked<'a> {
    pub simulation: &'a Simulation,
    pub world: &'a World,
    pub place: Place,
    pub repository: Repository,
    pub client: &'a Client,
    pub headers: &'a HeaderMap,
    /// The path, and the query without its mark.
    pub path: &'a str,
    pub query: &'a str,
    pub body: &'a [u8],
}

/// Answers `/api/models/…`.
pub(crate) async fn api(
    State(simulation): State<Arc<Simulation>>,
    Extension(client): Extension<Client>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let path = uri.path().strip_prefix("/api/models/").unwrap_or_default();
    let address = Address::parse(path).ok_or(Refusal::NoPage)?;
    let is_post = matches!(address.question, Question::PathsInfo { .. });
    if is_post != (method == Method::POST) {
        return Err(Refusal::NoPage);
    }
    ask(&simulation, &client, &uri, "/api/models/", address, &headers, &body)
}

/// Answers `/{id}/resolve/…` and `/{id}/raw/…`.
pub(crate) async fn file(
    State(simulation): State<Arc<Simulation>>,
    Extension(client): Extension<Client>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let address = Address::parse(uri.path().trim_start_matches('/')).ok_or(Refusal::NoPage)?;
    if !matches!(address.question, Question::Resolve { .. } | Question::Raw { .. }) {
        return Err(Refusal::NoPage);
    }
    ask(&simulation, &client, &uri, "/", address, &headers, &[])
}

/// Answers `/api/resolve-cache/models/{id}/{commit}/{path}`.
pub(crate) async fn cached_file(
    State(simulation): State<Arc<Simulation>>,
    Extension(client): Extension<Client>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let path = uri.path().strip_prefix(resolve::CACHE).unwrap_or_default();
    let (id, commit, file) = resolve::parse_stored(path).ok_or(Refusal::NoPage)?;
    let world = simulation.world();
    let place = find(&world, &id, &client)?;
    let repository = world.feed.repository(place);
    repository.check_grant(&client)?;
    resolve::stored(&repository, &commit, &file, &headers)
}

fn ask(
    simulation: &Simulation,
    client: &Client,
    uri: &Uri,
    prefix: &str,
    address: Address,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Refusal> {
    let world = simulation.world();
    let place = find(&world, &address.id, client)?;
    let (id, query) = (world.feed.id(place), uri.query().unwrap_or_default());
    if id != address.id {
        let mark = if query.is_empty() { "" } else { "?" };
        return Ok(redirect(&format!("{prefix}{id}{}{mark}{query}", address.rest)));
    }
    let repository = world.feed.repository(place);
    let path = uri.path();
    let asked = Asked { simulation, world: &world, place, repository, client, headers, path, query, body };
    match &address.question {
        Question::Detail { revision } => detail::detail(&asked, revision.as_deref()),
        Question::Commits { revision } => commits::commits(&asked, revision),
        Question::Refs => commits::refs(&asked),
        Question::Tree { revision, path } => tree::tree(&asked, revision, path),
        Question::PathsInfo { revision } => tree::paths_info(&asked, revision),
        Question::Resolve { revision, path } => resolve::resolve(&asked, revision, path),
        Question::Raw { revision, path } => resolve::raw(&asked, revision, path),
    }
}

/// Finds a model that is there for everybody.
fn find(world: &World, id: &str, client: &Client) -> Result<Place, Refusal> {
    let found = world.feed.find(id).filter(|&place| world.feed.is_listed(place));
    found.ok_or(Refusal::Missing { anonymous: client.is_anonymous() })
}

/// Sends a client to another path of this hub.
pub(crate) fn redirect(location: &str) -> Response {
    let text = format!("Temporary Redirect. Redirecting to {location}");
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)], text).into_response()
}

impl Repository {
    /// Finds the place of a commit, or says that there is none.
    pub fn find_revision(&self, name: &str) -> Result<usize, Refusal> {
        self.revision(name).ok_or_else(|| Refusal::NoRevision(name.to_owned()))
    }

    /// Checks whether a client may have the files: of models that are gated by hand, nobody has a grant.
    pub fn check_grant(&self, client: &Client) -> Result<(), Refusal> {
        if self.is_disabled() {
            return Err(Refusal::Disabled);
        }
        let anonymous = client.is_anonymous();
        match self.gate() {
            Some(gate) if anonymous || gate != "auto" => {
                Err(Refusal::Gated { id: self.id().to_owned(), anonymous })
            }
            _ => Ok(()),
        }
    }
}

//! Which routes are there? The table of contents of the API.

use super::{
    answer::{JSON, Page, Told},
    asked::Asked,
    clusters, find, lineage, models, openapi,
    parameter::Parameter,
    problem::{Kind, KindOfProblem},
    related, report, sql,
};
use crate::{
    address,
    serve::{
        badge,
        view::{SqlAnswer, Summary, View},
    },
};
use lineal_core::{
    broken::Broken, history::History, impact::Impact, lineage::Lineage, lineage::Node, path::Paths,
    rank::Ranked, search::Hit, subject::Subject,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// One route: what it is called, what may be said, who answers, and what the answer is.
pub struct Route {
    /// Its template, as in the API's description.
    pub path: &'static str,
    /// What programs call it.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    pub act: Act,
    pub lane: Lane,
    pub parameters: &'static [&'static Parameter],
    /// What the answer can be sent as, each with what it looks like.
    pub media: &'static [Media],
    /// The problems that can occur beside those of every route.
    pub problems: &'static [Kind],
}

/// A media type, and what is sent as that.
pub type Media = (&'static str, fn(&mut SchemaGenerator) -> Schema);

/// Who answers.
#[derive(Clone, Copy)]
pub enum Act {
    /// A function of what was asked.
    Tell(fn(&Asked) -> Told),
    /// The same of a model that the path names.
    TellOf(fn(&Asked, u32) -> Told),
    /// Whoever understands SQL.
    Query,
    /// Whoever knows of newer snapshots.
    Reload,
}

/// What an answer must wait for: only for others of its kind.
#[derive(Clone, Copy)]
pub enum Lane {
    /// It takes less than some milliseconds.
    Quick,
    /// It may take longer where a family is large.
    Slow,
}

const fn route(path: &'static str, name: &'static str, act: Act, summary: &'static str) -> Route {
    Route {
        path,
        name,
        summary,
        act,
        lane: Lane::Quick,
        parameters: &[],
        media: &[(JSON, of_any_object)],
        problems: &[],
    }
}

impl Route {
    const fn slow(self) -> Route {
        Route { lane: Lane::Slow, ..self }
    }

    const fn takes(self, parameters: &'static [&'static Parameter]) -> Route {
        Route { parameters, ..self }
    }

    const fn gives(self, media: &'static [Media]) -> Route {
        Route { media, ..self }
    }

    const fn fails(self, problems: &'static [Kind]) -> Route {
        Route { problems, ..self }
    }

    /// Whether it is asked for by `GET`; otherwise by `POST`.
    pub fn is_read(&self) -> bool {
        matches!(self.act, Act::Tell(_) | Act::TellOf(_))
    }

    pub fn allow(&self) -> &'static str {
        if self.is_read() { "GET, HEAD, OPTIONS" } else { "POST, OPTIONS" }
    }

    pub fn is_of_model(&self) -> bool {
        matches!(self.act, Act::TellOf(_))
    }
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Of parts of the report, whose keys are only ever added.
fn of_any_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object"})
}

fn of_text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string"})
}

use Act::{Query, Reload, Tell, TellOf};

pub static ROUTES: &[Route] = &[
    route("/api/v1/models", "list_models", Tell(models::list), "Models by name, some or all")
        .slow()
        .takes(&[&models::OWNER, &models::TASK, &models::LICENSE, &models::AFTER, &models::LIMIT])
        .gives(&[(JSON, of::<Page<models::Line>>)]),
    route("/api/v1/models/{owner}/{name}", "show_model", TellOf(models::show), "All about one model")
        .gives(&[(JSON, of::<Subject>)]),
    route(
        "/api/v1/models/{owner}/{name}/lineage",
        "show_lineage",
        TellOf(lineage::tell),
        "What a model is made from and what was made from it, with the evidence of each relation",
    )
    .slow()
    .takes(&[
        &lineage::UP,
        &lineage::DOWN,
        &lineage::DEPTH,
        &lineage::OPERATION,
        &lineage::LIMIT,
        &lineage::FORMAT,
    ])
    .gives(&[
        (JSON, of::<Lineage>),
        ("text/plain; charset=utf-8", of_text),
        ("text/vnd.graphviz; charset=utf-8", of_text),
        ("text/vnd.mermaid; charset=utf-8", of_text),
        ("application/graphml+xml; charset=utf-8", of_text),
        ("text/csv; charset=utf-8; header=present", of_text),
    ]),
    route(
        "/api/v1/models/{owner}/{name}/ancestors",
        "list_ancestors",
        TellOf(lineage::ancestors),
        "What a model is made from, directly or not, nearest first",
    )
    .slow()
    .takes(&[&lineage::DEPTH, &lineage::OPERATION, &lineage::AFTER, &models::LIMIT])
    .gives(&[(JSON, of::<Page<Node>>)]),
    route(
        "/api/v1/models/{owner}/{name}/descendants",
        "list_descendants",
        TellOf(lineage::descendants),
        "What was made from a model, directly or not, nearest first",
    )
    .slow()
    .takes(&[&lineage::DEPTH, &lineage::OPERATION, &lineage::AFTER, &models::LIMIT])
    .gives(&[(JSON, of::<Page<Node>>)]),
    route(
        "/api/v1/models/{owner}/{name}/impact",
        "show_impact",
        TellOf(related::impact_of),
        "What stands on a model",
    )
    .slow()
    .takes(&[&related::ORPHANS])
    .gives(&[(JSON, of::<Impact>)]),
    route(
        "/api/v1/models/{owner}/{name}/history",
        "show_history",
        TellOf(models::past),
        "What a model was in each snapshot, newest first",
    )
    .gives(&[(JSON, of::<History>)])
    .fails(&[Kind::NotThere, Kind::Working]),
    route(
        "/api/v1/models/{owner}/{name}/badge.svg",
        "show_badge",
        TellOf(badge::show),
        "An image for the model's card",
    )
    .takes(&[&badge::METRIC, &badge::LABEL])
    .gives(&[(badge::MEDIA, of_text)]),
    route(
        "/api/v1/impact",
        "show_impact_of_several",
        Tell(related::impact_of_all),
        "What stands on several models together",
    )
    .slow()
    .takes(&[&related::MODEL, &related::ORPHANS])
    .gives(&[(JSON, of::<Impact>)])
    .fails(&[Kind::UnknownModel]),
    route("/api/v1/path", "show_path", Tell(related::path), "How two models are related")
        .slow()
        .takes(&[&related::FROM, &related::TO, &related::PATHS])
        .gives(&[(JSON, of::<Paths>)])
        .fails(&[Kind::UnknownModel]),
    route("/api/v1/compare", "compare_models", Tell(related::compare), "Two models side by side")
        .slow()
        .takes(&[&related::A, &related::B])
        .gives(&[(JSON, of::<related::Compared>)])
        .fails(&[Kind::UnknownModel]),
    route("/api/v1/clusters", "list_clusters", Tell(clusters::list), "Clusters, largest first")
        .takes(&[&lineage::AFTER, &models::LIMIT])
        .gives(&[(JSON, of::<Page<clusters::ClusterLine>>)]),
    route("/api/v1/clusters/{owner}/{name}", "show_cluster", TellOf(clusters::show), "The cluster of a root")
        .gives(&[(JSON, of::<clusters::ClusterLine>)])
        .fails(&[Kind::NotThere]),
    route(
        "/api/v1/clusters/{owner}/{name}/members",
        "list_members",
        TellOf(clusters::members),
        "The models of a cluster but its root, the nearest to it first",
    )
    .slow()
    .takes(&[&lineage::AFTER, &models::LIMIT])
    .gives(&[(JSON, of::<Page<Node>>)])
    .fails(&[Kind::NotThere]),
    route("/api/v1/chains", "list_chains", Tell(clusters::chains), "The chains that begin at a root")
        .slow()
        .takes(&[&clusters::ROOT, &clusters::CHAINS_BEFORE, &models::LIMIT])
        .gives(&[(JSON, of::<Page<clusters::Chain>>)])
        .fails(&[Kind::UnknownModel, Kind::NotThere]),
    route("/api/v1/search", "search_models", Tell(find::search), "Models by words of names, owners and tags")
        .takes(&[&find::QUERY, &find::FOUND_BEFORE, &models::LIMIT])
        .gives(&[(JSON, of::<Page<Hit>>)]),
    route("/api/v1/top", "rank_models", Tell(find::top), "The models that matter most")
        .takes(&[&find::BY, &find::RANKED_BEFORE, &models::LIMIT])
        .gives(&[(JSON, of::<Page<Ranked>>)]),
    route("/api/v1/usage", "show_usage", Tell(report::usage), "How models are used")
        .takes(&[&report::SEMANTICS])
        .fails(&[Kind::NotThere, Kind::Working]),
    route(
        "/api/v1/evolution",
        "show_evolution",
        Tell(report::evolution),
        "How the hub changed over snapshots",
    )
    .takes(&[&report::SEMANTICS])
    .fails(&[Kind::NotThere, Kind::Working]),
    route("/api/v1/quality", "show_quality", Tell(report::quality), "How good metadata is")
        .fails(&[Kind::NotThere, Kind::Working]),
    route("/api/v1/risk", "show_risk", Tell(report::risk), "What was measured of risks along relations")
        .fails(&[Kind::NotThere, Kind::Working]),
    route("/api/v1/week", "show_week", Tell(report::week), "What broke since the snapshot before")
        .gives(&[(JSON, of::<Broken>)])
        .fails(&[Kind::NotThere, Kind::Working]),
    route("/api/v1/snapshots", "list_snapshots", Tell(report::snapshots), "All snapshots, newest first")
        .gives(&[(JSON, of::<Page<Summary>>)]),
    route(sql::PATH, "query", Query, "Rows that a query in SQL finds, where queries are turned on")
        .gives(&[(JSON, of::<SqlAnswer>)])
        .fails(&[
            Kind::Foreign,
            Kind::NotThere,
            Kind::TooLarge,
            Kind::WrongMedia,
            Kind::BadBody,
            Kind::Refused,
        ]),
    route("/api/v1/reload", "reload", Reload, "Look for a newer snapshot, where a token was set")
        .gives(&[(JSON, of::<openapi::Done>)])
        .fails(&[Kind::Foreign, Kind::Locked, Kind::NotThere]),
    route("/api/v1/problems", "list_problems", Tell(openapi::problems), "All kinds of problems")
        .gives(&[(JSON, of::<Vec<KindOfProblem>>)]),
    route("/api/v1/openapi.json", "describe", Tell(openapi::describe), "This description"),
];

/// Where a path leads.
pub struct Place {
    pub route: &'static Route,
    pub model: Model,
    /// The path under the model's right name.
    pub path: String,
    /// Whether that is another path than the one asked for.
    pub elsewhere: bool,
}

/// The model that a path names.
pub enum Model {
    /// It names none.
    None,
    Node(u32),
    /// There is no model of this name.
    Unknown(String),
}

const OF_MODEL: &str = "/{owner}/{name}";

/// Finds where a path leads. Names have slashes, or none: of all ways to read a path, the one with the longest
/// name of a model counts.
pub fn find(view: &View, path: &str) -> Option<Place> {
    let plain = |route: &&Route| !route.is_of_model() && route.path == path;
    if let Some(route) = ROUTES.iter().find(plain) {
        return Some(Place { route, model: Model::None, path: path.to_owned(), elsewhere: false });
    }
    // The longest name is the one with the shortest rest; the table begins with that.
    let readings = || ROUTES.iter().filter_map(|route| Some((route, read(route, path)?)));
    let known = readings().find_map(|(route, name)| Some((route, view.called(&name)?)));
    if let Some((route, node)) = known {
        let right = right_path(route, view.atlas.world.name(node))?;
        let elsewhere = right != path;
        return Some(Place { route, model: Model::Node(node), path: right, elsewhere });
    }
    let (route, name) = readings().max_by_key(|(route, _)| route.path.len())?;
    Some(Place { route, model: Model::Unknown(name), path: path.to_owned(), elsewhere: false })
}

/// Reads the name of a model from a path, if the path can be the route's.
fn read(route: &Route, path: &str) -> Option<String> {
    let (before, after) = route.path.split_once(OF_MODEL)?;
    let name = path.strip_prefix(before)?.strip_prefix('/')?.strip_suffix(after)?;
    address::read_part(name).filter(|name| !name.is_empty())
}

fn right_path(route: &Route, name: &str) -> Option<String> {
    let (before, after) = route.path.split_once(OF_MODEL)?;
    Some(format!("{before}/{}{after}", address::path(name)))
}

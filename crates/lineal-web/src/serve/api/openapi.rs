//! How is the API described, for programs that make clients and tests?
//!
//! From the table of routes and the answers' own types, as OpenAPI 3.1; nothing is said here of a single route.

use super::{
    answer::{Answer, JSON, Told, json, json_bytes},
    asked::Asked,
    parameter::Parameter,
    problem::{Body, Kind, Problem, kinds},
    sql,
    table::{Act, ROUTES, Route},
};
use axum::body::Bytes;
use lineal_core::set::Member;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// What is said when something was asked for that is done beside.
#[derive(Serialize, JsonSchema)]
pub struct Done {
    pub status: &'static str,
}

/// The description never changes while the program runs.
static DESCRIPTION: LazyLock<Option<Bytes>> = LazyLock::new(|| json_bytes(&description()).ok());

/// Tells how the API is described.
pub fn describe(_: &Asked) -> Told {
    let description = DESCRIPTION.clone().ok_or_else(Problem::broken)?;
    Ok(Answer::new(JSON, description))
}

/// Lists all kinds of problems.
pub fn problems(_: &Asked) -> Told {
    json(&kinds())
}

/// The problems that can occur with every route.
const COMMON: [Kind; 6] =
    [Kind::NotThere, Kind::TooLong, Kind::Misdirected, Kind::BadParameter, Kind::Broken, Kind::Busy];

fn description() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut generator =
        settings.with(|settings| settings.definitions_path = "/components/schemas".into()).into_generator();
    let problem = generator.subschema_for::<Body>();
    let mut paths = Map::new();
    for route in ROUTES {
        let method = if route.is_read() { "get" } else { "post" };
        paths.insert(route.path.to_owned(), json!({method: operation(route, &mut generator)}));
    }
    let common = |kind: &Kind| {
        let media = json!({"application/problem+json": {"schema": problem}});
        (kind.as_str().to_owned(), json!({"description": kind.title(), "content": media}))
    };
    let responses: Map<String, Value> = Kind::ALL.iter().map(common).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "lineal",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The supply chain of AI models",
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": responses,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    })
}

const ABOUT: &str = "Answers are about the snapshot that the server looks at now; it may be replaced by a newer one \
between two requests. Names are found whatever their case, under the name that a model had before it was renamed, \
and as one segment where a model has no owner; `Content-Location` then says the right address. Lists come in \
pages: `next`, and a link in the head, lead to the one after.";

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    if route.is_of_model() {
        for (name, example) in [("owner", "openai-community"), ("name", "gpt2")] {
            let schema = json!({"type": "string", "minLength": 1, "maxLength": 256});
            parameters.push(json!({
                "name": name, "in": "path", "required": true, "schema": schema, "example": example,
            }));
        }
    }
    parameters.extend(route.parameters.iter().map(|parameter| in_query(parameter)));
    let mut content = Map::new();
    for (media, schema) in route.media {
        content.insert((*media).to_owned(), json!({"schema": schema(generator)}));
    }
    let success = json!({"description": route.summary, "content": content});
    let mut responses = Map::new();
    let status = if matches!(route.act, Act::Reload) { "202" } else { "200" };
    responses.insert(status.to_owned(), success);
    if route.is_read() {
        responses.insert("304".to_owned(), json!({"description": "Whoever asks has the answer already"}));
    }
    let of_model = route.is_of_model().then_some(Kind::UnknownModel);
    // Problems with the same status look the same; the one that is the route's own describes it.
    for kind in of_model.iter().chain(route.problems).chain(&COMMON) {
        let reference = json!({"$ref": format!("#/components/responses/{}", kind.as_str())});
        responses.entry(kind.status().as_str().to_owned()).or_insert(reference);
    }
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses,
    });
    let more = match route.act {
        Act::Query => {
            let schema = generator.subschema_for::<sql::Query>();
            Some(("requestBody", json!({"required": true, "content": {JSON: {"schema": schema}}})))
        }
        Act::Reload => Some(("security", json!([{"token": []}]))),
        Act::Tell(_) | Act::TellOf(_) => None,
    };
    if let (Some((key, value)), Some(operation)) = (more, operation.as_object_mut()) {
        operation.insert(key.to_owned(), value);
    }
    operation
}

fn in_query(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": "query",
        "description": parameter.about,
        "required": parameter.times.0 > 0,
        "schema": parameter.schema(),
    })
}

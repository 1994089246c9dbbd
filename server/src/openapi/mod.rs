//! `GET /api/openapi.json`: the API, described (OpenAPI 3.1). Each noun has a file with its calls and its shapes; a
//! test holds them against the router, another one against the answers that all tests get.
//!
//! A new call is an entry in the file of its noun: what it needs (a key), the parameters of its path, and the errors
//! that all calls have are filled in.

mod account;
mod call;
mod imports;
mod interactions;
mod kind;
mod people;
mod public;
mod reports;
mod shape;
mod talk;
mod uploads;
mod videos;
mod viewers;
mod webhooks;

use crate::state::State;
use axum::{extract, response::IntoResponse, response::Response};
use call::{Call, meaning};
use http::header;
use serde_json::{Map, Value, json};
use shape::Shape;
use std::sync::LazyLock;

/// What belongs together: a chapter of the description.
pub struct Noun {
    name: &'static str,
    about: &'static str,
    calls: Vec<Call>,
    shapes: Vec<Shape>,
}

fn nouns() -> Vec<Noun> {
    vec![
        videos::noun(),
        imports::noun(),
        uploads::noun(),
        interactions::noun(),
        reports::noun(),
        viewers::noun(),
        talk::noun(),
        webhooks::noun(),
        account::noun(),
        people::noun(),
        public::noun(),
    ]
}

/// Where it is served, to anyone.
pub const PATH: &str = "/api/openapi.json";

/// Errors that calls may have, each with the error's shape.
const ERRORS: [u16; 13] = [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 429, 460];

static DOCUMENT: LazyLock<Value> = LazyLock::new(made);

/// The document for a server at this address.
pub fn document(address: &str) -> Value {
    let mut document = DOCUMENT.clone();
    document["servers"] = json!([{ "url": address }]);
    document
}

pub async fn served(extract::State(state): extract::State<State>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, document(&state.config.link("")).to_string()).into_response()
}

fn made() -> Value {
    let (mut paths, mut tags, mut schemas) = (Map::new(), Vec::new(), interactions::schemas());
    for noun in nouns() {
        tags.push(json!({ "name": noun.name, "description": noun.about }));
        for call in noun.calls {
            let (method, path) = (call.method, call.path);
            let at = paths.entry(path).or_insert_with(|| json!({}));
            at[method] = call.operation(noun.name);
        }
        schemas.extend(noun.shapes.into_iter().map(|shape| (shape.name.to_owned(), shape.schema())));
    }
    schemas.extend(shape::errors().into_iter().map(|shape| (shape.name.to_owned(), shape.schema())));
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Cuepoint",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Videos, their interactions, who watched them, and webhooks.",
            "description": ABOUT,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }, { "email": [], "api_key": [] }],
        "tags": tags,
        "paths": paths,
        "components": { "schemas": schemas, "responses": errors(), "securitySchemes": keys() },
    })
}

const ABOUT: &str = "A key comes as `Authorization: Bearer …`, or, for older clients, as `email` and `api_key` in the \
    query, a form or JSON. What belongs to another account is not there (404). Every error has one shape. Lists are \
    `items` and `next`, which names the page after; the older ones are `load_more` and `next_page`. Answers may have \
    more keys than are named here, and may get more at any time. Fields are taken from JSON and from forms alike.";

fn errors() -> Map<String, Value> {
    let error = |description: &str| {
        json!({
            "description": description,
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
        })
    };
    let known = ERRORS.iter().map(|status| (status.to_string(), error(meaning(*status))));
    known.chain([("5XX".to_owned(), error(meaning(500)))]).collect()
}

fn keys() -> Value {
    json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "An API key; uploads take an upload pass too." },
        "email": { "type": "apiKey", "in": "query", "name": "email", "description": "The account's, beside `api_key`." },
        "api_key": { "type": "apiKey", "in": "query", "name": "api_key", "description": "An API key, beside `email`." },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Everything in the document that answers to `name`, wherever it stands.
    fn all<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a Value>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get(name));
                fields.values().for_each(|value| all(value, name, found));
            }
            Value::Array(list) => list.iter().for_each(|value| all(value, name, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_shape_is_of_use() {
        let document = document("https://video.example.com");
        let mut refs = Vec::new();
        all(&document, "$ref", &mut refs);
        let named: BTreeSet<&str> = refs.into_iter().filter_map(Value::as_str).collect();
        for one in &named {
            let there = one.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
            assert!(there.is_some(), "{one}");
        }
        for name in document["components"]["schemas"].as_object().expect("shapes").keys() {
            assert!(named.contains(format!("#/components/schemas/{name}").as_str()), "nobody uses {name}");
        }
    }

    #[test]
    fn every_call_has_a_name_of_its_own() {
        let document = document("https://video.example.com");
        let (mut names, mut seen) = (Vec::new(), BTreeSet::new());
        all(&document["paths"], "operationId", &mut names);
        assert!(names.len() > 80, "{}", names.len());
        for name in names {
            assert!(seen.insert(name.as_str().expect("text")), "{name}");
        }
    }

    #[test]
    fn every_example_is_of_its_shape() {
        let document = document("https://video.example.com");
        let check = |schema: &Value, example: &Value, what: &str| {
            let mut whole = schema.clone();
            whole["components"] = document["components"].clone();
            let check = jsonschema::validator_for(&whole).expect("a schema");
            let wrong: Vec<String> = check.iter_errors(example).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{what}: {wrong:?}");
        };
        let mut examples = 0;
        for (path, calls) in document["paths"].as_object().expect("paths") {
            for call in calls.as_object().expect("calls").values() {
                let mut contents = Vec::new();
                all(call, "content", &mut contents);
                for content in contents.iter().filter_map(|content| content.as_object()).flat_map(|one| one.values()) {
                    if let Some(example) = content.get("example") {
                        check(&content["schema"], example, path);
                        examples += 1;
                    }
                }
            }
        }
        for (name, shape) in document["components"]["schemas"].as_object().expect("shapes") {
            for example in shape["examples"].as_array().into_iter().flatten() {
                check(&json!({ "$ref": format!("#/components/schemas/{name}") }), example, name);
                examples += 1;
            }
        }
        assert!(examples > 30, "{examples}");
    }
}

//! The API's description as a measure: every answer that a test gets by [`super::App::call`] has to be as it says.

use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| server::openapi::document("http://127.0.0.1"));

type Checks = HashMap<String, Arc<jsonschema::Validator>>;
static CHECKS: LazyLock<Mutex<Checks>> = LazyLock::new(Mutex::default);

/// The path of the document that an address is of; the one with the fewest names in it.
pub fn path_of(address: &str) -> Option<&'static str> {
    let address = address.split('?').next().unwrap_or_default();
    let fits = |path: &str| {
        let (mut given, mut wanted) = (address.split('/'), path.split('/'));
        loop {
            match (given.next(), wanted.next()) {
                (None, None) => return true,
                (Some(given), Some(wanted)) if wanted.starts_with('{') || given == wanted => {}
                _ => return false,
            }
        }
    };
    let paths = DOCUMENT["paths"].as_object().expect("paths").keys();
    paths.filter(|path| fits(path)).min_by_key(|path| path.matches('{').count()).map(String::as_str)
}

/// Fails when the document does not know an answer with this status, or has another shape for it. What is not in
/// the document at all is none of its business: another test holds it against the router.
pub fn check(method: &str, address: &str, status: u16, kind: &str, body: &Value) {
    let method = method.to_lowercase();
    let Some(path) = path_of(address) else { return };
    let Some(call) = DOCUMENT["paths"][path].get(&method) else { return };
    let answers = &call["responses"];
    let range = format!("{}XX", status / 100);
    let Some((name, answer)) =
        [status.to_string(), range].into_iter().find_map(|name| Some((name.clone(), answers.get(&name)?)))
    else {
        panic!("{method} {path} answers {status}, which the document does not tell: {body}");
    };
    let answer = match answer["$ref"].as_str().and_then(|at| at.strip_prefix('#')) {
        Some(at) => DOCUMENT.pointer(at).expect("an answer"),
        None => answer,
    };
    let kind = kind.split(';').next().unwrap_or_default();
    let Some(schema) = answer["content"].get(kind).map(|content| &content["schema"]) else {
        let is_empty = answer.get("content").is_none() && (body.is_null() || body == "");
        assert!(is_empty, "{method} {path}: {status} is {kind:?}, which the document does not tell: {body}");
        return;
    };
    if kind != "application/json" {
        return;
    }
    let check = checked(format!("{method} {path} {name}"), schema);
    let wrong: Vec<String> =
        check.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{method} {path}: the answer is not as the document tells: {wrong:#?}\n{body:#}");
}

fn checked(name: String, schema: &Value) -> Arc<jsonschema::Validator> {
    let mut checks = CHECKS.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        let mut whole = schema.clone();
        whole["components"] = json!({ "schemas": DOCUMENT["components"]["schemas"] });
        Arc::new(jsonschema::validator_for(&whole).expect("a schema"))
    };
    checks.entry(name).or_insert_with(make).clone()
}

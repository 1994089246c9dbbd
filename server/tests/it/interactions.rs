//! Interactions: authored by the API, shown to viewers, answered, counted and announced.

mod answers;
mod authoring;
mod definitions;
mod drafts;
mod gates;
mod pages;
mod pictures;
mod places;
mod simulation;
mod versions;
mod without_scripts;

use crate::support::{API_KEY, App};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

pub const OTHER_KEY: &str = "cue_other_account_key";

/// Calls the API as `key`, and returns the status and the body.
pub async fn call(app: &App, method: Method, path: &str, body: Option<&Value>, key: &str) -> (u16, Value) {
    let mut request = app.http.request(method, format!("{}/api/v1/videos/{path}", app.url)).bearer_auth(key);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

pub async fn get(app: &App, path: &str) -> Value {
    let (status, body) = call(app, Method::GET, path, None, API_KEY).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// Adds an interaction by the API and returns it as it was answered.
pub async fn add(app: &App, video_id: i64, definition: &Value) -> Value {
    let path = format!("{video_id}/interactions");
    let (status, body) = call(app, Method::POST, &path, Some(definition), API_KEY).await;
    assert_eq!(status, 201, "{body}");
    body["interactions"][0].clone()
}

pub async fn put(app: &App, path: &str, body: &Value) -> (u16, Value) {
    call(app, Method::PUT, path, Some(body), API_KEY).await
}

/// Where the flaws of a refused request are, each with what it says.
pub fn flaws(answer: &(u16, Value)) -> Vec<(&str, &str)> {
    assert_eq!((answer.0, &answer.1["type"]), (422, &json!("invalid_fields")), "{}", answer.1);
    let flaws = answer.1["flaws"].as_array().expect("flaws");
    flaws.iter().map(|flaw| flaw["field"].as_str().zip(flaw["message"].as_str()).expect("a flaw")).collect()
}

pub fn id_of(interaction: &Value) -> Uuid {
    interaction["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// A page's HTML.
pub async fn html(app: &App, path: &str) -> String {
    app.get(path).send().await.expect("an answer").text().await.expect("a body")
}

/// The faces of a video's timeline.
pub async fn faces(app: &App, token: &str) -> String {
    let answer = app.post(&format!("/video/faces/{token}")).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.text().await.expect("a body")
}

/// A good definition of a kind.
pub fn one(kind: &str) -> Value {
    let spec = match kind {
        "annotation" => json!({"text": "Look here", "url": "https://example.com/annotated"}),
        "cta" => {
            json!({"label": "Book a demo", "description": "15 minutes", "action": {"url": "https://example.com/demo"}})
        }
        "lead_form" => json!({
            "title": "Stay in touch",
            "fields": [
                {"type": "text", "name": "first_name", "label": "First name"},
                {"type": "email", "name": "email", "label": "E-mail", "required": true},
                {"type": "text", "name": "company", "label": "Company", "max_len": 20},
                {"type": "select", "name": "size", "label": "Size", "options": ["Small", "Large"]},
                {"type": "hidden", "name": "campaign", "value": "spring-secret"},
                {"type": "consent", "name": "consent", "label": "You may write to me.", "version": "v3", "required": true}
            ]
        }),
        "poll" => json!({"question": "Tea or coffee?", "choices": ["Tea", "Coffee", "Water"]}),
        "end_screen" => json!({"cards": [
            {"title": "Read on", "action": {"url": "https://example.com/read"}},
            {"title": "Again", "action": {"seek_s": 0}}
        ]}),
        _ => panic!("{kind} is no kind"),
    };
    let at = if kind == "end_screen" { json!("end") } else { json!({"s": 20}) };
    json!({"kind": kind, "at": at, "layout": "modal", "spec": spec})
}

pub const KINDS: [&str; 5] = ["annotation", "cta", "lead_form", "poll", "end_screen"];

/// A good answer to [`one`] of a kind.
pub fn answer_to(kind: &str) -> Value {
    match kind {
        "lead_form" => {
            json!({"fields": {"first_name": "Ada", "email": "ada@example.com", "company": "Example Ltd"}, "consent": "v3"})
        }
        "poll" => json!({"choice": 1}),
        "end_screen" => json!({"card": 0}),
        _ => json!({}),
    }
}

/// Sets what a JSON pointer names; null takes it away.
pub fn set(value: &mut Value, pointer: &str, to: Value) {
    let (whole, last) = pointer.rsplit_once('/').expect("a pointer");
    let parent = if whole.is_empty() { Some(value) } else { value.pointer_mut(whole) };
    match parent.unwrap_or_else(|| panic!("{whole} is not there")) {
        Value::Array(list) => list[last.parse::<usize>().expect("a place")] = to,
        Value::Object(map) if to.is_null() => drop(map.remove(last)),
        parent => parent[last] = to,
    }
}

/// A session id as a page has it that was opened ten minutes ago.
pub fn session() -> Uuid {
    crate::support::batch::View::of("x").session
}

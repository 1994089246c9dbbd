//! The API's description: of the very routes that there are, and true.

mod accounts;
mod fuzz;

use crate::support::{API_KEY, App, described::DOCUMENT, on_each_engine};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is described: the API, and a few addresses beside it.
const BESIDE: [&str; 3] = ["/engage/record", "/services/oembed", "/webhook"];

/// The addresses that the router knows, as it prints itself.
fn routes(app: &App) -> BTreeSet<String> {
    let printed = format!("{:?}", server::routes::router(app.state().clone()));
    let texts = printed.split('"').skip(1).step_by(2);
    let paths = texts.filter(|text| text.starts_with('/')).map(str::to_owned);
    paths
        .filter(|path| path.starts_with("/api/") && path != "/api/v1/{*rest}" || BESIDE.contains(&path.as_str()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_has_every_route_and_no_other_method_by_method() {
    let app = App::start().await;
    let routes = routes(&app);
    assert!(routes.len() > 60, "{routes:?}");
    let described: BTreeSet<String> = DOCUMENT["paths"].as_object().expect("paths").keys().cloned().collect();
    let missing: Vec<_> = routes.difference(&described).collect();
    assert!(missing.is_empty(), "add these to server/src/openapi: {missing:#?}");
    let gone: Vec<_> = described.difference(&routes).collect();
    assert!(gone.is_empty(), "the router does not have these of server/src/openapi: {gone:#?}");
    for path in routes {
        let address: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        let method = reqwest::Method::from_bytes(b"NONE").expect("a method that nobody takes");
        let asked = app.http.request(method, format!("{}{}", app.url, address.join("/"))).bearer_auth(API_KEY);
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), 405, "{path}");
        let allowed = answer.headers()["allow"].to_str().expect("text").to_lowercase();
        let allowed: BTreeSet<&str> = allowed.split(',').map(str::trim).collect();
        let mut told: BTreeSet<&str> =
            DOCUMENT["paths"][&path].as_object().expect("calls").keys().map(String::as_str).collect();
        // Whoever takes GET takes HEAD.
        if told.contains("get") {
            told.insert("head");
        }
        assert_eq!(told, allowed, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_served_to_anyone() {
    let app = App::start().await;
    let answer = app.get("/api/openapi.json").send().await.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["access-control-allow-origin"]),
        (200, &"*".parse().expect("text"))
    );
    let document: Value = serde_json::from_str(&answer.text().await.expect("text")).expect("JSON");
    assert_eq!((&document["openapi"], &document["servers"][0]["url"]), (&json!("3.1.1"), &json!(app.url)));
    let page = app.get("/docs/api").send().await.expect("an answer").text().await.expect("a page");
    for call in DOCUMENT["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|calls| calls.as_object().expect("calls").values())
    {
        let id = call["operationId"].as_str().expect("a name");
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

/// Also where the framework refuses a request before any of our code sees it.
#[tokio::test(flavor = "multi_thread")]
async fn every_error_has_the_same_shape() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    for (method, path, status, kind) in [
        ("GET", "/api/v1/videos/%FF".to_owned(), 400, "invalid_params"),
        ("GET", "/api/v1/me/videos/list?page=1&page=2".to_owned(), 400, "invalid_params"),
        ("GET", format!("/api/v1/videos/{}/reports/series?by=day&by=hour", video.id), 400, "invalid_params"),
        ("PUT", "/api/v1/webhooks".to_owned(), 405, "method_not_allowed"),
        ("POST", format!("/api/v1/uploads/{}", uuid::Uuid::now_v7()), 405, "method_not_allowed"),
        ("GET", "/api/v1/nothing".to_owned(), 404, "not_found"),
    ] {
        let (told, error) = app.call(method, &path, None).await;
        let shape = (told, &error["status"], &error["code"], &error["type"]);
        assert_eq!(shape, (status, &json!(status), &json!(status), &json!(kind)), "{method} {path}: {error}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{error}");
    }
    let put =
        app.http.put(format!("{}/api/v1/webhooks", app.url)).bearer_auth(API_KEY).send().await.expect("an answer");
    assert_eq!(put.headers()["allow"], "GET,HEAD,POST");
    let form =
        app.post("/api/v1/videos").bearer_auth(API_KEY).header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(form.body("--x--").send().await.expect("an answer").status(), 422);
}

on_each_engine! { the_character_that_no_text_has_is_refused_everywhere }

/// PostgreSQL keeps it in no text: it would be our fault only there.
async fn the_character_that_no_text_has_is_refused_everywhere(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    for (method, path, body) in [
        ("PATCH", format!("/api/v1/videos/{}", video.id), Some(json!({ "title": "a\0b" }))),
        (
            "POST",
            "/api/v1/me/video/import".into(),
            Some(json!({ "url": "https://example.com/", "idempotency_key": "\0" })),
        ),
        (
            "POST",
            "/api/v1/webhooks".into(),
            Some(json!({ "url": "https://example.com/", "events": ["VideoCTA"], "description": "\0" })),
        ),
        ("GET", "/api/v1/viewers/a%00b@example.com/export".into(), None),
        ("GET", "/api/v1/me/video/viewer_profile?user_email=a%00b".into(), None),
    ] {
        let (status, error) = app.call(method, &path, body).await;
        assert_eq!((status, &error["type"]), (400, &json!("invalid_params")), "{method} {path}: {error}");
    }
    let begin = app
        .post("/api/v1/uploads")
        .bearer_auth(API_KEY)
        .header("upload-length", 5)
        .header("upload-metadata", "title AGE=");
    assert_eq!(begin.send().await.expect("an answer").status(), 400);
    let part = "--x\r\ncontent-disposition: form-data; name=\"title\"\r\n\r\na\0b\r\n--x--\r\n";
    let form =
        app.post("/api/v1/videos").bearer_auth(API_KEY).header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(form.body(part).send().await.expect("an answer").status(), 400);
}

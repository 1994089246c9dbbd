//! A file in a form (multipart/form-data).

use crate::{
    imports::left_nothing,
    support::{
        API_KEY, App, count,
        films::{PLAIN, film},
        on_each_engine,
    },
};
use serde_json::{Value, json};

on_each_engine! {
    a_form_brings_a_video
    a_form_without_a_file_brings_none
    a_form_names_no_other_video_than_its_address
}

const EDGE: &str = "edge-of-the-parts";

/// A form of these fields; one with a file name is a file.
pub fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, value) in fields {
        let file = file.map(|file| format!("; filename=\"{file}\"\r\ncontent-type: text/html")).unwrap_or_default();
        body.extend(format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
        body.extend(*value);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{EDGE}--\r\n").as_bytes());
    body
}

pub async fn send(app: &App, method: &str, path: &str, body: Vec<u8>) -> (u16, Value) {
    let request =
        app.http.request(method.parse().expect("a method"), format!("{}{path}", app.url)).bearer_auth(API_KEY);
    let request = request.header("content-type", format!("multipart/form-data; boundary={EDGE}"));
    let answer = request.body(body).send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.expect("text")).unwrap_or_default())
}

async fn a_form_brings_a_video(app: App) {
    let bytes = std::fs::read(film(app.folder.path(), "a.mp4", 2, "320x180", PLAIN)).expect("a film");
    let body =
        form(&[("description", None, b"Before"), ("file", Some("My.tour.mp4"), &bytes), ("title", None, b"Behind")]);
    let (status, made) = send(&app, "POST", "/api/v1/videos", body).await;
    assert_eq!((status, &made["state"]), (201, &json!("processing")), "{made}");
    assert_eq!(app.over(&made["job_id"]).await["state"], "done");
    let (_, video) = app.call("GET", &format!("/api/v1/videos/{}", made["video_id"]), None).await;
    assert_eq!((&video["title"], &video["description"]), (&json!("Behind"), &json!("Before")));
    assert_eq!(video["source"]["bytes"], bytes.len());

    // From the page, where no script runs.
    let (_, link) = app.call("POST", "/api/v1/me/upload-links", None).await;
    let request = app.http.post(link["url"].as_str().expect("a URL")).body(form(&[("file", Some("Page.mp4"), &bytes)]));
    let request = request.header("content-type", format!("multipart/form-data; boundary={EDGE}"));
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 303);
    let page = app.get(answer.headers()["location"].to_str().expect("text")).send().await.expect("an answer");
    assert_eq!(page.status(), 200);
    let (_, jobs) = app.call("GET", "/api/v1/jobs", None).await;
    assert_eq!(app.over(&jobs["items"][0]["id"]).await["state"], "done");
    let (_, log) = app.call("GET", "/api/v1/audit", None).await;
    let row = &log["items"][0];
    assert_eq!((&row["actor"], &row["action"]), (&json!("upload link"), &json!("video.create")));
    assert_eq!(row["object"], jobs["items"][0]["video_id"].to_string());
    left_nothing(&app).await;
}

async fn a_form_without_a_file_brings_none(app: App) {
    let (status, answer) = send(&app, "POST", "/api/v1/videos", form(&[("title", None, b"T")])).await;
    assert_eq!((status, &answer["flaws"][0]["field"]), (422, &json!("file")));
    let (status, _) = send(&app, "POST", "/api/v1/videos", b"no form".to_vec()).await;
    assert_eq!(status, 400);
    // One that breaks off, and one whose fields are wrong, after their file has come.
    let whole = form(&[("file", Some("a.mp4"), &[7; 9_000])]);
    assert_eq!(send(&app, "POST", "/api/v1/videos", whole[..8_000].to_vec()).await.0, 400);
    let flawed = form(&[("file", Some("a.mp4"), &[7; 9_000]), ("title", None, "x".repeat(201).as_bytes())]);
    assert_eq!(send(&app, "POST", "/api/v1/videos", flawed).await.0, 422);
    if app.state().config.database_url.starts_with("sqlite:") {
        let rows =
            "select (select count(*) from videos) + (select count(*) from jobs) + (select count(*) from uploads)";
        assert_eq!(count(&app.database(), rows).await, 0, "nothing is kept of it");
    }
    left_nothing(&app).await;
}

async fn a_form_names_no_other_video_than_its_address(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let other = app.add_video(&[], |_| {}).await;
    let id = other.id.to_string();
    let before = form(&[("video_id", None, id.as_bytes()), ("file", Some("a.mp4"), &[7; 9])]);
    let behind = form(&[("file", Some("a.mp4"), &[7; 9]), ("video_id", None, id.as_bytes())]);
    let (_, link) = app.call("POST", "/api/v1/me/upload-links", None).await;
    for body in [before, behind] {
        let path = format!("/api/v1/videos/{}/media", video.id);
        let (status, made) = send(&app, "PUT", &path, body.clone()).await;
        assert_eq!((status, &made["video_id"]), (202, &json!(video.id)), "{made}");
        // From the page, whose link brings new videos only.
        let request = app.http.post(link["url"].as_str().expect("a URL")).body(body);
        let request = request.header("content-type", format!("multipart/form-data; boundary={EDGE}"));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 403);
        assert!(answer.text().await.expect("text").contains("video_id"));
    }
    let (_, jobs) = app.call("GET", &format!("/api/v1/videos/{id}/jobs"), None).await;
    assert_eq!(jobs["items"], json!([]));
}

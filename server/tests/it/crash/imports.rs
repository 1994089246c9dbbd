//! kill -9 at every step of a video's way in: it becomes ready all the same, once, and nothing is left over.

use super::Running;
use crate::support::{
    client, count,
    films::{PLAIN, film},
    shelf::{Book, Shelf},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

async fn call(server: &Running, method: &str, path: &str, body: Value) -> Value {
    let request = client().request(method.parse().expect("a method"), format!("{}{path}", server.url));
    let request = request.bearer_auth(&server.api_key).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.expect("an answer");
    serde_json::from_str(&answer.text().await.expect("text")).expect("JSON")
}

/// Looks again and again until it is so.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let looks = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looks).await.unwrap_or_else(|_| panic!("waited for {what}"));
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.insert(entry.path());
        }
    }
    found
}

/// Is the step noted as done?
fn noted(job: &Path, step: &str) -> bool {
    let made = std::fs::read(job.join("made.json")).unwrap_or_default();
    let made: Value = serde_json::from_slice(&made).unwrap_or_default();
    made["steps"].as_array().is_some_and(|steps| steps.iter().any(|done| done == step))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_becomes_ready_whenever_the_server_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let shelf = Shelf::start().await;
    let bytes = std::fs::read(film(folder.path(), "given.mp4", 4, "1280x720", PLAIN)).expect("a film");
    let url = shelf.put("/given.mp4", Book::Waits(bytes.clone(), bytes.len() / 2));
    let mut server = Running::start(folder.path());
    let answer = call(&server, "POST", "/api/v1/me/video/import", json!({"title": "T", "url": url})).await;
    let (id, job_id) =
        (answer["video_id"].as_i64().expect("an id"), answer["job_id"].as_str().expect("an id").to_owned());
    let job = folder.path().join("data/jobs").join(&job_id);
    let stored = folder.path().join(format!("data/media/1/{id}"));

    shelf.waiting.notified().await;
    until("half of the file", async || job.join("source.part").is_file()).await;
    server.kill();
    shelf.put("/given.mp4", Book::Plain(bytes));
    server = Running::start(folder.path());
    until("the file", async || job.join("source").is_file()).await;
    for step in ["encode", "poster", "preview", "storyboard", "captions", "loudness"] {
        until(step, async || noted(&job, step)).await;
        server.kill();
        server = Running::start(folder.path());
    }
    until("the first file in the store", async || !files(&stored).is_empty()).await;
    server.kill();
    server = Running::start(folder.path());
    let path = format!("/api/v1/videos/{id}");
    until("a video that is ready", async || call(&server, "GET", &path, json!({})).await["state"] == "ready").await;
    server.kill();
    server = Running::start(folder.path());
    until("the stream", async || job.join("360p-0000.m4s").is_file()).await;
    server.kill();
    server = Running::start(folder.path());
    let job_path = format!("/api/v1/jobs/{job_id}");
    until("the end", async || call(&server, "GET", &job_path, json!({})).await["state"] == "done").await;
    let video = call(&server, "GET", &path, json!({})).await;
    assert_eq!((&video["state"], &video["streams"]), (&json!("ready"), &json!(true)), "{video}");
    until("an empty folder", async || !job.exists()).await;

    let database = format!("sqlite://{}", folder.path().join("data/cuepoint.db").display());
    assert_eq!(count(&database, "select count(*) from videos").await, 2, "the demo's and this one");
    for event in ["VideoCreated", "VideoTranscoded"] {
        let sql = match event {
            "VideoCreated" => "select count(*) from outbox where event = 'VideoCreated'",
            _ => "select count(*) from outbox where event = 'VideoTranscoded'",
        };
        assert_eq!(count(&database, sql).await, 1, "{event} is said once");
    }
    // What is in the store is what is served; halves of files go a day later.
    let token = video["token"].as_str().expect("a token");
    for file in files(&stored) {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if name.contains('#') {
            continue;
        }
        let answer = client().head(format!("{}/media/{token}/{name}", server.url)).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{name} is an orphan");
    }
    server.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_where_the_server_was_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = std::fs::read(film(folder.path(), "given.mp4", 3, "640x360", PLAIN)).expect("a film");
    let mut server = Running::start(folder.path());
    let create = client().post(format!("{}/api/v1/uploads", server.url)).bearer_auth(&server.api_key);
    let create = create.header("tus-resumable", "1.0.0").header("upload-length", bytes.len());
    let made: Value =
        serde_json::from_str(&create.send().await.expect("an answer").text().await.expect("text")).expect("JSON");
    let path = format!("/api/v1/uploads/{}", made["job_id"].as_str().expect("an id"));
    let (mut acknowledged, mut kills) = (0, 0);
    loop {
        let head = client().head(format!("{}{path}", server.url)).bearer_auth(&server.api_key).send().await;
        let offset = head.expect("an answer").headers()["upload-offset"]
            .to_str()
            .expect("text")
            .parse::<usize>()
            .expect("a number");
        assert!(offset >= acknowledged, "{offset} of {acknowledged} that were acknowledged");
        if offset == bytes.len() {
            break;
        }
        let end = (offset + bytes.len() / 6 + 1).min(bytes.len());
        let patch = client().patch(format!("{}{path}", server.url)).bearer_auth(&server.api_key);
        let patch = patch.header("content-type", "application/offset+octet-stream").header("upload-offset", offset);
        let sent = patch.body(bytes[offset..end].to_vec()).send();
        if kills % 2 == 0 {
            // In the middle, whatever comes of it.
            tokio::select! { _ = sent => {}, () = tokio::time::sleep(Duration::from_millis(1 + kills)) => {} }
        } else {
            assert_eq!(sent.await.expect("an answer").status(), 204);
            acknowledged = end;
        }
        kills += 1;
        server.kill();
        server = Running::start(folder.path());
    }
    let video = format!("/api/v1/videos/{}", made["video_id"]);
    until("a video", async || call(&server, "GET", &video, json!({})).await["state"] == "ready").await;
    let shown = call(&server, "GET", &video, json!({})).await;
    use sha2::Digest;
    assert_eq!(shown["source"]["sha256"], hex::encode(sha2::Sha256::digest(&bytes)));
    server.kill();
}

//! The running API against its description, by Schemathesis (https://schemathesis.readthedocs.io): no error of ours,
//! and no answer that the description does not know.

use crate::support::{API_KEY, App, cta};
use serde_json::{Value, json};
use server::store::videos::Files;
use std::{process::Stdio, time::Duration};
use tokio::{net::TcpListener, process::Command};

/// Streams don't end, what deletes would leave nothing to be asked for, and oEmbed wants a 501 for a strange format.
const LEFT_OUT: [&str; 9] = [
    "oembed",
    "streamWebhooks",
    "followJob",
    "deleteVideo",
    "deleteCompatibleVideo",
    "deleteWebhook",
    "deleteInteraction",
    "deleteComment",
    "eraseViewer",
];
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
/// Longer than it takes.
const PATIENCE: Duration = Duration::from_secs(900);

/// A parameter of paths that have this in them, and what is there by that name.
type There<'a> = (&'a str, &'a str, Value);

/// The document, with what is there among the ids, and nothing in its examples that is not on this machine.
fn prepared(app: &App, nowhere: &str, ids: &[There<'_>]) -> String {
    let mut document = server::openapi::document(&app.url);
    for (path, calls) in document["paths"].as_object_mut().expect("paths") {
        for call in calls.as_object_mut().expect("calls").values_mut() {
            for parameter in call["parameters"].as_array_mut().into_iter().flatten() {
                let is_it = |there: &&There<'_>| parameter["name"] == there.0 && path.contains(there.1);
                if let Some((.., id)) = ids.iter().find(is_it).filter(|_| parameter["in"] == "path") {
                    parameter["example"] = id.clone();
                    parameter["schema"] = json!({ "anyOf": [{ "const": id }, parameter["schema"]] });
                }
            }
        }
    }
    document.to_string().replace("https://example.com", nowhere)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn strange_requests_get_answers_that_are_described_on_sqlite() {
    strange_requests_get_answers_that_are_described(App::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn strange_requests_get_answers_that_are_described_on_postgres() {
    if let Some(app) = App::on_postgres().await {
        strange_requests_get_answers_that_are_described(app).await;
    }
}

async fn strange_requests_get_answers_that_are_described(app: App) {
    let Ok(schemathesis) = std::env::var("TEST_SCHEMATHESIS") else { return };
    let video = app.add_video(&[cta("https://example.com/")], |video| video.files = Files::default()).await;
    // A port that nobody listens at.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nowhere = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let webhook = app.subscribe(&nowhere, &["VideoCTA"]).await["id"].clone();
    let (_, timeline) = app.call("GET", &format!("/api/v1/videos/{}/interactions", video.id), None).await;
    let interaction = &timeline["interactions"][0]["id"];
    let ids = [
        ("id", "/me/video/", json!(video.id)),
        ("video_id", "/me/video/", json!(video.id)),
        ("id", "/videos/", json!(video.id)),
        ("id", "/webhooks/", webhook),
        ("iid", "/videos/", interaction.clone()),
        ("interaction", "/videos/", interaction.clone()),
    ];
    let document = app.folder.path().join("openapi.json");
    std::fs::write(&document, prepared(&app, &nowhere, &ids)).expect("written");
    // Pieces of an upload are bytes like any others.
    let hooks = app.folder.path().join("hooks.py");
    let alias = "import schemathesis\nschemathesis.serializer.alias('application/offset+octet-stream', 'application/octet-stream')\n";
    std::fs::write(&hooks, alias).expect("written");
    let mut command = Command::new(schemathesis);
    command.env("SCHEMATHESIS_HOOKS", &hooks);
    command
        .arg("run")
        .arg(&document)
        .args(["--url", &app.url])
        .args(["--header", &format!("Authorization: Bearer {API_KEY}")]);
    command.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "8"]);
    command.args(["--seed", "1", "--request-timeout", "20", "--generation-database", "none", "--no-color"]);
    for call in LEFT_OUT {
        command.args(["--exclude-operation-id", call]);
    }
    let run = command.current_dir(app.folder.path()).stdin(Stdio::null()).kill_on_drop(true).output();
    let done = tokio::time::timeout(PATIENCE, run).await.expect("it ends").expect("it runs");
    let said = String::from_utf8_lossy(&done.stdout);
    println!("{said}");
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
}

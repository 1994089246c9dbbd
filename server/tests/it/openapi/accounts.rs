//! Every path of the description, called for what is another account's, and without a key: it is not there, and
//! nothing changes.

use crate::support::{API_KEY, App, cta, described::DOCUMENT, on_each_engine, receiver::Receiver};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use server::store::videos::Video;
use std::collections::HashMap;

const OTHER: &str = "cue_test_key_of_another";
/// They name a person, not a thing of an account: there is nothing stored about one whom an account does not know.
const OF_ANYONE: [&str; 2] = ["/api/v1/viewers/{who}", "/api/v1/viewers/{who}/export"];

on_each_engine! { what_is_another_account_s_is_not_there_and_does_not_change }

/// One of everything that has an id, by the place where paths name it.
struct Things {
    video: Video,
    ids: HashMap<&'static str, String>,
}

impl Things {
    async fn of(app: &App) -> Self {
        let video = app.add_video(&[cta("https://example.com/")], |_| {}).await;
        app.add_file(&video, "video.mp4", b"no film").await;
        let mut ids = HashMap::from([("videos", video.id.to_string())]);
        let of = |path: &str| format!("/api/v1/videos/{}{path}", video.id);
        let id = |told: (u16, Value), at: &str| {
            assert!(told.0 < 300, "{told:?}");
            told.1.pointer(at).and_then(Value::as_str).unwrap_or_else(|| panic!("{at} in {}", told.1)).to_owned()
        };
        ids.insert("interactions", id(app.call("GET", &of("/interactions"), None).await, "/interactions/0/id"));
        let recipients = json!({ "recipients": [{ "email": "mia@example.com" }] });
        ids.insert("links", id(app.call("POST", &of("/links"), Some(recipients)).await, "/items/0/id"));
        let said = app.post(&format!("/talk/{}/comments", video.token)).header("content-type", "application/json");
        let said = said.header("accept", "application/json").header("origin", &app.url);
        let said = said.body(json!({ "text": "Hello", "name": "Mia", "elapsed_ms": 9000 }).to_string()).send().await;
        assert!(said.expect("an answer").status().is_success());
        ids.insert("comments", id(app.call("GET", &of("/comments"), None).await, "/items/0/id"));

        let receiver = Receiver::start().await;
        let webhook = app.subscribe(&receiver.url, &["VideoCTA"]).await["id"].as_str().expect("an id").to_owned();
        let on = |path: &str| format!("/api/v1/webhooks/{webhook}{path}");
        let tried = app.call("POST", &on("/test"), Some(json!({ "event": "VideoCTA" }))).await;
        ids.insert("deliveries", id(tried, "/id"));
        let replay = app.call("POST", &on("/replay"), Some(json!({ "from": 0, "events": ["VideoComment"] }))).await;
        let replay = id(replay, "/id");
        while app.call("GET", &on(&format!("/replays/{replay}")), None).await.1["state"] == "running" {
            tokio::task::yield_now().await;
        }
        ids.extend([("replays", replay), ("webhooks", webhook.clone())]);

        let begun = app.post("/api/v1/uploads").bearer_auth(API_KEY).header("upload-length", 10).send().await;
        let begun = begun.expect("an answer").text().await.expect("text");
        let upload: Value = serde_json::from_str(&begun).expect("JSON");
        let upload = upload["job_id"].as_str().expect("an id").to_owned();
        ids.extend([("uploads", upload.clone()), ("jobs", upload)]);

        let wish = json!({ "name": "Reports", "role": "analyst" });
        ids.insert("keys", id(app.call("POST", "/api/v1/keys", Some(wish)).await, "/id"));
        let wish = json!({ "email": "ada@example.com", "role": "editor" });
        ids.insert("members", id(app.call("POST", "/api/v1/members", Some(wish)).await, "/id"));
        Self { video, ids }
    }

    /// The address of a path, with what is ours in the place of every name.
    fn address(&self, path: &str) -> String {
        let mut before = "";
        let parts = path.split('/').map(|part| {
            let last = std::mem::replace(&mut before, part);
            match part.trim_matches(['{', '}']) {
                plain if plain == part => part,
                "lang" => "en",
                "group" => "devices",
                "file" => "views.csv",
                "iid" | "interaction" => self.ids["interactions"].as_str(),
                "video_id" => self.ids["videos"].as_str(),
                _ if last == "video" => self.ids["videos"].as_str(),
                name => {
                    self.ids.get(last).unwrap_or_else(|| panic!("make one of {last} above for {{{name}}} of {path}"))
                }
            }
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

/// A request that would be fine if it came from the owner: with the headers that it needs, and the body of the
/// description's example.
fn request(app: &App, method: &str, address: &str, call: &Value) -> RequestBuilder {
    let verb = method.to_uppercase().parse().expect("a method");
    let mut request = app.http.request(verb, format!("{}{address}", app.url));
    for parameter in call["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a name");
        if parameter["in"] == "header" && parameter["required"] == true {
            request = request.header(name, parameter["schema"]["enum"][0].as_str().unwrap_or("0"));
        }
    }
    let Some(bodies) = call["requestBody"]["content"].as_object() else { return request };
    let (kind, body) = bodies
        .iter()
        .find(|(_, body)| body.get("example").is_some())
        .unwrap_or_else(|| bodies.iter().next().expect("a body"));
    let body = match (kind.as_str(), &body["example"]) {
        ("application/json", example) => example.to_string(),
        (_, Value::String(text)) => text.clone(),
        _ => "x".to_owned(),
    };
    request.header("content-type", kind).body(body)
}

async fn what_is_another_account_s_is_not_there_and_does_not_change(app: App) {
    app.add_account(2, "other@example.com", OTHER).await;
    let things = Things::of(&app).await;
    let calls: Vec<(&str, &str, &Value)> = DOCUMENT["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, calls)| {
            calls.as_object().expect("calls").iter().map(move |(method, call)| (path.as_str(), method.as_str(), call))
        })
        .filter(|(_, _, call)| !call["security"].is_array())
        .collect();
    let ours = [things.video.token.as_str(), "mia@example.com"].into_iter().map(str::to_owned);
    let ours: Vec<String> = ours.chain(things.ids.values().cloned()).collect();

    // What names nothing tells nothing of others. A stream would not end.
    for (path, _, call) in calls.iter().filter(|(path, method, _)| *method == "get" && !path.contains('{')) {
        if call["responses"]["200"]["content"].get("text/event-stream").is_some() {
            continue;
        }
        let told = request(&app, "get", path, call).bearer_auth(OTHER).send().await.expect("an answer");
        let told = told.text().await.expect("text");
        assert!(!ours.iter().any(|one| told.contains(one)), "{path}: {told}");
    }
    for path in OF_ANYONE.map(|path| path.replace("{who}", "mia@example.com")) {
        let method = if path.ends_with("export") { "GET" } else { "DELETE" };
        let (status, told) = app.call_as(OTHER, method, &path, None).await;
        let is_empty = |value: &Value| value == &json!([]) || value == &json!(0);
        assert!(status == 200 && told.as_object().expect("fields").values().all(is_empty), "{path}: {told}");
    }

    let before = app.dump().await;
    let mut tried = 0;
    for (path, method, call) in &calls {
        let unknown = request(&app, method, &things.address(&path.replace("{who}", "mia@example.com")), call);
        assert_eq!(unknown.send().await.expect("an answer").status(), 401, "{method} {path} without a key");
        if !path.contains('{') || OF_ANYONE.contains(path) {
            continue;
        }
        let answer =
            request(&app, method, &things.address(path), call).bearer_auth(OTHER).send().await.expect("an answer");
        assert_eq!(answer.status(), 404, "{method} {path} with another account's key");
        tried += 1;
    }
    assert!(tried > 55, "{tried}");
    // Where the id stands elsewhere than in the path.
    let id = &things.ids["videos"];
    for path in
        [format!("/api/v1/me/video/reports?video_id={id}"), format!("/api/v1/me/video/viewer_profile?video_id={id}")]
    {
        assert_eq!(app.call_as(OTHER, "GET", &path, None).await.0, 404, "{path}");
    }
    let replaces = app.post("/api/v1/uploads").bearer_auth(OTHER).header("upload-length", 5);
    let replaces = replaces.header("upload-metadata", format!("video_id {}", STANDARD.encode(id))).send().await;
    assert_eq!(replaces.expect("an answer").status(), 404);
    let after = app.dump().await;
    for (table, rows) in &before {
        assert_eq!(rows, &after[table], "{table} has changed");
    }
}

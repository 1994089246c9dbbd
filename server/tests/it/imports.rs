//! Videos from an address: links at once, the video later, or the reason why not.

mod bare;
mod bucket;
mod files;
mod reasons;
mod videos;

use crate::support::{
    API_KEY, App,
    films::{PLAIN, film},
    on_each_engine,
    receiver::Receiver,
    shelf::{Book, Shelf},
};
use serde_json::{Value, json};
use server::{
    jobs::begin::{self, About},
    store::jobs::{self, Share, Source, WAITING},
};
use std::sync::atomic::Ordering;
use uuid::Uuid;

on_each_engine! {
    a_video_has_its_links_at_once_and_plays_later
    a_connection_that_breaks_is_gone_on_with
    an_import_with_a_key_is_one_video
    what_is_wrong_is_said_at_once
    an_import_can_be_ended
    nobody_else_sees_or_ends_a_job
    no_account_keeps_the_others_waiting
}

/// A film on a shelf, and its bytes.
async fn shelved(app: &App, seconds: u32) -> (Shelf, String, Vec<u8>) {
    let path = film(app.folder.path(), "given.mp4", seconds, "640x360", PLAIN);
    let bytes = std::fs::read(path).expect("a film");
    let shelf = Shelf::start().await;
    let url = shelf.put("/films/Our%20tour.mp4?key=1", Book::Plain(bytes.clone()));
    (shelf, url, bytes)
}

pub async fn import(app: &App, url: &str) -> Value {
    let (status, answer) = app.call("POST", "/api/v1/me/video/import", Some(json!({"title": "T", "URL": url}))).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn kind(app: &App, path: &str) -> (u16, String, usize) {
    let answer = app.get(path).send().await.expect("an answer");
    let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
    (answer.status().as_u16(), kind, answer.bytes().await.expect("a body").len())
}

async fn a_video_has_its_links_at_once_and_plays_later(app: App) {
    let (_shelf, url, bytes) = shelved(&app, 4).await;
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoCreated", "VideoTranscoded"]).await;
    let (status, answer) = app.call("POST", "/api/v1/me/video/import", Some(json!({"URL": url}))).await;
    assert_eq!(status, 200, "{answer}");
    let (token, id) =
        (answer["token"].as_str().expect("a token").to_owned(), answer["video_id"].as_i64().expect("an id"));
    let link = |path: String| json!(format!("{}{path}", app.url));
    assert_eq!(
        answer,
        json!({
            "status": 200, "code": 200, "video_id": id, "token": token, "state": "processing",
            "share_url": link(format!("/video/play/{token}")), "embed_url": link(format!("/video/embed/{token}")),
            "thumbnail_preview": link(format!("/previews/{token}.gif")),
            "thumbnail_url": link(format!("/thumbnails/{token}.jpg")),
            "thumbnail_play_url": link(format!("/thumbnails/{token}_play.jpg")),
            "job_id": answer["job_id"],
        })
    );
    for path in [format!("/video/play/{token}"), format!("/thumbnails/{token}.jpg"), format!("/previews/{token}.gif")] {
        assert_eq!(app.get(&path).send().await.expect("an answer").status(), 200, "{path}");
    }

    let told = app.over(&answer["job_id"]).await;
    assert_eq!(
        (&told["state"], &told["percent"], &told["video_state"]),
        (&json!("done"), &json!(100), &json!("ready")),
        "{told}"
    );
    let (_, video) = app.call("GET", &format!("/api/v1/me/video/{id}"), None).await;
    assert_eq!(
        (&video["state"], &video["title"], &video["width"]),
        (&json!("ready"), &json!("Our tour"), &json!(640)),
        "{video}"
    );
    assert!((video["duration"].as_f64().expect("seconds") - 4.0).abs() < 0.1, "{video}");
    assert!(video["loudness"]["lufs"].as_f64().is_some_and(|lufs| (-40.0..0.0).contains(&lufs)), "{video}");
    assert_eq!(video["source"]["bytes"], bytes.len());
    assert_eq!(video["missing"], json!([]));

    let media = |name: &str| format!("/media/{token}/{name}");
    assert_eq!(kind(&app, &media("video.mp4")).await.1, "video/mp4");
    assert_eq!(kind(&app, &media("storyboard.vtt")).await.0, 200);
    assert_eq!(kind(&app, &format!("/thumbnails/{token}.jpg")).await.1, "image/jpeg");
    assert_eq!(kind(&app, &format!("/thumbnails/{token}_play.jpg")).await.1, "image/jpeg");
    let gif = kind(&app, &format!("/previews/{token}.gif")).await;
    assert!(gif.1 == "image/gif" && (2_000..1_500_000).contains(&gif.2), "{gif:?}");
    assert_eq!(kind(&app, &format!("/previews/{token}.webp")).await.1, "image/webp");
    let page = app.get(&format!("/video/play/{token}")).send().await.expect("an answer").text().await.expect("a page");
    assert!(page.contains(&media("video.mp4")), "the page plays it");

    let hooks = receiver.until(2).await;
    let mut bodies: Vec<Value> = hooks.iter().map(|hook| serde_json::from_slice(&hook.body).expect("JSON")).collect();
    bodies.sort_by_key(|body| body["eventName"].to_string());
    assert_eq!((&bodies[0]["eventName"], &bodies[1]["eventName"]), (&json!("VideoCreated"), &json!("VideoTranscoded")));
    assert_eq!(bodies[0]["VideoCreated"]["media"]["videoId"], id);
    assert!(bodies[0]["VideoCreated"]["media"]["duration"].as_f64().is_some_and(|s| (s - 4.0).abs() < 0.1));
    assert!(bodies[0]["VideoCreated"].get("email").is_none());
    assert_eq!(bodies[0]["metadata"], json!({"account_id": "1", "created_by": "sandbox@example.com"}));
    assert_eq!(bodies[1]["VideoTranscoded"]["video_token"], token);
    assert!(bodies[1]["VideoTranscoded"].get("error").is_none());

    let (_, jobs) = app.call("GET", &format!("/api/v1/videos/{id}/jobs"), None).await;
    assert_eq!((jobs["items"].as_array().map(Vec::len), &jobs["items"][0]["id"]), (Some(1), &answer["job_id"]));
    left_nothing(&app).await;
}

/// No job has a folder any more, and every file in the store is one that a video names.
pub async fn left_nothing(app: &App) {
    server::jobs::sweep::once(app.state(), server::state::now()).await;
    let left: Vec<_> = std::fs::read_dir(app.state().config.data_folder().join("jobs"))
        .map(|found| found.flatten().map(|entry| entry.file_name()).collect())
        .unwrap_or_default();
    assert!(left.is_empty(), "{left:?}");
    let later = server::state::now() + 48 * 3_600_000;
    assert_eq!(server::jobs::sweep::orphans(app.state(), later).await.expect("looked through"), 0, "no orphans");
}

async fn a_connection_that_breaks_is_gone_on_with(app: App) {
    let (shelf, _, bytes) = shelved(&app, 4).await;
    let url = shelf.put("/breaks.mp4", Book::Breaks(bytes.clone(), bytes.len() / 5 + 1));
    let told = app.over(&import(&app, &url).await["job_id"]).await;
    assert_eq!(told["state"], "done", "{told}");
    assert_eq!(shelf.requests.load(Ordering::SeqCst), 5, "no byte twice");
    let (_, video) = app.call("GET", &format!("/api/v1/videos/{}", told["video_id"]), None).await;
    use sha2::Digest;
    assert_eq!(video["source"]["sha256"], hex::encode(sha2::Sha256::digest(&bytes)));
}

async fn an_import_with_a_key_is_one_video(app: App) {
    let (shelf, url, bytes) = shelved(&app, 1).await;
    let other = shelf.put("/other.mp4", Book::Plain(bytes));
    let send = async |url: &str, key: &str| {
        let request = app.post("/api/v1/me/video/import").bearer_auth(API_KEY).header("idempotency-key", key);
        let request = request.header("content-type", "application/json");
        let answer = request.body(json!({"title": "T", "url": url}).to_string()).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, serde_json::from_str::<Value>(&answer.text().await.expect("text")).expect("JSON"))
    };
    let (first, second) = tokio::join!(send(&url, "k1"), send(&url, "k1"));
    assert_eq!((first.0, second.0), (200, 200), "{} {}", first.1, second.1);
    assert_eq!((&first.1["video_id"], &first.1["token"]), (&second.1["video_id"], &second.1["token"]));
    let third = send(&url, "k2").await.1;
    assert_ne!(third["video_id"], first.1["video_id"]);
    let (status, answer) = send(&other, "k1").await;
    assert_eq!((status, &answer["flaws"][0]["field"]), (422, &json!("idempotency_key")));
    for job in [&first.1["job_id"], &third["job_id"]] {
        assert_eq!(app.over(job).await["state"], "done");
    }
    assert_eq!(send(&url, "k1").await.1["state"], "ready", "and stays so");
}

async fn what_is_wrong_is_said_at_once(app: App) {
    for (body, fields) in [
        (json!({"title": "T"}), vec!["url"]),
        (json!({"title": "x".repeat(201), "URL": "no url"}), vec!["title", "url"]),
        (json!({"URL": "ftp://example.com/a.mp4"}), vec!["url"]),
        (json!({"URL": "https://user:secret@example.com/a.mp4"}), vec!["url"]),
        (json!({"URL": "http://10.0.0.1/a.mp4"}), vec!["url"]),
        (json!({"URL": "http://[::1]/a.mp4"}), vec!["url"]),
        (json!({"URL": "https://example.com/a.mp4", "sha256": "x", "poster_at_s": -1}), vec!["sha256", "poster_at_s"]),
    ] {
        let (status, answer) = app.call("POST", "/api/v1/me/video/import", Some(body.clone())).await;
        let named: Vec<&str> =
            answer["flaws"].as_array().expect("flaws").iter().filter_map(|flaw| flaw["field"].as_str()).collect();
        assert_eq!((status, named), (422, fields), "{body}: {answer}");
    }
    assert_eq!(app.call("GET", "/api/v1/jobs", None).await.1["items"], json!([]));
}

async fn an_import_can_be_ended(app: App) {
    let (shelf, _, bytes) = shelved(&app, 2).await;
    let url = shelf.put("/waits.mp4", Book::Waits(bytes.clone(), bytes.len() / 2));
    let answer = import(&app, &url).await;
    shelf.waiting.notified().await;
    let job = format!("/api/v1/jobs/{}", answer["job_id"].as_str().expect("an id"));
    let (status, ended) = app.call("DELETE", &job, None).await;
    assert_eq!((status, &ended["state"]), (200, &json!("cancelled")), "{ended}");
    assert_eq!(app.call("DELETE", &job, None).await.0, 409);
    let (_, video) = app.call("GET", &format!("/api/v1/videos/{}", answer["video_id"]), None).await;
    assert_eq!((&video["state"], &video["error"]), (&json!("failed"), &json!("CANCELLED")));
    let page = app.get(&format!("/video/play/{}", answer["token"].as_str().expect("a token"))).send().await;
    assert!(page.expect("an answer").text().await.expect("a page").contains("Its owner has stopped it."));
    shelf.go_on.notify_one();
}

async fn nobody_else_sees_or_ends_a_job(app: App) {
    app.add_account(2, "other@example.com", "cue_test_key_of_another").await;
    let (_shelf, url, _) = shelved(&app, 1).await;
    let answer = import(&app, &url).await;
    let (id, video) = (answer["job_id"].as_str().expect("an id"), &answer["video_id"]);
    for (method, path) in [
        ("GET", format!("/api/v1/jobs/{id}")),
        ("DELETE", format!("/api/v1/jobs/{id}")),
        ("POST", format!("/api/v1/jobs/{id}/retry")),
        ("GET", format!("/api/v1/jobs/{id}/events")),
        ("GET", format!("/api/v1/videos/{video}/jobs")),
        ("GET", format!("/api/v1/me/video/{video}")),
        ("DELETE", format!("/api/v1/videos/{video}")),
        ("POST", format!("/api/v1/videos/{video}/undelete")),
        ("PUT", format!("/api/v1/videos/{video}/captions/en")),
        ("DELETE", format!("/api/v1/videos/{video}/captions/en")),
        ("GET", format!("/api/v1/videos/{video}/chapters")),
        ("DELETE", format!("/api/v1/videos/{video}/poster")),
    ] {
        let body = (method == "PUT").then(|| json!({}));
        let (status, said) = app.call_as("cue_test_key_of_another", method, &path, body).await;
        assert!(status == 404 || path.contains("captions") && status == 422, "{method} {path}: {status} {said}");
    }
    let url = json!({"url": url});
    assert_eq!(
        app.call_as("cue_test_key_of_another", "PUT", &format!("/api/v1/videos/{video}/media"), Some(url)).await.0,
        404
    );
    assert_eq!(app.call_as("cue_test_key_of_another", "GET", "/api/v1/jobs", None).await.1["items"], json!([]));
    assert_eq!(app.over(&answer["job_id"]).await["state"], "done");
}

async fn no_account_keeps_the_others_waiting(app: App) {
    app.add_account(2, "other@example.com", "cue_test_key_of_another").await;
    // So late that the server itself leaves them alone.
    let due = server::state::now() + 3_600_000;
    let mut tx = app.state().store.begin().await.expect("a transaction");
    for (account, n) in [(1, 9), (2, 2)] {
        for _ in 0..n {
            let source = Source { url: Some("http://127.0.0.1/a.mp4".into()), ..Source::default() };
            begin::import(&mut tx, account, About::default(), source, WAITING, due + account).await.expect("a job");
        }
    }
    tx.commit().await.expect("committed");
    let claim = async |limit: usize, has: [(i64, usize); 2]| {
        let share = Share { limit, per_account: 4, has: has.into() };
        let mut tx = app.state().store.begin().await.expect("a transaction");
        let leased = jobs::claim(tx.conn(), due + 10, due + 1_000, Uuid::now_v7(), share).await.expect("a claim");
        tx.commit().await.expect("committed");
        let of = |account: i64| leased.iter().filter(|job| job.account_id == account).count();
        (of(1), of(2))
    };
    assert_eq!(claim(2, [(1, 0), (2, 0)]).await, (1, 1), "by turns");
    assert_eq!(claim(8, [(1, 1), (2, 1)]).await, (3, 1), "none has more than its share");
    assert_eq!(claim(8, [(1, 4), (2, 2)]).await, (0, 0));
    assert_eq!(claim(1, [(1, 3), (2, 0)]).await, (1, 0), "what is left");
}

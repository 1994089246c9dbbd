//! Why there is no video, by name.

use super::{import, left_nothing};
use crate::support::{
    App,
    films::{PLAIN, film},
    on_each_engine,
    receiver::Receiver,
    shelf::{Book, Shelf},
};
use serde_json::{Value, json};

on_each_engine! { what_can_t_be_had_has_its_reason }

async fn what_can_t_be_had_has_its_reason(app: App) {
    let shelf = Shelf::start().await;
    let path = film(app.folder.path(), "a.mp4", 1, "160x90", PLAIN);
    let bytes = std::fs::read(&path).expect("a film");
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoCreated", "VideoTranscoded"]).await;
    let list = format!("#EXTM3U\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n", path.display());
    let list_in_disguise = [b"\0\0\0\x18ftypisom\0\0\0\0isommp41".as_slice(), list.as_bytes()].concat();
    let moov_cut = bytes[..bytes.len() / 2].to_vec();
    shelf.put("/round", Book::Redirect(format!("{}/round", shelf.url)));
    let plain = |path: &str, bytes: &[u8]| shelf.put(path, Book::Plain(bytes.to_vec()));
    let cases = [
        (shelf.put("/none", Book::Status(404)), "UNREACHABLE_URL"),
        (shelf.put("/unwell", Book::Status(503)), "UNREACHABLE_URL"),
        (shelf.put("/login", Book::Status(401)), "UNAUTHORIZED"),
        (shelf.put("/forbidden", Book::Status(403)), "UNAUTHORIZED"),
        (format!("{}/round", shelf.url), "UNREACHABLE_URL"),
        // Nobody listens there, the guard refuses it, no such name.
        ("http://127.0.0.1:9/a.mp4".into(), "UNREACHABLE_URL"),
        (shelf.put("/inside", Book::Redirect("http://10.0.0.1/a.mp4".into())), "UNREACHABLE_URL"),
        (shelf.put("/meta", Book::Redirect("http://169.254.169.254/latest".into())), "UNREACHABLE_URL"),
        ("http://no-such-host.invalid/a.mp4".into(), "UNREACHABLE_URL"),
        (shelf.put("/file", Book::Redirect("file:///etc/passwd".into())), "INVALID_URL"),
        (shelf.put("/user", Book::Redirect("http://a:b@127.0.0.1/".into())), "INVALID_URL"),
        (shelf.put("/broken.mp4", Book::BreaksForGood(bytes.clone(), bytes.len() / 2)), "NETWORK_ERROR"),
        (plain("/text.mp4", b"Dear reader, this is no video at all.\n"), "UNSUPPORTED_FORMAT"),
        (plain("/page.mp4", &[b"<!doctype html>".as_slice(), &[b' '; 4_000]].concat()), "UNSUPPORTED_FORMAT"),
        (
            plain("/picture.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
            "UNSUPPORTED_FORMAT",
        ),
        (plain("/empty.mp4", b""), "UNSUPPORTED_FORMAT"),
        (plain("/list.m3u8", list.as_bytes()), "UNSUPPORTED_FORMAT"),
        (plain("/list.mp4", &list_in_disguise), "UNSUPPORTED_FORMAT"),
        (plain("/cut.mp4", &moov_cut), "UNSUPPORTED_FORMAT"),
    ];
    let mut begun = Vec::new();
    for (url, reason) in &cases {
        begun.push((url, reason, import(&app, url).await));
    }
    for (url, reason, answer) in &begun {
        let told = app.over(&answer["job_id"]).await;
        assert_eq!((&told["state"], &told["error"]), (&json!("failed"), &json!(reason)), "{url}: {told}");
        assert!(told["message"].as_str().is_some_and(|message| message.ends_with('.')), "{url}: {told}");
        let (_, video) = app.call("GET", &format!("/api/v1/me/video/{}", answer["video_id"]), None).await;
        assert_eq!((&video["state"], &video["error"]), (&json!("failed"), &json!(reason)), "{url}");
    }
    let hooks = receiver.until(cases.len()).await;
    for hook in &hooks {
        let body: Value = serde_json::from_slice(&hook.body).expect("JSON");
        assert_eq!(body["eventName"], "VideoTranscoded", "a failed import sends only that");
        assert!(body["VideoTranscoded"]["error"].is_string(), "{body}");
    }
    let token = begun[0].2["token"].as_str().expect("a token");
    for page in ["play", "embed"] {
        let page = app.get(&format!("/video/{page}/{token}?lang=de")).send().await.expect("an answer");
        assert_eq!(page.status(), 200);
        assert!(page.text().await.expect("a page").contains("Die Datei war nicht erreichbar."));
    }
    left_nothing(&app).await;

    // What failed may be tried again.
    let again = shelf.put("/none", Book::Plain(bytes));
    let job = begun.iter().find(|(url, ..)| **url == again).map(|(.., answer)| &answer["job_id"]).expect("the first");
    let (status, told) = app.call("POST", &format!("/api/v1/jobs/{}/retry", job.as_str().expect("an id")), None).await;
    assert_eq!(
        (status, &told["state"], &told["video_state"]),
        (200, &json!("waiting"), &json!("processing")),
        "{told}"
    );
    assert_eq!(app.over(job).await["state"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_large_is_refused_before_it_has_come() {
    let app = App::start_with(&[("CUEPOINT_UPLOAD_MAX", "20000".into())]).await;
    let shelf = Shelf::start().await;
    let path = film(app.folder.path(), "a.mp4", 2, "320x180", PLAIN);
    let bytes = std::fs::read(&path).expect("a film");
    assert!(bytes.len() > 20_000);
    let url = shelf.put("/large.mp4", Book::Waits(bytes, 0));
    let told = app.over(&import(&app, &url).await["job_id"]).await;
    assert_eq!(
        (&told["error"], &told["message"]),
        (&json!("FILE_TOO_LARGE"), &json!("The file is larger than 0 MiB."))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_than_was_meant_is_refused() {
    let app = App::start().await;
    let shelf = Shelf::start().await;
    let path = film(app.folder.path(), "a.mp4", 1, "160x90", PLAIN);
    let url = shelf.put("/a.mp4", Book::Plain(std::fs::read(&path).expect("a film")));
    let body = json!({"title": "T", "url": url, "sha256": "0".repeat(64)});
    let (_, answer) = app.call("POST", "/api/v1/me/video/import", Some(body)).await;
    assert_eq!(app.over(&answer["job_id"]).await["error"], "NETWORK_ERROR");
}

//! Files that come piece by piece (tus 1.0.0), in a form, or from the page.

mod form;
mod large;

use crate::{
    imports::left_nothing,
    support::{
        API_KEY, App,
        films::{PLAIN, film},
        on_each_engine,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use server::{jobs::begin, state::now, store::jobs};
use sha2::Digest;

on_each_engine! {
    a_file_in_pieces_becomes_a_video
    an_upload_outlives_the_server
    an_upload_that_is_ended_leaves_nothing
    an_upload_that_nobody_goes_on_with_expires
    a_piece_that_came_when_its_upload_was_over_is_swept
    pieces_have_to_add_up_to_their_checksum
    what_the_protocol_wants_is_held
    a_pass_opens_uploads_and_nothing_else
    a_pass_touches_no_video_that_is_there
    uploads_wait_while_too_many_are_on_their_way
}

fn bytes_of(app: &App, seconds: u32) -> Vec<u8> {
    std::fs::read(film(app.folder.path(), "given.mp4", seconds, "640x360", PLAIN)).expect("a film")
}

fn tus(app: &App, method: &str, url: &str) -> RequestBuilder {
    let url = if url.starts_with('/') { format!("{}{url}", app.url) } else { url.to_owned() };
    let method: Method = method.parse().expect("a method");
    app.http.request(method, url).bearer_auth(API_KEY).header("tus-resumable", "1.0.0")
}

fn metadata(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name} {}", STANDARD.encode(value))).collect::<Vec<_>>().join(",")
}

async fn create(app: &App, length: usize, more: &[(&str, &str)]) -> (String, Value) {
    let request = tus(app, "POST", "/api/v1/uploads").header("upload-length", length);
    let answer = request.header("upload-metadata", metadata(more)).send().await.expect("an answer");
    assert_eq!(answer.status(), 201);
    let location = text(&answer, "location").to_owned();
    assert!(
        location.starts_with(&format!("{}/api/v1/uploads/", app.url)) && !text(&answer, "upload-expires").is_empty()
    );
    (location, serde_json::from_str(&answer.text().await.expect("text")).expect("JSON"))
}

fn patch(app: &App, url: &str, offset: usize, bytes: &[u8]) -> RequestBuilder {
    let request = tus(app, "PATCH", url).header("content-type", "application/offset+octet-stream");
    request.header("upload-offset", offset).body(bytes.to_vec())
}

fn text<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().expect("text"))
}

async fn offset(app: &App, url: &str) -> String {
    let answer = tus(app, "HEAD", url).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), text(&answer, "cache-control")), (200, "no-store"));
    text(&answer, "upload-offset").to_owned()
}

async fn a_file_in_pieces_becomes_a_video(app: App) {
    let bytes = bytes_of(&app, 3);
    let (url, made) = create(&app, bytes.len(), &[("filename", "My tour.mp4"), ("description", "D")]).await;
    assert_eq!((&made["state"], &made["status"]), (&json!("processing"), &json!(200)), "{made}");
    let third = bytes.len() / 3 + 1;
    let answer = patch(&app, &url, 0, &bytes[..third]).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), text(&answer, "upload-offset")), (204, third.to_string().as_str()));
    assert_eq!(offset(&app, &url).await, third.to_string());
    let late = patch(&app, &url, 0, &bytes).send().await.expect("an answer");
    assert_eq!(late.status(), 409, "another offset");
    let (_, job) = app.call("GET", &format!("/api/v1/jobs/{}", made["job_id"].as_str().expect("an id")), None).await;
    assert_eq!(
        (&job["state"], &job["step"], &job["percent"]),
        (&json!("receiving"), &json!("receive"), &json!(10)),
        "{job}"
    );
    let last = patch(&app, &url, third, &bytes[third..]).send().await.expect("an answer");
    assert_eq!((last.status().as_u16(), text(&last, "upload-offset")), (204, bytes.len().to_string().as_str()));
    let told = app.over(&made["job_id"]).await;
    assert_eq!(told["state"], "done", "{told}");
    assert_eq!(offset(&app, &url).await, bytes.len().to_string(), "for a client that did not hear the last answer");
    let (_, video) = app.call("GET", &format!("/api/v1/videos/{}", made["video_id"]), None).await;
    assert_eq!(
        (&video["title"], &video["description"], &video["state"]),
        (&json!("My tour"), &json!("D"), &json!("ready"))
    );
    assert_eq!(video["source"]["sha256"], hex::encode(sha2::Sha256::digest(&bytes)));
    left_nothing(&app).await;
    let parts = app.folder.path().join("media/1/uploads");
    assert!(!parts.exists() || parts.read_dir().expect("a folder").count() == 0, "no pieces are left");
}

async fn an_upload_outlives_the_server(mut app: App) {
    let bytes = bytes_of(&app, 2);
    let (url, made) = create(&app, bytes.len(), &[]).await;
    patch(&app, &url, 0, &bytes[..1_000]).send().await.expect("an answer");
    app.restart().await;
    assert_eq!(offset(&app, &url).await, "1000");
    assert_eq!(patch(&app, &url, 1_000, &bytes[1_000..]).send().await.expect("an answer").status(), 204);
    app.restart().await;
    assert_eq!(app.over(&made["job_id"]).await["state"], "done");
    left_nothing(&app).await;
}

async fn an_upload_that_is_ended_leaves_nothing(app: App) {
    let (url, made) = create(&app, 10_000, &[]).await;
    patch(&app, &url, 0, &[1; 5_000]).send().await.expect("an answer");
    assert_eq!(tus(&app, "DELETE", &url).send().await.expect("an answer").status(), 204);
    assert_eq!(tus(&app, "HEAD", &url).send().await.expect("an answer").status(), 404);
    assert_eq!(patch(&app, &url, 5_000, &[1; 5]).send().await.expect("an answer").status(), 404);
    assert_eq!(app.call("GET", &format!("/api/v1/videos/{}", made["video_id"]), None).await.0, 404);
    let page = app.get(&format!("/video/play/{}", made["token"].as_str().expect("a token"))).send().await;
    assert_eq!(page.expect("an answer").status(), 410);
    is_had_back_as_failed(&app, &made).await;
    left_nothing(&app).await;
}

/// A video whose file never came whole waits for nothing any more.
async fn is_had_back_as_failed(app: &App, made: &Value) {
    let (status, back) = app.call("POST", &format!("/api/v1/videos/{}/undelete", made["video_id"]), None).await;
    assert_eq!((status, &back["state"], &back["error"]), (200, &json!("failed"), &json!("CANCELLED")), "{back}");
}

async fn an_upload_that_nobody_goes_on_with_expires(app: App) {
    let (url, made) = create(&app, 10_000, &[]).await;
    patch(&app, &url, 0, &[1; 5_000]).send().await.expect("an answer");
    let soon = server::state::now() + 23 * 3_600_000;
    server::jobs::sweep::once(app.state(), soon).await;
    assert_eq!(offset(&app, &url).await, "5000");
    server::jobs::sweep::once(app.state(), soon + 2 * 3_600_000).await;
    assert_eq!(tus(&app, "HEAD", &url).send().await.expect("an answer").status(), 404);
    assert_eq!(app.call("GET", &format!("/api/v1/videos/{}", made["video_id"]), None).await.0, 404);
    is_had_back_as_failed(&app, &made).await;
    left_nothing(&app).await;
}

async fn a_piece_that_came_when_its_upload_was_over_is_swept(app: App) {
    let (over, _) = create(&app, 10_000, &[]).await;
    assert_eq!(tus(&app, "DELETE", &over).send().await.expect("an answer").status(), 204);
    server::jobs::sweep::once(app.state(), server::state::now()).await;
    let (open, _) = create(&app, 10_000, &[]).await;
    patch(&app, &open, 0, &[1; 5_000]).send().await.expect("an answer");
    for url in [&over, &open] {
        let id = url.rsplit('/').next().expect("an id").parse().expect("an id");
        let path = server::jobs::arrive::part_path(1, id, "late");
        app.state().media.put(&path, "late".as_bytes()).await.expect("stored");
    }
    let sweep = async |hours: i64| {
        server::jobs::sweep::orphans(app.state(), server::state::now() + hours * 3_600_000)
            .await
            .expect("looked through")
    };
    assert_eq!((sweep(23).await, sweep(25).await, sweep(25).await), (0, 1, 0));
    assert_eq!(offset(&app, &open).await, "5000", "what is gone on with stays");
}

async fn pieces_have_to_add_up_to_their_checksum(app: App) {
    let bytes = bytes_of(&app, 1);
    let (url, made) = create(&app, bytes.len(), &[]).await;
    let sha1 = STANDARD.encode(sha1::Sha1::digest(&bytes[..2_000]));
    let sha256 = STANDARD.encode(sha2::Sha256::digest(&bytes[2_000..]));
    let send = async |from: usize, to: usize, checksum: &str| {
        let request = patch(&app, &url, from, &bytes[from..to]).header("upload-checksum", checksum);
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(send(0, 2_001, &format!("sha1 {sha1}")).await, 460);
    assert_eq!(offset(&app, &url).await, "0", "none of it counts");
    assert_eq!(send(0, 2_000, &format!("crc64 {sha1}")).await, 400);
    assert_eq!(send(0, 2_000, "sha1").await, 400);
    assert_eq!(send(0, 2_000, &format!("sha1 {sha1}")).await, 204);
    assert_eq!(send(2_000, bytes.len(), &format!("sha256 {sha256}")).await, 204);
    assert_eq!(app.over(&made["job_id"]).await["state"], "done");
}

async fn what_the_protocol_wants_is_held(app: App) {
    let options =
        app.http.request(Method::OPTIONS, format!("{}/api/v1/uploads", app.url)).send().await.expect("an answer");
    assert_eq!((options.status().as_u16(), text(&options, "tus-version")), (204, "1.0.0"));
    for extension in ["creation", "creation-with-upload", "termination", "expiration", "checksum"] {
        assert!(text(&options, "tus-extension").split(',').any(|one| one == extension), "{extension}");
    }
    assert_eq!(text(&options, "tus-max-size"), "10737418240");
    // Another site's page asks first.
    let first = app
        .http
        .request(Method::OPTIONS, format!("{}/api/v1/uploads/x", app.url))
        .header("origin", "https://a.example");
    let first = first.header("access-control-request-method", "PATCH").send().await.expect("an answer");
    assert_eq!((first.status().as_u16(), text(&first, "access-control-allow-origin")), (204, "*"));
    assert!(text(&first, "access-control-allow-headers").contains("upload-offset"));
    assert!(text(&first, "access-control-allow-methods").contains("PATCH"));

    let old = app
        .post("/api/v1/uploads")
        .bearer_auth(API_KEY)
        .header("tus-resumable", "0.2.2")
        .send()
        .await
        .expect("an answer");
    assert_eq!((old.status().as_u16(), text(&old, "tus-version")), (412, "1.0.0"));
    let status = async |request: RequestBuilder| request.send().await.expect("an answer").status().as_u16();
    let new = || tus(&app, "POST", "/api/v1/uploads");
    assert_eq!(status(new()).await, 400, "no length");
    assert_eq!(status(new().header("upload-length", "x")).await, 400);
    assert_eq!(status(new().header("upload-length", "-1")).await, 400);
    assert_eq!(status(new().header("upload-length", "99999999999999")).await, 413);
    assert_eq!(status(new().header("upload-length", "5").header("upload-metadata", "a !")).await, 400);
    assert_eq!(status(app.post("/api/v1/uploads").header("upload-length", "5")).await, 401);

    let (url, _) = create(&app, 10, &[]).await;
    let wrong = tus(&app, "PATCH", &url).header("content-type", "text/plain").header("upload-offset", 0).body("x");
    assert_eq!(status(wrong).await, 415);
    assert_eq!(status(patch(&app, &url, 0, &[0; 11])).await, 400, "more than it was to have");
    let overridden = app.http.post(&url).bearer_auth(API_KEY).header("x-http-method-override", "PATCH");
    let overridden = overridden.header("content-type", "application/offset+octet-stream").header("upload-offset", 0);
    assert_eq!(status(overridden.body("12345")).await, 204);
    assert_eq!(offset(&app, &url).await, "5");
    app.add_account(2, "other@example.com", "cue_test_key_of_another").await;
    let other = app.http.head(&url).bearer_auth("cue_test_key_of_another").header("tus-resumable", "1.0.0");
    assert_eq!(status(other).await, 404);

    let whole =
        new().header("upload-length", "4").header("content-type", "application/offset+octet-stream").body("text");
    let whole = whole.send().await.expect("an answer");
    assert_eq!((whole.status().as_u16(), text(&whole, "upload-offset")), (201, "4"));
    let made: Value = serde_json::from_str(&whole.text().await.expect("text")).expect("JSON");
    assert_eq!(app.over(&made["job_id"]).await["error"], "UNSUPPORTED_FORMAT");
    let (_, made) = create(&app, 0, &[]).await;
    assert_eq!(app.over(&made["job_id"]).await["error"], "UNSUPPORTED_FORMAT", "an empty file");
}

async fn a_pass_opens_uploads_and_nothing_else(app: App) {
    let (status, link) = app.call("POST", "/api/v1/me/upload-links", Some(json!({"days": 1}))).await;
    assert_eq!(status, 201, "{link}");
    let url = link["url"].as_str().expect("a URL");
    let page = app.http.get(url).send().await.expect("an answer");
    assert_eq!((page.status().as_u16(), text(&page, "referrer-policy")), (200, "no-referrer"));
    assert!(page.text().await.expect("a page").contains("type=\"file\""));
    assert_eq!(app.http.get(url.replace("pass=", "pass=x")).send().await.expect("an answer").status(), 403);
    let pass = url.split("pass=").nth(1).expect("a pass");
    let status = async |method: &str, path: &str| {
        let request =
            app.http.request(method.parse().expect("a method"), format!("{}{path}", app.url)).bearer_auth(pass);
        let request = request.header("tus-resumable", "1.0.0").header("upload-length", 5);
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(status("POST", "/api/v1/uploads").await, 201);
    for (method, path) in [
        ("GET", "/api/v1/me/videos/list"),
        ("GET", "/api/v1/jobs"),
        ("POST", "/api/v1/me/upload-links"),
        ("POST", "/api/v1/videos"),
        ("GET", "/api/v1/webhooks"),
    ] {
        assert_eq!(status(method, path).await, 401, "{method} {path}");
    }
    let (status, flawed) = app.call("POST", "/api/v1/me/upload-links", Some(json!({"days": 91}))).await;
    assert_eq!((status, &flawed["flaws"][0]["field"]), (422, &json!("days")));
}

async fn a_pass_touches_no_video_that_is_there(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (_, link) = app.call("POST", "/api/v1/me/upload-links", None).await;
    let pass = link["url"].as_str().and_then(|url| url.split("pass=").nth(1)).expect("a pass");
    let named = metadata(&[("video_id", &video.id.to_string())]);
    let with = |key: &str| {
        let request = app.post("/api/v1/uploads").bearer_auth(key).header("upload-length", 5);
        request.header("upload-metadata", &named).send()
    };
    let refused = with(pass).await.expect("an answer");
    assert_eq!(refused.status(), 403);
    let error: Value = serde_json::from_str(&refused.text().await.expect("text")).expect("JSON");
    assert_eq!(error["flaws"][0]["field"], "video_id", "{error}");
    let (_, jobs) = app.call("GET", &format!("/api/v1/videos/{}/jobs", video.id), None).await;
    assert_eq!(jobs["items"], json!([]));
    assert_eq!(with(API_KEY).await.expect("an answer").status(), 201, "a key that may change videos");
}

async fn uploads_wait_while_too_many_are_on_their_way(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut tx = app.state().store.begin().await.expect("a transaction");
    for _ in 0..1_000 {
        begin::replace(&mut tx, &video, jobs::Source::default(), jobs::RECEIVING, now()).await.expect("a job");
    }
    tx.commit().await.expect("committed");
    let by_form = form::send(&app, "POST", "/api/v1/videos", form::form(&[("file", Some("a.mp4"), b"text")]));
    assert_eq!(by_form.await.0, 429);
    let begun = tus(&app, "POST", "/api/v1/uploads").header("upload-length", 5).send().await.expect("an answer");
    assert_eq!((begun.status().as_u16(), text(&begun, "retry-after")), (429, "60"));
}

//! Who may see a video, wherever it can be reached.

mod doors;
mod media;
mod password;
mod settings;

use crate::{
    people::{Browser, member},
    support::App,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use server::{
    access::grant,
    identity::owner,
    keys::mac,
    people::Role,
    state::now,
    store::videos::{Video, by_id},
};

const PASSWORD: &str = "open sesame";
const SECRET: &str = "Nobody may read this title";

/// A video with files, and with these words of the API about who may see it.
async fn closed(app: &App, settings: Value) -> Video {
    let video = app
        .add_video(&[], |video| {
            video.title = SECRET.into();
            video.files.parts = vec!["360p.m3u8".into(), "360p-1.m4s".into()];
        })
        .await;
    for (name, bytes) in [("video.mp4", "the film"), ("poster.jpg", "a poster"), ("360p-1.m4s", "a segment")] {
        app.add_file(&video, name, bytes.as_bytes()).await;
    }
    change(app, &video, settings).await;
    of(app, &video).await
}

async fn change(app: &App, video: &Video, settings: Value) -> Value {
    let (status, answer) = app.call("PATCH", &format!("/api/v1/videos/{}", video.id), Some(settings)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// As it is stored now.
async fn of(app: &App, video: &Video) -> Video {
    let mut reader = app.state().store.reader().await.expect("a reader");
    by_id(reader.conn(), video.id).await.expect("read").expect("there")
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

async fn status(request: RequestBuilder) -> u16 {
    sent(request).await.status().as_u16()
}

async fn text(request: RequestBuilder) -> String {
    sent(request).await.text().await.expect("a body")
}

/// What stands between two pieces of a text.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("{before} in {text}")).1;
    rest.split_once(after).expect("an end").0
}

/// The pass in a page's source.
pub fn pass_of(html: &str) -> String {
    between(html, "\"pass\":\"", "\"").to_owned()
}

fn media_of(html: &str) -> String {
    between(html, "<video src=\"", "\"").split('#').next().unwrap_or_default().to_owned()
}

fn pair(cookie: &http::HeaderValue) -> String {
    cookie.to_str().expect("text").split(';').next().expect("a pair").to_owned()
}

fn owner_cookie(app: &App, account_id: i64) -> String {
    pair(&owner::set(&app.state().keys, Some(account_id), now())[0])
}

/// The cookie of one of the account's own people, signed in.
async fn own_cookie(app: &App, account_id: i64) -> String {
    let user = member(app, account_id, &format!("ann@{account_id}.example"), Role::Viewer, None).await;
    Browser::of(app, &user, account_id).await.cookie
}

fn grant_cookie(app: &App, video: &Video) -> String {
    pair(&grant::kept(video, &grant::signed(&app.state().keys, video, now()), false))
}

/// A viewer token of the account.
async fn viewer_token(app: &App) -> String {
    let (_, key) = app.call("GET", "/api/v1/viewer-key", None).await;
    let key = key["key"].as_str().expect("a key").to_owned();
    let part = |value: Value| BASE64.encode(value.to_string());
    let claims = json!({"sub": "ada", "aud": app.account_id.to_string(), "exp": now() / 1_000 + 600});
    let text = format!("{}.{}", part(json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    let mark = BASE64.encode(mac(key.as_bytes(), text.as_bytes()));
    format!("{text}.{mark}")
}

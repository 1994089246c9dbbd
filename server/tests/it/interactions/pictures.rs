//! Pictures that authors name: fetched once, kept, and served by us alone.

use super::{add, call, faces, flaws, html, id_of, one, put};
use crate::support::{API_KEY, App, on_each_engine};
use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::net::TcpListener;

on_each_engine! {
    a_picture_is_fetched_once_and_served_by_us
    a_draft_s_picture_is_not_served
    what_is_no_picture_says_why
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";

/// Somebody's site: pictures, and everything that only pretends to be one.
struct Site {
    url: String,
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Site {
    async fn start() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let app = Router::new()
            .route(
                "/hop/{n}",
                get(|Path(n): Path<u32>| async move {
                    if n == 0 { Redirect::to("/a.png") } else { Redirect::temporary(&format!("/hop/{}", n - 1)) }
                }),
            )
            .route("/inside", get(move || async move { Redirect::to(&format!("http://127.0.0.2:{port}/a.png")) }))
            .route("/mail", get(|| async { Redirect::to("mailto:a@example.com") }))
            .route("/large", get(|| async { [PNG, &vec![0; 5 * 1024 * 1024]].concat() }))
            .route("/{name}", get(file))
            .with_state(asked.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url: format!("http://127.0.0.1:{port}"), port, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn file(State(asked): State<Arc<AtomicUsize>>, Path(name): Path<String>) -> Response {
    asked.fetch_add(1, Ordering::SeqCst);
    match name.as_str() {
        // What it says of itself does not count.
        "a.png" => ([(header::CONTENT_TYPE, "text/html")], PNG).into_response(),
        "b.gif" => "GIF89a and so on".into_response(),
        "c.svg" => {
            ([(header::CONTENT_TYPE, "image/svg+xml")], "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").into_response()
        }
        "d.png" => ([(header::CONTENT_TYPE, "image/png")], "<!doctype html><script>alert(1)</script>").into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn with_picture(src: &str) -> Value {
    let mut cta = one("cta");
    cta["spec"]["image"] = json!({"src": src, "alt": "A quiet room", "file": "../../../etc/passwd"});
    cta
}

/// The paths of all pictures in some HTML.
fn pictures(html: &str, token: &str) -> Vec<String> {
    let start = format!("src=\"/media/{token}/image-");
    html.split(&start)
        .skip(1)
        .map(|rest| format!("/media/{token}/image-{}", rest.split('"').next().unwrap_or_default()))
        .collect()
}

async fn a_picture_is_fetched_once_and_served_by_us(app: App) {
    let site = Site::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let created = add(&app, video.id, &with_picture(&format!("{}/a.png", site.url))).await;
    assert_eq!((site.asked(), created["spec"]["image"].get("file")), (1, None));
    let shown = faces(&app, &video.token).await;
    let [picture] = pictures(&shown, &video.token).try_into().expect("one picture");
    assert!(picture.ends_with(".png") && shown.contains("alt=\"A quiet room\""), "{shown}");
    assert!(!shown.contains(&site.url), "viewers ask nobody else");
    let answer = app.get(&picture).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert_eq!(answer.bytes().await.expect("bytes"), PNG);

    let single = format!("{path}/{}", id_of(&created));
    assert_eq!(put(&app, &single, &created).await.0, 200);
    assert_eq!(
        put(&app, &path, &json!({"interactions": [created, with_picture(&format!("{}/a.png", site.url))]})).await.0,
        200
    );
    assert_eq!(site.asked(), 1, "what is known is not fetched again");
    assert_eq!(pictures(&faces(&app, &video.token).await, &video.token), [picture.clone(), picture.clone()]);

    let mut screen = one("end_screen");
    screen["spec"]["cards"][0]["image"] = json!({"src": format!("{}/b.gif", site.url)});
    screen["spec"]["cards"][1]["image"] = json!({"src": format!("{}/hop/2", site.url)});
    assert_eq!(put(&app, &path, &json!({"interactions": [screen]})).await.0, 200);
    assert_eq!(site.asked(), 3, "one of them after three redirects");
    let now = pictures(&faces(&app, &video.token).await, &video.token);
    assert_eq!((now.len(), now[0].ends_with(".gif"), &now[1]), (2, true, &picture), "named by what is in it");
    assert_eq!(app.get(&now[0]).send().await.expect("an answer").status(), 200);

    assert_eq!(put(&app, &path, &json!({"interactions": []})).await.0, 200);
    assert_eq!(app.get(&picture).send().await.expect("an answer").status(), 404, "what is off the timeline is gone");
    let other = app.add_video(&[], |_| {}).await;
    let elsewhere = now[0].replace(&video.token, &other.token);
    assert_eq!(app.get(&elsewhere).send().await.expect("an answer").status(), 404);
}

async fn a_draft_s_picture_is_not_served(app: App) {
    let site = Site::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let mut draft = with_picture(&format!("{}/a.png", site.url));
    draft["draft"] = json!(true);
    add(&app, video.id, &draft).await;
    draft["draft"] = json!(false);
    draft["at"] = json!("before");
    let published = add(&app, video.id, &draft).await;
    assert_eq!(site.asked(), 1, "a draft's picture is known too");
    let page = html(&app, &format!("/video/play/{}", video.token)).await;
    let [picture] = pictures(&page, &video.token).try_into().expect("one picture");
    assert_eq!(app.get(&picture).send().await.expect("an answer").status(), 200);
    let single = format!("{}/interactions/{}", video.id, id_of(&published));
    assert_eq!(call(&app, Method::DELETE, &single, None, API_KEY).await.0, 204);
    assert_eq!(app.get(&picture).send().await.expect("an answer").status(), 404, "only the draft has it now");
}

async fn what_is_no_picture_says_why(app: App) {
    let site = Site::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        format!("http://{}/a.png", listener.local_addr().expect("an address"))
    };
    let unreachable = "can't be reached: it must be a public https or http address";
    let cases = [
        (format!("{}/none.png", site.url), "can't be had: the server answered 404"),
        (format!("{}/c.svg", site.url), "is not a PNG, JPEG, GIF, WebP or AVIF picture"),
        (format!("{}/d.png", site.url), "is not a PNG, JPEG, GIF, WebP or AVIF picture"),
        (format!("{}/large", site.url), "is larger than 5 MiB"),
        (format!("{}/hop/3", site.url), "redirects more than 3 times"),
        (format!("{}/inside", site.url), unreachable),
        (format!("{}/mail", site.url), unreachable),
        (closed, unreachable),
        (format!("http://127.0.0.2:{}/a.png", site.port), unreachable),
        ("http://[::1]/a.png".into(), unreachable),
        ("http://10.0.0.1/a.png".into(), unreachable),
        ("https://169.254.169.254/latest/meta-data".into(), unreachable),
        (format!("http://user:secret@127.0.0.1:{}/a.png", site.port), unreachable),
    ];
    for (src, message) in &cases {
        let answer = call(&app, Method::POST, &path, Some(&with_picture(src)), API_KEY).await;
        assert_eq!(flaws(&answer), [("/spec/image/src", *message)], "{src}");
    }
    let list = json!({"interactions": [with_picture(&format!("{}/a.png", site.url)), with_picture(&cases[0].0)]});
    let answer = put(&app, &path, &list).await;
    assert_eq!(flaws(&answer), [("/interactions/1/spec/image/src", cases[0].1)]);
    assert_eq!(super::get(&app, &path).await["interactions"], json!([]), "all or nothing");
}

//! The form for a password, with and without cookies.

use super::*;
use crate::support::on_each_engine;

on_each_engine! {
    the_password_opens_the_page_and_its_cookie_the_next_one
    without_cookies_the_answer_is_the_page
    guesses_are_slowed_down
    only_our_own_pages_may_ask
}

fn guess(app: &App, video: &Video, query: &str, password: &str) -> RequestBuilder {
    let body = format!("password={}", password.replace(' ', "+"));
    let request = app.post(&format!("/video/unlock/{}{query}", video.token)).body(body);
    request.header("content-type", "application/x-www-form-urlencoded").header("accept-language", "en")
}

async fn the_password_opens_the_page_and_its_cookie_the_next_one(app: App) {
    let video = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    let path = format!("/video/play/{}?t=20", video.token);
    let first = sent(app.get(&path)).await;
    let probe = pair(&first.headers()["set-cookie"]);
    let html = first.text().await.expect("a body");
    assert!(html.contains(&format!("action=\"/video/unlock/{}?t=20\"", video.token)), "{html}");

    let wrong = sent(guess(&app, &video, "?t=20", "Open sesame").header("cookie", &probe)).await;
    assert_eq!(wrong.status(), 403);
    let html = wrong.text().await.expect("a body");
    assert!(html.contains("role=\"alert\"") && html.contains("That is not the password"), "{html}");
    assert!(!html.contains("sesame"));

    let right = sent(guess(&app, &video, "?t=20", PASSWORD).header("cookie", &probe)).await;
    assert_eq!((right.status().as_u16(), right.headers()["location"].to_str().expect("text")), (303, path.as_str()));
    let cookie = right.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("__Host-cue-open-") && cookie.ends_with("; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
    let kept = cookie.split(';').next().expect("a pair");
    let html = text(app.get(&path).header("cookie", kept)).await;
    assert!(html.contains(SECRET));
    let other = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    assert_eq!(status(app.get(&format!("/video/play/{}", other.token)).header("cookie", kept)).await, 403);
    let (id, value) = kept.split_once('=').expect("a pair");
    let moved = format!("{}={value}", id.replace(&video.id.to_string(), &other.id.to_string()));
    assert_eq!(status(app.get(&format!("/video/play/{}", other.token)).header("cookie", moved)).await, 403);
}

async fn without_cookies_the_answer_is_the_page(app: App) {
    let video = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    for query in ["", "?embed=&t=20"] {
        let answer = sent(guess(&app, &video, query, PASSWORD)).await;
        assert_eq!(answer.status(), 200);
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
        assert_eq!(cookie.contains("Partitioned"), !query.is_empty(), "{cookie}");
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert_eq!(policy.contains("frame-ancestors"), query.is_empty());
        let html = answer.text().await.expect("a body");
        assert!(html.contains(SECRET), "{html}");
        assert_eq!(text(app.get(&media_of(&html))).await, "the film");
        let faces = app.post(&format!("/video/faces/{}", video.token)).body(pass_of(&html));
        assert_eq!(status(faces).await, 200);
    }
    // Whoever goes to the form's address by hand finds the page.
    let back = sent(app.get(&format!("/video/unlock/{}?embed=", video.token))).await;
    assert_eq!(back.headers()["location"].to_str().expect("text"), format!("/video/embed/{}", video.token));
    assert_eq!(status(app.post("/video/unlock/nonsense")).await, 404);
}

async fn guesses_are_slowed_down(app: App) {
    let video = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    for _ in 0..10 {
        assert_eq!(status(guess(&app, &video, "", "wrong")).await, 403);
    }
    let late = sent(guess(&app, &video, "?embed=", PASSWORD)).await;
    assert_eq!(late.status(), 429, "not even the right one");
    let wait: u32 = late.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=30).contains(&wait), "{wait}");
    assert!(late.text().await.expect("a body").contains("too often"));
    let other = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    assert_eq!(status(guess(&app, &other, "", PASSWORD)).await, 200, "another video is another matter");
}

async fn only_our_own_pages_may_ask(app: App) {
    let video = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    let foreign = guess(&app, &video, "", PASSWORD).header("origin", "https://evil.example");
    assert_eq!(status(foreign).await, 403);
    let long = guess(&app, &video, "", &"x".repeat(20_000));
    assert_eq!(status(long).await, 413);
    assert_eq!(status(guess(&app, &video, "", &"x".repeat(257))).await, 403);
}

//! One video by the API: what its owner sees and may change.

use crate::support::{API_KEY, App, json_of, on_each_engine};
use reqwest::Method;
use serde_json::{Value, json};

on_each_engine! {
    an_owner_changes_a_video_and_sees_it_at_once
    every_flaw_is_named_and_nothing_is_changed
    the_video_that_follows_must_be_of_the_same_account
    nobody_else_sees_or_changes_it
}

async fn patch(app: &App, id: i64, body: Value, key: &str) -> (u16, Value) {
    let request = app.http.request(Method::PATCH, format!("{}/api/v1/videos/{id}", app.url));
    let request = request.bearer_auth(key).header("content-type", "application/json").body(body.to_string());
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON"))
}

async fn shown(app: &App, id: i64) -> Value {
    json_of(app.get(&format!("/api/v1/videos/{id}")).bearer_auth(API_KEY)).await
}

fn flawed(answer: &(u16, Value)) -> Vec<&str> {
    assert_eq!(answer.0, 422, "{}", answer.1);
    let flaws = answer.1["flaws"].as_array().expect("flaws");
    flaws.iter().map(|flaw| flaw["field"].as_str().expect("a field")).collect()
}

async fn an_owner_changes_a_video_and_sees_it_at_once(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let before = shown(&app, video.id).await;
    let theme = json!({"accent": null, "text": null, "background": null, "radius": null, "logo": null});
    assert_eq!(
        before,
        json!({
            "video_id": video.id, "token": video.token, "title": "A test", "description": "Of one minute",
            "state": "ready", "duration": 60.0,
            "share_url": format!("{}/video/play/{}", app.url, video.token),
            "embed_url": format!("{}/video/embed/{}", app.url, video.token),
            "thumbnail_url": format!("{}/thumbnails/{}.jpg", app.url, video.token),
            "thumbnail_play_url": format!("{}/thumbnails/{}_play.jpg", app.url, video.token),
            "thumbnail_preview": format!("{}/previews/{}.gif", app.url, video.token),
            "width": 640, "height": 360, "created_at": before["created_at"], "captions": [], "has_chapters": false,
            "streams": false, "loudness": null, "source": {"sha256": null, "bytes": null}, "missing": [],
            "end": "stay", "next": null, "download": false, "theme": theme, "consent": null,
            "comments": "on", "reactions": true, "unlisted": false,
            "access": "public", "has_password": false, "expires_at": null, "max_views": null, "embed_hosts": null,
        })
    );
    let page = format!("/video/play/{}", video.token);
    let html = async || app.get(&page).send().await.expect("an answer").text().await.expect("a body");
    assert!(html().await.contains("<title>A test</title>"), "the catalogue knows the video now");

    let change = json!({"title": "Anew", "end": "loop", "download": true, "theme": {"accent": "#5b50e0"}, "x": 1});
    let (status, after) = patch(&app, video.id, change, API_KEY).await;
    assert_eq!(status, 200, "{after}");
    assert_eq!((&after["title"], &after["description"]), (&json!("Anew"), &before["description"]));
    assert_eq!((&after["end"], &after["download"]), (&json!("loop"), &json!(true)));
    assert_eq!(after["theme"]["accent"], "#5b50e0");
    assert_eq!(shown(&app, video.id).await, after);
    assert!(html().await.contains("<title>Anew</title>"), "the catalogue forgot it");

    let (_, reset) = patch(&app, video.id, json!({"theme": null, "end": null}), API_KEY).await;
    assert_eq!((&reset["theme"], &reset["end"], &reset["download"]), (&theme, &json!("stay"), &json!(true)));
}

async fn every_flaw_is_named_and_nothing_is_changed(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let before = shown(&app, video.id).await;
    let theme =
        json!({"accent": "#ffd400", "text": "#ccc", "radius": 25, "logo": {"src": "https://example.com/l.png"}});
    let answer = patch(&app, video.id, json!({"title": "", "end": "next", "theme": theme}), API_KEY).await;
    let fields = flawed(&answer);
    for field in ["title", "end", "theme.accent", "theme.text", "theme.radius", "theme.logo.src"] {
        assert!(fields.contains(&field), "{field} in {fields:?}");
    }
    assert_eq!(answer.1["type"], "invalid_fields");
    assert_eq!(shown(&app, video.id).await, before);
}

async fn the_video_that_follows_must_be_of_the_same_account(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let second = app.add_video(&[], |_| {}).await;
    app.add_account(2, "other@example.com", "cue_other_account_key").await;
    let foreign = app.add_video(&[], |video| video.account_id = 2).await;
    for token in [foreign.token.as_str(), "nonsense", "AAAAAAAAAAAAAAAAAAAAAA"] {
        let answer = patch(&app, video.id, json!({"end": "next", "next": token}), API_KEY).await;
        assert_eq!(flawed(&answer), ["next"], "{token}");
    }
    let (status, after) = patch(&app, video.id, json!({"end": "next", "next": second.token}), API_KEY).await;
    assert_eq!((status, &after["next"]), (200, &json!(second.token)));
    assert_eq!(flawed(&patch(&app, video.id, json!({"next": null}), API_KEY).await), ["end"]);
}

async fn nobody_else_sees_or_changes_it(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let deleted = app.add_video(&[], |video| video.deleted_at = Some(1)).await;
    app.add_account(2, "other@example.com", "cue_other_account_key").await;
    let see = |id: &str, key: &str| app.get(&format!("/api/v1/videos/{id}")).bearer_auth(key).send();
    for (id, key) in [
        (video.id.to_string(), "cue_other_account_key"),
        (deleted.id.to_string(), API_KEY),
        ("1".into(), API_KEY),
        ("nonsense".into(), API_KEY),
    ] {
        assert_eq!(see(&id, key).await.expect("an answer").status(), 404, "{id}");
    }
    assert_eq!(see(&video.id.to_string(), "wrong").await.expect("an answer").status(), 401);
    assert_eq!(patch(&app, video.id, json!({"title": "Mine"}), "cue_other_account_key").await.0, 404);
    assert_eq!(patch(&app, video.id, json!({"title": ""}), "cue_other_account_key").await.0, 404);
    assert_eq!(shown(&app, video.id).await["title"], "A test");
}

//! The audit log: who changed what, and no secret in it.

use super::{Browser, PASSWORD, form, member, said};
use crate::support::{API_KEY, App, on_each_engine};
use serde_json::{Value, json};
use server::people::Role;

on_each_engine! {
    changes_are_written_down_with_who_made_them
    signing_in_is_written_down_and_failing_at_it
    no_row_has_a_secret
    the_log_is_read_page_by_page
}

async fn rows(app: &App) -> Vec<(String, String, String)> {
    let (_, log) = app.call("GET", "/api/v1/audit", None).await;
    let text = |row: &Value, name: &str| row[name].as_str().expect("text").to_owned();
    let rows = log["items"].as_array().expect("rows").iter();
    rows.map(|row| (text(row, "actor"), text(row, "action"), text(row, "object"))).collect()
}

async fn changes_are_written_down_with_who_made_them(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::as_role(&app, Role::Owner).await;
    let (id, at) = (video.id.to_string(), format!("/api/v1/videos/{}", video.id));
    ann.call("PATCH", &at, Some(json!({"title": "New", "comments": "off"}))).await;
    let button = json!({
        "kind": "cta", "at": {"s": 20}, "duration_s": 8, "layout": {"overlay": {"x": 60, "y": 70, "w": 30, "h": 20}},
        "spec": {"label": "Book a demo", "action": {"url": "https://example.com/demo"}}
    });
    let timeline = json!({ "interactions": [button] });
    let (status, answer) = app.call("PUT", &format!("{at}/interactions"), Some(timeline)).await;
    assert_eq!(status, 200, "{answer}");
    app.call("POST", &format!("{at}/interactions/publish"), None).await;
    let (_, hook) =
        app.call("POST", "/api/v1/webhooks", Some(json!({"url": "http://127.0.0.1:9/", "events": ["VideoCTA"]}))).await;
    let hook = hook["id"].as_str().expect("an id").to_owned();
    app.call("POST", &format!("/api/v1/webhooks/{hook}/rotate"), None).await;
    app.call("PATCH", "/api/v1/me/settings", Some(json!({"retention_days": 30}))).await;
    app.call("DELETE", "/api/v1/viewers/ada@example.com", None).await;
    ann.call("DELETE", &at, None).await;
    // What was refused has changed nothing.
    app.call("PATCH", &at, Some(json!({"title": 5}))).await;
    app.call("DELETE", "/api/v1/videos/1", None).await;
    let (owner, key) = ("owner@example.com", "cue_test");
    let expected = [
        (owner, "video.delete", id.as_str()),
        (key, "viewer.erase", ""),
        (key, "settings.change", ""),
        (key, "webhook.rotate", &hook),
        (key, "webhook.create", &hook),
        (key, "timeline.publish", &id),
        (key, "timeline.replace", &id),
        (owner, "video.change", &id),
    ];
    let expected = expected.map(|(actor, action, object)| (actor.into(), action.into(), object.into()));
    assert_eq!(rows(&app).await, expected);
    let (_, log) = app.call("GET", "/api/v1/audit", None).await;
    assert_eq!(log["items"][7]["fields"], json!(["comments", "title"]), "names, and no values");
    assert_eq!(log["items"][2]["fields"], json!(["retention_days"]));
}

async fn signing_in_is_written_down_and_failing_at_it(app: App) {
    member(&app, 1, "ann@example.com", Role::Owner, Some(PASSWORD)).await;
    for password in ["guess", "guess again", PASSWORD] {
        said(form(&app, "/sign-in", &[("email", "ann@example.com"), ("password", password)])).await;
    }
    said(form(&app, "/sign-in", &[("email", "nobody@example.com"), ("password", "guess")])).await;
    let actions: Vec<String> = rows(&app).await.into_iter().map(|(_, action, _)| action).collect();
    assert_eq!(actions, ["session.begin", "session.refuse"], "one row for failures within a minute");
}

async fn no_row_has_a_secret(app: App) {
    let ann = member(&app, 1, "ann@example.com", Role::Owner, Some(PASSWORD)).await;
    let browser = Browser::of(&app, &ann, 1).await;
    let (_, key) = app.call("POST", "/api/v1/keys", Some(json!({"name": "CI", "role": "owner"}))).await;
    let (_, hook) = app
        .call(
            "POST",
            "/api/v1/webhooks",
            Some(json!({"url": "http://127.0.0.1:9/", "events": ["VideoCTA"], "secret_key": "hush-hush"})),
        )
        .await;
    let (_, invited) =
        browser.call("POST", "/api/v1/members", Some(json!({"email": "b@example.com", "role": "viewer"}))).await;
    let (_, rotated) = app.call("POST", "/api/v1/viewer-key/rotate", None).await;
    let (_, link) = app.call("POST", "/api/v1/me/upload-links", Some(json!({}))).await;
    browser.send("/account/password", &[("old", PASSWORD), ("password", "a longer secret")]).await;
    // A client that writes its secret where a name belongs, and the compatible parameters.
    let odd = format!(r#"{{"email":"sandbox@example.com","api_key":"{API_KEY}","{API_KEY}":1,"retention_days":null}}"#);
    let sent =
        app.http.patch(format!("{}/api/v1/me/settings", app.url)).header("content-type", "application/json").body(odd);
    assert_eq!(said(sent).await.0, 200);
    let (_, log) = app.call("GET", "/api/v1/audit", None).await;
    assert_eq!(log["items"].as_array().map(Vec::len), Some(8), "{log}");
    let secret = |value: &Value| value.as_str().expect("text").to_owned();
    let invitation = secret(&invited["url"]);
    let pass = secret(&link["url"]);
    for text in [
        &secret(&key["key"]),
        "hush-hush",
        invitation.rsplit('/').next().expect("a secret"),
        &secret(&rotated["key"]),
        pass.rsplit('=').next().expect("a pass"),
        PASSWORD,
        "a longer secret",
        API_KEY,
        &secret(&hook["secret_key"]),
    ] {
        assert!(!log.to_string().contains(text), "{text}: {log}");
    }
}

async fn the_log_is_read_page_by_page(app: App) {
    for days in 0..60 {
        app.call("PATCH", "/api/v1/me/settings", Some(json!({"retention_days": 10 + days}))).await;
    }
    let (_, first) = app.call("GET", "/api/v1/audit", None).await;
    assert_eq!(first["items"].as_array().map(Vec::len), Some(50));
    let next = first["next"].as_str().expect("more").to_owned();
    let (_, second) = app.call("GET", &format!("/api/v1/audit?before={next}"), None).await;
    assert_eq!((second["items"].as_array().map(Vec::len), &second["next"]), (Some(10), &Value::Null));
    assert_eq!(app.call("GET", "/api/v1/audit?before=x", None).await.0, 400);
    let ann = Browser::as_role(&app, Role::Admin).await;
    let (_, html) = ann.text("/account").await;
    let older = super::link(&html, "/account?before=");
    assert!(html.contains("Settings changed"));
    let (_, html) = ann.text(older.trim_end_matches("#log")).await;
    assert!(html.contains("Newest") && html.contains("Older"), "{html}");
}

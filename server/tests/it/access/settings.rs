//! How an owner says who may see a video.

use super::*;
use crate::support::on_each_engine;

on_each_engine! {
    settings_are_kept_and_shown
    what_does_not_go_together_is_named
}

async fn settings_are_kept_and_shown(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let shown = change(
        &app,
        &video,
        json!({"access": "password", "password": PASSWORD, "expires_at": "2099-01-01T01:00:00+01:00", "max_views": 5,
               "embed_hosts": ["EXAMPLE.com"]}),
    )
    .await;
    let (_, again) = app.call("GET", &format!("/api/v1/videos/{}", video.id), None).await;
    assert_eq!(shown, again);
    for (name, value) in [
        ("access", json!("password")),
        ("has_password", json!(true)),
        ("unlisted", json!(true)),
        ("expires_at", json!("2099-01-01T00:00:00Z")),
        ("max_views", json!(5)),
        ("embed_hosts", json!(["example.com"])),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    let all = shown.to_string();
    assert!(!all.contains(PASSWORD) && !all.contains("argon2") && shown.get("password").is_none(), "{all}");
    let stored = of(&app, &video).await;
    assert!(stored.access.password.as_deref().is_some_and(|hash| hash.starts_with("$argon2id$")));
    assert!(!format!("{stored:?}").contains("argon2"));

    let shown =
        change(&app, &video, json!({"access": "public", "expires_at": null, "max_views": null, "embed_hosts": null}))
            .await;
    assert_eq!((&shown["access"], &shown["unlisted"]), (&json!("public"), &json!(false)));
    assert_eq!(
        (&shown["expires_at"], &shown["embed_hosts"], &shown["has_password"]),
        (&Value::Null, &Value::Null, &json!(false))
    );
    assert_eq!(change(&app, &video, json!({"unlisted": true})).await["access"], "unlisted");
    assert_eq!(change(&app, &video, json!({"unlisted": false})).await["access"], "public");
    change(&app, &video, json!({"expires_at": "2001-01-01T00:00:00Z"})).await;
    assert_eq!(status(app.get(&format!("/video/play/{}", video.token))).await, 410);
}

async fn what_does_not_go_together_is_named(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let flawed = async |settings: Value| {
        let (status, answer) = app.call("PATCH", &format!("/api/v1/videos/{}", video.id), Some(settings)).await;
        assert_eq!(status, 422, "{answer}");
        let flaws = answer["flaws"].as_array().expect("flaws").clone();
        flaws.iter().map(|flaw| flaw["field"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(flawed(json!({"access": "password"})).await, ["password"]);
    assert_eq!(flawed(json!({"password": "x"})).await, ["password"]);
    assert_eq!(flawed(json!({"access": "account", "password": "x"})).await, ["password"]);
    assert_eq!(flawed(json!({"access": "public", "unlisted": true})).await, ["unlisted"]);
    assert_eq!(flawed(json!({"access": "account", "unlisted": false})).await, ["unlisted"]);
    assert_eq!(flawed(json!({"access": "password", "password": ""})).await, ["password"]);
    assert_eq!(flawed(json!({"embed_hosts": ["a.example", "*"]})).await, ["embed_hosts.1"]);
    change(&app, &video, json!({"access": "password", "password": PASSWORD})).await;
    assert_eq!(flawed(json!({"password": null})).await, ["password"]);
    assert_eq!(flawed(json!({"unlisted": false})).await, ["unlisted"]);
    change(&app, &video, json!({"access": "password"})).await;
    let (status, _) = app.call_as("wrong", "PATCH", &format!("/api/v1/videos/{}", video.id), Some(json!({}))).await;
    assert_eq!(status, 401);
}

//! The key under which an account signs viewer tokens.

use super::*;
use crate::support::on_each_engine;

on_each_engine! {
    a_key_is_made_once_and_is_each_account_s_own
    a_rotated_key_holds_for_a_day_more
}

async fn shown(app: &App, api_key: &str) -> Value {
    json_of(app.get("/api/v1/viewer-key").bearer_auth(api_key)).await
}

async fn a_key_is_made_once_and_is_each_account_s_own(app: App) {
    assert_eq!(app.get("/api/v1/viewer-key").send().await.expect("an answer").status(), 401);
    app.add_account(2, "other@example.com", OTHER_KEY).await;
    let (first, second) = tokio::join!(shown(&app, API_KEY), shown(&app, API_KEY));
    assert_eq!(first, second, "asked twice at once");
    assert!(first["key"].as_str().is_some_and(|key| key.starts_with("cuek_") && key.len() == 48), "{first}");
    assert_eq!((&first["alg"], &first["aud"]), (&json!("HS256"), &json!([app.url, "1"])));
    assert_eq!(first["previous_until"], Value::Null);
    let posted = json_of(app.post("/api/v1/viewer-key").bearer_auth(API_KEY)).await;
    assert_eq!(posted, first);
    assert_ne!(shown(&app, OTHER_KEY).await["key"], first["key"]);
    let answer = app.get("/api/v1/viewer-key").bearer_auth(API_KEY).send().await.expect("an answer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
}

async fn a_rotated_key_holds_for_a_day_more(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let old = key(&app).await;
    let rotated = json_of(app.post("/api/v1/viewer-key/rotate").bearer_auth(API_KEY)).await;
    let new = rotated["key"].as_str().expect("a key").to_owned();
    let left = rotated["previous_until"].as_i64().expect("an end") - now();
    assert!(old != new && (86_390_000..=86_400_000).contains(&left), "{rotated}");
    assert_eq!(key(&app).await, new);
    let viewer = async |key: &str, now: i64| {
        let mut claims = claims("ada");
        claims["exp"] = (now / 1_000 + 600).into();
        let issuer = server::identity::issuer::Issuer::of(app.state(), 1, now).await.expect("read");
        issuer.check(&signed(key, &claims)).map(|(_, contact)| contact.email.expect("an address"))
    };
    for key in [&old, &new] {
        assert_eq!(viewer(key, now()).await.as_deref(), Ok("ada@example.com"));
    }
    let later = now() + 86_400_000;
    assert_eq!(viewer(&new, later).await.as_deref(), Ok("ada@example.com"));
    assert_eq!(viewer(&old, later).await, Err("is not signed with this account's viewer key".into()));
    let page = open(embed(&app, &video, &format!("?viewer_token={}", signed(&old, &claims("ada"))))).await;
    let same = open(embed(&app, &video, &format!("?viewer_token={}", signed(&new, &claims("ada"))))).await;
    assert_eq!(page.pass(&app).viewer_id, same.pass(&app).viewer_id, "the viewer stays who they are");
}

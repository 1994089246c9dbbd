//! Who may do what: roles, keys, accounts.

use super::{Browser, member};
use crate::support::{App, on_each_engine};
use serde_json::{Value, json};
use server::{
    api::rights::RULES,
    people::{Rights, Role},
    state::now,
    store::api_keys,
};
use uuid::Uuid;

on_each_engine! {
    every_call_lets_in_those_who_have_its_right_and_nobody_else
    a_key_may_do_what_it_was_made_for
    a_key_ends_and_is_revoked
    a_session_calls_only_from_our_own_pages
    nobody_makes_others_more_than_they_are
    the_last_owner_stays
    another_account_s_people_and_keys_are_not_there
    pages_offer_what_a_role_may
}

/// A key with these rights.
async fn key(app: &App, role: Role) -> String {
    let (status, made) =
        app.call("POST", "/api/v1/keys", Some(json!({"name": role.as_str(), "role": role.as_str()}))).await;
    assert_eq!(status, 201, "{made}");
    made["key"].as_str().expect("a key").to_owned()
}

async fn every_call_lets_in_those_who_have_its_right_and_nobody_else(app: App) {
    let (id, name) = (Uuid::now_v7().to_string(), "x");
    for role in Role::ALL {
        let key = key(&app, role).await;
        for rule in RULES {
            let mut path = rule.path.to_owned();
            while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
                let fits = if path[from..to].contains("id") { id.as_str() } else { name };
                path.replace_range(from..=to, fits);
            }
            let method = rule.method.parse().expect("a method");
            let answer = app.http.request(method, format!("{}{path}", app.url)).bearer_auth(&key).send().await;
            let status = answer.expect("an answer").status().as_u16();
            let expected = role.rights().has(rule.right);
            assert_eq!(status != 403, expected, "{role:?} {} {}: {status}", rule.method, rule.path);
            assert!(status != 401 && status < 500, "{role:?} {} {}: {status}", rule.method, rule.path);
        }
        let (status, error) = app.call_as(&key, "GET", "/api/v1/audit", None).await;
        if role < Role::Admin {
            assert_eq!((status, &error["type"]), (403, &json!("forbidden")));
            assert!(error["message"].as_str().is_some_and(|text| text.contains("\"people\"")), "{error}");
        }
        assert_eq!(app.call_as(&key, "GET", "/api/v1/nothing/here", None).await.0, 404);
    }
}

async fn a_key_may_do_what_it_was_made_for(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let wish = json!({"name": "Reports", "scopes": ["report"], "expires_days": 30});
    let (status, made) = app.call("POST", "/api/v1/keys", Some(wish)).await;
    assert_eq!((status, &made["scopes"], &made["role"]), (201, &json!(["report"]), &Value::Null), "{made}");
    let text = made["key"].as_str().expect("a key").to_owned();
    assert!(text.starts_with(made["prefix"].as_str().expect("a prefix")));
    let report = format!("/api/v1/me/video/reports/{}", video.id);
    assert_eq!(app.call_as(&text, "GET", &report, None).await.0, 200);
    let compatible = format!("{report}?email=sandbox@example.com&api_key={text}");
    assert_eq!(app.get(&compatible).send().await.expect("an answer").status(), 200);
    assert_eq!(app.call_as(&text, "GET", &format!("/api/v1/videos/{}", video.id), None).await.0, 403);
    let (_, error) = app.call_as(&text, "DELETE", &format!("/api/v1/videos/{}", video.id), None).await;
    assert_eq!(error["message"], "This needs the right \"edit\". Yours are: report.");

    let (_, listed) = app.call("GET", "/api/v1/keys", None).await;
    let items = listed["items"].as_array().expect("keys");
    assert_eq!(items.len(), 2, "the first one is a row like the others");
    assert!(items.iter().any(|key| key["role"] == "owner" && key["expires_at"].is_null()), "{listed}");
    assert!(!listed.to_string().contains(&text), "it was told once");

    // An admin's key makes none that may do more.
    let admin = key(&app, Role::Admin).await;
    let (status, error) =
        app.call_as(&admin, "POST", "/api/v1/keys", Some(json!({"name": "x", "role": "owner"}))).await;
    assert!(status == 403 && error["message"].as_str().is_some_and(|text| text.contains("\"own\"")), "{error}");
    let (status, _) = app.call_as(&admin, "POST", "/api/v1/keys", Some(json!({"name": "x", "role": "admin"}))).await;
    assert_eq!(status, 201);
    let (status, error) = app.call("POST", "/api/v1/keys", Some(json!({"scopes": ["root"]}))).await;
    assert_eq!((status, error["flaws"].as_array().map(Vec::len)), (422, Some(2)));
}

async fn a_key_ends_and_is_revoked(app: App) {
    let (_, made) =
        app.call("POST", "/api/v1/keys", Some(json!({"name": "x", "role": "owner", "expires_days": 1}))).await;
    let text = made["key"].as_str().expect("a key").to_owned();
    let hash = server::keys::digest(text.as_bytes());
    let mut reader = app.state().store.reader().await.expect("a reader");
    let holds = api_keys::by_hash(reader.conn(), &hash, now() + 86_390_000).await.expect("read");
    assert!(holds.is_some_and(|found| Rights::read(&found.scopes) == Rights::all()));
    assert_eq!(api_keys::by_hash(reader.conn(), &hash, now() + 86_400_000).await.expect("read"), None);
    drop(reader);
    let path = format!("/api/v1/keys/{}", made["id"].as_str().expect("an id"));
    assert_eq!(app.call_as(&text, "GET", "/api/v1/keys", None).await.0, 200);
    assert_eq!(app.call("DELETE", &path, None).await.0, 204);
    assert_eq!(app.call_as(&text, "GET", "/api/v1/keys", None).await.0, 401);
    assert_eq!(app.call("DELETE", &path, None).await.0, 204, "once more is fine");
    for unknown in ["x", &Uuid::now_v7().to_string()] {
        assert_eq!(app.call("DELETE", &format!("/api/v1/keys/{unknown}"), None).await.0, 404);
    }
    assert_eq!(app.call("GET", "/api/v1/keys", None).await.0, 200, "the first key holds");
}

async fn a_session_calls_only_from_our_own_pages(app: App) {
    let ann = Browser::as_role(&app, Role::Editor).await;
    assert_eq!(ann.call("GET", "/api/v1/me/videos/list", None).await.0, 200);
    assert_eq!(ann.call("GET", "/api/v1/webhooks", None).await.0, 403);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("accept", "*/*")] {
        let answer = ann.get("/api/v1/me/videos/list").header(name, value).send().await.expect("an answer");
        assert_eq!(answer.status(), 401, "{name}");
    }
    // A wrong key is a wrong key, whoever is signed in.
    let answer =
        ann.get("/api/v1/me/videos/list").header("sec-fetch-site", "same-origin").bearer_auth("cue_wrong").send();
    assert_eq!(answer.await.expect("an answer").status(), 401);
}

async fn nobody_makes_others_more_than_they_are(app: App) {
    let (owner, admin) = (Browser::as_role(&app, Role::Owner).await, Browser::as_role(&app, Role::Admin).await);
    let viewer = member(&app, 1, "viewer@example.com", Role::Viewer, None).await;
    let at = |id: &Uuid| format!("/api/v1/members/{id}");
    let (_, list) = admin.call("GET", "/api/v1/members", None).await;
    let of = |email: &str| {
        let found = list["items"].as_array().expect("members").iter().find(|one| one["email"] == email);
        found.expect("a member")["id"].as_str().expect("an id").parse::<Uuid>().expect("a UUID")
    };
    let role = |role: &str| Some(json!({ "role": role }));
    assert_eq!(admin.call("PATCH", &at(&viewer.id), role("owner")).await.0, 403);
    assert_eq!(admin.call("PATCH", &at(&of("owner@example.com")), role("viewer")).await.0, 403);
    assert_eq!(admin.call("DELETE", &at(&of("owner@example.com")), None).await.0, 403);
    let invite = |role: &str| Some(json!({ "email": "new@example.com", "role": role }));
    assert_eq!(admin.call("POST", "/api/v1/members", invite("owner")).await.0, 403);
    let (status, changed) = admin.call("PATCH", &at(&viewer.id), role("analyst")).await;
    assert_eq!((status, &changed["role"]), (200, &json!("analyst")));
    let (status, invited) = admin.call("POST", "/api/v1/members", invite("admin")).await;
    assert_eq!((status, &invited["state"], &invited["mailed"]), (201, &json!("invited"), &json!(false)), "{invited}");
    assert_eq!(owner.call("PATCH", &at(&viewer.id), role("owner")).await.0, 200);
    assert_eq!(owner.call("DELETE", &at(&viewer.id), None).await.0, 204);
    let id: Uuid = invited["id"].as_str().expect("an id").parse().expect("a UUID");
    assert_eq!(admin.call("DELETE", &at(&id), None).await.0, 204, "an invitation is taken back");
    for (body, field) in [
        (json!({"role": "viewer"}), "email"),
        (json!({"email": "a@example.com"}), "role"),
        (json!({"email": "admin@example.com", "role": "viewer"}), "email"),
    ] {
        let (status, error) = admin.call("POST", "/api/v1/members", Some(body)).await;
        assert_eq!((status, &error["flaws"][0]["field"]), (422, &json!(field)), "{error}");
    }
    // Whoever is removed has no way in any more, at once.
    let gone = Browser::of(&app, &viewer, 1).await;
    assert_eq!(gone.text("/account").await.0, 403);
    assert_eq!(gone.call("GET", "/api/v1/me/videos/list", None).await.0, 401);
}

async fn the_last_owner_stays(app: App) {
    let owner = member(&app, 1, "owner@example.com", Role::Owner, None).await;
    let browser = Browser::of(&app, &owner, 1).await;
    let path = format!("/api/v1/members/{}", owner.id);
    let (status, error) = browser.call("DELETE", &path, None).await;
    assert_eq!((status, &error["type"]), (409, &json!("last_owner")));
    assert_eq!(browser.call("PATCH", &path, Some(json!({"role": "admin"}))).await.0, 409);
    assert_eq!(app.call("DELETE", &path, None).await.0, 409, "whoever asks");
    let second = member(&app, 1, "second@example.com", Role::Owner, None).await;
    // Each removes the other at once: one of them stays.
    let (one, other) = (Browser::of(&app, &owner, 1).await, Browser::of(&app, &second, 1).await);
    let theirs = format!("/api/v1/members/{}", second.id);
    let (first, last) = tokio::join!(one.call("DELETE", &theirs, None), other.call("DELETE", &path, None));
    let mut statuses = [first.0, last.0];
    statuses.sort_unstable();
    assert!(statuses[0] == 204 && [401, 409].contains(&statuses[1]), "{statuses:?}");
}

async fn another_account_s_people_and_keys_are_not_there(app: App) {
    app.add_account(2, "second@example.com", "cue_second_account").await;
    let mine = member(&app, 1, "ann@example.com", Role::Viewer, None).await;
    let (_, made) = app.call("POST", "/api/v1/keys", Some(json!({"name": "x", "role": "viewer"}))).await;
    let (_, invited) =
        app.call("POST", "/api/v1/members", Some(json!({"email": "b@example.com", "role": "viewer"}))).await;
    let theirs = "cue_second_account";
    let at = |noun: &str, id: &Value| format!("/api/v1/{noun}/{}", id.as_str().expect("an id"));
    assert_eq!(app.call_as(theirs, "DELETE", &at("keys", &made["id"]), None).await.0, 404);
    assert_eq!(app.call_as(theirs, "DELETE", &at("members", &invited["id"]), None).await.0, 404);
    let member = format!("/api/v1/members/{}", mine.id);
    assert_eq!(app.call_as(theirs, "PATCH", &member, Some(json!({"role": "viewer"}))).await.0, 404);
    assert_eq!(app.call_as(theirs, "DELETE", &member, None).await.0, 404);
    for path in ["/api/v1/members", "/api/v1/audit"] {
        let (_, list) = app.call_as(theirs, "GET", path, None).await;
        assert_eq!(list["items"], json!([]), "{path}");
    }
    assert_eq!(app.call("GET", "/api/v1/keys", None).await.1["items"].as_array().map(Vec::len), Some(2));
}

async fn pages_offer_what_a_role_may(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let report = format!("/report/{}", video.token);
    for role in Role::ALL {
        let browser = Browser::as_role(&app, role).await;
        let (_, html) = browser.text("/account").await;
        assert_eq!(html.contains("API keys"), role >= Role::Admin, "{role:?}");
        assert_eq!(html.contains("What was changed"), role >= Role::Admin, "{role:?}");
        let (_, html) = browser.text("/videos").await;
        assert_eq!(html.contains(&report), role >= Role::Analyst, "{role:?}");
        assert_eq!(html.contains("href=\"/upload\""), role >= Role::Editor, "{role:?}");
        let answer = browser.get(&report).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), if role >= Role::Analyst { 302 } else { 403 }, "{role:?}");
        if role >= Role::Analyst {
            let link = answer.headers()["location"].to_str().expect("text").to_owned();
            let path = link.strip_prefix(&app.url).expect("our own");
            assert_eq!(app.get(path).send().await.expect("an answer").status(), 200);
        }
        let answer = browser.get("/upload").send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), if role >= Role::Editor { 302 } else { 403 }, "{role:?}");
        let key = browser.send("/account/keys", &[("name", "x"), ("role", "viewer")]).await;
        assert_eq!(key.status().as_u16(), if role >= Role::Admin { 200 } else { 403 }, "{role:?}");
    }
    assert_eq!(app.get(&report).send().await.expect("an answer").status(), 403);
}

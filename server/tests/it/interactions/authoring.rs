//! The timeline by the API: what its author writes, reads, moves and takes away.

use super::{KINDS, OTHER_KEY, add, call, flaws, get, html, id_of, one, put, set};
use crate::support::{API_KEY, App, json_of, on_each_engine};
use reqwest::Method;
use serde_json::{Value, json};
use server::store::videos;
use uuid::Uuid;

on_each_engine! {
    an_interaction_is_added_read_changed_and_deleted
    every_kind_comes_back_as_it_was_written
    a_whole_timeline_is_replaced_at_once
    a_flawed_timeline_changes_nothing
    a_timeline_travels_to_another_video_and_back
    a_hundred_full_interactions_fit_and_no_more
    another_video_plays_only_when_it_is_the_author_s
    nobody_else_reads_or_writes_a_timeline
    an_author_is_warned_of_what_viewers_would_miss
}

async fn version(app: &App, id: i64) -> i64 {
    let mut reader = app.state().store.reader().await.expect("a reader");
    videos::by_id(reader.conn(), id).await.expect("read").expect("a video").timeline_version
}

async fn an_interaction_is_added_read_changed_and_deleted(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (page, path) = (format!("/video/play/{}", video.token), format!("{}/interactions", video.id));
    assert!(!html(&app, &page).await.contains("Book a demo"), "the catalogue knows the video now");
    let mut wanted = one("cta");
    wanted["id"] = json!("not for you to say");
    wanted["something"] = json!("else");
    let (status, created) = call(&app, Method::POST, &path, Some(&wanted), API_KEY).await;
    assert_eq!((status, &created["warnings"]), (201, &json!([])), "{created}");
    let created = &created["interactions"][0];
    let id = id_of(created);
    assert_eq!((&created["draft"], &created["something"]), (&json!(false), &Value::Null));
    assert!(html(&app, &page).await.contains("Book a demo"), "published at once");
    assert_eq!(version(&app, video.id).await, 2);

    let single = format!("{path}/{id}");
    assert_eq!(get(&app, &single).await["interactions"][0], *created);
    assert_eq!(get(&app, &path).await["interactions"], json!([created]));

    let mut changed = one("cta");
    set(&mut changed, "/spec/label", json!("Call us"));
    let (status, answer) = put(&app, &single, &changed).await;
    assert_eq!((status, id_of(&answer["interactions"][0])), (200, id));
    let after = html(&app, &page).await;
    assert!(after.contains("Call us") && !after.contains("Book a demo"));
    assert_eq!(version(&app, video.id).await, 3);

    assert_eq!(call(&app, Method::DELETE, &single, None, API_KEY).await.0, 204);
    assert!(!html(&app, &page).await.contains("Call us"));
    assert_eq!(get(&app, &path).await["interactions"], json!([]));
    assert_eq!(call(&app, Method::DELETE, &single, None, API_KEY).await.0, 404);
    assert_eq!(put(&app, &single, &changed).await.0, 404, "what is gone does not come back under its id");
    assert_eq!(version(&app, video.id).await, 4, "what was refused is no change");
}

async fn every_kind_comes_back_as_it_was_written(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    for kind in KINDS {
        let mut wanted = one(kind);
        wanted["at"] = json!({"from_end_s": 15.5});
        wanted["duration_s"] = json!(7.5);
        wanted["layout"] = json!({"banner": {"edge": "top"}});
        wanted["pause"] = json!(true);
        wanted["gate"] = json!("soft");
        wanted["skip"] = json!({"allowed": true, "after_s": 2.5, "label": "Later"});
        wanted["frequency"] = json!("once_per_session");
        wanted["skip_if_known"] = json!(true);
        let created = add(&app, video.id, &wanted).await;
        for (name, value) in wanted.as_object().expect("fields").iter().filter(|(name, _)| *name != "spec") {
            assert_eq!(&created[name], value, "{kind} {name}");
        }
        for (name, value) in wanted["spec"].as_object().expect("fields") {
            if !matches!(name.as_str(), "fields" | "cards" | "action") {
                assert_eq!(&created["spec"][name], value, "{kind} {name}");
            }
        }
        let read = get(&app, &format!("{}/interactions/{}", video.id, id_of(&created))).await;
        assert_eq!(read["interactions"][0], created);
    }
}

async fn a_whole_timeline_is_replaced_at_once(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let (kept, gone) = (add(&app, video.id, &one("cta")).await, add(&app, video.id, &one("poll")).await);
    let mut known = kept.clone();
    set(&mut known, "/spec/label", json!("Call us"));
    let (status, answer) = put(&app, &path, &json!({"interactions": [one("annotation"), known]})).await;
    assert_eq!(status, 200, "{answer}");
    let list = get(&app, &path).await["interactions"].clone();
    assert_eq!(answer["interactions"], list, "in the order in which they were named");
    assert_eq!((&list[0]["kind"], &list[1]["spec"]["label"]), (&json!("annotation"), &json!("Call us")));
    assert_eq!((id_of(&list[1]), list.as_array().map(Vec::len)), (id_of(&kept), Some(2)));
    let missing = format!("{path}/{}", id_of(&gone));
    assert_eq!(call(&app, Method::GET, &missing, None, API_KEY).await.0, 404);

    assert_eq!(
        put(&app, &path, &json!({"interactions": list})).await.1["interactions"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(put(&app, &path, &json!({"interactions": []})).await.0, 200);
    assert_eq!(get(&app, &path).await["interactions"], json!([]));
}

async fn a_flawed_timeline_changes_nothing(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let kept = add(&app, video.id, &one("cta")).await;
    let (mut odd, mut twice) = (one("cta"), kept.clone());
    set(&mut odd, "/spec/label", json!(""));
    set(&mut odd, "/spec/action/url", json!("javascript:alert(1)"));
    twice["spec"]["label"] = json!("Twice");
    let unknown = json!({"id": Uuid::now_v7(), "kind": "cta", "at": "end", "layout": "modal", "spec": odd["spec"]});
    let mut stranger = one("poll");
    stranger["id"] = json!(Uuid::now_v7());
    let list = json!({"interactions": [kept, one("poll"), twice, odd, stranger, unknown]});
    let answer = put(&app, &path, &list).await;
    let mut found: Vec<&str> = flaws(&answer).into_iter().map(|(field, _)| field).collect();
    found.sort_unstable();
    let expected = [
        "/interactions/2/id",
        "/interactions/3/spec/action/url",
        "/interactions/3/spec/label",
        "/interactions/4/id",
        "/interactions/5/spec/action/url",
        "/interactions/5/spec/label",
    ];
    assert_eq!(found, expected);
    assert_eq!(get(&app, &path).await["interactions"], json!([kept]));
    assert_eq!(version(&app, video.id).await, 2);

    for (body, field) in [
        (json!({}), "/interactions"),
        (json!({"interactions": {}}), "/interactions"),
        (json!({"interactions": [], "cuepoint": "timeline/2"}), "/cuepoint"),
        (json!({"interactions": [7]}), "/interactions/0"),
    ] {
        assert_eq!(flaws(&put(&app, &path, &body).await)[0].0, field, "{body}");
    }
    for body in ["[]", "{", "7", ""] {
        let request = app.http.put(format!("{}/api/v1/videos/{path}", app.url)).bearer_auth(API_KEY).body(body);
        assert_eq!(request.send().await.expect("an answer").status(), 400, "{body}");
    }
}

async fn a_timeline_travels_to_another_video_and_back(app: App) {
    let (from, to) = (app.add_video(&[], |_| {}).await, app.add_video(&[], |_| {}).await);
    for kind in KINDS {
        let mut wanted = one(kind);
        wanted["draft"] = json!(kind == "poll");
        add(&app, from.id, &wanted).await;
    }
    let (here, there) = (format!("{}/interactions", from.id), format!("{}/interactions", to.id));
    let portable = get(&app, &format!("{here}/export")).await;
    assert_eq!(portable["cuepoint"], "timeline/1");
    for one in portable["interactions"].as_array().expect("a list") {
        for field in ["created_at", "updated_at", "published"] {
            assert_eq!(one.get(field), None, "{field} is the server's");
        }
    }
    let before = get(&app, &here).await;
    assert_eq!(put(&app, &there, &portable).await.0, 200);
    let mut again = get(&app, &format!("{there}/export")).await;
    let ids = |list: &Value| list["interactions"].as_array().expect("a list").iter().map(id_of).collect::<Vec<_>>();
    assert!(ids(&again).iter().all(|id| !ids(&portable).contains(id)), "another video's have ids of their own");
    for (one, other) in again["interactions"].as_array_mut().expect("a list").iter_mut().zip(ids(&portable)) {
        one["id"] = json!(other);
    }
    assert_eq!(again, portable);

    assert_eq!(put(&app, &here, &portable).await.0, 200);
    let mut after = get(&app, &here).await;
    for (i, one) in after["interactions"].as_array_mut().expect("a list").iter_mut().enumerate() {
        one["updated_at"] = before["interactions"][i]["updated_at"].clone();
    }
    assert_eq!(after, before, "the same video keeps its ids, and with them its counts");
}

async fn a_hundred_full_interactions_fit_and_no_more(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let card =
        json!({"title": "é".repeat(100), "action": {"url": format!("https://example.com/{}", "x".repeat(2_000))}});
    let full = json!({"kind": "end_screen", "at": "end", "layout": "card", "spec": {"cards": vec![card; 6]}});
    let (status, answer) = put(&app, &path, &json!({"interactions": vec![&full; 100]})).await;
    assert_eq!(status, 200, "{answer}");
    let one_more = call(&app, Method::POST, &path, Some(&full), API_KEY).await;
    let message = "a video may have at most 100 interactions";
    assert_eq!(flaws(&one_more), [("/interactions", message)]);
    let more = put(&app, &path, &json!({"interactions": vec![json!({}); 101]})).await;
    assert_eq!(flaws(&more), [("/interactions", message)]);
    let field = json!({"type": "select", "name": "x", "label": "X", "options": vec!["o".repeat(110); 50]});
    let long =
        json!({"kind": "lead_form", "at": "end", "layout": "card", "spec": {"title": "T", "fields": vec![field; 20]}});
    let long = call(&app, Method::POST, &path, Some(&long), API_KEY).await;
    assert_eq!(flaws(&long)[0], ("", "may have at most 40 KiB of JSON"));
    let huge = json!({"interactions": [], "x": "x".repeat(5 * 1024 * 1024)});
    let (status, error) = put(&app, &path, &huge).await;
    assert_eq!((status, &error["message"]), (413, &json!("The body may be at most 5242880 bytes.")));
    assert_eq!(get(&app, &path).await["interactions"].as_array().map(Vec::len), Some(100));
}

async fn another_video_plays_only_when_it_is_the_author_s(app: App) {
    app.add_account(2, "other@example.com", OTHER_KEY).await;
    let (video, mine) = (app.add_video(&[], |_| {}).await, app.add_video(&[], |_| {}).await);
    let foreign = app.add_video(&[], |video| video.account_id = 2).await;
    let deleted = app.add_video(&[], |video| video.deleted_at = Some(1)).await;
    let leads_to = |token: &str| {
        let mut cta = one("cta");
        cta["spec"]["action"] = json!({"play_video": {"token": token, "at_s": 3}});
        cta
    };
    for token in [&foreign.token, &deleted.token, &"A".repeat(22)] {
        let path = format!("{}/interactions", video.id);
        let answer = call(&app, Method::POST, &path, Some(&leads_to(token)), API_KEY).await;
        let message = "is not the token of a video of yours";
        assert_eq!(flaws(&answer), [("/spec/action/play_video/token", message)], "{token}");
        let mut cards = one("end_screen");
        cards["spec"]["cards"][1]["action"] = leads_to(token)["spec"]["action"].clone();
        let answer = put(&app, &path, &json!({"interactions": [one("cta"), cards]})).await;
        assert_eq!(flaws(&answer), [("/interactions/1/spec/cards/1/action/play_video/token", message)]);
    }
    let created = add(&app, video.id, &leads_to(&mine.token)).await;
    assert_eq!(created["spec"]["action"]["play_video"]["token"], json!(mine.token));
}

async fn nobody_else_reads_or_writes_a_timeline(app: App) {
    app.add_account(2, "other@example.com", OTHER_KEY).await;
    let video = app.add_video(&[], |_| {}).await;
    let deleted = app.add_video(&[], |video| video.deleted_at = Some(1)).await;
    let id = id_of(&add(&app, video.id, &one("cta")).await);
    let body = json!({"interactions": [], "events": []});
    let calls = [
        (Method::GET, String::new()),
        (Method::POST, String::new()),
        (Method::PUT, String::new()),
        (Method::GET, format!("/{id}")),
        (Method::PUT, format!("/{id}")),
        (Method::DELETE, format!("/{id}")),
        (Method::GET, "/lint".into()),
        (Method::GET, "/export".into()),
        (Method::POST, "/publish".into()),
        (Method::POST, "/simulate".into()),
    ];
    for (method, rest) in &calls {
        for (of, key, expected) in [
            (video.id.to_string(), OTHER_KEY, 404),
            (video.id.to_string(), "wrong", 401),
            (deleted.id.to_string(), API_KEY, 404),
            ("1".into(), API_KEY, 404),
            ("nonsense".into(), API_KEY, 404),
        ] {
            let (status, answer) =
                call(&app, method.clone(), &format!("{of}/interactions{rest}"), Some(&body), key).await;
            assert_eq!(status, expected, "{method} {of}{rest}: {answer}");
        }
    }
    for unknown in [Uuid::now_v7().to_string(), "nonsense".into()] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let path = format!("{}/interactions/{unknown}", video.id);
            assert_eq!(
                call(&app, method.clone(), &path, Some(&one("cta")), API_KEY).await.0,
                404,
                "{method} {unknown}"
            );
        }
    }
    let path = format!("/api/v1/videos/{}/interactions", video.id);
    let compatible = json_of(app.get(&format!("{path}?email=sandbox@example.com&api_key={API_KEY}"))).await;
    assert_eq!(compatible["interactions"].as_array().map(Vec::len), Some(1), "nothing was changed");
}

async fn an_author_is_warned_of_what_viewers_would_miss(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let first = add(&app, video.id, &one("cta")).await;
    let mut late = one("cta");
    late["at"] = json!({"s": 60});
    let form = json!({"title": "Hi", "fields": [{"name": "email", "type": "email", "label": "E-mail"}]});
    let mut form = json!({"kind": "lead_form", "at": {"s": 24}, "layout": "modal", "spec": form});
    let (_, answer) = call(&app, Method::POST, &path, Some(&late), API_KEY).await;
    let late = id_of(&answer["interactions"][0]);
    let message = "is past the end of the video (60 s): it never comes up";
    assert_eq!(answer["warnings"], json!([{"interaction": late, "field": "/at/s", "message": message}]));
    let (_, answer) = call(&app, Method::POST, &path, Some(&form), API_KEY).await;
    let form_id = id_of(&answer["interactions"][0]);
    let consent = "asks who someone is without a consent text";
    let covers = "overlaps \"Book a demo\" in time and place: it waits until that is done with";
    let own = json!([
        {"interaction": form_id, "field": "/spec/fields", "message": consent},
        {"interaction": form_id, "field": "/at", "message": covers, "with": id_of(&first)}
    ]);
    let lint = get(&app, &format!("{path}/lint")).await;
    let all = lint["warnings"].as_array().expect("a list");
    for warning in own.as_array().expect("a list") {
        assert!(all.contains(warning) && answer["warnings"].as_array().expect("a list").contains(warning), "{lint}");
    }
    form["at"] = json!({"s": 40});
    let (_, answer) = put(&app, &format!("{path}/{form_id}"), &form).await;
    assert!(!answer["warnings"].to_string().contains("Book a demo"), "{answer}");
}

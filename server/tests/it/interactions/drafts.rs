//! Drafts: what an author works on stays with the author until it is published.

use super::{add, call, faces, flaws, get, html, id_of, one, put, set};
use crate::support::{API_KEY, App, batch::View, on_each_engine};
use reqwest::Method;
use serde_json::{Value, json};

on_each_engine! {
    a_draft_is_nowhere_but_with_its_author
    a_draft_of_what_is_published_changes_nothing_for_viewers
    all_drafts_are_published_together
}

/// Everything that a viewer gets of a video's timeline.
async fn seen(app: &App, token: &str) -> String {
    let pages = [format!("/video/play/{token}"), format!("/video/embed/{token}")];
    let mut seen = faces(app, token).await;
    for page in pages {
        seen += &html(app, &page).await;
    }
    seen
}

async fn a_draft_is_nowhere_but_with_its_author(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let mut wanted = one("cta");
    wanted["draft"] = json!(true);
    let draft = add(&app, video.id, &wanted).await;
    let id = id_of(&draft);
    assert_eq!((&draft["draft"], &draft["published"]), (&json!(true), &Value::Null));
    let seen_now = seen(&app, &video.token).await;
    assert!(!seen_now.contains("Book a demo") && !seen_now.contains(&id.to_string()));

    let mut view = View::of(&video.token);
    let events = [view.load(), view.event(1_000, json!({"type": "shown", "interaction": id})), view.click(1_200, id)];
    let receipt: Value =
        serde_json::from_str(&app.record(&view.batch(&events)).await.text().await.expect("a body")).expect("JSON");
    let refused = |seq| json!({"seq": seq, "field": "interaction", "message": "is not on this video's timeline"});
    assert_eq!(receipt, json!({"recorded": 1, "refused": [refused(1), refused(2)], "results": []}));
    let link = format!("/video/cta/{}?i={id}&s={}&n=2", video.id, view.session);
    assert_eq!(app.get(&link).send().await.expect("an answer").status(), 404);
    assert_eq!(app.report(video.id).await["actions"]["no_of_actions"], 0);

    let mut changed = wanted.clone();
    set(&mut changed, "/spec/label", json!("Still at it"));
    let (_, answer) = put(&app, &format!("{path}/{id}"), &changed).await;
    assert_eq!(
        (&answer["interactions"][0]["draft"], &answer["interactions"][0]["published"]),
        (&json!(true), &Value::Null)
    );
    set(&mut changed, "/draft", Value::Null);
    assert_eq!(put(&app, &format!("{path}/{id}"), &changed).await.1["interactions"][0]["draft"], false);
    assert!(seen(&app, &video.token).await.contains("Still at it"));
    changed["draft"] = json!("yes");
    assert_eq!(
        flaws(&call(&app, Method::POST, &path, Some(&changed), API_KEY).await),
        [("/draft", "must be true or false")]
    );
}

async fn a_draft_of_what_is_published_changes_nothing_for_viewers(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let id = id_of(&add(&app, video.id, &one("poll")).await);
    let single = format!("{path}/{id}");
    let mut draft = one("poll");
    draft["draft"] = json!(true);
    set(&mut draft, "/spec/question", json!("Milk or sugar?"));
    let (status, answer) = put(&app, &single, &draft).await;
    let shown = &answer["interactions"][0];
    assert_eq!((status, &shown["draft"]), (200, &json!(true)));
    assert_eq!(shown["spec"]["question"], "Milk or sugar?");
    assert_eq!(shown["published"]["spec"]["question"], "Tea or coffee?");
    let now = seen(&app, &video.token).await;
    assert!(now.contains("Tea or coffee?") && !now.contains("Milk or sugar?"));

    let mut view = View::of(&video.token);
    let vote = view.event(500, json!({"type": "answer", "interaction": id, "answer": {"choice": 0}}));
    app.record(&view.batch(&[vote])).await;
    assert_eq!(app.report(video.id).await["actions"]["questions"], 1, "what is published goes on");

    let list = get(&app, &path).await;
    let (_, same) = put(&app, &path, &list).await;
    assert_eq!(same["interactions"][0]["published"]["spec"]["question"], "Tea or coffee?", "what was read can be sent");
    assert!(!seen(&app, &video.token).await.contains("Milk or sugar?"));
    set(&mut draft, "/draft", Value::Null);
    let (_, answer) = put(&app, &single, &draft).await;
    assert_eq!(answer["interactions"][0].get("published"), None);
    let then = seen(&app, &video.token).await;
    assert!(then.contains("Milk or sugar?") && !then.contains("Tea or coffee?"));
}

async fn all_drafts_are_published_together(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let id = id_of(&add(&app, video.id, &one("poll")).await);
    let (mut changed, mut new) = (one("annotation"), one("cta"));
    changed["draft"] = json!(true);
    new["draft"] = json!(true);
    put(&app, &format!("{path}/{id}"), &changed).await;
    add(&app, video.id, &new).await;
    let before = seen(&app, &video.token).await;
    assert!(before.contains("Tea or coffee?") && !before.contains("Look here") && !before.contains("Book a demo"));
    let (status, answer) = call(&app, Method::POST, &format!("{path}/publish"), None, API_KEY).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer["interactions"].as_array().expect("a list").iter().all(|one| one["draft"] == false));
    let after = seen(&app, &video.token).await;
    assert!(!after.contains("Tea or coffee?") && after.contains("Look here") && after.contains("Book a demo"));
    assert_eq!(call(&app, Method::POST, &format!("{path}/publish"), None, API_KEY).await.0, 200, "nothing left to do");
}

//! The owner's word: approving, hiding, deleting, and switching it all off.

use super::{Browser, answer, at, flaws};
use crate::support::{API_KEY, App, on_each_engine, receiver::Receiver};
use reqwest::Method;
use serde_json::{Value, json};
use server::store::videos::Video;

on_each_engine! {
    what_waits_is_seen_once_it_is_approved
    what_is_hidden_is_seen_by_the_owner_only
    an_owner_deletes_a_thread_with_its_replies
    the_owner_s_list_has_pages_and_states
    another_account_s_comments_are_not_there
    a_change_waits_again_where_comments_wait
}

const OTHER: &str = "cue_other_account_key";

async fn owner(app: &App, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = app.http.request(method, format!("{}/api/v1/videos/{path}", app.url)).bearer_auth(API_KEY);
    answer(request.header("content-type", "application/json").body(body.to_string())).await
}

fn of(video: &Video, comment: &Value) -> String {
    format!("{}/comments/{}", video.id, comment["id"].as_str().expect("an id"))
}

async fn what_waits_is_seen_once_it_is_approved(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoComment"]).await;
    let video = app.add_video(&[], |_| {}).await;
    assert_eq!(owner(&app, Method::PATCH, &video.id.to_string(), json!({"comments": "approve"})).await.0, 200);
    let ann = Browser::new(&app, &video, "ann");
    let comment = ann.comments("May I?").await;
    assert_eq!(
        (&comment["state"], &comment["note"]),
        (&json!("waiting"), &json!("Thank you. Your comment appears once the owner has approved it."),)
    );
    assert_eq!(ann.list("").await["total"], 0);
    assert_eq!(receiver.until(1).await[0].json()["VideoComment"]["comment"]["state"], "waiting");
    let (_, list) = owner(&app, Method::GET, &format!("{}/comments?state=waiting", video.id), json!({})).await;
    assert_eq!(list["items"][0]["text"], "May I?");
    let (status, approved) = owner(&app, Method::PATCH, &of(&video, &comment), json!({"state": "shown"})).await;
    assert_eq!((status, &approved["state"]), (200, &json!("shown")));
    assert_eq!(ann.list("").await["items"][0]["text"], "May I?");
    assert_eq!(receiver.hooks().len(), 1);
}

async fn a_change_waits_again_where_comments_wait(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let comment = ann.comments("Harmless").await;
    owner(&app, Method::PATCH, &video.id.to_string(), json!({"comments": "approve"})).await;
    let (_, changed) = ann.send(Method::PATCH, &at(&comment), json!({"text": "Not so harmless"})).await;
    assert_eq!(changed["state"], "waiting");
    assert_eq!(ann.list("").await["total"], 0);
}

async fn what_is_hidden_is_seen_by_the_owner_only(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let (_, comment) = ann.says(json!({"text": "Spam", "name": "Ann", "email": "ann@example.com"})).await;
    let (status, hidden) = owner(&app, Method::PATCH, &of(&video, &comment), json!({"state": "hidden"})).await;
    assert_eq!((status, &hidden["state"], &hidden["email"]), (200, &json!("hidden"), &json!("ann@example.com")));
    assert_eq!(ann.list("").await["items"], json!([]));
    assert_eq!(ann.send(Method::PATCH, &at(&comment), json!({"text": "Again"})).await.0, 404);
    let (status, reply) = ann.says(json!({"text": "Why?", "name": "Ann", "parent": comment["id"]})).await;
    assert_eq!((status, flaws(&reply)[0].0), (422, "parent"));
    let (status, error) = owner(&app, Method::PATCH, &of(&video, &comment), json!({"state": "gone"})).await;
    assert_eq!((status, flaws(&error)), (422, vec![("state", "must be shown or hidden")]));
}

async fn an_owner_deletes_a_thread_with_its_replies(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let comment = ann.comments("Root").await;
    ann.says(json!({"text": "Reply", "name": "Ann", "parent": comment["id"]})).await;
    assert_eq!(owner(&app, Method::DELETE, &of(&video, &comment), json!({})).await.0, 204);
    assert_eq!(ann.list("").await["items"], json!([]));
    assert_eq!(owner(&app, Method::DELETE, &of(&video, &comment), json!({})).await.0, 404);
    let actions = app.report(video.id).await["actions"].clone();
    assert_eq!((&actions["comments"], &actions["replies"]), (&json!(0), &json!(0)));
}

async fn the_owner_s_list_has_pages_and_states(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    super::page::fill(&app, &video, 60).await;
    let list =
        async |query: &str| owner(&app, Method::GET, &format!("{}/comments{query}", video.id), json!({})).await.1;
    let first = list("").await;
    assert_eq!((first["items"].as_array().map(Vec::len), &first["next"]), (Some(50), &json!(2)));
    let second = list("?page=2").await;
    assert_eq!((second["items"].as_array().map(Vec::len), &second["next"]), (Some(10), &Value::Null));
    assert_eq!(list("?state=hidden").await["items"], json!([]));
    let flawed = list("?state=x&page=0").await;
    assert_eq!(flaws(&flawed).iter().map(|flaw| flaw.0).collect::<Vec<_>>(), ["state", "page"]);
}

async fn another_account_s_comments_are_not_there(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    app.add_account(2, "other@example.com", OTHER).await;
    let foreign = app.add_video(&[], |video| video.account_id = 2).await;
    let mine = Browser::new(&app, &video, "ann").comments("Mine").await;
    let theirs = Browser::new(&app, &foreign, "ann").comments("Theirs").await;
    for path in [of(&foreign, &theirs), of(&video, &theirs), of(&foreign, &mine), "x/comments/y".into()] {
        assert_eq!(owner(&app, Method::PATCH, &path, json!({"state": "hidden"})).await.0, 404, "{path}");
        assert_eq!(owner(&app, Method::DELETE, &path, json!({})).await.0, 404, "{path}");
    }
    assert_eq!(owner(&app, Method::GET, &format!("{}/comments", foreign.id), json!({})).await.0, 404);
    let unknown = app.http.get(format!("{}/api/v1/videos/{}/comments", app.url, video.id));
    assert_eq!(answer(unknown).await.0, 401);
}

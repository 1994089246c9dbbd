//! The talk on the play page: readable and writable without a script, and no slower for being long.

use super::{Browser, FormBody, answer};
use crate::support::{App, on_each_engine};
use reqwest::Method;
use serde_json::json;
use server::{
    state::now,
    store::{
        comments::{self, Comment},
        talks,
        videos::Video,
    },
};
use uuid::Uuid;

on_each_engine! {
    a_form_posts_and_leads_back_to_the_comment
    what_is_wrong_stands_beside_what_was_written
    an_author_changes_and_deletes_without_a_script
    a_thousand_comments_come_in_pages
    threads_are_put_in_order
    an_embed_carries_no_comments_until_it_asks
    a_hidden_pass_says_whose_comment_it_is
    nothing_said_yet_says_what_to_do
}

/// Puts comments on a video, a second of it apart, the last one newest.
pub async fn fill(app: &App, video: &Video, n: i64) {
    let mut tx = app.state().store.begin().await.expect("a transaction");
    for i in 0..n {
        let comment = Comment {
            account_id: video.account_id,
            video_id: video.id,
            id: Uuid::now_v7(),
            parent_id: None,
            viewer_id: Uuid::now_v7(),
            author: "Ann".into(),
            email: None,
            verified: false,
            body: format!("Comment {i}."),
            at_ms: Some((n - i) * 1_000 % 60_000),
            state: comments::SHOWN.into(),
            seq: talks::next(tx.conn(), video.account_id, video.id).await.expect("a number"),
            created_at: now() - (n - i) * 1_000,
            edited_at: None,
        };
        comments::insert(tx.conn(), &comment).await.expect("a comment");
    }
    tx.commit().await.expect("committed");
}

async fn play(app: &App, video: &Video, query: &str, agent: &str) -> String {
    let request = app.get(&format!("/video/play/{}{query}", video.token)).header("user-agent", agent);
    request.send().await.expect("an answer").text().await.expect("a page")
}

async fn a_form_posts_and_leads_back_to_the_comment(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let fields = [
        ("text", "Hello"),
        ("name", "Ann"),
        ("time", "0:20"),
        ("parent", ""),
        ("website", ""),
        ("pass", ""),
        ("do", "save"),
    ];
    let answer = ann.request(Method::POST, "/comments").form_body(&fields).send().await.expect("an answer");
    assert_eq!(answer.status(), 303);
    let location = answer.headers()["location"].to_str().expect("text").to_owned();
    let (path, id) = location.split_once("#comment-").expect("a place on the page");
    assert_eq!(path, format!("/video/play/{}", video.token));
    let page = play(&app, &video, "", "bob").await;
    assert!(page.contains(&format!("id=\"comment-{id}\"")) && page.contains("href=\"?t=20\""), "{page}");

    let reply = [("text", "Hi"), ("name", "Bob"), ("parent", id)];
    let answer = ann.request(Method::POST, "/comments").form_body(&reply).send().await.expect("an answer");
    let location = answer.headers()["location"].to_str().expect("text");
    assert!(location.contains(&format!("?thread={id}#comment-")), "{location}");
    let form = play(&app, &video, &format!("?reply={id}"), "bob").await;
    assert!(form.contains("Reply to Ann") && form.contains(&format!("name=\"parent\" value=\"{id}\"")), "{form}");

    let react =
        ann.request(Method::POST, "/reactions").form_body(&[("reaction", "fire")]).send().await.expect("an answer");
    assert_eq!(
        (react.status().as_u16(), react.headers()["location"].to_str().expect("text")),
        (303, format!("{path}#talk").as_str())
    );
    assert!(play(&app, &video, "", "bob").await.contains("aria-label=\"Fire: 1\""));
}

async fn what_is_wrong_stands_beside_what_was_written(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let fields = [("text", "Kept \"text\" & <more>"), ("name", ""), ("time", "later")];
    let (status, page) = answer(ann.request(Method::POST, "/comments").form_body(&fields)).await;
    let page = page.as_str().expect("a page");
    assert_eq!(status, 422);
    assert!(page.contains("Kept \"text\" &amp; &lt;more></textarea>"), "{page}");
    assert!(
        page.contains("Enter a name.")
            && page.contains("Enter a time within the video")
            && page.contains("value=\"later\"")
    );
    assert!(page.contains("<video"), "the page is whole");
}

async fn an_author_changes_and_deletes_without_a_script(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let comment = ann.comments("First words").await;
    let id = comment["id"].as_str().expect("an id");
    let edit = format!("?edit={id}");
    assert!(play(&app, &video, "", "ann").await.contains(&edit), "the author's page has the way to change it");
    assert!(!play(&app, &video, "", "bob").await.contains(&edit), "and nobody else's");
    let form = play(&app, &video, &edit, "ann").await;
    assert!(form.contains("First words</textarea>") && form.contains(&format!("/comments/{id}\"")), "{form}");
    assert!(!play(&app, &video, &edit, "bob").await.contains("First words</textarea>"));

    let path = format!("/comments/{id}");
    let saved = ann.request(Method::POST, &path).form_body(&[("text", "Second words"), ("do", "save")]).send().await;
    assert_eq!(saved.expect("an answer").status(), 303);
    assert!(play(&app, &video, "", "bob").await.contains("Second words"));
    let bob = Browser::new(&app, &video, "bob");
    let (status, page) = answer(bob.request(Method::POST, &path).form_body(&[("text", "Mine now")])).await;
    assert_eq!(status, 403);
    assert!(page.as_str().expect("a page").contains("Only its author can change this comment."));
    let gone = ann.request(Method::POST, &path).form_body(&[("do", "delete")]).send().await.expect("an answer");
    assert_eq!(gone.status(), 303);
    assert!(!play(&app, &video, "", "bob").await.contains("Second words"));
}

async fn a_thousand_comments_come_in_pages(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    fill(&app, &video, 1_000).await;
    let first = play(&app, &video, "", "bob").await;
    assert_eq!(first.matches("class=\"remark\"").count(), 20);
    assert!(first.contains("Comment 999.") && first.contains("href=\"?page=2#talk\""), "{first}");
    assert!(first.contains("<span class=\"talk-count\">1000</span>") && first.contains("--talk-marks:url("));
    assert!(first.len() < 60_000, "{} bytes", first.len());
    let last = play(&app, &video, "?page=50", "bob").await;
    assert!(last.contains("Comment 0.") && !last.contains("talk-more"));
    let list = Browser::new(&app, &video, "bob").list("?page=2").await;
    assert_eq!(
        (list["items"].as_array().map(Vec::len), &list["next"], &list["total"]),
        (Some(20), &json!(3), &json!(1_000))
    );
}

async fn threads_are_put_in_order(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    fill(&app, &video, 3).await;
    let bob = Browser::new(&app, &video, "bob");
    bob.comments("Without a time").await;
    let said = async |query: &str| {
        let list = bob.list(query).await;
        list["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| item["text"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(said("").await, ["Without a time", "Comment 2.", "Comment 1.", "Comment 0."]);
    assert_eq!(said("?order=time").await, ["Comment 2.", "Comment 1.", "Comment 0.", "Without a time"]);
    assert!(play(&app, &video, "?order=time", "bob").await.contains("aria-current=\"true\""));
}

async fn an_embed_carries_no_comments_until_it_asks(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let bob = Browser::new(&app, &video, "bob");
    bob.says(json!({"text": "Hello", "name": "Bob", "at": 5_000})).await;
    let embed = async |query: &str| {
        let answer = app.get(&format!("/video/embed/{}{query}", video.token)).send().await.expect("an answer");
        answer.text().await.expect("a page")
    };
    let plain = embed("").await;
    assert!(!plain.contains("data-comments") && !plain.contains("--talk-marks") && !plain.contains("Hello"));
    let asking = embed("?comments=1").await;
    assert!(
        asking.contains("data-comments=\"Comments\"") && asking.contains("--talk-marks") && !asking.contains("Hello")
    );
    let part =
        bob.request(Method::GET, "/comments?lang=fr").header("accept", "text/html").send().await.expect("an answer");
    let part = part.text().await.expect("HTML");
    assert!(part.starts_with("<section") && part.contains("Hello") && part.contains("Répondre"), "{part}");
    let went = bob.request(Method::GET, "/comments").header("accept", "text/html").header("sec-fetch-mode", "navigate");
    assert_eq!(went.send().await.expect("an answer").status(), 303, "nobody reads a piece of a page");
}

async fn a_hidden_pass_says_whose_comment_it_is(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let page = play(&app, &video, "", "ann").await;
    let (_, rest) = page.split_once("name=\"pass\" form=\"talk-form\" value=\"").expect("a pass");
    let pass = rest.split('"').next().expect("a value");
    let (ann, elsewhere) = (Browser::new(&app, &video, "ann"), Browser::new(&app, &video, "another browser"));
    let (_, comment) = elsewhere.says(json!({"text": "From the train", "name": "Ann", "pass": pass})).await;
    let path = format!("/comments/{}", comment["id"].as_str().expect("an id"));
    assert_eq!(ann.send(Method::PATCH, &path, json!({"text": "At home"})).await.0, 200);
    assert_eq!(elsewhere.send(Method::PATCH, &path, json!({"text": "Mine"})).await.0, 403);
    assert_eq!(elsewhere.send(Method::PATCH, &path, json!({"text": "Ours", "pass": pass})).await.0, 200);
}

async fn nothing_said_yet_says_what_to_do(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let page = play(&app, &video, "", "bob").await;
    assert!(page.contains("<p class=\"talk-none\">No comments yet. Be the first to say something.</p>"), "{page}");
    assert!(!page.contains("--talk-marks") && !page.contains("talk-orders") && !page.contains("talk-email"));
}

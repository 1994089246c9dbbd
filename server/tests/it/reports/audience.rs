//! One viewer of a video, and one person under many ids.

use super::api::{ours, profiles};
use crate::support::{
    App,
    batch::View,
    json_of, on_each_engine,
    played::{MIDNIGHT, play},
};
use serde_json::{Value, json};
use server::{
    identity::Origin,
    state::now,
    store::{
        viewers::{self, Contact},
        views,
    },
};
use uuid::Uuid;

on_each_engine! {
    attention_is_told_of_one_viewer_and_of_none_who_never_played
    a_person_of_more_than_a_hundred_ids_is_told_whole
}

async fn attention_is_told_of_one_viewer_and_of_none_who_never_played(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (mut played, mut opened) = (View::of(&video.token), View::of(&video.token));
    let (plays, load) = (played.watching(5_000), opened.load());
    let mut ids = Vec::new();
    for (view, events, agent) in
        [(&played, plays, "Mozilla/5.0 Chrome/1"), (&opened, vec![load], "Mozilla/5.0 Chrome/2")]
    {
        let request = app.post("/engage/record").header("user-agent", agent);
        json_of(request.body(view.batch(&events).to_string())).await;
        let mut reader = app.state().store.reader().await.expect("a connection");
        let row = views::by_id(reader.conn(), app.account_id, view.session).await.expect("read").expect("stored");
        ids.push(row.viewer_id);
    }
    let path = |id: Uuid| format!("/api/v1/videos/{}/reports/attention?viewer_id={id}", video.id);
    let (status, told) = app.call("GET", &path(ids[0]), None).await;
    assert_eq!((status, &told["next"], told["items"].as_array().map(Vec::len)), (200, &Value::Null, Some(1)));
    let one = &told["items"][0];
    assert_eq!((&one["viewer_id"], &one["views"]), (&json!(ids[0]), &json!(1)));
    assert_eq!((&one["percentage_played"], &one["watched"]), (&json!(8), &json!(5.0)));
    assert_eq!(one["seconds"], json!([[0, 5, 1]]));
    for nobody in [ids[1], Uuid::now_v7()] {
        assert_eq!(app.call("GET", &path(nobody), None).await.0, 404);
    }
    assert_eq!(ours(&app, &video, "reports/attention").await["items"], told["items"], "the list has the same one");
}

/// Without a cookie an address gets another id each day and in each browser.
async fn a_person_of_more_than_a_hundred_ids_is_told_whole(app: App) {
    let email = "ada@example.com";
    let mut videos = Vec::new();
    for _ in 0..12 {
        videos.push(app.add_video(&[], |_| {}).await);
    }
    let mut rows = Vec::new();
    let mut tx = app.state().store.begin().await.expect("a transaction");
    for n in 0..101_u8 {
        let said = Contact { email: Some(email.into()), origin: Origin::Form, ..Contact::default() };
        let id = viewers::introduce(tx.conn(), app.account_id, Origin::Form.id(&[n; 32]), &said, now()).await;
        let (video, from) = (&videos[usize::from(n) % 12], i64::from(n / 12) * 5_000);
        let at = MIDNIGHT + i64::from(n) * 1_000;
        rows.push(play(video, id.expect("introduced"), at, (from, from + 5_000)));
    }
    tx.commit().await.expect("committed");
    app.keep(&rows).await;

    // The first five videos have nine plays of five seconds, the others eight.
    let wanted = |n: usize| (videos[n].id.to_string(), if n < 5 { (9, 75) } else { (8, 66) });
    let told = |line: &Value| {
        let number = |name: &str| line[name].as_i64().expect("a number");
        (line["video_id"].as_str().expect("an id").to_owned(), (number("views"), number("percentage_played")))
    };
    let (first, next) = profiles(&app, &format!("user_email={email}")).await;
    assert_eq!((first.len(), next), (10, Some(2)));
    let (rest, next) = profiles(&app, &format!("user_email={email}&page=2")).await;
    assert_eq!((rest.len(), next), (2, None));
    let lines: Vec<(String, (i64, i64))> = first.iter().chain(&rest).map(told).collect();
    let newest: Vec<(String, (i64, i64))> = (89..=100).rev().map(|n| wanted(n % 12)).collect();
    assert_eq!(lines, newest, "the newest play first");
    assert_eq!(profiles(&app, &format!("user_email={email}&page=3")).await, (Vec::new(), None));

    let (status, _) = app.call("DELETE", &format!("/api/v1/videos/{}", videos[4].id), None).await;
    assert_eq!(status, 200);
    let (left, next) = profiles(&app, &format!("user_email={email}")).await;
    assert_eq!((left.len(), next, told(&left[0])), (10, Some(2), wanted(3)), "what is deleted takes no place");
}

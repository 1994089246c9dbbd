//! What a page shows is what its events are judged by, whatever its author has made of the timeline since.

use super::{add, answer_to, call, get, html, id_of, one, put};
use crate::{
    access::pass_of,
    support::{API_KEY, App, batch::View, on_each_engine, receiver::Receiver},
};
use reqwest::Method;
use serde_json::{Value, json};
use server::{
    retention,
    state::now,
    store::{
        former_interactions::{self, Former},
        purge,
        videos::{self, Video},
    },
};
use uuid::Uuid;

on_each_engine! {
    a_form_that_is_deleted_while_a_page_has_it_open_still_takes_its_answer
    a_choice_that_is_renamed_is_stored_as_the_viewer_saw_it
    a_form_with_a_new_required_field_takes_the_answer_of_a_page_from_before
    a_page_without_a_pass_is_judged_by_what_stands_there_today
    what_viewers_had_is_kept_for_eight_days
    what_stood_on_a_video_goes_with_it
}

const DAY: i64 = 24 * 3_600_000;

/// The pass of a page that is opened now.
async fn opened(app: &App, video: &Video) -> String {
    pass_of(&html(app, &format!("/video/play/{}", video.token)).await)
}

/// A view that loads and answers, with its page's pass or without; returns the receipt.
pub async fn answers(app: &App, video: &Video, pass: Option<&str>, id: Uuid, answer: Value) -> Value {
    let mut view = View::of(&video.token);
    let load = view.load();
    let answer = view.event(5_000, json!({"type": "answer", "interaction": id, "answer": answer}));
    let mut batch = view.batch(&[load, answer]);
    batch["pass"] = json!(pass);
    let receipt = app.record(&batch).await;
    assert_eq!(receipt.status(), 200);
    serde_json::from_str(&receipt.text().await.expect("a body")).expect("JSON")
}

/// What a page with this pass gets to see.
async fn faces(app: &App, video: &Video, pass: &str) -> String {
    let request = app.post(&format!("/video/faces/{}", video.token)).body(pass.to_owned());
    request.send().await.expect("an answer").text().await.expect("a body")
}

async fn kept(app: &App, video: &Video) -> Vec<Former> {
    let mut reader = app.state().store.reader().await.expect("a reader");
    former_interactions::of_video(reader.conn(), video.account_id, video.id).await.expect("read")
}

async fn delete(app: &App, video: &Video, id: Uuid) {
    let path = format!("{}/interactions/{id}", video.id);
    assert_eq!(call(app, Method::DELETE, &path, None, API_KEY).await.0, 204);
}

async fn a_form_that_is_deleted_while_a_page_has_it_open_still_takes_its_answer(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoLeadGenaration"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let form = id_of(&add(&app, video.id, &one("lead_form")).await);
    let before = opened(&app, &video).await;
    delete(&app, &video, form).await;
    let after = opened(&app, &video).await;

    assert!(faces(&app, &video, &before).await.contains("Stay in touch"));
    let receipt = answers(&app, &video, Some(before.as_str()), form, answer_to("lead_form")).await;
    assert_eq!((&receipt["recorded"], &receipt["refused"]), (&json!(2), &json!([])));
    assert_eq!(receipt["results"], json!([{"seq": 1, "known": true}]));
    assert_eq!(app.report(video.id).await["actions"]["forms"], 1);
    let hooks = receiver.until(1).await;
    assert_eq!(hooks[0].json()["VideoLeadGenaration"]["email"], "ada@example.com");

    assert!(!faces(&app, &video, &after).await.contains("Stay in touch"));
    let receipt = answers(&app, &video, Some(after.as_str()), form, answer_to("lead_form")).await;
    assert_eq!(receipt["refused"][0]["message"], "is not on this video's timeline", "that page never had it");
    assert_eq!(app.report(video.id).await["actions"]["forms"], 1);
}

async fn a_choice_that_is_renamed_is_stored_as_the_viewer_saw_it(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoQuestion"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let mut poll = one("poll");
    let id = id_of(&add(&app, video.id, &poll).await);
    let mut passes = vec![opened(&app, &video).await];
    for name in ["Espresso", "Mocha"] {
        poll["spec"]["choices"][1] = json!(name);
        assert_eq!(put(&app, &format!("{}/interactions/{id}", video.id), &poll).await.0, 200);
        passes.push(opened(&app, &video).await);
    }
    let names = ["Coffee", "Espresso", "Mocha"];
    for (pass, name) in passes.iter().zip(names) {
        assert!(faces(&app, &video, pass).await.contains(name), "{name}");
        let receipt = answers(&app, &video, Some(pass.as_str()), id, json!({"choice": 1})).await;
        assert_eq!(receipt["refused"], json!([]), "{name}");
    }

    let listed = get(&app, &format!("{}/reports/answers/{id}", video.id)).await;
    let listed = listed["items"].as_array().expect("a list").iter();
    let mut stored: Vec<&str> = listed.map(|one| one["answer"]["texts"][0].as_str().expect("a text")).collect();
    stored.sort_unstable();
    assert_eq!(stored, names);
    let hooks = receiver.until(3).await;
    let told = hooks.iter().map(|hook| hook.json()["VideoQuestion"]["choice"].as_str().expect("a text").to_owned());
    let mut told: Vec<String> = told.collect();
    told.sort_unstable();
    assert_eq!(told, names);
}

async fn a_form_with_a_new_required_field_takes_the_answer_of_a_page_from_before(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut form = one("lead_form");
    let id = id_of(&add(&app, video.id, &form).await);
    let before = opened(&app, &video).await;
    let phone = json!({"type": "tel", "name": "phone", "label": "Phone", "required": true});
    form["spec"]["fields"].as_array_mut().expect("fields").push(phone);
    assert_eq!(put(&app, &format!("{}/interactions/{id}", video.id), &form).await.0, 200);
    let after = opened(&app, &video).await;

    let receipt = answers(&app, &video, Some(after.as_str()), id, answer_to("lead_form")).await;
    assert_eq!(receipt["refused"][0]["field"], "phone");
    let receipt = answers(&app, &video, Some(before.as_str()), id, answer_to("lead_form")).await;
    assert_eq!(receipt["refused"], json!([]));
    assert_eq!(app.report(video.id).await["actions"]["forms"], 1);
}

async fn a_page_without_a_pass_is_judged_by_what_stands_there_today(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let poll = id_of(&add(&app, video.id, &one("poll")).await);
    let gone = id_of(&add(&app, video.id, &one("poll")).await);
    let mut fewer = one("poll");
    fewer["spec"]["choices"] = json!(["Tea", "Coffee"]);
    assert_eq!(put(&app, &format!("{}/interactions/{poll}", video.id), &fewer).await.0, 200);
    delete(&app, &video, gone).await;
    for (id, field) in [(poll, "choice"), (gone, "interaction")] {
        for pass in [None, Some("not.ours")] {
            let receipt = answers(&app, &video, pass, id, json!({"choice": 2})).await;
            assert_eq!((&receipt["recorded"], &receipt["refused"][0]["field"]), (&json!(1), &json!(field)));
        }
    }
    assert_eq!(app.report(video.id).await["actions"]["questions"], 0);
}

async fn what_viewers_had_is_kept_for_eight_days(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut poll = one("poll");
    let id = id_of(&add(&app, video.id, &poll).await);
    let path = format!("{}/interactions/{id}", video.id);
    assert_eq!(put(&app, &path, &poll).await.0, 200);
    poll["spec"]["question"] = json!("Milk or sugar?");
    poll["draft"] = json!(true);
    assert_eq!(put(&app, &path, &poll).await.0, 200);
    assert_eq!(kept(&app, &video).await, [], "viewers get what they got");

    let publish = format!("{}/interactions/publish", video.id);
    assert_eq!(call(&app, Method::POST, &publish, None, API_KEY).await.0, 200);
    let former = kept(&app, &video).await;
    let mut reader = app.state().store.reader().await.expect("a reader");
    let version = videos::by_id(reader.conn(), video.id).await.expect("read").expect("a video").timeline_version;
    drop(reader);
    assert_eq!(former.len(), 1);
    assert_eq!(former[0].until_version, version);
    assert_eq!(former[0].interaction.spec.kind().title(), "Tea or coffee?");
    delete(&app, &video, id).await;
    assert_eq!(kept(&app, &video).await[0].until_version, version + 1);

    retention::sweep(app.state(), now() + 8 * DAY - 3_600_000).await.expect("swept");
    assert_eq!(kept(&app, &video).await.len(), 2, "a page may have been opened just before");
    retention::sweep(app.state(), now() + 8 * DAY).await.expect("swept");
    assert_eq!(kept(&app, &video).await, []);
}

async fn what_stood_on_a_video_goes_with_it(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let id = id_of(&add(&app, video.id, &one("poll")).await);
    delete(&app, &video, id).await;
    assert_eq!(kept(&app, &video).await.len(), 1);
    let mut tx = app.state().store.begin().await.expect("begun");
    purge::video(tx.conn(), video.account_id, video.id).await.expect("purged");
    tx.commit().await.expect("committed");
    assert_eq!(kept(&app, &video).await, []);
}

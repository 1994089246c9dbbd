//! What viewers have answered keeps its kind, and what they could pick its places: by those it is counted.

use super::{add, answer_to, call, flaws, get, id_of, one, put, versions::answers};
use crate::support::{API_KEY, App, on_each_engine};
use reqwest::Method;
use serde_json::{Value, json};

on_each_engine! {
    an_answered_poll_keeps_its_kind_and_its_choices_their_places
    what_nobody_has_answered_may_change_as_it_likes
    cards_of_an_end_screen_keep_their_places
    a_whole_timeline_keeps_the_places_of_what_it_names
    a_draft_that_moves_choices_is_not_published
}

const KIND: &str = "can't change once viewers have answered; leave out the id for a new one";

fn was(number: usize) -> String {
    format!("was number {number} when viewers answered; keep it there, or leave out the id for a new one")
}

fn poll(choices: Value) -> Value {
    let mut poll = one("poll");
    poll["spec"]["choices"] = choices;
    poll
}

fn swapped() -> Value {
    poll(json!(["Coffee", "Tea", "Water"]))
}

async fn an_answered_poll_keeps_its_kind_and_its_choices_their_places(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let id = id_of(&add(&app, video.id, &one("poll")).await);
    answers(&app, &video, None, id, json!({"choice": 1})).await;
    let path = format!("{}/interactions/{id}", video.id);
    let (first, second, third) = (was(1), was(2), was(3));
    let answer = put(&app, &path, &swapped()).await;
    assert_eq!(flaws(&answer), [("/spec/choices/0", second.as_str()), ("/spec/choices/1", first.as_str())]);
    let answer = put(&app, &path, &poll(json!(["Tea", "Water"]))).await;
    assert_eq!(flaws(&answer), [("/spec/choices/1", third.as_str())]);
    assert_eq!(flaws(&put(&app, &path, &one("cta")).await), [("/kind", KIND)]);

    let more = poll(json!(["Tea", "Espresso", "Water", "Milk"]));
    assert_eq!(put(&app, &path, &more).await.0, 200, "another text and one more change no count");
    let options = get(&app, &format!("{}/reports/answers", video.id)).await["items"][0]["options"].clone();
    assert_eq!((&options[1]["text"], &options[1]["answers"]), (&json!("Espresso"), &json!(1)));
}

async fn what_nobody_has_answered_may_change_as_it_likes(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let id = id_of(&add(&app, video.id, &one("poll")).await);
    let path = format!("{}/interactions/{id}", video.id);
    for definition in [swapped(), one("annotation"), one("end_screen"), one("poll")] {
        assert_eq!(put(&app, &path, &definition).await.0, 200);
    }
}

async fn cards_of_an_end_screen_keep_their_places(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut screen = one("end_screen");
    let id = id_of(&add(&app, video.id, &screen).await);
    answers(&app, &video, None, id, answer_to("end_screen")).await;
    screen["spec"]["cards"].as_array_mut().expect("cards").reverse();
    let answer = put(&app, &format!("{}/interactions/{id}", video.id), &screen).await;
    let (first, second) = (was(1), was(2));
    assert_eq!(flaws(&answer), [("/spec/cards/0/title", second.as_str()), ("/spec/cards/1/title", first.as_str())]);
}

async fn a_whole_timeline_keeps_the_places_of_what_it_names(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let id = id_of(&add(&app, video.id, &one("poll")).await);
    answers(&app, &video, None, id, json!({"choice": 1})).await;
    let path = format!("{}/interactions", video.id);
    let mut known = swapped();
    known["id"] = json!(id);
    let answer = put(&app, &path, &json!({"interactions": [one("annotation"), known]})).await;
    let at: Vec<&str> = flaws(&answer).into_iter().map(|(field, _)| field).collect();
    assert_eq!(at, ["/interactions/1/spec/choices/0", "/interactions/1/spec/choices/1"]);
    let list = get(&app, &path).await["interactions"].clone();
    assert_eq!((list.as_array().map(Vec::len), id_of(&list[0])), (Some(1), id), "nothing was changed");

    assert_eq!(put(&app, &path, &json!({"interactions": list})).await.0, 200, "what was read can be sent");
    let (status, answer) = put(&app, &path, &json!({"interactions": [swapped()]})).await;
    assert_eq!(status, 200, "{answer}");
    assert_ne!(id_of(&answer["interactions"][0]), id, "without the id it is another one");
}

async fn a_draft_that_moves_choices_is_not_published(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let id = id_of(&add(&app, video.id, &one("poll")).await);
    answers(&app, &video, None, id, json!({"choice": 1})).await;
    let (path, publish) = (format!("{}/interactions/{id}", video.id), format!("{}/interactions/publish", video.id));
    let mut draft = swapped();
    draft["draft"] = json!(true);
    assert_eq!(put(&app, &path, &draft).await.0, 200, "viewers don't get it");
    let answer = call(&app, Method::POST, &publish, None, API_KEY).await;
    let at: Vec<&str> = flaws(&answer).into_iter().map(|(field, _)| field).collect();
    assert_eq!(at, ["/interactions/0/spec/choices/0", "/interactions/0/spec/choices/1"]);
    let shown = get(&app, &path).await["interactions"][0].clone();
    assert_eq!((&shown["draft"], &shown["published"]["spec"]["choices"][0]), (&json!(true), &json!("Tea")));

    draft["spec"]["choices"] = json!(["Tea", "Coffee", "Juice"]);
    assert_eq!(put(&app, &path, &draft).await.0, 200);
    assert_eq!(call(&app, Method::POST, &publish, None, API_KEY).await.0, 200);
}

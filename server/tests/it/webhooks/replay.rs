//! Replays: what was missed, and all of it; after a crash; and what is too old to keep.

use super::{
    api::{Client, answer},
    bench::{ACCOUNT, Bench, on_both},
};
use crate::support::receiver::Receiver;
use reqwest::Method;
use serde_json::{Value, json};
use server::{
    state::now,
    store::accounts::{self, Settings},
    webhook::{replay, trim},
};
use std::collections::HashSet;
use uuid::Uuid;

on_both! {
    what_was_missed_is_sent_once_more
    all_of_a_time_span_is_sent_again
    a_replay_goes_on_where_it_was
    a_long_replay_keeps_no_other_waiting
    a_replay_is_stopped
    old_messages_and_their_log_go
}

const HOUR: i64 = 3_600_000;

async fn order(client: &Client, endpoint: Uuid, wish: Value) -> (u16, Value) {
    let request = client.as_owner(Method::POST, &format!("/api/v1/webhooks/{endpoint}/replay"));
    answer(request.header("content-type", "application/json").body(wish.to_string())).await
}

async fn drain(bench: &Bench) {
    while bench.step(now() + 1_000).await > 0 {}
}

async fn what_was_missed_is_sent_once_more(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let began = now() - 5 * HOUR;
    let before = bench.send("VideoCTA", began).await;
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    receiver.answers(&[200, 410]);
    let taken = bench.send("VideoCTA", began + 1).await;
    bench.step(began + 1).await;
    let refused = bench.send("VideoCTA", began + 2).await;
    bench.step(began + 2).await;
    assert_eq!(bench.state_of(endpoint).await, "disabled");
    let meanwhile = bench.send("VideoCTA", began + 3).await;
    bench.send("VideoReply", began + 3).await;

    let (status, error) = order(&client, endpoint, json!({"from": began})).await;
    assert_eq!((status, &error["type"]), (400, &json!("endpoint_disabled")));
    let patch = client.as_owner(Method::PATCH, &format!("/api/v1/webhooks/{endpoint}"));
    answer(patch.header("content-type", "application/json").body(r#"{"state":"enabled"}"#)).await;
    let (status, ordered) = order(&client, endpoint, json!({"from": began})).await;
    assert_eq!((status, &ordered["which"]), (202, &json!("missed")));
    while replay::step(&bench.state, now()).await.expect("a piece") {}
    drain(&bench).await;
    let again: HashSet<String> =
        receiver.hooks()[2..].iter().map(|hook| hook.header("webhook-id").to_owned()).collect();
    assert_eq!(again, [before.id, refused.id, meanwhile.id].map(|id| id.to_string()).into());
    assert!(!again.contains(&taken.id.to_string()));
    let path = format!("/api/v1/webhooks/{endpoint}/replays/{}", ordered["id"].as_str().expect("an id"));
    let (_, done) = answer(client.as_owner(Method::GET, &path)).await;
    assert_eq!((&done["state"], &done["queued"]), (&json!("done"), &json!(3)));
    let (_, all) = answer(client.as_owner(Method::GET, &format!("/api/v1/webhooks/{endpoint}/replays"))).await;
    assert_eq!(all["items"][0], done);

    order(&client, endpoint, json!({"from": began})).await;
    while replay::step(&bench.state, now()).await.expect("a piece") {}
    assert_eq!(bench.step(now() + 1_000).await, 0, "nothing is missing any more");
}

async fn all_of_a_time_span_is_sent_again(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA", "VideoReply"]).await;
    let began = now() - 5 * HOUR;
    let mut sent = Vec::new();
    for n in 0..6 {
        sent.push(
            bench.send(if n == 3 { "VideoReply" } else { "VideoCTA" }, began + n * HOUR / 2).await.id.to_string(),
        );
    }
    drain(&bench).await;
    let wish = json!({
        "from": began + HOUR / 2, "until": began + 2 * HOUR + 1, "which": "all", "events": ["VideoCTA"]
    });
    assert_eq!(order(&client, endpoint, wish).await.0, 202);
    while replay::step(&bench.state, now()).await.expect("a piece") {}
    drain(&bench).await;
    let mut again: Vec<String> =
        receiver.hooks()[6..].iter().map(|hook| hook.header("webhook-id").to_owned()).collect();
    again.sort_unstable();
    assert_eq!(again, [&sent[1], &sent[2], &sent[4]].map(Clone::clone));

    let other = bench.send_about(2, began + HOUR).await.id.to_string();
    drain(&bench).await;
    let before = receiver.hooks().len();
    let (_, ordered) = order(&client, endpoint, json!({"from": began, "which": "all", "video_id": 2})).await;
    assert_eq!(ordered["video_id"], 2);
    while replay::step(&bench.state, now()).await.expect("a piece") {}
    drain(&bench).await;
    let again: Vec<String> =
        receiver.hooks()[before..].iter().map(|hook| hook.header("webhook-id").to_owned()).collect();
    assert_eq!(again, [other]);
    for (wish, field) in [
        (json!({}), "from"),
        (json!({"from": 5, "until": 5}), "until"),
        (json!({"from": 1, "which": "x"}), "which"),
        (json!({"from": 1, "video_id": "x"}), "video_id"),
    ] {
        let (status, error) = order(&client, endpoint, wish).await;
        assert_eq!((status, &error["flaws"][0]["field"]), (422, &json!(field)));
    }
}

async fn a_replay_goes_on_where_it_was(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    bench.disable(endpoint).await;
    let began = now() - HOUR;
    for n in 0..450 {
        bench.send("VideoCTA", began + n).await;
    }
    let patch = client.as_owner(Method::PATCH, &format!("/api/v1/webhooks/{endpoint}"));
    answer(patch.header("content-type", "application/json").body(r#"{"state":"enabled"}"#)).await;
    order(&client, endpoint, json!({"from": began})).await;
    assert!(replay::step(&bench.state, now()).await.expect("a piece"));
    assert_eq!(bench.log(endpoint).await.len(), 200, "then the server died");
    while replay::step(&bench.state, now()).await.expect("a piece") {}
    drain(&bench).await;
    let ids: HashSet<String> = receiver.hooks().iter().map(|hook| hook.header("webhook-id").to_owned()).collect();
    assert_eq!((ids.len(), receiver.hooks().len()), (450, 450), "each once");
}

async fn a_long_replay_keeps_no_other_waiting(bench: Bench) {
    let client = Client::of(&bench).await;
    let began = now() - HOUR;
    for n in 0..450 {
        bench.send("VideoCTA", began + n).await;
    }
    let mut endpoints = Vec::new();
    for _ in 0..2 {
        let endpoint = bench.endpoint("http://127.0.0.1:9/", b"secret", &["VideoCTA"]).await;
        assert_eq!(order(&client, endpoint, json!({"from": began})).await.0, 202);
        endpoints.push(endpoint);
    }
    for later in 1..3 {
        assert!(replay::step(&bench.state, now() + later).await.expect("a piece"));
    }
    for endpoint in endpoints {
        assert_eq!(bench.log(endpoint).await.len(), 200);
    }
}

async fn a_replay_is_stopped(bench: Bench) {
    let client = Client::of(&bench).await;
    let endpoint = bench.endpoint("https://example.com/", b"secret", &["VideoCTA"]).await;
    let (_, ordered) = order(&client, endpoint, json!({"from": now() - HOUR})).await;
    let path = format!("/api/v1/webhooks/{endpoint}/replays/{}", ordered["id"].as_str().expect("an id"));
    assert_eq!(answer(client.as_owner(Method::DELETE, &path)).await.0, 204);
    assert_eq!(answer(client.as_owner(Method::DELETE, &path)).await.0, 404);
    assert_eq!(answer(client.as_owner(Method::GET, &path)).await.1["state"], "cancelled");
    assert!(!replay::step(&bench.state, now()).await.expect("nothing"));
}

async fn old_messages_and_their_log_go(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    let day = 24 * HOUR;
    for age in [40, 31, 29, 8, 6] {
        bench.send("VideoCTA", now() - age * day).await;
        bench.send("VideoReply", now() - age * day).await;
    }
    receiver.answers(&[200, 200, 200, 200, 500]);
    drain(&bench).await;
    let waiting = bench.log(endpoint).await.iter().filter(|delivery| delivery.state == "pending").count();
    assert_eq!(waiting, 1);
    let ages =
        async || -> Vec<i64> { bench.log(endpoint).await.iter().map(|d| (now() - d.created_at) / day).collect() };
    let before = ages().await.len();
    let gone = trim::sweep(&bench.state, now()).await.expect("trimmed");
    let left = ages().await;
    assert!(left.len() < before && gone >= 2, "{left:?}");
    assert!(left.iter().all(|age| *age < 31) || waiting == 1, "what waits is kept: {left:?}");
    let settings = Settings { webhook_log_days: Some(7), ..Settings::default() };
    let mut tx = bench.state.store.begin().await.expect("a transaction");
    accounts::set_settings(tx.conn(), ACCOUNT, settings).await.expect("decided");
    tx.commit().await.expect("committed");
    trim::sweep(&bench.state, now()).await.expect("trimmed");
    let kept = bench.log(endpoint).await;
    assert!(kept.iter().all(|d| d.state == "pending" || d.created_at > now() - 7 * day), "{kept:?}");
    assert_eq!(bench.messages().await, kept.len() as i64 + 1, "and one that nobody had asked for");
}

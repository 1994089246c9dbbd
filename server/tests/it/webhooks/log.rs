//! What an owner reads of attempts, and does about them, by HTTP.

use super::{
    LEASE,
    api::{Client, answer},
    bench::{ACCOUNT, Bench, NOW, OTHER_KEY, message, on_both},
    verify::{verify, verify_one_of},
};
use crate::support::receiver::Receiver;
use reqwest::Method;
use serde_json::{Value, json};
use server::{
    state::now,
    webhook::{courier::Trial, notice::EVENTS, seats::What},
};
use std::{process::Command, time::Duration};

on_both! {
    every_attempt_is_kept_with_what_was_sent_and_answered
    the_log_is_filtered_and_paged
    what_is_over_is_sent_again_under_the_same_id
    a_test_of_every_event_arrives_and_is_told
    a_test_that_fails_is_not_tried_again
    a_test_whose_caller_leaves_is_sent_once
    an_endpoint_is_changed_switched_off_and_on
    a_rotated_secret_is_shown_once_and_the_old_one_signs_for_a_day
    two_rotations_at_once_lose_no_secret
    a_sixth_rotation_in_a_day_is_refused_and_no_secret_ends_early
    an_account_tries_out_a_few_endpoints_at_a_time
    others_find_nothing_there
}

async fn every_attempt_is_kept_with_what_was_sent_and_answered(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    receiver.answers(&[500]);
    let endpoint = bench.endpoint(&receiver.url, b"a secret of more than 24 bytes", &["VideoCTA"]).await;
    let message = bench.send("VideoCTA", NOW).await;
    bench.step(NOW).await;
    bench.step(NOW + 6_001).await;
    let id = bench.log(endpoint).await[0].id;
    let (status, delivery) = answer(client.as_owner(Method::GET, &format!("/api/v1/deliveries/{id}"))).await;
    assert_eq!((status, &delivery["state"], &delivery["cause"]), (200, &json!("done"), &json!("event")));
    let attempts = delivery["attempts"].as_array().expect("attempts");
    assert_eq!(attempts.len(), 2);
    let brief = |n: usize| (&attempts[n]["n"], &attempts[n]["at"], &attempts[n]["status"], &attempts[n]["error"]);
    assert_eq!(brief(0), (&json!(1), &json!(NOW), &json!(500), &Value::Null));
    assert_eq!(brief(1), (&json!(2), &json!(NOW + 6_001), &json!(200), &Value::Null));
    let request = &attempts[1]["request"];
    assert_eq!((&request["method"], &request["url"]), (&json!("POST"), &json!(receiver.url)));
    assert_eq!(request["body"], message.body);
    assert_eq!(request["headers"]["webhook-id"], message.id.to_string());
    assert_eq!(attempts[1]["remote_ip"], "127.0.0.1");
    let sent = &receiver.hooks()[1];
    for name in ["webhook-signature", "x-hippo-signature"] {
        let shown = request["headers"][name].as_str().expect("text").trim_end_matches('…');
        let whole = sent.header(name);
        assert!(whole.starts_with(shown) && shown.len() < 12, "{name} is cut short: {shown}");
    }
    let text = delivery.to_string();
    assert!(!text.contains(sent.header("webhook-signature")) && !text.contains(sent.header("x-hippo-signature")));
}

async fn the_log_is_filtered_and_paged(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    receiver.answers(&[500]);
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA", "VideoCreated"]).await;
    for n in 0..4 {
        bench.send("VideoCTA", NOW + n).await;
        bench.step(NOW + n).await;
    }
    bench.send("VideoCreated", NOW + 4).await;
    let path = format!("/api/v1/webhooks/{endpoint}/deliveries");
    let page = async |query: &str| -> (Vec<i64>, Value) {
        let (status, body) = answer(client.as_owner(Method::GET, &format!("{path}?{query}"))).await;
        assert_eq!(status, 200, "{body}");
        let items = body["items"].as_array().expect("items");
        (
            items.iter().map(|item| item["created_at"].as_i64().expect("an instant") - NOW).collect(),
            body["next"].clone(),
        )
    };
    assert_eq!(page("").await.0, [4, 3, 2, 1, 0]);
    assert_eq!(page("state=done").await.0, [3, 2, 1]);
    assert_eq!(page("status=500").await.0, [0]);
    assert_eq!(page("event=VideoCreated").await.0, [4]);
    assert_eq!(page("cause=replay").await.0, [] as [i64; 0]);
    assert_eq!(page(&format!("from={}&until={}", NOW + 1, NOW + 3)).await.0, [2, 1]);
    let (first, next) = page("limit=2").await;
    assert_eq!(first, [4, 3]);
    let (second, next) = page(&format!("limit=2&after={}", next.as_str().expect("more"))).await;
    assert_eq!(second, [2, 1]);
    let (third, next) = page(&format!("limit=2&after={}", next.as_str().expect("more"))).await;
    assert_eq!((third, next), (vec![0], Value::Null));
    let (status, error) = answer(client.as_owner(Method::GET, &format!("{path}?state=lost"))).await;
    assert_eq!((status, &error["flaws"][0]["field"]), (422, &json!("state")));
}

async fn what_is_over_is_sent_again_under_the_same_id(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let endpoint = bench.endpoint(&receiver.url, b"a secret of more than 24 bytes", &["VideoCTA"]).await;
    let message = bench.send("VideoCTA", now()).await;
    bench.step(now()).await;
    let was = bench.log(endpoint).await[0].id;
    let (status, sent) = answer(client.as_owner(Method::POST, &format!("/api/v1/deliveries/{was}/resend"))).await;
    assert_eq!((status, &sent["cause"], &sent["origin"]), (202, &json!("resend"), &json!(was)));
    bench.step(now() + 1_000).await;
    let hooks = receiver.until(2).await;
    assert_eq!(hooks[1].header("webhook-id"), message.id.to_string());
    assert_eq!(hooks[1].body, message.body);
    verify(&hooks[1], b"a secret of more than 24 bytes");

    receiver.answers(&[500]);
    bench.send("VideoCTA", now()).await;
    bench.step(now() + 1_000).await;
    let waiting = bench.log(endpoint).await.into_iter().find(|d| d.state == "pending").expect("one waits");
    let path = format!("/api/v1/deliveries/{}/resend", waiting.id);
    let (status, sent) = answer(client.as_owner(Method::POST, &path)).await;
    assert_eq!((status, &sent["id"]), (202, &json!(waiting.id)), "what waits goes at once, and once");
    assert_eq!(bench.step(now() + 1).await, 1);
    assert_eq!(bench.step(now() + 3_600_000).await, 0);
}

async fn a_test_of_every_event_arrives_and_is_told(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let endpoint = bench.endpoint(&receiver.url, b"a secret of more than 24 bytes", &["VideoCTA"]).await;
    for (n, event) in EVENTS.into_iter().enumerate() {
        let request = client.as_owner(Method::POST, &format!("/api/v1/webhooks/{endpoint}/test"));
        let request = request.header("content-type", "application/json").body(json!({ "event": event }).to_string());
        let (status, told) = answer(request).await;
        assert_eq!((status, &told["state"], &told["cause"]), (200, &json!("done"), &json!("test")), "{told}");
        assert_eq!(told["attempts"][0]["status"], 200);
        let hook = receiver.hooks()[n].clone();
        verify(&hook, b"a secret of more than 24 bytes");
        assert_eq!(hook.json()["eventName"], event);
        assert_eq!(hook.json()["metadata"]["test"], true);
        assert!(hook.json()[event].is_object());
    }
    let request = client.as_owner(Method::POST, &format!("/api/v1/webhooks/{endpoint}/test"));
    let request = request.header("content-type", "application/json").body(r#"{"event":"Nonsense"}"#);
    assert_eq!(answer(request).await.1["flaws"][0]["field"], "event");
    assert_eq!(bench.step(now() + 60_000).await, 0);
}

async fn a_test_that_fails_is_not_tried_again(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    receiver.always(500, None);
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    let request = client.as_owner(Method::POST, &format!("/api/v1/webhooks/{endpoint}/test"));
    let (_, told) = answer(request.header("content-type", "application/json").body(r#"{"event":"VideoCTA"}"#)).await;
    assert_eq!((&told["state"], &told["attempts"][0]["status"]), (&json!("dead"), &json!(500)));
    assert_eq!(bench.step(now() + 3_600_000).await, 0);
    assert!(bench.circuit(endpoint).await.is_well(), "a test says nothing against the endpoint");
}

async fn a_test_whose_caller_leaves_is_sent_once(bench: Bench) {
    let receiver = Receiver::start().await;
    receiver.hold();
    let endpoint_id = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    let seat = bench.state.hook_seats.take(What::Trial, ACCOUNT).expect("a seat");
    let trial = Trial { message: message("VideoCTA", now()), endpoint_id, seat };
    let courier = bench.courier();
    tokio::select! {
        _ = courier.trial(trial, now()) => panic!("it is not answered yet"),
        _ = receiver.until(1) => {}
    }
    receiver.release();
    let over = async {
        while bench.log(endpoint_id).await[0].state == "leased" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), over).await.expect("it is written down");
    assert_eq!(bench.log(endpoint_id).await[0].state, "done");
    assert_eq!(bench.step(now() + LEASE).await, 0);
    assert_eq!(receiver.hooks().len(), 1);
}

async fn an_endpoint_is_changed_switched_off_and_on(bench: Bench) {
    let client = Client::of(&bench).await;
    let endpoint = bench.endpoint("https://example.com/", b"secret", &["VideoCTA"]).await;
    let path = format!("/api/v1/webhooks/{endpoint}");
    let patch = async |change: Value| {
        let request = client.as_owner(Method::PATCH, &path).header("content-type", "application/json");
        answer(request.body(change.to_string())).await
    };
    let (status, is) = patch(json!({"events": ["VideoReply", "VideoCTA"], "rate": 20, "timeout_s": 5})).await;
    assert_eq!((status, &is["events"], &is["rate"]), (200, &json!(["VideoCTA", "VideoReply"]), &json!(20)));
    assert_eq!((&is["timeout_s"], &is["concurrency"], &is["ordered"]), (&json!(5), &json!(8), &json!(false)));
    bench.send("VideoReply", NOW).await;
    assert_eq!(bench.log(endpoint).await.len(), 1);
    let (_, is) = patch(json!({"state": "disabled"})).await;
    assert_eq!((&is["state"], &is["disabled_reason"]), (&json!("disabled"), &json!("owner")));
    assert_eq!(bench.log(endpoint).await[0].state, "dead");
    let (_, is) = patch(json!({"state": "enabled", "rate": null})).await;
    assert_eq!((&is["state"], &is["disabled_reason"], &is["rate"]), (&json!("enabled"), &Value::Null, &Value::Null));
    let (status, error) = patch(json!({"state": "gone", "timeout_s": 99, "secret_key": "x"})).await;
    let mut fields: Vec<&str> =
        error["flaws"].as_array().expect("flaws").iter().filter_map(|flaw| flaw["field"].as_str()).collect();
    fields.sort_unstable();
    assert_eq!((status, fields), (422, vec!["secret_key", "state", "timeout_s"]));
    assert_eq!(answer(client.as_owner(Method::GET, &path)).await.1["state"], "enabled");
}

async fn a_rotated_secret_is_shown_once_and_the_old_one_signs_for_a_day(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let old = b"a secret of more than 24 bytes".as_slice();
    let endpoint = bench.endpoint(&receiver.url, old, &["VideoCTA"]).await;
    let path = format!("/api/v1/webhooks/{endpoint}");
    let (status, rotated) = answer(client.as_owner(Method::POST, &format!("{path}/rotate"))).await;
    let whsec = rotated["whsec"].as_str().expect("a secret");
    let new = server::webhook::sign::Secret::from_text(whsec).expect("a secret");
    let until = rotated["old_secret_until"].as_i64().expect("an instant");
    assert_eq!(status, 200);
    assert!((until - now() - 24 * 3_600_000).abs() < 60_000);
    let (_, shown) = answer(client.as_owner(Method::GET, &path)).await;
    assert!(!shown.to_string().contains("whsec") && shown["old_secret_until"] == until);

    bench.send("VideoCTA", now()).await;
    bench.step(now()).await;
    let hook = &receiver.until(1).await[0];
    verify_one_of(hook, old, new.bytes());
    verify_one_of(hook, new.bytes(), new.bytes());
}

async fn two_rotations_at_once_lose_no_secret(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let old = b"a secret of more than 24 bytes".as_slice();
    let endpoint = bench.endpoint(&receiver.url, old, &["VideoCTA"]).await;
    let rotate = async || {
        let (status, rotated) =
            answer(client.as_owner(Method::POST, &format!("/api/v1/webhooks/{endpoint}/rotate"))).await;
        assert_eq!(status, 200);
        let whsec = rotated["whsec"].as_str().expect("a secret");
        server::webhook::sign::Secret::from_text(whsec).expect("a secret")
    };
    let (one, two, three) = tokio::join!(rotate(), rotate(), rotate());
    bench.send("VideoCTA", now()).await;
    bench.step(now()).await;
    let hook = &receiver.until(1).await[0];
    assert_eq!(hook.header("webhook-signature").split(' ').count(), 4);
    let is_present = |secret: &[u8]| {
        let signed = server::keys::mac(secret, &hook.body);
        hook.header("x-hippo-signature") == hex::encode(signed)
    };
    let new = [one.bytes(), two.bytes(), three.bytes()];
    let present = new.into_iter().find(|secret| is_present(secret)).expect("one of the new ones");
    for secret in new.into_iter().chain([old]) {
        verify_one_of(hook, secret, present);
    }
}

async fn a_sixth_rotation_in_a_day_is_refused_and_no_secret_ends_early(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let first = b"a secret of more than 24 bytes".as_slice();
    let endpoint = bench.endpoint(&receiver.url, first, &["VideoCTA"]).await;
    let rotate = || client.as_owner(Method::POST, &format!("/api/v1/webhooks/{endpoint}/rotate"));
    let mut whsec = Value::Null;
    for _ in 0..5 {
        let (status, rotated) = answer(rotate()).await;
        assert_eq!(status, 200, "{rotated}");
        whsec = rotated["whsec"].clone();
    }
    let refused = rotate().send().await.expect("an answer");
    assert_eq!(refused.status(), 429);
    let seconds: i64 = refused.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((86_000..=86_401).contains(&seconds), "{seconds} s");

    bench.send("VideoCTA", now()).await;
    bench.step(now()).await;
    let hook = &receiver.until(1).await[0];
    assert_eq!(hook.header("webhook-signature").split(' ').count(), 6);
    let present = server::webhook::sign::Secret::from_text(whsec.as_str().expect("a secret")).expect("a secret");
    verify_one_of(hook, first, present.bytes());
    verify_one_of(hook, present.bytes(), present.bytes());
}

async fn an_account_tries_out_a_few_endpoints_at_a_time(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    receiver.hold();
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    let test = || {
        let request = client.as_owner(Method::POST, &format!("/api/v1/webhooks/{endpoint}/test"));
        answer(request.header("content-type", "application/json").body(r#"{"event":"VideoCTA"}"#))
    };
    let five: Vec<_> = (0..5).map(|_| tokio::spawn(test())).collect();
    receiver.until(5).await;
    assert_eq!(test().await.0, 429);
    receiver.release();
    for one in five {
        assert_eq!(one.await.expect("no panic").0, 200);
    }
    assert_eq!(test().await.0, 200);
}

async fn others_find_nothing_there(bench: Bench) {
    let client = Client::of(&bench).await;
    let endpoint = bench.endpoint("https://example.com/", b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;
    let delivery = bench.log(endpoint).await[0].id;
    let hook = format!("/api/v1/webhooks/{endpoint}");
    for (method, path) in [
        (Method::GET, hook.clone()),
        (Method::PATCH, hook.clone()),
        (Method::POST, format!("{hook}/rotate")),
        (Method::POST, format!("{hook}/test")),
        (Method::POST, format!("{hook}/replay")),
        (Method::GET, format!("{hook}/replays")),
        (Method::GET, format!("{hook}/replays/{delivery}")),
        (Method::DELETE, format!("{hook}/replays/{delivery}")),
        (Method::GET, format!("/api/v1/deliveries/{delivery}")),
        (Method::POST, format!("/api/v1/deliveries/{delivery}/resend")),
    ] {
        let request = client.bare(method.clone(), &path).header("authorization", format!("Bearer {OTHER_KEY}"));
        assert_eq!(answer(request).await.0, 404, "{method} {path}");
    }
}

/// The command is run as a shell reads it, with `curl` replaced by a function that says what it was given.
#[tokio::test]
async fn the_command_that_repeats_a_request_signs_it_anew() {
    let bench = Bench::sqlite().await;
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let secret = b"a secret of more than 24 bytes";
    let endpoint = bench.endpoint(&receiver.url, secret, &["VideoCTA"]).await;
    let message = bench.send("VideoCTA", NOW).await;
    bench.step(NOW).await;
    let id = bench.log(endpoint).await[0].id;
    let (_, delivery) = answer(client.as_owner(Method::GET, &format!("/api/v1/deliveries/{id}"))).await;
    let command = delivery["attempts"][0]["curl"].as_str().expect("a command").to_owned();
    let whsec = server::webhook::sign::Secret::from_bytes(*secret).whsec();
    let ran = tokio::task::spawn_blocking(move || {
        Command::new("bash").args(["-euc", &command]).env("WHSEC", whsec).output().expect("a shell")
    });
    let ran = ran.await.expect("no panic");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let hooks = receiver.until(2).await;
    assert_eq!(hooks[1].body, message.body);
    assert_ne!(hooks[1].header("webhook-timestamp"), hooks[0].header("webhook-timestamp"));
    verify(&hooks[1], secret);
}

//! Receivers in trouble: paused, spared, tried again, given up.

use super::{
    ALL, LEASE,
    api::{Client, answer},
    bench::{ACCOUNT, Bench, NOW, on_both},
};
use crate::support::receiver::Receiver;
use reqwest::Method;
use serde_json::json;
use server::{
    store::{
        deliveries::{self, New},
        endpoints::{self, NewEndpoint, Pace},
    },
    webhook::trim,
};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;

on_both! {
    what_a_receiver_asks_to_wait_for_waits_with_all_its_messages
    an_endpoint_that_fails_is_spared_and_uses_up_no_attempt
    a_probe_that_succeeds_lets_everything_go
    a_success_that_was_under_way_when_it_opened_lets_everything_go
    the_next_probe_is_another_delivery
    after_five_days_an_endpoint_is_switched_off_and_others_hear_of_it
    an_endpoint_that_is_switched_on_again_is_forgiven
    another_address_is_not_blamed_for_the_old_one
    a_probe_waits_as_long_as_its_receiver_asks
    what_a_dead_server_had_on_its_way_to_an_endpoint_that_was_switched_off_is_given_up
    what_was_queued_for_an_endpoint_as_it_was_switched_off_is_given_up
    what_can_not_be_signed_waits_and_blames_nobody
}

async fn what_a_receiver_asks_to_wait_for_waits_with_all_its_messages(bench: Bench) {
    let receiver = Receiver::start().await;
    receiver.always(429, Some(120));
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;
    assert_eq!(bench.step(NOW).await, 1);
    bench.send("VideoCTA", NOW + 1).await;
    assert_eq!(bench.step(NOW + 100_000).await, 0, "the other one waits too");
    receiver.always(200, None);
    assert_eq!(bench.step(NOW + 125_000).await, 2);
    assert!(bench.log(endpoint).await.iter().all(|delivery| delivery.state == "done"));
}

/// Ten messages fail, and the breaker opens.
async fn opened(bench: &Bench, receiver: &Receiver) -> Uuid {
    receiver.always(500, None);
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    for n in 0..10 {
        bench.send("VideoCTA", NOW + n).await;
    }
    assert_eq!(bench.step(NOW + 10).await, 8);
    assert_eq!(bench.step(NOW + 10).await, 2);
    assert!(bench.circuit(endpoint).await.is_open);
    endpoint
}

async fn an_endpoint_that_fails_is_spared_and_uses_up_no_attempt(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = opened(&bench, &receiver).await;
    assert_eq!(bench.step(NOW + 20_000).await, 0, "all are due again, and wait");
    assert_eq!(bench.step(NOW + 31_000).await, 1, "one probes");
    assert_eq!(bench.step(NOW + 31_000).await, 0);
    assert_eq!(bench.step(NOW + 80_000).await, 0, "the wait has doubled");
    assert_eq!(bench.step(NOW + 92_000).await, 1);
    assert_eq!(bench.steps(endpoint).await, [1; 10], "probes use up nothing");
    // For four days nothing is lost, however often it is probed.
    let mut at = NOW + 100_000;
    while at < NOW + 96 * HOUR {
        bench.step(at).await;
        at += HOUR;
    }
    assert_eq!(bench.steps(endpoint).await, [1; 10]);
    receiver.always(200, None);
    let mut delivered = 0;
    while delivered < 10 {
        delivered += bench.step(at).await;
        at += 1_000_000;
    }
    assert!(bench.log(endpoint).await.iter().all(|delivery| delivery.state == "done"));
}

async fn a_probe_that_succeeds_lets_everything_go(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = opened(&bench, &receiver).await;
    receiver.always(200, None);
    assert_eq!(bench.step(NOW + 31_000).await, 1);
    assert!(!bench.circuit(endpoint).await.is_open);
    assert_eq!(bench.step(NOW + 31_000).await, 8);
    assert_eq!(bench.step(NOW + 31_000).await, 1);
}

async fn a_success_that_was_under_way_when_it_opened_lets_everything_go(bench: Bench) {
    let receiver = Receiver::start().await;
    receiver.hold_first(1);
    receiver.answers(&[200]);
    receiver.always(500, None);
    let pace = Pace { concurrency: 64, ..Pace::default() };
    let endpoint = bench.paced(&receiver.url, b"secret", &["VideoCTA"], pace).await;
    bench.send("VideoCTA", NOW).await;
    let courier = bench.courier();
    let early = tokio::spawn(async move { courier.step(NOW).await.expect("a round") });
    receiver.until(1).await;
    for n in 1..=10 {
        bench.send("VideoCTA", NOW + n).await;
    }
    assert_eq!(bench.step(NOW + 10).await, 10);
    assert!(bench.circuit(endpoint).await.is_open);
    receiver.release();
    assert_eq!(early.await.expect("no panic"), 1);
    assert!(bench.circuit(endpoint).await.is_well());
}

async fn the_next_probe_is_another_delivery(bench: Bench) {
    let receiver = Receiver::start().await;
    opened(&bench, &receiver).await;
    let mut at = NOW + 31_000;
    for _ in 0..4 {
        assert_eq!(bench.step(at).await, 1);
        at += 901_000;
    }
    let hooks = receiver.hooks();
    let mut probed: Vec<&str> = hooks[10..].iter().map(|hook| hook.header("webhook-id")).collect();
    probed.sort_unstable();
    probed.dedup();
    assert_eq!(probed.len(), 4, "one poisoned message can't keep the endpoint closed");
}

async fn after_five_days_an_endpoint_is_switched_off_and_others_hear_of_it(bench: Bench) {
    let (broken, well) = (Receiver::start().await, Receiver::start().await);
    let failing = bench.endpoint(&broken.url, b"secret", &["VideoCTA"]).await;
    bench.endpoint(&well.url, b"secret", &["EndpointDisabled"]).await;
    broken.always(500, None);
    bench.send("VideoCTA", NOW).await;
    let mut at = NOW;
    while bench.state_of(failing).await == "enabled" {
        assert!(at <= NOW + 121 * HOUR, "it is still on");
        // Something new comes every day.
        if (at - NOW) % (24 * HOUR) == 0 {
            bench.send("VideoCTA", at).await;
        }
        bench.step(at).await;
        at += HOUR;
    }
    assert!(at > NOW + 119 * HOUR, "it was switched off after {} hours", (at - NOW) / HOUR);
    let mut reader = bench.state.store.reader().await.expect("a reader");
    let endpoint = endpoints::by_id(reader.conn(), ACCOUNT, failing).await.expect("read").expect("there");
    assert_eq!(endpoint.disabled_why.as_deref(), Some("failing"));
    drop(reader);
    assert!(bench.log(failing).await.iter().all(|delivery| delivery.state == "dead"));
    while bench.step(at).await > 0 {}
    let told = well.until(1).await[0].json();
    assert_eq!(told["eventName"], "EndpointDisabled");
    assert_eq!(told["EndpointDisabled"]["endpoint"]["id"], json!(failing));
    assert_eq!(told["EndpointDisabled"]["reason"], "failing");
    assert_eq!(told["hook"]["uuid"], well.hooks()[0].header("webhook-id"));
    assert_eq!(well.hooks().len(), 1);
}

async fn an_endpoint_that_is_switched_on_again_is_forgiven(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = opened(&bench, &receiver).await;
    bench.disable(endpoint).await;
    receiver.always(200, None);
    let mut tx = bench.state.store.begin().await.expect("a transaction");
    endpoints::enable(tx.conn(), ACCOUNT, endpoint).await.expect("enabled");
    tx.commit().await.expect("committed");
    bench.send("VideoCTA", NOW + 20).await;
    assert_eq!(bench.step(NOW + 20).await, 1, "only what is new: the rest was given up");
}

async fn another_address_is_not_blamed_for_the_old_one(bench: Bench) {
    let client = Client::of(&bench).await;
    let (broken, mended) = (Receiver::start().await, Receiver::start().await);
    let endpoint = opened(&bench, &broken).await;
    let patch = async |change: serde_json::Value| {
        let request = client.as_owner(Method::PATCH, &format!("/api/v1/webhooks/{endpoint}"));
        answer(request.header("content-type", "application/json").body(change.to_string())).await.1
    };
    assert_eq!(patch(json!({"description": "the same one"})).await["breaker"]["state"], "open");
    assert_eq!(patch(json!({"url": mended.url})).await["breaker"]["state"], "closed");
    assert_eq!(bench.step(NOW + 20_000).await, 8);
    assert_eq!(mended.hooks().len(), 8);
}

async fn a_probe_waits_as_long_as_its_receiver_asks(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = opened(&bench, &receiver).await;
    receiver.always(500, Some(3_600));
    assert_eq!(bench.step(NOW + 31_000).await, 1);
    let due = bench.log(endpoint).await.iter().map(|delivery| delivery.next_at).max().expect("some");
    assert!((NOW + 31_000 + HOUR..NOW + 46_000 + HOUR).contains(&due), "{} s", (due - NOW) / 1_000);
    assert_eq!(bench.steps(endpoint).await, [1; 10]);
}

async fn what_a_dead_server_had_on_its_way_to_an_endpoint_that_was_switched_off_is_given_up(bench: Bench) {
    let endpoint = bench.endpoint("http://127.0.0.1:9/", b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;
    assert_eq!(bench.claim(NOW, ALL).await.len(), 1);
    bench.disable(endpoint).await;
    assert_eq!(bench.step(NOW + LEASE).await, 0);
    let delivery = &bench.log(endpoint).await[0];
    assert_eq!((delivery.state.as_str(), delivery.last_error.as_deref()), ("dead", Some("interrupted")));
}

async fn what_was_queued_for_an_endpoint_as_it_was_switched_off_is_given_up(bench: Bench) {
    let endpoint = bench.endpoint("http://127.0.0.1:9/", b"secret", &["VideoCTA"]).await;
    let well = bench.endpoint("http://127.0.0.1:9/", b"secret", &["VideoCTA"]).await;
    bench.disable(endpoint).await;
    let message = bench.send("VideoCTA", NOW).await;
    let mut tx = bench.state.store.begin().await.expect("a transaction");
    let late = New {
        account_id: ACCOUNT,
        id: Uuid::now_v7(),
        message_id: message.id,
        video_id: 1,
        endpoint_id: endpoint,
        ordered: false,
        cause: "event",
        origin: None,
        at: NOW,
    };
    deliveries::queue(tx.conn(), &late).await.expect("queued");
    tx.commit().await.expect("committed");
    trim::sweep(&bench.state, NOW).await.expect("trimmed");
    assert_eq!(bench.log(endpoint).await[0].state, "dead");
    assert_eq!(bench.log(well).await[0].state, "pending");
}

async fn what_can_not_be_signed_waits_and_blames_nobody(bench: Bench) {
    let receiver = Receiver::start().await;
    let id = Uuid::now_v7();
    let elsewhere = b"sealed under the instance key of another server";
    let new = NewEndpoint {
        account_id: ACCOUNT,
        id,
        url: &receiver.url,
        description: "",
        secret: elsewhere,
        events: &["VideoCTA"],
        pace: Pace::default(),
        created_at: NOW,
    };
    let mut tx = bench.state.store.begin().await.expect("a transaction");
    endpoints::insert(tx.conn(), &new).await.expect("an endpoint");
    tx.commit().await.expect("committed");
    bench.send("VideoCTA", NOW).await;
    for minute in 0..20 {
        assert_eq!(bench.step(NOW + minute * 61_000).await, 1);
        assert_eq!(bench.step(NOW + minute * 61_000 + 59_000).await, 0);
    }
    let delivery = &bench.log(id).await[0];
    assert_eq!((delivery.state.as_str(), delivery.last_error.as_deref()), ("pending", Some("secret")));
    assert_eq!(bench.steps(id).await, [0], "it uses up no attempt");
    assert!(bench.circuit(id).await.is_well());
    assert!(receiver.hooks().is_empty());
}

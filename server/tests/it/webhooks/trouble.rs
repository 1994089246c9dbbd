//! Receivers in trouble: paused, spared, tried again, given up.

use super::bench::{ACCOUNT, Bench, NOW, on_both};
use crate::support::receiver::Receiver;
use serde_json::json;
use server::store::endpoints;

const HOUR: i64 = 3_600_000;

on_both! {
    what_a_receiver_asks_to_wait_for_waits_with_all_its_messages
    an_endpoint_that_fails_is_spared_and_uses_up_no_attempt
    a_probe_that_succeeds_lets_everything_go
    the_next_probe_is_another_delivery
    after_five_days_an_endpoint_is_switched_off_and_others_hear_of_it
    an_endpoint_that_is_switched_on_again_is_forgiven
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
async fn opened(bench: &Bench, receiver: &Receiver) -> uuid::Uuid {
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

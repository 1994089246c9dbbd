//! Webhooks from the transaction to the receiver, and what their owner can see and do.

mod api;
mod bench;
mod couriers;
mod hostile;
mod log;
mod metrics;
mod pace;
mod replay;
mod slow;
mod stream;
mod trouble;
mod verify;

/// The receiver that the documentation shows.
#[allow(dead_code)]
#[path = "../../examples/receiver.rs"]
mod documented;

use crate::support::receiver::Receiver;
use bench::{Bench, NOW, on_both};
use server::{
    store::{claims::Share, deliveries},
    webhook::{post::Outcome, schedule::Next},
};
use uuid::Uuid;
use verify::verify;

/// Milliseconds that are longer than any delay before the second and the third attempt.
const AFTER_FIRST: i64 = 6_001;
const AFTER_SECOND: i64 = 360_001;
/// Milliseconds after which a claim has lapsed.
const LEASE: i64 = 40_001;

const ALL: Share = Share { limit: 64, per_endpoint: 8 };

on_both! {
    a_message_is_delivered_with_both_signatures
    a_message_that_is_rolled_back_is_never_sent
    only_subscribed_and_enabled_endpoints_are_told
    what_failed_twice_is_delivered_the_third_time_under_the_same_id
    ten_failures_are_the_end
    a_receiver_that_answers_410_is_switched_off
    what_fails_at_an_endpoint_that_was_switched_off_meanwhile_is_dead
    a_private_address_is_not_connected_unless_allowed
    a_slow_receiver_does_not_hold_up_another
    an_attempt_under_way_ends_before_the_courier_does
    a_lease_that_lapsed_is_delivered_by_another
    what_a_dead_server_had_under_lease_is_taken_up_at_once
    whoever_lost_the_lease_writes_nothing_down
    one_endpoint_gets_only_its_share_of_a_claim
}

async fn a_message_is_delivered_with_both_signatures(bench: Bench) {
    let receiver = Receiver::start().await;
    let secret = b"a secret of more than 24 bytes";
    bench.endpoint(&receiver.url, secret, &["VideoCTA"]).await;
    let message = bench.send("VideoCTA", NOW).await;

    assert_eq!(bench.step(NOW).await, 1);
    let hook = &receiver.until(1).await[0];
    assert_eq!(hook.body, message.body);
    assert_eq!(hook.header("content-type"), "application/json");
    assert_eq!(hook.header("user-agent"), concat!("Cuepoint-Webhooks/", env!("CARGO_PKG_VERSION")));
    assert_eq!(hook.header("webhook-id"), message.id.to_string());
    assert_eq!(hook.header("webhook-timestamp"), (NOW / 1000).to_string());
    verify(hook, secret);
    let body = std::str::from_utf8(&hook.body).expect("text");
    let seconds = NOW.unsigned_abs() / 1000;
    assert!(documented::is_verified(secret, &hook.headers, body, seconds + 299));
    assert!(!documented::is_verified(secret, &hook.headers, body, seconds + 301), "too old");
    assert!(!documented::is_verified(secret, &hook.headers, &body.replacen('Z', "z", 1), seconds), "another body");
    assert!(!documented::is_verified(b"another secret", &hook.headers, body, seconds));
    assert_eq!(bench.step(NOW + AFTER_FIRST).await, 0, "it is delivered once");
}

async fn a_message_that_is_rolled_back_is_never_sent(bench: Bench) {
    bench.endpoint("http://127.0.0.1:9/", b"secret", &["VideoCTA"]).await;
    let mut tx = bench.state.store.begin().await.expect("a transaction");
    let queued = server::store::outbox::enqueue(tx.conn(), &bench::message("VideoCTA", NOW)).await;
    assert_eq!(queued.expect("queued"), 1);
    drop(tx);
    assert_eq!(bench.step(NOW).await, 0);
}

async fn only_subscribed_and_enabled_endpoints_are_told(bench: Bench) {
    let receiver = Receiver::start().await;
    let told = bench.endpoint(&receiver.url, b"secret", &["VideoCTA", "VideoCreated"]).await;
    bench.endpoint(&receiver.url, b"secret", &["VideoCreated"]).await;
    let off = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    bench.disable(off).await;

    bench.send("VideoCTA", NOW).await;
    assert_eq!(bench.step(NOW).await, 1);
    assert_eq!(bench.log(told).await[0].state, "done");
    assert!(bench.log(off).await.is_empty());
}

async fn what_failed_twice_is_delivered_the_third_time_under_the_same_id(bench: Bench) {
    let receiver = Receiver::start().await;
    receiver.answers(&[500, 302]);
    let endpoint = bench.endpoint(&receiver.url, b"a secret of more than 24 bytes", &["VideoCTA"]).await;
    let message = bench.send("VideoCTA", NOW).await;

    assert_eq!(bench.step(NOW).await, 1);
    assert_eq!(bench.step(NOW + 1_000).await, 0, "not before its time");
    assert_eq!(bench.step(NOW + AFTER_FIRST).await, 1);
    let waiting = &bench.log(endpoint).await[0];
    assert_eq!((waiting.state.as_str(), waiting.attempt, waiting.last_status), ("pending", 2, Some(302)));
    let third = NOW + AFTER_FIRST + AFTER_SECOND;
    assert_eq!(bench.step(third).await, 1);

    let hooks = receiver.until(3).await;
    for (hook, at) in hooks.iter().zip([NOW, NOW + AFTER_FIRST, third]) {
        assert_eq!(hook.header("webhook-id"), message.id.to_string());
        assert_eq!(hook.header("webhook-timestamp"), (at / 1000).to_string());
        verify(hook, b"a secret of more than 24 bytes");
    }
    assert_eq!(bench.log(endpoint).await[0].state, "done");
}

async fn ten_failures_are_the_end(bench: Bench) {
    let receiver = Receiver::start().await;
    receiver.answers(&[500; 10]);
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;
    let two_days = 2 * 24 * 3_600_000;
    for attempt in 0..10 {
        assert_eq!(bench.step(NOW + attempt * two_days).await, 1);
    }
    assert_eq!(bench.step(NOW + 10 * two_days).await, 0);
    let dead = &bench.log(endpoint).await[0];
    assert_eq!((dead.state.as_str(), dead.attempt, dead.last_status), ("dead", 10, Some(500)));
}

async fn a_receiver_that_answers_410_is_switched_off(bench: Bench) {
    let receiver = Receiver::start().await;
    receiver.answers(&[410]);
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;
    bench.send("VideoCTA", NOW + 500).await;

    assert_eq!(bench.step(NOW).await, 1);
    assert_eq!(bench.state_of(endpoint).await, "disabled");
    let log = bench.log(endpoint).await;
    assert_eq!(log.iter().map(|delivery| delivery.state.as_str()).collect::<Vec<_>>(), ["dead", "dead"]);
    assert_eq!(bench.step(NOW + AFTER_FIRST).await, 0);
    bench.send("VideoCTA", NOW + AFTER_FIRST).await;
    assert_eq!(bench.log(endpoint).await.len(), 2, "nothing more is queued");
}

async fn what_fails_at_an_endpoint_that_was_switched_off_meanwhile_is_dead(bench: Bench) {
    let endpoint = bench.endpoint("http://127.0.0.1:9/", b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;
    let job = bench.claim(NOW, ALL).await.remove(0);
    bench.disable(endpoint).await;
    let failed = Outcome { status: Some(500), ..Outcome::default() };
    assert!(bench.complete(&job, &failed, Next::Again { at: NOW + 5_000 }, NOW).await);
    assert_eq!(bench.log(endpoint).await[0].state, "dead");
}

async fn a_private_address_is_not_connected_unless_allowed(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;

    assert_eq!(bench.shut_in().step(NOW).await.expect("a round"), 1);
    assert!(receiver.hooks().is_empty());
    assert_eq!(bench.log(endpoint).await[0].last_error.as_deref(), Some("refused address"));
    assert_eq!(bench.step(NOW + AFTER_FIRST).await, 1);
    assert_eq!(receiver.hooks().len(), 1);
}

async fn a_slow_receiver_does_not_hold_up_another(bench: Bench) {
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    slow.hold();
    bench.endpoint(&slow.url, b"secret", &["VideoCTA"]).await;
    bench.endpoint(&quick.url, b"secret", &["VideoCreated"]).await;
    let running = bench.run();
    for n in 0..20 {
        bench.send("VideoCTA", NOW + n).await;
    }
    slow.until(1).await;
    let message = bench.send("VideoCreated", NOW).await;
    assert_eq!(quick.until(1).await[0].header("webhook-id"), message.id.to_string());
    slow.release();
    running.stop().await;
}

async fn an_attempt_under_way_ends_before_the_courier_does(bench: Bench) {
    let slow = Receiver::start().await;
    slow.hold();
    let endpoint = bench.endpoint(&slow.url, b"secret", &["VideoCTA"]).await;
    let running = bench.run();
    bench.send("VideoCTA", NOW).await;
    slow.until(1).await;
    running.ask_to_stop();
    slow.release();
    running.stop().await;
    assert_eq!(bench.log(endpoint).await[0].state, "done");
}

async fn a_lease_that_lapsed_is_delivered_by_another(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;
    assert_eq!(bench.claim(NOW, ALL).await.len(), 1);

    assert_eq!(bench.step(NOW + LEASE - 2).await, 0, "it is under lease");
    assert_eq!(bench.step(NOW + LEASE).await, 1);
    let delivery = &bench.log(endpoint).await[0];
    assert_eq!((delivery.state.as_str(), delivery.attempt), ("done", 2));
}

async fn what_a_dead_server_had_under_lease_is_taken_up_at_once(bench: Bench) {
    if !bench.is_sqlite() {
        // Other servers may be alive there: leases have to end.
        return;
    }
    let receiver = Receiver::start().await;
    bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    let message = bench.send("VideoCTA", NOW).await;
    let for_ever = i64::MAX / 2;
    assert_eq!(bench.claim(for_ever, ALL).await.len(), 1);
    let running = bench.run();
    assert_eq!(receiver.until(1).await[0].header("webhook-id"), message.id.to_string());
    running.stop().await;
}

async fn whoever_lost_the_lease_writes_nothing_down(bench: Bench) {
    let endpoint = bench.endpoint("http://127.0.0.1:9/", b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;
    let lost = bench.claim(NOW, ALL).await.remove(0);
    let kept = bench.claim(NOW + LEASE, ALL).await.remove(0);
    assert_eq!((lost.id, kept.attempt), (kept.id, 2));

    let delivered = Outcome { status: Some(200), ..Outcome::default() };
    for (job, ours) in [(&lost, false), (&kept, true)] {
        assert_eq!(bench.complete(job, &delivered, Next::Done, NOW + LEASE).await, ours);
        assert_eq!(bench.log(endpoint).await[0].state == "done", ours);
    }
}

async fn one_endpoint_gets_only_its_share_of_a_claim(bench: Bench) {
    let busy = bench.endpoint("http://127.0.0.1:9/", b"secret", &["VideoCTA"]).await;
    let calm = bench.endpoint("http://127.0.0.1:9/", b"secret", &["VideoCreated"]).await;
    for n in 0..20 {
        bench.send("VideoCTA", NOW + n).await;
    }
    bench.send("VideoCreated", NOW + 50).await;
    let count =
        |jobs: &[deliveries::Job], endpoint: Uuid| jobs.iter().filter(|job| job.endpoint_id == endpoint).count();

    let first = bench.claim(NOW + 50, Share { limit: 4, per_endpoint: 8 }).await;
    assert_eq!((count(&first, busy), count(&first, calm)), (3, 1));
    let second = bench.claim(NOW + 50, ALL).await;
    assert_eq!((count(&second, busy), count(&second, calm)), (5, 0), "with what it has already");
    assert!(bench.claim(NOW + 50, ALL).await.is_empty());
    let oldest: Vec<i64> = (0..8).map(|n| NOW + n).collect();
    let mut taken: Vec<i64> =
        bench.log(busy).await.into_iter().filter(|d| d.state == "leased").map(|d| d.created_at).collect();
    taken.sort_unstable();
    assert_eq!(taken, oldest);
}

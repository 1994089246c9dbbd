//! Each endpoint at its own pace: time, rate, concurrency, order; and secrets that change.

use super::{
    bench::{ACCOUNT, Bench, NOW, on_both},
    verify::{verify, verify_one_of},
};
use crate::support::receiver::Receiver;
use server::store::{endpoints::Pace, secrets};
use std::time::{Duration, Instant};
use uuid::Uuid;

on_both! {
    a_rate_is_kept
    a_clock_that_is_set_back_keeps_no_rate_waiting
    no_more_go_out_at_the_same_time_than_are_wanted
    a_short_time_is_kept
    one_videos_messages_go_in_order
    what_is_given_up_lets_the_next_one_go
    while_secrets_overlap_both_sign
}

async fn a_rate_is_kept(bench: Bench) {
    let receiver = Receiver::start().await;
    let pace = Pace { rate: Some(5), ..Pace::default() };
    bench.paced(&receiver.url, b"secret", &["VideoCTA"], pace).await;
    for n in 0..40 {
        bench.send("VideoCTA", NOW + n).await;
    }
    let mut sent = Vec::new();
    for tenth in 0..30 {
        let mut now = 0;
        loop {
            match bench.step(NOW + 100 + tenth * 100).await {
                0 => break,
                n => now += n,
            }
        }
        sent.push(now);
    }
    assert_eq!(sent[0], 5, "a second's worth at once");
    assert_eq!(sent.iter().sum::<usize>(), 5 + 14, "then five a second");
    assert!(sent[1..].iter().all(|n| *n <= 1), "{sent:?}");
}

async fn a_clock_that_is_set_back_keeps_no_rate_waiting(bench: Bench) {
    let receiver = Receiver::start().await;
    let pace = Pace { rate: Some(1), ..Pace::default() };
    bench.paced(&receiver.url, b"secret", &["VideoCTA"], pace).await;
    let hour = 3_600_000;
    for at in [NOW + hour, NOW] {
        bench.send("VideoCTA", at).await;
        bench.send("VideoCTA", at).await;
        assert_eq!([bench.step(at).await, bench.step(at).await], [1, 0]);
    }
}

async fn no_more_go_out_at_the_same_time_than_are_wanted(bench: Bench) {
    let receiver = Receiver::start().await;
    let pace = Pace { concurrency: 2, ..Pace::default() };
    bench.paced(&receiver.url, b"secret", &["VideoCTA"], pace).await;
    for n in 0..5 {
        bench.send("VideoCTA", NOW + n).await;
    }
    assert_eq!([bench.step(NOW + 5).await, bench.step(NOW + 5).await, bench.step(NOW + 5).await], [2, 2, 1]);
}

async fn a_short_time_is_kept(bench: Bench) {
    let receiver = Receiver::start().await;
    receiver.hold();
    let pace = Pace { timeout_s: 1, ..Pace::default() };
    let endpoint = bench.paced(&receiver.url, b"secret", &["VideoCTA"], pace).await;
    bench.send("VideoCTA", NOW).await;
    let begun = Instant::now();
    assert_eq!(bench.step(NOW).await, 1);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(bench.log(endpoint).await[0].last_error.as_deref(), Some("timeout"));
}

const ORDERED: Pace = Pace { timeout_s: 15, rate: None, concurrency: 8, ordered: true };

async fn one_videos_messages_go_in_order(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = bench.paced(&receiver.url, b"secret", &["VideoCTA"], ORDERED).await;
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(bench.send("VideoCTA", NOW + n).await.id.to_string());
    }
    let other = bench.send_about(2, NOW + 9).await.id.to_string();
    receiver.answers(&[500]);
    assert_eq!(bench.step(NOW + 10).await, 2, "the first of each video");
    let states = async || -> Vec<String> { bench.log(endpoint).await.into_iter().map(|d| d.state).collect() };
    assert_eq!(states().await.iter().filter(|state| *state == "held").count(), 3);
    assert_eq!(bench.step(NOW + 11).await, 0, "the first has failed: what follows waits for it");
    for at in (NOW + 10_000..).take(4) {
        assert_eq!(bench.step(at).await, 1);
    }
    let hooks = receiver.hooks();
    let of_first: Vec<&str> =
        hooks.iter().map(|hook| hook.header("webhook-id")).filter(|id| *id != other).skip(1).collect();
    assert_eq!(of_first, ids);
    assert!(states().await.iter().all(|state| state == "done"));
}

async fn what_is_given_up_lets_the_next_one_go(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = bench.paced(&receiver.url, b"secret", &["VideoCTA"], ORDERED).await;
    bench.send("VideoCTA", NOW).await;
    let second = bench.send("VideoCTA", NOW + 1).await;
    receiver.answers(&[500; 10]);
    let two_days = 2 * 24 * 3_600_000;
    for attempt in 0..10 {
        assert_eq!(bench.step(NOW + 1 + attempt * two_days).await, 1, "attempt {attempt}");
    }
    assert_eq!(bench.step(NOW + 1 + 10 * two_days).await, 1);
    assert_eq!(receiver.hooks()[10].header("webhook-id"), second.id.to_string());
    let mut states: Vec<String> = bench.log(endpoint).await.into_iter().map(|d| d.state).collect();
    states.sort_unstable();
    assert_eq!(states, ["dead", "done"]);
}

async fn while_secrets_overlap_both_sign(bench: Bench) {
    let receiver = Receiver::start().await;
    let (old, new) = (b"the old secret, long enough".as_slice(), b"the new secret, long enough".as_slice());
    let endpoint = bench.endpoint(&receiver.url, old, &["VideoCTA"]).await;
    let day = 24 * 3_600_000;
    let mut tx = bench.state.store.begin().await.expect("a transaction");
    let sealed = bench.state.keys.seal(new);
    secrets::rotate(tx.conn(), ACCOUNT, endpoint, &sealed, Uuid::now_v7(), NOW + day).await.expect("rotated");
    tx.commit().await.expect("committed");
    bench.send("VideoCTA", NOW).await;
    bench.step(NOW).await;
    bench.send("VideoCTA", NOW + day).await;
    bench.step(NOW + day).await;
    let hooks = receiver.until(2).await;
    assert_eq!(hooks[0].header("webhook-signature").split(' ').count(), 2);
    verify_one_of(&hooks[0], new, new);
    verify_one_of(&hooks[0], old, new);
    assert_eq!(hooks[1].header("webhook-signature").split(' ').count(), 1, "the day is over");
    verify(&hooks[1], new);
}

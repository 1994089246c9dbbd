//! Two couriers side by side, as of two servers: each message goes out once.

use super::bench::{Bench, NOW, on_both};
use crate::support::receiver::Receiver;
use std::collections::HashSet;
use uuid::Uuid;

on_both! { two_couriers_deliver_each_message_once }

/// At work, and on PostgreSQL: there they may be two servers.
#[tokio::test(flavor = "multi_thread")]
async fn two_couriers_at_work_never_send_a_message_twice() {
    let Some(bench) = Bench::postgres().await else { return };
    let receiver = Receiver::start().await;
    for _ in 0..4 {
        bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    }
    let (one, two) = (bench.run(), bench.run());
    let mut ids = HashSet::new();
    for n in 0..60 {
        ids.insert(bench.send("VideoCTA", NOW + n).await.id.to_string());
    }
    let hooks = receiver.until(240).await;
    one.stop().await;
    two.stop().await;
    assert_eq!(receiver.hooks().len(), 240);
    let came: HashSet<String> = hooks.iter().map(|hook| hook.header("webhook-id").to_owned()).collect();
    assert_eq!(came, ids);
    assert_eq!(bench.all_done().await.len(), 240, "each with its first attempt");
}

async fn two_couriers_deliver_each_message_once(bench: Bench) {
    let receiver = Receiver::start().await;
    for _ in 0..5 {
        bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    }
    for n in 0..10 {
        bench.send("VideoCTA", NOW - n).await;
    }
    let (one, two) = (bench.courier(), bench.courier());
    let drain = async |courier: server::webhook::courier::Courier| {
        let mut attempts = 0;
        loop {
            match courier.step(NOW).await.expect("a round") {
                0 => return attempts,
                more => attempts += more,
            }
        }
    };
    let (one, two) = tokio::join!(drain(one), drain(two));
    // One may have found nothing while the other still had the rest under lease.
    let rest = drain(bench.courier()).await;
    assert_eq!(one + two + rest, 50);
    assert_eq!(receiver.hooks().len(), 50);
    let ids: HashSet<Uuid> = bench.all_done().await.into_iter().collect();
    assert_eq!(ids.len(), 50);
}

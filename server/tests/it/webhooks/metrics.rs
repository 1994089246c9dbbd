//! What an operator reads of webhooks at `/metrics`.

use super::bench::{Bench, on_both};
use crate::support::{client, receiver::Receiver};
use server::state::now;
use std::collections::HashMap;
use tokio::net::TcpListener;

on_both! { an_operator_sees_what_waits_what_came_of_it_and_who_is_spared }

/// The admin address' figures by their names.
async fn figures(bench: &Bench) -> HashMap<String, f64> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/metrics", listener.local_addr().expect("an address"));
    let app = server::metrics::router(bench.state.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let answer = client().get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4");
    let text = answer.text().await.expect("a body");
    let figures = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (name, value) = line.rsplit_once(' ').expect("a value");
        (name.to_owned(), value.parse::<f64>().expect("a number"))
    });
    figures.collect()
}

async fn are(bench: &Bench, expected: &[(&str, f64)]) {
    let figures = figures(bench).await;
    for (name, value) in expected {
        assert_eq!(figures.get(*name), Some(value), "{name}: {figures:?}");
    }
}

async fn an_operator_sees_what_waits_what_came_of_it_and_who_is_spared(bench: Bench) {
    let receiver = Receiver::start().await;
    let endpoint = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    let nothing = [
        ("cuepoint_deliveries_pending", 0.0),
        ("cuepoint_deliveries_oldest_due_seconds", 0.0),
        ("cuepoint_webhook_breakers_open", 0.0),
        ("cuepoint_webhook_attempt_seconds_count", 0.0),
    ];
    are(&bench, &nothing).await;

    let at = now() - 60_000;
    bench.send("VideoCTA", at).await;
    bench.send("VideoCTA", at + 30_000).await;
    let waited = figures(&bench).await["cuepoint_deliveries_oldest_due_seconds"];
    assert!((60.0..90.0).contains(&waited), "{waited} s");
    are(&bench, &[("cuepoint_deliveries_pending", 2.0)]).await;
    assert_eq!(bench.step(at + 30_000).await, 2);

    receiver.always(500, None);
    for n in 0..10 {
        bench.send("VideoCTA", now() + n).await;
    }
    let later = now() + 10;
    assert_eq!([bench.step(later).await, bench.step(later).await], [8, 2]);
    let failing = [
        ("cuepoint_deliveries_pending", 10.0),
        ("cuepoint_webhook_attempts_total{result=\"done\"}", 2.0),
        ("cuepoint_webhook_attempts_total{result=\"retry\"}", 10.0),
        ("cuepoint_webhook_attempts_total{result=\"dead\"}", 0.0),
        ("cuepoint_webhook_attempts_total{result=\"lost\"}", 0.0),
        ("cuepoint_webhook_attempt_seconds_bucket{le=\"+Inf\"}", 12.0),
        ("cuepoint_webhook_attempt_seconds_count", 12.0),
        ("cuepoint_webhook_breakers_open", 1.0),
    ];
    are(&bench, &failing).await;

    bench.disable(endpoint).await;
    are(&bench, &[("cuepoint_deliveries_pending", 0.0), ("cuepoint_webhook_breakers_open", 0.0)]).await;
}

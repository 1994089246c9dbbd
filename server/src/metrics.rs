//! What an operator watches, in the Prometheus text format, on the admin address only.

use crate::{
    reply::Reply,
    state::{State, now},
    store::{backlog, circuits},
    webhook::tally::Tally,
};
use axum::{Router, extract::State as Shared, response::IntoResponse, routing::get};
use http::header;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counted since the start.
#[derive(Default)]
pub struct Counters {
    pub batches: AtomicU64,
    pub events: AtomicU64,
    pub refused: AtomicU64,
    pub limited: AtomicU64,
    pub deliveries: Tally,
}

impl Counters {
    pub fn add(counter: &AtomicU64, n: usize) {
        counter.fetch_add(n as u64, Ordering::Relaxed);
    }
}

/// The admin address' routes.
pub fn router(state: State) -> Router {
    Router::new().route("/metrics", get(metrics)).route("/livez", get(|| async { "ok" })).with_state(state)
}

async fn metrics(Shared(state): Shared<State>) -> Result<impl IntoResponse, Reply> {
    let mut reader = state.store.reader().await?;
    let backlog = backlog::now(reader.conn()).await?;
    let open = circuits::open(reader.conn()).await?;
    drop(reader);
    let waited_ms = backlog.oldest_due.map_or(0, |due| (now() - due).max(0));
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed).to_string();
    let text = [
        ("cuepoint_batches_total", "counter", "Engagement batches stored.", count(&state.counters.batches)),
        ("cuepoint_events_total", "counter", "Engagement events stored.", count(&state.counters.events)),
        ("cuepoint_events_refused_total", "counter", "Engagement events refused.", count(&state.counters.refused)),
        (
            "cuepoint_batches_limited_total",
            "counter",
            "Engagement batches sent back by a rate limit.",
            count(&state.counters.limited),
        ),
        (
            "cuepoint_deliveries_pending",
            "gauge",
            "Webhook deliveries waiting for their next attempt.",
            backlog.pending.to_string(),
        ),
        (
            "cuepoint_deliveries_oldest_due_seconds",
            "gauge",
            "How long the oldest pending webhook delivery has been due.",
            format!("{:.3}", waited_ms as f64 / 1_000.0),
        ),
        (
            "cuepoint_webhook_breakers_open",
            "gauge",
            "Webhook endpoints that are spared because they fail.",
            open.to_string(),
        ),
    ]
    .map(|(name, kind, help, value)| format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"))
    .concat();
    let text = text + &state.counters.deliveries.exposition();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}

//! What every part of the running server shares.

use crate::{
    access::password::Guesses, agent::Agents, catalogue::Catalogue, config::Config, contents::Contents, egress,
    geo::Geo, hashing::Hashing, identity::Salts, jobs::Jobs, keys::Keys, limits::Limits, media::Media,
    metrics::Counters, people::People, store::Store, talk::Talks, webhook::seats::Seats, writer::Writer,
};
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
pub struct State(Arc<Inner>);

pub struct Inner {
    pub config: Config,
    pub store: Store,
    pub keys: Keys,
    pub catalogue: Catalogue,
    pub media: Media,
    pub contents: Contents,
    /// For what authors name by its address.
    pub egress: egress::Client,
    /// For webhooks.
    pub hooks: egress::Sender,
    pub salts: Salts,
    pub agents: Agents,
    pub geo: Geo,
    /// Of batches.
    pub limits: Limits,
    pub guesses: Guesses,
    pub hashing: Hashing,
    pub counters: Counters,
    pub writer: Writer,
    pub talks: Talks,
    pub people: People,
    /// Videos on their way in.
    pub jobs: Jobs,
    /// Rung after a commit that queued deliveries.
    pub courier_bell: Arc<Notify>,
    /// Rung after a replay was ordered.
    pub replay_bell: Notify,
    /// For streams of messages and endpoints that are tried out.
    pub hook_seats: Seats,
    /// Cancelled when the server is asked to stop.
    pub stopping: CancellationToken,
}

impl State {
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl std::ops::Deref for State {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// The wall clock, in Unix milliseconds. Read at the edges only.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

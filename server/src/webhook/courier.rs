//! Carries what is due: claims deliveries, posts them side by side, keeps what came of each.

use super::{
    post::{self, DEADLINE, Letter, Outcome},
    schedule::{self, Next},
    sign::Secret,
};
use crate::{
    egress::Client,
    keys::random,
    state::{self, State},
    store::{
        self, Store, StoreError,
        deliveries::{self, Job, Share},
        endpoints,
    },
};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[derive(Clone)]
pub struct Courier {
    state: State,
    client: Client,
}

/// An attempt that is over, not yet written down.
struct Landed {
    job: Job,
    outcome: Outcome,
    next: Next,
    /// Unix milliseconds.
    at: i64,
}

/// Attempts under way at the same time.
const IN_FLIGHT: usize = 64;
/// One endpoint's part of them: the first while half is free, then the second, so that a few
/// endpoints that hang can't keep the others out.
const PER_ENDPOINT: [i64; 2] = [8, 2];
/// How long a claim stands: twice the deadline of an attempt, and time to write it down.
const LEASE_MS: i64 = 40_000;
/// How often it looks without being rung, and how long it waits after a failure of the database.
const POLL: Duration = Duration::from_secs(1);

impl Courier {
    /// # Errors
    /// When no client can be made: the machine has no trusted certificates.
    pub fn new(state: State) -> reqwest::Result<Self> {
        let client = Client::new(&state.config.egress_allow)?;
        Ok(Self { state, client })
    }

    /// One round: claims what is due at `now`, posts it, writes it down. Returns how many attempts
    /// it made; tests drain the outbox by calling it until that is 0.
    pub async fn step(&self, now: i64) -> store::Result<usize> {
        let share = Share { limit: IN_FLIGHT as i64, per_endpoint: PER_ENDPOINT[0] };
        let jobs = self.turn(Vec::new(), Some(share), now).await?;
        let mut flights = JoinSet::new();
        for job in jobs {
            flights.spawn(self.clone().attempt(job, now));
        }
        let landed: Vec<_> = flights.join_all().await.into_iter().map(Arc::new).collect();
        let attempts = landed.len();
        self.turn(landed, None, now).await?;
        Ok(attempts)
    }

    /// Delivers until `shutdown`, then lets attempts that are under way end. What has not ended
    /// within their deadline comes back when its lease does.
    pub async fn run(self, shutdown: CancellationToken) {
        if let Err(error) = self.reclaim_at_start().await {
            tracing::error!(%error, "deliveries under way when the server died wait for their leases to end");
        }
        let (mut flights, mut landed) = (JoinSet::new(), Vec::new());
        while !shutdown.is_cancelled() {
            let share = share(IN_FLIGHT - flights.len());
            let more = match self.turn(landed.clone(), share, state::now()).await {
                Ok(jobs) => {
                    landed.clear();
                    let more = share.is_some_and(|share| jobs.len() as i64 == share.limit);
                    for job in jobs {
                        flights.spawn(self.clone().attempt(job, state::now()));
                    }
                    more
                }
                Err(error) => {
                    tracing::error!(%error, "deliveries were neither claimed nor written down");
                    tokio::select! { () = shutdown.cancelled() => {}, () = tokio::time::sleep(POLL) => {} }
                    true
                }
            };
            if !more {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = self.state.courier_bell.notified() => {}
                    () = tokio::time::sleep(POLL) => {}
                    Some(end) = flights.join_next() => keep(&mut landed, end),
                }
            }
            while let Some(end) = flights.try_join_next() {
                keep(&mut landed, end);
            }
        }
        self.finish(flights, landed).await;
    }

    /// A SQLite file has one server: whatever is under lease now was left by one that died.
    async fn reclaim_at_start(&self) -> store::Result<()> {
        let store = self.state.store.clone();
        if !matches!(store, Store::Sqlite { .. }) {
            return Ok(());
        }
        let reclaimed = tokio::spawn(async move {
            let mut tx = store.begin().await?;
            deliveries::reclaim(tx.conn(), state::now(), i64::MAX).await?;
            tx.commit().await
        });
        reclaimed.await.unwrap_or_else(broken)
    }

    async fn finish(&self, mut flights: JoinSet<Landed>, mut landed: Vec<Arc<Landed>>) {
        let all = async {
            while let Some(end) = flights.join_next().await {
                keep(&mut landed, end);
            }
        };
        if tokio::time::timeout(DEADLINE, all).await.is_err() {
            tracing::warn!("attempts under way were given up; their leases bring them back");
        }
        if let Err(error) = self.turn(landed, None, state::now()).await {
            tracing::error!(%error, "the last attempts were not written down; their leases bring them back");
        }
    }

    /// One transaction: writes down what has landed and, given a share, claims what is due. In a
    /// task of its own, so that whoever drops this can't break it in half.
    async fn turn(&self, landed: Vec<Arc<Landed>>, share: Option<Share>, now: i64) -> store::Result<Vec<Job>> {
        if landed.is_empty() && share.is_none() {
            return Ok(Vec::new());
        }
        let state = self.state.clone();
        let turn = tokio::spawn(async move {
            let mut tx = state.store.begin().await?;
            for Landed { job, outcome, next, at } in landed.iter().map(AsRef::as_ref) {
                let ours = deliveries::complete(tx.conn(), job, outcome, *next, *at).await?;
                if ours && *next == Next::Gone {
                    endpoints::disable(tx.conn(), job.account_id, job.endpoint_id, *at).await?;
                }
            }
            let jobs = match share {
                Some(share) => {
                    deliveries::reclaim(tx.conn(), now, now).await?;
                    deliveries::claim(tx.conn(), now, now + LEASE_MS, Uuid::now_v7(), share).await?
                }
                None => Vec::new(),
            };
            tx.commit().await?;
            Ok(jobs)
        });
        turn.await.unwrap_or_else(broken)
    }

    /// Posts one delivery; `now` is the wall clock in Unix milliseconds.
    async fn attempt(self, job: Job, now: i64) -> Landed {
        let outcome = match self.state.keys.open(&job.secret) {
            Ok(secret) => {
                let letter = Letter {
                    url: job.url.clone(),
                    message_id: job.message_id,
                    secret: Secret::from_bytes(secret),
                    body: job.body.clone(),
                };
                post::post(&self.client, letter, now).await
            }
            Err(error) => {
                tracing::error!(%error, endpoint = %job.endpoint_id, "a webhook can't be signed");
                Outcome::unsent("secret")
            }
        };
        let at = now + outcome.took_ms;
        let next = schedule::after(&outcome, job.attempt, at, u32::from_ne_bytes(random()));
        tracing::debug!(delivery = %job.id, attempt = job.attempt, ?outcome, ?next, "delivery attempted");
        Landed { job, outcome, next, at }
    }
}

/// A task that panicked, as an error of the database.
fn broken<T>(_: tokio::task::JoinError) -> store::Result<T> {
    Err(StoreError::Database(sqlx::Error::WorkerCrashed))
}

/// What the next claim may take when so many attempts could still begin.
fn share(free: usize) -> Option<Share> {
    let half = IN_FLIGHT / 2;
    match free {
        0 => None,
        _ if free > half => Some(Share { limit: (free - half) as i64, per_endpoint: PER_ENDPOINT[0] }),
        _ => Some(Share { limit: free as i64, per_endpoint: PER_ENDPOINT[1] }),
    }
}

fn keep(landed: &mut Vec<Arc<Landed>>, end: Result<Landed, tokio::task::JoinError>) {
    match end {
        Ok(end) => landed.push(Arc::new(end)),
        Err(error) => tracing::error!(%error, "an attempt broke off; its lease brings it back"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_house_leaves_less_to_each_endpoint() {
        assert_eq!(share(64), Some(Share { limit: 32, per_endpoint: 8 }));
        assert_eq!(share(33), Some(Share { limit: 1, per_endpoint: 8 }));
        assert_eq!(share(32), Some(Share { limit: 32, per_endpoint: 2 }));
        assert_eq!(share(0), None);
    }
}

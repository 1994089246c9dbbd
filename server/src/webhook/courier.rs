//! Carries what is due: claims deliveries, posts them side by side, keeps what came of each.

mod trial;
mod turn;

pub use trial::Trial;

use super::{
    post::{self, DEADLINE, Letter, Outcome},
    sign::Secret,
};
use crate::{
    keys::random,
    state::{self, State},
    store::{
        self, Store, StoreError,
        claims::{self, Claimed, Share},
        deliveries::{self, Job},
        secrets,
    },
};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
pub struct Courier {
    state: State,
}

/// A claimed delivery, and the secrets that sign it: sealed, the present one first.
#[derive(Clone)]
struct Flight {
    job: Job,
    secrets: Vec<Vec<u8>>,
}

/// An attempt that is over, not yet written down.
struct Landed {
    job: Job,
    outcome: Outcome,
    /// When it began and when it ended, in Unix milliseconds.
    begun: i64,
    at: i64,
    dice: u32,
}

/// Attempts under way at the same time.
const IN_FLIGHT: usize = 256;
/// The most of them that one endpoint gets, whatever its owner sets: the first while half is free, then
/// the second, so that a few endpoints that hang can't keep the others out.
const PER_ENDPOINT: [i64; 2] = [64, 2];
/// How long a claim stands: twice the deadline of an attempt, and time to write it down.
const LEASE_MS: i64 = 40_000;
/// How often it looks without being rung.
const POLL: Duration = Duration::from_millis(250);
/// How long it waits after a failure of the database.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// What is said of an attempt whose secret can't be opened: the instance key is not the one that sealed it.
const UNSIGNED: &str = "secret";
/// How long it waits while another process looks at the same endpoints.
const CONTENDED: Duration = Duration::from_millis(5);

impl Courier {
    pub fn new(state: State) -> Self {
        Self { state }
    }

    /// One round: claims what is due at `now`, posts it, writes it down. Returns how many attempts
    /// it made; tests drain the outbox by calling it until that is 0.
    pub async fn step(&self, now: i64) -> store::Result<usize> {
        let share = Share { limit: 64, per_endpoint: PER_ENDPOINT[0] };
        let (flights, _) = self.turn(Vec::new(), Some(share), now).await?;
        let mut under_way = JoinSet::new();
        for flight in flights {
            under_way.spawn(self.clone().attempt(flight, now));
        }
        let landed: Vec<_> = under_way.join_all().await.into_iter().map(Arc::new).collect();
        let attempts = landed.len();
        self.turn(landed, None, now).await?;
        Ok(attempts)
    }

    /// Delivers until `shutdown`, then lets attempts that are under way end. What has not ended
    /// within their deadline comes back when its lease does.
    pub async fn run(self, shutdown: CancellationToken) {
        self.check_key().await;
        if let Err(error) = self.reclaim_at_start().await {
            tracing::error!(%error, "deliveries under way when the server died wait for their leases to end");
        }
        let (mut flights, mut landed) = (JoinSet::new(), Vec::new());
        while !shutdown.is_cancelled() {
            let mut pause = Some(POLL);
            let share = share(IN_FLIGHT - flights.len());
            if !landed.is_empty() || (share.is_some() && self.is_anything_waiting().await) {
                match self.turn(landed.clone(), share, state::now()).await {
                    Ok((claimed, contended)) => {
                        landed.clear();
                        let full = share.is_some_and(|share| claimed.len() as i64 == share.limit);
                        pause = if full { None } else { Some(if contended { CONTENDED } else { POLL }) };
                        for flight in claimed {
                            flights.spawn(self.clone().attempt(flight, state::now()));
                        }
                    }
                    Err(error) => {
                        tracing::error!(%error, "deliveries were neither claimed nor written down");
                        tokio::select! { () = shutdown.cancelled() => {}, () = tokio::time::sleep(AFTER_FAILURE) => {} }
                        pause = None;
                    }
                }
            }
            if let Some(pause) = pause {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = self.state.courier_bell.notified() => {}
                    () = tokio::time::sleep(pause) => {}
                    Some(end) = flights.join_next() => keep(&mut landed, end),
                }
            }
            while let Some(end) = flights.try_join_next() {
                keep(&mut landed, end);
            }
        }
        self.finish(flights, landed).await;
    }

    /// Looks without writing, so that nothing to do costs nothing.
    async fn is_anything_waiting(&self) -> bool {
        let look = async { claims::waiting(self.state.store.reader().await?.conn(), state::now()).await };
        look.await.unwrap_or_else(|error: StoreError| {
            tracing::warn!(%error, "it can't be seen whether deliveries are due");
            true
        })
    }

    /// Several servers on one database need the same instance key: says so at once if this one has another.
    async fn check_key(&self) {
        let look = async { secrets::any(self.state.store.reader().await?.conn()).await };
        match look.await.map(|sealed: Option<Vec<u8>>| sealed.map(|sealed| self.state.keys.open(&sealed))) {
            Ok(None | Some(Ok(_))) => {}
            Ok(Some(Err(_))) => tracing::error!(
                folder = %self.state.config.data_folder().display(),
                "webhooks can't be signed: their secrets were sealed under another instance key; put the file \
                 instance-key of the server that made them into this folder"
            ),
            Err(error) => tracing::warn!(%error, "it can't be seen whether the instance key is the right one"),
        }
    }

    /// A SQLite file has one server: whatever is under lease now was left by one that died.
    async fn reclaim_at_start(&self) -> store::Result<()> {
        let store = self.state.store.clone();
        let reclaimed = tokio::spawn(async move {
            let mut tx = store.begin().await?;
            if matches!(store, Store::Sqlite { .. }) {
                deliveries::reclaim(tx.conn(), state::now(), i64::MAX).await?;
            }
            deliveries::unstick(tx.conn()).await?;
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

    /// Posts one delivery; `now` is the wall clock in Unix milliseconds.
    async fn attempt(self, Flight { job, secrets }: Flight, now: i64) -> Landed {
        let opened: Result<Vec<_>, _> = secrets.iter().map(|sealed| self.state.keys.open(sealed)).collect();
        let outcome = match opened {
            Ok(secrets) => {
                let letter = Letter {
                    url: job.url.clone(),
                    message_id: job.message_id,
                    secrets: secrets.into_iter().map(Secret::from_bytes).collect(),
                    body: job.body.clone(),
                    timeout: Duration::from_secs(job.timeout_s.unsigned_abs()),
                };
                post::post(&self.state.hooks, letter, now).await
            }
            Err(error) => {
                tracing::error!(%error, endpoint = %job.endpoint_id, "a webhook can't be signed");
                Outcome::unsent(UNSIGNED)
            }
        };
        super::failpoint("answered");
        let at = now + outcome.took_ms;
        Landed { job, outcome, begun: now, at, dice: u32::from_ne_bytes(random()) }
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
        assert_eq!(share(256), Some(Share { limit: 128, per_endpoint: 64 }));
        assert_eq!(share(129), Some(Share { limit: 1, per_endpoint: 64 }));
        assert_eq!(share(128), Some(Share { limit: 128, per_endpoint: 2 }));
        assert_eq!(share(0), None);
    }
}

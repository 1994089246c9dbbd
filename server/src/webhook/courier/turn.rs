//! One transaction of the courier: what has landed is written down, what is due is claimed.

use super::{Claimed, Courier, Flight, LEASE_MS, Landed, UNSIGNED, broken, claims, deliveries};
use crate::{
    state::State,
    store::{
        self, Tx,
        attempts::{self, NewAttempt},
        circuits,
        claims::Share,
        deliveries::{End, Job},
        endpoints::Why,
        secrets,
    },
    webhook::{
        failpoint,
        schedule::{self, Next},
        switch,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

impl Courier {
    /// Writes down what has landed and, given a share, claims what is due; tells too whether another process
    /// was in the way. In a task of its own, so that whoever drops this can't break it in half.
    pub(super) async fn turn(
        &self,
        landed: Vec<Arc<Landed>>,
        share: Option<Share>,
        now: i64,
    ) -> store::Result<(Vec<Flight>, bool)> {
        if landed.is_empty() && share.is_none() {
            return Ok((Vec::new(), false));
        }
        let state = self.state.clone();
        let turn = tokio::spawn(async move {
            failpoint("committed");
            let mut tx = state.store.begin().await?;
            let results = write(&state, &mut tx, &landed).await?;
            let claimed = match share {
                Some(share) => {
                    deliveries::reclaim(tx.conn(), now, now).await?;
                    claims::claim(tx.conn(), now, now + LEASE_MS, Uuid::now_v7(), share).await?
                }
                None => Claimed::default(),
            };
            let flights = with_secrets(&mut tx, claimed.jobs, now).await?;
            tx.commit().await?;
            failpoint("claimed");
            for (landed, next) in landed.iter().zip(results) {
                state.counters.deliveries.count(next, landed.outcome.took_ms);
            }
            Ok((flights, claimed.contended))
        });
        turn.await.unwrap_or_else(broken)
    }
}

/// Adds to each delivery the secrets that sign it.
pub(super) async fn with_secrets(tx: &mut Tx, jobs: Vec<Job>, now: i64) -> store::Result<Vec<Flight>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let retired = secrets::retired(tx.conn(), now).await?;
    let of = |job: &Job| {
        let old = retired.iter().filter(|old| (old.account_id, old.endpoint_id) == (job.account_id, job.endpoint_id));
        std::iter::once(job.secret.clone()).chain(old.map(|old| old.secret.clone())).collect()
    };
    Ok(jobs.into_iter().map(|job| Flight { secrets: of(&job), job }).collect())
}

/// The places of what has landed, by account and endpoint.
type ByEndpoint = BTreeMap<(i64, Uuid), Vec<usize>>;

/// Returns what became of each, in order; none of those whose lease was lost.
async fn write(state: &State, tx: &mut Tx, landed: &[Arc<Landed>]) -> store::Result<Vec<Option<Next>>> {
    let mut results = vec![None; landed.len()];
    // Always in this order, so that two processes never wait for each other.
    let mut by_endpoint: ByEndpoint = BTreeMap::new();
    for (n, one) in landed.iter().enumerate() {
        by_endpoint.entry((one.job.account_id, one.job.endpoint_id)).or_default().push(n);
    }
    let calm = calm(tx, landed, &by_endpoint).await?;
    let mut kept = Vec::with_capacity(landed.len());
    for ((account_id, endpoint_id), places) in by_endpoint {
        let group = || places.iter().map(|n| (*n, landed[*n].as_ref()));
        let mut circuit = match calm.contains(&(account_id, endpoint_id)) {
            true => None,
            false => circuits::lock(tx.conn(), account_id, endpoint_id).await?,
        };
        let before = circuit.clone();
        let mut why = None;
        for (n, one) in group() {
            let (next, step) = follows(one);
            let end = End { outcome: &one.outcome, next, step, at: one.at };
            if !deliveries::complete(tx.conn(), &one.job, &end).await? {
                continue;
            }
            results[n] = Some(next);
            kept.push(attempt(one));
            if (one.job.cause == "test" && !one.outcome.succeeded()) || was_ours(one) {
                continue;
            }
            if circuit.as_mut().is_some_and(|circuit| circuit.hear(&one.outcome, one.at)) {
                why = why.or(Some((Why::Failing, one.at)));
            }
            if next == Next::Gone {
                why = Some((Why::Gone, one.at));
            }
        }
        if let (Some(circuit), true) = (&circuit, circuit != before) {
            circuits::write(tx.conn(), account_id, endpoint_id, circuit).await?;
        }
        if let Some((why, at)) = why {
            switch::off(tx, &state.config.link(""), account_id, endpoint_id, why, at).await?;
        }
    }
    attempts::insert(tx.conn(), &kept).await?;
    Ok(results)
}

/// Where there is nothing to remember: all went well, and does so for a while. What is known of an endpoint is
/// asked for now, since much may have happened there while these were under way.
async fn calm(tx: &mut Tx, landed: &[Arc<Landed>], by_endpoint: &ByEndpoint) -> store::Result<BTreeSet<(i64, Uuid)>> {
    let is_good = |one: &Landed| one.outcome.succeeded() && one.job.lane.is_none();
    let good = by_endpoint.iter().filter(|(_, places)| places.iter().all(|n| is_good(&landed[*n])));
    let good: Vec<(i64, Uuid)> = good.map(|(endpoint, _)| *endpoint).collect();
    let mut calm: BTreeSet<(i64, Uuid)> = good.iter().copied().collect();
    for troubled in circuits::troubled(tx.conn(), &good).await? {
        calm.remove(&troubled);
    }
    Ok(calm)
}

/// How long a delivery waits that we can't sign.
const UNSIGNED_MS: i64 = 60_000;

/// What follows an attempt, and how many steps of the schedule are used up then. A probe that fails uses up
/// nothing, and the next one is another delivery's; so does what never left because of us.
fn follows(one: &Landed) -> (Next, i64) {
    let step = one.job.step + 1;
    match schedule::after(&one.outcome, step, one.at, one.dice) {
        Next::Again { .. } | Next::Dead if one.job.cause == "test" => (Next::Dead, step),
        Next::Again { .. } | Next::Dead if was_ours(one) => (Next::Again { at: one.at + UNSIGNED_MS }, one.job.step),
        Next::Again { .. } | Next::Dead if one.job.probes => {
            (Next::Again { at: one.at + schedule::asked_ms(&one.outcome) }, one.job.step)
        }
        next => (next, step),
    }
}

/// Says a failure nothing about the receiver?
fn was_ours(one: &Landed) -> bool {
    one.outcome.error == Some(UNSIGNED)
}

fn attempt(one: &Landed) -> NewAttempt<'_> {
    NewAttempt {
        account_id: one.job.account_id,
        delivery_id: one.job.id,
        n: one.job.attempt,
        at: one.begun,
        took_ms: one.outcome.took_ms,
        status: one.outcome.status.map(i64::from),
        error: one.outcome.error,
        remote_ip: one.outcome.remote_ip.as_deref(),
        url: &one.job.url,
        // Pairs of text are always JSON.
        headers: serde_json::to_string(&one.outcome.headers).unwrap_or_default(),
        answer: one.outcome.status.map(|_| one.outcome.answer.as_slice()),
    }
}

//! What is over goes: old messages, deliveries with their attempts, replays, and secrets whose overlap has ended.

use crate::{
    state::State,
    store::{self, StoreError, accounts, deliveries, endpoints, outbox, replays, secrets},
};
use uuid::Uuid;

/// How long messages and the log of their deliveries are kept when an account decides nothing, in days.
pub const USUAL_DAYS: u32 = 30;
const DAY_MS: i64 = 24 * 3_600_000;
/// Rows that one transaction deletes.
const PIECE: i64 = 500;

/// Deletes what is older at `now` than its account keeps it; returns how many messages and deliveries that were.
/// What waits or is on its way is never old.
pub async fn sweep(state: &State, now: i64) -> store::Result<u64> {
    let (accounts, mut trimmed) = (accounts::all(state.store.reader().await?.conn()).await?, 0);
    for (account_id, settings) in accounts {
        let before = now - i64::from(settings.webhook_log_days.unwrap_or(USUAL_DAYS)) * DAY_MS;
        let endpoints = endpoints::of_account(state.store.reader().await?.conn(), account_id).await?;
        for what in endpoints.iter().map(|endpoint| Some(endpoint.id)).chain([None]) {
            loop {
                // Between two pieces, others write.
                let piece = piece(state, account_id, what, before).await?;
                trimmed += piece;
                if state.stopping.is_cancelled() {
                    return Ok(trimmed);
                }
                if piece < PIECE.unsigned_abs() {
                    break;
                }
            }
        }
    }
    finish(state, now).await?;
    Ok(trimmed)
}

/// An endpoint's deliveries, or messages that no delivery is left of.
async fn piece(state: &State, account_id: i64, endpoint: Option<Uuid>, before: i64) -> store::Result<u64> {
    let store = state.store.clone();
    let piece = tokio::spawn(async move {
        let mut tx = store.begin().await?;
        let deleted = match endpoint {
            Some(id) => deliveries::trim(tx.conn(), account_id, id, before, PIECE).await?,
            None => outbox::trim(tx.conn(), account_id, before, PIECE).await?,
        };
        tx.commit().await?;
        store::Result::Ok(deleted)
    });
    piece.await.unwrap_or(Err(StoreError::Database(sqlx::Error::WorkerCrashed)))
}

async fn finish(state: &State, now: i64) -> store::Result<()> {
    let store = state.store.clone();
    let done = tokio::spawn(async move {
        let mut tx = store.begin().await?;
        secrets::sweep(tx.conn(), now).await?;
        replays::trim(tx.conn(), now - i64::from(USUAL_DAYS) * DAY_MS).await?;
        deliveries::abandon(tx.conn(), now).await?;
        deliveries::unstick(tx.conn()).await?;
        tx.commit().await
    });
    done.await.unwrap_or(Err(StoreError::Database(sqlx::Error::WorkerCrashed)))
}

//! Purges what accounts do not want to keep: see [`crate::store::accounts::Settings`].

use crate::{
    identity::PASS_LASTS_MS,
    reply,
    state::State,
    store::{self, accounts, former_interactions},
};
use app::error::ApiError;

const DAY_MS: i64 = 24 * 3_600_000;
/// How often it is looked for.
pub const EVERY_MS: i64 = 3_600_000;

/// Purges the entries that are older at `now` than their account keeps them; returns of how many views. Definitions
/// that no page shows any more go too.
///
/// # Errors
/// As the database's; what was purged by then stays so.
pub async fn sweep(state: &State, now: i64) -> Result<usize, ApiError> {
    definitions(state, now).await.map_err(reply::storage)?;
    let mut reader = state.store.reader().await.map_err(reply::storage)?;
    let decided = accounts::decided(reader.conn()).await.map_err(reply::storage)?;
    drop(reader);
    let mut purged = 0;
    for (account_id, settings) in decided {
        let Some(days) = settings.retention_days else { continue };
        let before = now - i64::from(days) * DAY_MS;
        loop {
            // Between two pieces, batches are written.
            match state.writer.purge(account_id, before, now).await? {
                0 => break,
                n => purged += n,
            }
            if state.stopping.is_cancelled() {
                return Ok(purged);
            }
        }
    }
    Ok(purged)
}

/// A page that was opened before a definition was replaced may report as long as its pass lasts.
async fn definitions(state: &State, now: i64) -> store::Result<()> {
    let mut tx = state.store.begin().await?;
    former_interactions::sweep(tx.conn(), now - PASS_LASTS_MS).await?;
    tx.commit().await
}

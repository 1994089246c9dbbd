//! Purges what accounts do not want to keep: see [`crate::store::accounts::Settings`].

use crate::{reply, state::State, store::accounts};
use app::error::ApiError;

const DAY_MS: i64 = 24 * 3_600_000;
/// How often it is looked for.
pub const EVERY_MS: i64 = 3_600_000;

/// Purges the entries that are older at `now` than their account keeps them; returns of how many views.
///
/// # Errors
/// As the database's; what was purged by then stays so.
pub async fn sweep(state: &State, now: i64) -> Result<usize, ApiError> {
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

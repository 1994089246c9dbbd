//! What an account does not want to keep for ever: the entries behind its views' figures.

use super::memory::Memory;
use crate::store::{self, Store, people, views};

/// Views that one transaction purges at most: a view may have many entries.
const AT_ONCE: i64 = 50;

/// Purges the entries of views that were last heard of before `before`. Their rows stay, and say when that was: no
/// batch is added to them any more. Answers stay too, as results that are listed one by one.
pub async fn purge(store: &Store, memory: &mut Memory, account_id: i64, before: i64, now: i64) -> store::Result<usize> {
    let mut reader = store.reader().await?;
    let old = views::before(reader.conn(), account_id, before, AT_ONCE).await?;
    drop(reader);
    if old.is_empty() {
        return Ok(0);
    }
    let mut tx = store.begin().await?;
    for id in &old {
        memory.forget((account_id, *id));
        people::forget_entries(tx.conn(), account_id, *id).await?;
        views::mark_purged(tx.conn(), account_id, *id, now).await?;
    }
    tx.commit().await?;
    Ok(old.len())
}

//! What one process at a time may look at and change, until its transaction has ended.

use super::{Conn, Result};
use crate::keys::digest;
use uuid::Uuid;

const RESERVE: &str = "select pg_advisory_xact_lock(n) from unnest($1::bigint[]) as n";

/// Reserves views or viewers, by account and id; waits for a process that has one of them. What is not in the
/// database yet can't be locked there, so this comes before it is looked for. SQLite has one writer.
pub async fn reserve(conn: Conn<'_>, ids: &[(i64, Uuid)]) -> Result<()> {
    let Conn::Postgres(db) = conn else { return Ok(()) };
    if ids.is_empty() {
        return Ok(());
    }
    let mut numbers: Vec<i64> = ids.iter().map(number).collect();
    // In one order, so that two processes can't wait for each other.
    numbers.sort_unstable();
    sqlx::query(RESERVE).bind(numbers).execute(db).await?;
    Ok(())
}

/// The number of a lock; that two have the same costs a wait.
fn number((account_id, id): &(i64, Uuid)) -> i64 {
    let all = digest(&[account_id.to_be_bytes().as_slice(), id.as_bytes()].concat());
    let mut head = [0; 8];
    head.copy_from_slice(&all[..8]);
    i64::from_be_bytes(head)
}

//! How much waits for the courier.

use super::{Conn, Result, on};

/// Deliveries that wait for their next attempt, and since when the oldest of them is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Backlog {
    pub pending: i64,
    /// Unix milliseconds; none when nothing is due.
    pub oldest_due: Option<i64>,
}

const NOW: &str = "
select (select count(*) from deliveries where state = 'pending') as pending,
       (select min(next_at) from deliveries where state = 'pending') as oldest_due";

pub async fn now(conn: Conn<'_>) -> Result<Backlog> {
    Ok(on!(conn, db => sqlx::query_as(NOW).fetch_one(db).await)?)
}

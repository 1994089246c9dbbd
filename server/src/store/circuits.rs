//! How the way to each endpoint fares: what [`crate::webhook::circuit`] remembers between attempts.

use super::{Conn, Result, on, pieces, rows_sql};
use crate::webhook::circuit::Circuit;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

macro_rules! read {
    ($lock:literal) => {
        concat!(
            "
select is_open, wait_until, opened, failed_in_row, window_at, window_all, window_failed, failing_since, failed_at
  from circuits where account_id = $1 and endpoint_id = $2 ",
            $lock
        )
    };
}
const READ_SQLITE: &str = read!("");
const READ_POSTGRES: &str = read!("for update");
const INSERT: &str = "insert into circuits (account_id, endpoint_id) values ($1, $2)";
/// Those that are not [`Circuit::is_well`].
const TROUBLED: &str = "
select account_id, endpoint_id from circuits
 where (is_open or failed_in_row > 0 or window_failed > 0 or failing_since is not null)
   and (account_id, endpoint_id) in (";
const WRITE: &str = "
update circuits
   set is_open = $3, wait_until = $4, opened = $5, failed_in_row = $6, window_at = $7, window_all = $8,
       window_failed = $9, failing_since = $10, failed_at = $11
 where account_id = $1 and endpoint_id = $2";
const PAY: &str = "
update circuits set paid_us = case when paid_us between $3 and $3 + 1000000 then paid_us else $3 end + $4
 where account_id = $1 and endpoint_id = $2";
const OPEN: &str = "
select count(*)
  from circuits c
  join endpoints e on e.account_id = c.account_id and e.id = c.endpoint_id
 where c.is_open and e.state = 'enabled'";

/// A new endpoint's, closed.
pub async fn insert(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT).bind(account_id).bind(endpoint_id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Reads an endpoint's and keeps every other process from changing it until the transaction ends.
/// None when the endpoint is gone.
pub async fn lock(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid) -> Result<Option<Circuit>> {
    let read = match conn {
        Conn::Sqlite(_) => READ_SQLITE,
        Conn::Postgres(_) => READ_POSTGRES,
    };
    Ok(on!(conn, db => sqlx::query_as(read).bind(account_id).bind(endpoint_id).fetch_optional(db).await)?)
}

/// Which of these `(account, endpoint)` had trouble lately, so that a success has something to change. Locks nothing.
pub async fn troubled(mut conn: Conn<'_>, endpoints: &[(i64, Uuid)]) -> Result<Vec<(i64, Uuid)>> {
    let mut troubled = Vec::new();
    for piece in pieces(endpoints) {
        let sql = rows_sql(&conn, TROUBLED, 2, piece.len(), ")");
        let rows: Vec<(i64, Uuid)> = on!(&mut conn, db => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for (account_id, endpoint_id) in piece {
                query = query.bind(account_id).bind(endpoint_id);
            }
            query.fetch_all(&mut **db).await
        })?;
        troubled.extend(rows);
    }
    Ok(troubled)
}

pub async fn write(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid, c: &Circuit) -> Result<()> {
    on!(conn, db => sqlx::query(WRITE)
        .bind(account_id).bind(endpoint_id).bind(c.is_open).bind(c.wait_until).bind(c.opened)
        .bind(c.failed_in_row).bind(c.window_at).bind(c.window_all).bind(c.window_failed)
        .bind(c.failing_since).bind(c.failed_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Counts `n` deliveries at `now` (Unix milliseconds) against a rate of so many a second.
pub async fn pay(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid, now: i64, n: i64, rate: i64) -> Result<()> {
    on!(conn, db => sqlx::query(PAY)
        .bind(account_id).bind(endpoint_id).bind(now * 1_000).bind(n * 1_000_000 / rate.max(1))
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// How many breakers are open. One of an endpoint that is switched off spares nobody.
pub async fn open(conn: Conn<'_>) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(OPEN).fetch_one(db).await)?)
}

//! Attempts: what was sent when, and what came back.

use super::{Conn, Result, on, pieces, rows_sql};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

pub struct NewAttempt<'a> {
    pub account_id: i64,
    pub delivery_id: Uuid,
    /// From 1.
    pub n: i64,
    /// When it began, in Unix milliseconds.
    pub at: i64,
    pub took_ms: i64,
    pub status: Option<i64>,
    /// A short word for what went wrong.
    pub error: Option<&'a str>,
    pub remote_ip: Option<&'a str>,
    pub url: &'a str,
    /// JSON: an array of pairs.
    pub headers: String,
    /// Its first 16 KiB.
    pub answer: Option<&'a [u8]>,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Attempt {
    pub n: i64,
    pub at: i64,
    pub took_ms: i64,
    pub status: Option<i64>,
    pub error: Option<String>,
    pub remote_ip: Option<String>,
    pub url: String,
    pub headers: String,
    pub answer: Option<Vec<u8>>,
}

const INSERT: &str = "
insert into attempts (account_id, delivery_id, n, at, took_ms, status, error, remote_ip, url, headers, answer)";
const OF_DELIVERY: &str = "
select n, at, took_ms, status, error, remote_ip, url, headers, answer
  from attempts where account_id = $1 and delivery_id = $2 order by n";

/// Keeps attempts; one that is known already stays as it is.
pub async fn insert(mut conn: Conn<'_>, attempts: &[NewAttempt<'_>]) -> Result<()> {
    for piece in pieces(attempts) {
        let sql = AssertSqlSafe(rows_sql(&conn, INSERT, 11, piece.len(), "on conflict do nothing"));
        on!(&mut conn, db => {
            let mut query = sqlx::query(sql);
            for a in piece {
                query = query
                    .bind(a.account_id).bind(a.delivery_id).bind(a.n).bind(a.at).bind(a.took_ms).bind(a.status)
                    .bind(a.error).bind(a.remote_ip).bind(a.url).bind(&a.headers).bind(a.answer);
            }
            query.execute(&mut **db).await.map(|_| ())
        })?;
    }
    Ok(())
}

pub async fn of_delivery(conn: Conn<'_>, account_id: i64, delivery_id: Uuid) -> Result<Vec<Attempt>> {
    Ok(on!(conn, db => sqlx::query_as(OF_DELIVERY).bind(account_id).bind(delivery_id).fetch_all(db).await)?)
}

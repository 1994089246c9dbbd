//! Links that set a password, good once. What a link says is known by its SHA-256 only.

use super::{Conn, Result, on};
use uuid::Uuid;

const INSERT: &str = "insert into resets (hash, user_id, expires_at, created_at) values ($1, $2, $3, $4)";
const OF: &str = "select user_id from resets where hash = $1 and expires_at > $2";
const TAKE: &str = "delete from resets where hash = $1 and expires_at > $2 returning user_id";
const FORGET: &str = "delete from resets where user_id = $1";
const SWEEP: &str = "delete from resets where expires_at <= $1";

pub async fn insert(conn: Conn<'_>, hash: &[u8], user_id: Uuid, until: i64, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT).bind(hash).bind(user_id).bind(until).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Whose password a link may set.
pub async fn of(conn: Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Uuid>> {
    Ok(on!(conn, db => sqlx::query_scalar(OF).bind(hash).bind(now).fetch_optional(db).await)?)
}

/// The same, and the link is used up.
pub async fn take(conn: Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Uuid>> {
    Ok(on!(conn, db => sqlx::query_scalar(TAKE).bind(hash).bind(now).fetch_optional(db).await)?)
}

/// None of a user's links is good any more.
pub async fn forget(conn: Conn<'_>, user_id: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(FORGET).bind(user_id).execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn sweep(conn: Conn<'_>, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(SWEEP).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

//! Browsers that are signed in. What a cookie says is known by its SHA-256 only.

use super::{Conn, Result, on};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Session {
    /// By which people name it; it opens nothing.
    pub id: Uuid,
    pub user_id: Uuid,
    /// The account it looks at.
    pub account_id: i64,
    /// Such as `Chrome, Linux`.
    pub agent: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
}

const INSERT: &str = "
insert into sessions (hash, id, user_id, account_id, agent, created_at, seen_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $6, $7)";
const BY_HASH: &str = "
select id, user_id, account_id, agent, created_at, seen_at, expires_at
  from sessions where hash = $1 and expires_at > $2 and seen_at > $3";
const OF_USER: &str = "
select id, user_id, account_id, agent, created_at, seen_at, expires_at
  from sessions where user_id = $1 and expires_at > $2 and seen_at > $3
 order by seen_at desc limit 100";
const SEEN: &str = "update sessions set seen_at = $2 where hash = $1 and seen_at < $2";
const TURN: &str = "update sessions set account_id = $3 where user_id = $1 and id = $2";
const END: &str = "delete from sessions where user_id = $1 and id = $2";
const END_BY_HASH: &str = "delete from sessions where hash = $1";
const END_OTHERS: &str = "delete from sessions where user_id = $1 and id <> $2";
const SWEEP: &str = "delete from sessions where expires_at <= $1 or seen_at <= $2";

pub async fn insert(conn: Conn<'_>, hash: &[u8], session: &Session) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(hash).bind(session.id).bind(session.user_id).bind(session.account_id).bind(&session.agent)
        .bind(session.created_at).bind(session.expires_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The session of a cookie, while it lasts; it was seen after `idle_since`.
pub async fn by_hash(conn: Conn<'_>, hash: &[u8], now: i64, idle_since: i64) -> Result<Option<Session>> {
    Ok(on!(conn, db => sqlx::query_as(BY_HASH).bind(hash).bind(now).bind(idle_since).fetch_optional(db).await)?)
}

/// The sessions of a user, the one seen last first.
pub async fn of_user(conn: Conn<'_>, user_id: Uuid, now: i64, idle_since: i64) -> Result<Vec<Session>> {
    Ok(on!(conn, db => sqlx::query_as(OF_USER).bind(user_id).bind(now).bind(idle_since).fetch_all(db).await)?)
}

pub async fn seen(conn: Conn<'_>, hash: &[u8], now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(SEEN).bind(hash).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// From now on it looks at this account.
pub async fn turn(conn: Conn<'_>, user_id: Uuid, id: Uuid, account_id: i64) -> Result<()> {
    on!(conn, db => sqlx::query(TURN).bind(user_id).bind(id).bind(account_id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Says whether there was one.
pub async fn end(conn: Conn<'_>, user_id: Uuid, id: Uuid) -> Result<bool> {
    Ok(on!(conn, db => sqlx::query(END).bind(user_id).bind(id).execute(db).await.map(|done| done.rows_affected() > 0))?)
}

pub async fn end_by_hash(conn: Conn<'_>, hash: &[u8]) -> Result<()> {
    on!(conn, db => sqlx::query(END_BY_HASH).bind(hash).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Ends all of a user's but `but`.
pub async fn end_others(conn: Conn<'_>, user_id: Uuid, but: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(END_OTHERS).bind(user_id).bind(but).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Deletes what is over.
pub async fn sweep(conn: Conn<'_>, now: i64, idle_since: i64) -> Result<()> {
    on!(conn, db => sqlx::query(SWEEP).bind(now).bind(idle_since).execute(db).await.map(|_| ()))?;
    Ok(())
}

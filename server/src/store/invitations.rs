//! Invitations to join an account, good once. What a link says is known by its SHA-256 only.

use super::{Conn, Result, on};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Invitation {
    pub account_id: i64,
    pub id: Uuid,
    /// In small letters.
    pub email: String,
    pub role: String,
    pub expires_at: i64,
}

const INSERT: &str = "
insert into invitations (account_id, id, hash, email, role, expires_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7)";
const OF_ACCOUNT: &str = "
select account_id, id, email, role, expires_at from invitations
 where account_id = $1 and expires_at > $2 order by email limit 1000";
const ONE: &str = "
select account_id, id, email, role, expires_at from invitations
 where account_id = $1 and id = $2 and expires_at > $3";
const BY_HASH: &str = "
select account_id, id, email, role, expires_at from invitations where hash = $1 and expires_at > $2";
const TAKE: &str = "
delete from invitations where hash = $1 and expires_at > $2
returning account_id, id, email, role, expires_at";
const CLEAR: &str = "delete from invitations where account_id = $1 and email = $2";
const DELETE: &str = "delete from invitations where account_id = $1 and id = $2";
const SWEEP: &str = "delete from invitations where expires_at <= $1";

pub async fn insert(conn: Conn<'_>, hash: &[u8], one: &Invitation, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(one.account_id).bind(one.id).bind(hash).bind(&one.email).bind(&one.role).bind(one.expires_at).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn of_account(conn: Conn<'_>, account_id: i64, now: i64) -> Result<Vec<Invitation>> {
    Ok(on!(conn, db => sqlx::query_as(OF_ACCOUNT).bind(account_id).bind(now).fetch_all(db).await)?)
}

pub async fn one(conn: Conn<'_>, account_id: i64, id: Uuid, now: i64) -> Result<Option<Invitation>> {
    Ok(on!(conn, db => sqlx::query_as(ONE).bind(account_id).bind(id).bind(now).fetch_optional(db).await)?)
}

pub async fn by_hash(conn: Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Invitation>> {
    Ok(on!(conn, db => sqlx::query_as(BY_HASH).bind(hash).bind(now).fetch_optional(db).await)?)
}

/// The same, and the link is used up.
pub async fn take(conn: Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Invitation>> {
    Ok(on!(conn, db => sqlx::query_as(TAKE).bind(hash).bind(now).fetch_optional(db).await)?)
}

/// An address has one invitation to an account at most: takes the one away that there is.
pub async fn clear(conn: Conn<'_>, account_id: i64, email: &str) -> Result<()> {
    on!(conn, db => sqlx::query(CLEAR).bind(account_id).bind(email).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Says whether there was one.
pub async fn delete(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<bool> {
    let done =
        on!(conn, db => sqlx::query(DELETE).bind(account_id).bind(id).execute(db).await.map(|d| d.rows_affected()))?;
    Ok(done > 0)
}

pub async fn sweep(conn: Conn<'_>, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(SWEEP).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

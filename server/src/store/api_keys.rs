//! API keys: several for an account, each with its rights and perhaps an end. A key is known by its SHA-256 only.

use super::{Conn, Result, accounts::Account, on};
use uuid::Uuid;

/// A key as its account sees it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct ApiKey {
    pub id: Uuid,
    pub name: String,
    /// How its text begins.
    pub prefix: String,
    pub scopes: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

/// A key that holds, with its account.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Bearer {
    pub account_id: i64,
    pub email: String,
    pub account: String,
    pub id: Uuid,
    pub name: String,
    pub prefix: String,
    pub scopes: String,
    pub last_used_at: Option<i64>,
}

impl Bearer {
    pub fn account(&self) -> Account {
        Account { id: self.account_id, email: self.email.clone(), name: self.account.clone() }
    }
}

const INSERT: &str = "
insert into api_keys (account_id, id, prefix, hash, created_at, name, scopes, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)";
const BY_HASH: &str = "
select a.id as account_id, a.email, a.name as account, k.id, k.name, k.prefix, k.scopes, k.last_used_at
  from api_keys k join accounts a on a.id = k.account_id
 where k.hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2)";
const OF_ACCOUNT: &str = "
select id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at
  from api_keys where account_id = $1 order by created_at desc, id limit 1000";
const ONE: &str = "
select id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at
  from api_keys where account_id = $1 and id = $2";
const COUNT: &str = "select count(*) from api_keys where account_id = $1 and revoked_at is null";
const REVOKE: &str = "update api_keys set revoked_at = $3 where account_id = $1 and id = $2 and revoked_at is null";
const USED: &str = "update api_keys set last_used_at = $3 where account_id = $1 and id = $2";

pub async fn insert(conn: Conn<'_>, account_id: i64, hash: &[u8], key: &ApiKey) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(account_id).bind(key.id).bind(&key.prefix).bind(hash).bind(key.created_at)
        .bind(&key.name).bind(&key.scopes).bind(key.expires_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The key with this SHA-256, while it holds.
pub async fn by_hash(conn: Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Bearer>> {
    Ok(on!(conn, db => sqlx::query_as(BY_HASH).bind(hash).bind(now).fetch_optional(db).await)?)
}

/// All keys, those too that no longer hold, the newest first.
pub async fn of_account(conn: Conn<'_>, account_id: i64) -> Result<Vec<ApiKey>> {
    Ok(on!(conn, db => sqlx::query_as(OF_ACCOUNT).bind(account_id).fetch_all(db).await)?)
}

pub async fn one(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<Option<ApiKey>> {
    Ok(on!(conn, db => sqlx::query_as(ONE).bind(account_id).bind(id).fetch_optional(db).await)?)
}

/// Those that are not revoked.
pub async fn count(conn: Conn<'_>, account_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(COUNT).bind(account_id).fetch_one(db).await)?)
}

/// Says whether there was one to revoke.
pub async fn revoke(conn: Conn<'_>, account_id: i64, id: Uuid, now: i64) -> Result<bool> {
    let done = on!(conn, db => sqlx::query(REVOKE).bind(account_id).bind(id).bind(now)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

pub async fn used(conn: Conn<'_>, account_id: i64, id: Uuid, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(USED).bind(account_id).bind(id).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

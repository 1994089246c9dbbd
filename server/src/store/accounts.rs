//! Accounts, and the first key of each.

use super::{Conn, Result, StoreError, on};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Account {
    pub id: i64,
    pub email: String,
    pub name: String,
}

/// A key as it is stored: `hash` is the SHA-256 of its text.
pub struct NewKey<'a> {
    pub id: Uuid,
    pub prefix: &'a str,
    pub hash: &'a [u8],
}

const INSERT: &str = "insert into accounts (id, email, name, created_at) values ($1, $2, $3, $4)";
const BY_EMAIL: &str = "select id, email, name from accounts where email = $1";
const BY_ID: &str = "select id, email, name from accounts where id = $1";
const SETTINGS: &str = "select settings from accounts where id = $1";
const SET_SETTINGS: &str = "update accounts set settings = $2 where id = $1";
const DECIDED: &str = "select id, settings from accounts where settings <> '{}' order by id";
const ALL: &str = "select id, settings from accounts order by id";
const NEXT_ID: &str = "select coalesce(max(id), 0) + 1 from accounts";
const NAME: &str = "select name from accounts where id = $1";
const INSERT_KEY: &str = "
insert into api_keys (account_id, id, prefix, hash, created_at) values ($1, $2, $3, $4, $5)
on conflict (hash) do nothing";

/// What the owner of an account decides about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// After so many days the entries of a view are purged; none keeps them.
    #[serde(default)]
    pub retention_days: Option<u32>,
    /// After so many days webhook messages and the log of their deliveries are deleted; none is 30.
    #[serde(default)]
    pub webhook_log_days: Option<u32>,
}

pub async fn settings(conn: Conn<'_>, id: i64) -> Result<Settings> {
    let text: String = on!(conn, db => sqlx::query_scalar(SETTINGS).bind(id).fetch_one(db).await)?;
    read(&text)
}

pub async fn set_settings(conn: Conn<'_>, id: i64, settings: Settings) -> Result<()> {
    // Numbers are always JSON.
    let text = serde_json::to_string(&settings).unwrap_or_default();
    on!(conn, db => sqlx::query(SET_SETTINGS).bind(id).bind(text).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The accounts that have decided anything.
pub async fn decided(conn: Conn<'_>) -> Result<Vec<(i64, Settings)>> {
    let rows: Vec<(i64, String)> = on!(conn, db => sqlx::query_as(DECIDED).fetch_all(db).await)?;
    rows.into_iter().map(|(id, text)| Ok((id, read(&text)?))).collect()
}

/// Every account.
pub async fn all(conn: Conn<'_>) -> Result<Vec<(i64, Settings)>> {
    let rows: Vec<(i64, String)> = on!(conn, db => sqlx::query_as(ALL).fetch_all(db).await)?;
    rows.into_iter().map(|(id, text)| Ok((id, read(&text)?))).collect()
}

fn read(text: &str) -> Result<Settings> {
    serde_json::from_str(text).map_err(|source| StoreError::Unreadable { what: "account settings", source })
}

pub async fn insert(conn: Conn<'_>, account: &Account, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(account.id).bind(&account.email).bind(&account.name).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The number of the next account.
pub async fn next_id(conn: Conn<'_>) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(NEXT_ID).fetch_one(db).await)?)
}

pub async fn by_email(conn: Conn<'_>, email: &str) -> Result<Option<Account>> {
    Ok(on!(conn, db => sqlx::query_as(BY_EMAIL).bind(email).fetch_optional(db).await)?)
}

pub async fn by_id(conn: Conn<'_>, id: i64) -> Result<Option<Account>> {
    Ok(on!(conn, db => sqlx::query_as(BY_ID).bind(id).fetch_optional(db).await)?)
}

/// What viewers may read as the owner of an account's videos.
pub async fn name(conn: Conn<'_>, id: i64) -> Result<String> {
    Ok(on!(conn, db => sqlx::query_scalar(NAME).bind(id).fetch_one(db).await)?)
}

/// Adds a key with every right and no end; the same key twice is kept once.
pub async fn insert_key(conn: Conn<'_>, account_id: i64, key: NewKey<'_>, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT_KEY)
        .bind(account_id).bind(key.id).bind(key.prefix).bind(key.hash).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

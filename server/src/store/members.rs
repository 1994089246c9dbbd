//! Who belongs to which account, and as what.

use super::{Conn, Result, on};
use uuid::Uuid;

/// A member as the account sees them.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Member {
    pub user_id: Uuid,
    pub email: String,
    pub name: String,
    pub role: String,
    pub created_at: i64,
}

/// An account as its member sees it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Membership {
    pub account_id: i64,
    pub account: String,
    pub role: String,
}

const INSERT: &str = "insert into members (account_id, user_id, role, created_at) values ($1, $2, $3, $4)
on conflict (account_id, user_id) do nothing";
const OF_ACCOUNT: &str = "
select m.user_id, u.email, u.name, m.role, m.created_at
  from members m join users u on u.id = m.user_id
 where m.account_id = $1
 order by u.email limit $2";
const ONE: &str = "
select m.user_id, u.email, u.name, m.role, m.created_at
  from members m join users u on u.id = m.user_id
 where m.account_id = $1 and m.user_id = $2";
const OF_USER: &str = "
select m.account_id, a.name as account, m.role
  from members m join accounts a on a.id = m.account_id
 where m.user_id = $1
 order by m.account_id limit 1000";
const COUNT: &str = "select count(*) from members where account_id = $1";
const OWNERS: &str = "select count(*) from members where account_id = $1 and role = 'owner'";
const HOLD: &str = "update accounts set id = id where id = $1";
const SET_ROLE: &str = "update members set role = $3 where account_id = $1 and user_id = $2";
const DELETE: &str = "delete from members where account_id = $1 and user_id = $2";

/// Nothing happens to who is a member already.
pub async fn insert(conn: Conn<'_>, account_id: i64, user_id: Uuid, role: &str, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(account_id).bind(user_id).bind(role).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn of_account(conn: Conn<'_>, account_id: i64, limit: i64) -> Result<Vec<Member>> {
    Ok(on!(conn, db => sqlx::query_as(OF_ACCOUNT).bind(account_id).bind(limit).fetch_all(db).await)?)
}

pub async fn one(conn: Conn<'_>, account_id: i64, user_id: Uuid) -> Result<Option<Member>> {
    Ok(on!(conn, db => sqlx::query_as(ONE).bind(account_id).bind(user_id).fetch_optional(db).await)?)
}

/// The accounts of a user, the oldest first.
pub async fn of_user(conn: Conn<'_>, user_id: Uuid) -> Result<Vec<Membership>> {
    Ok(on!(conn, db => sqlx::query_as(OF_USER).bind(user_id).fetch_all(db).await)?)
}

pub async fn count(conn: Conn<'_>, account_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(COUNT).bind(account_id).fetch_one(db).await)?)
}

pub async fn owners(conn: Conn<'_>, account_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(OWNERS).bind(account_id).fetch_one(db).await)?)
}

/// Nobody else changes the account's people until the transaction ends: two owners can't remove each other.
pub async fn hold(conn: Conn<'_>, account_id: i64) -> Result<()> {
    on!(conn, db => sqlx::query(HOLD).bind(account_id).execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn set_role(conn: Conn<'_>, account_id: i64, user_id: Uuid, role: &str) -> Result<()> {
    on!(conn, db => sqlx::query(SET_ROLE).bind(account_id).bind(user_id).bind(role).execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn delete(conn: Conn<'_>, account_id: i64, user_id: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(DELETE).bind(account_id).bind(user_id).execute(db).await.map(|_| ()))?;
    Ok(())
}

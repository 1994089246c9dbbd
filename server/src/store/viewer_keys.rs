//! The keys under which accounts sign viewer tokens, sealed.

use super::{Conn, Result, on};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ViewerKey {
    pub id: Uuid,
    /// Sealed: `Keys::seal`.
    pub key: Vec<u8>,
    pub created_at: i64,
    /// When it ceases to hold; none for the current one.
    pub ends_at: Option<i64>,
}

const VALID: &str = "
select id, key, created_at, ends_at
  from viewer_keys where account_id = $1 and (ends_at is null or ends_at > $2)
 order by created_at desc, id desc";
const INSERT: &str = "
insert into viewer_keys (account_id, id, key, created_at) values ($1, $2, $3, $4)
on conflict do nothing";
const RETIRE: &str = "update viewer_keys set ends_at = $2 where account_id = $1 and ends_at is null";
const FORGET: &str = "delete from viewer_keys where account_id = $1 and ends_at <= $2";

/// The keys that hold at `now`, the current one first.
pub async fn valid(conn: Conn<'_>, account_id: i64, now: i64) -> Result<Vec<ViewerKey>> {
    Ok(on!(conn, db => sqlx::query_as(VALID).bind(account_id).bind(now).fetch_all(db).await)?)
}

/// Makes a key the current one, unless there is one.
pub async fn insert(conn: Conn<'_>, account_id: i64, id: Uuid, sealed: &[u8], now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(account_id).bind(id).bind(sealed).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Ends the current key at `ends_at`, and deletes those that have ended by `now`.
pub async fn retire(mut conn: Conn<'_>, account_id: i64, ends_at: i64, now: i64) -> Result<()> {
    on!(&mut conn, db => sqlx::query(RETIRE).bind(account_id).bind(ends_at).execute(&mut **db).await.map(|_| ()))?;
    on!(conn, db => sqlx::query(FORGET).bind(account_id).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

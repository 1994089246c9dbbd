//! Names that clients give their imports, so that asking twice is asking once.

use super::{Conn, Result, on};

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Known {
    pub url: String,
    pub video_id: i64,
}

const INSERT: &str = "
insert into import_keys (account_id, key, url, video_id, created_at) values ($1, $2, $3, $4, $5)
on conflict (account_id, key) do nothing";
const FIND: &str = "select url, video_id from import_keys where account_id = $1 and key = $2";

/// False when the name is taken.
pub async fn insert(conn: Conn<'_>, account_id: i64, key: &str, url: &str, video_id: i64, now: i64) -> Result<bool> {
    let taken = on!(conn, db => sqlx::query(INSERT)
        .bind(account_id).bind(key).bind(url).bind(video_id).bind(now).execute(db).await.map(|done| done.rows_affected()))?;
    Ok(taken > 0)
}

pub async fn find(conn: Conn<'_>, account_id: i64, key: &str) -> Result<Option<Known>> {
    Ok(on!(conn, db => sqlx::query_as(FIND).bind(account_id).bind(key).fetch_optional(db).await)?)
}

//! Files that nothing names any more, and when they may go.

use super::{Conn, Result, on};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Garbage {
    pub account_id: i64,
    /// In the object store; one that ends in a slash stands for all below it.
    pub path: String,
}

const INSERT: &str = "
insert into garbage (account_id, path, due_at) values ($1, $2, $3)
on conflict (account_id, path) do update set due_at = excluded.due_at";
const DUE: &str = "select account_id, path from garbage where due_at <= $1 order by due_at, path limit $2";
const DELETE: &str = "delete from garbage where account_id = $1 and path = $2";

/// The file may go at `due_at`. Written in the transaction after which nothing names it.
pub async fn insert(conn: Conn<'_>, account_id: i64, path: &str, due_at: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT).bind(account_id).bind(path).bind(due_at).execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn due(conn: Conn<'_>, now: i64, limit: i64) -> Result<Vec<Garbage>> {
    Ok(on!(conn, db => sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(db).await)?)
}

/// It is gone, or is named again.
pub async fn delete(conn: Conn<'_>, one: &Garbage) -> Result<()> {
    on!(conn, db => sqlx::query(DELETE).bind(one.account_id).bind(&one.path).execute(db).await.map(|_| ()))?;
    Ok(())
}

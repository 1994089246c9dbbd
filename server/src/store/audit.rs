//! Who changed what, the newest first. Rows are added and never changed.

use super::{Conn, Result, on};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Row {
    /// In the order of time.
    pub id: Uuid,
    pub at: i64,
    /// An e-mail address, or a key's name and beginning.
    pub actor: String,
    /// `user:<id>`, `key:<id>`, or what else it was.
    pub actor_id: String,
    /// Such as `video.change`.
    pub action: String,
    /// Whose it is: a number, an id, an address of a member.
    pub object: String,
    /// Names of the fields that were given, with blanks between them.
    pub fields: String,
}

const INSERT: &str = "
insert into audit (account_id, id, at, actor, actor_id, action, object, fields)
values ($1, $2, $3, $4, $5, $6, $7, $8)";
const PAGE: &str = "
select id, at, actor, actor_id, action, object, fields
  from audit where account_id = $1 and id < $2 order by id desc limit $3";

pub async fn insert(conn: Conn<'_>, account_id: i64, row: &Row) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(account_id).bind(row.id).bind(row.at).bind(&row.actor).bind(&row.actor_id)
        .bind(&row.action).bind(&row.object).bind(&row.fields)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The rows before the one with this id.
pub async fn page(conn: Conn<'_>, account_id: i64, before: Uuid, limit: i64) -> Result<Vec<Row>> {
    Ok(on!(conn, db => sqlx::query_as(PAGE).bind(account_id).bind(before).bind(limit).fetch_all(db).await)?)
}

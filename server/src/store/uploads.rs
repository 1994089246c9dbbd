//! Files that come piece by piece. A piece counts once it has a row, and rows follow each other without gaps.

use super::{Conn, Result, on};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Upload {
    pub account_id: i64,
    /// That of its job.
    pub id: Uuid,
    /// Bytes; none until it is told.
    pub length: Option<i64>,
    pub received: i64,
    /// As the client wrote it (tus: `Upload-Metadata`).
    pub metadata: String,
    /// Unix milliseconds.
    pub expires_at: i64,
    pub created_at: i64,
}

/// A piece that is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Part {
    /// Where in the file it begins.
    pub start: i64,
    pub size: i64,
    /// Its file's, in the upload's folder.
    pub name: String,
}

const INSERT: &str = "
insert into uploads (account_id, id, length, received, metadata, expires_at, created_at)
values ($1, $2, $3, 0, $4, $5, $6)";
const BY_ID: &str = "
select account_id, id, length, received, metadata, expires_at, created_at
  from uploads where account_id = $1 and id = $2";
const ADVANCE: &str = "
update uploads set received = received + $4, expires_at = $5
 where account_id = $1 and id = $2 and received = $3";
const SET_LENGTH: &str = "
update uploads set length = $3 where account_id = $1 and id = $2 and length is null";
const INSERT_PART: &str =
    "insert into upload_parts (account_id, upload_id, start, size, name) values ($1, $2, $3, $4, $5)";
const PARTS: &str = "
select start, size, name from upload_parts where account_id = $1 and upload_id = $2 order by start";
const EXPIRED: &str = "
select u.account_id, u.id, u.length, u.received, u.metadata, u.expires_at, u.created_at
  from uploads u join jobs j on j.account_id = u.account_id and j.id = u.id
 where u.expires_at <= $1 and j.state = 'receiving' order by u.expires_at limit 100";
const DELETE_PARTS: &str = "delete from upload_parts where account_id = $1 and upload_id = $2";
const DELETE_OVER: &str = "
delete from uploads where expires_at <= $1 and exists (
       select 1 from jobs j where j.account_id = uploads.account_id and j.id = uploads.id
          and j.state in ('done', 'failed', 'cancelled'))
   and not exists (select 1 from upload_parts p where p.account_id = uploads.account_id and p.upload_id = uploads.id)";
const DELETE: &str = "delete from uploads where account_id = $1 and id = $2";

pub async fn insert(conn: Conn<'_>, upload: &Upload) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(upload.account_id).bind(upload.id).bind(upload.length).bind(&upload.metadata)
        .bind(upload.expires_at).bind(upload.created_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn by_id(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<Option<Upload>> {
    Ok(on!(conn, db => sqlx::query_as(BY_ID).bind(account_id).bind(id).fetch_optional(db).await)?)
}

/// Takes pieces that follow what is there. False, and nothing is changed, when somebody else was faster: call it
/// in a transaction that is then dropped.
pub async fn advance(mut conn: Conn<'_>, upload: &Upload, parts: &[Part], expires_at: i64) -> Result<bool> {
    let size: i64 = parts.iter().map(|part| part.size).sum();
    let advanced = on!(&mut conn, db => sqlx::query(ADVANCE)
        .bind(upload.account_id).bind(upload.id).bind(upload.received).bind(size).bind(expires_at)
        .execute(&mut **db).await.map(|done| done.rows_affected()))?;
    if advanced == 0 {
        return Ok(false);
    }
    for part in parts {
        on!(&mut conn, db => sqlx::query(INSERT_PART)
            .bind(upload.account_id).bind(upload.id).bind(part.start).bind(part.size).bind(&part.name)
            .execute(&mut **db).await.map(|_| ()))?;
    }
    Ok(true)
}

/// Tells the length of one that had none.
pub async fn set_length(conn: Conn<'_>, account_id: i64, id: Uuid, length: i64) -> Result<()> {
    on!(conn, db => sqlx::query(SET_LENGTH).bind(account_id).bind(id).bind(length).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The pieces in their order.
pub async fn parts(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<Vec<Part>> {
    Ok(on!(conn, db => sqlx::query_as(PARTS).bind(account_id).bind(id).fetch_all(db).await)?)
}

/// Uploads that nobody has gone on with in time.
pub async fn expired(conn: Conn<'_>, now: i64) -> Result<Vec<Upload>> {
    Ok(on!(conn, db => sqlx::query_as(EXPIRED).bind(now).fetch_all(db).await)?)
}

/// Forgets the pieces of an upload; their files are left.
pub async fn delete_parts(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(DELETE_PARTS).bind(account_id).bind(id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Forgets an upload that has no pieces any more.
pub async fn delete(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(DELETE).bind(account_id).bind(id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Forgets uploads that were whole long ago: nobody asks for them any more.
pub async fn delete_over(conn: Conn<'_>, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(DELETE_OVER).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

//! Personal links: one for each recipient of a video, and the browser that played it first.

use super::{Conn, Result, on, pieces, rows_sql};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Link {
    pub account_id: i64,
    pub video_id: i64,
    pub id: Uuid,
    /// The SHA-256 of what the address carries.
    pub mark: Vec<u8>,
    /// The recipient, as a viewer.
    pub viewer_id: Uuid,
    pub email: String,
    pub name: Option<String>,
    /// The viewer id, of a cookie or of a day, that the first browser had which played; none too when that viewer was
    /// erased since.
    pub bound_to: Option<Uuid>,
    /// Unix milliseconds; none until a browser has played it.
    pub bound_at: Option<i64>,
    pub created_at: i64,
}

const INSERT: &str = "
insert into links (account_id, video_id, id, mark, viewer_id, email, name, created_at)";
const COUNT: &str = "select count(*) from links where account_id = $1 and video_id = $2";
const OF_VIDEO: &str = "
select account_id, video_id, id, mark, viewer_id, email, name, bound_to, bound_at, created_at
  from links where account_id = $1 and video_id = $2 and id > $3 order by id limit $4";
const BY_MARK: &str = "
select account_id, video_id, id, mark, viewer_id, email, name, bound_to, bound_at, created_at
  from links where account_id = $1 and mark = $2 and video_id = $3";
const BIND: &str = "
update links set bound_to = $4, bound_at = coalesce(bound_at, $5)
 where account_id = $1 and video_id = $2 and id = $3 and (bound_at is null or bound_to = $4)
returning account_id, video_id, id, mark, viewer_id, email, name, bound_to, bound_at, created_at";
const MOVE: &str = "
update links set bound_to = $5 where account_id = $1 and video_id = $2 and viewer_id = $3 and bound_to = $4";
const DELETE: &str = "delete from links where account_id = $1 and video_id = $2 and id = $3";

/// Adds links that nobody has played yet.
pub async fn insert(mut conn: Conn<'_>, links: &[Link]) -> Result<()> {
    for piece in pieces(links) {
        let sql = rows_sql(&conn, INSERT, 8, piece.len(), "");
        on!(&mut conn, db => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for link in piece {
                query = query
                    .bind(link.account_id).bind(link.video_id).bind(link.id).bind(&link.mark)
                    .bind(link.viewer_id).bind(&link.email).bind(&link.name).bind(link.created_at);
            }
            query.execute(&mut **db).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// How many links a video has.
pub async fn count(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(COUNT).bind(account_id).bind(video_id).fetch_one(db).await)?)
}

/// The video's links after `after`, oldest first, at most `limit`.
pub async fn of_video(conn: Conn<'_>, account_id: i64, video_id: i64, after: Uuid, limit: i64) -> Result<Vec<Link>> {
    Ok(on!(conn, db => sqlx::query_as(OF_VIDEO)
        .bind(account_id).bind(video_id).bind(after).bind(limit).fetch_all(db).await)?)
}

/// The video's link whose address carries what has this SHA-256.
pub async fn by_mark(conn: Conn<'_>, account_id: i64, video_id: i64, mark: &[u8]) -> Result<Option<Link>> {
    Ok(on!(conn, db => sqlx::query_as(BY_MARK)
        .bind(account_id).bind(mark).bind(video_id).fetch_optional(db).await)?)
}

/// Binds a link to a browser, unless another one has it. None then, and for one that was revoked.
pub async fn bind(
    conn: Conn<'_>,
    account_id: i64,
    video_id: i64,
    id: Uuid,
    browser: Uuid,
    now: i64,
) -> Result<Option<Link>> {
    Ok(on!(conn, db => sqlx::query_as(BIND)
        .bind(account_id).bind(video_id).bind(id).bind(browser).bind(now).fetch_optional(db).await)?)
}

/// The browser that had the id `from` has the id `to` now: a cookie came, and the day's hash goes.
pub async fn follow(
    conn: Conn<'_>,
    account_id: i64,
    video_id: i64,
    recipient: Uuid,
    from: Uuid,
    to: Uuid,
) -> Result<()> {
    on!(conn, db => sqlx::query(MOVE)
        .bind(account_id).bind(video_id).bind(recipient).bind(from).bind(to)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Revokes a link. False when the video has no such link.
pub async fn delete(conn: Conn<'_>, account_id: i64, video_id: i64, id: Uuid) -> Result<bool> {
    let deleted = on!(conn, db => sqlx::query(DELETE)
        .bind(account_id).bind(video_id).bind(id)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(deleted > 0)
}

//! Who watched: viewers of a video, newest first, their plays, and what a person with an e-mail address has played.

use super::{Conn, Result, on, views::View};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// A viewer of a video.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Spectator {
    pub viewer_id: Uuid,
    /// Page loads and plays.
    pub loads: i64,
    pub plays: i64,
}

/// Plays of one viewer that are looked at; who has more is told by the newest.
const PLAYS: i64 = 5_000;

const NEWEST: &str = "
select viewer_id, loads, plays from video_viewers
 where account_id = $1 and video_id = $2 and plays > 0
 order by last_at desc, viewer_id desc limit $3 offset $4";
const ONE: &str = "
select viewer_id, loads, plays from video_viewers
 where account_id = $1 and video_id = $2 and viewer_id = $3 and plays > 0";

macro_rules! plays {
    ($from:literal) => {
        concat!(
            "
select w.account_id, w.video_id, w.id, w.viewer_id, w.ip, w.surface, w.referrer, w.page_url, w.started_at,
       w.last_received_at, w.played, w.watched_ms, w.unique_ms, w.hidden_ms, w.muted_ms, w.uncredited_ms, w.entries,
       w.percent, w.spans, w.grants, w.left_out, w.browser, w.os, w.device, w.device_type, w.country, w.region, w.city,
       w.purged_at, w.closed_at, w.given, w.beyond_clock_ms, w.behind_gate_ms,
       w.duration_ms",
            $from,
            "
   and w.played and w.left_out is null
 order by w.started_at desc limit $4"
        )
    };
}
const OF_VIEWER: &str = plays!(
    "
  from views w
 where w.account_id = $1 and w.video_id = $2 and w.viewer_id = $3"
);
// An address is kept as it was typed, and compared without its case.
const OF_ADDRESS: &str = plays!(
    "
  from viewers p cross join views w
 where p.account_id = $1 and lower(p.email) = lower($3)
   and w.account_id = $1 and w.video_id = $2 and w.viewer_id = p.id"
);
const VIDEOS: &str = "
select w.video_id, count(*) as plays
  from viewers p cross join views w cross join videos v
 where p.account_id = $1 and lower(p.email) = lower($2)
   and w.account_id = $1 and w.viewer_id = p.id and w.played and w.left_out is null
   and v.account_id = $1 and v.id = w.video_id and v.deleted_at is null
 group by w.video_id
 order by max(w.started_at) desc, w.video_id desc limit $3 offset $4";

/// Viewers who played a video, the newest play first.
pub async fn newest(
    conn: Conn<'_>,
    (account_id, video_id): (i64, i64),
    limit: i64,
    offset: i64,
) -> Result<Vec<Spectator>> {
    Ok(on!(conn, db => sqlx::query_as(NEWEST)
        .bind(account_id).bind(video_id).bind(limit).bind(offset).fetch_all(db).await)?)
}

/// One viewer of a video; none for one who has not played it.
pub async fn one(conn: Conn<'_>, account_id: i64, video_id: i64, viewer_id: Uuid) -> Result<Option<Spectator>> {
    Ok(on!(conn, db => sqlx::query_as(ONE)
        .bind(account_id).bind(video_id).bind(viewer_id).fetch_optional(db).await)?)
}

/// The views in which a viewer played a video and which count, the newest first.
pub async fn plays(conn: Conn<'_>, (account_id, video_id): (i64, i64), viewer_id: Uuid) -> Result<Vec<View>> {
    Ok(on!(conn, db => sqlx::query_as(OF_VIEWER)
        .bind(account_id).bind(video_id).bind(viewer_id).bind(PLAYS).fetch_all(db).await)?)
}

/// The same of whoever has an address, under all ids that they are known by.
pub async fn plays_of_address(conn: Conn<'_>, (account_id, video_id): (i64, i64), email: &str) -> Result<Vec<View>> {
    let sql = by_viewer(&conn, OF_ADDRESS);
    Ok(on!(conn, db => sqlx::query_as(AssertSqlSafe(sql))
        .bind(account_id).bind(video_id).bind(email).bind(PLAYS).fetch_all(db).await)?)
}

/// The videos that whoever has an address has played, and how often; the newest play first.
pub async fn videos_of_address(
    conn: Conn<'_>,
    account_id: i64,
    email: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<(i64, i64)>> {
    let sql = by_viewer(&conn, VIDEOS);
    Ok(on!(conn, db => sqlx::query_as(AssertSqlSafe(sql))
        .bind(account_id).bind(email).bind(limit).bind(offset).fetch_all(db).await)?)
}

/// SQLite knows nothing of how many views there are, takes the tables of a cross join in their order, and would look
/// through all views of the account for each viewer unless it is told better.
fn by_viewer(conn: &Conn<'_>, sql: &str) -> String {
    match conn {
        Conn::Sqlite(_) => sql.replace("cross join views w", "cross join views w indexed by views_of_viewer"),
        Conn::Postgres(_) => sql.to_owned(),
    }
}

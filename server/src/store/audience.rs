//! Who watched: viewers of a video, newest first, their views, and people by their e-mail address.

use super::{Conn, Result, on, views::View};
use uuid::Uuid;

/// A viewer of a video.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Spectator {
    pub viewer_id: Uuid,
    /// Page loads and plays.
    pub loads: i64,
    pub plays: i64,
}

/// Views of one viewer that are looked at; who has more is told by the newest.
const VIEWS: i64 = 5_000;

const NEWEST: &str = "
select viewer_id, loads, plays from video_viewers
 where account_id = $1 and video_id = $2 and plays > 0
 order by last_at desc, viewer_id desc limit $3 offset $4";
const ONE: &str = "
select viewer_id, loads, plays from video_viewers where account_id = $1 and video_id = $2 and viewer_id = $3";
// An address is kept as it was typed, and compared without its case.
const NAMED: &str = "
select id from viewers where account_id = $1 and lower(email) = lower($2) order by id limit 100";
const VIEWS_OF: &str = "
select account_id, video_id, id, viewer_id, ip, surface, referrer, page_url, started_at,
       last_received_at, played, watched_ms, unique_ms, hidden_ms, muted_ms, uncredited_ms, entries, percent, spans,
       grants, left_out, browser, os, device, device_type, country, region, city, purged_at, closed_at, given,
       beyond_clock_ms, behind_gate_ms, duration_ms
  from views where account_id = $1 and viewer_id = $2 and video_id = $3
 order by started_at desc limit $4";
const VIDEOS_OF: &str = "
select video_id, max(started_at) as last_at from views
 where account_id = $1 and viewer_id = $2 and played and left_out is null group by video_id";

/// Viewers who played a video, the newest view first.
pub async fn newest(
    conn: Conn<'_>,
    (account_id, video_id): (i64, i64),
    limit: i64,
    offset: i64,
) -> Result<Vec<Spectator>> {
    Ok(on!(conn, db => sqlx::query_as(NEWEST)
        .bind(account_id).bind(video_id).bind(limit).bind(offset).fetch_all(db).await)?)
}

/// One viewer of a video.
pub async fn one(conn: Conn<'_>, account_id: i64, video_id: i64, viewer_id: Uuid) -> Result<Option<Spectator>> {
    Ok(on!(conn, db => sqlx::query_as(ONE)
        .bind(account_id).bind(video_id).bind(viewer_id).fetch_optional(db).await)?)
}

/// The ids under which a person with this address is known.
pub async fn named(conn: Conn<'_>, account_id: i64, email: &str) -> Result<Vec<Uuid>> {
    Ok(on!(conn, db => sqlx::query_scalar(NAMED).bind(account_id).bind(email).fetch_all(db).await)?)
}

/// A viewer's views of a video, the newest first.
pub async fn views(conn: Conn<'_>, account_id: i64, viewer_id: Uuid, video_id: i64) -> Result<Vec<View>> {
    Ok(on!(conn, db => sqlx::query_as(VIEWS_OF)
        .bind(account_id).bind(viewer_id).bind(video_id).bind(VIEWS).fetch_all(db).await)?)
}

/// The videos that a viewer has played, and when last.
pub async fn videos(conn: Conn<'_>, account_id: i64, viewer_id: Uuid) -> Result<Vec<(i64, i64)>> {
    Ok(on!(conn, db => sqlx::query_as(VIDEOS_OF).bind(account_id).bind(viewer_id).fetch_all(db).await)?)
}

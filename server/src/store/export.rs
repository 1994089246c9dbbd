//! What is exported: views and raw entries, in pieces that each begin where the one before ended.

use super::{Conn, Result, on};
use uuid::Uuid;

/// A view with the person behind it, as far as one is known.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ViewRow {
    pub id: Uuid,
    pub viewer_id: Uuid,
    pub email: Option<String>,
    pub name: Option<String>,
    pub ip: String,
    pub surface: String,
    pub referrer: Option<String>,
    pub page_url: Option<String>,
    pub started_at: i64,
    pub last_received_at: i64,
    pub played: bool,
    pub watched_ms: i64,
    pub unique_ms: i64,
    pub hidden_ms: i64,
    pub muted_ms: i64,
    pub uncredited_ms: i64,
    pub beyond_clock_ms: i64,
    pub behind_gate_ms: i64,
    pub percent: i64,
    pub duration_ms: Option<i64>,
    pub spans: String,
    pub entries: i64,
    pub left_out: Option<String>,
    pub country: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub device: Option<String>,
    pub device_type: Option<String>,
}

/// A raw entry.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EntryRow {
    pub view_id: Uuid,
    pub seq: i64,
    pub at_ms: i64,
    pub kind: String,
    pub body: String,
    pub received_at: i64,
}

const VIEWS: &str = "
select w.id, w.viewer_id, v.email, v.name, w.ip, w.surface, w.referrer, w.page_url, w.started_at, w.last_received_at,
       w.played, w.watched_ms, w.unique_ms, w.hidden_ms, w.muted_ms, w.uncredited_ms, w.beyond_clock_ms,
       w.behind_gate_ms, w.percent, w.duration_ms, w.spans, w.entries, w.left_out, w.country, w.region, w.city, w.browser, w.os,
       w.device, w.device_type
  from views w left join viewers v on v.account_id = w.account_id and v.id = w.viewer_id
 where w.account_id = $1 and w.video_id = $2 and (w.started_at, w.id) > ($3, $4)
 order by w.started_at, w.id limit $5";
const ENTRIES: &str = "
select view_id, seq, at_ms, kind, body, received_at from entries
 where account_id = $1 and view_id = $2 and seq > $3 order by seq limit $4";

/// Views of a video that began after the one at `after`, in that order.
pub async fn views(
    conn: Conn<'_>,
    (account_id, video_id): (i64, i64),
    after: (i64, Uuid),
    limit: i64,
) -> Result<Vec<ViewRow>> {
    Ok(on!(conn, db => sqlx::query_as(VIEWS)
        .bind(account_id).bind(video_id).bind(after.0).bind(after.1).bind(limit).fetch_all(db).await)?)
}

/// The entries of a view behind number `after`.
pub async fn entries(conn: Conn<'_>, account_id: i64, view_id: Uuid, after: i64, limit: i64) -> Result<Vec<EntryRow>> {
    Ok(on!(conn, db => sqlx::query_as(ENTRIES)
        .bind(account_id).bind(view_id).bind(after).bind(limit).fetch_all(db).await)?)
}

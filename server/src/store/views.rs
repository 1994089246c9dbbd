//! Views: one row a page load, whose figures are a fold over its entries.

use super::{Conn, Result, on, pieces, rows_sql};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct View {
    pub account_id: i64,
    pub video_id: i64,
    pub id: Uuid,
    pub viewer_id: Uuid,
    /// Masked, such as `188.XXX.29.XXX`.
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
    /// How many entries the figures are made of.
    pub entries: i64,
    pub percent: i64,
    /// Credited spans of media time, merged, as JSON `[[from,to],…]` in milliseconds.
    pub spans: String,
    /// Interactions that need not be answered, as JSON `["<uuid>",…]`.
    pub grants: String,
    /// Why it is in no figure ([`crate::identity::LeftOut`]).
    pub left_out: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub device: Option<String>,
    /// `desktop`, `phone`, `tablet`, `tv` or `console`.
    pub device_type: Option<String>,
    pub country: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
    /// When its entries were purged; its figures are those of then.
    pub purged_at: Option<i64>,
    /// When the viewing session was declared over; later events change figures only.
    pub closed_at: Option<i64>,
    /// What the video's sums have of it, as JSON ([`crate::report::part::Given`]); none: nothing yet.
    pub given: Option<String>,
    /// Of `uncredited_ms`, what its own clock does not allow, and what lies behind a closed gate; both 0 where they
    /// were not told apart yet.
    pub beyond_clock_ms: i64,
    pub behind_gate_ms: i64,
    /// The length of what was played, in milliseconds: the video's file may be replaced later. None until it is known.
    pub duration_ms: Option<i64>,
}

impl View {
    /// One of which nothing is known yet.
    pub fn new(account_id: i64, video_id: i64, id: Uuid) -> Self {
        Self {
            account_id,
            video_id,
            id,
            viewer_id: Uuid::nil(),
            ip: String::new(),
            surface: String::new(),
            referrer: None,
            page_url: None,
            started_at: 0,
            last_received_at: 0,
            played: false,
            watched_ms: 0,
            unique_ms: 0,
            hidden_ms: 0,
            muted_ms: 0,
            uncredited_ms: 0,
            entries: 0,
            percent: 0,
            spans: "[]".into(),
            grants: "[]".into(),
            left_out: None,
            browser: None,
            os: None,
            device: None,
            device_type: None,
            country: None,
            region: None,
            city: None,
            purged_at: None,
            closed_at: None,
            given: None,
            beyond_clock_ms: 0,
            behind_gate_ms: 0,
            duration_ms: None,
        }
    }

    /// Does it count as a play?
    pub fn is_play(&self) -> bool {
        self.played && self.left_out.is_none()
    }

    /// Where it was watched, as reports name it: `Houston, Texas`, or as much of it as is known.
    pub fn place(&self) -> Option<String> {
        let parts = match (&self.city, &self.region, &self.country) {
            (Some(city), Some(region), _) => [Some(city), Some(region)],
            (city, region, country) => [city.as_ref().or(region.as_ref()), country.as_ref()],
        };
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

const COLUMNS: &str = "account_id, video_id, id, viewer_id, ip, surface, referrer, page_url, started_at,
       last_received_at, played, watched_ms, unique_ms, hidden_ms, muted_ms, uncredited_ms, entries, percent, spans,
       grants, left_out, browser, os, device, device_type, country, region, city, purged_at, closed_at, given,
       beyond_clock_ms, behind_gate_ms, duration_ms";
const COLUMN_COUNT: usize = 34;
const REPLACE: &str = "
on conflict (account_id, id) do update set
  viewer_id = excluded.viewer_id, surface = excluded.surface, referrer = excluded.referrer, page_url = excluded.page_url,
  started_at = excluded.started_at, last_received_at = excluded.last_received_at, played = excluded.played,
  watched_ms = excluded.watched_ms, unique_ms = excluded.unique_ms, hidden_ms = excluded.hidden_ms,
  muted_ms = excluded.muted_ms, uncredited_ms = excluded.uncredited_ms, entries = excluded.entries, percent = excluded.percent,
  spans = excluded.spans, grants = excluded.grants, left_out = excluded.left_out, given = excluded.given,
  beyond_clock_ms = excluded.beyond_clock_ms, behind_gate_ms = excluded.behind_gate_ms,
  duration_ms = excluded.duration_ms";
const BY_ID: &str = "
select account_id, video_id, id, viewer_id, ip, surface, referrer, page_url, started_at,
       last_received_at, played, watched_ms, unique_ms, hidden_ms, muted_ms, uncredited_ms, entries, percent, spans,
       grants, left_out, browser, os, device, device_type, country, region, city, purged_at, closed_at, given,
       beyond_clock_ms, behind_gate_ms, duration_ms
  from views where account_id = $1 and id = $2";
const BY_IDS: &str = "
select account_id, video_id, id, viewer_id, ip, surface, referrer, page_url, started_at,
       last_received_at, played, watched_ms, unique_ms, hidden_ms, muted_ms, uncredited_ms, entries, percent, spans,
       grants, left_out, browser, os, device, device_type, country, region, city, purged_at, closed_at, given,
       beyond_clock_ms, behind_gate_ms, duration_ms
  from views where (account_id, id) in (";
const BEFORE: &str = "
select id from views
 where account_id = $1 and closed_at < $2 and last_received_at < $2 and purged_at is null and closed_at is not null
 order by closed_at limit $3";
const MARK_PURGED: &str = "update views set purged_at = $3 where account_id = $1 and id = $2";
const CLOSE: &str = "
update views set closed_at = $3 where account_id = $1 and id = $2 and closed_at is null";
const AHEAD: &str = "
select account_id, id from views where closed_at is null and last_received_at > $1
 order by account_id, id limit $2";
const HEARD: &str = "update views set last_received_at = $3 where account_id = $1 and id = $2";
const IDLE: &str = "
select account_id, video_id, id, viewer_id, ip, surface, referrer, page_url, started_at,
       last_received_at, played, watched_ms, unique_ms, hidden_ms, muted_ms, uncredited_ms, entries, percent, spans,
       grants, left_out, browser, os, device, device_type, country, region, city, purged_at, closed_at, given,
       beyond_clock_ms, behind_gate_ms, duration_ms
  from views where closed_at is null and last_received_at <= $1
 order by last_received_at limit $2";

const NOT_SUMMED: &str = "
select account_id, video_id, id, viewer_id, ip, surface, referrer, page_url, started_at,
       last_received_at, played, watched_ms, unique_ms, hidden_ms, muted_ms, uncredited_ms, entries, percent, spans,
       grants, left_out, browser, os, device, device_type, country, region, city, purged_at, closed_at, given,
       beyond_clock_ms, behind_gate_ms, duration_ms
  from views where given is null order by account_id, id limit $1";

pub async fn by_id(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<Option<View>> {
    Ok(on!(conn, db => sqlx::query_as(BY_ID).bind(account_id).bind(id).fetch_optional(db).await)?)
}

/// Those of the given `(account, view)` that exist, for the transaction to change.
pub async fn by_ids(mut conn: Conn<'_>, ids: &[(i64, Uuid)]) -> Result<Vec<View>> {
    let mut views = Vec::with_capacity(ids.len());
    // SQLite has one writer; elsewhere another process waits until this one has committed.
    let end = match &conn {
        Conn::Sqlite(_) => ")",
        Conn::Postgres(_) => ") order by account_id, id for update",
    };
    for piece in pieces(ids) {
        let sql = rows_sql(&conn, BY_IDS, 2, piece.len(), end);
        let rows: Vec<View> = on!(&mut conn, db => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for (account_id, id) in piece {
                query = query.bind(account_id).bind(id);
            }
            query.fetch_all(&mut **db).await
        })?;
        views.extend(rows);
    }
    Ok(views)
}

/// Declares a viewing session over; true for the one caller that did it.
pub async fn close(conn: Conn<'_>, account_id: i64, id: Uuid, now: i64) -> Result<bool> {
    let changed = on!(conn, db => sqlx::query(CLOSE)
        .bind(account_id).bind(id).bind(now).execute(db).await.map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Closed views that were last heard of before `before` and still have their entries, at most `limit` of them.
pub async fn before(conn: Conn<'_>, account_id: i64, before: i64, limit: i64) -> Result<Vec<Uuid>> {
    Ok(on!(conn, db => sqlx::query_scalar(BEFORE)
        .bind(account_id).bind(before).bind(limit).fetch_all(db).await)?)
}

/// The view's entries are no more.
pub async fn mark_purged(conn: Conn<'_>, account_id: i64, id: Uuid, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(MARK_PURGED).bind(account_id).bind(id).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Open views that were last heard of at `before` or earlier, at most `limit` of them.
pub async fn idle(conn: Conn<'_>, before: i64, limit: i64) -> Result<Vec<View>> {
    Ok(on!(conn, db => sqlx::query_as(IDLE).bind(before).bind(limit).fetch_all(db).await)?)
}

/// Open views that were last heard of after `moment`, at most `limit` of them.
pub async fn ahead(conn: Conn<'_>, moment: i64, limit: i64) -> Result<Vec<(i64, Uuid)>> {
    Ok(on!(conn, db => sqlx::query_as(AHEAD).bind(moment).bind(limit).fetch_all(db).await)?)
}

/// Sets when a view was last heard of.
pub async fn heard(conn: Conn<'_>, account_id: i64, id: Uuid, at: i64) -> Result<()> {
    on!(conn, db => sqlx::query(HEARD).bind(account_id).bind(id).bind(at).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Views of which the sums have nothing yet, for the transaction to change.
pub async fn not_summed(conn: Conn<'_>, limit: i64) -> Result<Vec<View>> {
    let sql = match &conn {
        Conn::Sqlite(_) => NOT_SUMMED.to_owned(),
        Conn::Postgres(_) => format!("{NOT_SUMMED} for update"),
    };
    Ok(on!(conn, db => sqlx::query_as(AssertSqlSafe(sql)).bind(limit).fetch_all(db).await)?)
}

/// Writes each view whole but for `closed_at`, new or known; an id may stand in `views` only once.
pub async fn replace(mut conn: Conn<'_>, views: &[View]) -> Result<()> {
    let insert = format!("insert into views ({COLUMNS})");
    for piece in pieces(views) {
        let sql = rows_sql(&conn, &insert, COLUMN_COUNT, piece.len(), REPLACE);
        on!(&mut conn, db => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for view in piece {
                query = query
                    .bind(view.account_id).bind(view.video_id).bind(view.id).bind(view.viewer_id)
                    .bind(&view.ip).bind(&view.surface).bind(&view.referrer).bind(&view.page_url)
                    .bind(view.started_at).bind(view.last_received_at).bind(view.played)
                    .bind(view.watched_ms).bind(view.unique_ms).bind(view.hidden_ms).bind(view.muted_ms)
                    .bind(view.uncredited_ms).bind(view.entries).bind(view.percent).bind(&view.spans).bind(&view.grants)
                    .bind(&view.left_out).bind(&view.browser).bind(&view.os).bind(&view.device).bind(&view.device_type)
                    .bind(&view.country).bind(&view.region).bind(&view.city).bind(view.purged_at).bind(view.closed_at)
                    .bind(&view.given).bind(view.beyond_clock_ms).bind(view.behind_gate_ms).bind(view.duration_ms);
            }
            query.execute(&mut **db).await.map(|_| ())
        })?;
    }
    Ok(())
}

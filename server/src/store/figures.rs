//! What the reports read: the sums over a video's views ([`super::sums`]), never the views themselves, so
//! that a report takes as long for ten million entries as for ten.

use super::{Conn, Result, on};
use uuid::Uuid;

/// Sums over the views of one video. Buckets count plays by the largest of 0, 25, 50, 75, 100
/// that their percentage reaches. Times are milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Figures {
    pub page_loads: i64,
    pub plays: i64,
    pub unique_users: i64,
    pub watched_ms: i64,
    /// Each play capped at its length; of plays of unknown length there is nothing in this, nor in `unique_ms`.
    pub capped_watched_ms: i64,
    pub unique_ms: i64,
    pub hidden_ms: i64,
    pub muted_ms: i64,
    pub uncredited_ms: i64,
    pub bucket_0: i64,
    pub bucket_25: i64,
    pub bucket_50: i64,
    pub bucket_75: i64,
    pub bucket_100: i64,
    /// Views that count for nothing above.
    pub left_out: i64,
    /// Parts of `uncredited_ms`; what was summed up before they were told apart is in neither.
    pub beyond_clock_ms: i64,
    pub behind_gate_ms: i64,
    /// The lengths of all plays, each that of the file that was played.
    pub length_ms: i64,
}

/// A stretch of time: an hour, or a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Stretch {
    /// Hours or days since 1970.
    pub at: i64,
    pub loads: i64,
    pub plays: i64,
    pub watched_ms: i64,
    pub capped_ms: i64,
    pub unique_ms: i64,
    /// Plays of 100 percent.
    pub finished: i64,
}

/// A value that views have in common.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Facet {
    pub value: String,
    pub loads: i64,
    pub plays: i64,
}

/// What became of an interaction ([`crate::report::part`] says what `what` counts).
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Met {
    pub id: Uuid,
    /// Empty for an interaction that is gone and that nobody has answered.
    pub kind: String,
    pub what: i64,
    pub n: i64,
}

const OF_VIDEO: &str = "
select loads as page_loads, plays, viewers as unique_users, watched_ms, capped_ms as capped_watched_ms, unique_ms,
       hidden_ms, muted_ms, uncredited_ms, bucket_0, bucket_25, bucket_50, bucket_75, bucket_100, left_out,
       beyond_clock_ms, behind_gate_ms, length_ms
  from video_sums where account_id = $1 and video_id = $2";
const PLAYS: &str = "select plays from video_sums where account_id = $1 and video_id = $2";
// One row of text: hundreds of rows would take longer on their way than all else of a report.
const STEPS: &str = "
select string_agg(second || ' ' || played || ' ' || seen, ';' order by second) from video_seconds
 where account_id = $1 and video_id = $2 and (played <> 0 or seen <> 0)";
// `sum` of bigint is numeric in PostgreSQL, hence the casts.
const STRETCHES: &str = "
select hour / $3 as at, cast(sum(loads) as bigint) as loads, cast(sum(plays) as bigint) as plays,
       cast(sum(watched_ms) as bigint) as watched_ms, cast(sum(capped_ms) as bigint) as capped_ms,
       cast(sum(unique_ms) as bigint) as unique_ms, cast(sum(finished) as bigint) as finished
  from video_hours where account_id = $1 and video_id = $2 and hour >= $4 and hour < $5
 group by 1 order by 1";
const FACETS: &str = "
select value, loads, plays from video_facets
 where account_id = $1 and video_id = $2 and facet = $3 and loads > 0
 order by plays desc, loads desc, value limit $4";
const MET: &str = "
select s.interaction_id as id, s.what as what, s.n as n,
       coalesce(i.kind, (select a.kind from answers a
                          where a.account_id = s.account_id and a.video_id = s.video_id
                            and a.interaction_id = s.interaction_id limit 1), '') as kind
  from interaction_sums s
  left join interactions i
    on i.account_id = s.account_id and i.video_id = s.video_id and i.id = s.interaction_id
 where s.account_id = $1 and s.video_id = $2 and s.n <> 0
 order by s.interaction_id, s.what";

/// The figures of one video; all zero when nobody came.
pub async fn of_video(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Figures> {
    let found: Option<Figures> = on!(conn, db => sqlx::query_as(OF_VIDEO)
        .bind(account_id).bind(video_id).fetch_optional(db).await)?;
    Ok(found.unwrap_or_default())
}

/// How many of its page loads were played.
pub async fn plays(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<i64> {
    let plays: Option<i64> = on!(conn, db => sqlx::query_scalar(PLAYS)
        .bind(account_id).bind(video_id).fetch_optional(db).await)?;
    Ok(plays.unwrap_or(0))
}

/// By how much the curve of `(played, seen)` changes, and at which second.
pub async fn steps(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<(i64, i64, i64)>> {
    let steps: Option<String> = on!(conn, db => sqlx::query_scalar(STEPS)
        .bind(account_id).bind(video_id).fetch_one(db).await)?;
    Ok(steps.iter().flat_map(|steps| steps.split(';')).filter_map(step).collect())
}

/// The three whole numbers of a step, as the query writes them.
fn step(text: &str) -> Option<(i64, i64, i64)> {
    let mut numbers = text.split(' ').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Stretches of `width` hours that have views, from hour `from` up to but without hour `to`.
pub async fn stretches(
    conn: Conn<'_>,
    (account_id, video_id): (i64, i64),
    width: i64,
    (from, to): (i64, i64),
) -> Result<Vec<Stretch>> {
    Ok(on!(conn, db => sqlx::query_as(STRETCHES)
        .bind(account_id).bind(video_id).bind(width).bind(from).bind(to).fetch_all(db).await)?)
}

/// The values of a facet that most plays have.
pub async fn facets(conn: Conn<'_>, account_id: i64, video_id: i64, facet: &str, limit: i64) -> Result<Vec<Facet>> {
    Ok(on!(conn, db => sqlx::query_as(FACETS)
        .bind(account_id).bind(video_id).bind(facet).bind(limit).fetch_all(db).await)?)
}

/// What became of every interaction, a row for each thing counted.
pub async fn met(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<Met>> {
    Ok(on!(conn, db => sqlx::query_as(MET).bind(account_id).bind(video_id).fetch_all(db).await)?)
}

//! The sums behind a video's report, over its views and answers.

use super::{Conn, Result, on};

/// Sums over the views of one video. Buckets count plays by the largest of 0, 25, 50, 75, 100
/// that their percentage reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Figures {
    pub page_loads: i64,
    pub plays: i64,
    pub unique_users: i64,
    /// Milliseconds watched, each play capped at the video's length.
    pub capped_watched_ms: i64,
    pub unique_ms: i64,
    pub bucket_0: i64,
    pub bucket_25: i64,
    pub bucket_50: i64,
    pub bucket_75: i64,
    pub bucket_100: i64,
}

// `sum` of bigint is numeric in PostgreSQL, hence the casts.
const OF_VIDEO: &str = "
select count(*) as page_loads,
       count(case when played then 1 end) as plays,
       count(distinct case when played then viewer_id end) as unique_users,
       cast(coalesce(sum(case when not played then 0 when watched_ms > $3 then $3 else watched_ms end), 0) as bigint)
         as capped_watched_ms,
       cast(coalesce(sum(case when played then unique_ms else 0 end), 0) as bigint) as unique_ms,
       count(case when played and percent < 25 then 1 end) as bucket_0,
       count(case when played and percent >= 25 and percent < 50 then 1 end) as bucket_25,
       count(case when played and percent >= 50 and percent < 75 then 1 end) as bucket_50,
       count(case when played and percent >= 75 and percent < 100 then 1 end) as bucket_75,
       count(case when played and percent >= 100 then 1 end) as bucket_100
  from views where account_id = $1 and video_id = $2 and left_out is null";
const PLAYS: &str = "
select count(*)
  from views where account_id = $1 and video_id = $2 and played and left_out is null";
const ANSWERS: &str = "
select kind, count(*) from answers where account_id = $1 and video_id = $2 group by kind";

/// The figures of one video of `duration_ms`.
pub async fn of_video(conn: Conn<'_>, account_id: i64, video_id: i64, duration_ms: i64) -> Result<Figures> {
    Ok(on!(conn, db => sqlx::query_as(OF_VIDEO)
        .bind(account_id).bind(video_id).bind(duration_ms).fetch_one(db).await)?)
}

/// How many of its page loads were played.
pub async fn plays(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(PLAYS).bind(account_id).bind(video_id).fetch_one(db).await)?)
}

/// How many answers of each kind of interaction it has.
pub async fn answers(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<(String, i64)>> {
    Ok(on!(conn, db => sqlx::query_as(ANSWERS).bind(account_id).bind(video_id).fetch_all(db).await)?)
}

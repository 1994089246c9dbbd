//! Reactions, each kept once, and their sums for pages that are shown often.

use super::{Conn, Result, on};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Reaction {
    pub account_id: i64,
    pub video_id: i64,
    pub id: Uuid,
    pub viewer_id: Uuid,
    pub kind: String,
    /// Milliseconds of media time; none from a page without scripts.
    pub at_ms: Option<i64>,
    pub seq: i64,
    pub created_at: i64,
}

/// How often a kind was chosen in one hundredth of the video; `slot` -1 without a time.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Sum {
    pub kind: String,
    pub slot: i64,
    pub n: i64,
}

const INSERT: &str = "
insert into reactions (account_id, video_id, id, viewer_id, kind, at_ms, seq, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)";
const ADD: &str = "
insert into reaction_sums (account_id, video_id, kind, slot, n) values ($1, $2, $3, $4, 1)
on conflict (account_id, video_id, kind, slot) do update set n = reaction_sums.n + 1";
const SUMS: &str =
    "select kind, slot, n from reaction_sums where account_id = $1 and video_id = $2 order by slot, kind";
const TOTAL: &str =
    "select cast(coalesce(sum(n), 0) as bigint) from reaction_sums where account_id = $1 and video_id = $2";
const OF_VIEWER: &str = "select count(*) from reactions where account_id = $1 and video_id = $2 and viewer_id = $3";
const AFTER: &str = "
select account_id, video_id, id, viewer_id, kind, at_ms, seq, created_at from reactions
 where account_id = $1 and video_id = $2 and seq > $3 order by seq desc limit $4";

/// The hundredth of a video in which `at_ms` lies.
pub fn slot(at_ms: Option<i64>, duration_ms: i64) -> i64 {
    match at_ms {
        Some(at) if duration_ms > 0 => (at * 100 / duration_ms).clamp(0, 99),
        _ => -1,
    }
}

/// Keeps a reaction and counts it into its sum.
pub async fn insert(mut conn: Conn<'_>, r: &Reaction, slot: i64) -> Result<()> {
    on!(&mut conn, db => sqlx::query(INSERT)
        .bind(r.account_id).bind(r.video_id).bind(r.id).bind(r.viewer_id)
        .bind(&r.kind).bind(r.at_ms).bind(r.seq).bind(r.created_at)
        .execute(&mut **db).await.map(|_| ()))?;
    on!(conn, db => sqlx::query(ADD)
        .bind(r.account_id).bind(r.video_id).bind(&r.kind).bind(slot)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn sums(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<Sum>> {
    Ok(on!(conn, db => sqlx::query_as(SUMS).bind(account_id).bind(video_id).fetch_all(db).await)?)
}

pub async fn total(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(TOTAL).bind(account_id).bind(video_id).fetch_one(db).await)?)
}

/// How many a viewer has left on a video.
pub async fn of_viewer(conn: Conn<'_>, account_id: i64, video_id: i64, viewer_id: Uuid) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(OF_VIEWER)
        .bind(account_id).bind(video_id).bind(viewer_id).fetch_one(db).await)?)
}

/// The newest ones after `seq`, newest first.
pub async fn after(conn: Conn<'_>, (account_id, video_id): (i64, i64), seq: i64, limit: i64) -> Result<Vec<Reaction>> {
    Ok(on!(conn, db => sqlx::query_as(AFTER)
        .bind(account_id).bind(video_id).bind(seq).bind(limit).fetch_all(db).await)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_a_hundredth_of_the_video() {
        assert_eq!((slot(Some(0), 60_000), slot(Some(59_999), 60_000)), (0, 99));
        assert_eq!(slot(Some(60_900), 60_000), 99, "an end that was rounded up");
        assert_eq!((slot(None, 60_000), slot(Some(5), 0)), (-1, -1));
    }
}

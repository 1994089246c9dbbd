//! What viewers once got of interactions: definitions that were replaced or deleted, kept as long as a page that shows
//! them may report.

use super::{Conn, Result, interactions, on};
use app::interaction::Interaction;
use uuid::Uuid;

/// A definition that viewers get no more.
#[derive(Clone, Debug, PartialEq)]
pub struct Former {
    pub interaction: Interaction,
    /// The first version of the timeline without it.
    pub until_version: i64,
}

/// Definitions of one video that are read at most, the newest: they are held in memory.
const MOST: i64 = 1_000;

const KEEP: &str = "
insert into former_interactions (account_id, video_id, id, until_version, replaced_at, body)
select i.account_id, i.video_id, i.id, v.timeline_version + 1, $4, i.body
  from interactions i join videos v on v.account_id = i.account_id and v.id = i.video_id
 where i.account_id = $1 and i.video_id = $2 and i.id = $3 and i.draft = false and ($5 is null or i.body <> $5)
on conflict do nothing";
const OF_VIDEO: &str = "
select until_version, body from former_interactions
 where account_id = $1 and video_id = $2
 order by until_version desc, id limit $3";
const SWEEP: &str = "delete from former_interactions where replaced_at <= $1";

/// Keeps what viewers get of an interaction until the timeline's next version, when that differs from `body`, which
/// takes its place; none: nothing does. Call it before that is written, and give the timeline a new version in the
/// same transaction.
pub async fn keep(
    conn: Conn<'_>,
    account_id: i64,
    video_id: i64,
    id: Uuid,
    body: Option<&str>,
    now: i64,
) -> Result<()> {
    on!(conn, db => sqlx::query(KEEP)
        .bind(account_id).bind(video_id).bind(id).bind(now).bind(body)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// What viewers once got on a video, the newest first.
pub async fn of_video(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<Former>> {
    let rows: Vec<(i64, String)> = on!(conn, db => sqlx::query_as(OF_VIDEO)
        .bind(account_id).bind(video_id).bind(MOST).fetch_all(db).await)?;
    let read =
        |(until_version, body): (i64, String)| Ok(Former { interaction: interactions::read(&body)?, until_version });
    rows.into_iter().map(read).collect()
}

/// Deletes what was replaced at `before` or earlier, in Unix milliseconds.
pub async fn sweep(conn: Conn<'_>, before: i64) -> Result<()> {
    on!(conn, db => sqlx::query(SWEEP).bind(before).execute(db).await.map(|_| ()))?;
    Ok(())
}

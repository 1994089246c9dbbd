//! Plays by place: how many of a video's plays are where.

use super::{Conn, Result, on};

const ADD: &str = "
insert into places (account_id, video_id, place, plays) values ($1, $2, $3, $4)
on conflict (account_id, video_id, place) do update set plays = places.plays + excluded.plays";
const TOP: &str = "
select place, plays from places
 where account_id = $1 and video_id = $2 and plays > 0 order by plays desc, place limit 1";

/// Adds plays to a place; negative ones are taken away.
pub async fn add(conn: Conn<'_>, account_id: i64, video_id: i64, place: &str, plays: i64) -> Result<()> {
    on!(conn, db => sqlx::query(ADD)
        .bind(account_id).bind(video_id).bind(place).bind(plays)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Where most plays were, and how many.
pub async fn top(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Option<(String, i64)>> {
    Ok(on!(conn, db => sqlx::query_as(TOP).bind(account_id).bind(video_id).fetch_optional(db).await)?)
}

//! Everything that belongs to one video, deleted for good.

use super::{Conn, Result, on};

/// In this order, since rows name each other. Whoever follows a video is no part of it: viewers stay.
const ALL: [&str; 24] = [
    "delete from entries where account_id = $1 and view_id in
     (select id from views where account_id = $1 and video_id = $2)",
    "delete from answers where account_id = $1 and video_id = $2",
    "delete from showings where account_id = $1 and video_id = $2",
    "delete from tallies where account_id = $1 and video_id = $2",
    "delete from interaction_sums where account_id = $1 and video_id = $2",
    "delete from video_sums where account_id = $1 and video_id = $2",
    "delete from video_seconds where account_id = $1 and video_id = $2",
    "delete from video_hours where account_id = $1 and video_id = $2",
    "delete from video_facets where account_id = $1 and video_id = $2",
    "delete from video_viewers where account_id = $1 and video_id = $2",
    "delete from views where account_id = $1 and video_id = $2",
    "delete from gates where account_id = $1 and video_id = $2",
    "delete from former_interactions where account_id = $1 and video_id = $2",
    "delete from interactions where account_id = $1 and video_id = $2",
    "delete from reaction_sums where account_id = $1 and video_id = $2",
    "delete from reactions where account_id = $1 and video_id = $2",
    "delete from comments where account_id = $1 and video_id = $2",
    "delete from talks where account_id = $1 and video_id = $2",
    "delete from links where account_id = $1 and video_id = $2",
    "delete from import_keys where account_id = $1 and video_id = $2",
    "delete from upload_parts where account_id = $1 and upload_id in
     (select id from jobs where account_id = $1 and video_id = $2)",
    "delete from uploads where account_id = $1 and id in
     (select id from jobs where account_id = $1 and video_id = $2)",
    "delete from jobs where account_id = $1 and video_id = $2",
    "delete from videos where account_id = $1 and id = $2",
];

/// Call it in a transaction. What was told about it to the customer's systems is theirs, and its log stays.
pub async fn video(mut conn: Conn<'_>, account_id: i64, id: i64) -> Result<()> {
    for sql in ALL {
        on!(&mut conn, db => sqlx::query(sql).bind(account_id).bind(id).execute(&mut **db).await.map(|_| ()))?;
    }
    Ok(())
}

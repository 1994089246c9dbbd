//! How far a video's talk has come: a number that counts up with each change.

use super::{Conn, Result, on};

const NEXT: &str = "
insert into talks (account_id, video_id, seq) values ($1, $2, 1)
on conflict (account_id, video_id) do update set seq = talks.seq + 1
returning seq";
const HEAD: &str = "select seq from talks where account_id = $1 and video_id = $2";

/// The number of a change about to be made. Until the transaction ends nobody else gets one for this
/// video, so that changes are committed in the order of their numbers.
pub async fn next(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(NEXT).bind(account_id).bind(video_id).fetch_one(db).await)?)
}

/// The number of the last change; 0 before the first.
pub async fn head(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<i64> {
    let head: Option<i64> =
        on!(conn, db => sqlx::query_scalar(HEAD).bind(account_id).bind(video_id).fetch_optional(db).await)?;
    Ok(head.unwrap_or(0))
}

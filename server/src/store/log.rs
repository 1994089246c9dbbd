//! What owners of endpoints read: deliveries, the newest first.

use super::{Conn, Result, on};
use uuid::Uuid;

/// A delivery as the endpoint's owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivery {
    pub id: Uuid,
    pub endpoint_id: Uuid,
    pub message_id: Uuid,
    pub event: String,
    pub video_id: i64,
    pub state: String,
    pub cause: String,
    /// The delivery that it repeats.
    pub origin: Option<Uuid>,
    /// Attempts begun so far.
    pub attempt: i64,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
    pub next_at: i64,
    pub created_at: i64,
}

/// What is asked for; none of a field is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub state: Option<String>,
    pub event: Option<String>,
    pub cause: Option<String>,
    /// The HTTP status of the last answer.
    pub status: Option<i64>,
    pub video_id: Option<i64>,
    /// Unix milliseconds, the first included.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// The last one on the page before.
    pub after: Option<Uuid>,
}

macro_rules! deliveries {
    ($which:literal) => {
        concat!(
            "
select d.id, d.endpoint_id, d.message_id, o.event, o.video_id, d.state, d.cause, d.origin, d.attempt,
       d.last_status, d.last_error, d.next_at, d.created_at
  from deliveries d
  join outbox o on o.account_id = d.account_id and o.id = d.message_id
 where d.account_id = $1 and ",
            $which
        )
    };
}

const OF_ENDPOINT: &str = deliveries!(
    "d.endpoint_id = $2 and ($3 is null or d.state = $3) and ($4 is null or o.event = $4)
   and ($5 is null or d.cause = $5) and ($6 is null or d.last_status = $6) and ($7 is null or o.video_id = $7)
   and d.created_at >= $8 and d.created_at < $9 and (d.created_at, d.id) < ($10, $11)
 order by d.created_at desc, d.id desc
 limit $12"
);
const BY_ID: &str = deliveries!("d.id = $2");
const BODY: &str = "select body from outbox where account_id = $1 and id = $2";
const NEWEST_VIDEO: &str = "
select id from videos where account_id = $1 and deleted_at is null order by id desc limit 1";

/// The endpoint's deliveries that pass, at most `limit`.
pub async fn of_endpoint(
    conn: Conn<'_>,
    account_id: i64,
    endpoint_id: Uuid,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Delivery>> {
    // An id begins with the instant of its row.
    let after = filter.after.map_or((i64::MAX, Uuid::max()), |id| (instant(id), id));
    Ok(on!(conn, db => sqlx::query_as(OF_ENDPOINT)
        .bind(account_id).bind(endpoint_id)
        .bind(&filter.state).bind(&filter.event).bind(&filter.cause).bind(filter.status).bind(filter.video_id)
        .bind(filter.from.unwrap_or(0)).bind(filter.until.unwrap_or(i64::MAX))
        .bind(after.0).bind(after.1).bind(limit)
        .fetch_all(db).await)?)
}

pub async fn by_id(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<Option<Delivery>> {
    Ok(on!(conn, db => sqlx::query_as(BY_ID).bind(account_id).bind(id).fetch_optional(db).await)?)
}

/// The body of a message, as it is sent.
pub async fn body(conn: Conn<'_>, account_id: i64, message_id: Uuid) -> Result<Option<String>> {
    Ok(on!(conn, db => sqlx::query_scalar(BODY).bind(account_id).bind(message_id).fetch_optional(db).await)?)
}

/// The Unix millisecond in which a version 7 UUID begins.
fn instant(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX)
}

/// The account's newest video.
pub async fn newest_video(conn: Conn<'_>, account_id: i64) -> Result<Option<i64>> {
    Ok(on!(conn, db => sqlx::query_scalar(NEWEST_VIDEO).bind(account_id).fetch_optional(db).await)?)
}

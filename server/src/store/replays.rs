//! Replays: the messages of a time span go to an endpoint again, a few in each transaction, also after a crash.

use super::{Conn, Result, on, outbox};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Replay {
    pub account_id: i64,
    pub id: Uuid,
    pub endpoint_id: Uuid,
    /// `running`, `done` or `cancelled`.
    pub state: String,
    /// Unix milliseconds, the first included.
    pub from_at: i64,
    pub until_at: i64,
    /// Event names with a blank between them.
    pub events: String,
    /// `missed`: what the endpoint has not taken and is not about to get; `all`.
    pub which: String,
    /// Only messages about this video; none is all.
    pub video_id: Option<i64>,
    /// The last message that was looked at.
    pub last_id: Uuid,
    /// Deliveries queued so far.
    pub queued: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A message on its way through a replay.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Past {
    pub id: Uuid,
    pub event: String,
    pub video_id: i64,
    pub created_at: i64,
    /// The endpoint has it, or will.
    pub taken: bool,
}

macro_rules! replays {
    ($which:literal) => {
        concat!(
            "
select account_id, id, endpoint_id, state, from_at, until_at, events, which, video_id, last_id, queued, created_at,
       updated_at
  from replays ",
            $which
        )
    };
}

const INSERT: &str = "
insert into replays
  (account_id, id, endpoint_id, state, from_at, until_at, events, which, video_id, last_id, queued, created_at,
   updated_at)
values ($1, $2, $3, 'running', $4, $5, $6, $7, $8, $9, 0, $10, $10)";
const BY_ID: &str = replays!("where account_id = $1 and endpoint_id = $2 and id = $3");
const OF_ENDPOINT: &str = replays!("where account_id = $1 and endpoint_id = $2 order by id desc limit $3");
/// In turn, so that a long one keeps nobody waiting.
const NEXT_SQLITE: &str = replays!("where state = 'running' order by updated_at, id limit 1");
/// Another process may have it.
const NEXT_POSTGRES: &str = replays!("where state = 'running' order by updated_at, id limit 1 for update skip locked");
const ANY: &str = "select count(*) from (select 1 from replays where state = 'running' limit 1) as one";
const RUNNING: &str = "
select count(*) from replays where account_id = $1 and endpoint_id = $2 and state = 'running'";
const PAST: &str = "
select o.id, o.event, o.video_id, o.created_at, exists (
         select 1 from deliveries d
          where d.account_id = o.account_id and d.message_id = o.id and d.endpoint_id = $2 and d.state <> 'dead') as taken
  from outbox o
 where o.account_id = $1 and o.id > $3 and o.id < $4 and not o.is_test
 order by o.id limit $5";
const MOVE: &str = "
update replays set last_id = $3, queued = queued + $4, state = $5, updated_at = $6
 where account_id = $1 and id = $2 and state = 'running'";
const CANCEL: &str = "
update replays set state = 'cancelled', updated_at = $4
 where account_id = $1 and endpoint_id = $2 and id = $3 and state = 'running'";

const TRIM: &str = "delete from replays where state <> 'running' and updated_at < $1";

/// A message's id begins with the clock of the server that made it; `created_at` may be a little off it.
const SLACK_MS: i64 = 3_600_000;

pub async fn insert(conn: Conn<'_>, r: &Replay) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(r.account_id).bind(r.id).bind(r.endpoint_id).bind(r.from_at).bind(r.until_at)
        .bind(&r.events).bind(&r.which).bind(r.video_id).bind(outbox::first_id(r.from_at - SLACK_MS)).bind(r.created_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn by_id(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid, id: Uuid) -> Result<Option<Replay>> {
    Ok(on!(conn, db => sqlx::query_as(BY_ID)
        .bind(account_id).bind(endpoint_id).bind(id).fetch_optional(db).await)?)
}

/// The newest, at most `limit`.
pub async fn of_endpoint(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid, limit: i64) -> Result<Vec<Replay>> {
    Ok(on!(conn, db => sqlx::query_as(OF_ENDPOINT)
        .bind(account_id).bind(endpoint_id).bind(limit).fetch_all(db).await)?)
}

/// How many of the endpoint's are under way.
pub async fn running(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(RUNNING)
        .bind(account_id).bind(endpoint_id).fetch_one(db).await)?)
}

/// Is any under way?
pub async fn any(conn: Conn<'_>) -> Result<bool> {
    let any: i64 = on!(conn, db => sqlx::query_scalar(ANY).fetch_one(db).await)?;
    Ok(any > 0)
}

/// One that is under way, kept from other processes until the transaction ends.
pub async fn next(conn: Conn<'_>) -> Result<Option<Replay>> {
    let next = match conn {
        Conn::Sqlite(_) => NEXT_SQLITE,
        Conn::Postgres(_) => NEXT_POSTGRES,
    };
    Ok(on!(conn, db => sqlx::query_as(next).fetch_optional(db).await)?)
}

/// The messages that it looks at next, at most `limit`.
pub async fn past(conn: Conn<'_>, replay: &Replay, limit: i64) -> Result<Vec<Past>> {
    let end = outbox::first_id(replay.until_at.saturating_add(SLACK_MS));
    Ok(on!(conn, db => sqlx::query_as(PAST)
        .bind(replay.account_id).bind(replay.endpoint_id).bind(replay.last_id).bind(end).bind(limit)
        .fetch_all(db).await)?)
}

/// Keeps how far it has come.
pub async fn advance(conn: Conn<'_>, r: &Replay, last: Uuid, queued: i64, is_done: bool, now: i64) -> Result<()> {
    let state = if is_done { "done" } else { "running" };
    on!(conn, db => sqlx::query(MOVE)
        .bind(r.account_id).bind(r.id).bind(last).bind(queued).bind(state).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Deletes those that were over before.
pub async fn trim(conn: Conn<'_>, before: i64) -> Result<()> {
    on!(conn, db => sqlx::query(TRIM).bind(before).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// False when none of this id is under way.
pub async fn cancel(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid, id: Uuid, now: i64) -> Result<bool> {
    let cancelled = on!(conn, db => sqlx::query(CANCEL)
        .bind(account_id).bind(endpoint_id).bind(id).bind(now)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(cancelled > 0)
}

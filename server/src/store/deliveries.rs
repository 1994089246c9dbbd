//! Deliveries: one message on its way to one endpoint. `pending` → `leased` → `done`, `dead` or `pending`
//! again; at an endpoint that wants a video's messages in order, `held` before that.

use super::{
    Conn, Result,
    attempts::{self, NewAttempt},
    on,
};
use crate::webhook::{post::Outcome, schedule::Next};
use uuid::Uuid;

/// A claimed delivery with all that one attempt needs.
#[derive(Clone, sqlx::FromRow)]
pub struct Job {
    pub account_id: i64,
    pub id: Uuid,
    /// Proves that the claim is still ours when the attempt is over.
    pub lease: Uuid,
    pub endpoint_id: Uuid,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// Steps of the schedule that are used up.
    pub step: i64,
    /// The video, where the endpoint wants order.
    pub lane: Option<i64>,
    pub message_id: Uuid,
    pub event: String,
    pub body: String,
    /// `event`, `resend`, `replay` or `test`.
    pub cause: String,
    pub url: String,
    /// Sealed.
    pub secret: Vec<u8>,
    pub timeout_s: i64,
    /// Deliveries a second.
    pub rate: Option<i64>,
    /// It tries whether the endpoint is back.
    pub probes: bool,
}

/// A new delivery, due at `at` (Unix milliseconds).
pub struct New<'a> {
    pub account_id: i64,
    pub id: Uuid,
    pub message_id: Uuid,
    pub video_id: i64,
    pub endpoint_id: Uuid,
    /// Does the endpoint want order?
    pub ordered: bool,
    /// `event`, `resend`, `replay` or `test`.
    pub cause: &'a str,
    /// The delivery that it repeats.
    pub origin: Option<Uuid>,
    pub at: i64,
}

/// What became of an attempt.
pub struct End<'a> {
    pub outcome: &'a Outcome,
    pub next: Next,
    /// Steps of the schedule that are used up by now.
    pub step: i64,
    /// Unix milliseconds.
    pub at: i64,
}

const INSERT: &str = "
insert into deliveries
  (account_id, id, message_id, endpoint_id, state, attempt, step, lane, cause, origin, next_at, created_at, updated_at)
values ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8, $9, $9, $9)
on conflict (account_id, id) do nothing";
/// Whoever queues into a lane or frees one waits here for the others who do.
const ENTER: &str = "select 1 from circuits where account_id = $1 and endpoint_id = $2 for update";
const TAKEN: &str = "
select count(*) from (
  select 1 from deliveries
   where endpoint_id = $1 and lane = $2 and lane is not null and state in ('pending', 'leased', 'held') limit 1) as one";

macro_rules! lapsed {
    ($lock:literal) => {
        concat!(
            "
select account_id, id, attempt, updated_at
  from deliveries where state = 'leased' and lease_until <= $1 limit 1000 ",
            $lock
        )
    };
}
const LAPSED_SQLITE: &str = lapsed!("");
const LAPSED_POSTGRES: &str = lapsed!("for update skip locked");
const RETURN: &str = "
update deliveries
   set state = case when 'disabled' = (
                 select e.state from endpoints e
                  where e.account_id = deliveries.account_id and e.id = deliveries.endpoint_id)
               then 'dead' else 'pending' end,
       lease = null, lease_until = null, last_status = null, last_error = 'interrupted', updated_at = $3
 where account_id = $1 and id = $2";
const ABANDON: &str = "
update deliveries set state = 'dead', last_error = 'endpoint disabled', updated_at = $1
 where state in ('pending', 'held') and exists (
   select 1 from endpoints e
    where e.account_id = deliveries.account_id and e.id = deliveries.endpoint_id and e.state = 'disabled')";
const COMPLETE: &str = "
update deliveries
   set state = case when $4 = 'pending' and 'disabled' = (
                 select e.state from endpoints e
                  where e.account_id = deliveries.account_id and e.id = deliveries.endpoint_id)
               then 'dead' else $4 end,
       next_at = $5, lease = null, lease_until = null, last_status = $6, last_error = $7, step = $8, updated_at = $9
 where account_id = $1 and id = $2 and lease = $3";
const TAKE: &str = "
update deliveries
   set state = 'leased', lease = $3, lease_until = $4, attempt = attempt + 1, step = $5, updated_at = $6
 where account_id = $1 and id = $2 and state = 'pending'";
const HURRY: &str = "
update deliveries set next_at = $3, updated_at = $3
 where account_id = $1 and id = $2 and state = 'pending' and next_at > $3";
const TRIM: &str = "
delete from deliveries
 where account_id = $1 and id in (
   select id from deliveries
    where account_id = $1 and endpoint_id = $2 and created_at < $3 and state in ('done', 'dead')
    order by created_at limit $4)";
const RELEASE: &str = "
update deliveries set state = 'pending'
 where endpoint_id = $1 and lane = $2 and state = 'held' and message_id = (
   select min_id.message_id from (
     select message_id from deliveries
      where endpoint_id = $1 and lane = $2 and lane is not null and state in ('pending', 'leased', 'held')
      order by case when state = 'held' then 1 else 0 end, message_id limit 1) as min_id)";
const STUCK: &str = "
select distinct h.endpoint_id, h.lane
  from deliveries h
 where h.lane is not null and h.state = 'held' and not exists (
   select 1 from deliveries o
    where o.endpoint_id = h.endpoint_id and o.lane = h.lane and o.lane is not null
      and o.state in ('pending', 'leased'))";

/// Queues a delivery. One that is there already stays as it is.
pub async fn queue(mut conn: Conn<'_>, new: &New<'_>) -> Result<()> {
    let lane = new.ordered.then_some(new.video_id);
    let state = match lane {
        Some(lane) => {
            enter(conn.again(), new.account_id, new.endpoint_id).await?;
            let taken: i64 = on!(&mut conn, db => sqlx::query_scalar(TAKEN)
                .bind(new.endpoint_id).bind(lane).fetch_one(&mut **db).await)?;
            if taken > 0 { "held" } else { "pending" }
        }
        None => "pending",
    };
    on!(conn, db => sqlx::query(INSERT)
        .bind(new.account_id).bind(new.id).bind(new.message_id).bind(new.endpoint_id).bind(state)
        .bind(lane).bind(new.cause).bind(new.origin).bind(new.at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// On SQLite there is nobody else.
async fn enter(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid) -> Result<()> {
    if let Conn::Postgres(db) = conn {
        sqlx::query(ENTER).bind(account_id).bind(endpoint_id).execute(db).await?;
    }
    Ok(())
}

/// Returns what is under leases that end by `until` to those that wait: whoever had them is gone. At an endpoint
/// that was switched off meanwhile it is dead.
pub async fn reclaim(mut conn: Conn<'_>, now: i64, until: i64) -> Result<()> {
    let lapsed = match conn {
        Conn::Sqlite(_) => LAPSED_SQLITE,
        Conn::Postgres(_) => LAPSED_POSTGRES,
    };
    let rows: Vec<(i64, Uuid, i64, i64)> =
        on!(&mut conn, db => sqlx::query_as(lapsed).bind(until).fetch_all(&mut **db).await)?;
    for (account_id, delivery_id, n, at) in rows {
        let attempt = NewAttempt {
            account_id,
            delivery_id,
            n,
            at,
            took_ms: (now - at).max(0),
            status: None,
            error: Some("interrupted"),
            remote_ip: None,
            url: "",
            headers: "[]".into(),
            answer: None,
        };
        attempts::insert(conn.again(), &[attempt]).await?;
        on!(&mut conn, db => sqlx::query(RETURN)
            .bind(account_id).bind(delivery_id).bind(now).execute(&mut **db).await.map(|_| ()))?;
    }
    Ok(())
}

/// Keeps what came of an attempt; what would be tried again at an endpoint that was switched off
/// meanwhile is dead. False when the lease had passed to another by then: nothing is changed.
pub async fn complete(mut conn: Conn<'_>, job: &Job, end: &End<'_>) -> Result<bool> {
    let (state, next_at) = match end.next {
        Next::Done => ("done", end.at),
        Next::Again { at } => ("pending", at),
        Next::Dead | Next::Gone => ("dead", end.at),
    };
    let kept = on!(&mut conn, db => sqlx::query(COMPLETE)
        .bind(job.account_id).bind(job.id).bind(job.lease)
        .bind(state).bind(next_at).bind(end.outcome.status.map(i64::from)).bind(end.outcome.error)
        .bind(end.step).bind(end.at)
        .execute(&mut **db).await.map(|done| done.rows_affected()))?;
    if kept == 0 {
        return Ok(false);
    }
    if let (Some(lane), true) = (job.lane, state != "pending") {
        release(conn, job.endpoint_id, lane).await?;
    }
    Ok(true)
}

/// Leases one that waits by its id, as the last attempt that its schedule has.
pub async fn take(conn: Conn<'_>, new: &New<'_>, lease: Uuid, until: i64, step: i64) -> Result<()> {
    on!(conn, db => sqlx::query(TAKE)
        .bind(new.account_id).bind(new.id).bind(lease).bind(until).bind(step).bind(new.at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Makes one that waits for its time due at once.
pub async fn hurry(conn: Conn<'_>, account_id: i64, id: Uuid, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(HURRY).bind(account_id).bind(id).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Deletes what was over before, with its attempts, at most `limit`; returns how many.
pub async fn trim(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid, before: i64, limit: i64) -> Result<u64> {
    Ok(on!(conn, db => sqlx::query(TRIM)
        .bind(account_id).bind(endpoint_id).bind(before).bind(limit)
        .execute(db).await.map(|done| done.rows_affected()))?)
}

/// Lets the next message of a lane go, unless one is on its way.
async fn release(conn: Conn<'_>, endpoint_id: Uuid, lane: i64) -> Result<()> {
    on!(conn, db => sqlx::query(RELEASE)
        .bind(endpoint_id).bind(lane).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Gives up what still waits for endpoints that are switched off: on PostgreSQL an attempt may have ended in
/// the moment in which that was done.
pub async fn abandon(conn: Conn<'_>, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(ABANDON).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Frees lanes whose first message was taken out.
pub async fn unstick(mut conn: Conn<'_>) -> Result<()> {
    let stuck: Vec<(Uuid, i64)> = on!(&mut conn, db => sqlx::query_as(STUCK).fetch_all(&mut **db).await)?;
    for (endpoint_id, lane) in stuck {
        release(conn.again(), endpoint_id, lane).await?;
    }
    Ok(())
}

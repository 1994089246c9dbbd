//! Deliveries: one message on its way to one endpoint. `pending` → `leased` → `done`, `dead` or `pending` again.

use super::{Conn, Result, on};
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
    pub message_id: Uuid,
    pub event: String,
    pub body: String,
    pub url: String,
    /// Sealed.
    pub secret: Vec<u8>,
}

/// How much one claim takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// In all.
    pub limit: i64,
    /// Of one endpoint, what it has under lease already counted in.
    pub per_endpoint: i64,
}

/// A delivery as the endpoint's owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivery {
    pub id: Uuid,
    pub event: String,
    pub state: String,
    /// Attempts begun so far.
    pub attempt: i64,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
    pub next_at: i64,
    pub created_at: i64,
}

macro_rules! reclaim {
    ($lock:literal) => {
        concat!(
            "
update deliveries
   set state = 'pending', lease = null, lease_until = null, last_status = null, last_error = 'interrupted',
       updated_at = $1
  from (select account_id, id from deliveries where state = 'leased' and lease_until <= $2 ",
            $lock,
            ") as late
 where deliveries.account_id = late.account_id and deliveries.id = late.id"
        )
    };
}

/// `owing` hops from endpoint to endpoint along the index of what is pending, and `span` ends at
/// the last row worth reading of each, so that a long backlog costs no more than a short one. The
/// words `materialized` and `cross join` keep both planners to this order.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "
with recursive owing (endpoint_id) as (
  select (select endpoint_id from deliveries where state = 'pending' order by endpoint_id limit 1)
  union all
  select (select d.endpoint_id from deliveries d
           where d.state = 'pending' and d.endpoint_id > o.endpoint_id
           order by d.endpoint_id limit 1)
    from owing o where o.endpoint_id is not null
),
busy as materialized (select endpoint_id, count(*) as n from deliveries where state = 'leased' group by endpoint_id),
span as materialized (
  select o.endpoint_id, coalesce(b.n, 0) as busy,
         coalesce((select d.next_at from deliveries d
                    where d.state = 'pending' and d.endpoint_id = o.endpoint_id and d.next_at <= $1
                    order by d.next_at limit 1 offset $2), $1) as until
    from owing o left join busy b on b.endpoint_id = o.endpoint_id
   where o.endpoint_id is not null
),
due as (
  select d.account_id, d.id,
         s.busy + row_number() over (partition by d.endpoint_id order by d.next_at, d.id) as place
    from span s
   cross join deliveries d
    join endpoints e on e.account_id = d.account_id and e.id = d.endpoint_id and e.state = 'enabled'
   where d.endpoint_id = s.endpoint_id and d.state = 'pending' and d.next_at <= s.until
),
fair as (select account_id, id from due where place <= $2 order by place, id limit $3),
pick as (
  select d.account_id, d.id
    from fair
   cross join deliveries d
   where d.account_id = fair.account_id and d.id = fair.id and d.state = 'pending' ",
            $lock,
            "
)
update deliveries
   set state = 'leased', lease = $4, lease_until = $5, attempt = attempt + 1, updated_at = $1
  from pick
 where deliveries.account_id = pick.account_id and deliveries.id = pick.id"
        )
    };
}

const RECLAIM_SQLITE: &str = reclaim!("");
const RECLAIM_POSTGRES: &str = reclaim!("for update skip locked");
const CLAIM_SQLITE: &str = claim!("");
const CLAIM_POSTGRES: &str = claim!("for update of d skip locked");
const CLAIMED: &str = "
select d.account_id, d.id, d.lease, d.endpoint_id, d.attempt, d.message_id, o.event, o.body, e.url, e.secret
  from deliveries d
  join outbox o on o.account_id = d.account_id and o.id = d.message_id
  join endpoints e on e.account_id = d.account_id and e.id = d.endpoint_id
 where d.state = 'leased' and d.lease_until = $1 and d.lease = $2
 order by d.next_at, d.id";
const COMPLETE: &str = "
update deliveries
   set state = case when $4 = 'pending' and 'disabled' = (
                 select e.state from endpoints e
                  where e.account_id = deliveries.account_id and e.id = deliveries.endpoint_id)
               then 'dead' else $4 end,
       next_at = $5, lease = null, lease_until = null, last_status = $6, last_error = $7, updated_at = $8
 where account_id = $1 and id = $2 and lease = $3";
const OF_ENDPOINT: &str = "
select d.id, o.event, d.state, d.attempt, d.last_status, d.last_error, d.next_at, d.created_at
  from deliveries d
  join outbox o on o.account_id = d.account_id and o.id = d.message_id
 where d.account_id = $1 and d.endpoint_id = $2
 order by d.created_at desc, d.id desc
 limit $3";

/// Returns what is under leases that end by `until` to those that wait: whoever had them is gone.
pub async fn reclaim(conn: Conn<'_>, now: i64, until: i64) -> Result<()> {
    let reclaim = match conn {
        Conn::Sqlite(_) => RECLAIM_SQLITE,
        Conn::Postgres(_) => RECLAIM_POSTGRES,
    };
    on!(conn, db => sqlx::query(reclaim).bind(now).bind(until).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Leases what is due at `now` until `until` (Unix milliseconds) under the fresh id `lease`. Call it
/// in a transaction.
pub async fn claim(mut conn: Conn<'_>, now: i64, until: i64, lease: Uuid, share: Share) -> Result<Vec<Job>> {
    let claim = match conn {
        Conn::Sqlite(_) => CLAIM_SQLITE,
        Conn::Postgres(_) => CLAIM_POSTGRES,
    };
    let claimed = on!(&mut conn, db => sqlx::query(claim)
        .bind(now).bind(share.per_endpoint).bind(share.limit).bind(lease).bind(until)
        .execute(&mut **db).await.map(|done| done.rows_affected()))?;
    if claimed == 0 {
        return Ok(Vec::new());
    }
    Ok(on!(conn, db => sqlx::query_as(CLAIMED).bind(until).bind(lease).fetch_all(db).await)?)
}

/// Keeps what came of an attempt that ended at `at`; what would be tried again at an endpoint that
/// was switched off meanwhile is dead. False when the lease had passed to another by then: nothing
/// is changed.
pub async fn complete(conn: Conn<'_>, job: &Job, outcome: &Outcome, next: Next, at: i64) -> Result<bool> {
    let (state, next_at) = match next {
        Next::Done => ("done", at),
        Next::Again { at } => ("pending", at),
        Next::Dead | Next::Gone => ("dead", at),
    };
    let kept = on!(conn, db => sqlx::query(COMPLETE)
        .bind(job.account_id).bind(job.id).bind(job.lease)
        .bind(state).bind(next_at).bind(outcome.status.map(i64::from)).bind(outcome.error).bind(at)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(kept > 0)
}

/// The endpoint's newest deliveries, at most `limit`.
pub async fn of_endpoint(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid, limit: i64) -> Result<Vec<Delivery>> {
    Ok(on!(conn, db => sqlx::query_as(OF_ENDPOINT)
        .bind(account_id).bind(endpoint_id).bind(limit)
        .fetch_all(db).await)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn a_claim_reads_no_backlog_from_end_to_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/cuepoint.db", folder.path().display());
        let store = Store::open(&url).await.expect("a database");
        let mut tx = store.begin().await.expect("a transaction");
        let Conn::Sqlite(db) = tx.conn() else { panic!("SQLite was asked for") };
        let plan = sqlx::AssertSqlSafe(format!("explain query plan {CLAIM_SQLITE}"));
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(plan).fetch_all(db).await.expect("a plan");
        let steps: Vec<&str> = plan.iter().map(|(.., step)| step.as_str()).collect();
        assert!(!steps.iter().any(|step| step.starts_with("SCAN d ")), "{steps:#?}");
    }
}

//! The claim: which deliveries are sent next, so that every endpoint gets its share and none more than it takes.

use super::{Conn, Result, circuits, deliveries::Job, on};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How much one claim takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// In all.
    pub limit: i64,
    /// Of one endpoint, what it has under lease already counted in.
    pub per_endpoint: i64,
}

/// What a claim brought.
#[derive(Default)]
pub struct Claimed {
    pub jobs: Vec<Job>,
    /// Another process was just looking at one of the endpoints: ask again soon.
    pub contended: bool,
}

/// Hops from endpoint to endpoint along the index of what is pending.
macro_rules! owing {
    () => {
        "
with recursive owing (endpoint_id) as (
  select (select endpoint_id from deliveries where state = 'pending' order by endpoint_id limit 1)
  union all
  select (select d.endpoint_id from deliveries d
           where d.state = 'pending' and d.endpoint_id > o.endpoint_id
           order by d.endpoint_id limit 1)
    from owing o where o.endpoint_id is not null
)"
    };
}

/// What is paid is never more than a second ahead, unless the clock was set back since. `span` ends at the last row worth reading of each endpoint, so that a long backlog costs no more than
/// a short one. The words `materialized` and `cross join` keep both planners to this order.
macro_rules! claim {
    ($ours:literal, $rows:literal, $lock:literal) => {
        concat!(
            owing!(),
            ",
busy as materialized (select endpoint_id, count(*) as n from deliveries where state = 'leased' group by endpoint_id),
span as materialized (
  select o.endpoint_id, coalesce(b.n, 0) as busy,
         case when c.is_open then 1 when e.concurrency < $2 then e.concurrency else $2 end as most,
         case when e.rate is null then $2
              else (($1 + 1000) * 1000
                    - case when c.paid_us between $1 * 1000 and ($1 + 1000) * 1000 then c.paid_us else $1 * 1000 end)
                   * e.rate / 1000000 end as pace,
         coalesce((select d.next_at from deliveries d
                    where d.state = 'pending' and d.endpoint_id = o.endpoint_id and d.next_at <= $1
                    order by d.next_at limit 1 offset $2), $1) as until
    from owing o
   cross join circuits c
   cross join endpoints e
    left join busy b on b.endpoint_id = o.endpoint_id
   where o.endpoint_id is not null and c.endpoint_id = o.endpoint_id and c.wait_until <= $1
     and e.account_id = c.account_id and e.id = c.endpoint_id and e.state = 'enabled' ",
            $ours,
            "
),
due as (
  select d.account_id, d.id, s.most, s.busy + s.pace as paid,
         s.busy + row_number() over (partition by d.endpoint_id order by d.next_at, d.id) as place
    from span s
   cross join ",
            $rows,
            "
),
fair as (select account_id, id from due where place <= most and place <= paid order by place, id limit $3),
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

const CLAIM_SQLITE: &str = claim!(
    "",
    "deliveries d
   where d.endpoint_id = s.endpoint_id and d.state = 'pending' and d.next_at <= s.until",
    ""
);
/// The limit keeps PostgreSQL from reading the whole table instead, once it knows how long the backlog is.
const CLAIM_POSTGRES: &str = claim!(
    "and o.endpoint_id = any($6)",
    "lateral (
     select p.account_id, p.id, p.endpoint_id, p.next_at from deliveries p
      where p.endpoint_id = s.endpoint_id and p.state = 'pending' and p.next_at <= s.until
      order by p.next_at limit $2) d",
    "for update of d skip locked"
);
const DUE: &str = concat!(
    owing!(),
    "
select o.endpoint_id
  from owing o
 cross join circuits c
 cross join endpoints e
 where o.endpoint_id is not null and c.endpoint_id = o.endpoint_id and c.wait_until <= $1
   and e.account_id = c.account_id and e.id = c.endpoint_id and e.state = 'enabled' and exists (
   select 1 from deliveries d where d.state = 'pending' and d.endpoint_id = o.endpoint_id and d.next_at <= $1)"
);
/// No more of one endpoint need be read.
const MOST: &str = "select coalesce(max(concurrency), 1) from endpoints";
/// Between the claims of several processes, so that no endpoint gets more than it takes. On SQLite there
/// is one claim at a time anyway.
const LOCK: &str = "select endpoint_id from circuits where endpoint_id = any($1) for update skip locked";
const LAPSED: &str = "
select count(*) from (select 1 from deliveries where state = 'leased' and lease_until <= $1 limit 1) as one";
const CLAIMED: &str = "
select d.account_id, d.id, d.lease, d.endpoint_id, d.attempt, d.step, d.lane, d.message_id, o.event, o.body,
       d.cause, e.url, e.secret, e.timeout_s, e.rate, c.is_open as probes
  from deliveries d
  join outbox o on o.account_id = d.account_id and o.id = d.message_id
  join endpoints e on e.account_id = d.account_id and e.id = d.endpoint_id
  join circuits c on c.account_id = d.account_id and c.endpoint_id = d.endpoint_id
 where d.state = 'leased' and d.lease_until = $1 and d.lease = $2
 order by d.next_at, d.id";

/// Is anything due at `now`, or left behind by whoever died with it?
pub async fn waiting(mut conn: Conn<'_>, now: i64) -> Result<bool> {
    let due: Option<Uuid> = on!(&mut conn, db => sqlx::query_scalar(DUE).bind(now).fetch_optional(&mut **db).await)?;
    if due.is_some() {
        return Ok(true);
    }
    let lapsed: i64 = on!(conn, db => sqlx::query_scalar(LAPSED).bind(now).fetch_one(db).await)?;
    Ok(lapsed > 0)
}

/// Leases what is due at `now` until `until` (Unix milliseconds) under the fresh id `lease`. Call it
/// in a transaction.
pub async fn claim(mut conn: Conn<'_>, now: i64, until: i64, lease: Uuid, share: Share) -> Result<Claimed> {
    let mut contended = false;
    let most: i64 = on!(&mut conn, db => sqlx::query_scalar(MOST).fetch_one(&mut **db).await)?;
    let per_endpoint = share.per_endpoint.min(most);
    let claimed = match &mut conn {
        Conn::Sqlite(db) => sqlx::query(CLAIM_SQLITE)
            .bind(now)
            .bind(per_endpoint)
            .bind(share.limit)
            .bind(lease)
            .bind(until)
            .execute(&mut **db)
            .await?
            .rows_affected(),
        Conn::Postgres(db) => {
            let due: Vec<Uuid> = sqlx::query_scalar(DUE).bind(now).fetch_all(&mut **db).await?;
            if due.is_empty() {
                return Ok(Claimed::default());
            }
            let ours: Vec<Uuid> = sqlx::query_scalar(LOCK).bind(&due).fetch_all(&mut **db).await?;
            contended = ours.len() < due.len();
            sqlx::query(CLAIM_POSTGRES)
                .bind(now)
                .bind(per_endpoint)
                .bind(share.limit)
                .bind(lease)
                .bind(until)
                .bind(&ours)
                .execute(&mut **db)
                .await?
                .rows_affected()
        }
    };
    if claimed == 0 {
        return Ok(Claimed { jobs: Vec::new(), contended });
    }
    let jobs = leased(conn.again(), lease, until).await?;
    let mut rated = BTreeMap::new();
    for job in &jobs {
        if let Some(rate) = job.rate {
            rated.entry((job.account_id, job.endpoint_id)).or_insert((rate, 0)).1 += 1;
        }
    }
    for ((account_id, endpoint_id), (rate, n)) in rated {
        circuits::pay(conn.again(), account_id, endpoint_id, now, n, rate).await?;
    }
    Ok(Claimed { jobs, contended })
}

/// What stands under this lease.
pub async fn leased(conn: Conn<'_>, lease: Uuid, until: i64) -> Result<Vec<Job>> {
    Ok(on!(conn, db => sqlx::query_as(CLAIMED).bind(until).bind(lease).fetch_all(db).await)?)
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
        for sql in [CLAIM_SQLITE, DUE] {
            let mut tx = store.begin().await.expect("a transaction");
            let Conn::Sqlite(db) = tx.conn() else { panic!("SQLite was asked for") };
            let plan = sqlx::AssertSqlSafe(format!("explain query plan {sql}"));
            let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(plan).fetch_all(db).await.expect("a plan");
            let steps: Vec<&str> = plan.iter().map(|(.., step)| step.as_str()).collect();
            let scanned = |table: &str| steps.iter().any(|step| step.starts_with(&format!("SCAN {table} ")));
            assert!(!["d", "c", "e"].iter().any(|table| scanned(table)), "{steps:#?}");
        }
    }

    /// PostgreSQL plans by how much there is: a long backlog, and statistics that know of it. Of a table that
    /// is shorter than this one it reads all, which costs less.
    #[tokio::test]
    async fn a_claim_reads_no_backlog_from_end_to_end_on_postgres() {
        const BACKLOG: &str = "
set local session_replication_role = replica;
insert into endpoints (account_id, id, url, description, secret, state, created_at)
select 1, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '', '', '', 'enabled', 0
  from generate_series(1, 50) n;
insert into circuits (account_id, endpoint_id) select account_id, id from endpoints;
insert into deliveries (account_id, id, message_id, endpoint_id, state, attempt, next_at, created_at, updated_at)
select 1, gen_random_uuid(), gen_random_uuid(), e.id, 'pending', 0, n, n, n
  from endpoints e, generate_series(1, 100000) n where n <= 20 or e.id = '00000000-0000-7000-8000-000000000001';
analyze endpoints, circuits, deliveries";
        let Ok(base) = std::env::var("TEST_POSTGRES_URL") else { return };
        let name = format!("claims_{}", Uuid::now_v7().simple());
        let pool = sqlx::PgPool::connect(&base).await.expect("PostgreSQL");
        let create = sqlx::AssertSqlSafe(format!("create database {name}"));
        sqlx::query(create).execute(&pool).await.expect("a database");
        let mut url: url::Url = base.parse().expect("a URL");
        url.set_path(&name);
        let store = Store::open(url.as_str()).await.expect("a database");
        let mut tx = store.begin().await.expect("a transaction");
        let Conn::Postgres(db) = tx.conn() else { panic!("PostgreSQL was asked for") };
        sqlx::raw_sql(BACKLOG).execute(&mut *db).await.expect("a backlog");
        let endpoints: Vec<Uuid> =
            sqlx::query_scalar("select id from endpoints").fetch_all(&mut *db).await.expect("endpoints");
        let explain = |sql| sqlx::query_scalar(sqlx::AssertSqlSafe(format!("explain {sql}")));
        let (now, lease) = (100_000_i64, Uuid::now_v7());
        let claim = explain(CLAIM_POSTGRES).bind(now).bind(64_i64).bind(128_i64).bind(lease).bind(now).bind(endpoints);
        for plan in [claim, explain(DUE).bind(now)] {
            let steps: Vec<String> = plan.fetch_all(&mut *db).await.expect("a plan");
            assert!(!steps.iter().any(|step| step.contains("Seq Scan on deliveries")), "{}", steps.join("\n"));
        }
    }
}

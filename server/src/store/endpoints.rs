//! Webhook endpoints: where a customer wants to be told, of what, and how fast.

use super::{Conn, Result, circuits, on};
use uuid::Uuid;

/// An endpoint as its owner sees it again; its secret is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Endpoint {
    pub id: Uuid,
    pub url: String,
    pub description: String,
    /// `enabled` or `disabled`.
    pub state: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Event names in alphabetical order, a blank between them.
    pub events: String,
    #[sqlx(flatten)]
    pub pace: Pace,
    pub disabled_at: Option<i64>,
    /// `owner`, `gone` (410) or `failing` (for five days).
    pub disabled_why: Option<String>,
    /// Is its breaker open?
    pub is_open: bool,
    /// Nothing is sent before.
    pub wait_until: i64,
    pub failing_since: Option<i64>,
    /// Up to when a secret that was rotated away signs too.
    pub overlap_until: Option<i64>,
}

/// How fast an endpoint takes what it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Pace {
    /// For one attempt in all.
    pub timeout_s: i64,
    /// Deliveries a second; none is as many as it takes.
    pub rate: Option<i64>,
    /// Deliveries at the same time.
    pub concurrency: i64,
    /// One video's messages go one after the other.
    pub ordered: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self { timeout_s: 15, rate: None, concurrency: 8, ordered: false }
    }
}

pub struct NewEndpoint<'a> {
    pub account_id: i64,
    pub id: Uuid,
    pub url: &'a str,
    pub description: &'a str,
    /// Sealed: `Keys::seal`.
    pub secret: &'a [u8],
    pub events: &'a [&'a str],
    pub pace: Pace,
    pub created_at: i64,
}

/// Why an endpoint is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its owner wants it.
    Owner,
    /// Its receiver answered 410.
    Gone,
    /// It took nothing for five days.
    Failing,
}

impl Why {
    pub fn name(self) -> &'static str {
        match self {
            Why::Owner => "owner",
            Why::Gone => "gone",
            Why::Failing => "failing",
        }
    }
}

macro_rules! endpoints {
    ($which:literal) => {
        concat!(
            "
select e.id, e.url, e.description, e.state, e.created_at, e.timeout_s, e.rate, e.concurrency, e.ordered,
       e.disabled_at, e.disabled_why, c.is_open, c.wait_until, c.failing_since,
       string_agg(s.event, ' ' order by s.event) as events,
       (select max(r.until) from retired_secrets r
         where r.account_id = e.account_id and r.endpoint_id = e.id) as overlap_until
  from endpoints e
  join circuits c on c.account_id = e.account_id and c.endpoint_id = e.id
  join subscriptions s on s.account_id = e.account_id and s.endpoint_id = e.id
 where e.account_id = $1 ",
            $which,
            "
 group by e.account_id, e.id, c.account_id, c.endpoint_id
 order by e.id"
        )
    };
}

const COUNT: &str = "select count(*) from endpoints where account_id = $1";
const INSERT: &str = "
insert into endpoints
  (account_id, id, url, description, secret, state, timeout_s, rate, concurrency, ordered, created_at)
values ($1, $2, $3, $4, $5, 'enabled', $6, $7, $8, $9, $10)";
const SUBSCRIBE: &str = "insert into subscriptions (account_id, event, endpoint_id) values ($1, $2, $3)";
const UNSUBSCRIBE: &str = "delete from subscriptions where account_id = $1 and endpoint_id = $2";
const OF_ACCOUNT: &str = endpoints!("");
const BY_ID: &str = endpoints!("and e.id = $2");
const EXISTS: &str = "select count(*) from endpoints where account_id = $1 and id = $2";
/// Keeps every other process from changing it until the transaction ends. On SQLite there is nobody else.
const LOCK: &str = "select count(*) from (select 1 from endpoints where account_id = $1 and id = $2 for update) as one";
const CHANGE: &str = "
update endpoints
   set url = $3, description = $4, timeout_s = $5, rate = $6, concurrency = $7, ordered = $8
 where account_id = $1 and id = $2";
const DELETE: &str = "delete from endpoints where account_id = $1 and id = $2";
const DISABLE: &str = "
update endpoints set state = 'disabled', disabled_at = $3, disabled_why = $4
 where account_id = $1 and id = $2 and state = 'enabled'";
const ENABLE: &str = "
update endpoints set state = 'enabled', disabled_at = null, disabled_why = null
 where account_id = $1 and id = $2 and state = 'disabled'";
const GIVE_UP: &str = "
update deliveries set state = 'dead', last_error = 'endpoint disabled', updated_at = $3
 where account_id = $1 and endpoint_id = $2 and state in ('pending', 'held')";
const UNHOLD: &str = "
update deliveries set state = case when state = 'held' then 'pending' else state end, lane = null
 where account_id = $1 and endpoint_id = $2 and lane is not null and state in ('pending', 'leased', 'held')";

/// How many endpoints the account has.
pub async fn count(conn: Conn<'_>, account_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(COUNT).bind(account_id).fetch_one(db).await)?)
}

/// Adds an endpoint and its subscriptions.
pub async fn insert(mut conn: Conn<'_>, new: &NewEndpoint<'_>) -> Result<()> {
    on!(&mut conn, db => sqlx::query(INSERT)
        .bind(new.account_id).bind(new.id).bind(new.url).bind(new.description).bind(new.secret)
        .bind(new.pace.timeout_s).bind(new.pace.rate).bind(new.pace.concurrency).bind(new.pace.ordered)
        .bind(new.created_at)
        .execute(&mut **db).await.map(|_| ()))?;
    circuits::insert(conn.again(), new.account_id, new.id).await?;
    subscribe(conn, new.account_id, new.id, new.events).await
}

async fn subscribe(mut conn: Conn<'_>, account_id: i64, id: Uuid, events: &[&str]) -> Result<()> {
    for event in events {
        on!(&mut conn, db => sqlx::query(SUBSCRIBE)
            .bind(account_id).bind(event).bind(id)
            .execute(&mut **db).await.map(|_| ()))?;
    }
    Ok(())
}

/// The account's endpoints, oldest first.
pub async fn of_account(conn: Conn<'_>, account_id: i64) -> Result<Vec<Endpoint>> {
    Ok(on!(conn, db => sqlx::query_as(OF_ACCOUNT).bind(account_id).fetch_all(db).await)?)
}

pub async fn by_id(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<Option<Endpoint>> {
    Ok(on!(conn, db => sqlx::query_as(BY_ID).bind(account_id).bind(id).fetch_optional(db).await)?)
}

/// Has the account such an endpoint?
pub async fn exists(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<bool> {
    let found: i64 = on!(conn, db => sqlx::query_scalar(EXISTS).bind(account_id).bind(id).fetch_one(db).await)?;
    Ok(found > 0)
}

/// Has the account such an endpoint? No other process changes it before the transaction ends.
pub async fn lock(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<bool> {
    match conn {
        Conn::Sqlite(_) => exists(conn, account_id, id).await,
        Conn::Postgres(db) => {
            let found: i64 = sqlx::query_scalar(LOCK).bind(account_id).bind(id).fetch_one(db).await?;
            Ok(found > 0)
        }
    }
}

/// Writes what its owner may change; `was` is how it stands there.
pub async fn change(mut conn: Conn<'_>, account_id: i64, was: &Endpoint, to: &Endpoint) -> Result<()> {
    on!(&mut conn, db => sqlx::query(CHANGE)
        .bind(account_id).bind(to.id).bind(&to.url).bind(&to.description)
        .bind(to.pace.timeout_s).bind(to.pace.rate).bind(to.pace.concurrency).bind(to.pace.ordered)
        .execute(&mut **db).await.map(|_| ()))?;
    if was.pace.ordered && !to.pace.ordered {
        on!(&mut conn, db => sqlx::query(UNHOLD)
            .bind(account_id).bind(to.id).execute(&mut **db).await.map(|_| ()))?;
    }
    if was.url != to.url {
        // What is known of the old address says nothing about the new one.
        circuits::write(conn.again(), account_id, to.id, &Default::default()).await?;
    }
    if was.events != to.events {
        on!(&mut conn, db => sqlx::query(UNSUBSCRIBE)
            .bind(account_id).bind(to.id).execute(&mut **db).await.map(|_| ()))?;
        subscribe(conn, account_id, to.id, &to.events.split(' ').collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Deletes an endpoint with all it was still owed. False when the account has no such endpoint.
pub async fn delete(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<bool> {
    let deleted = on!(conn, db => sqlx::query(DELETE)
        .bind(account_id).bind(id)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(deleted > 0)
}

/// Switches an endpoint off: nothing more is queued for it, and what waits for it is dead. False when
/// it was off already.
pub async fn disable(mut conn: Conn<'_>, account_id: i64, id: Uuid, why: Why, now: i64) -> Result<bool> {
    let disabled = on!(&mut conn, db => sqlx::query(DISABLE)
        .bind(account_id).bind(id).bind(now).bind(why.name())
        .execute(&mut **db).await.map(|done| done.rows_affected()))?;
    on!(conn, db => sqlx::query(GIVE_UP)
        .bind(account_id).bind(id).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(disabled > 0)
}

/// Switches an endpoint on again, its troubles forgotten.
pub async fn enable(mut conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<()> {
    let enabled = on!(&mut conn, db => sqlx::query(ENABLE)
        .bind(account_id).bind(id)
        .execute(&mut **db).await.map(|done| done.rows_affected()))?;
    if enabled > 0 {
        circuits::write(conn, account_id, id, &Default::default()).await?;
    }
    Ok(())
}

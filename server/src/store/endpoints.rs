//! Webhook endpoints: where a customer wants to be told, and of what.

use super::{Conn, Result, on};
use uuid::Uuid;

/// An endpoint as its owner sees it again; its secret is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Endpoint {
    pub id: Uuid,
    pub url: String,
    pub description: String,
    /// `enabled`, or `disabled` after the receiver answered 410.
    pub state: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Event names in alphabetical order, a blank between them.
    pub events: String,
}

pub struct NewEndpoint<'a> {
    pub account_id: i64,
    pub id: Uuid,
    pub url: &'a str,
    pub description: &'a str,
    /// Sealed: `Keys::seal`.
    pub secret: &'a [u8],
    pub events: &'a [&'a str],
    pub created_at: i64,
}

const COUNT: &str = "select count(*) from endpoints where account_id = $1";
const INSERT: &str = "
insert into endpoints (account_id, id, url, description, secret, state, created_at)
values ($1, $2, $3, $4, $5, 'enabled', $6)";
const SUBSCRIBE: &str = "insert into subscriptions (account_id, event, endpoint_id) values ($1, $2, $3)";
const OF_ACCOUNT: &str = "
select e.id, e.url, e.description, e.state, e.created_at, string_agg(s.event, ' ' order by s.event) as events
  from endpoints e
  join subscriptions s on s.account_id = e.account_id and s.endpoint_id = e.id
 where e.account_id = $1
 group by e.account_id, e.id
 order by e.id";
const EXISTS: &str = "select count(*) from endpoints where account_id = $1 and id = $2";
const DELETE: &str = "delete from endpoints where account_id = $1 and id = $2";
const DISABLE: &str = "update endpoints set state = 'disabled' where account_id = $1 and id = $2";
const GIVE_UP: &str = "
update deliveries set state = 'dead', last_error = 'endpoint disabled', updated_at = $3
 where account_id = $1 and endpoint_id = $2 and state = 'pending'";

/// How many endpoints the account has.
pub async fn count(conn: Conn<'_>, account_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(COUNT).bind(account_id).fetch_one(db).await)?)
}

/// Adds an endpoint and its subscriptions.
pub async fn insert(mut conn: Conn<'_>, new: &NewEndpoint<'_>) -> Result<()> {
    on!(&mut conn, db => sqlx::query(INSERT)
        .bind(new.account_id).bind(new.id).bind(new.url).bind(new.description).bind(new.secret).bind(new.created_at)
        .execute(&mut **db).await.map(|_| ()))?;
    for event in new.events {
        on!(&mut conn, db => sqlx::query(SUBSCRIBE)
            .bind(new.account_id).bind(event).bind(new.id)
            .execute(&mut **db).await.map(|_| ()))?;
    }
    Ok(())
}

/// The account's endpoints, oldest first.
pub async fn of_account(conn: Conn<'_>, account_id: i64) -> Result<Vec<Endpoint>> {
    Ok(on!(conn, db => sqlx::query_as(OF_ACCOUNT).bind(account_id).fetch_all(db).await)?)
}

/// Has the account such an endpoint?
pub async fn exists(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<bool> {
    let found: i64 = on!(conn, db => sqlx::query_scalar(EXISTS).bind(account_id).bind(id).fetch_one(db).await)?;
    Ok(found > 0)
}

/// Deletes an endpoint with all it was still owed. False when the account has no such endpoint.
pub async fn delete(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<bool> {
    let deleted = on!(conn, db => sqlx::query(DELETE)
        .bind(account_id).bind(id)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(deleted > 0)
}

/// Switches an endpoint off: nothing more is queued for it, and what waits for it is dead.
pub async fn disable(mut conn: Conn<'_>, account_id: i64, id: Uuid, now: i64) -> Result<()> {
    on!(&mut conn, db => sqlx::query(DISABLE)
        .bind(account_id).bind(id)
        .execute(&mut **db).await.map(|_| ()))?;
    on!(conn, db => sqlx::query(GIVE_UP)
        .bind(account_id).bind(id).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

//! What happened, as the customer's systems will be told: one row a message, one delivery for each endpoint that asked.

use super::{
    Conn, Result,
    deliveries::{self, New},
    on,
};
use crate::keys::digest;
use uuid::Uuid;

/// A message to every endpoint of the account that subscribed to `event`.
pub struct Message {
    pub account_id: i64,
    /// The same as `hook.uuid` in the body.
    pub id: Uuid,
    pub event: String,
    pub video_id: i64,
    /// The viewer that it is about; none where it tells of nobody.
    pub viewer_id: Option<Uuid>,
    /// The final JSON: the bytes that are signed and sent.
    pub body: String,
    /// Unix milliseconds; the deliveries are due from then on.
    pub created_at: i64,
}

const INSERT: &str = "
insert into outbox (account_id, id, event, video_id, viewer_id, body, created_at) values ($1, $2, $3, $4, $5, $6, $7)";
macro_rules! subscribed {
    ($lock:literal) => {
        concat!(
            "
select e.id, e.ordered
  from subscriptions s
  join endpoints e on e.account_id = s.account_id and e.id = s.endpoint_id
 where s.account_id = $1 and s.event = $2 and e.state = 'enabled'
 order by e.id ",
            $lock
        )
    };
}
const SUBSCRIBED_SQLITE: &str = subscribed!("");
/// The lock keeps an endpoint from being deleted or disabled between this and the commit.
const SUBSCRIBED_POSTGRES: &str = subscribed!("for share of e");

const INSERT_TEST: &str = "
insert into outbox (account_id, id, event, video_id, body, created_at, is_test) values ($1, $2, $3, $4, $5, $6, $7)";
const AFTER: &str = "
select id, event, video_id, body, created_at from outbox
 where account_id = $1 and id > $2 and not is_test order by id limit $3";
const ABOUT: &str = "
select id, event, video_id, body, created_at from outbox where account_id = $1 and viewer_id = $2 order by id";
const FORGET_DELIVERIES: &str = "delete from deliveries where account_id = $1 and message_id = $2";
const FORGET: &str = "delete from outbox where account_id = $1 and id = $2";
const NEWEST: &str = "select id from outbox where account_id = $1 order by id desc limit 1";
const TRIM: &str = "
delete from outbox
 where account_id = $1 and id in (
   select o.id from outbox o
    where o.account_id = $1 and o.id < $2 and o.created_at < $3 and not exists (
      select 1 from deliveries d where d.account_id = o.account_id and d.message_id = o.id)
    order by o.id limit $4)";

/// Queues `message` in the caller's transaction and returns to how many endpoints it goes. After
/// the commit, ring the courier's bell.
pub async fn enqueue(mut conn: Conn<'_>, message: &Message) -> Result<usize> {
    on!(&mut conn, db => sqlx::query(INSERT)
        .bind(message.account_id).bind(message.id).bind(&message.event)
        .bind(message.video_id).bind(message.viewer_id).bind(&message.body).bind(message.created_at)
        .execute(&mut **db).await.map(|_| ()))?;
    let subscribed = match conn {
        Conn::Sqlite(_) => SUBSCRIBED_SQLITE,
        Conn::Postgres(_) => SUBSCRIBED_POSTGRES,
    };
    let endpoints: Vec<(Uuid, bool)> = on!(&mut conn, db => sqlx::query_as(subscribed)
        .bind(message.account_id).bind(&message.event)
        .fetch_all(&mut **db).await)?;
    for (endpoint_id, ordered) in &endpoints {
        let new = New {
            account_id: message.account_id,
            id: delivery_id(message.id, *endpoint_id, b"event", message.created_at),
            message_id: message.id,
            video_id: message.video_id,
            endpoint_id: *endpoint_id,
            ordered: *ordered,
            cause: "event",
            origin: None,
            at: message.created_at,
        };
        deliveries::queue(conn.again(), &new).await?;
    }
    Ok(endpoints.len())
}

/// Keeps a message that goes only where its delivery is queued by hand.
pub async fn insert_test(conn: Conn<'_>, message: &Message) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT_TEST)
        .bind(message.account_id).bind(message.id).bind(&message.event)
        .bind(message.video_id).bind(&message.body).bind(message.created_at).bind(true)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// A version 7 UUID that only this message, this endpoint and this cause have, so that no message is
/// ever queued twice for one of them.
pub fn delivery_id(message: Uuid, endpoint: Uuid, cause: &[u8], at: i64) -> Uuid {
    let all = digest(&[message.as_bytes().as_slice(), endpoint.as_bytes(), cause].concat());
    let mut tail = [0; 10];
    tail.copy_from_slice(&all[..10]);
    uuid::Builder::from_unix_timestamp_millis(at.unsigned_abs(), &tail).into_uuid()
}

/// A stored message.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Stored {
    pub id: Uuid,
    pub event: String,
    pub video_id: i64,
    pub body: String,
    pub created_at: i64,
}

/// The account's messages after `last` in the order of their ids, at most `limit`.
pub async fn after(conn: Conn<'_>, account_id: i64, last: Uuid, limit: i64) -> Result<Vec<Stored>> {
    Ok(on!(conn, db => sqlx::query_as(AFTER).bind(account_id).bind(last).bind(limit).fetch_all(db).await)?)
}

/// The messages that are known to be about a viewer, in the order of their ids.
pub async fn about(conn: Conn<'_>, account_id: i64, viewer_id: Uuid) -> Result<Vec<Stored>> {
    Ok(on!(conn, db => sqlx::query_as(ABOUT).bind(account_id).bind(viewer_id).fetch_all(db).await)?)
}

/// Deletes messages, those on their way too.
pub async fn forget(mut conn: Conn<'_>, account_id: i64, messages: &[Stored]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    for message in messages {
        on!(&mut conn, db => sqlx::query(FORGET_DELIVERIES)
            .bind(account_id).bind(message.id).execute(&mut **db).await.map(|_| ()))?;
        on!(&mut conn, db => sqlx::query(FORGET)
            .bind(account_id).bind(message.id).execute(&mut **db).await.map(|_| ()))?;
    }
    deliveries::unstick(conn).await
}

/// The account's newest message.
pub async fn newest(conn: Conn<'_>, account_id: i64) -> Result<Option<Uuid>> {
    Ok(on!(conn, db => sqlx::query_scalar(NEWEST).bind(account_id).fetch_optional(db).await)?)
}

/// Deletes messages from before that no delivery is left of, at most `limit`; returns how many.
pub async fn trim(conn: Conn<'_>, account_id: i64, before: i64, limit: i64) -> Result<u64> {
    Ok(on!(conn, db => sqlx::query(TRIM)
        .bind(account_id).bind(first_id(before)).bind(before).bind(limit)
        .execute(db).await.map(|done| done.rows_affected()))?)
}

/// The smallest version 7 UUID of this Unix millisecond: ids of messages from then on are greater.
pub fn first_id(at: i64) -> Uuid {
    let at = u128::from(at.clamp(0, (1 << 48) - 1).unsigned_abs());
    Uuid::from_u128(at << 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_has_one_delivery_id_for_each_endpoint_and_cause() {
        let id = |endpoint: u128, cause: &[u8]| {
            delivery_id(Uuid::from_u128(1), Uuid::from_u128(endpoint), cause, 1_732_312_345_123)
        };
        assert_eq!(id(2, b"event"), id(2, b"event"));
        assert_ne!(id(2, b"event"), id(3, b"event"));
        assert_ne!(id(2, b"event"), id(2, b"a replay"));
        assert_eq!(id(2, b"event").get_version_num(), 7);
    }

    #[test]
    fn ids_from_a_moment_on_are_greater_than_its_first() {
        let at = 1_732_312_345_123;
        let made = uuid::Builder::from_unix_timestamp_millis(1_732_312_345_123, &[0; 10]).into_uuid();
        assert!(made > first_id(at) && made < first_id(at + 1));
    }
}

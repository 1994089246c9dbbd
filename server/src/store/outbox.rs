//! What happened, as the customer's systems will be told: one row a message, one delivery for each endpoint that asked.

use super::{Conn, Result, on};
use crate::keys::digest;
use uuid::Uuid;

/// A message to every endpoint of the account that subscribed to `event`.
pub struct Message {
    pub account_id: i64,
    /// The same as `hook.uuid` in the body.
    pub id: Uuid,
    pub event: String,
    pub video_id: i64,
    /// The final JSON: the bytes that are signed and sent.
    pub body: String,
    /// Unix milliseconds; the deliveries are due from then on.
    pub created_at: i64,
}

const INSERT: &str = "
insert into outbox (account_id, id, event, video_id, body, created_at) values ($1, $2, $3, $4, $5, $6)";
const INSERT_DELIVERY: &str = "
insert into deliveries
  (account_id, id, message_id, endpoint_id, state, attempt, next_at, created_at, updated_at)
values ($1, $2, $3, $4, 'pending', 0, $5, $5, $5)";

macro_rules! subscribed {
    ($lock:literal) => {
        concat!(
            "
select e.id
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

/// Queues `message` in the caller's transaction and returns to how many endpoints it goes. After
/// the commit, ring the courier's bell.
pub async fn enqueue(mut conn: Conn<'_>, message: &Message) -> Result<usize> {
    on!(&mut conn, db => sqlx::query(INSERT)
        .bind(message.account_id).bind(message.id).bind(&message.event)
        .bind(message.video_id).bind(&message.body).bind(message.created_at)
        .execute(&mut **db).await.map(|_| ()))?;
    let subscribed = match conn {
        Conn::Sqlite(_) => SUBSCRIBED_SQLITE,
        Conn::Postgres(_) => SUBSCRIBED_POSTGRES,
    };
    let endpoints: Vec<Uuid> = on!(&mut conn, db => sqlx::query_scalar(subscribed)
        .bind(message.account_id).bind(&message.event)
        .fetch_all(&mut **db).await)?;
    for endpoint in &endpoints {
        on!(&mut conn, db => sqlx::query(INSERT_DELIVERY)
            .bind(message.account_id).bind(delivery_id(message, *endpoint)).bind(message.id)
            .bind(endpoint).bind(message.created_at)
            .execute(&mut **db).await.map(|_| ()))?;
    }
    Ok(endpoints.len())
}

/// A version 7 UUID that only this message and this endpoint have, so that no message is ever
/// queued twice for one endpoint.
fn delivery_id(message: &Message, endpoint: Uuid) -> Uuid {
    let both = digest(&[message.id.as_bytes().as_slice(), endpoint.as_bytes()].concat());
    let mut tail = [0; 10];
    tail.copy_from_slice(&both[..10]);
    uuid::Builder::from_unix_timestamp_millis(message.created_at.unsigned_abs(), &tail).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_has_one_delivery_id_for_each_endpoint() {
        let message = Message {
            account_id: 1,
            id: Uuid::from_u128(1),
            event: "VideoCTA".into(),
            video_id: 7,
            body: "{}".into(),
            created_at: 1_732_312_345_123,
        };
        let (a, b) = (Uuid::from_u128(2), Uuid::from_u128(3));
        assert_eq!(delivery_id(&message, a), delivery_id(&message, a));
        assert_ne!(delivery_id(&message, a), delivery_id(&message, b));
        assert_eq!(delivery_id(&message, a).get_version_num(), 7);
    }
}

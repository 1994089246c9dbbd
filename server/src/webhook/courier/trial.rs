//! Trying an endpoint out: one message of any event, sent at once and once, whatever the endpoint's state.

use super::{Courier, LEASE_MS, broken, claims, deliveries, turn::with_secrets};
use crate::{
    store::{
        self,
        deliveries::New,
        outbox::{self, Message},
    },
    webhook::{schedule, seats::Seat},
};
use std::sync::Arc;
use uuid::Uuid;

/// What is sent where.
pub struct Trial {
    pub message: Message,
    pub endpoint_id: Uuid,
    /// Taken until it is over, also when nobody waits for that any more.
    pub seat: Seat,
}

impl Courier {
    /// Sends it and waits for what comes of it; returns the id of the delivery. It goes on when the caller leaves.
    /// Should the server die meanwhile, its lease brings it back like every other.
    pub async fn trial(&self, trial: Trial, now: i64) -> store::Result<Uuid> {
        let courier = self.clone();
        tokio::spawn(async move { courier.try_out(trial, now).await }).await.unwrap_or_else(broken)
    }

    async fn try_out(&self, trial: Trial, now: i64) -> store::Result<Uuid> {
        let Trial { message, endpoint_id, seat: _seat } = trial;
        let new = New {
            account_id: message.account_id,
            id: outbox::delivery_id(message.id, endpoint_id, b"test", now),
            message_id: message.id,
            video_id: message.video_id,
            endpoint_id,
            ordered: false,
            cause: "test",
            origin: None,
            at: now,
        };
        let (lease, until) = (Uuid::now_v7(), now + LEASE_MS);
        let mut tx = self.state.store.begin().await?;
        outbox::insert_test(tx.conn(), &message).await?;
        deliveries::queue(tx.conn(), &new).await?;
        deliveries::take(tx.conn(), &new, lease, until, schedule::LAST).await?;
        let jobs = claims::leased(tx.conn(), lease, until).await?;
        let flights = with_secrets(&mut tx, jobs, now).await?;
        tx.commit().await?;
        let mut landed = Vec::with_capacity(flights.len());
        for flight in flights {
            landed.push(Arc::new(self.clone().attempt(flight, now).await));
        }
        self.turn(landed, None, now).await?;
        Ok(new.id)
    }
}

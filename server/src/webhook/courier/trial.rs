//! Trying an endpoint out: one message of any event, sent at once and once, whatever the endpoint's state.

use super::{Courier, LEASE_MS, broken, claims, deliveries, turn::with_secrets};
use crate::{
    store::{
        self,
        deliveries::New,
        outbox::{self, Message},
    },
    webhook::schedule,
};
use std::sync::Arc;
use uuid::Uuid;

/// What is sent where.
pub struct Trial {
    pub message: Message,
    pub endpoint_id: Uuid,
}

impl Courier {
    /// Sends it and waits for what comes of it; returns the id of the delivery. Should the server die meanwhile,
    /// its lease brings it back like every other.
    pub async fn trial(&self, trial: Trial, now: i64) -> store::Result<Uuid> {
        let state = self.state.clone();
        let queued = tokio::spawn(async move {
            let Trial { message, endpoint_id } = trial;
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
            let mut tx = state.store.begin().await?;
            outbox::insert_test(tx.conn(), &message).await?;
            deliveries::queue(tx.conn(), &new).await?;
            deliveries::take(tx.conn(), &new, lease, until, schedule::LAST).await?;
            let jobs = claims::leased(tx.conn(), lease, until).await?;
            let flights = with_secrets(&mut tx, jobs, now).await?;
            tx.commit().await?;
            store::Result::Ok((new.id, flights))
        });
        let (id, flights) = queued.await.unwrap_or_else(broken)?;
        let mut landed = Vec::with_capacity(flights.len());
        for flight in flights {
            landed.push(Arc::new(self.clone().attempt(flight, now).await));
        }
        self.turn(landed, None, now).await?;
        Ok(id)
    }
}

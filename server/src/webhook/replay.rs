//! Replays at work: one piece in one transaction, so that a crash costs nothing and sends nothing twice.

use crate::{
    state::{self, State},
    store::{
        self, StoreError,
        deliveries::{self, New},
        endpoints, outbox, replays,
    },
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Messages that one transaction looks at.
const PIECE: i64 = 200;
/// How often it looks whether there is something to replay.
const POLL: Duration = Duration::from_secs(1);

/// Queues the next piece of a replay. False when none is under way.
pub async fn step(state: &State, now: i64) -> store::Result<bool> {
    if !replays::any(state.store.reader().await?.conn()).await? {
        return Ok(false);
    }
    let state = state.clone();
    // In a task of its own, so that whoever drops this can't break it in half.
    let piece = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        let Some(replay) = replays::next(tx.conn()).await? else { return Ok(false) };
        let endpoint = endpoints::by_id(tx.conn(), replay.account_id, replay.endpoint_id).await?;
        let Some(endpoint) = endpoint.filter(|endpoint| endpoint.state == "enabled") else {
            replays::cancel(tx.conn(), replay.account_id, replay.endpoint_id, replay.id, now).await?;
            tx.commit().await?;
            return Ok(true);
        };
        let past = replays::past(tx.conn(), &replay, PIECE).await?;
        let wanted = past.iter().filter(|message| {
            (replay.from_at..replay.until_at).contains(&message.created_at)
                && replay.events.split(' ').any(|event| event == message.event)
                && replay.video_id.is_none_or(|video| video == message.video_id)
                && (replay.which == "all" || !message.taken)
        });
        let mut queued = 0;
        for message in wanted {
            let new = New {
                account_id: replay.account_id,
                id: outbox::delivery_id(message.id, replay.endpoint_id, replay.id.as_bytes(), now),
                message_id: message.id,
                video_id: message.video_id,
                endpoint_id: replay.endpoint_id,
                ordered: endpoint.pace.ordered,
                cause: "replay",
                origin: None,
                at: now,
            };
            deliveries::queue(tx.conn(), &new).await?;
            queued += 1;
        }
        let last = past.last().map_or(replay.last_id, |message| message.id);
        let is_done = past.len() < PIECE as usize;
        replays::advance(tx.conn(), &replay, last, queued, is_done, now).await?;
        tx.commit().await?;
        state.courier_bell.notify_one();
        store::Result::Ok(true)
    });
    piece.await.unwrap_or(Err(StoreError::Database(sqlx::Error::WorkerCrashed)))
}

/// Replays until `shutdown`.
pub async fn run(state: State, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match step(&state, state::now()).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "a replay waits"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = state.replay_bell.notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

//! `POST /api/v1/webhooks/{id}/test {event}`: a message of any event, sent now, and what came of it.

use super::{log::with_attempts, of_caller};
use crate::{
    api::{caller::Caller, fields::Fields},
    reply::Reply,
    state::{self, State},
    store::{log, outbox::Message, videos},
    webhook::{
        courier::{Courier, Trial},
        notice::{self, EVENTS, Media, sample},
        seats::What,
    },
    writer,
};
use app::error::{ApiError, Flaw};
use axum::{
    Json,
    extract::{self, Path},
};
use serde_json::Value;
use uuid::Uuid;

/// Seconds after which there may be room again.
const BUSY: u32 = 5;

/// About the account's newest video, or one that is made up.
pub async fn send(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<Value>, Reply> {
    let endpoint = of_caller(&state, account.id, &id).await?;
    let Some(seat) = state.hook_seats.take(What::Trial, account.id) else {
        return Err(ApiError::too_many(BUSY, "Too many tests are under way.").into());
    };
    let (now, hook_id, public_url) = (state::now(), Uuid::now_v7(), state.config.link(""));
    let event = fields.text("event").unwrap_or_default().to_owned();
    let mut reader = state.store.reader().await?;
    let video = match log::newest_video(reader.conn(), account.id).await? {
        Some(id) => videos::by_id(reader.conn(), id).await?,
        None => None,
    };
    drop(reader);
    let media = match &video {
        Some(video) => writer::media(video, &public_url),
        None => Media {
            video_id: 1_000_001,
            token: "exampleOfAVideoToken01",
            title: "An example",
            duration_ms: Some(60_000),
            public_url: &public_url,
        },
    };
    let body = sample::of(&event, &media, &account.email)
        .ok_or_else(|| ApiError::flawed(vec![Flaw::new("event", format!("must be one of {}", EVENTS.join(", ")))]))?;
    let message = Message {
        account_id: account.id,
        id: hook_id,
        body: notice::envelope(hook_id, &event, now, account.id, &body),
        event,
        video_id: media.video_id,
        viewer_id: None,
        created_at: now,
    };
    let trial = Trial { message, endpoint_id: endpoint.id, seat };
    let delivery = Courier::new(state.clone()).trial(trial, now).await?;
    let mut reader = state.store.reader().await?;
    let found = log::by_id(reader.conn(), account.id, delivery).await?.ok_or_else(ApiError::internal)?;
    Ok(Json(with_attempts(reader.conn(), account.id, &found).await?))
}

//! `GET /api/v1/webhooks/stream?events=&after=`: messages as server-sent events, for developers whose machine can't
//! be reached; `cuepoint listen` reads it. `Last-Event-ID` comes before `after`.

use super::wish;
use crate::{
    api::{caller::Caller, fields::Fields},
    reply::Reply,
    state::State,
    webhook::streams::{self, Wish},
};
use app::error::{ApiError, Flaw};
use axum::{
    extract::{self, RawQuery},
    response::{IntoResponse, Response, Sse},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use uuid::Uuid;

/// Seconds after which there may be room again.
const FULL: u32 = 10;

pub async fn follow(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Reply> {
    let query = Fields::from_form(query.unwrap_or_default().as_bytes());
    let events = match query.0.get("events") {
        None => Vec::new(),
        named => wish::events(named).map_err(|flaw| ApiError::flawed(vec![flaw]))?,
    };
    let heard = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = heard.or(query.text("after")).map(str::trim).filter(|text| !text.is_empty());
    let after = after.map(Uuid::try_parse).transpose();
    let after = after.map_err(|_| ApiError::flawed(vec![Flaw::new("after", "must be the id of a message")]))?;
    let wish = Wish { account_id: account.id, events, after };
    let Some(events) = streams::open(&state, wish).await? else {
        return Err(ApiError::too_many(FULL, "Too many streams are open.").into());
    };
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // A proxy in front must not gather events.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Sse::new(events)).into_response())
}

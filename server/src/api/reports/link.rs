//! `POST /api/v1/videos/{id}/report-links`: an address that opens the report page for a while.

use crate::{
    api::{caller::Caller, fields::Fields, videos::of_caller},
    reply::Reply,
    report_link::{self, MOST_DAYS, USUAL_DAYS},
    spoken,
    state::{State, now},
};
use app::error::{ApiError, Flaw};
use axum::{
    Json,
    extract::{Path, State as Shared},
};
use http::StatusCode;
use serde_json::{Value, json};

pub async fn mint(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let days = match fields.0.get("days") {
        None | Some(Value::Null) => Some(USUAL_DAYS),
        Some(Value::String(text)) => text.parse().ok(),
        Some(other) => other.as_i64(),
    };
    let days = days.filter(|days| (1..=MOST_DAYS).contains(days)).ok_or_else(|| {
        ApiError::flawed(vec![Flaw::new("days", format!("must be a whole number from 1 to {MOST_DAYS}"))])
    })?;
    let (url, until) = report_link::minted(&state.keys, &state.config, &video, days, now());
    Ok((StatusCode::CREATED, Json(json!({ "url": url, "expires_at": spoken::instant(until) }))))
}

//! `GET /api/v1/videos/{id}/reports/answers/{interaction}`: every answer as it was given, newest first.

use crate::{
    api::{caller::Caller, videos::of_caller},
    insight::answers::{cursor, given as list},
    reply::Reply,
    state::State,
};
use app::error::{ApiError, Flaw};
use axum::{
    Json,
    extract::{Path, Query, State as Shared},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Deserialize)]
pub struct From {
    /// The `next` of the page before.
    after: Option<String>,
}

const PAGE: usize = 50;

pub async fn given(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path((id, interaction)): Path<(String, String)>,
    Query(from): Query<From>,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let interaction = Uuid::try_parse(&interaction).map_err(|_| ApiError::not_found("interaction"))?;
    let before = match from.after.as_deref().map(cursor) {
        None => None,
        Some(Some(before)) => Some(before),
        Some(None) => {
            return Err(ApiError::flawed(vec![Flaw::new("after", "must be the next of another page")]).into());
        }
    };
    let mut reader = state.store.reader().await?;
    let mut items = list(reader.conn(), &video, interaction, before, PAGE as i64 + 1).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.cursor.clone());
    Ok(Json(json!({ "items": items, "next": next })))
}

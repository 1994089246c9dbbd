//! `GET /api/v1/me/videos/list`: the account's videos, newest first, twenty a page.

use super::{super::caller::Caller, on_wire};
use crate::{reply::Reply, state::State, store::videos};
use app::error::ApiError;
use axum::{
    Json, Router,
    extract::{Query, State as Shared},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/me/videos/list", get(list))
}

const PER_PAGE: i64 = 20;
const PAGES: i64 = 1_000_000;

#[derive(Deserialize)]
struct Asked {
    page: Option<String>,
}

async fn list(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Reply> {
    let page = match asked.page.as_deref().map(str::trim) {
        None | Some("") => Some(1),
        Some(text) => text.parse().ok().filter(|page| (1..=PAGES).contains(page)),
    };
    let page = page.ok_or_else(|| ApiError::invalid(format!("page: must be a whole number from 1 to {PAGES}.")))?;
    let mut reader = state.store.reader().await?;
    // One more than is shown tells whether there is another page.
    let mut found = videos::page(reader.conn(), account.id, PER_PAGE + 1, (page - 1) * PER_PAGE).await?;
    let more = found.len() as i64 > PER_PAGE;
    found.truncate(PER_PAGE as usize);
    let videos: Vec<Value> = found.iter().map(|video| on_wire(video, &state.config, &state.keys)).collect();
    Ok(Json(json!({ "status": 200, "videos": videos, "load_more": more, "page": page, "next_page": page + 1 })))
}

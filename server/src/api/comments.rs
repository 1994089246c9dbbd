//! `/api/v1/videos/{id}/comments`: what viewers have said, for the owner to read, approve, hide and delete.

use super::{caller::Caller, fields::Fields, talk::on_wire};
use crate::{
    reply::Reply,
    state::State,
    store::{
        comments::{self, Comment, HIDDEN, SHOWN, WAITING},
        videos::{self, Video},
    },
    talk::write::{self, By, Refused},
};
use app::error::{ApiError, Flaw};
use axum::{
    Json, Router,
    extract::{self, Path, Query},
    routing::{get, patch},
};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/videos/{id}/comments", get(list))
        .route("/api/v1/videos/{id}/comments/{comment}", patch(moderate).delete(remove))
}

/// Comments on a page of the list.
const PAGE: i64 = 50;

async fn list(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Reply> {
    let video = video(&state, account.id, &id).await?;
    let wanted = query.get("state").map(String::as_str).unwrap_or_default();
    let page = query.get("page").map_or(Ok(1), |page| page.parse::<i64>());
    let mut flaws = Vec::new();
    if !["", SHOWN, WAITING, HIDDEN].contains(&wanted) {
        flaws.push(Flaw::new("state", "must be shown, waiting or hidden"));
    }
    let page = page.ok().filter(|page| (1..=100_000).contains(page)).unwrap_or_else(|| {
        flaws.push(Flaw::new("page", "must be a whole number from 1"));
        1
    });
    if !flaws.is_empty() {
        return Err(ApiError::flawed(flaws).into());
    }
    let mut reader = state.store.reader().await?;
    let of = (video.account_id, video.id);
    let mut found = comments::of_video(reader.conn(), of, wanted, PAGE + 1, (page - 1) * PAGE).await?;
    let next = (found.len() as i64 > PAGE).then_some(page + 1);
    found.truncate(PAGE as usize);
    Ok(Json(json!({"items": found.iter().map(for_owner).collect::<Vec<_>>(), "next": next})))
}

async fn moderate(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path((id, comment)): Path<(String, String)>,
    fields: Fields,
) -> Result<Json<Value>, Reply> {
    let video = video(&state, account.id, &id).await?;
    let comment = comment_id(&comment)?;
    let shown = match fields.text("state") {
        Some(SHOWN) => true,
        Some(HIDDEN) => false,
        _ => return Err(ApiError::flawed(vec![Flaw::new("state", "must be shown or hidden")]).into()),
    };
    let comment = write::moderate(&state, &video, comment, shown).await.map_err(refused)?;
    Ok(Json(for_owner(&comment)))
}

async fn remove(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path((id, comment)): Path<(String, String)>,
) -> Result<StatusCode, Reply> {
    let video = video(&state, account.id, &id).await?;
    write::delete(&state, &video, comment_id(&comment)?, By::Owner).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn video(state: &State, account_id: i64, id: &str) -> Result<Video, Reply> {
    let unknown = || ApiError::not_found("video");
    let id = id.parse().map_err(|_| unknown())?;
    let mut reader = state.store.reader().await?;
    let video = videos::by_id(reader.conn(), id).await?;
    let video = video.filter(|video| video.account_id == account_id && video.deleted_at.is_none());
    Ok(video.ok_or_else(unknown)?)
}

fn comment_id(text: &str) -> Result<Uuid, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("comment"))
}

fn refused(refused: Refused) -> ApiError {
    match refused {
        Refused::Storage(error) => error,
        // An owner may do all that can be done to a comment that is there.
        Refused::Unknown | Refused::NotYours | Refused::Enough | Refused::Wrong(_) => ApiError::not_found("comment"),
    }
}

fn for_owner(comment: &Comment) -> Value {
    let mut value = on_wire(comment);
    value["state"] = json!(comment.state);
    value["email"] = json!(comment.email);
    value
}

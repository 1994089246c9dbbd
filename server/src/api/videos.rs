//! `/api/v1/videos/{id}`: one video as its owner sees and changes it; `/api/v1/me/videos/list`: all of them.

mod access;
pub mod change;
mod list;
mod media;
mod remove;
mod shown;
mod snippets;
mod texts;

use self::change::Change;
use super::{caller::Caller, fields::Fields};
use crate::{
    jobs::told,
    reply::Reply,
    state::State,
    store::videos::{self, Video},
};
use app::{
    error::{ApiError, Flaw},
    film::End,
};
use axum::{
    Json, Router,
    extract::{self, Path},
    routing::get,
};
use serde_json::Value;

pub use shown::{imported, links, on_wire};

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/videos/{id}", get(show).patch(alter).delete(remove::remove))
        .route("/api/v1/me/video/{id}", get(show).patch(alter).delete(remove::remove))
        .route("/api/v1/videos/{id}/snippets", get(snippets::show))
        .merge(list::routes())
        .merge(media::routes())
        .merge(remove::routes())
        .merge(texts::routes())
}

async fn show(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    Ok(Json(on_wire(&of_caller(&state, account.id, &id).await?, &state.config, &state.keys)))
}

async fn alter(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<Value>, Reply> {
    let id = video_id(&id)?;
    let (change, flaws) = Change::read(&fields);
    let hash = match change.password() {
        Some(password) if flaws.is_empty() => Some(state.hashing.hash(password.to_owned()).await?),
        _ => None,
    };
    // A client that leaves can't break the transaction in half.
    let kept = tokio::spawn(async move { keep(&state, account.id, id, (change, hash), flaws).await });
    kept.await.map_err(|_| ApiError::internal())?.map(Json)
}

/// Applies a change, with the hash of the password in it; `flaws` are those that its fields alone have shown.
async fn keep(
    state: &State,
    account_id: i64,
    id: i64,
    (change, hash): (Change, Option<String>),
    mut flaws: Vec<Flaw>,
) -> Result<Value, Reply> {
    let mut tx = state.store.begin().await?;
    videos::hold(tx.conn(), account_id, id).await?;
    let video = videos::by_id(tx.conn(), id).await?;
    let mut video = video.filter(|video| is_of(video, account_id)).ok_or_else(unknown)?;
    let named: Vec<String> = flaws.iter().map(|flaw| flaw.field.clone()).collect();
    if let Some(token) = change.named_next() {
        let next = videos::by_token(tx.conn(), token.as_str()).await?;
        if !next.is_some_and(|next| is_of(&next, account_id)) {
            flaws.push(Flaw::new("next", "is not the token of a video of yours"));
        }
    }
    flaws.extend(change.flaws(&video).into_iter().filter(|flaw| !named.contains(&flaw.field)));
    change.apply(&mut video, hash);
    let is_next_wrong = flaws.iter().any(|flaw| flaw.field == "next");
    if video.settings.end == End::Next && video.settings.next.is_none() && !is_next_wrong {
        flaws.push(Flaw::new("end", "needs next, the token of the video that follows"));
    }
    if !flaws.is_empty() {
        return Err(ApiError::flawed(flaws).into());
    }
    videos::update(tx.conn(), &video).await?;
    tx.commit().await?;
    told::forget(state, &video).await;
    Ok(on_wire(&video, &state.config, &state.keys))
}

/// The caller's video of this number, as an address names it.
pub(super) async fn of_caller(state: &State, account_id: i64, id: &str) -> Result<Video, Reply> {
    let mut reader = state.store.reader().await?;
    let video = videos::by_id(reader.conn(), video_id(id)?).await?;
    Ok(video.filter(|video| is_of(video, account_id)).ok_or_else(unknown)?)
}

pub(super) fn video_id(text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| unknown())
}

pub(super) fn unknown() -> ApiError {
    ApiError::not_found("video")
}

pub(super) fn is_of(video: &Video, account_id: i64) -> bool {
    video.account_id == account_id && video.deleted_at.is_none()
}

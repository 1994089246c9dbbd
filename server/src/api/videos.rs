//! `/api/v1/videos/{id}`: one video as its owner sees and changes it.

mod change;

use self::change::Change;
use super::{caller::Caller, fields::Fields};
use crate::{
    config::Config,
    reply::Reply,
    state::State,
    store::videos::{self, Video},
};
use app::{
    error::{ApiError, Flaw},
    film::End,
    ids::Token,
};
use axum::{
    Json, Router,
    extract::{self, Path},
    routing::get,
};
use serde_json::{Value, json};

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/videos/{id}", get(show).patch(alter))
}

async fn show(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    Ok(Json(on_wire(&of_caller(&state, account.id, &id).await?, &state.config)))
}

async fn alter(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<Value>, Reply> {
    let id = video_id(&id)?;
    let (change, flaws) = Change::read(&fields);
    // A client that leaves can't break the transaction in half.
    let kept = tokio::spawn(async move { keep(&state, account.id, id, change, flaws).await });
    kept.await.map_err(|_| ApiError::internal())?.map(Json)
}

/// Applies a change; `flaws` are those that its fields alone have shown.
async fn keep(state: &State, account_id: i64, id: i64, change: Change, mut flaws: Vec<Flaw>) -> Result<Value, Reply> {
    let mut tx = state.store.begin().await?;
    videos::hold(tx.conn(), account_id, id).await?;
    let video = videos::by_id(tx.conn(), id).await?;
    let mut video = video.filter(|video| is_of(video, account_id)).ok_or_else(unknown)?;
    if let Some(token) = change.named_next() {
        let next = videos::by_token(tx.conn(), token.as_str()).await?;
        if !next.is_some_and(|next| is_of(&next, account_id)) {
            flaws.push(Flaw::new("next", "is not the token of a video of yours"));
        }
    }
    change.apply(&mut video);
    let is_next_wrong = flaws.iter().any(|flaw| flaw.field == "next");
    if video.settings.end == End::Next && video.settings.next.is_none() && !is_next_wrong {
        flaws.push(Flaw::new("end", "needs next, the token of the video that follows"));
    }
    if !flaws.is_empty() {
        return Err(ApiError::flawed(flaws).into());
    }
    videos::update(tx.conn(), &video).await?;
    tx.commit().await?;
    if let Ok(token) = Token::try_from(video.token.clone()) {
        state.catalogue.forget(&token).await;
    }
    Ok(on_wire(&video, &state.config))
}

/// The caller's video of this number, as an address names it.
pub(super) async fn of_caller(state: &State, account_id: i64, id: &str) -> Result<Video, Reply> {
    let mut reader = state.store.reader().await?;
    let video = videos::by_id(reader.conn(), video_id(id)?).await?;
    Ok(video.filter(|video| is_of(video, account_id)).ok_or_else(unknown)?)
}

fn video_id(text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| unknown())
}

pub(super) fn unknown() -> ApiError {
    ApiError::not_found("video")
}

pub(super) fn is_of(video: &Video, account_id: i64) -> bool {
    video.account_id == account_id && video.deleted_at.is_none()
}

fn on_wire(video: &Video, config: &Config) -> Value {
    let settings = &video.settings;
    json!({
        "video_id": video.id,
        "token": video.token,
        "title": video.title,
        "description": video.description,
        "state": video.state,
        // Seconds.
        "duration": video.duration_ms.map(|ms| ms as f64 / 1_000.0),
        "share_url": config.link(&format!("/video/play/{}", video.token)),
        "embed_url": config.link(&format!("/video/embed/{}", video.token)),
        "thumbnail_url": config.link(&format!("/thumbnails/{}.jpg", video.token)),
        "end": settings.end,
        "next": settings.next,
        "download": settings.download,
        "theme": settings.theme,
        "consent": settings.consent,
        "comments": settings.comments,
        "reactions": settings.reactions,
    })
}

//! Deleting a video, and having it back within seven days.

use super::{super::caller::Caller, on_wire, unknown, video_id};
use crate::{
    jobs::{cancel_all, sweep::UNDELETE_MS, told},
    reply::Reply,
    spoken,
    state::{State, now},
    store::videos,
};
use app::error::ApiError;
use axum::{
    Json, Router,
    extract::{Path, State as Shared},
    routing::post,
};
use serde_json::{Value, json};

pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/videos/{id}/undelete", post(undelete))
}

/// It is gone for everybody at once; its files, views and answers follow after seven days.
pub async fn remove(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let id = video_id(&id)?;
    let done = tokio::spawn(async move {
        let now = now();
        let mut tx = state.store.begin().await?;
        videos::hold(tx.conn(), account.id, id).await?;
        let video = videos::by_id(tx.conn(), id).await?;
        let mut video = video.filter(|video| super::is_of(video, account.id)).ok_or_else(unknown)?;
        let cancelled = cancel_all(&mut tx, account.id, id, now).await?;
        if video.state == "processing" {
            // Should it be had back, nothing is on its way any more.
            video.state = "failed".into();
            video.error = Some("CANCELLED".into());
            videos::set_prepared(tx.conn(), &video).await?;
        }
        videos::set_deleted(tx.conn(), account.id, id, Some(now)).await?;
        tx.commit().await?;
        cancelled.into_iter().for_each(|job| state.jobs.ended(job));
        told::forget(&state, &video).await;
        Ok::<_, Reply>(json!({ "video_id": id, "deleted": true, "undelete_until": spoken::instant(now + UNDELETE_MS) }))
    });
    done.await.map_err(|_| ApiError::internal())?.map(Json)
}

async fn undelete(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let id = video_id(&id)?;
    let done = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        videos::hold(tx.conn(), account.id, id).await?;
        let video = videos::by_id(tx.conn(), id).await?;
        let mut video = video.filter(|video| video.account_id == account.id).ok_or_else(unknown)?;
        if video.deleted_at.is_some_and(|at| at <= now() - UNDELETE_MS) {
            return Err(ApiError::gone("This video was deleted more than seven days ago.").into());
        }
        videos::set_deleted(tx.conn(), account.id, id, None).await?;
        tx.commit().await?;
        video.deleted_at = None;
        told::forget(&state, &video).await;
        Ok::<_, Reply>(on_wire(&video, &state.config, &state.keys))
    });
    done.await.map_err(|_| ApiError::internal())?.map(Json)
}

//! `GET /api/v1/me/video/reports/{video_id}`, also `?video_id=`.

use super::caller::Caller;
use crate::{
    reply::Reply,
    report::video::{VideoReport, report},
    state::State,
    store::{comments, figures, places, reactions, videos},
};
use app::error::ApiError;
use axum::{
    Json,
    extract::{Path, Query, State as Shared},
};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Which {
    video_id: Option<String>,
}

pub async fn by_path(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(video_id): Path<String>,
) -> Result<Json<VideoReport>, Reply> {
    of_video(&state, account.id, &video_id).await
}

pub async fn by_query(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Query(which): Query<Which>,
) -> Result<Json<VideoReport>, Reply> {
    let video_id = which.video_id.ok_or_else(|| ApiError::invalid("Provide video_id."))?;
    of_video(&state, account.id, &video_id).await
}

async fn of_video(state: &State, account_id: i64, video_id: &str) -> Result<Json<VideoReport>, Reply> {
    let unknown = || ApiError::not_found("video");
    let id = video_id.parse().map_err(|_| unknown())?;
    let mut reader = state.store.reader().await?;
    let video = videos::by_id(reader.conn(), id).await?;
    let video = video.filter(|video| video.account_id == account_id && video.deleted_at.is_none());
    let duration = video.ok_or_else(unknown)?.duration_ms.unwrap_or(0);
    let figures = figures::of_video(reader.conn(), account_id, id, duration).await?;
    let mut answers = figures::answers(reader.conn(), account_id, id).await?;
    let said = comments::counts(reader.conn(), account_id, id).await?;
    let reacted = reactions::total(reader.conn(), account_id, id).await?;
    let talk = [("comment", said.comments), ("reply", said.replies), ("reaction", reacted)];
    answers.extend(talk.map(|(kind, n)| (kind.to_owned(), n)));
    let region = places::top(reader.conn(), account_id, id).await?;
    Ok(Json(report(id, duration, &figures, &answers, region)))
}

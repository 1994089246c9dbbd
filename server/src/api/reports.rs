//! Reports: the compatible ones (WIRE.md, section 5), and ours under `/api/v1/videos/{id}/reports`.

mod export;
mod given;
mod link;
mod profile;

use super::{caller::Caller, videos::of_caller};
use crate::{
    insight::{self, answers::Outcome, attention, explain, retention::Retention, series, sources},
    reply::Reply,
    report::video::VideoReport,
    state::{State, now},
    store::videos::Video,
};
use app::{
    error::{ApiError, Flaw},
    metrics,
};
use axum::{
    Json, Router,
    extract::{Path, Query, State as Shared},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/me/video/reports/{video_id}", get(by_path))
        .route("/api/v1/me/video/reports", get(by_query))
        .route("/api/v1/me/video/viewer_profile", get(profile::profile))
        .route("/api/v1/videos/{id}/reports/retention", get(retention))
        .route("/api/v1/videos/{id}/reports/series", get(over_time))
        .route("/api/v1/videos/{id}/reports/answers", get(answers))
        .route("/api/v1/videos/{id}/reports/answers/{interaction}", get(given::given))
        .route("/api/v1/videos/{id}/reports/attention", get(attention))
        .route("/api/v1/videos/{id}/reports/explain", get(explained))
        .route("/api/v1/videos/{id}/reports/{group}", get(from_where))
        .route("/api/v1/videos/{id}/exports/{file}", get(export::export))
        .route("/api/v1/videos/{id}/report-links", post(link::mint))
}

#[derive(Deserialize)]
struct Which {
    video_id: Option<String>,
}

async fn by_path(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(video_id): Path<String>,
) -> Result<Json<VideoReport>, Reply> {
    of_video(&state, account.id, &video_id).await
}

async fn by_query(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Query(which): Query<Which>,
) -> Result<Json<VideoReport>, Reply> {
    let video_id = which.video_id.ok_or_else(|| ApiError::invalid("Provide video_id."))?;
    of_video(&state, account.id, &video_id).await
}

async fn of_video(state: &State, account_id: i64, video_id: &str) -> Result<Json<VideoReport>, Reply> {
    let video = of_caller(state, account_id, video_id).await?;
    let mut reader = state.store.reader().await?;
    Ok(Json(insight::video(reader.conn(), &video).await?.0))
}

async fn retention(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Retention>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let mut reader = state.store.reader().await?;
    Ok(Json(insight::retention::of(reader.conn(), &video).await?))
}

#[derive(Deserialize)]
struct When {
    by: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

async fn over_time(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Query(when): Query<When>,
) -> Result<Json<series::Series>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let range = series::Range::read(when.by.as_deref(), when.from.as_deref(), when.to.as_deref(), now())?;
    let mut reader = state.store.reader().await?;
    Ok(Json(series::of(reader.conn(), &video, range).await?))
}

async fn answers(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let mut reader = state.store.reader().await?;
    let items: Vec<Outcome> = insight::answers::of(reader.conn(), &video).await?;
    Ok(Json(json!({ "video_id": video.id, "items": items, "next": null })))
}

#[derive(Deserialize)]
struct Whose {
    page: Option<String>,
    viewer_id: Option<String>,
}

async fn attention(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Query(whose): Query<Whose>,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let mut reader = state.store.reader().await?;
    if let Some(viewer) = whose.viewer_id {
        let id = Uuid::try_parse(&viewer).map_err(|_| ApiError::not_found("viewer"))?;
        let one = attention::one(reader.conn(), &video, id).await?.ok_or_else(|| ApiError::not_found("viewer"))?;
        return Ok(Json(attended(&video, vec![one], None)));
    }
    let page = page(whose.page.as_deref())?;
    let (items, more) = attention::page(reader.conn(), &video, page).await?;
    Ok(Json(attended(&video, items, more.then_some(page + 1))))
}

fn attended(video: &Video, items: Vec<attention::Attention>, next: Option<i64>) -> Value {
    let duration = video.duration_ms.map(|ms| ms as f64 / 1_000.0);
    json!({ "video_id": video.id, "duration": duration, "items": items, "next": next })
}

#[derive(Deserialize)]
struct Asked {
    metric: Option<String>,
}

async fn explained(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let metric = asked.metric.as_deref().and_then(metrics::named).ok_or_else(|| {
        ApiError::flawed(vec![Flaw::new("metric", format!("must be one of {}", explain::names().join(", ")))])
    })?;
    let mut reader = state.store.reader().await?;
    Ok(Json(explain::of(reader.conn(), &video, metric).await?))
}

async fn from_where(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path((id, group)): Path<(String, String)>,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let group = sources::GROUPS.iter().find(|(name, _)| *name == group);
    let (_, facets) = group.ok_or_else(|| ApiError::not_found("report"))?;
    let mut reader = state.store.reader().await?;
    Ok(Json(sources::group(reader.conn(), &video, facets).await?))
}

/// Pages that a list has at most: behind them an export does better.
const PAGES: i64 = 100_000;

/// The number of a page; the first is 1.
fn page(text: Option<&str>) -> Result<i64, ApiError> {
    let number = text.map_or(Ok(1), str::parse).ok().filter(|page| (1..=PAGES).contains(page));
    number.ok_or_else(|| ApiError::invalid(format!("page: must be a whole number from 1 to {PAGES}.")))
}

//! `/api/v1/jobs`: videos on their way in, how far they are, and what became of them.

use super::caller::Caller;
use crate::{
    jobs::{cancelled, told},
    reply::Reply,
    spoken,
    state::{State, now},
    store::{
        self, Conn,
        jobs::{self, Job, WAITING},
        videos,
    },
};
use app::error::ApiError;
use axum::{
    Json, Router,
    extract::{Path, Query, State as Shared},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::{get, post},
};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{convert::Infallible, time::Duration};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/jobs", get(list))
        .route("/api/v1/videos/{id}/jobs", get(of_video))
        .route("/api/v1/jobs/{id}", get(show).delete(cancel))
        .route("/api/v1/jobs/{id}/retry", post(retry))
        .route("/api/v1/jobs/{id}/events", get(events))
}

/// Jobs of a page.
const PAGE: i64 = 50;
/// How often a stream looks, and how long it may last: a browser comes back by itself.
const LOOK: Duration = Duration::from_millis(500);
const LASTS: Duration = Duration::from_secs(600);

#[derive(Deserialize)]
struct Asked {
    after: Option<String>,
}

async fn list(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Reply> {
    let before = match asked.after.as_deref() {
        None | Some("") => Uuid::max(),
        Some(text) => Uuid::try_parse(text).map_err(|_| ApiError::invalid("after: is no id of a job."))?,
    };
    let mut reader = state.store.reader().await?;
    let mut found = jobs::of_account(reader.conn(), account.id, before, PAGE + 1).await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(|job| job.id);
    on_wire(&state, reader.conn(), &found, next).await
}

async fn of_video(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = super::videos::of_caller(&state, account.id, &id).await?;
    let mut reader = state.store.reader().await?;
    let found = jobs::of_video(reader.conn(), account.id, video.id).await?;
    on_wire(&state, reader.conn(), &found, None).await
}

async fn on_wire(state: &State, mut conn: Conn<'_>, jobs: &[Job], next: Option<Uuid>) -> Result<Json<Value>, Reply> {
    let mut items = Vec::with_capacity(jobs.len());
    for job in jobs {
        items.push(shown(state, conn.again(), job).await?);
    }
    Ok(Json(json!({ "items": items, "next": next })))
}

async fn show(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let mut reader = state.store.reader().await?;
    let job = jobs::by_id(reader.conn(), account.id, job_id(&id)?).await?.ok_or_else(unknown)?;
    shown(&state, reader.conn(), &job).await.map(Json)
}

/// A job with the state of its video.
pub async fn shown(state: &State, conn: Conn<'_>, job: &Job) -> Result<Value, Reply> {
    let video = videos::by_id(conn, job.video_id).await?;
    // What runs here is known better than what is written down now and then.
    let live = state.jobs.reached(job.id).filter(|_| !job.is_over());
    let (step, percent) = live.map_or((job.step.as_str(), job.percent), |live| (live.step, live.percent));
    Ok(json!({
        "id": job.id,
        "video_id": job.video_id,
        "token": video.as_ref().map(|video| &video.token),
        "kind": job.kind.as_str(),
        "state": job.state,
        "step": step,
        "percent": percent,
        "attempt": job.attempt,
        "error": job.error,
        "message": job.message,
        "video_state": video.as_ref().map(|video| &video.state),
        "created_at": spoken::instant(job.created_at),
        "updated_at": spoken::instant(job.updated_at),
    }))
}

async fn cancel(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let id = job_id(&id)?;
    let done = tokio::spawn(async move {
        let now = now();
        let mut tx = state.store.begin().await?;
        let job = jobs::by_id(tx.conn(), account.id, id).await?.ok_or_else(unknown)?;
        if !jobs::cancel(tx.conn(), account.id, id, now).await? {
            let message = "This job is over.";
            return Err(ApiError { status: 409, code: 409, ..ApiError::bad_request("job_over", message) }.into());
        }
        let queued = cancelled(&mut tx, &state, &job, now).await?;
        tx.commit().await?;
        state.jobs.ended(id);
        told::changed(&state, &job).await;
        if queued > 0 {
            state.courier_bell.notify_one();
        }
        let mut reader = state.store.reader().await?;
        let job = jobs::by_id(reader.conn(), account.id, id).await?.ok_or_else(unknown)?;
        shown(&state, reader.conn(), &job).await
    });
    done.await.map_err(|_| ApiError::internal())?.map(Json)
}

async fn retry(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let id = job_id(&id)?;
    let done = tokio::spawn(async move {
        let now = now();
        let mut tx = state.store.begin().await?;
        let mut job = jobs::by_id(tx.conn(), account.id, id).await?.ok_or_else(unknown)?;
        let refused = |message: &str| ApiError { status: 409, code: 409, ..ApiError::bad_request("job_over", message) };
        if job.source.url.is_none() {
            return Err(refused("What was uploaded is no longer there; upload it again.").into());
        }
        let video = videos::by_id(tx.conn(), job.video_id).await?;
        let Some(mut video) = video.filter(|video| super::videos::is_of(video, account.id)) else {
            return Err(unknown().into());
        };
        if !jobs::under_way(tx.conn(), account.id, video.id).await?.is_empty() {
            return Err(refused("Another job of this video is under way.").into());
        }
        if !jobs::retry(tx.conn(), account.id, id, now).await? {
            return Err(refused("Only a job that failed can be tried again.").into());
        }
        if video.state == "failed" {
            (video.state, video.error) = ("processing".into(), None);
            videos::set_prepared(tx.conn(), &video).await?;
        }
        tx.commit().await?;
        state.jobs.bell.notify_one();
        told::changed(&state, &job).await;
        job.state = WAITING.into();
        (job.error, job.message, job.percent) = (None, None, 0);
        let mut reader = state.store.reader().await?;
        shown(&state, reader.conn(), &job).await
    });
    done.await.map_err(|_| ApiError::internal())?.map(Json)
}

/// Server-sent events: `progress` whenever the job is further, the last one once it is over.
async fn events(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, Reply> {
    let id = job_id(&id)?;
    let mut reader = state.store.reader().await?;
    jobs::by_id(reader.conn(), account.id, id).await?.ok_or_else(unknown)?;
    drop(reader);
    Ok(Sse::new(follow(state, account.id, id)).keep_alive(KeepAlive::default()).into_response())
}

fn follow(state: State, account_id: i64, id: Uuid) -> impl Stream<Item = Result<Event, Infallible>> {
    let ends = Instant::now() + LASTS;
    stream::unfold((state, None::<String>, false), move |(state, mut last, over)| async move {
        if over {
            return None;
        }
        loop {
            let read = async {
                let mut reader = state.store.reader().await?;
                let job = jobs::by_id(reader.conn(), account_id, id).await?;
                store::Result::Ok(job)
            };
            let job = read.await.ok().flatten()?;
            let mut reader = state.store.reader().await.ok()?;
            let text = shown(&state, reader.conn(), &job).await.ok()?.to_string();
            drop(reader);
            if last.as_ref() != Some(&text) {
                last = Some(text.clone());
                let event = Event::default().event("progress").data(text);
                return Some((Ok(event), (state, last, job.is_over())));
            }
            if Instant::now() >= ends || state.stopping.is_cancelled() {
                return None;
            }
            tokio::select! { () = sleep(LOOK) => {}, () = state.stopping.cancelled() => return None }
        }
    })
}

fn job_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| unknown())
}

fn unknown() -> ApiError {
    ApiError::not_found("job")
}

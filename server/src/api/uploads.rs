//! `/api/v1/uploads`: resumable uploads as tus 1.0.0 describes them (https://tus.io/protocols/resumable-upload), with
//! creation, creation with upload, termination, expiration and checksum.

mod checksum;
mod create;
pub mod form;
pub mod pass;
mod piece;
mod take;

use super::{caller::Caller, fields};
use crate::{
    jobs::{cancelled, told},
    reply::Reply,
    spoken,
    state::{State, now},
    store::{jobs, uploads, uploads::Upload},
};
use app::error::ApiError;
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State as Shared},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// How long an upload that nobody goes on with is kept.
const LASTS_MS: i64 = 24 * 3_600_000;
/// How much is still read of what is refused, in bytes, and for how long.
const DRAINED: usize = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(5);
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const EXTENSIONS: &str = "creation,creation-with-upload,termination,expiration,checksum";

/// They know the caller by an API key or by an upload pass.
pub fn routes(state: &State) -> Router<State> {
    Router::new()
        .route("/api/v1/uploads", post(create::create))
        .route("/api/v1/uploads/{id}", post(overridden).head(head).get(show).patch(append).delete(terminate))
        .route_layer(middleware::from_fn_with_state(state.clone(), pass::identify))
        .route("/api/v1/uploads", axum::routing::options(options))
        .route("/api/v1/uploads/{id}", axum::routing::options(options))
        .layer(middleware::from_fn(spoken_by_both))
}

/// Refuses another version of the protocol, and names ours in every answer.
async fn spoken_by_both(request: Request, next: Next) -> Response {
    let is_other = request.headers().get("tus-resumable").is_some_and(|version| version != VERSION);
    let mut answer = if is_other {
        let message = "This server speaks version 1.0.0 of the tus protocol.";
        Reply(ApiError { status: 412, code: 412, ..ApiError::bad_request("tus_version", message) }).into_response()
    } else {
        next.run(request).await
    };
    answer.headers_mut().insert("tus-resumable", VERSION);
    if is_other {
        answer.headers_mut().insert("tus-version", VERSION);
    }
    answer
}

async fn options(Shared(state): Shared<State>) -> Response {
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let headers = answer.headers_mut();
    headers.insert("tus-version", VERSION);
    headers.insert("tus-extension", HeaderValue::from_static(EXTENSIONS));
    headers.insert("tus-checksum-algorithm", HeaderValue::from_static(checksum::ALGORITHMS));
    headers.insert("tus-max-size", state.config.upload_max.into());
    answer
}

/// For clients behind something that knows GET and POST only.
async fn overridden(
    shared: Shared<State>,
    caller: Caller,
    id: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Reply> {
    match headers.get("x-http-method-override").and_then(|method| method.to_str().ok()) {
        Some("PATCH") => append(shared, caller, id, headers, body).await,
        Some("DELETE") => terminate(shared, caller, id).await,
        Some("HEAD") => head(shared, caller, id).await,
        _ => Ok(StatusCode::METHOD_NOT_ALLOWED.into_response()),
    }
}

async fn head(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, Reply> {
    let upload = find(&state, account.id, &id).await?;
    let mut answer = StatusCode::OK.into_response();
    told_of(&mut answer, &upload);
    let headers = answer.headers_mut();
    match upload.length {
        Some(length) => headers.insert("upload-length", length.into()),
        None => headers.insert("upload-defer-length", HeaderValue::from_static("1")),
    };
    if let (false, Ok(metadata)) = (upload.metadata.is_empty(), HeaderValue::from_str(&upload.metadata)) {
        headers.insert("upload-metadata", metadata);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// Its job, as `/api/v1/jobs/{id}` shows it.
async fn show(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let id = upload_id(&id)?;
    let mut reader = state.store.reader().await?;
    let job = jobs::by_id(reader.conn(), account.id, id).await?.ok_or_else(unknown)?;
    super::jobs::shown(&state, reader.conn(), &job).await.map(Json)
}

async fn append(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Reply> {
    let begun = begin(&state, account.id, &id, &headers).await;
    let (upload, checksum) = match begun {
        Ok(begun) => begun,
        Err(refused) => {
            // Clients hear an answer only once they have sent what they began to.
            let _ = timeout(PATIENCE, fields::up_to(body, DRAINED)).await;
            return Err(refused);
        }
    };
    let upload = take::take(&state, upload, body, checksum).await?;
    let mut answer = StatusCode::NO_CONTENT.into_response();
    told_of(&mut answer, &upload);
    Ok(answer)
}

/// The upload that is gone on with, when it may be.
async fn begin(
    state: &State,
    account_id: i64,
    id: &str,
    headers: &HeaderMap,
) -> Result<(Upload, Option<checksum::Checksum>), Reply> {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind != Some(b"application/offset+octet-stream".as_slice()) {
        let message = "Content-Type must be application/offset+octet-stream.";
        return Err(ApiError { status: 415, code: 415, ..ApiError::bad_request("unsupported_type", message) }.into());
    }
    let upload = find(state, account_id, id).await?;
    let offset = whole_number(headers, "upload-offset")?;
    let offset = offset.ok_or_else(|| ApiError::invalid("Upload-Offset is missing."))?;
    if offset != upload.received {
        return Err(elsewhere(upload.received).into());
    }
    Ok((upload, checksum::Checksum::read(headers)?))
}

async fn terminate(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, Reply> {
    let id = upload_id(&id)?;
    let done = tokio::spawn(async move {
        let now = now();
        let mut tx = state.store.begin().await?;
        uploads::by_id(tx.conn(), account.id, id).await?.ok_or_else(unknown)?;
        let job = jobs::by_id(tx.conn(), account.id, id).await?.ok_or_else(unknown)?;
        let queued = if jobs::cancel(tx.conn(), account.id, id, now).await? {
            cancelled(&mut tx, &state, &job, now).await?
        } else {
            uploads::delete_parts(tx.conn(), account.id, id).await?;
            uploads::delete(tx.conn(), account.id, id).await?;
            0
        };
        tx.commit().await?;
        state.jobs.ended(id);
        told::changed(&state, &job).await;
        if queued > 0 {
            state.courier_bell.notify_one();
        }
        Ok::<_, Reply>(StatusCode::NO_CONTENT.into_response())
    });
    done.await.map_err(|_| ApiError::internal())?
}

/// The caller's upload, while it can be gone on with.
async fn find(state: &State, account_id: i64, id: &str) -> Result<Upload, Reply> {
    let mut reader = state.store.reader().await?;
    let upload = uploads::by_id(reader.conn(), account_id, upload_id(id)?).await?.ok_or_else(unknown)?;
    if upload.expires_at <= now() && upload.length != Some(upload.received) {
        return Err(ApiError::gone("Nobody went on with this upload for too long.").into());
    }
    Ok(upload)
}

fn upload_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| unknown())
}

fn unknown() -> ApiError {
    ApiError::not_found("upload")
}

/// 409: somebody was faster, or an answer got lost; HEAD tells where to go on.
fn elsewhere(received: i64) -> ApiError {
    let message = format!("The upload is at {received}.");
    ApiError { status: 409, code: 409, ..ApiError::bad_request("offset_mismatch", message) }
}

fn told_of(answer: &mut Response, upload: &Upload) {
    let headers = answer.headers_mut();
    headers.insert("upload-offset", upload.received.into());
    if let Ok(until) = HeaderValue::from_str(&spoken::http_date(upload.expires_at)) {
        headers.insert("upload-expires", until);
    }
}

/// A header that is a number of bytes.
fn whole_number(headers: &HeaderMap, name: &str) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok()).filter(|n| *n >= 0);
    number.map(Some).ok_or_else(|| ApiError::invalid(format!("{name}: must be a whole number of bytes.")))
}

//! `GET /media/{token}/{file}`, `/thumbnails/{token}[_play].jpg` and `/previews/{token}.gif`.

use crate::{
    access::signed::{self, Wrong},
    catalogue::Published,
    media::{Media, serve::kind},
    reply::Reply,
    state::{State, now},
};
use app::{error::ApiError, ids::Token};
use axum::{
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::sync::Arc;

pub async fn file(
    Shared(state): Shared<State>,
    Path((token, file)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match available(&state, token).await {
        Ok(published) if published.video.is_signed() => {
            let error = ApiError::forbidden("This video's files have signed addresses, which its page names.");
            Reply(error).into_response()
        }
        Ok(published) if published.has(&file) => serve(&state, &published, &file, &method, &headers).await,
        Ok(_) => StatusCode::NOT_FOUND.into_response(),
        Err(status) => status.into_response(),
    }
}

/// `GET /media/{token}/s/{exp}.{kid}.{mac}/{file}`: 403 when the address is not ours, or no longer holds. One of a
/// video that everybody may see by now opens what the plain one does: pages that are open play on.
pub async fn signed(
    Shared(state): Shared<State>,
    Path((token, signed, file)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let published = match available(&state, token).await {
        Ok(published) => published,
        Err(status) => return status.into_response(),
    };
    let left = match signed::verify(&state.keys, &published.video, &signed, now()) {
        Ok(left) => left,
        Err(_) if !published.video.is_signed() => KEPT_S,
        Err(Wrong::Forged) => return Reply(ApiError::forbidden("This address was not made here.")).into_response(),
        Err(Wrong::Expired) => return Reply(ApiError::expired("This address holds no longer.")).into_response(),
    };
    if !published.has(&file) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut response = serve(&state, &published, &file, &method, &headers).await;
    // For the viewer's browser alone, and no longer than the address holds.
    let keep = format!("private, max-age={}", left.min(KEPT_S));
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_str(&keep).unwrap_or(NO_STORE));
    }
    response
}

/// How long a browser keeps what has a signed address, in seconds.
const KEPT_S: i64 = 3_600;
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

pub async fn thumbnail(
    Shared(state): Shared<State>,
    Path(name): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Some(stem) = name.strip_suffix(".jpg") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (token, with_mark) = match stem.strip_suffix("_play") {
        Some(token) => (token, true),
        None => (stem, false),
    };
    let published = match available(&state, token.to_owned()).await {
        Ok(published) => published,
        Err(status) => return status.into_response(),
    };
    if published.video.is_private() {
        return placeholder();
    }
    let files = &published.video.files;
    match if with_mark { &files.poster_play } else { &files.poster } {
        Some(file) => serve(&state, &published, file, &method, &headers).await,
        None => placeholder(),
    }
}

/// `GET /previews/{token}.gif` and `.webp`
pub async fn preview(
    Shared(state): Shared<State>,
    Path(name): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Some((token, ending @ ("gif" | "webp"))) = name.rsplit_once('.') else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let published = match available(&state, token.to_owned()).await {
        Ok(published) => published,
        Err(status) => return status.into_response(),
    };
    if published.video.is_private() {
        return placeholder();
    }
    let files = &published.video.files;
    match if ending == "gif" { &files.preview } else { &files.preview_webp } {
        Some(file) => serve(&state, &published, file, &method, &headers).await,
        None => placeholder(),
    }
}

/// The video of a token while it may be fetched: 404 unknown, 410 gone.
async fn available(state: &State, token: String) -> Result<Arc<Published>, StatusCode> {
    let token = Token::try_from(token).map_err(|_| StatusCode::NOT_FOUND)?;
    let found = state.catalogue.by_token(&token).await.map_err(|error| {
        crate::reply::storage(error);
        StatusCode::SERVICE_UNAVAILABLE
    })?;
    let published = found.ok_or(StatusCode::NOT_FOUND)?;
    let gone = published.video.deleted_at.is_some() || published.video.expires_at.is_some_and(|at| at <= now());
    if gone { Err(StatusCode::GONE) } else { Ok(published) }
}

async fn serve(state: &State, published: &Published, file: &str, method: &Method, headers: &HeaderMap) -> Response {
    let path = Media::path(published.video.account_id, published.video.id, file);
    let mut response = state.media.serve(&path, kind(file), method, headers).await;
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// What stands where a thumbnail will be, and for one that not everybody may see: a quiet frame, asked for again the next time.
fn placeholder() -> Response {
    const FRAME: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 9\">\
                         <rect width=\"16\" height=\"9\" fill=\"#1b1a26\"/></svg>";
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-cache")];
    (headers, FRAME).into_response()
}

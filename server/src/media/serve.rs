//! Serving a media file with byte ranges (RFC 9110, sections 13 and 14).

use super::{Media, range::Part, read};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, path::Path};

impl Media {
    /// Answers GET and HEAD for the file at `path`: 200, 206, 304, 404 or 416.
    pub async fn serve(&self, path: &Path, kind: &'static str, method: &Method, request: &HeaderMap) -> Response {
        let meta = match self.store.head(path).await {
            Ok(meta) => meta,
            Err(error) => return failed(path, &error),
        };
        let tag = tag(&meta);
        if is_known(request, &tag) {
            return with_headers(StatusCode::NOT_MODIFIED.into_response(), kind, &tag);
        }
        let (status, range) = match part(request, &meta, &tag) {
            Part::Whole => (StatusCode::OK, 0..meta.size),
            Part::One(range) => (StatusCode::PARTIAL_CONTENT, range),
            Part::Unsatisfiable => {
                let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
                response.headers_mut().insert(header::CONTENT_RANGE, value(&format!("bytes */{}", meta.size)));
                return with_headers(response, kind, &tag);
            }
        };
        let body = if method == Method::HEAD || range.is_empty() {
            Body::empty()
        } else {
            let options = GetOptions { range: Some(GetRange::Bounded(range.clone())), ..Default::default() };
            match self.store.get_opts(path, options).await {
                Ok(found) => Body::from_stream(read::pieces(found)),
                Err(error) => return failed(path, &error),
            }
        };
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
        if status == StatusCode::PARTIAL_CONTENT {
            let said = format!("bytes {}-{}/{}", range.start, range.end - 1, meta.size);
            headers.insert(header::CONTENT_RANGE, value(&said));
        }
        with_headers(response, kind, &tag)
    }
}

fn part(request: &HeaderMap, meta: &ObjectMeta, tag: &str) -> Part {
    let text = |name| request.get(name).and_then(|value| value.to_str().ok());
    let Some(range) = text(header::RANGE) else {
        return Part::Whole;
    };
    // A tag that is not exactly ours, or a date, means the client has another version: send it all.
    if text(header::IF_RANGE).is_some_and(|condition| condition != tag) {
        return Part::Whole;
    }
    Part::of(range, meta.size)
}

/// A strong tag: size and the moment of the last change.
fn tag(meta: &ObjectMeta) -> String {
    match &meta.e_tag {
        Some(tag) if tag.starts_with('"') => tag.clone(),
        Some(tag) => format!("\"{tag}\""),
        None => format!("\"{:x}-{:x}\"", meta.size, meta.last_modified.timestamp_micros()),
    }
}

fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let asked = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    asked.is_some_and(|tags| tags.split(',').any(|known| matches!(known.trim(), "*") || known.trim() == tag))
}

fn with_headers(mut response: Response, kind: &'static str, tag: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, value(tag));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn failed(path: &Path, error: &object_store::Error) -> Response {
    if matches!(error, object_store::Error::NotFound { .. }) {
        return StatusCode::NOT_FOUND.into_response();
    }
    tracing::error!(%path, %error, "media");
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, 5.into());
    response
}

/// The type of a file by its ending; anything unknown is only bytes, never a page.
pub fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "mp4" | "m4v" | "m4s" => "video/mp4",
        "m3u8" => "application/vnd.apple.mpegurl",
        "webm" => "video/webm",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "avif" => "image/avif",
        "m4a" => "audio/mp4",
        "vtt" => "text/vtt; charset=utf-8",
        _ => "application/octet-stream",
    }
}

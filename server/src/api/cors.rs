//! Calls from other sites' pages (https://fetch.spec.whatwg.org/#http-cors-protocol): anyone may make them, since
//! they carry their key themselves, and never a cookie.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

const ANYONE: HeaderValue = HeaderValue::from_static("*");
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const ASKED: &str = "authorization, content-type, idempotency-key, tus-resumable, upload-checksum, upload-length, \
                     upload-metadata, upload-offset, x-http-method-override, x-requested-with";
const ANSWERED: &str = "location, retry-after, tus-checksum-algorithm, tus-extension, tus-max-size, tus-resumable, \
                        tus-version, upload-expires, upload-length, upload-metadata, upload-offset, x-request-id";
/// Seconds that a browser need not ask again.
const LASTS: HeaderValue = HeaderValue::from_static("86400");

pub async fn allow(request: Request, next: Next) -> Response {
    let is_asked_first = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut answer = if is_asked_first { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers: &mut HeaderMap = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYONE);
    if is_asked_first {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ASKED));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, LASTS);
    } else {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANSWERED));
    }
    answer
}

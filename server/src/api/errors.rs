//! Every error of the API has one shape, also where the framework refuses a request before any of our code sees it:
//! an address that is no text, a query that names something twice, a method that is not there.

use super::fields;
use crate::reply::Reply;
use app::error::ApiError;
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// The longest sentence of the framework that is passed on, in bytes.
const SENTENCE: usize = 1_024;

pub async fn shaped(request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|text| text.as_str().contains("%00")) {
        return Reply(fields::nul()).into_response();
    }
    let answer = next.run(request).await;
    let status = answer.status();
    if !status.is_client_error() || !is_plain(answer.headers()) {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let said = fields::up_to(body, SENTENCE).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let message = match (status, said.trim()) {
        (StatusCode::METHOD_NOT_ALLOWED, _) => {
            "This address does not take that method; Allow names those that it takes."
        }
        (_, "") => status.canonical_reason().unwrap_or("The request was refused."),
        (_, said) => said,
    };
    let kind = match status {
        StatusCode::BAD_REQUEST => "invalid_params".to_owned(),
        _ => status.canonical_reason().unwrap_or("refused").to_lowercase().replace(' ', "_"),
    };
    let code = status.as_u16();
    let error = ApiError { status: code, code, ..ApiError::bad_request(&kind, message) };
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Text and numbers are always JSON.
    Response::from_parts(head, serde_json::to_vec(&error).unwrap_or_default().into())
}

/// Text, or nothing at all.
fn is_plain(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    kind.is_none_or(|kind| kind.starts_with(b"text/plain"))
}

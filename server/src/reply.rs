//! How errors leave the server: one shape, logged once, nothing of the inside told.

use crate::store::StoreError;
use app::error::ApiError;
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

/// An [`ApiError`] as a response.
#[derive(Debug)]
pub struct Reply(pub ApiError);

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.0.retry_after;
        let mut response = (status, Json(self.0)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<StoreError> for Reply {
    fn from(error: StoreError) -> Self {
        Self(storage(error))
    }
}

/// Logs a storage error and turns it into what a caller may know: 503 while the database can't be
/// used, 500 for the rest.
pub fn storage(error: StoreError) -> ApiError {
    tracing::error!(%error, "storage");
    if error.is_passing() { ApiError::unavailable(5) } else { ApiError::internal() }
}

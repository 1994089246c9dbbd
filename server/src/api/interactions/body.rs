//! The body of a request that carries a timeline: a JSON object that may be larger than others.

use crate::{api::fields, reply::Reply};
use app::error::ApiError;
use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value};

/// The fields of the body.
pub struct Timeline(pub Map<String, Value>);

/// The longest definition of one interaction, in bytes of JSON.
pub const ONE: usize = 40 * 1024;
/// The longest body, in bytes: as many interactions as a video may have, each as long as it may be.
pub const LIMIT: usize = 5 * 1024 * 1024;

impl<S: Send + Sync> FromRequest<S> for Timeline {
    type Rejection = Reply;

    async fn from_request(request: Request, _: &S) -> Result<Self, Reply> {
        let bytes = fields::up_to(request.into_body(), LIMIT).await?;
        let object = serde_json::from_slice(&bytes);
        Ok(object.map(Self).map_err(|error| {
            ApiError::invalid(format!(
                "The body must be a JSON object. Line {}, column {}.",
                error.line(),
                error.column()
            ))
        })?)
    }
}

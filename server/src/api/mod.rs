//! The API for customers' systems, and what players call.

pub mod caller;
pub mod comments;
pub mod cta;
pub mod engage;
pub mod fields;
pub mod media;
pub mod reports;
pub mod talk;
pub mod videos;
pub mod webhooks;

use crate::{reply::Reply, state::State};
use app::error::ApiError;
use axum::{Router, middleware, routing::get};

/// Everything that needs an API key.
pub fn routes(state: &State) -> Router<State> {
    Router::new()
        .route("/api/v1/me/video/reports/{video_id}", get(reports::by_path))
        .route("/api/v1/me/video/reports", get(reports::by_query))
        .merge(videos::routes())
        .merge(comments::routes())
        .merge(webhooks::routes())
        .route("/api/v1/{*rest}", axum::routing::any(nowhere))
        .layer(middleware::from_fn_with_state(state.clone(), caller::identify))
}

async fn nowhere() -> Reply {
    ApiError::not_found("route").into()
}

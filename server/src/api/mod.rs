//! The API for customers' systems, and what players call.

pub mod caller;
pub mod comments;
mod cors;
pub mod cta;
pub mod engage;
pub mod faces;
pub mod fields;
pub mod forget;
pub mod import;
pub mod interactions;
pub mod jobs;
pub mod links;
pub mod media;
pub mod owner;
pub mod people;
pub mod reports;
pub mod settings;
pub mod talk;
pub mod unlock;
pub mod uploads;
pub mod videos;
pub mod viewer_key;
pub mod webhooks;

use crate::{reply::Reply, state::State};
use app::error::ApiError;
use axum::{
    Router, middleware,
    routing::{get, post},
};

/// Everything under `/api`; all but the schema needs an API key, uploads one or a pass.
pub fn routes(state: &State) -> Router<State> {
    Router::new()
        .merge(reports::routes())
        .merge(videos::routes())
        .merge(links::routes())
        .merge(viewer_key::routes())
        .merge(interactions::routes())
        .merge(comments::routes())
        .merge(owner::routes())
        .merge(people::routes())
        .merge(settings::routes())
        .merge(webhooks::routes())
        .merge(import::routes())
        .merge(jobs::routes())
        .route("/api/v1/me/upload-links", post(uploads::pass::mint))
        .route("/api/v1/{*rest}", axum::routing::any(nowhere))
        .layer(middleware::from_fn_with_state(state.clone(), caller::identify))
        .merge(uploads::routes(state))
        .route(interactions::SCHEMA, get(interactions::served_schema))
        .layer(middleware::from_fn(cors::allow))
}

async fn nowhere() -> Reply {
    ApiError::not_found("route").into()
}

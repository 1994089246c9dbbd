//! The API for customers' systems, and what players call.

pub mod caller;
pub mod comments;
mod cors;
pub mod cta;
pub mod engage;
mod errors;
pub mod faces;
pub mod fields;
pub mod forget;
pub mod import;
pub mod interactions;
pub mod jobs;
pub mod keys;
pub mod links;
pub mod log;
pub mod media;
pub mod members;
pub mod owner;
pub mod people;
pub mod reports;
pub mod rights;
pub mod settings;
pub mod talk;
pub mod unlock;
pub mod uploads;
pub mod videos;
pub mod viewer_key;
pub mod webhooks;

use crate::{openapi, reply::Reply, state::State};
use app::error::ApiError;
use axum::{
    Router, middleware,
    routing::{get, post},
};

/// Everything under `/api`; all but the schema and the description needs an API key or a member's session, uploads
/// these or a pass. What comes here is described in [`openapi`], and what each call needs is in [`rights::RULES`].
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
        .merge(keys::routes())
        .merge(members::routes())
        .route("/api/v1/me/upload-links", post(uploads::pass::mint))
        .route(caller::NOWHERE, axum::routing::any(nowhere))
        .layer(middleware::from_fn_with_state(state.clone(), caller::identify))
        .merge(uploads::routes(state))
        .route(interactions::SCHEMA, get(interactions::served_schema))
        .route(openapi::PATH, get(openapi::served))
        .layer(middleware::from_fn(errors::shaped))
        .layer(middleware::from_fn(cors::allow))
}

async fn nowhere() -> Reply {
    ApiError::not_found("route").into()
}

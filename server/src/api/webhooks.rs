//! `/api/v1/webhooks`: where a customer wants to be told, of what, and how that went.

mod wish;

use self::wish::Wish;
use super::{caller::Caller, fields::Fields};
use crate::{
    keys::random,
    reply::Reply,
    state::{self, State},
    store::{
        self,
        deliveries::{self, Delivery},
        endpoints::{self, Endpoint, NewEndpoint},
    },
    webhook::notice::EVENTS,
};
use app::error::{ApiError, Flaw};
use axum::{
    Json, Router,
    extract::{self, Path},
    routing::{delete, get, post},
};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/webhooks", get(list).post(create))
        .route("/api/v1/webhooks/{id}", delete(remove))
        .route("/api/v1/webhooks/{id}/deliveries", get(log))
        // The compatible way to create one.
        .route("/webhook", post(create))
}

/// Endpoints that one account may have.
const ENDPOINTS: i64 = 20;
/// Deliveries that the log shows.
const LOG: i64 = 100;

async fn create(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let wish = Wish::read(&fields, &state.config.egress_allow, random).map_err(ApiError::flawed)?;
    let id = Uuid::now_v7();
    let shown = wish.shown(id);
    // A client that leaves can't break the transaction in half.
    let kept = tokio::spawn(async move { keep(&state, account.id, id, &wish).await });
    match kept.await.map_err(|_| ApiError::internal())?? {
        true => Ok((StatusCode::CREATED, Json(shown))),
        false => {
            let message = format!("an account may have at most {ENDPOINTS} endpoints");
            Err(ApiError::flawed(vec![Flaw::new("url", message)]).into())
        }
    }
}

async fn list(extract::State(state): extract::State<State>, Caller(account): Caller) -> Result<Json<Value>, Reply> {
    let mut reader = state.store.reader().await?;
    let endpoints = endpoints::of_account(reader.conn(), account.id).await?;
    let items: Vec<Value> = endpoints.iter().map(endpoint_on_wire).collect();
    Ok(Json(json!({ "items": items, "next": null })))
}

async fn remove(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Reply> {
    let id = endpoint_id(&id)?;
    let deleted = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        let deleted = endpoints::delete(tx.conn(), account.id, id).await?;
        tx.commit().await?;
        store::Result::Ok(deleted)
    });
    match deleted.await.map_err(|_| ApiError::internal())?? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("webhook").into()),
    }
}

async fn log(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let id = endpoint_id(&id)?;
    let mut reader = state.store.reader().await?;
    if !endpoints::exists(reader.conn(), account.id, id).await? {
        return Err(ApiError::not_found("webhook").into());
    }
    let deliveries = deliveries::of_endpoint(reader.conn(), account.id, id, LOG).await?;
    let items: Vec<Value> = deliveries.iter().map(delivery_on_wire).collect();
    Ok(Json(json!({ "items": items, "next": null })))
}

/// Stores the endpoint. False when the account has as many as it may have.
async fn keep(state: &State, account_id: i64, id: Uuid, wish: &Wish) -> store::Result<bool> {
    let new = NewEndpoint {
        account_id,
        id,
        url: &wish.url,
        description: &wish.description,
        secret: &state.keys.seal(wish.secret.bytes()),
        events: &wish.events,
        created_at: state::now(),
    };
    let mut tx = state.store.begin().await?;
    if endpoints::count(tx.conn(), account_id).await? >= ENDPOINTS {
        return Ok(false);
    }
    endpoints::insert(tx.conn(), &new).await?;
    tx.commit().await?;
    Ok(true)
}

fn endpoint_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| ApiError::not_found("webhook"))
}

fn endpoint_on_wire(endpoint: &Endpoint) -> Value {
    let subscribed: Vec<&str> = endpoint.events.split(' ').collect();
    let events: Vec<&str> = EVENTS.into_iter().filter(|event| subscribed.contains(event)).collect();
    json!({
        "id": endpoint.id,
        "url": endpoint.url,
        "events": events,
        "state": endpoint.state,
        "description": endpoint.description,
        "created_at": endpoint.created_at,
    })
}

fn delivery_on_wire(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "event": delivery.event,
        "state": delivery.state,
        "attempt": delivery.attempt,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "next_at": (delivery.state == "pending").then_some(delivery.next_at),
        "created_at": delivery.created_at,
    })
}

//! `/api/v1/webhooks`: where a customer wants to be told, of what, and how that went.

mod log;
mod replay;
mod shown;
mod stream;
mod trial;
mod wish;

use self::{
    shown::endpoint_on_wire,
    wish::{Change, NewSecret, Wish},
};
use super::{caller::Caller, fields::Fields};
use crate::{
    keys::random,
    reply::Reply,
    state::{self, State},
    store::{
        endpoints::{self, Endpoint, NewEndpoint, Why},
        secrets,
    },
};
use app::error::{ApiError, Flaw};
use axum::{
    Json, Router,
    extract::{self, Path},
    routing::{get, post},
};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/webhooks", get(list).post(create))
        .route("/api/v1/webhooks/stream", get(stream::follow))
        .route("/api/v1/webhooks/{id}", get(show).patch(change).delete(remove))
        .route("/api/v1/webhooks/{id}/rotate", post(rotate))
        .route("/api/v1/webhooks/{id}/test", post(trial::send))
        .route("/api/v1/webhooks/{id}/deliveries", get(log::list))
        .route("/api/v1/webhooks/{id}/replay", post(replay::order))
        .route("/api/v1/webhooks/{id}/replays", get(replay::list))
        .route("/api/v1/webhooks/{id}/replays/{replay}", get(replay::show).delete(replay::cancel))
        .route("/api/v1/deliveries/{id}", get(log::show))
        .route("/api/v1/deliveries/{id}/resend", post(log::resend))
        // The compatible way to create one.
        .route("/webhook", post(create))
}

/// Endpoints that one account may have.
const ENDPOINTS: i64 = 20;
/// How long a secret that was rotated away signs too.
const OVERLAP_MS: i64 = 24 * 3_600_000;

async fn create(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let wish = Wish::read(&fields, &state.config.egress_allow, random).map_err(ApiError::flawed)?;
    // A client that leaves can't break the transaction in half.
    let kept = tokio::spawn(async move { keep(&state, account.id, &wish).await });
    Ok((StatusCode::CREATED, Json(kept.await.map_err(|_| ApiError::internal())??)))
}

/// Stores the endpoint, and tells its secret this once.
async fn keep(state: &State, account_id: i64, wish: &Wish) -> Result<Value, Reply> {
    let new = NewEndpoint {
        account_id,
        id: Uuid::now_v7(),
        url: &wish.url,
        description: &wish.description,
        secret: &state.keys.seal(wish.secret.secret.bytes()),
        events: &wish.events,
        pace: wish.pace,
        created_at: state::now(),
    };
    let mut tx = state.store.begin().await?;
    if endpoints::count(tx.conn(), account_id).await? >= ENDPOINTS {
        let message = format!("an account may have at most {ENDPOINTS} endpoints");
        return Err(ApiError::flawed(vec![Flaw::new("url", message)]).into());
    }
    endpoints::insert(tx.conn(), &new).await?;
    let made = endpoints::by_id(tx.conn(), account_id, new.id).await?.ok_or_else(ApiError::internal)?;
    tx.commit().await?;
    let mut answer = endpoint_on_wire(&made, state::now());
    wish.secret.show(&mut answer);
    Ok(answer)
}

async fn list(extract::State(state): extract::State<State>, Caller(account): Caller) -> Result<Json<Value>, Reply> {
    let mut reader = state.store.reader().await?;
    let (endpoints, now) = (endpoints::of_account(reader.conn(), account.id).await?, state::now());
    let items: Vec<Value> = endpoints.iter().map(|endpoint| endpoint_on_wire(endpoint, now)).collect();
    Ok(Json(json!({ "items": items, "next": null })))
}

async fn show(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    Ok(Json(endpoint_on_wire(&of_caller(&state, account.id, &id).await?, state::now())))
}

async fn change(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<Value>, Reply> {
    let id = endpoint_id(&id)?;
    let changed = tokio::spawn(async move { apply(&state, account.id, id, &fields).await });
    Ok(Json(changed.await.map_err(|_| ApiError::internal())??))
}

async fn apply(state: &State, account_id: i64, id: Uuid, fields: &Fields) -> Result<Value, Reply> {
    let now = state::now();
    let mut tx = state.store.begin().await?;
    if !endpoints::lock(tx.conn(), account_id, id).await? {
        return Err(unknown().into());
    }
    let was = endpoints::by_id(tx.conn(), account_id, id).await?.ok_or_else(unknown)?;
    let Change { to, enabled } = Change::read(fields, &was, &state.config.egress_allow).map_err(ApiError::flawed)?;
    endpoints::change(tx.conn(), account_id, &was, &to).await?;
    match enabled {
        Some(true) => endpoints::enable(tx.conn(), account_id, id).await?,
        Some(false) => drop(endpoints::disable(tx.conn(), account_id, id, Why::Owner, now).await?),
        None => {}
    }
    let is = endpoints::by_id(tx.conn(), account_id, id).await?.ok_or_else(unknown)?;
    tx.commit().await?;
    state.courier_bell.notify_one();
    Ok(endpoint_on_wire(&is, now))
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
        crate::store::Result::Ok(deleted)
    });
    match deleted.await.map_err(|_| ApiError::internal())?? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown().into()),
    }
}

/// `POST …/rotate`: another secret, the owner's or a new one. The old one signs beside it for a day; where that is
/// promised to five already, there is none before the first of these days is over.
async fn rotate(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<Value>, Reply> {
    let id = endpoint_id(&id)?;
    let secret = NewSecret::read(&fields, random).map_err(|flaw| ApiError::flawed(vec![flaw]))?;
    let rotated = tokio::spawn(async move {
        let (now, sealed) = (state::now(), state.keys.seal(secret.secret.bytes()));
        let mut tx = state.store.begin().await?;
        if !endpoints::lock(tx.conn(), account.id, id).await? {
            return Err(Reply::from(unknown()));
        }
        if let Some(until) = secrets::full_until(tx.conn(), account.id, id, now).await? {
            let seconds = u32::try_from((until - now) / 1_000 + 1).unwrap_or(u32::MAX);
            let message = "Five old secrets still sign. Rotate again when the oldest of them no longer does.";
            return Err(Reply::from(ApiError::too_many(seconds, message)));
        }
        secrets::rotate(tx.conn(), account.id, id, &sealed, Uuid::now_v7(), now + OVERLAP_MS).await?;
        let is = endpoints::by_id(tx.conn(), account.id, id).await?.ok_or_else(unknown)?;
        tx.commit().await?;
        let mut answer = endpoint_on_wire(&is, now);
        secret.show(&mut answer);
        Ok(answer)
    });
    Ok(Json(rotated.await.map_err(|_| ApiError::internal())??))
}

/// The caller's endpoint of this id, as an address names it.
async fn of_caller(state: &State, account_id: i64, id: &str) -> Result<Endpoint, Reply> {
    let mut reader = state.store.reader().await?;
    let found = endpoints::by_id(reader.conn(), account_id, endpoint_id(id)?).await?;
    Ok(found.ok_or_else(unknown)?)
}

fn endpoint_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| unknown())
}

fn unknown() -> ApiError {
    ApiError::not_found("webhook")
}

//! `/api/v1/viewer-key`: the key under which an account's own server signs viewer tokens.

use super::caller::Caller;
use crate::{
    identity::issuer::audiences,
    keys::random,
    reply::Reply,
    state::{State, now},
    store::{
        self,
        viewer_keys::{self, ViewerKey},
    },
};
use app::error::ApiError;
use axum::{
    Json, Router, extract,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderValue, header};
use serde_json::json;
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/viewer-key", get(show).post(show)).route("/api/v1/viewer-key/rotate", post(rotate))
}

/// How long a key still holds after another took its place.
const OVERLAP_MS: i64 = 24 * 3_600_000;

/// The key; made when the account has none.
async fn show(extract::State(state): extract::State<State>, Caller(account): Caller) -> Result<Response, Reply> {
    answer(state, account.id, false).await
}

async fn rotate(extract::State(state): extract::State<State>, Caller(account): Caller) -> Result<Response, Reply> {
    answer(state, account.id, true).await
}

async fn answer(state: State, account_id: i64, anew: bool) -> Result<Response, Reply> {
    let now = now();
    // A client that leaves can't break the transaction in half.
    let kept = {
        let state = state.clone();
        tokio::spawn(async move { keep(&state, account_id, anew, now).await })
    };
    let keys = kept.await.map_err(|_| ApiError::internal())??;
    let current = keys.iter().find(|key| key.ends_at.is_none()).ok_or_else(ApiError::internal)?;
    let text = state.keys.open(&current.key).ok().and_then(|key| String::from_utf8(key).ok());
    let text = text.ok_or_else(|| {
        tracing::error!(account_id, "the viewer key can't be opened; was the instance key replaced?");
        ApiError::internal()
    })?;
    let body = json!({
        "key": text,
        "alg": "HS256",
        "aud": audiences(&state, account_id),
        "created_at": current.created_at,
        "previous_until": keys.iter().filter_map(|key| key.ends_at).max(),
    });
    let mut answer = Json(body).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// The keys that hold, a current one among them; `anew` ends the one there was.
async fn keep(state: &State, account_id: i64, anew: bool, now: i64) -> store::Result<Vec<ViewerKey>> {
    if !anew {
        let mut reader = state.store.reader().await?;
        let keys = viewer_keys::valid(reader.conn(), account_id, now).await?;
        if keys.iter().any(|key| key.ends_at.is_none()) {
            return Ok(keys);
        }
    }
    // The text itself is the secret's bytes: every library takes text.
    let fresh = format!("cuek_{}", URL_SAFE_NO_PAD.encode(random::<32>()));
    let mut tx = state.store.begin().await?;
    if anew {
        viewer_keys::retire(tx.conn(), account_id, now + OVERLAP_MS, now).await?;
    }
    viewer_keys::insert(tx.conn(), account_id, Uuid::now_v7(), &state.keys.seal(fresh.as_bytes()), now).await?;
    let keys = viewer_keys::valid(tx.conn(), account_id, now).await?;
    tx.commit().await?;
    Ok(keys)
}

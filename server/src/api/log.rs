//! Calls that change something are written down in the audit log once they were made.

use crate::{
    people::{
        audit::{self, Done},
        session::Actor,
    },
    reply::Reply,
    state::{State, now},
    store,
};
use app::error::ApiError;
use axum::{
    RequestExt,
    body::{Body, HttpBody},
    extract::{RawPathParams, Request},
    middleware::Next,
    response::Response,
};
use http::{StatusCode, header};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tracing::Instrument;

/// The names of the fields that a call was given, for the log; [`super::fields::Fields`] puts them in.
#[derive(Clone, Default)]
pub struct Given(Arc<Mutex<Vec<String>>>);

impl Given {
    pub fn put<'a>(&self, names: impl Iterator<Item = &'a String>) {
        // Nobody panics while it is locked.
        if let Ok(mut given) = self.0.lock() {
            given.extend(names.take(50).cloned());
        }
    }

    fn take(&self) -> Vec<String> {
        self.0.lock().map(|mut given| std::mem::take(&mut *given)).unwrap_or_default()
    }
}

/// The longest answer that is looked into for the id of what it made, in bytes.
const ANSWER: u64 = 256 << 10;

/// Makes the call, and writes it down if it was made. Both happen also when the client leaves.
pub async fn run(
    state: State,
    account_id: i64,
    actor: Actor,
    action: &'static str,
    mut request: Request,
    next: Next,
) -> Result<Response, Reply> {
    let given = Given::default();
    request.extensions_mut().insert(given.clone());
    let params = request.extract_parts::<RawPathParams>().await.ok();
    let named: Vec<String> =
        params.iter().flatten().filter(|(name, _)| *name != "who").map(|(_, value)| value.to_owned()).collect();
    let work = async move {
        let answer = next.run(request).await;
        if !answer.status().is_success() {
            return Ok(answer);
        }
        let (answer, made) = made(answer, named.is_empty() && action != "viewer.erase").await?;
        let object = made.unwrap_or_else(|| named.join(" "));
        let fields = given.take();
        write(&state, Done { account_id, actor: &actor, action, object: &object, fields: &fields }).await;
        Ok(answer)
    };
    tokio::spawn(work.in_current_span()).await.map_err(|_| ApiError::internal())?
}

/// Writes down a change that was made. It stays made where that fails.
pub async fn write(state: &State, done: Done<'_>) {
    let action = done.action;
    if let Err(error) = written(state, done).await {
        tracing::error!(%error, action, "a change was made and is not in the audit log");
    }
}

async fn written(state: &State, done: Done<'_>) -> store::Result<()> {
    let mut tx = state.store.begin().await?;
    audit::write(tx.conn(), done, now()).await?;
    tx.commit().await
}

/// The id of what a call has made, from its answer.
async fn made(answer: Response, wanted: bool) -> Result<(Response, Option<String>), Reply> {
    let is_json = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let is_short = answer.body().size_hint().exact().is_some_and(|length| length <= ANSWER);
    if !wanted || !is_json || !is_short || answer.status() == StatusCode::NO_CONTENT {
        return Ok((answer, None));
    }
    let (head, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, ANSWER as usize).await.map_err(|_| ApiError::internal())?;
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = ["video_id", "id"].iter().find_map(|name| match told.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    Ok((Response::from_parts(head, Body::from(body)), id))
}

//! Replays: what an endpoint missed in a time span, or all of it, once more.

use super::{endpoint_id, of_caller, shown::replay_on_wire, unknown, wish};
use crate::{
    api::{caller::Caller, fields::Fields},
    reply::Reply,
    state::{self, State},
    store::{
        endpoints,
        replays::{self, Replay},
    },
};
use app::error::{ApiError, Flaw};
use axum::{
    Json,
    extract::{self, Path},
};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

/// Replays of one endpoint at the same time, and those that the list shows.
const RUNNING: i64 = 5;
const LIST: i64 = 50;

/// `POST …/replay {from, until?, events?, video_id?, which?}`: instants are Unix milliseconds.
pub async fn order(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let endpoint = of_caller(&state, account.id, &id).await?;
    if endpoint.state != "enabled" {
        let says = "The endpoint is disabled; enable it first.";
        return Err(ApiError::bad_request("endpoint_disabled", says).into());
    }
    let replay = read(&fields, &endpoint, account.id, state::now()).map_err(ApiError::flawed)?;
    let shown = replay_on_wire(&replay);
    let ordered = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        if replays::running(tx.conn(), replay.account_id, replay.endpoint_id).await? >= RUNNING {
            return Err(Reply::from(ApiError::too_many(60, "Five replays of this endpoint are under way.")));
        }
        replays::insert(tx.conn(), &replay).await?;
        tx.commit().await?;
        state.replay_bell.notify_one();
        Ok(())
    });
    ordered.await.map_err(|_| ApiError::internal())??;
    Ok((StatusCode::ACCEPTED, Json(shown)))
}

fn read(fields: &Fields, endpoint: &endpoints::Endpoint, account_id: i64, now: i64) -> Result<Replay, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let mut instant = |name: &str, usual: Option<i64>| {
        let read = match fields.0.get(name) {
            None | Some(Value::Null) => usual,
            // A form's numbers are text.
            Some(value) => value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|at| *at >= 0),
        };
        if read.is_none() {
            flaws.push(Flaw::new(name, "must be an instant in Unix milliseconds"));
        }
        read.unwrap_or_default()
    };
    let (from_at, until_at) = (instant("from", None), instant("until", Some(now)));
    if flaws.is_empty() && until_at <= from_at {
        flaws.push(Flaw::new("until", "must be after from"));
    }
    let video_id = match fields.0.get("video_id") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let id = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
            if id.is_none() {
                flaws.push(Flaw::new("video_id", "must be the number of a video"));
            }
            id
        }
    };
    let events = match fields.0.get("events") {
        None | Some(Value::Null) => endpoint.events.clone(),
        named => wish::events(named).map_err(|flaw| flaws.push(flaw)).unwrap_or_default().join(" "),
    };
    let which = match fields.0.get("which").map(|value| value.as_str().unwrap_or_default()) {
        None | Some("missed") => "missed",
        Some("all") => "all",
        Some(_) => {
            flaws.push(Flaw::new("which", "must be missed or all"));
            ""
        }
    };
    if !flaws.is_empty() {
        return Err(flaws);
    }
    Ok(Replay {
        account_id,
        id: Uuid::now_v7(),
        endpoint_id: endpoint.id,
        state: "running".into(),
        from_at,
        // Later messages reach the endpoint anyway.
        until_at: until_at.min(now),
        events,
        which: which.into(),
        video_id,
        last_id: Uuid::nil(),
        queued: 0,
        created_at: now,
        updated_at: now,
    })
}

pub async fn list(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let endpoint = of_caller(&state, account.id, &id).await?;
    let mut reader = state.store.reader().await?;
    let replays = replays::of_endpoint(reader.conn(), account.id, endpoint.id, LIST).await?;
    let items: Vec<Value> = replays.iter().map(replay_on_wire).collect();
    Ok(Json(json!({ "items": items, "next": null })))
}

pub async fn show(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path((id, replay)): Path<(String, String)>,
) -> Result<Json<Value>, Reply> {
    let mut reader = state.store.reader().await?;
    let found = replays::by_id(reader.conn(), account.id, endpoint_id(&id)?, replay_id(&replay)?).await?;
    Ok(Json(replay_on_wire(&found.ok_or_else(unknown_replay)?)))
}

/// `DELETE`: it stops where it is; what it has queued is sent.
pub async fn cancel(
    extract::State(state): extract::State<State>,
    Caller(account): Caller,
    Path((id, replay)): Path<(String, String)>,
) -> Result<StatusCode, Reply> {
    let (id, replay) = (endpoint_id(&id)?, replay_id(&replay)?);
    let cancelled = tokio::spawn(async move {
        let mut tx = state.store.begin().await?;
        if !endpoints::exists(tx.conn(), account.id, id).await? {
            return Err(Reply::from(unknown()));
        }
        let cancelled = replays::cancel(tx.conn(), account.id, id, replay, state::now()).await?;
        tx.commit().await?;
        Ok(cancelled)
    });
    match cancelled.await.map_err(|_| ApiError::internal())?? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown_replay().into()),
    }
}

fn replay_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| unknown_replay())
}

fn unknown_replay() -> ApiError {
    ApiError::not_found("replay")
}

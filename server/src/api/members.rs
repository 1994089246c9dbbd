//! `/api/v1/members`: the account's people; `/api/v1/audit`: what they and its keys have changed.

use super::{caller::Caller, fields::Fields, keys::unknown_role};
use crate::{
    people::{Role, Who, members},
    reply::Reply,
    spoken,
    state::{State, now},
    store::{
        self, audit,
        invitations::{self, Invitation},
        members::Member,
    },
};
use app::error::ApiError;
use axum::{
    Json, Router,
    extract::{Path, Query, State as Shared},
    response::{IntoResponse, Response},
    routing::{get, patch},
};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/members", get(list).post(invite))
        .route("/api/v1/members/{id}", patch(change).delete(remove))
        .route("/api/v1/audit", get(log))
}

/// Rows of the audit log on a page.
const PAGE: i64 = 50;

/// Members, then those who are invited.
async fn list(Shared(state): Shared<State>, Caller(account): Caller) -> Result<Json<Value>, Reply> {
    let mut reader = state.store.reader().await?;
    let found = store::members::of_account(reader.conn(), account.id, members::MOST).await?;
    let open = invitations::of_account(reader.conn(), account.id, now()).await?;
    let items: Vec<Value> = found.iter().map(member).chain(open.iter().map(invited)).collect();
    Ok(Json(json!({ "items": items, "next": null })))
}

/// The one answer that tells the invitation's link.
async fn invite(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    who: Who,
    fields: Fields,
) -> Result<Response, Reply> {
    let role = role(&fields)?;
    let made = members::invite(&state, &account, &who, fields.text("email").unwrap_or_default(), role, now()).await?;
    let mut answer = invited(&made.invitation);
    answer["url"] = made.url.into();
    answer["mailed"] = made.mailed.into();
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

async fn change(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    who: Who,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<Value>, Reply> {
    let (id, role) = (member_id(&id)?, role(&fields)?);
    Ok(Json(member(&members::set_role(&state, account.id, &who, id, role, now()).await?)))
}

async fn remove(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    who: Who,
    Path(id): Path<String>,
) -> Result<StatusCode, Reply> {
    members::remove(&state, account.id, &who, member_id(&id)?, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Asked {
    before: Option<String>,
}

async fn log(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Reply> {
    let before = match asked.before.as_deref() {
        None | Some("") => Uuid::max(),
        Some(text) => Uuid::try_parse(text).map_err(|_| ApiError::invalid("before: must be the id of a row."))?,
    };
    let mut reader = state.store.reader().await?;
    let mut rows = audit::page(reader.conn(), account.id, before, PAGE + 1).await?;
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    let items: Vec<Value> = rows.iter().map(row).collect();
    Ok(Json(json!({ "items": items, "next": next })))
}

fn member_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| ApiError::not_found("member"))
}

fn role(fields: &Fields) -> Result<Role, ApiError> {
    let flaw = || ApiError::flawed(vec![unknown_role("role")]);
    fields.text("role").and_then(Role::named).ok_or_else(flaw)
}

fn member(one: &Member) -> Value {
    json!({
        "id": one.user_id,
        "email": one.email,
        "name": one.name,
        "role": one.role,
        "state": "member",
        "created_at": spoken::instant(one.created_at),
    })
}

fn invited(one: &Invitation) -> Value {
    json!({
        "id": one.id,
        "email": one.email,
        "role": one.role,
        "state": "invited",
        "expires_at": spoken::instant(one.expires_at),
    })
}

fn row(row: &audit::Row) -> Value {
    json!({
        "id": row.id,
        "at": spoken::instant(row.at),
        "actor": row.actor,
        "actor_id": row.actor_id,
        "action": row.action,
        "object": row.object,
        "fields": row.fields.split(' ').filter(|name| !name.is_empty()).collect::<Vec<_>>(),
    })
}

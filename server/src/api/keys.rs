//! `/api/v1/keys`: the account's API keys.

use super::{caller::Caller, fields::Fields};
use crate::{
    identity::mail,
    people::{
        Right, Rights, Role, Who,
        keys::{self, Wish},
    },
    reply::Reply,
    spoken,
    state::{State, now},
    store::api_keys::{self, ApiKey},
};
use app::error::{ApiError, Flaw};
use axum::{
    Json, Router,
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use http::{StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

/// All of them need [`super::caller::identify`] around them.
pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/keys", get(list).post(create)).route("/api/v1/keys/{id}", delete(revoke))
}

/// Days that a key may last, where it has an end.
pub const MOST_DAYS: i64 = 3_650;
const DAY_MS: i64 = 86_400_000;

async fn list(Shared(state): Shared<State>, Caller(account): Caller) -> Result<Json<Value>, Reply> {
    let mut reader = state.store.reader().await?;
    let keys = api_keys::of_account(reader.conn(), account.id).await?;
    Ok(Json(json!({ "items": keys.iter().map(on_wire).collect::<Vec<_>>(), "next": null })))
}

/// The one answer that tells the key's text.
async fn create(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    who: Who,
    fields: Fields,
) -> Result<Response, Reply> {
    let now = now();
    let wish = wish(&fields, now).map_err(ApiError::flawed)?;
    let (key, text) = keys::create(&state, account.id, &who, wish, now).await?;
    let mut answer = on_wire(&key);
    answer["key"] = text.into();
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

async fn revoke(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    who: Who,
    Path(id): Path<String>,
) -> Result<StatusCode, Reply> {
    let id = Uuid::try_parse(&id).map_err(|_| ApiError::not_found("key"))?;
    keys::revoke(&state, account.id, &who, id, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a request or form says of a key: `name`, `role` or `scopes`, and `expires_days` if it is to end.
///
/// # Errors
/// Every flaw.
pub fn wish(fields: &Fields, now: i64) -> Result<Wish, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let name = fields.text("name").and_then(mail::name);
    if name.is_none() {
        flaws.push(Flaw::new("name", "must be 1 to 200 characters"));
    }
    let rights = rights(fields).map_err(|flaw| flaws.push(flaw)).unwrap_or_default();
    let days = match fields.0.get("expires_days") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        // A form's numbers are text.
        Some(value) => Some(value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()).unwrap_or(0)),
    };
    if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
        flaws.push(Flaw::new("expires_days", format!("must be whole days, 1 to {MOST_DAYS}, or null")));
    }
    let expires_at = days.map(|days| now.saturating_add(days.saturating_mul(DAY_MS)));
    if flaws.is_empty() { Ok(Wish { name: name.unwrap_or_default(), rights, expires_at }) } else { Err(flaws) }
}

fn rights(fields: &Fields) -> Result<Rights, Flaw> {
    let scopes: Option<Vec<&str>> = match fields.0.get("scopes") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.split([' ', ',']).filter(|name| !name.is_empty()).collect()),
        Some(Value::Array(list)) => Some(list.iter().map(|name| name.as_str().unwrap_or_default()).collect()),
        Some(_) => Some(vec![""]),
    };
    match (scopes, fields.text("role")) {
        (Some(scopes), None) => {
            let known: Vec<Right> = scopes.iter().filter_map(|name| Right::named(name)).collect();
            if known.is_empty() || known.len() < scopes.len() {
                let names = Rights::all().names().join(", ");
                return Err(Flaw::new("scopes", format!("must be some of {names}")));
            }
            Ok(known.into_iter().collect())
        }
        (None, Some(role)) => Role::named(role).map(Role::rights).ok_or_else(|| unknown_role("role")),
        (Some(_), Some(_)) | (None, None) => Err(Flaw::new("role", "give either a role or scopes")),
    }
}

/// The flaw of a role that is none.
pub fn unknown_role(field: &str) -> Flaw {
    Flaw::new(field, format!("must be one of {}", Role::ALL.map(Role::as_str).join(", ")))
}

fn on_wire(key: &ApiKey) -> Value {
    let rights = Rights::read(&key.scopes);
    json!({
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "role": Role::of(rights).map(Role::as_str),
        "scopes": rights.names(),
        "created_at": spoken::instant(key.created_at),
        "expires_at": key.expires_at.map(spoken::instant),
        "last_used_at": key.last_used_at.map(spoken::instant),
        "revoked_at": key.revoked_at.map(spoken::instant),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: Value) -> Result<(String, String, Option<i64>), Vec<String>> {
        let Value::Object(fields) = fields else { panic!("fields") };
        let wish = wish(&Fields(fields), 1_000);
        let wish = wish.map(|wish| (wish.name, wish.rights.to_string(), wish.expires_at));
        wish.map_err(|flaws| flaws.into_iter().map(|flaw| flaw.field).collect())
    }

    #[test]
    fn a_key_has_a_name_and_rights_and_perhaps_an_end() {
        assert_eq!(
            read(json!({"name": " CI ", "role": "analyst", "expires_days": 2})),
            Ok(("CI".into(), "watch report".into(), Some(172_801_000)))
        );
        assert_eq!(
            read(json!({"name": "x", "scopes": ["edit", "watch"], "expires_days": ""})),
            Ok(("x".into(), "watch edit".into(), None))
        );
        assert_eq!(read(json!({"name": "x", "scopes": "hooks"})), Ok(("x".into(), "hooks".into(), None)));
    }

    #[test]
    fn what_is_wrong_is_named_at_once() {
        assert_eq!(read(json!({})), Err(vec!["name".into(), "role".into()]));
        for wrong in [json!([]), json!(["root"]), json!([1]), json!({}), json!("watch all")] {
            assert_eq!(read(json!({"name": "x", "scopes": wrong})), Err(vec!["scopes".into()]), "{wrong}");
        }
        for wrong in [json!(0), json!(-1), json!(3_651), json!("x"), json!(1.5), json!(i64::MAX)] {
            let fields = json!({"name": "x", "role": "owner", "expires_days": wrong});
            assert_eq!(read(fields), Err(vec!["expires_days".into()]), "{wrong}");
        }
        assert_eq!(read(json!({"name": "x", "role": "root"})), Err(vec!["role".into()]));
    }
}

//! An upload pass: what lets a page upload for an account without its API key, and do nothing else.

use crate::{
    api::caller::{self, Caller},
    config::Config,
    keys::Keys,
    people::{Right, Who, session::Actor},
    reply::Reply,
    state::{State, now},
    store::accounts,
};
use app::error::ApiError;
use axum::{
    Json,
    extract::{Request, State as Shared},
    middleware::Next,
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

const PURPOSE: &str = "upload";
const MAC: usize = 16;
/// How a pass begins: no API key does.
const MARK: &str = "upload.";
/// Days that a link may last, and lasts where nobody says.
pub const MOST_DAYS: i64 = 90;
pub const USUAL_DAYS: i64 = 7;
const DAY_MS: i64 = 86_400_000;

/// The pass of an account until an instant (Unix milliseconds).
pub fn minted(keys: &Keys, account_id: i64, until: i64) -> String {
    let until = until / 1_000;
    format!("{MARK}{account_id}.{until}.{}", signature(keys, account_id, until))
}

/// The address of the upload page for so many days, and until when it opens.
pub fn link(keys: &Keys, config: &Config, account_id: i64, days: i64, now: i64) -> (String, i64) {
    let until = (now + days * DAY_MS) / 1_000 * 1_000;
    (config.link(&format!("/upload?pass={}", minted(keys, account_id, until))), until)
}

/// The account of a pass that holds at `now`, and until when it does.
pub fn verified(keys: &Keys, pass: &str, now: i64) -> Option<(i64, i64)> {
    let mut parts = pass.strip_prefix(MARK)?.split('.');
    let (account_id, until, given) = (parts.next()?.parse().ok()?, parts.next()?.parse::<i64>().ok()?, parts.next()?);
    let holds: bool = signature(keys, account_id, until).as_bytes().ct_eq(given.as_bytes()).into();
    let until = until.checked_mul(1_000)?;
    (holds && parts.next().is_none() && until > now).then_some((account_id, until))
}

fn signature(keys: &Keys, account_id: i64, until: i64) -> String {
    let message = [account_id, until].map(i64::to_be_bytes).concat();
    BASE64.encode(&keys.signature(PURPOSE, &message)[..MAC])
}

/// Middleware: finds the caller by an upload pass or by an API key, or answers 401.
pub async fn identify(Shared(state): Shared<State>, request: Request, next: Next) -> Result<Response, Reply> {
    let Some((account_id, _)) = bearer(request.headers()).and_then(|pass| verified(&state.keys, pass, now())) else {
        return caller::identify(Shared(state), request, next).await;
    };
    let mut reader = state.store.reader().await?;
    let account = accounts::by_id(reader.conn(), account_id).await?;
    drop(reader);
    let who = Who { actor: Actor::UploadLink, rights: [Right::Edit].into_iter().collect() };
    caller::admit(state, account.ok_or_else(ApiError::unauthorized)?, who, request, next).await
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, pass) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(pass.trim())
}

/// `POST /api/v1/me/upload-links`
pub async fn mint(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    fields: crate::api::fields::Fields,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let days = match fields.0.get("days") {
        None | Some(Value::Null) => Some(USUAL_DAYS),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(other) => other.as_i64(),
    };
    let days = days.filter(|days| (1..=MOST_DAYS).contains(days)).ok_or_else(|| {
        let message = format!("must be a whole number from 1 to {MOST_DAYS}");
        ApiError::flawed(vec![app::error::Flaw::new("days", message)])
    })?;
    let (url, until) = link(&state.keys, &state.config, account.id, days, now());
    Ok((StatusCode::CREATED, Json(json!({ "url": url, "expires_at": crate::spoken::instant(until) }))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_holds_for_its_account_and_its_time() {
        let keys = Keys::from_bytes(&[7; 32]);
        let pass = minted(&keys, 3, 2_000_000);
        assert_eq!(verified(&keys, &pass, 1_999_999), Some((3, 2_000_000)));
        assert_eq!(verified(&keys, &pass, 2_000_000), None, "its time is over");
        for other in
            [pass.replace(".3.", ".4."), pass.replace(".2000.", ".3000."), format!("{pass}.x"), "upload.3".into()]
        {
            assert_eq!(verified(&keys, &other, 0), None, "{other}");
        }
        assert_eq!(verified(&Keys::from_bytes(&[8; 32]), &pass, 0), None, "of another server");
    }
}

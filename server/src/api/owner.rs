//! Owners' own views: `POST /api/v1/me/owner-link` makes a link, `/video/owner/{link}` sets the cookie by which
//! they are told from viewers.

use super::{caller::Caller, engage::is_foreign};
use crate::{
    identity::owner,
    reply::Reply,
    state::{State, now},
};
use app::error::ApiError;
use axum::{
    Json, Router,
    extract::{Path, State as Shared},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

/// Needs [`super::caller::identify`] around it.
pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/me/owner-link", post(link))
}

/// For everyone who has the link.
pub fn pages() -> Router<State> {
    Router::new().route("/video/owner/off", post(close)).route("/video/owner/{link}", get(open))
}

async fn link(Shared(state): Shared<State>, Caller(account): Caller) -> Response {
    let until = now() + owner::LINK_LASTS_MS;
    let url = state.config.link(&owner::path(&state.keys, account.id, until));
    let answer = Json(json!({ "url": url, "expires_at": until }));
    (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

async fn open(Shared(state): Shared<State>, Path(link): Path<String>) -> Response {
    let Some(account_id) = owner::of_link(&state.keys, &link, now()) else {
        let text = "This link is not valid, or no longer. Ask for another one.";
        return page(StatusCode::FORBIDDEN, text, false);
    };
    let text = "From now on, what you watch in this browser is stored, but left out of the reports.";
    with(page(StatusCode::OK, text, true), owner::set(&state.keys, Some(account_id), now()))
}

async fn close(Shared(state): Shared<State>, headers: HeaderMap) -> Result<Response, Reply> {
    if is_foreign(&headers, &state.config.public_url) {
        return Err(ApiError::forbidden("Only the page itself may ask for this.").into());
    }
    let text = "What you watch in this browser counts like everybody else's.";
    Ok(with(page(StatusCode::OK, text, false), owner::set(&state.keys, None, now())))
}

fn with(mut answer: Response, cookies: [HeaderValue; 2]) -> Response {
    for cookie in cookies {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// For the account's own people, and so in one language; the texts are ours.
fn page(status: StatusCode, text: &str, offers_way_back: bool) -> Response {
    let way_back = match offers_way_back {
        true => "<form method=\"post\" action=\"/video/owner/off\"><button>Count my views again</button></form>",
        false => "",
    };
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>Your own views</title>\
         <main><h1>Your own views</h1><p>{text}</p>{way_back}</main></html>"
    );
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "same-origin")];
    (status, headers, Html(html)).into_response()
}

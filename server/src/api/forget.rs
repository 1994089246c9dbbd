//! `POST /video/forget/{token}`: "not you?" on a play page. The cookie goes, and the viewer comes back to
//! the page without the link or token that named somebody. Works without scripts.

use super::engage::is_foreign;
use crate::{identity::cookie, reply::Reply, state::State};
use app::{error::ApiError, ids::Token};
use axum::{
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

pub async fn forget(
    Shared(state): Shared<State>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Reply> {
    if is_foreign(&headers, &state.config.public_url) {
        return Err(ApiError::forbidden("Only the page itself may ask for this.").into());
    }
    let token = Token::try_from(token).map_err(|_| ApiError::not_found("video"))?;
    // On the host that was asked: it may be known under another name than the public one.
    let page = format!("/video/play/{token}");
    let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, page)]).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().append(header::SET_COOKIE, cookie::set(None, false));
    Ok(answer)
}

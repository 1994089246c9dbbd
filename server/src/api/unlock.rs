//! `POST /video/unlock/{token}`: a video's password, by a form that needs no script. The play page answers with
//! the way back to itself, the embed page, and a browser that takes no cookie, with the page.
//! `POST /video/media/{token}`: fresh addresses for the media of a page that has been open for long.

use super::{engage::is_foreign, fields::Fields};
use crate::{
    access::{self, Knock, Mode, grant, password, signed},
    page::{self, Asked},
    reply::{self, Reply},
    state::{State, now},
};
use app::{engage::Surface, error::ApiError, ids::Token, words::Word};
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use url::form_urlencoded;

pub fn routes() -> Router<State> {
    Router::new().route("/video/media/{token}", post(renew))
}

/// The longest body: a password, or a pass, in bytes.
const LIMIT: usize = 16 * 1024;

pub async fn unlock(
    Shared(state): Shared<State>,
    Path(token): Path<String>,
    mut asked: Asked,
    body: Body,
) -> Result<Response, Reply> {
    if is_foreign(&asked.headers, &state.config.public_url) {
        return Err(ApiError::forbidden("Passwords come from our own pages only.").into());
    }
    let fields = Fields::from_form(&super::fields::up_to(body, LIMIT).await?);
    let is_embed = form_urlencoded::parse(asked.query.as_bytes()).any(|(name, _)| name == "embed");
    let surface = if is_embed { Surface::Embed } else { Surface::Play };
    let known = Token::try_from(token.clone()).ok();
    let found = match &known {
        Some(known) => state.catalogue.by_token(known).await.map_err(reply::storage)?,
        None => None,
    };
    let now = now();
    let locked = found.filter(|found| {
        let video = &found.video;
        let there = video.deleted_at.is_none() && video.expires_at.is_none_or(|at| at > now);
        there && video.access.mode == Mode::Password
    });
    let Some(published) = locked else {
        // Whatever it is now, its page says so.
        return Ok(page::show(&state, token, asked, surface, Default::default()).await);
    };
    let video = &published.video;
    if let Err(seconds) = state.guesses.take(video.id, &asked.visitor(&state), now).await {
        let said = asked.lang.with(Word::PasswordLater, &seconds.to_string());
        let mut page = page::locked(&state, &asked, &token, surface, Some(said), 429);
        page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        return Ok(page);
    }
    let hash = video.access.password.as_deref().unwrap_or_default();
    if !password::is(&state, fields.text("password").unwrap_or_default(), hash).await? {
        let said = asked.lang.say(Word::PasswordWrong).to_owned();
        return Ok(page::locked(&state, &asked, &token, surface, Some(said), 403));
    }
    let grant = grant::signed(&state.keys, video, now);
    let cookie = grant::kept(video, &grant, is_embed);
    let query = page::kept_query(&asked.query);
    let mut answer = if !is_embed && grant::takes_cookies(&asked.headers) {
        let mark = if query.is_empty() { "" } else { "?" };
        let to = format!("/video/play/{token}{mark}{query}");
        (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
    } else {
        asked.query = form_urlencoded::Serializer::new(query).append_pair(grant::NAME, &grant).finish();
        page::show(&state, token, asked, surface, Default::default()).await
    };
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// Where somebody goes who has kept the form's address.
pub async fn back(Path(token): Path<String>, asked: Asked) -> Response {
    let Ok(token) = Token::try_from(token) else { return StatusCode::NOT_FOUND.into_response() };
    let is_embed = form_urlencoded::parse(asked.query.as_bytes()).any(|(name, _)| name == "embed");
    let page = if is_embed { "embed" } else { "play" };
    (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/video/{page}/{token}"))]).into_response()
}

async fn renew(
    Shared(state): Shared<State>,
    Path(token): Path<String>,
    asked: Asked,
    body: Body,
) -> Result<Response, Reply> {
    if is_foreign(&asked.headers, &state.config.public_url) {
        return Err(ApiError::forbidden("Addresses are for our own pages only.").into());
    }
    let pass = super::fields::up_to(body, LIMIT).await?;
    let pass = std::str::from_utf8(&pass).ok();
    let token = Token::try_from(token).map_err(|_| ApiError::not_found("video"))?;
    let published = state.catalogue.by_token(&token).await.map_err(reply::storage)?;
    let published = published.ok_or_else(|| ApiError::not_found("video"))?;
    let (video, now) = (&published.video, now());
    if video.deleted_at.is_some() || video.expires_at.is_some_and(|at| at <= now) {
        return Err(ApiError::gone("This video is no longer available.").into());
    }
    let knock = Knock { headers: &asked.headers, query: "", pass };
    access::admit(&state, video, &knock, now).await?;
    // An allow-list lets only pages in that were framed where they may be: their pass says so.
    if video.is_signed() && !access::has_pass(&state, video, pass, now) {
        return Err(ApiError::forbidden("The page has been open for too long. Load it again.").into());
    }
    let fresh: Value = json!({ "media": signed::base(&state.keys, video, now) });
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(fresh)).into_response())
}

//! Who may see a video's page, and what the others get to see.

use super::{Asked, html};
use crate::{
    access::{self, Knock, Refused, grant},
    catalogue::Published,
    framing::Frames,
    identity::cookie,
    state::{State, now},
    store::{jobs, videos::Video},
};
use app::{
    engage::Surface,
    ids::Token,
    page::closed::{Closed, ClosedPage, ClosedPageProps},
    words::Lang,
};
use axum::response::Response;
use http::{HeaderMap, header};
use std::sync::Arc;
use url::form_urlencoded;

/// The video of a token, or why it can't be watched.
pub async fn watchable(
    state: &State,
    token: String,
    asked: &Asked,
    surface: Surface,
) -> Result<Arc<Published>, Closed> {
    let token = Token::try_from(token).map_err(|_| Closed::Unknown)?;
    let found = state.catalogue.by_token(&token).await.map_err(|error| {
        crate::reply::storage(error);
        Closed::Unwell
    })?;
    let published = found.ok_or(Closed::Unknown)?;
    let video = &published.video;
    if video.deleted_at.is_some() || video.expires_at.is_some_and(|at| at <= now()) {
        return Err(Closed::Gone);
    }
    let knock = Knock { headers: &asked.headers, query: &asked.query, pass: None };
    let refused = access::refusal(state, video, &knock, now()).await.map_err(|error| {
        crate::reply::storage(error);
        Closed::Unwell
    })?;
    match refused {
        Some(Refused::UsedUp) => return Err(Closed::Gone),
        Some(Refused::Account) => return Err(Closed::ForSome),
        Some(Refused::Password) => {
            return Err(Closed::Locked { action: unlocks(asked, &video.token, surface), said: None, status: 403 });
        }
        None => {}
    }
    match video.state.as_str() {
        "processing" => Err(Closed::Processing(percent(state, video).await)),
        "failed" => Err(Closed::Failed(video.error.clone().unwrap_or_default())),
        _ => Ok(published),
    }
}

/// Where the form for a video's password is sent.
fn unlocks(asked: &Asked, token: &str, surface: Surface) -> String {
    let embed = if surface == Surface::Embed { "embed=&" } else { "" };
    let path = format!("/video/unlock/{token}?{embed}{}", kept_query(&asked.query));
    path.trim_end_matches(['?', '&']).to_owned()
}

/// What an address asks for, without what the form for a password adds to it.
pub fn kept_query(query: &str) -> String {
    let kept =
        form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !matches!(name.as_ref(), "embed" | grant::NAME));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
}

/// The page that asks for a video's password, with what is wrong.
pub fn locked(
    state: &State,
    asked: &Asked,
    token: &str,
    surface: Surface,
    said: Option<String>,
    status: u16,
) -> Response {
    let frames = if surface == Surface::Embed { Frames::Anyone } else { Frames::Nobody };
    refuse(state, asked.lang, Closed::Locked { action: unlocks(asked, token, surface), said, status }, &frames)
}

/// How far a video's preparation is; a page can do without.
async fn percent(state: &State, video: &Video) -> Option<i64> {
    let mut reader = state.store.reader().await.ok()?;
    let job = jobs::under_way(reader.conn(), video.account_id, video.id).await.ok()?.into_iter().next()?;
    Some(state.jobs.reached(job.id).map_or(job.percent, |reached| reached.percent))
}

/// The allow-list of an embed, held against the page that frames it. A page that hides its address
/// is let through: `frame-ancestors` holds there all the same.
pub fn is_allowed_here(state: &State, video: &Video, headers: &HeaderMap) -> bool {
    let Some(allowed) = &video.embed_hosts else { return true };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::HeaderName::from_static("sec-fetch-dest")).is_some_and(|dest| dest == "document")
        || text(header::HeaderName::from_static("sec-fetch-site")).is_some_and(|site| site == "same-origin")
    {
        return true;
    }
    let parent = text(header::REFERER).and_then(|referer| url::Url::parse(referer).ok());
    let Some(parent) = parent else { return true };
    // A proxy may have rewritten the host, so our public address counts as well.
    let origin = parent.origin().ascii_serialization();
    let is_ours = origin == state.config.public_url.origin().ascii_serialization()
        || text(header::HOST).is_some_and(|host| origin.split_once("://").is_some_and(|(_, named)| named == host));
    is_ours || access::hosts::has(allowed, &parent)
}

/// The page that says why there is no video.
pub fn refuse(state: &State, lang: Lang, closed: Closed, frames: &Frames<'_>) -> Response {
    let status = closed.status();
    // Where a password would be kept: is there such a place?
    let asks = matches!(closed, Closed::Locked { .. }) && matches!(frames, Frames::Nobody);
    let probe = (asks && cookie::is_possible(&state.config)).then(grant::probe);
    let embedded = !matches!(frames, Frames::Nobody);
    let mut page =
        html(state, lang, status, "/", frames, move |frame| ClosedPage(ClosedPageProps { frame, closed, embedded }));
    if let Some(probe) = probe {
        page.headers_mut().append(header::SET_COOKIE, probe);
    }
    page
}

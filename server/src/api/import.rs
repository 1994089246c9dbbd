//! `POST /api/v1/me/video/import`: a video from an address. It has its links at once, its file later.

use super::{
    caller::Caller,
    fields::Fields,
    videos::{change, imported, is_of},
};
use crate::{
    egress,
    jobs::begin::{self, About},
    reply::Reply,
    state::{State, now},
    store::{
        Conn, import_keys,
        jobs::{self, Source, WAITING},
        videos,
    },
};
use app::error::{ApiError, Flaw};
use axum::{Json, Router, extract::State as Shared, routing::post};
use http::HeaderMap;
use serde_json::Value;
use url::Url;

/// Needs [`super::caller::identify`] around it.
pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/me/video/import", post(import))
}

/// The longest address, and the longest name of an import, in characters.
const URL: usize = 4_096;
const KEY: usize = 255;
/// Jobs of one account that may receive, wait or run.
const WAITING_AT_ONCE: i64 = 1_000;

/// What is to be imported, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wish {
    about: About,
    source: Source,
    key: Option<String>,
}

async fn import(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Json<Value>, Reply> {
    let wish = Wish::read(&fields, &headers, &state)?;
    // A client that leaves can't break the transaction in half.
    let done = tokio::spawn(async move {
        match keep(&state, account.id, wish.clone()).await {
            // Somebody asked the same at the same moment, and was faster.
            Err(Refused::Taken) => keep(&state, account.id, wish).await,
            kept => kept,
        }
    });
    let done = done.await.map_err(|_| ApiError::internal())?;
    Ok(Json(done.map_err(|refused| match refused {
        Refused::Taken => ApiError::unavailable(1).into(),
        Refused::For(reply) => reply,
    })?))
}

enum Refused {
    /// The name of the import has been taken meanwhile.
    Taken,
    For(Reply),
}

impl<E: Into<Reply>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::For(error.into())
    }
}

async fn keep(state: &State, account_id: i64, wish: Wish) -> Result<Value, Refused> {
    let now = now();
    let mut tx = state.store.begin().await?;
    let url = wish.source.url.clone().unwrap_or_default();
    if let Some(key) = &wish.key
        && let Some(known) = import_keys::find(tx.conn(), account_id, key).await?
    {
        if known.url != url {
            return Err(ApiError::flawed(vec![Flaw::new("idempotency_key", "was used for another address")]).into());
        }
        let video = videos::by_id(tx.conn(), known.video_id).await?.filter(|video| is_of(video, account_id));
        let gone = || ApiError::gone("The video of this idempotency key was deleted.");
        let video = video.ok_or_else(gone)?;
        let job = jobs::of_video(tx.conn(), account_id, video.id).await?.last().map(|job| job.id);
        return Ok(imported(&video, &state.config, job));
    }
    room_for_one(tx.conn(), account_id).await?;
    let (video, job) = begin::import(&mut tx, account_id, wish.about, wish.source, WAITING, now).await?;
    if let Some(key) = &wish.key {
        let taken = import_keys::insert(tx.conn(), account_id, key, &url, video.id, now).await?;
        if !taken {
            return Err(Refused::Taken);
        }
    }
    tx.commit().await?;
    state.jobs.bell.notify_one();
    Ok(imported(&video, &state.config, Some(job.id)))
}

/// May one more of the account's videos come in?
///
/// # Errors
/// 429 while too many are on their way.
pub async fn room_for_one(conn: Conn<'_>, account_id: i64) -> Result<(), Reply> {
    if jobs::open_of_account(conn, account_id).await? >= WAITING_AT_ONCE {
        return Err(ApiError::too_many(60, "Too many videos are on their way; send this one again later.").into());
    }
    Ok(())
}

impl Wish {
    fn read(fields: &Fields, headers: &HeaderMap, state: &State) -> Result<Self, ApiError> {
        let mut flaws = Vec::new();
        let (about, source) = (about(fields, &mut flaws), source(fields, state, &mut flaws));
        let named = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        let key = named.or_else(|| fields.text("idempotency_key")).map(str::trim).filter(|key| !key.is_empty());
        if key.is_some_and(|key| key.chars().count() > KEY) {
            flaws.push(Flaw::new("idempotency_key", format!("may have at most {KEY} characters")));
        }
        let key = key.map(str::to_owned);
        let Some(mut about) = about else { return Err(ApiError::flawed(flaws)) };
        if !flaws.is_empty() {
            return Err(ApiError::flawed(flaws));
        }
        if about.title.is_empty() {
            let url = source.url.as_deref().and_then(|url| Url::parse(url).ok());
            let path = url.map(|url| url.path().to_owned()).unwrap_or_default();
            about.title = begin::title_of(&percent_encoding::percent_decode_str(&path).decode_utf8_lossy());
        }
        Ok(Self { about, source, key })
    }
}

/// Title, which may be left out, and description.
pub fn about(fields: &Fields, flaws: &mut Vec<Flaw>) -> Option<About> {
    let mut read = |name: &str, read: fn(&Value) -> Result<String, String>| match fields.0.get(name) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) if text.trim().is_empty() => Some(String::new()),
        Some(value) => read(value).map_err(|message| flaws.push(Flaw::new(name, message))).ok(),
    };
    let (title, description) = (read("title", change::title), read("description", change::description));
    Some(About { title: title?, description: description? })
}

/// Where the file is fetched from, and what is told of it.
pub fn source(fields: &Fields, state: &State, flaws: &mut Vec<Flaw>) -> Source {
    let url = fields.text("URL").or_else(|| fields.text("url")).map(str::trim).unwrap_or_default();
    let checked = match url {
        "" => Err(Flaw::new("url", "is missing")),
        _ if url.chars().count() > URL => Err(Flaw::new("url", format!("may have at most {URL} characters"))),
        _ => egress::check_readable(url, &state.config.egress_allow),
    };
    let url = checked.map(String::from).map_err(|flaw| flaws.push(flaw)).ok();
    Source { url, sha256: sha256(fields, flaws), poster_at: poster_at(fields, flaws) }
}

pub fn sha256(fields: &Fields, flaws: &mut Vec<Flaw>) -> Option<String> {
    let text = fields.text("sha256").map(str::trim).filter(|text| !text.is_empty())?;
    let is_hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_hex {
        flaws.push(Flaw::new("sha256", "must be 64 hexadecimal digits"));
    }
    is_hex.then(|| text.to_ascii_lowercase())
}

/// Seconds, as a number or as text.
pub fn poster_at(fields: &Fields, flaws: &mut Vec<Flaw>) -> Option<i64> {
    let value = fields.0.get("poster_at_s").filter(|value| !value.is_null())?;
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    let seconds = seconds.filter(|s: &f64| (0.0..=1_000_000.0).contains(s));
    if seconds.is_none() {
        flaws.push(Flaw::new("poster_at_s", "must be seconds, 0 or more"));
    }
    seconds.map(|s| (s * 1_000.0).round() as i64)
}

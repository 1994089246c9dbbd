//! A video's file and its poster: the first one from a form, and others in their place.

use super::{super::caller::Caller, imported, is_of, of_caller, on_wire, unknown};
use crate::{
    add::Work,
    api::{
        fields::{self, Fields, Format},
        import,
        uploads::form::{self, For},
    },
    jobs::{begin, cancel_all, told},
    media::{
        Media,
        poster::{self, PosterError, When},
        probe::Probe,
    },
    pictures,
    reply::Reply,
    state::{State, now},
    store::{
        garbage,
        jobs::WAITING,
        videos::{self, Video},
    },
};
use app::error::{ApiError, Flaw};
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, State as Shared},
    routing::{post, put},
};
use http::{HeaderMap, StatusCode};
use object_store::path::Path as Stored;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/videos", post(form::create))
        .route("/api/v1/videos/{id}/media", put(replace))
        .route("/api/v1/videos/{id}/poster", put(set_poster).delete(reset_poster))
        // They have limits of their own.
        .layer(DefaultBodyLimit::disable())
}

/// How long files that nothing names any more may still be asked for.
const FORMER_MS: i64 = 3_600_000;

/// Another file for a video: its token, statistics and everything its owner has added stay. It plays the old one
/// until the new one is ready.
async fn replace(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    if Format::of(request.headers()).is_none() {
        let form = Multipart::from_request(request, &state).await;
        let (video, upload) = form::taken(&state, account.id, For::Video(video.id), form).await?;
        return Ok((StatusCode::ACCEPTED, Json(imported(&video, &state.config, Some(upload.id)))));
    }
    let fields = Fields::from_request(request, &state).await?;
    let mut flaws = Vec::new();
    let source = import::source(&fields, &state, &mut flaws);
    if !flaws.is_empty() {
        return Err(ApiError::flawed(flaws).into());
    }
    let begun = tokio::spawn(async move {
        let now = now();
        let mut tx = state.store.begin().await?;
        import::room_for_one(tx.conn(), account.id).await?;
        videos::hold(tx.conn(), account.id, video.id).await?;
        let found = videos::by_id(tx.conn(), video.id).await?;
        let video = found.filter(|video| is_of(video, account.id)).ok_or_else(unknown)?;
        let cancelled = cancel_all(&mut tx, account.id, video.id, now).await?;
        let job = begin::replace(&mut tx, &video, source, WAITING, now).await?;
        tx.commit().await?;
        cancelled.into_iter().for_each(|job| state.jobs.ended(job));
        state.jobs.bell.notify_one();
        Ok::<_, Reply>((StatusCode::ACCEPTED, Json(imported(&video, &state.config, Some(job.id)))))
    });
    begun.await.map_err(|_| ApiError::internal())?
}

/// A poster: a picture as the body, or as JSON `{"at_s": 12.5}` or `{"url": "https://…"}`.
async fn set_poster(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let from = match Format::of(&headers) {
        Some(_) => wished(&state, &Fields::read(&headers, &fields::whole(body).await?)?).await?,
        None => From::Picture(fields::up_to(body, pictures::LARGEST).await?.into()),
    };
    poster_from(state, video, from).await
}

async fn reset_poster(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    poster_from(state, video, From::Video(When::Best)).await
}

enum From {
    Picture(Vec<u8>),
    Video(When),
}

async fn wished(state: &State, fields: &Fields) -> Result<From, Reply> {
    if let Some(url) = fields.text("url").map(str::trim).filter(|url| !url.is_empty()) {
        let picture = pictures::fetch(&state.egress, url).await;
        return Ok(From::Picture(picture.map_err(|why| flawed("url", why.to_string()))?));
    }
    let at = fields.0.get("at_s").and_then(|value| value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()));
    let at = at.filter(|at| (0.0..=1_000_000.0).contains(at));
    let at = at.ok_or_else(|| flawed("at_s", "must be seconds, unless url names a picture or the body is one"))?;
    Ok(From::Video(When::At((at * 1_000.0).round() as i64)))
}

fn flawed(field: &str, message: impl Into<String>) -> Reply {
    ApiError::flawed(vec![Flaw::new(field, message)]).into()
}

async fn poster_from(state: State, video: Video, from: From) -> Result<Json<Value>, Reply> {
    let kept = tokio::spawn(async move {
        let own = !matches!(from, From::Video(When::Best));
        let work = Work::new(&state.config.data_folder()).map_err(|error| unkept(&error))?;
        let size = match from {
            From::Picture(bytes) => {
                if pictures::ending(&bytes).is_none() {
                    return Err(flawed("poster", "is not a PNG, JPEG, GIF, WebP or AVIF picture"));
                }
                let picture = work.path().join("given");
                tokio::fs::write(&picture, bytes).await.map_err(|error| unkept(&error))?;
                let made = poster::of_picture(&picture, work.path()).await;
                Some(made.map_err(|error| unmade(&error, "poster", "can't be read"))?)
            }
            From::Video(when) => {
                let name = video.files.media.as_deref().ok_or_else(|| flawed("at_s", "the video has no file yet"))?;
                let (account_id, path) = (video.account_id, Media::path(video.account_id, video.id, name));
                let source = here(&state, &path, work.path()).await?;
                let probe = Probe::of(&source).await.map_err(|error| {
                    tracing::error!(%error, account_id, %path, "a video can't be read");
                    ApiError::unavailable(60)
                })?;
                if let When::At(at) = when
                    && at > probe.duration_ms
                {
                    return Err(flawed("at_s", "lies behind the end of the video"));
                }
                let made = poster::make(&source, &probe, when, work.path()).await;
                made.map_err(|error| unmade(&error, "at_s", "no picture can be read there"))?;
                None
            }
        };
        store(&state, &video, &work, own, size).await
    });
    kept.await.map_err(|_| ApiError::internal())?.map(Json)
}

/// The stored file on this machine's disk: where it is, or a copy.
async fn here(state: &State, path: &Stored, folder: &std::path::Path) -> Result<PathBuf, Reply> {
    if let Some(root) = state.media.folder() {
        return Ok(root.join(path.as_ref()));
    }
    let copy = folder.join("video");
    let mut to = tokio::fs::File::create(&copy).await.map_err(|error| unkept(&error))?;
    state.media.append_to(path, &mut to).await.map_err(|error| unkept(&error))?;
    to.sync_all().await.map_err(|error| unkept(&error))?;
    Ok(copy)
}

/// Stores both under names of their own, since the old ones are known by theirs.
async fn store(state: &State, video: &Video, work: &Work, own: bool, size: Option<(u32, u32)>) -> Result<Value, Reply> {
    let bytes = tokio::fs::read(work.path().join(poster::PLAIN)).await.map_err(|error| unkept(&error))?;
    let stem = format!("poster-{}", hex::encode(&Sha256::digest(&bytes)[..6]));
    let names = [format!("{stem}.jpg"), format!("{stem}_play.jpg")];
    for (name, made) in names.iter().zip([poster::PLAIN, poster::WITH_MARK]) {
        let path = Media::path(video.account_id, video.id, name);
        state.media.put_file(&path, &work.path().join(made)).await.map_err(|error| unkept(&error))?;
    }
    let now = now();
    let mut tx = state.store.begin().await?;
    videos::hold(tx.conn(), video.account_id, video.id).await?;
    let found = videos::by_id(tx.conn(), video.id).await?;
    let mut video = found.filter(|found| is_of(found, video.account_id)).ok_or_else(unknown)?;
    let [plain, with_mark] = names;
    let old = [video.files.poster.replace(plain), video.files.poster_play.replace(with_mark)];
    video.files.facts.own_poster = own;
    video.files.facts.poster_size = size;
    for name in old.into_iter().flatten().filter(|name| !video.files.has(name)) {
        let path = Media::path(video.account_id, video.id, &name);
        garbage::insert(tx.conn(), video.account_id, path.as_ref(), now + FORMER_MS).await?;
    }
    for name in [&video.files.poster, &video.files.poster_play].into_iter().flatten() {
        // One that was there before, and is again.
        let path = Media::path(video.account_id, video.id, name).to_string();
        garbage::delete(tx.conn(), &garbage::Garbage { account_id: video.account_id, path }).await?;
    }
    videos::set_prepared(tx.conn(), &video).await?;
    tx.commit().await?;
    told::forget(state, &video).await;
    Ok(on_wire(&video, &state.config, &state.keys))
}

fn unmade(error: &PosterError, field: &str, message: &str) -> Reply {
    tracing::info!(%error, "no poster");
    match error {
        PosterError::Tool(crate::media::child::ChildError::Missing(_)) => {
            let message = "This server has no ffmpeg, which makes posters.";
            ApiError { status: 501, code: 501, ..ApiError::bad_request("no_ffmpeg", message) }.into()
        }
        PosterError::Tool(_) => flawed(field, message),
        PosterError::Io(error) => unkept(error),
    }
}

fn unkept(error: &dyn std::error::Error) -> Reply {
    tracing::error!(%error, "a poster was not kept");
    ApiError::unavailable(5).into()
}

//! Captions in several languages (WebVTT, or SRT that becomes it), and chapters.

use super::{super::caller::Caller, is_of, of_caller, on_wire, unknown, video_id};
use crate::{
    api::fields::{self, Fields, Format},
    jobs::told,
    media::{
        Media,
        subtitles::{self, LONGEST},
    },
    reply::Reply,
    state::{State, now},
    store::{
        garbage,
        videos::{self, Files, Video},
    },
};
use app::{
    error::{ApiError, Flaw},
    film::Track,
};
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, State as Shared},
    routing::{get, put},
};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/videos/{id}/captions", get(captions))
        .route("/api/v1/videos/{id}/captions/{lang}", put(set_captions).delete(remove_captions))
        .route("/api/v1/videos/{id}/chapters", get(chapters).put(set_chapters).delete(remove_chapters))
}

/// Languages of one video, chapters, and the longest name of either, in characters.
const LANGS: usize = 100;
const CHAPTERS: usize = 1_000;
const NAME: usize = 200;
/// How long files that nothing names any more may still be asked for.
const FORMER_MS: i64 = 3_600_000;

#[derive(Deserialize)]
struct Asked {
    label: Option<String>,
}

async fn captions(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    Ok(Json(json!({ "items": on_wire(&video, &state.config, &state.keys)["captions"], "next": null })))
}

async fn set_captions(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path((id, lang)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    body: Body,
) -> Result<Json<Value>, Reply> {
    let id = video_id(&id)?;
    let bytes = fields::up_to(body, LONGEST).await?;
    let mut flaws = Vec::new();
    if !is_lang(&lang) {
        flaws.push(Flaw::new("lang", "must be a language such as en or pt-BR (BCP 47)"));
    }
    let label = asked.label.unwrap_or_default().trim().to_owned();
    if label.chars().count() > NAME {
        flaws.push(Flaw::new("label", format!("may have at most {NAME} characters")));
    }
    let text = subtitles::webvtt(&bytes).map_err(|why| flaws.push(Flaw::new("captions", why.to_string()))).ok();
    let (Some(text), []) = (text, flaws.as_slice()) else { return Err(ApiError::flawed(flaws).into()) };
    let label = if label.is_empty() { subtitles::label(&lang).to_owned() } else { label };
    let src = format!("captions.{lang}.{}.vtt", hash(&text));
    change(state, account.id, id, Some((src.clone(), text)), move |files| {
        let track = Track { src, lang, label };
        match files.captions.iter().position(|known| known.lang.eq_ignore_ascii_case(&track.lang)) {
            Some(place) => files.captions[place] = track,
            None if files.captions.len() >= LANGS => {
                return Err(ApiError::flawed(vec![Flaw::new("lang", format!("a video may have at most {LANGS}"))]));
            }
            None => files.captions.push(track),
        }
        Ok(())
    })
    .await
}

async fn remove_captions(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path((id, lang)): Path<(String, String)>,
) -> Result<Json<Value>, Reply> {
    let id = video_id(&id)?;
    change(state, account.id, id, None, move |files| {
        let before = files.captions.len();
        files.captions.retain(|track| !track.lang.eq_ignore_ascii_case(&lang));
        if files.captions.len() == before { Err(ApiError::not_found("captions")) } else { Ok(()) }
    })
    .await
}

async fn chapters(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let chapters = match video.files.chapters {
        Some(_) => state
            .contents
            .of(&video)
            .await
            .iter()
            .map(|line| json!({ "at_s": line.from_ms as f64 / 1_000.0, "title": line.text }))
            .collect(),
        None => Vec::new(),
    };
    Ok(Json(json!({ "chapters": chapters })))
}

/// WebVTT as the body, or JSON: `{"chapters": [{"at_s": 0, "title": "Begin"}]}`.
async fn set_chapters(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Reply> {
    let video = of_caller(&state, account.id, &id).await?;
    let text = match Format::of(&headers) {
        Some(Format::Json) => {
            let fields = Fields::read(&headers, &fields::whole(body).await?)?;
            let list = read(&fields, video.duration_ms).map_err(ApiError::flawed)?;
            subtitles::of_chapters(&list, video.duration_ms.unwrap_or(0))
        }
        _ => {
            let bytes = fields::up_to(body, LONGEST).await?;
            subtitles::webvtt(&bytes).map_err(|why| ApiError::flawed(vec![Flaw::new("chapters", why.to_string())]))?
        }
    };
    let name = format!("chapters.{}.vtt", hash(&text));
    let file = (name.clone(), text);
    change(state, account.id, video.id, Some(file), move |files| {
        files.chapters = Some(name);
        Ok(())
    })
    .await
}

async fn remove_chapters(
    Shared(state): Shared<State>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Reply> {
    let id = video_id(&id)?;
    change(state, account.id, id, None, |files| {
        files.chapters = None;
        Ok(())
    })
    .await
}

/// Chapters of a JSON list, in the order of time.
fn read(fields: &Fields, duration_ms: Option<i64>) -> Result<Vec<(i64, String)>, Vec<Flaw>> {
    let Some(Value::Array(list)) = fields.0.get("chapters") else {
        return Err(vec![Flaw::new("chapters", "must be a list of objects with at_s and title")]);
    };
    if list.is_empty() || list.len() > CHAPTERS {
        return Err(vec![Flaw::new("chapters", format!("needs 1 to {CHAPTERS}; DELETE takes all away"))]);
    }
    let (mut chapters, mut flaws) = (Vec::new(), Vec::new());
    for (n, one) in list.iter().enumerate() {
        let at =
            one["at_s"].as_f64().filter(|at| (0.0..=1_000_000.0).contains(at)).map(|at| (at * 1_000.0).round() as i64);
        let at = at.filter(|at| duration_ms.is_none_or(|end| *at < end));
        if at.is_none() {
            flaws.push(Flaw::new(
                format!("chapters[{n}].at_s"),
                "must be seconds, 0 or more, before the end of the video",
            ));
        }
        let title = one["title"].as_str().map(str::trim).filter(|title| (1..=NAME).contains(&title.chars().count()));
        if title.is_none() {
            flaws.push(Flaw::new(format!("chapters[{n}].title"), format!("needs 1 to {NAME} characters")));
        }
        chapters.extend(at.zip(title.map(str::to_owned)));
    }
    chapters.sort_by_key(|(at, _)| *at);
    if chapters.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        flaws.push(Flaw::new("chapters", "has two at one time"));
    }
    if flaws.is_empty() { Ok(chapters) } else { Err(flaws) }
}

/// Stores a file and lets the video name it, or no longer.
async fn change(
    state: State,
    account_id: i64,
    id: i64,
    file: Option<(String, String)>,
    apply: impl FnOnce(&mut Files) -> Result<(), ApiError> + Send + 'static,
) -> Result<Json<Value>, Reply> {
    let done = tokio::spawn(async move {
        let mut reader = state.store.reader().await?;
        let found = videos::by_id(reader.conn(), id).await?;
        drop(reader);
        // Nothing is stored for a video that is not the caller's.
        found.filter(|video| is_of(video, account_id)).ok_or_else(unknown)?;
        let stored = file.as_ref().map(|(name, _)| Media::path(account_id, id, name));
        if let (Some(path), Some((_, text))) = (&stored, file) {
            state.media.put(path, text).await.map_err(|error| {
                tracing::error!(%error, "a text was not stored");
                ApiError::unavailable(5)
            })?;
        }
        let now = now();
        let mut tx = state.store.begin().await?;
        videos::hold(tx.conn(), account_id, id).await?;
        let found = videos::by_id(tx.conn(), id).await?;
        let mut video: Video = found.filter(|video| is_of(video, account_id)).ok_or_else(unknown)?;
        let before: Vec<String> = texts(&video.files);
        apply(&mut video.files)?;
        let after = texts(&video.files);
        for name in before.into_iter().filter(|name| !after.contains(name)) {
            garbage::insert(tx.conn(), account_id, Media::path(account_id, id, &name).as_ref(), now + FORMER_MS)
                .await?;
        }
        if let Some(path) = stored {
            // One that was there before, and is again.
            garbage::delete(tx.conn(), &garbage::Garbage { account_id, path: path.to_string() }).await?;
        }
        videos::set_prepared(tx.conn(), &video).await?;
        tx.commit().await?;
        told::forget(&state, &video).await;
        Ok::<_, Reply>(on_wire(&video, &state.config, &state.keys))
    });
    done.await.map_err(|_| ApiError::internal())?.map(Json)
}

fn texts(files: &Files) -> Vec<String> {
    files.captions.iter().map(|track| track.src.clone()).chain(files.chapters.clone()).collect()
}

fn hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..6])
}

/// Is it a language tag such as browsers know (BCP 47, without its rarer forms)?
fn is_lang(text: &str) -> bool {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
    let begins = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
    begins && text.len() <= 35 && parts.all(|part| (2..=8).contains(&part.len()) && plain(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_a_tag() {
        for tag in ["en", "pt-BR", "zh-Hant-TW", "und"] {
            assert!(is_lang(tag), "{tag}");
        }
        for tag in ["", "e", "english", "en_US", "en-", "../x", "e1", "en-a b"] {
            assert!(!is_lang(tag), "{tag}");
        }
    }

    #[test]
    fn chapters_are_put_in_order_and_every_flaw_is_named() {
        let read = |json: Value| {
            let Value::Object(fields) = json else { panic!("an object") };
            read(&Fields(fields), Some(60_000))
                .map_err(|flaws| flaws.into_iter().map(|flaw| flaw.field).collect::<Vec<_>>())
        };
        let chapters = json!({"chapters": [{"at_s": 30.5, "title": " B "}, {"at_s": 0, "title": "A"}]});
        assert_eq!(read(chapters), Ok(vec![(0, "A".into()), (30_500, "B".into())]));
        let wrong = json!({"chapters": [{"at_s": 60, "title": "A"}, {"at_s": -1, "title": ""}, {"at_s": 2, "title": "x"}, {"at_s": 2, "title": "y"}]});
        assert_eq!(
            read(wrong),
            Err(["chapters[0].at_s", "chapters[1].at_s", "chapters[1].title", "chapters"].map(String::from).into())
        );
        for empty in [json!({}), json!({"chapters": []}), json!({"chapters": "x"})] {
            assert_eq!(read(empty), Err(vec!["chapters".into()]));
        }
    }
}

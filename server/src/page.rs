//! The pages that viewers see. A video is looked up before anything is rendered, so the status is right.

use crate::{
    assets,
    catalogue::Published,
    framing::{self, Frames, may_frame},
    identity::{PASS_LASTS_MS, Pass},
    keys::random,
    state::{State, now},
    store::videos::Video,
    visitor::Visitor,
};
use app::{
    film::{Film, Sound, Track},
    ids::Token,
    page::{
        Assets, Frame,
        closed::{Closed, ClosedPage, ClosedPageProps},
        embed::{EmbedPage, EmbedPageProps},
        home::{HomePage, HomePageProps},
        play::{About, PlayPage, PlayPageProps},
    },
    player::Options,
};
use axum::{
    extract::{ConnectInfo, Path, RawQuery, State as Shared},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
};

static ASSETS: LazyLock<Assets> = LazyLock::new(assets::names);

/// How a page's address asks the player to start; what is unknown or malformed is ignored.
fn options(query: Option<&str>) -> Options {
    let mut options = Options::default();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let yes = matches!(value.as_ref(), "1" | "true");
        match name.as_ref() {
            "autoplay" => options.autoplay = yes,
            "muted" => options.muted = yes,
            "loop" => options.looped = yes,
            "t" | "start" => options.start_s = seconds(&value).filter(|s| *s > 0.0),
            _ => {}
        }
    }
    options
}

/// Seconds written as `90`, `1m30s` or `1:30`.
fn seconds(text: &str) -> Option<f64> {
    let parts: Vec<&str> = if text.contains(':') {
        text.split(':').collect()
    } else if text.ends_with(['s', 'm', 'h']) {
        return named(text);
    } else {
        vec![text]
    };
    if parts.len() > 3 {
        return None;
    }
    parts.into_iter().try_fold(0.0, |total, part| {
        let n: f64 = part.parse().ok()?;
        (0.0..1e6).contains(&n).then_some(total * 60.0 + n)
    })
}

/// Seconds written with units: `1h2m3s`.
fn named(text: &str) -> Option<f64> {
    let (mut total, mut digits) = (0.0, String::new());
    for letter in text.chars() {
        let unit = match letter {
            'h' => 3_600.0,
            'm' => 60.0,
            's' => 1.0,
            digit => {
                digits.push(digit);
                continue;
            }
        };
        let n: f64 = std::mem::take(&mut digits).parse().ok()?;
        total += (0.0..1e6).contains(&n).then_some(n * unit)?;
    }
    digits.is_empty().then_some(total)
}

/// `GET /video/play/{token}`
pub async fn play(
    Shared(state): Shared<State>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let published = match watchable(&state, token).await {
        Ok(published) => published,
        Err(closed) => return refuse(&state, closed, &Frames::Nobody),
    };
    let video = &published.video;
    let film = match film(&state, &published, peer, &headers).await {
        Ok(film) => film,
        Err(error) => return unwell(&state, error, &Frames::Nobody),
    };
    let about = About {
        views: published.plays,
        date: day(video.created_at),
        owner: published.owner.clone(),
        share_url: state.config.link(&format!("/video/play/{}", video.token)),
        embed_url: state.config.link(&format!("/video/embed/{}", video.token)),
    };
    let options = options(query.as_deref());
    html(&state, 200, &format!("/video/play/{}", video.token), &Frames::Nobody, move |frame| {
        PlayPage(PlayPageProps { frame, film, about, options })
    })
}

/// `GET /video/embed/{token}`: never redirects, so that the frame's address stays as its parent wrote it.
pub async fn embed(
    Shared(state): Shared<State>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let published = match watchable(&state, token).await {
        Ok(published) => published,
        Err(closed) => return refuse(&state, closed, &Frames::Anyone),
    };
    let video = &published.video;
    if !is_allowed_here(&state, video, &headers) {
        return refuse(&state, Closed::NotHere(None), &Frames::Anyone);
    }
    let film = match film(&state, &published, peer, &headers).await {
        Ok(film) => film,
        Err(error) => return unwell(&state, error, &Frames::Anyone),
    };
    let options = options(query.as_deref());
    html(&state, 200, &format!("/video/play/{}", video.token), &Frames::Of(video), move |frame| {
        EmbedPage(EmbedPageProps { frame, film, options })
    })
}

/// `GET /`
pub async fn home(Shared(state): Shared<State>) -> Response {
    html(&state, 200, "/", &Frames::Nobody, |frame| HomePage(HomePageProps { frame }))
}

/// Every address that is nobody's.
pub async fn nowhere(Shared(state): Shared<State>) -> Response {
    refuse(&state, Closed::Unknown, &Frames::Nobody)
}

/// The video of a token, or why it can't be watched.
async fn watchable(state: &State, token: String) -> Result<Arc<Published>, Closed> {
    let token = Token::try_from(token).map_err(|_| Closed::Unknown)?;
    let found = state.catalogue.by_token(&token).await.map_err(|error| {
        crate::reply::storage(error);
        Closed::Unwell
    })?;
    let published = found.ok_or(Closed::Unknown)?;
    let video = &published.video;
    let expired = video.expires_at.is_some_and(|at| at <= now());
    match video.state.as_str() {
        _ if expired || video.deleted_at.is_some() => Err(Closed::Gone),
        "processing" => Err(Closed::Processing),
        "failed" => Err(Closed::Failed(video.error.clone().unwrap_or_default())),
        _ => Ok(published),
    }
}

/// The allow-list of an embed, held against the page that frames it. A page that hides its address
/// is let through: `frame-ancestors` holds there all the same.
fn is_allowed_here(state: &State, video: &Video, headers: &HeaderMap) -> bool {
    let Some(allowed) = &video.embed_hosts else { return true };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::HeaderName::from_static("sec-fetch-dest")).is_some_and(|dest| dest == "document") {
        return true;
    }
    let parent = text(header::REFERER).and_then(|referer| url::Url::parse(referer).ok());
    let Some(host) = parent.as_ref().and_then(|url| url.host_str()) else { return true };
    state.config.public_url.host_str() == Some(host) || may_frame(allowed, host)
}

async fn film(
    state: &State,
    published: &Published,
    peer: SocketAddr,
    headers: &HeaderMap,
) -> crate::store::Result<Film> {
    let (video, now) = (&published.video, now());
    let salt = state.salts.of(&state.store, now).await?;
    let viewer_id = Visitor::new(peer, headers, &state.config).viewer_id(&salt, video.account_id);
    let duration_ms = video.duration_ms.unwrap_or(0);
    let file = |name: &str| format!("/media/{}/{name}", video.token);
    let pass = Token::try_from(video.token.clone()).map(|token| {
        let expires_at = now + PASS_LASTS_MS;
        Pass { video: token, timeline_version: video.timeline_version, viewer_id, expires_at }.signed(&state.keys)
    });
    let tracks = video.files.captions.iter().map(|track| Track { src: file(&track.src), ..track.clone() });
    let sounds = video.files.sounds.iter().map(|sound| Sound { src: file(&sound.src), ..sound.clone() });
    Ok(Film {
        video_id: video.id,
        token: video.token.clone(),
        title: video.title.clone(),
        description: video.description.clone(),
        duration_ms,
        width: u32::try_from(video.width).unwrap_or(0),
        height: u32::try_from(video.height).unwrap_or(0),
        src: video.files.media.as_deref().map(file).unwrap_or_default(),
        stream: video.files.stream.as_deref().map(file),
        sounds: sounds.collect(),
        poster: format!("/thumbnails/{}.jpg", video.token),
        captions: tracks.collect(),
        chapters: video.files.chapters.as_deref().map(file),
        storyboard: video.files.storyboard.as_deref().map(file),
        settings: video.settings.clone(),
        timeline: published.timeline.iter().map(|cue| cue.for_viewer(video.id, duration_ms)).collect(),
        pass: pass.unwrap_or_default(),
    })
}

fn refuse(state: &State, closed: Closed, frames: &Frames<'_>) -> Response {
    let status = closed.status();
    html(state, status, "/", frames, move |frame| ClosedPage(ClosedPageProps { frame, closed }))
}

fn unwell(state: &State, error: crate::store::StoreError, frames: &Frames<'_>) -> Response {
    crate::reply::storage(error);
    refuse(state, Closed::Unwell, frames)
}

/// Renders a page with a nonce of its own.
fn html<V: IntoView + 'static>(
    state: &State,
    status: u16,
    path: &str,
    frames: &Frames<'_>,
    page: impl FnOnce(Frame) -> V,
) -> Response {
    let nonce = STANDARD_NO_PAD.encode(random::<16>());
    let frame = Frame { assets: ASSETS.clone(), nonce: nonce.clone(), canonical: state.config.link(path) };
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let body = owner.with(|| page(frame).into_view().to_html());
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, framing::headers(frames, &nonce), body).into_response()
}

/// A day as people write it: `23 November 2026`.
fn day(at: i64) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let date = time::OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000)).map(|t| t.date());
    date.map_or_else(
        |_| String::new(),
        |date| format!("{} {} {}", date.day(), MONTHS[usize::from(u8::from(date.month())) - 1], date.year()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_read_in_every_common_spelling() {
        assert_eq!(seconds("90"), Some(90.0));
        assert_eq!(seconds("1m30s"), Some(90.0));
        assert_eq!(seconds("1:30"), Some(90.0));
        assert_eq!(seconds("1:00:05.5"), Some(3_605.5));
        for wrong in ["", "x", "-5", "1:x", "m", "1m3", "1:2:3:4", "NaN", "1e9", "inf"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_reads_as_people_write_it() {
        assert_eq!(day(1_795_392_000_000), "23 November 2026");
    }
}

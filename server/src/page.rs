//! The pages that viewers see. A video is looked up before anything is rendered, so the status is right.

mod talk;

pub use talk::{confirm, fragment as talk_fragment, part};

use crate::{
    assets,
    catalogue::Published,
    framing::{self, Frames, may_frame},
    identity::{PASS_LASTS_MS, Pass},
    keys::random,
    spoken,
    state::{State, now},
    store::videos::Video,
    visitor::Visitor,
};
use app::{
    engage::Surface,
    film::{Film, Sound, Track},
    ids::Token,
    page::{
        Assets, Frame,
        closed::{Closed, ClosedPage, ClosedPageProps},
        embed::{EmbedPage, EmbedPageProps},
        home::{HomePage, HomePageProps},
        play::{About, PlayPage, PlayPageProps},
        sdk::{SdkPage, SdkPageProps},
    },
    player::{Options, Setting},
    talk::form::Draft,
    theme,
    words::Lang,
};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Path, State as Shared},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use http::{HeaderMap, StatusCode, header, request::Parts};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
};
use uuid::Uuid;

static ASSETS: LazyLock<Assets> = LazyLock::new(assets::names);

/// What a request says about how it wants to be answered.
pub struct Asked {
    pub query: String,
    pub lang: Lang,
    peer: SocketAddr,
    pub headers: HeaderMap,
}

impl Asked {
    pub fn visitor(&self, state: &State) -> Visitor {
        Visitor::new(self.peer, &self.headers, &state.config)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |ConnectInfo(peer)| *peer);
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        // `?lang=` may stand on any page.
        let lang = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang");
        let lang = lang.and_then(|(_, tag)| Lang::of_tag(&tag)).or_else(|| accepted.and_then(Lang::accepted));
        Ok(Self { query, lang: lang.unwrap_or_default(), peer, headers: parts.headers.clone() })
    }
}

/// `GET /video/play/{token}`
pub async fn play(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Response {
    play_with(&state, token, asked, 200, None).await
}

/// The play page with this status; `draft` is what a viewer had written when something was wrong with it.
pub async fn play_with(state: &State, token: String, asked: Asked, status: u16, draft: Option<Draft>) -> Response {
    let found = match found(state, token, &asked).await {
        Ok(found) => found,
        Err(closed) => return refuse(state, asked.lang, closed, &Frames::Nobody),
    };
    let (talk, marks) = match talk::on_page(state, &found, &asked, draft).await {
        Ok(talk) => talk,
        // A page without its talk is better than no page.
        Err(error) => {
            crate::reply::storage(error);
            Default::default()
        }
    };
    let video = &found.published.video;
    let about = About {
        views: spoken::views(asked.lang, found.published.plays),
        date: spoken::day(asked.lang, video.created_at),
        owner: found.published.owner.clone(),
        share_url: state.config.link(&format!("/video/play/{}", video.token)),
        embed_url: state.config.link(&format!("/video/embed/{}", video.token)),
        sdk_url: state.config.link("/sdk/player.js"),
        contents: state.contents.of(video).await,
    };
    let setting = Setting { marks, ..setting(state, &asked, Surface::Play, video) };
    let path = format!("/video/play/{}", video.token);
    let film = found.film;
    html(state, asked.lang, status, &path, &Frames::Nobody, move |frame| {
        PlayPage(PlayPageProps { frame, film, about, setting, talk })
    })
}

/// `GET /video/embed/{token}`: never redirects, so that the frame's address stays as its parent wrote it.
pub async fn embed(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Response {
    let found = match found(&state, token, &asked).await {
        Ok(found) => found,
        Err(closed) => return refuse(&state, asked.lang, closed, &Frames::Anyone),
    };
    let video = &found.published.video;
    if !is_allowed_here(&state, video, &asked.headers) {
        return refuse(&state, asked.lang, Closed::NotHere(None), &Frames::Anyone);
    }
    let mut setting = setting(&state, &asked, Surface::Embed, video);
    setting.comments = setting.options.comments && talk::is_on(video);
    if setting.comments {
        setting.marks = talk::marks(&state, &found.published, asked.lang).await;
    }
    let path = format!("/video/play/{}", video.token);
    let film = found.film;
    html(&state, asked.lang, 200, &path, &Frames::Of(video), move |frame| {
        EmbedPage(EmbedPageProps { frame, film, setting })
    })
}

fn setting(state: &State, asked: &Asked, surface: Surface, video: &Video) -> Setting {
    Setting {
        surface,
        options: Options::read(&asked.query),
        lang: asked.lang,
        share_url: state.config.link(&format!("/video/play/{}", video.token)),
        engine: ASSETS.engine.clone(),
        marks: String::new(),
        comments: false,
    }
}

/// `GET /`
pub async fn home(Shared(state): Shared<State>, asked: Asked) -> Response {
    html(&state, asked.lang, 200, "/", &Frames::Nobody, |frame| HomePage(HomePageProps { frame }))
}

/// `GET /sdk`: how to put a player on a page, tried out on the demo's video.
pub async fn sdk(Shared(state): Shared<State>) -> Response {
    let token = crate::demo::TOKEN.to_owned();
    html(&state, Lang::En, 200, "/sdk", &Frames::Within, |frame| SdkPage(SdkPageProps { frame, token }))
}

/// Every address that is nobody's.
pub async fn nowhere(Shared(state): Shared<State>, asked: Asked) -> Response {
    refuse(&state, asked.lang, Closed::Unknown, &Frames::Nobody)
}

/// A video that can be watched, as this viewer gets it.
struct Found {
    published: Arc<Published>,
    film: Film,
    viewer_id: Uuid,
}

async fn found(state: &State, token: String, asked: &Asked) -> Result<Found, Closed> {
    let published = watchable(state, token).await?;
    let unwell = |error| {
        crate::reply::storage(error);
        Closed::Unwell
    };
    let salt = state.salts.of(&state.store, now()).await.map_err(unwell)?;
    let viewer_id = asked.visitor(state).viewer_id(&salt, published.video.account_id);
    let film = film(state, &published, asked, viewer_id);
    Ok(Found { published, film, viewer_id })
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

fn film(state: &State, published: &Published, asked: &Asked, viewer_id: Uuid) -> Film {
    let (video, now) = (&published.video, now());
    let duration_ms = video.duration_ms.unwrap_or(0);
    let file = |name: &str| format!("/media/{}/{name}", video.token);
    let pass = Token::try_from(video.token.clone()).map(|token| {
        let expires_at = now + PASS_LASTS_MS;
        Pass { video: token, timeline_version: video.timeline_version, viewer_id, expires_at }.signed(&state.keys)
    });
    let mut settings = video.settings.clone();
    // An embedder's colour comes before the owner's, if it can be seen.
    if let Some(accent) = Options::read(&asked.query).color.as_deref().and_then(theme::nearest_accent) {
        settings.theme.accent = Some(accent);
    }
    let tracks = video.files.captions.iter().map(|track| Track { src: file(&track.src), ..track.clone() });
    let sounds = video.files.sounds.iter().map(|sound| Sound { src: file(&sound.src), ..sound.clone() });
    Film {
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
        settings,
        timeline: published.timeline.iter().map(|cue| cue.for_viewer(video.id, duration_ms)).collect(),
        pass: pass.unwrap_or_default(),
    }
}

fn refuse(state: &State, lang: Lang, closed: Closed, frames: &Frames<'_>) -> Response {
    let status = closed.status();
    html(state, lang, status, "/", frames, move |frame| ClosedPage(ClosedPageProps { frame, closed }))
}

/// Renders a page with a nonce of its own.
fn html<V: IntoView + 'static>(
    state: &State,
    lang: Lang,
    status: u16,
    path: &str,
    frames: &Frames<'_>,
    page: impl FnOnce(Frame) -> V,
) -> Response {
    let nonce = STANDARD_NO_PAD.encode(random::<16>());
    let frame = Frame { assets: ASSETS.clone(), nonce: nonce.clone(), canonical: state.config.link(path), lang };
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let body = owner.with(|| page(frame).into_view().to_html());
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, framing::headers(frames, &nonce), body).into_response()
}

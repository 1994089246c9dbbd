//! The pages that viewers see. A video is looked up before anything is rendered, so the status is right.

mod door;
mod film;
pub mod people;
mod report;
mod talk;
mod upload;

pub use door::{kept_query, locked};
pub use report::report;
pub use talk::{confirm, fragment as talk_fragment, part};
pub use upload::{send, upload};

use self::{
    door::{is_allowed_here, refuse, watchable},
    film::found,
};
use crate::{
    assets,
    framing::{self, Frames},
    identity::page::Arrival,
    keys::random,
    spoken,
    state::State,
    timeline::Visit,
    visitor::Visitor,
};
use app::{
    engage::Surface,
    page::{
        Assets, Frame,
        api::{ApiPage, ApiPageProps},
        closed::Closed,
        embed::{EmbedPage, EmbedPageProps},
        gallery::{GalleryPage, GalleryPageProps},
        home::{HomePage, HomePageProps},
        metrics::{MetricsPage, MetricsPageProps},
        play::{About, PlayPage, PlayPageProps},
        sdk::{SdkPage, SdkPageProps},
        webhooks::{WebhooksPage, WebhooksPageProps},
    },
    player::{Options, Setting},
    talk::form::Draft,
    words::Lang,
};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Path, State as Shared},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
};

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

impl Asked {
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The address behind the `?`.
    pub fn query(&self) -> &str {
        &self.query
    }

    pub fn peer(&self) -> SocketAddr {
        self.peer
    }
}

/// `GET /video/play/{token}`
pub async fn play(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Response {
    show(&state, token, asked, Surface::Play, Visit::default()).await
}

/// The play page with this status; `draft` is what a viewer had written when something was wrong with it.
pub async fn play_with(state: &State, token: String, asked: Asked, status: u16, draft: Option<Draft>) -> Response {
    let mut page = show(state, token, asked, Surface::Play, Visit { draft, ..Visit::default() }).await;
    if page.status() == StatusCode::OK {
        *page.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    }
    page
}

/// `GET /video/embed/{token}`: never redirects, so that the frame's address stays as its parent wrote it.
pub async fn embed(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Response {
    show(&state, token, asked, Surface::Embed, Visit::default()).await
}

/// `GET /video/preview/{token}`: the page as viewers get it, for the account's own people, whose views are left out.
/// Anybody else is led to the page itself.
pub async fn preview(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Response {
    match watchable(&state, token.clone(), &asked, Surface::Play).await {
        Ok(published) => {
            if people::role(&state, &asked.headers, published.video.account_id).await.is_some() {
                return show(&state, token, asked, Surface::Play, Visit::default()).await;
            }
        }
        // Members are let in everywhere, so this is none.
        Err(Closed::Locked { .. } | Closed::ForSome) => {}
        Err(closed) => return refuse(&state, asked.lang, closed, &Frames::Nobody),
    }
    let to = [(header::LOCATION, format!("/video/play/{token}"))];
    (StatusCode::FOUND, [(header::CACHE_CONTROL, "no-store")], to).into_response()
}

/// A video's page, also as the answer to a form where no script runs.
pub async fn show(state: &State, token: String, asked: Asked, surface: Surface, mut visit: Visit) -> Response {
    let draft = visit.draft.take();
    let closed_frames = match surface {
        Surface::Play => Frames::Nobody,
        Surface::Embed => Frames::Anyone,
    };
    let found = match found(state, token, &asked, surface, visit).await {
        Ok(found) => found,
        Err(closed) => return refuse(state, asked.lang, closed, &closed_frames),
    };
    let video = &found.published.video;
    let path = format!("/video/play/{}", video.token);
    let mut setting = Setting {
        surface,
        options: Options::read(&asked.query),
        lang: asked.lang,
        share_url: state.config.link(&path),
        engine: ASSETS.engine.clone(),
        before: found.before.clone(),
        style: ASSETS.style.clone(),
        marks: String::new(),
        comments: false,
    };
    if surface == Surface::Embed {
        if !is_allowed_here(state, video, &asked.headers) {
            return refuse(state, asked.lang, Closed::NotHere(None), &closed_frames);
        }
        setting.comments = setting.options.comments && talk::is_on(video);
        if setting.comments {
            setting.marks = talk::marks(state, &found.published, asked.lang).await;
        }
        let film = found.film;
        let mut page = html(state, asked.lang, 200, &path, &Frames::Of(video), move |frame| {
            EmbedPage(EmbedPageProps { frame, film, setting })
        });
        // The play page says so in its head.
        if !crate::sharing::is_listed(video) {
            page.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
        }
        return with(page, &found.arrival);
    }
    let (talk, marks) = talk::on_page(state, &found, &asked, draft).await.unwrap_or_else(|error| {
        // A page without its talk is better than no page.
        crate::reply::storage(error);
        Default::default()
    });
    setting.marks = marks;
    let about = About {
        views: spoken::views(asked.lang, found.published.plays),
        date: spoken::day(asked.lang, video.created_at),
        owner: found.published.owner.clone(),
        share_url: state.config.link(&path),
        embed_url: state.config.link(&format!("/video/embed/{}", video.token)),
        sdk_url: state.config.link("/sdk/player.js"),
        contents: state.contents.of(video).await,
        watching_as: found.arrival.watching_as.clone(),
        card: crate::sharing::card(state, &found.published).await,
        mail_picture: crate::sharing::mail_picture(state, video),
    };
    let film = found.film;
    let page = html(state, asked.lang, 200, &path, &closed_frames, move |frame| {
        PlayPage(PlayPageProps { frame, film, about, setting, talk })
    });
    with(page, &found.arrival)
}

/// The page with the headers that its viewer needs.
fn with(mut page: Response, arrival: &Arrival) -> Response {
    if let Some(cookie) = &arrival.cookie {
        page.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    // For whoever signs the tokens; the reason never repeats the token.
    if let Some(Ok(reason)) = arrival.refused.as_deref().map(HeaderValue::from_str) {
        page.headers_mut().insert("cuepoint-viewer-token", reason);
    }
    page
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

/// `GET /docs/metrics`: what every figure means.
pub async fn metrics(Shared(state): Shared<State>) -> Response {
    html(&state, Lang::En, 200, "/docs/metrics", &Frames::Nobody, |frame| MetricsPage(MetricsPageProps { frame }))
}

/// `GET /docs/webhooks`: how to receive, verify and repair them, with a message as it is sent.
pub async fn webhooks(Shared(state): Shared<State>) -> Response {
    let sample = include_str!("webhook/notice/sample/golden/wire/VideoLeadGenaration.json").to_owned();
    html(&state, Lang::En, 200, "/docs/webhooks", &Frames::Nobody, |frame| {
        WebhooksPage(WebhooksPageProps { frame, sample })
    })
}

/// `GET /docs/api`: every call, from the document that programs read.
pub async fn api(Shared(state): Shared<State>) -> Response {
    let document = crate::openapi::document(&state.config.link(""));
    html(&state, Lang::En, 200, "/docs/api", &Frames::Nobody, |frame| ApiPage(ApiPageProps { frame, document }))
}

/// `GET /demo/interactions`: every kind of interaction, over the demo's poster.
pub async fn gallery(Shared(state): Shared<State>, asked: Asked) -> Response {
    let token = crate::demo::TOKEN.to_owned();
    html(&state, asked.lang, 200, "/demo/interactions", &Frames::Nobody, |frame| {
        GalleryPage(GalleryPageProps { frame, token })
    })
}

/// Every address that is nobody's.
pub async fn nowhere(Shared(state): Shared<State>, asked: Asked) -> Response {
    refuse(&state, asked.lang, Closed::Unknown, &Frames::Nobody)
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

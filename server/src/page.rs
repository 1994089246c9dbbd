//! The pages that viewers see. A video is looked up before anything is rendered, so the status is right.

pub mod people;
mod report;
mod talk;
mod upload;

pub use report::report;
pub use talk::{confirm, fragment as talk_fragment, part};
pub use upload::{send, upload};

use crate::{
    access::{self, Knock, Refused, grant, signed},
    assets,
    catalogue::Published,
    framing::{self, Frames},
    identity::{
        Pass, cookie,
        page::{Arrival, arrive},
    },
    keys::random,
    spoken,
    state::{State, now},
    store::{jobs, videos::Video},
    timeline::{self, Person, Place, Visit},
    visitor::Visitor,
};
use app::{
    engage::Surface,
    film::{Film, Sound, Track},
    ids::Token,
    interaction::{Interaction, Showing},
    page::{
        Assets, Frame,
        api::{ApiPage, ApiPageProps},
        closed::{Closed, ClosedPage, ClosedPageProps},
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
    theme,
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
use url::form_urlencoded;
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
        let page = html(state, asked.lang, 200, &path, &Frames::Of(video), move |frame| {
            EmbedPage(EmbedPageProps { frame, film, setting })
        });
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

/// A video that can be watched, as this viewer gets it.
struct Found {
    published: Arc<Published>,
    film: Film,
    before: Vec<(Interaction, Showing)>,
    /// Who came.
    arrival: Arrival,
}

async fn found(state: &State, token: String, asked: &Asked, surface: Surface, visit: Visit) -> Result<Found, Closed> {
    let published = watchable(state, token, asked, surface).await?;
    let unwell = |error| {
        crate::reply::storage(error);
        Closed::Unwell
    };
    let visitor = Visitor::new(asked.peer, &asked.headers, &state.config);
    let arrival = arrive(state, &visitor, &asked.query, surface, &published, now()).await.map_err(unwell)?;
    let film = film(state, &published, asked, surface, visit, &arrival).await;
    let (film, before) = film.map_err(unwell)?;
    Ok(Found { published, film, before, arrival })
}

/// The video of a token, or why it can't be watched.
async fn watchable(state: &State, token: String, asked: &Asked, surface: Surface) -> Result<Arc<Published>, Closed> {
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
fn is_allowed_here(state: &State, video: &Video, headers: &HeaderMap) -> bool {
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

async fn film(
    state: &State,
    published: &Published,
    asked: &Asked,
    surface: Surface,
    visit: Visit,
    arrival: &Arrival,
) -> crate::store::Result<(Film, Vec<(Interaction, Showing)>)> {
    let (video, now) = (&published.video, now());
    let person = Person::from(&arrival.viewer);
    let place = Place { surface, lang: asked.lang, session: Uuid::now_v7(), now };
    let mine = timeline::of(state, published, &person, &asked.query, visit, place).await?;
    let given = |text: Option<String>| text.filter(|_| !mine.withholds_media);
    let base = signed::base(&state.keys, video, now);
    let file = |name: &str| format!("{base}{name}");
    let pass = arrival.pass.clone().map(|pass| Pass { grants: mine.grants, ..pass }.signed(&state.keys));
    let mut settings = video.settings.clone();
    // An embedder's colour comes before the owner's, if it can be seen.
    if let Some(accent) = Options::read(&asked.query).color.as_deref().and_then(theme::nearest_accent) {
        settings.theme.accent = Some(accent);
    }
    let tracks = video.files.captions.iter().map(|track| Track { src: file(&track.src), ..track.clone() });
    let sounds = video.files.sounds.iter().map(|sound| Sound { src: file(&sound.src), ..sound.clone() });
    let film = Film {
        video_id: video.id,
        token: video.token.clone(),
        title: video.title.clone(),
        description: video.description.clone(),
        duration_ms: video.duration_ms.unwrap_or(0),
        width: u32::try_from(video.width).unwrap_or(0),
        height: u32::try_from(video.height).unwrap_or(0),
        src: given(video.files.media.as_deref().map(file)).unwrap_or_default(),
        stream: given(video.files.stream.as_deref().map(file)),
        sounds: sounds.filter(|_| !mine.withholds_media).collect(),
        poster: signed::poster(&state.keys, video, now),
        captions: tracks.collect(),
        chapters: video.files.chapters.as_deref().map(file),
        storyboard: video.files.storyboard.as_deref().map(file),
        settings,
        timeline: mine.cues,
        renews: video.is_signed(),
        pass: pass.unwrap_or_default(),
    };
    Ok((film, mine.before))
}

fn refuse(state: &State, lang: Lang, closed: Closed, frames: &Frames<'_>) -> Response {
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

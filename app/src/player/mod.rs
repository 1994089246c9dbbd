//! The player: a `<video>` that plays before, and without, any script, and a skin that takes over.

pub mod boot;
pub mod stage;
pub mod tape;
pub mod timeline;
pub mod watched;

mod controls;
mod keys;
mod media;
mod recorder;
mod request;

use crate::{engage::Surface, film::Film, interaction::Cue};
use leptos::{html, prelude::*};
use media::Media;
use recorder::Recorder;
use request::Player as Handle;

/// How the page's address asks the player to start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    pub autoplay: bool,
    pub muted: bool,
    pub looped: bool,
    /// Seconds into the video.
    pub start_s: Option<f64>,
}

/// The player in the server's HTML: a plain `<video>` with native controls, which no script ever
/// renders again, and the skin beside it.
#[component]
pub fn Player(film: Film, options: Options, surface: Surface) -> impl IntoView {
    let src = match options.start_s {
        Some(start) => format!("{}#t={start}", film.src),
        None => film.src.clone(),
    };
    let has_captions = !film.captions.is_empty();
    let tracks = film.captions.into_iter().map(|track| {
        view! { <track kind="captions" src=track.src srclang=track.lang label=track.label /> }
    });
    view! {
        <div
            class="player"
            role="group"
            aria-label=format!("Video player: {}", film.title)
            tabindex="-1"
            style=format!("--ratio:{}/{}", film.width.max(1), film.height.max(1))
        >
            <video
                src=src
                poster=film.poster
                width=film.width
                height=film.height
                preload="metadata"
                controls
                playsinline
                autoplay=options.autoplay
                muted=options.muted
                r#loop=options.looped
            >
                {tracks.collect_view()}
            </video>
            <Skin
                token=film.token
                pass=film.pass
                duration_ms=film.duration_ms
                embedded=surface == Surface::Embed
                has_captions
                timeline=film.timeline
            />
        </div>
    }
}

/// Our controls and the timeline; they take over once their script has arrived.
#[island]
pub fn Skin(
    token: String,
    pass: String,
    duration_ms: i64,
    embedded: bool,
    has_captions: bool,
    timeline: Vec<Cue>,
) -> impl IntoView {
    let anchor = NodeRef::<html::Div>::new();
    let surface = if embedded { Surface::Embed } else { Surface::Play };
    let media = Media::new(duration_ms);
    let recorder = Recorder::new(token, pass, surface);
    let handle = Handle::new();
    let awake = controls::Awake::new(media);

    Effect::new(move || {
        if let Some((root, video)) = anchor.get().and_then(|anchor| request::around(&anchor)) {
            handle.set(&root, &video);
            media.follow(&video, move |video, event| match event {
                "click" => handle.ask(request::Request::Toggle),
                "dblclick" => handle.ask(request::Request::Fullscreen),
                _ => recorder.hear(video, event),
            });
            recorder.start(&video);
            keys::listen(&root, surface, handle, awake);
            media.live.set(true);
        }
    });
    Effect::new(move || handle.dress(&media, awake.is_idle()));

    view! {
        <div node_ref=anchor class="skin">
            <stage::Stage timeline media recorder handle />
            <controls::Controls media handle awake has_captions />
        </div>
    }
}

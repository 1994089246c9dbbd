//! The player: one island around a `<video>` that plays before, and without, any script.

pub mod boot;
pub mod tape;
pub mod timeline;
pub mod watched;

mod controls;
mod keys;
mod media;
mod recorder;
mod request;
pub mod stage;

use crate::{engage::Surface, film::Film};
use leptos::{html, prelude::*};
use media::Media;
use recorder::Recorder;
use request::{Player as Handle, Request};
use serde::{Deserialize, Serialize};

/// How the page's address asks the player to start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Options {
    pub autoplay: bool,
    pub muted: bool,
    pub looped: bool,
    /// Seconds into the video.
    pub start_s: Option<f64>,
}

/// The video with everything around it. In the server's HTML it is a plain `<video>` with native
/// controls; once its script has arrived, our own controls and the timeline take over.
#[island]
pub fn Player(film: Film, options: Options, surface: Surface) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let video = NodeRef::<html::Video>::new();
    let media = Media::new(film.duration_ms);
    let recorder = Recorder::new(&film, surface);
    let handle = Handle { root, video };
    let awake = controls::Awake::new(media);

    Effect::new(move || {
        if let (Some(root), Some(video)) = (root.get(), video.get()) {
            media.follow(video, recorder);
            recorder.start(media);
            keys::listen(&root, surface, handle, awake);
        }
    });

    let src = match options.start_s {
        Some(start) => format!("{}#t={start}", film.src),
        None => film.src.clone(),
    };
    let tracks = film.captions.iter().map(|track| {
        view! {
            <track kind="captions" src=track.src.clone() srclang=track.lang.clone() label=track.label.clone() />
        }
    });
    let has_captions = !film.captions.is_empty();
    view! {
        <div
            node_ref=root
            class="player"
            role="group"
            aria-label=format!("Video player: {}", film.title)
            tabindex="-1"
            data-live=move || media.live.get().then_some("")
            data-playing=move || (!media.paused.get()).then_some("")
            data-started=move || media.started.get().then_some("")
            data-idle=move || awake.is_idle().then_some("")
            data-waiting=move || media.waiting.get().then_some("")
            data-full=move || media.fullscreen.get().then_some("")
            style:--ratio=format!("{} / {}", film.width.max(1), film.height.max(1))
            on:pointermove=move |_| awake.stir()
            on:focusin=move |_| awake.stir()
        >
            <video
                node_ref=video
                src=src
                poster=film.poster.clone()
                width=film.width
                height=film.height
                preload="metadata"
                controls=move || !media.live.get()
                playsinline
                autoplay=options.autoplay
                muted=options.muted
                r#loop=options.looped
                on:click=move |_| handle.ask(Request::Toggle)
                on:dblclick=move |_| handle.ask(Request::Fullscreen)
            >
                {tracks.collect_view()}
            </video>
            <stage::Stage film=film.clone() media recorder handle />
            <controls::Controls media handle awake has_captions />
        </div>
    }
}

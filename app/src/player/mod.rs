//! The player: a `<video>` that plays before, and without, any script, and a skin that takes over.

pub mod boot;
pub mod options;
pub mod stage;
pub mod tape;
pub mod timeline;
pub mod watched;

mod bridge;
mod captions;
mod chapters;
mod contents;
mod controls;
mod deck;
mod devices;
mod float;
mod frame;
mod habits;
mod help;
mod js;
mod keys;
mod media;
mod memory;
mod menu;
mod preview;
mod recorder;
mod request;
mod said;
mod session;
mod share;
mod sounds;
mod speech;
mod stream;

pub use options::Options;

use crate::{
    engage::Surface,
    film::{End, Film},
    interaction::Cue,
    words::{Lang, Word},
};
use deck::Deck;
use leptos::{html, prelude::*};
use media::Media;
use recorder::Recorder;
use wasm_bindgen::JsCast;
use web_sys::HtmlDivElement;

/// What the server's page tells the player besides the film.
#[derive(Clone, Debug)]
pub struct Setting {
    pub surface: Surface,
    pub options: Options,
    pub lang: Lang,
    /// The address of the play page.
    pub share_url: String,
    /// Where the streaming engine is found.
    pub engine: Option<String>,
}

/// The player in the server's HTML: a plain `<video>` with native controls, which no script ever
/// renders again, and the place of the skin beside it. What the skin may want to know stands in
/// `data-` attributes of the root, where only what is needed is read.
#[component]
pub fn Player(film: Film, setting: Setting) -> impl IntoView {
    let Setting { surface, options, lang, share_url, engine } = setting;
    let embedded = surface == Surface::Embed;
    let settings = film.settings;
    let streams = film.stream.is_some() && engine.is_some();
    let tracks = film.captions.into_iter().map(|track| {
        view! { <track kind="captions" src=track.src srclang=track.lang label=track.label /> }
    });
    let next = settings.next.filter(|_| settings.end == End::Next).map(|token| {
        let page = if embedded { "embed" } else { "play" };
        format!("/video/{page}/{token}")
    });
    let end = match settings.end {
        End::Stay | End::Loop | End::EndScreen => None,
        End::Reset => Some("reset"),
        End::Next => Some("next"),
    };
    let mut style = format!("--ratio:{}/{};", film.width.max(1), film.height.max(1));
    style.push_str(&settings.theme.css());
    let sounds = (!film.sounds.is_empty()).then(|| {
        let others =
            film.sounds.iter().map(|sound| format!("{} {} {}", sound.src, u8::from(sound.described), sound.label));
        std::iter::once(format!("{} 0 ", film.src)).chain(others).collect::<Vec<_>>().join("\n")
    });
    let headline = (embedded && options.title).then(|| {
        view! { <a class="headline" href=share_url.clone() target="_blank" rel="noopener">{film.title.clone()}</a> }
    });
    let logo = settings.theme.logo.map(|logo| {
        let image = view! { <img src=logo.src alt=logo.alt /> };
        match logo.href {
            Some(href) => {
                view! { <a class="logo" href=href target="_blank" rel="noopener nofollow">{image}</a> }.into_any()
            }
            None => view! { <span class="logo">{image}</span> }.into_any(),
        }
    });
    view! {
        <div
            class="player"
            role="group"
            aria-label=lang.with(Word::Player, &film.title)
            tabindex="-1"
            style=style
            data-title=film.title
            data-share=share_url
            data-start=options.start_s.map(|_| "")
            data-rate=options.rate
            data-captions=options.captions.clone()
            data-keyboard=options.no_keys.then_some("false")
            data-controls=options.bare.then_some("false")
            data-autoplay=options.autoplay.then_some("")
            data-end=end
            data-next=next
            data-sounds=sounds
            data-file=film.src.clone()
            data-download=settings.download.then_some("")
            data-stream=film.stream
            data-engine=engine.filter(|_| streams)
        >
            <video
                src=format!("{}{}", film.src, options.fragment())
                poster=film.poster
                width=film.width
                height=film.height
                // What may be streamed is fetched once it is known how.
                preload=if streams { "none" } else { "metadata" }
                controls
                playsinline
                autoplay=options.autoplay && !streams
                muted=options.muted
                r#loop=options.looped || settings.end == End::Loop
            >
                {tracks.collect_view()}
                {film.chapters.map(|src| view! { <track kind="chapters" src=src /> })}
                {film.storyboard.map(|src| view! { <track kind="metadata" label="thumbnails" src=src /> })}
            </video>
            {headline}
            {logo}
            <Skin
                token=film.token
                pass=film.pass
                duration_ms=film.duration_ms
                embedded
                timeline=film.timeline
                words=lang.for_player()
            />
        </div>
    }
}

/// Our controls and the timeline. They are made in the browser, once their script has arrived: until
/// then the native controls are all there is.
#[island]
pub fn Skin(
    token: String,
    pass: String,
    duration_ms: i64,
    embedded: bool,
    timeline: Vec<Cue>,
    words: String,
) -> impl IntoView {
    let anchor = NodeRef::<html::Div>::new();
    let surface = if embedded { Surface::Embed } else { Surface::Play };
    let words = speech::Words::new(&words);
    let moments = timeline.iter().map(|cue| (cue.from_ms, cue.name.clone())).collect();
    let deck = Deck::new(Media::new(duration_ms), words, Recorder::new(token, pass, surface), moments);
    let timeline = StoredValue::new(timeline);
    Effect::new(move || {
        if let Some(anchor) = anchor.get() {
            take_over(deck, surface, timeline, anchor);
        }
    });
    view! { <div node_ref=anchor class="skin"></div> }
}

fn take_over(deck: Deck, surface: Surface, timeline: StoredValue<Vec<Cue>>, anchor: HtmlDivElement) {
    let Some((root, video)) = request::around(&anchor) else { return };
    let media = deck.media;
    deck.player.set(&root, &video);
    habits::take_up(deck, &root, &video);
    media.follow(&root, &video, move |video, event| {
        deck.recorder.hear(video, event);
        habits::hear(deck, video, event);
        deck.said.hear(event);
        match event {
            "play" if !deck.introduced.get_value() => {
                deck.introduced.set_value(true);
                session::open(deck);
            }
            "seeked" | "ratechange" | "durationchange" | "playing" => session::place(deck),
            "ended" => habits::end(deck, video),
            _ => {}
        }
        bridge::hear(deck, event);
    });
    deck.recorder.start(&video);
    chapters::load(&video, media.chapters);
    keys::listen(&root, surface, deck);
    frame::listen(&root, &video, deck);
    if let Some(playlist) = deck.player.data("stream") {
        leptos::task::spawn_local(stream::attach(deck, playlist));
    }
    leptos::mount::mount_to(anchor.unchecked_into(), move || {
        view! {
            <captions::Captions player=deck.player />
            <stage::Stage timeline=timeline.get_value() deck />
            <controls::Controls deck />
            <float::Floats deck />
            <said::Region said=deck.said />
        }
    })
    .forget();
    Effect::new(move || deck.player.dress(&media, deck.awake.is_idle()));
    media.live.set(true);
    if let Some(place) = document().get_element_by_id("contents") {
        leptos::task::spawn_local(contents::beside(deck, place));
    }
    share::wait(deck);
    bridge::open(deck);
}

//! The player: a `<video>` that plays before, and without, any script, and a skin that takes over.

pub mod boot;
pub mod first;
pub mod options;
pub mod outbox;
pub mod renew;
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
pub(crate) mod js;
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
mod talk;

pub use options::Options;
pub use speech::clock;

use crate::{
    engage::Surface,
    film::{End, Film},
    interaction::{Interaction, Showing, card, cue::inert},
    words::{Lang, Word},
};
use deck::Deck;
use leptos::prelude::*;
use media::Media;
use recorder::Recorder;
use serde::Serialize;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlVideoElement};

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
    /// What stands before the video, in the page itself: it works without a script.
    pub before: Vec<(Interaction, Showing)>,
    /// Where the rest of the style is found.
    pub style: Option<String>,
    /// Where on the scrubber something was said; see [`crate::talk::marks`].
    pub marks: String,
    /// An embed that offers what viewers have said.
    pub comments: bool,
}

/// The player in the server's HTML: a plain `<video>` with native controls, which no script ever
/// renders again, and the place of the skin beside it. What the skin may want to know stands in
/// `data-` attributes of the root, where only what is needed is read.
#[component]
pub fn Player(film: Film, setting: Setting) -> impl IntoView {
    let Setting { surface, options, lang, share_url, engine, before, style: sheet, marks, comments } = setting;
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
    style.push_str(&marks);
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
    // Its style has to be there with it.
    let sheet = sheet.filter(|_| !before.is_empty()).map(|href| view! { <link rel="stylesheet" href=href /> });
    let cards: Vec<_> = before
        .iter()
        .map(|(interaction, showing)| {
            let place = format!("cue {} before", interaction.layout.place().0);
            card(interaction, showing, Some(&place))
        })
        .collect();
    // The server keeps the file back until a gate before it was passed.
    let src = Some(film.src.clone()).filter(|src| !src.is_empty());
    let is_there = src.is_some();
    let middle = (!options.autoplay && is_there).then(|| first::middle(lang));
    let bar = (!options.bare && is_there).then(|| first::bar(lang, &options, film.duration_ms));
    let start =
        Start { token: &film.token, pass: &film.pass, duration: film.duration_ms, embedded, words: lang.for_player() };
    // Strings and numbers are always JSON. The timeline comes as it is kept, in front of the rest.
    let start = inert(&serde_json::to_string(&start).unwrap_or_default());
    let start = format!("{{\"timeline\":{},{}", film.timeline.as_str(), start.trim_start_matches('{'));
    view! {
        <div
            class="player"
            role="group"
            aria-label=lang.with(Word::Player, &film.title)
            tabindex="-1"
            style=style
            data-title=film.title
            data-share=share_url
            data-start=options.start_s.map(media::ms)
            data-stop=options.stop_s.map(media::ms)
            data-rate=options.rate
            data-captions=options.captions.clone()
            data-keyboard=options.no_keys.then_some("false")
            data-controls=options.bare.then_some("false")
            data-autoplay=options.autoplay.then_some("")
            data-end=end
            data-next=next
            data-sounds=sounds
            data-file=src
            data-comments=comments.then(|| lang.say(Word::Comments))
            data-download=settings.download.then_some("")
            data-stream=film.stream
            data-engine=engine.filter(|_| streams)
        >
            <video
                src=src.clone().map(|src| src + &options.fragment())
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
            {middle}
            {bar}
            {headline}
            {logo}
            {sheet}
            <div class="stage">{cards}</div>
            <div class="skin"><script type="application/json">{start}</script></div>
        </div>
    }
}

/// What the skin needs to begin, as JSON in the page. Written with serde, read by hand: a reader that
/// knows every type would be a tenth of the script.
#[derive(Serialize)]
struct Start<'a> {
    token: &'a str,
    pass: &'a str,
    duration: i64,
    embedded: bool,
    words: String,
}

/// Takes every player on the page over. Called once, by the boot script.
pub fn start() {
    let Ok(places) = document().query_selector_all(".skin") else { return };
    for place in (0..places.length()).filter_map(|i| places.item(i)) {
        let place: HtmlElement = place.unchecked_into();
        let (Some(said), Some((root, video))) = (said(&place), request::around(&place)) else { continue };
        let held = document().active_element().and_then(|focus| focus.closest("[data-first]").ok()?);
        let heir = held.map(|held| if held.class_list().contains("first") { ".big-play" } else { ".bar .control" });
        for first in ["first", "first-bar"] {
            if let Some(first) = root.get_elements_by_class_name(first).item(0) {
                first.remove();
            }
        }
        let within = root.clone();
        leptos::mount::mount_to(place, move || skin(&said, &root, &video)).forget();
        if let Some(heir) = heir {
            // It can take the focus once it is shown.
            set_timeout(move || request::focus(&within, heir), Duration::ZERO);
        }
    }
}

/// What the server wrote into the skin for its start.
pub fn said(skin: &Element) -> Option<JsValue> {
    skin.query_selector("script").ok()??.text_content().and_then(|text| js_sys::JSON::parse(&text).ok())
}

/// Our controls and the timeline. They are made in the browser, once their script has arrived: until
/// then what [`first`] made is all there is.
fn skin(said: &JsValue, root: &HtmlElement, video: &HtmlVideoElement) -> impl IntoView + use<> {
    let text = |name| js::text(said, name).unwrap_or_default();
    let surface = if js::is_true(said, "embedded") { Surface::Embed } else { Surface::Play };
    let cues = js::get(said, "timeline");
    let media = Media::new(js::number(said, "duration"));
    let recorder = Recorder::new(text("token"), text("pass"), surface);
    let deck = Deck::new(media, speech::Words::new(&text("words")), recorder, stage::moments(&cues));
    deck.player.set(root, video);
    habits::take_up(deck, root, video);
    // What was played until now is reported before the playhead is moved.
    recorder.start(video);
    habits::resume(deck, video);
    media.follow(root, video, move |video, event| hear(deck, video, event));
    chapters::load(video, media.chapters);
    keys::listen(root, surface, deck);
    frame::listen(root, video, deck);
    Effect::new(move || deck.player.dress(&media, deck.awake.is_idle()));
    media.live.set(true);
    stream::wait(deck, root);
    leptos::task::spawn_local(habits::begin(deck));
    stage::wait(deck, cues);
    contents::wait(deck);
    share::wait(deck);
    talk::wait(deck);
    bridge::wait(deck);
    set_timeout(move || deck.eloquent.set(true), Duration::ZERO);
    view! {
        <captions::Captions player=deck.player />
        <controls::Controls deck />
        <float::Floats deck />
        <said::Region said=deck.said />
    }
}

/// One event of the element, told to everyone whom it concerns; the signals already hold it.
fn hear(deck: Deck, video: &HtmlVideoElement, event: &str) {
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
}

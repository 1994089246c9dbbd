//! The Media Session: what lock screens, keyboards with media keys and picture-in-picture windows show and do.

use super::{
    chapters,
    deck::Deck,
    js::{call, get, new, object},
    request::Request,
};
use js_sys::{Array, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsValue, closure::Closure};

const ACTIONS: [&str; 8] =
    ["play", "pause", "seekbackward", "seekforward", "seekto", "previoustrack", "nexttrack", "enterpictureinpicture"];

const SKIP_S: f64 = 10.0;

fn session() -> JsValue {
    get(&window().navigator(), "mediaSession")
}

/// Tells the session what plays, and takes its actions. Called at the first play.
pub fn open(deck: Deck) {
    show(deck, &deck.player.data("title").unwrap_or_default());
    let act = Closure::<dyn Fn(JsValue)>::new(move |details: JsValue| act(deck, &details));
    let act = act.into_js_value();
    for name in ACTIONS {
        // An action that this browser does not know throws; the others stand.
        call(&session(), "setActionHandler", &[name.into(), act.clone()]);
    }
}

/// What the session shows as the title.
pub fn show(deck: Deck, title: &str) {
    let poster = deck.player.elements().map(|(_, video)| video.poster()).unwrap_or_default();
    let artwork = Array::of1(&object(&[("src", poster.into()), ("type", "image/jpeg".into())]));
    let bag = object(&[("title", title.into()), ("artwork", artwork.into())]);
    if let Some(metadata) = new("MediaMetadata", &[bag.into()]) {
        let _ = Reflect::set(&session(), &"metadata".into(), &metadata);
    }
}

/// Where the video stands; called when it jumps, changes its speed or its length.
pub fn place(deck: Deck) {
    let seconds = |ms: i64| JsValue::from(ms as f64 / 1000.0);
    let (time, duration) = (deck.media.time.get_untracked(), deck.media.duration.get_untracked());
    let state = object(&[
        ("position", seconds(time.min(duration))),
        ("duration", seconds(duration)),
        ("playbackRate", (deck.media.rate.get_untracked() as f64 / 100.0).into()),
    ]);
    call(&session(), "setPositionState", &[state.into()]);
}

fn act(deck: Deck, details: &JsValue) {
    let of = |name: &str| get(details, name);
    let ms = |s: f64| (s * 1000.0) as i64;
    let skip = ms(of("seekOffset").as_f64().unwrap_or(SKIP_S));
    deck.ask(match of("action").as_string().unwrap_or_default().as_str() {
        "play" => Request::Play,
        "pause" => Request::Pause,
        "seekbackward" => Request::SeekBy(-skip),
        "seekforward" => Request::SeekBy(skip),
        "seekto" => Request::Seek(ms(of("seekTime").as_f64().unwrap_or(0.0))),
        "previoustrack" => Request::Seek(chapter(deck, -1)),
        "nexttrack" => Request::Seek(chapter(deck, 1)),
        _ => Request::PictureInPicture,
    });
}

/// Where the chapter before or after this one begins; without chapters, either end of the video.
fn chapter(deck: Deck, by: i64) -> i64 {
    deck.media.chapters.with_untracked(|all| {
        let now = chapters::at(all, deck.media.time.get_untracked()).map_or(-1, |place| place as i64);
        let there = usize::try_from(now + by).ok().and_then(|place| all.get(place));
        there.map_or(if by < 0 { 0 } else { i64::MAX }, |chapter| chapter.from)
    })
}

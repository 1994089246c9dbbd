//! Other sound for the same pictures (a language, an audio description): a second file, taken up at the
//! same position, since no browser but Safari lets a page choose a track inside one file.

use super::{deck::Deck, request::Request, stream};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::HtmlVideoElement;

/// The files on offer, as the server wrote them into `data-sounds`: a line each of source, language,
/// `1` for a description, and label. The first is the original.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    pub src: String,
    pub described: bool,
    pub label: String,
}

pub fn offered(deck: Deck) -> Vec<Sound> {
    let lines = deck.player.data("sounds").unwrap_or_default();
    let sounds = lines.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ' ');
        let (src, described) = (parts.next()?.to_owned(), parts.next()? == "1");
        Some(Sound { src, described, label: parts.next().unwrap_or_default().to_owned() })
    });
    sounds.collect()
}

/// The place of the playing one.
pub fn playing(deck: Deck) -> usize {
    let src = deck.player.elements().and_then(|(_, video)| video.get_attribute("src")).unwrap_or_default();
    let src = src.split('#').next().unwrap_or_default();
    offered(deck).iter().position(|sound| sound.src == src).unwrap_or(0)
}

/// Audio description on or off; false when there is none.
pub fn describe(deck: Deck) -> bool {
    let sounds = offered(deck);
    let now = playing(deck);
    let Some(described) = sounds.iter().position(|sound| sound.described) else { return false };
    choose(deck, if now == described { 0 } else { described });
    true
}

/// Goes on at the same position, as fast and as loud, with the sound at a place.
pub fn choose(deck: Deck, place: usize) {
    let Some((_, video)) = deck.player.elements() else { return };
    let Some(sound) = offered(deck).into_iter().nth(place) else { return };
    let (at, paused, rate) = (video.current_time(), video.paused(), video.playback_rate());
    // From here on the video is a plain file: also the original sound, when the viewer comes back to it.
    stream::let_go(deck);
    // What may be streamed is not fetched by itself.
    video.set_preload("metadata");
    video.set_src(&sound.src);
    let of = video.clone();
    let go_on = Closure::once_into_js(move || {
        of.set_current_time(at);
        of.set_playback_rate(rate);
        if !paused {
            deck.ask(Request::Play);
        }
    });
    once(&video, "loadedmetadata", go_on.unchecked_ref());
    video.load();
    deck.described.set(sound.described);
    deck.said.say(&sound.label);
}

fn once(video: &HtmlVideoElement, event: &str, then: &js_sys::Function) {
    let options = web_sys::AddEventListenerOptions::new();
    options.set_once(true);
    let _ = video.add_event_listener_with_callback_and_add_event_listener_options(event, then, &options);
}

//! The keyboard: the map that viewers know from elsewhere. Page-wide on the play page, where the
//! video is what the page is for (but for the keys that scroll); in an embed only while the focus is inside.
//! The embedder may switch it off, and so may the viewer (WCAG 2.2, 2.1.4).

use super::{
    deck::{Deck, Open},
    memory,
    request::Request,
};
use crate::engage::Surface;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, EventTarget, HtmlVideoElement, KeyboardEvent};

/// What `memory` holds when the viewer has switched the keys off.
pub const OFF: &str = "off";

/// Length of a frame in seconds where nothing better is known.
const FRAME_S: f64 = 1.0 / 30.0;

/// Listens to keys.
pub fn listen(root: &Element, surface: Surface, deck: Deck) {
    let inside = root.clone();
    let press = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        deck.awake.stir();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let target = target.as_ref();
        if event.default_prevented() || target.is_some_and(|target| keeps(target, &event.key())) {
            return;
        }
        // What floats goes wherever the focus is, also where the other keys are switched off.
        if event.key() == "Escape" && deck.is_open() {
            deck.close();
            event.prevent_default();
            return;
        }
        let slides = target.is_some_and(|target| is(target, ".scrubber input")) && event.key().starts_with("Arrow");
        let is_off = inside.get_attribute("data-keyboard").as_deref() == Some("false")
            || memory::recall("keys").as_deref() == Some(OFF);
        if is_off && !slides {
            return;
        }
        // With the focus elsewhere, the keys that scroll a page go on scrolling it.
        if scrolls(&event.key()) && !document().active_element().is_some_and(|focus| inside.contains(Some(&focus))) {
            return;
        }
        if act(&event, deck, slides) {
            event.prevent_default();
        }
    });
    let target: EventTarget = match surface {
        Surface::Play => document().into(),
        Surface::Embed => root.clone().into(),
    };
    // Listening to an element that exists can't fail.
    let _ = target.add_event_listener_with_callback("keydown", press.as_ref().unchecked_ref());
    press.forget();
}

fn scrolls(key: &str) -> bool {
    matches!(key, " " | "Home" | "End") || key.starts_with("Arrow")
}

fn is(target: &Element, what: &str) -> bool {
    target.closest(what).ok().flatten().is_some()
}

/// Does the focused element need this key itself?
fn keeps(target: &Element, key: &str) -> bool {
    let fields = "input:not([type=range]),textarea,select,[contenteditable]";
    let buttons = "button,a[href],summary";
    is(target, fields)
        || is(target, "dialog")
        || (matches!(key, " " | "Enter") && is(target, buttons))
        || (key.starts_with("Arrow") && is(target, ".volume input,[role=tablist],.popover"))
}

/// Does what the key asks for; false when it asks for nothing. On the scrubber every arrow moves the playhead,
/// as on any slider.
fn act(event: &KeyboardEvent, deck: Deck, slides: bool) -> bool {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return false;
    }
    let toggles = !event.repeat();
    let mut key = event.key();
    // Caps Lock makes no other key of a letter.
    if key.len() == 1 && !event.shift_key() {
        key.make_ascii_lowercase();
    }
    let request = match key.as_str() {
        " " | "k" if toggles => Request::Toggle,
        "ArrowDown" if slides => Request::SeekBy(-5_000),
        "ArrowUp" if slides => Request::SeekBy(5_000),
        "ArrowLeft" => Request::SeekBy(-5_000),
        "ArrowRight" => Request::SeekBy(5_000),
        "j" => Request::SeekBy(-10_000),
        "l" => Request::SeekBy(10_000),
        "ArrowUp" => Request::VolumeBy(5),
        "ArrowDown" => Request::VolumeBy(-5),
        "Home" => Request::Seek(0),
        "End" => Request::Seek(i64::MAX),
        "<" => Request::RateBy(-1),
        ">" => Request::RateBy(1),
        "m" if toggles => Request::Mute,
        "f" if toggles => Request::Fullscreen,
        "c" if toggles => Request::Captions,
        "i" | "p" if toggles => Request::PictureInPicture,
        "," => return step(deck, -1.0),
        "." => return step(deck, 1.0),
        "?" => {
            deck.open(Open::Keys);
            return true;
        }
        "d" if toggles => return deck.describe(),
        digit => match digit.parse::<i64>() {
            Ok(tenth @ 0..=9) => Request::Seek(deck.media.duration.get_untracked() * tenth / 10),
            _ => return false,
        },
    };
    deck.ask(request);
    true
}

/// One frame on or back, while paused.
fn step(deck: Deck, frames: f64) -> bool {
    let paused = |(_, video): &(_, HtmlVideoElement)| video.paused();
    let Some((_, video)) = deck.player.elements().filter(paused) else { return false };
    video.set_current_time((video.current_time() + frames * FRAME_S).max(0.0));
    true
}

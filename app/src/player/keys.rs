//! The keyboard: the map that viewers know from elsewhere. Page-wide on the play page, where the
//! video is what the page is for (but for the keys that scroll); in an embed only while the focus is inside.

use super::{
    controls::Awake,
    request::{Player, Request},
};
use crate::engage::Surface;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, EventTarget, KeyboardEvent};

/// Listens to keys, and to whatever shows that someone is there.
pub fn listen(root: &Element, surface: Surface, player: Player, awake: Awake) {
    let inside = root.clone();
    let press = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        awake.stir();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if event.default_prevented() || target.is_some_and(|target| keeps(&target, &event.key())) {
            return;
        }
        // With the focus elsewhere, the keys that scroll a page go on scrolling it.
        if scrolls(&event.key()) && !document().active_element().is_some_and(|focus| inside.contains(Some(&focus))) {
            return;
        }
        if let Some(request) = request(&event) {
            event.prevent_default();
            player.ask(request);
        }
    });
    let stir = Closure::<dyn Fn()>::new(move || awake.stir());
    for event in ["pointermove", "click", "focusin"] {
        let _ = root.add_event_listener_with_callback(event, stir.as_ref().unchecked_ref());
    }
    stir.forget();
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

/// Does the focused element need this key itself?
fn keeps(target: &Element, key: &str) -> bool {
    let fields = "input:not([type=range]),textarea,select,[contenteditable]";
    let buttons = "button,a[href],summary";
    let is = |what: &str| target.closest(what).ok().flatten().is_some();
    is(fields) || (matches!(key, " " | "Enter") && is(buttons)) || (key.starts_with("Arrow") && is(".volume input"))
}

fn request(event: &KeyboardEvent) -> Option<Request> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let toggles = !event.repeat();
    Some(match event.key().as_str() {
        " " | "k" if toggles => Request::Toggle,
        "ArrowLeft" => Request::SeekBy(-5_000),
        "ArrowRight" => Request::SeekBy(5_000),
        "j" => Request::SeekBy(-10_000),
        "l" => Request::SeekBy(10_000),
        "ArrowUp" => Request::VolumeBy(5),
        "ArrowDown" => Request::VolumeBy(-5),
        "Home" => Request::Seek(0),
        "End" => Request::Seek(i64::MAX),
        "m" if toggles => Request::Mute,
        "f" if toggles => Request::Fullscreen,
        "c" if toggles => Request::Captions,
        _ => return None,
    })
}

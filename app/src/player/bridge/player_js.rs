//! Player.js 0.0.11: JSON strings between the embedding page and the frame. Where its specification and
//! its code disagree: `play` is sent when the element is told to play, not each time it has data again;
//! removing without a listener removes all; unknown methods are error 2.

use super::state;
use crate::player::{
    deck::Deck,
    js::{get, object, text},
    media::sets_volume,
    request::Request,
};
use js_sys::{Array, JSON};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

const VERSION: &str = "0.0.11";
const METHODS: [&str; 15] = [
    "play",
    "pause",
    "getPaused",
    "mute",
    "unmute",
    "getMuted",
    "setVolume",
    "getVolume",
    "getDuration",
    "setCurrentTime",
    "getCurrentTime",
    "setLoop",
    "getLoop",
    "addEventListener",
    "removeEventListener",
];
const EVENTS: [&str; 8] = ["ready", "play", "pause", "ended", "timeupdate", "progress", "error", "seeked"];
/// Error codes: -1 unknown, 1 media not supported by the browser, 2 no such method, 3 a method that can't be
/// carried out here.
const UNKNOWN: f64 = -1.0;
const NOT_SUPPORTED: f64 = 1.0;
const NO_METHOD: f64 = 2.0;
const NOT_POSSIBLE: f64 = 3.0;

pub fn take(deck: Deck, message: &JsValue) {
    let Some(method) = text(message, "method") else { return };
    let value = get(message, "value");
    let listener = text(message, "listener");
    // What was set in the message before is read back from the element, whose events come later.
    let Some((_, video)) = deck.player.elements() else { return };
    let ask = |request| deck.ask(request);
    let reply = |value: JsValue| post(deck, &method, Some(value), listener.as_deref());
    match method.as_str() {
        "play" => ask(Request::Play),
        "pause" => ask(Request::Pause),
        "mute" => mute(deck, true),
        "unmute" => mute(deck, false),
        "setVolume" => {
            if !sets_volume() {
                return fail(deck, NOT_POSSIBLE, &[&method, " is not possible on this device"].concat());
            }
            if let Some(level) = value.as_f64() {
                video.set_volume((level / 100.0).clamp(0.0, 1.0));
            }
        }
        "setCurrentTime" => {
            if let Some(to) = value.as_f64() {
                ask(Request::Seek((to * 1000.0) as i64));
            }
        }
        "setLoop" => {
            if value.is_truthy() != video.loop_() {
                ask(Request::Loop);
            }
        }
        "getPaused" => reply(video.paused().into()),
        "getMuted" => reply(video.muted().into()),
        "getLoop" => reply(video.loop_().into()),
        "getVolume" => reply((video.volume() * 100.0).round().into()),
        "getDuration" => reply(state::seconds(deck.media.duration.get_untracked())),
        "getCurrentTime" => reply(video.current_time().into()),
        "addEventListener" => listen(deck, value.as_string().unwrap_or_default(), listener),
        "removeEventListener" => {
            let event = value.as_string().unwrap_or_default();
            deck.bridge.change(|link| {
                link.heard.retain(|(name, id)| *name != event || (listener.is_some() && *id != listener));
            });
        }
        _ => {
            fail(deck, NO_METHOD, &["unknown method ", &method].concat());
        }
    }
}

fn fail(deck: Deck, code: f64, message: &str) {
    tell(deck, "error", Some(object(&[("code", code.into()), ("msg", message.into())]).into()));
}

fn mute(deck: Deck, muted: bool) {
    if let Some((_, video)) = deck.player.elements() {
        video.set_muted(muted);
    }
}

fn listen(deck: Deck, event: String, listener: Option<String>) {
    let is_ready = event == "ready";
    let id = listener.clone();
    deck.bridge.change(|link| {
        if !link.heard.iter().any(|(name, id)| *name == event && *id == listener) {
            link.heard.push((event, listener));
        }
    });
    if is_ready {
        // It is ready already.
        say_ready(deck, id);
    }
}

/// Says that commands are taken, under the address that the page gave the frame.
pub fn say_ready(deck: Deck, listener: Option<String>) {
    let list = |names: &[&str]| names.iter().map(|name| JsValue::from(*name)).collect::<Array>();
    let src = location().href().unwrap_or_default();
    let value = object(&[("src", src.into()), ("events", list(&EVENTS).into()), ("methods", list(&METHODS).into())]);
    post(deck, "ready", Some(value.into()), listener.as_deref());
}

pub fn hear(deck: Deck, event: &str) {
    let value = match event {
        "play" | "pause" | "ended" => None,
        "timeupdate" | "seeked" => Some(state::time(deck)),
        "progress" => Some(state::loaded(deck)),
        "error" => {
            // 4: no source that this browser could use.
            let code = match deck.media.failed.get_untracked() {
                4 => NOT_SUPPORTED,
                _ => UNKNOWN,
            };
            return fail(deck, code, "the video could not be played");
        }
        _ => return,
    };
    tell(deck, event, value.map(JsValue::from));
}

/// One message to each listener.
fn tell(deck: Deck, event: &str, value: Option<JsValue>) {
    let heard = deck.bridge.with(|link| link.heard.clone());
    for (_, listener) in heard.into_iter().filter(|(name, _)| name == event) {
        post(deck, event, value.clone(), listener.as_deref());
    }
}

fn post(deck: Deck, event: &str, value: Option<JsValue>, listener: Option<&str>) {
    // What is undefined leaves no trace in JSON.
    let message = object(&[
        ("context", "player.js".into()),
        ("version", VERSION.into()),
        ("event", event.into()),
        ("value", value.unwrap_or(JsValue::UNDEFINED)),
        ("listener", listener.map_or(JsValue::UNDEFINED, JsValue::from)),
    ]);
    let Ok(text) = JSON::stringify(&message) else { return };
    deck.bridge.with(|link| {
        if let Some(parent) = &link.parent {
            // A parent that has gone hears nothing.
            let _ = parent.post_message(&text, link.origin.as_deref().unwrap_or("*"));
        }
    });
}

//! Our own protocol: `{id, call, args}` in, `{id, ok}` or `{id, error}` and `{event, detail}` out.

use super::{calls, cue_points, player_js, state, viewer, waits};
use crate::player::{
    chapters,
    deck::Deck,
    js::{get, object, text},
    media::{FILLED, fill},
};
use js_sys::{Array, Object, Promise};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, MessagePort};

/// How long a click waits for the page's word.
const PATIENCE: Duration = Duration::from_millis(300);

/// Why a call was not carried out: the name of an error class, and a sentence.
pub struct Refusal(pub &'static str, pub String);

/// Takes the channel that came with a hello; it replaces an older one. What the page says on it waits there
/// until what understands it has arrived.
pub fn open(deck: Deck, port: MessagePort) {
    deck.bridge.change(|link| {
        if let Some(old) = link.port.replace(port.clone()) {
            old.close();
        }
        link.wanted.clear();
    });
    leptos::task::spawn_local(speak(deck, Some(port)));
}

/// Speaks on a channel, unless another has replaced it meanwhile; without one only fetches what that takes.
#[lazy]
pub async fn speak(deck: Deck, port: Option<MessagePort>) {
    let is_newest = |port: &MessagePort| deck.bridge.with(|link| link.port.as_ref() == Some(port));
    let Some(port) = port.filter(is_newest) else { return };
    let take = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| take(deck, &event.data()));
    port.set_onmessage(Some(take.into_js_value().unchecked_ref()));
    deck.bridge.change(|link| {
        link.wanted.extend(["ready".to_owned(), "fill".to_owned()]);
        link.hears = Some(tell_all);
    });
    if let Some((root, _)) = deck.player.elements() {
        // An attribute of an element that exists can be set.
        let _ = root.set_attribute("data-fills", "");
    }
    let list = |names: &[&str]| names.iter().map(|name| JsValue::from(*name)).collect::<Array>();
    let duration = state::seconds(deck.media.duration.get_untracked());
    let (methods, events) = (list(&calls::METHODS).into(), list(&EVENTS).into());
    tell(deck, "ready", &[("version", 1.into()), ("duration", duration), ("methods", methods), ("events", events)]);
}

const EVENTS: [&str; 35] = [
    "ready",
    "play",
    "playing",
    "pause",
    "ended",
    "timeupdate",
    "progress",
    "seeking",
    "seeked",
    "volumechange",
    "ratechange",
    "bufferstart",
    "bufferend",
    "error",
    "loaded",
    "chapterchange",
    "texttrackchange",
    "fullscreenchange",
    "cuepoint",
    "interactionshow",
    "ctaclick",
    "annotationclick",
    "endscreenclick",
    "formsubmit",
    "formskip",
    "questionanswer",
    "gateenter",
    "gaterelease",
    "watchedchange",
    "consentchange",
    "enterpictureinpicture",
    "leavepictureinpicture",
    "commentadd",
    "replyadd",
    "reactionadd",
];

fn post(deck: Deck, message: &Object) {
    deck.bridge.with(|link| {
        if let Some(port) = &link.port {
            // A page that has gone hears nothing.
            let _ = port.post_message(message);
        }
    });
}

fn wants(deck: Deck, event: &str) -> bool {
    deck.bridge.with(|link| link.port.is_some() && link.wanted.iter().any(|wanted| wanted == event))
}

/// Tells of an event, if the page listens to it.
pub fn tell(deck: Deck, event: &str, detail: &[(&str, JsValue)]) {
    tell_object(deck, event, object(detail).into());
}

fn tell_object(deck: Deck, event: &str, detail: JsValue) {
    if wants(deck, event) {
        post(deck, &object(&[("event", event.into()), ("detail", detail)]));
    }
}

/// Asks before a click goes through; see [`super::ask`].
pub fn ask(
    deck: Deck,
    event: &'static str,
    detail: &[(&str, JsValue)],
    go: Box<dyn FnOnce()>,
) -> Option<Box<dyn FnOnce()>> {
    if !wants(deck, event) {
        return Some(go);
    }
    let number = deck.bridge.change(|link| {
        link.asks += 1;
        link.asked.push((link.asks, go));
        link.asks
    });
    let number = number.unwrap_or_default();
    post(deck, &object(&[("event", event.into()), ("detail", object(detail).into()), ("ask", number.into())]));
    set_timeout(move || answer(deck, number, false), PATIENCE);
    None
}

/// The page's word, or the end of patience, whichever comes first.
fn answer(deck: Deck, number: u32, prevented: bool) {
    let go = deck.bridge.change(|link| {
        let place = link.asked.iter().position(|(asked, _)| *asked == number)?;
        Some(link.asked.swap_remove(place).1)
    });
    if let Some(go) = go.flatten().filter(|_| !prevented) {
        go();
    }
}

fn take(deck: Deck, message: &JsValue) {
    if let Some(number) = get(message, "answer").as_f64() {
        return answer(deck, number as u32, get(message, "prevented").is_truthy());
    }
    let Some(name) = text(message, "call") else { return };
    let id = get(message, "id");
    let given: Array = get(message, "args").dyn_into().unwrap_or_default();
    let reply = match name.as_str() {
        "setViewer" | "setConsent" => {
            return leptos::task::spawn_local(viewer::tell_server(deck, name, id, given.get(0)));
        }
        "addEventListener" | "removeEventListener" => Ok(subscribe(deck, &name, given.get(0).as_string())),
        _ => calls::take(deck, &name, &given),
    };
    match reply {
        Ok(value) => match value.dyn_into::<Promise>() {
            Ok(promise) => leptos::task::spawn_local(async move {
                match JsFuture::from(promise).await {
                    Ok(_) => done(deck, id, JsValue::NULL),
                    Err(error) => failed(deck, id, &text(&error, "name").unwrap_or_default(), text(&error, "message")),
                }
            }),
            Err(value) => done(deck, id, value),
        },
        Err(Refusal(name, message)) => failed(deck, id, name, Some(message)),
    }
}

pub fn done(deck: Deck, id: JsValue, value: JsValue) {
    let value = if value.is_undefined() { JsValue::NULL } else { value };
    post(deck, &object(&[("id", id), ("ok", value)]));
}

pub fn failed(deck: Deck, id: JsValue, name: &str, message: Option<String>) {
    let error = object(&[("name", name.into()), ("message", message.unwrap_or_default().into())]);
    post(deck, &object(&[("id", id), ("error", error.into())]));
}

fn subscribe(deck: Deck, call: &str, event: Option<String>) -> JsValue {
    let event = event.unwrap_or_default();
    deck.bridge.change(|link| {
        link.wanted.retain(|wanted| *wanted != event);
        // As many as there are events, and no more.
        if call == "addEventListener" && link.wanted.len() < 64 {
            link.wanted.push(event);
        }
    });
    JsValue::NULL
}

fn tell_all(deck: Deck, event: &str) {
    player_js::hear(deck, event);
    hear(deck, event);
}

fn hear(deck: Deck, event: &str) {
    if deck.bridge.with(|link| link.port.is_none()) {
        return;
    }
    let media = deck.media;
    if let Some(now) = waits(event) {
        let before = deck.bridge.change(|link| std::mem::replace(&mut link.waiting, now)).unwrap_or(now);
        if before != now {
            tell_object(deck, if now { "bufferstart" } else { "bufferend" }, state::time(deck).into());
        }
    }
    match event {
        "play" | "playing" | "pause" | "ended" | "seeking" | "seeked" => {
            tell_object(deck, event, state::time(deck).into())
        }
        "timeupdate" => {
            tell_object(deck, event, state::time(deck).into());
            moved(deck);
        }
        "progress" => tell_object(deck, event, state::loaded(deck).into()),
        "loadedmetadata" => tell(deck, "loaded", &[("duration", state::seconds(media.duration.get_untracked()))]),
        "volumechange" => tell(
            deck,
            event,
            &[
                ("volume", (media.volume.get_untracked() as f64 / 100.0).into()),
                ("muted", media.muted.get_untracked().into()),
            ],
        ),
        "ratechange" => tell(deck, event, &[("playbackRate", (media.rate.get_untracked() as f64 / 100.0).into())]),
        "change" => tell_object(deck, "texttrackchange", calls::showing(deck)),
        "fullscreenchange" | FILLED => {
            tell(deck, "fullscreenchange", &[("fullscreen", media.fullscreen.get_untracked().into())]);
            if event == FILLED {
                tell(deck, "fill", &[("on", media.fullscreen.get_untracked().into())]);
            }
        }
        "enterpictureinpicture" | "leavepictureinpicture" => tell(deck, event, &[]),
        "error" => {
            let code = media.failed.get_untracked();
            let name = ["", "AbortError", "NetworkError", "DecodeError", "NotSupportedError"];
            let name = usize::try_from(code).ok().and_then(|code| name.get(code)).unwrap_or(&"");
            tell(
                deck,
                event,
                &[
                    ("name", (*name).into()),
                    ("code", (code as f64).into()),
                    ("message", "the video could not be played".into()),
                ],
            );
        }
        _ => {}
    }
}

/// What a new position may bring: another chapter, a cue point, more that was watched.
fn moved(deck: Deck) {
    let now = deck.media.time.get_untracked();
    let chapter = deck.media.chapters.with_untracked(|all| chapters::at(all, now));
    let (passed, turned) = deck
        .bridge
        .change(|link| {
            let passed = cue_points::passed(&link.cue_points, link.at, now);
            link.at = now;
            (passed, std::mem::replace(&mut link.chapter, chapter) != chapter)
        })
        .unwrap_or_default();
    if turned {
        tell_object(deck, "chapterchange", state::chapter(deck, chapter));
    }
    for point in passed {
        tell_object(deck, "cuepoint", calls::cue_point(&point));
    }
    if wants(deck, "watchedchange") {
        let (watched, percent) = state::watched(deck);
        if deck.bridge.change(|link| std::mem::replace(&mut link.percent, percent)) != Some(percent) {
            tell_object(deck, "watchedchange", watched.into());
        }
    }
}

/// Sets the attribute that the style sheet and the signals read, when the page has enlarged the frame.
pub fn filled(deck: Deck, on: bool) {
    if let Some((root, _)) = deck.player.elements() {
        fill(&root, on);
        deck.media.fullscreen.set(on);
    }
}

//! What the embedding page may ask and hear: Player.js 0.0.11 for everyone, and our own protocol over a
//! channel of its own once the page has said hello (WIRE.md, section 7). Only messages from the parent
//! window are heard; nothing is allowed because of where they come from.

mod calls;
mod cue_points;
mod player_js;
mod port;
mod state;
mod viewer;

use super::{
    deck::Deck,
    js::{get, is_true, text},
    request::is_framed,
};
use cue_points::CuePoint;
use js_sys::{Array, Reflect};
use leptos::prelude::*;
pub use port::tell;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, MessagePort, Window};

/// The connection to the embedding page, if there is one.
#[derive(Clone, Copy)]
pub struct Bridge(StoredValue<Link, LocalStorage>);

#[derive(Default)]
struct Link {
    parent: Option<Window>,
    /// Where replies go: the parent's origin, once it has spoken.
    origin: Option<String>,
    /// Player.js listeners: event and the id that the parent gave.
    heard: Vec<(String, Option<String>)>,
    port: Option<MessagePort>,
    /// The events of our own protocol that the page listens to.
    wanted: Vec<String>,
    /// Clicks that wait for the page's word.
    asked: Vec<(u32, Box<dyn FnOnce()>)>,
    asks: u32,
    cue_points: Vec<CuePoint>,
    named: u32,
    /// Position, chapter and watched share as last told.
    at: i64,
    chapter: Option<usize>,
    percent: i64,
    /// Playback waits for data.
    waiting: bool,
    /// What is told of the element's events, once the rest of this has arrived.
    hears: Option<fn(Deck, &str)>,
}

impl Bridge {
    pub fn new() -> Self {
        Self(StoredValue::new_local(Link::default()))
    }

    fn with<T>(self, read: impl FnOnce(&Link) -> T) -> T {
        self.0.with_value(read)
    }

    fn change<T>(self, change: impl FnOnce(&mut Link) -> T) -> Option<T> {
        self.0.try_update_value(change)
    }
}

/// Fetches what speaks with the page around the frame, if there is one. Until it has arrived the boot
/// script keeps what the page says.
pub fn wait(deck: Deck) {
    if is_framed() {
        leptos::task::spawn_local(open(deck));
        let is_hello = |event: JsValue| text(&get(&event, "data"), "context").as_deref() == Some("cuepoint");
        if kept().iter().any(is_hello) {
            // Then our own protocol will be needed: both come at once.
            leptos::task::spawn_local(port::speak(deck, None));
        }
    }
}

/// What the page has said until now.
fn kept() -> Array {
    get(&get(&window(), "__cue"), "m").dyn_into().unwrap_or_default()
}

/// Takes the messages that came while the script was on its way, then those that follow, and says that
/// the player is ready.
#[lazy]
async fn open(deck: Deck) {
    let parent = window().parent().ok().flatten();
    deck.bridge.change(|link| {
        link.parent = parent;
        link.hears = Some(player_js::hear);
    });
    let waiting = kept();
    // From here on the boot script keeps nothing.
    let _ = Reflect::set(&get(&window(), "__cue"), &"m".into(), &JsValue::NULL);
    for event in waiting {
        take(deck, event.unchecked_into());
    }
    let listen = Closure::<dyn Fn(MessageEvent)>::new(move |event| take(deck, event));
    let _ = window().add_event_listener_with_callback("message", listen.as_ref().unchecked_ref());
    listen.forget();
    player_js::say_ready(deck, None);
}

fn take(deck: Deck, event: MessageEvent) {
    let parent: JsValue = deck.bridge.with(|link| link.parent.clone().into());
    if get(&event, "source") != parent {
        return;
    }
    let mut data = event.data();
    if let Some(text) = data.as_string() {
        data = js_sys::JSON::parse(&text).unwrap_or(JsValue::NULL);
    }
    let context = if data.is_object() { get(&data, "context").as_string() } else { None };
    match context.as_deref() {
        Some("player.js") => {
            // A page on file:// has no origin that could be named.
            let origin = Some(event.origin()).filter(|origin| origin != "null" && !origin.is_empty());
            deck.bridge.change(|link| link.origin = origin);
            player_js::take(deck, &data);
        }
        Some("cuepoint") => {
            // Meant for a page that came into the frame after the one that has answered.
            let is_known = is_true(&data, "again") && deck.bridge.with(|link| link.port.is_some());
            if !is_known && let Ok(port) = event.ports().get(0).dyn_into::<MessagePort>() {
                port::open(deck, port);
            }
        }
        _ => {}
    }
}

/// Hears an event of the element whose state the signals already hold.
pub fn hear(deck: Deck, event: &str) {
    if let Some(hears) = deck.bridge.with(|link| link.hears) {
        hears(deck, event);
    }
}

/// An interaction has come onto the frame.
pub fn shown(deck: Deck, id: String, kind: &str) {
    port::tell(deck, "interactionshow", &[("id", id.into()), ("kind", kind.into())]);
}

/// A viewer has commented or reacted.
pub fn said(deck: Deck, event: &str, detail: &[(&str, JsValue)]) {
    port::tell(deck, event, detail);
}

/// Lets the page have its say on a click, or on what opens by itself; gives `go` back when the page does not
/// listen.
pub fn ask(
    deck: Deck,
    event: &'static str,
    id: String,
    label: String,
    href: Option<String>,
    automatic: bool,
    go: Box<dyn FnOnce()>,
) -> Option<Box<dyn FnOnce()>> {
    let detail = [("id", id.into()), ("label", label.into()), ("url", href.into()), ("automatic", automatic.into())];
    port::ask(deck, event, &detail, go)
}

/// Does the element say it waits?
fn waits(event: &str) -> Option<bool> {
    match event {
        "waiting" => Some(true),
        "playing" | "canplay" | "pause" | "ended" | "error" | "emptied" => Some(false),
        _ => None,
    }
}

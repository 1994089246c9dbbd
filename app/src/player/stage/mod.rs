//! What stands on the frame: interactions at their moments. All of it is a chunk, fetched a little before
//! the first of them is needed.

mod card;
mod cues;
mod faces;
mod form;
mod frame;
mod link;
mod room;
mod show;

use super::{
    deck::Deck,
    js::{get, number, text},
};
use js_sys::Array;
use leptos::{prelude::*, reactive::computed::ScopedFuture};
use wasm_bindgen::{JsCast, JsValue};

/// How long before its moment an interaction's code is fetched, in milliseconds of media time.
const AHEAD_MS: f64 = 8_000.0;

/// Names and moments, for the scrubber and the list.
pub fn moments(cues: &JsValue) -> Vec<(i64, String)> {
    list(cues).iter().map(|cue| (number(&cue, "from"), text(&cue, "name").unwrap_or_default())).collect()
}

fn list(cues: &JsValue) -> Array {
    cues.clone().dyn_into().unwrap_or_default()
}

/// Sees to it that the stage is there in time: at once where something stands before the video or may not
/// be passed, else a little ahead of the first moment, or when someone opens one from the list.
pub fn wait(deck: Deck, cues: JsValue) {
    let all = list(&cues);
    let waits = |cue: JsValue| get(&cue, "gate") == "required" || get(&cue, "at") == "before";
    let hurries = all.iter().any(waits);
    let first = all.iter().map(|cue| number(&cue, "from") as f64).fold(f64::INFINITY, f64::min) - AHEAD_MS;
    let (media, opened) = (deck.media, StoredValue::new(all.length() == 0));
    let near = Memo::new(move |_| {
        let is_near = media.started.get() && media.time.get() as f64 >= first;
        media.live.get() && (hurries || is_near || deck.wanted.get() >= 0)
    });
    // The stage stays when the playhead goes back: it belongs to the player, not to this effect.
    let owner = Owner::current().unwrap_or_default();
    Effect::new(move || {
        if near.get() && !opened.get_value() {
            opened.set_value(true);
            let cues = cues.clone();
            owner.with(|| leptos::task::spawn_local(ScopedFuture::new(show::open(deck, cues))));
        }
    });
}

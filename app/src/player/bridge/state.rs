//! The player's state as the embedding page hears it.

use crate::player::{chapters, deck::Deck, js::object};
use js_sys::{Array, Object};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// Milliseconds as seconds, the unit of both protocols.
pub fn seconds(ms: i64) -> JsValue {
    (ms as f64 / 1000.0).into()
}

/// `{seconds, duration, percent}`.
pub fn time(deck: Deck) -> Object {
    share(deck, deck.media.time.get_untracked())
}

/// How much is loaded: `{seconds, duration, percent}`.
pub fn loaded(deck: Deck) -> Object {
    share(deck, deck.media.buffered.get_untracked())
}

fn share(deck: Deck, ms: i64) -> Object {
    let duration = deck.media.duration.get_untracked();
    let percent = ms as f64 / (duration.max(1)) as f64;
    object(&[("seconds", seconds(ms)), ("duration", seconds(duration)), ("percent", percent.into())])
}

/// The chapters: `[{index, title, startTime}]`.
pub fn chapters(deck: Deck) -> Array {
    deck.media.chapters.with_untracked(|all| (0..all.len()).map(|place| chapter_at(all, place)).collect())
}

fn chapter_at(all: &[chapters::Chapter], place: usize) -> JsValue {
    let chapter = &all[place];
    let title = chapter.title.as_str().into();
    object(&[("index", (place as f64).into()), ("title", title), ("startTime", seconds(chapter.from))]).into()
}

/// The chapter at a place of the list; null before the first.
pub fn chapter(deck: Deck, place: Option<usize>) -> JsValue {
    let of = |all: &Vec<chapters::Chapter>| place.map(|place| chapter_at(all, place));
    deck.media.chapters.with_untracked(of).unwrap_or(JsValue::NULL)
}

/// What has been played, each moment once: seconds, share and ranges.
pub fn watched(deck: Deck) -> (Object, i64) {
    let played = deck.player.elements().map(|(_, video)| video.played());
    let (mut total, ranges) = (0.0, Array::new());
    if let Some(played) = played {
        for i in 0..played.length() {
            if let (Ok(from), Ok(to)) = (played.start(i), played.end(i)) {
                total += to - from;
                ranges.push(&Array::of2(&from.into(), &to.into()));
            }
        }
    }
    let duration = deck.media.duration.get_untracked().max(1) as f64 / 1000.0;
    let percent = (total / duration).min(1.0);
    let told = object(&[("seconds", total.into()), ("percent", percent.into()), ("ranges", ranges.into())]);
    (told, (percent * 100.0) as i64)
}

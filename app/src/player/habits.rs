//! How a viewer's player starts and what it remembers: volume, speed, captions, the place in the video;
//! what the page's address asks for comes first.

use super::{
    captions,
    deck::Deck,
    js::{call, get, is_true},
    keys,
    media::ms,
    memory::{self, recall, remember},
    request::Request,
    speech::spoken,
    stream,
};
use crate::words::Word;
use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlVideoElement};

/// A position is kept this often while the video plays, in milliseconds of media time.
const KEEP_MS: i64 = 5_000;

/// Takes up what is remembered and what the address asks for.
pub fn take_up(deck: Deck, root: &HtmlElement, video: &HtmlVideoElement) {
    let data = |name: &str| root.get_attribute(&["data-", name].concat());
    if let Some(level) = recall("volume").and_then(|level| level.parse::<i64>().ok()) {
        video.set_volume(level.clamp(0, 100) as f64 / 100.0);
    }
    if recall("muted").as_deref() == Some("1") {
        video.set_muted(true);
    }
    let rate = data("rate").or_else(|| recall("rate")).and_then(|rate| rate.parse().ok());
    if let Some(rate) = rate.filter(|rate| *rate != 100) {
        deck.ask(Request::Rate(rate));
    }
    match data("captions").or_else(|| recall("captions")).as_deref() {
        None | Some("0") => {}
        Some("1") => captions::show(video, captions::in_language(video, &recall("captions-lang").unwrap_or_default())),
        Some(lang) => captions::show(video, captions::in_language(video, lang)),
    }
}

/// Goes on where the viewer left the video, unless the address names another place. Whoever pressed play before
/// the player was there has seen no more than the first seconds: they go on as well.
pub fn resume(deck: Deck, video: &HtmlVideoElement) {
    if deck.player.data("start").is_none()
        && ms(video.current_time()) <= memory::TOO_EARLY_MS
        && let Some(at) = memory::place(&deck.recorder.video(), deck.media.duration.get_untracked())
    {
        deck.ask(Request::Seek(at));
        deck.resumed.set(at);
        deck.said.say(&deck.words.with(Word::SaidResumed, &spoken(at)));
    }
}

/// Plays by itself where the address asks for it and nothing was played yet: with sound where that is allowed,
/// else muted, else not at all.
pub async fn begin(deck: Deck) {
    let Some((_, video)) = deck.player.elements() else { return };
    if deck.player.data("autoplay").is_none() {
        return;
    }
    // What plays by itself plays the stream, if there is one.
    if let Some(coming) = stream::come(deck) {
        let _ = JsFuture::from(coming).await;
    }
    let is_fresh = video.paused() && !video.ended() && video.played().length() == 0;
    if !is_fresh {
        return;
    }
    for _ in 0..2 {
        let Some(asked) = call(&video, "play", &[]).and_then(|asked| asked.dyn_into::<Promise>().ok()) else {
            return;
        };
        if JsFuture::from(asked).await.is_ok() || video.muted() {
            return;
        }
        video.set_muted(true);
    }
}

/// Remembers what the viewer changed; `deck`'s signals already hold it. What a page or the browser's
/// autoplay policy changed is nobody's taste: only what follows a gesture counts.
pub fn hear(deck: Deck, video: &HtmlVideoElement, event: &str) {
    let media = deck.media;
    if !media.live.get_untracked() {
        return;
    }
    let activation = get(&window().navigator(), "userActivation");
    let chosen = !activation.is_object() || is_true(&activation, "isActive");
    match event {
        "volumechange" | "ratechange" | "change" if !chosen => {}
        "volumechange" => {
            remember("volume", &media.volume.get_untracked().to_string());
            remember("muted", if media.muted.get_untracked() { "1" } else { "0" });
        }
        "ratechange" => remember("rate", &media.rate.get_untracked().to_string()),
        "change" => {
            let place = media.track.get_untracked();
            remember("captions", if place < 0 { "0" } else { "1" });
            if let Some(track) =
                usize::try_from(place).ok().and_then(|place| captions::tracks(video).into_iter().nth(place))
            {
                remember("captions-lang", &track.language());
            }
        }
        "timeupdate" | "seeked" | "pause" | "ended" if media.started.get_untracked() => {
            let at = ms(video.current_time());
            if event != "timeupdate" || (at - deck.kept.get_value()).abs() >= KEEP_MS {
                deck.kept.set_value(at);
                memory::keep_place(&deck.recorder.video(), at, media.duration.get_untracked());
            }
        }
        _ => {}
    }
}

/// Are the keyboard shortcuts on?
pub fn keys_are_on() -> bool {
    recall("keys").as_deref() != Some(keys::OFF)
}

/// What happens once the video has ended; the server wrote the owner's choice into the page.
pub fn end(deck: Deck, video: &HtmlVideoElement) {
    match deck.player.data("end").as_deref() {
        Some("reset") => {
            // Loading again is what brings the poster back.
            video.load();
            deck.media.started.set(false);
        }
        Some("next") => {
            if let Some(mut next) = deck.player.data("next") {
                if deck.recorder.is_embedded() {
                    next.push_str(&onward(&location().search().unwrap_or_default()));
                }
                let _ = location().assign(&next);
            }
        }
        _ => {}
    }
}

/// An embed's query for the video that follows: as the embedder wrote it, but for the moments of this
/// video, and playing by itself.
fn onward(query: &str) -> String {
    let mut kept = String::from("?autoplay=1");
    for part in query.trim_start_matches('?').split('&') {
        if !matches!(part.split('=').next(), None | Some("" | "autoplay" | "t" | "start" | "stop")) {
            kept.push('&');
            kept.push_str(part);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_video_that_follows_is_embedded_as_the_one_before_but_for_its_moments() {
        assert_eq!(onward(""), "?autoplay=1");
        let query = "?t=1m&lang=de&autoplay=0&dnt=1&start=5&viewer_token=a.b%3D&stop=9&&color=%23aabbcc";
        assert_eq!(onward(query), "?autoplay=1&lang=de&dnt=1&viewer_token=a.b%3D&color=%23aabbcc");
    }
}

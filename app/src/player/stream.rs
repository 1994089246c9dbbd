//! Streaming in several qualities: HLS, by the browser where it can be trusted with it, else by hls.js
//! from our own origin, fetched when a pointer comes near or someone plays: where there are pointers, a page that
//! nobody plays never fetches it.
//! The plain file stays in the page for whoever plays before the player is there.

use super::{
    deck::Deck,
    frame::touches,
    js::{at_first, call, get, is_true, number, object, text},
    request::Request,
    sounds,
};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{HtmlElement, HtmlVideoElement};

/// How long playback waits for the stream, in milliseconds from when it was sent for; then the plain file plays.
const PATIENCE_MS: i32 = 5_000;

/// A stream that may still have to be taken up.
#[derive(Clone, Copy)]
pub struct Stream {
    /// There is one, and it has not been taken up.
    due: StoredValue<bool>,
    /// Fulfilled when it was taken up, or is not waited for any longer; none until it was sent for.
    coming: StoredValue<Option<Promise>, LocalStorage>,
    /// Nobody has paused since playback was asked for.
    wanted: StoredValue<bool>,
}

impl Stream {
    pub fn new() -> Self {
        Self { due: StoredValue::new(false), coming: StoredValue::new_local(None), wanted: StoredValue::new(false) }
    }

    /// Playback that waits is not wanted after all.
    pub fn rest(self) {
        self.wanted.set_value(false);
    }
}

/// Sends for the stream when a pointer or the focus comes to the player; at once where a finger would be the first
/// to say so, and should not have to wait.
pub fn wait(deck: Deck, root: &HtmlElement) {
    if deck.player.data("stream").is_none() {
        return;
    }
    deck.stream.due.set_value(true);
    let come = Box::new(move || drop(come(deck)));
    // Safari's own player needs no engine, and fetches nothing until it plays.
    if is_native() || touches() {
        come();
    } else {
        at_first(root, &["pointerover", "pointerdown", "focusin"], come);
    }
}

/// Sends for the stream; none where there is nothing to wait for. It is never refused.
pub fn come(deck: Deck) -> Option<Promise> {
    let stream = deck.stream;
    if !stream.due.get_value() || !is_untouched(deck) {
        return None;
    }
    if let Some(coming) = stream.coming.get_value() {
        return Some(coming);
    }
    let playlist = deck.player.data("stream")?;
    let coming = Promise::new(&mut |done, _| {
        // A timer is always set.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, PATIENCE_MS);
        let playlist = playlist.clone();
        leptos::task::spawn_local(async move {
            attach(deck, playlist).await;
            stream.due.set_value(false);
            // What fulfils a promise does not throw.
            let _ = done.call0(&JsValue::NULL);
        });
    });
    stream.coming.set_value(Some(coming.clone()));
    Some(coming)
}

/// Playback that waits for the stream; none where there is nothing to wait for. That someone has pressed a key or
/// a button counts for the page from then on, so browsers let it play. Not so Safari, which is never made to wait.
pub fn play(deck: Deck) -> Option<Promise> {
    if is_native() {
        return None;
    }
    let coming = come(deck)?;
    let (_, video) = deck.player.elements()?;
    deck.stream.wanted.set_value(true);
    let waiting = deck.media.waiting;
    waiting.set(true);
    Some(future_to_promise(async move {
        let _ = JsFuture::from(coming).await;
        let played = if deck.stream.wanted.get_value() {
            JsFuture::from(video.play()?).await
        } else {
            Err(object(&[("name", "AbortError".into()), ("message", "paused before it could play".into())]).into())
        };
        if played.is_err() {
            waiting.set(false);
        }
        played
    }))
}

/// Safari's own player; other browsers claim to know HLS and stumble over it.
fn is_native() -> bool {
    is_true(&window(), "ManagedMediaSource")
}

/// Attaches the stream, unless the video has been played already or other sound was chosen: sources are never
/// swapped under a viewer.
#[lazy]
async fn attach(deck: Deck, playlist: String) {
    let Some((_, video)) = deck.player.elements() else { return };
    if is_native() {
        if is_untouched(deck) {
            take(deck, &video, &playlist);
            stop(deck, &video);
        }
        return;
    }
    let Some(class) = engine(&deck).await else { return };
    if !is_untouched(deck) || !supports(&class) {
        return;
    }
    // An engine that can't be made leaves the plain file where it is.
    if start(deck, &video, &class, &playlist).is_some() {
        stop(deck, &video);
    }
}

/// What the address asks for, in seconds: the plain file has it in its fragment, a stream has none.
fn asked(deck: Deck, name: &str) -> Option<f64> {
    let ms: i64 = deck.player.data(name)?.parse().ok()?;
    Some(ms as f64 / 1000.0)
}

/// Where to begin, in seconds: where the element was moved to, else where the address asks.
fn beginning(deck: Deck, video: &HtmlVideoElement) -> f64 {
    Some(video.current_time()).filter(|at| *at > 0.0).or_else(|| asked(deck, "start")).unwrap_or(0.0)
}

/// Pauses where the address asks for it, once.
fn stop(deck: Deck, video: &HtmlVideoElement) {
    let Some(end) = asked(deck, "stop") else { return };
    let (of, mut is_due) = (video.clone(), true);
    let hear = Closure::<dyn FnMut()>::new(move || {
        if is_due && of.current_time() >= end {
            is_due = false;
            // Pausing never fails.
            let _ = of.pause();
        }
    });
    let _ = video.add_event_listener_with_callback("timeupdate", hear.as_ref().unchecked_ref());
    hear.forget();
}

fn is_untouched(deck: Deck) -> bool {
    !deck.media.started.get_untracked() && sounds::playing(deck) == 0
}

/// The engine's class, from the address that the page names.
async fn engine(deck: &Deck) -> Option<Function> {
    let address = deck.player.data("engine")?;
    // Only a script can import; the boot script lends its own.
    let module = call(&get(&window(), "__cue"), "i", &[address.into()])?.dyn_into::<Promise>().ok()?;
    get(&JsFuture::from(module).await.ok()?, "default").dyn_into().ok()
}

fn supports(class: &Function) -> bool {
    call(class, "isSupported", &[]).is_some_and(|answer| answer.is_truthy())
}

fn take(deck: Deck, video: &HtmlVideoElement, source: &str) {
    let at = beginning(deck, video);
    video.set_src(source);
    if at > 0.0 {
        video.set_current_time(at);
    }
}

fn start(deck: Deck, video: &HtmlVideoElement, class: &Function, playlist: &str) -> Option<()> {
    let at = beginning(deck, video);
    let settings = object(&[
        ("capLevelToPlayerSize", true.into()),
        ("backBufferLength", 60.into()),
        // Where addresses end; see `renew`.
        ("xhrSetup", get(&get(&window(), "__cue"), "x")),
        // -1 is the beginning.
        ("startPosition", if at > 0.0 { at } else { -1.0 }.into()),
    ]);
    let engine = Reflect::construct(class, &Array::of1(&settings)).ok()?;
    let plain = video.current_src();
    on(&engine, "hlsManifestParsed", move |engine, _| {
        deck.levels.set(names(&levels(engine)));
    });
    on(&engine, "hlsLevelSwitched", move |engine, data| {
        let place = number(data, "level");
        deck.playing_level.set(place);
        deck.level.set(if is_true(engine, "autoLevelEnabled") { -1 } else { place });
    });
    let of = video.clone();
    on(&engine, "hlsError", move |engine, data| {
        if !is_true(data, "fatal") {
            return;
        }
        match text(data, "type").as_deref() {
            Some("mediaError") => drop(call(engine, "recoverMediaError", &[])),
            _ => give_up(deck, &of, &plain),
        }
    });
    call(&engine, "loadSource", &[playlist.into()])?;
    call(&engine, "attachMedia", &[video.into()])?;
    ENGINE.with(|kept| kept.replace(Some(engine)));
    Some(())
}

/// The plain file takes over where the stream broke.
fn give_up(deck: Deck, video: &HtmlVideoElement, plain: &str) {
    let (at, paused) = (video.current_time(), video.paused());
    let_go(deck);
    video.set_src(plain);
    video.set_current_time(at);
    if !paused {
        deck.ask(Request::Play);
    }
}

/// Takes the engine off the element, and its qualities off the menu: a plain file has none.
pub fn let_go(deck: Deck) {
    if let Some(engine) = ENGINE.take() {
        call(&engine, "destroy", &[]);
        deck.levels.set(Vec::new());
    }
}

thread_local! {
    /// The engine of this page's player.
    static ENGINE: std::cell::RefCell<Option<JsValue>> = const { std::cell::RefCell::new(None) };
}

/// Plays the quality at a place from the next segment on; -1 lets the engine choose.
pub fn choose(deck: Deck, place: i64) {
    ENGINE.with_borrow(|engine| {
        if let Some(engine) = engine {
            // The engine takes any place of its own list.
            let _ = Reflect::set(engine, &"nextLevel".into(), &(place as f64).into());
            deck.level.set(place);
        }
    });
}

fn on(engine: &JsValue, event: &str, hear: impl Fn(&JsValue, &JsValue) + 'static) {
    let of = engine.clone();
    let hear = Closure::<dyn Fn(JsValue, JsValue)>::new(move |_: JsValue, data: JsValue| hear(&of, &data));
    call(engine, "on", &[event.into(), hear.into_js_value()]);
}

fn levels(engine: &JsValue) -> Vec<(i64, i64)> {
    let levels = get(engine, "levels").dyn_into::<Array>().unwrap_or_default().to_vec();
    levels.iter().map(|level| (number(level, "height"), number(level, "bitrate"))).collect()
}

/// `720p`; with its bitrate where two have the same height.
fn names(levels: &[(i64, i64)]) -> Vec<String> {
    let twice = |height| levels.iter().filter(|(other, _)| *other == height).count() > 1;
    let name = |(height, bitrate): &(i64, i64)| {
        if twice(*height) { format!("{height}p {} kbit/s", bitrate / 1000) } else { format!("{height}p") }
    };
    levels.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualities_of_the_same_height_are_told_apart() {
        assert_eq!(names(&[(360, 800_000), (720, 2_000_000)]), ["360p", "720p"]);
        assert_eq!(names(&[(720, 1_000_000), (720, 2_000_000)]), ["720p 1000 kbit/s", "720p 2000 kbit/s"]);
    }
}

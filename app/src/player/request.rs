//! What controls may ask of the player. Nothing changes because a button was pressed: the element
//! is asked, and when it does change, [`super::media`] says so.

use super::{
    captions,
    js::{call, get, ignore_refusal, is_true},
    media::{self, Media, ms},
    memory,
};
use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, HtmlVideoElement};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Request {
    Toggle,
    Play,
    Pause,
    /// To a position in milliseconds.
    Seek(i64),
    /// By this many milliseconds.
    SeekBy(i64),
    /// To this volume, 0 to 100; more than 0 also unmutes.
    Volume(i64),
    VolumeBy(i64),
    Mute,
    /// In percent, 25 to 300.
    Rate(i64),
    /// To the next speed on offer, up or down.
    RateBy(i64),
    Loop,
    /// Captions on or off, in the language that was last chosen.
    Captions,
    /// The captions at this place, or -1 for none.
    Track(i64),
    Fullscreen,
    PictureInPicture,
    AnotherDevice,
    /// Loads the file again, and goes on where it stopped.
    Retry,
}

/// The speeds on offer, in percent.
pub const RATES: [i64; 10] = [25, 50, 75, 100, 125, 150, 175, 200, 250, 300];

/// The elements that requests act on.
#[derive(Clone, Copy)]
pub struct Player(StoredValue<Option<(HtmlElement, HtmlVideoElement)>, LocalStorage>);

/// The player's root and its video, around the skin.
pub fn around(skin: &Element) -> Option<(HtmlElement, HtmlVideoElement)> {
    let root = skin.closest(".player").ok()??;
    let video = root.query_selector("video").ok()??;
    Some((root.unchecked_into(), video.unchecked_into()))
}

/// Gives the focus to the first of these within, if there is one.
pub fn focus(within: &Element, selector: &str) {
    if let Ok(Some(found)) = within.query_selector(selector) {
        // What can't take it leaves it where it is.
        let _ = found.unchecked_into::<HtmlElement>().focus();
    }
}

impl Player {
    pub fn new() -> Self {
        Self(StoredValue::new_local(None))
    }

    pub fn set(self, root: &HtmlElement, video: &HtmlVideoElement) {
        self.0.set_value(Some((root.clone(), video.clone())));
    }

    /// The root and the video; none before the page is ready.
    pub fn elements(self) -> Option<(HtmlElement, HtmlVideoElement)> {
        self.0.get_value()
    }

    /// What the server wrote into the root's `data-{name}`.
    pub fn data(self, name: &str) -> Option<String> {
        self.elements()?.0.get_attribute(&["data-", name].concat())
    }

    /// Tells the style sheet how things stand, in the root's class.
    pub fn dress(self, media: &Media, idle: bool) {
        let mut class = String::from("player");
        for (name, on) in [
            (" live", media.live.get()),
            (" playing", !media.paused.get()),
            (" started", media.started.get()),
            (" waiting", media.waiting.get()),
            (" apart", media.apart.get()),
            (" full", media.fullscreen.get()),
            (" idle", idle),
        ] {
            class.push_str(if on { name } else { "" });
        }
        if let Some((root, _)) = self.elements() {
            root.set_class_name(&class);
        }
    }

    /// Gives the focus back to the player, when what had it has gone.
    pub fn focus(self) {
        if let Some((root, _)) = self.elements() {
            // An element with a tabindex takes the focus.
            let _ = root.focus();
        }
    }

    pub fn ask(self, request: Request) {
        let Some((root, video)) = self.elements() else { return };
        match request {
            // A refused play (autoplay policy) leaves the element paused, which is what the controls show.
            Request::Toggle if video.paused() => self.ask(Request::Play),
            Request::Toggle | Request::Pause => drop(video.pause()),
            Request::Play => drop(video.play().map(ignore_refusal)),
            Request::Seek(to) => seek(&video, to),
            Request::SeekBy(by) => seek(&video, ms(video.current_time()) + by),
            Request::Volume(to) => {
                video.set_volume(to.clamp(0, 100) as f64 / 100.0);
                video.set_muted(to <= 0);
            }
            Request::VolumeBy(by) => self.ask(Request::Volume((video.volume() * 100.0).round() as i64 + by)),
            Request::Mute => {
                // Nobody who asks for sound wants a volume of nothing.
                if video.muted() && video.volume() == 0.0 {
                    video.set_volume(0.5);
                }
                video.set_muted(!video.muted());
            }
            Request::Rate(rate) => {
                let rate = rate.clamp(25, 300) as f64 / 100.0;
                // What is loaded next plays as fast.
                video.set_default_playback_rate(rate);
                video.set_playback_rate(rate);
            }
            Request::RateBy(step) => {
                let now = (video.playback_rate() * 100.0).round() as i64;
                let next =
                    RATES.into_iter().filter(|rate| (rate - now) * step > 0).min_by_key(|rate| (rate - now).abs());
                self.ask(Request::Rate(next.unwrap_or(now)));
            }
            Request::Loop => {
                video.set_loop(!video.loop_());
                tell(&root, media::LOOPED);
            }
            Request::Captions => {
                let place = if captions::showing(&video) >= 0 {
                    -1
                } else {
                    captions::in_language(&video, &memory::recall("captions-lang").unwrap_or_default())
                };
                self.ask(Request::Track(place));
            }
            Request::Track(place) => captions::show(&video, place),
            Request::Fullscreen => toggle_fullscreen(&root, &video),
            Request::PictureInPicture => toggle_picture(&video),
            Request::AnotherDevice => choose_device(&video),
            Request::Retry => {
                let from = video.current_time();
                video.load();
                video.set_current_time(from);
                self.ask(Request::Play);
            }
        }
    }
}

/// Gives the root an event of the player's own.
pub fn tell(root: &HtmlElement, name: &str) {
    if let Ok(event) = web_sys::Event::new(name) {
        let _ = root.dispatch_event(&event);
    }
}

/// The container goes full screen, so that what stands on the frame stays there. Where only a video
/// may do that (an iPhone), the container fills the window, or its frame is asked to.
fn toggle_fullscreen(root: &HtmlElement, video: &HtmlVideoElement) {
    let document = document();
    if media::fullscreen_element().is_some() {
        call(&document, "exitFullscreen", &[]).or_else(|| call(&document, "webkitExitFullscreen", &[]));
    } else if is_true(&document, "fullscreenEnabled") || is_true(&document, "webkitFullscreenEnabled") {
        let asked = call(root, "requestFullscreen", &[]).or_else(|| call(root, "webkitRequestFullscreen", &[]));
        let video = video.clone();
        leptos::task::spawn_local(async move {
            // Only what fills the screen may turn it (Screen Orientation, pre-lock conditions).
            if let Some(promise) = asked.and_then(|asked| asked.dyn_into::<Promise>().ok())
                && JsFuture::from(promise).await.is_err()
            {
                return;
            }
            lie_down(&video);
        });
    } else if is_framed() && !root.has_attribute("data-fills") {
        // Nobody around the frame could enlarge it: the browser's own player is all there is.
        call(video, "webkitEnterFullscreen", &[]);
    } else {
        media::fill(root, !media::is_filled(root));
        tell(root, media::FILLED);
    }
}

/// A wide video on a phone turns the screen, where the browser lets it.
fn lie_down(video: &HtmlVideoElement) {
    let wide = video.video_width() > video.video_height();
    let touch = window().match_media("(pointer: coarse)").ok().flatten().is_some_and(|query| query.matches());
    if wide && touch {
        call(&get(&get(&window(), "screen"), "orientation"), "lock", &["landscape".into()]);
    }
}

/// Does the page stand in a frame?
pub fn is_framed() -> bool {
    let window = window();
    window.parent().ok().flatten().is_some_and(|parent| parent != window)
}

fn toggle_picture(video: &HtmlVideoElement) {
    if media::in_picture(video) {
        call(&document(), "exitPictureInPicture", &[]);
    } else {
        call(video, "requestPictureInPicture", &[]);
    }
}

/// AirPlay's picker, or the Remote Playback API's.
fn choose_device(video: &HtmlVideoElement) {
    if call(video, "webkitShowPlaybackTargetPicker", &[]).is_none() {
        call(&get(video, "remote"), "prompt", &[]);
    }
}

pub fn seek(video: &HtmlVideoElement, to: i64) {
    let end = video.duration();
    let to = to.max(0) as f64 / 1000.0;
    video.set_current_time(if end.is_finite() { to.min(end) } else { to });
}

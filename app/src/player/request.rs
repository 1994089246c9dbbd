//! What controls may ask of the player. Nothing changes because a button was pressed: the element
//! is asked, and when it does change, [`super::media`] says so.

use super::media::{Media, captions, ms};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlVideoElement, TextTrackMode};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Request {
    Toggle,
    /// To a position in milliseconds.
    Seek(i64),
    /// By this many milliseconds.
    SeekBy(i64),
    /// To this volume, 0 to 100; more than 0 also unmutes.
    Volume(i32),
    VolumeBy(i32),
    Mute,
    Captions,
    Fullscreen,
}

/// The elements that requests act on.
#[derive(Clone, Copy)]
pub struct Player(StoredValue<Option<(HtmlElement, HtmlVideoElement)>, LocalStorage>);

/// The player's root and its video, around the skin.
pub fn around(skin: &Element) -> Option<(HtmlElement, HtmlVideoElement)> {
    let root = skin.closest(".player").ok()??;
    let video = root.query_selector("video").ok()??;
    Some((root.unchecked_into(), video.unchecked_into()))
}

impl Player {
    pub fn new() -> Self {
        Self(StoredValue::new_local(None))
    }

    pub fn set(self, root: &HtmlElement, video: &HtmlVideoElement) {
        self.0.set_value(Some((root.clone(), video.clone())));
    }

    /// Tells the style sheet how things stand, in the root's class.
    pub fn dress(self, media: &Media, idle: bool) {
        let mut class = String::from("player");
        for (name, on) in [
            (" live", media.live.get()),
            (" playing", !media.paused.get()),
            (" started", media.started.get()),
            (" waiting", media.waiting.get()),
            (" idle", idle),
        ] {
            class.push_str(if on { name } else { "" });
        }
        if let Some((root, _)) = self.0.get_value() {
            root.set_class_name(&class);
        }
    }

    /// Gives the focus back to the player, when what had it has gone.
    pub fn focus(self) {
        if let Some((root, _)) = self.0.get_value() {
            // An element with a tabindex takes the focus.
            let _ = root.focus();
        }
    }

    pub fn ask(self, request: Request) {
        let Some((root, video)) = self.0.get_value() else { return };
        match request {
            // A refused play (autoplay policy) leaves the element paused, which is what the controls show.
            Request::Toggle if video.paused() => drop(video.play().map(ignore_refusal)),
            Request::Toggle => drop(video.pause()),
            Request::Seek(to) => seek(&video, to),
            Request::SeekBy(by) => seek(&video, ms(video.current_time()) + by),
            Request::Volume(to) => {
                video.set_volume(f64::from(to.clamp(0, 100)) / 100.0);
                video.set_muted(to <= 0);
            }
            Request::VolumeBy(by) => self.ask(Request::Volume((video.volume() * 100.0).round() as i32 + by)),
            Request::Mute => video.set_muted(!video.muted()),
            Request::Captions => {
                if let Some(track) = captions(&video) {
                    let shown = track.mode() == TextTrackMode::Showing;
                    track.set_mode(if shown { TextTrackMode::Hidden } else { TextTrackMode::Showing });
                }
            }
            Request::Fullscreen => toggle_fullscreen(&root, &video),
        }
    }
}

/// The container goes full screen, so that what stands on the frame stays there.
fn toggle_fullscreen(root: &HtmlElement, video: &HtmlVideoElement) {
    let document = document();
    if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    } else if document.fullscreen_enabled() {
        let _ = root.request_fullscreen();
    } else if let Ok(enter) = js_sys::Reflect::get(video, &"webkitEnterFullscreen".into()) {
        // An iPhone: only the video itself can fill the screen. Elsewhere there is no such function.
        let _ = enter.dyn_ref::<js_sys::Function>().map(|enter| enter.call0(video));
    }
}

fn seek(video: &HtmlVideoElement, to: i64) {
    let end = video.duration();
    let to = to.max(0) as f64 / 1000.0;
    video.set_current_time(if end.is_finite() { to.min(end) } else { to });
}

fn ignore_refusal(promise: js_sys::Promise) {
    leptos::task::spawn_local(async move {
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    });
}

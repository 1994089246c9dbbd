//! What controls may ask of the player. Nothing changes because a button was pressed: the element
//! is asked, and when it does change, [`super::media`] says so.

use super::media::{captions, ms};
use leptos::{html, prelude::*};
use web_sys::TextTrackMode;

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
pub struct Player {
    pub root: NodeRef<html::Div>,
    pub video: NodeRef<html::Video>,
}

impl Player {
    pub fn ask(self, request: Request) {
        let Some(video) = self.video.get_untracked() else { return };
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
            Request::Fullscreen => self.toggle_fullscreen(),
        }
    }

    /// The container goes full screen, so that what stands on the frame stays there.
    fn toggle_fullscreen(self) {
        let document = document();
        if document.fullscreen_element().is_some() {
            document.exit_fullscreen();
        } else if let Some(root) = self.root.get_untracked() {
            // Refused in a frame without permission; the button then does nothing.
            let _ = root.request_fullscreen();
        }
    }
}

fn seek(video: &web_sys::HtmlVideoElement, to: i64) {
    let end = video.duration();
    let to = to.max(0) as f64 / 1000.0;
    video.set_current_time(if end.is_finite() { to.min(end) } else { to });
}

fn ignore_refusal(promise: js_sys::Promise) {
    leptos::task::spawn_local(async move {
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    });
}

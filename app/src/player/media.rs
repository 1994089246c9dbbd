//! The state of the `<video>` as signals. Only the element sets them; controls ask, see [`super::request`].

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlMediaElement, HtmlVideoElement, TextTrackMode};

/// What the element last said.
#[derive(Clone, Copy)]
pub struct Media {
    /// Our controls have taken over from the native ones.
    pub live: RwSignal<bool>,
    pub paused: RwSignal<bool>,
    /// It has played at least once.
    pub started: RwSignal<bool>,
    pub ended: RwSignal<bool>,
    pub waiting: RwSignal<bool>,
    pub failed: RwSignal<bool>,
    /// Milliseconds of media time.
    pub time: RwSignal<i64>,
    pub duration: RwSignal<i64>,
    pub buffered: RwSignal<i64>,
    /// 0 to 100.
    pub volume: RwSignal<i32>,
    pub muted: RwSignal<bool>,
    pub captions: RwSignal<bool>,
    pub fullscreen: RwSignal<bool>,
}

/// Everything after which the element's state may differ, and the clicks on it.
const EVENTS: [&str; 17] = [
    "play",
    "playing",
    "pause",
    "ended",
    "waiting",
    "canplay",
    "timeupdate",
    "durationchange",
    "progress",
    "seeking",
    "seeked",
    "ratechange",
    "volumechange",
    "error",
    "emptied",
    "click",
    "dblclick",
];

impl Media {
    pub fn new(duration: i64) -> Self {
        Self {
            live: RwSignal::new(false),
            paused: RwSignal::new(true),
            started: RwSignal::new(false),
            ended: RwSignal::new(false),
            waiting: RwSignal::new(false),
            failed: RwSignal::new(false),
            time: RwSignal::new(0),
            duration: RwSignal::new(duration),
            buffered: RwSignal::new(0),
            volume: RwSignal::new(100),
            muted: RwSignal::new(false),
            captions: RwSignal::new(false),
            fullscreen: RwSignal::new(false),
        }
    }

    /// Follows the element from now on, and lets `hear` know of each of its events.
    pub fn follow(self, video: &HtmlVideoElement, hear: impl Fn(&HtmlVideoElement, &str) + 'static) {
        let element = video.clone();
        let hear = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
            let name = event.type_();
            self.read(&element, &name);
            hear(&element, &name);
        });
        for name in EVENTS {
            // Listening to an element that exists can't fail.
            let _ = video.add_event_listener_with_callback(name, hear.as_ref().unchecked_ref());
        }
        if let Some(tracks) = video.text_tracks() {
            let _ = tracks.add_event_listener_with_callback("change", hear.as_ref().unchecked_ref());
        }
        let document = document();
        let _ = document.add_event_listener_with_callback("fullscreenchange", hear.as_ref().unchecked_ref());
        hear.forget();
        self.read(video, "");
        video.set_controls(false);
    }

    fn read(self, video: &HtmlVideoElement, event: &str) {
        put(self.paused, video.paused());
        put(self.started, self.started.get_untracked() || !video.paused() || video.current_time() > 0.0);
        put(self.ended, video.ended());
        put(self.failed, video.error().is_some());
        match event {
            "waiting" | "seeking" => put(self.waiting, !video.paused()),
            "playing" | "canplay" | "seeked" | "pause" | "ended" | "error" => put(self.waiting, false),
            _ => {}
        }
        put(self.time, ms(video.current_time()));
        if video.duration().is_finite() {
            put(self.duration, ms(video.duration()));
        }
        put(self.buffered, buffered_at(video));
        put(self.volume, (video.volume() * 100.0).round() as i32);
        put(self.muted, video.muted());
        put(self.captions, captions(video).is_some_and(|track| track.mode() == TextTrackMode::Showing));
        put(self.fullscreen, document().fullscreen_element().is_some());
    }
}

/// Sets a signal only when it changes: `timeupdate` comes four times a second.
fn put<T: PartialEq + Clone + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.get_untracked() != value {
        signal.set(value);
    }
}

/// Seconds as whole milliseconds.
pub fn ms(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

/// The end of the buffered range around the playhead.
fn buffered_at(video: &HtmlMediaElement) -> i64 {
    let (ranges, now) = (video.buffered(), video.current_time());
    let ends = (0..ranges.length()).filter_map(|i| Some((ranges.start(i).ok()?, ranges.end(i).ok()?)));
    ends.into_iter().find(|(from, to)| *from <= now + 0.5 && now <= *to).map_or(0, |(_, to)| ms(to))
}

/// The captions track, if there is one.
pub fn captions(video: &HtmlMediaElement) -> Option<web_sys::TextTrack> {
    let tracks = video.text_tracks()?;
    (0..tracks.length()).find_map(|i| tracks.get(i))
}

//! The state of the `<video>` as signals. Only the element sets them; controls ask, see [`super::request`].

use super::{
    captions,
    chapters::Chapter,
    js::{get, is_same, is_true},
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Event, HtmlElement, HtmlMediaElement, HtmlVideoElement};

/// What the element last said.
#[derive(Clone, Copy)]
pub struct Media {
    /// Our controls have taken over from the native ones.
    pub live: RwSignal<bool>,
    pub paused: RwSignal<bool>,
    /// It has played at least once.
    pub started: RwSignal<bool>,
    pub ended: RwSignal<bool>,
    /// It waits for data, or [`super::stream`] does for its engine.
    pub waiting: RwSignal<bool>,
    /// The code of a `MediaError`, 0 when all is well.
    pub failed: RwSignal<i64>,
    /// Milliseconds of media time.
    pub time: RwSignal<i64>,
    pub duration: RwSignal<i64>,
    pub buffered: RwSignal<i64>,
    /// 0 to 100.
    pub volume: RwSignal<i64>,
    pub muted: RwSignal<bool>,
    /// In percent: 100 is as recorded.
    pub rate: RwSignal<i64>,
    pub looped: RwSignal<bool>,
    /// The place of the showing captions, or -1.
    pub track: RwSignal<i64>,
    /// The container fills the screen, or the window.
    pub fullscreen: RwSignal<bool>,
    /// Only the bare video is seen: in a window of its own, or in a phone's own player.
    pub apart: RwSignal<bool>,
    pub chapters: RwSignal<Vec<Chapter>>,
}

/// Everything after which the element's state may differ.
const EVENTS: [&str; 20] = [
    "play",
    "playing",
    "pause",
    "ended",
    "waiting",
    "canplay",
    "loadedmetadata",
    "timeupdate",
    "durationchange",
    "progress",
    "seeking",
    "seeked",
    "ratechange",
    "volumechange",
    "error",
    "emptied",
    "enterpictureinpicture",
    "leavepictureinpicture",
    "webkitbeginfullscreen",
    "webkitendfullscreen",
];

impl Media {
    pub fn new(duration: i64) -> Self {
        Self {
            live: RwSignal::new(false),
            paused: RwSignal::new(true),
            started: RwSignal::new(false),
            ended: RwSignal::new(false),
            waiting: RwSignal::new(false),
            failed: RwSignal::new(0),
            time: RwSignal::new(0),
            duration: RwSignal::new(duration),
            buffered: RwSignal::new(0),
            volume: RwSignal::new(100),
            muted: RwSignal::new(false),
            rate: RwSignal::new(100),
            looped: RwSignal::new(false),
            track: RwSignal::new(-1),
            fullscreen: RwSignal::new(false),
            apart: RwSignal::new(false),
            chapters: RwSignal::new(Vec::new()),
        }
    }

    /// Follows an element for as long as the page lives; `hear` gets each event after the signals are set.
    pub fn follow(
        self,
        root: &HtmlElement,
        video: &HtmlVideoElement,
        hear: impl Fn(&HtmlVideoElement, &str) + 'static,
    ) {
        let (of, within) = (video.clone(), root.clone());
        let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            let name = event.type_();
            self.read(&within, &of, &name);
            hear(&of, &name);
        });
        // It listens as long as the page lives.
        let hear = hear.into_js_value();
        let hear = hear.unchecked_ref();
        for name in EVENTS {
            // Listening to an element that exists can't fail.
            let _ = video.add_event_listener_with_callback(name, hear);
        }
        // `loop` has no event of its own.
        let _ = root.add_event_listener_with_callback(LOOPED, hear);
        if let Some(tracks) = video.text_tracks() {
            let _ = tracks.add_event_listener_with_callback("change", hear);
        }
        for name in ["fullscreenchange", "webkitfullscreenchange"] {
            let _ = document().add_event_listener_with_callback(name, hear);
        }
        let _ = root.add_event_listener_with_callback(FILLED, hear);
        self.read(root, video, "");
        video.set_controls(false);
    }

    fn read(self, root: &HtmlElement, video: &HtmlVideoElement, event: &str) {
        put(self.paused, video.paused());
        put(self.started, self.started.get_untracked() || !video.paused() || video.played().length() > 0);
        put(self.ended, video.ended());
        put(self.failed, video.error().map_or(0, |error| error.code().into()));
        match event {
            "waiting" | "seeking" => put(self.waiting, !video.paused()),
            "playing" | "canplay" | "seeked" | "pause" | "ended" | "error" => put(self.waiting, false),
            // It may have said so before anyone listened.
            "" => {
                let lacks = video.ready_state() < HtmlMediaElement::HAVE_FUTURE_DATA;
                put(self.waiting, lacks && !video.paused() && video.error().is_none());
            }
            _ => {}
        }
        put(self.time, ms(video.current_time()));
        if video.duration().is_finite() {
            put(self.duration, ms(video.duration()));
        }
        put(self.buffered, buffered_at(video));
        put(self.volume, (video.volume() * 100.0).round() as i64);
        put(self.muted, video.muted());
        put(self.rate, (video.playback_rate() * 100.0).round() as i64);
        put(self.looped, video.loop_());
        put(self.track, captions::showing(video));
        put(self.fullscreen, is_filled(root) || fullscreen_element().is_some());
        let apart = is_true(video, "webkitDisplayingFullscreen") || in_picture(video);
        put(self.apart, apart);
    }
}

/// The events that the player gives its own root, where the platform has none.
pub const LOOPED: &str = "cue:loop";
pub const FILLED: &str = "cue:fill";

/// Does the player fill the window, on a phone that lets only videos fill its screen?
pub fn is_filled(root: &HtmlElement) -> bool {
    root.has_attribute("data-filled")
}

/// Fills the window, or no longer; the page behind it does not scroll meanwhile.
pub fn fill(root: &HtmlElement, on: bool) {
    for one in [Some(root.as_ref()), document().document_element().as_ref()].into_iter().flatten() {
        // Attributes of an element that exists can be changed.
        let _ = one.toggle_attribute_with_force("data-filled", on);
    }
}

pub fn fullscreen_element() -> Option<JsValue> {
    let of = |name: &str| Some(get(&document(), name)).filter(JsValue::is_object);
    of("fullscreenElement").or_else(|| of("webkitFullscreenElement"))
}

/// Is this video the one in a picture-in-picture window?
pub fn in_picture(video: &HtmlVideoElement) -> bool {
    is_same(&document(), "pictureInPictureElement", video)
}

/// Can a page set the volume here? On an iPhone only the device can.
pub fn sets_volume() -> bool {
    let Ok(probe) = document().create_element("video") else { return false };
    let probe: HtmlMediaElement = probe.unchecked_into();
    probe.set_volume(0.5);
    probe.volume() == 0.5
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

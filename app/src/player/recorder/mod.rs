//! Writes down what happens, as it happens, and reports it to the server; how it travels is in [`sending`].

mod sending;

use super::{
    media::ms,
    tape::{Answer, Event, How, Tape, What},
};
use crate::engage::Surface;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{HtmlVideoElement, VisibilityState};

/// A handle on the view's tape; it lives as long as the page.
#[derive(Clone, Copy)]
pub struct Recorder(StoredValue<Inner, LocalStorage>);

struct Inner {
    tape: Tape,
    session: String,
    video: String,
    pass: String,
    surface: Surface,
    element: Option<HtmlVideoElement>,
    /// Where a seek that is under way began.
    seek_from: Option<i64>,
    sending: bool,
    failures: u32,
    /// Not before this moment of the page's clock.
    wait_until: f64,
    ticks: u32,
    /// The browser's storage has something of this view.
    kept: bool,
}

const TICK: Duration = Duration::from_secs(10);
/// A paused, visible page says it is there every third tick, for half an hour.
const HERE_TICKS: u32 = 3;
const HERE_UNTIL: u32 = 180;

impl Recorder {
    pub fn new(video: String, pass: String, surface: Surface) -> Self {
        Self(StoredValue::new_local(Inner {
            tape: Tape::default(),
            session: String::new(),
            video,
            pass,
            surface,
            element: None,
            seek_from: None,
            sending: false,
            failures: 0,
            wait_until: 0.0,
            ticks: 0,
            kept: false,
        }))
    }

    /// The token of the video.
    pub fn video(self) -> String {
        self.0.with_value(|inner| inner.video.clone())
    }

    pub fn session(self) -> String {
        self.0.with_value(|inner| inner.session.clone())
    }

    /// The page's proof that it was served.
    pub fn pass(self) -> String {
        self.0.with_value(|inner| inner.pass.clone())
    }

    pub fn is_embedded(self) -> bool {
        self.0.with_value(|inner| inner.surface == Surface::Embed)
    }

    /// Milliseconds since the view began.
    pub fn now(self) -> i64 {
        clock() as i64
    }

    /// Begins to report: the load itself, then whatever the element says.
    pub fn start(self, video: &HtmlVideoElement) {
        let clock = clock();
        self.0.update_value(|inner| {
            inner.session = session(js_sys::Date::now() - clock);
            inner.element = Some(video.clone());
            let document = document();
            let own = (inner.surface == Surface::Play).then(|| location().href().ok()).flatten();
            let referrer = Some(document.referrer()).filter(|text| !text.is_empty());
            let surface = inner.surface;
            inner.tape.push(clock as i64, What::Load { surface, referrer, page_url: own });
        });
        self.catch_up(video);
        set_interval(move || self.tick(), TICK);
        window_event_listener_untyped("pagehide", move |_| self.leave());
        let listener = wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || self.visibility());
        let _ = document().add_event_listener_with_callback("visibilitychange", listener.as_ref().unchecked_ref());
        listener.forget();
        self.flush();
    }

    /// The video may have been played before the script came: the boot script knows since when, and
    /// the element which parts.
    fn catch_up(self, video: &HtmlVideoElement) {
        let (at, now) = (clock() as i64, ms(video.current_time()));
        self.0.update_value(|inner| {
            let (how, tape) = (how(video), &mut inner.tape);
            if let Some((since, from)) = first_playback() {
                tape.push(since as i64, What::Play { pos: ms(from) });
                let played = video.played();
                for i in 0..played.length() {
                    if let (Ok(from), Ok(to)) = (played.start(i), played.end(i)) {
                        tape.watched(at, ms(from), ms(to), how);
                    }
                }
            } else if !video.paused() {
                tape.push(at, What::Play { pos: now });
            }
            if video.ended() {
                tape.push(at, What::Ended);
            } else if !video.paused() {
                tape.begin(at, now, how);
            }
        });
    }

    /// The player is about to be moved: the interval ends where the playhead is now. The element's own
    /// word comes later, when nobody can tell any more where it was.
    pub fn leaves(self, video: &HtmlVideoElement) {
        if video.seeking() {
            return;
        }
        let (at, pos) = (clock() as i64, ms(video.current_time()));
        self.0.update_value(|inner| {
            inner.tape.end(at, pos);
            inner.seek_from.get_or_insert(pos);
        });
    }

    /// Hears an event of the element.
    pub fn hear(self, video: &HtmlVideoElement, event: &str) {
        let at = clock() as i64;
        let pos = ms(video.current_time());
        let mut urgent = false;
        self.0.update_value(|inner| {
            if inner.session.is_empty() {
                return;
            }
            let tape = &mut inner.tape;
            match event {
                "play" => {
                    tape.push(at, What::Play { pos });
                }
                "playing" => tape.begin(at, pos, how(video)),
                "timeupdate" if !video.seeking() => tape.sample(at, pos),
                "seeking" => {
                    let from = tape.position(at);
                    tape.end(at, from);
                    inner.seek_from.get_or_insert(from);
                }
                "seeked" => {
                    if let Some(from) = inner.seek_from.take() {
                        tape.push(at, What::Seek { from, to: pos });
                    }
                    tape.sample(at, pos);
                    if !video.paused() && video.ready_state() >= 3 {
                        tape.begin(at, pos, how(video));
                    }
                }
                "pause" => {
                    tape.end(at, pos);
                    tape.push(at, What::Pause { pos });
                    urgent = true;
                }
                "ended" => {
                    tape.end(at, pos);
                    tape.push(at, What::Ended);
                    urgent = true;
                }
                "waiting" | "emptied" => tape.end(at, pos),
                "ratechange" | "volumechange" => tape.turn(at, pos, how(video)),
                "error" => {
                    tape.end(at, pos);
                    let code = video.error().map_or(0, |error| error.code().into());
                    tape.push(at, What::Error { code });
                }
                _ => {}
            }
        });
        if urgent {
            self.flush();
        }
    }

    /// Writes down something that is not the element's.
    pub fn note(self, what: What) {
        self.0.update_value(|inner| {
            inner.tape.push(clock() as i64, what);
        });
    }

    /// An event that travels alone, because its sender wants to know what became of it.
    pub fn alone(self, what: What) -> Event {
        Event { seq: self.reserve(), at: clock() as i64, what }
    }

    /// Keeps such an event for the next batch after all.
    pub fn keep(self, event: Event) {
        self.0.update_value(|inner| inner.tape.put(event.seq, event.at, event.what));
    }

    pub fn reserve(self) -> u32 {
        self.0.try_update_value(|inner| inner.tape.reserve()).unwrap_or_default()
    }

    /// The recorded way to a link's target.
    pub fn click_through(self, base: &str, seq: u32) -> String {
        if !base.starts_with("/video/cta/") {
            return base.to_owned();
        }
        self.0.with_value(|inner| format!("{base}&s={}&n={seq}", inner.session))
    }

    /// A click on an interaction: where it happened is written first, and it is sent at once.
    /// `card` is the place on an end screen.
    pub fn answered(self, seq: u32, interaction: String, card: Option<u32>) {
        self.checkpoint();
        self.0.update_value(|inner| {
            inner.tape.put(seq, clock() as i64, What::Answer { interaction, answer: Answer { card } });
            inner.wait_until = 0.0;
        });
        self.flush();
    }

    /// Closes the running interval and begins the next.
    pub fn checkpoint(self) {
        self.0.update_value(|inner| {
            if let Some(video) = inner.element.clone() {
                inner.tape.turn(clock() as i64, ms(video.current_time()), how(&video));
            }
        });
    }

    fn tick(self) {
        self.checkpoint();
        self.0.update_value(|inner| {
            let paused = inner.element.as_ref().is_some_and(|video| video.paused());
            inner.ticks = if paused { inner.ticks + 1 } else { 0 };
            if paused && is_visible() && inner.ticks % HERE_TICKS == 0 && inner.ticks <= HERE_UNTIL {
                inner.tape.push(clock() as i64, What::Here);
            }
        });
        self.flush();
        if self.0.with_value(|inner| inner.failures > 0) {
            self.persist();
        }
    }

    fn visibility(self) {
        self.checkpoint();
        if is_visible() {
            self.note(What::Visible);
            self.flush();
        } else {
            self.note(What::Hidden);
            self.beacon();
        }
    }

    fn leave(self) {
        self.checkpoint();
        self.beacon();
    }
}

fn how(video: &HtmlVideoElement) -> How {
    How {
        rate: (video.playback_rate() * 100.0).round() as i64,
        hidden: !is_visible(),
        muted: video.muted() || video.volume() == 0.0,
    }
}

fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Milliseconds since the page began, by a clock that never jumps.
fn clock() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// When and where playback first began, as the boot script saw it: page milliseconds and seconds of media.
fn first_playback() -> Option<(f64, f64)> {
    let cue = js_sys::Reflect::get(&window(), &"__cue".into()).ok()?;
    let pair: js_sys::Array = js_sys::Reflect::get(&cue, &"p".into()).ok()?.dyn_into().ok()?;
    Some((pair.get(0).as_f64()?, pair.get(1).as_f64()?))
}

/// A version 7 UUID (RFC 9562) whose time is the view's beginning.
fn session(began_ms: f64) -> String {
    let began = began_ms as u64;
    let random = |below: u32| (js_sys::Math::random() * f64::from(below)) as u32;
    format!(
        "{:08x}-{:04x}-7{:03x}-{:04x}-{:06x}{:06x}",
        began >> 16,
        began & 0xffff,
        random(0x1000),
        0x8000 + random(0x4000),
        random(0x100_0000),
        random(0x100_0000)
    )
}

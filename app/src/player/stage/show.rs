//! The stage at work: it hears the element, asks the timeline, and puts cards onto the frame.

use super::{
    cues::{self, Cue},
    frame::{Shown, leave},
};
use crate::{
    player::{
        bridge,
        deck::Deck,
        js::{call, get},
        media::ms,
        memory,
        request::Request,
        session,
        tape::What,
        timeline::Timeline,
    },
    words::Word,
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, HtmlElement, HtmlVideoElement};

/// A handle on the stage; it lives as long as the page.
#[derive(Clone, Copy)]
pub struct Stage {
    pub deck: Deck,
    pub(super) inner: StoredValue<Inner, LocalStorage>,
}

pub(super) struct Inner {
    pub(super) timeline: Timeline,
    pub(super) cues: Vec<Cue>,
    pub(super) video: HtmlVideoElement,
    pub(super) place: Element,
    /// The faces, once they were fetched: the element with all of them.
    pub(super) faces: Option<Element>,
    pub(super) fetching: bool,
    /// What stands on the frame, and who had the focus before it came.
    pub(super) shown: Vec<Shown>,
    /// Playback goes on once nothing holds it.
    pub(super) resumes: bool,
    /// The server has taken an answer; the card still stands.
    pub(super) accepted: Vec<usize>,
    /// The cards that were answered: whoever opens one again finds it as it was left.
    pub(super) answered: Vec<(usize, HtmlElement)>,
    /// Polls that were answered and show their results at the end.
    pub(super) awaited: Vec<usize>,
    /// The gates that the host page was told of.
    gates: Vec<usize>,
    /// A film came whose beginning is elsewhere than at 0; it has not been there yet.
    brought: bool,
    /// Something came or went since the last frame was drawn.
    pub(super) needs_room: bool,
    /// It knows the viewer since then.
    pub(super) known: bool,
    /// Looks again at the very moment something changes.
    pub(super) alarm: Option<TimeoutHandle>,
}

/// The element says where it is at least this often.
const WORD_MS: f64 = 300.0;

/// Between two words of the element playback comes no further than this, at any speed.
const LEAP_MS: i64 = 3_000;

/// Opens the stage; it stays for good.
#[lazy]
pub async fn open(deck: Deck, list: JsValue) {
    let Some((root, video)) = deck.player.elements() else { return };
    let Ok(Some(place)) = root.query_selector(".stage") else { return };
    let (cues, moments) = cues::read(&list);
    let mut timeline = Timeline::new(moments, deck.media.duration.get_untracked());
    let seen = memory::recall("seen").unwrap_or_default();
    for (i, cue) in cues.iter().enumerate() {
        if cue.answered {
            timeline.answered(i);
        } else if cue.seen || cue.once_ever && seen.contains(&cue.id) {
            timeline.skipped(i);
        }
    }
    let inner = Inner {
        timeline,
        cues,
        video: video.clone(),
        place,
        faces: None,
        fetching: false,
        shown: Vec::new(),
        resumes: false,
        accepted: Vec::new(),
        answered: Vec::new(),
        awaited: Vec::new(),
        gates: Vec::new(),
        brought: false,
        needs_room: false,
        known: false,
        alarm: None,
    };
    let stage = Stage { deck, inner: StoredValue::new_local(inner) };
    stage.listen(&video);
    Effect::new(move || {
        let wanted = deck.wanted.get();
        if let Ok(i) = usize::try_from(wanted) {
            deck.wanted.set(-1);
            stage.change(|inner| inner.timeline.open(i));
            stage.settle();
        }
    });
    Effect::new(move || {
        if deck.named.get() > 0 {
            stage.knows_viewer(true);
            leptos::task::spawn_local(stage.fetch());
        }
    });
    Effect::new(move |dragged| {
        let drags = deck.dragged.get();
        if dragged == Some(true) && !drags {
            stage.hear("seeking");
        }
        drags
    });
    stage.catch_up();
    stage.settle();
    stage.fetch().await;
}

impl Stage {
    pub(super) fn change<T>(self, change: impl FnOnce(&mut Inner) -> T) -> Option<T> {
        self.inner.try_update_value(change)
    }

    pub fn id(self, i: usize) -> String {
        self.inner.with_value(|inner| inner.cues[i].id.clone())
    }

    fn listen(self, video: &HtmlVideoElement) {
        let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| self.hear(&event.type_())).into_js_value();
        for name in ["play", "timeupdate", "seeking", "ended", "durationchange", "emptied"] {
            // Listening to an element that exists can't fail.
            let _ = video.add_event_listener_with_callback(name, hear.unchecked_ref());
        }
    }

    /// It may have come late: what was played without it is met now. And the video may have begun where the viewer
    /// left it, or where the address says: that was a jump, and what lies before it was not played.
    fn catch_up(self) {
        if self.deck.dragged.get_untracked() {
            return;
        }
        let started = self.deck.media.started.get_untracked();
        let moved = self.change(|inner| {
            let t = ms(inner.video.current_time());
            let begun = begun(&inner.video).unwrap_or(t);
            let mut to = inner.timeline.seek(begun);
            if to == begun && started {
                // Whatever holds it now has let it come this far.
                inner.timeline.play();
                to = inner.timeline.runs(t);
            }
            (to != t).then_some(to)
        });
        self.go(moved.flatten());
        self.wake();
    }

    fn go(self, to: Option<i64>) {
        if let Some(to) = to {
            self.inner.with_value(|inner| inner.video.clone()).set_current_time(to as f64 / 1000.0);
        }
    }

    fn hear(self, event: &str) {
        // What the playhead is dragged across is not met; where it is let go counts.
        if self.deck.dragged.get_untracked() {
            return;
        }
        let moved = self.change(|inner| {
            let t = ms(inner.video.current_time());
            match event {
                "play" => {
                    inner.take_accepted();
                    // What was opened again has been read.
                    if let Some(i) = inner.timeline.opened().filter(|i| inner.has_answered(*i)) {
                        inner.timeline.answered(i);
                    }
                    if !inner.timeline.play() {
                        inner.resumes = true;
                    }
                }
                // Whatever moved it this far, it was not playback.
                "timeupdate" if (t - inner.timeline.position()).abs() > LEAP_MS => drop(inner.timeline.seek(t)),
                "timeupdate" if !inner.video.seeking() && inner.timeline.position() != t => {
                    if inner.timeline.runs(t) != t {
                        return Some(inner.timeline.position());
                    }
                }
                // A film that was brought goes to where the address says; nobody has left the card.
                "seeking" if std::mem::take(&mut inner.brought) => {}
                "seeking" => {
                    inner.take_accepted();
                    let to = inner.timeline.seek(t);
                    return (to != t).then_some(to);
                }
                "ended" => inner.timeline.ends(),
                // Back to the poster, or loaded anew: where it goes on, a seek will tell.
                "emptied" => drop(inner.timeline.seek(0)),
                "durationchange" if inner.video.duration().is_finite() => {
                    inner.timeline.lasts(ms(inner.video.duration()))
                }
                _ => {}
            }
            None
        });
        self.go(moved.flatten());
        self.settle();
        self.wake();
        if event == "ended" {
            self.show_awaited();
        }
    }

    /// What begins or ends before the element's next word is not kept waiting for it.
    fn wake(self) {
        self.change(|inner| {
            if let Some(alarm) = inner.alarm.take() {
                alarm.clear();
            }
            if inner.video.paused() || inner.video.seeking() {
                return;
            }
            let left = inner.timeline.next().map(|next| next as f64 - inner.video.current_time() * 1000.0);
            let wait = left.map(|left| left / inner.video.playback_rate());
            if let Some(wait) = wait.filter(|wait| *wait < WORD_MS) {
                let wait = Duration::from_millis(wait.max(0.0) as u64 + 1);
                inner.alarm = set_timeout_with_handle(move || self.hear("timeupdate"), wait).ok();
            }
        });
    }

    /// Brings frame and playback in line with the timeline.
    pub fn settle(self) {
        let now = self.inner.with_value(|inner| {
            let showing = inner.timeline.showing().to_vec();
            let gone: Vec<Shown> =
                inner.shown.iter().filter(|shown| !showing.contains(&shown.place)).cloned().collect();
            let new =
                showing.into_iter().filter(|i| !inner.shown.iter().any(|shown| shown.place == *i)).collect::<Vec<_>>();
            (gone, new, inner.timeline.is_held(), inner.video.clone())
        });
        let (gone, new, held, video) = now;
        if held && !video.paused() {
            self.change(|inner| inner.resumes = true);
            self.hold();
        }
        let changes = !gone.is_empty() || !new.is_empty();
        self.change(|inner| inner.shown.retain(|shown| !gone.iter().any(|gone| gone.place == shown.place)));
        let left: Vec<_> = gone.into_iter().filter_map(leave).collect();
        let focus: Vec<_> = new.iter().filter_map(|i| self.enter(*i)).collect();
        if !new.is_empty() {
            // An answer may follow, on a way of its own: the server should know by then where the viewer is.
            self.deck.recorder.flush();
        }
        if changes {
            self.dress();
        }
        self.tell_gates();
        for focus in left {
            self.give_back(focus);
        }
        for card in focus {
            // A dialog says its name when the focus comes.
            let _ = card.focus();
        }
        if !held && self.change(|inner| std::mem::take(&mut inner.resumes)) == Some(true) && video.paused() {
            self.deck.ask(Request::Play);
        }
    }

    /// Tells the host page which gates hold playback since, and which no longer do.
    fn tell_gates(self) {
        let turned = self.change(|inner| {
            let stands = |i: &usize| inner.shown.iter().any(|shown| shown.place == *i);
            let gates = inner.timeline.gates().filter(|i| stands(i) && !inner.accepted.contains(i)).collect();
            let before = std::mem::replace(&mut inner.gates, gates);
            let released = before.iter().filter(|i| !inner.gates.contains(i)).map(|i| ("gaterelease", *i));
            let entered = inner.gates.iter().filter(|i| !before.contains(i)).map(|i| ("gateenter", *i));
            let turned = released.chain(entered);
            turned.map(|(name, i)| (name, inner.cues[i].id.clone(), inner.cues[i].kind.clone())).collect::<Vec<_>>()
        });
        for (name, id, kind) in turned.unwrap_or_default() {
            bridge::tell(self.deck, name, &[("id", id.into()), ("kind", kind.into())]);
        }
    }

    /// Playback waits for the viewer. Where only the bare video is seen, it says why, and a phone's own
    /// player, on which nothing of ours can stand, is left.
    fn hold(self) {
        let deck = self.deck;
        deck.ask(Request::Pause);
        if deck.media.apart.get_untracked() {
            let why = deck.say(Word::WaitsForYou);
            deck.said.say(&why);
            session::show(deck, &why);
            if let Some((_, video)) = deck.player.elements() {
                call(&video, "webkitExitFullscreen", &[]);
            }
        }
    }

    /// The viewer leaves `i` without an answer; false where that is not allowed.
    pub fn skip(self, i: usize) {
        let (id, kind) = self.inner.with_value(|inner| (inner.cues[i].id.clone(), inner.cues[i].kind.clone()));
        let accepted = self.change(|inner| {
            let accepted = inner.accepted.contains(&i);
            inner.take_accepted();
            accepted
        });
        let again = self.inner.with_value(|inner| inner.has_answered(i));
        if again {
            self.change(|inner| inner.timeline.answered(i));
        } else if accepted != Some(true) {
            if self.change(|inner| inner.timeline.skipped(i)) != Some(true) {
                return;
            }
            self.deck.recorder.note(What::Skip { interaction: id.clone() });
            if kind == "lead_form" {
                bridge::tell(self.deck, "formskip", &[("id", id.into())]);
            }
        }
        self.settle();
        if self.inner.with_value(|inner| inner.video.ended()) {
            self.show_awaited();
        }
    }

    /// The server took an answer to `i`. What a viewer should read first stays until they go on.
    pub fn accepted(self, i: usize, stays: bool) {
        self.change(|inner| if stays { inner.accepted.push(i) } else { inner.timeline.answered(i) });
        self.settle();
    }

    /// The viewer is known from now on: at once, or when what stands on the frame was read.
    pub fn knows_viewer(self, at_once: bool) {
        self.change(|inner| {
            inner.known = true;
            if at_once {
                inner.take_accepted();
            }
        });
        self.settle();
    }

    /// The film that the server held back until now.
    pub fn bring(self, media: &JsValue) {
        let Some(src) = get(media, "src").as_string() else { return };
        let video = self.inner.with_value(|inner| inner.video.clone());
        let _ = self.deck.player.elements().map(|(root, _)| root.set_attribute("data-file", &src));
        // The moments of the address count for this file, too.
        let moment = |name| Some(seconds(self.deck.player.data(name)?.parse().ok()?));
        let start = moment("start");
        let brought = start.is_some();
        let start = start.unwrap_or_else(|| "0".to_owned());
        let stop = moment("stop").map(|stop| [",", &stop].concat()).unwrap_or_default();
        video.set_src(&[&src, "#t=", &start, &stop].concat());
        video.load();
        self.change(|inner| (inner.resumes, inner.brought) = (true, brought));
    }
}

/// Where the playback began that has come to where the video stands, in milliseconds.
fn begun(video: &HtmlVideoElement) -> Option<i64> {
    let (played, t) = (video.played(), video.current_time());
    let mut ranges = (0..played.length()).filter_map(|i| Some((played.start(i).ok()?, played.end(i).ok()?)));
    ranges.rfind(|(from, to)| *from <= t && t <= to + 0.25).map(|(from, _)| ms(from))
}

/// Milliseconds as seconds with a point.
fn seconds(ms: i64) -> String {
    [&(ms / 1_000).to_string(), ".", &(1_000 + ms % 1_000).to_string()[1..]].concat()
}

impl Inner {
    fn has_answered(&self, i: usize) -> bool {
        self.answered.iter().any(|(place, _)| *place == i)
    }

    /// What the server took is done with.
    fn take_accepted(&mut self) {
        for i in std::mem::take(&mut self.accepted) {
            self.timeline.answered(i);
        }
        if std::mem::take(&mut self.known) {
            self.timeline.knows_viewer();
        }
    }
}

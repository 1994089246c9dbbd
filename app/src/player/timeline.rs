//! What stands on the frame at a moment, and what may be passed. Pure: the player asks it, and so does
//! the API's simulation. Times are milliseconds of media time.
//!
//! - An interaction shows from its moment until its time is over, or until it is answered, skipped or closed.
//! - One that pauses holds playback until it is answered, skipped, or the viewer plays on; a soft gate until it
//!   is answered or skipped; a required gate until it is answered. Playback that passes the moment stops there,
//!   a seek into the time of one stops there as well, a seek over it passes it: but no seek passes a required gate.
//! - What was answered, skipped or closed does not come up again by itself in this view, but for clicks: what
//!   was clicked comes again when its time does. "Once per session" comes up once, answered or not; a required
//!   gate until it is answered.
//! - Of several that take the middle of the frame, the first shows; the others wait for their turn.

use crate::interaction::{At, Gate};

/// An interaction, as far as time is concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    pub at: At,
    /// How long it stays; none: until it is answered, skipped or closed.
    pub stays_ms: Option<i64>,
    pub pause: bool,
    pub gate: Gate,
    /// It comes up by itself only once.
    pub once: bool,
    /// Not for viewers who are known.
    pub skip_if_known: bool,
    /// An answer settles it: a form, a poll, a gate.
    pub settles: bool,
    /// It takes the middle of the frame.
    pub middle: bool,
}

/// What became of a moment in this view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Past {
    seen: bool,
    answered: bool,
    skipped: bool,
    /// Its pause was played on; it holds no more while it stands.
    released: bool,
}

#[derive(Clone, Debug)]
pub struct Timeline {
    moments: Vec<Moment>,
    past: Vec<Past>,
    duration: i64,
    at: i64,
    started: bool,
    ended: bool,
    known: bool,
    /// What stands on the frame, in the order of the timeline.
    showing: Vec<usize>,
    /// What holds playback.
    held: Vec<usize>,
    /// What the viewer opened from a list.
    opened: Option<usize>,
}

/// How far past a required gate a position may be and still stand at it.
const SLACK_MS: i64 = 1;

impl Timeline {
    pub fn new(moments: Vec<Moment>, duration: i64) -> Self {
        let past = vec![Past::default(); moments.len()];
        let mut timeline = Self {
            moments,
            past,
            duration,
            at: 0,
            started: false,
            ended: false,
            known: false,
            showing: Vec::new(),
            held: Vec::new(),
            opened: None,
        };
        timeline.settle(None);
        timeline
    }

    /// The places of what is on the frame now.
    pub fn showing(&self) -> &[usize] {
        &self.showing
    }

    /// Does playback wait for the viewer?
    pub fn is_held(&self) -> bool {
        !self.held.is_empty()
    }

    pub fn holds(&self, i: usize) -> bool {
        self.held.contains(&i)
    }

    /// The gates at which playback waits.
    pub fn gates(&self) -> impl Iterator<Item = usize> {
        self.held.iter().copied().filter(|i| self.moments[*i].gate != Gate::None)
    }

    pub fn position(&self) -> i64 {
        self.at
    }

    /// The video's real length became known.
    pub fn lasts(&mut self, duration: i64) {
        self.duration = duration;
    }

    /// When playback next comes to where something begins or is over.
    pub fn next(&self) -> Option<i64> {
        let timed = (0..self.moments.len())
            .filter(|i| matches!(self.moments[*i].at, At::S(_) | At::Pct(_) | At::FromEndS(_)))
            .flat_map(|i| {
                let from = self.from(i);
                [Some(from), self.moments[i].stays_ms.map(|stays| from.saturating_add(stays))]
            });
        timed.flatten().filter(|t| *t > self.at).min()
    }

    /// When `i` begins.
    pub fn from(&self, i: usize) -> i64 {
        self.moments[i].at.starts_ms(self.duration)
    }

    /// The viewer wants to play. False when something holds playback; a mere pause is played on.
    pub fn play(&mut self) -> bool {
        if self.gates().next().is_none() {
            for i in std::mem::take(&mut self.held) {
                self.past[i].released = true;
            }
            let first = !self.started;
            self.started = true;
            if self.ended {
                (self.ended, self.at) = (false, 0);
            }
            // It may begin in the middle: what lies before was not played, what stands there is.
            let ran_from = first.then_some(self.at - 1);
            self.settle_as(ran_from, first);
        }
        !self.is_held()
    }

    /// Playback has come to `t`. Returns where it may be: at `t`, or at the required gate it would have passed.
    pub fn runs(&mut self, t: i64) -> i64 {
        self.started = true;
        self.ended = false;
        let before = self.at;
        self.at = self.limit(t);
        self.settle(Some(before));
        self.at
    }

    /// The viewer jumps to `t`; returns where they come out.
    pub fn seek(&mut self, t: i64) -> i64 {
        let to = self.limit(t.clamp(0, self.duration));
        if to < self.duration {
            self.ended = false;
        }
        self.at = to;
        // Whoever leaves a moment has left it; a required gate waits where it stands.
        let held = std::mem::take(&mut self.held);
        self.held = held.into_iter().filter(|i| self.is_time_of(*i)).collect();
        for i in 0..self.past.len() {
            if !self.is_time_of(i) {
                self.past[i].released = false;
            }
        }
        self.settle(None);
        to
    }

    /// The video has come to its end.
    pub fn ends(&mut self) {
        let before = self.at;
        self.at = self.limit(self.duration);
        self.ended = self.at + SLACK_MS >= self.duration;
        self.settle(Some(before));
    }

    /// The server took an answer to `i`.
    pub fn answered(&mut self, i: usize) {
        self.past[i].answered = true;
        self.let_go(i);
    }

    /// The viewer skipped or closed `i`. False where that is not allowed.
    pub fn skipped(&mut self, i: usize) -> bool {
        let refuses = self.moments[i].gate == Gate::Required && !self.past[i].answered && !self.is_dropped(i);
        if refuses {
            return false;
        }
        self.past[i].skipped = true;
        self.let_go(i);
        true
    }

    /// The viewer is known from now on.
    pub fn knows_viewer(&mut self) {
        self.known = true;
        self.held.retain(|i| !self.moments[*i].skip_if_known);
        self.settle(None);
    }

    /// The viewer opens `i` from the list, whatever its time and its past.
    pub fn open(&mut self, i: usize) {
        self.opened = Some(i);
        self.settle(None);
    }

    /// What the viewer opened, as long as it stands.
    pub fn opened(&self) -> Option<usize> {
        self.opened
    }

    fn let_go(&mut self, i: usize) {
        self.held.retain(|held| *held != i);
        if self.opened == Some(i) {
            self.opened = None;
        }
        self.settle(None);
    }

    fn is_dropped(&self, i: usize) -> bool {
        self.known && self.moments[i].skip_if_known
    }

    fn insists(&self, i: usize) -> bool {
        self.moments[i].gate == Gate::Required && !self.past[i].answered && !self.is_dropped(i)
    }

    /// `t`, or the earliest required gate before it that is not answered.
    fn limit(&self, t: i64) -> i64 {
        let gates = (0..self.moments.len()).filter(|i| self.insists(*i) && self.moments[*i].at != At::End);
        gates.map(|i| self.from(i)).min().map_or(t, |gate| t.min(gate))
    }

    /// Is the playhead within the time of `i`?
    fn is_time_of(&self, i: usize) -> bool {
        let moment = &self.moments[i];
        match moment.at {
            At::Before => !self.started || self.insists(i),
            At::End => self.ended,
            At::S(_) | At::Pct(_) | At::FromEndS(_) => {
                let from = self.from(i);
                let reached = from <= self.at + if self.insists(i) { SLACK_MS } else { 0 };
                // At its very end a video has not left what began there.
                reached
                    && moment
                        .stays_ms
                        .is_none_or(|stays| self.at < from.saturating_add(stays) || self.ended && from >= self.duration)
            }
        }
    }

    /// Does `i` come up by itself, if its time has come?
    fn comes_up(&self, i: usize) -> bool {
        let (moment, past) = (&self.moments[i], self.past[i]);
        let over = past.skipped || past.answered && moment.settles || self.is_dropped(i);
        let was_here = self.showing.contains(&i);
        let used_up = moment.once && past.seen && !was_here && !self.insists(i);
        !over && !used_up
    }

    fn settle(&mut self, ran_from: Option<i64>) {
        self.settle_as(ran_from, false);
    }

    /// Works out what shows and what holds. `ran_from` is where playback came from; a jump passes nothing.
    /// `starts`: the viewer plays for the first time.
    fn settle_as(&mut self, ran_from: Option<i64>, starts: bool) {
        for i in 0..self.moments.len() {
            let passed = ran_from.is_some_and(|before| {
                let from = self.from(i);
                matches!(self.moments[i].at, At::S(_) | At::Pct(_) | At::FromEndS(_))
                    && before < from
                    && from <= self.at
            });
            let begins = match self.moments[i].at {
                // What stands before the video waits for the viewer to play.
                At::Before => self.insists(i) || starts && self.moments[i].gate == Gate::Soft,
                _ => passed || self.is_time_of(i),
            };
            let holds = self.moments[i].pause || self.moments[i].gate != Gate::None;
            let done = self.past[i].answered && self.moments[i].gate != Gate::None;
            if holds && begins && !done && !self.past[i].released && self.comes_up(i) && !self.held.contains(&i) {
                let place = self.held.iter().position(|held| *held > i).unwrap_or(self.held.len());
                self.held.insert(place, i);
            }
            if !begins && !self.is_time_of(i) {
                self.past[i].released = false;
            }
        }
        let mut middle = self.opened.is_some_and(|i| self.moments[i].middle);
        let mut showing = Vec::new();
        for i in 0..self.moments.len() {
            let is_open = self.opened == Some(i);
            if !is_open && !(self.comes_up(i) && (self.is_time_of(i) || self.held.contains(&i))) {
                continue;
            }
            if self.moments[i].middle && !is_open {
                if middle {
                    continue;
                }
                middle = true;
            }
            self.past[i].seen = true;
            showing.push(i);
        }
        self.showing = showing;
    }
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;

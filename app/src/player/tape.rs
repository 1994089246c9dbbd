//! What the recorder writes down: events in order, and the intervals that were really played,
//! taken at their edges (never from `timeupdate` steps). Pure; positions and times are milliseconds.

use crate::engage;
use serde::Serialize;

pub type Event = engage::Event<String, Answer>;
pub type What = engage::What<String, Answer>;

/// A click on an interaction. What is written into forms is sent by itself, and waited for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// The place on an end screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<u32>,
}

/// An interval that is being played.
#[derive(Clone, Copy, Debug)]
struct Open {
    from: i64,
    since: i64,
    how: How,
}

/// How a stretch is played; a change of any of these begins a new interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct How {
    /// Percent of normal speed.
    pub rate: i64,
    pub hidden: bool,
    pub muted: bool,
}

/// Slack for clocks and rounding, as the server grants it.
const SLACK: i64 = 300;
/// Events in one batch, below the server's 200.
const BATCH: usize = 150;

/// The events of one view that are not known to be stored.
#[derive(Default)]
pub struct Tape {
    next: u32,
    open: Option<Open>,
    /// The last position that was sampled while not seeking, and when.
    pos: i64,
    seen: i64,
    pending: Vec<Event>,
}

impl Tape {
    /// Writes an event down and returns its number.
    pub fn push(&mut self, at: i64, what: What) -> u32 {
        let seq = self.reserve();
        self.put(seq, at, what);
        seq
    }

    /// Takes a number for an event that may happen later.
    pub fn reserve(&mut self) -> u32 {
        let seq = self.next;
        self.next += 1;
        seq
    }

    /// Writes down an event whose number was reserved.
    pub fn put(&mut self, seq: u32, at: i64, what: What) {
        self.pending.push(Event { seq, at, what });
    }

    /// The playhead was seen at `pos`, not seeking.
    pub fn sample(&mut self, at: i64, pos: i64) {
        (self.pos, self.seen) = (pos, at);
    }

    /// Where the playhead is: where it was last seen, and on with the clock for a moment while it
    /// plays (`timeupdate` comes only four times a second).
    pub fn position(&self, at: i64) -> i64 {
        let moved = self.open.map_or(0, |open| (at - self.seen).clamp(0, SLACK) * open.how.rate / 100);
        self.pos + moved
    }

    /// Playback runs from `pos`; nothing happens when an interval is open already.
    pub fn begin(&mut self, at: i64, pos: i64, how: How) {
        if self.open.is_none() {
            self.sample(at, pos);
            self.open = Some(Open { from: pos, since: at, how });
        }
    }

    /// Playback stopped at `to`.
    pub fn end(&mut self, at: i64, to: i64) {
        let Some(open) = self.open.take() else { return };
        // What the wall clock does not allow was skipped by sleep or by a script, not played.
        let to = to.min(open.from + ((at - open.since).max(0) + SLACK) * open.how.rate / 100);
        self.watched(at, open.from, to, open.how);
    }

    /// Closes the open interval at `pos` and begins the next one there, played like `how`.
    pub fn turn(&mut self, at: i64, pos: i64, how: How) {
        if self.open.is_some() {
            self.end(at, pos);
            self.begin(at, pos, how);
        }
    }

    /// Writes down an interval that was played; an empty one is nothing.
    pub fn watched(&mut self, at: i64, from: i64, to: i64, how: How) {
        let How { rate, hidden, muted } = how;
        if to > from {
            self.push(at, What::Watched { from, to, rate, hidden, muted });
        }
    }

    /// The events that wait, oldest first, in batches; this is the one after `part` others.
    pub fn batch(&self, part: usize) -> Vec<Event> {
        self.pending.iter().skip(part * BATCH).take(BATCH).cloned().collect()
    }

    /// Makes one interval of those that were played on in one piece, and lets go what only says that
    /// somebody is there; true when that made room. Whatever the first `parts` batches hold stays as it is:
    /// a send that nobody heard of may have brought it, and a number never changes what it stands for.
    pub fn thin(&mut self, parts: usize) -> bool {
        let before = self.pending.len();
        let rest = self.pending.split_off(before.min(parts * BATCH));
        let kept = self.pending.len();
        for event in rest {
            let last = if self.pending.len() > kept { self.pending.last_mut() } else { None };
            match (&event.what, last.map(|last| (&mut last.at, &mut last.what))) {
                (What::Here | What::Hidden | What::Visible | What::Seek { .. } | What::Pause { .. }, _) => {}
                (
                    What::Watched { from, to, rate, hidden, muted },
                    Some((at, What::Watched { to: end, rate: fast, hidden: unseen, muted: silent, .. })),
                ) if (*from, rate, hidden, muted) == (*end, &*fast, &*unseen, &*silent) => {
                    (*at, *end) = (event.at, *to)
                }
                _ => self.pending.push(event),
            }
        }
        self.pending.len() < before
    }

    /// The server has decided on these events: stored or refused, they need not be sent again.
    pub fn drop_sent(&mut self, sent: &[Event]) {
        self.pending.retain(|event| !sent.iter().any(|done| done.seq == event.seq));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: How = How { rate: 100, hidden: false, muted: false };

    fn watched(tape: &Tape) -> Vec<(i64, i64)> {
        let spans = tape.pending.iter().filter_map(|event| match event.what {
            What::Watched { from, to, .. } => Some((from, to)),
            _ => None,
        });
        spans.collect()
    }

    #[test]
    fn a_stretch_is_taken_at_its_edges() {
        let mut tape = Tape::default();
        tape.begin(1_000, 0, PLAIN);
        tape.end(6_000, 5_000);
        assert_eq!(watched(&tape), [(0, 5_000)]);
    }

    #[test]
    fn a_seek_ends_where_the_playhead_was_not_where_it_goes() {
        let mut tape = Tape::default();
        tape.begin(0, 0, PLAIN);
        tape.sample(3_000, 3_000);
        let before = tape.position(3_100);
        tape.end(3_100, before);
        tape.begin(3_400, 11_000, PLAIN);
        tape.end(6_400, 14_000);
        assert_eq!(watched(&tape), [(0, 3_100), (11_000, 14_000)]);
    }

    #[test]
    fn a_playhead_that_was_not_seen_for_long_is_not_moved_far() {
        let mut tape = Tape::default();
        tape.begin(0, 0, PLAIN);
        assert_eq!(tape.position(60_000), 300);
        tape.end(100, 100);
        tape.sample(100, 100);
        assert_eq!(tape.position(400), 100, "a paused playhead stands still");
    }

    #[test]
    fn dragging_the_scrubber_is_not_watching() {
        let mut tape = Tape::default();
        for step in 0..20 {
            let pos = step * 3_000;
            tape.begin(step * 100, pos, PLAIN);
            tape.sample(step * 100 + 20, pos + 20);
            tape.end(step * 100 + 30, pos + 20);
        }
        assert_eq!(watched(&tape).iter().map(|(from, to)| to - from).sum::<i64>(), 400);
    }

    #[test]
    fn a_jump_of_the_clock_is_not_watching() {
        let mut tape = Tape::default();
        tape.begin(0, 0, PLAIN);
        tape.end(1_000, 60_000);
        assert_eq!(watched(&tape), [(0, 1_300)]);
    }

    #[test]
    fn a_change_of_speed_begins_a_new_interval() {
        let mut tape = Tape::default();
        tape.begin(0, 0, PLAIN);
        tape.turn(2_000, 2_000, How { rate: 200, ..PLAIN });
        tape.end(4_000, 6_000);
        assert_eq!(watched(&tape), [(0, 2_000), (2_000, 6_000)]);
    }

    #[test]
    fn an_event_waits_until_the_server_has_decided() {
        let mut tape = Tape::default();
        tape.push(0, What::Ended);
        let sent = tape.batch(0);
        tape.push(1, What::Hidden);
        assert_eq!(tape.batch(0).len(), 2);
        tape.drop_sent(&sent);
        assert_eq!(tape.batch(0)[0].what, What::Hidden);
    }

    #[test]
    fn batches_cover_all_that_waits_and_no_event_twice() {
        let mut tape = Tape::default();
        for at in 0..BATCH as i64 + 5 {
            tape.push(at, What::Here);
        }
        assert_eq!((tape.batch(0).len(), tape.batch(1).len(), tape.batch(2).len()), (BATCH, 5, 0));
        assert_eq!(tape.batch(1)[0].seq, BATCH as u32);
    }

    #[test]
    fn thinning_joins_what_was_played_in_one_piece_and_loses_no_answer() {
        let mut tape = Tape::default();
        let answer = || What::Answer { interaction: "one".into(), answer: Answer { card: None } };
        for at in (0..6_000).step_by(10) {
            match at % 1_000 {
                500 => _ = tape.push(at, answer()),
                510 => _ = tape.push(at, What::Here),
                _ => tape.watched(at, at, at + 10, if at < 3_000 { PLAIN } else { How { muted: true, ..PLAIN } }),
            }
        }
        let answers = |tape: &Tape| tape.pending.iter().filter(|one| matches!(one.what, What::Answer { .. })).count();
        let total = |tape: &Tape| watched(tape).iter().map(|(from, to)| to - from).sum::<i64>();
        let before = total(&tape);
        assert!(tape.thin(0));
        assert_eq!((answers(&tape), total(&tape)), (6, before));
        // A piece ends at an answer, at the gap where nothing was played, and where the sound went.
        assert_eq!(watched(&tape).len(), 8);
        assert_eq!(watched(&tape)[..3], [(0, 500), (520, 1_500), (1_520, 2_500)]);
        assert!(tape.pending.windows(2).all(|pair| pair[0].seq < pair[1].seq && pair[0].at < pair[1].at));
        assert!(!tape.thin(0), "there is nothing more to join");
    }

    #[test]
    fn what_may_have_been_sent_is_never_changed() {
        let mut tape = Tape::default();
        for at in 0..4 * BATCH as i64 {
            tape.watched(at, at, at + 1, PLAIN);
        }
        let sent: Vec<Event> = (0..3).flat_map(|part| tape.batch(part)).collect();
        assert!(tape.thin(3));
        assert_eq!(tape.pending[..3 * BATCH], sent);
        assert_eq!(watched(&tape)[3 * BATCH..], [(3 * BATCH as i64, 4 * BATCH as i64)]);
    }

    #[test]
    fn a_reserved_number_is_used_by_no_other_event() {
        let mut tape = Tape::default();
        let click = tape.reserve();
        let other = tape.push(0, What::Here);
        tape.put(click, 5, What::Ended);
        assert_ne!(click, other);
    }
}

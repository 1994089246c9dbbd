//! Messages as they are made, for developers who can't be reached from outside: each account has a few streams.

use super::seats::{Seat, What};
use crate::{
    state::{State, now},
    store::{
        self, Store,
        outbox::{self, Stored},
    },
};
use axum::response::sse::Event;
use futures_util::stream::{self, Stream};
use std::{
    collections::{BTreeSet, VecDeque},
    convert::Infallible,
    time::Duration,
};
use tokio::time::Instant;
use uuid::Uuid;

/// How long one may last; whoever listens comes back with the last id.
const LASTS: Duration = Duration::from_secs(600);
/// How often it looks for more, and how often it says that it is still there.
const LOOK: Duration = Duration::from_millis(250);
const BREATH: Duration = Duration::from_secs(10);
/// Messages that one look takes.
const PIECE: i64 = 100;
/// On PostgreSQL a message may be committed this long after a younger one.
const LATE_MS: i64 = 10_000;

/// What is asked for.
pub struct Wish {
    pub account_id: i64,
    /// Names of events; empty is all.
    pub events: Vec<&'static str>,
    /// The last message that was heard; none begins with the next.
    pub after: Option<Uuid>,
}

struct Listener {
    state: State,
    wish: Wish,
    /// Kept until the stream ends.
    _seat: Seat,
    reading: Reading,
    waiting: VecDeque<Stored>,
    /// Where it begins, until that was said.
    begins: Option<Uuid>,
    breathed: Instant,
    ends: Instant,
}

/// How far it has been read.
struct Reading {
    /// The next look finds what is greater.
    from: Uuid,
    /// It never goes back behind.
    floor: Uuid,
    /// What was read of the stretch into which something may still be committed, and how long that is.
    seen: BTreeSet<Uuid>,
    late_ms: i64,
}

/// The messages after the last one heard, then those to come. None when there are too many streams.
pub async fn open(
    state: &State,
    wish: Wish,
) -> store::Result<Option<impl Stream<Item = Result<Event, Infallible>> + use<>>> {
    let Some(seat) = state.hook_seats.take(What::Stream, wish.account_id) else { return Ok(None) };
    let late_ms = if matches!(state.store, Store::Postgres(_)) { LATE_MS } else { 0 };
    let last = match wish.after {
        Some(id) => id,
        None => outbox::newest(state.store.reader().await?.conn(), wish.account_id).await?.unwrap_or_default(),
    };
    let floor = match wish.after {
        // It may have ended before what is older was committed: rather twice than never.
        Some(id) if late_ms > 0 => outbox::first_id(instant(id) - late_ms),
        _ => last,
    };
    let listener = Listener {
        state: state.clone(),
        wish,
        _seat: seat,
        reading: Reading { from: floor, floor, seen: BTreeSet::new(), late_ms },
        waiting: VecDeque::new(),
        begins: Some(last),
        breathed: Instant::now(),
        ends: Instant::now() + LASTS,
    };
    Ok(Some(stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    })))
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        if let Some(begins) = self.begins.take() {
            // So that the connection is known to stand before anything happens, and that whoever hears nothing
            // else misses nothing when it breaks off.
            return Some(Event::default().id(begins.to_string()).comment("here"));
        }
        loop {
            if let Some(told) = self.waiting.pop_front() {
                self.breathed = Instant::now();
                return Some(Event::default().event(told.event).id(told.id.to_string()).data(told.body));
            }
            let found = self.look().await.map_err(crate::reply::storage).ok()?;
            let full = found.len() as i64 == PIECE;
            let new = self.reading.take(found, now());
            let events = &self.wish.events;
            self.waiting.extend(new.into_iter().filter(|m| events.is_empty() || events.iter().any(|e| *e == m.event)));
            if !self.waiting.is_empty() || full {
                continue;
            }
            if self.breathed.elapsed() >= BREATH {
                self.breathed = Instant::now();
                return Some(Event::default().comment("here"));
            }
            if Instant::now() >= self.ends {
                return None;
            }
            tokio::select! {
                () = self.state.stopping.cancelled() => return None,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn look(&self) -> store::Result<Vec<Stored>> {
        let mut reader = self.state.store.reader().await?;
        outbox::after(reader.conn(), self.wish.account_id, self.reading.from, PIECE).await
    }
}

impl Reading {
    /// Returns what is new of what was found at `now`, and moves on.
    fn take(&mut self, found: Vec<Stored>, now: i64) -> Vec<Stored> {
        let (full, furthest) = (found.len() as i64 == PIECE, found.last().map(|message| message.id));
        let new = found.into_iter().filter(|message| self.seen.insert(message.id)).collect();
        let settled = outbox::first_id(now - self.late_ms).max(self.floor);
        if full || self.late_ms == 0 {
            self.from = furthest.unwrap_or(self.from);
        } else {
            // What was seen behind it is known; what was not may still come.
            self.from = settled;
        }
        self.seen = if self.late_ms == 0 { BTreeSet::new() } else { self.seen.split_off(&settled) };
        new
    }
}

/// The Unix millisecond in which a version 7 UUID begins.
fn instant(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_732_312_345_123;

    fn message(at: i64) -> Stored {
        let id = outbox::first_id(at);
        Stored { id, event: "VideoCTA".into(), video_id: 1, body: "{}".into(), created_at: at }
    }

    fn reading(late_ms: i64) -> Reading {
        let floor = outbox::first_id(NOW - 60_000);
        Reading { from: floor, floor, seen: BTreeSet::new(), late_ms }
    }

    #[test]
    fn where_commits_have_an_order_nothing_is_looked_at_twice() {
        let mut reading = reading(0);
        assert_eq!(reading.take(vec![message(NOW - 50)], NOW).len(), 1);
        assert_eq!(reading.from, outbox::first_id(NOW - 50), "what has begun before now may be committed later");
        assert!(reading.take(Vec::new(), NOW + 1_000).is_empty());
        assert_eq!(reading.from, outbox::first_id(NOW - 50));
    }

    #[test]
    fn what_is_committed_late_is_heard_once() {
        let mut reading = reading(LATE_MS);
        let (early, late) = (message(NOW - 100), message(NOW - 200));
        let new = reading.take(vec![early.clone()], NOW);
        assert_eq!(new, std::slice::from_ref(&early));
        assert!(reading.from < late.id);
        let new = reading.take(vec![late.clone(), early.clone()], NOW + 50);
        assert_eq!(new, std::slice::from_ref(&late));
        assert!(reading.take(vec![late, early.clone()], NOW + 100).is_empty());
        reading.take(Vec::new(), NOW + LATE_MS);
        assert!(reading.from > early.id && reading.seen.is_empty());
    }
}

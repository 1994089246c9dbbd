//! Server-sent events: whoever has a talk in sight hears of its changes. The number of streams is bounded,
//! and so is the time that each may last; a browser comes back by itself with the last number it heard.

use super::feed::Told;
use crate::{
    catalogue::Published,
    state::{State, now},
};
use app::{ids::Token, words::Lang};
use axum::response::sse::Event;
use futures_util::stream::{self, Stream};
use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

/// Streams in all, of one video, and to one network.
const ALL: usize = 4_000;
const OF_VIDEO: usize = 1_000;
const OF_NETWORK: usize = 60;
/// How long one may last.
const LASTS: Duration = Duration::from_secs(600);
/// How often it says that it is still there, and looks for what other processes have changed.
const BREATH: Duration = Duration::from_secs(10);
/// When a browser comes back after the end of one.
const RETRY: Duration = Duration::from_secs(2);

#[derive(Default)]
pub struct Streams(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    all: usize,
    by_video: HashMap<i64, watch::Sender<i64>>,
    by_network: HashMap<Vec<u8>, usize>,
}

/// One place among the streams; it is free again once this is dropped.
struct Seat {
    open: Arc<Mutex<Open>>,
    video_id: i64,
    network: Vec<u8>,
    changes: Option<watch::Receiver<i64>>,
}

impl Streams {
    pub fn tell(&self, video_id: i64, seq: i64) {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = open.by_video.get(&video_id) {
            sender.send_replace(seq);
        }
    }

    /// None when there is no room.
    fn seat(&self, video_id: i64, network: Vec<u8>) -> Option<Seat> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_video = open.by_video.get(&video_id).map_or(0, watch::Sender::receiver_count);
        let of_network = open.by_network.get(&network).copied().unwrap_or(0);
        if open.all >= ALL || of_video >= OF_VIDEO || of_network >= OF_NETWORK {
            return None;
        }
        open.all += 1;
        *open.by_network.entry(network.clone()).or_default() += 1;
        let changes = open.by_video.entry(video_id).or_insert_with(|| watch::Sender::new(0)).subscribe();
        Some(Seat { open: self.0.clone(), video_id, network, changes: Some(changes) })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        self.changes = None;
        open.all -= 1;
        if open.by_video.get(&self.video_id).is_some_and(|sender| sender.receiver_count() == 0) {
            open.by_video.remove(&self.video_id);
        }
        if let Some(n) = open.by_network.get_mut(&self.network) {
            *n -= 1;
            if *n == 0 {
                open.by_network.remove(&self.network);
            }
        }
    }
}

struct Listener {
    state: State,
    published: Arc<Published>,
    lang: Lang,
    seat: Seat,
    last: i64,
    waiting: VecDeque<Told>,
    began: bool,
    ends: Instant,
}

/// The events after `last`, then those to come. None when there are too many streams.
pub fn open(
    state: &State,
    published: Arc<Published>,
    lang: Lang,
    last: i64,
    network: Vec<u8>,
) -> Option<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let seat = state.talks.streams.seat(published.video.id, network)?;
    let listener = Listener {
        state: state.clone(),
        published,
        lang,
        seat,
        last,
        waiting: VecDeque::new(),
        began: false,
        ends: Instant::now() + LASTS,
    };
    Some(stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    }))
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        if !self.began {
            self.began = true;
            // So that the connection is known to stand before anything happens.
            return Some(Event::default().retry(RETRY).comment("here"));
        }
        loop {
            if let Some(told) = self.waiting.pop_front() {
                self.last = told.seq;
                return Some(Event::default().event(told.kind).id(told.seq.to_string()).data(told.data));
            }
            if let Some(changes) = &mut self.seat.changes {
                changes.mark_unchanged();
            }
            self.look().await?;
            if self.waiting.is_empty() && !self.wait().await? {
                return Some(Event::default().comment("here"));
            }
        }
    }

    /// Takes what is new. None when it can't be read: the browser comes back.
    async fn look(&mut self) -> Option<()> {
        let video = &self.published.video;
        let of = (video.account_id, video.id);
        let head = self.state.talks.head(of.0, of.1).await.map_err(crate::reply::storage).ok()?;
        if head > self.last {
            let told = self.state.talks.after(of, self.last, head, self.lang).await;
            let told = told.map_err(crate::reply::storage).ok()?;
            if told.is_empty() {
                // Nothing of it was for viewers.
                self.last = head;
            }
            self.waiting.extend(told.iter().filter(|event| event.seq > self.last).cloned());
        }
        Some(())
    }

    /// Has its owner decided anew who may see the video? Whoever still may comes back by itself.
    async fn is_closed(&self) -> bool {
        let video = &self.published.video;
        let Ok(token) = Token::try_from(video.token.clone()) else { return true };
        let found = self.state.catalogue.by_token(&token).await;
        found.is_ok_and(|found| found.is_none_or(|found| found.video.access.version != video.access.version))
    }

    /// Until something changes, or it is time to breathe (false). None at the end.
    async fn wait(&mut self) -> Option<bool> {
        let until = (Instant::now() + BREATH).min(self.ends);
        let changes = self.seat.changes.as_mut()?;
        let changed = tokio::select! {
            () = self.state.stopping.cancelled() => return None,
            changed = timeout_at(until, changes.changed()) => changed,
        };
        let gone = self.published.video.expires_at.is_some_and(|at| at <= now());
        if gone || self.is_closed().await || Instant::now() >= self.ends { None } else { Some(changed.is_ok()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_again_once_its_stream_has_ended() {
        let streams = Streams::default();
        let seats: Vec<Seat> = (0..OF_NETWORK).filter_map(|_| streams.seat(1, vec![1])).collect();
        assert_eq!(seats.len(), OF_NETWORK);
        assert!(streams.seat(1, vec![1]).is_none());
        assert!(streams.seat(1, vec![2]).is_some(), "another network");
        drop(seats);
        assert!(streams.seat(1, vec![1]).is_some());
        let open = streams.0.lock().expect("not poisoned");
        assert!(open.all == 0 && open.by_video.is_empty() && open.by_network.is_empty());
    }

    #[test]
    fn one_video_can_not_take_every_seat() {
        let streams = Streams::default();
        let network = |n: usize| (n as u32).to_be_bytes().to_vec();
        let seats: Vec<Seat> = (0..OF_VIDEO).filter_map(|n| streams.seat(1, network(n))).collect();
        assert_eq!(seats.len(), OF_VIDEO);
        assert!(streams.seat(1, vec![9]).is_none() && streams.seat(2, vec![9]).is_some());
    }
}

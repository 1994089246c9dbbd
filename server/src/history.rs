//! What a viewer who is recognised has met on a video in earlier views, so that it does not come up again.

use crate::{
    catalogue::Published,
    state::State,
    store::{self, answers, showings},
    timeline::Person,
};
use app::interaction::{Cue, Interaction, Kind, Spec};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

#[derive(Default)]
pub struct History {
    /// What was answered, each with the first view that did.
    answered: HashMap<Uuid, Uuid>,
    shown: HashSet<Uuid>,
}

impl History {
    /// Reads no more than this timeline has a use for, and nothing for viewers who are not recognised.
    pub async fn of(state: &State, published: &Published, person: &Person) -> store::Result<Self> {
        let mut history = Self::default();
        let (video, timeline) = (&published.video, &published.timeline);
        let is_asked = |one: &Interaction| one.is_required() || one.is_once_ever() || one.is_vote();
        if !person.is_lasting || !timeline.iter().any(is_asked) {
            return Ok(history);
        }
        let mut reader = state.store.reader().await?;
        for (id, view_id) in answers::by_viewer(reader.conn(), video.account_id, video.id, person.viewer_id).await? {
            history.answered.entry(id).or_insert(view_id);
        }
        if timeline.iter().any(Interaction::is_once_ever) {
            let shown = showings::by_viewer(reader.conn(), video.account_id, video.id, person.viewer_id).await?;
            history.shown = shown.into_iter().collect();
        }
        Ok(history)
    }

    /// The viewer does not get it any more.
    pub fn is_over(&self, one: &Interaction) -> bool {
        let has_answered = self.answered.contains_key(&one.id);
        has_answered && (one.is_required() || one.is_once_ever() && !one.is_vote())
    }

    /// It comes up no more by itself: a poll was answered, what comes once was shown.
    pub fn is_past(&self, one: &Interaction) -> bool {
        self.has_voted(one) || self.has_seen(one)
    }

    /// Tells a player which cues are past.
    pub fn mark(&self, published: &Published, cues: &mut [Cue]) {
        for cue in cues {
            let one = cue.id.parse().ok().and_then(|id| published.interaction(id));
            cue.answered = one.is_some_and(|one| self.has_voted(one));
            cue.seen = one.is_some_and(|one| self.has_seen(one));
        }
    }

    /// What the viewer has picked in each poll, as its form has it.
    pub async fn picked(
        &self,
        state: &State,
        published: &Published,
    ) -> store::Result<HashMap<Uuid, Map<String, Value>>> {
        let (video, mut picked) = (&published.video, HashMap::new());
        if self.answered.is_empty() {
            return Ok(picked);
        }
        let mut reader = state.store.reader().await?;
        for one in &published.timeline {
            let Some(view_id) = self.answered.get(&one.id).filter(|_| one.is_vote()) else { continue };
            let Spec::Poll(poll) = &one.spec else { continue };
            let body = answers::of_view(reader.conn(), video.account_id, video.id, one.id, *view_id).await?;
            let places = poll.counts(&body.unwrap_or_default());
            let places: Vec<Value> = places.iter().map(|place| place.to_string().into()).collect();
            let name = if poll.multiple { "choices" } else { "choice" };
            picked.insert(one.id, Map::from_iter([(name.to_owned(), places.into())]));
        }
        Ok(picked)
    }

    fn has_voted(&self, one: &Interaction) -> bool {
        one.is_vote() && self.answered.contains_key(&one.id)
    }

    fn has_seen(&self, one: &Interaction) -> bool {
        one.is_once_ever() && !one.is_required() && self.shown.contains(&one.id)
    }
}

//! Why a well-formed answer is not taken: it came too quickly, or the view or its viewer has answered before.

use super::{
    Accepted, Objection,
    memory::{Key, Known},
    who,
};
use crate::{
    identity::Origin,
    store::{self, Tx, answers, entries::Entry, locks},
};
use app::{
    engage::What,
    interaction::{Interaction, Spec, lead_form::FASTEST_MS},
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// One vote for each viewer who is recognised, in whichever view: the database is asked, and this group of batches,
/// which is not in it yet.
#[derive(Default)]
pub struct Objections {
    /// The view that votes in this group, by account, poll and viewer.
    voted: HashMap<(i64, Uuid, Uuid), Uuid>,
}

impl Objections {
    /// Keeps other processes from taking votes of the same viewers until the transaction has ended.
    pub async fn begin(tx: &mut Tx, batches: &[&Accepted], known: &HashMap<Key, Known>) -> store::Result<Self> {
        let mut voters = BTreeSet::new();
        for batch in batches.iter().filter(|batch| votes(batch)) {
            let account_id = batch.published.video.account_id;
            let turns = batch.claim.iter().flat_map(|claim| claim.turns.iter().map(|turn| turn.to));
            let view = known.get(&(account_id, batch.view_id)).map(|known| known.view.viewer_id);
            let viewers = turns.chain(view).chain([batch.viewer_id]);
            voters.extend(viewers.filter(|id| is_recognised(*id)).map(|id| (account_id, id)));
        }
        let voters: Vec<Key> = voters.into_iter().collect();
        locks::reserve(tx.conn(), &voters).await?;
        Ok(Self::default())
    }

    /// What speaks against an event. What is stored already is never objected to.
    pub async fn to(
        &mut self,
        tx: &mut Tx,
        batch: &Accepted,
        known: &Known,
        entry: &Entry,
        what: &What,
    ) -> store::Result<Option<Objection>> {
        let What::Answer { interaction, .. } = what else { return Ok(None) };
        let Some(definition) = batch.published.interaction(*interaction) else { return Ok(None) };
        let is_stored = known.facts.contains_key(&entry.seq);
        if is_stored || !definition.spec.kind().is_once() {
            return Ok(None);
        }
        if let Some(objection) = within(known, entry, definition) {
            return Ok(Some(objection));
        }
        let viewer_id = who::speaks(batch, known, entry.seq);
        // A form asks anew, unless its author wants it otherwise; and what is left out is counted nowhere.
        let is_vote = definition.is_vote() && known.view.left_out.is_none();
        if !is_vote || !is_recognised(viewer_id) {
            return Ok(None);
        }
        let video = &batch.published.video;
        let of = (video.account_id, video.id, definition.id);
        let voted = (video.account_id, definition.id, viewer_id);
        let other = match self.voted.get(&voted).filter(|view_id| **view_id != batch.view_id) {
            Some(view_id) => Some(*view_id),
            None => answers::elsewhere(tx.conn(), of, viewer_id, batch.view_id).await?,
        };
        if other.is_none() {
            self.voted.insert(voted, batch.view_id);
        }
        Ok(other.map(|view_id| Objection::Elsewhere { view_id }))
    }
}

/// More than one network and one browser on one day.
fn is_recognised(viewer_id: Uuid) -> bool {
    Origin::of(viewer_id) != Origin::Daily
}

fn votes(batch: &Accepted) -> bool {
    let is_vote = |id: Uuid| batch.published.interaction(id).is_some_and(Interaction::is_vote);
    batch.answers.iter().any(|answer| is_vote(answer.interaction))
}

/// What the view itself has against an answer.
fn within(known: &Known, entry: &Entry, definition: &Interaction) -> Option<Objection> {
    let is_answer = |what: &What| matches!(what, What::Answer { interaction, .. } if *interaction == definition.id);
    if known.facts.values().any(|fact| is_answer(&fact.what)) {
        return Some(Objection::Again);
    }
    let is_form = matches!(definition.spec, Spec::LeadForm(_));
    let is_showing = |what: &What| matches!(what, What::Shown { interaction } if *interaction == definition.id);
    let first = known.facts.values().filter(|fact| is_showing(&fact.what)).map(|fact| fact.at).min();
    (is_form && first.is_some_and(|at| entry.at_ms - at < FASTEST_MS)).then_some(Objection::TooQuick)
}

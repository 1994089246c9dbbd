//! The door for batches: checks each event on its own, then hands what holds to the writer.

pub mod check;

use crate::{
    agent::Agent,
    geo::Place,
    identity::{self, LeftOut, Pass},
    limits,
    metrics::Counters,
    results,
    state::State,
    visitor::Visitor,
    writer::{Accepted, Objection},
};
use app::{
    engage::{Batch, Receipt, Refusal},
    error::{ApiError, Flaw},
    ids::Token,
    words::{Lang, Word},
};
use std::sync::Arc;

/// Stores a batch and answers once it is on disk. What is wrong with an answer is said in `lang`.
pub async fn record(
    state: State,
    visitor: Visitor,
    mut batch: Batch,
    lang: Lang,
    now: i64,
) -> Result<Receipt, ApiError> {
    let started_at = check::started_at(&batch, now)?;
    let token = Token::try_from(batch.video.clone()).map_err(|_| ApiError::not_found("video"))?;
    let published = state.catalogue.by_token(&token).await.map_err(crate::reply::storage)?;
    let published = published.filter(|p| p.video.deleted_at.is_none());
    let published = published.ok_or_else(|| ApiError::not_found("video"))?;
    if published.video.is_private() {
        // Whoever was let in has one; it reports what it saw, also when the door was closed meanwhile.
        let pass = batch.pass.as_deref().and_then(|text| Pass::verify(text, &state.keys, now));
        if pass.is_none_or(|pass| pass.video != token) {
            return Err(ApiError::forbidden("Batches about this video need the pass of its page."));
        }
    }
    let paces: Vec<_> = state.config.rate_limits.of_view(batch.session, published.video.id).collect();
    admit(&state, &paces, now).await?;
    let told = identity::batch::claim(&state, &visitor, &mut batch, &published, now).await?;
    // An event is about what its page shows, whatever the author has made of that since.
    let published = state.catalogue.as_shown(published, told.timeline_version).await.map_err(crate::reply::storage)?;
    let view_id = batch.session;
    let check::Sorted { entries, answers, mut refused } = check::sort(batch, &published, told.duration_ms, lang)?;
    refused.extend(told.refused);
    let mut recorded = entries.len();
    let accepted = Accepted {
        published: published.clone(),
        view_id,
        viewer_id: told.viewer_id,
        claim: told.claim,
        ip: visitor.masked_ip(),
        traits: Traits::of(&state, &visitor, told.owner).await,
        started_at,
        received_at: now,
        entries,
        answers: answers.clone(),
        grants: told.grants,
        duration_ms: told.duration_ms,
    };
    let mut results = Vec::new();
    if recorded > 0 {
        let objections = state.writer.record(accepted).await?;
        recorded -= objections.len();
        let given = answers.into_iter().filter_map(|answer| {
            match objections.iter().find(|(seq, _)| *seq == answer.seq) {
                None => Some((answer, None)),
                // Whoever has answered before gets to see that.
                Some((_, Objection::Again)) => Some((answer, Some(view_id))),
                Some((_, Objection::Elsewhere { view_id })) => Some((answer, Some(*view_id))),
                Some((_, Objection::TooQuick)) => None,
            }
        });
        results = results::of(&state, &published, view_id, given).await.map_err(crate::reply::storage)?;
        refused.extend(objections.into_iter().map(|(seq, objection)| Refusal::new(seq, said(objection, lang))));
        Counters::add(&state.counters.batches, 1);
        Counters::add(&state.counters.events, recorded);
    }
    Counters::add(&state.counters.refused, refused.len());
    Ok(Receipt { recorded, refused, results })
}

/// Lets a batch in, or tells when it may come again: nothing of it was looked at.
///
/// # Errors
/// 429, with the seconds to wait.
pub async fn admit(state: &State, paces: &[(limits::Whose, limits::Pace)], now: i64) -> Result<(), ApiError> {
    state.limits.take(limits::What::Batch, paces, now).await.map_err(|seconds| {
        Counters::add(&state.counters.limited, 1);
        ApiError::too_many(seconds, "Too many batches at once; send this one again later.")
    })
}

/// What a request tells about the view behind it, beside what is in its batch.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    pub agent: Arc<Agent>,
    pub place: Place,
    pub left_out: Option<LeftOut>,
}

impl Traits {
    pub async fn of(state: &State, visitor: &Visitor, owner: bool) -> Self {
        let agent = state.agents.of(visitor.user_agent()).await;
        let own = owner.then_some(LeftOut::Owner).or(visitor.prefetches.then_some(LeftOut::Prefetch));
        Self { left_out: agent.robot.or(own), place: state.geo.place(visitor.ip()), agent }
    }
}

fn said(objection: Objection, lang: Lang) -> Flaw {
    match objection {
        Objection::Again | Objection::Elsewhere { .. } => Flaw::new("answer", lang.say(Word::AlreadyAnswered)),
        Objection::TooQuick => Flaw::new("fields", lang.say(Word::TooQuick)),
    }
}

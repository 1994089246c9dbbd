//! What became of each interaction of a video.

use super::retention::share;
use crate::{
    report::part::{ANSWERED, ANSWERS, SHOWN, SKIPPED},
    spoken,
    store::{
        Conn, Result, StoreError, answers,
        figures::{self, Met},
        interactions,
        videos::Video,
    },
};
use app::interaction::{Interaction, Spec};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    pub id: Uuid,
    pub kind: String,
    /// Null for one that is no longer on the timeline.
    pub title: Option<String>,
    /// Where it stands, in seconds of the video; null when it is gone.
    pub at: Option<f64>,
    /// Views in which it was shown.
    pub impressions: i64,
    pub answers: i64,
    /// Views that answered at least once.
    pub answered: i64,
    /// Views that skipped it.
    pub skips: i64,
    /// Percent of the impressions, one decimal.
    pub answer_rate: f64,
    /// Choices of a poll, cards of an end screen; null for kinds without any.
    pub options: Option<Vec<Choice>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// Its place; the first is 0.
    pub option: i64,
    /// Null for one that is no longer there.
    pub text: Option<String>,
    pub answers: i64,
    /// Percent of the answers, one decimal.
    pub percent: f64,
    /// For a quiz: is it right?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correct: Option<bool>,
}

/// One answer, as it was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Given {
    pub view: Uuid,
    pub viewer_id: Uuid,
    pub email: Option<String>,
    pub name: Option<String>,
    pub answered_at: String,
    pub answer: Value,
    #[serde(skip)]
    pub cursor: String,
}

/// Every interaction of the timeline in its order, then those that are gone and were met once.
pub async fn of(mut conn: Conn<'_>, video: &Video) -> Result<Vec<Outcome>> {
    let met = figures::met(conn.again(), video.account_id, video.id).await?;
    let timeline = interactions::published(conn, video.account_id, video.id).await?;
    let mut counted: BTreeMap<Uuid, Vec<Met>> = BTreeMap::new();
    for one in met {
        counted.entry(one.id).or_default().push(one);
    }
    let duration = video.duration_ms.unwrap_or(0);
    let mut outcomes: Vec<Outcome> = timeline
        .iter()
        .map(|one| outcome(one.id, Some(one), &counted.remove(&one.id).unwrap_or_default(), duration))
        .collect();
    outcomes.sort_by(|a, b| a.at.partial_cmp(&b.at).unwrap_or(std::cmp::Ordering::Equal));
    outcomes.extend(counted.into_iter().map(|(id, met)| outcome(id, None, &met, duration)));
    Ok(outcomes)
}

fn outcome(id: Uuid, definition: Option<&Interaction>, met: &[Met], duration: i64) -> Outcome {
    let count = |what: i64| met.iter().find(|one| one.what == what).map_or(0, |one| one.n);
    let texts = definition.map(|one| one.spec.kind().options()).unwrap_or_default();
    let right: Option<&[usize]> = match definition.map(|one| &one.spec) {
        Some(Spec::Poll(poll)) => (!poll.correct.is_empty()).then_some(&poll.correct[..]),
        Some(Spec::Annotation(_) | Spec::Cta(_) | Spec::LeadForm(_) | Spec::EndScreen(_)) | None => None,
    };
    let most = met.iter().map(|one| one.what + 1).max().unwrap_or(0);
    let most = usize::try_from(most).unwrap_or(0).max(texts.len());
    let options = (0..most).zip(0..).map(|(place, option)| Choice {
        option,
        text: texts.get(place).map(|(_, text)| (*text).to_owned()),
        answers: count(option),
        percent: share(count(option), count(ANSWERS)),
        correct: right.map(|right| right.contains(&place)),
    });
    let options: Vec<Choice> = options.collect();
    let stored = met.iter().map(|one| one.kind.clone()).find(|kind| !kind.is_empty());
    Outcome {
        id,
        kind: definition.map_or_else(|| stored.unwrap_or_default(), |one| one.spec.name().to_owned()),
        title: definition.map(|one| one.spec.kind().title()),
        at: definition.map(|one| one.at.starts_ms(duration) as f64 / 1_000.0),
        impressions: count(SHOWN),
        answers: count(ANSWERS),
        answered: count(ANSWERED),
        skips: count(SKIPPED),
        answer_rate: share(count(ANSWERED).min(count(SHOWN)), count(SHOWN)),
        options: (!options.is_empty()).then_some(options),
    }
}

/// Where a list goes on: behind the answer that this names.
pub fn cursor(text: &str) -> Option<(i64, Uuid, i64)> {
    let mut parts = text.split('_');
    let read = (parts.next()?.parse().ok()?, Uuid::try_parse(parts.next()?).ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(read)
}

/// Answers to one interaction, the newest first, behind `before`.
pub async fn given(
    conn: Conn<'_>,
    video: &Video,
    id: Uuid,
    before: Option<(i64, Uuid, i64)>,
    limit: i64,
) -> Result<Vec<Given>> {
    let before = before.unwrap_or((i64::MAX, Uuid::max(), i64::MAX));
    let rows = answers::newest(conn, (video.account_id, video.id, id), before, limit).await?;
    rows.into_iter()
        .map(|row| {
            let read = serde_json::from_str(&row.body);
            Ok(Given {
                view: row.view_id,
                viewer_id: row.viewer_id,
                email: row.email,
                name: row.name,
                answered_at: spoken::instant(row.received_at),
                answer: read.map_err(|source| StoreError::Unreadable { what: "answer", source })?,
                cursor: format!("{}_{}_{}", row.received_at, row.view_id, row.seq),
            })
        })
        .collect()
}

//! What one event alone proves wrong: shape, limits and plausibility. Nothing here touches the store.

use crate::{
    catalogue::Published,
    identity,
    store::entries::Entry,
    writer::{AcceptedAnswer, AcceptedEntry},
};
use app::{
    engage::{BATCH_EVENTS, Batch, Event, Refusal, TYPES, What},
    error::{ApiError, Flaw},
    words::Lang,
};
use serde_json::Value;
use uuid::Uuid;

/// The oldest view that may still report.
pub const TOO_OLD_MS: i64 = 7 * 24 * 3_600_000;
/// An interval may end this much past the video; it is clamped.
const PAST_THE_END_MS: i64 = 1_000;
/// Slack for clocks and rounding.
const SLACK_MS: i64 = 300;
/// Events that one view may have: a batch is folded with all of them.
pub const VIEW_EVENTS: u32 = 20_000;
/// The longest referrer or page address kept, in characters.
const URL_CHARS: usize = 2_048;
/// `MediaError.code` is 1 to 4; this leaves room for a streaming engine's own.
const ERROR_CODES: std::ops::RangeInclusive<i64> = 0..=9_999;

/// When the view began, by the server's clock: the client's two clock readings cancel its skew.
///
/// # Errors
/// What is not a batch of a view that may still report.
pub fn started_at(batch: &Batch, now: i64) -> Result<i64, ApiError> {
    if batch.v != 1 {
        return Err(ApiError::bad_request("malformed", "v: only version 1 is known"));
    }
    if batch.events.len() > BATCH_EVENTS {
        return Err(ApiError::bad_request("malformed", format!("events: at most {BATCH_EVENTS} in a batch")));
    }
    let opened = batch.session.get_timestamp().filter(|_| batch.session.get_version_num() == 7);
    let opened = opened.ok_or_else(|| ApiError::bad_request("malformed", "session: must be a version 7 UUID"))?;
    let (seconds, nanos) = opened.to_unix();
    let opened_ms =
        i64::try_from(seconds).unwrap_or(i64::MAX / 2_000).saturating_mul(1_000) + i64::from(nanos / 1_000_000);
    let age = batch.sent.saturating_sub(opened_ms).max(0);
    if age > TOO_OLD_MS {
        return Err(ApiError::bad_request("too_old", "This view began more than seven days ago."));
    }
    Ok(now - age)
}

/// What holds of a batch, and what does not.
#[derive(Debug, Default)]
pub struct Sorted {
    pub entries: Vec<AcceptedEntry>,
    pub answers: Vec<AcceptedAnswer>,
    pub refused: Vec<Refusal>,
}

/// Checks each event of a batch on its own. `given` is the length of the file that its page was given, in
/// milliseconds, where its pass tells: the file may have been replaced by a shorter one since.
///
/// # Errors
/// An event without a number: nothing could be said of it.
pub fn sort(batch: Batch, published: &Published, given: Option<i64>, lang: Lang) -> Result<Sorted, ApiError> {
    // The longer of the two; each view is credited by its own.
    let duration = given.max(published.video.duration_ms).unwrap_or(i64::MAX / 200);
    let mut sorted = Sorted { entries: Vec::with_capacity(batch.events.len()), ..Sorted::default() };
    let mut seen = std::collections::HashSet::with_capacity(batch.events.len());
    for value in batch.events {
        let seq = value.get("seq").and_then(Value::as_u64).and_then(|seq| u32::try_from(seq).ok());
        let seq = seq.ok_or_else(|| ApiError::bad_request("malformed", "events: each needs a whole number seq"))?;
        if !seen.insert(seq) {
            continue;
        }
        if seq >= VIEW_EVENTS {
            sorted.refused.push(Refusal::new(seq, Flaw::new("seq", "is more than one view may have")));
            continue;
        }
        match event(value).map_err(|flaw| vec![flaw]).and_then(|event| check(event, published, duration, lang)) {
            Ok((event, answer)) => {
                let entry = entry(published.video.account_id, batch.session, &event)?;
                sorted.entries.push(AcceptedEntry { entry, what: event.what });
                sorted.answers.extend(answer);
            }
            Err(flaws) => sorted.refused.extend(flaws.into_iter().map(|flaw| Refusal::new(seq, flaw))),
        }
    }
    Ok(sorted)
}

fn event(value: Value) -> Result<Event, Flaw> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    if !TYPES.contains(&kind) {
        return Err(Flaw::new("type", format!("{:?} is not an event type", kind.chars().take(40).collect::<String>())));
    }
    serde_json::from_value(value).map_err(|error| {
        let message = error.to_string();
        let field = message.split('`').nth(1).filter(|_| message.starts_with("missing field"));
        Flaw::new(field.unwrap_or("event"), message.chars().take(200).collect::<String>())
    })
}

/// Refuses what one event alone proves wrong, and bounds what may be bounded.
fn check(
    mut event: Event,
    published: &Published,
    duration: i64,
    lang: Lang,
) -> Result<(Event, Option<AcceptedAnswer>), Vec<Flaw>> {
    if let What::Answer { interaction, answer } = &mut event.what {
        *answer = known(published, *interaction).map_err(|flaw| vec![flaw])?.spec.kind().check(answer, lang)?;
    }
    plain(&mut event, published, duration).map_err(|flaw| vec![flaw])?;
    let answer = match &event.what {
        What::Answer { interaction, answer } => {
            Some(AcceptedAnswer { seq: event.seq, interaction: *interaction, body: answer.clone() })
        }
        _ => None,
    };
    Ok((event, answer))
}

fn plain(event: &mut Event, published: &Published, duration: i64) -> Result<(), Flaw> {
    if !(0..=TOO_OLD_MS).contains(&event.at) {
        return Err(Flaw::new("at", "must be milliseconds since the view began"));
    }
    match &mut event.what {
        What::Watched { from, to, rate, .. } => {
            if !(1..=1_600).contains(rate) {
                return Err(Flaw::new("rate", "must be percent, 1 to 1600"));
            }
            if *from < 0 || *from >= duration {
                return Err(Flaw::new("from", "is not a position in the video"));
            }
            if *to < *from || *to > duration + PAST_THE_END_MS {
                return Err(Flaw::new("to", "is before from, or past the end of the video"));
            }
            *to = (*to).min(duration);
            if (*to - *from) * 100 / *rate > event.at + SLACK_MS {
                return Err(Flaw::new("to", "is more than can have been played since the view began"));
            }
        }
        What::Play { pos } | What::Pause { pos } => position("pos", *pos, duration)?,
        What::Seek { from, to } => {
            position("from", *from, duration)?;
            position("to", *to, duration)?;
        }
        What::Load { referrer, page_url, .. } => {
            for url in [referrer, page_url].into_iter().flatten() {
                *url =
                    identity::page::without_viewer(url).chars().filter(|c| !c.is_control()).take(URL_CHARS).collect();
            }
        }
        What::Shown { interaction } | What::Skip { interaction } => {
            known(published, *interaction)?;
        }
        What::Viewer { token } if token.len() > 4_096 => return Err(Flaw::new("token", "is too long")),
        What::Error { code } if !ERROR_CODES.contains(code) => {
            return Err(Flaw::new("code", "must be 0 to 9999"));
        }
        What::Answer { .. }
        | What::Viewer { .. }
        | What::Ended
        | What::Hidden
        | What::Visible
        | What::Here
        | What::Consent { .. }
        | What::Error { .. } => {}
    }
    Ok(())
}

fn position(field: &str, ms: i64, duration: i64) -> Result<(), Flaw> {
    let inside = (0..=duration + PAST_THE_END_MS).contains(&ms);
    if inside { Ok(()) } else { Err(Flaw::new(field, "is not a position in the video")) }
}

fn known(published: &Published, id: Uuid) -> Result<&app::interaction::Interaction, Flaw> {
    published.interaction(id).ok_or_else(|| Flaw::new("interaction", "is not on this video's timeline"))
}

fn entry(account_id: i64, view_id: Uuid, event: &Event) -> Result<Entry, ApiError> {
    let body = serde_json::to_string(&event.what).map_err(|_| ApiError::internal())?;
    Ok(Entry { account_id, view_id, seq: event.seq.into(), at_ms: event.at, kind: event.what.name().into(), body })
}

#[cfg(any(test, fuzzing))]
#[path = "check_proof.rs"]
pub mod proof;

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;

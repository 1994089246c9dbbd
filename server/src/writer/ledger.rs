//! One transaction of the ledger: entries, answers, the views' figures, and the messages they cause.

use super::{
    Accepted, AcceptedAnswer, AcceptedEntry, Objection, Written, gates,
    memory::{Facts, Key, Known, Memory},
    objection::Objections,
    rollup::{self, Rollup},
    view::{join, opened, set_figures},
    who::{self, Settling},
};
use crate::{
    report::{
        credit,
        part::{Given, Part},
        position,
    },
    store::{
        self, Store, Tx, answers,
        entries::{self, Entry, NewEntry},
        outbox::{self, Message},
        showings::{self, Showing},
        tallies,
        videos::{self, Video},
        views::{self, View},
    },
    webhook::{
        failpoint,
        notice::{self, Media},
    },
};
use app::{engage::What, error::ApiError, interaction::Spec};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, hash_map};
use uuid::Uuid;

/// What became of a group of batches.
pub struct Outcome {
    /// One for each batch, in order.
    pub results: Vec<Result<Written, ApiError>>,
    /// Deliveries that wait for the courier now.
    pub queued: usize,
}

/// A view that was silent this long is over, in milliseconds.
const SILENT_MS: i64 = 60_000;
/// Views that one sweep closes at most: batches wait for it.
const SWEEP: i64 = 50;

/// Stores the batches in one transaction. `memory` spares reading what is known; drop it when this fails.
pub async fn append(
    store: &Store,
    public_url: &str,
    memory: &mut Memory,
    batches: &[Accepted],
) -> store::Result<Outcome> {
    let mut tx = store.begin().await?;
    let ids = distinct(batches.iter().map(key));
    let mut known = memory.recall(&mut tx, &ids).await?;
    let before: HashMap<Key, View> = known.iter().map(|(key, known)| (*key, known.view.clone())).collect();
    let mut results = Vec::with_capacity(batches.len());
    let mut good = Vec::with_capacity(batches.len());
    for batch in batches {
        let video = &batch.published.video;
        let opened = || Known::new(opened(batch));
        let view = &mut known.entry(key(batch)).or_insert_with(opened).view;
        if view.purged_at.is_some() {
            results.push(Err(ApiError::bad_request("too_old", "This view was purged; nothing is added to it.")));
        } else if view.video_id == video.id && view.account_id == video.account_id {
            view.last_received_at = view.last_received_at.max(batch.received_at);
            view.started_at = view.started_at.min(batch.started_at);
            // The file may be replaced while it is watched. What the page was given comes first, also when a
            // click, which comes without its pass, has opened the view.
            view.duration_ms = batch.duration_ms.or(view.duration_ms).or(video.duration_ms);
            join(view, batch.traits.left_out);
            gates::grant(view, &batch.grants)?;
            good.push(batch);
            results.push(Ok(Vec::new()));
        } else {
            results.push(Err(ApiError::invalid("session: this view belongs to another video")));
        }
    }
    let (queued, mut objections) = write(&mut tx, public_url, &good, &mut known, &before).await?;
    if queued > 0 {
        failpoint("uncommitted");
    }
    tx.commit().await?;
    memory.keep(known.into_values());
    for written in results.iter_mut().flatten().rev() {
        *written = objections.pop().unwrap_or_default();
    }
    Ok(Outcome { results, queued })
}

async fn write(
    tx: &mut Tx,
    public_url: &str,
    batches: &[&Accepted],
    known: &mut HashMap<Key, Known>,
    before: &HashMap<Key, View>,
) -> store::Result<(usize, Vec<Written>)> {
    let mut objections: Vec<Written> = vec![Vec::new(); batches.len()];
    let mut against = Objections::begin(tx, batches, known).await?;
    let mut showings = Vec::new();
    let mut rows = Vec::with_capacity(batches.iter().map(|batch| batch.entries.len()).sum());
    let mut new = HashSet::with_capacity(rows.capacity());
    for (n, batch) in batches.iter().enumerate() {
        let Some(view) = known.get_mut(&key(batch)) else { continue };
        for AcceptedEntry { entry, what } in &batch.entries {
            if let Some(objection) = against.to(tx, batch, view, entry, what).await? {
                if let (Objection::Elsewhere { .. }, What::Answer { interaction, .. }) = (objection, what) {
                    // A gate holds no view of whoever has passed it.
                    gates::grant(&mut view.view, &[*interaction])?;
                }
                objections[n].extend(u32::try_from(entry.seq).map(|seq| (seq, objection)));
                continue;
            }
            if view.add(entry, what.clone()) {
                // The same event may come in two batches of a group: only the first brings it.
                new.insert((n, entry.seq));
                if let (What::Shown { interaction }, None) = (what, &view.view.left_out) {
                    showings.push(showing(batch, *interaction));
                }
                rows.push(new_entry(batch, entry));
            }
        }
    }
    entries::insert(tx.conn(), &rows).await?;
    showings::insert(tx.conn(), &showings).await?;

    // What all batches of a view say about who its viewer is comes before its figures, which follow once.
    let (mut queued, mut touched) = (0, BTreeMap::new());
    for (n, batch) in batches.iter().enumerate() {
        let Some(Known { view, facts, .. }) = known.get_mut(&key(batch)) else { continue };
        if let Some(claim) = &batch.claim {
            let is_new = |seq: u32| new.contains(&(n, seq.into()));
            let (page, now) = (batch.viewer_id, batch.received_at);
            let gates = gates::holding(&batch.published.gates, view)?;
            Settling { claim, page, facts, gates: &gates, now, is_new }.settle(tx, view).await?;
        }
        for answer in batch.answers.iter().filter(|a| new.contains(&(n, a.seq.into()))) {
            queued += answered(tx, public_url, batch, answer, view, facts).await?;
        }
        touched.insert(key(batch), *batch);
    }
    let (mut changed, mut over, mut rollup) = (Vec::with_capacity(touched.len()), Vec::new(), Rollup::default());
    for (key, batch) in touched {
        let Some(Known { view, facts, .. }) = known.get_mut(&key) else { continue };
        let was = before.get(&key);
        if was.is_some_and(|was| says_nothing_new(was, view, facts)) {
            changed.push(view.clone());
            continue;
        }
        let duration = view.duration_ms.unwrap_or(0);
        let credit = credit::of(facts.values(), duration, &gates::holding(&batch.published.gates, view)?);
        set_figures(view, &credit, facts.values());
        view.given = rollup::json(&Given::of(&credit, facts.values(), duration));
        if was.is_some_and(|was| was.left_out.is_some() != view.left_out.is_some()) {
            turn(tx, batch, view, facts).await?;
        }
        let part_before = was.map(Part::of).transpose()?.flatten();
        rollup.replace(part_before.as_ref(), Part::of(view)?.as_ref());
        changed.push(view.clone());
        if credit.over && view.closed_at.is_none() {
            view.closed_at = Some(batch.received_at);
            over.push((view.clone(), &batch.published.video, batch.received_at));
        }
    }
    views::replace(tx.conn(), &changed).await?;
    rollup.write(tx).await?;
    for (view, video, now) in over {
        queued += close(tx, public_url, &view, video, now).await?;
    }
    Ok((queued, objections))
}

/// Was a view only heard of again? Then its figures stand, and nobody's repetition costs a fold.
fn says_nothing_new(was: &View, now: &View, facts: &Facts) -> bool {
    was.given.is_some()
        && i64::try_from(facts.len()) == Ok(was.entries)
        && *now == View { last_received_at: now.last_received_at, ..was.clone() }
}

/// A view counts from now on, or no longer: what is counted apart from it follows.
async fn turn(tx: &mut Tx, batch: &Accepted, view: &View, facts: &Facts) -> store::Result<()> {
    if view.left_out.is_some() {
        return retract(tx, |id| Some(&batch.published.interaction(id)?.spec), view).await;
    }
    let shown = facts.values().filter_map(|fact| match &fact.what {
        What::Shown { interaction } => Some(showing(batch, *interaction)),
        _ => None,
    });
    showings::insert(tx.conn(), &shown.collect::<Vec<_>>()).await
}

/// Takes back what a view has left beside its own row: answers, their tallies, showings.
pub async fn retract<'a>(tx: &mut Tx, spec: impl Fn(Uuid) -> Option<&'a Spec>, view: &View) -> store::Result<()> {
    let of = (view.account_id, view.video_id);
    for (id, body) in answers::remove(tx.conn(), of.0, of.1, view.id).await? {
        if let Some(spec) = spec(id).filter(|spec| spec.kind().is_once()) {
            tallies::uncount(tx.conn(), of.0, of.1, id, &spec.kind().counts(&body)).await?;
        }
    }
    showings::remove(tx.conn(), of.0, of.1, view.id).await
}

fn showing(batch: &Accepted, interaction_id: Uuid) -> Showing {
    Showing {
        account_id: batch.published.video.account_id,
        video_id: batch.published.video.id,
        interaction_id,
        view_id: batch.view_id,
        received_at: batch.received_at,
    }
}

/// Ends sessions that fell silent; returns how many ended and how many deliveries that queued.
pub async fn close_idle(
    store: &Store,
    public_url: &str,
    memory: &mut Memory,
    now: i64,
) -> store::Result<(usize, usize)> {
    let mut reader = store.reader().await?;
    let silent = views::idle(reader.conn(), now - SILENT_MS, SWEEP).await?;
    let ahead = views::ahead(reader.conn(), now + SILENT_MS, SWEEP).await?;
    drop(reader);
    if silent.is_empty() && ahead.is_empty() {
        return Ok((0, 0));
    }
    let mut tx = store.begin().await?;
    // The clock was set back: they were heard of now at the latest, and do not stay open until it is there again.
    for (account_id, id) in ahead {
        memory.forget((account_id, id));
        views::heard(tx.conn(), account_id, id, now).await?;
    }
    // Another process may have heard of some of them meanwhile.
    let ids = distinct(silent.iter().map(|view| (view.account_id, view.id)));
    let is_over = |view: &View| view.closed_at.is_none() && view.last_received_at <= now - SILENT_MS;
    let silent: Vec<View> = views::by_ids(tx.conn(), &ids).await?.into_iter().filter(is_over).collect();
    let (mut queued, mut known) = (0, HashMap::new());
    for view in &silent {
        memory.forget((view.account_id, view.id));
        if let hash_map::Entry::Vacant(place) = known.entry(view.video_id) {
            place.insert(videos::by_id(tx.conn(), view.video_id).await?);
        }
        match known.get(&view.video_id) {
            Some(Some(video)) => queued += close(&mut tx, public_url, view, video, now).await?,
            // There is nothing left to tell of.
            _ => _ = views::close(tx.conn(), view.account_id, view.id, now).await?,
        }
    }
    tx.commit().await?;
    Ok((silent.len(), queued))
}

/// Declares a session over, and says so when it was played. Happens once for a view.
async fn close(tx: &mut Tx, public_url: &str, view: &View, video: &Video, now: i64) -> store::Result<usize> {
    if !views::close(tx.conn(), view.account_id, view.id, now).await? || !view.is_play() {
        return Ok(0);
    }
    let percent = u8::try_from(view.percent).unwrap_or(100);
    let email = who::email(tx, view.account_id, view.viewer_id).await?;
    let body = notice::played_session(&media(video, public_url), percent, email.as_deref());
    send(tx, video, "VideoPlayedSessions", Some(view.viewer_id), body, now).await
}

/// Keeps an answer apart and announces it; of a view that is left out it stays among the entries alone.
async fn answered(
    tx: &mut Tx,
    public_url: &str,
    batch: &Accepted,
    answer: &AcceptedAnswer,
    view: &mut View,
    facts: &Facts,
) -> store::Result<usize> {
    let video = &batch.published.video;
    let Some(interaction) = batch.published.interaction(answer.interaction) else {
        return Ok(0);
    };
    if view.left_out.is_some() {
        return Ok(0);
    }
    if matches!(interaction.spec, Spec::LeadForm(_)) {
        who::filled_in(tx, view, &answer.body, batch.received_at).await?;
    }
    let row = answers::Answer {
        account_id: video.account_id,
        video_id: video.id,
        interaction_id: answer.interaction,
        view_id: batch.view_id,
        seq: answer.seq.into(),
        kind: interaction.spec.name(),
        viewer_id: view.viewer_id,
        body: answer.body.to_string(),
        received_at: batch.received_at,
    };
    answers::insert(tx.conn(), &row).await?;
    let email = who::email(tx, video.account_id, view.viewer_id).await?;
    if interaction.spec.kind().is_once() {
        let picked = interaction.spec.kind().counts(&answer.body);
        tallies::count(tx.conn(), video.account_id, video.id, interaction.id, &picked).await?;
    }
    let cta_url = format!("{public_url}/video/cta/{}", video.id);
    let kind = interaction.spec.kind();
    let when = facts.get(&i64::from(answer.seq)).map_or(0, |fact| fact.at);
    let clicked = position::at(facts.values(), when, view.duration_ms.unwrap_or(i64::MAX));
    let own = kind.notice(answer.interaction, clicked, &answer.body, &cta_url);
    let body = notice::answered(&media(video, public_url), own, email.as_deref());
    send(tx, video, kind.event_name(), Some(view.viewer_id), body, batch.received_at).await
}

/// Queues a message about a video, and about a viewer unless nobody caused it, in the caller's transaction; returns
/// to how many endpoints it goes.
pub async fn send(
    tx: &mut Tx,
    video: &Video,
    event: &'static str,
    viewer_id: Option<Uuid>,
    body: notice::Body,
    now: i64,
) -> store::Result<usize> {
    let id = Uuid::now_v7();
    let message = Message {
        account_id: video.account_id,
        id,
        event: event.into(),
        video_id: video.id,
        viewer_id,
        body: notice::envelope(id, event, now, video.account_id, &body),
        created_at: now,
    };
    outbox::enqueue(tx.conn(), &message).await
}

fn new_entry(batch: &Accepted, entry: &Entry) -> NewEntry {
    NewEntry { entry: entry.clone(), received_at: batch.received_at }
}

/// The video as messages name it.
pub fn media<'a>(video: &'a Video, public_url: &'a str) -> Media<'a> {
    Media { video_id: video.id, token: &video.token, title: &video.title, duration_ms: video.duration_ms, public_url }
}

fn key(batch: &Accepted) -> Key {
    (batch.published.video.account_id, batch.view_id)
}

/// Each once, and in one order, so that two processes can't wait for each other's rows.
fn distinct(ids: impl Iterator<Item = Key>) -> Vec<Key> {
    ids.collect::<BTreeSet<Key>>().into_iter().collect()
}

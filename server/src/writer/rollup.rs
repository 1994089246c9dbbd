//! The sums behind the reports, changed in the transaction that changes a view: what the view has given is
//! taken out, what it gives now is put in.

use crate::{
    report::{
        credit::{self, Credit},
        part::{Given, Part},
    },
    store::{
        self, Store, StoreError, Tx, entries, gates,
        sums::{self, Changes, Key},
        views::{self, View},
    },
};
use app::{engage::What, player::watched::Span};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Changes of a group of views, added up before they are written: many of them touch the same rows.
#[derive(Default)]
pub struct Rollup {
    video: Changes<SUMS>,
    seconds: Changes<2>,
    hours: Changes<7>,
    facets: Changes<2>,
    viewers: Changes<3>,
    met: Changes<1>,
    /// Viewers whose newest play may have gone: a view has left them, or began earlier than was thought.
    left: BTreeSet<(i64, i64, Uuid)>,
    /// Videos from which a view was taken out altogether.
    emptied: BTreeSet<(i64, i64)>,
}

/// How many sums a video has, and places among them.
const SUMS: usize = 18;
const VIEWERS: usize = 2;
const LEFT_OUT: usize = 14;

impl Rollup {
    /// Replaces what a view has given before by what it gives now.
    pub fn replace(&mut self, before: Option<&Part>, after: Option<&Part>) {
        if before == after {
            return;
        }
        if let (Some(before), Some(after)) = (before, after)
            && (before.viewer_id != after.viewer_id
                || before.left_out != after.left_out
                || played_at(before) > played_at(after))
        {
            self.left.insert((before.account_id, before.video_id, before.viewer_id));
        }
        if let (Some(before), None) = (before, after) {
            self.emptied.insert((before.account_id, before.video_id));
            self.left.insert((before.account_id, before.video_id, before.viewer_id));
        }
        before.into_iter().for_each(|part| self.add(part, -1));
        after.into_iter().for_each(|part| self.add(part, 1));
        // When a viewer played last is written only where that has changed, and not for each batch of a view.
        let was = before.filter(|before| after.is_some_and(|after| after.viewer_id == before.viewer_id));
        if let Some(after) = after
            && let Some(at) = played_at(after)
            && was.and_then(played_at) != Some(at)
        {
            let key = (after.account_id, after.video_id, Key::Viewer(after.viewer_id));
            let viewer = self.viewers.entry(key).or_default();
            viewer[2] = viewer[2].max(at);
        }
    }

    fn add(&mut self, part: &Part, sign: i64) {
        let key = |key| (part.account_id, part.video_id, key);
        let Part { sums, given, .. } = part;
        if let Some(reason) = &part.left_out {
            let mut counts = [0; SUMS];
            counts[LEFT_OUT] = 1;
            plus(&mut self.video, key(Key::Video), counts, sign);
            plus(&mut self.facets, key(Key::Facet("left_out", reason.clone())), [1, sums.plays], sign);
            return;
        }
        let [a, b, c, d, e] = sums.buckets;
        let (watched, unique) = (sums.watched_ms, sums.unique_ms);
        let spent = [watched, given.capped, unique, sums.hidden_ms, sums.muted_ms, sums.uncredited_ms];
        let [f, g, h, i, j, k] = spent;
        let (clock, gate, length) = (sums.beyond_clock_ms, sums.behind_gate_ms, sums.length_ms);
        let whole = [1, sums.plays, 0, f, g, h, i, j, k, a, b, c, d, e, 0, clock, gate, length];
        plus(&mut self.video, key(Key::Video), whole, sign);
        let hour = [1, sums.plays, watched, given.capped, unique, e, length];
        plus(&mut self.hours, key(Key::Number(part.hour)), hour, sign);
        for run in &given.heat {
            plus(&mut self.seconds, key(Key::Number(run.from)), [run.played, run.seen], sign);
            plus(&mut self.seconds, key(Key::Number(run.to)), [run.played, run.seen], -sign);
        }
        for (facet, value) in &part.facets {
            plus(&mut self.facets, key(Key::Facet(facet, value.clone())), [1, sums.plays], sign);
        }
        for (id, what, n) in &given.met {
            plus(&mut self.met, key(Key::Met(*id, *what)), [*n], sign);
        }
        let viewer = self.viewers.entry(key(Key::Viewer(part.viewer_id))).or_default();
        viewer[0] += sign;
        viewer[1] += sign * sums.plays;
    }

    /// Writes the changes. The views themselves must be written before.
    pub async fn write(mut self, tx: &mut Tx) -> store::Result<()> {
        for now in sums::add_viewers(tx.conn(), &self.viewers).await? {
            let key = |key| (now.account_id, now.video_id, key);
            let change = self.viewers.get(&key(Key::Viewer(now.viewer_id))).map_or(0, |[_, plays, _]| *plays);
            let counted = i64::from(now.plays > 0) - i64::from(now.plays - change > 0);
            let mut counts = [0; SUMS];
            counts[VIEWERS] = counted;
            plus(&mut self.video, key(Key::Video), counts, 1);
        }
        let left: Vec<(i64, i64, Uuid)> = self.left.into_iter().collect();
        sums::settle_viewers(tx.conn(), &left).await?;
        sums::add(tx.conn(), &sums::VIDEO, &self.video).await?;
        sums::add(tx.conn(), &sums::SECONDS, &self.seconds).await?;
        sums::add(tx.conn(), &sums::HOURS, &self.hours).await?;
        sums::add(tx.conn(), &sums::FACETS, &self.facets).await?;
        sums::add(tx.conn(), &sums::MET, &self.met).await?;
        for (account_id, video_id) in self.emptied {
            sums::forget_empty(tx.conn(), account_id, video_id).await?;
        }
        Ok(())
    }
}

/// When the view of a part began, if it counts as a play.
fn played_at(part: &Part) -> Option<i64> {
    (part.left_out.is_none() && part.sums.plays > 0).then_some(part.started_at)
}

fn plus<const N: usize>(changes: &mut Changes<N>, key: (i64, i64, Key), counts: [i64; N], sign: i64) {
    let sums = changes.entry(key).or_insert([0; N]);
    for (sum, n) in sums.iter_mut().zip(counts) {
        *sum += sign * n;
    }
}

/// Views that one transaction catches up with.
const STEP: i64 = 200;

/// Sums up views that have given nothing yet, such as those of a version before there were sums. Returns how many.
///
/// # Errors
/// When the database can't be used.
pub async fn catch_up(store: &Store) -> store::Result<usize> {
    let mut caught = 0;
    loop {
        let mut tx = store.begin().await?;
        let views = views::not_summed(tx.conn(), STEP).await?;
        if views.is_empty() {
            return Ok(caught);
        }
        let keys: Vec<(i64, Uuid)> = views.iter().map(|view| (view.account_id, view.id)).collect();
        let mut facts: HashMap<(i64, Uuid), Vec<credit::Fact>> = HashMap::new();
        for entry in entries::of_views(tx.conn(), &keys).await? {
            let what: What =
                serde_json::from_str(&entry.body).map_err(|source| StoreError::Unreadable { what: "entry", source })?;
            let fact = credit::Fact { at: entry.at_ms, what };
            facts.entry((entry.account_id, entry.view_id)).or_default().push(fact);
        }
        let (mut rollup, mut summed) = (Rollup::default(), Vec::with_capacity(views.len()));
        for mut view in views {
            let facts = facts.remove(&(view.account_id, view.id)).unwrap_or_default();
            let duration = view.duration_ms.unwrap_or(0);
            let gates = gates::of_video(tx.conn(), view.account_id, view.video_id).await?;
            let gates = super::gates::holding(&gates, &view)?;
            let mut credit = credit::of(facts.iter(), duration, &gates);
            if i64::try_from(facts.len()) == Ok(view.entries) {
                super::view::set_figures(&mut view, &credit, facts.iter());
            } else {
                // Without its raw entries the view's own row is all there is.
                credit = kept(&view)?;
            }
            view.given = json(&Given::of(&credit, facts.iter(), duration));
            rollup.replace(None, Part::of(&view)?.as_ref());
            summed.push(view);
        }
        caught += summed.len();
        views::replace(tx.conn(), &summed).await?;
        rollup.write(&mut tx).await?;
        tx.commit().await?;
    }
}

/// As much of a view's credit as its row tells.
fn kept(view: &View) -> store::Result<Credit> {
    let spans: Vec<(i64, i64)> =
        serde_json::from_str(&view.spans).map_err(|source| StoreError::Unreadable { what: "spans", source })?;
    let spans: Vec<Span> = spans.into_iter().map(|(from, to)| Span::new(from, to)).collect();
    Ok(Credit { watched_ms: view.watched_ms, plays: spans.clone(), spans, ..Credit::default() })
}

/// As the view's row keeps it. Numbers and ids are always JSON.
pub fn json(given: &Given) -> Option<String> {
    serde_json::to_string(given).ok()
}

#[cfg(test)]
#[path = "rollup_tests.rs"]
mod tests;

//! The sums behind the reports, changed in the transaction that changes a view: what the view has given is
//! taken out, what it gives now is put in.

use crate::{
    report::{
        credit::{self, Gate},
        part::{Given, Part},
    },
    store::{
        self, Store, StoreError, Tx, entries, interactions,
        sums::{self, Changes, Key},
        videos, views,
    },
};
use app::engage::What;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Changes of a group of views, added up before they are written: many of them touch the same rows.
#[derive(Default)]
pub struct Rollup {
    video: Changes<15>,
    seconds: Changes<2>,
    hours: Changes<6>,
    facets: Changes<2>,
    viewers: Changes<3>,
    met: Changes<1>,
    /// Viewers that a view has left.
    left: BTreeSet<(i64, i64, Uuid)>,
}

/// Places among the sums of a video.
const VIEWERS: usize = 2;
const LEFT_OUT: usize = 14;

impl Rollup {
    /// Replaces what a view has given before by what it gives now.
    pub fn replace(&mut self, before: Option<&Part>, after: Option<&Part>) {
        if before == after {
            return;
        }
        if let (Some(before), Some(after)) = (before, after)
            && (before.viewer_id != after.viewer_id || before.left_out != after.left_out)
        {
            self.left.insert((before.account_id, before.video_id, before.viewer_id));
        }
        if let (Some(before), None) = (before, after) {
            self.left.insert((before.account_id, before.video_id, before.viewer_id));
        }
        before.into_iter().for_each(|part| self.add(part, -1));
        after.into_iter().for_each(|part| self.add(part, 1));
    }

    fn add(&mut self, part: &Part, sign: i64) {
        let key = |key| (part.account_id, part.video_id, key);
        let Part { sums, given, .. } = part;
        if let Some(reason) = &part.left_out {
            let mut counts = [0; 15];
            counts[LEFT_OUT] = 1;
            plus(&mut self.video, key(Key::Video), counts, sign);
            plus(&mut self.facets, key(Key::Facet("left_out", reason.clone())), [1, sums.plays], sign);
            return;
        }
        let [a, b, c, d, e] = sums.buckets;
        let (watched, unique) = (sums.watched_ms, sums.unique_ms);
        let spent = [watched, given.capped, unique, sums.hidden_ms, sums.muted_ms, sums.uncredited_ms];
        let [f, g, h, i, j, k] = spent;
        plus(&mut self.video, key(Key::Video), [1, sums.plays, 0, f, g, h, i, j, k, a, b, c, d, e, 0], sign);
        plus(&mut self.hours, key(Key::Number(part.hour)), [1, sums.plays, watched, given.capped, unique, e], sign);
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
        if sign > 0 {
            viewer[2] = viewer[2].max(part.started_at);
        }
    }

    /// Writes the changes. The views themselves must be written before.
    pub async fn write(mut self, tx: &mut Tx) -> store::Result<()> {
        for now in sums::add_viewers(tx.conn(), &self.viewers).await? {
            let key = |key| (now.account_id, now.video_id, key);
            let change = self.viewers.get(&key(Key::Viewer(now.viewer_id))).map_or(0, |[_, plays, _]| *plays);
            let counted = i64::from(now.plays > 0) - i64::from(now.plays - change > 0);
            let mut counts = [0; 15];
            counts[VIEWERS] = counted;
            plus(&mut self.video, key(Key::Video), counts, 1);
        }
        for (account_id, video_id, viewer_id) in self.left {
            sums::settle_viewer(tx.conn(), account_id, video_id, viewer_id).await?;
        }
        sums::add(tx.conn(), &sums::VIDEO, &self.video).await?;
        sums::add(tx.conn(), &sums::SECONDS, &self.seconds).await?;
        sums::add(tx.conn(), &sums::HOURS, &self.hours).await?;
        sums::add(tx.conn(), &sums::FACETS, &self.facets).await?;
        sums::add(tx.conn(), &sums::MET, &self.met).await
    }
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
            let duration = videos::by_id(tx.conn(), view.video_id).await?.and_then(|video| video.duration_ms);
            let (duration, granted) = (duration.unwrap_or(0), super::ledger::granted(&view)?);
            let timeline = interactions::published(tx.conn(), view.account_id, view.video_id).await?;
            let gates: Vec<Gate> = super::ledger::required(&timeline, &granted, duration);
            let credit = credit::of(facts.iter(), duration, &gates);
            // Without its raw entries the view's own row is all there is.
            if i64::try_from(facts.len()) == Ok(view.entries) {
                super::ledger::set_figures(&mut view, &credit, facts.iter());
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

/// As the view's row keeps it. Numbers and ids are always JSON.
pub fn json(given: &Given) -> Option<String> {
    serde_json::to_string(given).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        report::credit::Fact,
        store::{entries::Entry, views::View},
        writer::{ledger, memory::Known},
    };
    use proptest::prelude::*;
    use serde_json::json;

    const DURATION: i64 = 60_000;

    fn blank(n: u128) -> View {
        View {
            account_id: 1,
            video_id: 1,
            id: Uuid::from_u128(n),
            viewer_id: Uuid::from_u128(n / 2),
            ip: String::new(),
            surface: "play".into(),
            referrer: None,
            page_url: None,
            started_at: 1_795_392_000_000,
            last_received_at: 0,
            played: false,
            watched_ms: 0,
            unique_ms: 0,
            hidden_ms: 0,
            muted_ms: 0,
            uncredited_ms: 0,
            entries: 0,
            percent: 0,
            spans: "[]".into(),
            grants: "[]".into(),
            closed_at: None,
            given: None,
        }
    }

    /// What a player may say, true or not.
    fn event() -> impl Strategy<Value = (i64, What)> {
        let id = (0_u128..3).prop_map(Uuid::from_u128);
        let what = prop_oneof![
            1 => Just(What::Play { pos: 0 }),
            1 => Just(What::Ended),
            1 => Just(What::Hidden),
            1 => id.clone().prop_map(|interaction| What::Shown { interaction }),
            1 => id.clone().prop_map(|interaction| What::Skip { interaction }),
            1 => (id, 0..3).prop_map(|(interaction, n)| What::Answer { interaction, answer: json!({ "choices": [n] }) }),
            6 => (0_i64..DURATION, 0_i64..20_000, 1_i64..400, any::<bool>()).prop_map(|(from, ms, rate, hidden)| {
                What::Watched { from, to: (from + ms).min(DURATION), rate, hidden, muted: !hidden }
            }),
        ];
        (0_i64..300_000, what)
    }

    /// Adds events to a view as a batch does; returns its part then.
    fn take(known: &mut Known, batch: &[(i64, (i64, What))]) -> Part {
        for (seq, (at, what)) in batch {
            let (view_id, kind) = (known.view.id, what.name().to_owned());
            let entry = Entry { account_id: 1, view_id, seq: *seq, at_ms: *at, kind, body: String::new() };
            known.add(&entry, what.clone());
        }
        let facts = || known.facts.iter().map(|(_, fact): &(i64, Fact)| fact);
        // The interaction of id 1 holds everything behind its 30th second.
        let credit = credit::of(facts(), DURATION, &[(Uuid::from_u128(1), 30_000)]);
        ledger::set_figures(&mut known.view, &credit, facts());
        known.view.given = json(&Given::of(&credit, facts(), DURATION));
        Part::of(&known.view).expect("readable").expect("it has given")
    }

    proptest! {
        #[test]
        fn any_order_and_repetition_of_batches_ends_in_the_same_sums_and_any_prefix_is_consistent(
            views in proptest::collection::vec(proptest::collection::vec(event(), 1..24), 1..4),
            cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), 1_usize..8), 0..24),
        ) {
            let events: Vec<Vec<(i64, (i64, What))>> = views.into_iter().map(|view| (0..).zip(view).collect()).collect();
            // The truth: every view at once, each once.
            let mut truth = Rollup::default();
            for (n, view) in events.iter().enumerate() {
                let mut known = Known { view: blank(n as u128), facts: Vec::new() };
                truth.replace(None, Some(&take(&mut known, view)));
            }
            // Pieces in any order, some of them several times, then all that is missing.
            let mut pieces: Vec<(usize, &[(i64, (i64, What))])> = cuts
                .iter()
                .map(|(which, from, length)| {
                    let n = which.index(events.len());
                    let from = from.index(events[n].len());
                    (n, &events[n][from..(from + length).min(events[n].len())])
                })
                .collect();
            pieces.extend(events.iter().enumerate().map(|(n, view)| (n, &view[..])));
            let mut known: Vec<Known> =
                (0..events.len()).map(|n| Known { view: blank(n as u128), facts: Vec::new() }).collect();
            let mut sums = Rollup::default();
            for (n, piece) in pieces {
                let before = Part::of(&known[n].view).expect("readable");
                let after = take(&mut known[n], piece);
                sums.replace(before.as_ref(), Some(&after));
                let video = sums.video[&(1, 1, Key::Video)];
                let [loads, plays, _, watched, capped, unique, hidden, muted, _, buckets @ .., left_out] = video;
                prop_assert!(plays <= loads && loads <= events.len() as i64 && left_out == 0);
                prop_assert_eq!(buckets.iter().sum::<i64>(), plays);
                prop_assert!(unique <= capped && capped <= watched && unique <= plays * DURATION);
                prop_assert!(hidden + muted == watched);
                let mut curve = (0, 0);
                for ((_, _, second), [played, seen]) in &sums.seconds {
                    curve = (curve.0 + played, curve.1 + seen);
                    let Key::Number(second) = second else { panic!("a second") };
                    prop_assert!(curve.0 >= curve.1 && curve.1 <= plays && curve.1 >= 0, "second {}", second);
                }
                prop_assert_eq!(curve, (0, 0));
            }
            let kept = |changes: &Changes<2>| -> Vec<_> { changes.iter().filter(|(_, sums)| **sums != [0, 0]).map(|(key, sums)| (key.clone(), *sums)).collect() };
            prop_assert_eq!(&sums.video, &truth.video);
            prop_assert_eq!(kept(&sums.seconds), kept(&truth.seconds));
            prop_assert_eq!(kept(&sums.facets), kept(&truth.facets));
            prop_assert_eq!(&sums.hours, &truth.hours);
            let met = |rollup: &Rollup| -> Vec<_> { rollup.met.iter().filter(|(_, n)| **n != [0]).map(|(key, n)| (key.clone(), *n)).collect() };
            prop_assert_eq!(met(&sums), met(&truth));
        }
    }

    #[test]
    fn a_view_that_is_left_out_takes_everything_back_and_is_counted_apart() {
        let mut known = Known { view: blank(0), facts: Vec::new() };
        let watched = What::Watched { from: 0, to: 9_000, rate: 100, hidden: false, muted: false };
        let counted = take(&mut known, &[(0, (0, What::Play { pos: 0 })), (1, (9_000, watched))]);
        let left_out = Part { left_out: Some("bot".into()), ..counted.clone() };
        let mut sums = Rollup::default();
        sums.replace(None, Some(&counted));
        sums.replace(Some(&counted), Some(&left_out));
        let mut only = [0; 15];
        only[LEFT_OUT] = 1;
        assert_eq!(sums.video[&(1, 1, Key::Video)], only);
        assert_eq!(sums.facets[&(1, 1, Key::Facet("left_out", "bot".into()))], [1, 1]);
        assert!(sums.seconds.values().all(|sums| *sums == [0, 0]));
        sums.replace(Some(&left_out), None);
        assert_eq!(sums.video[&(1, 1, Key::Video)], [0; 15]);
    }
}

//! Whatever the order in which batches come, and however often, the sums are those of the events.

use super::*;
use crate::{
    report::credit::Gate,
    store::{entries::Entry, views::View},
    writer::{memory::Known, view},
};
use proptest::prelude::*;
use serde_json::json;

const DURATION: i64 = 60_000;

/// An event with its number and its time.
type Numbered = (i64, (i64, What));

fn blank(n: u128) -> View {
    View {
        viewer_id: Uuid::from_u128(n / 2),
        surface: "play".into(),
        started_at: 1_795_392_000_000,
        duration_ms: Some(DURATION),
        ..View::new(1, 1, Uuid::from_u128(n))
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
fn take(known: &mut Known, batch: &[Numbered]) -> Part {
    for (seq, (at, what)) in batch {
        let (view_id, kind) = (known.view.id, what.name().to_owned());
        let entry = Entry { account_id: 1, view_id, seq: *seq, at_ms: *at, kind, body: String::new() };
        known.add(&entry, what.clone());
    }
    let facts = || known.facts.values();
    // The interaction of id 1 holds everything behind its 30th second.
    let gate = Gate { id: Uuid::from_u128(1), at: 30_000, skip_if_known: false, until: None };
    let credit = credit::of(facts(), DURATION, &[gate]);
    view::set_figures(&mut known.view, &credit, facts());
    known.view.given = json(&Given::of(&credit, facts(), DURATION));
    Part::of(&known.view).expect("readable").expect("it has given")
}

proptest! {
    #[test]
    fn any_order_and_repetition_of_batches_ends_in_the_same_sums_and_any_prefix_is_consistent(
        views in proptest::collection::vec(proptest::collection::vec(event(), 1..24), 1..4),
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), 1_usize..8), 0..24),
    ) {
        let events: Vec<Vec<Numbered>> = views.into_iter().map(|view| (0..).zip(view).collect()).collect();
        // The truth: every view at once, each once.
        let mut truth = Rollup::default();
        for (n, view) in events.iter().enumerate() {
            let mut known = Known::new(blank(n as u128));
            truth.replace(None, Some(&take(&mut known, view)));
        }
        // Pieces in any order, some of them several times, then all that is missing.
        let mut pieces: Vec<(usize, &[Numbered])> = cuts
            .iter()
            .map(|(which, from, length)| {
                let n = which.index(events.len());
                let from = from.index(events[n].len());
                (n, &events[n][from..(from + length).min(events[n].len())])
            })
            .collect();
        pieces.extend(events.iter().enumerate().map(|(n, view)| (n, &view[..])));
        let mut known: Vec<Known> =
            (0..events.len()).map(|n| Known::new(blank(n as u128))).collect();
        let mut sums = Rollup::default();
        for (n, piece) in pieces {
            let before = Part::of(&known[n].view).expect("readable");
            let after = take(&mut known[n], piece);
            sums.replace(before.as_ref(), Some(&after));
            let video = sums.video[&(1, 1, Key::Video)];
            let [loads, plays, _, watched, capped, unique, hidden, muted, uncredited, rest @ ..] = video;
            let [buckets @ .., left_out, clock, gate, length] = rest;
            prop_assert!(plays <= loads && loads <= events.len() as i64 && left_out == 0);
            prop_assert_eq!(buckets.iter().sum::<i64>(), plays);
            prop_assert!(unique <= capped && capped <= watched && capped <= length && length == plays * DURATION);
            prop_assert!(hidden + muted == watched && uncredited == clock + gate && clock.min(gate) >= 0);
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
    let mut known = Known::new(blank(0));
    let watched = What::Watched { from: 0, to: 9_000, rate: 100, hidden: false, muted: false };
    let counted = take(&mut known, &[(0, (0, What::Play { pos: 0 })), (1, (9_000, watched))]);
    let left_out = Part { left_out: Some("bot".into()), ..counted.clone() };
    let mut sums = Rollup::default();
    sums.replace(None, Some(&counted));
    sums.replace(Some(&counted), Some(&left_out));
    let mut only = [0; SUMS];
    only[LEFT_OUT] = 1;
    assert_eq!(sums.video[&(1, 1, Key::Video)], only);
    assert_eq!(sums.facets[&(1, 1, Key::Facet("left_out", "bot".into()))], [1, 1]);
    assert!(sums.seconds.values().all(|sums| *sums == [0, 0]));
    sums.replace(Some(&left_out), None);
    assert_eq!(sums.video[&(1, 1, Key::Video)], [0; SUMS]);
}

#[test]
fn only_a_play_makes_a_viewer_newer_and_it_is_written_once() {
    let mut known = Known::new(blank(0));
    let watched = What::Watched { from: 0, to: 9_000, rate: 100, hidden: false, muted: false };
    let opened = take(&mut known, &[(0, (0, What::Here))]);
    let played = take(&mut known, &[(1, (0, What::Play { pos: 0 }))]);
    let more = take(&mut known, &[(2, (9_000, watched))]);
    let at = more.started_at;
    let earlier = Part { started_at: at - 1, ..more.clone() };
    for (before, after, change, is_settled) in [
        (None, &opened, [1, 0, 0], false),
        (Some(&opened), &played, [0, 1, at], false),
        (Some(&played), &more, [0, 0, 0], false),
        (Some(&more), &earlier, [0, 0, at - 1], true),
    ] {
        let mut sums = Rollup::default();
        sums.replace(before, Some(after));
        assert_eq!(sums.viewers[&(1, 1, Key::Viewer(after.viewer_id))], change);
        assert_eq!(!sums.left.is_empty(), is_settled);
    }
}

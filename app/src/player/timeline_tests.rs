use super::*;
use proptest::prelude::*;

const MINUTE: i64 = 60_000;

fn at(s: f64) -> Moment {
    Moment {
        at: At::S(s),
        stays_ms: Some(8_000),
        pause: false,
        gate: Gate::None,
        once: false,
        skip_if_known: false,
        settles: false,
        middle: false,
    }
}

fn gate(s: f64, gate: Gate) -> Moment {
    Moment { gate, stays_ms: None, settles: true, middle: true, ..at(s) }
}

fn minute(moments: Vec<Moment>) -> Timeline {
    Timeline::new(moments, MINUTE)
}

/// Plays on from where it stands, as a player does: in steps, and stopping where it is held.
fn watch(timeline: &mut Timeline, to: i64) -> i64 {
    if !timeline.play() {
        return timeline.position();
    }
    let mut t = timeline.position();
    while t < to && !timeline.is_held() {
        t = timeline.runs((t + 250).min(to));
    }
    t
}

#[test]
fn a_moment_shows_from_its_second_until_its_end() {
    let mut timeline = minute(vec![at(1.0)]);
    let shown = [999, 1_000, 8_999, 9_000].map(|t| {
        timeline.runs(t);
        !timeline.showing().is_empty()
    });
    assert_eq!(shown, [false, true, true, false]);
}

#[test]
fn where_the_viewer_goes_on_nothing_from_before_is_met() {
    let passed = |gate: Gate| Moment { stays_ms: Some(1_000), settles: true, gate, ..at(2.0) };
    let mut timeline = minute(vec![passed(Gate::Soft), Moment { pause: true, ..passed(Gate::None) }]);
    assert_eq!(timeline.seek(7_330), 7_330);
    assert!(timeline.play() && timeline.showing().is_empty());
    timeline.runs(7_500);
    assert!(!timeline.is_held());
    let mut there = minute(vec![passed(Gate::Soft)]);
    there.seek(2_000);
    assert!(!there.play(), "what stands right there is");
}

#[test]
fn what_stands_before_the_video_asks_also_where_it_goes_on_in_the_middle() {
    let mut timeline = minute(vec![Moment { at: At::Before, ..gate(0.0, Gate::Soft) }]);
    timeline.seek(7_330);
    assert!(!timeline.play());
    timeline.skipped(0);
    assert!(timeline.play());
}

#[test]
fn what_was_closed_stays_closed_and_what_was_clicked_comes_again() {
    let mut timeline = minute(vec![at(1.0), at(1.0)]);
    timeline.runs(2_000);
    timeline.answered(0);
    assert!(timeline.skipped(1));
    assert_eq!(timeline.showing(), [0]);
    timeline.seek(30_000);
    timeline.seek(2_000);
    assert_eq!(timeline.showing(), [0]);
}

#[test]
fn the_next_change_is_the_nearest_beginning_or_end_ahead() {
    let mut timeline = minute(vec![Moment { stays_ms: Some(2_000), ..at(4.0) }, at(5.0)]);
    assert_eq!(timeline.next(), Some(4_000));
    timeline.runs(4_000);
    assert_eq!(timeline.next(), Some(5_000));
    timeline.runs(5_500);
    assert_eq!(timeline.next(), Some(6_000));
    timeline.runs(6_000);
    assert_eq!(timeline.next(), Some(13_000));
    timeline.runs(13_000);
    assert_eq!(timeline.next(), None);
}

#[test]
fn a_pause_holds_until_the_viewer_plays_on_and_again_after_a_jump_back() {
    let mut timeline = minute(vec![Moment { pause: true, ..at(10.0) }]);
    assert!((10_000..10_250).contains(&watch(&mut timeline, 20_000)));
    assert!(timeline.is_held());
    assert!(timeline.play());
    timeline.runs(12_000);
    assert_eq!((timeline.is_held(), timeline.showing()), (false, &[0][..]));
    timeline.seek(5_000);
    watch(&mut timeline, 20_000);
    assert!(timeline.is_held());
}

#[test]
fn a_soft_gate_holds_until_it_is_skipped_and_a_seek_passes_it() {
    let mut timeline = minute(vec![gate(10.0, Gate::Soft)]);
    watch(&mut timeline, 20_000);
    assert!(timeline.is_held() && !timeline.play());
    assert!(timeline.skipped(0));
    assert_eq!(watch(&mut timeline, 20_000), 20_000);

    let mut jumping = minute(vec![Moment { stays_ms: Some(5_000), ..gate(10.0, Gate::Soft) }]);
    jumping.play();
    assert_eq!(jumping.seek(30_000), 30_000);
    assert!(!jumping.is_held() && jumping.showing().is_empty());
    assert_eq!(jumping.seek(12_000), 12_000);
    assert!(jumping.is_held(), "a seek into its time meets it");
}

#[test]
fn no_seek_passes_a_required_gate_and_no_skip() {
    let mut timeline = minute(vec![gate(10.0, Gate::Required)]);
    timeline.play();
    assert_eq!(timeline.seek(50_000), 10_000);
    assert!(timeline.is_held() && !timeline.play() && !timeline.skipped(0));
    timeline.seek(5_000);
    assert_eq!(watch(&mut timeline, 20_000), 10_000);
    timeline.answered(0);
    assert_eq!(watch(&mut timeline, 20_000), 20_000);
    timeline.seek(9_000);
    assert_eq!(watch(&mut timeline, 20_000), 20_000, "once answered it holds no more");
}

#[test]
fn a_gate_before_the_video_lets_nothing_play() {
    let mut timeline = minute(vec![Moment { at: At::Before, ..gate(0.0, Gate::Required) }]);
    assert_eq!(timeline.showing(), [0]);
    assert!(!timeline.play());
    timeline.answered(0);
    assert!(timeline.play() && timeline.showing().is_empty());
}

#[test]
fn a_soft_gate_before_the_video_is_met_at_the_first_play() {
    let mut timeline = minute(vec![Moment { at: At::Before, ..gate(0.0, Gate::Soft) }]);
    assert_eq!(timeline.showing(), [0]);
    assert!(!timeline.play() || timeline.is_held());
    assert!(timeline.skipped(0));
    assert!(timeline.play() && timeline.showing().is_empty());
}

#[test]
fn an_end_screen_shows_at_the_end_until_the_video_plays_again() {
    let mut timeline = minute(vec![Moment { at: At::End, stays_ms: None, middle: true, ..at(0.0) }]);
    timeline.runs(59_900);
    assert!(timeline.showing().is_empty());
    timeline.ends();
    assert_eq!(timeline.showing(), [0]);
    assert!(timeline.play() && timeline.showing().is_empty());
    timeline.ends();
    timeline.seek(3_000);
    assert!(timeline.showing().is_empty());
}

#[test]
fn two_in_the_middle_take_turns() {
    let mut timeline = minute(vec![gate(10.0, Gate::Soft), gate(10.0, Gate::Required), at(10.0)]);
    watch(&mut timeline, 20_000);
    assert_eq!(timeline.showing(), [0, 2]);
    timeline.answered(0);
    assert_eq!(timeline.showing(), [1, 2]);
    assert!(timeline.is_held());
}

#[test]
fn whoever_is_known_is_not_asked() {
    let mut timeline = minute(vec![Moment { skip_if_known: true, ..gate(10.0, Gate::Required) }]);
    watch(&mut timeline, 20_000);
    timeline.knows_viewer();
    assert!(!timeline.is_held() && timeline.showing().is_empty());
    assert_eq!(watch(&mut timeline, 20_000), 20_000);
}

#[test]
fn from_the_list_everything_can_be_opened_again() {
    let mut timeline = minute(vec![gate(10.0, Gate::None)]);
    timeline.runs(10_500);
    timeline.answered(0);
    assert!(timeline.showing().is_empty());
    timeline.seek(40_000);
    timeline.open(0);
    assert_eq!(timeline.showing(), [0]);
    timeline.skipped(0);
    assert!(timeline.showing().is_empty());
}

fn any_moment() -> impl Strategy<Value = Moment> {
    let at = prop_oneof![
        6 => (0..60_000_i64).prop_map(|ms| At::S(ms as f64 / 1000.0)),
        1 => (0..=100_i64).prop_map(|pct| At::Pct(pct as f64)),
        1 => (0..60_i64).prop_map(|s| At::FromEndS(s as f64)),
        1 => Just(At::Before),
        1 => Just(At::End),
    ];
    let gate = prop_oneof![Just(Gate::None), Just(Gate::Soft), Just(Gate::Required)];
    let stays = prop::option::of(100..20_000_i64);
    (at, stays, any::<bool>(), gate, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(at, stays_ms, pause, gate, once, settles, middle)| {
            let gate = if at == At::End && gate == Gate::Required { Gate::None } else { gate };
            Moment { at, stays_ms, pause, gate, once, skip_if_known: false, settles, middle }
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    Play,
    Watch(i64),
    Seek(i64),
    Answer(usize),
    Skip(usize),
    End,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Play),
        4 => (0..MINUTE).prop_map(Step::Watch),
        4 => (-5_000..70_000_i64).prop_map(Step::Seek),
        1 => any::<usize>().prop_map(Step::Answer),
        1 => any::<usize>().prop_map(Step::Skip),
        1 => Just(Step::End),
    ]
}

proptest! {
    #[test]
    fn whatever_a_viewer_does_required_gates_hold_once_is_once_and_nothing_shows_outside_its_time(
        moments in prop::collection::vec(any_moment(), 0..8),
        steps in prop::collection::vec(any_step(), 0..40),
    ) {
        let mut timeline = minute(moments.clone());
        let mut answered = vec![false; moments.len()];
        let mut came = vec![0; moments.len()];
        let mut last: Vec<usize> = timeline.showing().to_vec();
        for i in &last { came[*i] += 1; }
        for step in steps {
            let free = !timeline.is_held();
            match step {
                Step::Play => { timeline.play(); }
                Step::Watch(by) => { let to = timeline.position() + by; watch(&mut timeline, to.min(MINUTE)); }
                Step::Seek(to) => { timeline.seek(to); }
                Step::Answer(i) if !last.is_empty() => {
                    let i = last[i % last.len()];
                    answered[i] = true;
                    timeline.answered(i);
                }
                Step::Skip(i) if !last.is_empty() => { timeline.skipped(last[i % last.len()]); }
                Step::End if free => { timeline.ends(); }
                _ => {}
            }
            let now = timeline.position();
            prop_assert!((0..=MINUTE).contains(&now));
            for (i, moment) in moments.iter().enumerate() {
                let from = timeline.from(i);
                if moment.gate == Gate::Required && !answered[i] {
                    prop_assert!(now <= from, "passed gate {i} at {from}: {now}");
                }
                let shows = timeline.showing().contains(&i);
                if shows && !last.contains(&i) { came[i] += 1; }
                if shows {
                    let timed = matches!(moment.at, At::S(_) | At::Pct(_) | At::FromEndS(_));
                    let in_time = now >= from && moment.stays_ms.is_none_or(|stays| now < from + stays || now >= MINUTE);
                    prop_assert!(!timed || in_time || timeline.holds(i), "{i} shows at {now}");
                }
                // The middle is taken in turns, so what waits may come up once more after its turn began.
                if moment.once && moment.gate != Gate::Required && !moment.middle {
                    prop_assert!(came[i] <= 1, "{i} came up {} times", came[i]);
                }
            }
            let middle = timeline.showing().iter().filter(|i| moments[**i].middle).count();
            prop_assert!(middle <= 1);
            last = timeline.showing().to_vec();
        }
    }
}

//! What one view is credited with: a fold over its stored events in `seq` order, so that the order
//! and repetition of batches change nothing.

use app::engage::What;
use app::interaction::lead_form;
use app::player::watched::{Span, percent, union, unique};
use uuid::Uuid;

/// One stored event, as the fold needs it.
pub struct Fact {
    /// Milliseconds since the view began, by the client's monotonic clock.
    pub at: i64,
    pub what: What,
}

/// The figures of a view. Times are milliseconds of media time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credit {
    pub played: bool,
    /// Everything credited, a scene watched twice counting twice.
    pub watched_ms: i64,
    pub unique_ms: i64,
    pub hidden_ms: i64,
    pub muted_ms: i64,
    /// Claimed beyond what the view's own clock allows; stored, never counted.
    pub beyond_clock_ms: i64,
    /// Claimed behind a gate that held, by whatever clock; stored, never counted.
    pub behind_gate_ms: i64,
    pub percent: i64,
    /// What was seen, merged.
    pub spans: Vec<Span>,
    /// Every stretch as it was credited.
    pub plays: Vec<Span>,
    /// Playback reached the end and the page was left: the session is over.
    pub over: bool,
}

impl Credit {
    /// Claimed, and not credited.
    pub fn uncredited_ms(&self) -> i64 {
        self.beyond_clock_ms + self.behind_gate_ms
    }
}

/// What may not be passed unanswered.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The interaction.
    pub id: Uuid,
    /// Where it stands, in milliseconds of media time.
    pub at: i64,
    /// Not for viewers who are known: the player drops it as soon as one is.
    pub skip_if_known: bool,
    /// Milliseconds since the view began at which it was withdrawn: what was played from then on passes it.
    pub until: Option<i64>,
}

/// Slack for clocks and rounding, in milliseconds.
const SLACK: i64 = 300;

/// Folds the events of one view of a video of `duration` milliseconds, 0 where that is not known. What lies past
/// its end is no part of it. Nothing past one of `gates` is credited before the view answers it, or says who its
/// viewer is where that is enough.
pub fn of<'a>(facts: impl Iterator<Item = &'a Fact> + Clone, duration: i64, gates: &[Gate]) -> Credit {
    let started = |fact: &&Fact| matches!(fact.what, What::Play { .. });
    let begun = facts.clone().find(started).or(facts.clone().next()).map_or(0, |fact| fact.at);
    let end = if duration > 0 { duration } else { i64::MAX };
    let mut credit = Credit::default();
    let mut closed: Vec<Gate> = gates.to_vec();
    // In microseconds, so that many short stretches cost their time, too.
    let (mut spent, mut ended, mut hidden_page) = (0, false, false);
    for fact in facts {
        match &fact.what {
            What::Play { .. } => (credit.played, ended) = (true, false),
            What::Ended => ended = true,
            What::Hidden => hidden_page = true,
            What::Visible => hidden_page = false,
            What::Watched { from, to, rate, hidden, muted } => {
                let claimed = Span::new((*from).min(end), (*to).min(end));
                let left = (fact.at - begun + SLACK).saturating_mul(1_000) - spent;
                let holding = closed.iter().filter(|gate| gate.until.is_none_or(|until| fact.at < until));
                let reach = holding.map(|gate| gate.at).min().unwrap_or(i64::MAX);
                let within = Span::new(claimed.from.min(reach), claimed.to.min(reach));
                let (span, wall) = allowed(within, *rate, left);
                credit.behind_gate_ms += claimed.length() - within.length();
                credit.beyond_clock_ms += within.length() - span.length();
                spent += wall;
                credit.watched_ms += span.length();
                credit.hidden_ms += if *hidden { span.length() } else { 0 };
                credit.muted_ms += if *muted { span.length() } else { 0 };
                credit.played |= span.length() > 0;
                credit.plays.push(span);
            }
            What::Answer { interaction, answer } => {
                let known = lead_form::makes_known(answer);
                closed.retain(|gate| gate.id != *interaction && !(known && gate.skip_if_known));
            }
            // Only a token that holds is stored.
            What::Viewer { .. } => closed.retain(|gate| !gate.skip_if_known),
            What::Load { .. }
            | What::Pause { .. }
            | What::Seek { .. }
            | What::Here
            | What::Shown { .. }
            | What::Skip { .. }
            | What::Consent { .. }
            | What::Error { .. } => {}
        }
    }
    credit.spans = union(&credit.plays);
    credit.unique_ms = unique(&credit.spans);
    credit.percent = percent(credit.unique_ms, duration);
    credit.over = ended && hidden_page;
    credit
}

/// The beginning of `span` that fits into `left` microseconds on the wall, and how many that took.
fn allowed(span: Span, rate: i64, left: i64) -> (Span, i64) {
    let rate = rate.max(1);
    let wall = span.length().saturating_mul(100_000).saturating_add(rate - 1) / rate;
    if wall <= left {
        return (span, wall);
    }
    let left = left.max(0);
    (Span::new(span.from, (span.from + left.saturating_mul(rate) / 100_000).min(span.to)), left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(facts: &[Fact], duration: i64) -> Credit {
        super::of(facts.iter(), duration, &[])
    }

    fn play(at: i64) -> Fact {
        Fact { at, what: What::Play { pos: 0 } }
    }

    fn watched(at: i64, from: i64, to: i64, rate: i64) -> Fact {
        Fact { at, what: What::Watched { from, to, rate, hidden: false, muted: false } }
    }

    #[test]
    fn many_stretches_too_short_for_a_millisecond_of_the_clock_cost_their_time() {
        let short = |n: i64| Fact {
            at: 0,
            what: What::Watched { from: 15 * n, to: 15 * (n + 1), rate: 1_600, hidden: false, muted: false },
        };
        let facts: Vec<Fact> = (0..4_000).map(short).collect();
        // 300 ms of slack at sixteen times the speed.
        assert_eq!(of(&facts, 60_000).watched_ms, 4_797);
    }

    #[test]
    fn plain_watching_is_credited_whole() {
        let credit = of(&[play(1_000), watched(11_000, 0, 10_000, 100)], 20_000);
        assert_eq!((credit.watched_ms, credit.unique_ms, credit.percent), (10_000, 10_000, 50));
        assert!(credit.played);
    }

    #[test]
    fn rewatching_counts_as_time_but_not_as_coverage() {
        let credit = of(&[play(0), watched(3_000, 0, 3_000, 100), watched(6_000, 0, 3_000, 100)], 6_000);
        assert_eq!((credit.watched_ms, credit.unique_ms), (6_000, 3_000));
    }

    #[test]
    fn double_speed_is_twice_the_media_in_the_same_time() {
        let credit = of(&[play(0), watched(3_000, 0, 6_000, 200)], 6_000);
        assert_eq!((credit.watched_ms, credit.uncredited_ms(), credit.percent), (6_000, 0, 100));
    }

    #[test]
    fn more_than_the_clock_allows_is_kept_but_not_credited() {
        let credit = of(&[play(0), watched(5_000, 0, 5_000, 100), watched(5_100, 5_000, 10_000, 100)], 60_000);
        assert_eq!(credit.watched_ms, 5_400);
        assert_eq!((credit.beyond_clock_ms, credit.behind_gate_ms), (4_600, 0));
    }

    #[test]
    fn what_lies_past_the_end_of_what_was_played_is_no_part_of_it() {
        let facts = [play(0), watched(60_000, 0, 60_000, 100), watched(120_000, 70_000, 120_000, 100)];
        let credit = of(&facts, 60_000);
        assert_eq!((credit.watched_ms, credit.uncredited_ms(), credit.percent), (60_000, 0, 100));
        assert_eq!(credit.spans, [Span::new(0, 60_000)]);
        assert_eq!(of(&facts, 0).watched_ms, 110_000, "no end is known");
    }

    #[test]
    fn nothing_past_an_unanswered_gate_is_credited() {
        let gate = [Gate { id: Uuid::from_u128(7), at: 10_000, skip_if_known: false, until: None }];
        let answer = |id| Fact {
            at: 21_000,
            what: What::Answer { interaction: Uuid::from_u128(id), answer: serde_json::json!({}) },
        };
        let to = |facts: &[Fact]| super::of(facts.iter(), 20_000, &gate).unique_ms;
        let first = || vec![play(0), watched(20_000, 0, 15_000, 100)];
        assert_eq!(to(&first()), 10_000);
        let mut jumped = first();
        jumped.extend([answer(8), watched(30_000, 15_000, 20_000, 100)]);
        assert_eq!((to(&jumped), super::of(jumped.iter(), 20_000, &gate).percent), (10_000, 50));
        let mut answered = first();
        answered.extend([answer(7), watched(40_000, 10_000, 20_000, 100)]);
        assert_eq!(to(&answered), 20_000);
    }

    #[test]
    fn what_lies_behind_a_gate_is_told_apart_from_what_no_clock_allows() {
        let gate = [Gate { id: Uuid::from_u128(7), at: 10_000, skip_if_known: false, until: None }];
        let facts = [play(0), watched(5_000, 0, 15_000, 100), watched(6_000, 15_000, 20_000, 100)];
        let credit = super::of(facts.iter(), 20_000, &gate);
        assert_eq!((credit.watched_ms, credit.beyond_clock_ms, credit.behind_gate_ms), (5_300, 4_700, 10_000));
        assert_eq!(credit.uncredited_ms(), 14_700);
    }

    #[test]
    fn a_gate_that_was_withdrawn_holds_what_was_played_before_and_nothing_after() {
        let gate = [Gate { id: Uuid::from_u128(7), at: 10_000, skip_if_known: false, until: Some(25_000) }];
        let mut facts = vec![play(0), watched(20_000, 0, 20_000, 100)];
        assert_eq!(super::of(facts.iter(), 20_000, &gate).unique_ms, 10_000);
        facts.push(watched(30_000, 15_000, 20_000, 100));
        assert_eq!(super::of(facts.iter(), 20_000, &gate).spans, [Span::new(0, 10_000), Span::new(15_000, 20_000)]);
    }

    #[test]
    fn a_gate_that_skips_known_viewers_opens_once_the_view_says_who_they_are() {
        let gate = |id, at, skip_if_known| Gate { id: Uuid::from_u128(id), at, skip_if_known, until: None };
        let gates = [gate(7, 5_000, false), gate(8, 10_000, true), gate(9, 15_000, false)];
        let at = |what| Fact { at: 21_000, what };
        let answer = |fields: serde_json::Value| {
            at(What::Answer { interaction: Uuid::from_u128(7), answer: serde_json::json!({ "fields": fields }) })
        };
        let to = |said: Vec<Fact>| {
            let facts: Vec<Fact> = [play(0)].into_iter().chain(said).chain([watched(40_000, 0, 20_000, 100)]).collect();
            super::of(facts.iter(), 20_000, &gates).unique_ms
        };
        let (who, what) = (serde_json::json!({"email": "ada@example.com"}), serde_json::json!({"size": "Large"}));
        assert_eq!(to(vec![answer(who)]), 15_000, "the gate for everybody still holds");
        assert_eq!(to(vec![answer(what.clone())]), 10_000, "that says nothing of who it is");
        let viewer = || at(What::Viewer { token: Uuid::from_u128(1).to_string() });
        assert_eq!(to(vec![answer(what), viewer()]), 15_000);
        assert_eq!(to(vec![viewer()]), 5_000, "a gate for everybody is answered by nobody's name");
    }

    #[test]
    fn a_view_without_a_play_event_counts_from_its_first_event() {
        let credit = of(&[watched(3_000, 0, 300, 100)], 60_000);
        assert_eq!((credit.played, credit.watched_ms), (true, 300));
    }

    #[test]
    fn a_page_that_was_only_opened_is_no_play() {
        let load = What::Load { surface: app::engage::Surface::Play, referrer: None, page_url: None };
        let credit = of(&[Fact { at: 0, what: load }], 60_000);
        assert_eq!(credit, Credit::default());
    }

    #[test]
    fn a_session_is_over_when_it_ended_and_the_page_was_left() {
        let fact = |what| Fact { at: 9_000, what };
        let to_the_end = [play(0), watched(9_000, 0, 9_000, 100), fact(What::Ended)];
        assert!(!of(&to_the_end, 9_000).over);
        let mut left: Vec<Fact> = to_the_end.into_iter().collect();
        left.push(fact(What::Hidden));
        assert!(of(&left, 9_000).over);
        left.push(fact(What::Visible));
        assert!(!of(&left, 9_000).over);
    }
}

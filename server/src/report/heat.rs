//! Which seconds of the video one view has seen, and how often it played each.

use app::player::watched::Span;
use serde::{Deserialize, Serialize};

/// Seconds in a row with the same figures, `from` included and `to` not; as JSON `[from,to,played,seen]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(i64, i64, i64, i64)", into = "(i64, i64, i64, i64)")]
pub struct Run {
    pub from: i64,
    pub to: i64,
    /// How often: the time played within a second over its length, halves rounded up.
    pub played: i64,
    /// 1 when at least half of the second was seen, else 0.
    pub seen: i64,
}

/// Longer videos are not counted by the second past this.
const SECONDS: i64 = 86_400;
const SECOND: i64 = 1_000;

/// The seconds of a view of a video of `duration` milliseconds. `plays` are all stretches that were played,
/// `union` the same without what was played again.
pub fn runs(plays: &[Span], union: &[Span], duration: i64) -> Vec<Run> {
    let end = union.last().map_or(0, |span| span.to).min(SECONDS * SECOND);
    let n = usize::try_from((end + SECOND - 1) / SECOND).unwrap_or(0);
    let (total, once) = (by_second(plays, n), by_second(union, n));
    let mut runs: Vec<Run> = Vec::new();
    for (i, (total, once)) in (0..).zip(total.into_iter().zip(once)) {
        // The last second of a video is rarely a whole one.
        let length = (duration.max(end) - i * SECOND).clamp(1, SECOND);
        let (played, seen) = ((2 * total + length) / (2 * length), i64::from(2 * once >= length && once > 0));
        match runs.last_mut() {
            Some(last) if last.to == i && (last.played, last.seen) == (played, seen) => last.to = i + 1,
            _ if played > 0 => runs.push(Run { from: i, to: i + 1, played, seen }),
            _ => {}
        }
    }
    runs
}

/// Adds up runs of several views, as a curve of `(played, seen)` for each of `seconds` seconds.
pub fn curve<'a>(runs: impl Iterator<Item = &'a Run>, seconds: usize) -> Vec<(i64, i64)> {
    let mut steps = vec![(0, 0); seconds + 1];
    for run in runs {
        for (at, sign) in [(run.from, 1), (run.to, -1)] {
            let at = usize::try_from(at).unwrap_or(0).min(seconds);
            steps[at].0 += sign * run.played;
            steps[at].1 += sign * run.seen;
        }
    }
    steps.pop();
    summed(steps)
}

/// A curve from its differences.
pub fn summed(mut steps: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    let mut sum = (0, 0);
    for step in &mut steps {
        sum = (sum.0 + step.0, sum.1 + step.1);
        *step = sum;
    }
    steps
}

/// Seconds that a video of `duration` milliseconds has, the last one often shorter.
pub fn seconds(duration: i64) -> usize {
    usize::try_from(((duration + SECOND - 1) / SECOND).clamp(0, SECONDS)).unwrap_or(0)
}

/// Milliseconds of `spans` within each of `n` seconds.
fn by_second(spans: &[Span], n: usize) -> Vec<i64> {
    let (mut parts, mut steps) = (vec![0; n + 2], vec![0; n + 2]);
    for span in spans.iter().filter(|span| span.length() > 0) {
        let (first, last) = (span.from / SECOND, span.to / SECOND);
        let place = |second: i64| usize::try_from(second).unwrap_or(0).min(n + 1);
        if first == last {
            parts[place(first)] += span.length();
        } else {
            parts[place(first)] += (first + 1) * SECOND - span.from;
            steps[place(first + 1)] += SECOND;
            steps[place(last)] -= SECOND;
            parts[place(last)] += span.to - last * SECOND;
        }
    }
    let mut whole = 0;
    let sums = parts.into_iter().zip(steps).map(|(part, step)| {
        whole += step;
        part + whole
    });
    sums.take(n).collect()
}

impl From<(i64, i64, i64, i64)> for Run {
    fn from((from, to, played, seen): (i64, i64, i64, i64)) -> Self {
        Self { from, to, played, seen }
    }
}

impl From<Run> for (i64, i64, i64, i64) {
    fn from(run: Run) -> Self {
        (run.from, run.to, run.played, run.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::player::watched::watch;

    fn of(plays: &[(i64, i64)], duration: i64) -> Vec<(i64, i64, i64, i64)> {
        let plays: Vec<Span> = plays.iter().map(|(from, to)| Span::new(*from, *to)).collect();
        let mut union = Vec::new();
        plays.iter().for_each(|span| watch(&mut union, *span));
        runs(&plays, &union, duration).into_iter().map(Into::into).collect()
    }

    #[test]
    fn a_second_is_seen_when_half_of_it_was() {
        assert_eq!(of(&[(500, 10_499)], 60_000), [(0, 10, 1, 1)]);
        assert_eq!(of(&[(501, 10_500)], 60_000), [(1, 11, 1, 1)]);
    }

    #[test]
    fn it_does_not_matter_where_a_stretch_was_cut() {
        let whole = of(&[(0, 30_000)], 60_000);
        assert_eq!(of(&[(0, 10_500), (10_500, 20_250), (20_250, 30_000)], 60_000), whole);
        assert_eq!(of(&[(20_250, 30_000), (0, 10_500), (10_500, 20_250)], 60_000), whole);
    }

    #[test]
    fn what_is_played_again_counts_again_and_is_seen_once() {
        assert_eq!(of(&[(0, 10_000), (2_000, 5_000)], 60_000), [(0, 2, 1, 1), (2, 5, 2, 1), (5, 10, 1, 1)]);
        assert_eq!(of(&[(0, 300), (0, 300), (0, 300)], 60_000), [(0, 1, 1, 0)], "one second's worth of its beginning");
    }

    #[test]
    fn the_short_last_second_is_measured_by_its_own_length() {
        assert_eq!(of(&[(59_000, 60_250)], 60_500), [(59, 61, 1, 1)]);
        assert_eq!(of(&[(59_000, 60_249)], 60_500), [(59, 60, 1, 1)]);
    }

    #[test]
    fn a_curve_adds_runs_up() {
        let runs = [Run::from((0, 2, 1, 1)), Run::from((1, 9, 3, 1))];
        assert_eq!(curve(runs.iter(), 4), [(1, 1), (4, 2), (3, 1), (3, 1)]);
        assert_eq!(curve([].iter(), 0), []);
    }
}

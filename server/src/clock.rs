//! Notices that the wall clock was set: silence that is measured with it is none then.

use std::time::Duration;

/// Compares the wall clock with one that nobody sets.
#[derive(Debug)]
pub struct Clock {
    last: Option<(i64, Duration)>,
    /// When the last unevenness is forgotten, on the clock that nobody sets.
    even_from: Duration,
    patience: Duration,
}

/// Differences below this are a clock that is being corrected.
const SLACK_MS: u64 = 10_000;

impl Clock {
    /// One that begins uneven: nobody knows what was before. It is even after `patience`.
    pub fn new(patience: Duration) -> Self {
        Self { last: None, even_from: Duration::ZERO, patience }
    }

    /// Has the wall clock gone evenly for a while? `wall` is its time in Unix milliseconds, `steady` that of
    /// the other, since whatever moment. To be asked every few seconds.
    pub fn is_even(&mut self, wall: i64, steady: Duration) -> bool {
        let went = self.last.map(|(then, since)| (wall - then, steady.saturating_sub(since)));
        let is_set = went.is_none_or(|(ms, passed)| {
            let passed = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
            ms.saturating_sub(passed).unsigned_abs() > SLACK_MS
        });
        self.last = Some((wall, steady));
        if is_set {
            self.even_from = steady + self.patience;
        }
        steady >= self.even_from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    /// Whether it is even at each of these seconds, the wall clock being off by so many milliseconds.
    fn asked(times: &[(u64, i64)]) -> Vec<bool> {
        let mut clock = Clock::new(Duration::from_secs(60));
        let at = |(s, off): &(u64, i64)| (1_795_392_000_000 + *s as i64 * 1_000 + off, Duration::from_secs(*s));
        times.iter().map(at).map(|(wall, steady)| clock.is_even(wall, steady)).collect()
    }

    #[test]
    fn it_takes_a_while_to_be_trusted() {
        assert_eq!(asked(&[(0, 0), (5, 0), (59, 0), (60, 0), (65, 0)]), [false, false, false, true, true]);
    }

    #[test]
    fn a_day_s_jump_ahead_or_back_is_noticed_and_forgotten() {
        for jump in [DAY, -DAY] {
            let times = [(0, 0), (60, 0), (65, jump), (70, jump), (124, jump), (125, jump), (130, 0), (195, 0)];
            assert_eq!(asked(&times), [false, true, false, false, false, true, false, true]);
        }
    }

    #[test]
    fn a_clock_that_is_corrected_a_little_is_even() {
        assert_eq!(asked(&[(0, 0), (60, 500), (65, -900), (70, 9_000)]), [false, true, true, true]);
    }
}

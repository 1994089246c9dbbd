//! The breaker of one endpoint: pauses it when it asks for that, spares it while it is down, and knows
//! when it has been down for too long. It reads no clock; instants are Unix milliseconds.

use super::post::Outcome;

/// What is remembered of an endpoint's last attempts. While it is open one delivery at a time goes out
/// as a probe once `wait_until` is over, and a probe that fails uses up no attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Circuit {
    pub is_open: bool,
    /// Nothing is sent before.
    pub wait_until: i64,
    /// How often in a row it was opened.
    pub opened: i64,
    pub failed_in_row: i64,
    pub window_at: i64,
    pub window_all: i64,
    pub window_failed: i64,
    /// The first failure since the last success.
    pub failing_since: Option<i64>,
    pub failed_at: Option<i64>,
}

/// It opens after so many failures in a row,
const IN_ROW: i64 = 10;
/// or when so many attempts were made in a window and so many percent of them failed.
const WINDOW_MS: i64 = 5 * 60_000;
const WINDOW_ALL: i64 = 10;
const WINDOW_PERCENT: i64 = 70;
/// How long it stays open the first time; each probe that fails doubles it, up to the longest.
const OPEN_MS: i64 = 30_000;
const LONGEST_OPEN_MS: i64 = 15 * 60_000;
/// How long 429 and 503 pause an endpoint that names no time.
const PAUSE_MS: i64 = 10_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// An endpoint that took nothing for so long is switched off.
pub const GIVE_UP_MS: i64 = 5 * DAY_MS;
/// Failures further apart than any delay of the schedule belong to different troubles.
const APART_MS: i64 = DAY_MS + DAY_MS / 2;

impl Circuit {
    /// Remembers an attempt that ended at `now`. True when the endpoint has failed for too long.
    pub fn hear(&mut self, outcome: &Outcome, now: i64) -> bool {
        if outcome.succeeded() {
            self.succeeded(now);
            return false;
        }
        self.failed(now);
        if matches!(outcome.status, Some(429 | 503)) {
            let asked_ms = outcome.retry_after_s.map_or(PAUSE_MS, |s| (i64::from(s) * 1_000).min(DAY_MS));
            self.wait_until = self.wait_until.max(now + asked_ms);
        }
        self.failing_since.is_some_and(|since| now - since >= GIVE_UP_MS)
    }

    /// Is there nothing that a success would change?
    pub fn is_well(&self) -> bool {
        !self.is_open && self.failed_in_row == 0 && self.window_failed == 0 && self.failing_since.is_none()
    }

    fn succeeded(&mut self, now: i64) {
        if self.is_open {
            *self = Self::default();
            return;
        }
        if now - self.window_at >= WINDOW_MS {
            (self.window_at, self.window_all, self.window_failed) = (0, 0, 0);
        } else {
            self.window_all += 1;
        }
        (self.opened, self.failed_in_row, self.failing_since, self.failed_at) = (0, 0, None, None);
    }

    fn failed(&mut self, now: i64) {
        if self.failed_at.is_none_or(|last| now - last > APART_MS) {
            self.failing_since = Some(now);
        }
        self.failed_at = Some(now);
        self.failed_in_row += 1;
        if now - self.window_at >= WINDOW_MS {
            (self.window_at, self.window_all, self.window_failed) = (now, 0, 0);
        }
        self.window_all += 1;
        self.window_failed += 1;
        let many = self.window_all >= WINDOW_ALL && self.window_failed * 100 >= self.window_all * WINDOW_PERCENT;
        // What was under way when it opened says nothing new.
        let probed = self.is_open && now >= self.wait_until;
        if probed || (!self.is_open && (many || self.failed_in_row >= IN_ROW)) {
            self.is_open = true;
            let longer = OPEN_MS << self.opened.clamp(0, 10);
            self.opened += 1;
            self.wait_until = self.wait_until.max(now + longer.min(LONGEST_OPEN_MS));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_732_312_345_123;
    const MINUTE: i64 = 60_000;

    fn answered(status: u16) -> Outcome {
        Outcome { status: Some(status), ..Outcome::default() }
    }

    fn after(statuses: &[u16]) -> Circuit {
        let mut circuit = Circuit::default();
        for (n, status) in (0..).zip(statuses) {
            assert!(!circuit.hear(&answered(*status), NOW + n));
        }
        circuit
    }

    #[test]
    fn ten_failures_in_a_row_open_it() {
        assert!(!after(&[500; 9]).is_open);
        let open = after(&[500; 10]);
        assert!(open.is_open);
        assert_eq!(open.wait_until, NOW + 9 + 30_000);
        assert!(!after(&[500, 500, 500, 500, 200, 500, 500, 200, 500, 500, 200, 500]).is_open);
    }

    #[test]
    fn seven_failures_of_ten_open_it() {
        assert!(after(&[500, 500, 200, 500, 500, 200, 500, 500, 200, 500]).is_open);
        assert!(!after(&[500, 500, 200, 500, 500, 200, 500, 200, 200, 500]).is_open);
        let mut slow = after(&[500, 500, 200, 500, 500, 200, 500, 500, 200]);
        assert!(!slow.hear(&answered(500), NOW + 5 * MINUTE + 1) && !slow.is_open, "another window has begun");
    }

    #[test]
    fn probes_that_fail_double_the_wait_up_to_a_quarter_of_an_hour() {
        let mut circuit = after(&[500; 10]);
        let mut waits = Vec::new();
        for _ in 0..7 {
            let now = circuit.wait_until;
            circuit.hear(&answered(500), now);
            waits.push((circuit.wait_until - now) / 1_000);
        }
        assert_eq!(waits, [60, 120, 240, 480, 900, 900, 900]);
    }

    #[test]
    fn what_was_under_way_when_it_opened_says_nothing_new() {
        let mut circuit = after(&[500; 10]);
        let until = circuit.wait_until;
        circuit.hear(&answered(500), until - 1);
        assert_eq!((circuit.wait_until, circuit.opened), (until, 1));
    }

    #[test]
    fn one_success_closes_it() {
        let mut circuit = after(&[500; 10]);
        assert!(!circuit.hear(&answered(204), circuit.wait_until));
        assert_eq!(circuit, Circuit::default());
        assert!(circuit.is_well());
    }

    #[test]
    fn too_many_requests_and_unavailable_pause_it() {
        let asks = |status, retry_after_s| Outcome { retry_after_s, ..answered(status) };
        let pause = |outcome: Outcome| {
            let mut circuit = Circuit::default();
            circuit.hear(&outcome, NOW);
            (circuit.wait_until - NOW).max(0) / 1_000
        };
        assert_eq!(pause(asks(429, None)), 10);
        assert_eq!(pause(asks(503, Some(120))), 120);
        assert_eq!(pause(asks(429, Some(u32::MAX))), 86_400);
        assert_eq!(pause(asks(500, Some(120))), 0, "that is this delivery's alone");
    }

    #[test]
    fn five_days_without_a_success_are_enough() {
        let hour = 3_600_000;
        let mut circuit = Circuit::default();
        for n in 0..10 {
            assert!(!circuit.hear(&answered(500), NOW + n * 12 * hour), "{n}");
        }
        assert!(circuit.hear(&answered(500), NOW + 120 * hour));
        let mut rare = Circuit::default();
        for n in 0..10 {
            assert!(!rare.hear(&answered(500), NOW + n * 48 * hour), "nobody sent anything in between");
        }
        let mut mended = Circuit::default();
        mended.hear(&answered(500), NOW);
        mended.hear(&answered(200), NOW + 100 * hour);
        mended.hear(&answered(500), NOW + 110 * hour);
        assert!(!mended.hear(&answered(500), NOW + 130 * hour));
    }
}

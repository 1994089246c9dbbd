//! When a delivery is tried again (WIRE.md, section 6).

use super::post::Outcome;

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Done,
    /// Try again at this Unix millisecond.
    Again {
        at: i64,
    },
    /// Every attempt was used up.
    Dead,
    /// The receiver wants no more (410): dead, and its endpoint is to be switched off.
    Gone,
}

/// Seconds before each attempt; the first is made at once.
const DELAYS_S: [u32; 10] = [0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];
/// Steps that are used up when only the last attempt is left.
pub const LAST: i64 = DELAYS_S.len() as i64 - 1;
/// The longest `Retry-After` that is honoured, in seconds.
const LONGEST_S: u32 = 24 * 3600;

/// What follows the attempt that uses up step `attempt` (from 1) and ended at `now` with `outcome`. `dice`
/// spreads the delay evenly over ±20 %.
pub fn after(outcome: &Outcome, attempt: i64, now: i64, dice: u32) -> Next {
    if outcome.succeeded() {
        return Next::Done;
    }
    if outcome.status == Some(410) {
        return Next::Gone;
    }
    let Some(delay) = usize::try_from(attempt).ok().and_then(|n| DELAYS_S.get(n)) else {
        return Next::Dead;
    };
    let spread = 0.8 + 0.4 * f64::from(dice) / f64::from(u32::MAX);
    let delay_ms = (f64::from(*delay) * 1000.0 * spread) as i64;
    Next::Again { at: now + delay_ms.max(asked_ms(outcome)) }
}

/// How many milliseconds the receiver asks to wait, up to a day.
pub fn asked_ms(outcome: &Outcome) -> i64 {
    i64::from(outcome.retry_after_s.unwrap_or(0).min(LONGEST_S)) * 1000
}

/// The seconds that a `Retry-After` header asks for at `now`: a number, or a date (RFC 9110, 10.2.3)
/// in the form that senders must use. None when it is neither.
pub fn retry_after_s(header: &str, now: i64) -> Option<u32> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|b| b.is_ascii_digit()) {
        return Some(header.parse().unwrap_or(u32::MAX));
    }
    let seconds = (unix_s(header)? - now.div_euclid(1000)).max(0);
    Some(u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
fn unix_s(date: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = date.split_once(", ")?.1.strip_suffix(" GMT")?.split([' ', ':']).collect();
    let [day, month, year, hour, minute, second] = parts.as_slice() else { return None };
    let month = MONTHS.iter().position(|name| name == month)? as i64;
    let [day, year, hour, minute, second] =
        [day, year, hour, minute, second].map(|part| part.parse::<u16>().ok().map(i64::from));
    let days = days_to(year?, month, day?);
    Some(((days * 24 + hour?) * 60 + minute?) * 60 + second?)
}

/// Days from 1970 to a date of the Gregorian calendar; months count from 0.
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March have their leap day at the end.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_732_312_345_123;
    /// The middle of the dice: no jitter.
    const MIDDLE: u32 = u32::MAX / 2;

    fn failed(status: u16) -> Outcome {
        Outcome { status: Some(status), ..Outcome::default() }
    }

    fn delay_s(outcome: &Outcome, attempt: i64, dice: u32) -> i64 {
        match after(outcome, attempt, NOW, dice) {
            Next::Again { at } => (at - NOW + 500) / 1000,
            other => panic!("not tried again: {other:?}"),
        }
    }

    #[test]
    fn ten_attempts_then_dead() {
        let delays: Vec<i64> = (1..10).map(|attempt| delay_s(&failed(500), attempt, MIDDLE)).collect();
        assert_eq!(delays, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(after(&failed(500), 10, NOW, MIDDLE), Next::Dead);
        assert_eq!(after(&failed(500), 11, NOW, MIDDLE), Next::Dead);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        assert_eq!(delay_s(&failed(500), 2, 0), 240);
        assert_eq!(delay_s(&failed(500), 2, u32::MAX), 360);
    }

    #[test]
    fn only_2xx_is_success() {
        assert_eq!(after(&failed(204), 1, NOW, 0), Next::Done);
        for status in [100, 199, 300, 302, 304, 400, 404, 429, 503] {
            assert!(matches!(after(&failed(status), 1, NOW, 0), Next::Again { .. }), "{status}");
        }
        let cut_off = Outcome { error: Some("body"), ..failed(200) };
        assert!(matches!(after(&cut_off, 1, NOW, 0), Next::Again { .. }));
    }

    #[test]
    fn a_receiver_that_is_gone_is_not_asked_again() {
        assert_eq!(after(&failed(410), 1, NOW, 0), Next::Gone);
    }

    #[test]
    fn retry_after_only_raises_the_delay_and_only_to_a_day() {
        let asks = |retry_after_s| Outcome { retry_after_s: Some(retry_after_s), ..failed(503) };
        assert_eq!(delay_s(&asks(120), 1, MIDDLE), 120);
        assert_eq!(delay_s(&asks(120), 2, MIDDLE), 300);
        assert_eq!(delay_s(&asks(u32::MAX), 1, MIDDLE), 86_400);
    }

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        assert_eq!(retry_after_s(" 120 ", NOW), Some(120));
        assert_eq!(retry_after_s("99999999999999999999", NOW), Some(u32::MAX));
        assert_eq!(unix_s("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(unix_s("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        assert_eq!(retry_after_s("Fri, 22 Nov 2024 21:53:25 GMT", NOW), Some(60));
        assert_eq!(retry_after_s("Sun, 06 Nov 1994 08:49:37 GMT", NOW), Some(0));
        for nonsense in ["", "-1", "soon", "1.5", "Sun, 06 Nov 1994", "Sun, 06 Foo 1994 08:49:37 GMT"] {
            assert_eq!(retry_after_s(nonsense, NOW), None, "{nonsense:?}");
        }
    }
}

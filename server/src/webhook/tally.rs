//! What came of attempts since the start, for operators.

use super::schedule::Next;
use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
};

/// Attempts by result, and how long they took.
#[derive(Default)]
pub struct Tally {
    results: [AtomicU64; RESULTS.len()],
    /// One more than the bounds: the rest.
    buckets: [AtomicU64; BOUNDS_MS.len() + 1],
    sum_ms: AtomicU64,
}

/// `retry`: it will be tried again; `dead`: it was the last attempt; `lost`: another process had taken over.
const RESULTS: [&str; 4] = ["done", "retry", "dead", "lost"];
const BOUNDS_MS: [i64; 10] = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 15_000];

impl Tally {
    /// Counts an attempt by what follows it; none when its lease was lost.
    pub fn count(&self, next: Option<Next>, took_ms: i64) {
        let result = match next {
            Some(Next::Done) => 0,
            Some(Next::Again { .. }) => 1,
            Some(Next::Dead | Next::Gone) => 2,
            None => 3,
        };
        let bucket = BOUNDS_MS.iter().position(|bound| took_ms <= *bound).unwrap_or(BOUNDS_MS.len());
        self.results[result].fetch_add(1, Ordering::Relaxed);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_ms.fetch_add(took_ms.unsigned_abs(), Ordering::Relaxed);
    }

    /// As Prometheus reads it.
    pub fn exposition(&self) -> String {
        const ATTEMPTS: &str = "cuepoint_webhook_attempts_total";
        const SECONDS: &str = "cuepoint_webhook_attempt_seconds";
        let mut text = format!("# HELP {ATTEMPTS} Webhook attempts by result.\n# TYPE {ATTEMPTS} counter\n");
        // Writing to a String can't fail.
        for (name, count) in RESULTS.iter().zip(&self.results) {
            let _ = writeln!(text, "{ATTEMPTS}{{result=\"{name}\"}} {}", count.load(Ordering::Relaxed));
        }
        let _ = writeln!(text, "# HELP {SECONDS} How long webhook attempts took.\n# TYPE {SECONDS} histogram");
        let mut all = 0;
        let bounds = BOUNDS_MS.iter().map(|ms| (*ms as f64 / 1_000.0).to_string()).chain(["+Inf".to_owned()]);
        for (bound, count) in bounds.zip(&self.buckets) {
            all += count.load(Ordering::Relaxed);
            let _ = writeln!(text, "{SECONDS}_bucket{{le=\"{bound}\"}} {all}");
        }
        let seconds = self.sum_ms.load(Ordering::Relaxed) as f64 / 1_000.0;
        let _ = writeln!(text, "{SECONDS}_sum {seconds}\n{SECONDS}_count {all}");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let tally = Tally::default();
        for (next, took_ms) in [(Some(Next::Done), 10), (Some(Next::Again { at: 1 }), 300), (Some(Next::Gone), 20_000)]
        {
            tally.count(next, took_ms);
        }
        let text = tally.exposition();
        for line in [
            "cuepoint_webhook_attempts_total{result=\"done\"} 1",
            "cuepoint_webhook_attempts_total{result=\"dead\"} 1",
            "cuepoint_webhook_attempt_seconds_bucket{le=\"0.01\"} 1",
            "cuepoint_webhook_attempt_seconds_bucket{le=\"0.5\"} 2",
            "cuepoint_webhook_attempt_seconds_bucket{le=\"15\"} 2",
            "cuepoint_webhook_attempt_seconds_bucket{le=\"+Inf\"} 3",
            "cuepoint_webhook_attempt_seconds_sum 20.31",
            "cuepoint_webhook_attempt_seconds_count 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}

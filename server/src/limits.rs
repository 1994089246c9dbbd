//! How much one viewer, one network and one video may bring in a while.

pub mod rates;

use moka::{future::Cache, ops::compute::Op};
use std::time::Duration;

/// A pace: one each `every_us` microseconds in the long run, `burst` of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub every_us: i64,
    pub burst: i64,
}

impl Pace {
    pub const fn every_ms(ms: i64, burst: i64) -> Self {
        Self { every_us: ms * 1_000, burst }
    }

    pub const fn per_second(n: i64, burst: i64) -> Self {
        Self { every_us: 1_000_000 / n, burst }
    }
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    Comment,
    Reaction,
    Stream,
    Letter,
    Batch,
    SignIn,
    /// That is written down.
    Failure,
    Password,
}

/// Whom a limit is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    Viewer(uuid::Uuid),
    Network(Vec<u8>),
    Video(i64),
    Address(String),
}

/// The moment up to which each has used up its pace (the generic cell rate algorithm). The memory is
/// bounded: who was forgotten begins anew.
pub struct Limits(Cache<(What, Whose), i64>);

const KEPT: u64 = 100_000;
/// As long as the slowest pace of ours takes to be free again.
const REMEMBERED: Duration = Duration::from_secs(3_600);

impl Default for Limits {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(KEPT).time_to_idle(REMEMBERED).build())
    }
}

impl Limits {
    /// Takes one of each in their order, up to the first that is not free at `now`.
    ///
    /// # Errors
    /// The seconds after which that one will be.
    pub async fn take(&self, what: What, of: &[(Whose, Pace)], now: i64) -> Result<(), u32> {
        let now = now * 1_000;
        for (whose, pace) in of {
            let reserve = pace.every_us * (pace.burst - 1);
            let mut wait = 0;
            let key = (what, whose.clone());
            // A moment that no use of the pace can have led to: the clock was set back, so it begins anew.
            let used = |until: Option<i64>| {
                until.filter(|until| (now..=now + pace.every_us * pace.burst).contains(until)).unwrap_or(now)
            };
            let entry = self.0.entry(key);
            entry
                .and_compute_with(|entry| {
                    let until = used(entry.map(|entry| entry.into_value()));
                    wait = (until - now - reserve).max(0);
                    std::future::ready(if wait == 0 { Op::Put(until + pace.every_us) } else { Op::Nop })
                })
                .await;
            if wait > 0 {
                return Err(u32::try_from((wait + 999_999) / 1_000_000).unwrap_or(u32::MAX));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_burst_passes_and_then_one_at_a_time() {
        let limits = Limits::default();
        let ann = [(Whose::Video(1), Pace::every_ms(5_000, 3))];
        for _ in 0..3 {
            assert_eq!(limits.take(What::Comment, &ann, 0).await, Ok(()));
        }
        assert_eq!(limits.take(What::Comment, &ann, 0).await, Err(5));
        assert_eq!(limits.take(What::Comment, &ann, 4_000).await, Err(1));
        assert_eq!(limits.take(What::Reaction, &ann, 0).await, Ok(()), "another matter");
        assert_eq!(limits.take(What::Comment, &ann, 5_000).await, Ok(()));
        assert_eq!(limits.take(What::Comment, &ann, 5_000).await, Err(5));
    }

    #[tokio::test]
    async fn a_fast_pace_is_kept_to_the_microsecond() {
        let limits = Limits::default();
        let all = [(Whose::Network(vec![1]), Pace::per_second(4_000, 1))];
        let mut passed = 0;
        for now in 0..100 {
            for _ in 0..10 {
                passed += i32::from(limits.take(What::Batch, &all, now).await.is_ok());
            }
        }
        assert_eq!(passed, 100, "one a millisecond, as finely as the clock tells");
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_keeps_nobody_waiting() {
        let limits = Limits::default();
        let ann = [(Whose::Video(1), Pace::every_ms(5_000, 3))];
        let day = 86_400_000;
        for now in [day, day, day, 0, 0, 0] {
            assert_eq!(limits.take(What::Comment, &ann, now).await, Ok(()));
        }
        assert_eq!(limits.take(What::Comment, &ann, 0).await, Err(5), "and the pace holds");
    }

    #[tokio::test]
    async fn a_flood_of_strangers_costs_no_memory_and_frees_nobody_who_is_busy() {
        let limits = Limits::default();
        let busy = [(Whose::Network(vec![1]), Pace::every_ms(60_000, 50))];
        for _ in 0..50 {
            assert_eq!(limits.take(What::Batch, &busy, 0).await, Ok(()));
        }
        for n in 0..KEPT + KEPT / 5 {
            let stranger = [(Whose::Viewer(uuid::Uuid::from_u128(n.into())), Pace::per_second(5, 5))];
            assert_eq!(limits.take(What::Batch, &stranger, 0).await, Ok(()));
            if n % 10 == 0 {
                assert!(limits.take(What::Batch, &busy, 0).await.is_err());
            }
        }
        limits.0.run_pending_tasks().await;
        assert!(limits.0.entry_count() <= KEPT);
    }
}

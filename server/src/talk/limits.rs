//! How much one viewer, one network and one video may bring in a while.

use moka::{future::Cache, ops::compute::Op};
use std::time::Duration;

/// A pace: one each `every_ms` in the long run, `burst` of them at once.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub every_ms: i64,
    pub burst: i64,
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    Comment,
    Reaction,
    Stream,
    Letter,
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
/// As long as the slowest pace takes to be free again.
const REMEMBERED: Duration = Duration::from_secs(3_600);

impl Default for Limits {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(KEPT).time_to_idle(REMEMBERED).build())
    }
}

impl Limits {
    /// Takes one of each, if all of them are free at `now`.
    ///
    /// # Errors
    /// The seconds after which the first that is not free will be.
    pub async fn take(&self, what: What, of: &[(Whose, Pace)], now: i64) -> Result<(), u32> {
        for (whose, pace) in of {
            let reserve = pace.every_ms * (pace.burst - 1);
            let mut wait = 0;
            let key = (what, whose.clone());
            let used = |until: Option<i64>| until.unwrap_or(now).max(now);
            let entry = self.0.entry(key);
            entry
                .and_compute_with(|entry| {
                    let until = used(entry.map(|entry| entry.into_value()));
                    wait = (until - now - reserve).max(0);
                    std::future::ready(if wait == 0 { Op::Put(until + pace.every_ms) } else { Op::Nop })
                })
                .await;
            if wait > 0 {
                return Err(u32::try_from((wait + 999) / 1_000).unwrap_or(u32::MAX));
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
        let ann = [(Whose::Video(1), Pace { every_ms: 5_000, burst: 3 })];
        for _ in 0..3 {
            assert_eq!(limits.take(What::Comment, &ann, 0).await, Ok(()));
        }
        assert_eq!(limits.take(What::Comment, &ann, 0).await, Err(5));
        assert_eq!(limits.take(What::Comment, &ann, 4_000).await, Err(1));
        assert_eq!(limits.take(What::Reaction, &ann, 0).await, Ok(()), "another matter");
        assert_eq!(limits.take(What::Comment, &ann, 5_000).await, Ok(()));
        assert_eq!(limits.take(What::Comment, &ann, 5_000).await, Err(5));
    }
}

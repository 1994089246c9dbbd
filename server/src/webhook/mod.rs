//! Webhooks: what customers are told, how it is signed, when it is tried again, and who carries it.

pub mod circuit;
pub mod courier;
pub mod notice;
pub mod post;
pub mod replay;
pub mod schedule;
pub mod seats;
pub mod sign;
pub mod streams;
pub mod switch;
pub mod tally;
pub mod trim;

/// Where a test of a build with debug assertions, which names it in `TEST_FAILPOINT`, ends the process as
/// `kill -9` would.
pub fn failpoint(name: &str) {
    if cfg!(debug_assertions) && std::env::var("TEST_FAILPOINT").is_ok_and(|named| named == name) {
        std::process::abort();
    }
}

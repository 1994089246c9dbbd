//! Passwords of videos: guessed at a slow pace only. They are stored as [`crate::hashing`] makes them.

use crate::{
    limits::{Limits, Pace, What, Whose},
    state::State,
    visitor::Visitor,
};
use app::error::ApiError;

/// The longest password, in bytes.
pub const LONGEST: usize = 256;
/// Guesses at one video from one address, and from all of them.
const OF_ADDRESS: Pace = Pace::every_ms(30_000, 10);
const OF_VIDEO: Pace = Pace::every_ms(1_000, 300);

/// The guesses of late.
#[derive(Default)]
pub struct Guesses(Limits);

impl Guesses {
    /// Lets one more guess in.
    ///
    /// # Errors
    /// The seconds until the next one may be made.
    pub async fn take(&self, video_id: i64, visitor: &Visitor, now: i64) -> Result<(), u32> {
        let here = Whose::Network([video_id.to_be_bytes().as_slice(), &visitor.network()].concat());
        let paces = [(here, OF_ADDRESS), (Whose::Video(video_id), OF_VIDEO)];
        self.0.take(What::Password, &paces, now).await
    }
}

/// Is it the password of the hash? One that is too long to be it takes as long.
///
/// # Errors
/// 503 while too many are being looked at.
pub async fn is(state: &State, given: &str, hash: &str) -> Result<bool, ApiError> {
    let given = if given.len() <= LONGEST { given } else { "" };
    state.hashing.verify(given.to_owned(), Some(hash.to_owned())).await
}

//! Passwords of videos: hashed with Argon2id, a few at a time, and guessed at a slow pace only.

use crate::{
    keys::random,
    limits::{Limits, Pace, What, Whose},
    visitor::Visitor,
};
use app::error::ApiError;
use argon2::{
    Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _,
    password_hash::{Salt, SaltString},
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The longest password, in bytes.
pub const LONGEST: usize = 256;
/// Hashes that are made at once (each takes 19 MB and a core), and requests that may wait for their turn.
const SEATS: usize = 2;
const WAITING: usize = 32;
/// Seconds after which there may be room again.
const FULL: u32 = 2;
/// Guesses at one video from one address, and from all of them.
const OF_ADDRESS: Pace = Pace::every_ms(30_000, 10);
const OF_VIDEO: Pace = Pace::every_ms(1_000, 300);

pub struct Passwords {
    room: Arc<Semaphore>,
    seats: Arc<Semaphore>,
    guesses: Limits,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(SEATS + WAITING)),
            seats: Arc::new(Semaphore::new(SEATS)),
            guesses: Limits::default(),
        }
    }
}

impl Passwords {
    /// The hash of a password, for the database.
    ///
    /// # Errors
    /// 503 while too many are being made.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        let made = self.seated(move || {
            let salt = SaltString::encode_b64(&random::<{ Salt::RECOMMENDED_LENGTH }>()).ok()?;
            Some(Argon2::default().hash_password(password.as_bytes(), &salt).ok()?.to_string())
        });
        made.await?.ok_or_else(ApiError::internal)
    }

    /// Is this the password of the hash? Both answers take as long.
    ///
    /// # Errors
    /// 503 while too many are being looked at.
    pub async fn is(&self, given: &str, hash: &str) -> Result<bool, ApiError> {
        let fits = given.len() <= LONGEST;
        let given = given.as_bytes()[..given.len().min(LONGEST)].to_vec();
        let hash = hash.to_owned();
        let same = self.seated(move || {
            PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(&given, &hash).is_ok())
        });
        Ok(same.await? && fits)
    }

    /// Lets one more guess in.
    ///
    /// # Errors
    /// The seconds until the next one may be made.
    pub async fn guess(&self, video_id: i64, visitor: &Visitor, now: i64) -> Result<(), u32> {
        let here = Whose::Network([video_id.to_be_bytes().as_slice(), &visitor.network()].concat());
        let paces = [(here, OF_ADDRESS), (Whose::Video(video_id), OF_VIDEO)];
        self.guesses.take(What::Password, &paces, now).await
    }

    /// Works on a thread of its own, when it is its turn; a caller that leaves does not make room early.
    async fn seated<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let full = || ApiError::unavailable(FULL);
        let room = self.room.clone().try_acquire_owned().map_err(|_| full())?;
        let seat = self.seats.clone().acquire_owned().await.map_err(|_| full())?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((room, seat));
            done
        });
        done.await.map_err(|_| ApiError::internal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let passwords = Passwords::default();
        let hash = passwords.hash("open sesame".into()).await.expect("room");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(passwords.hash("open sesame".into()).await.expect("room"), hash, "salted");
        assert_eq!(passwords.is("open sesame", &hash).await, Ok(true));
        for wrong in ["", "Open sesame", "open sesame "] {
            assert_eq!(passwords.is(wrong, &hash).await, Ok(false), "{wrong}");
        }
        let longest = "é".repeat(LONGEST / 2);
        let hash = passwords.hash(longest.clone()).await.expect("room");
        assert_eq!(passwords.is(&longest, &hash).await, Ok(true));
        assert_eq!(passwords.is(&format!("{longest}x"), &hash).await, Ok(false));
        assert_eq!(passwords.is(&longest, "nonsense").await, Ok(false));
    }

    #[tokio::test]
    async fn a_crowd_is_sent_away() {
        let passwords = Passwords::default();
        let held = passwords.room.clone().acquire_many_owned((SEATS + WAITING) as u32).await.expect("open");
        assert_eq!(passwords.hash("x".into()).await.expect_err("full").status, 503);
        drop(held);
        assert!(passwords.hash("x".into()).await.is_ok());
    }
}

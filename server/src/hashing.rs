//! Passwords as they are stored, of people and of videos: argon2id (RFC 9106), a few at a time.

use crate::keys::random;
use app::error::ApiError;
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Salt, SaltString},
};
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// Hashes that are made at once (each takes 19 MiB and a core), and requests that may wait for their turn.
const SEATS: usize = 2;
const WAITING: usize = 32;
/// Seconds after which there may be room again.
const FULL: u32 = 2;

/// Hashing, away from the threads that serve.
pub struct Hashing {
    room: Arc<Semaphore>,
    seats: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(SEATS + WAITING)), seats: Arc::new(Semaphore::new(SEATS)) }
    }
}

impl Hashing {
    /// A password as it is stored.
    ///
    /// # Errors
    /// 503 while too many wait.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        let made = self.seated(move || hashed(password.as_bytes())).await?;
        made.ok_or_else(ApiError::internal)
    }

    /// Is it the password that is stored? With none it takes as long, and says no.
    ///
    /// # Errors
    /// 503 while too many wait.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, ApiError> {
        self.seated(move || {
            let known = stored.is_some();
            let stored = stored.unwrap_or_else(|| NOBODY.clone());
            let holds = PasswordHash::new(&stored)
                .is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
            known && holds
        })
        .await
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

fn argon() -> Argon2<'static> {
    // 19 MiB, two passes, one lane: fixed, and valid.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1_024, 2, 1, None).unwrap_or_default())
}

fn hashed(password: &[u8]) -> Option<String> {
    let salt = SaltString::encode_b64(&random::<{ Salt::RECOMMENDED_LENGTH }>()).ok()?;
    Some(argon().hash_password(password, &salt).ok()?.to_string())
}

/// What a password is held against where there is none: it takes as long, and is never right.
static NOBODY: LazyLock<String> = LazyLock::new(|| hashed(&random::<32>()).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stored_password_is_argon2id_with_a_salt_of_its_own() {
        let hashing = Hashing::default();
        let one = hashing.hash("correct horse".into()).await.expect("hashed");
        let other = hashing.hash("correct horse".into()).await.expect("hashed");
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && one != other, "{one}");
        let holds =
            async |text: &str, stored: Option<&str>| hashing.verify(text.into(), stored.map(str::to_owned)).await;
        assert_eq!(holds("correct horse", Some(&one)).await, Ok(true));
        for wrong in ["", "Correct horse", "correct horse "] {
            assert_eq!(holds(wrong, Some(&one)).await, Ok(false), "{wrong}");
        }
        assert_eq!(holds("correct horse", None).await, Ok(false));
        for nonsense in ["", "nonsense"] {
            assert_eq!(holds("", Some(nonsense)).await, Ok(false), "{nonsense}");
        }
    }

    #[tokio::test]
    async fn a_crowd_is_sent_away() {
        let hashing = Hashing::default();
        let held = hashing.room.clone().acquire_many_owned((SEATS + WAITING) as u32).await.expect("open");
        assert_eq!(hashing.hash("x".into()).await.expect_err("full").status, 503);
        drop(held);
        assert!(hashing.hash("x".into()).await.is_ok());
    }
}

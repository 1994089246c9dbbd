//! Passwords: what may be one, and how it is kept (argon2id, RFC 9106).

use crate::keys::random;
use app::error::ApiError;
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version, password_hash::SaltString,
};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::sync::Semaphore;

/// In bytes.
pub const SHORTEST: usize = 8;
pub const LONGEST: usize = 1_024;
/// Each takes 19 MiB: so many at a time.
const AT_ONCE: usize = 2;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The commonest ones that are long enough; each counts whatever its capitals, and with digits or signs behind it.
const COMMON: [&str; 48] = [
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "11111111",
    "00000000",
    "88888888",
    "12341234",
    "11223344",
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "passwort",
    "motdepasse",
    "contraseña",
    "qwertyui",
    "qwertyuiop",
    "qwerty123",
    "1q2w3e4r",
    "1qaz2wsx",
    "asdfghjk",
    "asdfghjkl",
    "zxcvbnm1",
    "abcd1234",
    "abc12345",
    "a1b2c3d4",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "basketball",
    "superman",
    "starwars",
    "trustno1",
    "whatever",
    "michelle",
    "jennifer",
    "computer",
    "internet",
    "welcome1",
    "changeme",
    "letmein1",
    "administrator",
    "aa123456",
    "cuepoint",
    "dragon12",
];

/// Why a password can't be one, as a sentence after its field's name.
///
/// # Errors
/// It is too short, too long, one of the commonest, or the e-mail address.
pub fn check(password: &str, email: &str) -> Result<(), &'static str> {
    let plain = password.trim().to_lowercase();
    let stem = plain.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    match password.len() {
        ..SHORTEST => Err("must have at least 8 characters"),
        length if length > LONGEST => Err("may have at most 1,024 bytes"),
        _ if COMMON.contains(&plain.as_str()) || COMMON.contains(&stem) => {
            Err("is one of the commonest; choose another one")
        }
        _ if plain.chars().all(|c| plain.starts_with(c)) => Err("is one of the commonest; choose another one"),
        _ if plain == email.to_lowercase() => Err("must not be the e-mail address"),
        _ => Ok(()),
    }
}

fn argon() -> Argon2<'static> {
    // 19 MiB, two passes, one lane: fixed, and valid.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1_024, 2, 1, None).unwrap_or_default())
}

fn hashed(password: &[u8]) -> Option<String> {
    let salt = SaltString::encode_b64(&random::<16>()).ok()?;
    Some(argon().hash_password(password, &salt).ok()?.to_string())
}

/// What a password is held against where there is no user: it takes as long, and is never right.
static NOBODY: LazyLock<String> = LazyLock::new(|| hashed(&random::<32>()).unwrap_or_default());

/// Hashing, a few at a time, away from the threads that serve.
pub struct Hashing(Arc<Semaphore>);

impl Default for Hashing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Hashing {
    /// A password as it is stored.
    ///
    /// # Errors
    /// 503 when too many wait.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        let made = self.run(move || hashed(password.as_bytes())).await?;
        made.ok_or_else(ApiError::internal)
    }

    /// Is it the password that is stored? With none it takes as long, and says no.
    ///
    /// # Errors
    /// 503 when too many wait.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, ApiError> {
        self.run(move || {
            let known = stored.is_some();
            let stored = stored.unwrap_or_else(|| NOBODY.clone());
            let holds = PasswordHash::new(&stored)
                .is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
            known && holds
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let turn = tokio::time::timeout(PATIENCE, self.0.clone().acquire_owned()).await;
        // It is never closed.
        let turn = turn.map_err(|_| ApiError::unavailable(5))?.map_err(|_| ApiError::unavailable(5))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|_| ApiError::internal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_enough_and_not_a_common_one() {
        for bad in ["short", "password", "Password1!", "PASSWORD123", "aaaaaaaaaa", "1234567890", "a@example.com"] {
            assert!(check(bad, "A@example.com").is_err(), "{bad}");
        }
        assert!(check(&"x1".repeat(513), "").is_err());
        for good in ["correct horse", "pässwörter", "zzzzzzzy", "kein-Datum-1999"] {
            assert_eq!(check(good, "a@example.com"), Ok(()), "{good}");
        }
    }

    #[tokio::test]
    async fn a_stored_password_is_argon2id_with_a_salt_of_its_own() {
        let hashing = Hashing::default();
        let one = hashing.hash("correct horse".into()).await.expect("hashed");
        let other = hashing.hash("correct horse".into()).await.expect("hashed");
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && one != other, "{one}");
        let holds = async |text: &str, stored: Option<&String>| {
            hashing.verify(text.into(), stored.cloned()).await.expect("in time")
        };
        assert!(holds("correct horse", Some(&one)).await);
        assert!(!holds("correct horsf", Some(&one)).await);
        assert!(!holds("correct horse", None).await);
        assert!(!holds("", Some(&String::new())).await);
    }
}

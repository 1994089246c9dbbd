//! What ties a batch to the page it came from: the day's salt, and the signed pass.

use crate::{
    keys::{Keys, random},
    store::{self, Store, salts},
};
use app::ids::Token;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// A page's proof that it was served: which video, to whom, until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    #[serde(rename = "v")]
    pub video: Token,
    #[serde(rename = "t")]
    pub timeline_version: i64,
    #[serde(rename = "u")]
    pub viewer_id: Uuid,
    /// Interactions that need not be answered any more.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Uuid>,
    /// Unix milliseconds.
    #[serde(rename = "e")]
    pub expires_at: i64,
}

/// How long a page may report: a tab left open for a week still counts.
pub const PASS_LASTS_MS: i64 = 8 * 24 * 3_600_000;
const PURPOSE: &str = "pass";

impl Pass {
    pub fn signed(&self, keys: &Keys) -> String {
        let body = serde_json::to_vec(self).unwrap_or_default();
        let mac = keys.signature(PURPOSE, &body);
        format!("{}.{}", BASE64.encode(body), BASE64.encode(mac))
    }

    /// The pass that `text` is, when we signed it and it has not expired at `now`.
    pub fn verify(text: &str, keys: &Keys, now: i64) -> Option<Self> {
        let (body, mac) = text.split_once('.')?;
        let (body, mac) = (BASE64.decode(body).ok()?, BASE64.decode(mac).ok()?);
        if !bool::from(keys.signature(PURPOSE, &body).ct_eq(&mac)) {
            return None;
        }
        let pass: Self = serde_json::from_slice(&body).ok()?;
        (pass.expires_at > now).then_some(pass)
    }
}

/// The salt of the day, read from the database once a day.
#[derive(Default)]
pub struct Salts(Mutex<Option<(i64, Vec<u8>)>>);

const DAY_MS: i64 = 24 * 3_600_000;

impl Salts {
    pub async fn of(&self, store: &Store, now: i64) -> store::Result<Vec<u8>> {
        let today = now.div_euclid(DAY_MS);
        if let Some((day, salt)) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *day == today
        {
            return Ok(salt.clone());
        }
        let store = store.clone();
        let task = tokio::spawn(async move {
            let mut tx = store.begin().await?;
            let salt = salts::of_day(tx.conn(), today, &random::<32>()).await?;
            tx.commit().await?;
            store::Result::Ok(salt)
        });
        let salt = task.await.map_err(|_| sqlx::Error::WorkerCrashed)??;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((today, salt.clone()));
        Ok(salt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_holds_until_it_expires_and_only_as_it_was_signed() {
        let keys = Keys::from_bytes(&[3; 32]);
        let pass = Pass {
            video: Token::try_from("demoTourOfCuepoint0001".to_owned()).expect("a token"),
            timeline_version: 2,
            viewer_id: Uuid::nil(),
            grants: vec![Uuid::max()],
            expires_at: 1_000,
        };
        let text = pass.signed(&keys);
        assert_eq!(Pass::verify(&text, &keys, 999), Some(pass));
        assert_eq!(Pass::verify(&text, &keys, 1_000), None);
        assert_eq!(Pass::verify(&text, &Keys::from_bytes(&[4; 32]), 0), None);
        assert_eq!(Pass::verify(&text.replacen('e', "f", 1), &keys, 0), None);
        assert_eq!(Pass::verify("", &keys, 0), None);
    }
}

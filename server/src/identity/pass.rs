//! The signed pass: what a page knew about its viewer when it was served, returned with every batch.

use super::Consent;
use crate::{keys::Keys, store::viewers::Contact};
use app::ids::Token;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// A page's proof that it was served: which video, to whom, until when. How the viewer was recognised
/// is in the id itself: [`super::Origin::of`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    #[serde(rename = "v")]
    pub video: Token,
    /// What the page shows, so that its events are judged by that.
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
    #[serde(rename = "c", default)]
    pub consent: Consent,
    /// The page stands in a frame, perhaps on another site.
    #[serde(rename = "f", default, skip_serializing_if = "std::ops::Not::not")]
    pub framed: bool,
    /// A personal link that waits for its first play.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Uuid>,
    /// The page was given to one of the account's own people.
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    pub owner: bool,
    /// As which [`crate::access::Access::version`] the video was closed when the page was let in.
    #[serde(rename = "a", default, skip_serializing_if = "is_first")]
    pub access: i64,
    /// The contact that a viewer token gave, sealed: a page's source is for everyone to read.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The length of the file that the page was given, in milliseconds; none where it was not known.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
}

fn is_first(version: &i64) -> bool {
    *version == 0
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

    /// The contact that the page's viewer token gave.
    pub fn contact(&self, keys: &Keys) -> Option<Contact> {
        let sealed = BASE64.decode(self.who.as_ref()?).ok()?;
        serde_json::from_slice(&keys.open(&sealed).ok()?).ok()
    }
}

/// A contact as [`Pass::who`] carries it.
pub fn sealed(contact: &Contact, keys: &Keys) -> String {
    BASE64.encode(keys.seal(&serde_json::to_vec(contact).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass() -> Pass {
        Pass {
            video: Token::try_from("demoTourOfCuepoint0001".to_owned()).expect("a token"),
            timeline_version: 2,
            viewer_id: Uuid::nil(),
            grants: vec![Uuid::max()],
            expires_at: 1_000,
            consent: Consent::Given,
            framed: true,
            link: None,
            owner: false,
            access: 0,
            who: None,
            duration_ms: Some(60_000),
        }
    }

    #[test]
    fn a_pass_holds_until_it_expires_and_only_as_it_was_signed() {
        let keys = Keys::from_bytes(&[3; 32]);
        let pass = pass();
        let text = pass.signed(&keys);
        assert_eq!(Pass::verify(&text, &keys, 999), Some(pass));
        assert_eq!(Pass::verify(&text, &keys, 1_000), None);
        assert_eq!(Pass::verify(&text, &Keys::from_bytes(&[4; 32]), 0), None);
        assert_eq!(Pass::verify(&text.replacen('e', "f", 1), &keys, 0), None);
        assert_eq!(Pass::verify("", &keys, 0), None);
    }

    #[test]
    fn a_pass_that_tells_no_length_holds_as_well() {
        let keys = Keys::from_bytes(&[3; 32]);
        let pass = Pass { duration_ms: None, ..pass() };
        let text = pass.signed(&keys);
        let body = BASE64.decode(text.split_once('.').expect("two parts").0).expect("base64");
        assert!(!String::from_utf8_lossy(&body).contains("\"d\":"));
        assert_eq!(Pass::verify(&text, &keys, 0), Some(pass));
    }

    #[test]
    fn a_contact_can_not_be_read_from_the_pass_that_carries_it() {
        let keys = Keys::from_bytes(&[3; 32]);
        let contact = Contact { email: Some("ada@example.com".into()), verified: true, ..Contact::default() };
        let pass = Pass { who: Some(sealed(&contact, &keys)), ..pass() };
        let text = pass.signed(&keys);
        let body = BASE64.decode(text.split_once('.').expect("two parts").0).expect("base64");
        assert!(!String::from_utf8_lossy(&body).contains("ada"));
        let read = Pass::verify(&text, &keys, 0).expect("ours");
        assert_eq!(read.contact(&keys), Some(contact));
    }
}

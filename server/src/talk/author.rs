//! Whose words they are: the viewer of the page's pass or of the day, or whoever holds the key that the
//! author got for the comment.

use crate::{catalogue::Published, identity::Pass, keys::Keys, state::State, store, visitor::Visitor};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use subtle::ConstantTimeEq;
use uuid::Uuid;

const PURPOSE: &str = "comment";
const CONFIRM: &str = "confirm";

/// Who writes or reacts.
pub struct Viewer {
    pub id: Uuid,
    /// What the viewer token in the page's address said: the ledger may not have heard of it yet.
    pub email: Option<String>,
}

/// The viewer that a pass names, when it is one for this video; else the visitor of the day.
pub async fn viewer(
    state: &State,
    published: &Published,
    pass: Option<&str>,
    visitor: &Visitor,
    now: i64,
) -> store::Result<Viewer> {
    let video = &published.video;
    let pass = pass.and_then(|text| Pass::verify(text, &state.keys, now));
    if let Some(pass) = pass.filter(|pass| pass.video.as_str() == video.token) {
        let email = pass.contact(&state.keys).and_then(|contact| contact.email);
        return Ok(Viewer { id: pass.viewer_id, email });
    }
    let salt = state.salts.of(&state.store, now).await?;
    Ok(Viewer { id: visitor.viewer_id(&salt, video.account_id), email: None })
}

/// The key with which its author may change a comment, on whatever day.
pub fn key(keys: &Keys, video_id: i64, comment: Uuid) -> String {
    BASE64.encode(keys.signature(PURPOSE, &named(video_id, comment)))
}

pub fn is_key(keys: &Keys, text: &str, video_id: i64, comment: Uuid) -> bool {
    text.as_bytes().ct_eq(key(keys, video_id, comment).as_bytes()).into()
}

/// What proves that whoever shows it has read the letter to `email` before `until` (Unix milliseconds).
pub fn proof(keys: &Keys, video_id: i64, comment: Uuid, email: &str, until: i64) -> String {
    let message = [&named(video_id, comment), until.to_be_bytes().as_slice(), email.as_bytes()].concat();
    BASE64.encode(keys.signature(CONFIRM, &message))
}

fn named(video_id: i64, comment: Uuid) -> Vec<u8> {
    [video_id.to_be_bytes().as_slice(), comment.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_one_comment_only() {
        let keys = Keys::from_bytes(&[5; 32]);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let text = key(&keys, 7, one);
        assert!(is_key(&keys, &text, 7, one));
        for (video, comment) in [(7, other), (8, one)] {
            assert!(!is_key(&keys, &text, video, comment));
        }
        assert!(!is_key(&keys, "", 7, one) && !is_key(&Keys::from_bytes(&[6; 32]), &text, 7, one));
    }

    #[test]
    fn a_proof_is_of_one_address_and_time() {
        let keys = Keys::from_bytes(&[5; 32]);
        let of = |email, until| proof(&keys, 7, Uuid::nil(), email, until);
        assert_eq!(of("a@example.com", 1), of("a@example.com", 1));
        assert_ne!(of("a@example.com", 1), of("b@example.com", 1));
        assert_ne!(of("a@example.com", 1), of("a@example.com", 2));
    }
}

//! A grant: our word, in an address, that a viewer has answered something. It opens what a gate before the
//! video withholds where nothing else remembers the viewer, as with scripts and cookies off.

use crate::keys::Keys;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use subtle::ConstantTimeEq;
use uuid::Uuid;

const PURPOSE: &str = "grant";
/// How long it opens, in milliseconds.
const LASTS_MS: i64 = 24 * 3_600_000;
const MAC: usize = 16;

/// A grant for `interaction` on the video with this number, from `now` on.
pub fn signed(keys: &Keys, video_id: i64, interaction: Uuid, now: i64) -> String {
    let body = body(video_id, interaction, now + LASTS_MS);
    BASE64.encode([&body[8..], &keys.signature(PURPOSE, &body)[..MAC]].concat())
}

/// The interaction that `text` grants on this video at `now`.
pub fn verify(text: &str, keys: &Keys, video_id: i64, now: i64) -> Option<Uuid> {
    let bytes = BASE64.decode(text).ok()?;
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    let (until, mac) = rest.split_first_chunk::<8>()?;
    let (interaction, until) = (Uuid::from_bytes(*id), i64::from_be_bytes(*until));
    let expected = keys.signature(PURPOSE, &body(video_id, interaction, until));
    (bool::from(expected[..MAC].ct_eq(mac)) && until > now).then_some(interaction)
}

fn body(video_id: i64, interaction: Uuid, until: i64) -> Vec<u8> {
    [&video_id.to_be_bytes()[..], interaction.as_bytes(), &until.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_opens_one_interaction_of_one_video_for_a_day() {
        let (keys, id) = (Keys::from_bytes(&[1; 32]), Uuid::from_u128(5));
        let text = signed(&keys, 7, id, 1_000);
        assert_eq!(verify(&text, &keys, 7, 1_000), Some(id));
        assert_eq!(verify(&text, &keys, 8, 1_000), None);
        assert_eq!(verify(&text, &keys, 7, 1_000 + LASTS_MS), None);
        assert_eq!(verify(&text, &Keys::from_bytes(&[2; 32]), 7, 1_000), None);
        assert_eq!(verify("", &keys, 7, 0), None);
        assert_eq!(verify(&text[..40], &keys, 7, 0), None);
    }
}

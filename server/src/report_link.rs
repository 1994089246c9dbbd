//! Links that open a video's report for people without an account: signed, for one video and some days.

use crate::{config::Config, keys::Keys, store::videos::Video};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use subtle::ConstantTimeEq;

const PURPOSE: &str = "report";
const MAC: usize = 16;
/// Days that a link may last, and lasts where nobody says.
pub const MOST_DAYS: i64 = 365;
pub const USUAL_DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;

/// The address of a video's report, and until when (Unix milliseconds) it opens.
pub fn minted(keys: &Keys, config: &Config, video: &Video, days: i64, now: i64) -> (String, i64) {
    // Whole seconds are enough, and shorter.
    let until = (now + days * DAY_MS) / 1_000;
    let path = format!("/report/{}?until={until}&sig={}", video.token, signature(keys, video, until));
    (config.link(&path), until * 1_000)
}

/// The part of a report's address that opens it, when it holds at `now`.
pub fn verified(keys: &Keys, video: &Video, query: &str, now: i64) -> Option<String> {
    let find = |wanted: &str| {
        let found = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned())
    };
    let (until, given) = (find("until")?.parse::<i64>().ok()?, find("sig")?);
    let holds: bool = signature(keys, video, until).as_bytes().ct_eq(given.as_bytes()).into();
    (holds && until.checked_mul(1_000)? > now).then(|| format!("until={until}&sig={given}"))
}

fn signature(keys: &Keys, video: &Video, until: i64) -> String {
    let message = [video.account_id, video.id, until].map(i64::to_be_bytes).concat();
    BASE64.encode(&keys.signature(PURPOSE, &message)[..MAC])
}

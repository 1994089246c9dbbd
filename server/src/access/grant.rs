//! Our word that a viewer has given a video's password, kept in a cookie where the browser allows one, and in
//! the addresses of the page where not.

use super::Knock;
use crate::{keys::Keys, store::videos::Video};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::{HeaderMap, HeaderValue, header};
use subtle::ConstantTimeEq;

/// Its name in an address.
pub const NAME: &str = "k";
/// A cookie that says nothing but that cookies are taken.
pub const PROBE: &str = "__Host-cue-try";
const PURPOSE: &str = "access grant";
/// How long it opens, in seconds.
const LASTS_S: i64 = 24 * 3_600;
const MAC: usize = 16;

/// A grant for the video as it is closed now.
pub fn signed(keys: &Keys, video: &Video, now: i64) -> String {
    let until = (now + LASTS_S * 1_000).to_be_bytes();
    BASE64.encode([until.as_slice(), &mac(keys, video, until)].concat())
}

/// Does `text` open the video at `now`?
pub fn verify(text: &str, keys: &Keys, video: &Video, now: i64) -> bool {
    let bytes = BASE64.decode(text).unwrap_or_default();
    let Some((until, given)) = bytes.split_first_chunk::<8>() else { return false };
    bool::from(mac(keys, video, *until).ct_eq(given)) && i64::from_be_bytes(*until) > now
}

fn mac(keys: &Keys, video: &Video, until: [u8; 8]) -> [u8; MAC] {
    let message = [video.id.to_be_bytes(), video.access.version.to_be_bytes(), until].concat();
    let [mac @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = keys.signature(PURPOSE, &message);
    mac
}

/// Has whoever asks given the password?
pub fn is_held(keys: &Keys, video: &Video, knock: &Knock<'_>, now: i64) -> bool {
    let in_query = url::form_urlencoded::parse(knock.query.as_bytes())
        .any(|(name, value)| name == NAME && verify(&value, keys, video, now));
    in_query || cookie(knock.headers, &name_of(video)).any(|text| verify(text, keys, video, now))
}

fn name_of(video: &Video) -> String {
    format!("__Host-cue-open-{}", video.id)
}

/// The values of a cookie: a partitioned one may stand beside one that is not.
fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(name, value)| *name == wanted && value.len() < 100).map(|(_, value)| value)
}

/// Has the browser shown that it takes cookies?
pub fn takes_cookies(headers: &HeaderMap) -> bool {
    cookie(headers, PROBE).next().is_some()
}

/// The header that keeps a grant; `framed` as it is kept in frames.
pub fn kept(video: &Video, grant: &str, framed: bool) -> HeaderValue {
    set(&name_of(video), grant, LASTS_S, framed)
}

/// The header that finds out whether cookies are taken.
pub fn probe() -> HeaderValue {
    set(PROBE, "1", 3_600, false)
}

fn set(name: &str, value: &str, age: i64, framed: bool) -> HeaderValue {
    let place = if framed { "SameSite=None; Partitioned" } else { "SameSite=Lax" };
    let text = format!("{name}={value}; Path=/; Max-Age={age}; Secure; HttpOnly; {place}");
    // Letters, digits and a few signs are always a header.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

//! The account's own people: a signed link sets a cookie, and views in a browser that has it are left out
//! of the figures. It opens nothing.

use crate::keys::Keys;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::{HeaderMap, HeaderValue, header};
use subtle::ConstantTimeEq;

pub const NAME: &str = "__Host-cue-owner";
/// How long a link may be opened.
pub const LINK_LASTS_MS: i64 = 7 * 24 * 3_600_000;
/// A year, as the viewer's cookie.
const COOKIE_LASTS_S: i64 = 365 * 24 * 3_600;
const LINK: &str = "owner link";
const COOKIE: &str = "owner cookie";

/// The path of a link that makes its opener's views ones of the account, until `until` (Unix milliseconds).
pub fn path(keys: &Keys, account_id: i64, until: i64) -> String {
    format!("/video/owner/{}", signed(keys, LINK, account_id, until))
}

/// The account of a link, while it may be opened.
pub fn of_link(keys: &Keys, text: &str, now: i64) -> Option<i64> {
    verified(keys, LINK, text, now)
}

/// The account of a browser's owner cookie.
pub fn of_cookie(keys: &Keys, text: &str, now: i64) -> Option<i64> {
    verified(keys, COOKIE, text, now)
}

/// The cookie's text in a request.
pub fn read(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == NAME && value.len() < 200).then(|| value.to_owned()))
}

/// The headers that set the cookie for the account, or with none clear it. It is set twice: partitioned, which
/// every browser keeps, and not, which brings it into frames on other sites where a browser allows that.
pub fn set(keys: &Keys, account_id: Option<i64>, now: i64) -> [HeaderValue; 2] {
    let (value, age) = match account_id {
        Some(id) => (signed(keys, COOKIE, id, now + COOKIE_LASTS_S * 1_000), COOKIE_LASTS_S),
        None => (String::new(), 0),
    };
    ["", "; Partitioned"].map(|place| {
        let text = format!("{NAME}={value}; Path=/; Max-Age={age}; Secure; HttpOnly; SameSite=None{place}");
        // Letters, digits and a few signs are always a header.
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    })
}

fn signed(keys: &Keys, purpose: &str, account_id: i64, until: i64) -> String {
    let body = format!("{account_id}.{until}");
    format!("{body}.{}", BASE64.encode(&keys.signature(purpose, body.as_bytes())[..16]))
}

fn verified(keys: &Keys, purpose: &str, text: &str, now: i64) -> Option<i64> {
    let (body, _) = text.rsplit_once('.')?;
    let (account_id, until) = body.split_once('.')?;
    let (account_id, until) = (account_id.parse().ok()?, until.parse().ok()?);
    let holds: bool = signed(keys, purpose, account_id, until).as_bytes().ct_eq(text.as_bytes()).into();
    (holds && until > now).then_some(account_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_and_a_cookie_hold_as_they_were_signed_and_for_their_time() {
        let keys = Keys::from_bytes(&[6; 32]);
        let path = path(&keys, 7, 1_000);
        let text = path.strip_prefix("/video/owner/").expect("a path");
        assert_eq!(of_link(&keys, text, 999), Some(7));
        assert_eq!(of_link(&keys, text, 1_000), None, "too late");
        assert_eq!(of_cookie(&keys, text, 0), None, "a link is no cookie");
        assert_eq!(of_link(&keys, &text.replacen('7', "8", 1), 0), None);
        assert_eq!(of_link(&Keys::from_bytes(&[7; 32]), text, 0), None);
        for odd in ["", ".", "..", "7", "7.1000", "x.y.z", "7.99999999999999999999.x"] {
            assert_eq!(of_link(&keys, odd, 0), None, "{odd}");
        }
    }

    #[test]
    fn what_was_set_is_read_again() {
        let keys = Keys::from_bytes(&[6; 32]);
        let [plain, partitioned] = set(&keys, Some(7), 0);
        let text = plain.to_str().expect("text");
        assert!(text.ends_with("; Max-Age=31536000; Secure; HttpOnly; SameSite=None"), "{text}");
        assert!(partitioned.to_str().expect("text").ends_with("; SameSite=None; Partitioned"));
        let pair = text.split_once(';').expect("attributes").0;
        let value = HeaderValue::from_str(&format!("a=b; {pair}")).expect("a header");
        let read = read(&HeaderMap::from_iter([(header::COOKIE, value)])).expect("there");
        assert_eq!(of_cookie(&keys, &read, COOKIE_LASTS_S * 1_000 - 1), Some(7));
        assert_eq!(of_cookie(&keys, &read, COOKIE_LASTS_S * 1_000), None);
    }
}

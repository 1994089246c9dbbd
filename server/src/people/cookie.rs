//! The cookie of a browser that is signed in.

use crate::keys::digest;
use http::{HeaderMap, HeaderValue, header};

pub const NAME: &str = "__Host-cue-session";

/// The SHA-256 of what the request's cookie says.
pub fn hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == NAME && value.len() == 43).then(|| digest(value.as_bytes())))
}

/// The header that sets it for so many seconds; with none it is cleared.
pub fn set(secret: Option<&str>, lasts_s: i64) -> HeaderValue {
    let (value, age) = secret.map_or(("", 0), |secret| (secret, lasts_s));
    let text = format!("{NAME}={value}; Path=/; Max-Age={age}; Secure; HttpOnly; SameSite=Lax");
    // Letters, digits and a few signs are always a header.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_is_read_again() {
        let (secret, hashed) = crate::people::secret();
        let set = set(Some(&secret), 60);
        let text = set.to_str().expect("text");
        assert!(text.ends_with("; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"), "{text}");
        let pair = text.split_once(';').expect("attributes").0;
        let with = |value: String| HeaderMap::from_iter([(header::COOKIE, value.parse().expect("a header"))]);
        assert_eq!(hash(&with(format!("a=b; {pair}"))), Some(hashed));
        assert_eq!(hash(&with(format!("{NAME}=short"))), None);
        assert_eq!(hash(&HeaderMap::new()), None);
    }
}

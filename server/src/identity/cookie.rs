//! The one cookie there may be: a random id, or the word that there shall be none. `__Host-`: it is
//! sent to this host only, over https (browsers take http://localhost for as safe). In a frame it is
//! partitioned: another site's frame has another one.

use super::Consent;
use crate::config::Config;
use app::film::Asking;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::{HeaderMap, HeaderValue, header};

pub const NAME: &str = "__Host-cue";
/// A year; the limit that data protection authorities advise is 13 months.
const LASTS_S: u32 = 365 * 24 * 3_600;

/// What the browser keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// `said`: the viewer agreed, and was not merely not asked.
    Id { id: [u8; 16], said: bool },
    /// The viewer said no where nobody asks. No identity, so it may be kept without consent.
    No,
}

/// The cookie of a request.
pub fn read(headers: &HeaderMap) -> Option<Kept> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| if name == NAME { parse(value) } else { None })
}

fn parse(value: &str) -> Option<Kept> {
    let said = match value.as_bytes().first()? {
        b'n' if value == "no" => return Some(Kept::No),
        b'g' => true,
        b'i' => false,
        _ => return None,
    };
    let id = BASE64.decode(&value[1..]).ok()?.try_into().ok()?;
    Some(Kept::Id { id, said })
}

/// The header that keeps `kept`, or with none clears the cookie; `framed` as it is kept in frames.
pub fn set(kept: Option<Kept>, framed: bool) -> HeaderValue {
    let (value, age) = match kept {
        Some(Kept::Id { id, said }) => (format!("{}{}", if said { 'g' } else { 'i' }, BASE64.encode(id)), LASTS_S),
        Some(Kept::No) => ("no".to_owned(), LASTS_S),
        None => (String::new(), 0),
    };
    let place = if framed { "SameSite=None; Partitioned" } else { "SameSite=Lax" };
    let text = format!("{NAME}={value}; Path=/; Max-Age={age}; Secure; HttpOnly; {place}");
    // Letters, digits and a few signs are always a header.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// Does the browser say that it wants none? `Sec-GPC` (Global Privacy Control) and `DNT`.
pub fn is_barred(headers: &HeaderMap) -> bool {
    ["sec-gpc", "dnt"]
        .into_iter()
        .any(|name| headers.get(name).is_some_and(|value| value.as_bytes().trim_ascii() == b"1"))
}

/// Would a browser take a cookie of ours? Not over plain http, but for this machine's own names.
pub fn is_possible(config: &Config) -> bool {
    let local = match config.public_url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    config.is_https() || local
}

/// What may be kept, given what is; `barred` settles it.
pub fn consent(kept: Option<Kept>, barred: bool, asking: Asking, config: &Config) -> Consent {
    match kept {
        _ if barred => Consent::Barred,
        Some(Kept::No) => Consent::Refused,
        Some(Kept::Id { said: true, .. }) => Consent::Given,
        Some(Kept::Id { said: false, .. }) | None if asking == Asking::Implied && is_possible(config) => Consent::Given,
        Some(Kept::Id { .. }) | None => Consent::Unasked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"))
        });
        pairs.collect()
    }

    #[test]
    fn what_was_set_is_read_again() {
        for kept in [Kept::Id { id: [7; 16], said: true }, Kept::Id { id: [0xff; 16], said: false }, Kept::No] {
            let set = set(Some(kept), true);
            let pair = set.to_str().expect("text").split_once(';').expect("attributes").0.to_owned();
            assert_eq!(read(&headers(&[("cookie", &format!("other=1; {pair}"))])), Some(kept));
        }
        for odd in
            ["", "__Host-cue=", "__Host-cue=g", "__Host-cue=nope", "__Host-cue=gé", "xx__Host-cue=no", "__Host-cue"]
        {
            assert_eq!(read(&headers(&[("cookie", odd)])), None, "{odd}");
        }
    }

    #[test]
    fn it_is_partitioned_in_frames_and_never_seen_by_scripts() {
        let framed = set(Some(Kept::Id { id: [0; 16], said: true }), true);
        assert_eq!(
            framed,
            "__Host-cue=gAAAAAAAAAAAAAAAAAAAAAA; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=None; Partitioned"
        );
        assert_eq!(set(None, false), "__Host-cue=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_browser_s_no_is_heard() {
        assert!(is_barred(&headers(&[("sec-gpc", "1")])) && is_barred(&headers(&[("dnt", " 1 ")])));
        assert!(!is_barred(&headers(&[("dnt", "0")])) && !is_barred(&headers(&[])));
    }

    #[test]
    fn silence_is_consent_only_where_that_is_implied() {
        let config = |url: &str| {
            let vars = [("CUEPOINT_PUBLIC_URL".to_owned(), url.to_owned())];
            Config::load(vars.into_iter()).expect("valid")
        };
        let https = config("https://video.example.com");
        let (said, silent) = (Kept::Id { id: [1; 16], said: true }, Kept::Id { id: [1; 16], said: false });
        for (kept, barred, asking, expected) in [
            (None, false, Asking::Required, Consent::Unasked),
            (None, false, Asking::Implied, Consent::Given),
            (Some(said), false, Asking::Required, Consent::Given),
            (Some(silent), false, Asking::Required, Consent::Unasked),
            (Some(silent), false, Asking::Implied, Consent::Given),
            (Some(Kept::No), false, Asking::Implied, Consent::Refused),
            (Some(said), true, Asking::Implied, Consent::Barred),
        ] {
            assert_eq!(consent(kept, barred, asking, &https), expected, "{kept:?} {barred} {asking:?}");
        }
        for (url, possible) in [
            ("http://localhost:3000", true),
            ("http://127.0.0.1", true),
            ("http://[::1]", true),
            ("http://video.lan", false),
        ] {
            assert_eq!(is_possible(&config(url)), possible, "{url}");
        }
    }
}

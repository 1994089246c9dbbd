//! A mark in the player's corner. It comes inside the page: pages load nothing from other hosts.

use crate::{error::Flaw, interaction::action::is_web};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// `data:image/png;base64,…`, or jpeg, or webp.
    pub src: String,
    #[serde(default)]
    pub alt: String,
    #[serde(default)]
    pub href: Option<String>,
}

/// The longest alternative text, in characters, address and picture, in bytes.
const ALT: usize = 120;
const HREF: usize = 2_048;
const BYTES: usize = 48 * 1024;

impl Logo {
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        if let Err(reason) = picture(&self.src) {
            flaws.push(Flaw::new("theme.logo.src", reason));
        }
        if self.alt.chars().count() > ALT {
            flaws.push(Flaw::new("theme.logo.alt", format!("may have at most {ALT} characters")));
        }
        if let Some(href) = &self.href {
            if href.len() > HREF || !is_web(href) {
                flaws.push(Flaw::new("theme.logo.href", "must be an https or http address"));
            }
            if self.alt.trim().is_empty() {
                flaws.push(Flaw::new("theme.logo.alt", "is needed: it names where the link leads"));
            }
        }
        flaws
    }
}

fn picture(src: &str) -> Result<(), String> {
    const KINDS: &str = "must be data:image/png;base64,… or jpeg or webp: players load nothing from other hosts";
    let (kind, text) = src.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,")).ok_or(KINDS)?;
    if text.len() > BYTES.div_ceil(3) * 4 {
        return Err(format!("may have at most {} KiB", BYTES / 1024));
    }
    let bytes = decoded(text).ok_or("is not base64")?;
    if bytes.len() > BYTES {
        return Err(format!("may have at most {} KiB", BYTES / 1024));
    }
    let is_that = match kind {
        "png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "jpeg" => bytes.starts_with(b"\xff\xd8\xff"),
        "webp" => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        _ => return Err(KINDS.into()),
    };
    if is_that { Ok(()) } else { Err(format!("is not a {kind} picture")) }
}

/// Standard base64 (RFC 4648, section 4), padded.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &str = "data:image/png;base64,iVBORw0KGgo=";

    fn fields(logo: &Logo) -> Vec<String> {
        logo.flaws().into_iter().map(|flaw| flaw.field).collect()
    }

    fn with_src(src: &str) -> Logo {
        Logo { src: src.into(), alt: "Example".into(), href: None }
    }

    #[test]
    fn base64_is_read_as_it_was_written() {
        assert_eq!(decoded("").as_deref(), Some(b"".as_slice()));
        assert_eq!(decoded("Zm9vYg==").as_deref(), Some(b"foob".as_slice()));
        assert_eq!(decoded("Zm9vYmE=").as_deref(), Some(b"fooba".as_slice()));
        for wrong in ["Zm9", "Zm9v=", "Zm9vYg", "Z===", "Zm-_", "Zm 9"] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_picture_must_be_what_it_says() {
        assert_eq!(with_src(PNG).flaws(), []);
        assert_eq!(with_src("data:image/jpeg;base64,/9j/4A==").flaws(), []);
        assert_eq!(with_src("data:image/webp;base64,UklGRgAAAABXRUJQ").flaws(), []);
        for wrong in [
            "",
            "https://example.com/logo.png",
            "/media/x/logo.png",
            "data:image/svg+xml;base64,iVBORw0KGgo=",
            "data:image/png;base64,/9j/4A==",
            "data:image/png;base64,\"onload",
            "data:image/png,iVBORw0KGgo=",
        ] {
            assert_eq!(fields(&with_src(wrong)), ["theme.logo.src"], "{wrong}");
        }
    }

    #[test]
    fn a_picture_has_at_most_48_kib() {
        let of = |bytes: usize| with_src(&format!("{}{}", PNG.trim_end_matches("Cgo="), "A".repeat(bytes / 3 * 4)));
        assert_eq!(fields(&of(BYTES + 3)), ["theme.logo.src"]);
    }

    #[test]
    fn a_link_is_a_web_address_with_a_name() {
        let logo = Logo { href: Some("javascript:alert(1)".into()), alt: " ".into(), ..with_src(PNG) };
        assert_eq!(fields(&logo), ["theme.logo.href", "theme.logo.alt"]);
        let logo = Logo { href: Some("https://example.com/".into()), ..with_src(PNG) };
        assert_eq!(logo.flaws(), []);
        assert_eq!(fields(&Logo { alt: "x".repeat(121), ..with_src(PNG) }), ["theme.logo.alt"]);
    }
}

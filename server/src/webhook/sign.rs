//! The two signatures of every webhook (WIRE.md, sections 5 and 6), both over the exact bytes that are sent.

use crate::keys::mac;
use app::error::Flaw;
use base64::{
    Engine,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use std::fmt;
use uuid::Uuid;

/// The key of both signatures.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

const PREFIX: &str = "whsec_";
/// The longest text of a secret, in bytes.
const LONGEST: usize = 256;
/// The shortest key that Standard Webhooks 1.0.0 signs with, in bytes.
const STANDARD_KEY: usize = 24;
/// Reads base64 with or without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Secret {
    /// `whsec_…` stands for the bytes it encodes, any other text for its own.
    ///
    /// # Errors
    /// A flaw of `secret_key`: empty, over 256 bytes, or `whsec_` without base64 after it.
    pub fn from_text(text: &str) -> Result<Self, Flaw> {
        let flaw = |message: &str| Flaw::new("secret_key", message);
        if text.is_empty() || text.len() > LONGEST {
            return Err(flaw("needs 1 to 256 bytes"));
        }
        let Some(encoded) = text.strip_prefix(PREFIX) else { return Ok(Self(text.into())) };
        let bytes = LENIENT.decode(encoded).map_err(|_| flaw("needs base64 after whsec_"))?;
        if bytes.is_empty() { Err(flaw("needs base64 after whsec_")) } else { Ok(Self(bytes)) }
    }

    /// The secret with these bytes.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text that libraries of Standard Webhooks take.
    pub fn whsec(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }
}

/// Never prints the key.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// The header of the compatible signature.
pub const COMPATIBLE: &str = "x-hippo-signature";
/// The header of the standard signatures.
pub const STANDARD_HEADER: &str = "webhook-signature";

/// The headers that prove `body` to the receiver; `at` is the attempt, in Unix seconds. The first secret
/// is the present one: the others, rotated away, sign beside it where several signatures may stand.
pub fn headers(secrets: &[Secret], id: Uuid, at: i64, body: &str) -> Vec<(&'static str, String)> {
    let mut headers = Vec::with_capacity(4);
    if let Some(present) = secrets.first() {
        headers.push((COMPATIBLE, hex::encode(mac(present.bytes(), body.as_bytes()))));
    }
    headers.extend([("webhook-id", id.to_string()), ("webhook-timestamp", at.to_string())]);
    let long = secrets.iter().filter(|secret| secret.bytes().len() >= STANDARD_KEY);
    let signatures: Vec<String> = long.map(|secret| standard(secret, &id.to_string(), at, body)).collect();
    if !signatures.is_empty() {
        headers.push((STANDARD_HEADER, signatures.join(" ")));
    }
    headers
}

/// Headers as they may be shown: signatures are cut short, enough to compare and not enough to use.
pub fn shown(name: &str, value: &str) -> String {
    const VISIBLE: usize = 8;
    match name {
        COMPATIBLE => format!("{}…", value.get(..VISIBLE).unwrap_or_default()),
        STANDARD_HEADER => {
            let one = |signature: &str| format!("{}…", signature.get(..VISIBLE + 3).unwrap_or_default());
            value.split(' ').map(one).collect::<Vec<_>>().join(" ")
        }
        _ => value.to_owned(),
    }
}

/// Standard Webhooks 1.0.0, symmetric.
fn standard(secret: &Secret, id: &str, at: i64, body: &str) -> String {
    let signed = mac(secret.bytes(), format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_holds() {
        let secret = Secret::from_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signature = standard(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_hex_signature_covers_the_body_alone() {
        // RFC 4231, test case 2.
        let secret = Secret::from_text("Jefe").expect("a secret");
        let headers = headers(&[secret], Uuid::nil(), 1, "what do ya want for nothing?");
        let hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(headers[0], ("x-hippo-signature", hex.to_owned()));
    }

    #[test]
    fn a_short_secret_sends_only_the_hex_signature() {
        let names = |bytes: usize| -> Vec<&str> {
            let secret = Secret::from_bytes(vec![7; bytes]);
            headers(&[secret], Uuid::nil(), 1, "{}").into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(23), ["x-hippo-signature", "webhook-id", "webhook-timestamp"]);
        assert_eq!(names(24).last(), Some(&"webhook-signature"));
    }

    #[test]
    fn an_old_secret_signs_beside_the_present_one() {
        let [new, old, short] = [&[7; 32][..], &[8; 32], b"short"].map(Secret::from_bytes);
        let of = |secrets: &[Secret]| -> Vec<(&str, String)> { headers(secrets, Uuid::nil(), 1, "{}") };
        let (alone, both) = (of(std::slice::from_ref(&new)), of(&[new.clone(), old.clone(), short.clone()]));
        assert_eq!(both[0], alone[0], "the compatible signature switches at once");
        let (first, second) = both[3].1.split_once(' ').expect("two signatures");
        assert_eq!((first, second), (alone[3].1.as_str(), of(&[old])[3].1.as_str()));
        assert_eq!(of(&[short, new])[3], alone[3], "also where the present one is too short");
    }

    #[test]
    fn signatures_are_shown_cut_short() {
        let secret = Secret::from_bytes([7; 32]);
        let shown: Vec<String> = headers(&[secret.clone(), secret], Uuid::nil(), 1, "{}")
            .into_iter()
            .map(|(name, value)| shown(name, &value))
            .collect();
        assert_eq!(shown[0].chars().count(), 9);
        assert_eq!(shown[1], Uuid::nil().to_string());
        assert!(shown[3].starts_with("v1,") && shown[3].split(' ').all(|one| one.chars().count() == 12), "{shown:?}");
    }

    #[test]
    fn the_text_of_a_secret_stands_for_its_bytes() {
        assert_eq!(Secret::from_text("my own text").expect("valid").bytes(), b"my own text");
        assert_eq!(Secret::from_text("whsec_AAEC").expect("valid").bytes(), [0, 1, 2]);
        assert_eq!(Secret::from_text("whsec_AAE").expect("no padding").bytes(), [0, 1]);
        assert_eq!(Secret::from_text("whsec_AAE=").expect("padding").bytes(), [0, 1]);
        assert_eq!(Secret::from_bytes([0, 1, 2]).whsec(), "whsec_AAEC");
        for wrong in ["", "whsec_", "whsec_not base64", &"x".repeat(257)] {
            assert_eq!(Secret::from_text(wrong).expect_err("a flaw").field, "secret_key", "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        let printed = format!("{:?}", Secret::from_bytes(*b"visible"));
        assert_eq!(printed, "Secret(hidden)");
    }
}

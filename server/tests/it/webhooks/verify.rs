//! Both signatures, checked as a receiver would from what the specifications say.

use crate::support::receiver::Hook;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Panics unless both signatures of `hook` were made with `secret`.
pub fn verify(hook: &Hook, secret: &[u8]) {
    verify_one_of(hook, secret, secret);
}

/// Panics unless one of the standard signatures was made with `secret`, and the compatible one with `present`.
pub fn verify_one_of(hook: &Hook, secret: &[u8], present: &[u8]) {
    let compatible = hex::decode(hook.header("x-hippo-signature")).expect("hex");
    hmac(present, &[&hook.body]).verify_slice(&compatible).expect("the compatible signature holds");

    let (id, timestamp) = (hook.header("webhook-id"), hook.header("webhook-timestamp"));
    let signed: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", &hook.body];
    let holds = hook.header("webhook-signature").split(' ').any(|signature| {
        let signature = STANDARD.decode(signature.strip_prefix("v1,").expect("version 1")).expect("base64");
        hmac(secret, &signed).verify_slice(&signature).is_ok()
    });
    assert!(holds, "a standard signature holds");
}

fn hmac(secret: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

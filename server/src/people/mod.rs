//! People who sign in, what they may do, and the keys that speak for an account.
//!
//! A user has one password and may belong to several accounts. What somebody may do in an account is a set of
//! [`Rights`]: a member's role gives it, a key carries its own.

pub mod accept;
pub mod audit;
pub mod cookie;
pub mod keys;
pub mod letter;
pub mod members;
pub mod password;
pub mod reset;
pub mod rights;
pub mod session;
pub mod sign_in;

pub use rights::{Right, Rights, Role};
pub use session::{Signed, Who};

use crate::{limits::Limits, state::State, visitor::Visitor};

/// What all of them share while the server runs.
#[derive(Default)]
pub struct People {
    pub limits: Limits,
}

/// Is this browser one of the account's own people's: by an owner link, or because a member is signed in there?
pub async fn is_own(state: &State, visitor: &Visitor, account_id: i64, now: i64) -> crate::store::Result<bool> {
    if visitor.is_owner(&state.keys, account_id, now) {
        return Ok(true);
    }
    let Some(hash) = &visitor.session else { return Ok(false) };
    Ok(session::by_hash(state, hash, now).await?.is_some_and(|signed| signed.role_in(account_id).is_some()))
}

/// A secret of 256 bits as text, and the SHA-256 by which it is found again.
pub fn secret() -> (String, [u8; 32]) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let text = URL_SAFE_NO_PAD.encode(crate::keys::random::<32>());
    let hash = crate::keys::digest(text.as_bytes());
    (text, hash)
}

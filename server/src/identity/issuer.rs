//! The account as the issuer of viewer tokens: its keys, and who its tokens name.

use super::{
    Origin, id_of_sub,
    token::{self, Claims, Terms},
};
use crate::{
    keys::Keys,
    state::State,
    store::{self, viewer_keys, viewers::Contact},
};
use uuid::Uuid;

/// What is needed to check an account's tokens, read once.
pub struct Issuer<'a> {
    server: &'a Keys,
    account_id: i64,
    keys: Vec<Vec<u8>>,
    audiences: [String; 2],
    now: i64,
}

/// What may stand in a token's `aud`: this server's address, or the account's number as text.
pub fn audiences(state: &State, account_id: i64) -> [String; 2] {
    [state.config.link(""), account_id.to_string()]
}

impl<'a> Issuer<'a> {
    pub async fn of(state: &'a State, account_id: i64, now: i64) -> store::Result<Self> {
        let mut reader = state.store.reader().await?;
        let mut keys = Vec::new();
        for sealed in viewer_keys::valid(reader.conn(), account_id, now).await? {
            match state.keys.open(&sealed.key) {
                Ok(key) => keys.push(key),
                Err(error) => tracing::error!(%error, account_id, "a viewer key"),
            }
        }
        Ok(Self { server: &state.keys, account_id, keys, audiences: audiences(state, account_id), now })
    }

    /// The viewer of a token, and what it says of them.
    ///
    /// # Errors
    /// Why it does not hold; the reason never repeats the token.
    pub fn check(&self, text: &str) -> Result<(Uuid, Contact), String> {
        let terms = Terms { keys: &self.keys, audiences: &self.audiences, now: self.now };
        let Claims { sub, email, name } = token::verify(text, &terms)?;
        let contact = Contact { email, name, verified: true, origin: Origin::Token, ..Contact::default() };
        Ok((id_of_sub(self.server, self.account_id, &sub), contact))
    }
}

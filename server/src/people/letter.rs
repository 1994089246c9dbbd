//! Letters to people of ours: an invitation, a link that sets a password. In one language, as their pages are.

use crate::{
    limits::{Pace, What, Whose},
    state::State,
    store::{
        self, Tx,
        mails::{self, Mail},
    },
};
use uuid::Uuid;

/// One address gets a few letters an hour, whoever asks.
const PACE: Pace = Pace::every_ms(20 * 60_000, 3);

pub struct Letter<'a> {
    pub account_id: i64,
    pub to: &'a str,
    pub subject: String,
    pub text: String,
}

/// Leaves a letter for the post office; false when there is no mail server, or the address has had enough. Ring
/// [`sent`] after the commit.
pub async fn leave(state: &State, tx: &mut Tx, letter: Letter<'_>, now: i64) -> store::Result<bool> {
    let whose = [(Whose::Address(letter.to.to_owned()), PACE)];
    if state.config.smtp_url.is_none() || state.people.limits.take(What::Letter, &whose, now).await.is_err() {
        return Ok(false);
    }
    let mail = Mail {
        account_id: letter.account_id,
        id: Uuid::now_v7(),
        recipient: letter.to.to_owned(),
        subject: letter.subject,
        body: letter.text,
        attempt: 0,
    };
    mails::insert(tx.conn(), &mail, now).await?;
    Ok(true)
}

/// There is something to send.
pub fn sent(state: &State) {
    state.talks.letter_bell.notify_one();
}

/// A name that can't look like an address or a line of its own.
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect::<String>().replace("://", " ")
}

//! What told of a person, or is on its way to them: messages and letters. No id stands beside a letter and beside what
//! is older than such ids, so they are found by what they say.

use super::{
    Conn, Result,
    comments::Comment,
    forms::Form,
    on,
    outbox::{self, Stored},
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const LETTERS: &str = "
select id, recipient, subject, created_at from mails where account_id = $1 and lower(recipient) = lower($2) order by id";
const FORGET_LETTER: &str = "delete from mails where account_id = $1 and id = $2";

/// Messages that are read at once.
const PIECE: i64 = 500;
/// The messages that tell of a comment.
const SAID: [&str; 2] = ["VideoComment", "VideoReply"];

/// By what a person is told of.
#[derive(Default)]
pub struct Traces {
    /// The ids that the person goes under.
    viewers: BTreeSet<Uuid>,
    /// As they were given: their case counts for nothing.
    emails: BTreeSet<String>,
    /// Addresses of comments. Letters go there, but whoever typed one need not own it.
    typed: BTreeSet<String>,
    comments: BTreeSet<Uuid>,
    forms: Vec<Form>,
}

/// A letter on its way. What it says is for its reader alone: it confirms an address.
#[derive(Clone, Debug, serde::Serialize, sqlx::FromRow)]
pub struct Letter {
    pub id: Uuid,
    pub recipient: String,
    pub subject: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

impl Traces {
    /// Those of one who goes under these ids.
    pub fn of(viewers: &BTreeSet<Uuid>) -> Self {
        Self { viewers: viewers.clone(), ..Self::default() }
    }

    /// The person goes by this address, or did; an empty one is none.
    pub fn email(&mut self, email: &str) {
        if !email.is_empty() {
            self.emails.insert(email.to_owned());
        }
    }

    /// A comment of the person's own.
    pub fn comment(&mut self, comment: &Comment) {
        self.comments.insert(comment.id);
        self.typed.extend(comment.email.clone());
    }

    /// A form that the person has sent. A later word may have taken the place of its address in what is known.
    pub fn form(&mut self, form: Form) {
        self.email(form.field("email").unwrap_or_default());
        self.forms.push(form);
    }

    /// The letters on their way to the person.
    pub async fn letters(&self, mut conn: Conn<'_>, account_id: i64) -> Result<Vec<Letter>> {
        let mut found = BTreeMap::new();
        for email in self.emails.union(&self.typed) {
            let letters: Vec<Letter> = on!(&mut conn, db => sqlx::query_as(LETTERS)
                .bind(account_id).bind(email).fetch_all(&mut **db).await)?;
            found.extend(letters.into_iter().map(|letter| (letter.id, letter)));
        }
        Ok(found.into_values().collect())
    }

    /// The messages that tell of the person, oldest first. Those that are not known to be about one of the viewers
    /// are looked for in one pass over all that the account has.
    pub async fn messages(&self, mut conn: Conn<'_>, account_id: i64) -> Result<Vec<Stored>> {
        let mut found = BTreeMap::new();
        for viewer in &self.viewers {
            let about = outbox::about(conn.again(), account_id, *viewer).await?;
            found.extend(about.into_iter().map(|message| (message.id, message)));
        }
        if !(self.emails.is_empty() && self.comments.is_empty() && self.forms.is_empty()) {
            let (emails, mut last) = (self.texts(), Uuid::nil());
            loop {
                let piece = outbox::after(conn.again(), account_id, last, PIECE).await?;
                let Some(end) = piece.last() else { break };
                last = end.id;
                let told = piece.into_iter().filter(|message| self.are_told_by(message, &emails));
                found.extend(told.map(|message| (message.id, message)));
            }
        }
        Ok(found.into_values().collect())
    }

    /// Deletes all of them.
    pub async fn forget(&self, mut conn: Conn<'_>, account_id: i64) -> Result<()> {
        for letter in self.letters(conn.again(), account_id).await? {
            on!(&mut conn, db => sqlx::query(FORGET_LETTER)
                .bind(account_id).bind(letter.id).execute(&mut **db).await.map(|_| ()))?;
        }
        let messages = self.messages(conn.again(), account_id).await?;
        outbox::forget(conn, account_id, &messages).await
    }

    /// The addresses as whole texts in JSON, in lower case: `ann@` is in `joann@` too.
    fn texts(&self) -> BTreeSet<String> {
        self.emails.iter().map(|email| Value::from(email.to_lowercase()).to_string()).collect()
    }

    fn are_told_by(&self, message: &Stored, emails: &BTreeSet<String>) -> bool {
        let body = message.body.to_lowercase();
        emails.iter().any(|email| body.contains(email.as_str()))
            || self.forms.iter().any(|form| form.is_told_by(message))
            || (!self.comments.is_empty() && said(message).is_some_and(|id| self.comments.contains(&id)))
    }
}

/// The comment that a message is about, and not the one that it answers.
fn said(message: &Stored) -> Option<Uuid> {
    if !SAID.contains(&message.event.as_str()) {
        return None;
    }
    let body: Value = serde_json::from_str(&message.body).ok()?;
    body[message.event.as_str()]["comment"]["id"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(event: &str, own: &Value) -> Stored {
        let body = json!({ "eventName": event, (event): own }).to_string();
        Stored { id: Uuid::nil(), event: event.into(), video_id: 1, body, created_at: 0 }
    }

    fn told(traces: &Traces, message: &Stored) -> bool {
        traces.are_told_by(message, &traces.texts())
    }

    #[test]
    fn an_address_is_found_in_any_case_and_in_no_longer_one() {
        let mut traces = Traces::default();
        traces.email("Ann.Ünal@example.com");
        traces.email("");
        for (email, is_hers) in [
            ("ann.ünal@example.com", true),
            ("ANN.ÜNAL@example.com", true),
            ("joann.ünal@example.com", false),
            ("ann.ünal@example.com.au", false),
            ("", false),
        ] {
            assert_eq!(told(&traces, &message("VideoCTA", &json!({ "email": email }))), is_hers, "{email}");
        }
        let quoted = json!({ "comment": { "text": "he said \"ann.ünal@example.com\"" } });
        assert!(!told(&traces, &message("VideoComment", &quoted)), "who names somebody is not told of as them");
    }

    #[test]
    fn a_comment_is_told_of_by_its_own_message_and_not_by_that_of_a_reply() {
        let (own, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let traces = Traces { comments: BTreeSet::from([own]), ..Traces::default() };
        assert!(told(&traces, &message("VideoComment", &json!({ "comment": { "id": own } }))));
        assert!(told(&traces, &message("VideoReply", &json!({ "comment": { "id": own }, "parent": other }))));
        assert!(!told(&traces, &message("VideoReply", &json!({ "comment": { "id": other }, "parent": own }))));
        assert!(!told(&traces, &message("VideoCTA", &json!({ "comment": { "id": own } }))));
    }
}

//! The audit log: one row a change, with who made it. Names of fields are kept, never their values.

use super::session::Actor;
use crate::store::{
    self, Conn,
    audit::{self, Row},
};
use uuid::Uuid;

/// The longest name of an object, in characters, and the most names of fields.
const OBJECT: usize = 200;
const FIELDS: usize = 30;

/// Something that was done in an account.
pub struct Done<'a> {
    pub account_id: i64,
    pub actor: &'a Actor,
    /// Such as `member.invite`.
    pub action: &'a str,
    /// What it was done to.
    pub object: &'a str,
    /// Names of the fields that it changed.
    pub fields: &'a [String],
}

/// Writes a row, in the transaction that makes the change wherever there is one.
pub async fn write(conn: Conn<'_>, done: Done<'_>, now: i64) -> store::Result<()> {
    let (actor, actor_id) = done.actor.named();
    let fields: Vec<&str> = done.fields.iter().map(String::as_str).filter(|name| is_name(name)).take(FIELDS).collect();
    let row = Row {
        id: Uuid::now_v7(),
        at: now,
        actor,
        actor_id,
        action: done.action.to_owned(),
        object: done.object.chars().filter(|c| !c.is_control()).take(OBJECT).collect(),
        fields: fields.join(" "),
    };
    audit::insert(conn, done.account_id, &row).await
}

/// The name of a field of ours, as far as one can tell: clients may send others, and anything in them. Secrets of
/// ours are longer.
fn is_name(text: &str) -> bool {
    (1..=24).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && text != "api_key"
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_what_may_be_the_name_of_a_field_is_kept() {
        for (text, kept) in [
            ("title", true),
            ("retention_days", true),
            ("cue_a8Xk2", false),
            ("cue_abcdefghijklmnopqrstuvwx", false),
            ("", false),
            ("api_key", false),
        ] {
            assert_eq!(super::is_name(text), kept, "{text}");
        }
    }
}

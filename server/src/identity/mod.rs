//! Who watches. The first of these that holds decides:
//!
//! 1. a viewer token, signed by the account's own server ([`token`]): in the page's address, or set later;
//! 2. a personal link that this browser was the first to play ([`crate::store::links`]), or a form's answers;
//! 3. a cookie with a random id, where consent allows one ([`cookie`]);
//! 4. a hash of the day ([`salts`]), which nobody can compute any more two days later.
//!
//! Pages use [`page::arrive`], batches [`batch::claim`]; a viewer's id tells by itself how it came about.

pub mod batch;
pub mod cookie;
pub mod issuer;
mod left_out;
pub mod mail;
pub mod owner;
pub mod page;
pub mod pass;
pub mod salts;
pub mod token;

pub use left_out::LeftOut;
pub use pass::{PASS_LASTS_MS, Pass};
pub use salts::Salts;

use crate::{keys::Keys, store::viewers::Contact};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How a viewer is recognised, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    #[default]
    Daily,
    Cookie,
    Form,
    Link,
    Token,
}

impl Origin {
    const ALL: [Origin; 5] = [Origin::Daily, Origin::Cookie, Origin::Form, Origin::Link, Origin::Token];

    /// A viewer id (UUID version 8) made of a hash; its last three bits say what it is.
    pub fn id(self, hash: &[u8; 32]) -> Uuid {
        let [mut id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = *hash;
        id[15] = id[15] & !7 | self as u8;
        Uuid::new_v8(id)
    }

    /// How the viewer of an id is recognised.
    pub fn of(id: Uuid) -> Self {
        Self::ALL.get(usize::from(id.as_bytes()[15] & 7)).copied().unwrap_or_default()
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Daily => "daily",
            Origin::Cookie => "cookie",
            Origin::Form => "form",
            Origin::Link => "link",
            Origin::Token => "token",
        }
    }

    /// The origin of that name.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|origin| origin.as_str() == name).unwrap_or_default()
    }

    /// No more than a browser is known.
    pub fn is_anonymous(self) -> bool {
        self <= Origin::Cookie
    }
}

/// The viewer whom the account's server calls `sub`.
pub fn id_of_sub(keys: &Keys, account_id: i64, sub: &str) -> Uuid {
    Origin::Token.id(&keyed(keys, "viewer sub", account_id, sub.as_bytes()))
}

/// The viewer to whom the account sent a link.
pub fn id_of_mail(keys: &Keys, account_id: i64, email: &str) -> Uuid {
    Origin::Link.id(&keyed(keys, "viewer mail", account_id, email.trim().to_lowercase().as_bytes()))
}

/// The viewer whose browser has this cookie: another one for each account.
pub fn id_of_cookie(keys: &Keys, account_id: i64, cookie: &[u8; 16]) -> Uuid {
    Origin::Cookie.id(&keyed(keys, "viewer cookie", account_id, cookie))
}

fn keyed(keys: &Keys, purpose: &str, account_id: i64, of: &[u8]) -> [u8; 32] {
    keys.signature(purpose, &[account_id.to_be_bytes().as_slice(), of].concat())
}

/// A viewer as a page may use it: to fill in a form, to leave one out, to address someone by name.
/// Everything but the id and the origin may be missing, and is text from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub id: Uuid,
    pub email: Option<String>,
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub origin: Origin,
}

impl Viewer {
    pub fn anonymous(id: Uuid) -> Self {
        Self::new(id, Contact::default())
    }

    pub fn new(id: Uuid, contact: Contact) -> Self {
        let Contact { email, name, first_name, last_name, phone, .. } = contact;
        Self { id, email, name, first_name, last_name, phone, origin: Origin::of(id) }
    }

    /// Could the account write to this viewer? Then a form need not ask again.
    pub fn known(&self) -> bool {
        self.email.is_some()
    }

    /// The name to show: the whole one, else first and last.
    pub fn called(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.first_name, &self.last_name].into_iter().flatten().map(String::as_str).collect();
        self.name.clone().or_else(|| (!parts.is_empty()).then(|| parts.join(" ")))
    }
}

/// What may be kept in the viewer's browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// The browser says no for good (`Sec-GPC`, `DNT`), or the address does (`dnt=1`).
    Barred,
    /// The viewer said no, and may say yes later.
    Refused,
    /// Nobody has said anything, and silence is no consent here.
    #[default]
    Unasked,
    /// The viewer said yes, or need not be asked here.
    Given,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_by_itself_how_its_viewer_is_recognised() {
        for origin in Origin::ALL {
            for byte in [0, 7, 0xff] {
                let id = origin.id(&[byte; 32]);
                assert_eq!((Origin::of(id), id.get_version_num()), (origin, 8));
            }
            assert_eq!(Origin::named(origin.as_str()), origin);
        }
        assert!(Origin::Cookie.is_anonymous() && !Origin::Form.is_anonymous());
    }

    #[test]
    fn a_viewer_is_another_one_for_each_account_and_instance() {
        let keys = Keys::from_bytes(&[1; 32]);
        assert_eq!(id_of_sub(&keys, 1, "ada"), id_of_sub(&keys, 1, "ada"));
        assert_ne!(id_of_sub(&keys, 1, "ada"), id_of_sub(&keys, 2, "ada"));
        assert_ne!(id_of_sub(&keys, 1, "ada"), id_of_sub(&Keys::from_bytes(&[2; 32]), 1, "ada"));
        assert_eq!(id_of_mail(&keys, 1, "Ada@example.com"), id_of_mail(&keys, 1, "ada@example.com "));
    }

    #[test]
    fn a_viewer_is_called_by_whatever_name_there_is() {
        let id = Origin::Token.id(&[1; 32]);
        let called = |contact| Viewer::new(id, contact).called();
        let first = Contact { first_name: Some("Ada".into()), last_name: Some("L".into()), ..Contact::default() };
        assert_eq!(called(first).as_deref(), Some("Ada L"));
        assert_eq!(called(Contact { name: Some("A".into()), ..Contact::default() }).as_deref(), Some("A"));
        assert_eq!(called(Contact::default()), None);
    }
}

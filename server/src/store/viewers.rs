//! Viewers whom somebody has named, and what is known of them. Anonymous viewers have no row.

use super::{Conn, Result, StoreError, on};
use crate::{identity::Origin, keys::digest};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What is known of a viewer, or was said just now. What is none was not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    pub email: Option<String>,
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    /// Answers to a form's other fields.
    pub fields: Map<String, Value>,
    /// The account's own server vouches for the e-mail and the name.
    pub verified: bool,
    /// Where it comes from: [`Origin::Form`], [`Origin::Link`] or [`Origin::Token`].
    pub origin: Origin,
}

#[derive(Default, sqlx::FromRow)]
struct Row {
    email: Option<String>,
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    fields: String,
    verified: i64,
    origin: String,
}

/// Parts of the sum in `verified`.
const EMAIL: i64 = 1;
const NAME: i64 = 2;

macro_rules! by_id {
    ($lock:literal) => {
        concat!(
            "
select email, name, first_name, last_name, phone, fields, verified, origin
  from viewers where account_id = $1 and id = $2 ",
            $lock
        )
    };
}
const BY_ID: &str = by_id!("");
const BY_ID_TO_CHANGE: &str = by_id!("for update");
const BEGIN: &str = "
insert into viewers (account_id, id, origin, created_at, updated_at) values ($1, $2, $3, $4, $4)
on conflict (account_id, id) do nothing";
const CHANGE: &str = "
update viewers
   set email = $3, name = $4, first_name = $5, last_name = $6, phone = $7, fields = $8, verified = $9, origin = $10,
       updated_at = $11
 where account_id = $1 and id = $2";

/// What is known of a viewer; none for an anonymous one, without asking the database where the id
/// itself says so.
pub async fn contact(conn: Conn<'_>, account_id: i64, viewer_id: Uuid) -> Result<Option<Contact>> {
    if Origin::of(viewer_id) == Origin::Daily {
        return Ok(None);
    }
    let row: Option<Row> = on!(conn, db => sqlx::query_as(BY_ID)
        .bind(account_id).bind(viewer_id).fetch_optional(db).await)?;
    row.map(Contact::try_from).transpose()
}

/// Adds what was said to what is known: the newest word counts, but nothing unverified replaces what
/// is verified. Returns the id that the viewer has from now on, which the view must take: the hash
/// of a day may belong to several people behind one address, so one of them who gives a name gets
/// an id apart.
pub async fn introduce(mut conn: Conn<'_>, account_id: i64, viewer_id: Uuid, said: &Contact, now: i64) -> Result<Uuid> {
    let id = apart(viewer_id, account_id, said);
    on!(&mut conn, db => sqlx::query(BEGIN)
        .bind(account_id).bind(id).bind(said.origin.as_str()).bind(now)
        .execute(&mut **db).await.map(|_| ()))?;
    let by_id = match conn {
        Conn::Sqlite(_) => BY_ID,
        Conn::Postgres(_) => BY_ID_TO_CHANGE,
    };
    let known: Row = on!(&mut conn, db => sqlx::query_as(by_id)
        .bind(account_id).bind(id).fetch_one(&mut **db).await)?;
    let row = merged(known, said)?;
    on!(conn, db => sqlx::query(CHANGE)
        .bind(account_id).bind(id)
        .bind(row.email).bind(row.name).bind(row.first_name).bind(row.last_name).bind(row.phone)
        .bind(row.fields).bind(row.verified).bind(row.origin).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(id)
}

/// One person of those who share the hash of a day.
fn apart(viewer_id: Uuid, account_id: i64, said: &Contact) -> Uuid {
    if Origin::of(viewer_id) != Origin::Daily {
        return viewer_id;
    }
    let by = [&said.email, &said.phone, &said.name, &said.last_name].into_iter().flatten().next();
    let by = by.map(|text| text.trim().to_lowercase()).unwrap_or_default();
    let whole = digest(&[viewer_id.as_bytes().as_slice(), &account_id.to_be_bytes(), by.as_bytes()].concat());
    Origin::Form.id(&whole)
}

fn merged(known: Row, said: &Contact) -> Result<Row> {
    let mut fields = read(&known.fields)?;
    fields.extend(said.fields.clone());
    let (email, email_mark) = guarded(known.email, &said.email, known.verified & EMAIL, said.verified, EMAIL);
    let (name, name_mark) = guarded(known.name, &said.name, known.verified & NAME, said.verified, NAME);
    // What vouches for a viewer comes first, then where its e-mail is from.
    let origin =
        if said.verified || (said.email.is_some() && email_mark == 0) { said.origin.as_str() } else { &known.origin };
    Ok(Row {
        email,
        name,
        first_name: said.first_name.clone().or(known.first_name),
        last_name: said.last_name.clone().or(known.last_name),
        phone: said.phone.clone().or(known.phone),
        // A map with text keys is always JSON.
        fields: serde_json::to_string(&fields).unwrap_or_default(),
        verified: email_mark | name_mark,
        origin: origin.to_owned(),
    })
}

/// The value that holds, and its mark when it is verified.
fn guarded(known: Option<String>, said: &Option<String>, mark: i64, vouched: bool, own: i64) -> (Option<String>, i64) {
    match said {
        Some(text) if vouched => (Some(text.clone()), own),
        Some(text) if mark == 0 => (Some(text.clone()), 0),
        _ => (known, mark),
    }
}

fn read(fields: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(fields).map_err(|source| StoreError::Unreadable { what: "viewer", source })
}

impl TryFrom<Row> for Contact {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            fields: read(&row.fields)?,
            email: row.email,
            name: row.name,
            first_name: row.first_name,
            last_name: row.last_name,
            phone: row.phone,
            verified: row.verified & EMAIL != 0,
            origin: Origin::named(&row.origin),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(email: &str, name: &str, verified: bool) -> Contact {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let origin = if verified { Origin::Token } else { Origin::Form };
        Contact { email: text(email), name: text(name), verified, origin, ..Contact::default() }
    }

    fn after(words: &[Contact]) -> Contact {
        let mut row = Row { fields: "{}".into(), ..Row::default() };
        for word in words {
            row = merged(row, word).expect("readable");
        }
        row.try_into().expect("readable")
    }

    #[test]
    fn the_newest_word_counts_and_silence_takes_nothing_away() {
        let known = after(&[said("a@example.com", "Ada", false), said("b@example.com", "", false)]);
        assert_eq!((known.email.as_deref(), known.name.as_deref()), (Some("b@example.com"), Some("Ada")));
        assert!(!known.verified);
    }

    #[test]
    fn nothing_unverified_replaces_what_is_verified() {
        let known = after(&[said("a@example.com", "", true), said("b@example.com", "Eve", false)]);
        assert_eq!((known.email.as_deref(), known.name.as_deref()), (Some("a@example.com"), Some("Eve")));
        assert_eq!((known.verified, known.origin), (true, Origin::Token));
        let known = after(&[said("a@example.com", "Ada", true), said("c@example.com", "Ada L.", true)]);
        assert_eq!((known.email.as_deref(), known.name.as_deref()), (Some("c@example.com"), Some("Ada L.")));
    }

    #[test]
    fn what_came_unverified_may_be_replaced_also_beside_something_verified() {
        let words = [said("", "Ada", true), said("a@example.com", "", false), said("b@example.com", "Eve", false)];
        let known = after(&words);
        assert_eq!((known.email.as_deref(), known.name.as_deref()), (Some("b@example.com"), Some("Ada")));
        assert!(!known.verified, "it speaks of the e-mail");
    }

    #[test]
    fn people_behind_one_address_are_kept_apart_once_they_give_a_name() {
        let daily = Origin::Daily.id(&[7; 32]);
        let (a, b) = (said("a@example.com", "", false), said("b@example.com", "", false));
        assert_ne!(apart(daily, 1, &a), apart(daily, 1, &b));
        assert_eq!(apart(daily, 1, &a), apart(daily, 1, &said("A@example.com ", "", false)));
        assert_eq!(Origin::of(apart(daily, 1, &a)), Origin::Form);
        let cookie = Origin::Cookie.id(&[7; 32]);
        assert_eq!(apart(cookie, 1, &a), cookie);
    }
}

//! Letters to viewers on their way: claimed by moving their next attempt, gone once they were sent.

use super::{Conn, Result, on};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Mail {
    pub account_id: i64,
    pub id: Uuid,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    /// Attempts begun so far.
    pub attempt: i64,
}

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "update mails set attempt = attempt + 1, next_at = $2
               from (select account_id, id from mails where next_at <= $1 order by next_at limit $3 ",
            $lock,
            ") as due
              where mails.account_id = due.account_id and mails.id = due.id
          returning mails.account_id, mails.id, mails.recipient, mails.subject, mails.body, mails.attempt"
        )
    };
}

const INSERT: &str = "
insert into mails (account_id, id, recipient, subject, body, attempt, next_at, created_at)
values ($1, $2, $3, $4, $5, 0, $6, $6)";
const CLAIM_SQLITE: &str = claim!("");
const CLAIM_POSTGRES: &str = claim!("for update skip locked");
const REMOVE: &str = "delete from mails where account_id = $1 and id = $2";
const DELAY: &str = "update mails set next_at = $3 where account_id = $1 and id = $2";

pub async fn insert(conn: Conn<'_>, mail: &Mail, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(mail.account_id).bind(mail.id).bind(&mail.recipient).bind(&mail.subject).bind(&mail.body).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Takes what is due at `now`; nobody else takes it before `until`.
pub async fn claim(conn: Conn<'_>, now: i64, until: i64, limit: i64) -> Result<Vec<Mail>> {
    let claim = match conn {
        Conn::Sqlite(_) => CLAIM_SQLITE,
        Conn::Postgres(_) => CLAIM_POSTGRES,
    };
    Ok(on!(conn, db => sqlx::query_as(claim).bind(now).bind(until).bind(limit).fetch_all(db).await)?)
}

pub async fn remove(conn: Conn<'_>, mail: &Mail) -> Result<()> {
    on!(conn, db => sqlx::query(REMOVE).bind(mail.account_id).bind(mail.id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Not before `at`.
pub async fn delay(conn: Conn<'_>, mail: &Mail, at: i64) -> Result<()> {
    on!(conn, db => sqlx::query(DELAY).bind(mail.account_id).bind(mail.id).bind(at).execute(db).await.map(|_| ()))?;
    Ok(())
}

//! One person's traces, wherever they stand: found here, and deleted here.

use super::{
    Conn, Result, StoreError, comments::Comment, deliveries, entries::Entry, links::Link, on, reactions::Reaction,
    views::View,
};
use app::{engage::What, interaction::lead_form};
use serde_json::Value;
use uuid::Uuid;

// An address is compared as people do: without its case. The database lowers both sides, so that they agree on
// letters beyond ASCII too, which SQLite leaves as they are.
const BY_EMAIL: &str = "
select id from viewers where account_id = $1 and lower(email) = lower($2)
union select viewer_id from links where account_id = $1 and lower(email) = lower($2)
union select viewer_id from comments where account_id = $1 and lower(email) = lower($2)
union select viewer_id from answers
       where account_id = $1 and kind = 'lead_form' and lower(body) like lower($3) escape '!'";
const BOUND: &str = "
select bound_to from links where account_id = $1 and viewer_id = $2 and bound_to is not null";
const VIEWER: &str = "
select email, name, first_name, last_name, phone, fields, origin, created_at, updated_at
  from viewers where account_id = $1 and id = $2";
const VIEWS: &str = "
select account_id, video_id, id, viewer_id, ip, surface, referrer, page_url, started_at,
       last_received_at, played, watched_ms, unique_ms, hidden_ms, muted_ms, uncredited_ms, entries, percent, spans,
       grants, left_out, browser, os, device, device_type, country, region, city, purged_at, closed_at, given,
       beyond_clock_ms, behind_gate_ms, duration_ms
  from views where account_id = $1 and (viewer_id = $2 or id in (
       select view_id from answers where account_id = $1 and viewer_id = $2))
 order by started_at, id";
const ENTRIES: &str = "
select account_id, view_id, seq, at_ms, kind, body from entries where account_id = $1 and view_id = $2 order by seq";
const COMMENTS: &str = "
select account_id, video_id, id, parent_id, viewer_id, author, email, verified, body, at_ms, state, seq, created_at, edited_at
  from comments where account_id = $1 and (viewer_id = $2 or lower(email) = lower($3)) order by created_at, id";
const REACTIONS: &str = "
select account_id, video_id, id, viewer_id, kind, at_ms, seq, created_at
  from reactions where account_id = $1 and viewer_id = $2 order by created_at, id";
const LINKS: &str = "
select account_id, video_id, id, mark, viewer_id, email, name, bound_to, bound_at, created_at
  from links where account_id = $1 and (viewer_id = $2 or lower(email) = lower($3)) order by id";

const FORGET_ENTRIES: &str = "delete from entries where account_id = $1 and view_id = $2";
const FORGET_VIEW: &str = "delete from views where account_id = $1 and id = $2";
const FORGET_VIEWER: &str = "delete from viewers where account_id = $1 and id = $2";
const FORGET_LINK: &str = "delete from links where account_id = $1 and video_id = $2 and id = $3";
const FORGET_REACTION: &str = "delete from reactions where account_id = $1 and video_id = $2 and id = $3";
const UNCOUNT_REACTION: &str = "
update reaction_sums set n = n - 1 where account_id = $1 and video_id = $2 and kind = $3 and slot = $4 and n > 0";
const FORGET_COMMENT: &str = "
update comments set viewer_id = $4, author = '', email = null, verified = $5, body = '', at_ms = null,
       state = 'deleted', seq = $6, edited_at = null
 where account_id = $1 and video_id = $2 and id = $3";
const FORGET_MAILS: &str = "delete from mails where account_id = $1 and lower(recipient) = lower($2)";
const TOLD: &str = "select id from outbox where account_id = $1 and lower(body) like lower($2) escape '!'";
const FORMS: &str = "
select interaction_id, body, received_at from answers
 where account_id = $1 and video_id = $2 and view_id = $3 and kind = 'lead_form'";
const ANSWERS: &str = "
select body, received_at from entries where account_id = $1 and view_id = $2 and kind = 'answer'";
const TOLD_AT: &str = "
select id, body from outbox where account_id = $1 and video_id = $2 and event = $3 and created_at = $4";
const FORGET_DELIVERIES: &str = "delete from deliveries where account_id = $1 and message_id = $2";
const FORGET_MESSAGE: &str = "delete from outbox where account_id = $1 and id = $2";

/// What is known of a viewer, as it is stored.
#[derive(Clone, Debug, serde::Serialize, sqlx::FromRow)]
pub struct Known {
    pub email: Option<String>,
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub fields: String,
    pub origin: String,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A form that was sent.
pub struct Form {
    pub video_id: i64,
    pub interaction_id: Uuid,
    pub answer: Value,
    pub received_at: i64,
}

impl Form {
    /// What it gave under a name, as text.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.answer.get("fields")?.get(name)?.as_str()
    }

    /// Is the message about this answer?
    fn is_told_by(&self, body: &str) -> bool {
        let message: Value = serde_json::from_str(body).unwrap_or_default();
        let told = lead_form::told(self.interaction_id, &self.answer);
        let mut told = told.as_object().into_iter().flatten();
        told.all(|(name, value)| message[lead_form::EVENT].get(name) == Some(value))
    }
}

/// A pattern that finds a JSON text that is `text`, and none that only holds it: `ann@` is in `joann@` too.
fn within(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    let mut pattern = String::from("%");
    for c in json.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The viewers who go by an address.
pub async fn by_email(conn: Conn<'_>, account_id: i64, email: &str) -> Result<Vec<Uuid>> {
    Ok(on!(conn, db => sqlx::query_scalar(BY_EMAIL)
        .bind(account_id).bind(email).bind(within(email)).fetch_all(db).await)?)
}

/// The browsers that a recipient's links are bound to.
pub async fn bound(conn: Conn<'_>, account_id: i64, viewer: Uuid) -> Result<Vec<Uuid>> {
    Ok(on!(conn, db => sqlx::query_scalar(BOUND).bind(account_id).bind(viewer).fetch_all(db).await)?)
}

pub async fn known(conn: Conn<'_>, account_id: i64, viewer: Uuid) -> Result<Option<Known>> {
    Ok(on!(conn, db => sqlx::query_as(VIEWER).bind(account_id).bind(viewer).fetch_optional(db).await)?)
}

/// The views that are a viewer's, or were when it answered something.
pub async fn views(conn: Conn<'_>, account_id: i64, viewer: Uuid) -> Result<Vec<View>> {
    Ok(on!(conn, db => sqlx::query_as(VIEWS).bind(account_id).bind(viewer).fetch_all(db).await)?)
}

pub async fn entries(conn: Conn<'_>, account_id: i64, view: Uuid) -> Result<Vec<Entry>> {
    Ok(on!(conn, db => sqlx::query_as(ENTRIES).bind(account_id).bind(view).fetch_all(db).await)?)
}

/// Those of the viewer, and those under the address.
pub async fn comments(conn: Conn<'_>, account_id: i64, viewer: Uuid, email: &str) -> Result<Vec<Comment>> {
    Ok(on!(conn, db => sqlx::query_as(COMMENTS)
        .bind(account_id).bind(viewer).bind(email).fetch_all(db).await)?)
}

pub async fn reactions(conn: Conn<'_>, account_id: i64, viewer: Uuid) -> Result<Vec<Reaction>> {
    Ok(on!(conn, db => sqlx::query_as(REACTIONS).bind(account_id).bind(viewer).fetch_all(db).await)?)
}

/// Those to the viewer, and those to the address.
pub async fn links(conn: Conn<'_>, account_id: i64, viewer: Uuid, email: &str) -> Result<Vec<Link>> {
    Ok(on!(conn, db => sqlx::query_as(LINKS).bind(account_id).bind(viewer).bind(email).fetch_all(db).await)?)
}

/// The forms that a view has sent, by its answers, and by its entries where it counts for nothing any more.
pub async fn forms(mut conn: Conn<'_>, view: &View) -> Result<Vec<Form>> {
    let unreadable = |source| StoreError::Unreadable { what: "answer", source };
    let (video_id, mut forms) = (view.video_id, Vec::new());
    let kept: Vec<(Uuid, String, i64)> = on!(&mut conn, db => sqlx::query_as(FORMS)
        .bind(view.account_id).bind(view.video_id).bind(view.id).fetch_all(&mut **db).await)?;
    for (interaction_id, body, received_at) in kept {
        let answer = serde_json::from_str(&body).map_err(unreadable)?;
        forms.push(Form { video_id, interaction_id, answer, received_at });
    }
    let entries: Vec<(String, i64)> = on!(conn, db => sqlx::query_as(ANSWERS)
        .bind(view.account_id).bind(view.id).fetch_all(db).await)?;
    for (body, received_at) in entries {
        let what: What = serde_json::from_str(&body).map_err(unreadable)?;
        if let What::Answer { interaction: interaction_id, answer } = what
            && answer.get("fields").is_some()
        {
            forms.push(Form { video_id, interaction_id, answer, received_at });
        }
    }
    Ok(forms)
}

/// Purges a view's entries; returns how many there were.
pub async fn forget_entries(conn: Conn<'_>, account_id: i64, view: Uuid) -> Result<u64> {
    Ok(on!(conn, db => sqlx::query(FORGET_ENTRIES)
        .bind(account_id).bind(view).execute(db).await.map(|done| done.rows_affected()))?)
}

pub async fn forget_view(conn: Conn<'_>, account_id: i64, view: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(FORGET_VIEW).bind(account_id).bind(view).execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn forget_viewer(conn: Conn<'_>, account_id: i64, viewer: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(FORGET_VIEWER).bind(account_id).bind(viewer).execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn forget_link(conn: Conn<'_>, link: &Link) -> Result<()> {
    on!(conn, db => sqlx::query(FORGET_LINK)
        .bind(link.account_id).bind(link.video_id).bind(link.id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Deletes a reaction, and takes it out of the sum of its hundredth of the video.
pub async fn forget_reaction(mut conn: Conn<'_>, r: &Reaction, slot: i64) -> Result<()> {
    on!(&mut conn, db => sqlx::query(FORGET_REACTION)
        .bind(r.account_id).bind(r.video_id).bind(r.id).execute(&mut **db).await.map(|_| ()))?;
    on!(conn, db => sqlx::query(UNCOUNT_REACTION)
        .bind(r.account_id).bind(r.video_id).bind(&r.kind).bind(slot).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Nothing but a comment's place is kept, for its replies; `seq` is the number of the change.
pub async fn forget_comment(conn: Conn<'_>, c: &Comment, seq: i64) -> Result<()> {
    on!(conn, db => sqlx::query(FORGET_COMMENT)
        .bind(c.account_id).bind(c.video_id).bind(c.id).bind(Uuid::nil()).bind(false).bind(seq)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

pub async fn forget_mails(conn: Conn<'_>, account_id: i64, email: &str) -> Result<()> {
    on!(conn, db => sqlx::query(FORGET_MAILS).bind(account_id).bind(email).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Deletes the messages that hold a text, those on their way too.
pub async fn forget_messages(mut conn: Conn<'_>, account_id: i64, text: &str) -> Result<()> {
    let told: Vec<Uuid> = on!(&mut conn, db => sqlx::query_scalar(TOLD)
        .bind(account_id).bind(within(text)).fetch_all(&mut **db).await)?;
    forget(conn, account_id, &told).await
}

/// Deletes the message that told of a form, also on its way.
pub async fn forget_form(mut conn: Conn<'_>, account_id: i64, form: &Form) -> Result<()> {
    let told: Vec<(Uuid, String)> = on!(&mut conn, db => sqlx::query_as(TOLD_AT)
        .bind(account_id).bind(form.video_id).bind(lead_form::EVENT).bind(form.received_at)
        .fetch_all(&mut **db).await)?;
    let told: Vec<Uuid> = told.into_iter().filter(|(_, body)| form.is_told_by(body)).map(|(id, _)| id).collect();
    forget(conn, account_id, &told).await
}

async fn forget(mut conn: Conn<'_>, account_id: i64, messages: &[Uuid]) -> Result<()> {
    for id in messages {
        on!(&mut conn, db => sqlx::query(FORGET_DELIVERIES)
            .bind(account_id).bind(id).execute(&mut **db).await.map(|_| ()))?;
        on!(&mut conn, db => sqlx::query(FORGET_MESSAGE)
            .bind(account_id).bind(id).execute(&mut **db).await.map(|_| ()))?;
    }
    deliveries::unstick(conn).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_the_text_and_nothing_else() {
        assert_eq!(within("A_b%C!@x.org"), "%\"A!_b!%C!!@x.org\"%");
        assert_eq!(within("a\"b"), "%\"a\\\"b\"%");
    }
}

//! One person's traces, wherever they stand: found here, and deleted here.

use super::{
    Conn, Result,
    comments::{Comment, DELETED},
    entries::Entry,
    links::Link,
    on,
    reactions::Reaction,
    views::View,
};
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
const OF_VIEW: &str = "
select interaction_id, seq, kind, body, received_at from answers
 where account_id = $1 and video_id = $2 and view_id = $3 order by seq, interaction_id";
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
const UNBIND: &str = "update links set bound_to = null where account_id = $1 and bound_to = $2";

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

/// An answer as it is stored apart from the events of its view.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Answered {
    pub interaction_id: Uuid,
    pub seq: i64,
    pub kind: String,
    /// JSON.
    pub body: String,
    /// Unix milliseconds.
    pub received_at: i64,
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

/// What a view has answered, as far as it counts.
pub async fn answers(conn: Conn<'_>, view: &View) -> Result<Vec<Answered>> {
    Ok(on!(conn, db => sqlx::query_as(OF_VIEW)
        .bind(view.account_id).bind(view.video_id).bind(view.id).fetch_all(db).await)?)
}

pub async fn entries(conn: Conn<'_>, account_id: i64, view: Uuid) -> Result<Vec<Entry>> {
    Ok(on!(conn, db => sqlx::query_as(ENTRIES).bind(account_id).bind(view).fetch_all(db).await)?)
}

/// Those of the viewer, and those under the address; none that were erased.
pub async fn comments(conn: Conn<'_>, account_id: i64, viewer: Uuid, email: &str) -> Result<Vec<Comment>> {
    let mut found: Vec<Comment> = on!(conn, db => sqlx::query_as(COMMENTS)
        .bind(account_id).bind(viewer).bind(email).fetch_all(db).await)?;
    // Their place is nobody's, and so are those that are left under an address alone.
    found.retain(|comment| !(comment.viewer_id.is_nil() && comment.state == DELETED));
    Ok(found)
}

pub async fn reactions(conn: Conn<'_>, account_id: i64, viewer: Uuid) -> Result<Vec<Reaction>> {
    Ok(on!(conn, db => sqlx::query_as(REACTIONS).bind(account_id).bind(viewer).fetch_all(db).await)?)
}

/// Those to the viewer, and those to the address.
pub async fn links(conn: Conn<'_>, account_id: i64, viewer: Uuid, email: &str) -> Result<Vec<Link>> {
    Ok(on!(conn, db => sqlx::query_as(LINKS).bind(account_id).bind(viewer).bind(email).fetch_all(db).await)?)
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

/// Links that a browser was the first to play know it no more; nobody can bind them anew.
pub async fn unbind(conn: Conn<'_>, account_id: i64, browser: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(UNBIND).bind(account_id).bind(browser).execute(db).await.map(|_| ()))?;
    Ok(())
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

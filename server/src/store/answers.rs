//! Answers: what viewers did with interactions, apart from the raw entries, for counting.

use super::{Conn, Result, StoreError, on};
use crate::identity::Origin;
use serde_json::Value;
use uuid::Uuid;

pub struct Answer {
    pub account_id: i64,
    pub video_id: i64,
    pub interaction_id: Uuid,
    pub view_id: Uuid,
    pub seq: i64,
    pub kind: &'static str,
    pub viewer_id: Uuid,
    pub body: String,
    pub received_at: i64,
}

const INSERT: &str = "
insert into answers (account_id, video_id, interaction_id, view_id, seq, kind, viewer_id, body, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict do nothing";

// A cross join is made in the order in which it is written, by SQLite too: from a viewer's few views.
const BY_VIEWER: &str = "
select interaction_id, view_id, viewer_id from answers where account_id = $1 and video_id = $2 and viewer_id = $3
union
select a.interaction_id, a.view_id, a.viewer_id
  from views v cross join interactions i cross join answers a
 where v.account_id = $1 and v.video_id = $2 and v.viewer_id = $3
   and i.account_id = v.account_id and i.video_id = v.video_id
   and a.account_id = v.account_id and a.video_id = v.video_id and a.interaction_id = i.id and a.view_id = v.id
 order by view_id";
const ELSEWHERE: &str = "
select view_id, viewer_id from answers
 where account_id = $1 and video_id = $2 and interaction_id = $3 and viewer_id = $4 and view_id <> $5
union
select a.view_id, a.viewer_id
  from views v cross join answers a
 where v.account_id = $1 and v.video_id = $2 and v.viewer_id = $4 and v.id <> $5
   and a.account_id = v.account_id and a.video_id = v.video_id and a.interaction_id = $3 and a.view_id = v.id
 order by view_id";
const OF_VIEW: &str = "
select body from answers where account_id = $1 and video_id = $2 and interaction_id = $3 and view_id = $4
 order by seq limit 1";

const REMOVE: &str = "
delete from answers where account_id = $1 and video_id = $2 and view_id = $3 returning interaction_id, body";
/// An answer as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    pub view_id: Uuid,
    pub seq: i64,
    pub viewer_id: Uuid,
    pub body: String,
    pub received_at: i64,
    pub email: Option<String>,
    pub name: Option<String>,
}

const NEWEST: &str = "
select a.view_id, a.seq, a.viewer_id, a.body, a.received_at, v.email, v.name
  from answers a left join viewers v on v.account_id = a.account_id and v.id = a.viewer_id
 where a.account_id = $1 and a.video_id = $2 and a.interaction_id = $3
   and (a.received_at, a.view_id, a.seq) < ($4, $5, $6)
 order by a.received_at desc, a.view_id desc, a.seq desc limit $7";

/// Answers to an interaction before the one at `before`, the newest first.
pub async fn newest(
    conn: Conn<'_>,
    (account_id, video_id, interaction_id): (i64, i64, Uuid),
    before: (i64, Uuid, i64),
    limit: i64,
) -> Result<Vec<Listed>> {
    Ok(on!(conn, db => sqlx::query_as(NEWEST)
        .bind(account_id).bind(video_id).bind(interaction_id)
        .bind(before.0).bind(before.1).bind(before.2).bind(limit)
        .fetch_all(db).await)?)
}

/// What a viewer has answered on a video, each with its view, the first view first.
pub async fn by_viewer(conn: Conn<'_>, account_id: i64, video_id: i64, viewer_id: Uuid) -> Result<Vec<(Uuid, Uuid)>> {
    let rows: Vec<(Uuid, Uuid, Uuid)> = on!(conn, db => sqlx::query_as(BY_VIEWER)
        .bind(account_id).bind(video_id).bind(viewer_id).fetch_all(db).await)?;
    let own = rows.into_iter().filter(|(.., by)| is_of(*by, viewer_id));
    Ok(own.map(|(interaction, view, _)| (interaction, view)).collect())
}

/// The first view but `view_id` in which a viewer has answered this interaction.
pub async fn elsewhere(
    conn: Conn<'_>,
    (account_id, video_id, interaction_id): (i64, i64, Uuid),
    viewer_id: Uuid,
    view_id: Uuid,
) -> Result<Option<Uuid>> {
    let rows: Vec<(Uuid, Uuid)> = on!(conn, db => sqlx::query_as(ELSEWHERE)
        .bind(account_id).bind(video_id).bind(interaction_id).bind(viewer_id).bind(view_id)
        .fetch_all(db).await)?;
    Ok(rows.into_iter().find(|(_, by)| is_of(*by, viewer_id)).map(|(view, _)| view))
}

/// Is an answer that was given under the id `by`, in a view of `viewer`, this viewer's? It may have come before the
/// view said who watches. But whom the host page named before is somebody else.
fn is_of(by: Uuid, viewer: Uuid) -> bool {
    by == viewer || Origin::of(by) < Origin::of(viewer)
}

/// What this view answered first, as it is stored.
pub async fn of_view(
    conn: Conn<'_>,
    account_id: i64,
    video_id: i64,
    interaction_id: Uuid,
    view_id: Uuid,
) -> Result<Option<Value>> {
    let body: Option<String> = on!(conn, db => sqlx::query_scalar(OF_VIEW)
        .bind(account_id).bind(video_id).bind(interaction_id).bind(view_id).fetch_optional(db).await)?;
    let read = |body: String| serde_json::from_str(&body);
    body.map(read).transpose().map_err(|source| StoreError::Unreadable { what: "answer", source })
}

/// Takes a view's answers away; returns each one's interaction and body.
pub async fn remove(conn: Conn<'_>, account_id: i64, video_id: i64, view_id: Uuid) -> Result<Vec<(Uuid, Value)>> {
    let rows: Vec<(Uuid, String)> = on!(conn, db => sqlx::query_as(REMOVE)
        .bind(account_id).bind(video_id).bind(view_id).fetch_all(db).await)?;
    let read = |(id, body): (Uuid, String)| Ok((id, serde_json::from_str(&body)?));
    let rows: serde_json::Result<Vec<(Uuid, Value)>> = rows.into_iter().map(read).collect();
    rows.map_err(|source| StoreError::Unreadable { what: "answer", source })
}

pub async fn insert(conn: Conn<'_>, answer: &Answer) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(answer.account_id).bind(answer.video_id).bind(answer.interaction_id).bind(answer.view_id)
        .bind(answer.seq).bind(answer.kind).bind(answer.viewer_id).bind(&answer.body).bind(answer.received_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

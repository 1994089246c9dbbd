//! Answers: what viewers did with interactions, apart from the raw entries, for counting.

use super::{Conn, Result, on};
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

pub async fn insert(conn: Conn<'_>, answer: &Answer) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(answer.account_id).bind(answer.video_id).bind(answer.interaction_id).bind(answer.view_id)
        .bind(answer.seq).bind(answer.kind).bind(answer.viewer_id).bind(&answer.body).bind(answer.received_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

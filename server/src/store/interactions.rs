//! The interactions of a video's timeline, each kept as its definition's JSON.

use super::{Conn, Result, StoreError, on};
use app::interaction::Interaction;

const INSERT: &str = "
insert into interactions (account_id, video_id, id, kind, body, draft, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $7)";
const PUBLISHED: &str = "
select body from interactions
 where account_id = $1 and video_id = $2 and draft = false
 order by created_at, id";
const NEW_VERSION: &str = "
update videos set timeline_version = timeline_version + 1 where account_id = $1 and id = $2";

/// Adds an interaction, published at once, and gives the timeline a new version.
pub async fn insert(
    mut conn: Conn<'_>,
    account_id: i64,
    video_id: i64,
    interaction: &Interaction,
    now: i64,
) -> Result<()> {
    let body =
        serde_json::to_string(interaction).map_err(|source| StoreError::Unreadable { what: "interaction", source })?;
    on!(&mut conn, db => sqlx::query(INSERT)
        .bind(account_id).bind(video_id).bind(interaction.id).bind(interaction.spec.name())
        .bind(body).bind(false).bind(now)
        .execute(&mut **db).await.map(|_| ()))?;
    on!(conn, db => sqlx::query(NEW_VERSION).bind(account_id).bind(video_id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The published timeline, oldest first.
pub async fn published(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<Interaction>> {
    let bodies: Vec<String> = on!(conn, db => sqlx::query_scalar(PUBLISHED)
        .bind(account_id).bind(video_id).fetch_all(db).await)?;
    let parse = |body: String| {
        serde_json::from_str(&body).map_err(|source| StoreError::Unreadable { what: "interaction", source })
    };
    bodies.into_iter().map(parse).collect()
}

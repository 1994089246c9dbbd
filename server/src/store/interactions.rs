//! The interactions of a video's timeline, each kept as its definition's JSON: what viewers get, and
//! beside it what its author is working on.

use super::{Conn, Result, StoreError, former_interactions, gates, on};
use app::interaction::Interaction;
use uuid::Uuid;

/// An interaction as its author has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The latest, published or not.
    pub newest: Interaction,
    pub live: Live,
    /// Its place among the others.
    pub place: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// What viewers get of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Live {
    /// The latest.
    Newest,
    Nothing,
    /// What was published last.
    Older(Box<Interaction>),
}

impl Stored {
    pub fn is_draft(&self) -> bool {
        self.live != Live::Newest
    }

    pub fn published(&self) -> Option<&Interaction> {
        match &self.live {
            Live::Newest => Some(&self.newest),
            Live::Nothing => None,
            Live::Older(published) => Some(published),
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    body: String,
    draft: bool,
    draft_body: Option<String>,
    place: i64,
    created_at: i64,
    updated_at: i64,
}

const APPEND: &str = "
insert into interactions (account_id, video_id, id, kind, body, draft, place, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6,
        (select coalesce(max(place), -1) + 1 from interactions where account_id = $1 and video_id = $2), $7, $7)";
const PUBLISH: &str = "
insert into interactions (account_id, video_id, id, kind, body, draft, place, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
on conflict (account_id, video_id, id) do update set
  kind = excluded.kind, body = excluded.body, draft = excluded.draft, draft_body = null,
  place = excluded.place, updated_at = excluded.updated_at";
const DRAFT: &str = "
insert into interactions (account_id, video_id, id, kind, body, draft, place, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
on conflict (account_id, video_id, id) do update set
  kind = case when interactions.draft then excluded.kind else interactions.kind end,
  body = case when interactions.draft then excluded.body else interactions.body end,
  draft_body = case when interactions.draft then null else excluded.body end,
  place = excluded.place, updated_at = excluded.updated_at";
const PUBLISHED: &str = "
select body from interactions
 where account_id = $1 and video_id = $2 and draft = false
 order by place, created_at, id";
const ALL: &str = "
select body, draft, draft_body, place, created_at, updated_at from interactions
 where account_id = $1 and video_id = $2
 order by place, created_at, id";
const DELETE: &str = "delete from interactions where account_id = $1 and video_id = $2 and id = $3";
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
    let body = json(interaction)?;
    on!(&mut conn, db => sqlx::query(APPEND)
        .bind(account_id).bind(video_id).bind(interaction.id).bind(interaction.spec.name())
        .bind(body).bind(false).bind(now)
        .execute(&mut **db).await.map(|_| ()))?;
    gates::follow(conn.again(), account_id, video_id, interaction.id, Some(interaction), now).await?;
    new_version(conn, account_id, video_id).await
}

/// Writes an interaction, new or known: for viewers, or as a draft that leaves what they get as it is. The timeline gets
/// its new version after that, in the same transaction.
pub async fn put(
    mut conn: Conn<'_>,
    account_id: i64,
    video_id: i64,
    interaction: &Interaction,
    draft: bool,
    place: i64,
    now: i64,
) -> Result<()> {
    let (body, sql) = (json(interaction)?, if draft { DRAFT } else { PUBLISH });
    if !draft {
        let (id, next) = (interaction.id, Some(body.as_str()));
        former_interactions::keep(conn.again(), account_id, video_id, id, next, now).await?;
    }
    on!(&mut conn, db => sqlx::query(sql)
        .bind(account_id).bind(video_id).bind(interaction.id).bind(interaction.spec.name())
        .bind(body).bind(draft).bind(place).bind(now)
        .execute(&mut **db).await.map(|_| ()))?;
    if draft {
        return Ok(());
    }
    gates::follow(conn, account_id, video_id, interaction.id, Some(interaction), now).await
}

/// The timeline gets its new version after that, in the same transaction.
pub async fn delete(mut conn: Conn<'_>, account_id: i64, video_id: i64, id: Uuid, now: i64) -> Result<()> {
    former_interactions::keep(conn.again(), account_id, video_id, id, None, now).await?;
    on!(&mut conn, db => sqlx::query(DELETE)
        .bind(account_id).bind(video_id).bind(id).execute(&mut **db).await.map(|_| ()))?;
    gates::follow(conn, account_id, video_id, id, None, now).await
}

/// Something on the timeline was changed.
pub async fn new_version(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<()> {
    on!(conn, db => sqlx::query(NEW_VERSION).bind(account_id).bind(video_id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The published timeline, in its author's order.
pub async fn published(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<Interaction>> {
    let bodies: Vec<String> = on!(conn, db => sqlx::query_scalar(PUBLISHED)
        .bind(account_id).bind(video_id).fetch_all(db).await)?;
    bodies.iter().map(|body| read(body)).collect()
}

/// Everything on the timeline, drafts too, in its author's order.
pub async fn all(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = on!(conn, db => sqlx::query_as(ALL)
        .bind(account_id).bind(video_id).fetch_all(db).await)?;
    rows.into_iter().map(Stored::try_from).collect()
}

fn json(interaction: &Interaction) -> Result<String> {
    serde_json::to_string(interaction).map_err(|source| StoreError::Unreadable { what: "interaction", source })
}

pub(super) fn read(body: &str) -> Result<Interaction> {
    serde_json::from_str(body).map_err(|source| StoreError::Unreadable { what: "interaction", source })
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let body = read(&row.body)?;
        let (newest, live) = match (row.draft, &row.draft_body) {
            (true, _) => (body, Live::Nothing),
            (false, Some(draft)) => (read(draft)?, Live::Older(Box::new(body))),
            (false, None) => (body, Live::Newest),
        };
        Ok(Self { newest, live, place: row.place, created_at: row.created_at, updated_at: row.updated_at })
    }
}

//! Required gates as they stood over time, so that a view is held to those that stood when it began, whatever
//! its author has done since.

use super::{Conn, Result, StoreError, on};
use app::interaction::{At, Interaction};
use uuid::Uuid;

/// A required gate, from one change of it to the next. Instants are Unix milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// The interaction.
    pub id: Uuid,
    pub at: At,
    pub skip_if_known: bool,
    pub published_at: i64,
    /// When it was moved, required no more, or deleted; none: it stands.
    pub withdrawn_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    interaction_id: Uuid,
    starts: String,
    skip_if_known: bool,
    published_at: i64,
    withdrawn_at: Option<i64>,
}

const OF_VIDEO: &str = "
select interaction_id, starts, skip_if_known, published_at, withdrawn_at from gates
 where account_id = $1 and video_id = $2
 order by interaction_id, published_at";
const STANDING: &str = "
select interaction_id, starts, skip_if_known, published_at, withdrawn_at from gates
 where account_id = $1 and video_id = $2 and interaction_id = $3 and withdrawn_at is null";
const PUBLISH: &str = "
insert into gates (account_id, video_id, interaction_id, published_at, starts, skip_if_known)
values ($1, $2, $3, $4, $5, $6)
on conflict (account_id, video_id, interaction_id, published_at) do update set
  starts = excluded.starts, skip_if_known = excluded.skip_if_known, withdrawn_at = null";
const WITHDRAW: &str = "
update gates set withdrawn_at = $4
 where account_id = $1 and video_id = $2 and interaction_id = $3 and withdrawn_at is null";

/// All gates that a video has and had.
pub async fn of_video(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<Gate>> {
    let rows: Vec<Row> = on!(conn, db => sqlx::query_as(OF_VIDEO)
        .bind(account_id).bind(video_id).fetch_all(db).await)?;
    rows.into_iter().map(Gate::try_from).collect()
}

/// From `now` on viewers get `published` of the interaction `id`, or nothing. A gate that is neither moved nor
/// given to others by that stands as long as it has.
pub async fn follow(
    mut conn: Conn<'_>,
    account_id: i64,
    video_id: i64,
    id: Uuid,
    published: Option<&Interaction>,
    now: i64,
) -> Result<()> {
    let row: Option<Row> = on!(&mut conn, db => sqlx::query_as(STANDING)
        .bind(account_id).bind(video_id).bind(id).fetch_optional(&mut **db).await)?;
    let standing = row.map(Gate::try_from).transpose()?.map(|gate| (gate.at, gate.skip_if_known));
    let wanted = published.filter(|one| one.is_required()).map(|one| (one.at, one.skip_if_known));
    if standing == wanted {
        return Ok(());
    }
    on!(&mut conn, db => sqlx::query(WITHDRAW)
        .bind(account_id).bind(video_id).bind(id).bind(now).execute(&mut **db).await.map(|_| ()))?;
    let Some((at, skip_if_known)) = wanted else { return Ok(()) };
    let starts = serde_json::to_string(&at).map_err(unreadable)?;
    on!(conn, db => sqlx::query(PUBLISH)
        .bind(account_id).bind(video_id).bind(id).bind(now).bind(starts).bind(skip_if_known)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

fn unreadable(source: serde_json::Error) -> StoreError {
    StoreError::Unreadable { what: "gate", source }
}

impl TryFrom<Row> for Gate {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.interaction_id,
            at: serde_json::from_str(&row.starts).map_err(unreadable)?,
            skip_if_known: row.skip_if_known,
            published_at: row.published_at,
            withdrawn_at: row.withdrawn_at,
        })
    }
}

//! Showings: which interactions stood on a viewer's frame, once for each view.

use super::{Conn, Result, on, pieces, rows_sql};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Showing {
    pub account_id: i64,
    pub video_id: i64,
    pub interaction_id: Uuid,
    pub view_id: Uuid,
    pub received_at: i64,
}

const INSERT: &str = "insert into showings (account_id, video_id, interaction_id, view_id, received_at)";
const COLUMNS: usize = 5;
const ONCE: &str = "on conflict do nothing";
// In the order in which it is written, by SQLite too: from a viewer's few views.
const BY_VIEWER: &str = "
select distinct s.interaction_id
  from views v cross join interactions i cross join showings s
 where v.account_id = $1 and v.video_id = $2 and v.viewer_id = $3
   and i.account_id = v.account_id and i.video_id = v.video_id
   and s.account_id = v.account_id and s.video_id = v.video_id and s.interaction_id = i.id and s.view_id = v.id";
const REMOVE: &str = "delete from showings where account_id = $1 and video_id = $2 and view_id = $3";

/// What a viewer was shown of a video, in any view.
pub async fn by_viewer(conn: Conn<'_>, account_id: i64, video_id: i64, viewer_id: Uuid) -> Result<Vec<Uuid>> {
    Ok(on!(conn, db => sqlx::query_scalar(BY_VIEWER)
        .bind(account_id).bind(video_id).bind(viewer_id).fetch_all(db).await)?)
}

/// Takes a view's showings away.
pub async fn remove(conn: Conn<'_>, account_id: i64, video_id: i64, view_id: Uuid) -> Result<()> {
    on!(conn, db => sqlx::query(REMOVE)
        .bind(account_id).bind(video_id).bind(view_id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Stores showings; those known already change nothing.
pub async fn insert(mut conn: Conn<'_>, showings: &[Showing]) -> Result<()> {
    for piece in pieces(showings) {
        let sql = rows_sql(&conn, INSERT, COLUMNS, piece.len(), ONCE);
        on!(&mut conn, db => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row in piece {
                query = query
                    .bind(row.account_id).bind(row.video_id).bind(row.interaction_id).bind(row.view_id).bind(row.received_at);
            }
            query.execute(&mut **db).await.map(|_| ())
        })?;
    }
    Ok(())
}

//! Entries: every event a player sent, once for its `(view, seq)`.

use super::{Conn, Result, on, pieces, rows_sql};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    pub account_id: i64,
    pub view_id: Uuid,
    pub seq: i64,
    pub at_ms: i64,
    pub kind: String,
    /// The event as it came, as JSON.
    pub body: String,
}

/// An entry on its way in.
pub struct NewEntry {
    pub entry: Entry,
    pub received_at: i64,
}

const INSERT: &str = "insert into entries (account_id, view_id, seq, at_ms, kind, body, received_at)";
const INSERT_COLUMNS: usize = 7;
const ONCE: &str = "on conflict (account_id, view_id, seq) do nothing";
const OF_VIEWS: &str = "
select account_id, view_id, seq, at_ms, kind, body from entries where (account_id, view_id) in (";
const OF_KIND: &str = "select seq from entries where account_id = $1 and view_id = $2 and kind = $3 limit 1";
const IN_ORDER: &str = ") order by account_id, view_id, seq";

/// Stores entries; those known already change nothing.
pub async fn insert(mut conn: Conn<'_>, entries: &[NewEntry]) -> Result<()> {
    for piece in pieces(entries) {
        let sql = rows_sql(&conn, INSERT, INSERT_COLUMNS, piece.len(), ONCE);
        on!(&mut conn, db => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row in piece {
                query = query
                    .bind(row.entry.account_id).bind(row.entry.view_id).bind(row.entry.seq).bind(row.entry.at_ms)
                    .bind(&row.entry.kind).bind(&row.entry.body).bind(row.received_at);
            }
            query.execute(&mut **db).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// Has this view an entry of this kind?
pub async fn has_kind(conn: Conn<'_>, account_id: i64, view_id: Uuid, kind: &str) -> Result<bool> {
    let found: Option<(i64,)> = on!(conn, db => sqlx::query_as(OF_KIND)
        .bind(account_id).bind(view_id).bind(kind).fetch_optional(db).await)?;
    Ok(found.is_some())
}

/// All entries of the given `(account, view)`, a view's together and in the order they happened.
pub async fn of_views(mut conn: Conn<'_>, views: &[(i64, Uuid)]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for piece in pieces(views) {
        let sql = rows_sql(&conn, OF_VIEWS, 2, piece.len(), IN_ORDER);
        let rows: Vec<Entry> = on!(&mut conn, db => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for (account_id, view_id) in piece {
                query = query.bind(account_id).bind(view_id);
            }
            query.fetch_all(&mut **db).await
        })?;
        entries.extend(rows);
    }
    Ok(entries)
}

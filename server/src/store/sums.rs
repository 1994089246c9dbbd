//! Sums over a video's views, by what they are kept: whole, by second, by hour, by facet, by viewer, by
//! interaction. Every write adds to what stands there.

use super::{Conn, Result, on, pieces, rows_sql};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The last parts of a key, behind account and video.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Video,
    Number(i64),
    Facet(&'static str, String),
    Viewer(Uuid),
    Met(Uuid, i64),
}

/// A table of sums: its name, the columns of its key behind account and video, and those that are added up.
pub struct Table {
    pub name: &'static str,
    pub key: &'static [&'static str],
    pub sums: &'static [&'static str],
}

pub const VIDEO: Table = Table {
    name: "video_sums",
    key: &[],
    sums: &[
        "loads",
        "plays",
        "viewers",
        "watched_ms",
        "capped_ms",
        "unique_ms",
        "hidden_ms",
        "muted_ms",
        "uncredited_ms",
        "bucket_0",
        "bucket_25",
        "bucket_50",
        "bucket_75",
        "bucket_100",
        "left_out",
        "beyond_clock_ms",
        "behind_gate_ms",
        "length_ms",
    ],
};
pub const SECONDS: Table = Table { name: "video_seconds", key: &["second"], sums: &["played", "seen"] };
pub const HOURS: Table = Table {
    name: "video_hours",
    key: &["hour"],
    sums: &["loads", "plays", "watched_ms", "capped_ms", "unique_ms", "finished", "length_ms"],
};
pub const FACETS: Table = Table { name: "video_facets", key: &["facet", "value"], sums: &["loads", "plays"] };
pub const MET: Table = Table { name: "interaction_sums", key: &["interaction_id", "what"], sums: &["n"] };

/// What is to be added, by account, video and the rest of the key.
pub type Changes<const N: usize> = BTreeMap<(i64, i64, Key), [i64; N]>;

const VIEWERS: &str = "insert into video_viewers (account_id, video_id, viewer_id, loads, plays, last_at)";
const VIEWERS_ADD: &str = "
on conflict (account_id, video_id, viewer_id) do update set
  loads = video_viewers.loads + excluded.loads, plays = video_viewers.plays + excluded.plays,
  last_at = case when excluded.last_at > video_viewers.last_at then excluded.last_at else video_viewers.last_at end
returning account_id, video_id, viewer_id, loads, plays";
const VIEWERS_GONE: &str = "
delete from video_viewers where loads = 0 and plays = 0 and (account_id, video_id, viewer_id) in (";
const FACETS_EMPTY: &str = "delete from video_facets where account_id = $1 and video_id = $2 and loads = 0";
const VIEWERS_LAST: &str = "
update video_viewers
   set last_at = coalesce((select w.started_at from views w
                            where w.account_id = video_viewers.account_id and w.viewer_id = video_viewers.viewer_id
                              and w.video_id = video_viewers.video_id and w.played and w.left_out is null
                            order by w.started_at desc limit 1), 0)
 where (account_id, video_id, viewer_id) in (";

/// A viewer of a video after a change.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Counted {
    pub account_id: i64,
    pub video_id: i64,
    pub viewer_id: Uuid,
    pub loads: i64,
    pub plays: i64,
}

/// Adds to the rows of a table, in the order of their keys, so that two processes can't wait for each other.
pub async fn add<const N: usize>(mut conn: Conn<'_>, table: &Table, changes: &Changes<N>) -> Result<()> {
    let rows: Vec<_> = changes.iter().filter(|(_, sums)| sums.iter().any(|n| *n != 0)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let key: Vec<&str> = ["account_id", "video_id"].iter().chain(table.key).copied().collect();
    let head = format!("insert into {} ({}, {})", table.name, key.join(", "), table.sums.join(", "));
    let added = table.sums.iter().map(|sum| format!("{sum} = {}.{sum} + excluded.{sum}", table.name));
    let tail = format!("on conflict ({}) do update set {}", key.join(", "), added.collect::<Vec<_>>().join(", "));
    for piece in pieces(&rows) {
        let sql = rows_sql(&conn, &head, key.len() + table.sums.len(), piece.len(), &tail);
        on!(&mut conn, db => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for ((account_id, video_id, key), sums) in piece {
                query = query.bind(account_id).bind(video_id);
                query = match key {
                    Key::Video => query,
                    Key::Number(n) => query.bind(n),
                    Key::Facet(facet, value) => query.bind(*facet).bind(value),
                    Key::Viewer(id) => query.bind(id),
                    Key::Met(id, what) => query.bind(id).bind(what),
                };
                for n in *sums {
                    query = query.bind(n);
                }
            }
            query.execute(&mut **db).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// Adds loads and plays to viewers, each with the beginning of the newest play among them (0: it has not changed),
/// and returns how they stand.
pub async fn add_viewers(mut conn: Conn<'_>, changes: &Changes<3>) -> Result<Vec<Counted>> {
    let rows: Vec<_> = changes.iter().filter(|(_, change)| **change != [0; 3]).collect();
    let mut counted = Vec::with_capacity(rows.len());
    for piece in pieces(&rows) {
        let sql = rows_sql(&conn, VIEWERS, 6, piece.len(), VIEWERS_ADD);
        let more: Vec<Counted> = on!(&mut conn, db => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for ((account_id, video_id, key), [loads, plays, last_at]) in piece {
                let Key::Viewer(viewer_id) = key else { continue };
                query = query.bind(account_id).bind(video_id).bind(viewer_id).bind(loads).bind(plays).bind(last_at);
            }
            query.fetch_all(&mut **db).await
        })?;
        counted.extend(more);
    }
    Ok(counted)
}

/// Views have left these viewers, or began earlier than was thought: the newest play of each is looked for, and a
/// viewer without any view is gone.
pub async fn settle_viewers(mut conn: Conn<'_>, viewers: &[(i64, i64, Uuid)]) -> Result<()> {
    for head in [VIEWERS_GONE, VIEWERS_LAST] {
        for piece in pieces(viewers) {
            let sql = rows_sql(&conn, head, 3, piece.len(), ")");
            on!(&mut conn, db => {
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (account_id, video_id, viewer_id) in piece {
                    query = query.bind(account_id).bind(video_id).bind(viewer_id);
                }
                query.execute(&mut **db).await.map(|_| ())
            })?;
        }
    }
    Ok(())
}

/// Deletes what nobody has any more: the place that one person came from is theirs.
pub async fn forget_empty(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<()> {
    on!(conn, db => sqlx::query(FACETS_EMPTY).bind(account_id).bind(video_id).execute(db).await.map(|_| ()))?;
    Ok(())
}

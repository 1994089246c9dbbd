//! Views as they stand in the database once their events are purged, of whatever day.

use super::App;
use app::player::watched::percent;
use serde_json::json;
use server::{
    store::{
        videos::Video,
        views::{self, View},
    },
    writer::rollup,
};
use uuid::Uuid;

/// 2026-11-23, the first moment of it, in UTC.
pub const MIDNIGHT: i64 = 1_795_392_000_000;

/// One play of a stretch of a video, in milliseconds, that began at `at`.
pub fn play(video: &Video, viewer_id: Uuid, at: i64, (from, to): (i64, i64)) -> View {
    View {
        viewer_id,
        surface: "play".into(),
        started_at: at,
        last_received_at: at,
        played: true,
        watched_ms: to - from,
        unique_ms: to - from,
        entries: 3,
        percent: percent(to - from, video.duration_ms.unwrap_or(0)),
        spans: json!([[from, to]]).to_string(),
        purged_at: Some(at),
        closed_at: Some(at),
        ..View::new(video.account_id, video.id, Uuid::now_v7())
    }
}

impl App {
    /// Stores views, and sums them up.
    pub async fn keep(&self, rows: &[View]) {
        let store = &self.state().store;
        let mut tx = store.begin().await.expect("a transaction");
        views::replace(tx.conn(), rows).await.expect("stored");
        tx.commit().await.expect("committed");
        assert_eq!(rollup::catch_up(store).await.expect("summed up"), rows.len());
    }
}

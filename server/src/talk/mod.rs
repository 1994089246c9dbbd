//! What viewers say about videos. A change and its webhook commit together; pages get the talk as HTML
//! that is kept until the next change; streams tell whoever looks on.

pub mod author;
mod feed;
pub mod letters;
pub mod section;
pub mod stream;
pub mod wish;
pub mod write;

use crate::{
    limits::Limits,
    store::{self, Store, talks},
};
use app::words::Lang;
use feed::Told;
use moka::{future::Cache, ops::compute::Op};
use section::{Key, Section};
use std::{sync::Arc, time::Duration};
use stream::Streams;
use tokio::sync::Notify;

/// The state of all talks: what is kept of them, and who listens.
pub struct Talks {
    store: Store,
    /// The number of each video's last change.
    heads: Cache<i64, i64>,
    sections: Cache<Key, Arc<Section>>,
    told: Cache<(i64, i64, i64, Lang), Arc<Vec<Told>>>,
    pub limits: Limits,
    streams: Streams,
    /// Rung after a commit that left a letter.
    pub letter_bell: Notify,
}

/// How long another process' change may go unseen.
const FRESH: Duration = Duration::from_secs(5);
const VIDEOS: u64 = 10_000;
/// The HTML that is kept, in bytes.
const SECTIONS: u64 = 64 * 1024 * 1024;
/// How long it is kept after it was last asked for.
const IDLE: Duration = Duration::from_secs(120);

impl Talks {
    pub fn new(store: Store) -> Self {
        let weight = |_: &Key, section: &Arc<Section>| u32::try_from(section.weight()).unwrap_or(u32::MAX);
        Self {
            store,
            heads: Cache::builder().max_capacity(VIDEOS).time_to_live(FRESH).build(),
            sections: Cache::builder().max_capacity(SECTIONS).weigher(weight).time_to_idle(IDLE).build(),
            told: Cache::builder().max_capacity(1_000).time_to_live(FRESH).build(),
            limits: Limits::default(),
            streams: Streams::default(),
            letter_bell: Notify::new(),
        }
    }

    /// The number of a video's last change, a few seconds old at most.
    async fn head(&self, account_id: i64, video_id: i64) -> store::Result<i64> {
        if let Some(head) = self.heads.get(&video_id).await {
            return Ok(head);
        }
        let mut reader = self.store.reader().await?;
        let head = talks::head(reader.conn(), account_id, video_id).await?;
        Ok(self.reached(video_id, head).await)
    }

    /// A change was committed: whoever looks on is told.
    pub async fn changed(&self, video_id: i64, seq: i64) {
        self.reached(video_id, seq).await;
        self.streams.tell(video_id, seq);
    }

    /// Never back: a slow reader may bring a number that is old by now.
    async fn reached(&self, video_id: i64, seq: i64) -> i64 {
        let mut head = seq;
        let entry = self.heads.entry(video_id);
        entry
            .and_compute_with(|known| {
                head = known.map_or(seq, |known| known.into_value().max(seq));
                std::future::ready(Op::Put(head))
            })
            .await;
        head
    }
}

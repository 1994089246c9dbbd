//! Published videos with their timelines, kept in memory for a few seconds: pages and batches ask
//! for the same ones over and over.

use crate::store::{self, Reader, Store, accounts, figures, gates, gates::Gate, interactions, videos, videos::Video};
use app::{
    ids::Token,
    interaction::{CueSheet, Interaction, cues, text},
};
use moka::future::Cache;
use std::{
    collections::HashSet,
    sync::{Arc, OnceLock},
    time::Duration,
};
use uuid::Uuid;

/// A video and what stands on its timeline.
#[derive(Debug)]
pub struct Published {
    pub video: Video,
    pub owner: String,
    /// Plays as of a few seconds ago.
    pub plays: i64,
    pub timeline: Vec<Interaction>,
    /// The required gates on it, now and before.
    pub gates: Vec<Gate>,
    /// The names of the pictures on it.
    pub pictures: HashSet<String>,
    /// What those get of whom nothing is known, which is nearly everyone: written once.
    pub for_strangers: OnceLock<CueSheet>,
}

impl Published {
    /// Is this a file that viewers may have?
    pub fn has(&self, file: &str) -> bool {
        self.video.files.has(file) || self.pictures.contains(file)
    }

    /// The whole timeline as it is shown to whoever is not known.
    pub fn cues_for_strangers(&self) -> CueSheet {
        let nobody = Default::default();
        let written = || {
            let all = cues(&self.timeline, self.video.duration_ms.unwrap_or(0), |text| text::fill(text, &nobody));
            CueSheet::new(&all)
        };
        self.for_strangers.get_or_init(written).clone()
    }

    pub fn interaction(&self, id: Uuid) -> Option<&Interaction> {
        self.timeline.iter().find(|interaction| interaction.id == id)
    }
}

#[derive(Clone)]
pub struct Catalogue {
    store: Store,
    by_token: Cache<Token, Arc<Published>>,
}

/// How long another process' change may go unseen.
const FRESH: Duration = Duration::from_secs(5);
const KEPT: u64 = 10_000;

impl Catalogue {
    pub fn new(store: Store) -> Self {
        Self { store, by_token: Cache::builder().max_capacity(KEPT).time_to_live(FRESH).build() }
    }

    /// The video of a token, deleted and expired ones too.
    pub async fn by_token(&self, token: &Token) -> store::Result<Option<Arc<Published>>> {
        if let Some(known) = self.by_token.get(token).await {
            return Ok(Some(known));
        }
        let mut reader = self.store.reader().await?;
        let Some(video) = videos::by_token(reader.conn(), token.as_str()).await? else {
            return Ok(None);
        };
        let published = Arc::new(self.with_timeline(video, &mut reader).await?);
        self.by_token.insert(token.clone(), published.clone()).await;
        Ok(Some(published))
    }

    /// The video of a public number.
    pub async fn by_id(&self, id: i64) -> store::Result<Option<Arc<Published>>> {
        let mut reader = self.store.reader().await?;
        let Some(video) = videos::by_id(reader.conn(), id).await? else {
            return Ok(None);
        };
        Ok(Some(Arc::new(self.with_timeline(video, &mut reader).await?)))
    }

    /// Forgets a video that was changed.
    pub async fn forget(&self, token: &Token) {
        self.by_token.invalidate(token).await;
    }

    async fn with_timeline(&self, video: Video, reader: &mut Reader) -> store::Result<Published> {
        let owner = accounts::name(reader.conn(), video.account_id).await?;
        let mut timeline = interactions::published(reader.conn(), video.account_id, video.id).await?;
        let gates = gates::of_video(reader.conn(), video.account_id, video.id).await?;
        let plays = figures::plays(reader.conn(), video.account_id, video.id).await?;
        let pictures = timeline.iter_mut().flat_map(|one| one.spec.kind_mut().images());
        let pictures = pictures.filter_map(|(_, image)| image.file.clone()).collect();
        Ok(Published { video, owner, plays, timeline, gates, pictures, for_strangers: OnceLock::new() })
    }
}

//! Published videos with their timelines, kept in memory for a few seconds: pages and batches ask
//! for the same ones over and over.

use crate::store::{
    self, Reader, Store, accounts, figures,
    former_interactions::{self, Former},
    gates,
    gates::Gate,
    interactions, videos,
    videos::Video,
};
use app::{
    ids::Token,
    interaction::{CueSheet, Interaction, cues, text},
};
use moka::future::Cache;
use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
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
    /// What stood on it before, as long as pages that show it may report.
    pub former: Vec<Former>,
    /// How it was in earlier versions of its timeline, each made when it is first asked for.
    pub earlier: Mutex<BTreeMap<i64, Arc<Published>>>,
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

    /// The video as pages show it that were given this version of its timeline: what was replaced or deleted since
    /// stands on it as it did.
    pub fn at_version(self: &Arc<Self>, version: i64) -> Arc<Self> {
        if self.former.iter().all(|one| one.until_version <= version) {
            return self.clone();
        }
        let made = || {
            Arc::new(Self {
                video: self.video.clone(),
                owner: self.owner.clone(),
                plays: self.plays,
                timeline: timeline_at(&self.timeline, &self.former, version),
                former: Vec::new(),
                earlier: Mutex::default(),
                gates: self.gates.clone(),
                pictures: self.pictures.clone(),
                for_strangers: OnceLock::new(),
            })
        };
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.entry(version).or_insert_with(made).clone()
    }
}

/// A timeline as it was in an earlier version: of each interaction the definition that was replaced first since then.
fn timeline_at(timeline: &[Interaction], former: &[Former], version: i64) -> Vec<Interaction> {
    let mut then: BTreeMap<Uuid, &Former> = BTreeMap::new();
    for one in former.iter().filter(|one| one.until_version > version) {
        let first = then.entry(one.interaction.id).or_insert(one);
        if one.until_version < first.until_version {
            *first = one;
        }
    }
    let mut all: Vec<Interaction> = Vec::with_capacity(timeline.len() + then.len());
    for one in timeline {
        all.push(then.remove(&one.id).map_or(one, |former| &former.interaction).clone());
    }
    all.extend(then.into_values().map(|former| former.interaction.clone()));
    all
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

    /// The video as the page shows it that was given this version of its timeline; as it is now where none is known.
    pub async fn as_shown(&self, mut published: Arc<Published>, version: Option<i64>) -> store::Result<Arc<Published>> {
        let Some(version) = version else { return Ok(published) };
        if version > published.video.timeline_version
            && let Ok(token) = Token::try_from(published.video.token.clone())
        {
            // Another process gave the page, and knew of a change before this one.
            self.forget(&token).await;
            published = self.by_token(&token).await?.unwrap_or(published);
        }
        Ok(published.at_version(version))
    }

    /// Forgets a video that was changed.
    pub async fn forget(&self, token: &Token) {
        self.by_token.invalidate(token).await;
    }

    async fn with_timeline(&self, video: Video, reader: &mut Reader) -> store::Result<Published> {
        let owner = accounts::name(reader.conn(), video.account_id).await?;
        let timeline = interactions::published(reader.conn(), video.account_id, video.id).await?;
        let former = former_interactions::of_video(reader.conn(), video.account_id, video.id).await?;
        // It may have been changed since the video was read, whose version pages are given with it.
        let mut timeline = timeline_at(&timeline, &former, video.timeline_version);
        let gates = gates::of_video(reader.conn(), video.account_id, video.id).await?;
        let plays = figures::plays(reader.conn(), video.account_id, video.id).await?;
        // What was taken off the timeline shows no pictures any more, wherever it still stands.
        let pictures = timeline.iter_mut().flat_map(|one| one.spec.kind_mut().images());
        let pictures = pictures.filter_map(|(_, image)| image.file.clone()).collect();
        let (earlier, for_strangers) = (Mutex::default(), OnceLock::new());
        Ok(Published { video, owner, plays, timeline, former, earlier, gates, pictures, for_strangers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn note(id: u128, text: &str) -> Interaction {
        let note = json!({"id": Uuid::from_u128(id), "kind": "annotation", "at": {"s": 1}, "layout": "card",
                          "spec": {"text": text}});
        serde_json::from_value(note).expect("an interaction")
    }

    fn until(until_version: i64, interaction: Interaction) -> Former {
        Former { interaction, until_version }
    }

    #[test]
    fn each_version_has_what_stood_there_then() {
        let timeline = [note(1, "third"), note(2, "always")];
        // The newest first, as they are read.
        let former = [until(7, note(1, "second")), until(5, note(3, "deleted")), until(4, note(1, "first"))];
        let texts = |version: i64| {
            let all = timeline_at(&timeline, &former, version);
            all.iter().map(|one| one.spec.kind().title()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(texts(3), "first always deleted");
        assert_eq!(texts(4), "second always deleted");
        assert_eq!(texts(6), "second always");
        assert_eq!(texts(7), "third always");
    }
}

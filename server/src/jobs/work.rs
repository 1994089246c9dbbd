//! What is done for a video, step by step. What a step has made is written down beside it, so that whoever goes on
//! with the job does not make it again.

use super::{
    arrive::{Arrived, arrive},
    folder,
    names::prefixed,
    reason::{Failure, Reason},
    shielded, told,
};
use crate::{
    media::{
        Media,
        child::ChildError,
        ladder, loudness,
        poster::{self, When},
        prepare, preview,
        probe::{Probe, ProbeError},
        storyboard, subtitles,
    },
    state::{self, State},
    store::{
        garbage,
        jobs::{self, Job, Kind, Reached},
        videos::{self, Files, Video},
    },
};
use app::film::Track;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, path::PathBuf};
use tokio::{fs, sync::watch};

/// Says how far a job is.
pub struct Reporter(pub watch::Sender<Reached>);

impl Reporter {
    pub fn at(&self, step: &'static str, percent: i64) {
        self.0.send_if_modified(|reached| {
            let next = Reached { step, percent };
            let is_new = *reached != next;
            *reached = next;
            is_new
        });
    }

    /// `done` of `all` is done of a step that takes the job from one percent to the other.
    pub fn share(&self, step: &'static str, (from, to): (i64, i64), done: i64, all: i64) {
        let part = if all > 0 { (done.clamp(0, all) as f64 / all as f64).min(1.0) } else { 0.5 };
        self.at(step, from + ((to - from) as f64 * part) as i64);
    }
}

/// What was made so far, in the job's folder.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Made {
    files: Files,
    steps: BTreeSet<String>,
}

/// How long files that a replaced video had may still be asked for.
const FORMER_MS: i64 = 24 * 3_600_000;
const DAMAGED: &str = "The file is damaged, or no video that can be read.";
/// A video of at least this many lines, or this long, gets several sizes.
const STREAM_SIDE: u32 = 720;
const STREAM_MS: i64 = 180_000;

/// Does what is left of the job.
pub async fn run(state: &State, job: &Job, reporter: &Reporter) -> Result<(), Failure> {
    let folder = folder(state, job.id);
    fs::create_dir_all(&folder).await?;
    let video = video(state, job).await?;
    let work = Work { state, job, folder, reporter };
    if video.files.facts.job == Some(job.id) {
        return work.stream(&video).await;
    }
    let source = arrive(state, job, &work.folder, reporter).await?;
    reporter.at("probe", 31);
    let probe = match Probe::of(&source.path).await {
        Ok(probe) => probe,
        Err(ProbeError::Tool(ChildError::Missing(_))) => return work.as_it_came(&source).await,
        Err(ProbeError::Io(error)) => return Err(error.into()),
        Err(ProbeError::Tool(error @ ChildError::Io { .. })) => return Err(error.into()),
        Err(error) => {
            tracing::info!(%error, job = %job.id, "not a video");
            return Err(Failure::new(Reason::UnsupportedFormat, said(&error)));
        }
    };
    work.announce(&probe).await?;
    let mut made = work.made().await;
    work.prepare(&source, &probe, &mut made).await?;
    // What is served may be a little shorter than what its source said.
    let media = made.files.media.clone().unwrap_or_default();
    let served =
        Probe::of(&work.folder.join(&media)).await.map_err(|_| Failure::new(Reason::PreprocessFailed, DAMAGED))?;
    let files = prefixed(&work.folder, &made.files, &work.prefix()).await?;
    work.publish(files, Some(&served), 75..85).await?;
    let video = self::video(state, job).await?;
    work.stream(&video).await
}

async fn video(state: &State, job: &Job) -> Result<Video, Failure> {
    let mut reader = state.store.reader().await?;
    let video = videos::by_id(reader.conn(), job.video_id).await?;
    let gone = || Failure::new(Reason::Cancelled, "The video was deleted.");
    video.filter(|video| video.deleted_at.is_none()).ok_or_else(gone)
}

fn said(error: &ProbeError) -> &'static str {
    match error {
        ProbeError::NoPictures => "The file holds no video.",
        ProbeError::NoDuration => "The file doesn't say how long it is.",
        ProbeError::Tool(_) | ProbeError::Io(_) | ProbeError::Answer(_) => DAMAGED,
    }
}

struct Work<'a> {
    state: &'a State,
    job: &'a Job,
    folder: PathBuf,
    reporter: &'a Reporter,
}

impl Work<'_> {
    /// What stands before the names of files that take others' place, since those are still known by theirs.
    fn prefix(&self) -> String {
        match self.job.kind {
            Kind::Import => String::new(),
            Kind::Replace => format!("{}-", &self.job.id.simple().to_string()[20..]),
        }
    }

    async fn made(&self) -> Made {
        let json = fs::read(self.folder.join("made.json")).await.unwrap_or_default();
        serde_json::from_slice(&json).unwrap_or_default()
    }

    /// The step is done; whoever goes on need not do it again.
    async fn done(&self, made: &mut Made, step: &str) -> Result<(), Failure> {
        made.steps.insert(step.into());
        let path = self.folder.join("made.json");
        fs::write(path.with_extension("new"), serde_json::to_vec(made).unwrap_or_default()).await?;
        Ok(fs::rename(path.with_extension("new"), path).await?)
    }

    /// A new video is one: its length and shape are known now.
    async fn announce(&self, probe: &Probe) -> Result<(), Failure> {
        if self.job.kind != Kind::Import {
            return Ok(());
        }
        let (job, duration_ms) = (self.job.clone(), probe.duration_ms);
        let (width, height) = (probe.width, probe.height);
        let queued = shielded(self.state, async move |state| {
            let now = state::now();
            let mut tx = state.store.begin().await?;
            videos::hold(tx.conn(), job.account_id, job.video_id).await?;
            let found = videos::by_id(tx.conn(), job.video_id).await?;
            let is_ours =
                jobs::by_id(tx.conn(), job.account_id, job.id).await?.is_some_and(|now| now.lease == job.lease);
            let Some(mut video) = found.filter(|video| video.duration_ms.is_none() && is_ours) else { return Ok(0) };
            (video.duration_ms, video.width, video.height) = (Some(duration_ms), width.into(), height.into());
            videos::set_prepared(tx.conn(), &video).await?;
            let queued = told::created(&mut tx, &state, &video, now).await?;
            tx.commit().await?;
            Ok(queued)
        })
        .await?;
        if queued > 0 {
            self.state.courier_bell.notify_one();
        }
        Ok(())
    }

    /// Everything that a video needs to be watched, in the job's folder.
    async fn prepare(&self, source: &Arrived, probe: &Probe, made: &mut Made) -> Result<(), Failure> {
        let _turn = self.state.jobs.urgent.acquire().await;
        let (path, folder, reporter) = (source.path.as_path(), self.folder.as_path(), self.reporter);
        made.files.facts.sha256 = Some(source.sha256.clone());
        made.files.facts.bytes = Some(source.bytes);
        if !made.steps.contains("encode") {
            let tell = |ms| reporter.share("encode", (32, 60), ms, probe.duration_ms);
            let name = prepare::plain(path, probe, "video", folder, tell).await?;
            made.files.media = Some(name);
            self.done(made, "encode").await?;
        }
        if !made.steps.contains("poster") {
            reporter.at("poster", 60);
            let when = self.job.source.poster_at.map_or(When::Best, When::At);
            poster::make(path, probe, when, folder).await?;
            (made.files.poster, made.files.poster_play) = (Some(poster::PLAIN.into()), Some(poster::WITH_MARK.into()));
            self.done(made, "poster").await?;
        }
        if !made.steps.contains("preview") {
            reporter.at("preview", 64);
            let has_webp = preview::make(path, probe, folder).await?;
            made.files.preview = Some(preview::GIF.into());
            made.files.preview_webp = has_webp.then(|| preview::WEBP.into());
            self.done(made, "preview").await?;
        }
        if !made.steps.contains("storyboard") {
            reporter.at("storyboard", 68);
            let board = storyboard::make(path, probe, folder).await?;
            made.files.storyboard = Some(board.file);
            made.files.parts = board.sheets;
            self.done(made, "storyboard").await?;
        }
        if !made.steps.contains("captions") {
            reporter.at("captions", 72);
            let found = subtitles::extract(path, probe, folder).await?;
            made.files.facts.extracted = found.iter().map(|(src, ..)| src.clone()).collect();
            made.files.captions = found.into_iter().map(|(src, lang, label)| Track { src, lang, label }).collect();
            self.done(made, "captions").await?;
        }
        if !made.steps.contains("loudness") {
            reporter.at("loudness", 73);
            made.files.facts.loudness = loudness::of(path, probe).await?;
            self.done(made, "loudness").await?;
        }
        Ok(())
    }

    /// Without ffmpeg: the file as it is, when browsers play such files.
    async fn as_it_came(&self, source: &Arrived) -> Result<(), Failure> {
        let Some(ending) = source.kind.ending() else {
            let message = "Browsers don't play such files, and this server has no ffmpeg to convert them.";
            return Err(Failure::new(Reason::UnsupportedFormat, message));
        };
        let name = format!("video.{ending}");
        if !fs::try_exists(self.folder.join(&name)).await? {
            fs::hard_link(&source.path, self.folder.join(&name)).await?;
        }
        let mut files = Files { media: Some(name), ..Files::default() };
        files.facts.sha256 = Some(source.sha256.clone());
        files.facts.bytes = Some(source.bytes);
        let nothing = ["encode", "poster", "preview", "storyboard", "captions", "loudness", "stream"];
        files.facts.missing = nothing.map(|what| format!("{what}: ffmpeg is not installed")).into();
        let files = prefixed(&self.folder, &files, &self.prefix()).await?;
        self.publish(files, None, 75..99).await
    }

    /// Stores the files, then lets the video name them: nobody ever sees it half there.
    async fn publish(&self, files: Files, probe: Option<&Probe>, percent: std::ops::Range<i64>) -> Result<(), Failure> {
        self.store(files.names().map(str::to_owned).collect(), percent).await?;
        let (job, mut files) = (self.job.clone(), files);
        let shape = probe.map(|probe| (probe.duration_ms, probe.width, probe.height));
        let queued = shielded(self.state, async move |state| {
            let now = state::now();
            let mut tx = state.store.begin().await?;
            videos::hold(tx.conn(), job.account_id, job.video_id).await?;
            let is_ours =
                jobs::by_id(tx.conn(), job.account_id, job.id).await?.is_some_and(|now| now.lease == job.lease);
            let found = videos::by_id(tx.conn(), job.video_id).await?;
            let Some(mut video) = found.filter(|video| is_ours && video.deleted_at.is_none()) else { return Ok(0) };
            files.facts.job = Some(job.id);
            let gone = take_place(&mut video, files);
            for name in gone {
                let path = Media::path(job.account_id, job.video_id, &name);
                garbage::insert(tx.conn(), job.account_id, path.as_ref(), now + FORMER_MS).await?;
            }
            let mut queued = 0;
            if let Some((duration_ms, width, height)) = shape {
                (video.duration_ms, video.width, video.height) = (Some(duration_ms), width.into(), height.into());
            } else if job.kind == Kind::Import && video.duration_ms.is_none() {
                // Nothing was probed, so that it was not announced either.
                queued += told::created(&mut tx, &state, &video, now).await?;
            }
            video.state = "ready".into();
            video.error = None;
            videos::set_prepared(tx.conn(), &video).await?;
            queued += told::transcoded(&mut tx, &state, &video, now).await?;
            tx.commit().await?;
            Ok(queued)
        })
        .await?;
        if queued > 0 {
            self.state.courier_bell.notify_one();
        }
        told::changed(self.state, self.job).await;
        Ok(())
    }

    async fn store(&self, names: Vec<String>, percent: std::ops::Range<i64>) -> Result<(), Failure> {
        let all = names.len() as i64;
        for (n, name) in names.into_iter().enumerate() {
            self.reporter.share("store", (percent.start, percent.end), n as i64, all);
            let path = Media::path(self.job.account_id, self.job.video_id, &name);
            self.state.media.put_file(&path, &self.folder.join(&name)).await?;
        }
        Ok(())
    }

    /// Several sizes, for a video that is watched already.
    async fn stream(&self, video: &Video) -> Result<(), Failure> {
        if video.files.stream.is_some() {
            return Ok(());
        }
        let Some(media) = video.files.media.clone() else { return Ok(()) };
        // The source is best; where it is no more, what is served of it will do.
        let source = self.folder.join("source");
        let path = if fs::try_exists(&source).await? { source } else { self.served(video, &media).await? };
        let probe = match Probe::of(&path).await {
            Ok(probe) => probe,
            Err(ProbeError::Tool(ChildError::Missing(_))) => return Ok(()),
            Err(error) => return Err(Failure::Passing(error.to_string())),
        };
        if !wants_stream(&probe) {
            return Ok(());
        }
        let _turn = self.state.jobs.leisurely.acquire().await;
        let tell = |ms| self.reporter.share("stream", (85, 97), ms, probe.duration_ms);
        let ladder = ladder::make(&path, &probe, &self.folder, tell).await?;
        let made = Files { stream: Some(ladder.file), parts: ladder.parts, ..Files::default() };
        let made = prefixed(&self.folder, &made, &self.prefix()).await?;
        self.store(made.names().map(str::to_owned).collect(), 97..99).await?;
        let job = self.job.clone();
        shielded(self.state, async move |state| {
            let mut tx = state.store.begin().await?;
            videos::hold(tx.conn(), job.account_id, job.video_id).await?;
            let found = videos::by_id(tx.conn(), job.video_id).await?;
            // Another file may have taken its place meanwhile.
            if let Some(mut video) = found.filter(|video| video.files.facts.job == Some(job.id)) {
                video.files.stream = made.stream;
                video.files.parts.extend(made.parts);
                videos::set_prepared(tx.conn(), &video).await?;
            }
            tx.commit().await
        })
        .await?;
        told::changed(self.state, self.job).await;
        Ok(())
    }

    /// The file that is served, on this machine.
    async fn served(&self, video: &Video, name: &str) -> Result<PathBuf, Failure> {
        let path = self.folder.join("served");
        let mut to = fs::File::create(&path).await?;
        self.state.media.append_to(&Media::path(video.account_id, video.id, name), &mut to).await?;
        to.sync_all().await?;
        Ok(path)
    }
}

/// Puts new files in the place of the old ones; what the owner has added stays. Returns the names of those that
/// nothing names any more.
fn take_place(video: &mut Video, new: Files) -> Vec<String> {
    let old = std::mem::take(&mut video.files);
    let mut files = new;
    let added = old.captions.iter().filter(|track| !old.facts.extracted.contains(&track.src));
    let added: Vec<Track> = added.cloned().collect();
    files.captions.retain(|found| added.iter().all(|track| track.lang != found.lang));
    files.captions.splice(0..0, added);
    files.chapters = old.chapters.clone().or(files.chapters);
    if old.facts.own_poster {
        (files.poster, files.poster_play) = (old.poster.clone(), old.poster_play.clone());
        files.facts.own_poster = true;
        files.facts.poster_size = old.facts.poster_size;
    }
    files.sounds = Vec::new();
    let gone: Vec<String> = old.names().filter(|name| !files.has(name)).map(str::to_owned).collect();
    files.former = gone.clone();
    video.files = files;
    gone
}

fn wants_stream(probe: &Probe) -> bool {
    let slow = probe.layout.is_some_and(|layout| layout.moov > prepare::SLOW_INDEX);
    slow || probe.width.min(probe.height) >= STREAM_SIDE || probe.duration_ms >= STREAM_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(lang: &str, src: &str) -> Track {
        Track { src: src.into(), lang: lang.into(), label: lang.into() }
    }

    #[test]
    fn a_new_file_takes_the_old_one_s_place_and_what_the_owner_added_stays() {
        let mut old = Files {
            media: Some("video.mp4".into()),
            poster: Some("own.jpg".into()),
            poster_play: Some("own_play.jpg".into()),
            captions: vec![
                track("de", "captions-1.vtt"),
                track("en", "captions.en.vtt"),
                track("fr", "captions.fr.vtt"),
            ],
            chapters: Some("chapters.vtt".into()),
            parts: vec!["storyboard-1.jpg".into()],
            ..Files::default()
        };
        old.facts.own_poster = true;
        old.facts.extracted = vec!["captions.en.vtt".into(), "captions.fr.vtt".into()];
        let new = Files {
            media: Some("x-video.mp4".into()),
            poster: Some("x-poster.jpg".into()),
            captions: vec![track("de", "x-de.vtt"), track("en", "x-en.vtt")],
            ..Files::default()
        };
        let mut video = crate::jobs::begin::fresh(1, 2, "t".into(), 0);
        video.files = old;
        let gone = take_place(&mut video, new);
        assert_eq!(gone, ["video.mp4", "captions.en.vtt", "captions.fr.vtt", "storyboard-1.jpg"]);
        let files = &video.files;
        assert_eq!((files.media.as_deref(), files.poster.as_deref()), (Some("x-video.mp4"), Some("own.jpg")));
        assert_eq!(files.captions, [track("de", "captions-1.vtt"), track("en", "x-en.vtt")]);
        assert!(files.has("video.mp4") && !files.names().any(|name| name == "video.mp4"), "for those who watch it");
    }
}

//! From a file as someone has it to the files that a video is served from.

use super::{
    child::{Child, ChildError},
    ladder::{self, LadderError},
    poster::{self, PosterError},
    probe::{Probe, ProbeError},
    storyboard::{self, StoryboardError},
};
use crate::store::videos::Files;
use app::film::{Sound, Track};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// What goes with a video's file.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// WebVTT files; `src` of the track is where each is now.
    pub captions: Vec<Track>,
    pub chapters: Option<PathBuf>,
    /// Files with the same pictures; `src` is where each is now.
    pub sounds: Vec<Sound>,
    /// Make a stream also where the plain file starts fast enough.
    pub stream: bool,
}

/// What was made, in a folder: every file that `files` names.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    pub files: Files,
    pub duration_ms: i64,
    pub width: u32,
    pub height: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error("{path}: {source}", path = path.display())]
    Source { path: PathBuf, source: ProbeError },
    #[error(transparent)]
    Tool(#[from] ChildError),
    #[error("poster: {0}")]
    Poster(#[from] PosterError),
    #[error("storyboard: {0}")]
    Storyboard(#[from] StoryboardError),
    #[error("stream: {0}")]
    Ladder(#[from] LadderError),
    #[error("{path}: {reason}", path = path.display())]
    Text { path: PathBuf, reason: String },
    #[error("{path}: the sound is {sound_ms} ms long and the video {video_ms} ms", path = path.display())]
    Length { path: PathBuf, sound_ms: i64, video_ms: i64 },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// An index above this, in bytes, costs more at the start than the trips of a stream: some six
/// minutes of video. Measured: three round trips of a slow mobile connection.
pub(crate) const SLOW_INDEX: u64 = 300_000;
/// The longest captions or chapters, in bytes.
const TEXT: u64 = 2 << 20;
/// How far a sound may be from the length of its video, in milliseconds.
const APART: i64 = 1_000;

/// How long a tool may work on a video of `duration_ms`.
pub(super) fn limit(duration_ms: i64) -> Duration {
    let lasts = Duration::from_millis(duration_ms.unsigned_abs());
    Duration::from_secs(600).saturating_add(lasts.saturating_mul(30))
}

/// Makes all files of a video in `folder`, which is empty.
///
/// # Errors
/// The source is no video, a tool is missing or fails, or `folder` can't be written.
pub async fn prepare(source: &Path, wish: &Wish, folder: &Path) -> Result<Prepared, PrepareError> {
    let probe = probed(source).await?;
    // What may be refused comes before what takes long.
    let mut files = texts(wish, folder)?;
    let heard = heard(wish, &probe).await?;
    for (sound, heard) in wish.sounds.iter().zip(&heard) {
        let name = format!("sound-{}.{}", files.sounds.len() + 1, plain_word(&sound.lang));
        let src = plain(Path::new(&sound.src), heard, &name, folder, |_| ()).await?;
        files.sounds.push(Sound { src, ..sound.clone() });
    }
    let media = plain(source, &probe, "video", folder, |_| ()).await?;
    let made = probed(&folder.join(&media)).await?;
    files.media = Some(media);
    poster::make(source, &probe, poster::When::Best, folder).await?;
    (files.poster, files.poster_play) = (Some(poster::PLAIN.into()), Some(poster::WITH_MARK.into()));
    let board = storyboard::make(source, &probe, folder).await?;
    files.storyboard = Some(board.file);
    files.parts = board.sheets;
    if wish.stream || made.layout.is_some_and(|layout| layout.moov > SLOW_INDEX) {
        let ladder = ladder::make(source, &probe, folder, |_| ()).await?;
        files.stream = Some(ladder.file);
        files.parts.extend(ladder.parts);
    }
    Ok(Prepared { files, duration_ms: made.duration_ms, width: made.width, height: made.height })
}

/// Captions and chapters.
fn texts(wish: &Wish, folder: &Path) -> Result<Files, PrepareError> {
    let mut files = Files::default();
    for track in &wish.captions {
        let src = format!("captions-{}.{}.vtt", files.captions.len() + 1, plain_word(&track.lang));
        text(Path::new(&track.src), &folder.join(&src))?;
        files.captions.push(Track { src, ..track.clone() });
    }
    if let Some(chapters) = &wish.chapters {
        text(chapters, &folder.join("chapters.vtt"))?;
        files.chapters = Some("chapters.vtt".into());
    }
    Ok(files)
}

/// The other sounds, which must last as long as the video.
async fn heard(wish: &Wish, probe: &Probe) -> Result<Vec<Probe>, PrepareError> {
    let mut heard = Vec::new();
    for sound in &wish.sounds {
        let path = PathBuf::from(&sound.src);
        let one = probed(&path).await?;
        let (sound_ms, video_ms) = (one.duration_ms, probe.duration_ms);
        if (sound_ms - video_ms).abs() > APART {
            return Err(PrepareError::Length { path, sound_ms, video_ms });
        }
        heard.push(one);
    }
    Ok(heard)
}

async fn probed(path: &Path) -> Result<Probe, PrepareError> {
    Probe::of(path).await.map_err(|source| PrepareError::Source { path: path.into(), source })
}

/// An MP4 that every browser plays, its index first, named `stem`; only what does not play as it is
/// gets encoded anew. Tells at which millisecond it is, and returns its name.
///
/// # Errors
/// ffmpeg is missing or fails.
pub async fn plain(
    source: &Path,
    probe: &Probe,
    stem: &str,
    folder: &Path,
    tell: impl FnMut(i64),
) -> Result<String, ChildError> {
    let name = format!("{stem}.mp4");
    let mut child = Child::ffmpeg().input(source).word("-map").word(format!("0:{}", probe.picture.index));
    if let Some(sound) = probe.sounds.first() {
        child = child.word("-map").word(format!("0:{}", sound.index));
    }
    child = if probe.has_plain_pictures() {
        child.words("-c:v copy")
    } else {
        let rate = probe.rate.tamed();
        let (width, height) = within_full_hd(probe);
        child.words(&format!(
            "-vf scale={width}:{height}:flags=bicubic,setsar=1,format=yuv420p -fpsmax {}/{} \
             -c:v libx264 -preset veryfast -crf 21 -profile:v high",
            rate.0, rate.1
        ))
    };
    child = child.words(if probe.has_plain_sound() { "-c:a copy" } else { "-c:a aac -b:a 160k -ac 2" });
    // Metadata of a camera tell where it was.
    child = child.words("-map_metadata -1 -map_chapters -1 -movflags +faststart -f mp4");
    child.file(&folder.join(&name)).run_telling(limit(probe.duration_ms), tell).await?;
    Ok(name)
}

/// Even sides, the short one 1080 at most.
fn within_full_hd(probe: &Probe) -> (u32, u32) {
    let scale = (1_080.0 / f64::from(probe.width.min(probe.height))).min(1.0);
    let even = |side: u32| (f64::from(side) * scale / 2.0).round().max(1.0) as u32 * 2;
    (even(probe.width), even(probe.height))
}

/// Copies a WebVTT file.
fn text(from: &Path, to: &Path) -> Result<(), PrepareError> {
    let flawed = |reason: String| PrepareError::Text { path: from.into(), reason };
    if fs::metadata(from).map_err(|error| flawed(error.to_string()))?.len() > TEXT {
        return Err(flawed(format!("has more than {} MiB", TEXT >> 20)));
    }
    let text = fs::read_to_string(from).map_err(|error| flawed(error.to_string()))?;
    if !text.trim_start_matches('\u{feff}').starts_with("WEBVTT") {
        return Err(flawed("is not WebVTT: it must begin with WEBVTT".into()));
    }
    fs::write(to, text)?;
    Ok(())
}

/// Part of a file's name: letters, digits and dashes only.
pub fn plain_word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(16).collect()
}

//! An HLS stream of several sizes (RFC 8216; CMAF segments), for videos whose plain file starts slowly.

mod playlist;

use super::{
    boxes,
    child::{Child, ChildError},
    prepare::limit,
    probe::{Probe, Rate},
};
use playlist::Made;
use std::{fs, io, path::Path};

/// The multivariant playlist, and all that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    pub file: String,
    pub parts: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum LadderError {
    #[error(transparent)]
    Tool(#[from] ChildError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("ffmpeg made a playlist that can't be understood: {0}")]
    Playlist(String),
}

/// One size of the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rung {
    /// What people call it: the short side, in pixels.
    name: u32,
    width: u32,
    height: u32,
    /// Most bits a second of pictures and of sound, in thousands.
    pictures: u32,
    sound: u32,
}

pub const FILE: &str = "stream.m3u8";
/// Short side, and the most thousands of bits a second of pictures and sound.
const SIZES: [(u32, u32, u32); 5] =
    [(240, 400, 64), (360, 800, 96), (480, 1_400, 128), (720, 2_800, 128), (1080, 5_000, 160)];
/// Seconds of a segment, and between two pictures that stand alone.
const SEGMENT: u32 = 4;
const GROUP: u32 = 2;

/// Makes playlists and segments in `folder`, and tells at which millisecond it is.
///
/// # Errors
/// ffmpeg is missing or fails, or `folder` can't be written.
pub async fn make(source: &Path, probe: &Probe, folder: &Path, tell: impl FnMut(i64)) -> Result<Ladder, LadderError> {
    let (rungs, rate) = (rungs(probe.width, probe.height), probe.rate.tamed());
    encode(source, probe, &rungs, rate, folder, tell).await?;
    let (mut made, mut parts) = (Vec::new(), Vec::new());
    for rung in rungs {
        let text = fs::read_to_string(folder.join(rung.playlist()))?;
        let segments = playlist::segments(&text).ok_or_else(|| LadderError::Playlist(rung.playlist()))?;
        let init = fs::read(folder.join(rung.init()))?;
        let avc = boxes::avc(&init).ok_or_else(|| LadderError::Playlist(rung.init()))?;
        // Our sound is always AAC-LC.
        let codecs = if probe.sounds.is_empty() { avc } else { format!("{avc},mp4a.40.2") };
        let (peak, average) = playlist::rates(&segments, folder)?;
        parts.extend([rung.playlist(), rung.init()]);
        parts.extend(segments.into_iter().map(|(name, _)| name));
        made.push(Made { rung, peak, average, codecs });
    }
    fs::write(folder.join(FILE), playlist::multivariant(&made, rate))?;
    Ok(Ladder { file: FILE.into(), parts })
}

/// No size above the source's; at least two where it has 360 lines, down to 240.
fn rungs(width: u32, height: u32) -> Vec<Rung> {
    let short = width.min(height);
    let rung = |(name, pictures, sound): (u32, u32, u32)| {
        let scaled =
            |side: u32| (f64::from(side) * f64::from(name) / f64::from(short) / 2.0).round().max(1.0) as u32 * 2;
        Rung { name, width: scaled(width), height: scaled(height), pictures, sound }
    };
    let fitting: Vec<_> = SIZES.into_iter().filter(|(side, ..)| *side <= short).collect();
    match fitting.as_slice() {
        [] => vec![rung((short, SIZES[0].1, SIZES[0].2))],
        [smallest, others @ ..] if others.len() < 2 => {
            std::iter::once(smallest).chain(others).copied().map(rung).collect()
        }
        [_, others @ ..] => others.iter().copied().map(rung).collect(),
    }
}

/// One run for all sizes: the source is decoded once, and every size has its groups and segments at
/// the same instants.
async fn encode(
    source: &Path,
    probe: &Probe,
    rungs: &[Rung],
    rate: Rate,
    folder: &Path,
    tell: impl FnMut(i64),
) -> Result<(), ChildError> {
    let mut child = Child::ffmpeg().input(source).word("-filter_complex").word(filters(probe, rungs, rate));
    let has_sound = !probe.sounds.is_empty();
    for (n, rung) in rungs.iter().enumerate() {
        child = child.word("-map").word(format!("[v{n}]"));
        if has_sound {
            child = child.word("-map").word(format!("[a{n}]"));
        }
        child = child.words(&rung.words(rate)).word("-force_key_frames").word(format!("expr:gte(t,n_forced*{GROUP})"));
        child = child.words("-hls_fmp4_init_filename").word(rung.init());
        child = child.words("-hls_segment_filename").file(&folder.join(format!("{}p-%04d.m4s", rung.name)));
        child = child.file(&folder.join(rung.playlist()));
    }
    child.run_telling(limit(probe.duration_ms), tell).await
}

fn filters(probe: &Probe, rungs: &[Rung], Rate(over, under): Rate) -> String {
    let count = rungs.len();
    let outs = |letter: char| (0..count).map(|n| format!("[{letter}{n}]")).collect::<String>();
    let mut text = format!("[0:{}]fps={over}/{under}:start_time=0,split={count}", probe.picture.index);
    text += &(0..count).map(|n| format!("[s{n}]")).collect::<String>();
    for (n, Rung { width, height, .. }) in rungs.iter().enumerate() {
        text += &format!(";[s{n}]scale={width}:{height}:flags=bicubic,setsar=1,format=yuv420p[v{n}]");
    }
    if let Some(sound) = probe.sounds.first() {
        // The encoder puts 1024 samples of its own before ours, and MSE plays them: these give way,
        // so that sound and pictures stay together.
        text += &format!(
            ";[0:{}]aresample=48000:async=1:first_pts=0,\
             aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo,\
             atrim=start_sample=1024,asetpts=PTS-STARTPTS,asplit={count}{}",
            sound.index,
            outs('a')
        );
    }
    text
}

impl Rung {
    fn playlist(self) -> String {
        format!("{}p.m3u8", self.name)
    }

    fn init(self) -> String {
        format!("{}p-init.mp4", self.name)
    }

    fn words(self, rate: Rate) -> String {
        let Self { pictures, sound, .. } = self;
        let group = (rate.per_second() * f64::from(GROUP)).ceil() as u32 + 1;
        // Without B-pictures a segment begins at exactly its instant, also where edit lists are not read.
        format!(
            "-c:v libx264 -preset veryfast -profile:v high -bf 0 -crf 23 -maxrate {pictures}k -bufsize {buffer}k \
             -g {group} -sc_threshold 0 -c:a aac -b:a {sound}k -map_metadata -1 -map_chapters -1 \
             -f hls -hls_time {SEGMENT} -hls_playlist_type vod -hls_segment_type fmp4 \
             -hls_flags independent_segments -hls_segment_options movflags=+cmaf",
            buffer = pictures * 2
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(width: u32, height: u32) -> Vec<(u32, u32)> {
        rungs(width, height).into_iter().map(|rung| (rung.width, rung.height)).collect()
    }

    #[test]
    fn no_size_is_above_the_source() {
        assert_eq!(sizes(1920, 1080), [(640, 360), (854, 480), (1280, 720), (1920, 1080)]);
        assert_eq!(sizes(3840, 2160).len(), 4);
        assert_eq!(sizes(854, 480), [(640, 360), (854, 480)]);
        assert_eq!(sizes(640, 360), [(426, 240), (640, 360)]);
        assert_eq!(sizes(720, 1280), [(360, 640), (480, 854), (720, 1280)]);
    }

    #[test]
    fn a_small_source_has_one_size() {
        assert_eq!(sizes(480, 270), [(426, 240)]);
        assert_eq!(sizes(321, 181), [(322, 182)], "even sides, as the codec needs");
    }
}

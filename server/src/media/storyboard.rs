//! Small pictures of the whole video on a few sheets, for the preview over the scrubber.

use super::{
    child::{Child, ChildError},
    prepare::limit,
    probe::Probe,
};
use std::{fmt::Write, fs, io, path::Path};

/// The file of cues, and the sheets that they name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storyboard {
    pub file: String,
    pub sheets: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum StoryboardError {
    #[error(transparent)]
    Tool(#[from] ChildError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Which pictures there are, and where on the sheets they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    tiles: u32,
    /// Milliseconds between two pictures.
    step_ms: i64,
    duration_ms: i64,
    width: u32,
    height: u32,
    columns: u32,
    rows: u32,
}

pub const FILE: &str = "storyboard.vtt";
/// The width of a picture, in pixels; its height follows, up to a limit.
const WIDTH: u32 = 160;
const HEIGHT: u32 = 288;
/// A sheet is fetched when the pointer first reaches its part of the video.
const SIDE: u32 = 5;
const MOST: i64 = 100;
/// The heaviest sheet, in bytes, and the qualities tried until all are lighter (2 is best, 31 worst).
const HEAVIEST: u64 = 150_000;
const QUALITIES: [u32; 5] = [5, 8, 12, 18, 26];

/// Makes the sheets and their cues in `folder`.
///
/// # Errors
/// ffmpeg is missing or fails, or `folder` can't be written.
pub async fn make(source: &Path, probe: &Probe, folder: &Path) -> Result<Storyboard, StoryboardError> {
    let plan = Plan::of(probe);
    let sheets: Vec<String> = (1..=plan.sheets()).map(sheet).collect();
    for quality in QUALITIES {
        draw(source, probe, plan, quality, folder).await?;
        let sizes: io::Result<Vec<u64>> =
            sheets.iter().map(|name| Ok(fs::metadata(folder.join(name))?.len())).collect();
        if sizes?.into_iter().all(|size| size <= HEAVIEST) {
            break;
        }
    }
    fs::write(folder.join(FILE), plan.cues())?;
    Ok(Storyboard { file: FILE.into(), sheets })
}

async fn draw(source: &Path, probe: &Probe, plan: Plan, quality: u32, folder: &Path) -> Result<(), ChildError> {
    let Plan { width, height, columns, rows, .. } = plan;
    // Rounding up leaves at each step the picture that is shown then; the last is repeated, should
    // the pictures end before the sound.
    let filter = format!(
        "fps=1000/{}:round=up:start_time=0,scale={width}:{height}:flags=area,setsar=1,\
         tpad=stop_mode=clone:stop=2,tile={columns}x{rows}",
        plan.step_ms
    );
    let child = Child::ffmpeg().input(source).word("-map").word(format!("0:{}", probe.picture.index));
    let child = child.word("-vf").word(filter).words("-pix_fmt yuvj420p -map_metadata -1");
    let child = child.words(&format!("-q:v {quality} -huffman optimal -frames:v {} -f image2", plan.sheets()));
    child.file(&folder.join("storyboard-%d.jpg")).run(limit(probe.duration_ms)).await?;
    Ok(())
}

fn sheet(number: u32) -> String {
    format!("storyboard-{number}.jpg")
}

impl Plan {
    fn of(probe: &Probe) -> Self {
        let step_ms = (probe.duration_ms / MOST).max(1_000);
        // The last picture is shown a little before the end: a step begun there has none.
        let tiles = u32::try_from((probe.duration_ms - 101).max(0) / step_ms + 1).unwrap_or(1);
        let pairs = (f64::from(WIDTH) * f64::from(probe.height) / f64::from(probe.width.max(1)) / 2.0).round() as u32;
        let columns = tiles.min(SIDE);
        Self {
            tiles,
            step_ms,
            duration_ms: probe.duration_ms,
            width: WIDTH,
            height: (pairs * 2).clamp(2, HEIGHT),
            columns,
            rows: tiles.div_ceil(columns).min(SIDE),
        }
    }

    fn per_sheet(self) -> u32 {
        self.columns * self.rows
    }

    fn sheets(self) -> u32 {
        self.tiles.div_ceil(self.per_sheet())
    }

    /// WebVTT whose cues name a piece of a sheet each, as a media fragment.
    fn cues(self) -> String {
        let mut text = String::from("WEBVTT\n");
        for tile in 0..self.tiles {
            let begin = i64::from(tile) * self.step_ms;
            let is_last = tile + 1 == self.tiles;
            // Browsers and ffprobe may differ by some milliseconds about the end.
            let end = (begin + self.step_ms).max(if is_last { self.duration_ms } else { 0 });
            let (sheet, place) = (sheet(tile / self.per_sheet() + 1), tile % self.per_sheet());
            let (x, y) = (place % self.columns * self.width, place / self.columns * self.height);
            let (begin, end, width, height) = (clock(begin), clock(end), self.width, self.height);
            // Writing to a String can't fail.
            let _ = write!(text, "\n{begin} --> {end}\n{sheet}#xywh={x},{y},{width},{height}\n");
        }
        text
    }
}

fn clock(ms: i64) -> String {
    let (s, ms) = (ms / 1_000, ms % 1_000);
    format!("{:02}:{:02}:{:02}.{ms:03}", s / 3_600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::probe::{Rate, Stream};

    fn plan(duration_ms: i64, width: u32, height: u32) -> Plan {
        let picture = Stream { index: 0, codec: "h264".into(), pixels: "yuv420p".into() };
        let rate = Rate(25, 1);
        Plan::of(&Probe {
            duration_ms,
            width,
            height,
            rate,
            picture,
            sounds: Vec::new(),
            subtitles: Vec::new(),
            layout: None,
        })
    }

    #[test]
    fn there_is_a_picture_a_second_up_to_a_hundred() {
        let brief = |duration_ms| {
            let plan = plan(duration_ms, 1280, 720);
            (plan.tiles, plan.step_ms, plan.columns, plan.rows, plan.sheets())
        };
        assert_eq!(brief(40), (1, 1_000, 1, 1, 1));
        assert_eq!(brief(3_000), (3, 1_000, 3, 1, 1));
        assert_eq!(brief(81_933), (82, 1_000, 5, 5, 4));
        assert_eq!(brief(600_000), (100, 6_000, 5, 5, 4));
        assert_eq!(brief(3_600_049), (100, 36_000, 5, 5, 4));
    }

    #[test]
    fn a_picture_keeps_the_shape_of_the_video() {
        assert_eq!(plan(9_000, 1280, 720).height, 90);
        assert_eq!(plan(9_000, 854, 480).height, 90);
        assert_eq!(plan(9_000, 720, 1280).height, 284);
        assert_eq!(plan(9_000, 100, 9_000).height, 288);
        assert_eq!(plan(9_000, 9_000, 1).height, 2);
    }

    #[test]
    fn cues_follow_each_other_to_the_end() {
        let text = plan(27_500, 1280, 720).cues();
        assert!(text.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nstoryboard-1.jpg#xywh=0,0,160,90\n"));
        assert!(text.contains("\n00:00:06.000 --> 00:00:07.000\nstoryboard-1.jpg#xywh=160,90,160,90\n"), "{text}");
        assert!(text.ends_with("\n00:00:27.000 --> 00:00:28.000\nstoryboard-2.jpg#xywh=320,0,160,90\n"), "{text}");
    }
}

//! What a file holds, as ffprobe tells it.

use super::{
    boxes::{self, Layout},
    child::{Child, ChildError},
};
use serde::Deserialize;
use std::{collections::HashMap, fs, io, path::Path, time::Duration};

/// A file with pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    pub duration_ms: i64,
    /// As it is shown: turned upright, pixels square.
    pub width: u32,
    pub height: u32,
    pub rate: Rate,
    pub picture: Stream,
    pub sounds: Vec<Stream>,
    /// Captions that are text.
    pub subtitles: Vec<Subtitle>,
    /// None when it is no MP4.
    pub layout: Option<Layout>,
}

/// Pictures a second, as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub u32, pub u32);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its number in the file.
    pub index: u32,
    pub codec: String,
    /// Of pictures, such as `yuv420p`.
    pub pixels: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtitle {
    /// Its number in the file.
    pub index: u32,
    /// As the file has it, such as `eng`; empty when it says nothing.
    pub lang: String,
    pub title: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    #[error(transparent)]
    Tool(#[from] ChildError),
    #[error("the file can't be read: {0}")]
    Io(#[from] io::Error),
    #[error("ffprobe's answer can't be read: {0}")]
    Answer(#[from] serde_json::Error),
    #[error("the file has no video")]
    NoPictures,
    #[error("the file doesn't say how long it is")]
    NoDuration,
}

const LIMIT: Duration = Duration::from_secs(60);
/// How long a file may be read through for its length.
const READING: Duration = Duration::from_secs(900);
/// The longest side that is read, in pixels.
const SIDE: u32 = 16_384;
/// Captions that can be written as WebVTT.
const TEXTS: [&str; 6] = ["subrip", "mov_text", "webvtt", "ass", "ssa", "text"];
/// The fastest rate we make, in pictures a second.
const FASTEST: u32 = 60;

impl Probe {
    /// # Errors
    /// The file can't be read, or holds no video.
    pub async fn of(path: &Path) -> Result<Self, ProbeError> {
        fs::metadata(path)?;
        let told =
            Child::ffprobe().words("-print_format json -show_format -show_streams").input(path).run(LIMIT).await?;
        let layout = boxes::layout(path)?;
        match Self::read(&told, layout, None) {
            // What a browser records says nothing of its length: it is read through for that.
            Err(ProbeError::NoDuration) => Self::read(&told, layout, Some(length(path).await?)),
            read => read,
        }
    }

    fn read(told: &[u8], layout: Option<Layout>, length_ms: Option<i64>) -> Result<Self, ProbeError> {
        let Told { streams, format } = serde_json::from_slice(told)?;
        let is_picture = |s: &&ToldStream| s.codec_type == "video" && s.disposition.get("attached_pic") != Some(&1);
        let picture = streams.iter().find(is_picture).ok_or(ProbeError::NoPictures)?;
        let (width, height) = picture.shown();
        if width == 0 || height == 0 || width.max(height) > SIDE {
            return Err(ProbeError::NoPictures);
        }
        let seconds = [format.duration, picture.duration.clone()].into_iter().flatten().find_map(|s| s.parse().ok());
        let duration_ms = seconds.map_or(0.0, |s: f64| s * 1_000.0).round() as i64;
        let duration_ms = length_ms.unwrap_or(duration_ms);
        if duration_ms <= 0 {
            return Err(ProbeError::NoDuration);
        }
        let sounds = streams.iter().filter(|s| s.codec_type == "audio" && !s.codec_name.is_empty());
        Ok(Self {
            duration_ms,
            width,
            height,
            rate: Rate::read(&picture.avg_frame_rate)
                .or_else(|| Rate::read(&picture.r_frame_rate))
                .unwrap_or(Rate(25, 1)),
            picture: picture.stream(),
            sounds: sounds.map(ToldStream::stream).collect(),
            subtitles: streams.iter().filter_map(ToldStream::subtitle).collect(),
            layout,
        })
    }

    /// Does every browser show the pictures as they are?
    pub fn has_plain_pictures(&self) -> bool {
        self.picture.codec == "h264" && matches!(self.picture.pixels.as_str(), "yuv420p" | "yuvj420p")
    }

    /// Does every browser play the sound, if there is any, as it is?
    pub fn has_plain_sound(&self) -> bool {
        self.sounds.first().is_none_or(|sound| sound.codec == "aac")
    }
}

/// Milliseconds until the last picture of a file, by reading all of it.
async fn length(path: &Path) -> Result<i64, ChildError> {
    let mut last = 0;
    let child = Child::ffmpeg().input(path).words("-map 0:v:0 -c copy -f null -");
    child.run_telling(READING, |ms| last = ms.max(last)).await?;
    Ok(last)
}

impl Rate {
    fn read(text: &str) -> Option<Self> {
        let (over, under) = text.split_once('/')?;
        let (over, under): (u32, u32) = (over.parse().ok()?, under.parse().ok()?);
        (over > 0 && under > 0 && over >= under).then_some(Self(over, under))
    }

    /// The rate that a rendition gets.
    pub fn tamed(self) -> Self {
        if self.per_second() > f64::from(FASTEST) + 0.1 { Self(FASTEST, 1) } else { self }
    }

    pub fn per_second(self) -> f64 {
        f64::from(self.0) / f64::from(self.1)
    }
}

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    streams: Vec<ToldStream>,
    #[serde(default)]
    format: ToldFormat,
}

#[derive(Default, Deserialize)]
struct ToldFormat {
    duration: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ToldStream {
    index: u32,
    codec_type: String,
    codec_name: String,
    pix_fmt: String,
    width: u32,
    height: u32,
    sample_aspect_ratio: String,
    avg_frame_rate: String,
    r_frame_rate: String,
    duration: Option<String>,
    disposition: HashMap<String, u8>,
    tags: HashMap<String, String>,
    side_data_list: Vec<ToldSide>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ToldSide {
    rotation: Option<f64>,
}

impl ToldStream {
    fn stream(&self) -> Stream {
        Stream { index: self.index, codec: self.codec_name.clone(), pixels: self.pix_fmt.clone() }
    }

    fn subtitle(&self) -> Option<Subtitle> {
        let tag = |name: &str| self.tags.get(name).cloned().unwrap_or_default();
        let is_text = self.codec_type == "subtitle" && TEXTS.contains(&self.codec_name.as_str());
        is_text.then(|| Subtitle { index: self.index, lang: tag("language"), title: tag("title") })
    }

    fn shown(&self) -> (u32, u32) {
        let shape: Option<(f64, f64)> =
            self.sample_aspect_ratio.split_once(':').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        let width = match shape {
            Some((w, h)) if w > 0.0 && h > 0.0 => (f64::from(self.width) * w / h).round() as u32,
            _ => self.width,
        };
        let turned = self.side_data_list.iter().find_map(|side| side.rotation).unwrap_or(0.0);
        if (turned.abs() - 90.0).abs() < 1.0 || (turned.abs() - 270.0).abs() < 1.0 {
            (self.height, width)
        } else {
            (width, self.height)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(streams: Value) -> Result<Probe, ProbeError> {
        Probe::read(json!({"streams": streams, "format": {"duration": "12.345"}}).to_string().as_bytes(), None, None)
    }

    #[test]
    fn a_cover_is_not_the_video() {
        let cover = json!({"index": 0, "codec_type": "video", "codec_name": "mjpeg", "width": 9, "height": 9,
                           "disposition": {"attached_pic": 1}});
        let video = json!({"index": 2, "codec_type": "video", "codec_name": "h264", "pix_fmt": "yuv420p",
                           "width": 640, "height": 360, "avg_frame_rate": "30000/1001"});
        let sound = json!({"index": 1, "codec_type": "audio", "codec_name": "aac"});
        let probe = read(json!([cover, sound, video])).expect("a video");
        assert_eq!((probe.duration_ms, probe.width, probe.picture.index), (12_345, 640, 2));
        assert_eq!(probe.rate, Rate(30_000, 1_001));
        assert!(probe.has_plain_pictures() && probe.has_plain_sound());
        assert!(matches!(read(json!([cover])), Err(ProbeError::NoPictures)));
    }

    #[test]
    fn a_size_is_as_it_is_shown() {
        let of = |more: Value| {
            let mut stream = json!({"codec_type": "video", "width": 1440, "height": 1080});
            stream.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            read(json!([stream])).map(|probe| (probe.width, probe.height)).expect("a video")
        };
        assert_eq!(of(json!({"sample_aspect_ratio": "4:3"})), (1920, 1080));
        assert_eq!(of(json!({"sample_aspect_ratio": "0:1"})), (1440, 1080));
        assert_eq!(of(json!({"side_data_list": [{"side_data_type": "x"}, {"rotation": -90}]})), (1080, 1440));
        assert_eq!(of(json!({"side_data_list": [{"rotation": 180}]})), (1440, 1080));
    }

    #[test]
    fn captions_that_are_text_are_named_and_pictures_of_text_are_not() {
        let video = json!({"index": 0, "codec_type": "video", "width": 64, "height": 36});
        let tags = json!({"language": "eng", "title": "Full"});
        let of = |codec: &str| json!({"index": 3, "codec_type": "subtitle", "codec_name": codec, "tags": tags});
        let probe = read(json!([video, of("mov_text"), of("hdmv_pgs_subtitle")])).expect("a video");
        assert_eq!(probe.subtitles, [Subtitle { index: 3, lang: "eng".into(), title: "Full".into() }]);
        let huge = json!([{"codec_type": "video", "width": 70_000, "height": 36}]);
        assert!(matches!(read(huge), Err(ProbeError::NoPictures)));
    }

    #[test]
    fn an_absurd_rate_is_tamed() {
        assert_eq!(Rate::read("0/0"), None);
        assert_eq!(Rate(90_000, 1).tamed(), Rate(60, 1));
        assert_eq!(Rate(60_000, 1_001).tamed(), Rate(60_000, 1_001));
    }
}

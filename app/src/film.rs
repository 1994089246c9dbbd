//! A video as its viewers get it. It becomes page source: nothing secret may stand in it.

use crate::{interaction::CueSheet, talk::Comments, theme::Theme};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    pub video_id: i64,
    pub token: String,
    pub title: String,
    pub description: String,
    /// Milliseconds; 0 while unknown.
    pub duration_ms: i64,
    pub width: u32,
    pub height: u32,
    /// The plain file: what plays before, and without, any script.
    pub src: String,
    /// An HLS multivariant playlist, when there is one.
    pub stream: Option<String>,
    /// The same pictures with other sound.
    pub sounds: Vec<Sound>,
    pub poster: String,
    pub captions: Vec<Track>,
    pub chapters: Option<String>,
    /// A WebVTT file whose cues name pieces of sprites: `sprite.jpg#xywh=0,0,160,90`.
    pub storyboard: Option<String>,
    pub timeline: CueSheet,
    /// The addresses of its files end, and the page has to ask for fresh ones.
    pub renews: bool,
    pub settings: Settings,
    /// Signed by the server, returned with every batch.
    pub pass: String,
}

/// One WebVTT file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    pub src: String,
    /// BCP 47, such as `en`.
    pub lang: String,
    pub label: String,
}

/// A file with the same pictures and other sound: another language, or a description of what is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    pub src: String,
    /// BCP 47, such as `en`.
    pub lang: String,
    pub label: String,
    #[serde(default)]
    pub described: bool,
}

/// What the owner of a video decides about its player.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub end: End,
    /// The token of the video that follows, for [`End::Next`].
    pub next: Option<String>,
    /// May viewers download the file?
    pub download: bool,
    pub theme: Theme,
    /// None leaves it to the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Asking>,
    pub comments: Comments,
    /// May viewers react?
    pub reactions: bool,
    /// Only who has the link finds it: it is in no list for search engines.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
}

/// Whether a viewer must agree before a cookie tells them apart from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    #[default]
    Required,
    /// Silence is consent.
    Implied,
}

impl Asking {
    pub fn as_str(self) -> &'static str {
        match self {
            Asking::Required => "required",
            Asking::Implied => "implied",
        }
    }
}

impl std::str::FromStr for Asking {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "required" => Ok(Asking::Required),
            "implied" => Ok(Asking::Implied),
            _ => Err("must be required or implied"),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            end: End::default(),
            next: None,
            download: false,
            theme: Theme::default(),
            comments: Comments::default(),
            consent: None,
            reactions: true,
            unlisted: false,
        }
    }
}

/// What happens when the video has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The last frame stays.
    #[default]
    Stay,
    /// Back to the poster.
    Reset,
    /// Again from the start.
    Loop,
    /// On to another video.
    Next,
    /// The end screen on its timeline.
    EndScreen,
}

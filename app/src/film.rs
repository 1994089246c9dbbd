//! A video as its viewers get it. It becomes page source: nothing secret may stand in it.

use crate::interaction::Cue;
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
    pub src: String,
    pub poster: String,
    pub captions: Vec<Track>,
    pub chapters: Option<String>,
    pub timeline: Vec<Cue>,
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

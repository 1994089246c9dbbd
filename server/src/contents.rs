//! What a video holds, as lines of text with their times: its chapters, else what is said in it. They
//! stand in the play page's HTML, for search engines and for browsers without scripts.

use crate::{media::Media, store::videos::Video};
use app::page::play::Line;
use moka::future::Cache;
use std::{sync::Arc, time::Duration};

#[derive(Clone)]
pub struct Contents {
    media: Media,
    kept: Cache<i64, Arc<Vec<Line>>>,
    said: Cache<i64, Arc<str>>,
}

/// How long a file that was replaced may go unseen.
const FRESH: Duration = Duration::from_secs(60);
const KEPT: u64 = 1_000;
/// As much as a page should carry; the player's own lists show everything.
const LINES: usize = 200;

impl Contents {
    pub fn new(media: Media) -> Self {
        let kept = Cache::builder().max_capacity(KEPT).time_to_live(FRESH).build();
        Self { media, kept, said: Cache::builder().max_capacity(KEPT).time_to_live(FRESH).build() }
    }

    pub async fn of(&self, video: &Video) -> Arc<Vec<Line>> {
        self.kept.get_with(video.id, self.read(video)).await
    }

    /// Forgets a video whose files have changed.
    pub async fn forget(&self, video_id: i64) {
        self.kept.invalidate(&video_id).await;
        self.said.invalidate(&video_id).await;
    }

    /// All that is said, as one text; empty without captions.
    pub async fn said(&self, video: &Video) -> Arc<str> {
        self.said.get_with(video.id, self.hear(video)).await
    }

    async fn hear(&self, video: &Video) -> Arc<str> {
        let Some(track) = video.files.captions.first() else { return Arc::from("") };
        let text = self.media.text(&Media::path(video.account_id, video.id, &track.src)).await;
        let text = text.inspect_err(|error| tracing::warn!(%error, video = video.id, "captions")).unwrap_or_default();
        cues(&text).map(|line| line.text).collect::<Vec<_>>().join(" ").into()
    }

    async fn read(&self, video: &Video) -> Arc<Vec<Line>> {
        let captions = video.files.captions.first().map(|track| &track.src);
        let Some(file) = video.files.chapters.as_ref().or(captions) else { return Arc::default() };
        let text = self.media.text(&Media::path(video.account_id, video.id, file)).await;
        // A page without its lists is better than no page.
        let text = text.inspect_err(|error| tracing::warn!(%error, video = video.id, "contents")).unwrap_or_default();
        Arc::new(cues(&text).take(LINES).collect())
    }
}

/// The cues of a WebVTT file: where each begins, and its text without tags.
fn cues(text: &str) -> impl Iterator<Item = Line> {
    let text = text.replace("\r\n", "\n");
    let blocks: Vec<String> = text.split("\n\n").map(str::to_owned).collect();
    blocks.into_iter().filter_map(|block| {
        let mut lines = block.lines().skip_while(|line| !line.contains("-->"));
        let from_ms = instant(lines.next()?.split("-->").next()?.trim())?;
        let text = lines.map(plain).collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(Line { from_ms, text })
    })
}

/// `01:02:03.500` or `02:03.500` in milliseconds.
fn instant(text: &str) -> Option<i64> {
    let (clock, millis) = text.split_once('.')?;
    let seconds = clock.split(':').try_fold(0_i64, |total, part| {
        let part: i64 = part.parse().ok()?;
        Some(total.checked_mul(60)? + part)
    })?;
    Some(seconds.checked_mul(1_000)? + millis.parse::<i64>().ok()?)
}

fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in line.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_read_with_their_beginnings_and_without_tags() {
        let text = "WEBVTT\n\nNOTE a note\n\n1\n00:07.500 --> 00:16.000 line:0\n<v Ann>No &amp; <i>waiting</i>\nhere\n\n\
                    01:00:00.000 --> 01:00:01.000\nLate\n\nbroken --> x\nNothing\n\n00:01.000 --> 00:02.000\n";
        let read: Vec<Line> = cues(text).collect();
        let expected = [(7_500, "No & waiting here"), (3_600_000, "Late")];
        assert_eq!(read, expected.map(|(from_ms, text)| Line { from_ms, text: text.into() }));
    }
}

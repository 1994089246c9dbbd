//! Chapters, as the browser reads them from their WebVTT file.

use super::{js::is_same, media::ms};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlVideoElement, TextTrack, TextTrackKind, TextTrackMode, VttCue};

#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// Milliseconds.
    pub from: i64,
    pub title: String,
}

/// Which chapter plays at `t`, counted from 0.
pub fn at(chapters: &[Chapter], t: i64) -> Option<usize> {
    chapters.iter().rposition(|chapter| chapter.from <= t)
}

/// The first track of a kind.
pub fn track(video: &HtmlVideoElement, kind: TextTrackKind) -> Option<TextTrack> {
    let tracks = video.text_tracks()?;
    (0..tracks.length()).filter_map(|i| tracks.get(i)).find(|track| track.kind() == kind)
}

/// The cues of a loaded track.
pub fn cues(track: &TextTrack) -> Vec<VttCue> {
    let Some(cues) = track.cues() else { return Vec::new() };
    (0..cues.length()).filter_map(|i| cues.get(i)).map(JsCast::unchecked_into).collect()
}

/// Fetches the video's chapters into `chapters`.
pub fn load(video: &HtmlVideoElement, chapters: RwSignal<Vec<Chapter>>) {
    let Some(track) = track(video, TextTrackKind::Chapters) else { return };
    when_loaded(video, &track, move |track| {
        let read = cues(track).into_iter().map(|cue| Chapter { from: ms(cue.start_time()), title: cue.text() });
        chapters.set(read.collect());
    });
}

/// Asks for a track's cues without showing them, and calls `then` once they are there.
pub fn when_loaded(video: &HtmlVideoElement, track: &TextTrack, then: impl Fn(&TextTrack) + 'static) {
    if track.mode() == TextTrackMode::Disabled {
        track.set_mode(TextTrackMode::Hidden);
    }
    if track.cues().is_some_and(|cues| cues.length() > 0) {
        return then(track);
    }
    // The element tells when its file has come, the track does not.
    let elements = video.query_selector_all("track").ok();
    let element = elements.and_then(|all| {
        let mut all = (0..all.length()).filter_map(|i| all.item(i));
        all.find(|element| is_same(element, "track", track))
    });
    let Some(element) = element else { return };
    let track = track.clone();
    let loaded = Closure::<dyn Fn()>::new(move || then(&track));
    let _ = element.add_event_listener_with_callback("load", loaded.as_ref().unchecked_ref());
    loaded.forget();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chapter_is_the_last_that_has_begun() {
        let chapters = [0, 7_500, 16_000].map(|from| Chapter { from, title: String::new() });
        assert_eq!(at(&chapters, 0), Some(0));
        assert_eq!(at(&chapters, 7_499), Some(0));
        assert_eq!(at(&chapters, 99_000), Some(2));
        assert_eq!(at(&chapters[1..], 100), None);
    }
}

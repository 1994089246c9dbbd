//! Captions on the frame: the cues of the showing track, drawn by us so that they keep clear of the
//! controls and look as the viewer chose. The track's mode stays the truth; the browser's own drawing
//! is hidden by the style sheet, and comes back where only the bare video is seen.

use super::{js::get, memory, request::Player};
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, HtmlVideoElement, TextTrack, TextTrackKind, TextTrackMode, VttCue};

/// What is on offer, in the order of the menu.
pub fn tracks(video: &HtmlVideoElement) -> Vec<TextTrack> {
    let Some(tracks) = video.text_tracks() else { return Vec::new() };
    let all = (0..tracks.length()).filter_map(|i| tracks.get(i));
    all.filter(|track| matches!(track.kind(), TextTrackKind::Captions | TextTrackKind::Subtitles)).collect()
}

/// The place of the showing track among [`tracks`], or -1.
pub fn showing(video: &HtmlVideoElement) -> i64 {
    let place = tracks(video).iter().position(|track| track.mode() == TextTrackMode::Showing);
    place.map_or(-1, |place| place as i64)
}

/// Shows the track at a place, and no other; -1 shows none.
pub fn show(video: &HtmlVideoElement, place: i64) {
    for (i, track) in tracks(video).iter().enumerate() {
        let mode = if i as i64 == place {
            TextTrackMode::Showing
        } else if track.mode() == TextTrackMode::Disabled {
            TextTrackMode::Disabled
        } else {
            // Its cues stay for the transcript.
            TextTrackMode::Hidden
        };
        if track.mode() != mode {
            track.set_mode(mode);
        }
    }
}

/// The track in a language, else the first one.
pub fn in_language(video: &HtmlVideoElement, lang: &str) -> i64 {
    let place = tracks(video).iter().position(|track| track.language() == lang);
    place.map_or(0, |place| place as i64)
}

/// The lines on the frame.
#[component]
pub fn Captions(player: Player) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let style = memory::recall("captions-style").unwrap_or_default();
    Effect::new(move || {
        if let (Some(place), Some((_, video))) = (place.get(), player.elements()) {
            follow(&video, place.unchecked_into());
        }
    });
    view! { <div class="captions" style=style node_ref=place></div> }
}

fn follow(video: &HtmlVideoElement, place: HtmlElement) {
    let of = video.clone();
    let draw = Closure::<dyn Fn()>::new(move || draw(&of, &place));
    let draw = draw.into_js_value();
    let draw = draw.unchecked_ref();
    for track in tracks(video) {
        let _ = track.add_event_listener_with_callback("cuechange", draw);
    }
    if let Some(list) = video.text_tracks() {
        let _ = list.add_event_listener_with_callback("change", draw);
    }
}

fn draw(video: &HtmlVideoElement, place: &HtmlElement) {
    place.set_text_content(None);
    let tracks = tracks(video);
    let active = tracks.iter().find(|track| track.mode() == TextTrackMode::Showing).and_then(TextTrack::active_cues);
    let Some(active) = active else { return };
    for cue in (0..active.length()).filter_map(|i| active.get(i)) {
        let cue: VttCue = cue.unchecked_into();
        if let (Some(line), Some(text)) = (element("p", &cue), element("span", &cue)) {
            // The browser parsed the cue: only the elements of WebVTT can be in it.
            let _ = text.append_child(&cue.get_cue_as_html());
            let _ = line.append_child(&text);
            let _ = place.append_child(&line);
        }
    }
}

fn element(name: &str, cue: &VttCue) -> Option<web_sys::Element> {
    let element = document().create_element(name).ok()?;
    let line = get(cue, "line").as_f64();
    // In lines from the top, or in percent when it does not snap to lines.
    let high = if cue.snap_to_lines() { 5.0 } else { 50.0 };
    if name == "p" && line.is_some_and(|line| (0.0..high).contains(&line)) {
        element.set_class_name("high");
    }
    Some(element)
}

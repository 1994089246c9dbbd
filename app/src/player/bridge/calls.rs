//! The calls of our own protocol.

use super::{
    cue_points::CuePoint,
    port::{self, Refusal},
    state,
};
use crate::player::{
    captions,
    deck::Deck,
    js::{call, object},
    media::{in_picture, sets_volume},
    request::Request,
    stream,
};
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{HtmlVideoElement, TextTrack, TextTrackKind, TextTrackMode};

pub const METHODS: [&str; 27] = [
    "play",
    "pause",
    "getPaused",
    "getCurrentTime",
    "setCurrentTime",
    "getDuration",
    "getVolume",
    "setVolume",
    "getMuted",
    "setMuted",
    "getPlaybackRate",
    "setPlaybackRate",
    "getLoop",
    "setLoop",
    "getEnded",
    "getChapters",
    "getTextTracks",
    "enableTextTrack",
    "disableTextTrack",
    "requestPictureInPicture",
    "exitPictureInPicture",
    "addCuePoint",
    "removeCuePoint",
    "getCuePoints",
    "getWatched",
    "setViewer",
    "setConsent",
];

/// How many cue points a page may set.
const CUE_POINTS: usize = 1_000;

/// Carries a call out; a promise is answered once it has settled.
pub fn take(deck: Deck, name: &str, given: &Array) -> Result<JsValue, Refusal> {
    let media = deck.media;
    let Some((_, video)) = deck.player.elements() else { return Err(unsupported(name)) };
    let first = given.get(0);
    let within = |low: f64, high: f64, message: &str| {
        let number = first.as_f64().filter(|n| (low..=high).contains(n));
        number.ok_or_else(|| Refusal("RangeError", message.to_owned()))
    };
    let on = first.is_truthy();
    Ok(match name {
        "play" => match stream::play(deck) {
            Some(played) => played.into(),
            None => video.play().map_err(|_| unsupported(name))?.into(),
        },
        "pause" => asked(deck, Request::Pause),
        "getPaused" => video.paused().into(),
        "getCurrentTime" => video.current_time().into(),
        "setCurrentTime" => {
            let end = media.duration.get_untracked() as f64 / 1000.0;
            let to = within(0.0, end, "the time must lie between 0 and the duration")?;
            asked(deck, Request::Seek((to * 1000.0) as i64))
        }
        "getDuration" => state::seconds(media.duration.get_untracked()),
        "getVolume" => video.volume().into(),
        "setVolume" if !sets_volume() => return Err(unsupported(name)),
        "setVolume" => {
            video.set_volume(within(0.0, 1.0, "the volume must be between 0 and 1")?);
            JsValue::NULL
        }
        "getMuted" => video.muted().into(),
        "setMuted" => {
            video.set_muted(on);
            JsValue::NULL
        }
        "getPlaybackRate" => video.playback_rate().into(),
        "setPlaybackRate" => asked(
            deck,
            Request::Rate((within(0.25, 3.0, "the rate must be between 0.25 and 3")? * 100.0).round() as i64),
        ),
        "getLoop" => video.loop_().into(),
        "setLoop" if video.loop_() != on => asked(deck, Request::Loop),
        "setLoop" => JsValue::NULL,
        "getEnded" => video.ended().into(),
        "getChapters" => state::chapters(deck).into(),
        "getTextTracks" => captions::tracks(&video).iter().map(track).collect::<Array>().into(),
        "enableTextTrack" => enable(deck, &video, given)?,
        "disableTextTrack" => asked(deck, Request::Track(-1)),
        "requestPictureInPicture" => call(&video, name, &[]).ok_or_else(|| unsupported(name))?,
        "exitPictureInPicture" if in_picture(&video) => {
            call(&document(), name, &[]).ok_or_else(|| unsupported(name))?
        }
        "exitPictureInPicture" => JsValue::NULL,
        "addCuePoint" => {
            add(deck, within(0.0, 86_400.0, "the time must be between 0 and 86400 seconds")?, given.get(1))?.into()
        }
        "removeCuePoint" => {
            let id = first.as_string();
            deck.bridge.change(|link| link.cue_points.retain(|point| Some(&point.id) != id.as_ref()));
            JsValue::NULL
        }
        "getCuePoints" => deck.bridge.with(|link| link.cue_points.iter().map(cue_point).collect::<Array>()).into(),
        "getWatched" => state::watched(deck).0.into(),
        "filled" => {
            port::filled(deck, on);
            JsValue::NULL
        }
        _ => return Err(unsupported(name)),
    })
}

fn asked(deck: Deck, request: Request) -> JsValue {
    deck.ask(request);
    JsValue::NULL
}

fn unsupported(name: &str) -> Refusal {
    Refusal("UnsupportedError", [name, " is not supported by this player"].concat())
}

fn kind(track: &TextTrack) -> &'static str {
    if track.kind() == TextTrackKind::Subtitles { "subtitles" } else { "captions" }
}

fn track(track: &TextTrack) -> JsValue {
    let mode = if track.mode() == TextTrackMode::Showing { "showing" } else { "disabled" };
    object(&[
        ("language", track.language().into()),
        ("label", track.label().into()),
        ("kind", kind(track).into()),
        ("mode", mode.into()),
    ])
    .into()
}

/// The captions on the frame; null when there are none.
pub fn showing(deck: Deck) -> JsValue {
    let tracks = deck.player.elements().map(|(_, video)| captions::tracks(&video)).unwrap_or_default();
    tracks.iter().find(|track| track.mode() == TextTrackMode::Showing).map_or(JsValue::NULL, track)
}

fn enable(deck: Deck, video: &HtmlVideoElement, given: &Array) -> Result<JsValue, Refusal> {
    let (language, wanted) = (given.get(0).as_string().unwrap_or_default(), given.get(1).as_string());
    let fits = |track: &TextTrack| {
        track.language().eq_ignore_ascii_case(&language) && wanted.as_deref().is_none_or(|wanted| wanted == kind(track))
    };
    let place = captions::tracks(video).iter().position(fits);
    let place = place.ok_or_else(|| Refusal("RangeError", ["there are no captions in ", &language].concat()))?;
    Ok(asked(deck, Request::Track(place as i64)))
}

fn add(deck: Deck, time: f64, data: JsValue) -> Result<String, Refusal> {
    let id = deck.bridge.change(|link| {
        if link.cue_points.len() >= CUE_POINTS {
            return None;
        }
        link.named += 1;
        let id = link.named.to_string();
        link.cue_points.push(CuePoint { id: id.clone(), at: (time * 1000.0) as i64, data });
        Some(id)
    });
    id.flatten().ok_or_else(|| Refusal("RangeError", "there are too many cue points".to_owned()))
}

/// `{id, time, data}`
pub fn cue_point(point: &CuePoint) -> JsValue {
    let data = if point.data.is_undefined() { JsValue::NULL } else { point.data.clone() };
    object(&[("id", point.id.as_str().into()), ("time", state::seconds(point.at)), ("data", data)]).into()
}

//! A video as the API shows it.

use crate::{access::signed, config::Config, keys::Keys, spoken, state::now, store::videos::Video};
use serde_json::{Map, Value, json};

/// Where a video is found; all of it is known before its file has come.
pub fn links(video: &Video, config: &Config) -> Map<String, Value> {
    let token = &video.token;
    let mut links = Map::new();
    for (name, path) in [
        ("share_url", format!("/video/play/{token}")),
        ("embed_url", format!("/video/embed/{token}")),
        ("thumbnail_preview", format!("/previews/{token}.gif")),
        ("thumbnail_url", format!("/thumbnails/{token}.jpg")),
        ("thumbnail_play_url", format!("/thumbnails/{token}_play.jpg")),
    ] {
        links.insert(name.into(), config.link(&path).into());
    }
    links
}

/// The answer to an import (WIRE.md, section 5).
pub fn imported(video: &Video, config: &Config, job: Option<uuid::Uuid>) -> Value {
    let mut answer = json!({ "status": 200, "code": 200, "video_id": video.id });
    if let Some(fields) = answer.as_object_mut() {
        fields.append(&mut links(video, config));
        fields.insert("token".into(), video.token.as_str().into());
        fields.insert("state".into(), video.state.as_str().into());
        if let Some(job) = job {
            fields.insert("job_id".into(), job.to_string().into());
        }
    }
    answer
}

/// Everything that its owner may know.
pub fn on_wire(video: &Video, config: &Config, keys: &Keys) -> Value {
    let base = signed::base(keys, video, now());
    let (settings, facts) = (&video.settings, &video.files.facts);
    let captions = video.files.captions.iter().map(|track| {
        let url = config.link(&format!("{base}{}", track.src));
        json!({ "lang": track.lang, "label": track.label, "url": url })
    });
    let mut shown = json!({
        "video_id": video.id,
        "token": video.token,
        "title": video.title,
        "description": video.description,
        "state": video.state,
        // Seconds.
        "duration": video.duration_ms.map(|ms| ms as f64 / 1_000.0),
        "width": video.width,
        "height": video.height,
        "created_at": spoken::instant(video.created_at),
        "captions": captions.collect::<Vec<_>>(),
        "has_chapters": video.files.chapters.is_some(),
        "streams": video.files.stream.is_some(),
        // LUFS and dBTP.
        "loudness": facts.loudness,
        // Of the file as it came.
        "source": { "sha256": facts.sha256, "bytes": facts.bytes },
        "missing": facts.missing,
        "end": settings.end,
        "next": settings.next,
        "download": settings.download,
        "theme": settings.theme,
        "consent": settings.consent,
        "comments": settings.comments,
        "reactions": settings.reactions,
        "unlisted": settings.unlisted,
        "access": video.access_word(),
        "has_password": video.access.password.is_some(),
        "expires_at": video.expires_at.map(spoken::instant),
        "max_views": video.access.max_views,
        "embed_hosts": video.embed_hosts,
    });
    if let Some(fields) = shown.as_object_mut() {
        fields.append(&mut links(video, config));
        if let Some(error) = &video.error {
            fields.insert("error".into(), error.as_str().into());
        }
    }
    shown
}

//! How a video's link is passed on: what machines are told of it.

pub mod oembed;
pub mod sitemap;

use crate::{
    catalogue::Published,
    media::{poster, serve::kind},
    spoken,
    state::State,
    store::videos::Video,
};
use app::{page::card::Card, page::play::Line};
use std::sync::Arc;

/// May search engines show it?
pub fn is_listed(video: &Video) -> bool {
    let open = !video.settings.unlisted && !video.is_private();
    open && video.expires_at.is_none() && video.access.max_views.is_none()
}

/// The sides of its poster, in pixels; none while they are not known.
fn poster_size(video: &Video) -> Option<(u32, u32)> {
    video.files.poster.as_ref()?;
    let side = |side: i64| u32::try_from(side).ok().filter(|side| *side > 0);
    video.files.facts.poster_size.or_else(|| Some(poster::size(side(video.width)?, side(video.height)?)))
}

pub async fn card(state: &State, published: &Published) -> Card {
    let video = &published.video;
    let link = |path: String| state.config.link(&path);
    let share_url = link(format!("/video/play/{}", video.token));
    // A gate before the video withholds its file, and so do we.
    let gated = published.timeline.iter().any(|one| one.is_required());
    let media = video.files.media.as_deref().filter(|_| !gated && !video.is_signed());
    let listed = is_listed(video);
    let (chapters, transcript) = if listed && !gated {
        let chapters = if video.files.chapters.is_some() { state.contents.of(video).await } else { Arc::default() };
        (chapters, state.contents.said(video).await)
    } else {
        (Arc::<Vec<Line>>::default(), Arc::from(""))
    };
    Card {
        title: video.title.clone(),
        description: video.description.clone(),
        owner: published.owner.clone(),
        embed_url: link(format!("/video/embed/{}", video.token)),
        oembed_url: link(format!("/services/oembed?url={}", escaped(&share_url))),
        poster_url: link(format!("/thumbnails/{}.jpg", video.token)),
        poster_size: poster_size(video).unwrap_or_default(),
        media: media.map(|name| (link(format!("/media/{}/{name}", video.token)), kind(name))),
        width: u32::try_from(video.width).unwrap_or(0),
        height: u32::try_from(video.height).unwrap_or(0),
        duration_ms: video.duration_ms.unwrap_or(0),
        created_at: spoken::instant(video.created_at),
        plays: published.plays,
        lang: video.files.captions.first().map(|track| track.lang.clone()).filter(|_| !transcript.is_empty()),
        chapters,
        transcript,
        listed,
        share_url,
    }
}

/// What stands for the video in a mail.
pub fn mail_picture(state: &State, video: &Video) -> String {
    state.config.link(&match &video.files.preview {
        Some(_) => format!("/previews/{}.gif", video.token),
        None => format!("/thumbnails/{}_play.jpg", video.token),
    })
}

/// As a value in a query.
fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// As text or an attribute in XML.
fn xml(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

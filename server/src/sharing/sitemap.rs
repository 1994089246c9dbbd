//! `/robots.txt`, and `/sitemap.xml` with the videos that search engines may show
//! (https://www.sitemaps.org, https://developers.google.com/search/docs/crawling-indexing/sitemaps/video-sitemaps).

use super::{is_listed, xml};
use crate::{
    reply, spoken,
    state::{State, now},
    store::videos::{self, FIRST_ID, Video},
};
use axum::{
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use std::fmt::Write;

/// Numbers of videos in one file.
const PER_FILE: i64 = 5_000;
/// The longest video that a sitemap tells the length of, in seconds.
const LONGEST: i64 = 28_800;

pub async fn robots(Shared(state): Shared<State>) -> Response {
    let text = format!(
        "User-agent: *\nDisallow: /api/\nDisallow: /engage/\nDisallow: /report/\nDisallow: /upload\n\
         Disallow: /video/cta/\nDisallow: /video/owner/\nDisallow: /video/preview/\n\nSitemap: {}\n",
        state.config.link("/sitemap.xml")
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")], text)
        .into_response()
}

pub async fn index(Shared(state): Shared<State>) -> Response {
    let last = async {
        let mut reader = state.store.reader().await?;
        videos::last_id(reader.conn()).await
    };
    let last = match last.await {
        Ok(last) => last,
        Err(error) => return reply::Reply::from(error).into_response(),
    };
    let files = (last - FIRST_ID).div_euclid(PER_FILE) + 1;
    let mut text = String::from(HEAD);
    text += "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
    for n in 0..files.max(1) {
        // Writing to a String can't fail.
        let _ =
            writeln!(text, "<sitemap><loc>{}</loc></sitemap>", xml(&state.config.link(&format!("/sitemap/{n}.xml"))));
    }
    sent(text + "</sitemapindex>\n")
}

pub async fn videos(Shared(state): Shared<State>, Path(file): Path<String>) -> Response {
    let number = file.strip_suffix(".xml").and_then(|n| n.parse::<u32>().ok()).filter(|n| *n < 1_000_000);
    let Some(number) = number else { return StatusCode::NOT_FOUND.into_response() };
    let from = FIRST_ID + i64::from(number) * PER_FILE;
    let found = async {
        let mut reader = state.store.reader().await?;
        videos::watchable(reader.conn(), from..from + PER_FILE, now()).await
    };
    let found = match found.await {
        Ok(found) => found,
        Err(error) => return reply::Reply::from(error).into_response(),
    };
    let mut text = String::from(HEAD);
    text += "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
             xmlns:video=\"http://www.google.com/schemas/sitemap-video/1.1\">\n";
    for video in found.iter().filter(|video| is_listed(video)) {
        text += &entry(&state, video);
    }
    sent(text + "</urlset>\n")
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

fn entry(state: &State, video: &Video) -> String {
    let link = |path: String| xml(&state.config.link(&path));
    let token = &video.token;
    let cut = |text: &str, most: usize| xml(&text.chars().take(most).collect::<String>());
    let description = if video.description.is_empty() { &video.title } else { &video.description };
    let seconds = (video.duration_ms.unwrap_or(0) + 500) / 1_000;
    let duration = if (1..=LONGEST).contains(&seconds) {
        format!("<video:duration>{seconds}</video:duration>")
    } else {
        String::new()
    };
    format!(
        "<url><loc>{}</loc><video:video><video:thumbnail_loc>{}</video:thumbnail_loc><video:title>{}</video:title>\
         <video:description>{}</video:description><video:player_loc>{}</video:player_loc>{duration}\
         <video:publication_date>{}</video:publication_date></video:video></url>\n",
        link(format!("/video/play/{token}")),
        link(format!("/thumbnails/{token}.jpg")),
        cut(&video.title, 100),
        cut(description, 2_048),
        link(format!("/video/embed/{token}")),
        spoken::instant(video.created_at),
    )
}

fn sent(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=600")], text)
        .into_response()
}

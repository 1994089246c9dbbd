//! `GET /services/oembed` (https://oembed.com, 1.0): a player for whoever has a link.

use super::{poster_size, xml};
use crate::{
    access::{self, Knock},
    catalogue::Published,
    reply::Reply,
    state::{State, now},
};
use app::{error::ApiError, ids::Token};
use axum::{
    extract::State as Shared,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use url::{Url, form_urlencoded};

/// The width of a player where nobody says, and the largest, in pixels.
const WIDTH: u32 = 640;
const LARGEST: u32 = 1_920;
/// Seconds that an answer may be kept.
const KEPT: u32 = 3_600;

#[derive(Default)]
struct Asked {
    url: String,
    most: (Option<u32>, Option<u32>),
    xml: bool,
}

pub async fn answer(Shared(state): Shared<State>, uri: Uri) -> Response {
    let mut response = match Asked::read(uri.query().unwrap_or_default()) {
        Err(status) => refused(status),
        Ok(asked) => match found(&state, &asked.url).await {
            Err(status) => refused(status),
            Ok(published) => told(&state, &asked, &published),
        },
    };
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// In the shape that all errors have.
fn refused(status: StatusCode) -> Response {
    let message = match status {
        StatusCode::BAD_REQUEST => "Provide url, the address of a video's page.",
        StatusCode::UNAUTHORIZED => "Not everybody may see this video.",
        StatusCode::NOT_IMPLEMENTED => "The format is json or xml.",
        StatusCode::NOT_FOUND => "There is no such video.",
        _ => "The server can't tell right now. Try again soon.",
    };
    let kind = status.canonical_reason().unwrap_or("refused").to_lowercase().replace(' ', "_");
    let code = status.as_u16();
    Reply(ApiError { status: code, code, ..ApiError::bad_request(&kind, message) }).into_response()
}

impl Asked {
    /// 400 without a URL, 501 for a format that is not ours.
    fn read(query: &str) -> Result<Self, StatusCode> {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let side = || value.trim().parse::<u32>().ok().filter(|side| *side > 0);
            match name.as_ref() {
                "url" => asked.url = value.trim().to_owned(),
                // Some clients use the names of an older interface.
                "maxwidth" | "width" => asked.most.0 = side().or(asked.most.0),
                "maxheight" | "height" => asked.most.1 = side().or(asked.most.1),
                "format" => match value.as_ref() {
                    "json" | "" => asked.xml = false,
                    "xml" => asked.xml = true,
                    _ => return Err(StatusCode::NOT_IMPLEMENTED),
                },
                _ => {}
            }
        }
        if asked.url.is_empty() { Err(StatusCode::BAD_REQUEST) } else { Ok(asked) }
    }
}

/// The video of one of our links; 404 for any other, 401 for one that not everybody may see.
async fn found(state: &State, text: &str) -> Result<Arc<Published>, StatusCode> {
    let url = Url::parse(text).map_err(|_| StatusCode::NOT_FOUND)?;
    let ours = &state.config.public_url;
    // A link that was typed may say http where we say https.
    let same = url.host_str() == ours.host_str() && (url.port() == ours.port() || url.scheme() != ours.scheme());
    let below = ours.path().trim_end_matches('/');
    let path = url.path().strip_prefix(below).filter(|_| same && matches!(url.scheme(), "http" | "https"));
    let token = path.and_then(|path| path.strip_prefix("/video/play/").or_else(|| path.strip_prefix("/video/embed/")));
    let token = token.and_then(|token| Token::try_from(token.trim_end_matches('/').to_owned()).ok());
    let published = state.catalogue.by_token(&token.ok_or(StatusCode::NOT_FOUND)?).await.map_err(|error| {
        crate::reply::storage(error);
        StatusCode::SERVICE_UNAVAILABLE
    })?;
    let there = published.filter(|published| {
        let video = &published.video;
        let expired = video.expires_at.is_some_and(|at| at <= now());
        video.deleted_at.is_none() && !expired && video.state != "failed"
    });
    let there = there.ok_or(StatusCode::NOT_FOUND)?;
    // Nobody but a browser can be let in.
    if there.video.is_private() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let knock = Knock { headers: &HeaderMap::new(), query: "", pass: None };
    match access::refusal(state, &there.video, &knock, now()).await {
        Ok(None) => Ok(there),
        Ok(Some(_)) => Err(StatusCode::NOT_FOUND),
        Err(error) => {
            crate::reply::storage(error);
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn told(state: &State, asked: &Asked, published: &Published) -> Response {
    let video = &published.video;
    let shape = match (video.width, video.height) {
        (width @ 1.., height @ 1..) => (width as f64, height as f64),
        _ => (16.0, 9.0),
    };
    let (width, height) = size(shape, asked.most);
    let embed = state.config.link(&format!("/video/embed/{}", video.token));
    let html = format!(
        "<iframe src=\"{}\" title=\"{}\" width=\"{width}\" height=\"{height}\" style=\"border:0\" loading=\"lazy\" \
         referrerpolicy=\"strict-origin-when-cross-origin\" \
         allow=\"autoplay; fullscreen; picture-in-picture; encrypted-media; web-share\" allowfullscreen></iframe>",
        xml(&embed),
        xml(&video.title),
    );
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("version", "1.0".into());
    put("type", "video".into());
    put("provider_name", "Cuepoint".into());
    put("provider_url", state.config.link("").into());
    put("title", video.title.as_str().into());
    put("author_name", published.owner.as_str().into());
    put("width", width.into());
    put("height", height.into());
    put("html", html.into());
    put("cache_age", KEPT.into());
    if let Some((width, height)) = poster_size(video) {
        put("thumbnail_url", state.config.link(&format!("/thumbnails/{}.jpg", video.token)).into());
        put("thumbnail_width", width.into());
        put("thumbnail_height", height.into());
    }
    if let Some(ms) = video.duration_ms {
        put("duration", json!(ms as f64 / 1_000.0));
    }
    if !video.description.is_empty() {
        put("description", video.description.as_str().into());
    }
    let (kind, text) = if asked.xml {
        ("text/xml; charset=utf-8", as_xml(&fields))
    } else {
        ("application/json; charset=utf-8", Value::Object(fields).to_string())
    };
    // What is still being prepared looks different soon.
    let keep = if video.state == "ready" { format!("public, max-age={KEPT}") } else { "no-cache".into() };
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CACHE_CONTROL, keep)], text).into_response()
}

/// A player of this shape that fits.
fn size((width, height): (f64, f64), most: (Option<u32>, Option<u32>)) -> (u32, u32) {
    let (most_wide, most_high) = (most.0.map(|n| n.min(LARGEST)), most.1.map(|n| n.min(LARGEST)));
    let mut wide = f64::from(most_wide.unwrap_or(WIDTH));
    if let (None, Some(high)) = (most_wide, most_high) {
        wide = wide.min(f64::from(high) * width / height);
    }
    if let Some(high) = most_high {
        wide = wide.min(f64::from(high) * width / height);
    }
    let high = (wide * height / width).round().max(1.0);
    (wide.floor().max(1.0) as u32, high.min(most_high.map_or(f64::MAX, f64::from)) as u32)
}

fn as_xml(fields: &Map<String, Value>) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<oembed>\n");
    for (name, value) in fields {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text += &format!("  <{name}>{}</{name}>\n", xml(&value));
    }
    text + "</oembed>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_fits_into_what_there_is() {
        let wide = (1920.0, 1080.0);
        assert_eq!(size(wide, (None, None)), (640, 360));
        assert_eq!(size(wide, (Some(320), None)), (320, 180));
        assert_eq!(size(wide, (Some(1280), Some(360))), (640, 360));
        assert_eq!(size(wide, (None, Some(90))), (160, 90));
        assert_eq!(size(wide, (Some(1), Some(1))), (1, 1));
        assert_eq!(size((1080.0, 1920.0), (Some(5000), Some(640))), (360, 640));
    }

    #[test]
    fn another_format_is_not_implemented() {
        assert_eq!(Asked::read("url=x&format=yaml").err(), Some(StatusCode::NOT_IMPLEMENTED));
        assert_eq!(Asked::read("format=xml").err(), Some(StatusCode::BAD_REQUEST));
        assert!(Asked::read("url=x&maxwidth=no").is_ok_and(|asked| asked.most == (None, None)));
    }
}

//! Every address the server answers.

use crate::{api, assets, page, sharing, state::State};
use app::engage::RECORD_PATH;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State as Shared},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use std::borrow::Cow;
use tower::ServiceBuilder;
use tower_http::{
    CompressionLevel, ServiceBuilderExt,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, RequestId},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};

pub fn router(state: State) -> Router {
    let layers = ServiceBuilder::new()
        .set_x_request_id(MakeRequestUuid)
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .propagate_x_request_id()
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
        ));
    Router::new()
        .merge(pages())
        .route("/video/cta/{video_id}", get(api::cta::follow))
        .route("/video/results/{token}/{interaction}", get(api::faces::results))
        .route("/video/forget/{token}", post(api::forget::forget))
        .route("/media/{token}/{file}", get(api::media::file))
        .route("/media/{token}/s/{signed}/{file}", get(api::media::signed))
        .route("/thumbnails/{name}", get(api::media::thumbnail))
        .route("/previews/{name}", get(api::media::preview))
        .route("/pkg/{file}", get(assets::get))
        .route("/hls/{file}", get(assets::get))
        .route("/sdk/{file}", get(assets::sdk))
        .route("/services/oembed", get(sharing::oembed::answer))
        .route("/robots.txt", get(sharing::sitemap::robots))
        .route("/sitemap.xml", get(sharing::sitemap::index))
        .route("/sitemap/{file}", get(sharing::sitemap::videos))
        .route(RECORD_PATH, post(api::engage::record).fallback(api::engage::only_post))
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .merge(api::talk::routes())
        .merge(api::unlock::routes())
        .merge(api::owner::pages())
        .merge(api::routes(&state))
        .fallback(page::nowhere)
        .layer(layers)
        .with_state(state)
}

/// What is HTML: it travels compressed, by the fastest way, since it is made anew each time. Media, chunks
/// and what is built ahead stay as they are.
fn pages() -> Router<State> {
    Router::new()
        .route("/", get(page::home))
        .route("/sdk", get(page::sdk))
        .route("/docs/api", get(page::api))
        .route("/docs/metrics", get(page::metrics))
        .route("/docs/webhooks", get(page::webhooks))
        .route("/report/{token}", get(page::report))
        .route("/upload", get(page::upload).post(page::send).layer(DefaultBodyLimit::disable()))
        .route("/demo/interactions", get(page::gallery))
        .route("/video/play/{token}", get(page::play))
        .route("/video/embed/{token}", get(page::embed))
        .route("/video/preview/{token}", get(page::preview))
        .merge(page::people::routes())
        .route("/video/unlock/{token}", get(api::unlock::back).post(api::unlock::unlock))
        .route("/video/faces/{token}", post(api::faces::faces))
        .route("/video/answer/{token}/{interaction}", post(api::faces::answer))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

/// A span without the query, which may carry an API key.
fn span(request: &Request) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!("request", id = id.unwrap_or_default(), method = %request.method(), path = %told(request.uri().path()))
}

/// What stands before a secret in a path, or before somebody's e-mail address.
const BEFORE_SECRETS: [&str; 4] = ["/reset/", "/invite/", "/video/owner/", "/api/v1/viewers/"];

/// A path without what opens something, or names somebody: of media the signed part, and the file behind it.
fn told(path: &str) -> Cow<'_, str> {
    if let Some(head) = BEFORE_SECRETS.into_iter().find(|head| path.starts_with(*head)) {
        return format!("{head}…").into();
    }
    match path.split_once("/s/").filter(|_| path.starts_with("/media/")) {
        Some((head, _)) => format!("{head}/s/…").into(),
        None => path.into(),
    }
}

/// Can the database be read, does the writer run, and is nobody about to stop us?
async fn ready(Shared(state): Shared<State>) -> Response {
    let well = !state.stopping.is_cancelled() && state.writer.is_alive();
    if !well || state.store.reader().await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    "ok".into_response()
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn what_opens_something_is_not_told() {
        for (path, expected) in [
            ("/media/t/s/1.2.mac/video.mp4", "/media/t/s/…"),
            ("/media/t/video.mp4", "/media/t/video.mp4"),
            ("/reset/secret", "/reset/…"),
            ("/invite/secret", "/invite/…"),
            ("/video/owner/1.2.mac", "/video/owner/…"),
            ("/api/v1/viewers/ada@example.com/export", "/api/v1/viewers/…"),
            ("/reset", "/reset"),
            ("/video/play/t", "/video/play/t"),
        ] {
            assert_eq!(told(path), expected, "{path}");
        }
    }
}

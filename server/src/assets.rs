//! The built site, embedded: scripts, wasm and styles under names that carry their hash.

use app::page::Assets;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[include = "pkg/*"]
#[include = "hls/*"]
#[include = "sdk/*"]
struct Site;

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The names that the pages link to; an empty set when the site was not built.
pub fn names() -> Assets {
    let find = |start: &str, end: &str| {
        let name = Site::iter().find(|name| name.starts_with(start) && name.ends_with(end));
        name.map(|name| format!("/{name}"))
    };
    Assets {
        style: find("pkg/cuepoint.", ".css"),
        script: find("pkg/cuepoint.", ".js"),
        wasm: find("pkg/cuepoint.", ".wasm"),
        chunks: find("pkg/__wasm_split.", ".js"),
        engine: find("hls/hls-", ".mjs"),
    }
}

/// `GET /pkg/{file}` and `/hls/{file}`: names that carry a hash or a version, kept for ever.
pub async fn get(uri: Uri, headers: HeaderMap) -> Response {
    send(uri.path().trim_start_matches('/'), &headers, FOREVER)
}

/// `GET /sdk/{file}`: what other sites' pages load; the names stay, so it is asked for again.
pub async fn sdk(uri: Uri, headers: HeaderMap) -> Response {
    let mut response = send(uri.path().trim_start_matches('/'), &headers, A_WHILE);
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// The smallest encoding that the client takes, made when the site was built.
fn send(file: &str, headers: &HeaderMap, keep: HeaderValue) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kinds = [("br", ".br"), ("gzip", ".gz")];
    let encoded = kinds
        .into_iter()
        .filter(|(name, _)| accepts(accepted, name))
        .find_map(|(name, ending)| Site::get(&format!("{file}{ending}")).map(|found| (found, Some(name))));
    let plain = || Site::get(file).map(|found| (found, None));
    match encoded.or_else(plain) {
        Some((found, encoding)) => reply(file, found, encoding, headers, keep),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn reply(
    name: &str,
    file: EmbeddedFile,
    encoding: Option<&'static str>,
    request: &HeaderMap,
    keep: HeaderValue,
) -> Response {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..12]));
    let known = request.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match file.data {
            Cow::Borrowed(bytes) => Body::from(bytes).into_response(),
            Cow::Owned(bytes) => Body::from(bytes).into_response(),
        }
    };
    let headers = response.headers_mut();
    // The ending belongs to a film format too.
    let kind = if name.ends_with(".d.ts") { mime_guess::mime::TEXT_PLAIN_UTF_8 } else { guess(name) };
    if let (Ok(kind), Ok(tag)) = (kind.as_ref().parse(), tag.parse()) {
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, keep);
    response
}

fn guess(name: &str) -> mime_guess::Mime {
    mime_guess::from_path(name).first_or_octet_stream()
}

/// Does an `Accept-Encoding` allow `name` (RFC 9110, section 12.5.3)?
fn accepts(accept_encoding: &str, name: &str) -> bool {
    accept_encoding.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        words.next() == Some(name) && !words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_used_only_when_it_is_named_and_not_refused() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("br;q=0.5", "br"));
        assert!(!accepts("gzip", "br"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("", "gzip"));
    }
}

//! Headers that fence a page in: what it may load, who may frame it.

use crate::store::videos::Video;
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Who may put a page into a frame.
pub enum Frames<'a> {
    Nobody,
    /// Nobody; but the page itself frames players of ours.
    Within,
    /// For pages that say why an embed does not work.
    Anyone,
    /// A public video's embed page has no directive (`*` would shut out file:// parents);
    /// one with an allow-list names its hosts.
    Of(&'a Video),
}

/// The headers of an HTML page whose inline scripts carry `nonce`.
pub fn headers(frames: &Frames<'_>, nonce: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_SECURITY_POLICY, &policy(frames, nonce));
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    put(header::CACHE_CONTROL, "no-store");
    put(header::CONTENT_TYPE, "text/html; charset=utf-8");
    headers
}

fn policy(frames: &Frames<'_>, nonce: &str) -> String {
    let ancestors = match frames {
        Frames::Nobody => "; frame-ancestors 'none'".to_owned(),
        Frames::Within => "; frame-ancestors 'none'; frame-src 'self'".to_owned(),
        Frames::Anyone => String::new(),
        Frames::Of(video) => match &video.embed_hosts {
            None => String::new(),
            Some(hosts) => format!("; frame-ancestors 'self' {}", hosts.join(" ")),
        },
    };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; \
         connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'{ancestors}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_embeds_may_be_framed() {
        assert!(policy(&Frames::Nobody, "n").contains("frame-ancestors 'none'"));
        assert!(!policy(&Frames::Anyone, "n").contains("frame-ancestors"));
    }
}

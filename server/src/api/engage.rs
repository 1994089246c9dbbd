//! The door of `POST /engage/record`: who may knock, how much they may bring, and the status of the answer.

use crate::{
    engine,
    identity::batch::Decision,
    reply::Reply,
    state::{State, now},
    visitor::Visitor,
};
use app::{
    engage::{BATCH_BYTES, Batch, Receipt},
    error::ApiError,
    host::{Answer, Host},
    words::Lang,
};
use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State as Shared},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use std::{net::SocketAddr, sync::Arc};

/// The server behind one batch.
struct Door {
    state: State,
    visitor: Visitor,
    lang: Lang,
}

impl Host for Door {
    fn record(&self, batch: Batch) -> Answer<Receipt> {
        let (state, visitor) = (self.state.clone(), self.visitor.clone());
        // Of the request that is being answered, which only this call knows.
        let answer = leptos::context::use_context::<leptos_axum::ResponseOptions>();
        let lang = self.lang;
        let decision = Decision::of(&batch);
        Box::pin(async move {
            let receipt = engine::record(state.clone(), visitor.clone(), batch, lang, now()).await?;
            if let (Some(decision), Some(answer)) = (decision, answer)
                && let Some(cookie) = decision.cookie(&state, &visitor, now()).await
            {
                answer.append_header(header::SET_COOKIE, cookie);
            }
            Ok(receipt)
        })
    }
}

/// Hands the body to the server function, whatever its content type: beacons send `text/plain`.
pub async fn record(
    Shared(state): Shared<State>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response, Reply> {
    let (mut head, body) = request.into_parts();
    if is_foreign(&head.headers, &state.config.public_url) {
        return Err(ApiError::forbidden("Batches come from our own pages only.").into());
    }
    let visitor = Visitor::new(peer, &head.headers, &state.config);
    let flood: Vec<_> = state.config.rate_limits.of_address(visitor.network()).into_iter().collect();
    engine::admit(&state, &flood, now()).await?;
    let body = to_bytes(body, BATCH_BYTES).await.map_err(|_| ApiError::too_large(BATCH_BYTES))?;
    // A browser that accepts HTML would be redirected to where it came from.
    head.headers.remove(header::ACCEPT);
    let accepted = head.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let lang = accepted.and_then(Lang::accepted).unwrap_or_default();
    let host: Arc<dyn Host> = Arc::new(Door { state, visitor, lang });
    let provide = move || leptos::context::provide_context(host.clone());
    let request = Request::from_parts(head, Body::from(body));
    let answer = leptos_axum::handle_server_fns_with_context(provide, request).await.into_response();
    if answer.status().is_success() { Ok(answer) } else { Err(told(answer).await.into()) }
}

/// The server function's error: it stands in the body, the framework's status does not fit it.
async fn told(answer: Response) -> ApiError {
    let body = to_bytes(answer.into_body(), BATCH_BYTES).await.unwrap_or_default();
    serde_json::from_slice(&body).unwrap_or_else(|_| ApiError::internal())
}

/// Did a browser say that another site's page sent this? Both headers absent passes: some clients send neither.
pub fn is_foreign(headers: &HeaderMap, public: &url::Url) -> bool {
    // What is no text is no word of a browser's.
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return true;
    }
    // A proxy may have rewritten the host, so our public address counts as well.
    let ours = |origin: &str| {
        origin == public.origin().ascii_serialization()
            || text("host").is_some_and(|host| origin.split_once("://").is_some_and(|(_, authority)| authority == host))
    };
    text("origin").is_some_and(|origin| !ours(origin))
}

/// `405` for every other method.
pub async fn only_post() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, http::HeaderValue::from_static(value));
        }
        is_foreign(&headers, &"https://video.example".parse().expect("a URL"))
    }

    #[test]
    fn only_our_own_pages_may_send_batches() {
        assert!(!foreign(&[]));
        assert!(!foreign(&[("sec-fetch-site", "same-origin"), ("origin", "http://a"), ("host", "a")]));
        assert!(!foreign(&[("origin", "http://a:3000"), ("host", "a:3000")]));
        assert!(foreign(&[("sec-fetch-site", "same-site")]));
        assert!(foreign(&[("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[("origin", "http://evil"), ("host", "a")]));
        assert!(foreign(&[("origin", "null"), ("host", "a")]));
        assert!(foreign(&[("sec-fetch-site", "same-origin"), ("origin", "http://evil"), ("host", "a")]));
        assert!(foreign(&[("sec-fetch-site", "same-origin"), ("origin", "null"), ("host", "a")]));
        assert!(!foreign(&[("origin", "https://video.example"), ("host", "upstream:3000")]), "behind a proxy");
    }
}

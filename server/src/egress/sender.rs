//! The way out for webhooks: the same guard, and no receiver makes it keep more than a few kilobytes.

use super::{CONNECT, Guard, Guarded, IDLE, IDLE_PER_HOST, Ports, Reach, Refused, System};
use axum::body::Body;
use http::{HeaderName, HeaderValue, Request, Response, Uri};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        self,
        connect::{HttpConnector, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use ipnet::IpNet;
use reqwest::dns::{Addrs, Resolve};
use rustls::ClientConfig;
use std::{
    error::Error,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use url::Url;

type Https = legacy::Client<HttpsConnector<HttpConnector<Guarded>>, Body>;

/// Posts to addresses that customers name: it follows no redirect, uses no proxy, unpacks nothing and connects
/// to no refused address. reqwest can't be told how much of a header may be buffered, and takes 400 kB of it.
/// Clones share their connections.
#[derive(Clone)]
pub struct Sender {
    guard: Guard,
    /// For what may reach the public internet.
    wide: Https,
    /// For everything else: only to what the operator allows.
    narrow: Https,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Failed(#[from] legacy::Error),
}

/// A name that can't be resolved.
#[derive(Debug, thiserror::Error)]
#[error("unknown name")]
pub struct Unknown(#[source] Box<dyn Error + Send + Sync>);

/// What is buffered of an answer's header, in bytes: one that is longer is no answer.
const BUFFER: usize = 16 * 1024;
/// What HTTP/2 receivers may send before it is read, of one answer and of all on a connection.
const STREAM: u32 = 32 * 1024;
const CONNECTION: u32 = 1024 * 1024;

impl Sender {
    /// Reaches `allow` beside the public internet, that by https on port 443 alone.
    ///
    /// # Errors
    /// When the machine has no trusted certificates.
    pub fn new(allow: &[IpNet]) -> Result<Self, rustls::Error> {
        Self::over(allow, Arc::new(System))
    }

    pub(super) fn over(allow: &[IpNet], names: Arc<dyn Resolve>) -> Result<Self, rustls::Error> {
        let guard = Guard { allow: allow.into(), ports: Ports::Https };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let tls = tls.try_with_platform_verifier()?.with_no_client_auth();
        let over_tls = |tls| HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_all_versions();
        let build = |reach| {
            let guarded = Guarded { reach, allow: guard.allow.clone(), names: names.clone() };
            let mut tcp = HttpConnector::new_with_resolver(guarded);
            tcp.enforce_http(false);
            tcp.set_nodelay(true);
            tcp.set_connect_timeout(Some(CONNECT));
            legacy::Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(IDLE_PER_HOST)
                .http1_max_buf_size(BUFFER)
                .http2_initial_stream_window_size(STREAM)
                .http2_initial_connection_window_size(CONNECTION)
                .http2_max_header_list_size(BUFFER as u32)
                .build(over_tls(tls.clone()).wrap_connector(tcp))
        };
        let (wide, narrow) = (build(Reach::Wide), build(Reach::Narrow));
        Ok(Self { guard, wide, narrow })
    }

    /// Posts `body`; returns the answer once its header has come. Names are checked when they are resolved,
    /// literal addresses here.
    ///
    /// # Errors
    /// When the address is refused, or no answer comes.
    pub async fn post(
        &self,
        url: &Url,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: String,
    ) -> Result<Response<Body>, Unanswered> {
        let client = match self.guard.reach(url)? {
            Reach::Wide => &self.wide,
            Reach::Narrow => &self.narrow,
        };
        let uri: Uri = url.as_str().parse().map_err(|_| Refused)?;
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = uri;
        request.headers_mut().extend(headers);
        Ok(client.request(request).await?.map(Body::new))
    }
}

impl tower::Service<Name> for Guarded {
    type Response = Addrs;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Addrs, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = name.as_str().parse().map(|name| self.resolve(name));
        Box::pin(async move {
            let found = found.map_err(|error| Unknown(Box::new(error)))?.await;
            found.map_err(|error| if error.is::<Refused>() { error } else { Unknown(error).into() })
        })
    }
}

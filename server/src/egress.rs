//! The one way out: requests to addresses that customers name reach the public internet and what the operator allows.

mod sender;

pub use sender::{Sender, Unanswered, Unknown};

use app::error::Flaw;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::{
    Method, RequestBuilder,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use std::{
    error::Error,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use url::{Host, Url};

/// An HTTP client for reading what is public anyway, by https and http. It follows no redirect, uses no proxy,
/// unpacks nothing and connects to no refused address. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    guard: Guard,
    /// For what may reach the public internet.
    wide: reqwest::Client,
    /// For everything else: only to what the operator allows.
    narrow: reqwest::Client,
}

/// The address is neither public nor allowed.
#[derive(Debug, thiserror::Error)]
#[error("refused address")]
pub struct Refused;

const CONNECT: Duration = Duration::from_secs(5);
/// Unused connections are closed before most receivers close them under a request.
const IDLE: Duration = Duration::from_secs(4);
const IDLE_PER_HOST: usize = 64;

impl Client {
    /// A client that reaches `allow` beside the public internet.
    ///
    /// # Errors
    /// When the machine has no trusted certificates.
    pub fn for_reading(allow: &[IpNet]) -> reqwest::Result<Self> {
        // It fails when one is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let guard = Guard { allow: allow.into(), ports: Ports::Web };
        let names: Arc<dyn Resolve> = Arc::new(System);
        let build = |reach| {
            reqwest::Client::builder()
                .dns_resolver(Arc::new(Guarded { reach, allow: guard.allow.clone(), names: names.clone() }))
                .redirect(redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .connect_timeout(CONNECT)
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(IDLE_PER_HOST)
                .build()
        };
        Ok(Self { wide: build(Reach::Wide)?, narrow: build(Reach::Narrow)?, guard })
    }

    /// Begins a request. Names are checked when they are resolved, literal addresses here.
    pub fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, Refused> {
        let client = match self.guard.reach(&url)? {
            Reach::Wide => &self.wide,
            Reach::Narrow => &self.narrow,
        };
        Ok(client.request(method, url))
    }
}

/// What a client may reach.
#[derive(Clone)]
struct Guard {
    allow: Arc<[IpNet]>,
    ports: Ports,
}

impl Guard {
    /// Where a request to `url` may go; refused when that is seen already.
    fn reach(&self, url: &Url) -> Result<Reach, Refused> {
        let reach = Reach::of(url, self.ports);
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return Err(Refused),
        };
        let named = !url.username().is_empty() || url.password().is_some();
        if named || literal.is_some_and(|ip| !reach.permits(&self.allow, ip)) {
            return Err(Refused);
        }
        Ok(reach)
    }
}

/// Reads an address that a customer names, and refuses what can be seen to be out of reach already.
///
/// # Errors
/// A flaw of `url`.
pub fn check_url(text: &str, allow: &[IpNet]) -> Result<Url, Flaw> {
    check(text, allow, Ports::Https, "must lead to a public address by https on port 443")
}

/// The same for what is only read: http on port 80 too.
///
/// # Errors
/// A flaw of `url`.
pub fn check_readable(text: &str, allow: &[IpNet]) -> Result<Url, Flaw> {
    check(text, allow, Ports::Web, "must lead to a public address by https or http")
}

fn check(text: &str, allow: &[IpNet], ports: Ports, elsewhere: &str) -> Result<Url, Flaw> {
    let flaw = |message: &str| Flaw::new("url", message);
    let url = Url::parse(text).map_err(|_| flaw("is not a URL"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(flaw("must begin with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(flaw("may not carry a user name or password"));
    }
    let reach = Reach::of(&url, ports);
    let may = match url.host() {
        Some(Host::Ipv4(ip)) => reach.permits(allow, ip.into()),
        Some(Host::Ipv6(ip)) => reach.permits(allow, ip.into()),
        Some(Host::Domain(name)) => !is_local(name) || LOOPBACK.iter().any(|ip| reach.permits(allow, *ip)),
        None => false,
    };
    if may { Ok(url) } else { Err(flaw(elsewhere)) }
}

const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// `localhost` and the names below it (RFC 6761, section 6.3).
fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// Where a request may go, by its scheme and port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The public internet and what is allowed.
    Wide,
    /// Only what is allowed.
    Narrow,
}

/// What may reach the public internet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ports {
    /// https on port 443.
    Https,
    /// And http on port 80.
    Web,
}

impl Reach {
    fn of(url: &Url, ports: Ports) -> Self {
        match (url.scheme(), url.port_or_known_default()) {
            ("https", Some(443)) => Self::Wide,
            ("http", Some(80)) if ports == Ports::Web => Self::Wide,
            _ => Self::Narrow,
        }
    }

    fn permits(self, allow: &[IpNet], ip: IpAddr) -> bool {
        let plain = plain(ip);
        let allowed = allow.iter().any(|net| net.contains(&ip) || net.contains(&plain));
        allowed || (self == Self::Wide && is_public(plain))
    }
}

/// IPv4 in its IPv6 clothes (mapped `::ffff:a.b.c.d`, compatible `::a.b.c.d`) as IPv4.
fn plain(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(six) => six.to_ipv4().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// Does this address belong to anyone on the internet?
pub fn is_public(ip: IpAddr) -> bool {
    match plain(ip) {
        IpAddr::V4(ip) => !NOT_PUBLIC_4.iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => GLOBAL_6.contains(&ip) && !NOT_PUBLIC_6.iter().any(|net| net.contains(&ip)),
    }
}

const fn four(a: u8, b: u8, c: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), bits)
}

const fn six(a: u16, b: u16, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), bits)
}

/// Special-purpose addresses (RFC 6890 and its registry), multicast and the reserved rest.
const NOT_PUBLIC_4: [Ipv4Net; 15] = [
    four(0, 0, 0, 8),
    four(10, 0, 0, 8),
    four(100, 64, 0, 10),
    four(127, 0, 0, 8),
    four(169, 254, 0, 16),
    four(172, 16, 0, 12),
    four(192, 0, 0, 24),
    four(192, 0, 2, 24),
    four(192, 88, 99, 24),
    four(192, 168, 0, 16),
    four(198, 18, 0, 15),
    four(198, 51, 100, 24),
    four(203, 0, 113, 24),
    four(224, 0, 0, 4),
    four(240, 0, 0, 4),
];

/// The only IPv6 space handed out so far. Outside of it: loopback, unique local, link-local,
/// multicast, and the ways into IPv4 (NAT64 `64:ff9b::/96` and `64:ff9b:1::/48`, translated `::ffff:0:0:0/96`).
const GLOBAL_6: Ipv6Net = six(0x2000, 0, 3);
/// Exceptions in it: Teredo, ORCHID, documentation, 6to4.
const NOT_PUBLIC_6: [Ipv6Net; 7] = [
    six(0x2001, 0, 32),
    six(0x2001, 2, 48),
    six(0x2001, 0x10, 28),
    six(0x2001, 0x20, 28),
    six(0x2001, 0xdb8, 32),
    six(0x2002, 0, 16),
    six(0x3fff, 0, 20),
];

/// Names as the machine resolves them.
struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(found.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

/// Names without their refused addresses. The connection goes to exactly what this returned, so
/// that a name can't change its mind in between.
#[derive(Clone)]
struct Guarded {
    reach: Reach,
    allow: Arc<[IpNet]>,
    names: Arc<dyn Resolve>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, allow, found) = (self.reach, self.allow.clone(), self.names.resolve(name));
        Box::pin(async move {
            let kept: Vec<SocketAddr> = found.await?.filter(|at| reach.permits(&allow, at.ip())).collect();
            if kept.is_empty() {
                Err(Box::new(Refused) as Box<dyn Error + Send + Sync>)
            } else {
                Ok(Box::new(kept.into_iter()) as Addrs)
            }
        })
    }
}

#[cfg(test)]
mod tests;

//! Who asks, as far as it may be known: the address at the door, masked before it is written.

use crate::{
    config::Config,
    identity::{
        Origin,
        cookie::{self, Kept},
        owner,
    },
    keys::{Keys, mac},
    people,
};
use http::{HeaderMap, header};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use uuid::Uuid;

#[derive(Clone, Debug)]
pub struct Visitor {
    ip: IpAddr,
    user_agent: String,
    /// The browser fetches ahead: nobody looks at it yet.
    pub prefetches: bool,
    /// What the browser keeps about whose it is, unproven.
    owner: Option<String>,
    /// The SHA-256 of what its session cookie says, unproven.
    pub session: Option<[u8; 32]>,
    /// What the browser keeps for us.
    pub cookie: Option<Kept>,
    /// The browser says that nothing may be kept, nor anyone be recognised.
    pub barred: bool,
}

/// The longest user agent that is looked at, in bytes.
const USER_AGENT: usize = 512;

impl Visitor {
    /// The peer, or behind trusted proxies the right-most hop that is not one of them.
    pub fn new(peer: SocketAddr, headers: &HeaderMap, config: &Config) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let user_agent = text(header::USER_AGENT);
        let end = user_agent.floor_char_boundary(USER_AGENT);
        Self {
            ip: client_ip(peer.ip(), headers, &config.trusted_proxies),
            user_agent: user_agent[..end].to_owned(),
            prefetches: is_prefetch(headers),
            owner: owner::read(headers),
            session: people::cookie::hash(headers),
            cookie: cookie::read(headers),
            barred: cookie::is_barred(headers),
        }
    }

    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// Whole: to look it up, never to keep it.
    pub fn ip(&self) -> IpAddr {
        self.ip
    }

    /// Has this browser opened an owner link of the account? [`people::is_own`] knows its members too.
    pub fn is_owner(&self, keys: &Keys, account_id: i64, now: i64) -> bool {
        self.owner.as_deref().and_then(|text| owner::of_cookie(keys, text, now)) == Some(account_id)
    }

    /// The address as it may be stored: `188.XXX.29.XXX`, or the /48 of an IPv6 address.
    pub fn masked_ip(&self) -> String {
        match self.ip {
            IpAddr::V4(ip) => {
                let [a, _, c, _] = ip.octets();
                format!("{a}.XXX.{c}.XXX")
            }
            IpAddr::V6(ip) => {
                let [a, b, c, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:XXXX")
            }
        }
    }

    /// Who can't easily be someone else: an IPv4 address, or the /64 of an IPv6 address.
    pub fn network(&self) -> Vec<u8> {
        match self.ip {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets()[..8].to_vec(),
        }
    }

    /// An id that is the same for one browser on one account and one day, and can't be linked
    /// to anything once the day's salt is deleted.
    pub fn viewer_id(&self, salt: &[u8], account_id: i64) -> Uuid {
        let message = [&account_id.to_be_bytes(), self.network().as_slice(), self.user_agent.as_bytes()].concat();
        Origin::Daily.id(&mac(salt, &message))
    }
}

/// Does the request say that it is made ahead of time?
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    let says = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("prefetch"))
    };
    says("sec-purpose") || says("purpose") || says("x-moz")
}

fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_proxy = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    let peer = canonical(peer);
    if !is_proxy(&peer) {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or_default());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut last = peer;
    // What stands left of a word that is no address was not written by a proxy of ours.
    for ip in hops.into_iter().rev().map_while(address) {
        if !is_proxy(&ip) {
            return ip;
        }
        last = ip;
    }
    last
}

/// A hop as proxies write it: an address, with its port or without.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(hop, |(ip, _)| ip);
    let ip = bare.parse().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()));
    ip.map(canonical)
}

fn canonical(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(IpAddr::V6(Ipv6Addr::from(v6.segments())), IpAddr::V4),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(peer: &str, forwarded: &str, trusted: &str) -> Visitor {
        let vars = [("CUEPOINT_TRUSTED_PROXIES".to_owned(), trusted.to_owned())];
        let config = Config::load(vars.into_iter()).expect("valid");
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().expect("a header"));
        Visitor::new(SocketAddr::new(peer.parse().expect("an address"), 1), &headers, &config)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_last_word() {
        let ip = |peer, forwarded, trusted| visitor(peer, forwarded, trusted).ip.to_string();
        assert_eq!(ip("9.9.9.9", "1.1.1.1", ""), "9.9.9.9");
        assert_eq!(ip("10.0.0.1", "6.6.6.6, 1.1.1.1", "10.0.0.0/8"), "1.1.1.1");
        assert_eq!(ip("10.0.0.1", "1.1.1.1, 10.0.0.2", "10.0.0.0/8"), "1.1.1.1");
        assert_eq!(ip("10.0.0.1", "nonsense", "10.0.0.0/8"), "10.0.0.1");
        assert_eq!(ip("10.0.0.1", "6.6.6.6, nonsense", "10.0.0.0/8"), "10.0.0.1");
        assert_eq!(ip("10.0.0.1", "6.6.6.6, , 10.0.0.2", "10.0.0.0/8"), "10.0.0.2");
        assert_eq!(ip("10.0.0.1", "1.1.1.1:4711", "10.0.0.0/8"), "1.1.1.1");
        assert_eq!(ip("10.0.0.1", "[2001:db8::1]:4711", "10.0.0.0/8"), "2001:db8::1");
        assert_eq!(ip("::ffff:9.9.9.9", "", ""), "9.9.9.9");
    }

    #[test]
    fn an_address_is_masked_before_it_is_stored() {
        assert_eq!(visitor("188.4.29.7", "", "").masked_ip(), "188.XXX.29.XXX");
        assert_eq!(visitor("2001:db8:1:2::3", "", "").masked_ip(), "2001:db8:1:XXXX");
    }

    #[test]
    fn a_viewer_is_the_same_within_a_day_and_an_account_only() {
        let one = visitor("188.4.29.7", "", "");
        assert_eq!(one.viewer_id(b"monday", 1), one.viewer_id(b"monday", 1));
        assert_ne!(one.viewer_id(b"monday", 1), one.viewer_id(b"tuesday", 1));
        assert_ne!(one.viewer_id(b"monday", 1), one.viewer_id(b"monday", 2));
        assert_ne!(one.viewer_id(b"monday", 1), visitor("188.4.29.8", "", "").viewer_id(b"monday", 1));
    }
}

//! The guard by its verdicts; nothing here connects beyond the machine itself.

use super::*;
use std::sync::Mutex;

fn nets(list: &[&str]) -> Vec<IpNet> {
    list.iter().map(|net| net.parse().expect("a network")).collect()
}

fn url(text: &str) -> Url {
    text.parse().expect("a URL")
}

#[test]
fn special_addresses_are_not_public() {
    let out_of_reach = "
        0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254
        169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1
        192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
        239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::10.0.0.1 ::ffff:127.0.0.1
        ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::8.8.8.8
        64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:10::1 2001:1f:ffff::1 2001:20::1 2001:2f:ffff::1
        2001:db8::1 2002:7f00:1::1 2002::1 3fff::1 3fff:fff::1 4000::1 5f00::1 fc00::1 fdff::1 fe80::1
        febf::1 fec0::1 feff::1 ff02::1 ffff::1
    ";
    for refused in out_of_reach.split_whitespace() {
        assert!(!is_public(refused.parse().expect(refused)), "{refused}");
    }
}

#[test]
fn the_rest_of_the_internet_is_public() {
    let in_reach = "
        1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
        169.253.255.255 169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.0.3.1 192.167.255.255
        192.169.0.1 198.17.255.255 198.20.0.1 203.0.112.1 203.0.114.1 223.255.255.255 ::ffff:8.8.8.8
        2000::1 2001:30::1 2001:4860:4860::8888 2001:db7::1 2001:db9::1 2003::1 2606:4700:4700::1111
        3fff:1000::1
    ";
    for public in in_reach.split_whitespace() {
        assert!(is_public(public.parse().expect(public)), "{public}");
    }
}

#[test]
fn a_url_that_is_seen_to_be_out_of_reach_is_a_flaw() {
    let out_of_reach = "
        hook ftp://example.com/ file:///etc/passwd javascript:alert(1) https:// https://me@example.com/
        https://me:secret@example.com/ https://:secret@example.com/ https://127.0.0.1/
        https://127.0.0.1./ https://127.1/ https://2130706433/ https://0x7f000001/ https://0177.0.0.1/
        https://0x7f.1/ https://127。0。0。1/ https://①②⑦.0.0.1/ https://0/ https://[::1]/
        https://[::ffff:127.0.0.1]/ https://[::ffff:7f00:1]/ https://[64:ff9b::7f00:1]/
        https://169.254.169.254/latest/meta-data/ https://10.1.2.3/ https://[fe80::1]/
        https://localhost/ https://LOCALHOST/ https://localhost./ https://a.localhost/
        http://localhost:8080/ http://8.8.8.8/ https://8.8.8.8:8443/ http://8.8.8.8:443/
        https://256.0.0.1/ https://1.2.3.4.5/
    ";
    for refused in out_of_reach.split_whitespace() {
        assert_eq!(check_url(refused, &[]).expect_err(refused).field, "url", "{refused}");
    }
}

#[test]
fn a_url_that_may_be_in_reach_is_accepted() {
    // What a name resolves to is known when it is resolved.
    let in_reach = "
        https://example.com/hook?x=1 http://example.com/ https://example.com:8443/ https://8.8.8.8/
        https://[2606:4700::1111]/
    ";
    for accepted in in_reach.split_whitespace() {
        assert!(check_url(accepted, &[]).is_ok(), "{accepted}");
    }
}

#[test]
fn the_operator_widens_the_reach() {
    let allow = nets(&["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]);
    let in_reach = "
        http://127.0.0.1:9/ http://[::ffff:127.0.0.1]:9/ http://localhost:9/ https://10.9.8.7:8443/
        http://[fd12::1]/
    ";
    for accepted in in_reach.split_whitespace() {
        assert!(check_url(accepted, &allow).is_ok(), "{accepted}");
    }
    for refused in ["http://127.0.0.2/", "http://192.168.0.1/", "http://8.8.8.8/", "https://[::1]/"] {
        assert!(check_url(refused, &allow).is_err(), "{refused}");
    }
}

/// Answers every name with the same addresses, and remembers the names.
struct Fake {
    addresses: Vec<&'static str>,
    asked: Mutex<Vec<String>>,
}

impl Resolve for Fake {
    fn resolve(&self, name: Name) -> Resolving {
        self.asked.lock().expect("unpoisoned").push(name.as_str().to_owned());
        let found: Vec<SocketAddr> =
            self.addresses.iter().map(|ip| SocketAddr::new(ip.parse().expect("an address"), 0)).collect();
        Box::pin(async move { Ok(Box::new(found.into_iter()) as Addrs) })
    }
}

fn is_refusal(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| (*error).source()).any(|error| error.is::<Refused>())
        || matches!(error.downcast_ref(), Some(Unanswered::Refused(_)))
}

async fn kept(reach: Reach, allow: &[&str], addresses: &[&'static str]) -> Option<Vec<String>> {
    let names = Arc::new(Fake { addresses: addresses.into(), asked: Mutex::default() });
    let guarded = Guarded { reach, allow: nets(allow).into(), names: names.clone() };
    let kept = guarded.resolve("receiver.example".parse().expect("a name")).await;
    assert_eq!(*names.asked.lock().expect("unpoisoned"), ["receiver.example"]);
    kept.ok().map(|kept| kept.map(|at| at.ip().to_string()).collect())
}

#[tokio::test]
async fn of_a_names_addresses_only_the_permitted_remain() {
    let mixed = ["10.0.0.1", "8.8.8.8", "::ffff:127.0.0.1", "2606:4700::1111"];
    let all = |kept: &[&str]| Some(kept.iter().map(|&ip| ip.to_owned()).collect::<Vec<String>>());
    assert_eq!(kept(Reach::Wide, &[], &mixed).await, all(&["8.8.8.8", "2606:4700::1111"]));
    assert_eq!(kept(Reach::Wide, &["10.0.0.0/8"], &mixed).await, all(&["10.0.0.1", "8.8.8.8", "2606:4700::1111"]));
    assert_eq!(kept(Reach::Narrow, &["10.0.0.0/8"], &mixed).await, all(&["10.0.0.1"]));
    assert_eq!(kept(Reach::Narrow, &[], &mixed).await, None);
    assert_eq!(kept(Reach::Wide, &[], &["169.254.169.254", "fe80::1"]).await, None);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_never_connected() {
    let inside = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    inside.set_nonblocking(true).expect("a listener that answers at once");
    let port = inside.local_addr().expect("an address").port();
    let names = Arc::new(Fake { addresses: vec!["127.0.0.1"], asked: Mutex::default() });
    let sender = Sender::over(&nets(&["10.0.0.0/8"]), names).expect("a sender");
    for host in ["receiver.example", "127.0.0.1"] {
        let answer = sender.post(&url(&format!("http://{host}:{port}/")), Vec::new(), String::new()).await;
        assert!(is_refusal(&answer.expect_err("refused")), "{host}");
    }
    assert_eq!(inside.accept().expect_err("nobody came").kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn reading_may_use_plain_http_and_webhooks_may_not() {
    let wide = |ports, text| Reach::of(&url(text), ports) == Reach::Wide;
    assert!(wide(Ports::Web, "http://example.com/a.png") && !wide(Ports::Https, "http://example.com/a.png"));
    for text in
        ["http://example.com:8080/", "https://example.com:8443/", "http://example.com:443/", "ftp://example.com/"]
    {
        assert!(!wide(Ports::Web, text), "{text}");
    }
    let client = Client::for_reading(&[]).expect("a client");
    for refused in ["http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/"] {
        assert!(client.request(Method::GET, url(refused)).is_err(), "{refused}");
    }
    assert!(client.request(Method::GET, url("http://1.1.1.1/a.png")).is_ok());
}

#[tokio::test]
async fn whatever_is_stored_a_literal_address_inside_is_refused_when_it_is_used() {
    let sender = Sender::new(&[]).expect("a sender");
    let literal = "
        https://127.0.0.1/ https://127.0.0.1./ https://127.1/ https://2130706433/ https://0x7f000001/
        https://0177.0.0.1/ https://0x7f.1/ https://0/ https://[::1]/ https://[::]/ https://[::ffff:127.0.0.1]/
        https://[::ffff:a9fe:a9fe]/ https://[::127.0.0.1]/ https://[64:ff9b::7f00:1]/ https://[64:ff9b:1::1]/
        https://[2002:7f00:1::]/ https://[2001::1]/ https://169.254.169.254/latest/meta-data/ https://10.1.2.3/
        https://100.64.0.1/ https://198.18.0.1/ https://[fe80::1]/ https://[fd00::1]/ https://user@127.0.0.1/
        https://user:secret@[::1]/ https://me@8.8.8.8/ https://①②⑦.0.0.1/ https://127。0。0。1/ http://8.8.8.8/ https://8.8.8.8:8443/
    ";
    for refused in literal.split_whitespace() {
        let answer = sender.post(&url(refused), Vec::new(), String::new()).await;
        assert!(matches!(answer, Err(Unanswered::Refused(_))), "{refused}");
    }
}

/// Answers with one address after the other.
struct Flip(Mutex<Vec<&'static str>>);

impl Resolve for Flip {
    fn resolve(&self, _: Name) -> Resolving {
        let next = self.0.lock().expect("unpoisoned").pop().expect("asked too often");
        let found = vec![SocketAddr::new(next.parse().expect("an address"), 0)];
        Box::pin(async move { Ok(Box::new(found.into_iter()) as Addrs) })
    }
}

/// A server at this address that answers each connection once.
fn answering(at: SocketAddr) -> (std::net::TcpListener, SocketAddr) {
    let listener = std::net::TcpListener::bind(at).expect("a port");
    let at = listener.local_addr().expect("an address");
    (listener, at)
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_checked_at_each_connection() {
    use std::io::{Read, Write};
    let (allowed, at) = answering("127.0.0.2:0".parse().expect("an address"));
    let (inside, _) = answering(SocketAddr::new(LOOPBACK[0], at.port()));
    inside.set_nonblocking(true).expect("a listener that answers at once");
    std::thread::spawn(move || {
        let (mut stream, _) = allowed.accept().expect("a connection");
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    });
    let names = Arc::new(Flip(Mutex::new(vec!["127.0.0.1", "127.0.0.2"])));
    let sender = Sender::over(&nets(&["127.0.0.2/32"]), names).expect("a sender");
    let at = url(&format!("http://receiver.example:{}/", at.port()));
    assert_eq!(sender.post(&at, Vec::new(), "{}".into()).await.expect("an answer").status(), 204);
    assert!(is_refusal(&sender.post(&at, Vec::new(), "{}".into()).await.expect_err("refused")));
    assert_eq!(inside.accept().expect_err("nobody came").kind(), std::io::ErrorKind::WouldBlock);
}

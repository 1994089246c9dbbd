//! Receivers that mean harm: every attempt ends in time and keeps no more than it may.

use super::bench::{Bench, NOW};
use server::store::endpoints::Pace;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What a receiver does to each connection, once it has read the request.
#[derive(Clone, Copy, Debug)]
enum Harm {
    BlackHole,
    SlowHeaders,
    SlowBody,
    EndlessBody,
    LongHeader,
    RedirectInside,
    Reset,
    BadTls,
    WrongLength,
    EndlessChunks,
    ManyInformational,
}

const ALL: [Harm; 11] = [
    Harm::BlackHole,
    Harm::SlowHeaders,
    Harm::SlowBody,
    Harm::EndlessBody,
    Harm::LongHeader,
    Harm::RedirectInside,
    Harm::Reset,
    Harm::BadTls,
    Harm::WrongLength,
    Harm::EndlessChunks,
    Harm::ManyInformational,
];

impl Harm {
    async fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(self.does_to(stream));
            }
        });
        let scheme = if matches!(self, Harm::BadTls) { "https" } else { "http" };
        format!("{scheme}://{at}/hook")
    }

    /// The sender may hang up at any point.
    async fn does_to(self, mut stream: TcpStream) {
        let _ = stream.read(&mut [0; 4096]).await;
        match self {
            Harm::BlackHole => {}
            Harm::SlowHeaders => drip(&mut stream, b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x").await,
            Harm::SlowBody => drip(&mut stream, b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x").await,
            Harm::EndlessBody => flood(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 8192]).await,
            Harm::LongHeader => flood(&mut stream, b"HTTP/1.1 200 OK\r\nX-Long: ", &[b'x'; 8192]).await,
            Harm::RedirectInside => {
                let answer = "HTTP/1.1 307 Go\r\nLocation: http://169.254.169.254/latest/meta-data/\r\nContent-Length: 0\r\n\r\n";
                let _ = stream.write_all(answer.as_bytes()).await;
            }
            Harm::Reset => {
                let _ = stream.set_zero_linger();
                return;
            }
            Harm::BadTls => {
                let _ = stream.write_all(&[0x15; 512]).await;
            }
            Harm::WrongLength => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort").await;
                return;
            }
            Harm::EndlessChunks => {
                flood(&mut stream, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n").await;
            }
            Harm::ManyInformational => flood(&mut stream, b"", b"HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n").await,
        }
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
}

async fn drip(stream: &mut TcpStream, head: &[u8], drop: &[u8]) {
    let _ = stream.write_all(head).await;
    while stream.write_all(drop).await.is_ok() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn flood(stream: &mut TcpStream, head: &[u8], wave: &[u8]) {
    let _ = stream.write_all(head).await;
    while stream.write_all(wave).await.is_ok() {}
}

/// Sends one message to a receiver of each kind; returns how long that took, and what the log says.
async fn suffer(bench: &Bench, timeout_s: i64) -> (Duration, Vec<(Harm, Option<i64>, Option<String>)>) {
    let mut endpoints = Vec::new();
    for harm in ALL {
        let pace = Pace { timeout_s, ..Pace::default() };
        endpoints.push((harm, bench.paced(&harm.start().await, b"secret", &["VideoCTA"], pace).await));
    }
    bench.send("VideoCTA", NOW).await;
    let begun = Instant::now();
    assert_eq!(bench.step(NOW).await, ALL.len());
    let took = begun.elapsed();
    let mut told = Vec::new();
    for (harm, endpoint) in endpoints {
        let delivery = bench.log(endpoint).await.remove(0);
        told.push((harm, delivery.last_status, delivery.last_error));
    }
    (took, told)
}

fn check(told: &[(Harm, Option<i64>, Option<String>)]) {
    for (harm, status, error) in told {
        let (status, error) = (*status, error.as_deref());
        match harm {
            Harm::BlackHole | Harm::SlowHeaders => assert_eq!((status, error), (None, Some("timeout")), "{harm:?}"),
            Harm::SlowBody => assert_eq!((status, error), (Some(200), Some("timeout")), "{harm:?}"),
            // What was asked of an answer has come: the rest is not wanted.
            Harm::EndlessBody => assert_eq!((status, error), (Some(200), None), "{harm:?}"),
            Harm::RedirectInside => assert_eq!((status, error), (Some(307), None), "{harm:?}"),
            Harm::WrongLength => assert_eq!((status, error), (Some(200), Some("body")), "{harm:?}"),
            Harm::BadTls => assert_eq!((status, error), (None, Some("tls")), "{harm:?}"),
            Harm::EndlessChunks => assert_eq!(status, Some(200), "{harm:?}"),
            Harm::LongHeader | Harm::Reset | Harm::ManyInformational => {
                assert!(status.is_none() && error.is_some(), "{harm:?}: {status:?} {error:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_ends_within_the_endpoints_time() {
    // Longer than a busy machine takes for the answers that come.
    let (took, told) = suffer(&Bench::sqlite().await, 3).await;
    assert!(took < Duration::from_millis(6_000), "{took:?}");
    check(&told);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: it takes the longest time that an attempt may have"]
async fn every_attempt_ends_within_fifteen_and_a_half_seconds() {
    let (took, told) = suffer(&Bench::sqlite().await, 15).await;
    assert!(took < Duration::from_millis(15_500), "{took:?}");
    check(&told);
}

/// The most memory that the process had in use since [`forget_peak`], in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

/// From now on the peak is what is in use now (proc(5), clear_refs).
fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: memory is measured while nothing else runs"]
async fn attempts_at_once_take_less_than_64_kib_each() {
    const FLOODS: usize = 64;
    for harm in ALL {
        // One of its own for each: the breaker of one says nothing about another.
        let bench = Bench::sqlite().await;
        let url = harm.start().await;
        let pace = Pace { concurrency: 64, timeout_s: 2, ..Pace::default() };
        // Once to warm up, then measured.
        for round in 0..2 {
            let endpoint = bench.paced(&url, b"secret", &["VideoCTA"], pace).await;
            for n in 0..FLOODS as i64 {
                bench.send("VideoCTA", NOW + n).await;
            }
            forget_peak();
            let before = peak();
            assert_eq!(bench.step(NOW + 1_000).await, FLOODS);
            let each = peak().saturating_sub(before) / FLOODS as u64;
            println!("{harm:?}: {each} bytes an attempt");
            assert!(round == 0 || each < 64 * 1024, "{harm:?}: {each} bytes an attempt");
            bench.disable(endpoint).await;
        }
    }
}

//! A thousand who watch: each asks for the next part of a film every two seconds, as players do that are ahead.

use super::{Done, serving::Serving};
use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{interval, sleep},
};

const READERS: u64 = 1_000;
/// What each asks for at once, in bytes, and how often: a film of 1 Mbit/s.
const PART: u64 = 256 << 10;
const EVERY: Duration = Duration::from_secs(2);
const PARTS: usize = 6;

pub async fn run(server: &Serving, path: &str, size: u64) -> Done<()> {
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for reader in 0..READERS {
        tasks.spawn(read(server.address, path.to_owned(), size, reader));
    }
    let mut took = Vec::new();
    while let Some(done) = tasks.join_next().await {
        took.extend(done??);
    }
    let lasted = started.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |share: f64| took[((took.len() as f64 * share) as usize).min(took.len() - 1)].as_secs_f64() * 1_000.0;
    let rate = ((took.len() as u64 * PART) >> 20) as f64 / lasted;
    println!(
        "{READERS} readers, each {} KiB every {} s, from anywhere in {} MiB",
        PART >> 10,
        EVERY.as_secs(),
        size >> 20
    );
    println!(
        "  first byte p50 {:.1} ms, p99 {:.1} ms (expected below 100); {rate:.0} MiB/s in all",
        at(0.50),
        at(0.99)
    );
    Ok(())
}

/// How long each first byte took.
async fn read(address: SocketAddr, path: String, size: u64, reader: u64) -> io::Result<Vec<Duration>> {
    // Spread over the time between two parts, as people come.
    sleep(EVERY.mul_f64(reader as f64 / READERS as f64)).await;
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut took, mut buffer, mut ticks) = (Vec::new(), vec![0; 64 << 10], interval(EVERY));
    for part in 0..PARTS as u64 {
        ticks.tick().await;
        // Places that do not follow each other.
        let from = (reader * 7_919 + part * 104_729) * 4_096 % (size / 2);
        let asked =
            format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nrange: bytes={from}-{}\r\n\r\n", from + PART - 1);
        let sent = Instant::now();
        stream.write_all(asked.as_bytes()).await?;
        let mut head = Vec::new();
        let begin = loop {
            let read = stream.read(&mut buffer).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            head.extend_from_slice(&buffer[..read]);
            // The first byte of the film, not of the headers.
            if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n").filter(|end| head.len() > end + 4) {
                break end + 4;
            }
        };
        took.push(sent.elapsed());
        if !head.starts_with(b"HTTP/1.1 206") {
            return Err(io::Error::other(String::from_utf8_lossy(&head[..begin]).into_owned()));
        }
        let mut left = PART as usize - (head.len() - begin);
        while left > 0 {
            let read = stream.read(&mut buffer).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= read.min(left);
        }
    }
    Ok(took)
}

//! A load generator that costs little: one task a connection, one request at a time.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// An HTTP/1.1 request on a connection that stays open.
pub fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads the whole answer, which must carry its length.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let Some(head) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let text = String::from_utf8_lossy(&self.buffer[..head]).to_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.and_then(|n| n.trim().parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
            let begin = head + 4;
            while self.buffer.len() < begin + length {
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            let status = text.split(' ').nth(1).and_then(|n| n.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
            return Ok((status, self.buffer[begin..begin + length].to_vec()));
        }
    }
}

/// What a run took: the time of each request, and of all.
#[derive(Default)]
pub struct Measured {
    took: Vec<Duration>,
    lasted: Duration,
}

impl Measured {
    pub fn per_second(&self) -> f64 {
        self.took.len() as f64 / self.lasted.as_secs_f64()
    }

    /// Requests that were answered.
    pub fn count(&self) -> usize {
        self.took.len()
    }

    /// Milliseconds that this share of the requests stayed below.
    pub fn percentile(&self, share: f64) -> f64 {
        let mut took = self.took.clone();
        took.sort_unstable();
        let at = ((took.len() as f64 * share) as usize).min(took.len().saturating_sub(1));
        took.get(at).map_or(0.0, |took| took.as_secs_f64() * 1_000.0)
    }

    pub fn add(&mut self, other: Self) {
        self.took.extend(other.took);
        self.lasted += other.lasted;
    }
}

/// Sends requests over `connections` for as long as `lasts`; every answer must be 200.
pub async fn run<I>(
    connections: usize,
    lasts: Duration,
    requests: impl Fn(usize) -> I,
    address: SocketAddr,
) -> io::Result<Measured>
where
    I: Iterator<Item = Vec<u8>> + Send + 'static,
{
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for i in 0..connections {
        let requests = requests(i);
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut took = Vec::new();
            for request in requests {
                if started.elapsed() >= lasts {
                    break;
                }
                let sent = Instant::now();
                let (status, body) = connection.ask(&request).await?;
                if status != 200 {
                    return Err(io::Error::other(format!("{status}: {}", String::from_utf8_lossy(&body))));
                }
                took.push(sent.elapsed());
            }
            Ok(took)
        });
    }
    let mut measured = Measured::default();
    while let Some(done) = tasks.join_next().await {
        measured.took.extend(done.map_err(io::Error::other)??);
    }
    measured.lasted = started.elapsed();
    Ok(measured)
}

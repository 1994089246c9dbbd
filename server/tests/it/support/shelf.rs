//! A customer's file server on loopback, with the faults that such servers have.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// How a file is handed out.
#[derive(Clone, Debug)]
pub enum Book {
    /// Whole or in ranges, with a strong tag.
    Plain(Vec<u8>),
    /// The same, but every connection breaks after so many bytes.
    Breaks(Vec<u8>, usize),
    /// Without tags and ranges; every connection breaks after so many bytes.
    BreaksForGood(Vec<u8>, usize),
    /// As much as this, then silence until the shelf is told to go on.
    Waits(Vec<u8>, usize),
    Status(u16),
    Redirect(String),
}

#[derive(Clone)]
pub struct Shelf {
    pub url: String,
    books: Arc<Mutex<HashMap<String, Book>>>,
    pub requests: Arc<AtomicUsize>,
    pub go_on: Arc<Notify>,
    /// Rung when a file that waits has begun.
    pub waiting: Arc<Notify>,
}

impl Shelf {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shelf = Self {
            url,
            books: Arc::default(),
            requests: Arc::default(),
            go_on: Arc::default(),
            waiting: Arc::default(),
        };
        let of = shelf.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(of.clone().hand_out(stream));
            }
        });
        shelf
    }

    /// Puts a file on the shelf, and returns its address.
    pub fn put(&self, path: &str, book: Book) -> String {
        self.books.lock().expect("not poisoned").insert(path.to_owned(), book);
        format!("{}{path}", self.url)
    }

    async fn hand_out(self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let (mut path, mut range) = (String::new(), None);
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.ok().filter(|n| *n > 0)?;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("GET ") {
                path = rest.split(' ').next()?.to_owned();
            }
            if let Some(from) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
                range = from.trim_end_matches('-').parse::<usize>().ok();
            }
        }
        self.requests.fetch_add(1, Ordering::SeqCst);
        let book = self.books.lock().expect("not poisoned").get(&path).cloned();
        let mut stream = stream.into_inner();
        let head = |status: u16, more: &str| format!("HTTP/1.1 {status} x\r\nconnection: close\r\n{more}\r\n");
        match book {
            None => stream.write_all(head(404, "content-length: 0\r\n").as_bytes()).await.ok()?,
            Some(Book::Status(status)) => {
                stream.write_all(head(status, "content-length: 0\r\n").as_bytes()).await.ok()?
            }
            Some(Book::Redirect(to)) => {
                let more = format!("location: {to}\r\ncontent-length: 0\r\n");
                stream.write_all(head(302, &more).as_bytes()).await.ok()?;
            }
            Some(Book::BreaksForGood(bytes, after)) => {
                let more = format!("content-length: {}\r\n", bytes.len());
                stream.write_all(head(200, &more).as_bytes()).await.ok()?;
                stream.write_all(&bytes[..after.min(bytes.len())]).await.ok()?;
            }
            Some(Book::Plain(bytes)) => self.send(&mut stream, &bytes, range, usize::MAX, false).await?,
            Some(Book::Breaks(bytes, after)) => self.send(&mut stream, &bytes, range, after, false).await?,
            Some(Book::Waits(bytes, after)) => self.send(&mut stream, &bytes, range, after, true).await?,
        }
        stream.shutdown().await.ok()
    }

    async fn send(
        &self,
        stream: &mut TcpStream,
        bytes: &[u8],
        range: Option<usize>,
        after: usize,
        waits: bool,
    ) -> Option<()> {
        let (from, total) = (range.unwrap_or(0), bytes.len());
        let common = "etag: \"one\"\r\naccept-ranges: bytes\r\ncontent-type: video/mp4\r\n";
        let length = total.saturating_sub(from);
        let head = if from > 0 {
            format!(
                "HTTP/1.1 206 x\r\n{common}content-length: {length}\r\ncontent-range: bytes {from}-{}/{total}\r\n\r\n",
                total - 1
            )
        } else {
            format!("HTTP/1.1 200 x\r\n{common}content-length: {length}\r\n\r\n")
        };
        stream.write_all(head.as_bytes()).await.ok()?;
        let now = &bytes[from..];
        let (first, rest) = now.split_at(after.min(now.len()));
        stream.write_all(first).await.ok()?;
        if waits {
            self.waiting.notify_one();
            self.go_on.notified().await;
            stream.write_all(rest).await.ok()?;
        }
        Some(())
    }
}

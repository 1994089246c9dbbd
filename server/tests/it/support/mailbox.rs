//! A mail server on loopback that keeps every letter it is given (RFC 5321, as much as a client needs).

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

#[derive(Clone, Debug)]
pub struct Letter {
    pub from: String,
    pub to: String,
    /// Headers and body, quoted-printable undone.
    pub text: String,
}

#[derive(Clone)]
pub struct Mailbox {
    pub url: String,
    letters: Arc<Mutex<Vec<Letter>>>,
    arrived: Arc<Notify>,
}

impl Mailbox {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let mailbox = Self { url, letters: Arc::default(), arrived: Arc::default() };
        let of = mailbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(of.clone().take(stream));
            }
        });
        mailbox
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().expect("not poisoned").clone()
    }

    /// Waits until `n` letters have come, and returns them all.
    pub async fn until(&self, n: usize) -> Vec<Letter> {
        let enough = async {
            loop {
                let arrived = self.arrived.notified();
                let letters = self.letters();
                if letters.len() >= n {
                    return letters;
                }
                arrived.await;
            }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(30), enough).await;
        waited.unwrap_or_else(|_| panic!("{} of {n} letters came", self.letters().len()))
    }

    async fn take(self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let (mut from, mut to) = (String::new(), String::new());
        stream.write_all(b"220 mailbox\r\n").await.ok()?;
        loop {
            let line = line(&mut stream).await?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => "250-mailbox\r\n250 8BITMIME\r\n",
                "MAIL" => {
                    from = inside(&line);
                    "250 fine\r\n"
                }
                "RCPT" => {
                    to = inside(&line);
                    "250 fine\r\n"
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await.ok()?;
                    let text = readable(&data(&mut stream).await?);
                    let letter = Letter { from: from.clone(), to: to.clone(), text };
                    self.letters.lock().expect("not poisoned").push(letter);
                    self.arrived.notify_waiters();
                    "250 kept\r\n"
                }
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await.ok()?;
                    return None;
                }
                _ => "250 fine\r\n",
            };
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let n = stream.read_line(&mut line).await.ok()?;
    (n > 0).then(|| line.trim_end().to_owned())
}

async fn data(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut lines = Vec::new();
    loop {
        let line = line(stream).await?;
        if line == "." {
            return Some(lines.join("\n"));
        }
        lines.push(line.strip_prefix('.').map_or(line.clone(), str::to_owned));
    }
}

fn inside(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(address, _)| address).to_owned()
}

/// Quoted-printable undone (RFC 2045, section 6.7), when the letter says that it is.
fn readable(text: &str) -> String {
    if !text.to_ascii_lowercase().contains("quoted-printable") {
        return text.to_owned();
    }
    let text = text.replace("=\n", "");
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (first, hex) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

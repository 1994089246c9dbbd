//! A file on its way: copied, uploaded in one request, imported from a server on loopback.

use super::{Done, serving::Serving};
use serde_json::Value;
use std::{
    fs::File,
    io::Read,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What is read and sent at once, in bytes.
const PIECE: usize = 256 << 10;

/// How long `cp` takes; with `sync` until it is on disk.
pub fn copied(from: &Path, to: &Path, sync: bool) -> Done<Duration> {
    let started = Instant::now();
    if !Command::new("cp").arg("--reflink=never").arg(from).arg(to).status()?.success() {
        return Err("cp failed".into());
    }
    if sync {
        File::open(to)?.sync_all()?;
    }
    let took = started.elapsed();
    std::fs::remove_file(to)?;
    Ok(took)
}

/// The best of several, in MiB a second.
pub fn best(took: &[Duration], size: u64) -> f64 {
    let least = took.iter().min().map_or(f64::NAN, Duration::as_secs_f64);
    (size >> 20) as f64 / least
}

/// Uploads a file, and ends the job that would go on with it.
pub async fn sent(server: &Serving, file: &Path) -> Done<Duration> {
    let (took, answer) = post(server, file).await?;
    let job = answer["job_id"].as_str().ok_or("no job")?.to_owned();
    server.call("DELETE", &format!("/api/v1/jobs/{job}"), "").await?;
    Ok(took)
}

/// Uploads a file; returns its video once it plays.
pub async fn whole(server: &Serving, file: &Path) -> Done<Value> {
    let (_, answer) = post(server, file).await?;
    server.ready(answer["video_id"].as_i64().ok_or("no video")?).await
}

async fn post(server: &Serving, file: &Path) -> Done<(Duration, Value)> {
    let mut from = File::open(file)?;
    let size = from.metadata()?.len();
    let mut to = TcpStream::connect(server.address).await?;
    to.set_nodelay(true)?;
    let started = Instant::now();
    let head = format!(
        "POST /api/v1/uploads HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ntus-resumable: 1.0.0\r\n\
         upload-length: {size}\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: {size}\r\n\
         connection: close\r\n\r\n",
        server.address, server.key
    );
    to.write_all(head.as_bytes()).await?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            break;
        }
        to.write_all(&piece[..read]).await?;
    }
    let mut answer = Vec::new();
    to.read_to_end(&mut answer).await?;
    let took = started.elapsed();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    if !head.starts_with("HTTP/1.1 201") {
        return Err(head.to_owned().into());
    }
    Ok((took, serde_json::from_str(body)?))
}

/// Imports a file from a server on loopback; how long it took until the video played.
pub async fn imported(server: &Serving, file: &Path) -> Done<(Duration, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/film.mp4", listener.local_addr()?);
    let file = Arc::new(file.to_owned());
    let shelf = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let file = file.clone();
            tokio::spawn(async move { hand_out(stream, &file).await });
        }
    });
    let started = Instant::now();
    let body = format!(r#"{{"title":"Film","url":"{address}"}}"#);
    let answer = server.call("POST", "/api/v1/me/video/import", &body).await?;
    server.ready(answer["video_id"].as_i64().ok_or("no video")?).await?;
    let took = started.elapsed();
    shelf.abort();
    Ok((took, address))
}

async fn hand_out(mut to: TcpStream, file: &Path) -> Done<()> {
    let (mut from, mut asked) = (File::open(file)?, [0; 4_096]);
    let _ = to.read(&mut asked).await?;
    let size = from.metadata()?.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n");
    to.write_all(head.as_bytes()).await?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok(to.shutdown().await?);
        }
        to.write_all(&piece[..read]).await?;
    }
}

//! The release binary on a port of its own, its API, and how much memory it has taken.

use super::{Done, client::Connection};
use serde_json::Value;
use std::{net::SocketAddr, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

pub struct Serving {
    child: Child,
    pub address: SocketAddr,
    pub key: String,
}

impl Serving {
    pub async fn start(folder: &Path) -> Done<Self> {
        std::fs::create_dir_all(folder)?;
        let mut child = Command::new(
            std::env::var_os("MEDIA_BENCH_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_cuepoint").into()),
        )
        .args(["serve", "--demo"])
        .current_dir(folder)
        .env("CUEPOINT_LISTEN", "127.0.0.1:0")
        .env("CUEPOINT_ADMIN_LISTEN", "127.0.0.1:0")
        .env("CUEPOINT_EGRESS_ALLOW", "127.0.0.1/32")
        .env("CUEPOINT_LOG", "warn")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let (mut address, mut key) = (None, None);
        while address.is_none() || key.is_none() {
            let Some(line) = lines.next_line().await? else { break };
            if let Some(url) = line.strip_prefix("play: http://") {
                address = url.split('/').next().and_then(|authority| authority.parse().ok());
            }
            key = line.strip_prefix("API key: ").map(str::to_owned).or(key);
        }
        let (address, key) = address.zip(key).ok_or("the server did not start")?;
        Ok(Self { child, address, key })
    }

    /// A call of the API with a JSON body.
    pub async fn call(&self, method: &str, path: &str, body: &str) -> Done<Value> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.address,
            self.key,
            body.len()
        );
        let (status, answer) = Connection::open(self.address).await?.ask(request.as_bytes()).await?;
        let answer = String::from_utf8_lossy(&answer);
        if status >= 300 {
            return Err(format!("{method} {path}: {status} {answer}").into());
        }
        Ok(serde_json::from_str(&answer)?)
    }

    /// Waits until the video plays.
    pub async fn ready(&self, id: i64) -> Done<Value> {
        loop {
            let video = self.call("GET", &format!("/api/v1/videos/{id}"), "").await?;
            match video["state"].as_str() {
                Some("ready") => return Ok(video),
                Some("failed") => return Err(format!("it failed: {video}").into()),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// A figure of its memory, in bytes, as Linux has it: `VmRSS` now, `VmHWM` at its most.
    pub fn memory(&self, name: &str) -> Done<u64> {
        let pid = self.child.id().ok_or("the server is gone")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).ok_or("no such figure")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1_024)
    }

    pub async fn end(&mut self) -> Done<()> {
        Ok(self.child.kill().await?)
    }
}

pub fn mib(bytes: u64) -> u64 {
    bytes >> 20
}

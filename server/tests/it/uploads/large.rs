//! A file of 4 GiB: it streams through, and memory stays flat.

use crate::{
    crash::Running,
    support::{
        client,
        films::{PLAIN, film},
    },
};
use serde_json::Value;
use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
    process::Command,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const SIZE: u64 = 4 << 30;
/// Pieces, the file put together from them, and some air.
const ROOM: u64 = 3 * SIZE;
const MEMORY: u64 = 150 << 20;

/// A film with a box behind it that players skip (`free`, ISO 14496-12, section 8.1.2). It takes no room here.
fn large(folder: &Path) -> std::path::PathBuf {
    let path = film(folder, "large.mp4", 3, "320x180", PLAIN);
    let mut file = OpenOptions::new().write(true).open(&path).expect("a film");
    let at = file.seek(SeekFrom::End(0)).expect("its end");
    file.write_all(&[0, 0, 0, 1]).expect("written");
    file.write_all(b"free").expect("written");
    file.write_all(&(SIZE - at).to_be_bytes()).expect("written");
    file.set_len(SIZE).expect("as long as that");
    path
}

fn has_room(folder: &Path) -> bool {
    let told = Command::new("df").args(["--output=avail", "-B1"]).arg(folder).output().expect("df");
    let told = String::from_utf8_lossy(&told.stdout);
    told.lines().nth(1).and_then(|line| line.trim().parse::<u64>().ok()).is_some_and(|free| free > ROOM)
}

/// The most memory that a process has had, in bytes, and its children's left out.
fn most(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a figure");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn a_file_of_four_gigabytes_goes_through_little_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    if !has_room(folder.path()) {
        println!("left out: it needs {} GiB of room on the disk", ROOM >> 30);
        return;
    }
    let server = Running::start(folder.path());
    let mut from = File::open(large(folder.path())).expect("a film");
    let mut to = TcpStream::connect(server.url.trim_start_matches("http://")).await.expect("a connection");
    let head = format!(
        "POST /api/v1/uploads HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {}\r\ntus-resumable: 1.0.0\r\n\
         upload-length: {SIZE}\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: {SIZE}\r\n\
         connection: close\r\n\r\n",
        server.api_key
    );
    to.write_all(head.as_bytes()).await.expect("sent");
    let mut piece = vec![0; 1 << 20];
    loop {
        match from.read(&mut piece).expect("read") {
            0 => break,
            read => to.write_all(&piece[..read]).await.expect("sent"),
        }
    }
    let mut answer = String::new();
    to.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 201"), "{answer}");
    let made: Value = serde_json::from_str(body).expect("JSON");
    let after_upload = most(server.pid());
    let job = format!("{}/api/v1/jobs/{}/events", server.url, made["job_id"].as_str().expect("an id"));
    let events = client().get(job).bearer_auth(&server.api_key).timeout(Duration::from_secs(600)).send().await;
    let told = events.expect("a stream").text().await.expect("events");
    assert!(told.contains("\"state\":\"done\""), "{told}");
    let in_all = most(server.pid());
    println!("a file of 4 GiB: {} MiB of memory for the upload, {} MiB in all", after_upload >> 20, in_all >> 20);
    assert!(in_all < MEMORY, "{} MiB", in_all >> 20);
}

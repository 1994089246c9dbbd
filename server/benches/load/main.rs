//! How fast batches are stored and pages served, each as a ratio to the machine's own limit in the same run.
//!
//! `cargo bench -p server`; the load stays on loopback and ends by itself.

mod client;

use client::{Connection, Measured, request};
use server::{
    demo,
    state::now,
    store::{
        Store,
        entries::{self, Entry, NewEntry},
    },
};
use std::{
    error::Error,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, process::Command};
use uuid::Uuid;

const CONNECTIONS: usize = 64;
const EVENTS: usize = 5;
/// Batches of one view before the next begins.
const BATCHES: usize = 20;
const LASTS: Duration = Duration::from_secs(10);

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Done<()> {
    // `cargo bench` passes --bench; the pages' baseline runs in a process of its own.
    if std::env::args().any(|argument| argument == "--bare") {
        return bare().await;
    }
    let folder = tempfile::tempdir()?;
    let limit = limit(folder.path()).await?;
    let (address, mut child) = binary(folder.path()).await?;

    let measured = client::run(CONNECTIONS, LASTS, Batches::new, address).await?;
    let events = measured.per_second() * EVENTS as f64;
    println!("POST /engage/record, {EVENTS} events a batch, {CONNECTIONS} connections, on disk before the answer");
    println!("  one writer, groups of {} rows, synchronous=FULL  {limit:>8.0} events/s", CONNECTIONS * EVENTS);
    println!(
        "  through the server                                 {events:>8.0} events/s  p50 {:.1} ms  p99 {:.1} ms",
        measured.percentile(0.50),
        measured.percentile(0.99)
    );
    println!("  ratio {:.2} (expected at least 0.30, and 3000 events/s)", events / limit);

    pages(address).await?;
    child.kill().await?;
    Ok(())
}

/// The same rows, inserted by one writer in groups, without a server around it.
async fn limit(folder: &std::path::Path) -> Done<f64> {
    let store = Store::open(&format!("sqlite://{}/limit.db", folder.display())).await?;
    let (started, mut rows) = (Instant::now(), 0);
    while started.elapsed() < LASTS {
        let group: Vec<NewEntry> = (0..CONNECTIONS)
            .flat_map(|_| {
                let view_id = Uuid::now_v7();
                (0..EVENTS).map(move |seq| NewEntry {
                    entry: Entry {
                        account_id: 1,
                        view_id,
                        seq: seq as i64,
                        at_ms: 10_000,
                        kind: "watched".into(),
                        body: r#"{"type":"watched","from":0,"to":1000,"rate":100,"hidden":false,"muted":false}"#.into(),
                    },
                    received_at: now(),
                })
            })
            .collect();
        let mut tx = store.begin().await?;
        entries::insert(tx.conn(), &group).await?;
        tx.commit().await?;
        rows += group.len();
    }
    let per_second = rows as f64 / started.elapsed().as_secs_f64();
    store.close().await;
    Ok(per_second)
}

/// The release binary with the demo, on a port of its own.
async fn binary(folder: &std::path::Path) -> Done<(SocketAddr, tokio::process::Child)> {
    let probe = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = probe.local_addr()?;
    drop(probe);
    let child = Command::new(env!("CARGO_BIN_EXE_cuepoint"))
        .args(["serve", "--demo"])
        .current_dir(folder)
        .env("CUEPOINT_LISTEN", address.to_string())
        .env("CUEPOINT_ADMIN_LISTEN", "127.0.0.1:0")
        .env("CUEPOINT_LOG", "warn")
        // It is the writer that is measured.
        .env("CUEPOINT_RATE_LIMITS", "off")
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    for _ in 0..100 {
        if let Ok(mut connection) = Connection::open(address).await
            && connection.ask(&request("GET", &demo_page(), "")).await.is_ok_and(|(status, _)| status == 200)
        {
            return Ok((address, child));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the server did not start".into())
}

fn demo_page() -> String {
    format!("/video/play/{}", demo::TOKEN)
}

/// One connection's batches: views of twenty batches each, like a player's.
struct Batches {
    session: Uuid,
    batch: usize,
}

impl Batches {
    fn new(_connection: usize) -> Self {
        Self { session: Uuid::now_v7(), batch: 0 }
    }
}

impl Iterator for Batches {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.batch == BATCHES {
            *self = Self::new(0);
        }
        let events: Vec<String> = (0..EVENTS).map(|i| {
            let seq = self.batch * EVENTS + i;
            let (from, at) = (seq * 600, 1_000 + seq * 600);
            let to = from + 600;
            format!(r#"{{"seq":{seq},"at":{at},"type":"watched","from":{from},"to":{to},"rate":100,"hidden":false,"muted":false}}"#)
        }).collect();
        self.batch += 1;
        let body = format!(
            r#"{{"v":1,"session":"{}","video":"{}","sent":{},"events":[{}]}}"#,
            self.session,
            demo::TOKEN,
            now(),
            events.join(",")
        );
        Some(request("POST", "/engage/record", &body))
    }
}

/// The play page beside a bare handler that returns the same bytes, each in a process of its own.
async fn pages(address: SocketAddr) -> Done<()> {
    let path = demo_page();
    let (_, page) = Connection::open(address).await?.ask(&request("GET", &path, "")).await?;
    let probe = std::net::TcpListener::bind("127.0.0.1:0")?;
    let bare = probe.local_addr()?;
    drop(probe);
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &page)?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--bare")
        .env("BARE_LISTEN", bare.to_string())
        .env("BARE_PAGE", file.path())
        .kill_on_drop(true)
        .spawn()?;
    while Connection::open(bare).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ask = request("GET", &path, "");
    let (mut ours, mut theirs) = (Measured::default(), Measured::default());
    for _ in 0..3 {
        theirs.add(client::run(16, LASTS / 4, |_| std::iter::repeat(ask.clone()), bare).await?);
        ours.add(client::run(16, LASTS / 4, |_| std::iter::repeat(ask.clone()), address).await?);
    }
    println!("GET {path}, 16 connections, {} bytes", page.len());
    println!("  bare handler, same bytes  {:>8.0} requests/s", theirs.per_second());
    println!("  play page                 {:>8.0} requests/s  p99 {:.1} ms", ours.per_second(), ours.percentile(0.99));
    println!("  ratio {:.2}", ours.per_second() / theirs.per_second());
    child.kill().await?;
    Ok(())
}

async fn bare() -> Done<()> {
    let page = bytes::Bytes::from(std::fs::read(std::env::var("BARE_PAGE")?)?);
    let listener = TcpListener::bind(std::env::var("BARE_LISTEN")?).await?;
    let answer = move || {
        let page = page.clone();
        async move { ([("content-type", "text/html; charset=utf-8")], page) }
    };
    let app = axum::Router::new().route("/video/play/{token}", axum::routing::get(answer));
    Ok(axum::serve(listener, app).await?)
}

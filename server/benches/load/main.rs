//! How fast batches are stored and pages served, each as a ratio to the machine's own limit in the same run.
//!
//! `cargo bench -p server --bench load`; with `TEST_POSTGRES_URL` (`scripts/postgres` sets it) on PostgreSQL
//! too. `BENCH_SECONDS` says how long batches come. The load stays on loopback and ends by itself.

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
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, PgConnection, sqlite::SqliteConnectOptions};
use std::{
    error::Error,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
};
use uuid::Uuid;

const CONNECTIONS: usize = 64;
const EVENTS: usize = 5;
/// Batches of one view before the next begins; each view is another viewer's.
const BATCHES: usize = 20;
/// How long pages are asked for, and the machine's own limits are looked for.
const LASTS: Duration = Duration::from_secs(10);
/// How long batches come, where `BENCH_SECONDS` does not say.
const SUSTAINED_S: u64 = 60;

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Done<()> {
    // `cargo bench` passes --bench; the pages' baseline runs in a process of its own.
    if std::env::args().any(|argument| argument == "--bare") {
        return bare().await;
    }
    let folder = tempfile::tempdir()?;
    let file = |name: &str| format!("sqlite://{}/{name}.db", folder.path().display());
    let (address, mut child) =
        ingest("SQLite, synchronous=FULL", folder.path(), &file("limit"), &file("cuepoint")).await?;
    pages(address).await?;
    child.kill().await?;
    if let Ok(base) = std::env::var("TEST_POSTGRES_URL") {
        let (limit, database) = (created(&base).await?, created(&base).await?);
        let folder = tempfile::tempdir()?;
        ingest("PostgreSQL", folder.path(), &limit, &database).await?.1.kill().await?;
    }
    Ok(())
}

/// A new database on that server; its URL.
async fn created(base: &str) -> Done<String> {
    let name = format!("bench_{}", Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(base).await?;
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await?;
    let mut url: url::Url = base.parse()?;
    url.set_path(&name);
    Ok(url.into())
}

/// Sends batches to the release binary, beside what one writer alone can do. Leaves the server running.
async fn ingest(engine: &str, folder: &std::path::Path, spare: &str, database: &str) -> Done<(SocketAddr, Child)> {
    let limit = limit(spare).await?;
    let (address, child) = binary(folder, database).await?;
    let seconds = std::env::var("BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SUSTAINED_S);
    let measured = client::run(CONNECTIONS, Duration::from_secs(seconds), Batches::new, address).await?;
    let events = measured.per_second() * EVENTS as f64;
    let (p50, p99) = (measured.percentile(0.50), measured.percentile(0.99));
    println!("POST /engage/record, {EVENTS} events a batch, {CONNECTIONS} connections, on disk before the answer");
    println!("  {engine}, for {seconds} s");
    println!("  one writer, groups of {} rows  {limit:>8.0} events/s", CONNECTIONS * EVENTS);
    println!("  through the server             {events:>8.0} events/s  p50 {p50:.1} ms  p99 {p99:.1} ms");
    println!("  ratio {:.2}; at most {} MiB of memory", events / limit, peak(&child)?);
    println!("  (expected: at least 5000 events/s, a p99 below 50 ms, below 200 MiB)");
    let (sent, stored) = (measured.count() * EVENTS, count(database).await?);
    if stored != sent {
        return Err(format!("{stored} of {sent} events are stored").into());
    }
    Ok((address, child))
}

/// The most memory that a process ever had, in MiB.
fn peak(child: &Child) -> Done<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().ok_or("it runs")?))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("a line of its own")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1_024)
}

/// Events that are stored.
async fn count(database: &str) -> Done<usize> {
    const COUNT: &str = "select count(*) from entries";
    let stored: i64 = if database.starts_with("sqlite:") {
        let mut file = database.parse::<SqliteConnectOptions>()?.read_only(true).connect().await?;
        sqlx::query_scalar(COUNT).fetch_one(&mut file).await?
    } else {
        sqlx::query_scalar(COUNT).fetch_one(&mut PgConnection::connect(database).await?).await?
    };
    Ok(usize::try_from(stored)?)
}

/// The same rows, inserted by one writer in groups, without a server around it.
async fn limit(database: &str) -> Done<f64> {
    let store = Store::open(database).await?;
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
async fn binary(folder: &std::path::Path, database: &str) -> Done<(SocketAddr, Child)> {
    let probe = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = probe.local_addr()?;
    drop(probe);
    let child = Command::new(env!("CARGO_BIN_EXE_cuepoint"))
        .args(["serve", "--demo"])
        .current_dir(folder)
        .env("CUEPOINT_LISTEN", address.to_string())
        .env("CUEPOINT_ADMIN_LISTEN", "127.0.0.1:0")
        .env("CUEPOINT_DATABASE_URL", database)
        .env("CUEPOINT_LOG", "warn")
        // Each view comes from an address of its own.
        .env("CUEPOINT_TRUSTED_PROXIES", "127.0.0.1")
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
        let [.., a, b, c] = self.session.into_bytes();
        let head = format!("x-forwarded-for: 10.{a}.{b}.{c}\r\ncontent-length: {}", body.len());
        Some(format!("POST /engage/record HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n{body}").into_bytes())
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

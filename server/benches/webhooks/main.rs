//! How fast webhooks leave, beside what the receiver takes from a plain load generator in the same run.
//!
//! `cargo bench -p server --bench webhooks`; with `TEST_POSTGRES_URL` (`scripts/postgres` sets it) on PostgreSQL too.

#[allow(dead_code)]
#[path = "../load/client.rs"]
mod client;

use axum::{Router, extract::State as Shared, http::HeaderMap, routing::post};
use client::request;
use server::{
    config::Config,
    serve::Server,
    state::{State, now},
    store::{
        accounts::{self, Account},
        circuits,
        endpoints::{self, NewEndpoint, Pace},
        outbox::{self, Message},
    },
    webhook::circuit::Circuit,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    collections::HashMap,
    error::Error,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use uuid::Uuid;

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ENDPOINTS: usize = 50;
const MESSAGES: usize = 400;
const CONNECTIONS: usize = 64;
const LASTS: Duration = Duration::from_secs(5);
/// Messages a second, and for how long, when it is asked how long one takes.
const RATE: u32 = 200;
const SAMPLES: usize = 2_000;
const ACCOUNT: i64 = 1;

/// A receiver on loopback that answers at once.
#[derive(Clone, Default)]
struct Receiver {
    came: Arc<Mutex<HashMap<Uuid, Instant>>>,
    count: Arc<AtomicUsize>,
}

impl Receiver {
    async fn start(&self) -> Done<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let app = Router::new().route("/", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(address)
    }

    async fn until(&self, n: usize) {
        while self.count.load(Ordering::Relaxed) < n {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn take(Shared(receiver): Shared<Receiver>, headers: HeaderMap, _body: String) -> &'static str {
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()?.parse().ok());
    if let Some(id) = id {
        receiver.came.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Instant::now());
    }
    receiver.count.fetch_add(1, Ordering::Relaxed);
    "ok"
}

#[tokio::main]
async fn main() -> Done<()> {
    let receiver = Receiver::default();
    let address = receiver.start().await?;
    let body = message("VideoCTA").body;
    let plain = client::run(CONNECTIONS, LASTS, |_| std::iter::repeat(request("POST", "/", &body)), address).await?;
    let limit = plain.per_second();
    println!("a receiver on loopback");
    println!("  {CONNECTIONS} connections of a plain load generator   {limit:>8.0} requests/s");
    let folder = tempfile::tempdir()?;
    let file = format!("sqlite://{}/cuepoint.db", folder.path().display());
    measure("SQLite", &folder, &file, limit).await?;
    if let Ok(base) = std::env::var("TEST_POSTGRES_URL") {
        let name = format!("bench_{}", Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&base).await?;
        sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await?;
        let mut url: url::Url = base.parse()?;
        url.set_path(&name);
        measure("PostgreSQL", &tempfile::tempdir()?, url.as_str(), limit).await?;
    }
    println!("expected: at least 1000 deliveries/s, and a p99 below 500 ms");
    Ok(())
}

async fn measure(engine: &str, folder: &TempDir, database: &str, limit: f64) -> Done<()> {
    let server = start(folder, database).await?;
    let state = &server.state;
    let receiver = Receiver::default();
    let address = receiver.start().await?;
    let mut ids = Vec::new();
    for _ in 0..ENDPOINTS {
        ids.push(endpoint(state, address, "VideoCTA").await?);
    }
    endpoint(state, address, "VideoReply").await?;
    // They wait until all are there.
    wait(state, &ids, i64::MAX / 2).await?;
    for _ in 0..MESSAGES / 20 {
        let mut tx = state.store.begin().await?;
        for _ in 0..20 {
            outbox::enqueue(tx.conn(), &message("VideoCTA")).await?;
        }
        tx.commit().await?;
    }
    wait(state, &ids, 0).await?;
    let begun = Instant::now();
    state.courier_bell.notify_one();
    receiver.until(MESSAGES * ENDPOINTS).await;
    let per_second = (MESSAGES * ENDPOINTS) as f64 / begun.elapsed().as_secs_f64();
    println!("{engine}, {} deliveries to {ENDPOINTS} endpoints, every attempt kept", MESSAGES * ENDPOINTS);
    println!("  through the outbox                           {per_second:>8.0} deliveries/s");
    println!("  ratio {:.2}", per_second / limit);

    receiver.count.store(0, Ordering::Relaxed);
    let (mut pace, mut committed) = (tokio::time::interval(Duration::from_secs(1) / RATE), HashMap::new());
    for _ in 0..SAMPLES {
        pace.tick().await;
        let message = message("VideoReply");
        let mut tx = state.store.begin().await?;
        outbox::enqueue(tx.conn(), &message).await?;
        tx.commit().await?;
        committed.insert(message.id, Instant::now());
        state.courier_bell.notify_one();
    }
    receiver.until(SAMPLES).await;
    let came = receiver.came.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut took: Vec<f64> = committed
        .iter()
        .filter_map(|(id, at)| Some(came.get(id)?.saturating_duration_since(*at).as_secs_f64() * 1_000.0))
        .collect();
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took.get((took.len() as f64 * share) as usize).copied().unwrap_or_default();
    println!("  from commit to receipt at {RATE}/s               p50 {:.1} ms  p99 {:.1} ms", at(0.50), at(0.99));
    server.stop().await;
    Ok(())
}

async fn start(folder: &TempDir, database: &str) -> Done<Server> {
    let settings = [
        ("CUEPOINT_DATABASE_URL", database.to_owned()),
        ("CUEPOINT_MEDIA_URL", format!("file://{}/media", folder.path().display())),
        ("CUEPOINT_EGRESS_ALLOW", "127.0.0.1/32".to_owned()),
    ];
    let config = Config::load(settings.into_iter().map(|(name, value)| (name.to_owned(), value)))?;
    let server = Server::start(config, TcpListener::bind("127.0.0.1:0").await?, None).await?;
    let mut tx = server.state.store.begin().await?;
    let account = Account { id: ACCOUNT, email: "bench@example.com".into(), name: "Bench".into() };
    accounts::insert(tx.conn(), &account, now()).await?;
    tx.commit().await?;
    Ok(server)
}

async fn endpoint(state: &State, address: SocketAddr, event: &str) -> Done<Uuid> {
    let id = Uuid::now_v7();
    let new = NewEndpoint {
        account_id: ACCOUNT,
        id,
        url: &format!("http://{address}/"),
        description: "",
        secret: &state.keys.seal(&[7; 32]),
        events: &[event],
        pace: Pace::default(),
        created_at: now(),
    };
    let mut tx = state.store.begin().await?;
    endpoints::insert(tx.conn(), &new).await?;
    tx.commit().await?;
    Ok(id)
}

async fn wait(state: &State, ids: &[Uuid], until: i64) -> Done<()> {
    let mut tx = state.store.begin().await?;
    for id in ids {
        circuits::write(tx.conn(), ACCOUNT, *id, &Circuit { wait_until: until, ..Circuit::default() }).await?;
    }
    Ok(tx.commit().await?)
}

/// As long as most are.
fn message(event: &str) -> Message {
    let id = Uuid::now_v7();
    let body = format!(r#"{{"hook":{{"uuid":"{id}"}},"eventName":"{event}","filler":"{}"}}"#, "x".repeat(600));
    Message { account_id: ACCOUNT, id, event: event.into(), video_id: 1, viewer_id: None, body, created_at: now() }
}

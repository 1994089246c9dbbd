//! How long reports take with ten thousand, a million and ten million entries, and that it stays the same.
//!
//! `cargo bench -p server --bench reports`; with `TEST_POSTGRES_URL` (`scripts/postgres` sets it) on PostgreSQL
//! too. `BENCH_ENTRIES=10000,1000000` sets other sizes.

#[allow(dead_code)]
#[path = "../load/client.rs"]
mod client;

use app::{film::Settings, player::watched::Span};
use client::request;
use server::{
    config::Config,
    keys::digest,
    report::{
        credit::Credit,
        part::{Given, Part, SHOWN},
    },
    serve::Server,
    state::now,
    store::{
        Conn, Store,
        accounts::{self, Account, NewKey},
        videos::{self, Files, Video},
        views::{self, View},
    },
    writer::rollup::{Rollup, json},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    error::Error,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;
use uuid::Uuid;

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

const KEY: &str = "cue_bench_key_of_nobody_else";
const EMAIL: &str = "bench@example.com";
const DURATION_MS: i64 = 600_000;
/// Entries of a view, and views of a viewer.
const EVENTS: i64 = 20;
const VIEWS: i64 = 4;
/// Views of one transaction.
const GROUP: i64 = 500;
const LASTS: Duration = Duration::from_secs(4);
/// What is asked for.
const REPORTS: [(&str, &str); 7] = [
    ("video report", "/api/v1/me/video/reports/{id}"),
    ("viewer profile", "/api/v1/me/video/viewer_profile?video_id={id}"),
    ("retention", "/api/v1/videos/{id}/reports/retention"),
    ("series", "/api/v1/videos/{id}/reports/series"),
    ("answers", "/api/v1/videos/{id}/reports/answers"),
    ("attention", "/api/v1/videos/{id}/reports/attention"),
    ("referrers", "/api/v1/videos/{id}/reports/referrers"),
];

#[tokio::main]
async fn main() -> Done<()> {
    let sizes = std::env::var("BENCH_ENTRIES").unwrap_or_else(|_| "10000,1000000,10000000".into());
    let sizes: Vec<i64> = sizes.split(',').map(|size| size.trim().parse()).collect::<Result<_, _>>()?;
    engine("SQLite", &sizes, None).await?;
    if let Ok(base) = std::env::var("TEST_POSTGRES_URL") {
        engine("PostgreSQL", &sizes, Some(&base)).await?;
    }
    Ok(())
}

/// Each size on one engine: a file, or new databases on the PostgreSQL at `base`.
async fn engine(name: &str, sizes: &[i64], base: Option<&str>) -> Done<()> {
    let mut measured: Vec<(i64, Vec<f64>)> = Vec::new();
    for size in sizes {
        measured.push((*size, one(*size, base).await?));
    }
    println!("{name}: reports by API, 4 connections, p95 in milliseconds");
    print!("{:>12} entries", "");
    REPORTS.iter().for_each(|(name, _)| print!("{name:>16}"));
    println!();
    for (size, took) in &measured {
        print!("{size:>20}");
        took.iter().for_each(|ms| print!("{ms:>16.2}"));
        println!();
    }
    if let (Some((_, first)), Some((_, last))) = (measured.first(), measured.last()) {
        print!("{:>20}", "largest / smallest");
        first.iter().zip(last).for_each(|(first, last)| print!("{:>16.2}", last / first));
        println!("\n(expected: below 50 ms each, and at most 1.5 times the smallest)");
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

/// Fills a database of its own and asks for each report. Returns the p95 of each.
async fn one(size: i64, base: Option<&str>) -> Done<Vec<f64>> {
    let folder = tempfile::tempdir()?;
    let url = match base {
        Some(base) => created(base).await?,
        None => format!("sqlite://{}/reports.db", folder.path().display()),
    };
    let started = Instant::now();
    let store = Store::open(&url).await?;
    let video = video(&store).await?;
    fill(&store, &video, size / EVENTS).await?;
    store.close().await;
    println!("{size} entries written in {:.0} s", started.elapsed().as_secs_f64());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let vars = [
        ("CUEPOINT_DATABASE_URL", url),
        ("CUEPOINT_MEDIA_URL", format!("file://{}/media", folder.path().display())),
        ("CUEPOINT_PUBLIC_URL", format!("http://{address}")),
    ];
    let config = Config::load(vars.into_iter().map(|(name, value)| (name.to_owned(), value)))?;
    let server = Server::start(config, listener, None).await?;
    let mut took = Vec::new();
    for (_, path) in REPORTS {
        let joint = if path.contains('?') { '&' } else { '?' };
        let path = format!("{}{joint}email={EMAIL}&api_key={KEY}", path.replace("{id}", &video.id.to_string()));
        let ask = request("GET", &path, "");
        let measured = client::run(4, LASTS, |_| std::iter::repeat(ask.clone()), address).await?;
        took.push(measured.percentile(0.95));
    }
    server.stop().await;
    Ok(took)
}

async fn video(store: &Store) -> Done<Video> {
    let mut tx = store.begin().await?;
    let account = Account { id: 1, email: EMAIL.into(), name: "Bench".into() };
    accounts::insert(tx.conn(), &account, now()).await?;
    let hash = digest(KEY.as_bytes());
    accounts::insert_key(tx.conn(), 1, NewKey { id: Uuid::now_v7(), prefix: "cue_benc", hash: &hash }, now()).await?;
    let video = Video {
        account_id: 1,
        id: videos::next_id(tx.conn()).await?,
        token: "benchOfTheReports00001".into(),
        title: "Ten minutes".into(),
        description: String::new(),
        state: "ready".into(),
        error: None,
        duration_ms: Some(DURATION_MS),
        width: 640,
        height: 360,
        files: Files::default(),
        embed_hosts: None,
        settings: Settings::default(),
        timeline_version: 1,
        expires_at: None,
        access: Default::default(),
        deleted_at: None,
        created_at: now(),
    };
    videos::insert(tx.conn(), &video).await?;
    tx.commit().await?;
    Ok(video)
}

/// Entries of `$2` views from the `$1`th on, the ids as [`view`] makes them.
const ENTRIES_SQLITE: &str = "
insert into entries (account_id, view_id, seq, at_ms, kind, body, received_at)
with recursive v (n) as (select $1 union all select n + 1 from v where n + 1 < $1 + $2),
  e (seq) as (select 0 union all select seq + 1 from e where seq + 1 < 20)
select 1, unhex(printf('%024X00000007', n)), seq, seq * 10000, 'watched',
       '{\"type\":\"watched\",\"from\":0,\"to\":1000,\"rate\":100,\"hidden\":false,\"muted\":false}', 1795392000000
  from v cross join e";
const ENTRIES_POSTGRES: &str = "
insert into entries (account_id, view_id, seq, at_ms, kind, body, received_at)
select 1, (lpad(to_hex(n), 24, '0') || '00000007')::uuid, seq, seq * 10000, 'watched',
       '{\"type\":\"watched\",\"from\":0,\"to\":1000,\"rate\":100,\"hidden\":false,\"muted\":false}', 1795392000000
  from generate_series($1::bigint, $1::bigint + $2::bigint - 1) n, generate_series(0, 19) seq";

/// Views over the last thirty days and the sums of them, by the store's own ways, and their entries, which
/// the database makes up itself.
async fn fill(store: &Store, video: &Video, views: i64) -> Done<()> {
    let (begin, end) = (now() - 30 * 86_400_000, now());
    for n in (0..views).step_by(GROUP as usize) {
        let (mut group, mut rollup) = (Vec::new(), Rollup::default());
        for i in n..(n + GROUP).min(views) {
            let view = view(video, i, begin + (end - begin) * i / views);
            rollup.replace(None, Part::of(&view)?.as_ref());
            group.push(view);
        }
        let count = group.len() as i64;
        let mut tx = store.begin().await?;
        match tx.conn() {
            Conn::Sqlite(db) => _ = sqlx::query(ENTRIES_SQLITE).bind(n).bind(count).execute(db).await?,
            Conn::Postgres(db) => _ = sqlx::query(ENTRIES_POSTGRES).bind(n).bind(count).execute(db).await?,
        }
        views::replace(tx.conn(), &group).await?;
        rollup.write(&mut tx).await?;
        tx.commit().await?;
    }
    // As its own daemon would have done long ago.
    if let Store::Postgres(pool) = store {
        sqlx::query("vacuum analyze").execute(pool).await?;
    }
    Ok(())
}

fn view(video: &Video, n: i64, started_at: i64) -> View {
    // From somewhere in the first half, for up to five minutes; no two in a row alike.
    let (from, length) = (n * 7_919 % 300_000, 1_000 + n * 104_729 % 299_000);
    let span = Span::new(from, from + length);
    let credit = Credit {
        played: true,
        watched_ms: length,
        unique_ms: length,
        percent: length * 100 / DURATION_MS,
        spans: vec![span],
        plays: vec![span],
        ..Credit::default()
    };
    let mut given = Given::of(&credit, [].iter(), DURATION_MS);
    given.met = vec![(Uuid::from_u128(1), SHOWN, 1), (Uuid::from_u128(1), n % 3, 1)];
    View {
        viewer_id: Uuid::from_u128(((n / VIEWS) as u128) << 8),
        ip: "10.XXX.0.XXX".into(),
        surface: "play".into(),
        referrer: Some(format!("https://site{}.example.com/", n % 50)),
        started_at,
        last_received_at: started_at,
        played: true,
        watched_ms: length,
        unique_ms: length,
        entries: EVENTS,
        percent: credit.percent,
        spans: format!("[[{from},{}]]", from + length),
        closed_at: Some(started_at),
        duration_ms: video.duration_ms,
        given: json(&given),
        ..View::new(video.account_id, video.id, Uuid::from_u128((n as u128) << 32 | 7))
    }
}

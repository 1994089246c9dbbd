//! An account, a database of either engine, and a courier that works only when it is told to.

use server::{
    catalogue::Catalogue,
    config::Config,
    contents::Contents,
    egress::{Client, Sender},
    identity::Salts,
    keys::{Keys, digest, random},
    media::Media,
    metrics::Counters,
    state::{Inner, State},
    store::{
        Reader, Store,
        accounts::{self, Account, NewKey},
        circuits,
        claims::{self, Share},
        deliveries::{self, End, Job},
        endpoints::{self, NewEndpoint, Pace, Why},
        log::{self, Delivery, Filter},
        outbox::{self, Message},
    },
    talk::Talks,
    webhook::{circuit::Circuit, courier::Courier, post::Outcome, schedule::Next, seats::Seats},
    writer::Writer,
};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// An instant, in Unix milliseconds.
pub const NOW: i64 = 1_732_312_345_123;
pub const ACCOUNT: i64 = 7;
pub const KEY: &str = "cue_of_the_bench";
pub const EMAIL: &str = "Owner@example.com";
/// Another account's key.
pub const OTHER_KEY: &str = "cue_of_the_neighbour";

pub struct Bench {
    pub state: State,
    folder: TempDir,
}

impl Bench {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/cuepoint.db", folder.path().display());
        Self::open(folder, &url).await
    }

    /// None without a PostgreSQL to test on.
    pub async fn postgres() -> Option<Self> {
        let server = std::env::var("TEST_POSTGRES_URL").ok()?;
        let name = format!("webhooks_{}", Uuid::now_v7().simple());
        let pool = sqlx::PgPool::connect(&server).await.expect("PostgreSQL");
        let create = sqlx::AssertSqlSafe(format!("create database {name}"));
        sqlx::query(create).execute(&pool).await.expect("a database");
        pool.close().await;
        let mut url: url::Url = server.parse().expect("a URL");
        url.set_path(&name);
        Some(Self::open(tempfile::tempdir().expect("a folder"), url.as_str()).await)
    }

    async fn open(folder: TempDir, url: &str) -> Self {
        let store = Store::open(url).await.expect("a database");
        let state = state(&folder, store, "127.0.0.0/8");
        let mut tx = state.store.begin().await.expect("a transaction");
        for (id, email, key) in [(ACCOUNT, EMAIL, KEY), (ACCOUNT + 1, "other@example.com", OTHER_KEY)] {
            let account = Account { id, email: email.into(), name: "Owner".into() };
            accounts::insert(tx.conn(), &account, NOW).await.expect("an account");
            let key = NewKey { id: Uuid::now_v7(), prefix: "cue_", hash: &digest(key.as_bytes()) };
            accounts::insert_key(tx.conn(), id, key, NOW).await.expect("a key");
        }
        tx.commit().await.expect("committed");
        Self { state, folder }
    }

    pub fn courier(&self) -> Courier {
        Courier::new(self.state.clone())
    }

    /// A courier of a server that may reach no private address.
    pub fn shut_in(&self) -> Courier {
        Courier::new(state(&self.folder, self.state.store.clone(), ""))
    }

    /// One round at `now`; returns how many attempts it made.
    pub async fn step(&self, now: i64) -> usize {
        self.courier().step(now).await.expect("a round")
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.state.store, Store::Sqlite { .. })
    }

    pub fn run(&self) -> Running {
        let stop = CancellationToken::new();
        Running { task: tokio::spawn(self.courier().run(stop.clone())), stop }
    }

    pub async fn endpoint(&self, url: &str, secret: &[u8], events: &[&str]) -> Uuid {
        self.paced(url, secret, events, Pace::default()).await
    }

    pub async fn paced(&self, url: &str, secret: &[u8], events: &[&str], pace: Pace) -> Uuid {
        let secret = &self.state.keys.seal(secret);
        let id = Uuid::now_v7();
        let new = NewEndpoint { account_id: ACCOUNT, id, url, description: "", secret, events, pace, created_at: NOW };
        let mut tx = self.state.store.begin().await.expect("a transaction");
        endpoints::insert(tx.conn(), &new).await.expect("an endpoint");
        tx.commit().await.expect("committed");
        id
    }

    pub async fn disable(&self, endpoint: Uuid) {
        let mut tx = self.state.store.begin().await.expect("a transaction");
        endpoints::disable(tx.conn(), ACCOUNT, endpoint, Why::Owner, NOW).await.expect("disabled");
        tx.commit().await.expect("committed");
    }

    /// Commits a message and rings the bell.
    pub async fn send(&self, event: &str, at: i64) -> Message {
        self.put(message(event, at)).await
    }

    /// The same about another video.
    pub async fn send_about(&self, video_id: i64, at: i64) -> Message {
        self.put(Message { video_id, ..message("VideoCTA", at) }).await
    }

    async fn put(&self, message: Message) -> Message {
        let mut tx = self.state.store.begin().await.expect("a transaction");
        outbox::enqueue(tx.conn(), &message).await.expect("queued");
        tx.commit().await.expect("committed");
        self.state.courier_bell.notify_one();
        message
    }

    /// Claims as a courier would that then dies.
    pub async fn claim(&self, now: i64, share: Share) -> Vec<Job> {
        let mut tx = self.state.store.begin().await.expect("a transaction");
        deliveries::reclaim(tx.conn(), now, now).await.expect("reclaimed");
        let claimed = claims::claim(tx.conn(), now, now + 40_000, Uuid::now_v7(), share).await.expect("a claim");
        tx.commit().await.expect("committed");
        claimed.jobs
    }

    /// Writes down what came of a claimed delivery; false when the claim had lapsed.
    pub async fn complete(&self, job: &Job, outcome: &Outcome, next: Next, at: i64) -> bool {
        let mut tx = self.state.store.begin().await.expect("a transaction");
        let end = End { outcome, next, step: job.step + 1, at };
        let written = deliveries::complete(tx.conn(), job, &end).await.expect("written");
        tx.commit().await.expect("committed");
        written
    }

    pub async fn log(&self, endpoint: Uuid) -> Vec<Delivery> {
        let mut reader = self.state.store.reader().await.expect("a reader");
        log::of_endpoint(reader.conn(), ACCOUNT, endpoint, &Filter::default(), 1_000).await.expect("a log")
    }

    /// How the way to an endpoint fares.
    pub async fn circuit(&self, endpoint: Uuid) -> Circuit {
        let mut tx = self.state.store.begin().await.expect("a transaction");
        circuits::lock(tx.conn(), ACCOUNT, endpoint).await.expect("read").expect("a circuit")
    }

    /// How much of their schedule the deliveries to an endpoint have used up.
    pub async fn steps(&self, endpoint: Uuid) -> Vec<i64> {
        let sql = "select step from deliveries where endpoint_id = $1";
        let steps = match self.state.store.reader().await.expect("a reader") {
            Reader::Sqlite(mut db) => sqlx::query_scalar(sql).bind(endpoint).fetch_all(&mut *db).await,
            Reader::Postgres(mut db) => sqlx::query_scalar(sql).bind(endpoint).fetch_all(&mut *db).await,
        };
        steps.expect("steps")
    }

    /// How many messages are kept.
    pub async fn messages(&self) -> i64 {
        let sql = "select count(*) from outbox";
        let count = match self.state.store.reader().await.expect("a reader") {
            Reader::Sqlite(mut db) => sqlx::query_scalar(sql).fetch_one(&mut *db).await,
            Reader::Postgres(mut db) => sqlx::query_scalar(sql).fetch_one(&mut *db).await,
        };
        count.expect("a number")
    }

    /// The ids of all deliveries, which must be done.
    pub async fn all_done(&self) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for endpoint in self.endpoints().await {
            for delivery in self.log(endpoint.id).await {
                assert_eq!((delivery.state.as_str(), delivery.attempt), ("done", 1));
                ids.push(delivery.id);
            }
        }
        ids
    }

    /// `enabled` or `disabled`.
    pub async fn state_of(&self, endpoint: Uuid) -> String {
        let all = self.endpoints().await;
        all.into_iter().find(|found| found.id == endpoint).expect("the endpoint").state
    }

    async fn endpoints(&self) -> Vec<endpoints::Endpoint> {
        let mut reader = self.state.store.reader().await.expect("a reader");
        endpoints::of_account(reader.conn(), ACCOUNT).await.expect("endpoints")
    }
}

/// A courier at work.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub fn ask_to_stop(&self) {
        self.stop.cancel();
    }

    pub async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(20), self.task).await.expect("in time").expect("no panic");
    }
}

pub fn message(event: &str, at: i64) -> Message {
    let id = uuid::Builder::from_unix_timestamp_millis(at.unsigned_abs(), &random()).into_uuid();
    let body = format!(r#"{{"hook":{{"uuid":"{id}"}},"eventName":"{event}","name":"Zürich – 東京"}}"#);
    Message { account_id: ACCOUNT, id, event: event.into(), video_id: 1, viewer_id: None, body, created_at: at }
}

fn state(folder: &TempDir, store: Store, egress_allow: &str) -> State {
    let folder = format!("file://{}/media", folder.path().display());
    let settings = [("CUEPOINT_MEDIA_URL", folder.as_str()), ("CUEPOINT_EGRESS_ALLOW", egress_allow)];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::load(settings.into_iter()).expect("settings");
    let bell = Arc::new(Notify::new());
    let stopping = CancellationToken::new();
    let (writer, _) = Writer::start(store.clone(), config.link(""), bell.clone(), stopping.clone());
    let media = Media::open(&config.media_url).expect("a media folder");
    State::new(Inner {
        catalogue: Catalogue::new(store.clone()),
        talks: Talks::new(store.clone()),
        contents: Contents::new(media.clone()),
        egress: Client::for_reading(&config.egress_allow).expect("a client"),
        hooks: Sender::new(&config.egress_allow).expect("a sender"),
        media,
        keys: Keys::from_bytes(&[7; 32]),
        salts: Salts::default(),
        agents: server::agent::Agents::default(),
        geo: server::geo::Geo::default(),
        limits: server::limits::Limits::default(),
        guesses: server::access::password::Guesses::default(),
        hashing: server::hashing::Hashing::default(),
        counters: Counters::default(),
        people: server::people::People::default(),
        jobs: server::jobs::Jobs::default(),
        courier_bell: bell,
        replay_bell: Notify::new(),
        hook_seats: Seats::default(),
        config,
        store,
        writer,
        stopping,
    })
}

/// Each named test on SQLite and, where `TEST_POSTGRES_URL` names one, on PostgreSQL.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[tokio::test] async fn $test() { super::$test(super::Bench::sqlite().await).await })*
        }
        mod postgres {
            $(#[tokio::test] async fn $test() {
                if let Some(bench) = super::Bench::postgres().await { super::$test(bench).await }
            })*
        }
    };
}
pub(crate) use on_both;

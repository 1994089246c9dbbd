//! A running server for one test, and builders for what stands in it.

pub mod batch;
pub mod described;
pub mod dump;
pub mod films;
pub mod mailbox;
pub mod places;
pub mod played;
pub mod receiver;
pub mod shelf;

use app::{film::Settings, interaction::Interaction};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use server::{
    config::Config,
    keys::digest,
    media::Media,
    serve::Server,
    state::{State, now},
    store::{
        accounts::{self, Account, NewKey},
        interactions,
        videos::{self, Files, Video},
    },
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::process::{Command, Output};
use tempfile::TempDir;
use tokio::net::TcpListener;
use uuid::Uuid;

pub const API_KEY: &str = "cue_test_key_of_the_sandbox";

/// Runs a test on SQLite always, and on PostgreSQL when `TEST_POSTGRES_URL` names a server.
macro_rules! on_each_engine {
    ($($name:ident)*) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name(crate::support::App::start().await).await; })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            if let Some(app) = crate::support::App::on_postgres().await { super::$name(app).await; }
        })* }
    };
}
pub(crate) use on_each_engine;

pub struct App {
    pub url: String,
    pub http: Client,
    pub account_id: i64,
    pub folder: TempDir,
    vars: Vec<(String, String)>,
    server: Option<Server>,
}

impl App {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more settings.
    pub async fn start_with(more: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/cuepoint.db", folder.path().display());
        Self::with(folder, &url, more).await
    }

    /// None when no PostgreSQL is to be had, which `make test` sees to.
    pub async fn on_postgres() -> Option<Self> {
        Self::on_postgres_with(&[]).await
    }

    pub async fn on_postgres_with(more: &[(&str, String)]) -> Option<Self> {
        let base = std::env::var("TEST_POSTGRES_URL").ok()?;
        let name = format!("test_{}", Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&base).await.expect("TEST_POSTGRES_URL can be reached");
        sqlx::query(AssertSqlSafe(format!("create database {name}")))
            .execute(&mut connection)
            .await
            .expect("a database");
        let mut url = url::Url::parse(&base).expect("a URL");
        url.set_path(&name);
        Some(Self::with(tempfile::tempdir().expect("a folder"), url.as_str(), more).await)
    }

    async fn with(folder: TempDir, database_url: &str, more: &[(&str, String)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let vars = [
            ("CUEPOINT_DATABASE_URL", database_url.to_owned()),
            ("CUEPOINT_MEDIA_URL", format!("file://{}/media", folder.path().display())),
            ("CUEPOINT_PUBLIC_URL", url.clone()),
            ("CUEPOINT_EGRESS_ALLOW", "127.0.0.1/32".to_owned()),
        ];
        let vars = vars.into_iter().chain(more.iter().cloned());
        let vars: Vec<(String, String)> = vars.map(|(name, value)| (name.to_owned(), value)).collect();
        let config = Config::load(vars.clone().into_iter()).expect("settings");
        let server = Server::start(config, listener, None).await.expect("the server starts");
        let app = Self { url, http: client(), account_id: 1, folder, vars, server: Some(server) };
        app.add_account(1, "sandbox@example.com", API_KEY).await;
        app
    }

    /// Another server on the same database and the same files.
    pub async fn twin(&self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let config = Config::load(self.vars.clone().into_iter()).expect("settings");
        let server = Server::start(config, listener, None).await.expect("the server starts");
        let folder = tempfile::tempdir().expect("a folder");
        Self { url, http: client(), account_id: self.account_id, folder, vars: self.vars.clone(), server: Some(server) }
    }

    pub fn state(&self) -> &State {
        &self.server.as_ref().expect("running").state
    }

    pub async fn add_account(&self, id: i64, email: &str, key: &str) {
        let mut tx = self.state().store.begin().await.expect("a transaction");
        let account = Account { id, email: email.into(), name: "Test".into() };
        accounts::insert(tx.conn(), &account, now()).await.expect("an account");
        let hash = digest(key.as_bytes());
        let key = NewKey { id: Uuid::now_v7(), prefix: &key[..8], hash: &hash };
        accounts::insert_key(tx.conn(), id, key, now()).await.expect("a key");
        tx.commit().await.expect("committed");
    }

    /// A ready video of a minute with the given timeline; `change` may alter it before it is stored.
    pub async fn add_video(&self, timeline: &[Interaction], change: impl FnOnce(&mut Video)) -> Video {
        let state = self.state();
        let mut tx = state.store.begin().await.expect("a transaction");
        let id = videos::next_id(tx.conn()).await.expect("an id");
        let mut video = Video {
            account_id: self.account_id,
            id,
            token: format!("test_{id:_>17}"),
            title: "A test".into(),
            description: "Of one minute".into(),
            state: "ready".into(),
            error: None,
            duration_ms: Some(60_000),
            width: 640,
            height: 360,
            files: Files { media: Some("video.mp4".into()), poster: Some("poster.jpg".into()), ..Files::default() },
            embed_hosts: None,
            settings: Settings::default(),
            timeline_version: 1,
            expires_at: None,
            access: server::access::Access::default(),
            deleted_at: None,
            created_at: now(),
        };
        change(&mut video);
        videos::insert(tx.conn(), &video).await.expect("a video");
        for interaction in timeline {
            interactions::insert(tx.conn(), video.account_id, id, interaction, now()).await.expect("an interaction");
        }
        tx.commit().await.expect("committed");
        video
    }

    /// Puts a file of a video into the object store.
    pub async fn add_file(&self, video: &Video, name: &str, bytes: &[u8]) {
        let path = Media::path(video.account_id, video.id, name);
        self.state().media.put(&path, bytes.to_vec()).await.expect("stored");
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.url))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.url))
    }

    pub async fn record(&self, batch: &Value) -> Response {
        self.post("/engage/record").body(batch.to_string()).send().await.expect("an answer")
    }

    pub async fn report(&self, video_id: i64) -> Value {
        json_of(self.get(&format!("/api/v1/me/video/reports/{video_id}")).bearer_auth(API_KEY)).await
    }

    /// Creates a webhook endpoint for these events and returns the answer.
    pub async fn subscribe(&self, url: &str, events: &[&str]) -> Value {
        let body = json!({ "url": url, "events": events }).to_string();
        json_of(
            self.post("/api/v1/webhooks").bearer_auth(API_KEY).header("content-type", "application/json").body(body),
        )
        .await
    }

    /// A call with the sandbox' key; status and JSON. What it answers has to be as the API's description says.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.call_as(API_KEY, method, path, body).await
    }

    pub async fn call_as(&self, key: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let verb = method.parse().expect("a method");
        let mut request = self.http.request(verb, format!("{}{path}", self.url)).bearer_auth(key);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let kind = answer.headers().get("content-type").map_or("", |kind| kind.to_str().expect("text")).to_owned();
        let text = answer.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        described::check(method, path, status, &kind, &body);
        (status, body)
    }

    /// Follows a job by its events until it is over; returns what the last one said.
    pub async fn over(&self, job: &Value) -> Value {
        let id = job.as_str().expect("the id of a job");
        loop {
            let stream = self.get(&format!("/api/v1/jobs/{id}/events")).bearer_auth(API_KEY).send().await;
            let told = stream.expect("a stream").text().await.expect("events");
            let last = told.lines().rev().find_map(|line| line.strip_prefix("data: ")).expect("an event");
            let last: Value = serde_json::from_str(last).expect("JSON");
            if ["done", "failed", "cancelled"].iter().any(|state| last["state"] == *state) {
                return last;
            }
        }
    }

    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Stops the server and starts it again, on the same address and the same database.
    pub async fn restart(&mut self) {
        self.stop().await;
        let authority = self.url.strip_prefix("http://").expect("plain");
        let listener = TcpListener::bind(authority).await.expect("the same port");
        let config = Config::load(self.vars.clone().into_iter()).expect("settings");
        self.server = Some(Server::start(config, listener, None).await.expect("the server starts"));
        // Connections to the one that is gone are of no use.
        self.http = client();
    }

    /// Runs a command of the real binary with the settings of this server.
    pub fn runs(&self, command: &str, args: &[&str]) -> Output {
        let config = &self.state().config;
        Command::new(env!("CARGO_BIN_EXE_cuepoint"))
            .arg(command)
            .args(args)
            .env("CUEPOINT_DATABASE_URL", &config.database_url)
            .env("CUEPOINT_MEDIA_URL", &config.media_url)
            .env("CUEPOINT_PUBLIC_URL", &self.url)
            .env("CUEPOINT_LOG", "error")
            .output()
            .expect("the binary starts")
    }

    pub fn database(&self) -> String {
        format!("sqlite://{}/cuepoint.db", self.folder.path().display())
    }
}

pub fn client() -> Client {
    // It fails when one is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

/// What a demo says once it serves; its key is the last of it.
pub fn announced(stdout: std::process::ChildStdout) -> Vec<String> {
    use std::io::BufRead as _;
    let mut said = Vec::new();
    for line in std::io::BufReader::new(stdout).lines() {
        said.push(line.expect("text"));
        if said.last().is_some_and(|line| line.starts_with("API key: ")) {
            break;
        }
    }
    said
}

pub async fn json_of(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).expect("JSON")
}

/// A call to action at 20 s that leads to `url`.
pub fn cta(url: &str) -> Interaction {
    serde_json::from_value(json!({
        "id": Uuid::now_v7(), "kind": "cta", "at": {"s": 20}, "duration_s": 8,
        "layout": {"overlay": {"x": 60, "y": 70, "w": 30, "h": 20}},
        "spec": {"label": "Book a demo", "action": {"url": url}}
    }))
    .expect("a call to action")
}

/// All rows that answer a query with one whole number.
pub async fn count(database: &str, sql: &'static str) -> i64 {
    use sqlx::ConnectOptions;
    let options: sqlx::sqlite::SqliteConnectOptions = database.parse().expect("a path");
    let mut connection = options.read_only(true).connect().await.expect("the database");
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a number")
}

//! The running server: starting its parts in order, and ending them so that nothing accepted is lost.

use crate::{
    access::password::Guesses,
    agent::Agents,
    catalogue::Catalogue,
    clock::Clock,
    config::Config,
    contents::Contents,
    egress,
    geo::{Geo, GeoError},
    hashing::Hashing,
    identity::Salts,
    jobs::{self, Jobs},
    keys::Keys,
    limits::Limits,
    media::{Media, MediaError},
    metrics::{self, Counters},
    people::{People, session},
    retention, routes,
    state::{Inner, State, now},
    store::{Store, StoreError},
    talk::{Talks, letters::PostOffice},
    webhook::{courier::Courier, replay, seats::Seats, trim},
    writer::{Writer, rollup},
};
use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle, time};
use tokio_util::sync::CancellationToken;

pub struct Server {
    pub state: State,
    http: JoinHandle<io::Result<()>>,
    writer: JoinHandle<()>,
    helpers: Vec<JoinHandle<()>>,
    writer_stop: CancellationToken,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("database: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Media(#[from] MediaError),
    #[error("outgoing connections: {0}")]
    Egress(#[from] reqwest::Error),
    #[error("outgoing connections: {0}")]
    Tls(#[from] rustls::Error),
    #[error("CUEPOINT_GEO_DB: {0}")]
    Geo(#[from] GeoError),
    #[error("{0}")]
    Letters(String),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// How often silent views are looked for.
const SWEEP: Duration = Duration::from_secs(5);
/// How long players are given to be heard of, after a start or when the clock was set, before they count as
/// silent: a minute, and a little for what is under way.
const PATIENCE: Duration = Duration::from_secs(65);
/// How long running requests may take once the server stops.
const DRAIN: Duration = Duration::from_secs(20);
/// How long the store may take to let go of files that were under way.
const SETTLE: Duration = Duration::from_secs(10);

impl Server {
    /// Opens the database and the media, and serves on `listener`; metrics on `admin`, if there is one.
    ///
    /// # Errors
    /// Whatever keeps one of the parts from starting.
    pub async fn start(config: Config, listener: TcpListener, admin: Option<TcpListener>) -> Result<Self, StartError> {
        let data = config.data_folder();
        std::fs::create_dir_all(&data)?;
        let keys = Keys::load(&data)?;
        let store = Store::open(&config.database_url).await?;
        let media = Media::open(&config.media_url)?;
        let caught = rollup::catch_up(&store).await?;
        if caught > 0 {
            tracing::info!(views = caught, "summed up for the reports");
        }
        let (stopping, writer_stop) = (CancellationToken::new(), CancellationToken::new());
        let bell = Arc::new(Notify::new());
        let (writer, writer_task) = Writer::start(store.clone(), config.link(""), bell.clone(), writer_stop.clone());
        let geo = Geo::open(config.geo_db.clone()).await?;
        let egress = egress::Client::for_reading(&config.egress_allow)?;
        let hooks = egress::Sender::new(&config.egress_allow)?;
        let state = State::new(Inner {
            catalogue: Catalogue::new(store.clone()),
            talks: Talks::new(store.clone()),
            people: People::default(),
            config,
            store,
            keys,
            contents: Contents::new(media.clone()),
            egress,
            hooks,
            media,
            salts: Salts::default(),
            agents: Agents::default(),
            geo,
            limits: Limits::default(),
            guesses: Guesses::default(),
            hashing: Hashing::default(),
            counters: Counters::default(),
            writer,
            jobs: Jobs::default(),
            courier_bell: bell,
            replay_bell: Notify::new(),
            hook_seats: Seats::default(),
            stopping: stopping.clone(),
        });
        let courier = tokio::spawn(Courier::new(state.clone()).run(stopping.clone()));
        let replays = tokio::spawn(replay::run(state.clone(), stopping.clone()));
        let sweeper = tokio::spawn(sweep(state.clone(), stopping.clone()));
        let work = tokio::spawn(jobs::run(state.clone(), stopping.clone()));
        let broom = tokio::spawn(jobs::sweep::run(state.clone(), stopping.clone()));
        let app = routes::router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let stopped = stopping.clone().cancelled_owned();
        let http = tokio::spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopped).await });
        let mut helpers = vec![courier, replays, sweeper, work, broom];
        if let Some(office) = PostOffice::new(state.clone()).map_err(StartError::Letters)? {
            helpers.push(tokio::spawn(office.run(stopping.clone())));
        }
        if let Some(admin) = admin {
            let (app, stopped) = (metrics::router(state.clone()), stopping.cancelled_owned());
            helpers.push(tokio::spawn(async move {
                if let Err(error) = axum::serve(admin, app).with_graceful_shutdown(stopped).await {
                    tracing::error!(%error, "the admin address is no longer served");
                }
            }));
        }
        Ok(Self { state, http, writer: writer_task, helpers, writer_stop })
    }

    /// Stops in order: no new requests, the running ones to their end, then what waits is written.
    pub async fn stop(self) {
        self.state.stopping.cancel();
        if time::timeout(DRAIN, self.http).await.is_err() {
            tracing::warn!("some requests did not end in time");
        }
        self.writer_stop.cancel();
        for task in std::iter::once(self.writer).chain(self.helpers) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task ended badly");
            }
        }
        if time::timeout(SETTLE, self.state.media.settled()).await.is_err() {
            tracing::warn!("parts of files may stay in the store");
        }
        self.state.store.close().await;
    }
}

/// Declares sessions over that fell silent, forgets old salts, and looks for newer places.
async fn sweep(state: State, stopping: CancellationToken) {
    let mut pace = time::interval(SWEEP);
    let mut purged_at = 0;
    let (begun, mut clock) = (Instant::now(), Clock::new(PATIENCE));
    pace.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    while stopping.run_until_cancelled(pace.tick()).await.is_some() {
        // A few at a time: batches come between.
        while clock.is_even(now(), begun.elapsed()) {
            match state.writer.close_idle(now()).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "silent views were not closed");
                    break;
                }
            }
        }
        if let Err(error) = state.salts.sweep(&state.store, now()).await {
            tracing::warn!(%error, "old salts were not deleted");
        }
        state.geo.refresh().await;
        if now() - purged_at >= retention::EVERY_MS {
            purged_at = now();
            if let Err(error) = retention::sweep(&state, purged_at).await {
                tracing::warn!(%error, "old entries were not purged");
            }
            if let Err(error) = session::sweep(&state, purged_at).await {
                tracing::warn!(%error, "old sessions and links were not deleted");
            }
            if let Err(error) = trim::sweep(&state, purged_at).await {
                tracing::warn!(%error, "old webhooks were not trimmed");
            }
        }
    }
}

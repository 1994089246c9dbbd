//! Videos on their way in: jobs that are rows with leases, taken up by whichever server is free, gone on with by
//! another when that one dies.

pub mod arrive;
pub mod begin;
mod names;
pub mod reason;
pub mod sweep;
pub mod told;
mod work;

use crate::{
    keys::random,
    state::{self, State},
    store::{
        self, Store, StoreError, garbage,
        jobs::{self, End, Job, Kind, Reached, Share},
        uploads, videos,
    },
};
use reason::{Failure, Reason};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, Semaphore, watch},
    task::{self, JoinError, JoinSet},
    time,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What the running server knows of its jobs.
pub struct Jobs {
    /// Rung after a commit that left a job to be taken up.
    pub bell: Notify,
    running: Mutex<HashMap<Uuid, Running>>,
    /// Who may keep the processors busy: what a video waits for to become ready, and what comes after that.
    urgent: Semaphore,
    leisurely: Semaphore,
}

struct Running {
    /// Somebody has ended it: it is looked whether that is so.
    ended: CancellationToken,
    reached: watch::Receiver<Reached>,
}

/// Jobs under way at the same time; most wait for a network. Of one account half of them: whatever it has to do,
/// and however slow, there is room for others.
const AT_ONCE: usize = 12;
const OF_ONE: usize = AT_ONCE / 2;
/// How long a lease stands, and how often it is renewed.
const LEASE_MS: i64 = 30_000;
const BEAT: Duration = Duration::from_secs(8);
/// How often what has been reached is written down, at most.
const PACE: Duration = Duration::from_secs(1);
/// How often jobs are looked for without being rung.
const POLL: Duration = Duration::from_secs(2);
/// How often a job is begun anew after a failure that may pass, and how long it waits before that.
const ATTEMPTS: i64 = 5;
const AGAIN_MS: i64 = 5_000;

impl Default for Jobs {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            bell: Notify::new(),
            running: Mutex::default(),
            urgent: Semaphore::new((cores / 2).max(1)),
            leisurely: Semaphore::new((cores / 4).max(1)),
        }
    }
}

impl Jobs {
    /// What a job has reached that runs here; later than what is written down.
    pub fn reached(&self, id: Uuid) -> Option<Reached> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(&id).map(|running| *running.reached.borrow())
    }

    /// The job's row was ended by somebody: what runs of it here stops.
    pub fn ended(&self, id: Uuid) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = running.get(&id) {
            running.ended.cancel();
        }
    }

    fn enter(&self, id: Uuid, running: Running) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, running);
    }

    fn leave(&self, id: Uuid) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// The folder of a job's files on this machine.
pub fn folder(state: &State, id: Uuid) -> PathBuf {
    folders(state).join(id.to_string())
}

fn folders(state: &State) -> PathBuf {
    state.config.data_folder().join("jobs")
}

/// Takes jobs up until `stop`; those under way are given back then.
pub async fn run(state: State, stop: CancellationToken) {
    if let Err(error) = reclaim_at_start(&state).await {
        tracing::error!(%error, "jobs under way when the server died wait for their leases to end");
    }
    let mut running = JoinSet::new();
    let mut whose: HashMap<task::Id, i64> = HashMap::new();
    while !stop.is_cancelled() {
        let claimed = claim(&state, whose.values().copied()).await;
        match claimed {
            Ok(jobs) => {
                for job in jobs {
                    let account_id = job.account_id;
                    let task = running.spawn(one(state.clone(), job, stop.clone()));
                    whose.insert(task.id(), account_id);
                }
            }
            Err(error) => tracing::error!(%error, "jobs can't be taken up"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = state.jobs.bell.notified() => {}
            () = time::sleep(POLL) => {}
            Some(ended) = running.join_next_with_id() => {
                whose.remove(&id_of(ended));
            }
        }
        while let Some(ended) = running.try_join_next_with_id() {
            whose.remove(&id_of(ended));
        }
    }
    while running.join_next().await.is_some() {}
}

fn id_of(ended: Result<(task::Id, ()), JoinError>) -> task::Id {
    ended.map_or_else(|error| error.id(), |(id, ())| id)
}

/// A SQLite file has one server: whatever runs now was left by one that died.
async fn reclaim_at_start(state: &State) -> store::Result<()> {
    if !matches!(state.store, Store::Sqlite { .. }) {
        return Ok(());
    }
    shielded(state, async |state| {
        let mut tx = state.store.begin().await?;
        jobs::reclaim(tx.conn(), state::now(), i64::MAX).await?;
        tx.commit().await
    })
    .await
}

/// Takes up what there is room for beside what runs, which is of these accounts.
async fn claim(state: &State, running: impl ExactSizeIterator<Item = i64>) -> store::Result<Vec<Job>> {
    let limit = AT_ONCE.saturating_sub(running.len());
    if limit == 0 {
        return Ok(Vec::new());
    }
    let mut share = Share { limit, per_account: OF_ONE, has: HashMap::new() };
    running.for_each(|account_id| *share.has.entry(account_id).or_default() += 1);
    shielded(state, async move |state| {
        let now = state::now();
        let mut tx = state.store.begin().await?;
        jobs::reclaim(tx.conn(), now, now).await?;
        let jobs = jobs::claim(tx.conn(), now, now + LEASE_MS, Uuid::now_v7(), share).await?;
        tx.commit().await?;
        Ok(jobs)
    })
    .await
}

/// Runs something with a transaction in a task of its own, so that whoever drops this can't break it in half.
async fn shielded<T: Send + 'static, F: Future<Output = store::Result<T>> + Send + 'static>(
    state: &State,
    run: impl FnOnce(State) -> F + Send + 'static,
) -> store::Result<T> {
    let state = state.clone();
    tokio::spawn(async move { run(state).await }).await.unwrap_or(Err(StoreError::Database(sqlx::Error::WorkerCrashed)))
}

/// One job, from where it was left to its end.
async fn one(state: State, job: Job, stop: CancellationToken) {
    let (reached, heard) = watch::channel(Reached { step: "start", percent: job.percent });
    let ended = CancellationToken::new();
    state.jobs.enter(job.id, Running { ended: ended.clone(), reached: heard.clone() });
    let reached = work::Reporter(reached);
    let result = tokio::select! {
        result = work::run(&state, &job, &reached) => Some(result),
        () = kept(&state, &job, heard.clone(), ended) => None,
        () = stop.cancelled() => {
            give_back(&state, &job).await;
            state.jobs.leave(job.id);
            return;
        }
    };
    let at = *heard.borrow();
    if let Some(result) = result {
        finish(&state, &job, at, result).await;
    }
    state.jobs.leave(job.id);
    sweep::folder_of(&state, job.id).await;
}

/// Renews the lease and writes down what is reached; returns once it is no longer ours.
async fn kept(state: &State, job: &Job, mut heard: watch::Receiver<Reached>, ended: CancellationToken) {
    let mut until = time::Instant::now() + Duration::from_millis(LEASE_MS.unsigned_abs());
    loop {
        tokio::select! {
            () = ended.cancelled() => {}
            _ = time::timeout(BEAT, heard.changed()) => {}
        }
        let reached = *heard.borrow_and_update();
        let mine = job.clone();
        let beat = shielded(state, async move |state| {
            let now = state::now();
            let mut tx = state.store.begin().await?;
            let kept = jobs::beat(tx.conn(), &mine, reached, now + LEASE_MS, now).await?;
            tx.commit().await?;
            Ok(kept)
        });
        match beat.await {
            Ok(true) => until = time::Instant::now() + Duration::from_millis(LEASE_MS.unsigned_abs()),
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, job = %job.id, "a lease was not renewed");
                if time::Instant::now() >= until {
                    return;
                }
            }
        }
        time::sleep(PACE).await;
    }
}

async fn give_back(state: &State, job: &Job) {
    let mine = job.clone();
    let given = shielded(state, async move |state| {
        let now = state::now();
        let mut tx = state.store.begin().await?;
        jobs::again(tx.conn(), &mine, now, false, now).await?;
        tx.commit().await
    });
    if let Err(error) = given.await {
        tracing::warn!(%error, job = %job.id, "a job was not given back; its lease brings it back");
    }
}

/// Writes down how it ended.
async fn finish(state: &State, job: &Job, at: Reached, result: Result<(), Failure>) {
    if let Err(failure) = &result {
        tracing::info!(job = %job.id, video = job.video_id, step = at.step, %failure, "a job failed");
    }
    let (mine, attempt) = (job.clone(), job.attempt);
    let written = shielded(state, async move |state| {
        let now = state::now();
        match result {
            Ok(()) => ended(&state, &mine, Reached { step: "done", percent: 100 }, None, now).await,
            Err(Failure::Passing(_)) if attempt < ATTEMPTS => {
                // Not all at the same moment, when it was one thing that failed them all.
                let wait = AGAIN_MS * attempt + i64::from(u16::from_ne_bytes(random())) % AGAIN_MS;
                let mut tx = state.store.begin().await?;
                jobs::again(tx.conn(), &mine, now + wait, true, now).await?;
                tx.commit().await
            }
            Err(Failure::Passing(message)) => {
                tracing::error!(job = %mine.id, message, "a job was given up");
                let message = "The server could not keep the video. Try again later.".to_owned();
                ended(&state, &mine, at, Some((Reason::PreprocessFailed, message)), now).await
            }
            Err(Failure::Final(reason, message)) => ended(&state, &mine, at, Some((reason, message)), now).await,
        }
    });
    if let Err(error) = written.await {
        tracing::error!(%error, job = %job.id, "a job's end was not written down; its lease brings it back");
    }
}

/// Ends a job that is still ours, with all that follows from it.
async fn ended(state: &State, job: &Job, at: Reached, failed: Option<(Reason, String)>, now: i64) -> store::Result<()> {
    let end = match &failed {
        None => End::Done,
        Some((reason, message)) => End::Failed { error: reason.name().into(), message: message.clone() },
    };
    let mut tx = state.store.begin().await?;
    if !jobs::end(tx.conn(), job, at, &end, now).await? {
        return Ok(());
    }
    forget_upload(&mut tx, job, now).await?;
    let mut queued = 0;
    let video = videos::by_id(tx.conn(), job.video_id).await?;
    if let (Some((reason, _)), Some(mut video)) = (failed, video)
        && video.deleted_at.is_none()
    {
        if video.state == "processing" {
            video.state = "failed".into();
            video.error = Some(reason.name().into());
            videos::set_prepared(tx.conn(), &video).await?;
            queued = told::transcoded(&mut tx, state, &video, now).await?;
        } else if video.files.facts.job == Some(job.id) {
            // It plays; what was to come after that did not.
            video.files.facts.missing.push(format!("stream: {}", reason.name()));
            videos::set_prepared(tx.conn(), &video).await?;
        }
    }
    tx.commit().await?;
    if queued > 0 {
        state.courier_bell.notify_one();
    }
    told::changed(state, job).await;
    Ok(())
}

/// What was uploaded is of no more use. That it was is still known for a while, to a client that did not hear so.
pub async fn forget_upload(tx: &mut store::Tx, job: &Job, now: i64) -> store::Result<()> {
    if job.source.url.is_none() {
        uploads::delete_parts(tx.conn(), job.account_id, job.id).await?;
        garbage::insert(tx.conn(), job.account_id, &arrive::parts_folder(job.account_id, job.id), now).await?;
    }
    Ok(())
}

/// Ends every job of a video that is not over; for when it is deleted, or another file is to take its place.
/// After the commit, tell [`Jobs::ended`] of each.
pub async fn cancel_all(tx: &mut store::Tx, account_id: i64, video_id: i64, now: i64) -> store::Result<Vec<Uuid>> {
    let mut cancelled = Vec::new();
    for job in jobs::under_way(tx.conn(), account_id, video_id).await? {
        if jobs::cancel(tx.conn(), account_id, job.id, now).await? {
            forget_upload(tx, &job, now).await?;
            uploads::delete(tx.conn(), account_id, job.id).await?;
            cancelled.push(job.id);
        }
    }
    Ok(cancelled)
}

/// What follows for a video whose job was just cancelled. Returns how many deliveries wait.
pub async fn cancelled(tx: &mut store::Tx, state: &State, job: &Job, now: i64) -> store::Result<usize> {
    forget_upload(tx, job, now).await?;
    uploads::delete(tx.conn(), job.account_id, job.id).await?;
    if job.kind != Kind::Import {
        return Ok(0);
    }
    match videos::by_id(tx.conn(), job.video_id).await? {
        Some(mut video) if video.state == "processing" => {
            // Should it be had back, nothing is on its way any more.
            video.state = "failed".into();
            video.error = Some(Reason::Cancelled.name().into());
            videos::set_prepared(tx.conn(), &video).await?;
            if job.state == jobs::RECEIVING {
                // There never was anything of it.
                videos::set_deleted(tx.conn(), video.account_id, video.id, Some(now)).await?;
                return Ok(0);
            }
            told::transcoded(tx, state, &video, now).await
        }
        _ => Ok(0),
    }
}

//! The one task that writes the ledger: it groups waiting batches into one transaction and
//! acknowledges after the commit. A fact and its webhook commit together.

mod erase;
mod gates;
mod ledger;
mod memory;
mod objection;
mod purge;
pub mod rollup;
mod view;
mod who;

pub use erase::{Erased, Person};
pub use gates::granted;
pub use ledger::{media, send};
pub use who::email;

use crate::{
    catalogue::Published,
    engine::Traits,
    identity::batch::Claim,
    store::{Store, entries::Entry},
};
use app::{engage::What, error::ApiError};
use memory::Memory;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A checked batch on its way to disk.
pub struct Accepted {
    pub published: Arc<Published>,
    pub view_id: Uuid,
    /// The viewer to whom its page was given.
    pub viewer_id: Uuid,
    /// What else it says of the viewer; none for most.
    pub claim: Option<Box<Claim>>,
    /// Masked.
    pub ip: String,
    pub traits: Traits,
    /// When the view began, in Unix milliseconds of the server's clock.
    pub started_at: i64,
    pub received_at: i64,
    pub entries: Vec<AcceptedEntry>,
    pub answers: Vec<AcceptedAnswer>,
    /// What the page's own viewer need not answer any more: the pass says so.
    pub grants: Vec<Uuid>,
    /// The length of the file that its page was given, in milliseconds; none where no pass tells.
    pub duration_ms: Option<i64>,
}

/// An event as it is stored, and as it is folded.
#[derive(Debug)]
pub struct AcceptedEntry {
    pub entry: Entry,
    pub what: What,
}

/// The answer among a batch's entries that has this `seq`, as its kind approved it.
#[derive(Clone, Debug)]
pub struct AcceptedAnswer {
    pub seq: u32,
    pub interaction: Uuid,
    pub body: Value,
}

/// Why an answer was not taken, though it was well formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// This view has answered already.
    Again,
    /// The viewer, who is recognised, has answered in this other view.
    Elsewhere { view_id: Uuid },
    /// Faster than a person can be.
    TooQuick,
}

/// What became of a batch: the numbers of its events that were not taken, and why.
pub type Written = Vec<(u32, Objection)>;

type Done<T> = oneshot::Sender<Result<T, ApiError>>;

enum Job {
    Record { batch: Box<Accepted>, done: Done<Written> },
    CloseIdle { now: i64, done: Done<usize> },
    Purge { account_id: i64, before: i64, now: i64, done: Done<usize> },
    Erase { account_id: i64, who: Person, done: Done<Erased> },
}

/// A handle on the writing task.
#[derive(Clone)]
pub struct Writer(mpsc::Sender<Job>);

/// Batches that may wait; more are told to come back.
const QUEUE: usize = 2_048;
/// Batches that one transaction takes.
const GROUP: usize = 256;
/// Seconds after which a player may try again when the queue or the disk is full.
const RETRY_AFTER: u32 = 2;

impl Writer {
    /// Starts the task. It ends once `stop` is cancelled and what waits is written.
    pub fn start(
        store: Store,
        public_url: String,
        bell: Arc<Notify>,
        stop: CancellationToken,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (sender, queue) = mpsc::channel(QUEUE);
        let task = tokio::spawn(run(Task { store, public_url, bell, memory: Memory::default() }, queue, stop));
        (Self(sender), task)
    }

    /// Stores a batch; returns once it is on disk.
    ///
    /// # Errors
    /// 503 when the queue is full or the database does not take it, 400 when the view belongs to another video.
    pub async fn record(&self, batch: Accepted) -> Result<Written, ApiError> {
        let (done, answer) = oneshot::channel();
        let job = Job::Record { batch: Box::new(batch), done };
        self.0.try_send(job).map_err(|_| ApiError::unavailable(RETRY_AFTER))?;
        answer.await.unwrap_or_else(|_| Err(ApiError::unavailable(RETRY_AFTER)))
    }

    /// Does the task still run?
    pub fn is_alive(&self) -> bool {
        !self.0.is_closed()
    }

    /// Ends the viewing sessions of views that were silent for a minute at `now`; returns how many.
    pub async fn close_idle(&self, now: i64) -> Result<usize, ApiError> {
        self.ask(|done| Job::CloseIdle { now, done }).await
    }

    /// Purges the entries of views that were last heard of before `before`, a few at a time; returns of how
    /// many views, none when all is done. Their figures stay.
    pub async fn purge(&self, account_id: i64, before: i64, now: i64) -> Result<usize, ApiError> {
        self.ask(|done| Job::Purge { account_id, before, now, done }).await
    }

    /// Erases all that one person has left, in one transaction.
    pub async fn erase(&self, account_id: i64, who: Person) -> Result<Erased, ApiError> {
        self.ask(|done| Job::Erase { account_id, who, done }).await
    }

    async fn ask<T>(&self, job: impl FnOnce(Done<T>) -> Job) -> Result<T, ApiError> {
        let (done, answer) = oneshot::channel();
        self.0.send(job(done)).await.map_err(|_| ApiError::unavailable(RETRY_AFTER))?;
        answer.await.unwrap_or_else(|_| Err(ApiError::unavailable(RETRY_AFTER)))
    }
}

struct Task {
    store: Store,
    public_url: String,
    bell: Arc<Notify>,
    memory: Memory,
}

async fn run(mut task: Task, mut queue: mpsc::Receiver<Job>, stop: CancellationToken) {
    let mut jobs = Vec::with_capacity(GROUP);
    loop {
        let taken = tokio::select! {
            biased;
            taken = queue.recv_many(&mut jobs, GROUP) => taken,
            () = stop.cancelled(), if !queue.is_closed() => {
                queue.close();
                continue;
            }
        };
        if taken == 0 {
            return;
        }
        task.take(&mut jobs).await;
    }
}

impl Task {
    async fn take(&mut self, jobs: &mut Vec<Job>) {
        let (mut batches, mut answers) = (Vec::with_capacity(jobs.len()), Vec::with_capacity(jobs.len()));
        let mut others = Vec::new();
        for job in jobs.drain(..) {
            match job {
                Job::Record { batch, done } => {
                    batches.push(*batch);
                    answers.push(done);
                }
                other => others.push(other),
            }
        }
        if !batches.is_empty() {
            for (result, done) in self.append(&batches).await.into_iter().zip(answers) {
                // Whoever asked may be gone.
                let _ = done.send(result);
            }
        }
        // After the batches: one that came before the sweep keeps its view open.
        for job in others {
            self.look_after(job).await;
        }
    }

    /// Stores a group; when that fails each batch alone, so that one can't hold up the others. While the
    /// database can't be used, one attempt is enough for all.
    async fn append(&mut self, batches: &[Accepted]) -> Vec<Result<Written, ApiError>> {
        match ledger::append(&self.store, &self.public_url, &mut self.memory, batches).await {
            Ok(outcome) => {
                if outcome.queued > 0 {
                    self.bell.notify_one();
                }
                outcome.results
            }
            Err(error) if batches.len() == 1 || error.is_passing() => {
                self.memory = Memory::default();
                tracing::error!(%error, batches = batches.len(), "nothing was stored");
                vec![Err(ApiError::unavailable(RETRY_AFTER)); batches.len()]
            }
            Err(error) => {
                self.memory = Memory::default();
                tracing::warn!(%error, batches = batches.len(), "a group was not stored; each batch is tried alone");
                let mut results = Vec::with_capacity(batches.len());
                for batch in batches {
                    results.extend(Box::pin(self.append(std::slice::from_ref(batch))).await);
                }
                results
            }
        }
    }

    async fn look_after(&mut self, job: Job) {
        let (store, memory) = (&self.store, &mut self.memory);
        // Whoever asked may be gone.
        match job {
            Job::Record { .. } => {}
            Job::CloseIdle { now, done } => drop(done.send(self.close_idle(now).await)),
            Job::Purge { account_id, before, now, done } => {
                let purged = purge::purge(store, memory, account_id, before, now).await;
                drop(done.send(purged.map_err(crate::reply::storage)));
            }
            Job::Erase { account_id, who, done } => {
                let erased = erase::erase(store, memory, account_id, &who).await;
                drop(done.send(erased.map_err(crate::reply::storage)));
            }
        }
    }

    async fn close_idle(&mut self, now: i64) -> Result<usize, ApiError> {
        let closed = ledger::close_idle(&self.store, &self.public_url, &mut self.memory, now).await;
        let (closed, queued) = closed.map_err(crate::reply::storage)?;
        if queued > 0 {
            self.bell.notify_one();
        }
        Ok(closed)
    }
}

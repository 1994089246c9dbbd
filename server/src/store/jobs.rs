//! What is still to be done for a video. `receiving` → `waiting` → `running` → `done`, `failed` or `cancelled`;
//! what runs has a lease, and is fenced by it.

use super::{Conn, Result, StoreError, on};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub account_id: i64,
    pub id: Uuid,
    pub video_id: i64,
    pub kind: Kind,
    pub source: Source,
    pub state: String,
    pub step: String,
    pub percent: i64,
    /// Which attempt this is, from 1; 0 before the first.
    pub attempt: i64,
    /// Proves that it is still ours when something is written down.
    pub lease: Option<Uuid>,
    /// Why it failed, by name, and as a sentence.
    pub error: Option<String>,
    pub message: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A new video.
    Import,
    /// Another file for a video that there is.
    Replace,
}

/// Where the file comes from: an address, or else an upload with the job's id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// SHA-256 in hex, when the client has told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Milliseconds of media time at which the poster is taken; none looks for the best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster_at: Option<i64>,
}

pub const RECEIVING: &str = "receiving";
pub const WAITING: &str = "waiting";
pub const RUNNING: &str = "running";
pub const DONE: &str = "done";
pub const FAILED: &str = "failed";
pub const CANCELLED: &str = "cancelled";

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Replace => "replace",
        }
    }
}

impl Job {
    /// Is nothing more to be done?
    pub fn is_over(&self) -> bool {
        matches!(self.state.as_str(), DONE | FAILED | CANCELLED)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: i64,
    id: Uuid,
    video_id: i64,
    kind: String,
    source: String,
    state: String,
    step: String,
    percent: i64,
    attempt: i64,
    lease: Option<Uuid>,
    error: Option<String>,
    message: Option<String>,
    created_at: i64,
    updated_at: i64,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "
select account_id, id, video_id, kind, source, state, step, percent, attempt, lease, error, message,
       created_at, updated_at from jobs ",
            $rest
        )
    };
}
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "
update jobs set state = 'running', lease = $3, lease_until = $2, attempt = attempt + 1, updated_at = $1
 where account_id = $4 and id = (
       select id from jobs where account_id = $4 and state = 'waiting' and next_at <= $1 order by next_at, id limit 1 ",
            $lock,
            ")"
        )
    };
}

const INSERT: &str = "
insert into jobs (account_id, id, video_id, kind, source, state, step, percent, attempt, next_at, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $8, $8)";
const RECLAIM: &str = "
update jobs set state = 'waiting', lease = null, lease_until = null, next_at = $1, updated_at = $1
 where state = 'running' and lease_until <= $2";
const WAITING_ACCOUNTS: &str = "
select account_id from jobs where state = 'waiting' and next_at <= $1
 group by account_id order by min(next_at), account_id";
const CLAIM_SQLITE: &str = claim!("");
const CLAIM_POSTGRES: &str = claim!("for update skip locked");
const CLAIMED: &str = columns!("where state = 'running' and lease_until = $1 and lease = $2 order by id");
const BY_ID: &str = columns!("where account_id = $1 and id = $2");
const OF_VIDEO: &str = columns!("where account_id = $1 and video_id = $2 order by id desc limit 100");
const OF_ACCOUNT: &str = columns!("where account_id = $1 and id < $2 order by id desc limit $3");
const UNDER_WAY: &str = columns!(
    "where account_id = $1 and video_id = $2 and state in ('receiving', 'waiting', 'running') order by id desc"
);
const BEAT: &str = "
update jobs set lease_until = $4, step = $5, percent = $6, updated_at = $7
 where account_id = $1 and id = $2 and lease = $3 and state = 'running'";
const END: &str = "
update jobs set state = $4, step = $5, percent = $6, error = $7, message = $8, lease = null, lease_until = null,
       updated_at = $9
 where account_id = $1 and id = $2 and lease = $3 and state = 'running'";
const AGAIN: &str = "
update jobs set state = 'waiting', lease = null, lease_until = null, next_at = $4, attempt = attempt - $5,
       updated_at = $6
 where account_id = $1 and id = $2 and lease = $3 and state = 'running'";
const CANCEL: &str = "
update jobs set state = 'cancelled', lease = null, lease_until = null, error = 'CANCELLED', updated_at = $3
 where account_id = $1 and id = $2 and state in ('receiving', 'waiting', 'running')";
const RETRY: &str = "
update jobs set state = 'waiting', error = null, message = null, percent = 0, attempt = 0, next_at = $3, updated_at = $3
 where account_id = $1 and id = $2 and state = 'failed'";
const RECEIVED: &str = "
update jobs set percent = $3, updated_at = $4 where account_id = $1 and id = $2 and state = 'receiving'";
const WHOLE: &str = "
update jobs set state = 'waiting', source = $3, next_at = $4, percent = 0, updated_at = $4
 where account_id = $1 and id = $2 and state = 'receiving'";
const OPEN_OF_ACCOUNT: &str = "
select count(*) from jobs where account_id = $1 and state in ('receiving', 'waiting', 'running')";
const IS_OPEN: &str = "select count(*) from jobs where id = $1 and state in ('receiving', 'waiting', 'running')";

pub async fn insert(conn: Conn<'_>, job: &Job, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(job.account_id).bind(job.id).bind(job.video_id).bind(job.kind.as_str()).bind(json(&job.source))
        .bind(&job.state).bind(&job.step).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Returns what is under leases that end by `until` to those that wait: whoever had them is gone.
pub async fn reclaim(conn: Conn<'_>, now: i64, until: i64) -> Result<u64> {
    Ok(on!(conn, db => sqlx::query(RECLAIM).bind(now).bind(until).execute(db).await.map(|done| done.rows_affected()))?)
}

/// How much one claim takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// In all.
    pub limit: usize,
    /// Of one account, with what it has already.
    pub per_account: usize,
    pub has: HashMap<i64, usize>,
}

/// Leases what is due at `now` until `until`, under the fresh id `lease`: one by one to the account that has least,
/// and has waited longest among those. Call it in a transaction.
pub async fn claim(mut conn: Conn<'_>, now: i64, until: i64, lease: Uuid, share: Share) -> Result<Vec<Job>> {
    let claim = match conn {
        Conn::Sqlite(_) => CLAIM_SQLITE,
        Conn::Postgres(_) => CLAIM_POSTGRES,
    };
    let Share { limit, per_account, mut has } = share;
    let mut waiting: Vec<i64> =
        on!(&mut conn, db => sqlx::query_scalar(WAITING_ACCOUNTS).bind(now).fetch_all(&mut **db).await)?;
    let mut claimed = 0;
    while claimed < limit {
        waiting.retain(|account| has.get(account).is_none_or(|n| *n < per_account));
        let least = waiting.iter().copied().min_by_key(|account| has.get(account).copied().unwrap_or(0));
        let Some(account_id) = least else { break };
        let found = on!(&mut conn, db => sqlx::query(claim)
            .bind(now).bind(until).bind(lease).bind(account_id)
            .execute(&mut **db).await.map(|done| done.rows_affected()))?;
        if found == 0 {
            waiting.retain(|account| *account != account_id);
        } else {
            *has.entry(account_id).or_default() += 1;
            claimed += 1;
        }
    }
    if claimed == 0 {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = on!(conn, db => sqlx::query_as(CLAIMED).bind(until).bind(lease).fetch_all(db).await)?;
    rows.into_iter().map(Job::try_from).collect()
}

pub async fn by_id(conn: Conn<'_>, account_id: i64, id: Uuid) -> Result<Option<Job>> {
    let row: Option<Row> = on!(conn, db => sqlx::query_as(BY_ID).bind(account_id).bind(id).fetch_optional(db).await)?;
    row.map(Job::try_from).transpose()
}

/// The video's newest, newest first.
pub async fn of_video(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<Job>> {
    let rows: Vec<Row> = on!(conn, db => sqlx::query_as(OF_VIDEO).bind(account_id).bind(video_id).fetch_all(db).await)?;
    rows.into_iter().map(Job::try_from).collect()
}

/// The account's before `before`, newest first.
pub async fn of_account(conn: Conn<'_>, account_id: i64, before: Uuid, limit: i64) -> Result<Vec<Job>> {
    let rows: Vec<Row> = on!(conn, db => sqlx::query_as(OF_ACCOUNT)
        .bind(account_id).bind(before).bind(limit).fetch_all(db).await)?;
    rows.into_iter().map(Job::try_from).collect()
}

/// The video's that are not over.
pub async fn under_way(conn: Conn<'_>, account_id: i64, video_id: i64) -> Result<Vec<Job>> {
    let rows: Vec<Row> =
        on!(conn, db => sqlx::query_as(UNDER_WAY).bind(account_id).bind(video_id).fetch_all(db).await)?;
    rows.into_iter().map(Job::try_from).collect()
}

/// How far a job is: a step, and percent of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    pub step: &'static str,
    pub percent: i64,
}

/// Keeps the lease until `until`, and how far it is. False when it is no longer ours.
pub async fn beat(conn: Conn<'_>, job: &Job, reached: Reached, until: i64, now: i64) -> Result<bool> {
    let kept = on!(conn, db => sqlx::query(BEAT)
        .bind(job.account_id).bind(job.id).bind(job.lease)
        .bind(until).bind(reached.step).bind(reached.percent).bind(now)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(kept > 0)
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    Failed { error: String, message: String },
}

/// Ends it. False when it is no longer ours.
pub async fn end(conn: Conn<'_>, job: &Job, reached: Reached, end: &End, now: i64) -> Result<bool> {
    let (state, error, message) = match end {
        End::Done => (DONE, None, None),
        End::Failed { error, message } => (FAILED, Some(error), Some(message)),
    };
    let kept = on!(conn, db => sqlx::query(END)
        .bind(job.account_id).bind(job.id).bind(job.lease)
        .bind(state).bind(reached.step).bind(reached.percent).bind(error).bind(message).bind(now)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(kept > 0)
}

/// Gives it back, to be taken up at `at`; where it was only interrupted, the attempt does not count.
pub async fn again(conn: Conn<'_>, job: &Job, at: i64, counts: bool, now: i64) -> Result<bool> {
    let kept = on!(conn, db => sqlx::query(AGAIN)
        .bind(job.account_id).bind(job.id).bind(job.lease)
        .bind(at).bind(i64::from(!counts)).bind(now)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(kept > 0)
}

/// Ends what is not over. False when it is.
pub async fn cancel(conn: Conn<'_>, account_id: i64, id: Uuid, now: i64) -> Result<bool> {
    let done = on!(conn, db => sqlx::query(CANCEL)
        .bind(account_id).bind(id).bind(now).execute(db).await.map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// Takes up again what failed. False when it did not.
pub async fn retry(conn: Conn<'_>, account_id: i64, id: Uuid, now: i64) -> Result<bool> {
    let done = on!(conn, db => sqlx::query(RETRY)
        .bind(account_id).bind(id).bind(now).execute(db).await.map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// How much of an upload has come, in percent.
pub async fn received(conn: Conn<'_>, account_id: i64, id: Uuid, percent: i64, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(RECEIVED)
        .bind(account_id).bind(id).bind(percent).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// An upload is whole: its job may begin. False when it could before.
pub async fn whole(conn: Conn<'_>, job: &Job, now: i64) -> Result<bool> {
    let done = on!(conn, db => sqlx::query(WHOLE)
        .bind(job.account_id).bind(job.id).bind(json(&job.source)).bind(now)
        .execute(db).await.map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// How many of the account's are not over.
pub async fn open_of_account(conn: Conn<'_>, account_id: i64) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(OPEN_OF_ACCOUNT).bind(account_id).fetch_one(db).await)?)
}

/// Is there still something to be done for the job of this id, whosever it is?
pub async fn is_open(conn: Conn<'_>, id: Uuid) -> Result<bool> {
    let n: i64 = on!(conn, db => sqlx::query_scalar(IS_OPEN).bind(id).fetch_one(db).await)?;
    Ok(n > 0)
}

fn json(source: &Source) -> String {
    // Text and numbers are always JSON.
    serde_json::to_string(source).unwrap_or_default()
}

impl TryFrom<Row> for Job {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let source = serde_json::from_str(&row.source);
        Ok(Self {
            source: source.map_err(|source| StoreError::Unreadable { what: "job", source })?,
            kind: if row.kind == Kind::Replace.as_str() { Kind::Replace } else { Kind::Import },
            account_id: row.account_id,
            id: row.id,
            video_id: row.video_id,
            state: row.state,
            step: row.step,
            percent: row.percent,
            attempt: row.attempt,
            lease: row.lease,
            error: row.error,
            message: row.message,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

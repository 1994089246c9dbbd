//! How a job's file gets here: fetched from its address, gone on with where the connection broke; or put together
//! from the pieces of an upload.

use super::{
    reason::{Failure, Reason},
    work::Reporter,
};
use crate::{
    egress::{Client, Refused},
    media::sniff::{self, Kind},
    state::State,
    store::{jobs::Job, uploads},
};
use futures_util::StreamExt;
use object_store::path::Path as Stored;
use reqwest::{Method, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    fs,
    io::{AsyncWriteExt, BufWriter},
    time::{Instant, sleep, timeout, timeout_at},
};
use url::Url;
use uuid::Uuid;

/// A file that is here, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub path: PathBuf,
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
    pub kind: Kind,
}

/// Redirects that are followed.
const REDIRECTS: usize = 3;
/// How long an answer may take to begin, and how long it may then be silent.
const SILENCE: Duration = Duration::from_secs(20);
/// How long one attempt to have a file may take in all.
const DEADLINE: Duration = Duration::from_secs(6 * 3_600);
/// How often a connection is tried anew without a byte to show for it, and the wait before the first time, which
/// doubles each time.
const TRIES: u32 = 4;
const WAIT: Duration = Duration::from_millis(250);
const USER_AGENT: &str = concat!("Cuepoint-Import/", env!("CARGO_PKG_VERSION"));
/// What is read or written at once, in bytes.
const PIECE: usize = 256 << 10;

/// Where the pieces of an upload are kept.
pub fn parts_folder(account_id: i64, upload: Uuid) -> String {
    format!("{account_id}/uploads/{upload}/")
}

/// Where a piece is kept.
pub fn part_path(account_id: i64, upload: Uuid, name: &str) -> Stored {
    Stored::from(format!("{}{name}", parts_folder(account_id, upload)))
}

/// Brings the job's file into `folder`, unless it is there.
pub async fn arrive(state: &State, job: &Job, folder: &Path, reporter: &Reporter) -> Result<Arrived, Failure> {
    let path = folder.join("source");
    if !fs::try_exists(&path).await? {
        let part = folder.join("source.part");
        match &job.source.url {
            Some(url) => Fetch { state, url, folder, part: &part, reporter }.run().await?,
            None => put_together(state, job, &part, reporter).await?,
        }
        fs::rename(&part, &path).await?;
    }
    let here = known(path).await?;
    let wanted = job.source.sha256.as_deref();
    if wanted.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(&here.sha256)) {
        let message = "What came is not the file that was meant: its SHA-256 is another.";
        return Err(Failure::new(Reason::NetworkError, message));
    }
    Ok(here)
}

/// What can be told of a file by reading it.
async fn known(path: PathBuf) -> Result<Arrived, Failure> {
    let read = tokio::task::spawn_blocking(move || {
        let mut file = File::open(&path)?;
        let (mut digest, mut piece, mut bytes) = (Sha256::new(), vec![0; PIECE], 0);
        let mut head = Vec::with_capacity(sniff::ENOUGH);
        loop {
            let read = file.read(&mut piece)?;
            if read == 0 {
                break;
            }
            let missing = sniff::ENOUGH - head.len();
            head.extend_from_slice(&piece[..read.min(missing)]);
            digest.update(&piece[..read]);
            bytes += read as u64;
        }
        std::io::Result::Ok((sniff::kind(&head), bytes, hex::encode(digest.finalize()), path))
    });
    let (kind, bytes, sha256, path) = read.await.map_err(|error| Failure::Passing(error.to_string()))??;
    match kind {
        Some(kind) => Ok(Arrived { path, bytes, sha256, kind }),
        None => Err(no_video()),
    }
}

fn no_video() -> Failure {
    Failure::new(Reason::UnsupportedFormat, "The file is no video that is known here.")
}

fn too_large(most: u64) -> Failure {
    Failure::new(Reason::FileTooLarge, format!("The file is larger than {} MiB.", most >> 20))
}

async fn put_together(state: &State, job: &Job, part: &Path, reporter: &Reporter) -> Result<(), Failure> {
    let mut reader = state.store.reader().await?;
    let upload = uploads::by_id(reader.conn(), job.account_id, job.id).await?;
    let parts = uploads::parts(reader.conn(), job.account_id, job.id).await?;
    drop(reader);
    let Some(upload) = upload else {
        return Err(Failure::new(Reason::PreprocessFailed, "The upload is no longer there."));
    };
    let mut to = fs::File::create(part).await?;
    let mut size = 0;
    for part in parts {
        let path = part_path(job.account_id, job.id, &part.name);
        let read = state.media.append_to(&path, &mut to).await?;
        if part.start != size || read != part.size.unsigned_abs() {
            return Err(Failure::Passing(format!("{path} has {read} bytes of {}", part.size)));
        }
        size += part.size;
        reporter.share("receive", (30, 31), size, upload.received);
    }
    to.sync_all().await?;
    Ok(())
}

/// What was told of a file when its first byte came: the next ones must be of the same.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Origin {
    /// A strong `ETag`, else `Last-Modified`.
    validator: Option<String>,
    total: Option<u64>,
}

struct Fetch<'a> {
    state: &'a State,
    url: &'a str,
    folder: &'a Path,
    part: &'a Path,
    reporter: &'a Reporter,
}

/// Why an attempt came to no end.
enum Broken {
    /// Trying again would not help.
    For(Failure),
    /// It may go on, or else this is why it did not.
    Off(Reason, String),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::For(error.into())
    }
}

fn off<T>(reason: Reason, message: impl Into<String>) -> Result<T, Broken> {
    Err(Broken::Off(reason, message.into()))
}

fn for_good<T>(reason: Reason, message: impl Into<String>) -> Result<T, Broken> {
    Err(Broken::For(Failure::new(reason, message)))
}

impl Fetch<'_> {
    async fn run(&self) -> Result<(), Failure> {
        let by = Instant::now() + DEADLINE;
        let mut idle = 0;
        loop {
            let before = self.size().await;
            let attempt = timeout_at(by, self.once()).await;
            let message = || "The file took longer than six hours.".to_owned();
            match attempt.unwrap_or_else(|_| for_good(Reason::NetworkError, message())) {
                Ok(()) => return Ok(()),
                Err(Broken::For(failure)) => return Err(failure),
                Err(Broken::Off(reason, message)) => {
                    idle = if self.size().await > before { 0 } else { idle + 1 };
                    tracing::debug!(idle, message, "an import goes on");
                    if idle >= TRIES {
                        return Err(Failure::new(reason, message));
                    }
                    sleep(WAIT * 2_u32.pow(idle)).await;
                }
            }
        }
    }

    async fn size(&self) -> u64 {
        fs::metadata(self.part).await.map_or(0, |meta| meta.len())
    }

    /// One connection: from where the last one ended, if that can be.
    async fn once(&self) -> Result<(), Broken> {
        let notes = self.folder.join("origin.json");
        let mut origin: Origin =
            fs::read(&notes).await.ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        let mut had = self.size().await;
        if had > 0 && origin.validator.is_none() {
            // Nothing says that the rest would be of the same file.
            had = 0;
        }
        let answer = self.open(had, &origin).await?;
        let status = answer.status();
        match status {
            StatusCode::OK => {
                had = 0;
                origin = Origin { validator: validator(&answer), total: answer.content_length() };
                // Strangers' notes: whole or not at all.
                let json = serde_json::to_vec(&origin).unwrap_or_default();
                fs::write(notes.with_extension("new"), json).await?;
                fs::rename(notes.with_extension("new"), &notes).await?;
            }
            StatusCode::PARTIAL_CONTENT => {
                let range = content_range(&answer);
                let fits = range.is_some_and(|(from, total)| from == had && origin.total.is_none_or(|t| t == total));
                if !fits {
                    fs::remove_file(&notes).await?;
                    return off(Reason::NetworkError, "The server there sent another part than it was asked for.");
                }
            }
            StatusCode::RANGE_NOT_SATISFIABLE if had > 0 => {
                if origin.total == Some(had) {
                    return Ok(());
                }
                fs::remove_file(&notes).await?;
                return off(Reason::NetworkError, "The file changed while it was fetched.");
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                return for_good(Reason::Unauthorized, format!("The server there answered {}.", status.as_u16()));
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                return off(Reason::UnreachableUrl, format!("The server there answered {}.", status.as_u16()));
            }
            _ if status.is_server_error() => {
                return off(Reason::UnreachableUrl, format!("The server there answered {}.", status.as_u16()));
            }
            _ => return for_good(Reason::UnreachableUrl, format!("The server there answered {}.", status.as_u16())),
        }
        self.take(answer, had, origin.total).await
    }

    /// The answer behind at most three redirects, each of which passes the guard anew.
    async fn open(&self, had: u64, origin: &Origin) -> Result<Response, Broken> {
        let Ok(mut url) = Url::parse(self.url) else {
            return for_good(Reason::InvalidUrl, "The address can't be read.");
        };
        for _ in 0..=REDIRECTS {
            let is_web = matches!(url.scheme(), "https" | "http");
            if !is_web || !url.username().is_empty() || url.password().is_some() {
                return for_good(
                    Reason::InvalidUrl,
                    "The address leads to one that is no plain https or http address.",
                );
            }
            let client: &Client = &self.state.egress;
            let Ok(request) = client.request(Method::GET, url.clone()) else {
                return for_good(Reason::UnreachableUrl, UNREACHABLE);
            };
            let mut request = request
                .header(header::USER_AGENT, USER_AGENT)
                .header(header::ACCEPT, "video/*, application/octet-stream;q=0.9, */*;q=0.5")
                .header(header::ACCEPT_ENCODING, "identity");
            if let (1.., Some(validator)) = (had, &origin.validator) {
                request = request.header(header::RANGE, format!("bytes={had}-")).header(header::IF_RANGE, validator);
            }
            let answer = match timeout(SILENCE, request.send()).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) if is_refused(&error) => return for_good(Reason::UnreachableUrl, UNREACHABLE),
                Ok(Err(_)) | Err(_) => return off(Reason::UnreachableUrl, UNREACHABLE),
            };
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
            match to.and_then(|to| url.join(to).ok()) {
                Some(to) => url = to,
                None => return for_good(Reason::InvalidUrl, "The address leads to one that can't be read."),
            }
        }
        for_good(Reason::UnreachableUrl, format!("The address redirects more than {REDIRECTS} times."))
    }

    async fn take(&self, answer: Response, had: u64, total: Option<u64>) -> Result<(), Broken> {
        let most = self.state.config.upload_max;
        if total.is_some_and(|total| total > most) {
            return Err(Broken::For(too_large(most)));
        }
        if answer.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(Broken::For(no_video()));
        }
        let mut options = fs::OpenOptions::new();
        let file = if had == 0 { options.write(true).create(true).truncate(true) } else { options.append(true) };
        let mut to = BufWriter::with_capacity(PIECE, file.open(self.part).await?);
        let mut chunks = answer.bytes_stream();
        let (mut size, mut head) = (had, Vec::new());
        loop {
            let chunk = match timeout(SILENCE, chunks.next()).await {
                Ok(None) => break,
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(_))) | Err(_) => {
                    to.flush().await?;
                    return off(Reason::NetworkError, "The connection broke before the file was whole.");
                }
            };
            if had == 0 && head.len() < sniff::ENOUGH {
                head.extend_from_slice(&chunk[..chunk.len().min(sniff::ENOUGH)]);
                if head.len() >= sniff::ENOUGH && sniff::kind(&head).is_none() {
                    return Err(Broken::For(no_video()));
                }
            }
            size += chunk.len() as u64;
            if size > most {
                return Err(Broken::For(too_large(most)));
            }
            to.write_all(&chunk).await?;
            self.reporter.share("fetch", (0, 30), size as i64, total.unwrap_or(0) as i64);
        }
        to.flush().await?;
        to.get_ref().sync_all().await?;
        if total.is_some_and(|total| size < total) {
            return off(Reason::NetworkError, "The connection ended before the file was whole.");
        }
        Ok(())
    }
}

const UNREACHABLE: &str = "Nobody answers at this address; it must be a public https or http address.";

/// Did the guard refuse it, rather than the network?
fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<Refused>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// What says in later answers that the file is still the same (RFC 9110, section 13.1.5: a strong one).
fn validator(answer: &Response) -> Option<String> {
    let text = |name| answer.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let tag = text(header::ETAG).filter(|tag| !tag.starts_with("W/"));
    tag.or_else(|| text(header::LAST_MODIFIED)).map(str::to_owned)
}

/// Where a part begins, and how long the whole is.
fn content_range(answer: &Response) -> Option<(u64, u64)> {
    let text = answer.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, total.parse().ok()?))
}

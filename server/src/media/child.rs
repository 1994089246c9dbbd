//! Runs ffmpeg and ffprobe: on files of this machine only, without a network, niced, and never with more time,
//! memory or disk than allowed.

use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{self, Stdio},
    sync::OnceLock,
    thread,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::Command,
    time,
};

/// One run of a tool, built up word by word. It is killed when the run is dropped.
pub struct Child {
    tool: &'static str,
    args: Vec<OsString>,
}

#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    #[error("{0} is not to be found; install ffmpeg and see that it is on the PATH")]
    Missing(&'static str),
    #[error("{tool} was stopped: it took longer than {} s", limit.as_secs())]
    TooLong { tool: &'static str, limit: Duration },
    #[error("{tool} failed: {said}")]
    Failed { tool: &'static str, said: String },
    #[error("{tool}: {source}")]
    Io { tool: &'static str, source: io::Error },
}

/// The containers that are read. A playlist is none of them: it would lead to other files. Nor is a
/// picture: it is no video.
const FORMATS: &str = "mov,matroska,avi,mpegts,mpeg,flv,ogg,asf,wav,mp3,flac,aac";
/// How much of what a tool says is kept, in bytes: its end.
const SAID: usize = 2_000;
/// The longest answer on standard output, in bytes.
const ANSWER: u64 = 4 << 20;
/// The memory that a tool may ask for, and the largest file that it may write, in bytes.
const MEMORY: u64 = 8 << 30;
const LARGEST: u64 = 256 << 30;

impl Child {
    pub fn ffmpeg() -> Self {
        Self { tool: "ffmpeg", args: Vec::new() }.words("-nostdin -hide_banner -loglevel error -y")
    }

    pub fn ffprobe() -> Self {
        Self { tool: "ffprobe", args: Vec::new() }.words("-hide_banner -loglevel error")
    }

    /// Adds options, split at blanks.
    pub fn words(mut self, words: &str) -> Self {
        self.args.extend(words.split_whitespace().map(OsString::from));
        self
    }

    /// Adds one option as it is.
    pub fn word(mut self, word: impl Into<OsString>) -> Self {
        self.args.push(word.into());
        self
    }

    /// Adds an input that we made ourselves.
    pub fn made(self, path: &Path) -> Self {
        self.words("-protocol_whitelist file -i").file(path)
    }

    /// Adds an input that someone gave us; it can open neither the network nor other files.
    pub fn input(self, path: &Path) -> Self {
        self.words("-protocol_whitelist file -format_whitelist").word(FORMATS).word("-i").file(path)
    }

    /// Adds a file, whatever its name begins with.
    pub fn file(self, path: &Path) -> Self {
        let mut name = OsString::from("file:");
        name.push(path);
        self.word(name)
    }

    /// Runs it to its end and returns what it wrote to standard output.
    ///
    /// # Errors
    /// The tool is missing, fails, or takes longer than `limit`.
    pub async fn run(self, limit: Duration) -> Result<Vec<u8>, ChildError> {
        let tool = self.tool;
        let mut child = self.spawn(limit)?;
        let out = child.stdout.take();
        let (answer, _) = ended(tool, child, limit, answer(out)).await?;
        answer.map_err(|source| ChildError::Io { tool, source })
    }

    /// Runs ffmpeg to its end, and says again and again at which millisecond of its output it is.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_telling(mut self, limit: Duration, tell: impl FnMut(i64)) -> Result<(), ChildError> {
        let words = ["-nostats", "-progress", "pipe:1"];
        self.args.splice(0..0, words.map(OsString::from));
        let tool = self.tool;
        let mut child = self.spawn(limit)?;
        let out = child.stdout.take();
        ended(tool, child, limit, told(out, tell)).await?;
        Ok(())
    }

    /// Runs it to its end and returns the last of what it said on standard error.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_said(self, limit: Duration) -> Result<String, ChildError> {
        let tool = self.tool;
        let mut child = self.spawn(limit)?;
        let out = child.stdout.take();
        Ok(ended(tool, child, limit, answer(out)).await?.1)
    }

    fn spawn(self, limit: Duration) -> Result<tokio::process::Child, ChildError> {
        let Self { tool, args } = self;
        let path = on_path(tool).ok_or(ChildError::Missing(tool))?;
        let mut words: Vec<OsString> = fence(limit);
        words.push(path.into());
        words.extend(args);
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // Nothing of ours is any business of a tool that reads what strangers have made.
        command.env_clear().envs(env::var_os("PATH").map(|path| ("PATH", path)));
        command.spawn().map_err(|source| ChildError::Io { tool, source })
    }
}

async fn ended<T>(
    tool: &'static str,
    mut child: tokio::process::Child,
    limit: Duration,
    read: impl Future<Output = T>,
) -> Result<(T, String), ChildError> {
    let err = child.stderr.take();
    let ended = async { tokio::join!(read, tail(err), child.wait()) };
    let ended = time::timeout(limit, ended).await;
    let (answer, said, status) = ended.map_err(|_| ChildError::TooLong { tool, limit })?;
    match status.map_err(|source| ChildError::Io { tool, source })?.success() {
        true => Ok((answer, said)),
        false => Err(ChildError::Failed { tool, said }),
    }
}

/// The words before a tool's name that hold it: as far as this machine has them. What it lacks is said once.
fn fence(limit: Duration) -> Vec<OsString> {
    static NO_NETWORK: OnceLock<Option<PathBuf>> = OnceLock::new();
    static LIMITED: OnceLock<Option<PathBuf>> = OnceLock::new();
    static MORTAL: OnceLock<Option<PathBuf>> = OnceLock::new();
    let mut words = Vec::new();
    if let Some(nice) = on_path("nice") {
        words.extend([nice.into(), "-n".into(), "10".into()]);
    }
    if let Some(unshare) = NO_NETWORK.get_or_init(no_network) {
        words.extend([unshare.into(), "--map-root-user".into(), "--net".into(), "--".into()]);
    }
    if let Some(prlimit) = LIMITED.get_or_init(limited) {
        // Every core may work for as long as the run may last.
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        let seconds = limit.as_secs().max(1).saturating_mul(cores);
        words.push(prlimit.into());
        words.extend(
            [format!("--cpu={seconds}"), format!("--as={MEMORY}"), format!("--fsize={LARGEST}")].map(Into::into),
        );
        words.extend(["--core=0", "--"].map(OsString::from));
    }
    // A tool that outlived a killed server would write into the files of the next one's.
    if let Some(setpriv) = MORTAL.get_or_init(mortal) {
        words.extend([setpriv.into(), "--pdeathsig".into(), "KILL".into(), "--".into()]);
    }
    words
}

/// What takes the network from a process, where the system lets us.
fn no_network() -> Option<PathBuf> {
    let lost = "ffmpeg and ffprobe can reach the network: unshare is missing, or user namespaces are forbidden here";
    or_warn(lost, working("unshare", &["--map-root-user", "--net", "--", "true"]))
}

/// What limits a process, where the system has it.
fn limited() -> Option<PathBuf> {
    let lost = "ffmpeg and ffprobe run without limits of processor time, memory and file size: prlimit is missing";
    or_warn(lost, working("prlimit", &["--core=0", "--", "true"]))
}

/// What lets a process die with the one that began it, where the system has it.
fn mortal() -> Option<PathBuf> {
    let lost = "ffmpeg and ffprobe may outlive a server that is killed: setpriv is missing, or knows no --pdeathsig";
    or_warn(lost, working("setpriv", &["--pdeathsig", "KILL", "--", "true"]))
}

/// Says what is lost without it.
fn or_warn(lost: &str, found: Option<PathBuf>) -> Option<PathBuf> {
    if found.is_none() {
        tracing::warn!("{lost}");
    }
    found
}

/// The tool, when it is on this machine and can do this.
fn working(tool: &str, args: &[&str]) -> Option<PathBuf> {
    let path = on_path(tool)?;
    let mut trial = process::Command::new(&path);
    trial.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    trial.status().ok()?.success().then_some(path)
}

/// Follows what ffmpeg says with `-progress`.
async fn told(from: Option<impl AsyncRead + Unpin>, mut tell: impl FnMut(i64)) {
    let Some(from) = from else { return };
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(us) = line.strip_prefix("out_time_us=").and_then(|us| us.parse::<i64>().ok()) {
            tell(us / 1_000);
        }
    }
}

/// Is the tool on this machine?
pub fn has(tool: &str) -> bool {
    on_path(tool).is_some()
}

fn on_path(name: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())
}

async fn answer(from: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(ANSWER).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// Reads to the end and keeps the last of it.
async fn tail(from: Option<impl AsyncRead + Unpin>) -> String {
    let (mut kept, mut piece) = (Vec::new(), [0; 4_096]);
    if let Some(mut from) = from {
        while let Ok(read @ 1..) = from.read(&mut piece).await {
            kept.extend_from_slice(&piece[..read]);
            let past = kept.len().saturating_sub(SAID);
            kept.drain(..past);
        }
    }
    String::from_utf8_lossy(&kept).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tool_that_is_not_there_is_named() {
        let error = Child { tool: "no-such-tool", args: Vec::new() }.run(Duration::from_secs(5)).await;
        assert!(error.expect_err("missing").to_string().starts_with("no-such-tool is not to be found; install ffmpeg"));
    }

    #[tokio::test]
    async fn a_run_ends_at_its_limit() {
        let child = Child { tool: "sleep", args: vec!["60".into()] };
        let error = child.run(Duration::from_millis(50)).await.expect_err("too long");
        assert!(matches!(error, ChildError::TooLong { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_failure_repeats_the_last_that_was_said() {
        let child = Child { tool: "sh", args: vec!["-c".into(), "seq 1 2000 >&2; exit 3".into()] };
        let error = child.run(Duration::from_secs(20)).await.expect_err("failed").to_string();
        assert!(error.starts_with("sh failed: ") && error.ends_with("\n2000") && error.len() < 2_100, "{error}");
    }

    #[tokio::test]
    async fn a_tool_is_held_to_its_memory_and_has_no_secrets_of_ours() {
        let say =
            |words: &str| Child { tool: "sh", args: vec!["-c".into(), words.into()] }.run(Duration::from_secs(20));
        let limits = String::from_utf8(say("ulimit -v; ulimit -c; nice; env").await.expect("ran")).expect("text");
        let lines: Vec<&str> = limits.lines().collect();
        assert_eq!((lines[0], lines[1]), ("8388608", "0"), "{limits}");
        assert!(lines[2].parse::<i32>().is_ok_and(|nice| nice >= 10), "{limits}");
        assert!(!limits.contains("CARGO") && !limits.contains("HOME="), "{limits}");
    }

    #[tokio::test]
    async fn a_run_tells_how_far_it_is() {
        let text = "printf 'frame=1\\nout_time_us=1500000\\nout_time_us=N/A\\nout_time_us=2000000\\n'";
        let mut heard = Vec::new();
        // `sh` takes the words before `-c` for its own.
        let child = Child { tool: "sh", args: vec!["-c".into(), text.into()] };
        let mut running = child.spawn(Duration::from_secs(20)).expect("spawned");
        told(running.stdout.take(), |ms| heard.push(ms)).await;
        assert_eq!(heard, [1_500, 2_000]);
    }
}

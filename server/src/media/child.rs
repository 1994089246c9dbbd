//! Runs ffmpeg and ffprobe: on files of this machine only, niced, and never longer than allowed.

use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
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
        let path = on_path(tool).ok_or(ChildError::Missing(tool))?;
        let mut command = match on_path("nice") {
            Some(nice) => {
                let mut command = Command::new(nice);
                command.args(["-n", "10"]).arg(path);
                command
            }
            None => Command::new(path),
        };
        command.args(self.args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let io = |source| ChildError::Io { tool, source };
        let mut child = command.spawn().map_err(io)?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let ended = async { tokio::join!(answer(out), tail(err), child.wait()) };
        let ended = time::timeout(limit, ended).await;
        let (answer, said, status) = ended.map_err(|_| ChildError::TooLong { tool, limit })?;
        match status.map_err(io)?.success() {
            true => answer.map_err(io),
            false => Err(ChildError::Failed { tool, said }),
        }
    }
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
}

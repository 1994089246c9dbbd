//! Media files: a folder or a bucket behind one trait.

pub mod boxes;
pub mod child;
pub mod ladder;
pub mod loudness;
pub mod poster;
pub mod prepare;
pub mod preview;
pub mod probe;
pub mod range;
pub mod read;
pub mod serve;
pub mod sniff;
pub mod storyboard;
pub mod subtitles;

use futures_util::{StreamExt, TryStreamExt};
use object_store::{
    GetResultPayload, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart,
    aws::{AmazonS3Builder, Checksum},
    local::LocalFileSystem,
    path::Path,
};
use std::{io, path::PathBuf, sync::Arc};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

/// The object store that holds media, posters and captions.
#[derive(Clone)]
pub struct Media {
    store: Arc<dyn ObjectStore>,
    /// Where the files are, when they are on this machine.
    folder: Option<PathBuf>,
    /// Files that are sent in parts, or taken back.
    sending: TaskTracker,
}

/// How much of a file is read at a time, in bytes, and how much a bucket is sent at once: its parts may be no
/// smaller, and memory holds a few of them.
const PIECE: usize = 256 << 10;
const CHUNK: usize = 5 << 20;
const CHUNKS: usize = 3;

#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("the media URL must be file://… or s3://bucket/folder?endpoint=…, not {0}")]
    UnknownStore(String),
    #[error("the media URL: {0}")]
    Setting(String),
    #[error("the media folder {path} can't be used: {source}")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{path}: {stored} bytes are stored of {size}")]
    Short { path: String, size: u64, stored: u64 },
    #[error(transparent)]
    Store(#[from] object_store::Error),
}

impl Media {
    /// Opens what a URL names: a folder (`file://…`; without a leading slash it is relative), or a bucket
    /// (`s3://[key:secret@]bucket[/folder][?endpoint=…&region=…]`; what is left out comes from the `AWS_…`
    /// variables of the environment).
    ///
    /// # Errors
    /// Another scheme, a folder that can't be made, or a bucket that is not fully described.
    pub fn open(url: &str) -> Result<Self, MediaError> {
        if url.starts_with("s3:") {
            return Ok(Self { store: bucket(url)?, folder: None, sending: TaskTracker::new() });
        }
        let path = url.strip_prefix("file://").map(PathBuf::from);
        let path = path.ok_or_else(|| MediaError::UnknownStore(url.split(':').next().unwrap_or_default().into()))?;
        std::fs::create_dir_all(&path).map_err(|source| MediaError::Folder { path: path.clone(), source })?;
        let folder = path.canonicalize().map_err(|source| MediaError::Folder { path, source })?;
        let store = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: Some(folder), sending: TaskTracker::new() })
    }

    /// Where a video's file is kept; `name` is one of ours.
    pub fn path(account_id: i64, video_id: i64, name: &str) -> Path {
        Path::from_iter([account_id.to_string().as_str(), video_id.to_string().as_str(), name])
    }

    /// The folder, when the files are on this machine.
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    pub async fn put(&self, path: &Path, bytes: impl Into<PutPayload>) -> Result<(), MediaError> {
        self.store.put(path, bytes.into()).await?;
        Ok(())
    }

    /// A short text file, such as captions.
    pub async fn text(&self, path: &Path) -> Result<String, MediaError> {
        let bytes = self.store.get(path).await?.bytes().await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Stores a file of this machine, piece by piece: it may be larger than the memory. What is stored is as long
    /// as the file, or it is an error.
    pub async fn put_file(&self, path: &Path, file: &std::path::Path) -> Result<(), MediaError> {
        let failed = |source| MediaError::File { path: file.into(), source };
        let mut from = File::open(file).await.map_err(failed)?;
        let size = from.metadata().await.map_err(failed)?.len();
        if size < CHUNK as u64 {
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
            from.read_to_end(&mut bytes).await.map_err(failed)?;
            self.put(path, bytes).await?;
        } else {
            // In a task of its own: whoever no longer waits for it can't leave parts behind, which no list of a
            // bucket shows.
            let given_up = CancellationToken::new();
            let _guard = given_up.clone().drop_guard();
            let (store, to, file) = (self.store.clone(), path.clone(), file.to_owned());
            let sent = self.sending.spawn(async move { send(from, &file, &store, &to, given_up).await }).await;
            sent.map_err(io::Error::other).map_err(failed)??;
        }
        let stored = self.store.head(path).await?.size;
        if stored == size { Ok(()) } else { Err(MediaError::Short { path: path.to_string(), size, stored }) }
    }

    /// Returns once no file is on its way any more, nor being taken back.
    pub async fn settled(&self) {
        self.sending.close();
        self.sending.wait().await;
    }

    /// Appends a stored file to one of this machine; returns how long it is.
    pub async fn append_to(&self, path: &Path, to: &mut File) -> Result<u64, MediaError> {
        let failed = |source| MediaError::File { path: path.to_string().into(), source };
        let found = self.store.get(path).await?;
        match found.payload {
            // The system copies it by itself, without a detour through here.
            GetResultPayload::File(mut from, _) => {
                to.flush().await.map_err(failed)?;
                let mut to = to.try_clone().await.map_err(failed)?.into_std().await;
                let copied = tokio::task::spawn_blocking(move || io::copy(&mut from, &mut to)).await;
                copied.map_err(io::Error::other).flatten().map_err(failed)
            }
            GetResultPayload::Stream(mut stream) => {
                let mut size = 0;
                while let Some(piece) = stream.try_next().await? {
                    size += piece.len() as u64;
                    to.write_all(&piece).await.map_err(failed)?;
                }
                to.flush().await.map_err(failed)?;
                Ok(size)
            }
        }
    }

    /// Deletes a file; one that is not there is as good.
    pub async fn delete(&self, path: &Path) -> Result<(), MediaError> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every file below a folder, with its size and the Unix milliseconds of its last change.
    pub fn list(&self, below: &Path) -> impl futures_util::Stream<Item = Result<Stored, MediaError>> + Send + Unpin {
        let stored = self.store.list(Some(below)).map_ok(|meta| Stored {
            path: meta.location,
            size: meta.size,
            changed_at: meta.last_modified.timestamp_millis(),
        });
        stored.map_err(MediaError::from).boxed()
    }

    /// Deletes everything below a folder; returns how many files there were.
    pub async fn delete_below(&self, folder: &Path) -> Result<usize, MediaError> {
        let found: Vec<Stored> = self.list(folder).try_collect().await?;
        for one in &found {
            self.delete(&one.path).await?;
        }
        Ok(found.len())
    }
}

/// A file in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub path: Path,
    pub size: u64,
    pub changed_at: i64,
}

enum Poured {
    File(io::Error),
    Store(object_store::Error),
    GivenUp,
}

/// Stores a file in parts, all of it or nothing.
async fn send(
    mut from: File,
    file: &std::path::Path,
    store: &Arc<dyn ObjectStore>,
    path: &Path,
    given_up: CancellationToken,
) -> Result<(), MediaError> {
    let mut to = WriteMultipart::new_with_chunk_size(store.put_multipart(path).await?, CHUNK);
    let poured = given_up.run_until_cancelled(pour(&mut from, &mut to)).await;
    let Err(error) = poured.unwrap_or(Err(Poured::GivenUp)) else {
        to.finish().await?;
        return Ok(());
    };
    // What was sent of it is of no use to anyone.
    if let Err(error) = to.abort().await {
        tracing::warn!(%path, %error, "a broken upload stays in the store");
    }
    let failed = |source| MediaError::File { path: file.into(), source };
    Err(match error {
        Poured::File(source) => failed(source),
        Poured::Store(error) => error.into(),
        Poured::GivenUp => failed(io::ErrorKind::Interrupted.into()),
    })
}

async fn pour(from: &mut File, to: &mut WriteMultipart) -> Result<(), Poured> {
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece).await.map_err(Poured::File)? {
            // The last part is short; until then it can still be given up.
            0 => return to.wait_for_capacity(1).await.map_err(Poured::Store),
            read => {
                to.wait_for_capacity(CHUNKS).await.map_err(Poured::Store)?;
                to.write(&piece[..read]);
            }
        }
    }
}

/// A bucket of any server that speaks S3.
fn bucket(text: &str) -> Result<Arc<dyn ObjectStore>, MediaError> {
    let wrong = |reason: String| MediaError::Setting(reason);
    let url = Url::parse(text).map_err(|error| wrong(error.to_string()))?;
    let name = url.host_str().filter(|name| !name.is_empty()).ok_or_else(|| wrong("names no bucket".into()))?;
    // The client speaks TLS with whatever the process has installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(name).with_checksum_algorithm(Checksum::SHA256);
    let plain = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    if let Some(secret) = url.password() {
        builder = builder.with_access_key_id(plain(url.username())).with_secret_access_key(plain(secret));
    }
    for (key, value) in url.query_pairs() {
        builder = match key.as_ref() {
            "endpoint" => builder.with_allow_http(value.starts_with("http:")).with_endpoint(value),
            "region" => builder.with_region(value),
            "virtual_hosted" => builder.with_virtual_hosted_style_request(value == "true"),
            _ => return Err(wrong(format!("{key} is not among endpoint, region and virtual_hosted"))),
        };
    }
    let store = builder.build()?;
    let folder = url.path().trim_matches('/');
    if folder.is_empty() {
        return Ok(Arc::new(store));
    }
    Ok(Arc::new(object_store::prefix::PrefixStore::new(
        store,
        Path::parse(folder).map_err(|error| wrong(error.to_string()))?,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Router,
        extract::Request,
        response::{IntoResponse, Response},
    };
    use futures_util::FutureExt;
    use http::Method;
    use tokio::{net::TcpListener, sync::Notify};

    #[test]
    fn a_store_is_named_by_its_url() {
        let error = |url: &str| Media::open(url).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error("ftp://x").starts_with("the media URL must be file://… or s3://"), "{}", error("ftp://x"));
        assert_eq!(error("s3://bucket?endpoint=http://127.0.0.1:9&region=x"), "");
        assert_eq!(error("s3://k:s@bucket/some/folder?region=eu-central-1"), "");
        assert_eq!(error("s3://bucket?port=1"), "the media URL: port is not among endpoint, region and virtual_hosted");
        assert!(error("s3:///x").contains("bucket"), "{}", error("s3:///x"));
    }

    /// A bucket that answers no part, and rings when one comes and when all are taken back.
    async fn deaf_bucket(came: Arc<Notify>, taken_back: Arc<Notify>) -> String {
        const BEGUN: &str = "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>";
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("s3://k:s@films?region=x&endpoint=http://{}", listener.local_addr().expect("an address"));
        let app = Router::new().fallback(move |request: Request| {
            let (came, taken_back) = (came.clone(), taken_back.clone());
            async move {
                if request.method() == Method::POST {
                    return BEGUN.into_response();
                }
                if request.method() == Method::DELETE {
                    taken_back.notify_one();
                    return ().into_response();
                }
                came.notify_one();
                std::future::pending::<Response>().await
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    }

    #[tokio::test]
    async fn parts_of_a_file_that_nobody_waits_for_are_taken_back() {
        let (came, taken_back) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let media = Media::open(&deaf_bucket(came.clone(), taken_back.clone()).await).expect("a bucket");
        let file = tempfile::NamedTempFile::new().expect("a file");
        file.as_file().set_len(2 * CHUNK as u64 + 1).expect("room");
        let path = Media::path(1, 2, "video.mp4");
        tokio::select! {
            sent = media.put_file(&path, file.path()) => panic!("{sent:?}"),
            () = came.notified() => {}
        }
        media.settled().await;
        assert!(taken_back.notified().now_or_never().is_some());
    }
}

//! Media files: a folder or a bucket behind one trait.

pub mod boxes;
pub mod child;
pub mod ladder;
pub mod poster;
pub mod prepare;
pub mod probe;
pub mod range;
pub mod serve;
pub mod storyboard;

use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart, local::LocalFileSystem, path::Path};
use std::{fs::File, io, io::Read, path::PathBuf, sync::Arc};

/// The object store that holds media, posters and captions.
#[derive(Clone)]
pub struct Media(Arc<dyn ObjectStore>);

/// How much of a file is read at a time, in bytes, and how many parts are on their way at once.
const PIECE: usize = 1 << 20;
const PIECES: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("the media URL must be file://…, not {0}")]
    UnknownStore(String),
    #[error("the media folder {path} can't be used: {source}")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] object_store::Error),
}

impl Media {
    /// Opens the folder that a `file://` URL names; a path without a leading slash is relative.
    ///
    /// # Errors
    /// Another scheme, or a folder that can't be made.
    pub fn open(url: &str) -> Result<Self, MediaError> {
        let path = url.strip_prefix("file://").map(PathBuf::from);
        let path = path.ok_or_else(|| MediaError::UnknownStore(url.split(':').next().unwrap_or_default().into()))?;
        std::fs::create_dir_all(&path).map_err(|source| MediaError::Folder { path: path.clone(), source })?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(&path)?)))
    }

    /// Where a video's file is kept; `name` is one of ours.
    pub fn path(account_id: i64, video_id: i64, name: &str) -> Path {
        Path::from_iter([account_id.to_string().as_str(), video_id.to_string().as_str(), name])
    }

    pub async fn put(&self, path: &Path, bytes: Vec<u8>) -> Result<(), MediaError> {
        self.0.put(path, PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// A short text file, such as captions.
    pub async fn text(&self, path: &Path) -> Result<String, MediaError> {
        let bytes = self.0.get(path).await?.bytes().await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Stores a file of this machine, piece by piece: it may be larger than the memory.
    pub async fn put_file(&self, path: &Path, file: &std::path::Path) -> Result<(), MediaError> {
        let failed = |source| MediaError::File { path: file.into(), source };
        let mut from = File::open(file).map_err(failed)?;
        let mut to = WriteMultipart::new(self.0.put_multipart(path).await?);
        let mut piece = vec![0; PIECE];
        loop {
            // A read of a local file is short; nothing else waits for it.
            match from.read(&mut piece).map_err(failed)? {
                0 => break,
                read => {
                    to.wait_for_capacity(PIECES).await?;
                    to.write(&piece[..read]);
                }
            }
        }
        to.finish().await?;
        Ok(())
    }
}

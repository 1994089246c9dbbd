//! Media files: a folder or a bucket behind one trait.

pub mod serve;

use object_store::{ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path};
use std::{path::PathBuf, sync::Arc};

/// The object store that holds media, posters and captions.
#[derive(Clone)]
pub struct Media(Arc<dyn ObjectStore>);

#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("the media URL must be file://…, not {0}")]
    UnknownStore(String),
    #[error("the media folder {path} can't be used: {source}")]
    Folder { path: PathBuf, source: std::io::Error },
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
}

//! `cuepoint add`: a video from this machine's disk. It may run beside a server on the same database.

mod args;

use crate::{
    config::Config,
    demo,
    keys::random,
    media::{
        Media, MediaError,
        prepare::{self, PrepareError, Prepared},
    },
    state::now,
    store::{
        Store, StoreError,
        accounts::{self, Account},
        videos::{self, Video},
    },
};
use app::{film::Settings, ids::Token};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

pub use args::Add;

/// Where the new video is found.
#[derive(Debug)]
pub struct Added {
    pub play: String,
    pub embed: String,
    pub video_id: i64,
    pub token: Token,
}

impl fmt::Display for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { play, embed, video_id, token } = self;
        write!(f, "play: {play}\nembed: {embed}\nvideo_id: {video_id}\ntoken: {token}")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AddError {
    #[error("{0}")]
    Argument(String),
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    #[error("database: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Media(#[from] MediaError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Add {
    /// Adds the video, ready to be watched.
    ///
    /// # Errors
    /// A file can't be read or is no video, ffmpeg is missing, or the database can't be written.
    pub async fn run(self, config: &Config) -> Result<Added, AddError> {
        let token = match &self.token {
            Some(text) => Token::try_from(text.clone()),
            None => Token::try_from(URL_SAFE_NO_PAD.encode(random::<16>())),
        };
        let token = token.map_err(|error| AddError::Argument(format!("--token: {error}")))?;
        let (wish, title) = (self.wish()?, self.title());
        let data = config.data_folder();
        fs::create_dir_all(&data)?;
        let media = Media::open(&config.media_url)?;
        let store = Store::open(&config.database_url).await?;
        let account_id = owner(&store, &self.account, &token).await?;
        let work = Work::new(&data)?;
        let prepared = prepare::prepare(&self.file, &wish, work.path()).await?;
        let video_id = keep(&store, &media, account_id, &token, title, prepared, work.path()).await?;
        store.close().await;
        Ok(Added {
            play: config.link(&format!("/video/play/{token}")),
            embed: config.link(&format!("/video/embed/{token}")),
            video_id,
            token,
        })
    }
}

/// The account, before any work is done; the sandbox is made where it is missing.
async fn owner(store: &Store, email: &str, token: &Token) -> Result<i64, AddError> {
    let mut tx = store.begin().await?;
    if videos::by_token(tx.conn(), token.as_str()).await?.is_some() {
        return Err(AddError::Argument(format!("--token: there is a video {token} already")));
    }
    let account: Option<Account> = match accounts::by_email(tx.conn(), email).await? {
        None if email == demo::EMAIL => Some(demo::account(tx.conn(), now()).await?),
        found => found,
    };
    tx.commit().await?;
    account
        .map(|account| account.id)
        .ok_or_else(|| AddError::Argument(format!("--account: there is no account {email}")))
}

/// Stores the files, then the video that names them: nobody ever sees it half there.
async fn keep(
    store: &Store,
    media: &Media,
    account_id: i64,
    token: &Token,
    title: String,
    prepared: Prepared,
    folder: &Path,
) -> Result<i64, AddError> {
    let mut tx = store.begin().await?;
    let id = videos::next_id(tx.conn()).await?;
    tx.commit().await?;
    for name in prepared.files.names() {
        media.put_file(&Media::path(account_id, id, name), &folder.join(name)).await?;
    }
    let video = Video {
        account_id,
        id,
        token: token.to_string(),
        title,
        description: String::new(),
        state: "ready".into(),
        error: None,
        duration_ms: Some(prepared.duration_ms),
        width: prepared.width.into(),
        height: prepared.height.into(),
        files: prepared.files,
        embed_hosts: None,
        settings: Settings::default(),
        timeline_version: 1,
        expires_at: None,
        access: crate::access::Access::default(),
        deleted_at: None,
        created_at: now(),
    };
    let mut tx = store.begin().await?;
    videos::insert(tx.conn(), &video).await?;
    tx.commit().await?;
    Ok(id)
}

/// A folder of its own for files that are being made; it goes when it is dropped.
pub struct Work(PathBuf);

impl Work {
    /// # Errors
    /// The folder can't be made.
    pub fn new(data: &Path) -> io::Result<Self> {
        let path = data.join(format!("work-{}", hex::encode(random::<8>())));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "a work folder stays behind");
        }
    }
}

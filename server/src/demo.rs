//! What `serve --demo` brings, once: a sandbox account and a tour of the product.

mod talk;

use crate::{
    keys::{digest, random, write_private},
    media::{Media, MediaError},
    operator,
    people::{Role, reset},
    state::{State, now},
    store::{
        self, Conn, StoreError,
        accounts::{self, Account, NewKey},
        interactions, members, resets,
        videos::{self, Files, Video},
    },
};
use app::film::{Settings, Track};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rust_embed::RustEmbed;
use std::{fmt, fs, io};
use uuid::Uuid;

/// Where the demo's parts are found.
pub struct Demo {
    pub play: String,
    pub embed: String,
    /// Sets the sandbox owner's password, once and within a day.
    pub sign_in: String,
    pub api_key: String,
}

impl fmt::Display for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "play: {}\nembed: {}\nsign in: {}\nAPI key: {}", self.play, self.embed, self.sign_in, self.api_key)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("demo: {0}")]
    Store(#[from] StoreError),
    #[error("demo: {0}")]
    Media(#[from] MediaError),
    #[error("demo: {0}")]
    Io(#[from] io::Error),
    #[error("demo: {0}")]
    Timeline(#[from] serde_json::Error),
}

#[derive(RustEmbed)]
#[folder = "demo"]
#[include = "*.mp4"]
#[include = "*.jpg"]
#[include = "*.vtt"]
#[include = "timeline.json"]
#[exclude = "make/*"]
struct Tour;

pub const TOKEN: &str = "demoTourOfCuepoint0001";
pub const EMAIL: &str = "sandbox@example.com";
const ACCOUNT: i64 = 1;
const DURATION_MS: i64 = 81_933;
/// What `cuepoint add` makes of the tour.
const SHEETS: [&str; 4] = ["storyboard-1.jpg", "storyboard-2.jpg", "storyboard-3.jpg", "storyboard-4.jpg"];

/// Brings the demo where it is missing, and says where to find it.
///
/// # Errors
/// When the database, the media folder or the key file can't be written.
pub async fn bring(state: &State) -> Result<Demo, DemoError> {
    let api_key = sandbox_key(state)?;
    let task = {
        let (state, key) = (state.clone(), api_key.clone());
        tokio::spawn(async move { seed(&state, &key).await })
    };
    let sign_in = state.config.link(&task.await.map_err(io::Error::other)??);
    Ok(Demo {
        play: state.config.link(&format!("/video/play/{TOKEN}")),
        embed: state.config.link(&format!("/video/embed/{TOKEN}")),
        sign_in,
        api_key,
    })
}

/// The one key of the sandbox, kept in a file that only its owner can read.
fn sandbox_key(state: &State) -> io::Result<String> {
    let path = state.config.data_folder().join("sandbox-key");
    match fs::read_to_string(&path) {
        Ok(key) => Ok(key.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = format!("cue_{}", URL_SAFE_NO_PAD.encode(random::<24>()));
            let kept = write_private(&path, key.as_bytes())?;
            Ok(String::from_utf8_lossy(&kept).trim().to_owned())
        }
        Err(error) => Err(error),
    }
}

/// Returns the path at which the sandbox' owner sets a password.
async fn seed(state: &State, api_key: &str) -> Result<String, DemoError> {
    let now = now();
    let mut tx = state.store.begin().await?;
    let account = account(tx.conn(), now).await?;
    let hash = digest(api_key.as_bytes());
    let key = NewKey { id: Uuid::now_v7(), prefix: &api_key[..8.min(api_key.len())], hash: &hash };
    accounts::insert_key(tx.conn(), account.id, key, now).await?;
    if videos::by_token(tx.conn(), TOKEN).await?.is_none() {
        let id = videos::next_id(tx.conn()).await?;
        let video = tour(account.id, id, now);
        let timeline = Tour::get("timeline.json").map(|file| file.data).unwrap_or_default();
        let mut timeline: Vec<app::interaction::Interaction> = serde_json::from_slice(&timeline)?;
        let pictures = timeline.iter_mut().flat_map(|one| one.spec.kind_mut().images());
        let pictures: Vec<String> = pictures.filter_map(|(_, image)| image.file.clone()).collect();
        for name in video.files.names().chain(pictures.iter().map(String::as_str)) {
            let file = Tour::get(name).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, name))?;
            state.media.put(&Media::path(account.id, id, name), file.data.into_owned()).await?;
        }
        videos::insert(tx.conn(), &video).await?;
        for interaction in &timeline {
            interactions::insert(tx.conn(), account.id, id, interaction, now).await?;
        }
    }
    if let Some(video) = videos::by_token(tx.conn(), TOKEN).await? {
        talk::seed(&mut tx, &video, now).await?;
    }
    let owner = operator::user(&mut tx, EMAIL, "Sandbox", now).await?;
    members::insert(tx.conn(), account.id, owner.id, Role::Owner.as_str(), now).await?;
    resets::forget(tx.conn(), owner.id).await?;
    let sign_in = reset::path(tx.conn(), owner.id, now + reset::MADE_MS, now).await?;
    tx.commit().await?;
    Ok(sign_in)
}

/// The sandbox account, made where it is missing.
pub async fn account(mut conn: Conn<'_>, now: i64) -> store::Result<Account> {
    if let Some(account) = accounts::by_email(conn.again(), EMAIL).await? {
        return Ok(account);
    }
    let account = Account { id: ACCOUNT, email: EMAIL.into(), name: "Sandbox".into() };
    accounts::insert(conn, &account, now).await?;
    Ok(account)
}

fn tour(account_id: i64, id: i64, now: i64) -> Video {
    Video {
        account_id,
        id,
        token: TOKEN.into(),
        title: "A tour of Cuepoint".into(),
        description: "What a video can do when it listens: calls to action at their moment, polls and forms, \
                      comments and reactions, one honest ledger of who watched what, and webhooks you can trust."
            .into(),
        state: "ready".into(),
        error: None,
        duration_ms: Some(DURATION_MS),
        width: 1280,
        height: 720,
        files: Files {
            media: Some("tour.mp4".into()),
            poster: Some("poster.jpg".into()),
            poster_play: Some("poster_play.jpg".into()),
            captions: vec![Track { src: "captions.en.vtt".into(), lang: "en".into(), label: "English".into() }],
            chapters: Some("chapters.en.vtt".into()),
            storyboard: Some("storyboard.vtt".into()),
            parts: SHEETS.map(String::from).into(),
            ..Files::default()
        },
        embed_hosts: None,
        settings: Settings::default(),
        timeline_version: 1,
        expires_at: None,
        access: crate::access::Access::default(),
        deleted_at: None,
        created_at: now,
    }
}

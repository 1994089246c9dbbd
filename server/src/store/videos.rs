//! Videos: what is known of each, and which files belong to it.

use super::{Conn, Result, StoreError, on};
use app::film::{Settings, Sound, Track};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct Video {
    pub account_id: i64,
    /// The public number that API clients use.
    pub id: i64,
    pub token: String,
    pub title: String,
    pub description: String,
    pub state: String,
    pub error: Option<String>,
    pub duration_ms: Option<i64>,
    pub width: i64,
    pub height: i64,
    pub files: Files,
    /// Hosts that may frame it, such as `example.com` or `*.example.com`; none means anyone.
    pub embed_hosts: Option<Vec<String>>,
    pub settings: Settings,
    pub timeline_version: i64,
    pub expires_at: Option<i64>,
    pub deleted_at: Option<i64>,
    pub created_at: i64,
}

/// Names of a video's files in its folder of the object store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    pub media: Option<String>,
    pub poster: Option<String>,
    pub poster_play: Option<String>,
    /// `src` is the file's name here.
    #[serde(default)]
    pub captions: Vec<Track>,
    pub chapters: Option<String>,
    #[serde(default)]
    pub storyboard: Option<String>,
    /// The HLS multivariant playlist.
    #[serde(default)]
    pub stream: Option<String>,
    /// `src` is the file's name here.
    #[serde(default)]
    pub sounds: Vec<Sound>,
    /// What the playlist and the storyboard name in their turn.
    #[serde(default)]
    pub parts: Vec<String>,
}

impl Files {
    /// The name of every file there is.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let single = [&self.media, &self.poster, &self.poster_play, &self.chapters, &self.storyboard, &self.stream];
        let several = self.captions.iter().map(|track| &track.src).chain(self.sounds.iter().map(|sound| &sound.src));
        single.into_iter().flatten().chain(several).chain(&self.parts).map(String::as_str)
    }

    /// Does `name` belong to this video?
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|file| file == name)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: i64,
    id: i64,
    token: String,
    title: String,
    description: String,
    state: String,
    error: Option<String>,
    duration_ms: Option<i64>,
    width: i64,
    height: i64,
    files: String,
    embed_hosts: Option<String>,
    settings: String,
    timeline_version: i64,
    expires_at: Option<i64>,
    deleted_at: Option<i64>,
    created_at: i64,
}

const COUNT_UP: &str = "
insert into counters (name, last) values ($1, $2)
on conflict (name) do update set last = counters.last + 1
returning last";
const INSERT: &str = "
insert into videos (account_id, id, token, title, description, state, error, duration_ms, width, height,
                    files, embed_hosts, settings, timeline_version, expires_at, deleted_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const BY_TOKEN: &str = "
select account_id, id, token, title, description, state, error, duration_ms, width, height,
       files, embed_hosts, settings, timeline_version, expires_at, deleted_at, created_at
  from videos where token = $1";
const BY_ID: &str = "
select account_id, id, token, title, description, state, error, duration_ms, width, height,
       files, embed_hosts, settings, timeline_version, expires_at, deleted_at, created_at
  from videos where id = $1";
const HOLD: &str = "update videos set id = id where account_id = $1 and id = $2";
const UPDATE: &str = "update videos set title = $3, description = $4, settings = $5 where account_id = $1 and id = $2";

/// The first public number: video ids look like those of the compatible API.
const FIRST_ID: i64 = 1_000_001;

/// A public number that no video has had.
pub async fn next_id(conn: Conn<'_>) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(COUNT_UP).bind("videos").bind(FIRST_ID).fetch_one(db).await)?)
}

pub async fn insert(conn: Conn<'_>, video: &Video) -> Result<()> {
    let files = json("files", &video.files)?;
    let hosts = video.embed_hosts.as_ref().map(|hosts| json("embed_hosts", hosts)).transpose()?;
    let settings = json("settings", &video.settings)?;
    on!(conn, db => sqlx::query(INSERT)
        .bind(video.account_id).bind(video.id).bind(&video.token).bind(&video.title)
        .bind(&video.description).bind(&video.state).bind(&video.error).bind(video.duration_ms)
        .bind(video.width).bind(video.height).bind(files).bind(hosts).bind(settings)
        .bind(video.timeline_version).bind(video.expires_at).bind(video.deleted_at).bind(video.created_at)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The video of a token, deleted and expired ones too.
pub async fn by_token(conn: Conn<'_>, token: &str) -> Result<Option<Video>> {
    let row: Option<Row> = on!(conn, db => sqlx::query_as(BY_TOKEN).bind(token).fetch_optional(db).await)?;
    row.map(Video::try_from).transpose()
}

/// The video of a public number, deleted and expired ones too.
pub async fn by_id(conn: Conn<'_>, id: i64) -> Result<Option<Video>> {
    let row: Option<Row> = on!(conn, db => sqlx::query_as(BY_ID).bind(id).fetch_optional(db).await)?;
    row.map(Video::try_from).transpose()
}

/// Until the transaction ends, nobody else changes the account's video: what is read now is still so
/// when it is written.
pub async fn hold(conn: Conn<'_>, account_id: i64, id: i64) -> Result<()> {
    on!(conn, db => sqlx::query(HOLD).bind(account_id).bind(id).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Writes what an owner may change: title, description and settings.
pub async fn update(conn: Conn<'_>, video: &Video) -> Result<()> {
    let settings = json("settings", &video.settings)?;
    on!(conn, db => sqlx::query(UPDATE)
        .bind(video.account_id).bind(video.id)
        .bind(&video.title).bind(&video.description).bind(settings)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

fn json<T: Serialize>(what: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|source| StoreError::Unreadable { what, source })
}

fn read<'a, T: Deserialize<'a>>(what: &'static str, text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| StoreError::Unreadable { what, source })
}

impl TryFrom<Row> for Video {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            files: read("files", &row.files)?,
            embed_hosts: row.embed_hosts.as_deref().map(|text| read("embed_hosts", text)).transpose()?,
            settings: read("settings", &row.settings)?,
            account_id: row.account_id,
            id: row.id,
            token: row.token,
            title: row.title,
            description: row.description,
            state: row.state,
            error: row.error,
            duration_ms: row.duration_ms,
            width: row.width,
            height: row.height,
            timeline_version: row.timeline_version,
            expires_at: row.expires_at,
            deleted_at: row.deleted_at,
            created_at: row.created_at,
        })
    }
}

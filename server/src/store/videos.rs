//! Videos: what is known of each, and which files belong to it.

use super::{Conn, Result, StoreError, on};
use crate::{access::Access, media::loudness::Loudness};
use app::film::{Settings, Sound, Track};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    pub access: Access,
    pub deleted_at: Option<i64>,
    pub created_at: i64,
}

/// Names of a video's files in its folder of the object store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// A few seconds that move.
    #[serde(default)]
    pub preview: Option<String>,
    #[serde(default)]
    pub preview_webp: Option<String>,
    /// Files of the media that were there before: somebody may still be watching them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
    #[serde(default)]
    pub facts: Facts,
}

/// What is known of a video's file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// SHA-256 in hex and length in bytes of the file as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness: Option<Loudness>,
    /// The job that brought the media.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<Uuid>,
    /// What could not be made of it, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The poster's sides, in pixels, where it is not the video's own picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poster_size: Option<(u32, u32)>,
    /// Files of captions that stood in the media themselves: others take their place when the media are replaced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extracted: Vec<String>,
    /// The owner's own poster stays when the media are replaced.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub own_poster: bool,
}

impl Files {
    /// The name of every file there is.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let pictures = [&self.poster, &self.poster_play, &self.preview, &self.preview_webp];
        let single = [&self.media, &self.chapters, &self.storyboard, &self.stream].into_iter().chain(pictures);
        let several = self.captions.iter().map(|track| &track.src).chain(self.sounds.iter().map(|sound| &sound.src));
        single.flatten().chain(several).chain(&self.parts).map(String::as_str)
    }

    /// Does `name` belong to this video, or did it a short while ago?
    pub fn has(&self, name: &str) -> bool {
        self.names().chain(self.former.iter().map(String::as_str)).any(|file| file == name)
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
    access: String,
    deleted_at: Option<i64>,
    created_at: i64,
}

const COUNT_UP: &str = "
insert into counters (name, last) values ($1, $2)
on conflict (name) do update set last = counters.last + 1
returning last";
const INSERT: &str = "
insert into videos (account_id, id, token, title, description, state, error, duration_ms, width, height,
                    files, embed_hosts, settings, timeline_version, expires_at, access, deleted_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const BY_TOKEN: &str = "
select account_id, id, token, title, description, state, error, duration_ms, width, height,
       files, embed_hosts, settings, timeline_version, expires_at, access, deleted_at, created_at
  from videos where token = $1";
const BY_ID: &str = "
select account_id, id, token, title, description, state, error, duration_ms, width, height,
       files, embed_hosts, settings, timeline_version, expires_at, access, deleted_at, created_at
  from videos where id = $1";
const PAGE: &str = "
select account_id, id, token, title, description, state, error, duration_ms, width, height,
       files, embed_hosts, settings, timeline_version, expires_at, access, deleted_at, created_at
  from videos where account_id = $1 and deleted_at is null order by id desc limit $2 offset $3";
const DELETED: &str = "
select account_id, id, token, title, description, state, error, duration_ms, width, height,
       files, embed_hosts, settings, timeline_version, expires_at, access, deleted_at, created_at
  from videos where deleted_at <= $1 order by deleted_at limit $2";
const PREPARED: &str = "
update videos set state = $3, error = $4, duration_ms = $5, width = $6, height = $7, files = $8
 where account_id = $1 and id = $2";
const LISTED: &str = "
select account_id, id, token, title, description, state, error, duration_ms, width, height,
       files, embed_hosts, settings, timeline_version, expires_at, access, deleted_at, created_at
  from videos
 where id >= $1 and id < $2 and state = 'ready' and deleted_at is null and (expires_at is null or expires_at > $3)
 order by id";
const LAST: &str = "select coalesce(max(id), 0) from videos";
const SET_DELETED: &str = "update videos set deleted_at = $3 where account_id = $1 and id = $2";
const HOLD: &str = "update videos set id = id where account_id = $1 and id = $2";
const UPDATE: &str = "
update videos set title = $3, description = $4, settings = $5, embed_hosts = $6, expires_at = $7, access = $8
 where account_id = $1 and id = $2";

/// The first public number: video ids look like those of the compatible API.
pub const FIRST_ID: i64 = 1_000_001;

/// A public number that no video has had.
pub async fn next_id(conn: Conn<'_>) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(COUNT_UP).bind("videos").bind(FIRST_ID).fetch_one(db).await)?)
}

pub async fn insert(conn: Conn<'_>, video: &Video) -> Result<()> {
    let files = json("files", &video.files)?;
    let hosts = video.embed_hosts.as_ref().map(|hosts| json("embed_hosts", hosts)).transpose()?;
    let settings = json("settings", &video.settings)?;
    let access = json("access", &video.access)?;
    on!(conn, db => sqlx::query(INSERT)
        .bind(video.account_id).bind(video.id).bind(&video.token).bind(&video.title)
        .bind(&video.description).bind(&video.state).bind(&video.error).bind(video.duration_ms)
        .bind(video.width).bind(video.height).bind(files).bind(hosts).bind(settings)
        .bind(video.timeline_version).bind(video.expires_at).bind(access).bind(video.deleted_at).bind(video.created_at)
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

/// Writes what an owner may change: title, description, settings, and who may see it.
pub async fn update(conn: Conn<'_>, video: &Video) -> Result<()> {
    let settings = json("settings", &video.settings)?;
    let hosts = video.embed_hosts.as_ref().map(|hosts| json("embed_hosts", hosts)).transpose()?;
    let access = json("access", &video.access)?;
    on!(conn, db => sqlx::query(UPDATE)
        .bind(video.account_id).bind(video.id)
        .bind(&video.title).bind(&video.description).bind(settings)
        .bind(hosts).bind(video.expires_at).bind(access)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// The account's videos, newest first, without the deleted ones.
pub async fn page(conn: Conn<'_>, account_id: i64, limit: i64, offset: i64) -> Result<Vec<Video>> {
    let rows: Vec<Row> = on!(conn, db => sqlx::query_as(PAGE)
        .bind(account_id).bind(limit).bind(offset).fetch_all(db).await)?;
    rows.into_iter().map(Video::try_from).collect()
}

/// Videos that were deleted by `before` (Unix milliseconds).
pub async fn deleted_by(conn: Conn<'_>, before: i64, limit: i64) -> Result<Vec<Video>> {
    let rows: Vec<Row> = on!(conn, db => sqlx::query_as(DELETED).bind(before).bind(limit).fetch_all(db).await)?;
    rows.into_iter().map(Video::try_from).collect()
}

/// Writes what came of its preparation: state, error, length, size and files.
pub async fn set_prepared(conn: Conn<'_>, video: &Video) -> Result<()> {
    let files = json("files", &video.files)?;
    on!(conn, db => sqlx::query(PREPARED)
        .bind(video.account_id).bind(video.id).bind(&video.state).bind(&video.error)
        .bind(video.duration_ms).bind(video.width).bind(video.height).bind(files)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Every account's videos with these numbers that can be watched at `now`.
pub async fn watchable(conn: Conn<'_>, ids: std::ops::Range<i64>, now: i64) -> Result<Vec<Video>> {
    let rows: Vec<Row> = on!(conn, db => sqlx::query_as(LISTED)
        .bind(ids.start).bind(ids.end).bind(now).fetch_all(db).await)?;
    rows.into_iter().map(Video::try_from).collect()
}

/// The highest number; 0 without videos.
pub async fn last_id(conn: Conn<'_>) -> Result<i64> {
    Ok(on!(conn, db => sqlx::query_scalar(LAST).fetch_one(db).await)?)
}

/// Marks it as deleted, or no longer so.
pub async fn set_deleted(conn: Conn<'_>, account_id: i64, id: i64, at: Option<i64>) -> Result<()> {
    on!(conn, db => sqlx::query(SET_DELETED).bind(account_id).bind(id).bind(at).execute(db).await.map(|_| ()))?;
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
            access: read("access", &row.access)?,
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

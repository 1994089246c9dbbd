//! The beginning of a job: a video that has its addresses before it has its file.

use crate::{
    keys::random,
    store::{
        self, Tx,
        jobs::{self, Job, Kind, Source},
        videos::{self, Files, Video},
    },
};
use app::film::Settings;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// A video that is being prepared.
pub fn fresh(account_id: i64, id: i64, token: String, now: i64) -> Video {
    Video {
        account_id,
        id,
        token,
        title: String::new(),
        description: String::new(),
        state: "processing".into(),
        error: None,
        duration_ms: None,
        width: 0,
        height: 0,
        files: Files::default(),
        embed_hosts: None,
        settings: Settings::default(),
        timeline_version: 1,
        expires_at: None,
        access: crate::access::Access::default(),
        deleted_at: None,
        created_at: now,
    }
}

/// What its owner says of a video that is to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub title: String,
    pub description: String,
}

/// Stores a new video and the job that is to bring its file, in this state.
pub async fn import(
    tx: &mut Tx,
    account_id: i64,
    about: About,
    source: Source,
    state: &str,
    now: i64,
) -> store::Result<(Video, Job)> {
    let id = videos::next_id(tx.conn()).await?;
    let token = URL_SAFE_NO_PAD.encode(random::<16>());
    let About { title, description } = about;
    let video = Video { title, description, ..fresh(account_id, id, token, now) };
    videos::insert(tx.conn(), &video).await?;
    let job = job(&video, Kind::Import, source, state, now);
    jobs::insert(tx.conn(), &job, now).await?;
    Ok((video, job))
}

/// Stores the job that is to bring another file for a video.
pub async fn replace(tx: &mut Tx, video: &Video, source: Source, state: &str, now: i64) -> store::Result<Job> {
    let job = job(video, Kind::Replace, source, state, now);
    jobs::insert(tx.conn(), &job, now).await?;
    Ok(job)
}

fn job(video: &Video, kind: Kind, source: Source, state: &str, now: i64) -> Job {
    Job {
        account_id: video.account_id,
        id: Uuid::now_v7(),
        video_id: video.id,
        kind,
        step: if source.url.is_some() { "fetch" } else { "receive" }.into(),
        source,
        state: state.into(),
        percent: 0,
        attempt: 0,
        lease: None,
        error: None,
        message: None,
        created_at: now,
        updated_at: now,
    }
}

/// A title for a file that has none: its name without folders and ending.
pub fn title_of(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem });
    let title: String = stem.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    let title = title.trim();
    if title.is_empty() { "Video".into() } else { title.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_name_makes_a_title() {
        for (name, title) in [
            ("tour.mp4", "tour"),
            ("C:\\films\\My tour.v2.MOV", "My tour.v2"),
            ("/a/b/", "b"),
            (".mp4", ".mp4"),
            ("", "Video"),
            ("a\nb.webm", "a b"),
        ] {
            assert_eq!(title_of(name), title, "{name}");
        }
        assert_eq!(title_of(&"x".repeat(500)).len(), 200);
    }
}

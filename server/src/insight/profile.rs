//! The compatible viewer profile (WIRE.md, section 5): who watched a video, and what a person watched.

use super::attention::{PAGE, covered};
use crate::{
    spoken,
    store::{
        Conn, Result, audience,
        videos::{self, Video},
        viewers,
        views::View,
    },
};
use serde::Serialize;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profiles {
    pub status: u16,
    pub viewer_profile: Vec<Profile>,
    pub load_more: bool,
    pub page: i64,
    pub next_page: i64,
}

/// A viewer and a video; what is not known is `NA`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    pub video_id: String,
    pub email: String,
    pub viewer_name: String,
    pub ip: String,
    pub last_viewed_time: String,
    pub last_viewed_at: String,
    pub location: String,
    pub device: String,
    pub os: String,
    pub browser: String,
    pub referer_url: String,
    /// Spelled as the compatible API spells it.
    pub precentage_played: i64,
    pub percentage_played: i64,
    pub views: i64,
    /// Ours: the same in every report.
    pub viewer_id: Uuid,
}

const UNKNOWN: &str = "NA";

/// A page of the viewers of a video, the newest play first.
pub async fn by_video(mut conn: Conn<'_>, video: &Video, page: i64) -> Result<Profiles> {
    let key = (video.account_id, video.id);
    let found = audience::newest(conn.again(), key, PAGE + 1, (page - 1) * PAGE).await?;
    let more = found.len() > PAGE as usize;
    let mut list = Vec::with_capacity(found.len());
    for viewer in found.iter().take(PAGE as usize) {
        let views = audience::plays(conn.again(), key, viewer.viewer_id).await?;
        list.extend(profile(conn.again(), video, views, viewer.plays).await?);
    }
    Ok(paged(list, page, more))
}

/// A page of the videos that whoever has this address has played, under all ids they are known by; the newest play
/// first.
pub async fn by_email(mut conn: Conn<'_>, account_id: i64, email: &str, page: i64) -> Result<Profiles> {
    let found = audience::videos_of_address(conn.again(), account_id, email, PAGE + 1, (page - 1) * PAGE).await?;
    let more = found.len() > PAGE as usize;
    let mut list = Vec::with_capacity(found.len());
    for (video_id, plays) in found.into_iter().take(PAGE as usize) {
        let Some(video) = videos::by_id(conn.again(), video_id).await? else { continue };
        let views = audience::plays_of_address(conn.again(), (account_id, video_id), email).await?;
        list.extend(profile(conn.again(), &video, views, plays).await?);
    }
    Ok(paged(list, page, more))
}

fn paged(viewer_profile: Vec<Profile>, page: i64, load_more: bool) -> Profiles {
    Profiles { status: 200, viewer_profile, load_more, page, next_page: page + 1 }
}

/// One line: the newest view tells where and with what, all of them together how much.
async fn profile(conn: Conn<'_>, video: &Video, views: Vec<View>, plays: i64) -> Result<Option<Profile>> {
    let Some(newest) = views.first() else { return Ok(None) };
    let contact = viewers::contact(conn, video.account_id, newest.viewer_id).await?.unwrap_or_default();
    let known = |text: Option<String>| text.filter(|text| !text.is_empty()).unwrap_or_else(|| UNKNOWN.to_owned());
    let percentage = covered(&views, video.duration_ms.unwrap_or(0));
    let name = crate::identity::Viewer::new(newest.viewer_id, contact.clone()).called();
    Ok(Some(Profile {
        video_id: video.id.to_string(),
        email: known(contact.email),
        viewer_name: known(name),
        ip: newest.ip.clone(),
        last_viewed_time: spoken::compatible(newest.started_at),
        last_viewed_at: spoken::instant(newest.started_at),
        location: known(location(newest)),
        device: known(newest.device_type.as_deref().map(device)),
        os: known(newest.os.clone()),
        browser: known(newest.browser.clone()),
        referer_url: known(newest.referrer.clone()),
        precentage_played: percentage,
        percentage_played: percentage,
        views: plays,
        viewer_id: newest.viewer_id,
    }))
}

/// `Sydney, Australia`, or as much of it as is known.
fn location(view: &View) -> Option<String> {
    let parts = [view.city.as_deref().or(view.region.as_deref()), view.country.as_deref()];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A kind of device as the compatible API names it.
fn device(kind: &str) -> String {
    match kind {
        "phone" => "MOBILE".to_owned(),
        other => other.to_uppercase(),
    }
}

//! What each viewer saw of a video, second by second.

use crate::{
    report::{
        heat::{self, Run},
        part::Part,
    },
    spoken,
    store::{
        Conn, Result,
        audience::{self, Spectator},
        videos::Video,
        viewers,
        views::View,
    },
};
use app::player::watched::{Span, percent, unique, watch};
use serde::Serialize;
use uuid::Uuid;

/// A viewer's attention to a video, all of their views together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attention {
    pub viewer_id: Uuid,
    pub email: Option<String>,
    pub name: Option<String>,
    /// Their newest play.
    pub last_viewed_at: String,
    #[serde(skip)]
    pub last_ms: i64,
    pub views: i64,
    /// Of the union of all views, as in the viewer profile.
    pub percentage_played: i64,
    /// Seconds, re-watching included.
    pub watched: f64,
    /// `[from,to,times]`: seconds of the video, the last one not included, and how often they were played.
    pub seconds: Vec<(i64, i64, i64)>,
}

/// Viewers on a page of a list.
pub const PAGE: i64 = 10;

/// A page of viewers, the newest play first; the first page is 1. Returns whether there are more.
pub async fn page(mut conn: Conn<'_>, video: &Video, page: i64) -> Result<(Vec<Attention>, bool)> {
    let key = (video.account_id, video.id);
    let mut found = audience::newest(conn.again(), key, PAGE + 1, (page - 1) * PAGE).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let mut list = Vec::with_capacity(found.len());
    for viewer in found {
        list.push(of(conn.again(), video, viewer).await?);
    }
    Ok((list, more))
}

/// One viewer's attention; none for one who has not played the video.
pub async fn one(mut conn: Conn<'_>, video: &Video, viewer_id: Uuid) -> Result<Option<Attention>> {
    match audience::one(conn.again(), video.account_id, video.id, viewer_id).await? {
        Some(viewer) => of(conn, video, viewer).await.map(Some),
        None => Ok(None),
    }
}

async fn of(mut conn: Conn<'_>, video: &Video, viewer: Spectator) -> Result<Attention> {
    let key = (video.account_id, video.id);
    let views = audience::plays(conn.again(), key, viewer.viewer_id).await?;
    let contact = viewers::contact(conn, video.account_id, viewer.viewer_id).await?.unwrap_or_default();
    let name = crate::identity::Viewer::new(viewer.viewer_id, contact.clone()).called();
    let mut runs: Vec<Run> = Vec::new();
    for view in &views {
        runs.extend(Part::of(view)?.into_iter().flat_map(|part| part.given.heat));
    }
    let duration = video.duration_ms.unwrap_or(0);
    let last_ms = views.first().map_or(0, |view| view.started_at);
    let end = usize::try_from(runs.iter().map(|run| run.to).max().unwrap_or(0)).unwrap_or(0);
    // A former file may have been longer.
    let seconds = heat::curve(runs.iter(), if duration > 0 { end.min(heat::seconds(duration)) } else { end });
    Ok(Attention {
        viewer_id: viewer.viewer_id,
        email: contact.email,
        name,
        last_viewed_at: spoken::instant(last_ms),
        last_ms,
        views: viewer.plays,
        percentage_played: covered(&views, duration),
        watched: views.iter().map(|view| view.watched_ms).sum::<i64>() as f64 / 1_000.0,
        seconds: joined(seconds.into_iter().map(|(played, _)| played)),
    })
}

/// The percentage of the union of all these views, of a video of `duration` milliseconds as it is now: what lies
/// past its end is of a former file.
pub fn covered(views: &[View], duration: i64) -> i64 {
    let mut all = Vec::new();
    let span = |from: i64, to: i64| Span::new(from.min(duration), to.min(duration));
    for view in views {
        // What can't be read was written by someone else; it covers nothing.
        let spans: Vec<(i64, i64)> = serde_json::from_str(&view.spans).unwrap_or_default();
        spans.into_iter().for_each(|(from, to)| watch(&mut all, span(from, to)));
    }
    percent(unique(&all), duration)
}

/// Equal values in a row as `(from, to, value)`, without the zeros.
fn joined(values: impl Iterator<Item = i64>) -> Vec<(i64, i64, i64)> {
    let mut runs: Vec<(i64, i64, i64)> = Vec::new();
    for (at, value) in (0..).zip(values).filter(|(_, value)| *value > 0) {
        match runs.last_mut() {
            Some((_, to, last)) if *to == at && *last == value => *to = at + 1,
            _ => runs.push((at, at + 1, value)),
        }
    }
    runs
}

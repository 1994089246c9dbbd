//! Which seconds of a video were seen, and which were played again.

use crate::{
    report::heat,
    store::{Conn, Result, figures, videos::Video},
};
use serde::Serialize;

/// The curves of a video, a value for each second.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Retention {
    pub video_id: i64,
    /// Seconds; null while it is not known.
    pub duration: Option<f64>,
    pub total_plays: i64,
    /// Views that saw at least half of the second.
    pub views: Vec<i64>,
    /// How often it was played, again and again in the same view too.
    pub played: Vec<i64>,
    /// `played` without the first time in each view that saw it.
    pub rewatched: Vec<i64>,
    /// Percent of all plays that saw it, one decimal.
    pub retention: Vec<f64>,
}

pub async fn of(mut conn: Conn<'_>, video: &Video) -> Result<Retention> {
    let plays = figures::plays(conn.again(), video.account_id, video.id).await?;
    let steps = figures::steps(conn, video.account_id, video.id).await?;
    Ok(from(video, plays, &steps))
}

fn from(video: &Video, plays: i64, steps: &[(i64, i64, i64)]) -> Retention {
    let known = video.duration_ms.map_or(0, heat::seconds);
    let last = steps.last().map_or(0, |(second, _, _)| usize::try_from(*second).unwrap_or(0));
    let seconds = if known > 0 { known } else { last };
    let mut changes = vec![(0, 0); seconds];
    for (second, played, seen) in steps {
        if let Some(change) = usize::try_from(*second).ok().and_then(|at| changes.get_mut(at)) {
            *change = (*played, *seen);
        }
    }
    let curve = heat::summed(changes);
    Retention {
        video_id: video.id,
        duration: video.duration_ms.map(|ms| ms as f64 / 1_000.0),
        total_plays: plays,
        views: curve.iter().map(|(_, seen)| *seen).collect(),
        played: curve.iter().map(|(played, _)| *played).collect(),
        rewatched: curve.iter().map(|(played, seen)| (played - seen).max(0)).collect(),
        retention: curve.iter().map(|(_, seen)| share(*seen, plays)).collect(),
    }
}

/// `part` of `whole` in percent, to one decimal.
pub fn share(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 0.0 } else { (part as f64 * 1_000.0 / whole as f64).round() / 10.0 }
}

//! Reports as they are read from the store: the API and the report page show the same ones.

pub mod answers;
pub mod attention;
pub mod explain;
pub mod profile;
pub mod retention;
pub mod series;
pub mod sources;

use crate::{
    report::{
        part::ANSWERS,
        video::{VideoReport, report},
    },
    store::{
        Conn, Result, comments,
        figures::{self, Figures},
        reactions,
        videos::Video,
    },
};

/// The compatible report of a video, and the sums that it is made of.
pub async fn video(mut conn: Conn<'_>, video: &Video) -> Result<(VideoReport, Figures)> {
    let (account_id, id) = (video.account_id, video.id);
    let figures = figures::of_video(conn.again(), account_id, id).await?;
    let met = figures::met(conn.again(), account_id, id).await?;
    let mut answers: Vec<(String, i64)> =
        met.into_iter().filter(|met| met.what == ANSWERS).map(|met| (met.kind, met.n)).collect();
    let said = comments::counts(conn.again(), account_id, id).await?;
    let reacted = reactions::total(conn.again(), account_id, id).await?;
    let talk = [("comment", said.comments), ("reply", said.replies), ("reaction", reacted)];
    answers.extend(talk.map(|(kind, n)| (kind.to_owned(), n)));
    let regions = figures::facets(conn, account_id, id, "region", 2).await?;
    let region = regions
        .into_iter()
        .find(|region| region.plays > 0 && !region.value.is_empty())
        .map(|region| (region.value, region.plays));
    Ok((report(id, &figures, &answers, region), figures))
}

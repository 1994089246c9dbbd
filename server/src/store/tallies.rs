//! Tallies: how often each choice of a poll was picked.

use super::{Conn, Result, on};
use uuid::Uuid;

/// What stands in place of a choice for the number of answers.
const ANSWERS: i64 = -1;

const COUNT: &str = "
insert into tallies (account_id, video_id, interaction_id, choice, n) values ($1, $2, $3, $4, $5)
on conflict (account_id, video_id, interaction_id, choice) do update set n = tallies.n + excluded.n";
const OF: &str = "
select choice, n from tallies where account_id = $1 and video_id = $2 and interaction_id = $3";

/// How many answered, and how often each choice was picked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub answers: i64,
    pub counts: Vec<i64>,
}

/// Counts one answer that picked these choices.
pub async fn count(conn: Conn<'_>, account_id: i64, video_id: i64, id: Uuid, picked: &[usize]) -> Result<()> {
    add(conn, (account_id, video_id, id), picked, 1).await
}

/// Takes such an answer back.
pub async fn uncount(conn: Conn<'_>, account_id: i64, video_id: i64, id: Uuid, picked: &[usize]) -> Result<()> {
    add(conn, (account_id, video_id, id), picked, -1).await
}

async fn add(mut conn: Conn<'_>, of: (i64, i64, Uuid), picked: &[usize], n: i64) -> Result<()> {
    let (account_id, video_id, id) = of;
    let places = picked.iter().filter_map(|place| i64::try_from(*place).ok());
    for choice in std::iter::once(ANSWERS).chain(places) {
        on!(&mut conn, db => sqlx::query(COUNT)
            .bind(account_id).bind(video_id).bind(id).bind(choice).bind(n)
            .execute(&mut **db).await.map(|_| ()))?;
    }
    Ok(())
}

/// The tally of a poll with `choices` choices.
pub async fn of(conn: Conn<'_>, account_id: i64, video_id: i64, id: Uuid, choices: usize) -> Result<Tally> {
    let rows: Vec<(i64, i64)> = on!(conn, db => sqlx::query_as(OF)
        .bind(account_id).bind(video_id).bind(id).fetch_all(db).await)?;
    let mut tally = Tally { answers: 0, counts: vec![0; choices] };
    for (choice, n) in rows {
        match usize::try_from(choice) {
            Ok(place) => {
                if let Some(slot) = tally.counts.get_mut(place) {
                    *slot = n;
                }
            }
            Err(_) => tally.answers = n,
        }
    }
    Ok(tally)
}

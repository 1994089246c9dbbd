//! One random salt a day, forgotten after two: with it gone, yesterday's viewer ids link to nobody.

use super::{Conn, Result, on};

const KEEP: &str = "insert into salts (day, salt) values ($1, $2) on conflict (day) do nothing";
const OF_DAY: &str = "select salt from salts where day = $1";
const FORGET: &str = "delete from salts where day < $1";

/// The salt of `day` (days since 1970): the one kept already, else `fresh`. Older ones than yesterday's are deleted.
pub async fn of_day(mut conn: Conn<'_>, day: i64, fresh: &[u8]) -> Result<Vec<u8>> {
    on!(&mut conn, db => sqlx::query(FORGET).bind(day - 1).execute(&mut **db).await.map(|_| ()))?;
    on!(&mut conn, db => sqlx::query(KEEP).bind(day).bind(fresh).execute(&mut **db).await.map(|_| ()))?;
    Ok(on!(conn, db => sqlx::query_scalar(OF_DAY).bind(day).fetch_one(db).await)?)
}

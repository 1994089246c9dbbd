//! One random salt a day, forgotten after two: with it gone, yesterday's viewer ids link to nobody.

use super::{Conn, Result, on};

const KEEP: &str = "insert into salts (day, salt) values ($1, $2) on conflict (day) do nothing";
const OF_DAY: &str = "select salt from salts where day = $1";
/// A deleted row may stay in the file until its page is written anew; this one holds nothing then.
const BLANK: &str = "update salts set salt = $2 where day < $1";
const FORGET: &str = "delete from salts where day < $1";

/// The salt of `day` (days since 1970): the one kept already, else `fresh`. Older ones than yesterday's are deleted.
pub async fn of_day(mut conn: Conn<'_>, day: i64, fresh: &[u8]) -> Result<Vec<u8>> {
    forget(conn.again(), day - 1).await?;
    on!(&mut conn, db => sqlx::query(KEEP).bind(day).bind(fresh).execute(&mut **db).await.map(|_| ()))?;
    Ok(on!(conn, db => sqlx::query_scalar(OF_DAY).bind(day).fetch_one(db).await)?)
}

/// The salt of `day`, if there is one.
pub async fn known(conn: Conn<'_>, day: i64) -> Result<Option<Vec<u8>>> {
    Ok(on!(conn, db => sqlx::query_scalar(OF_DAY).bind(day).fetch_optional(db).await)?)
}

/// Deletes the salts of the days before `day`, for good.
pub async fn forget(mut conn: Conn<'_>, day: i64) -> Result<()> {
    let nothing: &[u8] = &[0; 32];
    on!(&mut conn, db => sqlx::query(BLANK).bind(day).bind(nothing).execute(&mut **db).await.map(|_| ()))?;
    on!(conn, db => sqlx::query(FORGET).bind(day).execute(db).await.map(|_| ()))?;
    Ok(())
}

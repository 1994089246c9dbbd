//! The secrets that endpoints are signed with: the present one, and those that were rotated away.

use super::{Conn, Result, on};
use uuid::Uuid;

/// A secret that still signs beside the present one, sealed.
#[derive(Clone, sqlx::FromRow)]
pub struct Retired {
    pub account_id: i64,
    pub endpoint_id: Uuid,
    pub secret: Vec<u8>,
}

/// How many old secrets of one endpoint may sign at a time: each is a signature more in every message.
const MOST: i64 = 5;

const RETIRE: &str = "
insert into retired_secrets (account_id, endpoint_id, id, secret, until)
select account_id, id, $3, secret, $4 from endpoints where account_id = $1 and id = $2";
const REPLACE: &str = "update endpoints set secret = $3 where account_id = $1 and id = $2";
const FULL: &str = "
select until from retired_secrets
 where account_id = $1 and endpoint_id = $2 and until > $3 order by until desc limit 1 offset $4";
const AT: &str = "
select account_id, endpoint_id, secret from retired_secrets where until > $1 order by id desc";
const SWEEP: &str = "delete from retired_secrets where until <= $1";
const PRESENT: &str = "select secret from endpoints where account_id = $1 and id = $2";
const ANY: &str = "select secret from endpoints limit 1";

/// Until when an endpoint has as many old secrets as it may, in Unix milliseconds; none where there is room for one.
pub async fn full_until(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid, now: i64) -> Result<Option<i64>> {
    Ok(on!(conn, db => sqlx::query_scalar(FULL)
        .bind(account_id).bind(endpoint_id).bind(now).bind(MOST - 1).fetch_optional(db).await)?)
}

/// Gives an endpoint another secret; the present one signs too until `until`, under the fresh id `retired`.
pub async fn rotate(
    mut conn: Conn<'_>,
    account_id: i64,
    endpoint_id: Uuid,
    secret: &[u8],
    retired: Uuid,
    until: i64,
) -> Result<()> {
    on!(&mut conn, db => sqlx::query(RETIRE)
        .bind(account_id).bind(endpoint_id).bind(retired).bind(until).execute(&mut **db).await.map(|_| ()))?;
    on!(conn, db => sqlx::query(REPLACE)
        .bind(account_id).bind(endpoint_id).bind(secret).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// All that still sign at `now`, the newest first.
pub async fn retired(conn: Conn<'_>, now: i64) -> Result<Vec<Retired>> {
    Ok(on!(conn, db => sqlx::query_as(AT).bind(now).fetch_all(db).await)?)
}

/// Deletes those whose time is over.
pub async fn sweep(conn: Conn<'_>, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(SWEEP).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

/// Some endpoint's, sealed; none where there is no endpoint.
pub async fn any(conn: Conn<'_>) -> Result<Option<Vec<u8>>> {
    Ok(on!(conn, db => sqlx::query_scalar(ANY).fetch_optional(db).await)?)
}

/// The present one, sealed.
pub async fn present(conn: Conn<'_>, account_id: i64, endpoint_id: Uuid) -> Result<Option<Vec<u8>>> {
    Ok(on!(conn, db => sqlx::query_scalar(PRESENT)
        .bind(account_id).bind(endpoint_id).fetch_optional(db).await)?)
}

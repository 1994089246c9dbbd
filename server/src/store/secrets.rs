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

/// How many old secrets one endpoint may have at a time.
const MOST: i64 = 5;

const RETIRE: &str = "
insert into retired_secrets (account_id, endpoint_id, id, secret, until)
select account_id, id, $3, secret, $4 from endpoints where account_id = $1 and id = $2";
const REPLACE: &str = "update endpoints set secret = $3 where account_id = $1 and id = $2";
const FEWER: &str = "
delete from retired_secrets
 where account_id = $1 and endpoint_id = $2 and id not in (
   select id from retired_secrets where account_id = $1 and endpoint_id = $2 order by id desc limit $3)";
const AT: &str = "
select account_id, endpoint_id, secret from retired_secrets where until > $1 order by id desc";
const SWEEP: &str = "delete from retired_secrets where until <= $1";
const PRESENT: &str = "select secret from endpoints where account_id = $1 and id = $2";
const ANY: &str = "select secret from endpoints limit 1";

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
    on!(&mut conn, db => sqlx::query(REPLACE)
        .bind(account_id).bind(endpoint_id).bind(secret).execute(&mut **db).await.map(|_| ()))?;
    on!(conn, db => sqlx::query(FEWER)
        .bind(account_id).bind(endpoint_id).bind(MOST).execute(db).await.map(|_| ()))?;
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

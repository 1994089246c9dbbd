//! People who sign in, one row for each e-mail address of the instance.

use super::{Conn, Result, on};
use uuid::Uuid;

/// Not to be printed: it has the password's hash.
#[derive(Clone, PartialEq, sqlx::FromRow)]
pub struct User {
    pub id: Uuid,
    /// In small letters.
    pub email: String,
    pub name: String,
    /// Argon2id; none before the first one is set.
    pub password: Option<String>,
}

const INSERT: &str = "
insert into users (id, email, name, password, created_at, password_at) values ($1, $2, $3, $4, $5, null)";
const BY_EMAIL: &str = "select id, email, name, password from users where email = $1";
const BY_ID: &str = "select id, email, name, password from users where id = $1";
const SET_PASSWORD: &str = "update users set password = $2, password_at = $3 where id = $1";

/// # Errors
/// Also when there is a user with this address.
pub async fn insert(conn: Conn<'_>, user: &User, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(INSERT)
        .bind(user.id).bind(&user.email).bind(&user.name).bind(&user.password).bind(now)
        .execute(db).await.map(|_| ()))?;
    Ok(())
}

/// `email` in small letters.
pub async fn by_email(conn: Conn<'_>, email: &str) -> Result<Option<User>> {
    Ok(on!(conn, db => sqlx::query_as(BY_EMAIL).bind(email).fetch_optional(db).await)?)
}

pub async fn by_id(conn: Conn<'_>, id: Uuid) -> Result<Option<User>> {
    Ok(on!(conn, db => sqlx::query_as(BY_ID).bind(id).fetch_optional(db).await)?)
}

pub async fn set_password(conn: Conn<'_>, id: Uuid, password: &str, now: i64) -> Result<()> {
    on!(conn, db => sqlx::query(SET_PASSWORD).bind(id).bind(password).bind(now).execute(db).await.map(|_| ()))?;
    Ok(())
}

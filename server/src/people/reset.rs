//! Links that set a password: by mail, or made by an admin or operator.

use super::{
    letter::{self, Letter},
    password, secret, session, sign_in,
};
use crate::{
    reply::Reply,
    state::State,
    store::{
        self, Conn, members, resets,
        users::{self, User},
    },
    visitor::Visitor,
};
use app::error::{ApiError, Flaw};
use uuid::Uuid;

/// How long a link is good that was asked for, and one that an admin or operator has made.
pub const ASKED_MS: i64 = 3_600_000;
pub const MADE_MS: i64 = 24 * 3_600_000;

/// The path of a link that sets the user's password, once. Links made before stay good.
pub async fn path(conn: Conn<'_>, user_id: Uuid, until: i64, now: i64) -> store::Result<String> {
    let (text, hash) = secret();
    resets::insert(conn, &hash, user_id, until, now).await?;
    Ok(format!("/reset/{text}"))
}

/// Sends a link to who has this address, if anybody does; nobody can tell by the answer or its time.
///
/// # Errors
/// 429 for too many.
pub async fn ask(state: &State, visitor: &Visitor, email: &str, now: i64) -> Result<(), Reply> {
    let email: String = email.trim().to_lowercase().chars().take(254).collect();
    sign_in::pace(state, visitor, &email, now).await?;
    let state = state.clone();
    tokio::spawn(async move {
        if let Err(error) = send(&state, &email, now).await {
            tracing::error!(%error, "a link that sets a password was not sent");
        }
    });
    Ok(())
}

async fn send(state: &State, email: &str, now: i64) -> store::Result<()> {
    let mut tx = state.store.begin().await?;
    let Some(user) = users::by_email(tx.conn(), email).await? else { return Ok(()) };
    let Some(first) = members::of_user(tx.conn(), user.id).await?.into_iter().next() else { return Ok(()) };
    let link = state.config.link(&path(tx.conn(), user.id, now + ASKED_MS, now).await?);
    let text = format!(
        "Somebody, you we hope, wants to set a new password for {email}.\n\nOpen this within an hour:\n\n{link}\n\n\
         If it was not you, nothing has changed, and there is nothing to do.\n"
    );
    let subject = "Set your Cuepoint password".to_owned();
    if letter::leave(state, &mut tx, Letter { account_id: first.account_id, to: &user.email, subject, text }, now)
        .await?
    {
        tx.commit().await?;
        letter::sent(state);
    }
    Ok(())
}

/// Whose password the link with this SHA-256 sets.
pub async fn user(state: &State, hash: &[u8], now: i64) -> store::Result<Option<User>> {
    let mut reader = state.store.reader().await?;
    match resets::of(reader.conn(), hash, now).await? {
        Some(id) => users::by_id(reader.conn(), id).await,
        None => Ok(None),
    }
}

/// Sets the password and signs in; the link is used up, and every session ends. Returns what the new cookie says.
///
/// # Errors
/// 410 when the link is no longer good, 422 when the password can't be one.
pub async fn set(
    state: &State,
    visitor: &Visitor,
    hash: [u8; 32],
    password: String,
    now: i64,
) -> Result<String, Reply> {
    let gone = || ApiError::gone("This link is no longer good. Ask for another one.");
    let user = user(state, &hash, now).await?.ok_or_else(gone)?;
    password::check(&password, &user.email).map_err(|reason| ApiError::flawed(vec![Flaw::new("password", reason)]))?;
    let stored = state.hashing.hash(password).await?;
    let (state, agent) = (state.clone(), session::agent(state, visitor.user_agent()).await);
    sign_in::whole(async move {
        let mut tx = state.store.begin().await?;
        resets::take(tx.conn(), &hash, now).await?.ok_or_else(gone)?;
        let secret = sign_in::renew(&mut tx, &user, &stored, None, &agent, now).await?;
        tx.commit().await?;
        Ok(secret)
    })
    .await
}

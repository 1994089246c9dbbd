//! Signing in, and changing one's password.

use super::{
    Signed,
    audit::{self, Done},
    password, session,
    session::Actor,
};
use crate::{
    limits::{Pace, What, Whose},
    reply::Reply,
    state::State,
    store::{self, Tx, members, resets, sessions, users, users::User},
    visitor::Visitor,
};
use app::error::{ApiError, Flaw};
use std::future::Future;
use uuid::Uuid;

/// Attempts of one network, and attempts at one name: so many a minute.
const OF_NETWORK: Pace = Pace::every_ms(6_000, 10);
const AT_NAME: Pace = Pace::every_ms(12_000, 5);
/// Failures of one name are written down no oftener than once a minute.
const FAILURES: Pace = Pace::every_ms(60_000, 1);
/// Accounts in which a user's signing in is written down.
const ACCOUNTS: usize = 20;

/// Runs to its end also when the client leaves, so that no transaction is broken in half.
///
/// # Errors
/// What the work fails with.
pub async fn whole<T: Send + 'static>(
    work: impl Future<Output = Result<T, Reply>> + Send + 'static,
) -> Result<T, Reply> {
    tokio::spawn(work).await.map_err(|_| ApiError::internal())?
}

/// Counts an attempt at `name`.
///
/// # Errors
/// 429 when there were too many.
pub async fn pace(state: &State, visitor: &Visitor, name: &str, now: i64) -> Result<(), ApiError> {
    let whose = [(Whose::Network(visitor.network()), OF_NETWORK), (Whose::Address(name.to_owned()), AT_NAME)];
    let taken = state.people.limits.take(What::SignIn, &whose, now).await;
    taken.map_err(|wait| ApiError::too_many(wait, "Too many attempts. Wait a moment, then try again."))
}

/// Begins a session for the right e-mail address and password, and returns what its cookie is to say. The session
/// of `former`, the cookie that the browser had, ends. Which of the two was wrong is not told, nor does it take longer.
///
/// # Errors
/// 401 for a wrong one, 429 for too many, 503 when too many wait.
pub async fn sign_in(
    state: &State,
    visitor: &Visitor,
    email: &str,
    password: String,
    former: Option<[u8; 32]>,
    now: i64,
) -> Result<String, Reply> {
    let email = email.trim().to_lowercase();
    // What can be no address or password needs no look, but counts.
    let name: String = email.chars().take(254).collect();
    pace(state, visitor, &name, now).await?;
    let user = {
        let mut reader = state.store.reader().await?;
        users::by_email(reader.conn(), &name).await?
    };
    let stored = user.as_ref().and_then(|user| user.password.clone());
    let fits = password.len() <= password::LONGEST;
    let holds = state.hashing.verify(if fits { password } else { String::new() }, stored).await?;
    let agent = session::agent(state, visitor.user_agent()).await;
    let state = state.clone();
    whole(async move {
        match user.filter(|_| holds && fits) {
            Some(user) => {
                let mut tx = state.store.begin().await?;
                if let Some(former) = former {
                    sessions::end_by_hash(tx.conn(), &former).await?;
                }
                let secret = enter(&mut tx, &user, None, &agent, now).await?;
                tx.commit().await?;
                Ok(secret)
            }
            None => {
                failed(&state, &name, now).await?;
                Err(ApiError {
                    message: "This e-mail address and password don't belong together.".into(),
                    ..ApiError::unauthorized()
                }
                .into())
            }
        }
    })
    .await
}

/// Begins a session of a user, looking at `account_id` or their first account, and writes that down.
pub async fn enter(tx: &mut Tx, user: &User, account_id: Option<i64>, agent: &str, now: i64) -> store::Result<String> {
    let memberships = members::of_user(tx.conn(), user.id).await?;
    let at = account_id.or(memberships.first().map(|one| one.account_id)).unwrap_or(0);
    let actor = Actor::User { id: user.id, email: user.email.clone() };
    everywhere(tx, user.id, &actor, "session.begin", agent, now).await?;
    session::begin(tx.conn(), user.id, at, agent, now).await
}

async fn failed(state: &State, email: &str, now: i64) -> store::Result<()> {
    let whose = [(Whose::Address(email.to_owned()), FAILURES)];
    if state.people.limits.take(What::Failure, &whose, now).await.is_err() {
        return Ok(());
    }
    let mut tx = state.store.begin().await?;
    if let Some(user) = users::by_email(tx.conn(), email).await? {
        let actor = Actor::User { id: user.id, email: user.email };
        everywhere(&mut tx, user.id, &actor, "session.refuse", "", now).await?;
    }
    tx.commit().await
}

/// Writes down, in each of a user's accounts, what concerns the user.
async fn everywhere(
    tx: &mut Tx,
    user_id: Uuid,
    actor: &Actor,
    action: &str,
    object: &str,
    now: i64,
) -> store::Result<()> {
    for one in members::of_user(tx.conn(), user_id).await?.iter().take(ACCOUNTS) {
        audit::write(tx.conn(), Done { account_id: one.account_id, actor, action, object, fields: &[] }, now).await?;
    }
    Ok(())
}

/// Sets a user's password: all sessions end, and no link sets it any more. A new session begins, whose cookie is
/// returned.
pub async fn renew(
    tx: &mut Tx,
    user: &User,
    hash: &str,
    at: Option<i64>,
    agent: &str,
    now: i64,
) -> store::Result<String> {
    users::set_password(tx.conn(), user.id, hash, now).await?;
    sessions::end_others(tx.conn(), user.id, Uuid::nil()).await?;
    resets::forget(tx.conn(), user.id).await?;
    let actor = Actor::User { id: user.id, email: user.email.clone() };
    everywhere(tx, user.id, &actor, "password.change", "", now).await?;
    enter(tx, user, at, agent, now).await
}

/// Changes the password of who is signed in.
///
/// # Errors
/// 422 when the old one is wrong or the new one can't be one, 429 for too many attempts.
pub async fn change(
    state: &State,
    visitor: &Visitor,
    signed: Signed,
    old: String,
    new: String,
    now: i64,
) -> Result<String, Reply> {
    pace(state, visitor, &signed.user.email, now).await?;
    if let Err(reason) = password::check(&new, &signed.user.email) {
        return Err(ApiError::flawed(vec![Flaw::new("password", reason)]).into());
    }
    let fits = old.len() <= password::LONGEST;
    if !fits || !state.hashing.verify(old, signed.user.password.clone()).await? {
        return Err(ApiError::flawed(vec![Flaw::new("old", "is not your password")]).into());
    }
    let hash = state.hashing.hash(new).await?;
    let (state, agent) = (state.clone(), session::agent(state, visitor.user_agent()).await);
    whole(async move {
        let mut tx = state.store.begin().await?;
        let secret = renew(&mut tx, &signed.user, &hash, Some(signed.session.account_id), &agent, now).await?;
        tx.commit().await?;
        Ok(secret)
    })
    .await
}

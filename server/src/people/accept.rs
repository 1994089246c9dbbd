//! Joining an account by an invitation. Who has a password proves to be themselves; who has none sets one.

use super::{
    Signed,
    audit::{self, Done},
    password, session,
    session::Actor,
    sign_in::{self, whole},
};
use crate::{
    identity::mail,
    reply::Reply,
    state::State,
    store::{
        self, accounts,
        invitations::{self, Invitation},
        members, resets, sessions,
        users::{self, User},
    },
    visitor::Visitor,
};
use app::error::{ApiError, Flaw};
use uuid::Uuid;

/// An invitation as its page shows it.
pub struct Open {
    pub invitation: Invitation,
    pub account: String,
    /// Who has this address already, and a password.
    pub known: Option<User>,
}

/// What the form says.
pub struct Given {
    pub name: String,
    pub password: String,
}

/// The invitation with this SHA-256, while it is good.
pub async fn open(state: &State, hash: &[u8], now: i64) -> store::Result<Option<Open>> {
    let mut reader = state.store.reader().await?;
    let Some(invitation) = invitations::by_hash(reader.conn(), hash, now).await? else { return Ok(None) };
    let account = accounts::name(reader.conn(), invitation.account_id).await?;
    let known = users::by_email(reader.conn(), &invitation.email).await?.filter(|user| user.password.is_some());
    Ok(Some(Open { invitation, account, known }))
}

/// Joins; the link is used up. Returns what the cookie of the new session says.
///
/// # Errors
/// 410 when the link is no longer good, 422 for what is wrong in the form, 429 for too many attempts.
pub async fn accept(
    state: &State,
    visitor: &Visitor,
    hash: [u8; 32],
    given: Given,
    signed: Option<Signed>,
    now: i64,
) -> Result<String, Reply> {
    let gone = || ApiError::gone("This invitation is no longer good. Ask for another one.");
    let Open { invitation, known, .. } = open(state, &hash, now).await?.ok_or_else(gone)?;
    let wrong = |field: &str, message: &str| ApiError::flawed(vec![Flaw::new(field, message)]);
    let is_self = |user: &User| signed.as_ref().is_some_and(|signed| signed.user.id == user.id);
    let mut stored = None;
    match &known {
        Some(user) if is_self(user) => {}
        Some(user) => {
            sign_in::pace(state, visitor, &user.email, now).await?;
            let fits = given.password.len() <= password::LONGEST;
            if !fits || !state.hashing.verify(given.password, user.password.clone()).await? {
                return Err(wrong("password", "is not the one that belongs to this address").into());
            }
        }
        None => {
            password::check(&given.password, &invitation.email).map_err(|reason| wrong("password", reason))?;
            stored = Some(state.hashing.hash(given.password).await?);
        }
    }
    let name = mail::name(&given.name).unwrap_or_default();
    let former = signed.map(|signed| (signed.user.id, signed.session.id));
    let (state, agent) = (state.clone(), session::agent(state, visitor.user_agent()).await);
    whole(async move {
        let mut tx = state.store.begin().await?;
        let Invitation { account_id, email, role, .. } =
            invitations::take(tx.conn(), &hash, now).await?.ok_or_else(gone)?;
        let user = match users::by_email(tx.conn(), &email).await? {
            Some(user) => user,
            None => {
                let user = User { id: Uuid::now_v7(), email, name, password: None };
                users::insert(tx.conn(), &user, now).await?;
                user
            }
        };
        match (stored, &user.password) {
            (Some(stored), None) => {
                // Whoever holds this link would become them in their other accounts.
                if !members::of_user(tx.conn(), user.id).await?.is_empty() {
                    let message = "comes first: set it by the link that you were given, then open this one again";
                    return Err(wrong("password", message).into());
                }
                users::set_password(tx.conn(), user.id, &stored, now).await?;
            }
            // They have set one meanwhile, and must prove it.
            (Some(_), Some(_)) => return Err(gone().into()),
            (None, _) => {}
        }
        // A link that another account's admin has made would reach into this one.
        resets::forget(tx.conn(), user.id).await?;
        members::insert(tx.conn(), account_id, user.id, &role, now).await?;
        let actor = Actor::User { id: user.id, email: user.email.clone() };
        let done = Done { account_id, actor: &actor, action: "member.join", object: &role, fields: &[] };
        audit::write(tx.conn(), done, now).await?;
        if let Some((user_id, session_id)) = former {
            sessions::end(tx.conn(), user_id, session_id).await?;
        }
        let secret = sign_in::enter(&mut tx, &user, Some(account_id), &agent, now).await?;
        tx.commit().await?;
        Ok(secret)
    })
    .await
}

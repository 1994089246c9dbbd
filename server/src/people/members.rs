//! An account's people: inviting them, changing what they are, removing them.

use super::{
    Right, Role, Who,
    audit::{self, Done},
    letter::{self, Letter},
    reset, secret,
    sign_in::whole,
};
use crate::{
    identity::mail,
    reply::Reply,
    state::State,
    store::{
        accounts::Account,
        invitations::{self, Invitation},
        members::{self, Member},
        resets, users,
    },
};
use app::error::{ApiError, Flaw};
use uuid::Uuid;

/// How long an invitation is good.
pub const INVITED_MS: i64 = 7 * 24 * 3_600_000;
/// Members and invitations that an account may have, each.
pub const MOST: i64 = 500;

/// An invitation with its link, which is told this once.
pub struct Invited {
    pub invitation: Invitation,
    pub url: String,
    /// Was a letter left for the post office?
    pub mailed: bool,
}

fn gone() -> ApiError {
    ApiError::not_found("member")
}

fn last_owner() -> ApiError {
    let message = "An account keeps at least one owner. Make somebody else one first.";
    ApiError { status: 409, code: 409, kind: "last_owner".into(), ..ApiError::invalid(message) }
}

/// Nobody gives, or takes from, somebody who may do more than they may.
fn may_decide_on(who: &Who, role: Role) -> Result<(), ApiError> {
    match who.rights.cover(role.rights()) {
        true => Ok(()),
        false => Err(ApiError::forbidden(format!(
            "This needs the right \"{}\": nobody decides on who may do more than they may.",
            Right::Own.as_str()
        ))),
    }
}

/// Invites an address; an earlier invitation of it is no longer good.
///
/// # Errors
/// 422 for an address that can't be one or is a member's, 403 for a role above one's own.
pub async fn invite(
    state: &State,
    account: &Account,
    who: &Who,
    email: &str,
    role: Role,
    now: i64,
) -> Result<Invited, Reply> {
    may_decide_on(who, role)?;
    let flaw = |message: &str| ApiError::flawed(vec![Flaw::new("email", message)]);
    let email = mail::address(email).ok_or_else(|| flaw("is not an e-mail address"))?.to_lowercase();
    let (state, account, actor) = (state.clone(), account.clone(), who.actor.clone());
    whole(async move {
        let mut tx = state.store.begin().await?;
        members::hold(tx.conn(), account.id).await?;
        if let Some(user) = users::by_email(tx.conn(), &email).await?
            && members::one(tx.conn(), account.id, user.id).await?.is_some()
        {
            return Err(flaw("is a member already").into());
        }
        invitations::clear(tx.conn(), account.id, &email).await?;
        let open = invitations::of_account(tx.conn(), account.id, now).await?.len() as i64;
        if open >= MOST || members::count(tx.conn(), account.id).await? >= MOST {
            return Err(flaw(&format!("is one too many: an account has at most {MOST} people")).into());
        }
        let (text, hash) = secret();
        let invitation = Invitation {
            account_id: account.id,
            id: Uuid::now_v7(),
            email,
            role: role.as_str().into(),
            expires_at: now + INVITED_MS,
        };
        invitations::insert(tx.conn(), &hash, &invitation, now).await?;
        let url = state.config.link(&format!("/invite/{text}"));
        let name = letter::plain(&account.name);
        let body = format!(
            "You are invited to join \"{name}\" on Cuepoint as {}.\n\nOpen this within seven days:\n\n{url}\n\n\
             If you do not know what this is, there is nothing to do.\n",
            article(role)
        );
        let letter = Letter {
            account_id: account.id,
            to: &invitation.email,
            subject: format!("Join \"{name}\" on Cuepoint"),
            text: body,
        };
        let mailed = letter::leave(&state, &mut tx, letter, now).await?;
        let fields = ["email".into(), "role".into()];
        let object = format!("{} {}", invitation.email, role.as_str());
        let done =
            Done { account_id: account.id, actor: &actor, action: "member.invite", object: &object, fields: &fields };
        audit::write(tx.conn(), done, now).await?;
        tx.commit().await?;
        letter::sent(&state);
        Ok(Invited { invitation, url, mailed })
    })
    .await
}

fn article(role: Role) -> String {
    let name = role.as_str();
    let article = if matches!(role, Role::Viewer) { "a" } else { "an" };
    format!("{article} {name}")
}

/// Makes a member something else.
///
/// # Errors
/// 404 for who is no member, 403 for a role above one's own, 409 for the last owner.
pub async fn set_role(
    state: &State,
    account_id: i64,
    who: &Who,
    user_id: Uuid,
    role: Role,
    now: i64,
) -> Result<Member, Reply> {
    let (state, who) = (state.clone(), who.clone());
    whole(async move {
        let mut tx = state.store.begin().await?;
        members::hold(tx.conn(), account_id).await?;
        let was = members::one(tx.conn(), account_id, user_id).await?.ok_or_else(gone)?;
        let former = Role::named(&was.role).unwrap_or(Role::Viewer);
        may_decide_on(&who, former.max(role))?;
        if former == Role::Owner && role != Role::Owner && members::owners(tx.conn(), account_id).await? < 2 {
            return Err(last_owner().into());
        }
        members::set_role(tx.conn(), account_id, user_id, role.as_str()).await?;
        let object = format!("{} {} {}", was.email, former.as_str(), role.as_str());
        let fields = ["role".to_owned()];
        let done = Done { account_id, actor: &who.actor, action: "member.change", object: &object, fields: &fields };
        audit::write(tx.conn(), done, now).await?;
        tx.commit().await?;
        Ok(Member { role: role.as_str().into(), ..was })
    })
    .await
}

/// Removes a member, or takes an invitation back. What they made stays, their keys of the account too.
///
/// # Errors
/// 404 for what is neither, 403 for who may do more, 409 for the last owner.
pub async fn remove(state: &State, account_id: i64, who: &Who, id: Uuid, now: i64) -> Result<(), Reply> {
    let (state, who) = (state.clone(), who.clone());
    whole(async move {
        let mut tx = state.store.begin().await?;
        members::hold(tx.conn(), account_id).await?;
        let (action, object) = match members::one(tx.conn(), account_id, id).await? {
            Some(member) => {
                let role = Role::named(&member.role).unwrap_or(Role::Viewer);
                may_decide_on(&who, role)?;
                if role == Role::Owner && members::owners(tx.conn(), account_id).await? < 2 {
                    return Err(last_owner().into());
                }
                members::delete(tx.conn(), account_id, id).await?;
                ("member.remove", member.email)
            }
            None => {
                let one = invitations::one(tx.conn(), account_id, id, now).await?.ok_or_else(gone)?;
                may_decide_on(&who, Role::named(&one.role).unwrap_or(Role::Viewer))?;
                invitations::delete(tx.conn(), account_id, id).await?;
                ("invitation.remove", one.email)
            }
        };
        let done = Done { account_id, actor: &who.actor, action, object: &object, fields: &[] };
        audit::write(tx.conn(), done, now).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// A link with which a member sets their password, good once and for a day. Only for who belongs to no other
/// account: whoever holds the link becomes them everywhere.
///
/// # Errors
/// 404 for who is no member, 403 for who may do more or belongs to another account too.
pub async fn reset_link(state: &State, account_id: i64, who: &Who, user_id: Uuid, now: i64) -> Result<String, Reply> {
    let (state, who) = (state.clone(), who.clone());
    whole(async move {
        let mut tx = state.store.begin().await?;
        let member = members::one(tx.conn(), account_id, user_id).await?.ok_or_else(gone)?;
        may_decide_on(&who, Role::named(&member.role).unwrap_or(Role::Viewer))?;
        if members::of_user(tx.conn(), user_id).await?.len() != 1 {
            let message = "They belong to another account too: only they themselves, or the operator, may make a link.";
            return Err(ApiError::forbidden(message).into());
        }
        resets::forget(tx.conn(), user_id).await?;
        let path = reset::path(tx.conn(), user_id, now + reset::MADE_MS, now).await?;
        let done = Done { account_id, actor: &who.actor, action: "password.link", object: &member.email, fields: &[] };
        audit::write(tx.conn(), done, now).await?;
        tx.commit().await?;
        Ok(state.config.link(&path))
    })
    .await
}

//! What the forms of `/account` change. Each says on the page what came of it.

use super::{
    Member, Refused,
    account::{Said, page},
    entrance::began,
    leads, sender,
};
use crate::{
    api::{
        fields::Fields,
        keys::{unknown_role, wish},
    },
    page::Asked,
    people::{
        Right, Role,
        audit::{self, Done},
        keys, members,
        sign_in::{self, whole},
    },
    reply::Reply,
    state::{State, now},
    store::{accounts::Account, sessions},
};
use app::{
    error::ApiError,
    page::{account::form::Notice, sign_in::Entrance},
};
use axum::{
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

/// Who sends a form of the account, if they may manage it.
async fn manager(state: &State, asked: &Asked) -> Result<Member, Refused> {
    let member = sender(state, asked).await?;
    match member.may(Right::People) {
        true => Ok(member),
        false => {
            let said = Notice::bad("This needs the right \"people\", which admins and owners have.");
            Err(page(state, member, None, Said { status: Some(403), notice: Some(said), ..Said::default() })
                .await
                .into())
        }
    }
}

macro_rules! let_in {
    ($found:expr) => {
        match $found.await {
            Ok(member) => member,
            Err(answer) => return *answer,
        }
    };
}

fn chosen(fields: &Fields) -> Result<Role, Reply> {
    let flaw = || ApiError::flawed(vec![unknown_role("role")]);
    Ok(fields.text("role").and_then(Role::named).ok_or_else(flaw)?)
}

/// `POST /account/people`
pub async fn invite(Shared(state): Shared<State>, asked: Asked, fields: Fields) -> Response {
    let member = let_in!(manager(&state, &asked));
    let account = Account { id: member.account_id, email: String::new(), name: member.account.clone() };
    let made = match chosen(&fields) {
        Ok(role) => {
            let email = fields.text("email").unwrap_or_default();
            members::invite(&state, &account, &member.who(), email, role, now()).await
        }
        Err(error) => Err(error),
    };
    let said = match made {
        Ok(made) => {
            let advice = match made.mailed {
                true => "A letter with this link is on its way. It is good once, for seven days.",
                false => "Send it to them. It is good once, for seven days, and is not shown again.",
            };
            Said::made(&format!("Invitation for {}", made.invitation.email), made.url, advice)
        }
        Err(error) => Said::wrong("invite", error),
    };
    page(&state, member, None, said).await
}

/// `POST /account/people/{id}`: `do` is `role`, `remove` or `link`.
pub async fn decide(Shared(state): Shared<State>, Path(id): Path<String>, asked: Asked, fields: Fields) -> Response {
    let member = let_in!(manager(&state, &asked));
    let (who, account_id) = (member.who(), member.account_id);
    let decided = match Uuid::try_parse(&id) {
        Err(_) => Err(ApiError::not_found("member").into()),
        Ok(id) => match fields.text("do") {
            Some("role") => match chosen(&fields) {
                Ok(role) => members::set_role(&state, account_id, &who, id, role, now()).await.map(|_| Ok("role")),
                Err(error) => Err(error),
            },
            Some("remove") => members::remove(&state, account_id, &who, id, now()).await.map(|()| Ok("removed")),
            Some("link") => members::reset_link(&state, account_id, &who, id, now()).await.map(Err),
            _ => Err(ApiError::invalid("do: must be role, remove or link.").into()),
        },
    };
    let said = match decided {
        Ok(Ok(done)) => return leads(&format!("/account?done={done}"), None),
        Ok(Err(link)) => {
            let advice = "Send it to them. With it they set a password, once and within a day; it is not shown again.";
            Said::made("Password link", link, advice)
        }
        Err(error) => Said::wrong("people", error),
    };
    page(&state, member, None, said).await
}

/// `POST /account/keys`
pub async fn make_key(Shared(state): Shared<State>, asked: Asked, fields: Fields) -> Response {
    let member = let_in!(manager(&state, &asked));
    let made = match wish(&fields, now()).map_err(|flaws| Reply(ApiError::flawed(flaws))) {
        Ok(wish) => keys::create(&state, member.account_id, &member.who(), wish, now()).await,
        Err(error) => Err(error),
    };
    let said = match made {
        Ok((key, text)) => {
            let advice = "Copy it now: it is not shown again, and we keep no copy.";
            Said::made(&format!("API key {}", key.name), text, advice)
        }
        Err(error) => Said::wrong("key", error),
    };
    page(&state, member, None, said).await
}

/// `POST /account/keys/{id}`
pub async fn revoke_key(Shared(state): Shared<State>, Path(id): Path<String>, asked: Asked) -> Response {
    let member = let_in!(manager(&state, &asked));
    let revoked = match Uuid::try_parse(&id) {
        Ok(id) => keys::revoke(&state, member.account_id, &member.who(), id, now()).await,
        Err(_) => Err(ApiError::not_found("key").into()),
    };
    match revoked {
        Ok(()) => leads("/account?done=revoked", None),
        Err(error) => page(&state, member, None, Said::wrong("keys", error)).await,
    }
}

/// `POST /account/sessions`: ends all but this one.
pub async fn end_others(Shared(state): Shared<State>, asked: Asked) -> Response {
    let member = let_in!(sender(&state, &asked));
    ended(state, member, None).await
}

/// `POST /account/sessions/{id}`
pub async fn end(Shared(state): Shared<State>, Path(id): Path<String>, asked: Asked) -> Response {
    let member = let_in!(sender(&state, &asked));
    let id = Uuid::try_parse(&id).unwrap_or_default();
    ended(state, member, Some(id)).await
}

/// One's own session of that id, or all others.
async fn ended(state: State, member: Member, which: Option<Uuid>) -> Response {
    let (actor, account_id) = (member.signed.actor(), member.account_id);
    let (user_id, this) = (member.signed.user.id, member.signed.session.id);
    let work = {
        let state = state.clone();
        whole(async move {
            let mut tx = state.store.begin().await?;
            match which {
                Some(id) => drop(sessions::end(tx.conn(), user_id, id).await?),
                None => sessions::end_others(tx.conn(), user_id, this).await?,
            }
            let object = if which.is_some() { "another browser" } else { "all others" };
            let done = Done { account_id, actor: &actor, action: "session.end", object, fields: &[] };
            audit::write(tx.conn(), done, now()).await?;
            tx.commit().await?;
            Ok(())
        })
    };
    match work.await {
        Ok(()) => leads("/account?done=ended", None),
        Err(error) => page(&state, member, None, Said::wrong("sessions", error)).await,
    }
}

/// `POST /account/password`
pub async fn change_password(Shared(state): Shared<State>, asked: Asked, fields: Fields) -> Response {
    let member = let_in!(sender(&state, &asked));
    let text = |name| fields.text(name).unwrap_or_default().to_owned();
    let visitor = asked.visitor(&state);
    match sign_in::change(&state, &visitor, member.signed.clone(), text("old"), text("password"), now()).await {
        Ok(secret) => leads("/account?done=password", Some(began(&secret))),
        Err(error) => page(&state, member, None, Said::wrong("password", error)).await,
    }
}

/// `POST /account/switch`: looks at another of one's accounts.
pub async fn switch(Shared(state): Shared<State>, asked: Asked, fields: Fields) -> Response {
    let member = let_in!(sender(&state, &asked));
    let wanted = fields.text("account").and_then(|text| text.parse().ok()).unwrap_or(0);
    if member.signed.role_in(wanted).is_none() {
        return super::entrance(&state, 404, Entrance::Nothing, None, Vec::new());
    }
    let (user_id, id) = (member.signed.user.id, member.signed.session.id);
    let turned = whole(async move {
        let mut tx = state.store.begin().await?;
        sessions::turn(tx.conn(), user_id, id, wanted).await?;
        tx.commit().await?;
        Ok(())
    });
    match turned.await {
        Ok(()) => leads("/videos", None),
        Err(error) => error.into_response(),
    }
}

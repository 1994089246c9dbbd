//! `/account`: people, keys, one's sessions and password, the log.

use super::{Member, entrance, leads, member, private, sender, told, unwell, with_wait};
use crate::{
    api::{
        fields::Fields,
        keys::{unknown_role, wish},
    },
    framing::Frames,
    page::{Asked, html},
    people::{
        Right, Rights, Role, audit as writing,
        audit::Done,
        keys, members,
        session::IDLE_MS,
        sign_in::{self, whole},
    },
    reply::Reply,
    spoken,
    state::{State, now},
    store::{self, Reader, accounts::Account, api_keys, api_keys::ApiKey, audit, invitations, sessions},
};
use app::{
    error::{ApiError, Flaw},
    page::account::{
        self as shown, AccountPage, AccountPageProps, Entry, Invited, Key, Made, Managed, Person, form::Notice,
    },
    words::Lang,
};
use axum::{
    extract::{Path, State as Shared},
    response::Response,
};
use uuid::Uuid;

/// Rows of the log on a page.
const LOG: i64 = 20;

/// What a page has to say besides what is there.
#[derive(Default)]
struct Said {
    status: Option<u16>,
    notice: Option<Notice>,
    made: Option<Made>,
    flawed: Option<(&'static str, Vec<Flaw>)>,
    wait: Option<u32>,
}

impl Said {
    /// What went wrong with a form.
    fn wrong(form: &'static str, error: Reply) -> Self {
        let (status, notice, flaws, wait) = told(error.0);
        Self { status: Some(status), notice, flawed: Some((form, flaws)), wait, ..Self::default() }
    }

    fn made(title: &str, text: String, advice: &str) -> Self {
        let made = Made { title: title.into(), text, advice: advice.into() };
        Self { made: Some(made), ..Self::default() }
    }
}

/// What was done, as the address after it tells.
fn done(query: &Fields) -> Option<Notice> {
    let text = match query.text("done")? {
        "role" => "The role is changed.",
        "removed" => "They no longer belong to this account.",
        "revoked" => "The key no longer holds.",
        "ended" => "That browser is signed out.",
        "password" => "Your password is changed, and every other browser is signed out.",
        _ => return None,
    };
    Some(Notice::good(text))
}

/// `GET /account?before=&done=`
pub async fn show(Shared(state): Shared<State>, asked: Asked) -> Response {
    let member = match member(&state, &asked, "/account").await {
        Ok(member) => member,
        Err(answer) => return answer,
    };
    let query = Fields::from_form(asked.query.as_bytes());
    let before = query.text("before").and_then(|text| Uuid::try_parse(text).ok());
    page(&state, member, before, Said { notice: done(&query), ..Said::default() }).await
}

async fn page(state: &State, member: Member, before: Option<Uuid>, said: Said) -> Response {
    let account = match read(state, &member, before).await {
        Ok(account) => account,
        Err(error) => return unwell(state, error),
    };
    let Said { status, notice, made, flawed, wait } = said;
    let account = shown::Account { notice, made, flawed, ..account };
    let answer = html(state, Lang::En, status.unwrap_or(200), "/account", &Frames::Nobody, move |frame| {
        AccountPage(AccountPageProps { frame, account })
    });
    with_wait(private(answer), wait)
}

fn when(at: i64) -> String {
    spoken::hour(Lang::En, at)
}

async fn read(state: &State, member: &Member, before: Option<Uuid>) -> store::Result<shown::Account> {
    let now = now();
    let mut reader = state.store.reader().await?;
    let manages = match member.may(Right::People) {
        true => Some(managed(state, &mut reader, member, before, now).await?),
        false => None,
    };
    let found = sessions::of_user(reader.conn(), member.signed.user.id, now, now - IDLE_MS).await?;
    let sessions = found.into_iter().map(|one| shown::Session {
        id: one.id.to_string(),
        agent: one.agent,
        seen: when(one.seen_at),
        is_this: one.id == member.signed.session.id,
    });
    Ok(shown::Account { top: member.top(), manages, sessions: sessions.collect(), ..shown::Account::default() })
}

async fn managed(
    state: &State,
    reader: &mut Reader,
    member: &Member,
    before: Option<Uuid>,
    now: i64,
) -> store::Result<Managed> {
    let account_id = member.account_id;
    let roles: Vec<&'static str> =
        Role::ALL.into_iter().filter(|role| *role <= member.role).map(Role::as_str).collect();
    let named = |name: &str| Role::named(name).unwrap_or(Role::Viewer);
    let people = store::members::of_account(reader.conn(), account_id, members::MOST).await?;
    let people = people.into_iter().map(|one| Person {
        id: one.user_id.to_string(),
        is_me: one.user_id == member.signed.user.id,
        changeable: named(&one.role) <= member.role,
        role: named(&one.role).as_str(),
        email: one.email,
        name: one.name,
    });
    let invited = invitations::of_account(reader.conn(), account_id, now).await?;
    let invited = invited.into_iter().map(|one| Invited {
        id: one.id.to_string(),
        role: named(&one.role).as_str(),
        email: one.email,
        until: spoken::day(Lang::En, one.expires_at),
    });
    let keys = api_keys::of_account(reader.conn(), account_id).await?;
    let mut rows = audit::page(reader.conn(), account_id, before.unwrap_or(Uuid::max()), LOG + 1).await?;
    let more = rows.len() as i64 > LOG;
    rows.truncate(LOG as usize);
    let older = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let log = rows.into_iter().map(|row| Entry {
        at: when(row.at),
        actor: row.actor,
        action: row.action,
        object: row.object,
        fields: row.fields.replace(' ', ", "),
    });
    Ok(Managed {
        roles,
        people: people.collect(),
        invited: invited.collect(),
        mails: state.config.smtp_url.is_some(),
        keys: keys.into_iter().map(|key| of_key(key, now)).collect(),
        log: log.collect(),
        older,
        is_older: before.is_some(),
    })
}

fn of_key(key: ApiKey, now: i64) -> Key {
    let rights = Rights::read(&key.scopes);
    Key {
        id: key.id.to_string(),
        name: key.name,
        prefix: key.prefix,
        rights: Role::of(rights).map_or_else(|| rights.names().join(", "), |role| role.as_str().to_owned()),
        used: key.last_used_at.map_or("never used".into(), |at| format!("last used {} UTC", when(at))),
        until: key.expires_at.map(|at| format!("until {}", spoken::day(Lang::En, at))),
        over: match (key.revoked_at, key.expires_at) {
            (Some(_), _) => Some("Revoked"),
            (None, Some(at)) if at <= now => Some("Ended"),
            (None, _) => None,
        },
    }
}

/// Who sends a form of the account, if they may manage it.
async fn manager(state: &State, asked: &Asked) -> Result<Member, Response> {
    let member = sender(state, asked).await?;
    match member.may(Right::People) {
        true => Ok(member),
        false => {
            let said = Notice::bad("This needs the right \"people\", which admins and owners have.");
            Err(page(state, member, None, Said { status: Some(403), notice: Some(said), ..Said::default() }).await)
        }
    }
}

macro_rules! let_in {
    ($found:expr) => {
        match $found.await {
            Ok(member) => member,
            Err(answer) => return answer,
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
            writing::write(tx.conn(), done, now()).await?;
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
        Ok(secret) => leads("/account?done=password", Some(super::entrance::began(&secret))),
        Err(error) => page(&state, member, None, Said::wrong("password", error)).await,
    }
}

/// `POST /account/switch`: looks at another of one's accounts.
pub async fn switch(Shared(state): Shared<State>, asked: Asked, fields: Fields) -> Response {
    let member = let_in!(sender(&state, &asked));
    let wanted = fields.text("account").and_then(|text| text.parse().ok()).unwrap_or(0);
    if member.signed.role_in(wanted).is_none() {
        return entrance(&state, 404, app::page::sign_in::Entrance::Nothing, None, Vec::new());
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
        Err(error) => axum::response::IntoResponse::into_response(error),
    }
}

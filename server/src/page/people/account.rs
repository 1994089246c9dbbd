//! `/account`: people, keys, one's sessions and password, the log. Its forms are in [`super::forms`].

use super::{Member, member, private, told, unwell, with_wait};
use crate::{
    api::fields::Fields,
    framing::Frames,
    page::{Asked, html},
    people::{Right, Rights, Role, members, session::IDLE_MS},
    reply::Reply,
    spoken,
    state::{State, now},
    store::{self, Reader, api_keys, api_keys::ApiKey, audit, invitations, sessions},
};
use app::{
    error::Flaw,
    page::account::{
        self as shown, AccountPage, AccountPageProps, Entry, Invited, Key, Made, Managed, Person, form::Notice,
    },
    words::Lang,
};
use axum::{extract::State as Shared, response::Response};
use uuid::Uuid;

/// Rows of the log on a page.
const LOG: i64 = 20;

/// What a page has to say besides what is there.
#[derive(Default)]
pub(super) struct Said {
    pub status: Option<u16>,
    pub notice: Option<Notice>,
    pub made: Option<Made>,
    pub flawed: Option<(&'static str, Vec<Flaw>)>,
    pub wait: Option<u32>,
}

impl Said {
    /// What went wrong with a form.
    pub fn wrong(form: &'static str, error: Reply) -> Self {
        let (status, notice, flaws, wait) = told(error.0);
        Self { status: Some(status), notice, flawed: Some((form, flaws)), wait, ..Self::default() }
    }

    pub fn made(title: &str, text: String, advice: &str) -> Self {
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
        Err(answer) => return *answer,
    };
    let query = Fields::from_form(asked.query.as_bytes());
    let before = query.text("before").and_then(|text| Uuid::try_parse(text).ok());
    page(&state, member, before, Said { notice: done(&query), ..Said::default() }).await
}

pub(super) async fn page(state: &State, member: Member, before: Option<Uuid>, said: Said) -> Response {
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

//! Signing in and out, setting a password, joining an account.

use super::{entrance, foreign, leads, told, unwell, with_wait};
use crate::{
    api::{engage::is_foreign, fields::Fields},
    keys::digest,
    page::Asked,
    people::{
        accept::{self, Given, Open},
        audit::{self, Done},
        cookie, reset,
        session::{self, LASTS_MS},
        sign_in::{self as signing, whole},
    },
    state::{State, now},
    store::sessions,
};
use app::page::{account::form::Notice, sign_in::Entrance};
use axum::{
    extract::{Path, State as Shared},
    response::Response,
};
use http::HeaderValue;

/// Where one comes after signing in.
const HOME: &str = "/videos";

/// `next` of the query or form, if it is a page for people who are signed in.
fn next(text: Option<&str>) -> String {
    let known = ["/account", "/videos", "/upload", "/report/", "/video/preview/"];
    let plain = |text: &&str| {
        text.len() <= 300
            && known.iter().any(|start| text.starts_with(start))
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-?=&.".contains(&b))
            && !text.contains("//")
    };
    text.filter(plain).unwrap_or_default().to_owned()
}

/// The header of a new session.
pub(super) fn began(secret: &str) -> HeaderValue {
    cookie::set(Some(secret), LASTS_MS / 1_000)
}

fn text(fields: &Fields, name: &str) -> String {
    fields.text(name).unwrap_or_default().to_owned()
}

/// `GET /sign-in?next=`
pub async fn ask(Shared(state): Shared<State>, asked: Asked) -> Response {
    let query = Fields::from_form(asked.query.as_bytes());
    let next = next(query.text("next"));
    match session::of(&state, &asked.headers, now()).await {
        Ok(Some(_)) => leads(if next.is_empty() { HOME } else { &next }, None),
        Ok(None) => entrance(&state, 200, Entrance::SignIn { email: String::new(), next }, None, Vec::new()),
        Err(error) => unwell(&state, error),
    }
}

/// `POST /sign-in`
pub async fn sign_in(Shared(state): Shared<State>, asked: Asked, fields: Fields) -> Response {
    if is_foreign(&asked.headers, &state.config.public_url) {
        return foreign();
    }
    let (email, next) = (text(&fields, "email"), next(fields.text("next")));
    let former = cookie::hash(&asked.headers);
    let visitor = asked.visitor(&state);
    match signing::sign_in(&state, &visitor, &email, text(&fields, "password"), former, now()).await {
        Ok(secret) => leads(if next.is_empty() { HOME } else { &next }, Some(began(&secret))),
        Err(error) => {
            let (status, said, flaws, wait) = told(error.0);
            let email = email.chars().take(254).collect();
            with_wait(entrance(&state, status, Entrance::SignIn { email, next }, said, flaws), wait)
        }
    }
}

/// `POST /sign-out`
pub async fn sign_out(Shared(state): Shared<State>, asked: Asked) -> Response {
    if is_foreign(&asked.headers, &state.config.public_url) {
        return foreign();
    }
    let gone = leads("/sign-in", Some(cookie::set(None, 0)));
    let Some(hash) = cookie::hash(&asked.headers) else { return gone };
    let signed = match session::by_hash(&state, &hash, now()).await {
        Ok(signed) => signed,
        Err(error) => return unwell(&state, error),
    };
    let kept = {
        let state = state.clone();
        whole(async move {
            let mut tx = state.store.begin().await?;
            sessions::end_by_hash(tx.conn(), &hash).await?;
            if let Some(signed) = signed
                && let Some((at, _)) = signed.account()
            {
                let actor = signed.actor();
                let object = signed.session.agent.as_str();
                let done =
                    Done { account_id: at.account_id, actor: &actor, action: "session.end", object, fields: &[] };
                audit::write(tx.conn(), done, now()).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    };
    match kept.await {
        Ok(()) => gone,
        Err(error) => axum::response::IntoResponse::into_response(error),
    }
}

/// `GET /reset`
pub async fn forgot(Shared(state): Shared<State>) -> Response {
    let mails = state.config.smtp_url.is_some();
    entrance(&state, 200, Entrance::Ask { mails }, None, Vec::new())
}

/// `POST /reset`
pub async fn send(Shared(state): Shared<State>, asked: Asked, fields: Fields) -> Response {
    if is_foreign(&asked.headers, &state.config.public_url) {
        return foreign();
    }
    let mails = state.config.smtp_url.is_some();
    if !mails {
        return entrance(&state, 200, Entrance::Ask { mails }, None, Vec::new());
    }
    match reset::ask(&state, &asked.visitor(&state), &text(&fields, "email"), now()).await {
        Ok(()) => entrance(&state, 200, Entrance::Asked, None, Vec::new()),
        Err(error) => {
            let (status, said, flaws, wait) = told(error.0);
            with_wait(entrance(&state, status, Entrance::Ask { mails }, said, flaws), wait)
        }
    }
}

/// `GET /reset/{token}`
pub async fn choose(Shared(state): Shared<State>, Path(token): Path<String>) -> Response {
    set_page(&state, &digest(token.as_bytes()), 200, None, Vec::new()).await
}

async fn set_page(
    state: &State,
    hash: &[u8; 32],
    status: u16,
    said: Option<Notice>,
    flaws: Vec<app::error::Flaw>,
) -> Response {
    match reset::user(state, hash, now()).await {
        Ok(Some(user)) => entrance(state, status, Entrance::Set { email: user.email }, said, flaws),
        Ok(None) => entrance(state, 410, Entrance::Gone, None, Vec::new()),
        Err(error) => unwell(state, error),
    }
}

/// `POST /reset/{token}`
pub async fn set(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked, fields: Fields) -> Response {
    if is_foreign(&asked.headers, &state.config.public_url) {
        return foreign();
    }
    let hash = digest(token.as_bytes());
    let visitor = asked.visitor(&state);
    match reset::set(&state, &visitor, hash, text(&fields, "password"), now()).await {
        Ok(secret) => leads(HOME, Some(began(&secret))),
        Err(error) => {
            let (status, said, flaws, wait) = told(error.0);
            with_wait(set_page(&state, &hash, status, said, flaws).await, wait)
        }
    }
}

/// `GET /invite/{token}`
pub async fn invited(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked) -> Response {
    join_page(&state, &asked, &digest(token.as_bytes()), 200, None, Vec::new()).await
}

async fn join_page(
    state: &State,
    asked: &Asked,
    hash: &[u8; 32],
    status: u16,
    said: Option<Notice>,
    flaws: Vec<app::error::Flaw>,
) -> Response {
    let signed = match session::of(state, &asked.headers, now()).await {
        Ok(signed) => signed,
        Err(error) => return unwell(state, error),
    };
    match accept::open(state, hash, now()).await {
        Ok(Some(Open { invitation, account, known })) => {
            let is_self = signed.is_some_and(|signed| known.as_ref().is_some_and(|user| user.id == signed.user.id));
            let page = Entrance::Join {
                account,
                role: invitation.role,
                email: invitation.email,
                known: known.is_some(),
                is_self,
            };
            entrance(state, status, page, said, flaws)
        }
        Ok(None) => entrance(state, 410, Entrance::Gone, None, Vec::new()),
        Err(error) => unwell(state, error),
    }
}

/// `POST /invite/{token}`
pub async fn join(Shared(state): Shared<State>, Path(token): Path<String>, asked: Asked, fields: Fields) -> Response {
    // A session may join by itself, so the browser must say that our page asks.
    let signed = match session::of(&state, &asked.headers, now()).await {
        Ok(signed) => signed,
        Err(error) => return unwell(&state, error),
    };
    let ours = match signed {
        Some(_) => crate::api::caller::is_ours(&asked.headers, &state.config.public_url),
        None => !is_foreign(&asked.headers, &state.config.public_url),
    };
    if !ours {
        return foreign();
    }
    let hash = digest(token.as_bytes());
    let given = Given { name: text(&fields, "name"), password: text(&fields, "password") };
    let visitor = asked.visitor(&state);
    match accept::accept(&state, &visitor, hash, given, signed, now()).await {
        Ok(secret) => leads(HOME, Some(began(&secret))),
        Err(error) => {
            let (status, said, flaws, wait) = told(error.0);
            with_wait(join_page(&state, &asked, &hash, status, said, flaws).await, wait)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn nobody_is_led_off_our_pages() {
        for good in ["/account", "/videos?page=2", "/report/demoTourOfCuepoint0001", "/video/preview/x"] {
            assert_eq!(next(Some(good)), good);
        }
        for bad in [
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "/video/cta/1",
            "/videos//evil",
            "/videos\n",
            "/sign-out",
        ] {
            assert_eq!(next(Some(bad)), "", "{bad}");
        }
        assert_eq!(next(None), "");
    }
}

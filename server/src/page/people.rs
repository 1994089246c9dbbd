//! The pages of an account's own people, behind a session; without one they lead to signing in.

mod account;
mod entrance;
mod forms;
mod videos;

use super::{Asked, html};
use crate::{
    api::caller::is_ours,
    framing::Frames,
    people::{Right, Role, Signed, Who, session},
    reply,
    state::{State, now},
};
use app::{
    error::{ApiError, Flaw},
    page::{
        account::{Top, form::Notice},
        sign_in::{Entrance, EntrancePage, EntrancePageProps},
    },
    words::Lang,
};
use axum::{
    Router,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// All of them are HTML.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/sign-in", get(entrance::ask).post(entrance::sign_in))
        .route("/sign-out", post(entrance::sign_out))
        .route("/reset", get(entrance::forgot).post(entrance::send))
        .route("/reset/{token}", get(entrance::choose).post(entrance::set))
        .route("/invite/{token}", get(entrance::invited).post(entrance::join))
        .route("/account", get(account::show))
        .route("/account/people", post(forms::invite))
        .route("/account/people/{id}", post(forms::decide))
        .route("/account/keys", post(forms::make_key))
        .route("/account/keys/{id}", post(forms::revoke_key))
        .route("/account/sessions", post(forms::end_others))
        .route("/account/sessions/{id}", post(forms::end))
        .route("/account/password", post(forms::change_password))
        .route("/account/switch", post(forms::switch))
        .route("/videos", get(videos::list))
}

/// A member, in the account that they look at.
struct Member {
    signed: Signed,
    account_id: i64,
    account: String,
    role: Role,
}

impl Member {
    fn who(&self) -> Who {
        self.signed.who(self.role)
    }

    fn may(&self, right: Right) -> bool {
        self.role.rights().has(right)
    }

    fn top(&self) -> Top {
        let accounts = self.signed.memberships.iter();
        Top {
            email: self.signed.user.email.clone(),
            role: self.role.as_str(),
            account: self.account.clone(),
            accounts: accounts
                .map(|one| (one.account_id, one.account.clone(), one.account_id == self.account_id))
                .collect(),
        }
    }
}

/// The answer for who may not.
type Refused = Box<Response>;

/// Who is signed in; else the answer that says where to.
async fn member(state: &State, asked: &Asked, path: &str) -> Result<Member, Refused> {
    let signed = session::of(state, &asked.headers, now()).await.map_err(|error| unwell(state, error))?;
    let Some(signed) = signed else {
        let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        return Err(private(Redirect::to(&format!("/sign-in?next={next}")).into_response()).into());
    };
    let found = signed.account().map(|(at, role)| (at.account_id, at.account.clone(), role));
    match found {
        Some((account_id, account, role)) => Ok(Member { signed, account_id, account, role }),
        None => Err(entrance(state, 403, Entrance::Nothing, None, Vec::new()).into()),
    }
}

/// The same for a form: the browser must say that a page of ours sent it.
async fn sender(state: &State, asked: &Asked) -> Result<Member, Refused> {
    if !is_ours(&asked.headers, &state.config.public_url) {
        return Err(foreign().into());
    }
    member(state, asked, "/account").await
}

fn foreign() -> Response {
    reply::Reply(ApiError::forbidden("Only the page itself may ask for this.")).into_response()
}

fn unwell(state: &State, error: crate::store::StoreError) -> Response {
    reply::storage(error);
    super::refuse(state, Lang::En, app::page::closed::Closed::Unwell, &Frames::Nobody)
}

fn entrance(state: &State, status: u16, entrance: Entrance, said: Option<Notice>, flaws: Vec<Flaw>) -> Response {
    private(html(state, Lang::En, status, "/sign-in", &Frames::Nobody, move |frame| {
        EntrancePage(EntrancePageProps { frame, entrance, said, flaws })
    }))
}

/// Not for search engines, and no other site learns the address: it may be a secret. Our own forms still say where
/// they come from.
fn private(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Leads on, with another cookie where one is given.
fn leads(to: &str, cookie: Option<HeaderValue>) -> Response {
    let mut answer = private(Redirect::to(to).into_response());
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// What an error says on a page: its status, what is said above the form, and what at its fields.
fn told(error: ApiError) -> (u16, Option<Notice>, Vec<Flaw>, Option<u32>) {
    let said = error.flaws.is_empty().then(|| Notice::bad(error.message));
    (error.status, said, error.flaws, error.retry_after)
}

fn with_wait(mut answer: Response, wait: Option<u32>) -> Response {
    if let Some(seconds) = wait {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    answer
}

/// The role of who is signed in, in an account.
pub async fn role(state: &State, headers: &HeaderMap, account_id: i64) -> Option<Role> {
    let signed =
        session::of(state, headers, now()).await.inspect_err(|error| tracing::error!(%error, "storage")).ok()??;
    signed.role_in(account_id)
}

/// For an account's people, the role of who is signed in, in the account that they look at.
pub async fn here(state: &State, headers: &HeaderMap) -> Option<(i64, Role)> {
    let signed =
        session::of(state, headers, now()).await.inspect_err(|error| tracing::error!(%error, "storage")).ok()??;
    signed.account().map(|(at, role)| (at.account_id, role))
}

//! Who asks: the account whose API key, or whose member's session, a request carries (WIRE.md, section 2), and
//! whether they may.

use super::{
    engage::is_foreign,
    fields::{self, Fields, Format},
    rights,
};
use crate::{
    keys::digest,
    people::{
        Right, Rights, Who,
        session::{self, Actor},
    },
    reply::Reply,
    state::{State, now},
    store::{
        self,
        accounts::{self, Account},
        api_keys,
    },
};
use app::error::ApiError;
use axum::{
    body::Body,
    extract::{self, FromRequestParts, MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, header, request::Parts};

/// The account that a request behind [`identify`] comes from. Whoever has one has been let in: the call's rule in
/// [`rights::RULES`] was held against the caller's rights.
#[derive(Clone, Debug)]
pub struct Caller(pub Account);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Reply;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Reply> {
        parts.extensions.get::<Self>().cloned().ok_or(Reply(ApiError::unauthorized()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Reply;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Reply> {
        parts.extensions.get::<Self>().cloned().ok_or(Reply(ApiError::unauthorized()))
    }
}

/// How long after its last use a key is written down as used again.
const USED_EVERY_MS: i64 = 60_000;

/// Middleware: finds the caller, or answers 401; 403 when they may not. `Authorization: Bearer <key>` decides where it
/// stands; without it the compatible `email` and `api_key` do, from the query, a form or JSON; without these the
/// session of a member, where the browser says that the call comes from a page of ours.
pub async fn identify(
    extract::State(state): extract::State<State>,
    request: Request,
    next: Next,
) -> Result<Response, Reply> {
    let (claim, request) = match bearer(request.headers()) {
        Some(key) => (Some(Claim { email: None, key }), request),
        None => by_parameters(request).await?,
    };
    let found = match claim {
        Some(claim) => claim.caller(&state).await?,
        None => by_session(&state, request.headers()).await?,
    };
    let (account, who) = found.ok_or_else(ApiError::unauthorized)?;
    admit(state, account, who, request, next).await
}

/// Lets a call in that its caller may make, and has it written down once it was made.
pub async fn admit(
    state: State,
    account: Account,
    who: Who,
    mut request: Request,
    next: Next,
) -> Result<Response, Reply> {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let rule = rights::rule(request.method(), &path);
    match rule {
        Some(rule) if !who.rights.has(rule.right) => return Err(lacking(rule.right.as_str(), who.rights).into()),
        // What nobody has thought of is for those who may do everything; a wrong address is found by nobody.
        None if who.rights != Rights::all() && path != NOWHERE => {
            return Err(lacking(Right::Own.as_str(), who.rights).into());
        }
        Some(_) | None => {}
    }
    let extensions = request.extensions_mut();
    extensions.insert(Caller(account.clone()));
    extensions.insert(who.clone());
    match rule.and_then(|rule| rule.action) {
        Some(action) => super::log::run(state, account.id, who.actor, action, request, next).await,
        None => Ok(next.run(request).await),
    }
}

/// Where calls end up that no route is for.
pub const NOWHERE: &str = "/api/v1/{*rest}";

fn lacking(right: &str, rights: Rights) -> ApiError {
    let has = rights.names().join(", ");
    ApiError::forbidden(format!("This needs the right \"{right}\". Yours are: {has}."))
}

/// What a request says about who sends it.
struct Claim {
    /// When given, the account must have it.
    email: Option<String>,
    key: String,
}

impl Claim {
    async fn caller(&self, state: &State) -> store::Result<Option<(Account, Who)>> {
        let now = now();
        let mut reader = state.store.reader().await?;
        let found = api_keys::by_hash(reader.conn(), &digest(self.key.as_bytes()), now).await?;
        drop(reader);
        let found = found.filter(|found| match &self.email {
            Some(email) => email.trim().to_lowercase() == found.email.to_lowercase(),
            None => true,
        });
        let Some(found) = found else { return Ok(None) };
        if found.last_used_at.is_none_or(|at| now - at >= USED_EVERY_MS) {
            used(state.clone(), found.account_id, found.id, now);
        }
        let name =
            if found.name.is_empty() { found.prefix.clone() } else { format!("{} {}", found.prefix, found.name) };
        let actor = Actor::Key { id: found.id, name };
        Ok(Some((found.account(), Who { actor, rights: Rights::read(&found.scopes) })))
    }
}

/// Writes down that a key was used, aside: no call waits for it.
fn used(state: State, account_id: i64, id: uuid::Uuid, now: i64) {
    tokio::spawn(async move {
        let written = async {
            let mut tx = state.store.begin().await?;
            api_keys::used(tx.conn(), account_id, id, now).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::warn!(%error, "a key was used, and that was not written down");
        }
    });
}

/// A member who is signed in, where a page of ours asks.
async fn by_session(state: &State, headers: &HeaderMap) -> store::Result<Option<(Account, Who)>> {
    if !is_ours(headers, &state.config.public_url) {
        return Ok(None);
    }
    let Some(signed) = session::of(state, headers, now()).await? else { return Ok(None) };
    let Some((membership, role)) = signed.account() else { return Ok(None) };
    let mut reader = state.store.reader().await?;
    let account = accounts::by_id(reader.conn(), membership.account_id).await?;
    Ok(account.map(|account| (account, signed.who(role))))
}

/// Does the browser say that a page of ours sent this? It must say so: a request that says nothing is not.
pub fn is_ours(headers: &HeaderMap, public: &url::Url) -> bool {
    let says = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    says && !is_foreign(headers, public)
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !key.trim().is_empty()).then(|| key.trim().to_owned())
}

/// Looks into the query, then into the body, which is put back.
async fn by_parameters(request: Request) -> Result<(Option<Claim>, Request), ApiError> {
    let query = Fields::from_form(request.uri().query().unwrap_or_default().as_bytes());
    if let Some(claim) = claim(&query, &Fields::default()) {
        return Ok((Some(claim), request));
    }
    if Format::of(request.headers()).is_none() {
        return Ok((None, request));
    }
    let (head, body) = request.into_parts();
    let body = fields::whole(body).await?;
    // What can't be read names nobody.
    let fields = Fields::read(&head.headers, &body).unwrap_or_default();
    Ok((claim(&query, &fields), Request::from_parts(head, Body::from(body))))
}

fn claim(query: &Fields, body: &Fields) -> Option<Claim> {
    let find = |name| query.text(name).or_else(|| body.text(name)).map(str::to_owned);
    Some(Claim { email: Some(find("email")?), key: find("api_key")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, kind: &str, body: &'static str) -> Request {
        let request = Request::builder().uri(uri).header(header::CONTENT_TYPE, kind);
        request.body(Body::from(body)).expect("a request")
    }

    async fn claimed(request: Request) -> Option<(String, String)> {
        let (claim, _) = by_parameters(request).await.expect("readable");
        claim.map(|claim| (claim.email.expect("parameters carry it"), claim.key))
    }

    #[test]
    fn a_bearer_key_is_read_from_its_header() {
        let read = |value: &'static str| {
            bearer(&HeaderMap::from_iter([(header::AUTHORIZATION, http::HeaderValue::from_static(value))]))
        };
        assert_eq!(read("Bearer k1"), Some("k1".into()));
        assert_eq!(read("bearer  k1"), Some("k1".into()));
        assert_eq!(read("Basic dTpw"), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[tokio::test]
    async fn the_parameters_stand_in_the_query_a_form_or_json() {
        let found = Some(("a@example.com".to_owned(), "k1".to_owned()));
        let (form, json) = ("application/x-www-form-urlencoded", "application/json");
        assert_eq!(claimed(request("/?email=a%40example.com&api_key=k1", "text/plain", "")).await, found);
        assert_eq!(claimed(request("/", form, "email=a%40example.com&api_key=k1")).await, found);
        assert_eq!(claimed(request("/", json, r#"{"email":"a@example.com","api_key":"k1"}"#)).await, found);
        assert_eq!(claimed(request("/?email=a%40example.com", form, "api_key=k1")).await, found);
        assert_eq!(claimed(request("/?api_key=k1", form, "")).await, None);
        assert_eq!(claimed(request("/", json, r#"{"email":1,"api_key":"k1"}"#)).await, None);
        assert_eq!(claimed(request("/", "text/plain", "email=a%40example.com&api_key=k1")).await, None);
    }

    #[tokio::test]
    async fn the_body_is_put_back() {
        let (_, request) = by_parameters(request("/", "application/json", r#"{"url":"x"}"#)).await.expect("readable");
        assert_eq!(fields::whole(request.into_body()).await.expect("a body"), r#"{"url":"x"}"#);
    }
}

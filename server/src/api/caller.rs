//! Who asks: the account whose API key a request carries (WIRE.md, section 2).

use super::fields::{self, Fields, Format};
use crate::{
    keys::digest,
    reply::Reply,
    state::State,
    store::{self, accounts, accounts::Account},
};
use app::error::ApiError;
use axum::{
    body::Body,
    extract::{self, FromRequestParts, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, header, request::Parts};

/// The account that a request behind [`identify`] comes from.
#[derive(Clone, Debug)]
pub struct Caller(pub Account);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Reply;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Reply> {
        parts.extensions.get::<Self>().cloned().ok_or(Reply(ApiError::unauthorized()))
    }
}

/// Middleware: finds the caller, or answers 401. `Authorization: Bearer <key>` decides where it
/// stands; without it the compatible `email` and `api_key` do, from the query, a form or JSON.
pub async fn identify(
    extract::State(state): extract::State<State>,
    request: Request,
    next: Next,
) -> Result<Response, Reply> {
    let (claim, mut request) = match bearer(request.headers()) {
        Some(key) => (Some(Claim { email: None, key }), request),
        None => by_parameters(request).await?,
    };
    let account = match claim {
        Some(claim) => claim.account(&state).await?,
        None => None,
    };
    request.extensions_mut().insert(Caller(account.ok_or_else(ApiError::unauthorized)?));
    Ok(next.run(request).await)
}

/// What a request says about who sends it.
struct Claim {
    /// When given, the account must have it.
    email: Option<String>,
    key: String,
}

impl Claim {
    async fn account(&self, state: &State) -> store::Result<Option<Account>> {
        let mut reader = state.store.reader().await?;
        let account = accounts::by_key_hash(reader.conn(), &digest(self.key.as_bytes())).await?;
        Ok(account.filter(|account| match &self.email {
            Some(email) => email.trim().to_lowercase() == account.email.to_lowercase(),
            None => true,
        }))
    }
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

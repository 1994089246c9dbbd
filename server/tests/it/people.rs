//! People who sign in, what they may do, keys, and what is written down of it.

mod letters;
mod log;
mod own;
mod rights;
mod sign_in;

use crate::support::App;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use server::{
    people::{Role, session},
    state::now,
    store::{members, users, users::User},
};
use uuid::Uuid;

pub const PASSWORD: &str = "three plain words";

/// A member of an account, with a password if one is given.
pub async fn member(app: &App, account_id: i64, email: &str, role: Role, password: Option<&str>) -> User {
    let stored = match password {
        Some(text) => Some(app.state().hashing.hash(text.into()).await.expect("hashed")),
        None => None,
    };
    let mut tx = app.state().store.begin().await.expect("a transaction");
    let user = match users::by_email(tx.conn(), email).await.expect("read") {
        Some(user) => user,
        None => {
            let user = User { id: Uuid::now_v7(), email: email.into(), name: String::new(), password: stored };
            users::insert(tx.conn(), &user, now()).await.expect("a user");
            user
        }
    };
    members::insert(tx.conn(), account_id, user.id, role.as_str(), now()).await.expect("a member");
    tx.commit().await.expect("committed");
    user
}

/// A browser that has a session, looking at an account.
pub struct Browser<'a> {
    pub app: &'a App,
    pub cookie: String,
}

impl<'a> Browser<'a> {
    pub async fn of(app: &'a App, user: &User, account_id: i64) -> Self {
        let mut tx = app.state().store.begin().await.expect("a transaction");
        let secret = session::begin(tx.conn(), user.id, account_id, "A test", now()).await.expect("a session");
        tx.commit().await.expect("committed");
        Self { app, cookie: format!("__Host-cue-session={secret}") }
    }

    /// The member of that role in the sandbox.
    pub async fn as_role(app: &'a App, role: Role) -> Self {
        let user = member(app, 1, &format!("{}@example.com", role.as_str()), role, None).await;
        Self::of(app, &user, 1).await
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.app.get(path).header("cookie", &self.cookie)
    }

    pub async fn text(&self, path: &str) -> (u16, String) {
        said(self.get(path)).await
    }

    /// Sends a form of ours.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        form(self.app, path, fields).header("cookie", &self.cookie).send().await.expect("an answer")
    }

    /// A call as a script of our own pages makes it.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let method = method.parse().expect("a method");
        let mut request = self.app.http.request(method, format!("{}{path}", self.app.url));
        request = request.header("cookie", &self.cookie).header("sec-fetch-site", "same-origin");
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let (status, text) = said(request).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// A form as a browser sends it from a page of ours.
pub fn form(app: &App, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    app.post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("origin", &app.url)
        .body(body)
}

pub async fn said(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a body"))
}

/// What a `Set-Cookie` of an answer makes the browser send.
pub fn cookie(answer: &Response) -> String {
    let set = answer.headers().get("set-cookie").expect("a cookie").to_str().expect("text");
    set.split(';').next().expect("a pair").to_owned()
}

/// The first word in a text that begins so.
pub fn link(text: &str, begins: &str) -> String {
    let from = text.find(begins).unwrap_or_else(|| panic!("no {begins} in {text}"));
    text[from..].split(|c: char| c.is_whitespace() || c == '"' || c == '<').next().expect("a word").to_owned()
}

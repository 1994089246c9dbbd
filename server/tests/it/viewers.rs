//! Who watches: tokens, links, cookies, and what is never kept.

mod consent;
mod erased;
mod forms;
mod keys;
mod links;
mod once;
mod people;
mod tokens;

use crate::support::{API_KEY, App, batch::View, json_of};
use app::film::Asking;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use server::{
    identity::{Origin, Pass},
    keys::mac,
    state::now,
    store::{
        videos::Video,
        viewers::{self, Contact},
        views,
    },
};
use uuid::Uuid;

pub const CHROME: &str = "Mozilla/5.0 Chrome";
pub const FIREFOX: &str = "Mozilla/5.0 Firefox";
pub const OTHER_KEY: &str = "cue_other_account_key";

/// The account's key, made on demand.
pub async fn key(app: &App) -> String {
    let answer = json_of(app.get("/api/v1/viewer-key").bearer_auth(API_KEY)).await;
    answer["key"].as_str().expect("a key").to_owned()
}

/// Signs claims as a customer's server does.
pub fn signed(key: &str, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac(key.as_bytes(), text.as_bytes())))
}

pub fn claims(sub: &str) -> Value {
    json!({"sub": sub, "email": format!("{sub}@example.com"), "name": "Ada L.", "exp": now() / 1_000 + 600, "aud": "1"})
}

/// A page as a browser opens it.
pub struct Page {
    pub html: String,
    /// `Set-Cookie`, whole.
    pub cookie: Option<String>,
    /// Why the viewer token was refused.
    pub refused: Option<String>,
}

pub async fn open(request: RequestBuilder) -> Page {
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let cookie = cookie_of(&answer);
    let refused = answer.headers().get("cuepoint-viewer-token").map(|value| value.to_str().expect("text").to_owned());
    Page { html: answer.text().await.expect("a body"), cookie, refused }
}

pub fn cookie_of(answer: &Response) -> Option<String> {
    answer.headers().get("set-cookie").map(|value| value.to_str().expect("text").to_owned())
}

/// The part of a `Set-Cookie` that the browser sends back.
pub fn pair(cookie: &str) -> String {
    cookie.split(';').next().expect("a pair").to_owned()
}

impl Page {
    /// The pass in the page's source.
    pub fn pass_text(&self) -> String {
        let from = self.html.split_once("&quot;pass&quot;:&quot;").or_else(|| self.html.split_once("\"pass\":\""));
        let rest = from.expect("a pass").1;
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect()
    }

    pub fn pass(&self, app: &App) -> Pass {
        Pass::verify(&self.pass_text(), &app.state().keys, now()).expect("ours")
    }

    pub fn origin(&self, app: &App) -> Origin {
        Origin::of(self.pass(app).viewer_id)
    }
}

/// In the place of the user agent that a request has.
pub fn agent(name: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(header::USER_AGENT, HeaderValue::from_static(name))])
}

pub fn play(app: &App, video: &Video, query: &str) -> RequestBuilder {
    app.get(&format!("/video/play/{}{query}", video.token)).header("user-agent", CHROME)
}

pub fn embed(app: &App, video: &Video, query: &str) -> RequestBuilder {
    app.get(&format!("/video/embed/{}{query}", video.token)).header("user-agent", CHROME)
}

/// Sends events with the page's pass, as that page does.
pub fn send(app: &App, page: &Page, view: &View, events: &[Value]) -> RequestBuilder {
    let mut batch = view.batch(events);
    batch["pass"] = page.pass_text().into();
    app.post("/engage/record").header("user-agent", CHROME).body(batch.to_string())
}

/// The viewer of a stored view.
pub async fn viewer_of(app: &App, view: &View) -> Uuid {
    let mut reader = app.state().store.reader().await.expect("a reader");
    let view = views::by_id(reader.conn(), 1, view.session).await.expect("read");
    view.expect("the view is stored").viewer_id
}

pub async fn contact(app: &App, viewer_id: Uuid) -> Option<Contact> {
    let mut reader = app.state().store.reader().await.expect("a reader");
    viewers::contact(reader.conn(), 1, viewer_id).await.expect("read")
}

pub async fn implied(app: &App) -> Video {
    app.add_video(&[], |video| video.settings.consent = Some(Asking::Implied)).await
}

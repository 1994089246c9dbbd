//! What the owner of an endpoint can see and do, by HTTP.

use super::bench::{Bench, EMAIL, KEY, NOW, OTHER_KEY, on_both};
use super::verify::verify;
use crate::support::receiver::Receiver;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use server::api;
use tokio::net::TcpListener;
use uuid::Uuid;

on_both! {
    an_endpoint_is_created_listed_and_deleted
    the_secret_that_was_given_signs_what_is_sent
    the_compatible_call_takes_a_form
    every_flaw_of_an_endpoint_is_named
    an_account_has_at_most_20_endpoints
    another_accounts_endpoint_is_not_there
    the_log_tells_how_a_delivery_went
    a_caller_is_known_by_key_or_by_parameters
    a_body_past_the_limit_is_refused
}

/// The API on a port of its own.
pub struct Client {
    pub origin: String,
    http: reqwest::Client,
}

impl Client {
    pub async fn of(bench: &Bench) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let app = api::routes(&bench.state).with_state(bench.state.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { origin, http: reqwest::Client::builder().no_proxy().build().expect("a client") }
    }

    /// A request without credentials.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.origin))
    }

    pub fn as_owner(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("authorization", format!("Bearer {KEY}"))
    }

    async fn create(&self, wish: Value) -> (u16, Value) {
        let request = self.as_owner(Method::POST, "/api/v1/webhooks");
        answer(request.header("content-type", "application/json").body(wish.to_string())).await
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        let (status, body) = answer(self.as_owner(Method::GET, path)).await;
        assert_eq!((status, &body["next"]), (200, &Value::Null));
        body["items"].as_array().expect("items").clone()
    }
}

pub async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("a body");
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

async fn an_endpoint_is_created_listed_and_deleted(bench: Bench) {
    let client = Client::of(&bench).await;
    let wish = json!({
        "url": "https://example.com/hook", "events": ["VideoCTA", "VideoCreated", "VideoCTA"], "description": "CRM"
    });
    let (status, made) = client.create(wish).await;
    assert_eq!(status, 201);
    let id = made["id"].as_str().expect("an id").to_owned();
    assert_eq!(made["url"], "https://example.com/hook");
    assert_eq!(made["events"], json!(["VideoCreated", "VideoCTA"]));
    assert_eq!(made["description"], "CRM");
    assert!(made["whsec"].as_str().expect("a secret").starts_with("whsec_"));
    assert_eq!(made["secret_key"], made["whsec"]);

    let listed = client.items("/api/v1/webhooks").await;
    let mut keys: Vec<&String> = listed[0].as_object().expect("an object").keys().collect();
    keys.sort();
    let all = [
        "breaker",
        "concurrency",
        "created_at",
        "description",
        "disabled_at",
        "disabled_reason",
        "events",
        "id",
        "old_secret_until",
        "ordered",
        "rate",
        "state",
        "timeout_s",
        "url",
    ];
    assert_eq!(keys, all);
    assert_eq!((&listed[0]["id"], &listed[0]["state"]), (&json!(id), &json!("enabled")));

    let path = format!("/api/v1/webhooks/{id}");
    assert_eq!(answer(client.as_owner(Method::DELETE, &path)).await, (204, Value::Null));
    assert_eq!(answer(client.as_owner(Method::DELETE, &path)).await.0, 404);
    assert!(client.items("/api/v1/webhooks").await.is_empty());
}

async fn the_secret_that_was_given_signs_what_is_sent(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let secret = "my own secret, long enough";
    let wish = json!({ "url": receiver.url, "events": ["VideoCTA"], "secret_key": secret });
    assert_eq!(client.create(wish).await.1["secret_key"], secret);
    bench.send("VideoCTA", NOW).await;
    assert_eq!(bench.step(NOW).await, 1);
    verify(&receiver.until(1).await[0], secret.as_bytes());
}

async fn the_compatible_call_takes_a_form(bench: Bench) {
    let client = Client::of(&bench).await;
    let form = "email=owner%40example.com&api_key=cue_of_the_bench&secret_key=short\
                &url=https%3A%2F%2Fexample.com%2Fhook&events%5B%5D=VideoCTA&events%5B%5D=VideoReply";
    let request = client.bare(Method::POST, "/webhook").header("content-type", "application/x-www-form-urlencoded");
    let (status, made) = answer(request.body(form)).await;
    assert_eq!((status, &made["secret_key"]), (201, &json!("short")));
    assert_eq!(made["events"], json!(["VideoCTA", "VideoReply"]));
}

async fn every_flaw_of_an_endpoint_is_named(bench: Bench) {
    let client = Client::of(&bench).await;
    let wish = json!({
        "url": "https://10.0.0.1/", "events": ["Nonsense"], "secret_key": "x".repeat(257), "description": "x".repeat(201)
    });
    let (status, error) = client.create(wish).await;
    assert_eq!((status, &error["status"], &error["type"]), (422, &json!(422), &json!("invalid_fields")));
    let fields: Vec<&Value> = error["flaws"].as_array().expect("flaws").iter().map(|flaw| &flaw["field"]).collect();
    assert_eq!(fields, ["url", "events", "secret_key", "description"]);
    assert!(error["flaws"][1]["message"].as_str().expect("text").contains("Nonsense"));
}

async fn an_account_has_at_most_20_endpoints(bench: Bench) {
    let client = Client::of(&bench).await;
    for _ in 0..20 {
        assert_eq!(client.create(json!({ "url": "https://example.com/", "events": ["VideoCTA"] })).await.0, 201);
    }
    let (status, error) = client.create(json!({ "url": "https://example.com/", "events": ["VideoCTA"] })).await;
    assert_eq!((status, &error["flaws"][0]["field"]), (422, &json!("url")));
}

async fn another_accounts_endpoint_is_not_there(bench: Bench) {
    let client = Client::of(&bench).await;
    let id = bench.endpoint("https://example.com/", b"secret", &["VideoCTA"]).await;
    let path = format!("/api/v1/webhooks/{id}");
    let as_other =
        |method, path: &str| client.bare(method, path).header("authorization", format!("Bearer {OTHER_KEY}"));
    assert_eq!(answer(as_other(Method::DELETE, &path)).await.0, 404);
    assert_eq!(answer(as_other(Method::GET, &format!("{path}/deliveries"))).await.0, 404);
    assert_eq!(answer(as_other(Method::GET, "/api/v1/webhooks")).await.1["items"], json!([]));
    assert_eq!(client.items("/api/v1/webhooks").await.len(), 1);
    for unknown in [Uuid::nil().to_string(), "nonsense".into()] {
        assert_eq!(answer(client.as_owner(Method::DELETE, &format!("/api/v1/webhooks/{unknown}"))).await.0, 404);
    }
}

async fn the_log_tells_how_a_delivery_went(bench: Bench) {
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    receiver.answers(&[500]);
    let id = bench.endpoint(&receiver.url, b"secret", &["VideoCTA"]).await;
    bench.send("VideoCTA", NOW).await;
    bench.send("VideoCTA", NOW + 100).await;
    assert_eq!(bench.step(NOW).await + bench.step(NOW + 100).await, 2);

    let log = client.items(&format!("/api/v1/webhooks/{id}/deliveries")).await;
    let brief = |n: usize| (&log[n]["event"], &log[n]["state"], &log[n]["attempt"], &log[n]["last_status"]);
    assert_eq!(brief(0), (&json!("VideoCTA"), &json!("done"), &json!(1), &json!(200)), "newest first");
    assert_eq!(brief(1), (&json!("VideoCTA"), &json!("pending"), &json!(1), &json!(500)));
    assert_eq!((&log[0]["next_at"], &log[0]["created_at"]), (&Value::Null, &json!(NOW + 100)));
    assert!(log[1]["next_at"].as_i64().expect("an instant") > NOW);
}

async fn a_caller_is_known_by_key_or_by_parameters(bench: Bench) {
    let client = Client::of(&bench).await;
    let list = |query: &str| client.bare(Method::GET, &format!("/api/v1/webhooks{query}"));
    let status = async |request: RequestBuilder| answer(request).await.0;
    assert_eq!(status(list(&format!("?email={EMAIL}&api_key={KEY}"))).await, 200);
    assert_eq!(status(list(&format!("?email={}&api_key={KEY}", EMAIL.to_uppercase()))).await, 200);
    for wrong in [
        list(""),
        list(&format!("?api_key={KEY}")),
        list(&format!("?email=other@example.com&api_key={KEY}")),
        list(&format!("?email={EMAIL}&api_key=wrong")),
        list(&format!("?email={EMAIL}&api_key={KEY}")).header("authorization", "Bearer wrong"),
    ] {
        let (status, error) = answer(wrong).await;
        assert_eq!((status, &error["status"], &error["type"]), (401, &json!(401), &json!("unauthorized")));
    }
}

async fn a_body_past_the_limit_is_refused(bench: Bench) {
    let client = Client::of(&bench).await;
    let body = json!({ "url": "x".repeat(256 * 1024) }).to_string();
    for request in [client.as_owner(Method::POST, "/api/v1/webhooks"), client.bare(Method::POST, "/api/v1/webhooks")] {
        let request = request.header("content-type", "application/json").body(body.clone());
        assert_eq!(answer(request).await.0, 413);
    }
}

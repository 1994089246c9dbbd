//! cargo add axum base64 hmac sha2 tokio --features tokio/full, then: WHSEC=whsec_… cargo run
use axum::{Router, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::var("WHSEC")?;
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(&secret))?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4000").await?;
    Ok(axum::serve(listener, Router::new().route("/", post(take)).with_state(key)).await?)
}

async fn take(State(key): State<Vec<u8>>, headers: HeaderMap, body: String) -> StatusCode {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    if !is_verified(&key, &headers, &body, now) {
        return StatusCode::UNAUTHORIZED;
    }
    // In production: pass over a webhook-id that was seen before.
    println!("{body}");
    StatusCode::NO_CONTENT
}

/// Did someone who has the key sign this, within five minutes of `now` (Unix seconds)?
pub fn is_verified(key: &[u8], headers: &HeaderMap, body: &str, now: u64) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, at) = (text("webhook-id"), text("webhook-timestamp"));
    if !at.parse::<u64>().is_ok_and(|at| at.abs_diff(now) <= 300) {
        return false;
    }
    text("webhook-signature").split(' ').any(|signature| {
        let Some(signature) = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok()) else {
            return false;
        };
        Hmac::<Sha256>::new_from_slice(key)
            .is_ok_and(|mac| mac.chain_update(format!("{id}.{at}.{body}")).verify_slice(&signature).is_ok())
    })
}

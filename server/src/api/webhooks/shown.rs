//! Endpoints, deliveries and attempts as their owner reads them.

use crate::{
    store::{attempts::Attempt, endpoints::Endpoint, log::Delivery, replays::Replay},
    webhook::notice::EVENTS,
};
use serde_json::{Map, Value, json};

pub fn endpoint_on_wire(endpoint: &Endpoint, now: i64) -> Value {
    let subscribed: Vec<&str> = endpoint.events.split(' ').collect();
    let events: Vec<&str> = EVENTS.into_iter().filter(|event| subscribed.contains(event)).collect();
    let waits = (endpoint.wait_until > now).then_some(endpoint.wait_until);
    let health = match (endpoint.is_open, waits) {
        (true, _) => "open",
        (false, Some(_)) => "paused",
        (false, None) => "closed",
    };
    json!({
        "id": endpoint.id,
        "url": endpoint.url,
        "events": events,
        "description": endpoint.description,
        "state": endpoint.state,
        "disabled_at": endpoint.disabled_at,
        "disabled_reason": endpoint.disabled_why,
        "timeout_s": endpoint.pace.timeout_s,
        "rate": endpoint.pace.rate,
        "concurrency": endpoint.pace.concurrency,
        "ordered": endpoint.pace.ordered,
        "breaker": { "state": health, "until": waits, "failing_since": endpoint.failing_since },
        "old_secret_until": endpoint.overlap_until.filter(|until| *until > now),
        "created_at": endpoint.created_at,
    })
}

pub fn delivery_on_wire(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "webhook": delivery.endpoint_id,
        "message": delivery.message_id,
        "event": delivery.event,
        "video_id": (delivery.video_id != 0).then_some(delivery.video_id),
        "state": delivery.state,
        "cause": delivery.cause,
        "origin": delivery.origin,
        "attempt": delivery.attempt,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "next_at": (delivery.state == "pending").then_some(delivery.next_at),
        "created_at": delivery.created_at,
    })
}

/// An attempt, with what was sent: `body` is the message's.
pub fn attempt_on_wire(attempt: &Attempt, body: &str) -> Value {
    let headers: Vec<(String, String)> = serde_json::from_str(&attempt.headers).unwrap_or_default();
    let was_sent = !headers.is_empty();
    let of_request: Map<String, Value> =
        headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    json!({
        "n": attempt.n,
        "at": attempt.at,
        "took_ms": attempt.took_ms,
        "status": attempt.status,
        "error": attempt.error,
        "remote_ip": attempt.remote_ip,
        "answer": attempt.answer.as_deref().map(String::from_utf8_lossy),
        "request": was_sent.then(|| json!({
            "method": "POST", "url": attempt.url, "headers": of_request, "body": body,
        })),
        "curl": was_sent.then(|| curl(&attempt.url, &headers, body)),
    })
}

pub fn replay_on_wire(replay: &Replay) -> Value {
    json!({
        "id": replay.id,
        "webhook": replay.endpoint_id,
        "state": replay.state,
        "from": replay.from_at,
        "until": replay.until_at,
        "events": replay.events.split(' ').collect::<Vec<_>>(),
        "which": replay.which,
        "video_id": replay.video_id,
        "queued": replay.queued,
        "created_at": replay.created_at,
        "updated_at": replay.updated_at,
    })
}

/// The same request as a command for a shell, signed anew with the secret in `$WHSEC`: what was signed then is
/// too old for most receivers by now, and what is shown of it is cut short.
fn curl(url: &str, headers: &[(String, String)], body: &str) -> String {
    let of = |name: &str| headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let id = quoted(of("webhook-id"));
    format!(
        r#"body={body}
id={id} at=$(date +%s)
key=$(printf %s "${{WHSEC#whsec_}}" | openssl base64 -d -A | od -An -tx1 | tr -d ' \n')
sign() {{ openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" "$@"; }}
curl -X POST {url} \
  -H 'content-type: application/json' -H {agent} \
  -H "webhook-id: $id" -H "webhook-timestamp: $at" \
  -H "x-hippo-signature: $(printf %s "$body" | sign -r | cut -d' ' -f1)" \
  -H "webhook-signature: v1,$(printf %s "$id.$at.$body" | sign -binary | openssl base64 -A)" \
  --data-raw "$body"
"#,
        body = quoted(body),
        url = quoted(url),
        agent = quoted(&format!("user-agent: {}", of("user-agent"))),
    )
}

/// Text that a shell reads as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_body_ends_its_quotes() {
        assert_eq!(quoted("it's $(rm) `x`"), r"'it'\''s $(rm) `x`'");
        let headers = [("webhook-id".to_owned(), "m'1".to_owned())];
        let command = curl("https://example.com/'", &headers, r#"{"a":"it's"}"#);
        assert!(command.starts_with("body='{\"a\":\"it'\\''s\"}'\n"), "{command}");
        assert!(command.contains(r"id='m'\''1'") && command.contains(r"'https://example.com/'\'''"), "{command}");
    }
}

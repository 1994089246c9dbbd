//! One message of every event, made by what makes the real ones: for tests of an endpoint, and for the docs.

use super::{Body, ENDPOINT_DISABLED, Media, answered, endpoint_disabled, played_session, prepared};
use crate::store::endpoints::{Endpoint, Pace};
use app::interaction::Spec;
use serde_json::{Value, json};
use uuid::Uuid;

/// The viewer of every sample.
const EMAIL: &str = "ada@example.com";
const INTERACTION: Uuid = Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0001);
const COMMENT: Uuid = Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0002);
/// Where in the video it was clicked, in milliseconds.
const CLICKED_MS: i64 = 20_000;

/// A message of `event` about `media`, marked as a test; `owner` is the account's e-mail address. None when
/// there is no such event.
pub fn of(event: &str, media: &Media<'_>, owner: &str) -> Option<Body> {
    let body = match event {
        "VideoCreated" => prepared(media, json!({}), Some(owner.to_owned())),
        "VideoTranscoded" => {
            let own = json!({ "type": "video", "video_token": media.token, "state": "ready" });
            prepared(media, own, None)
        }
        "VideoPlayedSessions" => played_session(media, 85, Some(EMAIL)),
        "VideoCTA" => {
            let spec = json!({ "label": "Book a demo", "action": { "url": "https://example.com/demo" } });
            interaction(media, "cta", spec, json!({}))?
        }
        "VideoLeadGenaration" => {
            let fields = ["first_name", "last_name", "email", "phone", "company"];
            let fields = fields.map(|name| json!({ "type": "text", "name": name, "label": name }));
            let answer = json!({
                "fields": {
                    "first_name": "Ada", "last_name": "Lovelace", "email": EMAIL, "phone": "+44 20 7946 0000",
                    "company": "Example Ltd",
                },
                "consent": "v1",
            });
            interaction(media, "lead_form", json!({ "title": "Stay in touch", "fields": fields }), answer)?
        }
        "VideoAnnotation" => {
            let spec = json!({ "text": "Read the guide", "url": "https://example.com/guide" });
            interaction(media, "annotation", spec, json!({}))?
        }
        "VideoQuestion" => {
            let spec = json!({ "question": "Tea or coffee?", "choices": ["Tea", "Coffee"], "mode": "poll" });
            interaction(media, "poll", spec, json!({ "choices": [1] }))?
        }
        "VideoEndScreen" => {
            let card = json!({ "title": "Read on", "action": { "url": "https://example.com/read" } });
            interaction(media, "end_screen", json!({ "cards": [card] }), json!({ "card": 0 }))?
        }
        "VideoComment" => answered(media, comment(), Some(EMAIL)),
        "VideoReply" => {
            let mut reply = comment();
            reply["parent"] = json!(INTERACTION);
            answered(media, reply, Some(EMAIL))
        }
        "VideoReaction" => answered(media, json!({ "reaction": "clap", "at": CLICKED_MS }), Some(EMAIL)),
        ENDPOINT_DISABLED => endpoint_disabled(&endpoint(), "failing", media.public_url),
        _ => return None,
    };
    Some(Body { is_test: true, ..body })
}

fn interaction(media: &Media<'_>, kind: &str, spec: Value, answer: Value) -> Option<Body> {
    let spec: Spec = serde_json::from_value(json!({ "kind": kind, "spec": spec })).ok()?;
    let cta_url = format!("{}/video/cta/{}", media.public_url, media.video_id);
    let own = spec.kind().notice(INTERACTION, CLICKED_MS, &answer, &cta_url);
    Some(answered(media, own, Some(EMAIL)))
}

fn comment() -> Value {
    json!({ "comment": {
        "id": COMMENT, "text": "That is what I was looking for.", "at": CLICKED_MS, "author": "Ada", "state": "shown",
    } })
}

fn endpoint() -> Endpoint {
    Endpoint {
        id: INTERACTION,
        url: "https://example.com/hooks".into(),
        description: "Our CRM".into(),
        state: "disabled".into(),
        created_at: 0,
        events: String::new(),
        pace: Pace::default(),
        disabled_at: None,
        disabled_why: None,
        is_open: true,
        wait_until: 0,
        failing_since: Some(1_731_880_345_123),
        overlap_until: None,
    }
}

#[cfg(test)]
mod tests;

//! Webhooks: endpoints, the log, replays.

use super::{
    Noun,
    call::{Call, delete, get, patch, post},
    shape::{Field, Shape, shape},
};
use crate::webhook::notice::EVENTS;
use serde_json::json;

pub fn noun() -> Noun {
    let wish = json!({ "url": "https://example.com/hooks", "events": ["VideoCTA", "VideoPlayedSessions"] });
    let filter = |call: Call| {
        call.query("state", "'pending' | 'held' | 'leased' | 'done' | 'dead'", "")
            .query("event", "Event", "")
            .query("cause", "'event' | 'resend' | 'replay' | 'test'", "")
            .query("status", "integer 0..", "The HTTP status of the last answer.")
            .query("video_id", "integer 0..", "")
            .query("from", "integer 0..", "Unix milliseconds, the first included.")
            .query("until", "integer 0..", "")
            .query("after", "uuid", "The `next` of the page before.")
            .query("limit", "integer 1..200", "How many are on a page; usually 50.")
    };
    let calls = vec![
        get("/api/v1/webhooks", "listWebhooks", "All endpoints").lists("Webhook", "null"),
        post("/api/v1/webhooks", "createWebhook", "Make an endpoint")
            .about("The answer tells the secret, this once.")
            .fields("WebhookWish", wish.clone())
            .answers(201, "NewWebhook"),
        post("/webhook", "createCompatibleWebhook", "The same for older clients")
            .fields("WebhookWish", wish)
            .answers(201, "NewWebhook"),
        get("/api/v1/webhooks/stream", "streamWebhooks", "Messages as server-sent events")
            .about(
                "For machines that can't be reached. Each event's id is the message's; after the last one it goes on.",
            )
            .query("events", "string", "Names with commas between; all where it is left out.")
            .query("after", "uuid", "The id of the last message.")
            .header("Last-Event-ID", "uuid", "The same; it comes before `after`.")
            .answers_as(200, "text/event-stream", "string")
            .fails(&[422, 429]),
        get("/api/v1/webhooks/{id}", "showWebhook", "One endpoint").answers(200, "Webhook"),
        patch("/api/v1/webhooks/{id}", "changeWebhook", "Change an endpoint, switch it on or off")
            .about("What is not named stays.")
            .some_fields("WebhookChange", json!({ "state": "enabled", "rate": 20 }))
            .answers(200, "Webhook"),
        delete("/api/v1/webhooks/{id}", "deleteWebhook", "Delete an endpoint").empty(204, "It is gone, with its log."),
        post("/api/v1/webhooks/{id}/rotate", "rotateSecret", "Give an endpoint another secret")
            .about(
                "The old one signs too for a day. Five may do so at a time; then it is 429 until the oldest has ended.",
            )
            .some_fields("SecretWish", json!({}))
            .answers(200, "NewWebhook")
            .fails(&[429]),
        post("/api/v1/webhooks/{id}/test", "testWebhook", "Send a test of an event now, and tell what came of it")
            .fields("TestWish", json!({ "event": "VideoCTA" }))
            .answers(200, "DeliveryWithAttempts"),
        filter(get("/api/v1/webhooks/{id}/deliveries", "listDeliveries", "The log, newest first"))
            .fails(&[422])
            .lists("Delivery", "uuid | null"),
        post("/api/v1/webhooks/{id}/replay", "createReplay", "Send what was missed in a time span")
            .fields("ReplayWish", json!({ "from": 1795435200000_i64, "which": "missed" }))
            .answers(202, "Replay")
            .fails(&[429]),
        get("/api/v1/webhooks/{id}/replays", "listReplays", "The newest replays").lists("Replay", "null"),
        get("/api/v1/webhooks/{id}/replays/{replay}", "showReplay", "How far a replay is").answers(200, "Replay"),
        delete("/api/v1/webhooks/{id}/replays/{replay}", "cancelReplay", "Stop a replay")
            .empty(204, "What it has queued is sent."),
        get("/api/v1/deliveries/{id}", "showDelivery", "A delivery with every attempt")
            .answers(200, "DeliveryWithAttempts"),
        post(
            "/api/v1/deliveries/{id}/resend",
            "resendDelivery",
            "Send one that is over again; one that waits, at once",
        )
        .answers(202, "Delivery"),
    ];
    let about = "Where your systems are told of what happens, and how that went. /docs/webhooks tells the rest.";
    Noun { name: "Webhooks", about, calls, shapes: shapes() }
}

fn shapes() -> Vec<Shape> {
    let of = |first: &[Field], more: &[Field]| [first, more].concat();
    vec![
        Shape::of("Event", json!({ "type": "string", "enum": EVENTS, "description": "What a message tells of." })),
        shape(
            "WebhookWish",
            "A new endpoint.",
            &of(
                &[
                    ("url", "string 1..2048", "https, unless the operator allows more."),
                    ("events", "[Event] | string", "Names, also as text with commas between."),
                    ("secret_key?", "string 1..256 | null", "Your own; one is made where it is left out."),
                ],
                PACE,
            ),
        ),
        shape(
            "WebhookChange",
            "What is to be different.",
            &of(
                &[
                    ("url?", "string 1..2048", ""),
                    ("events?", "[Event] | string", ""),
                    ("state?", "'enabled' | 'disabled'", ""),
                ],
                PACE,
            ),
        ),
        shape("Webhook", "An endpoint.", WEBHOOK).example(json!({
            "id": "0199a3c2-7c1e-7e70-9e0c-1f5a2f1b7f00", "url": "https://example.com/hooks", "events": ["VideoCTA"],
            "description": "", "state": "enabled", "disabled_at": null, "disabled_reason": null, "timeout_s": 15,
            "rate": null, "concurrency": 8, "ordered": false,
            "breaker": { "state": "closed", "until": null, "failing_since": null }, "old_secret_until": null,
            "created_at": 1795435200000_i64
        })),
        shape(
            "NewWebhook",
            "An endpoint with its secret.",
            &of(
                WEBHOOK,
                &[
                    ("secret_key", "string", "As you wrote it, or as it was made."),
                    ("whsec", "string", "The same as Standard Webhooks has it."),
                ],
            ),
        ),
        shape(
            "Breaker",
            "Is the endpoint spared because it fails?",
            &[
                ("state", "'closed' | 'paused' | 'open'", ""),
                ("until", "integer | null", "Unix milliseconds."),
                ("failing_since", "integer | null", ""),
            ],
        ),
        shape(
            "SecretWish",
            "Another secret.",
            &[("secret_key?", "string 1..256 | null", "One is made where it is left out.")],
        ),
        shape("TestWish", "What the message is about.", &[("event", "Event", "")]),
        shape("Delivery", "A message on its way to an endpoint.", DELIVERY),
        shape(
            "DeliveryWithAttempts",
            "A delivery with all that was sent and answered.",
            &of(DELIVERY, &[("attempts", "[Attempt]", "")]),
        ),
        shape(
            "Attempt",
            "One attempt.",
            &[
                ("n", "integer 1..", ""),
                ("at", "instant", "Unix milliseconds."),
                ("took_ms", "integer 0..", ""),
                ("status", "integer | null", ""),
                ("error", "string | null", "A short word."),
                ("remote_ip", "string | null", ""),
                ("answer", "string | null", "Its first 16 KiB."),
                ("request", "object | null", "method, url, headers and body, the signatures cut short."),
                ("curl", "string | null", "The same as a command that signs it anew."),
            ],
        ),
        shape(
            "ReplayWish",
            "Which messages.",
            &[
                ("from", "integer 0..", "Unix milliseconds."),
                ("until?", "integer 0.. | null", "Usually now."),
                ("events?", "[Event] | string | null", "Usually the endpoint's."),
                ("which?", "'missed' | 'all'", ""),
            ],
        ),
        shape(
            "Replay",
            "Messages that are sent again.",
            &[
                ("id", "uuid", ""),
                ("webhook", "uuid", ""),
                ("state", "'running' | 'done' | 'cancelled'", ""),
                ("from", "instant", ""),
                ("until", "instant", ""),
                ("events", "[string]", ""),
                ("which", "'missed' | 'all'", ""),
                ("queued", "integer 0..", "Deliveries so far."),
                ("created_at", "instant", ""),
                ("updated_at", "instant", ""),
            ],
        ),
    ]
}

const PACE: &[Field] = &[
    ("description?", "string ..200 | null", "A note for you."),
    ("timeout_s?", "integer 1..15", "For one attempt in all."),
    ("rate?", "integer 1..1000 | null", "Deliveries a second; null is as many as it takes."),
    ("concurrency?", "integer 1..64", "Deliveries at the same time."),
    ("ordered?", "boolean", "One video's messages one after the other."),
];

const WEBHOOK: &[Field] = &[
    ("id", "uuid", ""),
    ("url", "string", ""),
    ("events", "[Event]", ""),
    ("description", "string", ""),
    ("state", "'enabled' | 'disabled'", ""),
    ("disabled_at", "integer | null", "Unix milliseconds."),
    ("disabled_reason", "string | null", "owner, gone (410) or failing."),
    ("timeout_s", "integer 1..15", ""),
    ("rate", "integer 1..1000 | null", ""),
    ("concurrency", "integer 1..64", ""),
    ("ordered", "boolean", ""),
    ("breaker", "Breaker", ""),
    ("old_secret_until", "integer | null", "Until when the secret before signs too."),
    ("created_at", "instant", "Unix milliseconds."),
];

const DELIVERY: &[Field] = &[
    ("id", "uuid", ""),
    ("webhook", "uuid", ""),
    ("message", "uuid", "The same on every retry and replay."),
    ("event", "string", ""),
    ("video_id", "integer | null", ""),
    ("state", "'pending' | 'held' | 'leased' | 'done' | 'dead'", ""),
    ("cause", "'event' | 'resend' | 'replay' | 'test'", ""),
    ("origin", "uuid | null", "The delivery that it repeats."),
    ("attempt", "integer 0..", "Attempts begun so far."),
    ("last_status", "integer | null", ""),
    ("last_error", "string | null", ""),
    ("next_at", "integer | null", "Unix milliseconds."),
    ("created_at", "instant", ""),
];

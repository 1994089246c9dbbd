//! What `/docs/webhooks` shows as code and in tables.

use leptos::prelude::*;

/// A name, and what it means.
pub type Row = (&'static str, &'static str);

pub const CURL: &str = r#"curl HOST/api/v1/webhooks -H "Authorization: Bearer $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{"url": "https://example.com/hooks", "events": ["VideoCTA", "VideoLeadGenaration"], "description": "Our CRM"}'"#;

pub const TEST: &str = r#"curl HOST/api/v1/webhooks/$ID/test -H "Authorization: Bearer $API_KEY" \
  -H "Content-Type: application/json" -d '{"event": "VideoCTA"}'"#;

pub const ROTATE: &str = r#"curl -X POST HOST/api/v1/webhooks/$ID/rotate -H "Authorization: Bearer $API_KEY""#;

pub const REPLAY: &str = r#"curl HOST/api/v1/webhooks/$ID/replay -H "Authorization: Bearer $API_KEY" \
  -H "Content-Type: application/json" -d "{\"from\": $(date -d '7 days ago' +%s)000, \"which\": \"missed\"}"
curl HOST/api/v1/webhooks/$ID/replays -H "Authorization: Bearer $API_KEY""#;

pub const LISTEN: &str = r#"export CUEPOINT_API_KEY=cue_…
cuepoint listen --server HOST
cuepoint listen --server HOST --events VideoCTA --forward http://127.0.0.1:4000/ --secret "$WHSEC""#;

/// Whole receivers: name, language of the page's colours, code. Tests run the first two.
pub const RECEIVERS: &[(&str, &str, &str)] = &[
    ("Node", "js", include_str!("../../../../end2end/receivers/receiver.mjs")),
    ("Python", "py", include_str!("../../../../end2end/receivers/receiver.py")),
    ("Rust", "rs", include_str!("../../../../server/examples/receiver.rs")),
    ("Go", "go", include_str!("../../../../end2end/receivers/receiver.go")),
    ("PHP", "php", include_str!("../../../../end2end/receivers/receiver.php")),
];

pub const HEADERS: &[Row] = &[
    ("webhook-id", "The message's id: the same as hook.uuid, on every attempt."),
    ("webhook-timestamp", "When this attempt was made, in Unix seconds. Refuse what is more than five minutes off."),
    (
        "webhook-signature",
        "v1, and the base64 of HMAC-SHA256 over id.timestamp.body; during a rotation two of them with a blank between.",
    ),
    ("x-hippo-signature", "The hex, in lower case, of HMAC-SHA256 over the body."),
];

pub const EVENTS: &[Row] = &[
    ("VideoCreated", "A file is known to hold a video. metadata.created_by names who brought it."),
    ("VideoTranscoded", "A video is ready, or failed: type, video_token, state, error?"),
    ("VideoPlayedSessions", "A viewing session ended: percentagePlayed, email"),
    ("VideoCTA", "A call to action was clicked: ctaUrl, ctaId, ctaText, ctaTargetUrl, ctaClickedTime, email"),
    ("VideoLeadGenaration", "A form was accepted: firstName, lastName, email, phone, fields, consent, formId"),
    (
        "VideoAnnotation",
        "An annotation was clicked: annotationText, annotationUrl, annotationClickedTime, email; in payload once more, as older clients read it",
    ),
    ("VideoQuestion", "A poll or quiz was answered: question, choice, choices, correct, questionId, email"),
    ("VideoEndScreen", "A card of the end screen was clicked: card, cardIndex, url, endScreenId, email"),
    ("VideoComment", "A comment was posted: comment {id, text, at, author, state}, email"),
    ("VideoReply", "A reply was posted: comment, parent, email"),
    ("VideoReaction", "A viewer reacted: reaction, at, email"),
    ("EndpointDisabled", "Another endpoint of the account was switched off: endpoint {id, url, description}, reason"),
];

pub const FIELDS: &[Row] = &[
    ("hook.uuid", "The message's id, by which copies are told."),
    ("eventTimestamp", "When it happened, in Unix milliseconds, as text."),
    ("media", "The video: videoId, name, duration in seconds, and its addresses."),
    ("email", "The viewer's, or null where nobody knows it."),
    ("metadata.account_id", "The account's number, as text."),
    ("metadata.test", "true in messages that you have asked for by a test; not there in all others."),
];

pub const ATTEMPTS: &[Row] = &[
    ("1", "at once"),
    ("2", "5 s"),
    ("3", "5 minutes"),
    ("4", "30 minutes"),
    ("5", "2 hours"),
    ("6", "5 hours"),
    ("7", "10 hours"),
    ("8", "14 hours"),
    ("9", "20 hours"),
    ("10", "24 hours; then the delivery is dead, and can be sent again by hand"),
];

pub const SETTINGS: &[Row] = &[
    ("url, events, description", "Where to, of what, and a note for you."),
    ("state", "enabled or disabled; disabled_reason is owner, gone (410) or failing."),
    ("timeout_s", "How long one attempt may take in all, 1 to 15 s; usually 15."),
    ("rate", "Deliveries a second, 1 to 1000; null is as many as it takes."),
    ("concurrency", "Deliveries at the same time, 1 to 64; usually 8."),
    ("ordered", "true sends one video's messages one after the other."),
    ("breaker", "closed, paused or open, until when, and since when nothing was taken."),
];

pub const API: &[Row] = &[
    ("GET, POST /api/v1/webhooks", "All endpoints; a new one: url, events, secret_key?, and the settings above."),
    ("GET, PATCH, DELETE /api/v1/webhooks/{id}", "One endpoint. What PATCH does not name stays."),
    ("POST /api/v1/webhooks/{id}/rotate", "Another secret: secret_key, or one made for you."),
    (
        "POST /api/v1/webhooks/{id}/test",
        "Sends a message of an event now, and answers what came of it; five at a time.",
    ),
    ("GET /api/v1/webhooks/{id}/deliveries", "The log, newest first."),
    ("GET /api/v1/deliveries/{id}", "One delivery with every attempt."),
    ("POST /api/v1/deliveries/{id}/resend", "Sends one that is over once more; one that waits, at once."),
    ("POST /api/v1/webhooks/{id}/replay", "from, until?, events?, video_id?, which? (missed, all)"),
    ("GET /api/v1/webhooks/{id}/replays", "The endpoint's replays, newest first."),
    ("GET, DELETE /api/v1/webhooks/{id}/replays/{replay}", "How far it has come; stops it."),
    ("GET /api/v1/webhooks/stream", "Messages as server-sent events: events?, after?"),
];

pub fn table(name: &'static str, heads: [&'static str; 2], rows: &'static [Row]) -> AnyView {
    view! {
        <table class="docs-table">
            <caption>{name}</caption>
            <thead><tr>{heads.map(|head| view! { <th scope="col">{head}</th> })}</tr></thead>
            <tbody>{rows.iter().map(|(name, means)| view! {
                <tr><th scope="row"><code>{*name}</code></th><td>{*means}</td></tr>
            }).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

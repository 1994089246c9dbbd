//! What a webhook says: one envelope, and the body under the event's name (WIRE.md, sections 5 and 6).

pub mod sample;

use crate::store::endpoints::Endpoint;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Said to an account's other endpoints when one of them is switched off because it fails.
pub const ENDPOINT_DISABLED: &str = "EndpointDisabled";
/// Every event that can be subscribed to, by its name on the wire.
pub const EVENTS: [&str; 12] = [
    "VideoCreated",
    "VideoTranscoded",
    "VideoPlayedSessions",
    "VideoCTA",
    "VideoLeadGenaration",
    "VideoAnnotation",
    "VideoQuestion",
    "VideoEndScreen",
    "VideoComment",
    "VideoReply",
    "VideoReaction",
    ENDPOINT_DISABLED,
];

/// The video that a message is about.
pub struct Media<'a> {
    pub video_id: i64,
    pub token: &'a str,
    pub title: &'a str,
    pub duration_ms: Option<i64>,
    /// Without a trailing slash.
    pub public_url: &'a str,
}

/// What is said under the event's name, its keys in the order of the wire.
pub struct Body {
    /// None where no video is meant.
    media: Option<MediaOnWire>,
    own: Map<String, Value>,
    /// Not where a form may ask for it: then it stands among `own`, in its place.
    email: Option<Option<String>>,
    /// Who made the video, beside the account.
    by: Option<String>,
    /// It only shows what such a message looks like.
    is_test: bool,
}

/// The keys that older clients know, in the order in which they know them; all others come after.
const ORDER: [&str; 15] = [
    "percentagePlayed",
    "ctaUrl",
    "ctaId",
    "ctaText",
    "ctaTargetUrl",
    "ctaClickedTime",
    "firstName",
    "lastName",
    "email",
    "phone",
    "fields",
    "annotationText",
    "annotationUrl",
    "annotationClickedTime",
    "question",
];

impl Body {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let mut own: Vec<_> = self.own.iter().collect();
        own.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
        for (name, value) in own {
            map.serialize_entry(name, value)?;
        }
        match &self.email {
            Some(email) => map.serialize_entry("email", email),
            None => Ok(()),
        }
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(media) = &self.media {
            map.serialize_entry("media", media)?;
        }
        self.write(&mut map)?;
        map.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MediaOnWire {
    video_id: i64,
    thumbnail: String,
    name: String,
    share_url: String,
    embed_url: String,
    /// Seconds; null until known.
    duration: Option<f64>,
}

impl From<&Media<'_>> for MediaOnWire {
    fn from(media: &Media<'_>) -> Self {
        let Media { video_id, token, title, duration_ms, public_url } = *media;
        Self {
            video_id,
            thumbnail: format!("{public_url}/thumbnails/{token}_play.jpg"),
            name: title.to_owned(),
            share_url: format!("{public_url}/video/play/{token}"),
            embed_url: format!("{public_url}/video/embed/{token}"),
            duration: duration_ms.map(|ms| ms as f64 / 1000.0),
        }
    }
}

/// `VideoPlayedSessions`: how much of the video was seen, 0 to 100.
pub fn played_session(media: &Media<'_>, percent: u8, email: Option<&str>) -> Body {
    answered(media, json!({ "percentagePlayed": percent }), email)
}

/// An interaction was answered; `own` is the object with the keys of its kind. What a form was told comes
/// before `email`, by which the viewer is known.
pub fn answered(media: &Media<'_>, own: Value, email: Option<&str>) -> Body {
    let mut own = match own {
        Value::Object(own) => own,
        _ => Map::new(),
    };
    let email = match own.get_mut("email") {
        Some(told) => {
            if told.is_null() {
                *told = email.into();
            }
            None
        }
        None => Some(email.map(str::to_owned)),
    };
    Body { media: Some(media.into()), own, email, by: None, is_test: false }
}

/// `VideoCreated` and `VideoTranscoded`, which no viewer has caused; `by` is the owner's e-mail address.
pub fn prepared(media: &Media<'_>, own: Value, by: Option<String>) -> Body {
    Body { email: None, by, ..answered(media, own, None) }
}

/// `EndpointDisabled`: which, and why.
pub fn endpoint_disabled(endpoint: &Endpoint, why: &str, public_url: &str) -> Body {
    let Endpoint { id, url, description, failing_since, .. } = endpoint;
    let own = json!({
        "endpoint": { "id": id, "url": url, "description": description },
        "reason": why,
        "failingSince": failing_since,
        "endpointUrl": format!("{public_url}/api/v1/webhooks/{id}"),
    });
    let Value::Object(own) = own else { unreachable!("an object was written") };
    Body { media: None, own, email: None, by: None, is_test: false }
}

/// The message as it is signed and sent. `hook_id` is the message's id, `at` its Unix millisecond.
pub fn envelope(hook_id: Uuid, event: &str, at: i64, account_id: i64, body: &Body) -> String {
    let envelope = Envelope { hook_id, event, at, account_id, body };
    // Text, numbers and maps with text keys are always JSON.
    serde_json::to_string(&envelope).unwrap_or_default()
}

/// The event that is also said in an older way.
const ANNOTATION: &str = "VideoAnnotation";

/// An annotation as older clients read it: the video under the event's name, the rest beside it.
struct Nested<'a>(&'a Body);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OlderMedia<'a> {
    video_id: i64,
    thumbnail: &'a str,
    name: &'a str,
    share_url: &'a str,
    embed_url: &'a str,
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(MediaOnWire { video_id, thumbnail, name, share_url, embed_url, .. }) = &self.0.media {
            let older = OlderMedia { video_id: *video_id, thumbnail, name, share_url, embed_url };
            map.serialize_entry(ANNOTATION, &older)?;
        }
        self.0.write(&mut map)?;
        map.end()
    }
}

struct Envelope<'a> {
    hook_id: Uuid,
    event: &'a str,
    at: i64,
    account_id: i64,
    body: &'a Body,
}

impl Serialize for Envelope<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("hook", &json!({ "uuid": self.hook_id }))?;
        map.serialize_entry("eventName", self.event)?;
        map.serialize_entry("eventTimestamp", &self.at.to_string())?;
        if self.event == ANNOTATION {
            map.serialize_entry("payload", &Nested(self.body))?;
        }
        map.serialize_entry(self.event, self.body)?;
        map.serialize_entry("metadata", &Metadata(self))?;
        map.end()
    }
}

struct Metadata<'a>(&'a Envelope<'a>);

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Envelope { account_id, body, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("account_id", &account_id.to_string())?;
        if let Some(by) = &body.by {
            map.serialize_entry("created_by", by)?;
        }
        if body.is_test {
            map.serialize_entry("test", &true)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_duration_is_null() {
        let media = Media { video_id: 1, token: "t", title: "x", duration_ms: None, public_url: "" };
        let json = serde_json::to_value(played_session(&media, 0, None)).expect("a body is JSON");
        assert_eq!(json["media"]["duration"], Value::Null);
        assert_eq!(json["email"], Value::Null);
    }

    #[test]
    fn what_a_form_was_told_comes_before_what_is_known() {
        let media = Media { video_id: 1, token: "t", title: "x", duration_ms: None, public_url: "" };
        let told = |own: Value, known| {
            let json = serde_json::to_value(answered(&media, own, known)).expect("a body is JSON");
            json["email"].clone()
        };
        assert_eq!(told(json!({ "email": "typed@example.com" }), Some("known@example.com")), "typed@example.com");
        assert_eq!(told(json!({ "email": null }), Some("known@example.com")), "known@example.com");
        assert_eq!(told(json!({}), Some("known@example.com")), "known@example.com");
        assert_eq!(told(json!({ "email": null }), None), Value::Null);
    }
}

//! What a webhook says: one envelope, and the body under the event's name (WIRE.md, sections 5 and 6).

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Every event that can be subscribed to, by its name on the wire.
pub const EVENTS: [&str; 11] = [
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
#[derive(Serialize)]
pub struct Body {
    media: MediaOnWire,
    #[serde(flatten)]
    own: Map<String, Value>,
    /// Not where a form asked for it: then its answer stands among `own`.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<Option<String>>,
    /// Who made the video, beside the account.
    #[serde(skip)]
    by: Option<String>,
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

/// An interaction was answered; `own` is the object with the keys of its kind.
pub fn answered(media: &Media<'_>, own: Value, email: Option<&str>) -> Body {
    let own = match own {
        Value::Object(own) => own,
        _ => Map::new(),
    };
    let asked = own.contains_key("email");
    Body { media: media.into(), own, email: (!asked).then(|| email.map(str::to_owned)), by: None }
}

/// `VideoCreated` and `VideoTranscoded`, which no viewer has caused; `by` is the owner's e-mail address.
pub fn prepared(media: &Media<'_>, own: Value, by: Option<String>) -> Body {
    Body { email: None, by, ..answered(media, own, None) }
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

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Body { media, own, email, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            ANNOTATION,
            &json!({
                "videoId": media.video_id, "thumbnail": media.thumbnail, "name": media.name,
                "shareUrl": media.share_url, "embedUrl": media.embed_url,
            }),
        )?;
        for (name, value) in own {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("email", email)?;
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
        let mut metadata = json!({ "account_id": self.account_id.to_string() });
        if let Some(by) = &self.body.by {
            metadata["created_by"] = by.as_str().into();
        }
        map.serialize_entry("metadata", &metadata)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAYED: &str = r#"{
  "hook": { "uuid": "fb9f6d19-921f-48c5-9a10-69c39e5fa13c" },
  "eventName": "VideoPlayedSessions",
  "eventTimestamp": "1542364983607",
  "VideoPlayedSessions": {
    "media": {
      "videoId": 444076,
      "thumbnail": "https://video.example.com/thumbnails/mp1lhvzM9gyOY1mg19Fl2Q_play.jpg",
      "name": "Pro edit full flow",
      "shareUrl": "https://video.example.com/video/play/mp1lhvzM9gyOY1mg19Fl2Q",
      "embedUrl": "https://video.example.com/video/embed/mp1lhvzM9gyOY1mg19Fl2Q",
      "duration": 171.689
    },
    "percentagePlayed": 100,
    "email": "support@hippovideo.io"
  },
  "metadata": { "account_id": "24880" }
}"#;

    const CLICKED: &str = r#"{
  "hook": { "uuid": "ffc5bf89-16e8-428d-92e8-a94016b5e8f2" },
  "eventName": "VideoCTA",
  "eventTimestamp": "1542191371256",
  "VideoCTA": {
    "media": {
      "videoId": 809864,
      "thumbnail": "https://video.example.com/thumbnails/c9ryLBsotAVJITn12NZIKg_play.jpg",
      "name": "A",
      "shareUrl": "https://video.example.com/video/play/c9ryLBsotAVJITn12NZIKg",
      "embedUrl": "https://video.example.com/video/embed/c9ryLBsotAVJITn12NZIKg",
      "duration": 146.912
    },
    "ctaUrl": "https://video.example.com/video/cta/809864",
    "email": null
  },
  "metadata": { "account_id": "60753" }
}"#;

    fn media<'a>(video_id: i64, token: &'a str, title: &'a str, duration_ms: Option<i64>) -> Media<'a> {
        Media { video_id, token, title, duration_ms, public_url: "https://video.example.com" }
    }

    fn id(text: &str) -> Uuid {
        text.parse().expect("a UUID")
    }

    /// The text without blanks outside of strings: key order and number forms stay.
    fn dense(json: &str) -> String {
        let mut quoted = false;
        let visible = json.chars().filter(|c| {
            quoted ^= *c == '"';
            quoted || !c.is_whitespace()
        });
        visible.collect()
    }

    #[test]
    fn a_played_session_reads_as_the_wire_writes_it() {
        let media = media(444_076, "mp1lhvzM9gyOY1mg19Fl2Q", "Pro edit full flow", Some(171_689));
        let body = played_session(&media, 100, Some("support@hippovideo.io"));
        let hook = id("fb9f6d19-921f-48c5-9a10-69c39e5fa13c");
        let text = envelope(hook, "VideoPlayedSessions", 1_542_364_983_607, 24_880, &body);
        assert_eq!(text, dense(PLAYED));
    }

    #[test]
    fn a_click_reads_as_the_wire_writes_it() {
        let media = media(809_864, "c9ryLBsotAVJITn12NZIKg", "A", Some(146_912));
        let own = json!({ "ctaUrl": "https://video.example.com/video/cta/809864" });
        let body = answered(&media, own, None);
        let hook = id("ffc5bf89-16e8-428d-92e8-a94016b5e8f2");
        assert_eq!(envelope(hook, "VideoCTA", 1_542_191_371_256, 60_753, &body), dense(CLICKED));
    }

    #[test]
    fn an_unknown_duration_is_null() {
        let body = played_session(&media(1, "t", "x", None), 0, None);
        let json = serde_json::to_value(&body).expect("a body is JSON");
        assert_eq!(json["media"]["duration"], Value::Null);
        assert_eq!(json["email"], Value::Null);
    }
}

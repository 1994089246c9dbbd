//! Every body to the byte: those that the contract writes out, and one of each event.

use super::super::{EVENTS, envelope};
use super::*;

/// The text without blanks outside of strings: key order and number forms stay.
fn dense(json: &str) -> String {
    let mut quoted = false;
    let visible = json.chars().filter(|c| {
        quoted ^= *c == '"';
        quoted || !c.is_whitespace()
    });
    visible.collect()
}

fn media<'a>(video_id: i64, token: &'a str, title: &'a str, duration_ms: i64) -> Media<'a> {
    Media { video_id, token, title, duration_ms: Some(duration_ms), public_url: "https://video.example.com" }
}

fn id(text: &str) -> Uuid {
    text.parse().expect("a UUID")
}

#[test]
fn a_played_session_reads_as_the_wire_writes_it() {
    let media = media(444_076, "mp1lhvzM9gyOY1mg19Fl2Q", "Pro edit full flow", 171_689);
    let body = played_session(&media, 100, Some("support@hippovideo.io"));
    let hook = id("fb9f6d19-921f-48c5-9a10-69c39e5fa13c");
    let text = envelope(hook, "VideoPlayedSessions", 1_542_364_983_607, 24_880, &body);
    assert_eq!(text, dense(include_str!("golden/wire/VideoPlayedSessions.json")));
}

#[test]
fn a_created_video_reads_as_the_wire_writes_it() {
    let media = media(834_871, "FCNN4s7tKjCOaecmg6hjzw", "Hey Ashley", 13_760);
    let body = prepared(&media, json!({}), Some("support@hippovideo.io".into()));
    let hook = id("598210b8-e373-48eb-ac3f-4b8f08fa8066");
    let text = envelope(hook, "VideoCreated", 1_542_032_461_018, 60_753, &body);
    assert_eq!(text, dense(include_str!("golden/wire/VideoCreated.json")));
}

#[test]
fn a_click_reads_as_the_wire_writes_it() {
    let media = media(809_864, "c9ryLBsotAVJITn12NZIKg", "A", 146_912);
    // The wire's example has the compatible keys alone; ours come after them.
    let body = answered(&media, json!({ "ctaUrl": "https://video.example.com/video/cta/809864" }), None);
    let hook = id("ffc5bf89-16e8-428d-92e8-a94016b5e8f2");
    let text = envelope(hook, "VideoCTA", 1_542_191_371_256, 60_753, &body);
    assert_eq!(text, dense(include_str!("golden/wire/VideoCTA.json")));
}

#[test]
fn a_form_reads_as_the_wire_writes_it() {
    let media = media(826_784, "U4GZz3AFN8vHcplqEYl7Fg", "Sales demo", 139_203);
    let own = json!({
        "fields": { "company": "Example Ltd" }, "phone": "2132121", "email": "support@hippovideo.io",
        "lastName": "Ch", "firstName": "Varun",
    });
    let hook = id("681dc0a4-1baa-497e-b9c4-674a66924f88");
    let text = envelope(hook, "VideoLeadGenaration", 1_542_020_582_260, 24_880, &answered(&media, own, None));
    assert_eq!(text, dense(include_str!("golden/wire/VideoLeadGenaration.json")));
}

#[test]
fn an_annotation_reads_as_the_wire_writes_it() {
    let media = media(814_440, "cS-qeih4T7LkWzhQnYbzVA", "Hey, How are you?", 42_500);
    let spec = json!({ "kind": "annotation", "spec": { "text": "Google", "url": "https://www.google.co.in/" } });
    let spec: Spec = serde_json::from_value(spec).expect("an annotation");
    let own = spec.kind().notice(Uuid::nil(), 0, &json!({}), "");
    let hook = id("e72c91f5-9c7a-4419-bd1e-c1d3d17ae3ef");
    let body = answered(&media, own, Some("support@hippovideo.io"));
    let text = envelope(hook, "VideoAnnotation", 1_541_759_939_981, 60_753, &body);
    assert_eq!(text, dense(include_str!("golden/wire/VideoAnnotation.json")));
}

/// With `GOLDEN=write` in the environment the files are written anew: read the difference.
#[test]
fn every_event_reads_as_its_golden_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/webhook/notice/sample/golden");
    let media = media(1_000_001, "demoTourOfCuepoint0001", "A tour of Cuepoint", 60_000);
    for event in EVENTS {
        let body = of(event, &media, "owner@example.com").expect(event);
        let text = envelope(Uuid::from_u128(1), event, 1_732_312_345_123, 7, &body);
        let path = format!("{folder}/{event}.json");
        if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
            std::fs::write(&path, format!("{text}\n")).expect("a file");
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(format!("{text}\n"), golden, "{event}");
    }
    assert!(of("Nonsense", &media, "").is_none());
}

//! What authors may write: every bad definition has a sentence of its own, and the schema knows what it can.

use super::{KINDS, call, flaws, one, set};
use crate::support::{API_KEY, App};
use reqwest::Method;
use serde_json::{Value, json};

/// A kind, what is set where, the flaw that comes of it, and whether the schema sees it too.
type Case = (&'static str, &'static str, Value, &'static str, &'static str, bool);

const SAME: &str = "";
const TIME: &str = "must be {\"s\":20}, {\"pct\":15}, {\"from_end_s\":15}, \"before\" or \"end\"";
const PLACE: &str =
    "must be {\"overlay\":{x,y,w,h}}, {\"banner\":{\"edge\":\"top\" or \"bottom\"}}, \"modal\" or \"card\"";
const DAY: &str = "must be between 0 and 86400";
const LINK: &str = "must be an https, http, mailto or tel address";
const ACTION: &str = "must be {\"url\":…}, {\"seek_s\":…} or {\"play_video\":{\"token\":…}}";
const BOX: &str = "the box must have a size and stay inside the frame (percent)";

fn long(n: usize) -> Value {
    Value::String("x".repeat(n))
}

fn field(change: Value) -> Value {
    let mut field = json!({"type": "text", "name": "x", "label": "X"});
    for (name, value) in change.as_object().expect("fields") {
        field[name] = value.clone();
    }
    json!([field])
}

fn in_general() -> Vec<Case> {
    vec![
        ("cta", "/kind", json!("dance"), SAME, "must be one of annotation, cta, lead_form, poll, end_screen", true),
        ("cta", "/kind", Value::Null, SAME, "must be one of annotation, cta, lead_form, poll, end_screen", true),
        ("cta", "/draft", json!("yes"), SAME, "must be true or false", true),
        ("cta", "/at", json!("soon"), SAME, TIME, true),
        ("cta", "/at", json!({"s": "20"}), SAME, TIME, true),
        ("cta", "/at", Value::Null, SAME, "is missing; it must be", true),
        ("cta", "/at", json!({"s": -1}), "/at/s", DAY, true),
        ("cta", "/at", json!({"s": 90_000}), "/at/s", DAY, true),
        ("cta", "/at", json!({"pct": 101}), "/at/pct", "must be between 0 and 100", true),
        ("cta", "/at", json!({"from_end_s": -0.5}), "/at/from_end_s", DAY, true),
        ("cta", "/layout", json!("popup"), SAME, PLACE, true),
        ("cta", "/layout", json!({"overlay": {"x": 1}}), SAME, PLACE, true),
        ("cta", "/layout", json!({"banner": {"edge": "left"}}), SAME, PLACE, true),
        ("cta", "/layout", Value::Null, SAME, "is missing; it must be", true),
        ("cta", "/layout", json!({"overlay": {"x": 80, "y": 0, "w": 30, "h": 20}}), "/layout/overlay", BOX, false),
        ("cta", "/layout", json!({"overlay": {"x": 0, "y": 0, "w": 0, "h": 20}}), "/layout/overlay", BOX, false),
        ("cta", "/layout", json!({"overlay": {"x": -1, "y": 0, "w": 9, "h": 20}}), "/layout/overlay", BOX, true),
        ("cta", "/duration_s", json!(0), SAME, "must be between 0.1 and 86400", true),
        ("cta", "/duration_s", json!("8"), SAME, "invalid type: string \"8\", expected f64", true),
        ("cta", "/pause", json!("yes"), SAME, "invalid type: string \"yes\", expected a boolean", true),
        (
            "cta",
            "/gate",
            json!("iron"),
            SAME,
            "unknown variant `iron`, expected one of `none`, `soft`, `required`",
            true,
        ),
        ("cta", "/skip", json!({"after_s": 601}), "/skip/after_s", "must be between 0 and 600", true),
        ("cta", "/skip", json!({"label": ""}), "/skip/label", "needs 1 to 40 characters", true),
        ("cta", "/skip", json!({"label": "x".repeat(41)}), "/skip/label", "needs 1 to 40 characters", true),
        ("cta", "/skip", json!({"allowed": 1}), "/skip/allowed", "invalid type: integer `1`, expected a boolean", true),
        ("cta", "/frequency", json!("often"), SAME, "unknown variant `often`", true),
        ("cta", "/skip_if_known", json!(3), SAME, "invalid type: integer `3`, expected a boolean", true),
    ]
}

fn of_clicks() -> Vec<Case> {
    let play = |token: &str, at_s: i64| json!({"play_video": {"token": token, "at_s": at_s}});
    vec![
        ("cta", "/spec", json!("Go"), SAME, "invalid type: string \"Go\", expected struct Cta", true),
        ("cta", "/spec/label", json!(""), SAME, "needs 1 to 80 characters", true),
        ("cta", "/spec/label", json!("  "), SAME, "needs 1 to 80 characters", false),
        ("cta", "/spec/label", long(81), SAME, "needs 1 to 80 characters", true),
        ("cta", "/spec/label", Value::Null, SAME, "is missing", true),
        ("cta", "/spec/label", json!(7), SAME, "invalid type: integer `7`, expected a string", true),
        ("cta", "/spec/label", json!("a\u{7}b"), SAME, "has control characters", false),
        ("cta", "/spec/description", long(301), SAME, "may have at most 300 characters", true),
        ("cta", "/spec/action", json!({}), SAME, ACTION, true),
        ("cta", "/spec/action", json!({"url": "javascript:alert(1)"}), "/spec/action/url", LINK, true),
        ("cta", "/spec/action", json!({"url": " javascript:alert(1)"}), "/spec/action/url", LINK, true),
        ("cta", "/spec/action", json!({"url": "data:text/html,x"}), "/spec/action/url", LINK, true),
        ("cta", "/spec/action", json!({"url": "/relative"}), "/spec/action/url", LINK, true),
        (
            "cta",
            "/spec/action",
            json!({"url": format!("https://example.com/{}", "x".repeat(2_048))}),
            "/spec/action/url",
            LINK,
            true,
        ),
        ("cta", "/spec/action", json!({"seek_s": -1}), "/spec/action/seek_s", DAY, true),
        (
            "cta",
            "/spec/action",
            play("nonsense", 0),
            "/spec/action/play_video/token",
            "is not the token of a video",
            true,
        ),
        ("cta", "/spec/action", play("AAAAAAAAAAAAAAAAAAAAAA", -1), "/spec/action/play_video/at_s", DAY, true),
        (
            "cta",
            "/spec/action",
            play("AAAAAAAAAAAAAAAAAAAAAA", 0),
            "/spec/action/play_video/token",
            "is not the token of a video of yours",
            false,
        ),
        ("cta", "/spec/image", json!({}), "/spec/image/src", "is missing", true),
        (
            "cta",
            "/spec/image",
            json!({"src": "ftp://example.com/a.png"}),
            "/spec/image/src",
            "must be an https or http address",
            true,
        ),
        (
            "cta",
            "/spec/image",
            json!({"src": "data:image/png;base64,AA"}),
            "/spec/image/src",
            "must be an https or http address",
            true,
        ),
        (
            "cta",
            "/spec/image",
            json!({"src": "https://example.com/a.png", "alt": "x".repeat(201)}),
            "/spec/image/alt",
            "may have at most 200 characters",
            true,
        ),
        ("annotation", "/spec/text", json!(""), SAME, "needs 1 to 200 characters", true),
        ("annotation", "/spec/text", long(201), SAME, "needs 1 to 200 characters", true),
        ("annotation", "/spec/url", json!("javascript:alert(1)"), SAME, LINK, true),
        ("annotation", "/spec/seek_to_s", json!(5), SAME, "leave it out, or the url: a click does one thing", false),
        ("annotation", "/spec/hotspot", json!("yes"), SAME, "invalid type: string \"yes\", expected a boolean", true),
        ("annotation", "/spec", json!({"text": "x", "seek_to_s": -1}), "/spec/seek_to_s", DAY, true),
        ("end_screen", "/gate", json!("required"), SAME, "holds nothing back at the end", false),
        ("end_screen", "/spec/cards", json!([]), SAME, "needs 1 to 6 cards", true),
        (
            "end_screen",
            "/spec/cards",
            json!(vec![json!({"title": "x", "action": {"seek_s": 0}}); 7]),
            SAME,
            "needs 1 to 6 cards",
            true,
        ),
        ("end_screen", "/spec/cards/1/title", json!(""), SAME, "needs 1 to 100 characters", true),
        ("end_screen", "/spec/cards/1/title", long(101), SAME, "needs 1 to 100 characters", true),
        ("end_screen", "/spec/cards/1/action", json!({"url": "vbscript:x"}), "/spec/cards/1/action/url", LINK, true),
        ("end_screen", "/spec/cards/0/action", Value::Null, SAME, "is missing", true),
        ("end_screen", "/spec/next_after_s", json!(2), SAME, "must be between 3 and 60", true),
        ("end_screen", "/spec/next_after_s", json!(61), SAME, "must be between 3 and 60", true),
        ("end_screen", "/spec/replay", json!("yes"), SAME, "invalid type: string \"yes\", expected a boolean", true),
    ]
}

fn of_questions() -> Vec<Case> {
    let quiz = |correct: Value| json!({"question": "Q", "choices": ["A", "B"], "mode": "quiz", "correct": correct});
    vec![
        ("lead_form", "/spec/title", json!(""), SAME, "needs 1 to 120 characters", true),
        ("lead_form", "/spec/description", long(501), SAME, "may have at most 500 characters", true),
        ("lead_form", "/spec/submit_label", long(41), SAME, "may have at most 40 characters", true),
        ("lead_form", "/spec/thanks", long(201), SAME, "may have at most 200 characters", true),
        ("lead_form", "/spec/fields", json!([]), SAME, "needs 1 to 20 fields", true),
        ("lead_form", "/spec/fields", json!("all"), SAME, "invalid type: string \"all\", expected a sequence", true),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"name": "No!"})),
            "/spec/fields/0/name",
            "needs 1 to 40 of a-z, 0-9 and _",
            true,
        ),
        ("lead_form", "/spec/fields", field(json!({"name": "s"})), "/spec/fields/0/name", "is taken", false),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"name": "website_address"})),
            "/spec/fields/0/name",
            "is taken",
            false,
        ),
        ("lead_form", "/spec/fields/2/name", json!("email"), SAME, "stands there twice", false),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"type": "voice"})),
            "/spec/fields/0/type",
            "unknown variant `voice`",
            true,
        ),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"label": ""})),
            "/spec/fields/0/label",
            "needs 1 to 200 characters",
            false,
        ),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"max_len": 0})),
            "/spec/fields/0/max_len",
            "must be between 1 and 2000",
            true,
        ),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"max_len": 2_001})),
            "/spec/fields/0/max_len",
            "must be between 1 and 2000",
            true,
        ),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"type": "select"})),
            "/spec/fields/0/options",
            "needs 1 to 50 options",
            false,
        ),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"type": "radio", "options": vec!["o"; 51]})),
            "/spec/fields/0/options",
            "needs 1 to 50 options",
            true,
        ),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"type": "radio", "options": ["a", ""]})),
            "/spec/fields/0/options/1",
            "needs 1 to 120 characters",
            true,
        ),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"autocomplete": "<x>"})),
            "/spec/fields/0/autocomplete",
            "is not a token of HTML's autocomplete",
            true,
        ),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"type": "hidden", "value": "x".repeat(2_001)})),
            "/spec/fields/0/value",
            "may have at most 2000 characters",
            true,
        ),
        (
            "lead_form",
            "/spec/fields",
            field(json!({"type": "consent"})),
            "/spec/fields/0/version",
            "is needed: it names the wording that was agreed to",
            false,
        ),
        ("lead_form", "/spec/fields/0/type", json!("consent"), "/spec/fields", "one consent is enough", false),
        ("poll", "/spec/question", long(301), SAME, "needs 1 to 300 characters", true),
        ("poll", "/spec/choices", json!(["A"]), SAME, "needs 2 to 8 choices", true),
        (
            "poll",
            "/spec/choices",
            json!(["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
            SAME,
            "needs 2 to 8 choices",
            true,
        ),
        ("poll", "/spec/choices/1", long(121), SAME, "needs 1 to 120 characters", true),
        ("poll", "/spec/choices/1", json!("Tea"), SAME, "stands there twice", true),
        ("poll", "/spec/mode", json!("exam"), SAME, "unknown variant `exam`", true),
        ("poll", "/spec/show_results", json!("now"), SAME, "unknown variant `now`", true),
        ("poll", "/spec/correct", json!([0]), SAME, "only a quiz has right choices", false),
        ("poll", "/spec/correct", json!([-1]), "/spec/correct/0", "invalid value: integer `-1`, expected usize", true),
        ("poll", "/spec", quiz(json!([])), "/spec/correct", "a quiz needs its right choices", false),
        ("poll", "/spec", quiz(json!([2])), "/spec/correct/0", "is not the place of a choice; the first is 0", false),
        ("poll", "/spec", quiz(json!([0, 1])), "/spec/correct", "only one can be picked", false),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_definition_has_its_own_message() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let schema = schema(&app).await;
    let cases = [in_general(), of_clicks(), of_questions()].concat();
    for (kind, place, to, at, says, in_schema) in cases {
        let mut bad = one(kind);
        set(&mut bad, place, to.clone());
        let what = format!("{kind} {place} {}", to.to_string().chars().take(80).collect::<String>());
        let answer = call(&app, Method::POST, &path, Some(&bad), API_KEY).await;
        let (at, found) = (if at.is_empty() { place } else { at }, flaws(&answer));
        if place != "/spec/fields/0/type" {
            assert_eq!(found.len(), 1, "{what}: {found:?}");
        }
        let flaw = found.iter().find(|(field, _)| *field == at).unwrap_or_else(|| panic!("{what}: {found:?}"));
        assert!(flaw.1.starts_with(says), "{what}: {flaw:?}");
        assert_eq!(schema.is_valid(&bad), !in_schema, "{what} by the schema");
    }
    assert_eq!(super::get(&app, &path).await["interactions"], json!([]));
}

async fn schema(app: &App) -> jsonschema::Validator {
    let answer = app.get("/api/v1/schema/interactions.json").send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "nobody needs a key for it");
    assert_eq!(answer.headers()["content-type"], "application/schema+json");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let schema: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    jsonschema::meta::validate(&schema).expect("a schema");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_takes_what_the_server_takes() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("{}/interactions", video.id);
    let schema = schema(&app).await;
    let mut good: Vec<Value> = KINDS.map(one).into();
    good.push(json!({
        "id": "0190a1b2-0000-7000-8000-000000000001", "kind": "cta", "at": {"s": 20}, "duration_s": 8,
        "layout": {"overlay": {"x": 60, "y": 70, "w": 30, "h": 20}},
        "pause": false, "gate": "none", "skip": {"allowed": true, "after_s": 0, "label": "Skip"},
        "frequency": "always", "skip_if_known": false,
        "spec": {"label": "Book a demo", "description": "15 minutes", "action": {"url": "https://example.com/demo"}}
    }));
    let with = |kind: &str, changes: &[(&str, Value)]| {
        let mut value = one(kind);
        for (place, to) in changes {
            set(&mut value, place, to.clone());
        }
        value
    };
    for at in [json!({"pct": 15}), json!({"from_end_s": 15}), json!("before"), json!("end")] {
        good.push(with("cta", &[("/at", at)]));
    }
    for layout in
        [json!({"banner": {"edge": "top"}}), json!({"banner": {"edge": "bottom"}}), json!("modal"), json!("card")]
    {
        good.push(with("cta", &[("/layout", layout)]));
    }
    for action in [
        json!({"url": "mailto:a@example.com"}),
        json!({"url": "tel:+4930"}),
        json!({"url": "HTTP://example.com", "new_tab": false}),
        json!({"seek_s": 3.5}),
        json!({"play_video": {"token": video.token}}),
    ] {
        good.push(with("cta", &[("/spec/action", action)]));
    }
    for kind in
        ["text", "email", "tel", "number", "select", "radio", "checkbox", "textarea", "date", "hidden", "consent"]
    {
        let field = json!({"type": kind, "name": "x", "label": "X", "required": true, "max_len": 100, "options": ["A"], "autocomplete": "given-name", "version": "v1", "value": "x"});
        good.push(with("lead_form", &[("/spec/fields", json!([field]))]));
    }
    good.push(with(
        "poll",
        &[("/spec/mode", json!("quiz")), ("/spec/correct", json!([1])), ("/spec/show_results", json!("after_end"))],
    ));
    good.push(with(
        "poll",
        &[("/spec/mode", json!("survey")), ("/spec/multiple", json!(true)), ("/spec/show_results", json!("never"))],
    ));
    good.push(with(
        "annotation",
        &[("/spec", json!({"text": "Look", "seek_to_s": 3, "hotspot": true})), ("/gate", json!("required"))],
    ));
    good.push(with("end_screen", &[("/spec/replay", json!(false)), ("/spec/next_after_s", json!(10))]));
    for definition in &good {
        let errors: Vec<String> = schema.iter_errors(definition).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{definition}: {errors:?}");
        let (status, answer) = call(&app, Method::POST, &path, Some(definition), API_KEY).await;
        assert_eq!(status, 201, "{definition}: {answer}");
    }
    let portable = super::get(&app, &format!("{path}/export")).await;
    assert!(schema.is_valid(&portable), "an exported timeline follows it");
    assert!(schema.is_valid(&super::get(&app, &path).await), "what is read can be sent");
}

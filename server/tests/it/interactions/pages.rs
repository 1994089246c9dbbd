//! What viewers get of a timeline: text as text, and nothing that is not for them.

use super::{KINDS, add, answer_to, faces, get, html, id_of, one};
use crate::support::{API_KEY, App, batch::View, json_of, on_each_engine, receiver::Receiver};
use serde_json::{Value, json};

on_each_engine! {
    text_of_authors_and_viewers_is_text_everywhere
    what_is_not_for_viewers_never_reaches_them
}

/// Short enough for every field.
const EVILS: [&str; 2] = ["\"'><img src=x onerror=alert(1)>", "</script><script>alert(1)</script>"];

/// As it stands in a page.
fn as_text(evil: &str) -> String {
    evil.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A definition of a kind with `evil` wherever its author may write.
fn evil_one(kind: &str, evil: &str, picture: Option<&Value>) -> Value {
    let action = json!({"url": format!("https://example.com/?q={evil}")});
    let spec = match kind {
        "annotation" => json!({"text": evil, "url": action["url"]}),
        "cta" => json!({"label": evil, "description": evil, "image": picture, "action": action}),
        "lead_form" => {
            let kinds = ["text", "email", "tel", "number", "textarea", "date", "checkbox"];
            let mut fields: Vec<Value> =
                kinds.iter().map(|kind| json!({"type": kind, "name": kind, "label": evil})).collect();
            for kind in ["select", "radio"] {
                fields.push(json!({"type": kind, "name": kind, "label": evil, "options": [evil, "Other"]}));
            }
            fields.push(json!({"type": "consent", "name": "yes", "label": evil, "version": evil}));
            fields.push(json!({"type": "hidden", "name": "hidden", "value": evil}));
            json!({"title": evil, "description": evil, "fields": fields, "submit_label": evil, "thanks": evil})
        }
        "poll" => json!({"question": evil, "choices": [evil, format!("{evil}2")]}),
        _ => json!({"cards": [{"title": evil, "image": picture, "action": action}]}),
    };
    json!({"kind": kind, "at": "before", "layout": "modal", "gate": "soft", "skip": {"label": evil}, "spec": spec})
}

async fn text_of_authors_and_viewers_is_text_everywhere(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(
        &receiver.url,
        &["VideoCTA", "VideoLeadGenaration", "VideoAnnotation", "VideoQuestion", "VideoEndScreen"],
    )
    .await;
    let mut hooks = 0;
    for evil in EVILS {
        let video = app.add_video(&[], |video| video.title = evil.into()).await;
        for kind in KINDS {
            let definition = evil_one(kind, evil, None);
            let created = add(&app, video.id, &definition).await;
            let id = id_of(&created);
            for (name, value) in definition["spec"].as_object().expect("fields") {
                if value.is_string() {
                    assert_eq!(&created["spec"][name], value, "{kind} {name} by the API");
                }
            }
            let mut seen = faces(&app, &video.token).await;
            for page in ["play", "embed"] {
                seen += &html(&app, &format!("/video/{page}/{}", video.token)).await;
            }
            for wrong in ["<img src=x", "<script>alert", "</script><script>alert", "\"'>"] {
                assert!(!seen.contains(wrong), "{kind}: {wrong}");
            }
            assert!(seen.contains(&as_text(evil)), "{kind} shows it as text");
            let given = match kind {
                "lead_form" => {
                    json!({"fields": {"text": evil, "textarea": evil, "select": evil, "radio": evil}, "consent": evil})
                }
                kind => answer_to(kind),
            };
            let mut view = View::of(&video.token);
            let event = view.event(5_000, json!({"type": "answer", "interaction": id, "answer": given}));
            let answer = app.record(&view.batch(&[event])).await.text().await.expect("a body");
            assert!(answer.contains("\"refused\":[]"), "{kind}: {answer}");
            hooks += 1;
            let hook = receiver.until(hooks).await[hooks - 1].json();
            let event = hook["eventName"].as_str().expect("a name");
            assert_eq!(hook[event]["media"]["name"], evil);
            let said = match kind {
                "annotation" => &hook[event]["annotationText"],
                "cta" => &hook[event]["ctaText"],
                "lead_form" => &hook[event]["fields"]["textarea"],
                "poll" => &hook[event]["question"],
                _ => &hook[event]["card"],
            };
            assert_eq!(said.as_str().map(|said| said.trim_end_matches('2')), Some(evil), "{kind} by webhook: {hook}");
            let link = format!("/video/cta/{}?i={id}&c=0", video.id);
            let answer = app.get(&link).send().await.expect("an answer");
            if let Some(to) = answer.headers().get("location") {
                assert!(to.to_str().is_ok_and(|to| to.starts_with("https://example.com/?q=")), "{kind}: {to:?}");
            }
        }
        assert_eq!(app.report(video.id).await["actions"]["no_of_actions"], 5);
        let asked = app.post(&format!("/api/v1/videos/{}/report-links", video.id)).bearer_auth(API_KEY);
        let url = json_of(asked).await["url"].as_str().expect("an address").to_owned();
        let report = html(&app, url.strip_prefix(&app.url).expect("on this server")).await;
        assert!(!report.contains("<img src=x") && !report.contains("<script>alert"), "{report}");
        assert!(report.contains(&as_text(evil)), "{report}");
        let list = get(&app, &format!("{}/interactions", video.id)).await;
        assert_eq!(list["interactions"].as_array().map(Vec::len), Some(5));
    }
}

async fn what_is_not_for_viewers_never_reaches_them(app: App) {
    let video = app.add_video(&[], |video| video.embed_hosts = Some(vec!["partner-only.example".into()])).await;
    for at in [json!("before"), json!({"s": 3}), json!("end")] {
        for kind in KINDS {
            let mut definition = one(kind);
            definition["at"] = at.clone();
            if kind == "poll" {
                definition["spec"]["mode"] = json!("quiz");
                definition["spec"]["correct"] = json!([2]);
                definition["spec"]["show_results"] = json!("never");
            }
            add(&app, video.id, &definition).await;
        }
    }
    let mut seen = faces(&app, &video.token).await;
    for page in ["play", "embed"] {
        let answer = app.get(&format!("/video/{page}/{}", video.token)).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        seen += &answer.text().await.expect("a body");
    }
    assert!(seen.contains("Tea or coffee?") && seen.contains("Stay in touch"));
    for secret in [
        "spring-secret",
        "campaign",
        "correct",
        "partner-only",
        "example.com/demo",
        "example.com/annotated",
        "sandbox@example.com",
    ] {
        assert!(!seen.contains(secret), "{secret}");
    }
}

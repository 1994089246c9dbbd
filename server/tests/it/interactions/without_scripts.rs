//! Forms and polls where no script runs: plain HTML forms and the pages that answer them.

use super::{add, html, id_of, one, session};
use crate::support::{App, on_each_engine};
use reqwest::Response;
use serde_json::json;
use uuid::Uuid;

on_each_engine! {
    an_answer_leads_back_to_the_page_and_opens_the_video
    what_was_entered_stays_when_something_is_wrong
    several_gates_open_one_after_the_other
    what_needs_no_answer_can_be_left
    only_our_own_pages_send_forms
}

async fn post(app: &App, path: &str, form: &str) -> (u16, Option<String>, String) {
    let request = app.post(path).header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
    let answer = request.send().await.expect("an answer");
    let to = answer.headers().get("location").map(|to| to.to_str().expect("text").to_owned());
    (answer.status().as_u16(), to, answer.text().await.expect("a body"))
}

/// Where the form of an interaction on a page is sent.
fn action(page: &str, id: Uuid) -> String {
    let forms = page.split("action=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    let action = forms.into_iter().find(|action| action.contains(&id.to_string())).expect("a form");
    action.replace("&amp;", "&")
}

fn gate(kind: &str) -> serde_json::Value {
    let mut gate = one(kind);
    gate["gate"] = json!("required");
    gate["at"] = json!("before");
    gate
}

const GOOD: &str = "first_name=Ada&email=ada%40example.com&company=Example&size=Large&consent=v3&website_address=";

async fn an_answer_leads_back_to_the_page_and_opens_the_video(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let form = id_of(&add(&app, video.id, &gate("lead_form")).await);
    let media = format!("/media/{}/video.mp4", video.token);
    let play = format!("/video/play/{}?lang=de&t=5", video.token);
    let page = html(&app, &play).await;
    assert!(!page.contains(&media) && page.contains("name=\"s\""));
    let good = format!("s={}&{GOOD}", session());
    let (status, to, _) = post(&app, &action(&page, form), &good).await;
    let to = to.expect("a way back");
    assert_eq!(status, 303);
    assert!(
        to.starts_with(&format!("/video/play/{}?", video.token)) && to.contains("g=") && to.contains("lang=de"),
        "{to}"
    );
    let open = html(&app, &to).await;
    assert!(open.contains(&format!("{media}#t=5")) && !open.contains("Stay in touch"), "{open}");
    assert_eq!(post(&app, &action(&page, form), &good).await.0, 303, "sent twice is sent");
    assert_eq!(app.report(video.id).await["actions"]["forms"], 1);
    assert_eq!(app.report(video.id).await["total_page_loads"], 1);

    let embed = html(&app, &format!("/video/embed/{}?color=5b50e0", video.token)).await;
    assert!(!embed.contains(&media));
    let (status, to, page) = post(&app, &action(&embed, form), &format!("s={}&{GOOD}", session())).await;
    assert_eq!((status, to), (200, None), "an embed never redirects");
    assert!(page.contains(&media) && !page.contains("Stay in touch"));
    assert_eq!(app.report(video.id).await["actions"]["forms"], 2);
}

async fn what_was_entered_stays_when_something_is_wrong(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut form = gate("lead_form");
    form["spec"]["fields"] = json!([
        {"type": "email", "name": "email", "label": "E-mail", "required": true},
        {"type": "text", "name": "company", "label": "Company"},
        {"type": "textarea", "name": "more", "label": "More"},
        {"type": "select", "name": "size", "label": "Size", "options": ["Small", "Large"]},
        {"type": "radio", "name": "pick", "label": "Pick", "options": ["A", "B"]},
        {"type": "checkbox", "name": "news", "label": "News"},
        {"type": "consent", "name": "agreed", "label": "Yes", "version": "v1"}
    ]);
    let form = id_of(&add(&app, video.id, &form).await);
    let mut poll = gate("poll");
    poll["spec"]["multiple"] = json!(true);
    let poll = id_of(&add(&app, video.id, &poll).await);
    let entered =
        "email=nobody&company=%3Cb%3EUs%3C%2Fb%3E&more=%3C%2Ftextarea%3Etwo&size=Large&pick=B&news=on&consent=v1";
    for (surface, expected) in [("play", 422), ("embed", 200)] {
        let page = html(&app, &format!("/video/{surface}/{}", video.token)).await;
        let (status, _, page) = post(&app, &action(&page, form), &format!("s={}&{entered}", session())).await;
        assert_eq!(status, expected, "{surface}");
        assert!(page.contains("Enter an e-mail address like name@example.com."), "{surface}");
        assert!(page.contains("aria-invalid=\"true\"") && !page.contains("video.mp4"));
        for kept in [
            "value=\"nobody\"",
            "value=\"&lt;b&gt;Us&lt;/b&gt;\"",
            ">&lt;/textarea&gt;two</textarea>",
            "<option value=\"Large\" selected>",
            "value=\"B\" checked",
            "value=\"on\" checked",
            "value=\"v1\" checked",
        ] {
            assert!(page.contains(kept), "{surface} {kept} in {}", page.split("<form").last().unwrap_or_default());
        }
        assert!(!page.contains("<option value=\"Small\" selected") && !page.contains("value=\"A\" checked"));
        let (status, _, page) = post(&app, &action(&page, poll), &format!("s={}", session())).await;
        assert_eq!(status, expected, "{surface}");
        assert!(page.contains("Pick one or more of the choices.") && !page.contains("value=\"0\" checked"));
        let (_, _, page) = post(&app, &action(&page, poll), &format!("s={}&choices=0&choices=7", session())).await;
        assert!(page.contains("value=\"0\" checked") && !page.contains("value=\"1\" checked"), "{page}");
    }
    let path = format!("/video/answer/{}/{form}", video.token);
    let quick = format!("s={}&email=a%40b.example", Uuid::now_v7());
    let (status, _, page) = post(&app, &path, &quick).await;
    assert!(status == 422 && page.contains("That was very quick. Please send it once more."));
    assert_eq!(app.report(video.id).await["actions"]["no_of_actions"], 0);
}

async fn several_gates_open_one_after_the_other(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let form = id_of(&add(&app, video.id, &gate("lead_form")).await);
    let poll = id_of(&add(&app, video.id, &gate("poll")).await);
    let mut soft = one("poll");
    soft["at"] = json!("before");
    soft["spec"]["question"] = json!("And milk?");
    let soft = id_of(&add(&app, video.id, &soft).await);
    let media = format!("/media/{}/video.mp4", video.token);
    let answers = [(form, GOOD.to_owned()), (poll, "choice=1".to_owned()), (soft, "choice=0".to_owned())];
    let mut page = html(&app, &format!("/video/play/{}", video.token)).await;
    for (i, (id, answer)) in answers.iter().enumerate() {
        assert_eq!(page.contains(&media), i == 2, "both gates are passed before the third question");
        let (status, to, _) = post(&app, &action(&page, *id), &format!("s={}&{answer}", session())).await;
        assert_eq!(status, 303);
        page = html(&app, &to.expect("a way back")).await;
        assert!(!page.contains(&format!("data-cue=\"{id}\"")), "what was answered does not ask again");
    }
    assert!(page.contains(&media));
    let mut page = html(&app, &format!("/video/embed/{}", video.token)).await;
    for (id, answer) in &answers {
        let (status, _, next) = post(&app, &action(&page, *id), &format!("s={}&{answer}", session())).await;
        assert_eq!(status, 200);
        page = next;
    }
    assert!(page.contains(&media) && !page.contains("And milk?"));
}

async fn what_needs_no_answer_can_be_left(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut soft = one("lead_form");
    soft["at"] = json!("before");
    soft["gate"] = json!("soft");
    let soft = id_of(&add(&app, video.id, &soft).await);
    let poll = id_of(&add(&app, video.id, &gate("poll")).await);
    for surface in ["play", "embed"] {
        let page = html(&app, &format!("/video/{surface}/{}", video.token)).await;
        let (_, to, answered) = post(&app, &action(&page, poll), &format!("s={}&choice=1", session())).await;
        let page = if surface == "play" { html(&app, &to.expect("a way back")).await } else { answered };
        let skip = page.split("href=\"").find(|rest| rest.contains(&format!("skip={soft}"))).expect("a way past it");
        let skip = skip.split('"').next().expect("an address").replace("&amp;", "&");
        assert!(skip.starts_with(&format!("/video/{surface}/")), "{skip}");
        let left = html(&app, &skip).await;
        assert!(!left.contains("Stay in touch") && left.contains("video.mp4"), "{surface}: and the gate stays open");
        let forced = html(&app, &format!("/video/{surface}/{}?skip={poll}", video.token)).await;
        assert!(forced.contains("Tea or coffee?") && !forced.contains("video.mp4"));
    }
}

async fn only_our_own_pages_send_forms(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let poll = id_of(&add(&app, video.id, &one("poll")).await);
    let path = format!("/video/answer/{}/{poll}", video.token);
    let send = |path: &str, name: &'static str, value: &'static str, body: String| {
        let request = app.post(path).header("content-type", "application/x-www-form-urlencoded").header(name, value);
        request.body(body).send()
    };
    let good = format!("s={}&choice=1", session());
    let status = |answer: Result<Response, reqwest::Error>| answer.expect("an answer").status().as_u16();
    assert_eq!(status(send(&path, "sec-fetch-site", "cross-site", good.clone()).await), 403);
    assert_eq!(status(send(&path, "origin", "https://evil.example", good.clone()).await), 403);
    for (path, body, expected) in [
        (format!("/video/answer/{}/{}", video.token, Uuid::now_v7()), good.clone(), 404),
        (format!("/video/answer/{}/nonsense", video.token), good.clone(), 404),
        (format!("/video/answer/{}/{poll}", "A".repeat(22)), good.clone(), 404),
        (path.clone(), "choice=1".into(), 400),
        (path.clone(), "s=6f9619ff-8b86-4011-b42d-00c04fc964ff&choice=1".into(), 400),
        (path.clone(), format!("{good}&x={}", "x".repeat(70_000)), 413),
        (path.clone(), good, 303),
    ] {
        assert_eq!(status(send(&path, "sec-fetch-site", "same-origin", body).await), expected, "{path}");
    }
    assert_eq!(app.report(video.id).await["actions"]["questions"], 1);
}

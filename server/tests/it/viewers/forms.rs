//! Forms: what they make known, and whom they need not ask.

use super::*;
use crate::support::{cta, on_each_engine, receiver::Receiver};
use app::interaction::Interaction;

on_each_engine! {
    who_fills_in_a_form_is_known_from_then_on
    a_cookie_remembers_who_filled_in_a_form
    who_filled_in_a_form_is_named_by_the_next_one_and_by_a_reaction
    a_known_viewer_finds_a_form_filled_in_or_gone
}

fn form(more: Value) -> Interaction {
    let mut form = json!({
        "id": Uuid::now_v7(), "kind": "lead_form", "at": "before", "layout": "modal",
        "spec": {"title": "Who are you?", "fields": [
            {"type": "text", "name": "first_name", "label": "First name"},
            {"type": "email", "name": "email", "label": "E-mail", "required": true},
            {"type": "text", "name": "company", "label": "Company"},
        ]}
    });
    for (name, value) in more.as_object().expect("an object") {
        form[name] = value.clone();
    }
    serde_json::from_value(form).expect("a form")
}

fn filled_in(view: &mut View, at: i64, form: &Interaction) -> Value {
    let fields = json!({"email": "lea@example.com", "first_name": "Lea", "company": "Example Ltd"});
    view.event(at, json!({"type": "answer", "interaction": form.id, "answer": {"fields": fields}}))
}

async fn who_fills_in_a_form_is_known_from_then_on(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoCTA", "VideoLeadGenaration"]).await;
    let (demo, form) = (cta("https://example.com/"), form(json!({})));
    let video = app.add_video(&[demo.clone(), form.clone()], |_| {}).await;
    let page = open(play(&app, &video, "")).await;
    let mut view = View::of(&video.token);
    let mut events = view.watching(15_000);
    events.push(view.click(15_100, demo.id));
    events.push(filled_in(&mut view, 16_000, &form));
    events.push(view.click(17_000, demo.id));
    let receipt = json_of(send(&app, &page, &view, &events)).await;
    assert_eq!((&receipt["recorded"], &receipt["refused"]), (&json!(6), &json!([])));
    let id = viewer_of(&app, &view).await;
    assert_eq!(Origin::of(id), Origin::Form);
    let known = contact(&app, id).await.expect("known");
    assert_eq!((known.email.as_deref(), known.first_name.as_deref()), (Some("lea@example.com"), Some("Lea")));
    assert_eq!((&known.fields["company"], known.verified), (&json!("Example Ltd"), false));
    let clicks = receiver.until(3).await;
    let mut mails: Vec<(String, Value)> = clicks
        .iter()
        .map(|hook| hook.json())
        .filter(|hook| hook["eventName"] == "VideoCTA")
        .map(|hook| (hook["hook"]["uuid"].to_string(), hook["VideoCTA"]["email"].clone()))
        .collect();
    mails.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(mails.iter().map(|(_, mail)| mail).collect::<Vec<_>>(), [&Value::Null, &json!("lea@example.com")]);

    // A colleague with the same browser behind the same address is somebody else.
    let mut other = View::of(&video.token);
    let events = other.watching(15_000);
    let page = open(play(&app, &video, "")).await;
    send(&app, &page, &other, &events).send().await.expect("an answer");
    assert_eq!(Origin::of(viewer_of(&app, &other).await), Origin::Daily);
    assert!(!page.html.contains("Watching as"));
    assert_eq!(app.report(video.id).await["unique_users"], 2);
}

async fn a_cookie_remembers_who_filled_in_a_form(app: App) {
    let form = form(json!({"skip_if_known": true}));
    let video = app.add_video(std::slice::from_ref(&form), |video| {
        video.settings.consent = Some(Asking::Implied);
    });
    let video = video.await;
    let page = open(play(&app, &video, "")).await;
    assert!(page.html.contains("Who are you?"));
    let cookie = pair(page.cookie.as_deref().expect("a cookie"));
    let mut view = View::of(&video.token);
    let events = [view.load(), filled_in(&mut view, 5_000, &form)];
    send(&app, &page, &view, &events).header("cookie", cookie.clone()).send().await.expect("an answer");
    assert_eq!(viewer_of(&app, &view).await, page.pass(&app).viewer_id);
    let again = open(play(&app, &video, "").header("cookie", cookie)).await;
    assert!(again.html.contains("l***@example.com") && !again.html.contains("Who are you?"));
    assert!(open(play(&app, &video, "")).await.html.contains("Who are you?"), "another browser is asked");
}

async fn who_filled_in_a_form_is_named_by_the_next_one_and_by_a_reaction(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoLeadGenaration", "VideoReaction"]).await;
    let fields = json!([{"type": "text", "name": "company", "label": "Company"}]);
    let no_mail = json!({"title": "Where do you work?", "fields": fields});
    let timeline = [form(json!({})), form(json!({"at": {"s": 20}, "spec": no_mail}))];
    let [first, second] = &timeline;
    let video = app.add_video(&timeline, |video| video.settings.consent = Some(Asking::Implied)).await;
    let page = open(play(&app, &video, "")).await;
    let cookie = pair(page.cookie.as_deref().expect("a cookie"));
    let mut view = View::of(&video.token);
    let answer = json!({"fields": {"company": "Example Ltd"}});
    let events = [
        view.load(),
        filled_in(&mut view, 5_000, first),
        view.event(9_000, json!({"type": "answer", "interaction": second.id, "answer": answer})),
    ];
    send(&app, &page, &view, &events).header("cookie", cookie).send().await.expect("an answer");
    let told: Vec<Value> = receiver.until(2).await.iter().map(|hook| hook.json()).collect();
    assert!(told.iter().all(|hook| hook["VideoLeadGenaration"]["email"] == "lea@example.com"), "{told:?}");

    let reaction = json!({"reaction": "love", "pass": page.pass_text()});
    let request = app.post(&format!("/talk/{}/reactions", video.token)).header("user-agent", CHROME);
    json_of(request.header("content-type", "application/json").body(reaction.to_string())).await;
    assert_eq!(receiver.until(3).await[2].json()["VideoReaction"]["email"], "lea@example.com");
}

async fn a_known_viewer_finds_a_form_filled_in_or_gone(app: App) {
    let (asks, skips) = (form(json!({})), form(json!({"skip_if_known": true})));
    let asking = app.add_video(std::slice::from_ref(&asks), |_| {}).await;
    let skipping = app.add_video(std::slice::from_ref(&skips), |_| {}).await;
    let query = format!("?viewer_token={}", signed(&key(&app).await, &claims("ada")));
    let page = open(play(&app, &asking, &query)).await;
    assert!(page.html.contains("value=\"ada@example.com\""), "it is Ada's own page: {}", page.html);
    assert!(!open(play(&app, &skipping, &query)).await.html.contains("Who are you?"));
    assert!(open(play(&app, &skipping, "")).await.html.contains("Who are you?"));
    // The faces that a player fetches know as much, also before the first batch.
    let faces = app.post(&format!("/video/faces/{}", asking.token)).body(page.pass_text());
    let faces = faces.send().await.expect("an answer").text().await.expect("a body");
    assert!(faces.contains("ada@example.com"), "{faces}");
}

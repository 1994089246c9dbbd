//! What erasing finds where a person's id does not stand beside it, and what it leaves to others.

use super::{
    people::{dump, erase, holds, timeline},
    *,
};
use crate::{
    support::{cta, on_each_engine},
    talk::Browser,
};
use server::{
    retention,
    store::{
        comments::{self, Comment},
        mails::{self, Mail},
    },
};

on_each_engine! {
    an_answer_is_handed_over_once_also_when_its_event_was_purged
    what_a_robot_s_form_was_told_is_handed_over_and_erased
    a_letter_goes_with_the_comment_that_caused_it
    a_message_with_a_former_address_goes_with_its_viewer
    a_reply_to_an_erased_comment_is_still_told_of
    who_shares_a_phone_with_somebody_keeps_their_own_messages
    what_was_erased_is_in_nobody_s_export
}

const GOOGLE: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const DAY: i64 = 24 * 3_600_000;

async fn export(app: &App, who: &str) -> Value {
    let (status, given) = app.call("GET", &format!("/api/v1/viewers/{who}/export"), None).await;
    assert_eq!(status, 200, "{given}");
    given
}

fn count(given: &Value, name: &str) -> usize {
    given[name].as_array().expect("a list").len()
}

/// How often the messages that are kept hold a text.
async fn told(app: &App, text: &str) -> usize {
    app.dump().await["outbox"].matches(text).count()
}

async fn an_answer_is_handed_over_once_also_when_its_event_was_purged(app: App) {
    let timeline = timeline();
    let video = app.add_video(&timeline, |video| video.settings.consent = Some(Asking::Implied)).await;
    let page = open(play(&app, &video, "")).await;
    let mut view = View::of(&video.token);
    let fields = json!({"fields": {"email": "ada@example.com", "company": "Analytical Engines"}});
    let answer = json!({"type": "answer", "interaction": timeline[0].id, "answer": fields});
    let events = [view.load(), view.event(16_000, answer)];
    json_of(send(&app, &page, &view, &events)).await;
    // Answered as a browser, watched as somebody whom the host page names: two viewers with one address.
    let token = signed(&key(&app).await, &claims("ada"));
    let events = [view.event(17_000, json!({"type": "viewer", "token": token}))];
    json_of(send(&app, &page, &view, &events)).await;

    let given = export(&app, "ada@example.com").await;
    assert_eq!((count(&given, "viewers"), count(&given, "views")), (2, 1), "{given}");
    assert_eq!((count(&given["views"][0], "events"), count(&given["views"][0], "answers")), (3, 1));

    app.state().writer.close_idle(now() + 61_000).await.expect("swept");
    app.call("PATCH", "/api/v1/me/settings", Some(json!({"retention_days": 8}))).await;
    assert_eq!(retention::sweep(app.state(), now() + 9 * DAY).await.expect("swept"), 1);
    let given = export(&app, "ada@example.com").await;
    assert_eq!((count(&given, "views"), count(&given["views"][0], "events")), (1, 0), "{given}");
    let answers = &given["views"][0]["answers"];
    assert_eq!(answers[0]["answer"]["fields"]["company"], "Analytical Engines", "{given}");
    assert_eq!((&answers[0]["kind"], &answers[1]), (&json!("lead_form"), &Value::Null));
}

async fn what_a_robot_s_form_was_told_is_handed_over_and_erased(app: App) {
    let timeline = timeline();
    let video = app.add_video(&timeline, |_| {}).await;
    let page = open(play(&app, &video, "")).await;
    for (email, company) in [("Ada@example.com", "Analytical Engines"), ("joada@example.com", "Builders")] {
        let mut view = View::of(&video.token);
        let fields = json!({"fields": {"email": email, "company": company}});
        let answer = json!({"type": "answer", "interaction": timeline[0].id, "answer": fields});
        let events = [view.load(), view.event(16_000, answer)];
        let receipt = json_of(send(&app, &page, &view, &events).headers(agent(GOOGLE))).await;
        assert_eq!(receipt["recorded"], 2, "{receipt}");
        assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily, "nobody is known by it");
    }
    let given = export(&app, "ada@example.com").await;
    assert_eq!((count(&given, "viewers"), count(&given, "views")), (0, 1), "{given}");
    assert_eq!(given["views"][0]["left_out"], "bot");
    assert_eq!(erase(&app, "ada@example.com", API_KEY).await.1, json!({"erased": 1}));
    let after = dump(&app).await;
    assert!(!holds(&after, b"Analytical Engines"), "it stood among the events alone");
    assert!(holds(&after, b"Builders"), "whose address only ends like another");
}

async fn a_letter_goes_with_the_comment_that_caused_it(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let viewer_id = Origin::Cookie.id(&[7; 32]);
    let mut tx = app.state().store.begin().await.expect("a transaction");
    let comment = Comment {
        account_id: 1,
        video_id: video.id,
        id: Uuid::now_v7(),
        parent_id: None,
        viewer_id,
        author: "Ada".into(),
        email: Some("Typed.Ada@example.com".into()),
        verified: false,
        body: "I was here".into(),
        at_ms: None,
        state: "shown".into(),
        seq: 1,
        created_at: now(),
        edited_at: None,
    };
    comments::insert(tx.conn(), &comment).await.expect("a comment");
    for recipient in ["typed.ada@example.com", "bob@example.org"] {
        let mail = Mail {
            account_id: 1,
            id: Uuid::now_v7(),
            recipient: recipient.into(),
            subject: "Is it you?".into(),
            body: "Say so".into(),
            attempt: 0,
        };
        mails::insert(tx.conn(), &mail, now() + 3_600_000).await.expect("a letter");
    }
    tx.commit().await.expect("committed");
    let given = export(&app, &viewer_id.to_string()).await;
    assert_eq!((count(&given, "letters"), given["letters"][0].get("body")), (1, None), "{given}");
    assert_eq!(erase(&app, &viewer_id.to_string(), API_KEY).await.1, json!({"erased": 1}));
    let after = dump(&app).await;
    assert!(!holds(&after, b"typed.ada@example.com") && holds(&after, b"bob@example.org"));
}

async fn a_message_with_a_former_address_goes_with_its_viewer(app: App) {
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let key = key(&app).await;
    for (sub, email) in [("ada", "old.ada@example.com"), ("ada", "new.ada@example.com"), ("bob", "bob@example.org")] {
        let mut claims = claims(sub);
        claims["email"] = json!(email);
        let page = open(play(&app, &video, &format!("?viewer_token={}", signed(&key, &claims)))).await;
        let mut view = View::of(&video.token);
        let events = [view.load(), view.click(17_000, demo.id)];
        json_of(send(&app, &page, &view, &events)).await;
        assert_eq!(told(&app, email).await, 1);
    }
    let given = export(&app, "new.ada@example.com").await;
    assert_eq!((count(&given, "views"), count(&given, "webhooks")), (2, 2), "{given}");
    assert_eq!(given["webhooks"][0]["VideoCTA"]["email"], "old.ada@example.com");
    assert_eq!(erase(&app, "new.ada@example.com", API_KEY).await.1, json!({"erased": 2}));
    let after = dump(&app).await;
    assert!(!holds(&after, b"old.ada@example.com") && !holds(&after, b"new.ada@example.com"));
    assert_eq!(told(&app, "bob@example.org").await, 1);
}

async fn a_reply_to_an_erased_comment_is_still_told_of(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (ada, bob) = (Browser::new(&app, &video, "ada"), Browser::new(&app, &video, "bob"));
    let (status, comment) =
        ada.says(json!({"text": "Hello from her", "name": "Ada", "email": "ada@example.com"})).await;
    assert_eq!(status, 201, "{comment}");
    let reply = json!({"text": "Hello from him", "name": "Bob", "parent": comment["id"]});
    assert_eq!(bob.says(reply).await.0, 201);
    assert_eq!(erase(&app, "ada@example.com", API_KEY).await.1, json!({"erased": 1}));
    assert_eq!((told(&app, "Hello from her").await, told(&app, "Hello from him").await), (0, 1));
}

async fn who_shares_a_phone_with_somebody_keeps_their_own_messages(app: App) {
    let timeline = timeline();
    let video = app.add_video(&timeline, |_| {}).await;
    let page = open(play(&app, &video, "")).await;
    for email in ["ada@example.com", "bob@example.org"] {
        let mut view = View::of(&video.token);
        let fields = json!({"fields": {"email": email, "phone": "+44 20 5550 1815"}});
        let answer = json!({"type": "answer", "interaction": timeline[0].id, "answer": fields});
        let events = [view.load(), view.event(16_000, answer)];
        json_of(send(&app, &page, &view, &events)).await;
    }
    assert_eq!(erase(&app, "ada@example.com", API_KEY).await.1, json!({"erased": 1}));
    assert_eq!((told(&app, "ada@example.com").await, told(&app, "bob@example.org").await), (0, 1));
}

async fn what_was_erased_is_in_nobody_s_export(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (ada, bob) = (Browser::new(&app, &video, "ada"), Browser::new(&app, &video, "bob"));
    for (browser, email) in [(&ada, "ada@example.com"), (&bob, "bob@example.org")] {
        let (status, comment) = browser.says(json!({"text": "Hello", "name": "A", "email": email})).await;
        assert_eq!(status, 201, "{comment}");
    }
    assert_eq!(count(&export(&app, "ada@example.com").await, "comments"), 1);
    erase(&app, "ada@example.com", API_KEY).await;
    for (who, comments) in [("ada@example.com", 0), ("bob@example.org", 1), ("stranger@example.com", 0)] {
        let given = export(&app, who).await;
        assert_eq!(count(&given, "comments"), comments, "{who}: {given}");
    }
}

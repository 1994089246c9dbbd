//! Answers: what is wrong with one is said in a sentence, what is forged counts nowhere, what is good is
//! counted once and announced once.

use super::{KINDS, add, answer_to, call, id_of, one, put};
use crate::support::{API_KEY, App, batch::View, on_each_engine, receiver::Receiver};
use reqwest::Method;
use serde_json::{Value, json};
use server::{state::now, webhook::courier::Courier};
use uuid::Uuid;

on_each_engine! {
    a_forged_answer_changes_no_count
    results_come_only_to_those_who_may_see_them
    who_skipped_to_the_end_sees_the_results_that_are_for_the_end
    every_kind_is_counted_and_announced_once
    a_card_s_link_and_its_batch_are_one_click
    what_comes_too_quickly_or_again_is_refused
}

/// Sends one event and returns what was refused, and the results.
async fn send(app: &App, view: &View, events: &[Value]) -> (Vec<(i64, String, String)>, Vec<Value>) {
    send_in(app, view, events, "en").await
}

async fn send_in(app: &App, view: &View, events: &[Value], lang: &str) -> (Vec<(i64, String, String)>, Vec<Value>) {
    let request = app.post("/engage/record").header("accept-language", lang).body(view.batch(events).to_string());
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let receipt: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let refused = receipt["refused"].as_array().expect("a list").iter();
    let refused = refused.map(|r| (r["seq"].as_i64().expect("a seq"), text(&r["field"]), text(&r["message"])));
    (refused.collect(), receipt["results"].as_array().expect("a list").clone())
}

fn answer(view: &mut View, at: i64, id: Uuid, answer: &Value) -> Value {
    view.event(at, json!({"type": "answer", "interaction": id, "answer": answer}))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_answer_has_its_own_message() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let mut dumb = one("annotation");
    dumb["spec"] = json!({"text": "Only a word"});
    let mut several = one("poll");
    several["spec"]["multiple"] = json!(true);
    let mut wide = one("lead_form");
    wide["spec"]["fields"] = json!([
        {"type": "tel", "name": "phone", "label": "Phone"}, {"type": "number", "name": "n", "label": "Number"},
        {"type": "date", "name": "day", "label": "Day"}, {"type": "checkbox", "name": "ok", "label": "Ok", "required": true},
        {"type": "radio", "name": "pick", "label": "Pick", "options": ["A", "B"]}, {"type": "textarea", "name": "more", "label": "More", "max_len": 9}
    ]);
    let mut ids = std::collections::HashMap::new();
    for (name, definition) in
        KINDS.iter().map(|kind| (*kind, one(kind))).chain([("dumb", dumb), ("several", several), ("wide", wide)])
    {
        ids.insert(name, id_of(&add(&app, video.id, &definition).await));
    }
    let form = |fields: Value| json!({"fields": fields, "consent": "v3"});
    let with = |name: &str, value: Value| json!({"fields": {name: value, "ok": true}});
    let (one_of, some_of) = ("Pick one of the choices.", "Pick one or more of the choices.");
    let (missing, odd) = ("This is needed.", "This can't be given here.");
    let email = "Enter an e-mail address like name@example.com.";
    let place = "is not the place of a card; the first is 0";
    let cases: Vec<(&str, Value, &str, &str)> = vec![
        ("cta", json!(3), "answer", "a click is an empty object"),
        ("cta", json!("x"), "answer", "a click is an empty object"),
        ("annotation", json!([]), "answer", "a click is an empty object"),
        ("dumb", json!({}), "answer", "this annotation leads nowhere"),
        ("end_screen", json!({}), "card", place),
        ("end_screen", json!({"card": 2}), "card", place),
        ("end_screen", json!({"card": -1}), "card", place),
        ("end_screen", json!({"card": 0.5}), "card", place),
        ("poll", json!({}), "choice", one_of),
        ("poll", json!({"choice": 3}), "choice", one_of),
        ("poll", json!({"choice": -1}), "choice", one_of),
        ("poll", json!({"choice": "Tea"}), "choice", one_of),
        ("poll", json!({"choices": [0, 1]}), "choice", one_of),
        ("poll", json!({"choice": 0, "choices": [0]}), "choice", one_of),
        ("several", json!({"choices": []}), "choices", some_of),
        ("several", json!({"choices": [0, 0]}), "choices", some_of),
        ("several", json!({"choices": [0, 3]}), "choices", some_of),
        ("several", json!({"choices": "all"}), "choices", some_of),
        ("lead_form", json!({}), "fields", "must be an object"),
        ("lead_form", json!({"fields": [], "consent": "v3"}), "fields", "must be an object"),
        ("lead_form", form(json!({})), "email", missing),
        ("lead_form", form(json!({"email": "   "})), "email", missing),
        ("lead_form", form(json!({"email": "nobody"})), "email", email),
        ("lead_form", form(json!({"email": ["a@b.example"]})), "email", odd),
        (
            "lead_form",
            form(json!({"email": "a@b.example", "company": "x".repeat(21)})),
            "company",
            "At most 20 characters.",
        ),
        ("lead_form", form(json!({"email": "a@b.example", "first_name": "a\u{0}b"})), "first_name", odd),
        ("lead_form", form(json!({"email": "a@b.example", "size": "Medium"})), "size", odd),
        ("lead_form", json!({"fields": {"email": "a@b.example"}}), "consent", missing),
        (
            "lead_form",
            json!({"fields": {"email": "a@b.example"}, "consent": "v2"}),
            "consent",
            "The text has changed since. Reload the page and read it again.",
        ),
        (
            "lead_form",
            form(json!({"email": "a@b.example", "website_address": "x"})),
            "fields",
            "That was very quick. Please send it once more.",
        ),
        ("wide", with("phone", json!("call me")), "phone", "Enter a phone number."),
        ("wide", with("n", json!("many")), "n", "Enter a number."),
        ("wide", with("day", json!("tomorrow")), "day", "Enter a date as year-month-day."),
        ("wide", with("pick", json!("C")), "pick", odd),
        ("wide", with("more", json!("too long for it")), "more", "At most 9 characters."),
        ("wide", json!({"fields": {}}), "ok", missing),
    ];
    let mut view = View::of(&video.token);
    for (kind, given, field, message) in cases {
        let event = answer(&mut view, 5_000, ids[kind], &given);
        let seq = event["seq"].as_i64().expect("a seq");
        let (refused, results) = send(&app, &view, &[event]).await;
        assert_eq!(refused, [(seq, field.to_owned(), message.to_owned())], "{kind} {given}");
        assert_eq!(results, [json!(null); 0], "{kind} {given}");
    }
    let event = answer(&mut view, 5_000, ids["lead_form"], &json!({"fields": {"email": "x", "size": "XL"}}));
    let (refused, _) = send_in(&app, &view, &[event], "de").await;
    let said: Vec<(&str, &str)> =
        refused.iter().map(|(_, field, message)| (field.as_str(), message.as_str())).collect();
    let german = [
        ("email", "Geben Sie eine E-Mail-Adresse wie name@example.com ein."),
        ("size", "Das geht hier nicht."),
        ("consent", "Das wird gebraucht."),
    ];
    assert_eq!(said, german, "all of them at once, in the viewer's language");
    assert_eq!(app.report(video.id).await["actions"]["no_of_actions"], 0);
}

async fn a_forged_answer_changes_no_count(app: App) {
    let (video, other) = (app.add_video(&[], |_| {}).await, app.add_video(&[], |_| {}).await);
    let poll = id_of(&add(&app, video.id, &one("poll")).await);
    let gone = id_of(&add(&app, video.id, &one("poll")).await);
    let elsewhere = id_of(&add(&app, other.id, &one("poll")).await);
    let mut first = View::of(&video.token);
    let events = [first.load(), answer(&mut first, 2_000, gone, &json!({"choice": 0}))];
    assert_eq!(send(&app, &first, &events).await.0, []);
    let path = format!("{}/interactions/{gone}", video.id);
    assert_eq!(call(&app, Method::DELETE, &path, None, API_KEY).await.0, 204);
    let before = app.report(video.id).await;

    let mut view = View::of(&video.token);
    let vote = json!({"choice": 1});
    let forged: Vec<Value> =
        [Uuid::now_v7(), elsewhere, gone].iter().map(|id| answer(&mut view, 2_000, *id, &vote)).collect();
    let (refused, results) = send(&app, &view, &forged).await;
    let unknown = "is not on this video's timeline";
    let expected: Vec<_> = (0..3).map(|seq| (seq, "interaction".to_owned(), unknown.to_owned())).collect();
    assert_eq!((refused, results.len()), (expected, 0));
    let after = app.report(video.id).await;
    assert_eq!(after["actions"], before["actions"]);
    assert_eq!(after["actions"]["questions"], 1, "what was answered before stays counted");

    // Two votes in one batch, then a third, then the first one's number with another vote.
    let two = [answer(&mut view, 3_000, poll, &vote), answer(&mut view, 3_100, poll, &json!({"choice": 0}))];
    let again = "You have answered this already.";
    let (refused, results) = send(&app, &view, &two).await;
    assert_eq!(refused, [(4, "answer".to_owned(), again.to_owned())]);
    let tally = json!({"answers": 1, "counts": [0, 1, 0]});
    let first = json!({"seq": 4, "tally": tally, "choices": [1]});
    assert_eq!(results, [json!({"seq": 3, "tally": tally}), first], "the first vote counts");
    let third = answer(&mut view, 4_000, poll, &json!({"choice": 2}));
    assert_eq!(send(&app, &view, &[third]).await.0.len(), 1);
    let mut same = two[0].clone();
    same["answer"] = json!({"choice": 2});
    assert_eq!(send(&app, &view, &[same]).await.1[0]["tally"], tally, "a number stands for one answer for ever");
    assert_eq!(app.report(video.id).await["actions"]["questions"], 2);

    // The number of another event, under which nothing is stored.
    let mut sly = View::of(&video.token);
    let load = sly.load();
    send(&app, &sly, std::slice::from_ref(&load)).await;
    let disguised = json!({"seq": load["seq"], "at": 2_000, "type": "answer", "interaction": poll, "answer": vote});
    assert_eq!(send(&app, &sly, &[disguised]).await.1, [json!(null); 0], "no results for what is not on disk");
    assert_eq!(app.report(video.id).await["actions"]["questions"], 2);
}

async fn who_skipped_to_the_end_sees_the_results_that_are_for_the_end(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut poll = one("poll");
    poll["spec"]["show_results"] = json!("after_end");
    let poll = id_of(&add(&app, video.id, &poll).await);
    let mut view = View::of(&video.token);
    let events = [view.load(), view.play(100), answer(&mut view, 2_000, poll, &json!({"choice": 0}))];
    send(&app, &view, &events).await;
    let path = format!("/video/results/{}/{poll}?s={}", video.token, view.session);
    assert_eq!(app.get(&path).send().await.expect("an answer").status(), 204);
    let end = view.event(3_000, json!({"type": "ended"}));
    send(&app, &view, &[end]).await;
    assert_eq!(app.get(&path).send().await.expect("an answer").status(), 200);
}

async fn results_come_only_to_those_who_may_see_them(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut quiz = one("poll");
    quiz["spec"]["mode"] = json!("quiz");
    quiz["spec"]["correct"] = json!([1]);
    let tally = json!({"answers": 1, "counts": [1, 0, 0]});
    for (shows, at_once) in [("after_answer", true), ("after_end", false), ("never", false)] {
        let mut open = one("poll");
        open["spec"]["show_results"] = json!(shows);
        quiz["spec"]["show_results"] = json!(shows);
        let (poll, quiz) = (id_of(&add(&app, video.id, &open).await), id_of(&add(&app, video.id, &quiz).await));
        let standing = async |id: Uuid, view: &View| {
            let answer = app
                .get(&format!("/video/results/{}/{id}?s={}", video.token, view.session))
                .send()
                .await
                .expect("an answer");
            let status = answer.status().as_u16();
            let body = answer.text().await.expect("a body");
            (status == 200).then(|| serde_json::from_str::<Value>(&body).expect("JSON"))
        };
        let mut view = View::of(&video.token);
        let load = [view.load(), view.play(100)];
        send(&app, &view, &load).await;
        assert_eq!(standing(poll, &view).await, None, "{shows}: who has not answered sees nothing");
        let votes = [
            answer(&mut view, 2_000, poll, &json!({"choice": 0})),
            answer(&mut view, 3_000, quiz, &json!({"choice": 0})),
        ];
        let (_, results) = send(&app, &view, &votes).await;
        if at_once {
            assert_eq!(results[0], json!({"seq": 2, "tally": tally}), "{shows}");
            assert_eq!(results[1], json!({"seq": 3, "tally": tally, "correct": false, "right": [1]}), "{shows}");
        } else {
            assert_eq!(results, [json!({"seq": 2}), json!({"seq": 3})], "{shows}");
        }
        assert_eq!(standing(poll, &view).await.is_some(), at_once, "{shows}");
        let end = [view.watched(60_200, 0, 60_000), view.event(60_300, json!({"type": "ended"}))];
        send(&app, &view, &end).await;
        let (poll_now, quiz_now) = (standing(poll, &view).await, standing(quiz, &view).await);
        if shows == "never" {
            assert_eq!((poll_now, quiz_now), (None, None));
        } else {
            assert_eq!(poll_now, Some(json!({"tally": tally})), "{shows}");
            assert_eq!(quiz_now, Some(json!({"tally": tally, "correct": false, "right": [1]})), "{shows}");
        }
        assert_eq!(standing(poll, &View::of(&video.token)).await, None, "{shows}: another view");
        assert_eq!(standing(Uuid::now_v7(), &view).await, None);
    }
}

async fn every_kind_is_counted_and_announced_once(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(
        &receiver.url,
        &["VideoCTA", "VideoLeadGenaration", "VideoAnnotation", "VideoQuestion", "VideoEndScreen"],
    )
    .await;
    let video = app.add_video(&[], |_| {}).await;
    let mut ids = Vec::new();
    for kind in KINDS {
        ids.push(id_of(&add(&app, video.id, &one(kind)).await));
    }
    let mut view = View::of(&video.token);
    let mut events = view.watching(30_000);
    events.push(view.event(30_100, json!({"type": "pause", "pos": 30_000})));
    for (i, kind) in (0..).zip(KINDS) {
        events.push(answer(&mut view, 31_000 + i, ids[i as usize], &answer_to(kind)));
    }
    assert_eq!(send(&app, &view, &events).await.0, []);
    assert_eq!(send(&app, &view, &events).await.0, [], "the same batch again");
    let report = app.report(video.id).await;
    let actions = json!({
        "no_of_actions": 5, "annotations": 1, "call_to_actions": 1, "forms": 1, "end_screens": 1, "questions": 1,
        "comments": 0, "reactions": 0, "replies": 0
    });
    assert_eq!(report["actions"], actions);

    let hooks = receiver.until(5).await;
    let courier = Courier::new(app.state().clone());
    while courier.step(now()).await.expect("delivered") > 0 {}
    assert_eq!(receiver.hooks().len(), 5);
    let said = |event: &str| {
        let hook = hooks.iter().map(|hook| hook.json()).find(|hook| hook["eventName"] == event).expect(event);
        assert_eq!(hook["metadata"], json!({"account_id": "1"}));
        hook
    };
    let place = |path: &str| format!("{}{path}", app.url);
    let media = json!({
        "videoId": video.id, "name": "A test", "duration": 60.0,
        "thumbnail": place(&format!("/thumbnails/{}_play.jpg", video.token)),
        "shareUrl": place(&format!("/video/play/{}", video.token)),
        "embedUrl": place(&format!("/video/embed/{}", video.token)),
    });
    assert_eq!(
        said("VideoAnnotation")["VideoAnnotation"],
        json!({"media": media, "annotationText": "Look here", "annotationUrl": "https://example.com/annotated",
               "annotationClickedTime": 30, "email": null})
    );
    let mut older = media.clone();
    older.as_object_mut().expect("an object").remove("duration");
    assert_eq!(
        said("VideoAnnotation")["payload"],
        json!({"VideoAnnotation": older, "annotationText": "Look here", "annotationUrl": "https://example.com/annotated",
               "annotationClickedTime": 30, "email": null})
    );
    assert_eq!(
        said("VideoCTA")["VideoCTA"],
        json!({"media": media, "ctaUrl": place(&format!("/video/cta/{}", video.id)), "ctaId": ids[1], "ctaText": "Book a demo",
               "ctaTargetUrl": "https://example.com/demo", "ctaClickedTime": 30, "email": null})
    );
    assert_eq!(
        said("VideoLeadGenaration")["VideoLeadGenaration"],
        json!({"media": media, "firstName": "Ada", "lastName": null, "email": "ada@example.com", "phone": null,
               "fields": {"company": "Example Ltd", "campaign": "spring-secret", "consent": true}, "consent": "v3", "formId": ids[2]})
    );
    assert_eq!(
        said("VideoQuestion")["VideoQuestion"],
        json!({"media": media, "question": "Tea or coffee?", "questionId": ids[3], "choice": "Coffee", "choices": ["Coffee"],
               "correct": null, "email": "ada@example.com"}),
        "the form has made the viewer known"
    );
    assert_eq!(
        said("VideoEndScreen")["VideoEndScreen"],
        json!({"media": media, "card": "Read on", "cardIndex": 0, "endScreenId": ids[4], "url": "https://example.com/read", "email": "ada@example.com"})
    );
}

async fn a_card_s_link_and_its_batch_are_one_click(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoAnnotation", "VideoEndScreen"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let mut screen = one("end_screen");
    screen["spec"]["cards"][1]["action"] = json!({"url": "https://example.com/second"});
    let (note, screen) =
        (id_of(&add(&app, video.id, &one("annotation")).await), id_of(&add(&app, video.id, &screen).await));
    let mut view = View::of(&video.token);
    let mut events = view.watching(30_000);
    events.push(view.click(31_000, note));
    events.push(answer(&mut view, 32_000, screen, &json!({"card": 1})));
    let follow = async |rest: String| {
        let answer = app.get(&format!("/video/cta/{}?{rest}", video.id)).send().await.expect("an answer");
        let to = answer.headers().get("location").map(|to| to.to_str().expect("text").to_owned());
        (answer.status().as_u16(), to)
    };
    let s = view.session;
    assert_eq!(follow(format!("i={note}&s={s}&n=3")).await, (302, Some("https://example.com/annotated".into())));
    assert_eq!(follow(format!("i={screen}&c=1&s={s}&n=4")).await, (302, Some("https://example.com/second".into())));
    for _ in 0..2 {
        assert_eq!(send(&app, &view, &events).await.0, []);
        follow(format!("i={screen}&c=1&s={s}&n=4")).await;
    }
    let actions = app.report(video.id).await["actions"].clone();
    assert_eq!(
        (&actions["annotations"], &actions["end_screens"], &actions["no_of_actions"]),
        (&json!(1), &json!(1), &json!(2))
    );
    let hooks = receiver.until(2).await;
    let courier = Courier::new(app.state().clone());
    while courier.step(now()).await.expect("delivered") > 0 {}
    assert_eq!(receiver.hooks().len(), 2);
    let card = hooks.iter().map(|hook| hook.json()).find(|hook| hook["eventName"] == "VideoEndScreen").expect("a card");
    assert_eq!(card["VideoEndScreen"]["cardIndex"], 1);
    for nowhere in [
        format!("i={screen}&s={s}&n=9"),
        format!("i={screen}&c=2&s={s}&n=9"),
        format!("i={}&s={s}&n=9", Uuid::now_v7()),
    ] {
        assert_eq!(follow(nowhere.clone()).await, (404, None), "{nowhere}");
    }
    assert_eq!(app.report(video.id).await["actions"], actions);
}

async fn what_comes_too_quickly_or_again_is_refused(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoLeadGenaration"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let form = id_of(&add(&app, video.id, &one("lead_form")).await);
    let mut view = View::of(&video.token);
    let events = [
        view.load(),
        view.event(1_000, json!({"type": "shown", "interaction": form})),
        answer(&mut view, 1_700, form, &answer_to("lead_form")),
        answer(&mut view, 2_000, form, &answer_to("lead_form")),
        answer(&mut view, 3_000, form, &answer_to("lead_form")),
    ];
    let (refused, results) = send(&app, &view, &events).await;
    let quick = "That was very quick. Please send it once more.";
    let again = "You have answered this already.";
    assert_eq!(refused, [(2, "fields".to_owned(), quick.to_owned()), (4, "answer".to_owned(), again.to_owned())]);
    assert_eq!(results, [json!({"seq": 3, "known": true}), json!({"seq": 4, "known": true})]);
    assert_eq!(app.report(video.id).await["actions"]["forms"], 1);
    let courier = Courier::new(app.state().clone());
    receiver.until(1).await;
    while courier.step(now()).await.expect("delivered") > 0 {}
    assert_eq!(receiver.hooks().len(), 1);

    // A new version of the text: who saw the old one has to read it again.
    let mut changed = one("lead_form");
    changed["spec"]["fields"][5]["version"] = json!("v4");
    assert_eq!(put(&app, &format!("{}/interactions/{form}", video.id), &changed).await.0, 200);
    let mut late = View::of(&video.token);
    let event = answer(&mut late, 5_000, form, &answer_to("lead_form"));
    assert_eq!(send(&app, &late, &[event]).await.0[0].1, "consent");
}

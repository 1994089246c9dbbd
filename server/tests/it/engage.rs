//! Batches at the door: what is stored, what is refused, and that nothing counts twice.

mod faults;
mod left_out;
mod limits;
mod retention;
mod traits;
mod unwell;

use crate::support::{App, batch::View, cta, on_each_engine, receiver::Receiver};
use reqwest::Response;
use serde_json::{Value, json};
use server::{state::now, webhook::courier::Courier};

on_each_engine! {
    a_click_that_comes_many_times_at_once_is_announced_once
    the_same_batch_twice_counts_once
    batches_out_of_order_and_half_repeated_count_once
    a_silent_view_is_closed_once
    text_that_a_database_can_not_hold_sinks_nobody
    a_click_through_and_its_batch_are_one_click
    a_session_is_announced_once_across_restarts
}

async fn json(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} {text}")))
}

async fn the_same_batch_twice_counts_once(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoCTA"]).await;
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let mut view = View::of(&video.token);
    let mut events = view.watching(15_000);
    events.push(view.click(15_200, demo.id));
    let batch = view.batch(&events);

    let first = json(app.record(&batch).await).await;
    let before = app.report(video.id).await;
    let second = json(app.record(&batch).await).await;
    assert_eq!(first, second);
    assert_eq!(first.1["recorded"], 4);
    assert_eq!(app.report(video.id).await, before);
    assert_eq!(before["actions"]["call_to_actions"], 1);

    let mut later = View::of(&video.token);
    let click = later.click(500, demo.id);
    app.record(&later.batch(&[click])).await;
    assert_eq!(receiver.until(2).await.len(), 2, "one hook for each click, none for the repetition");
}

async fn a_click_that_comes_many_times_at_once_is_announced_once(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoCTA"]).await;
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let mut sends = Vec::new();
    for _ in 0..20 {
        let mut view = View::of(&video.token);
        let mut events = view.watching(15_000);
        events.push(view.click(15_200, demo.id));
        let batch = view.batch(&events);
        let link = format!("/video/cta/{}?i={}&s={}&n=3", video.id, demo.id, view.session);
        for _ in 0..3 {
            let (app, batch, link) = (&app, batch.clone(), link.clone());
            sends.push(async move {
                let (recorded, followed) = futures_util::join!(app.record(&batch), app.get(&link).send());
                assert_eq!((recorded.status().as_u16(), followed.expect("an answer").status().as_u16()), (200, 302));
            });
        }
    }
    futures_util::future::join_all(sends).await;
    assert_eq!(app.report(video.id).await["actions"]["call_to_actions"], 20);
    let hooks = receiver.until(20).await;
    let courier = Courier::new(app.state().clone());
    while courier.step(now()).await.expect("delivered") > 0 {}
    assert_eq!((hooks.len(), receiver.hooks().len()), (20, 20));
}

async fn batches_out_of_order_and_half_repeated_count_once(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let reference = app.add_video(&[], |_| {}).await;
    let parts = |view: &mut View| {
        let events = [
            view.load(),
            view.play(100),
            view.watched(10_100, 0, 10_000),
            view.watched(20_100, 10_000, 20_000),
            view.watched(30_100, 5_000, 15_000),
        ];
        events.to_vec()
    };
    let mut straight = View::of(&reference.token);
    let events = parts(&mut straight);
    app.record(&straight.batch(&events)).await;

    let mut view = View::of(&video.token);
    let events = parts(&mut view);
    app.record(&view.batch(&events[3..])).await;
    app.record(&view.batch(&events[1..4])).await;
    app.record(&view.batch(&events[..2])).await;
    app.record(&view.batch(&events[2..])).await;

    let (mut odd, mut even) = (app.report(video.id).await, app.report(reference.id).await);
    (odd["id"], even["id"]) = (Value::Null, Value::Null);
    assert_eq!(odd, even);
    assert_eq!(odd["avg_watch_rate"], 50);
    assert_eq!(odd["avg_unique_watch_rate"], 33);
}

async fn a_silent_view_is_closed_once(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoPlayedSessions"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let begun = now();
    let mut watching = View::of(&video.token);
    let events = watching.watching(15_000);
    app.record(&watching.batch(&events)).await;
    let mut opened = View::of(&video.token);
    let load = opened.load();
    app.record(&opened.batch(&[load])).await;

    let writer = &app.state().writer;
    assert_eq!(writer.close_idle(begun + 59_000).await.expect("swept"), 0);
    assert_eq!(writer.close_idle(now() + 61_000).await.expect("swept"), 2);
    assert_eq!(writer.close_idle(now() + 61_000).await.expect("swept"), 0);
    let late = watching.watched(30_100, 15_000, 30_000);
    app.record(&watching.batch(&[late])).await;
    assert_eq!(writer.close_idle(now() + 61_000).await.expect("swept"), 0);
    assert_eq!(app.report(video.id).await["avg_watch_rate"], 50, "late events still count");
    let courier = Courier::new(app.state().clone());
    while courier.step(now() + 62_000).await.expect("delivered") > 0 {}
    let hooks = receiver.hooks();
    assert_eq!(hooks.len(), 1, "only the view that was played is announced, and once");
    assert_eq!(hooks[0].json()["VideoPlayedSessions"]["percentagePlayed"], 25);
}

async fn a_session_is_announced_once_across_restarts(mut app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoPlayedSessions"]).await;
    let video = app.add_video(&[], |_| {}).await;
    // One falls silent, the other ends by itself: the page is left at the end.
    let (mut silent, mut left) = (View::of(&video.token), View::of(&video.token));
    let events = silent.watching(15_000);
    app.record(&silent.batch(&events)).await;
    let mut events = left.watching(60_000);
    events.push(left.event(60_200, json!({"type": "ended"})));
    events.push(left.event(60_300, json!({"type": "hidden"})));
    let over = left.batch(&events);
    app.record(&over).await;

    app.restart().await;
    assert_eq!(app.record(&over).await.status(), 200, "the page did not hear the answer");
    assert_eq!(app.state().writer.close_idle(now() + 61_000).await.expect("swept"), 1);
    app.restart().await;
    assert_eq!(app.state().writer.close_idle(now() + 61_000).await.expect("swept"), 0);
    app.record(&over).await;
    let here = silent.event(20_000, json!({"type": "here"}));
    app.record(&silent.batch(&[here])).await;
    assert_eq!(app.state().writer.close_idle(now() + 120_000).await.expect("swept"), 0);

    let courier = Courier::new(app.state().clone());
    while courier.step(now() + 121_000).await.expect("delivered") > 0 {}
    let mut told: Vec<i64> = receiver.until(2).await.iter().map(|hook| percent(&hook.json())).collect();
    told.sort_unstable();
    assert_eq!(told, [25, 100]);
    assert_eq!(receiver.hooks().len(), 2);
}

fn percent(hook: &Value) -> i64 {
    hook["VideoPlayedSessions"]["percentagePlayed"].as_i64().expect("a number")
}

async fn a_click_through_and_its_batch_are_one_click(app: App) {
    let demo = cta("https://example.com/demo?x=1");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let mut view = View::of(&video.token);
    let mut events = view.watching(15_000);
    events.push(view.click(15_200, demo.id));
    let link = format!("/video/cta/{}?i={}&s={}&n=3&url=https://evil.example", video.id, demo.id, view.session);
    let answer = app.get(&link).send().await.expect("an answer");
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.headers()["location"], "https://example.com/demo?x=1");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    app.record(&view.batch(&events)).await;
    app.get(&link).header("sec-purpose", "prefetch").send().await.expect("an answer");
    app.http.head(format!("{}{link}", app.url)).send().await.expect("an answer");
    assert_eq!(app.report(video.id).await["actions"]["call_to_actions"], 1);
    assert_eq!(app.report(video.id).await["total_page_loads"], 1);

    let plain = app.get(&format!("/video/cta/{}?s=nonsense", video.id)).send().await.expect("an answer");
    assert_eq!(plain.status(), 302);
    assert_eq!(app.report(video.id).await["actions"]["call_to_actions"], 1);
    assert_eq!(app.get("/video/cta/999").send().await.expect("an answer").status(), 404);
}

async fn text_that_a_database_can_not_hold_sinks_nobody(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut view = View::of(&video.token);
    let load = view.event(0, json!({"type": "load", "surface": "play", "referrer": "https://a.example/\u{0}x"}));
    assert_eq!(json(app.record(&view.batch(&[load])).await).await.0, 200);
    let mut wild = View::of(&video.token);
    let many = wild.event(u32::MAX.into(), json!({"type": "here"}));
    let mut batch = wild.batch(&[many]);
    batch["events"][0]["seq"] = json!(u32::MAX);
    batch["events"][0]["at"] = json!(1);
    assert_eq!(json(app.record(&batch).await).await.1["refused"][0]["field"], "seq");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_event_does_not_sink_the_batch() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let mut view = View::of(&video.token);
    let events = [
        view.load(),
        view.event(10, json!({"type": "dance"})),
        view.event(20, json!({"type": "play"})),
        view.event(
            5_000,
            json!({"type": "watched", "from": 0, "to": 30_000, "rate": 100, "hidden": false, "muted": false}),
        ),
        view.event(
            5_000,
            json!({"type": "watched", "from": 61_000, "to": 62_000, "rate": 100, "hidden": false, "muted": false}),
        ),
        view.event(6_000, json!({"type": "shown", "interaction": uuid::Uuid::nil()})),
        view.event(-5, json!({"type": "here"})),
        view.event(
            60_500,
            json!({"type": "watched", "from": 58_000, "to": 60_900, "rate": 100, "hidden": false, "muted": false}),
        ),
    ];
    let (status, receipt) = json(app.record(&view.batch(&events)).await).await;
    assert_eq!((status, &receipt["recorded"]), (200, &json!(2)));
    let refused: Vec<(i64, &str)> = receipt["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|r| (r["seq"].as_i64().expect("a seq"), r["field"].as_str().expect("a field")))
        .collect();
    assert_eq!(refused, [(1, "type"), (2, "pos"), (3, "to"), (4, "from"), (5, "interaction"), (6, "at")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_type_of_event_is_held_to_its_shape() {
    let app = App::start().await;
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let week = 7 * 24 * 3_600_000_i64;
    let span = |from: i64, to: i64, rate: i64| json!({"type": "watched", "from": from, "to": to, "rate": rate, "hidden": false, "muted": false});
    let id = demo.id;
    // What stands in the event, when it happened, and the field that is refused; none is stored.
    let cases: Vec<(Value, i64, &str)> = vec![
        (json!({"type": "load", "surface": "play", "referrer": null, "page_url": "x".repeat(9_000)}), 0, ""),
        (json!({"type": "load", "surface": "embed", "utm": "more is allowed"}), 0, ""),
        (json!({"type": "load", "surface": "toaster"}), 0, "event"),
        (json!({"type": "load"}), 0, "surface"),
        (json!({"type": "play", "pos": 0}), 0, ""),
        (json!({"type": "play", "pos": 61_000}), 0, ""),
        (json!({"type": "play", "pos": 61_001}), 0, "pos"),
        (json!({"type": "play", "pos": -1}), 0, "pos"),
        (json!({"type": "play", "pos": 0.5}), 0, "event"),
        (json!({"type": "pause", "pos": "0"}), 0, "event"),
        (json!({"type": "pause", "pos": 60_000}), 0, ""),
        (span(0, 10_000, 100), 10_000, ""),
        (span(0, 10_000, 100), 9_700, ""),
        (span(0, 10_000, 100), 9_699, "to"),
        (span(0, 20_000, 200), 9_700, ""),
        (span(0, 20_000, 200), 9_699, "to"),
        (span(0, 10, 0), 9_000, "rate"),
        (span(0, 10, 1_601), 9_000, "rate"),
        (span(59_999, 61_000, 100), 9_000, ""),
        (span(59_999, 61_001, 100), 9_000, "to"),
        (span(60_000, 60_500, 100), 9_000, "from"),
        (span(-1, 10, 100), 9_000, "from"),
        (span(20, 10, 100), 9_000, "to"),
        (json!({"type": "watched", "from": 0, "to": 10, "rate": 100, "hidden": false}), 9_000, "muted"),
        (json!({"type": "seek", "from": 0, "to": 61_000}), 0, ""),
        (json!({"type": "seek", "from": 61_001, "to": 0}), 0, "from"),
        (json!({"type": "seek", "from": 0, "to": i64::MAX}), 0, "to"),
        (json!({"type": "ended"}), week, ""),
        (json!({"type": "ended"}), week + 1, "at"),
        (json!({"type": "hidden"}), -1, "at"),
        (json!({"type": "visible"}), 0, ""),
        (json!({"type": "here"}), 0, ""),
        (json!({"type": "shown", "interaction": id}), 0, ""),
        (json!({"type": "shown", "interaction": "x"}), 0, "event"),
        (json!({"type": "shown", "interaction": uuid::Uuid::nil()}), 0, "interaction"),
        (json!({"type": "skip", "interaction": id}), 0, ""),
        (json!({"type": "skip"}), 0, "interaction"),
        (json!({"type": "answer", "interaction": id, "answer": {}}), 0, ""),
        (json!({"type": "answer", "interaction": id}), 0, "answer"),
        (json!({"type": "answer", "interaction": uuid::Uuid::nil(), "answer": {}}), 0, "interaction"),
        (json!({"type": "viewer", "token": "x".repeat(5_000)}), 0, "token"),
        (json!({"type": "viewer", "token": 1}), 0, "token"),
        (json!({"type": "consent", "analytics": false}), 0, ""),
        (json!({"type": "consent", "analytics": "yes"}), 0, "event"),
        (json!({"type": "error", "code": 4}), 0, ""),
        (json!({"type": "error", "code": -1}), 0, "code"),
        (json!({"type": "error", "code": 10_000}), 0, "code"),
        (json!({"type": "Play", "pos": 0}), 0, "type"),
        (json!({"type": "dance"}), 0, "type"),
        (json!({"type": 7}), 0, "type"),
        (json!({}), 0, "type"),
    ];
    let mut view = View::of(&video.token);
    let events: Vec<Value> = cases.iter().map(|(what, at, _)| view.event(*at, what.clone())).collect();
    let (status, receipt) = json(app.record(&view.batch(&events)).await).await;
    assert_eq!(status, 200, "{receipt}");
    let refused = receipt["refused"].as_array().expect("a list");
    for (seq, (what, at, field)) in cases.iter().enumerate() {
        let named =
            refused.iter().find(|refusal| refusal["seq"] == seq).map_or("", |r| r["field"].as_str().expect("text"));
        assert_eq!(named, *field, "{what} at {at}");
    }
    assert_eq!(receipt["recorded"], cases.iter().filter(|(.., field)| field.is_empty()).count());
    let unknown = refused.iter().find(|refusal| refusal["message"].as_str().expect("text").contains("dance"));
    assert!(unknown.is_some(), "an unknown type is refused by its name");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_can_not_be_understood_is_named() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let mut view = View::of(&video.token);
    let load = view.load();
    let good = view.batch(&[load]);
    let with = |change: fn(&mut Value)| {
        let mut batch = good.clone();
        change(&mut batch);
        batch
    };
    let cases: [(&str, u16, &str, Value); 7] = [
        ("another version", 400, "malformed", with(|b| b["v"] = 2.into())),
        ("no session", 400, "malformed", with(|b| b["session"] = "x".into())),
        (
            "a session of another kind",
            400,
            "malformed",
            with(|b| b["session"] = "6f9619ff-8b86-4011-b42d-00c04fc964ff".into()),
        ),
        ("an event without a number", 400, "malformed", with(|b| b["events"] = json!([{"type": "load"}]))),
        ("too many events", 400, "malformed", with(|b| b["events"] = json!(vec![json!({"seq": 1}); 201]))),
        ("an unknown video", 404, "not_found", with(|b| b["video"] = "A".repeat(22).into())),
        ("a view of last month", 400, "too_old", with(|b| b["sent"] = json!(now() + 8 * 24 * 3_600_000))),
    ];
    for (what, status, kind, batch) in cases {
        let (got, body) = json(app.record(&batch).await).await;
        assert_eq!(
            (got, body["type"].as_str(), &body["status"]),
            (status, Some(kind), &json!(status)),
            "{what}: {body}"
        );
    }
    let garbage = app.post("/engage/record").body("{not json").send().await.expect("an answer");
    assert_eq!(json(garbage).await.0, 400);
    let large = app.post("/engage/record").body("x".repeat(65 * 1024)).send().await.expect("an answer");
    assert_eq!(json(large).await.0, 413);
    let stream = futures_util::stream::iter((0..80).map(|_| Ok::<_, std::io::Error>("y".repeat(1024))));
    let chunked = app.post("/engage/record").body(reqwest::Body::wrap_stream(stream)).send().await.expect("an answer");
    assert_eq!(json(chunked).await.0, 413);
    assert_eq!(app.get("/engage/record").send().await.expect("an answer").status(), 405);
    assert_eq!(json(app.record(&good).await).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_s_page_may_not_send_batches() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let mut view = View::of(&video.token);
    let load = view.load();
    let send = |name: &'static str, value: &'static str| {
        app.post("/engage/record").header(name, value).body(view.batch(std::slice::from_ref(&load)).to_string()).send()
    };
    assert_eq!(send("sec-fetch-site", "cross-site").await.expect("an answer").status(), 403);
    assert_eq!(send("sec-fetch-site", "same-site").await.expect("an answer").status(), 403);
    assert_eq!(send("origin", "https://evil.example").await.expect("an answer").status(), 403);
    assert_eq!(send("origin", "null").await.expect("an answer").status(), 403);
    assert_eq!(app.report(video.id).await["total_page_loads"], 0);
    assert_eq!(send("sec-fetch-site", "same-origin").await.expect("an answer").status(), 200);
    let html = app
        .post("/engage/record")
        .header("accept", "text/html")
        .header("referer", &app.url)
        .body(view.batch(std::slice::from_ref(&load)).to_string())
        .send()
        .await
        .expect("an answer");
    assert_eq!(html.status(), 200, "a browser that accepts HTML is not redirected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_belongs_to_one_video() {
    let app = App::start().await;
    let (one, other) = (app.add_video(&[], |_| {}).await, app.add_video(&[], |_| {}).await);
    let mut view = View::of(&one.token);
    let load = view.load();
    app.record(&view.batch(std::slice::from_ref(&load))).await;
    let mut stolen = view.batch(std::slice::from_ref(&load));
    stolen["video"] = other.token.into();
    let (status, error) = json(app.record(&stolen).await).await;
    assert_eq!(status, 400, "{error}");
    assert_eq!(app.report(other.id).await["total_page_loads"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_views_at_once_are_all_counted() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let views = (0..120).map(|_| {
        let mut view = View::of(&video.token);
        let events = view.watching(30_000);
        let batch = view.batch(&events);
        let app = &app;
        async move { app.record(&batch).await.status().as_u16() }
    });
    let statuses = futures_util::future::join_all(views).await;
    assert!(statuses.iter().all(|status| *status == 200));
    let report = app.report(video.id).await;
    assert_eq!((&report["total_plays"], &report["avg_watch_rate"]), (&json!(120), &json!(50)));
}

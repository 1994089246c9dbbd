//! Required gates: nothing past one is credited, and before the video the media themselves are kept back.

use super::{add, answer_to, call, get, html, id_of, one};
use crate::{
    reports::rollups::{dump, rebuild},
    support::{API_KEY, App, batch::View, on_each_engine},
};
use reqwest::Method;
use serde_json::{Value, json};
use server::store::Store;
use uuid::Uuid;

on_each_engine! {
    nothing_past_a_required_gate_is_credited_before_its_answer
    a_gate_that_skips_known_viewers_holds_none_whom_a_form_has_met
    a_gate_before_the_video_keeps_the_media_back
    a_view_keeps_its_grants_whichever_way_its_events_come
    a_gate_that_is_published_later_takes_no_credit_away
    a_gate_that_is_moved_or_withdrawn_holds_what_was_played_before
    a_gate_that_is_only_reworded_holds_as_it_did
    what_a_gate_holds_back_is_told_apart_from_what_no_clock_allows
}

fn gate(kind: &str, at: Value) -> Value {
    let mut gate = one(kind);
    gate["gate"] = json!("required");
    gate["at"] = at;
    gate
}

async fn record(app: &App, batch: &Value) -> Value {
    let answer = app.record(batch).await;
    assert_eq!(answer.status(), 200);
    serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON")
}

async fn rates(app: &App, id: i64) -> (Value, Value) {
    let report = app.report(id).await;
    (report["avg_watch_rate"].clone(), report["watch_rate"].clone())
}

async fn nothing_past_a_required_gate_is_credited_before_its_answer(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let form = id_of(&add(&app, video.id, &gate("lead_form", json!({"s": 20}))).await);
    let mut stuck = View::fresh(&video.token);
    let events = [stuck.load(), stuck.play(100), stuck.watched(60_200, 0, 60_000)];
    record(&app, &stuck.batch(&events)).await;
    let buckets =
        |zero: i64, a: i64, b: i64, c: i64, all: i64| json!({"0": zero, "25": a, "50": b, "75": c, "100": all});
    assert_eq!(rates(&app, video.id).await, (json!(33), buckets(0, 1, 0, 0, 0)));

    // A seek over it earns nothing, neither does a bad answer.
    let more = [
        stuck.event(61_000, json!({"type": "seek", "from": 60_000, "to": 30_000})),
        stuck.event(61_000, json!({"type": "answer", "interaction": form, "answer": {"fields": {}}})),
        stuck.watched(91_000, 30_000, 60_000),
    ];
    record(&app, &stuck.batch(&more)).await;
    assert_eq!(rates(&app, video.id).await, (json!(33), buckets(0, 1, 0, 0, 0)));

    // Another view that answers, its batches out of order.
    let mut open = View::fresh(&video.token);
    let first = [open.load(), open.play(100), open.watched(20_100, 0, 20_000)];
    let answer = [open.event(22_000, json!({"type": "answer", "interaction": form, "answer": answer_to("lead_form")}))];
    let rest = [open.watched(62_200, 20_000, 60_000)];
    record(&app, &open.batch(&rest)).await;
    record(&app, &open.batch(&first)).await;
    assert_eq!(rates(&app, video.id).await, (json!(33), buckets(0, 2, 0, 0, 0)), "not yet");
    record(&app, &open.batch(&answer)).await;
    assert_eq!(rates(&app, video.id).await, (json!(67), buckets(0, 1, 0, 0, 1)));

    // And the first one at last.
    let late = [
        stuck.event(92_000, json!({"type": "answer", "interaction": form, "answer": answer_to("lead_form")})),
        stuck.watched(133_000, 20_000, 60_000),
    ];
    record(&app, &stuck.batch(&late)).await;
    assert_eq!(rates(&app, video.id).await, (json!(100), buckets(0, 0, 0, 0, 2)));
}

async fn a_gate_that_skips_known_viewers_holds_none_whom_a_form_has_met(app: App) {
    let skipping = |at: Value| {
        let mut form = gate("lead_form", at);
        form["skip_if_known"] = json!(true);
        form
    };
    let video = app.add_video(&[], |_| {}).await;
    let asks = id_of(&add(&app, video.id, &gate("lead_form", json!({"s": 5}))).await);
    let poll = id_of(&add(&app, video.id, &gate("poll", json!({"s": 6}))).await);
    add(&app, video.id, &skipping(json!({"s": 20}))).await;
    let mut view = View::fresh(&video.token);
    let answer = |id: Uuid, answer: Value| json!({"type": "answer", "interaction": id, "answer": answer});
    let events = [
        view.load(),
        view.play(100),
        view.event(6_000, answer(poll, answer_to("poll"))),
        view.watched(60_200, 0, 60_000),
    ];
    record(&app, &view.batch(&events)).await;
    assert_eq!(rates(&app, video.id).await.0, 8, "held by the first");
    let events = [view.event(61_000, answer(asks, answer_to("lead_form"))), view.watched(121_200, 0, 60_000)];
    record(&app, &view.batch(&events)).await;
    assert_eq!(rates(&app, video.id).await.0, 100, "nobody is asked twice who they are");

    // Before the video it keeps the media back no longer.
    let video = app.add_video(&[], |_| {}).await;
    let asks = id_of(&add(&app, video.id, &gate("lead_form", json!("before"))).await);
    let poll = id_of(&add(&app, video.id, &gate("poll", json!("before"))).await);
    add(&app, video.id, &skipping(json!("before"))).await;
    let mut view = View::fresh(&video.token);
    let load = view.load();
    let voted = view.event(5_000, answer(poll, answer_to("poll")));
    let results = record(&app, &view.batch(&[load, voted])).await["results"].clone();
    assert_eq!(results[0]["media"], Value::Null, "there are the forms");
    let met = view.event(6_000, answer(asks, answer_to("lead_form")));
    let results = record(&app, &view.batch(&[met])).await["results"].clone();
    assert_eq!(results[0]["media"], json!({"src": format!("/media/{}/video.mp4", video.token)}));
}

async fn a_gate_before_the_video_keeps_the_media_back(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let other = app.add_video(&[], |_| {}).await;
    let form = id_of(&add(&app, video.id, &gate("lead_form", json!("before"))).await);
    let poll = id_of(&add(&app, video.id, &gate("poll", json!("before"))).await);
    let media = format!("/media/{}/video.mp4", video.token);
    for surface in ["play", "embed"] {
        let page = html(&app, &format!("/video/{surface}/{}", video.token)).await;
        assert!(
            !page.contains(&media) && page.contains("Stay in touch") && page.contains("Tea or coffee?"),
            "{surface}"
        );
        assert!(page.contains(&format!("poster=\"/thumbnails/{}.jpg\"", video.token)), "the poster stays");
    }
    let mut view = View::of(&video.token);
    let load = view.load();
    let mut send = async |id: Uuid, answer: Value| {
        let event = view.event(5_000, json!({"type": "answer", "interaction": id, "answer": answer}));
        record(&app, &view.batch(&[load.clone(), event])).await["results"].clone()
    };
    assert_eq!(send(form, json!({"fields": {}})).await, json!([]), "a bad answer opens nothing");
    let first = send(form, answer_to("lead_form")).await;
    assert_eq!((&first[0]["media"], &first[0]["known"]), (&Value::Null, &json!(true)), "there is another gate");
    let second = send(poll, answer_to("poll")).await;
    assert_eq!(second[0]["media"], json!({"src": media}));

    let (one, two) = (first[0]["grant"].as_str().expect("a grant"), second[0]["grant"].as_str().expect("a grant"));
    for surface in ["play", "embed"] {
        let page = async |query: String| html(&app, &format!("/video/{surface}/{}?{query}", video.token)).await;
        assert!(page(format!("g={one}&g={two}")).await.contains(&media), "{surface}");
        let half = page(format!("g={one}")).await;
        assert!(!half.contains(&media) && !half.contains("Stay in touch") && half.contains("Tea or coffee?"));
        for forged in [
            format!("g={form}&g={poll}"),
            format!("g={one}&g={one}"),
            format!("skip={form}&skip={poll}"),
            "g=&g=x".into(),
        ] {
            assert!(!page(forged.clone()).await.contains(&media), "{surface} {forged}");
        }
    }
    let theirs = id_of(&add(&app, other.id, &gate("poll", json!("before"))).await);
    let page = html(&app, &format!("/video/play/{}?g={one}&g={two}", other.token)).await;
    assert!(!page.contains("video.mp4"), "another video's grant: {theirs}");

    // What is only a click leads away and could not hand the media over: it holds in the player.
    let third = app.add_video(&[], |_| {}).await;
    add(&app, third.id, &gate("cta", json!("before"))).await;
    assert!(html(&app, &format!("/video/play/{}", third.token)).await.contains("video.mp4"));
}

async fn a_view_keeps_its_grants_whichever_way_its_events_come(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let poll = id_of(&add(&app, video.id, &gate("poll", json!("before"))).await);
    let cta = id_of(&add(&app, video.id, &one("cta")).await);
    let mut asked = View::of(&video.token);
    let vote = asked.event(2_000, json!({"type": "answer", "interaction": poll, "answer": {"choice": 0}}));
    let results = record(&app, &asked.batch(&[vote])).await["results"].clone();
    let page =
        html(&app, &format!("/video/play/{}?g={}", video.token, results[0]["grant"].as_str().expect("a grant"))).await;
    let pass =
        page.split("&quot;pass&quot;:&quot;").nth(1).or_else(|| page.split("\"pass\":\"").nth(1)).expect("a pass");
    let pass = pass.split(['&', '"']).next().expect("a pass");

    let mut view = View::fresh(&video.token);
    let events = [view.load(), view.play(100), view.watched(60_200, 0, 60_000)];
    let mut batch = view.batch(&events);
    record(&app, &batch).await;
    assert_eq!(app.report(video.id).await["avg_watch_rate"], 0, "without its pass a view has not answered");
    batch["pass"] = json!(pass);
    record(&app, &batch).await;
    assert_eq!(app.report(video.id).await["avg_watch_rate"], 100);
    let link = format!("/video/cta/{}?i={cta}&s={}&n=9", video.id, view.session);
    assert_eq!(app.get(&link).send().await.expect("an answer").status(), 302);
    assert_eq!(app.report(video.id).await["avg_watch_rate"], 100, "a click-through comes without the pass");
    assert_eq!(app.report(video.id).await["actions"]["call_to_actions"], 1);
}

/// The gates of a video are as if they had been there before anyone came.
async fn long_ago(app: &App, video_id: i64) {
    let sql = "update gates set published_at = 0 where video_id = $1";
    match &app.state().store {
        Store::Sqlite { writer, .. } => _ = sqlx::query(sql).bind(video_id).execute(writer).await.expect("changed"),
        Store::Postgres(pool) => _ = sqlx::query(sql).bind(video_id).execute(pool).await.expect("changed"),
    }
}

/// The sums are what the raw entries say, with the timeline as it is now.
async fn stays(app: &App) {
    let kept = dump(&app.state().store).await;
    rebuild(&app.state().store).await;
    assert_eq!(dump(&app.state().store).await, kept);
}

async fn a_gate_that_is_published_later_takes_no_credit_away(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut form = gate("lead_form", json!({"s": 10}));
    form["draft"] = json!(true);
    add(&app, video.id, &form).await;
    let mut early = View::of(&video.token);
    let mut late = View::of(&video.token);
    let events = [early.load(), early.play(100), early.watched(30_100, 0, 30_000)];
    record(&app, &early.batch(&events)).await;
    assert_eq!(rates(&app, video.id).await.0, 50);

    let path = format!("{}/interactions/publish", video.id);
    assert_eq!(call(&app, Method::POST, &path, None, API_KEY).await.0, 200);
    add(&app, video.id, &gate("poll", json!({"s": 20}))).await;
    let rest = early.watched(60_200, 30_000, 60_000);
    record(&app, &early.batch(&[rest])).await;
    assert_eq!(rates(&app, video.id).await.0, 100, "its page has no gate");
    let events = [late.load(), late.play(100), late.watched(60_200, 0, 60_000)];
    record(&app, &late.batch(&events)).await;
    assert_eq!(rates(&app, video.id).await.0, 100, "one that began before and comes late has none either");
    stays(&app).await;

    let mut held = View::fresh(&video.token);
    let events = [held.load(), held.play(100), held.watched(60_200, 0, 60_000)];
    record(&app, &held.batch(&events)).await;
    assert_eq!(rates(&app, video.id).await.0, 72, "10 of the 60 seconds of the one who came after");
    stays(&app).await;
}

async fn a_gate_that_is_moved_or_withdrawn_holds_what_was_played_before(app: App) {
    for method in [Method::PUT, Method::DELETE] {
        let video = app.add_video(&[], |_| {}).await;
        let poll = id_of(&add(&app, video.id, &gate("poll", json!({"s": 15}))).await);
        long_ago(&app, video.id).await;
        let mut view = View::of(&video.token);
        let events = [view.load(), view.play(100), view.watched(60_200, 0, 60_000)];
        let batch = view.batch(&events);
        record(&app, &batch).await;
        assert_eq!(rates(&app, video.id).await.0, 25);

        let moved = gate("poll", json!({"s": 30}));
        let body = (method == Method::PUT).then_some(&moved);
        let path = format!("{}/interactions/{poll}", video.id);
        assert!(matches!(call(&app, method.clone(), &path, body, API_KEY).await.0, 200 | 204), "{method}");
        record(&app, &batch).await;
        assert_eq!(rates(&app, video.id).await.0, 25, "{method}: it held then");
        stays(&app).await;

        // What this page asks for can't be answered any more, and need not.
        let more = view.watched(700_000, 30_000, 60_000);
        record(&app, &view.batch(&[more])).await;
        assert_eq!(rates(&app, video.id).await.0, 75, "{method}");
        stays(&app).await;
    }
}

async fn a_gate_that_is_only_reworded_holds_as_it_did(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut poll = gate("poll", json!({"s": 15}));
    let id = id_of(&add(&app, video.id, &poll).await);
    let mut view = View::fresh(&video.token);
    let events = [view.load(), view.play(100), view.watched(30_100, 0, 30_000)];
    record(&app, &view.batch(&events)).await;
    assert_eq!(rates(&app, video.id).await.0, 25);
    poll["spec"]["question"] = json!("Coffee or tea?");
    let path = format!("{}/interactions/{id}", video.id);
    assert_eq!(call(&app, Method::PUT, &path, Some(&poll), API_KEY).await.0, 200);
    let more = view.watched(60_200, 30_000, 60_000);
    record(&app, &view.batch(&[more])).await;
    assert_eq!(rates(&app, video.id).await.0, 25);
    stays(&app).await;
}

async fn what_a_gate_holds_back_is_told_apart_from_what_no_clock_allows(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let poll = id_of(&add(&app, video.id, &gate("poll", json!({"s": 20}))).await);
    let mut view = View::fresh(&video.token);
    let explain = format!("{}/reports/explain?metric=avg_watch_rate", video.id);
    let uncredited = async || {
        let told = get(&app, &explain).await["left_out"].clone();
        ["uncredited_ms", "beyond_clock_ms", "behind_gate_ms"].map(|name| told[name].as_i64().expect("a number"))
    };
    let events = [view.load(), view.play(100), view.watched(30_100, 0, 30_000)];
    record(&app, &view.batch(&events)).await;
    assert_eq!(uncredited().await, [10_000, 0, 10_000]);
    let events = [
        view.event(30_500, json!({"type": "answer", "interaction": poll, "answer": answer_to("poll")})),
        view.watched(31_100, 20_000, 50_000),
    ];
    record(&app, &view.batch(&events)).await;
    // The clock allows 31.3 seconds, of which 20 were spent.
    assert_eq!(uncredited().await, [28_700, 18_700, 10_000]);
    let exported = get(&app, &format!("{}/exports/views.ndjson", video.id)).await;
    assert_eq!(
        ["uncredited_ms", "beyond_clock_ms", "behind_gate_ms"].map(|name| exported[name].as_i64()),
        [28_700, 18_700, 10_000].map(Some)
    );
    stays(&app).await;
}

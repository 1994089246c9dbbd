//! Viewers of whom everything is known, and the report, profile, curve and hooks that must come of them.

use crate::support::{API_KEY, App, batch::View, json_of, on_each_engine, receiver::Receiver};
use serde_json::{Value, json};
use server::{state::now, webhook::courier::Courier};

on_each_engine! { scripted_viewers_give_exactly_the_expected_figures }

/// Sends batches as one browser; another name is another viewer.
async fn send(app: &App, browser: &str, batch: &Value) {
    let answer = app.post("/engage/record").header("user-agent", browser).body(batch.to_string()).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 200, "{browser}");
    let receipt: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    assert_eq!(receipt["refused"], json!([]), "{browser}");
}

/// `(from, to, at)` of each stretch, at full speed.
async fn watches(app: &App, token: &str, browser: &str, stretches: &[(i64, i64, i64)]) {
    let mut view = View::of(token);
    let mut events = vec![view.load(), view.play(0)];
    events.extend(stretches.iter().map(|(from, to, at)| view.watched(*at, *from, *to)));
    send(app, browser, &view.batch(&events)).await;
}

async fn scripted_viewers_give_exactly_the_expected_figures(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoPlayedSessions"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let token = &video.token;

    watches(&app, token, "exact", &[(0, 10_000, 10_000), (10_000, 20_000, 20_000), (20_000, 30_000, 30_000)]).await;
    watches(&app, token, "seeks", &[(0, 10_000, 10_000), (40_000, 50_000, 21_000)]).await;
    watches(&app, token, "again", &[(0, 20_000, 20_000), (5_000, 15_000, 31_000)]).await;
    watches(&app, token, "tabs", &[(0, 20_000, 20_000)]).await;
    watches(&app, token, "tabs", &[(10_000, 40_000, 30_000)]).await;
    // The clock of the video jumps half a minute ahead of the clock on the wall.
    watches(&app, token, "jump", &[(0, 30_000, 30_000), (30_000, 55_000, 31_000)]).await;
    watches(&app, token, "loops", &[(0, 60_000, 60_000), (0, 60_000, 120_000), (0, 60_000, 180_000)]).await;
    watches(&app, token, "almost", &[(0, 59_600, 59_600)]).await;
    let mut double = View::of(token);
    let fast = json!({"type": "watched", "from": 0, "to": 40_000, "rate": 200, "hidden": true, "muted": true});
    let events = [double.load(), double.play(0), double.event(20_000, fast)];
    send(&app, "double", &double.batch(&events)).await;
    // Backwards, in pieces, and twice.
    let mut torn = View::of(token);
    let mut events = vec![torn.load(), torn.play(0)];
    events.extend((0..15).map(|s| torn.watched((s + 1) * 1_000, s * 1_000, (s + 1) * 1_000)));
    for piece in events.chunks(3).rev().chain(events.chunks(5)) {
        send(&app, "torn", &torn.batch(piece)).await;
    }
    // One who only opens the page.
    let mut opened = View::of(token);
    let load = opened.load();
    send(&app, "opened", &opened.batch(&[load])).await;

    let report = app.report(video.id).await;
    assert_eq!((&report["total_page_loads"], &report["total_plays"]), (&json!(11), &json!(10)));
    assert_eq!(report["unique_users"], 9, "two tabs are one viewer");
    // 30 + 20 + 30 + 20 + 30 + 31.3 + 60 + 59.6 + 40 + 15 of 600 seconds, and 10 less that were played again.
    assert_eq!((&report["avg_watch_rate"], &report["avg_unique_watch_rate"]), (&json!(56), &json!(54)));
    assert_eq!(report["watch_rate"], json!({"0": 0, "25": 4, "50": 4, "75": 0, "100": 2}));

    let path = |name: &str| format!("/api/v1/videos/{}/reports/{name}", video.id);
    let curve = json_of(app.get(&path("retention")).bearer_auth(API_KEY)).await;
    let at = |second: usize| {
        let number = |name: &str| curve[name][second].as_i64().expect("a number");
        (number("views"), number("played"), number("rewatched"))
    };
    assert_eq!(curve["views"].as_array().map(Vec::len), Some(60));
    assert_eq!(at(0), (9, 11, 2), "all but the second tab; the loop comes three times");
    assert_eq!(at(7), (9, 12, 3), "and again by one who went back");
    assert_eq!(at(12), (9, 12, 3));
    assert_eq!(at(31), (4, 6, 2), "less than half of what the clock allowed of it is no second");
    assert_eq!(at(45), (3, 5, 2));
    assert_eq!(at(59), (2, 4, 2));
    assert_eq!(curve["retention"][0], 90.0);

    let profile = |page: i64| {
        let path = format!("/api/v1/me/video/viewer_profile?video_id={}&page={page}", video.id);
        json_of(app.get(&path).bearer_auth(API_KEY))
    };
    let profile = profile(1).await;
    let lines = profile["viewer_profile"].as_array().expect("a list");
    let mut seen: Vec<(i64, i64)> = lines
        .iter()
        .map(|line| (line["precentage_played"].as_i64().expect("n"), line["views"].as_i64().expect("n")))
        .collect();
    seen.sort_unstable();
    let expected = [(25, 1), (33, 1), (33, 1), (50, 1), (52, 1), (66, 1), (66, 2), (100, 1), (100, 1)];
    assert_eq!(seen, expected, "who has two tabs has seen the union");

    let explained = json_of(app.get(&path("explain?metric=avg_watch_rate")).bearer_auth(API_KEY)).await;
    assert_eq!(explained["value"], 56);
    assert_eq!(explained["inputs"], json!({"capped_watched_ms": 335_900, "length_ms": 600_000}));
    assert_eq!(
        explained["left_out"],
        json!({"views": 0, "reasons": {}, "uncredited_ms": 23_700, "beyond_clock_ms": 23_700, "behind_gate_ms": 0})
    );
    assert_eq!(explained["counted"], json!({"hidden_ms": 40_000, "muted_ms": 40_000}));

    let attention = json_of(app.get(&path("attention")).bearer_auth(API_KEY)).await;
    let strips: Vec<&Value> =
        attention["items"].as_array().expect("a list").iter().map(|one| &one["seconds"]).collect();
    assert!(strips.contains(&&json!([[0, 5, 1], [5, 15, 2], [15, 20, 1]])), "who went back");
    assert!(strips.contains(&&json!([[0, 10, 1], [10, 20, 2], [20, 40, 1]])), "two tabs");
    assert!(strips.contains(&&json!([[0, 60, 3]])), "the loop");
    assert!(strips.contains(&&json!([[0, 10, 1], [40, 50, 1]])), "who jumped");

    let series = json_of(app.get(&path("series?by=hour")).bearer_auth(API_KEY)).await;
    let sum = |name: &str| {
        let items = series["items"].as_array().expect("a list").iter();
        items.map(|item| item[name].as_f64().expect("a number")).sum::<f64>()
    };
    assert_eq!((sum("page_loads"), sum("plays"), sum("finished")), (11.0, 10.0, 2.0));
    assert_eq!(sum("watched").round(), 456.0, "re-watching included");

    let writer = &app.state().writer;
    assert_eq!(writer.close_idle(now() + 61_000).await.expect("swept"), 11);
    let courier = Courier::new(app.state().clone());
    while courier.step(now() + 62_000).await.expect("delivered") > 0 {}
    let mut hooks: Vec<i64> = receiver
        .hooks()
        .iter()
        .map(|hook| hook.json()["VideoPlayedSessions"]["percentagePlayed"].as_i64().expect("a number"))
        .collect();
    hooks.sort_unstable();
    assert_eq!(hooks, [25, 33, 33, 33, 50, 50, 52, 66, 100, 100], "each play once, with its own percentage");
}

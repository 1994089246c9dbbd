//! One story on both engines: a viewer comes, watches, clicks; the owner reads the report and is told.

use crate::support::{API_KEY, App, batch::View, cta, on_each_engine, receiver::Receiver};
use serde_json::json;

on_each_engine! { a_viewer_watches_and_clicks_and_the_owner_is_told }

async fn a_viewer_watches_and_clicks_and_the_owner_is_told(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoCTA", "VideoPlayedSessions"]).await;
    let demo = cta("https://example.com/demo");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;

    let mut view = View::of(&video.token);
    let mut events = view.watching(30_000);
    events.push(view.event(20_000, json!({"type": "shown", "interaction": demo.id})));
    events.push(view.click(40_000, demo.id));
    let receipt: serde_json::Value =
        serde_json::from_str(&app.record(&view.batch(&events)).await.text().await.expect("a body")).expect("JSON");
    assert_eq!(receipt, json!({"recorded": 5, "refused": [], "results": []}));

    let report = app.report(video.id).await;
    assert_eq!(report["total_page_loads"], 1);
    assert_eq!(report["total_plays"], 1);
    assert_eq!(report["unique_users"], 1);
    assert_eq!(report["avg_watch_rate"], 50);
    assert_eq!(report["watch_rate"], json!({"0": 0, "25": 0, "50": 1, "75": 0, "100": 0}));
    assert_eq!(report["actions"]["call_to_actions"], 1);

    let click = &receiver.until(1).await[0];
    assert_eq!(click.json()["eventName"], "VideoCTA");
    assert_eq!(click.json()["VideoCTA"]["ctaTargetUrl"], "https://example.com/demo");
    assert_eq!(click.json()["VideoCTA"]["ctaClickedTime"], 39.9);
    assert_eq!(click.json()["VideoCTA"]["email"], json!(null));
    assert_eq!(click.json()["hook"]["uuid"], click.header("webhook-id"));

    let last = [
        view.watched(60_200, 30_000, 60_000),
        view.event(60_200, json!({"type": "ended"})),
        view.event(60_300, json!({"type": "hidden"})),
    ];
    app.record(&view.batch(&last)).await;
    let session = receiver.until(2).await[1].json();
    assert_eq!(session["eventName"], "VideoPlayedSessions");
    assert_eq!(session["VideoPlayedSessions"]["percentagePlayed"], 100);
    assert_eq!(session["VideoPlayedSessions"]["media"]["videoId"], video.id);

    let other = app.get(&format!("/api/v1/me/video/reports/{}", video.id)).send().await.expect("an answer");
    assert_eq!(other.status(), 401);
    app.add_account(2, "other@example.com", "cue_other_account_key").await;
    let path = format!("/api/v1/me/video/reports/{}", video.id);
    let foreign = app.get(&path).bearer_auth("cue_other_account_key").send().await.expect("an answer");
    assert_eq!(foreign.status(), 404);
    let compatible = format!("{path}?email=sandbox@example.com&api_key={API_KEY}");
    assert_eq!(app.get(&compatible).send().await.expect("an answer").status(), 200);
}

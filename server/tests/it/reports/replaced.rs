//! A file that is replaced by a longer or a shorter one: what was played of the former stays what it was.

use super::rollups::{dump, rebuild};
use crate::{
    support::{API_KEY, App, batch::View, cta, json_of, on_each_engine},
    viewers::{open, play, send},
};
use app::ids::Token;
use serde_json::{Value, json};
use server::store::videos::{self, Video};

on_each_engine! {
    what_was_played_of_a_shorter_file_keeps_its_length
    a_page_with_a_longer_file_goes_on_being_recorded
    a_view_that_began_before_the_length_was_known_takes_it_with_its_next_batch
}

/// Gives a video another length, as a job does that has prepared another file.
async fn replace(app: &App, video: &Video, duration_ms: i64) {
    let mut tx = app.state().store.begin().await.expect("a transaction");
    let changed = Video { duration_ms: Some(duration_ms), ..video.clone() };
    videos::set_prepared(tx.conn(), &changed).await.expect("changed");
    tx.commit().await.expect("committed");
    let token = Token::try_from(video.token.clone()).expect("a token");
    app.state().catalogue.forget(&token).await;
}

/// Records a batch of which nothing is refused.
async fn record(app: &App, view: &View, events: &[Value]) {
    let receipt = json_of(app.post("/engage/record").body(view.batch(events).to_string())).await;
    assert_eq!(receipt["refused"], json!([]));
}

async fn ours(app: &App, video: &Video, path: &str) -> Value {
    json_of(app.get(&format!("/api/v1/videos/{}/reports/{path}", video.id)).bearer_auth(API_KEY)).await
}

/// Plays, and of them those of 100 percent; the averages with and without what was played again.
async fn figures(app: &App, video: &Video) -> [i64; 4] {
    let report = app.report(video.id).await;
    let paths = ["/total_plays", "/watch_rate/100", "/avg_watch_rate", "/avg_unique_watch_rate"];
    paths.map(|path| report.pointer(path).and_then(Value::as_i64).expect("a number"))
}

/// The sums are what the raw entries say.
async fn stays(app: &App) {
    let kept = dump(&app.state().store).await;
    rebuild(&app.state().store).await;
    assert_eq!(dump(&app.state().store).await, kept);
}

async fn what_was_played_of_a_shorter_file_keeps_its_length(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut views: Vec<View> = (0..10).map(|_| View::of(&video.token)).collect();
    for view in &mut views {
        let events = view.watching(60_000);
        record(&app, view, &events).await;
    }
    let mut kept = dump(&app.state().store).await;
    replace(&app, &video, 120_000).await;
    assert_eq!(figures(&app, &video).await, [10, 10, 100, 100]);

    let late = views[0].event(61_000, json!({"type": "pause", "pos": 60_000}));
    record(&app, &views[0], &[late]).await;
    let mut now = dump(&app.state().store).await;
    // When they began is known a little better with each batch.
    for rows in [&mut kept, &mut now] {
        rows.retain(|row| !row.starts_with("viewer "));
    }
    assert_eq!(now, kept, "a late batch changes nothing");
    stays(&app).await;

    let mut whole = View::of(&video.token);
    let events = whole.watching(120_000);
    record(&app, &whole, &events).await;
    assert_eq!(figures(&app, &video).await, [11, 11, 100, 100]);
    let mut half = View::of(&video.token);
    let events = half.watching(60_000);
    record(&app, &half, &events).await;
    assert_eq!(figures(&app, &video).await, [12, 11, 93, 93], "780 of 840 seconds");
    let explained = ours(&app, &video, "explain?metric=avg_watch_rate").await;
    assert_eq!(explained["inputs"], json!({"capped_watched_ms": 780_000, "length_ms": 840_000}));
    assert_eq!(ours(&app, &video, "retention").await["views"].as_array().map(Vec::len), Some(120));
    stays(&app).await;
}

async fn a_page_with_a_longer_file_goes_on_being_recorded(app: App) {
    let demo = cta("https://example.com/demo");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let page = open(play(&app, &video, "")).await;
    let mut begun = View::of(&video.token);
    let events = begun.watching(20_000);
    assert_eq!(json_of(send(&app, &page, &begun, &events)).await["refused"], json!([]));
    replace(&app, &video, 30_000).await;

    let rest = begun.watched(60_100, 20_000, 60_000);
    assert_eq!(json_of(send(&app, &page, &begun, &[rest])).await["refused"], json!([]));
    let mut late = View::of(&video.token);
    let events = late.watching(60_000);
    assert_eq!(json_of(send(&app, &page, &late, &events)).await["refused"], json!([]));
    // A click comes without its page's pass, and may be the first that is heard of a view.
    let mut clicked = View::of(&video.token);
    let link = format!("/video/cta/{}?i={}&s={}&n=9", video.id, demo.id, clicked.session);
    assert_eq!(app.get(&link).send().await.expect("an answer").status(), 302);
    let events = clicked.watching(60_000);
    assert_eq!(json_of(send(&app, &page, &clicked, &events)).await["refused"], json!([]));
    assert_eq!(figures(&app, &video).await, [3, 3, 100, 100]);

    let mut stranger = View::of(&video.token);
    let events = [stranger.load(), stranger.watched(60_100, 0, 60_000)];
    let receipt = json_of(app.post("/engage/record").body(stranger.batch(&events).to_string())).await;
    assert_eq!((&receipt["recorded"], &receipt["refused"][0]["field"]), (&json!(1), &json!("to")), "no pass says so");
    let mut fresh = View::of(&video.token);
    let events = fresh.watching(30_000);
    record(&app, &fresh, &events).await;
    assert_eq!(figures(&app, &video).await, [4, 4, 100, 100]);

    let curve = ours(&app, &video, "retention").await;
    assert_eq!(curve["views"], json!(vec![4; 30]), "the file as it is now has thirty seconds");
    for viewer in ours(&app, &video, "attention").await["items"].as_array().expect("a list") {
        assert_eq!((&viewer["percentage_played"], &viewer["seconds"][0][1]), (&json!(100), &json!(30)));
    }
    stays(&app).await;
}

async fn a_view_that_began_before_the_length_was_known_takes_it_with_its_next_batch(app: App) {
    let video = app.add_video(&[], |video| video.duration_ms = None).await;
    let (mut silent, mut goes_on) = (View::of(&video.token), View::of(&video.token));
    for view in [&mut silent, &mut goes_on] {
        let events = view.watching(30_000);
        record(&app, view, &events).await;
    }
    assert_eq!(figures(&app, &video).await, [2, 0, 0, 0]);
    replace(&app, &video, 60_000).await;
    let late = goes_on.event(31_000, json!({"type": "pause", "pos": 30_000}));
    record(&app, &goes_on, &[late]).await;
    assert_eq!(figures(&app, &video).await, [2, 0, 50, 50], "nothing is known of the other");
    stays(&app).await;
}

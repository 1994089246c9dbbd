//! Figures over time: which stretch a view stands in, and which stretches are told.

use super::api::ours;
use crate::support::{
    App, on_each_engine,
    played::{MIDNIGHT, play},
};
use serde_json::{Value, json};
use server::store::videos::Video;
use uuid::Uuid;

on_each_engine! {
    a_view_stands_in_the_hour_and_in_the_day_in_which_it_began
    a_series_begins_and_ends_where_it_is_asked_to
}

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Plays of three days: the last millisecond of one, two in one hour of the next, the first moment of the third.
async fn watched(app: &App) -> Video {
    let video = app.add_video(&[], |_| {}).await;
    let nine = MIDNIGHT - DAY + 9 * HOUR;
    let plays = [(MIDNIGHT - DAY - 1, 10_000), (nine, 60_000), (nine + HOUR / 2, 20_000), (MIDNIGHT, 30_000)];
    let rows: Vec<_> = plays.iter().map(|(at, ms)| play(&video, Uuid::now_v7(), *at, (0, *ms))).collect();
    app.keep(&rows).await;
    video
}

async fn series(app: &App, video: &Video, query: &str) -> Vec<Value> {
    ours(app, video, &format!("reports/series?{query}")).await["items"].as_array().expect("a list").clone()
}

fn item(at: &str, plays: i64, watched: f64, finished: i64) -> Value {
    json!({"at": at, "page_loads": plays, "plays": plays, "watched": watched, "finished": finished})
}

async fn a_view_stands_in_the_hour_and_in_the_day_in_which_it_began(app: App) {
    let video = watched(&app).await;
    let days = series(&app, &video, "by=day&from=2026-11-20&to=2026-11-23").await;
    assert_eq!(
        days,
        [
            item("2026-11-20T00:00:00Z", 0, 0.0, 0),
            item("2026-11-21T00:00:00Z", 1, 10.0, 0),
            item("2026-11-22T00:00:00Z", 2, 80.0, 1),
            item("2026-11-23T00:00:00Z", 1, 30.0, 0),
        ]
    );
    let hours = series(&app, &video, "by=hour&from=2026-11-20&to=2026-11-23T23:59:59Z").await;
    assert_eq!(hours.len(), 96);
    let busy: Vec<&Value> = hours.iter().filter(|hour| hour["plays"] != 0).collect();
    assert_eq!(
        busy,
        [
            &item("2026-11-21T23:00:00Z", 1, 10.0, 0),
            &item("2026-11-22T09:00:00Z", 2, 80.0, 1),
            &item("2026-11-23T00:00:00Z", 1, 30.0, 0),
        ]
    );
    for (day, hours) in days.iter().zip(hours.chunks(24)) {
        for name in ["page_loads", "plays", "watched", "finished"] {
            let sum: f64 = hours.iter().map(|hour| hour[name].as_f64().expect("a number")).sum();
            assert_eq!(day[name].as_f64(), Some(sum), "{name} of {}", day["at"]);
        }
    }
}

async fn a_series_begins_and_ends_where_it_is_asked_to(app: App) {
    let video = watched(&app).await;
    for query in [
        "by=hour&from=2026-11-22T09:00:00Z&to=2026-11-22T09:59:59Z",
        "by=hour&from=2026-11-22T11:10:00%2B02:00&to=2026-11-22T04:50:00-05:00",
    ] {
        assert_eq!(series(&app, &video, query).await, [item("2026-11-22T09:00:00Z", 2, 80.0, 1)], "{query}");
    }
    let day = "by=day&from=2026-11-22&to=2026-11-22T23:59:59.999Z";
    assert_eq!(series(&app, &video, day).await, [item("2026-11-22T00:00:00Z", 2, 80.0, 1)]);
    let before = series(&app, &video, "by=hour&from=2026-11-22T06:00:00Z&to=2026-11-22T08:59:59Z").await;
    assert_eq!((before.len(), before.iter().filter(|hour| hour["page_loads"] != 0).count()), (3, 0));
    // A plus sign that is not written as %2B is a space.
    for (field, query) in [
        ("from", "from=2026-11-22T11:00:00+02:00&to=2026-11-23"),
        ("from", "from=2026-11-22T11:00:xx&to=2026-11-23"),
        ("to", "from=2026-11-22&to=2026-11-23T11:00:00ZZZ"),
        ("from", "from=2026-11-23&to=2026-11-22"),
    ] {
        let path = format!("/api/v1/videos/{}/reports/series?{query}", video.id);
        let (status, error) = app.call("GET", &path, None).await;
        assert_eq!((status, &error["flaws"][0]["field"]), (422, &json!(field)), "{query}");
        assert!(error["flaws"][0]["message"].as_str().is_some_and(|reason| reason.starts_with("must be")), "{query}");
    }
}

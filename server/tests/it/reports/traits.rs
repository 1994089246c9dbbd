//! What viewers watched with, and where, as the profile and the lists tell it.

use super::api::{ours, profiles};
use crate::support::{App, batch::View, json_of, places::mmdb};
use serde_json::{Value, json};

const DESK: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/18.4 Mobile/15E148 Safari/604.1";
const TABLET: &str = "Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/12.1 Mobile/15E148 Safari/604.1";

/// Runs a test on each engine, behind a proxy and with a database of places.
async fn with_places(test: impl AsyncFn(App)) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("places.mmdb");
    let houston = json!({
        "city": {"names": {"en": "Houston"}},
        "country": {"iso_code": "US", "names": {"en": "United States"}},
        "subdivisions": [{"iso_code": "TX", "names": {"en": "Texas"}}],
    });
    let sydney = json!({"city": "Sydney", "country_code": "AU", "state1": "New South Wales"});
    let bavaria = json!({"country": {"iso_code": "DE"}, "subdivisions": [{"names": {"en": "Bavaria"}}]});
    let networks = [("203.0.113.0/24", houston), ("198.51.100.0/25", sydney), ("192.0.2.0/24", bavaria)];
    std::fs::write(&path, mmdb(&networks)).expect("a file");
    let more = [("CUEPOINT_GEO_DB", path.display().to_string()), ("CUEPOINT_TRUSTED_PROXIES", "127.0.0.1".to_owned())];
    test(App::start_with(&more).await).await;
    if let Some(app) = App::on_postgres_with(&more).await {
        test(app).await;
    }
}

/// A view from this address, by this browser or one that says nothing: a play, or a page that was only opened.
async fn visit(app: &App, token: &str, agent: Option<&str>, from: &str, plays: bool) {
    let mut view = View::of(token);
    let referrer = agent.map(|_| "https://news.example.com/a");
    let mut events = vec![view.event(0, json!({"type": "load", "surface": "play", "referrer": referrer}))];
    if plays {
        events.push(view.play(100));
        events.push(view.watched(5_100, 0, 5_000));
    }
    let mut request = app.post("/engage/record").header("x-forwarded-for", from);
    if let Some(agent) = agent {
        request = request.header("user-agent", agent);
    }
    json_of(request.body(view.batch(&events).to_string())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_tells_device_system_browser_and_place_and_na_for_what_is_not_known() {
    with_places(profile_values).await;
}

async fn profile_values(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    for (agent, from) in
        [(Some(DESK), "203.0.113.77"), (Some(PHONE), "198.51.100.5"), (Some(TABLET), "192.0.2.9"), (None, "10.9.8.7")]
    {
        visit(&app, &video.token, agent, from, true).await;
    }
    let (lines, _) = profiles(&app, &format!("video_id={}", video.id)).await;
    assert_eq!(lines.len(), 4);
    let names = ["device", "os", "browser", "location", "referer_url", "email", "viewer_name"];
    let news = "https://news.example.com/a";
    for (ip, values) in [
        ("203.XXX.113.XXX", ["DESKTOP", "Windows", "Firefox", "Houston, United States", news, "NA", "NA"]),
        ("198.XXX.100.XXX", ["MOBILE", "iOS", "Mobile Safari", "Sydney, AU", news, "NA", "NA"]),
        ("192.XXX.2.XXX", ["TABLET", "iOS", "Mobile Safari", "Bavaria, DE", news, "NA", "NA"]),
        ("10.XXX.8.XXX", ["NA"; 7]),
    ] {
        let line = lines.iter().find(|line| line["ip"] == ip).expect("told");
        assert_eq!(names.map(|name| line[name].as_str().expect("text")), values, "{ip}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_count_what_viewers_watched_with_and_where() {
    with_places(lists).await;
}

async fn lists(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    for (agent, from, plays) in [
        (Some(DESK), "203.0.113.77", true),
        (Some(DESK), "203.0.113.78", true),
        (Some(PHONE), "198.51.100.5", true),
        (Some(TABLET), "192.0.2.9", false),
        (None, "10.9.8.7", false),
    ] {
        visit(&app, &video.token, agent, from, plays).await;
    }
    let list = |counts: &[(Option<&str>, i64, i64)]| -> Value {
        let line = |(value, loads, plays): &(Option<&str>, i64, i64)| json!({"value": value, "page_loads": loads, "plays": plays});
        counts.iter().map(line).collect()
    };
    // Most plays first; what nobody said is null.
    assert_eq!(
        ours(&app, &video, "reports/devices").await,
        json!({
            "video_id": video.id,
            "types": list(&[(Some("desktop"), 2, 2), (Some("phone"), 1, 1), (None, 1, 0), (Some("tablet"), 1, 0)]),
            "devices": list(&[(None, 3, 2), (Some("iPhone"), 1, 1), (Some("iPad"), 1, 0)]),
            "os": list(&[(Some("Windows"), 2, 2), (Some("iOS"), 2, 1), (None, 1, 0)]),
            "browsers": list(&[(Some("Firefox"), 2, 2), (Some("Mobile Safari"), 2, 1), (None, 1, 0)]),
        })
    );
    let (houston, sydney) = ("Houston, Texas", "Sydney, New South Wales");
    assert_eq!(
        ours(&app, &video, "reports/regions").await,
        json!({
            "video_id": video.id,
            "countries": list(&[(Some("United States"), 2, 2), (Some("AU"), 1, 1), (None, 1, 0), (Some("DE"), 1, 0)]),
            "regions": list(&[(Some(houston), 2, 2), (Some(sydney), 1, 1), (None, 1, 0), (Some("Bavaria, DE"), 1, 0)]),
        })
    );
}

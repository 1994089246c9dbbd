//! What a view was watched with, and where.

use crate::support::{App, batch::View, json_of, places::mmdb};
use serde_json::{Value, json};
use server::store::{views, views::View as Row};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/18.4 Mobile/15E148 Safari/604.1";

fn nested(city: &str, region: &str, code: &str, country: &str) -> Value {
    json!({
        "city": {"geoname_id": 1, "names": {"de": "-", "en": city}},
        "country": {"iso_code": code, "names": {"en": country}},
        "subdivisions": [{"iso_code": "X", "names": {"en": region}}],
    })
}

async fn played(app: &App, token: &str, from: &str) -> Row {
    let mut view = View::of(token);
    let events = view.watching(5_000);
    let request = app.post("/engage/record").header("x-forwarded-for", from).header("user-agent", PHONE);
    json_of(request.body(view.batch(&events).to_string())).await;
    let mut reader = app.state().store.reader().await.expect("a connection");
    views::by_id(reader.conn(), app.account_id, view.session).await.expect("read").expect("stored")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_knows_its_device_and_its_place_and_never_its_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("places.mmdb");
    let houston = nested("Houston", "Texas", "US", "United States");
    let flat = json!({"city": "Sydney", "country_code": "AU", "state1": "New South Wales"});
    std::fs::write(&path, mmdb(&[("203.0.113.0/24", houston), ("198.51.100.0/25", flat)])).expect("a file");
    let more = [("CUEPOINT_GEO_DB", path.display().to_string()), ("CUEPOINT_TRUSTED_PROXIES", "127.0.0.1".to_owned())];
    let app = App::start_with(&more).await;
    let video = app.add_video(&[], |_| {}).await;
    assert_eq!(app.report(video.id).await["popular_region"], "NA");

    let row = played(&app, &video.token, "203.0.113.77").await;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    assert_eq!([text(&row.city), text(&row.region), text(&row.country)], ["Houston", "Texas", "United States"]);
    assert_eq!([text(&row.browser), text(&row.os), text(&row.device)], ["Mobile Safari", "iOS", "iPhone"]);
    assert_eq!((text(&row.device_type).as_str(), row.ip.as_str()), ("phone", "203.XXX.113.XXX"));
    let report = app.report(video.id).await;
    assert_eq!(report["popular_region"], "Houston, Texas");
    assert_eq!(report["plays_in_popular_region"], "1 plays from Houston, Texas");
    assert_eq!(report["popular_region_plays"], 1);

    for _ in 0..2 {
        played(&app, &video.token, "198.51.100.5").await;
    }
    let elsewhere = played(&app, &video.token, "198.51.100.200").await;
    assert_eq!(elsewhere.place(), None, "the other half of the network is not known");
    assert_eq!(played(&app, &video.token, "2001:db8::1").await.place(), None, "nor is IPv6 in this database");
    let report = app.report(video.id).await;
    assert_eq!(
        (&report["popular_region"], &report["popular_region_plays"]),
        (&json!("Sydney, New South Wales"), &json!(2))
    );

    // The operator brings a newer file; a broken one changes nothing.
    let moved = nested("Austin", "Texas", "US", "United States");
    std::fs::write(&path, mmdb(&[("203.0.113.0/24", moved)])).expect("a file");
    app.state().geo.refresh().await;
    assert_eq!(played(&app, &video.token, "203.0.113.77").await.city.as_deref(), Some("Austin"));
    std::fs::write(&path, b"not a database").expect("a file");
    app.state().geo.refresh().await;
    assert_eq!(played(&app, &video.token, "203.0.113.77").await.city.as_deref(), Some("Austin"));

    let database = std::fs::read(app.folder.path().join("cuepoint.db")).expect("a file");
    let log = std::fs::read(app.folder.path().join("cuepoint.db-wal")).unwrap_or_default();
    for raw in ["203.0.113.77", "198.51.100.5", "iPhone OS 18_4"] {
        let found = [&database, &log].iter().any(|bytes| bytes.windows(raw.len()).any(|part| part == raw.as_bytes()));
        assert!(!found, "{raw} is kept nowhere");
    }
}

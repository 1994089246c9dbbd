//! Errors of the video report; its figures are in the story and the engagement tests.

use crate::support::{API_KEY, App, json_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_report_without_a_known_video_says_so() {
    let app = App::start().await;
    for (path, status) in [
        ("/api/v1/me/video/reports/999", 404),
        ("/api/v1/me/video/reports/x", 404),
        ("/api/v1/me/video/reports", 400),
        ("/api/v1/no/such/route", 404),
    ] {
        let answer = app.get(path).bearer_auth(API_KEY).send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{path}");
        let error: serde_json::Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
        assert_eq!((&error["status"], &error["code"]), (&status.into(), &status.into()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_found_by_path_and_by_query() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let by_query =
        json_of(app.get(&format!("/api/v1/me/video/reports?video_id={}", video.id)).bearer_auth(API_KEY)).await;
    assert_eq!(by_query, app.report(video.id).await);
    assert_eq!(by_query["popular_region"], "NA");
}

//! How much a view, a video and an address may send, and what they are told.

use crate::support::{App, batch::View, cta};
use serde_json::json;

fn limits(text: &str) -> [(&'static str, String); 2] {
    [("CUEPOINT_RATE_LIMITS", text.to_owned()), ("CUEPOINT_TRUSTED_PROXIES", "127.0.0.1".to_owned())]
}

async fn sent(app: &App, from: &str, view: &mut View) -> u16 {
    let here = view.event(1, json!({"type": "here"}));
    let request = app.post("/engage/record").header("x-forwarded-for", from).body(view.batch(&[here]).to_string());
    let answer = request.send().await.expect("an answer");
    let (status, wait) = (answer.status().as_u16(), answer.headers().get("retry-after").cloned());
    let body: serde_json::Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    assert_eq!(status == 429, wait.is_some(), "{body}");
    if let Some(wait) = wait {
        let seconds: u32 = wait.to_str().expect("text").parse().expect("seconds");
        assert!(seconds > 0);
        assert_eq!(
            (&body["status"], &body["type"], &body["retry_after"]),
            (&json!(429), &json!("too_many_requests"), &json!(seconds))
        );
    }
    status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_sends_too_much_is_told_when_to_come_again() {
    let app = App::start_with(&limits("session=1/h:3")).await;
    let video = app.add_video(&[], |_| {}).await;
    let mut view = View::of(&video.token);
    for _ in 0..3 {
        assert_eq!(sent(&app, "9.9.9.9", &mut view).await, 200);
    }
    assert_eq!(sent(&app, "9.9.9.9", &mut view).await, 429);
    assert_eq!(sent(&app, "8.8.8.8", &mut view).await, 429, "from wherever");
    assert_eq!(sent(&app, "9.9.9.9", &mut View::of(&video.token)).await, 200, "its neighbour is not meant");
    assert_eq!(app.report(video.id).await["total_page_loads"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_has_its_own_limit() {
    let app = App::start_with(&limits("video=1/h:4")).await;
    let (busy, calm) = (app.add_video(&[], |_| {}).await, app.add_video(&[], |_| {}).await);
    let mut statuses = Vec::new();
    for n in 0..5 {
        statuses.push(sent(&app, &format!("9.9.9.{n}"), &mut View::of(&busy.token)).await);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 429]);
    assert_eq!(sent(&app, "9.9.9.9", &mut View::of(&calm.token)).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_a_flood_bound_and_ipv6_is_taken_by_its_network() {
    let app = App::start_with(&limits("address=1/h:2")).await;
    let video = app.add_video(&[], |_| {}).await;
    let mut views: Vec<View> = (0..8).map(|_| View::of(&video.token)).collect();
    let from = [
        "2001:db8:1:2::1",
        "2001:db8:1:2:ffff::9",
        "2001:db8:1:2::3",
        "2001:db8:1:3::1",
        "9.9.9.9",
        "9.9.9.9",
        "9.9.9.9",
        "9.9.9.8",
    ];
    let mut statuses = Vec::new();
    for (view, from) in views.iter_mut().zip(from) {
        statuses.push(sent(&app, from, view).await);
    }
    assert_eq!(statuses, [200, 200, 429, 200, 200, 200, 429, 200]);
    let forged = app.post("/engage/record").header("x-forwarded-for", "1.2.3.4, 9.9.9.9").body("{}");
    assert_eq!(forged.send().await.expect("an answer").status(), 429, "only the last word of a trusted proxy counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_classroom_behind_one_address_is_let_in() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let views = (0..200).map(|_| {
        let mut view = View::of(&video.token);
        let app = &app;
        async move {
            for _ in 0..3 {
                assert_eq!(sent(app, "9.9.9.9", &mut view).await, 200);
            }
        }
    });
    futures_util::future::join_all(views).await;
    assert_eq!(app.report(video.id).await["total_page_loads"], 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_sent_away_with_a_click_still_reaches_its_target() {
    let app = App::start_with(&limits("session=1/h:1")).await;
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let mut view = View::of(&video.token);
    assert_eq!(sent(&app, "9.9.9.9", &mut view).await, 200);
    let link = format!("/video/cta/{}?i={}&s={}&n=5", video.id, demo.id, view.session);
    assert_eq!(app.get(&link).send().await.expect("an answer").status(), 302);
    assert_eq!(app.report(video.id).await["actions"]["call_to_actions"], 0);
}

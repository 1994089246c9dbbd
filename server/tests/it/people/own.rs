//! The views of an account's own people, and the preview.

use super::Browser;
use crate::support::{App, batch::View, cta, on_each_engine};
use serde_json::json;
use server::people::Role;

on_each_engine! {
    a_member_s_own_views_are_left_out
    a_preview_is_for_the_account_s_people
}

async fn a_member_s_own_views_are_left_out(app: App) {
    let button = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&button), |_| {}).await;
    app.add_account(2, "second@example.com", "cue_second_account").await;
    let other = app.add_video(&[], |video| video.account_id = 2).await;
    let ann = Browser::as_role(&app, Role::Viewer).await;
    let record = async |view: &mut View| {
        let events = view.watching(30_000);
        let sent = app.post("/engage/record").header("cookie", &ann.cookie).body(view.batch(&events).to_string());
        assert_eq!(sent.send().await.expect("an answer").status(), 200);
    };
    record(&mut View::of(&video.token)).await;
    assert_eq!(app.report(video.id).await["total_plays"], 0, "hers");
    // Their page says so in its pass, where a beacon brings no cookie.
    let html = ann.text(&format!("/video/play/{}", video.token)).await.1;
    let mut view = View::of(&video.token);
    let events = view.watching(10_000);
    let mut batch = view.batch(&events);
    let pass = html.split_once("&quot;pass&quot;:&quot;").or_else(|| html.split_once("\"pass\":\"")).expect("a pass").1;
    batch["pass"] = json!(pass.split(['&', '"']).next());
    assert_eq!(app.record(&batch).await.status(), 200);
    assert_eq!(app.report(video.id).await["total_plays"], 0);
    // A video of an account that she does not belong to counts.
    record(&mut View::of(&other.token)).await;
    let path = format!("/api/v1/me/video/reports/{}", other.id);
    let (_, report) = app.call_as("cue_second_account", "GET", &path, None).await;
    assert_eq!(report["total_plays"], 1);
    let mut view = View::of(&video.token);
    let events = view.watching(10_000);
    app.record(&view.batch(&events)).await;
    assert_eq!(app.report(video.id).await["total_plays"], 1, "and everybody else's");
}

async fn a_preview_is_for_the_account_s_people(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let preparing = app.add_video(&[], |video| video.state = "processing".into()).await;
    app.add_account(2, "second@example.com", "cue_second_account").await;
    let path = format!("/video/preview/{}", video.token);
    let ann = Browser::as_role(&app, Role::Viewer).await;
    let (status, html) = ann.text(&path).await;
    assert!(status == 200 && html.contains("video.mp4"), "{html}");
    assert_eq!(ann.text(&format!("/video/preview/{}", preparing.token)).await.0, 200);
    let stranger = super::member(&app, 2, "b@example.com", Role::Owner, None).await;
    let stranger = Browser::of(&app, &stranger, 2).await;
    for request in [app.get(&path), stranger.get(&path)] {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 302);
        assert_eq!(answer.headers()["location"], format!("/video/play/{}", video.token).as_str());
    }
    assert_eq!(ann.text("/video/preview/nonsense").await.0, 404);
}

//! Viewers of a video, and videos of a person, are listed by the newest play that counts.

use super::{
    api::{form, ours, profiles},
    rollups::{dump, rebuild},
};
use crate::support::{App, batch::View, json_of, on_each_engine};
use serde_json::{Value, json};
use server::{state::now, store::videos::Video};
use uuid::Uuid;

on_each_engine! {
    who_played_last_comes_first_whoever_opened_the_page_since
    a_play_that_is_left_out_later_makes_nobody_newer
    a_play_is_listed_where_it_turns_out_to_have_begun
}

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";
const GOOGLE: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// What a view of the person with this address sends: a play, or nothing but that the page was opened.
fn said(view: &mut View, form: Uuid, email: &str, plays: bool) -> Value {
    let mut events = if plays { view.watching(5_000) } else { vec![view.load()] };
    let answer = json!({"type": "answer", "interaction": form, "answer": {"fields": {"email": email}}});
    events.push(view.event(20_000, answer));
    view.batch(&events)
}

async fn send(app: &App, agent: &str, batch: &Value) {
    let request = app.post("/engage/record").header("user-agent", agent);
    let receipt = json_of(request.body(batch.to_string())).await;
    assert_eq!(receipt["refused"], json!([]));
}

/// A view that began so many milliseconds ago.
async fn visit(app: &App, video: &Video, form: Uuid, email: &str, ago: i64, plays: bool) -> View {
    let mut view = View::opened(&video.token, now() - ago);
    let batch = said(&mut view, form, email, plays);
    send(app, "Mozilla/5.0 Chrome", &batch).await;
    view
}

/// The addresses of a video's viewers, as the profile lists them, and as attention does.
async fn listed(app: &App, video: &Video) -> [Vec<String>; 2] {
    let (profile, _) = profiles(app, &format!("video_id={}", video.id)).await;
    let attention = ours(app, video, "reports/attention").await;
    let attention = attention["items"].as_array().expect("a list");
    [&profile, attention].map(|list| {
        let dates: Vec<&str> = list.iter().map(|one| one["last_viewed_at"].as_str().expect("an instant")).collect();
        assert!(dates.is_sorted_by(|one, next| one > next), "{dates:?}");
        list.iter().map(|one| one["email"].as_str().expect("known").to_owned()).collect()
    })
}

async fn is_as_rebuilt(app: &App) {
    let kept = dump(&app.state().store).await;
    rebuild(&app.state().store).await;
    assert_eq!(dump(&app.state().store).await, kept);
}

async fn who_played_last_comes_first_whoever_opened_the_page_since(app: App) {
    let form = form();
    let (one, other) = (
        app.add_video(std::slice::from_ref(&form), |_| {}).await,
        app.add_video(std::slice::from_ref(&form), |_| {}).await,
    );
    visit(&app, &one, form.id, ANN, 3 * DAY, true).await;
    visit(&app, &one, form.id, BOB, 2 * DAY, true).await;
    visit(&app, &other, form.id, ANN, 2 * DAY, true).await;
    visit(&app, &one, form.id, ANN, DAY, false).await;
    assert_eq!(listed(&app, &one).await, [[BOB, ANN]; 2]);
    let (lines, _) = profiles(&app, &format!("user_email={ANN}")).await;
    let videos: Vec<&Value> = lines.iter().map(|line| &line["video_id"]).collect();
    assert_eq!(videos, [&json!(other.id.to_string()), &json!(one.id.to_string())]);
    is_as_rebuilt(&app).await;
    assert_eq!(listed(&app, &one).await, [[BOB, ANN]; 2]);
}

async fn a_play_that_is_left_out_later_makes_nobody_newer(app: App) {
    let form = form();
    let video = app.add_video(std::slice::from_ref(&form), |_| {}).await;
    visit(&app, &video, form.id, ANN, 3 * DAY, true).await;
    visit(&app, &video, form.id, BOB, 2 * DAY, true).await;
    let mut last = visit(&app, &video, form.id, ANN, DAY, true).await;
    assert_eq!(listed(&app, &video).await, [[ANN, BOB]; 2]);
    let here = last.event(30_000, json!({"type": "here"}));
    send(&app, GOOGLE, &last.batch(&[here])).await;
    assert_eq!(listed(&app, &video).await, [[BOB, ANN]; 2]);
    is_as_rebuilt(&app).await;
}

/// A view begins where its quickest batch says: the others were longer on their way.
async fn a_play_is_listed_where_it_turns_out_to_have_begun(app: App) {
    let form = form();
    let video = app.add_video(std::slice::from_ref(&form), |_| {}).await;
    visit(&app, &video, form.id, BOB, DAY - HOUR / 2, true).await;
    let mut view = View::opened(&video.token, now() - DAY);
    let mut slow = said(&mut view, form.id, ANN, true);
    slow["sent"] = json!(now() - HOUR);
    send(&app, "Mozilla/5.0 Chrome", &slow).await;
    assert_eq!(listed(&app, &video).await, [[ANN, BOB]; 2]);
    let here = view.event(30_000, json!({"type": "here"}));
    send(&app, "Mozilla/5.0 Chrome", &view.batch(&[here])).await;
    assert_eq!(listed(&app, &video).await, [[BOB, ANN]; 2]);
    is_as_rebuilt(&app).await;
}

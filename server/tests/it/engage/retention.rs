//! What an account does not keep for ever: the entries go, the figures stay.

use crate::support::{API_KEY, App, batch::View, cta, json_of, on_each_engine};
use serde_json::{Value, json};
use server::{retention, state::now, store::people};

on_each_engine! {
    entries_are_purged_after_their_time_and_figures_stay
    an_account_says_how_long_entries_are_kept
}

const DAY: i64 = 24 * 3_600_000;

async fn change(app: &App, body: Value) -> (u16, Value) {
    let request = app.http.patch(format!("{}/api/v1/me/settings", app.url)).bearer_auth(API_KEY);
    let answer = request.header("content-type", "application/json").body(body.to_string()).send().await;
    let answer = answer.expect("an answer");
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON"))
}

async fn entries(app: &App, view: &View) -> usize {
    let mut reader = app.state().store.reader().await.expect("a connection");
    people::entries(reader.conn(), app.account_id, view.session).await.expect("read").len()
}

async fn entries_are_purged_after_their_time_and_figures_stay(app: App) {
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let mut view = View::of(&video.token);
    let mut events = view.watching(15_000);
    events.push(view.click(15_200, demo.id));
    app.record(&view.batch(&events)).await;
    let mut opened = View::of(&video.token);
    let load = opened.load();
    app.record(&opened.batch(&[load])).await;
    let before = app.report(video.id).await;
    let answers = format!("/api/v1/videos/{}/reports/answers/{}", video.id, demo.id);

    assert_eq!(retention::sweep(app.state(), now() + 1_000 * DAY).await.expect("swept"), 0, "nobody wants that");
    assert_eq!(
        change(&app, json!({"retention_days": 30})).await,
        (200, json!({"retention_days": 30, "webhook_log_days": null}))
    );
    assert_eq!(retention::sweep(app.state(), now() + 40 * DAY).await.expect("swept"), 0, "they are not over yet");
    app.state().writer.close_idle(now() + 61_000).await.expect("swept");
    assert_eq!(retention::sweep(app.state(), now() + 29 * DAY).await.expect("swept"), 0);
    assert_eq!(entries(&app, &view).await, 4);
    assert_eq!(retention::sweep(app.state(), now() + 31 * DAY).await.expect("swept"), 2);
    assert_eq!(retention::sweep(app.state(), now() + 31 * DAY).await.expect("swept"), 0);
    assert_eq!((entries(&app, &view).await, entries(&app, &opened).await), (0, 0));
    assert_eq!(app.report(video.id).await, before);
    let answers = json_of(app.get(&answers).bearer_auth(API_KEY)).await;
    assert_eq!(answers["items"].as_array().map(Vec::len), Some(1), "answers are results, not raw entries");

    // A batch for such a view would make its figures anew from itself alone.
    let late = view.watched(30_100, 15_000, 30_000);
    let refused = app.record(&view.batch(&[late])).await;
    let (status, body) = (refused.status(), refused.text().await.expect("a body"));
    assert_eq!((status.as_u16(), body.contains("too_old")), (400, true), "{body}");
    assert_eq!(app.report(video.id).await, before);
}

async fn an_account_says_how_long_entries_are_kept(app: App) {
    let shown = json_of(app.get("/api/v1/me/settings").bearer_auth(API_KEY)).await;
    assert_eq!(shown, json!({"retention_days": null, "webhook_log_days": null}));
    for wrong in [json!(7), json!(0), json!(40_000), json!("soon"), json!(1.5)] {
        let (status, body) = change(&app, json!({"retention_days": wrong})).await;
        assert_eq!((status, &body["flaws"][0]["field"]), (422, &json!("retention_days")), "{body}");
    }
    change(&app, json!({"retention_days": 90})).await;
    assert_eq!(
        change(&app, json!({})).await.1,
        json!({"retention_days": 90, "webhook_log_days": null}),
        "what is not named stays"
    );
    assert_eq!(
        change(&app, json!({"retention_days": null})).await.1,
        json!({"retention_days": null, "webhook_log_days": null})
    );
    assert_eq!(app.get("/api/v1/me/settings").send().await.expect("an answer").status(), 401);
}

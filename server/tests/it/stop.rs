//! Stopping: what was accepted is kept, and the process ends well.

use crate::support::{App, batch::View, count};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_under_load_loses_nothing_it_accepted() {
    let mut app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let (http, url) = (app.http.clone(), format!("{}/engage/record", app.url));
    let senders: Vec<_> = (0..16)
        .map(|_| {
            let (http, url, token) = (http.clone(), url.clone(), video.token.clone());
            tokio::spawn(async move {
                let mut accepted = 0_i64;
                loop {
                    let mut view = View::of(&token);
                    let events = view.watching(5_000);
                    match http.post(&url).body(view.batch(&events).to_string()).send().await {
                        Ok(answer) if answer.status() == 200 => accepted += 3,
                        _ => return accepted,
                    }
                }
            })
        })
        .collect();
    while app.report(video.id).await["total_plays"].as_i64() < Some(50) {
        tokio::task::yield_now().await;
    }
    app.stop().await;
    let mut accepted = 0;
    for sender in senders {
        accepted += sender.await.expect("no panic");
    }
    let stored = count(&app.database(), "select count(*) from entries").await;
    assert!(stored >= accepted && accepted >= 150, "{accepted} accepted, {stored} stored");
}

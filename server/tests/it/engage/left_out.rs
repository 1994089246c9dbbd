//! Bots, unfurlers, prefetches and the account's own people: stored, with the reason, and in no figure.

use crate::support::{API_KEY, App, batch::View, cta, json_of, on_each_engine, receiver::Receiver};
use crate::viewers::open;
use serde_json::{Value, json};
use server::{
    identity::LeftOut,
    state::now,
    store::{views, views::View as Row},
    webhook::courier::Courier,
};

on_each_engine! {
    a_robot_s_view_is_stored_with_its_reason_and_counted_nowhere
    a_prefetched_page_counts_once_somebody_looks
    an_owner_s_view_is_left_out
    who_turns_out_to_be_the_owner_takes_everything_back
}

const GOOGLE: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

async fn send(app: &App, view: &View, events: &[Value], headers: &[(&str, &str)]) -> Value {
    let mut request = app.post("/engage/record").body(view.batch(events).to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    json_of(request).await
}

async fn row(app: &App, view: &View) -> Row {
    let mut reader = app.state().store.reader().await.expect("a connection");
    views::by_id(reader.conn(), app.account_id, view.session).await.expect("read").expect("stored")
}

async fn hooks(app: &App, receiver: &Receiver) -> usize {
    app.state().writer.close_idle(now() + 61_000).await.expect("swept");
    let courier = Courier::new(app.state().clone());
    while courier.step(now() + 62_000).await.expect("delivered") > 0 {}
    receiver.hooks().len()
}

async fn a_robot_s_view_is_stored_with_its_reason_and_counted_nowhere(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoPlayedSessions", "VideoCTA"]).await;
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let nobody = app.report(video.id).await;
    for (agent, reason) in
        [(GOOGLE, "bot"), ("facebookexternalhit/1.1", "unfurler"), ("Slackbot-LinkExpanding 1.0", "unfurler")]
    {
        let mut view = View::of(&video.token);
        let mut events = view.watching(15_000);
        events.push(view.event(15_100, json!({"type": "shown", "interaction": demo.id})));
        events.push(view.click(15_200, demo.id));
        assert_eq!(send(&app, &view, &events, &[("user-agent", agent)]).await["recorded"], 5);
        let row = row(&app, &view).await;
        assert_eq!((row.left_out.as_deref(), row.entries, row.watched_ms), (Some(reason), 5, 15_000), "{agent}");
        let link = format!("/video/cta/{}?i={}&s={}&n=9", video.id, demo.id, view.session);
        let followed = app.get(&link).header("user-agent", agent).send().await.expect("an answer");
        assert_eq!(followed.status(), 302);
    }
    assert_eq!(app.report(video.id).await, nobody);
    assert_eq!(hooks(&app, &receiver).await, 0);
    let page = app.get(&format!("/video/play/{}", video.token)).header("user-agent", GOOGLE).send().await;
    assert_eq!(page.expect("an answer").status(), 200, "a robot may read the page");
}

async fn a_prefetched_page_counts_once_somebody_looks(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut view = View::of(&video.token);
    let load = view.load();
    send(&app, &view, &[load], &[("sec-purpose", "prefetch;prerender")]).await;
    assert_eq!(row(&app, &view).await.left_out.as_deref(), Some(LeftOut::Prefetch.as_str()));
    assert_eq!(app.report(video.id).await["total_page_loads"], 0);
    let play = view.play(100);
    send(&app, &view, &[play], &[]).await;
    assert_eq!(row(&app, &view).await.left_out, None);
    let report = app.report(video.id).await;
    assert_eq!((&report["total_page_loads"], &report["total_plays"]), (&json!(1), &json!(1)));
}

/// The owner cookie of a browser that opened a link.
async fn cookie(app: &App) -> String {
    let made = json_of(app.post("/api/v1/me/owner-link").bearer_auth(API_KEY)).await;
    assert!(made["expires_at"].as_i64().expect("an instant") > now());
    let url = made["url"].as_str().expect("a URL");
    let opened = app.http.get(url).send().await.expect("an answer");
    assert_eq!(opened.status(), 200);
    let set: Vec<&str> =
        opened.headers().get_all("set-cookie").iter().map(|value| value.to_str().expect("text")).collect();
    assert!(set.iter().all(|set| set.contains("; Secure; HttpOnly; SameSite=None")), "{set:?}");
    assert!(set.iter().any(|set| set.ends_with("; Partitioned")));
    set[0].split_once(';').expect("attributes").0.to_owned()
}

async fn an_owner_s_view_is_left_out(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let cookie = cookie(&app).await;
    let mut view = View::of(&video.token);
    let events = view.watching(15_000);
    send(&app, &view, &events, &[("cookie", &cookie)]).await;
    assert_eq!(row(&app, &view).await.left_out.as_deref(), Some("owner"));

    // The page's pass says it as well: a beacon may come without cookies.
    let page = open(app.get(&format!("/video/embed/{}", video.token)).header("cookie", &cookie)).await;
    let mut framed = View::of(&video.token);
    let load = framed.load();
    let mut batch = framed.batch(&[load]);
    batch["pass"] = page.pass_text().into();
    assert_eq!(app.record(&batch).await.status(), 200);
    assert_eq!(row(&app, &framed).await.left_out.as_deref(), Some("owner"));
    assert_eq!(app.report(video.id).await["total_page_loads"], 0);

    let wrong = format!("{}x", cookie);
    let mut other = View::of(&video.token);
    let load = other.load();
    send(&app, &other, &[load], &[("cookie", &wrong)]).await;
    assert_eq!(row(&app, &other).await.left_out, None, "nobody can make such a cookie");
    assert_eq!(app.get("/video/owner/1.99999999999999.x").send().await.expect("an answer").status(), 403);
    let off = app.post("/video/owner/off").send().await.expect("an answer");
    assert!(off.headers()["set-cookie"].to_str().expect("text").contains("Max-Age=0"));
    let keyless = app.post("/api/v1/me/owner-link").send().await.expect("an answer");
    assert_eq!(keyless.status(), 401);
}

async fn who_turns_out_to_be_the_owner_takes_everything_back(app: App) {
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let nobody = app.report(video.id).await;
    let mut view = View::of(&video.token);
    let mut events = view.watching(15_000);
    events.push(view.event(15_100, json!({"type": "shown", "interaction": demo.id})));
    events.push(view.click(15_200, demo.id));
    send(&app, &view, &events, &[]).await;
    assert_eq!(app.report(video.id).await["actions"]["call_to_actions"], 1);
    let here = view.event(16_000, json!({"type": "here"}));
    send(&app, &view, &[here], &[("cookie", &cookie(&app).await)]).await;
    assert_eq!(app.report(video.id).await, nobody);
}

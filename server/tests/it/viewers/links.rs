//! Personal links: whose they are, and when they are nobody's.

use super::{
    people::{dump, erase, holds},
    *,
};
use crate::support::{cta, on_each_engine, receiver::Receiver};
use reqwest::Method;

on_each_engine! {
    a_link_is_its_recipient_s_from_the_first_human_play
    a_page_that_was_only_opened_binds_nothing
    a_forwarded_link_is_nobody_s
    a_link_whose_browser_was_erased_is_nobody_s
    a_link_follows_a_cookie_that_comes_later
    a_revoked_link_is_a_plain_one
    a_token_outranks_a_link_and_a_link_a_cookie
    a_browser_that_wants_to_be_nobody_is
    not_you_leads_to_the_plain_page
    links_are_listed_by_page_and_refused_by_field
    another_account_s_links_are_not_there
}

async fn post(app: &App, path: &str, api_key: &str, body: Value) -> (u16, Value) {
    let request = app.post(path).bearer_auth(api_key).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.expect("an answer");
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON"))
}

/// A link for Mia, and the query it carries.
async fn link(app: &App, video: &Video) -> (Value, String) {
    let body = json!({"recipients": [{"email": "mia@example.com", "name": "Mia <b>"}]});
    let (status, made) = post(app, &format!("/api/v1/videos/{}/links", video.id), API_KEY, body).await;
    assert_eq!((status, &made["next"]), (201, &Value::Null), "{made}");
    let item = made["items"][0].clone();
    let url = item["url"].as_str().expect("an address");
    let query = url.strip_prefix(&format!("{}/video/play/{}", app.url, video.token)).expect("the share page");
    assert!(query.starts_with("?l=") && query.len() == 25, "{query}");
    (item.clone(), query.to_owned())
}

async fn listed(app: &App, video: &Video) -> Value {
    json_of(app.get(&format!("/api/v1/videos/{}/links", video.id)).bearer_auth(API_KEY)).await["items"].clone()
}

async fn watch(app: &App, video: &Video, page: &Page, user_agent: &'static str) -> View {
    let mut view = View::of(&video.token);
    let events = view.watching(15_000);
    let answer = send(app, page, &view, &events).headers(agent(user_agent));
    assert_eq!(answer.send().await.expect("an answer").status(), 200);
    view
}

async fn a_link_is_its_recipient_s_from_the_first_human_play(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoCTA"]).await;
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let (made, query) = link(&app, &video).await;
    assert_eq!(
        (&made["email"], &made["name"], &made["bound"]),
        (&json!("mia@example.com"), &json!("Mia <b>"), &json!(false))
    );
    let page = open(play(&app, &video, &query)).await;
    assert!(page.html.contains("m***@example.com") && !page.html.contains("mia@"), "it asks before it is bound");
    assert_eq!(page.origin(&app), Origin::Daily);

    let mut view = View::of(&video.token);
    let events = [view.load(), view.play(100)];
    send(&app, &page, &view, &events).send().await.expect("an answer");
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily, "nothing was watched yet");
    let events = [view.watched(15_000, 0, 14_000), view.click(15_100, demo.id)];
    send(&app, &page, &view, &events).send().await.expect("an answer");
    let id = viewer_of(&app, &view).await;
    assert_eq!(Origin::of(id), Origin::Link);
    let known = contact(&app, id).await.expect("known");
    assert_eq!((known.email.as_deref(), known.name.as_deref()), (Some("mia@example.com"), Some("Mia <b>")));
    assert!(!known.verified, "a mailbox is not a person");
    assert_eq!(receiver.until(1).await[0].json()["VideoCTA"]["email"], "mia@example.com");
    assert_eq!(listed(&app, &video).await[0]["bound"], true);

    let again = open(play(&app, &video, &query)).await;
    assert_eq!(again.pass(&app).viewer_id, id, "the same browser on the same day");
    assert!(again.html.contains("m***@example.com"));
}

async fn a_page_that_was_only_opened_binds_nothing(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (_, query) = link(&app, &video).await;
    for _ in 0..3 {
        play(&app, &video, &query).headers(agent("MailScanner/1.0")).send().await.expect("an answer");
    }
    app.http.head(format!("{}/video/play/{}{query}", app.url, video.token)).send().await.expect("an answer");
    let page = open(play(&app, &video, &query)).await;
    let mut view = View::of(&video.token);
    let events = [view.load(), view.play(0), view.watched(600, 0, 500)];
    send(&app, &page, &view, &events).send().await.expect("an answer");
    assert_eq!(listed(&app, &video).await[0]["bound"], false, "half a second is no viewer");
    watch(&app, &video, &page, CHROME).await;
    assert_eq!(listed(&app, &video).await[0]["bound"], true);
}

async fn a_forwarded_link_is_nobody_s(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (_, query) = link(&app, &video).await;
    let early = open(play(&app, &video, &query).headers(agent(FIREFOX))).await;
    let page = open(play(&app, &video, &query)).await;
    watch(&app, &video, &page, CHROME).await;

    let other = open(play(&app, &video, &query).headers(agent(FIREFOX))).await;
    assert_eq!(other.origin(&app), Origin::Daily);
    assert!(!other.html.contains("m***@example.com"));
    let view = watch(&app, &video, &other, FIREFOX).await;
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);
    // Opened before anyone had played, played after.
    let view = watch(&app, &video, &early, FIREFOX).await;
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);
}

async fn a_link_whose_browser_was_erased_is_nobody_s(app: App) {
    let video = implied(&app).await;
    let (_, query) = link(&app, &video).await;
    let first = open(play(&app, &video, "")).await;
    let (cookie, browser) = (pair(first.cookie.as_deref().expect("a cookie")), first.pass(&app).viewer_id);
    let early = open(play(&app, &video, &query).headers(agent(FIREFOX))).await;
    let forwarded = || play(&app, &video, &query).header("cookie", cookie.clone());
    let page = open(forwarded()).await;
    watch(&app, &video, &page, CHROME).await;
    let before = dump(&app).await;
    assert!(holds(&before, browser.as_bytes()) || holds(&before, browser.to_string().as_bytes()), "it was there");

    erase(&app, &browser.to_string(), API_KEY).await;
    let after = dump(&app).await;
    assert!(!holds(&after, browser.as_bytes()) && !holds(&after, browser.to_string().as_bytes()), "it is still there");
    assert_eq!(listed(&app, &video).await[0]["bound"], true, "it was played, and stays taken");
    let again = open(forwarded()).await;
    let other = open(play(&app, &video, &query).headers(agent(FIREFOX))).await;
    assert!(!again.html.contains("m***@example.com") && !other.html.contains("m***@example.com"));
    // Also a page that was opened before anyone had played.
    for page in [again, other, early] {
        let view = watch(&app, &video, &page, FIREFOX).await;
        assert!(Origin::of(viewer_of(&app, &view).await).is_anonymous());
    }
}

async fn a_link_follows_a_cookie_that_comes_later(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (_, query) = link(&app, &video).await;
    let page = open(play(&app, &video, &query)).await;
    let mut view = watch(&app, &video, &page, CHROME).await;
    let said = view.event(20_000, json!({"type": "consent", "analytics": true}));
    let cookie = cookie_of(&send(&app, &page, &view, &[said]).send().await.expect("an answer")).expect("a cookie");
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Link, "the link says more than the cookie");
    let moved = play(&app, &video, &query).headers(agent(FIREFOX)).header("cookie", pair(&cookie));
    assert_eq!(open(moved).await.origin(&app), Origin::Link, "the cookie is known, whatever the day's hash");
}

async fn a_revoked_link_is_a_plain_one(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (made, query) = link(&app, &video).await;
    let page = open(play(&app, &video, &query)).await;
    let path = format!("{}/api/v1/videos/{}/links/{}", app.url, video.id, made["id"].as_str().expect("an id"));
    let revoke = || app.http.request(Method::DELETE, &path).bearer_auth(API_KEY).send();
    assert_eq!(revoke().await.expect("an answer").status(), 204);
    assert_eq!(revoke().await.expect("an answer").status(), 404);
    let view = watch(&app, &video, &page, CHROME).await;
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);
    let again = open(play(&app, &video, &query)).await;
    assert!(again.origin(&app) == Origin::Daily && !again.html.contains("m***@example.com"));
    assert_eq!(listed(&app, &video).await, json!([]));
}

async fn a_token_outranks_a_link_and_a_link_a_cookie(app: App) {
    let video = implied(&app).await;
    let (_, query) = link(&app, &video).await;
    let first = open(play(&app, &video, "")).await;
    let cookie = pair(first.cookie.as_deref().expect("a cookie"));
    let with = |query: &str| play(&app, &video, query).header("cookie", cookie.clone());
    let plain = open(with("")).await;
    assert_eq!((plain.origin(&app), plain.pass(&app).viewer_id), (Origin::Cookie, first.pass(&app).viewer_id));
    let page = open(with(&query)).await;
    assert_eq!(page.origin(&app), Origin::Cookie, "not before it is played");
    let view = watch(&app, &video, &page, CHROME).await;
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Link);
    assert_eq!(open(with(&query)).await.origin(&app), Origin::Link);
    let token = signed(&key(&app).await, &claims("ada"));
    assert_eq!(open(with(&format!("{query}&viewer_token={token}"))).await.origin(&app), Origin::Token);
    assert_eq!(open(with(&format!("{query}&viewer_token=bad"))).await.origin(&app), Origin::Link, "the next rung");
    assert_eq!(
        open(play(&app, &video, &query)).await.origin(&app),
        Origin::Cookie,
        "another browser: a cookie of its own"
    );
    let pending = link(&app, &video).await.1;
    let page = open(with(&format!("{pending}&viewer_token={token}"))).await;
    let view = watch(&app, &video, &page, CHROME).await;
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Token);
    assert_eq!(listed(&app, &video).await[1]["bound"], false, "someone else may watch under a token");
}

async fn a_browser_that_wants_to_be_nobody_is(app: App) {
    let video = implied(&app).await;
    let (_, query) = link(&app, &video).await;
    for page in [
        open(play(&app, &video, &query).header("sec-gpc", "1")).await,
        open(play(&app, &video, &query).header("dnt", "1")).await,
        open(play(&app, &video, &format!("{query}&dnt=1"))).await,
    ] {
        assert!(page.cookie.is_none() && !page.html.contains("m***@"), "{:?}", page.cookie);
        let view = watch(&app, &video, &page, CHROME).await;
        assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);
    }
    assert_eq!(listed(&app, &video).await[0]["bound"], false);
}

async fn not_you_leads_to_the_plain_page(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (_, query) = link(&app, &video).await;
    let page = open(play(&app, &video, &query)).await;
    let action = format!("/video/forget/{}", video.token);
    assert!(page.html.contains(&format!("action=\"{action}\"")) && page.html.contains("Not you?"));
    let answer = app.post(&action).header("origin", &app.url).send().await.expect("an answer");
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], format!("/video/play/{}", video.token).as_str());
    assert!(cookie_of(&answer).expect("a cookie").starts_with("__Host-cue=; Path=/; Max-Age=0;"));
    let foreign = app.post(&action).header("sec-fetch-site", "cross-site").send().await.expect("an answer");
    assert_eq!(foreign.status(), 403);
    assert_eq!(app.post("/video/forget/nonsense").send().await.expect("an answer").status(), 404);
}

async fn links_are_listed_by_page_and_refused_by_field(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("/api/v1/videos/{}/links", video.id);
    let many = |from: usize, to: usize| json!({"recipients": (from..to).map(|n| json!({"email": format!("p{n}@example.com")})).collect::<Vec<_>>()});
    for from in [0, 100] {
        let (status, made) = post(&app, &path, API_KEY, many(from, from + 100)).await;
        assert_eq!((status, made["items"].as_array().map(Vec::len)), (201, Some(100)));
    }
    let first = json_of(app.get(&path).bearer_auth(API_KEY)).await;
    assert_eq!(first["items"][99]["email"], "p99@example.com");
    let next = first["next"].as_str().expect("more");
    let second = json_of(app.get(&format!("{path}?after={next}")).bearer_auth(API_KEY)).await;
    assert_eq!((&second["items"][0]["email"], &second["next"]), (&json!("p100@example.com"), &Value::Null));
    let wrong = app.get(&format!("{path}?after=x")).bearer_auth(API_KEY).send().await.expect("an answer");
    assert_eq!(wrong.status(), 400);
    for body in [many(0, 101), many(0, 0), json!({"recipients": [{"email": "nonsense"}]})] {
        let (status, error) = post(&app, &path, API_KEY, body).await;
        let field = error["flaws"][0]["field"].as_str().expect("a field");
        assert!(status == 422 && field.starts_with("recipients"), "{error}");
    }
}

async fn another_account_s_links_are_not_there(app: App) {
    app.add_account(2, "other@example.com", OTHER_KEY).await;
    let (video, second) = (app.add_video(&[], |_| {}).await, app.add_video(&[], |_| {}).await);
    let (made, query) = link(&app, &video).await;
    let path = format!("/api/v1/videos/{}/links", video.id);
    let (status, _) = post(&app, &path, OTHER_KEY, json!({"recipients": [{"email": "x@example.com"}]})).await;
    assert_eq!(status, 404);
    assert_eq!(app.get(&path).bearer_auth(OTHER_KEY).send().await.expect("an answer").status(), 404);
    assert_eq!(app.get(&path).send().await.expect("an answer").status(), 401);
    let one = format!("{}{path}/{}", app.url, made["id"].as_str().expect("an id"));
    let theirs = app.http.request(Method::DELETE, &one).bearer_auth(OTHER_KEY).send().await.expect("an answer");
    assert_eq!(theirs.status(), 404);
    let (status, _) = post(&app, "/api/v1/videos/999/links", API_KEY, json!({})).await;
    assert_eq!(status, 404);
    let elsewhere = open(play(&app, &second, &query)).await;
    assert!(!elsewhere.html.contains("m***@example.com"), "a link opens its own video only");
}

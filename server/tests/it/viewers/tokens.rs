//! Viewer tokens, in the page's address and set later.

use super::*;
use crate::support::{announced, cta, on_each_engine, receiver::Receiver};
use server::store::entries;

on_each_engine! {
    a_token_in_the_address_names_the_viewer_of_the_view
    a_token_set_later_changes_the_viewer_from_then_on
    a_bad_token_is_refused_with_its_reason_and_leaves_the_viewer
    a_known_viewer_s_mail_stands_in_every_message
    a_known_viewer_s_mail_stands_beside_what_they_say
    who_is_known_by_name_need_not_type_it_to_comment
    unique_users_follow_the_viewer
    a_click_that_came_before_its_page_s_pass_joins_the_viewer
    nothing_unverified_replaces_what_a_token_said
    a_form_within_a_day_s_hash_names_one_view_and_not_its_neighbours
    an_address_is_kept_without_what_names_its_viewer
}

async fn a_token_in_the_address_names_the_viewer_of_the_view(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let token = signed(&key(&app).await, &claims("ada"));
    for page in [play, embed] {
        let page = open(page(&app, &video, &format!("?viewer_token={token}&l=x"))).await;
        assert_eq!((page.origin(&app), page.refused.as_deref()), (Origin::Token, None));
        assert!(!page.html.contains(&token) && !page.html.contains(token.split('.').next_back().expect("a part")));
        assert!(!page.html.contains("ada@example.com"), "a page's source is for everyone");
        let mut view = View::of(&video.token);
        let events = view.watching(15_000);
        assert_eq!(send(&app, &page, &view, &events).send().await.expect("an answer").status(), 200);
        let id = viewer_of(&app, &view).await;
        assert_eq!(id, page.pass(&app).viewer_id);
        let known = contact(&app, id).await.expect("known");
        assert_eq!((known.email.as_deref(), known.name.as_deref()), (Some("ada@example.com"), Some("Ada L.")));
        assert!(known.verified && known.origin == Origin::Token);
    }
    let page = open(play(&app, &video, &format!("?viewer_token={token}"))).await;
    assert!(page.html.contains("a***@example.com"));
    let html = open(play(&app, &video, "")).await.html;
    assert!(!html.contains("a***@example.com") && !html.contains("watch-viewer"), "the next one is nobody");
}

async fn a_token_set_later_changes_the_viewer_from_then_on(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let key = key(&app).await;
    let page = open(embed(&app, &video, "")).await;
    assert_eq!(page.origin(&app), Origin::Daily);
    let mut view = View::of(&video.token);
    let events = view.watching(5_000);
    send(&app, &page, &view, &events).send().await.expect("an answer");
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);

    let (first, second) = (signed(&key, &claims("ada")), signed(&key, &claims("bob")));
    let ada = view.event(6_000, json!({"type": "viewer", "token": first}));
    let bob = view.event(7_000, json!({"type": "viewer", "token": second}));
    let receipt = json_of(send(&app, &page, &view, std::slice::from_ref(&bob))).await;
    assert_eq!((&receipt["recorded"], &receipt["refused"]), (&json!(1), &json!([])));
    let is_bob = viewer_of(&app, &view).await;
    assert_eq!(contact(&app, is_bob).await.expect("known").email.as_deref(), Some("bob@example.com"));
    // Late and again: the last word stays the last.
    send(&app, &page, &view, &[ada, bob]).send().await.expect("an answer");
    assert_eq!(viewer_of(&app, &view).await, is_bob);

    let mut reader = app.state().store.reader().await.expect("a reader");
    let stored = entries::of_views(reader.conn(), &[(1, view.session)]).await.expect("read");
    let bodies: Vec<String> = stored.into_iter().map(|entry| entry.body).collect();
    assert_eq!(bodies.len(), 5);
    assert!(!bodies.iter().any(|body| body.contains(&first) || body.contains(&second)), "{bodies:?}");
    assert!(bodies[4].contains(&is_bob.to_string()));
}

async fn a_bad_token_is_refused_with_its_reason_and_leaves_the_viewer(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let early = open(embed(&app, &video, &format!("?viewer_token={}", signed("x", &claims("ada"))))).await;
    assert_eq!(early.refused.as_deref(), Some("can't be checked: this account has no viewer key yet"));
    let key = key(&app).await;
    app.add_account(2, "other@example.com", OTHER_KEY).await;
    let foreign = json_of(app.get("/api/v1/viewer-key").bearer_auth(OTHER_KEY)).await["key"].clone();
    let with = |name: &str, value: Value| {
        let mut claims = claims("ada");
        claims[name] = value;
        signed(&key, &claims)
    };
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
        URL_SAFE_NO_PAD.encode(claims("ada").to_string())
    );
    let table = [
        (signed(foreign.as_str().expect("text"), &claims("ada")), "is not signed with this account's viewer key"),
        (with("exp", json!(now() / 1_000 - 60)), "has expired"),
        (with("exp", json!(now() / 1_000 + 90_000)), "reaches too far"),
        (with("nbf", json!(now() / 1_000 + 60)), "is not valid yet"),
        (with("aud", json!("2")), "is meant for someone else: aud must be http://127.0.0.1:"),
        (with("sub", json!("")), "has a claim sub that is not text"),
        (with("email", json!("not one")), "has a claim email that is not an e-mail address"),
        (with("x", json!("x".repeat(4_100))), "is too long"),
        (unsigned, "has the algorithm \"none\""),
        ("garbage".to_owned(), "is not a JSON Web Token"),
    ];
    let page = open(embed(&app, &video, "")).await;
    for (token, reason) in table {
        let refused = open(embed(&app, &video, &format!("?viewer_token={token}"))).await;
        assert!(refused.refused.as_deref().is_some_and(|why| why.starts_with(reason)), "{:?}", refused.refused);
        assert_eq!((refused.origin(&app), refused.html.contains(&token)), (Origin::Daily, false));
        let mut view = View::of(&video.token);
        let events = [view.load(), view.event(10, json!({"type": "viewer", "token": token}))];
        let receipt = json_of(send(&app, &page, &view, &events)).await;
        assert_eq!((&receipt["recorded"], &receipt["refused"][0]["field"]), (&json!(1), &json!("token")));
        assert_eq!(receipt["refused"][0]["seq"], 1);
        assert!(receipt["refused"][0]["message"].as_str().expect("a reason").starts_with(reason), "{receipt}");
        assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);
    }
    let mut view = View::of(&video.token);
    let events = [view.event(0, json!({"type": "viewer"})), view.event(0, json!({"type": "viewer", "token": 5}))];
    let receipt = json_of(send(&app, &page, &view, &events)).await;
    assert_eq!((&receipt["recorded"], &receipt["refused"][1]["field"]), (&json!(0), &json!("token")));
}

async fn a_known_viewer_s_mail_stands_in_every_message(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoCTA", "VideoPlayedSessions"]).await;
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let token = signed(&key(&app).await, &claims("ada"));
    let page = open(embed(&app, &video, "")).await;
    let mut view = View::of(&video.token);
    let mut events = view.watching(30_000);
    events.push(view.click(31_000, demo.id));
    send(&app, &page, &view, &events).send().await.expect("an answer");
    // The token and the click come together: the click is the viewer's already.
    let named = [view.event(32_000, json!({"type": "viewer", "token": token})), view.click(33_000, demo.id)];
    send(&app, &page, &view, &named).send().await.expect("an answer");
    let end = [view.event(60_000, json!({"type": "ended"})), view.event(60_100, json!({"type": "hidden"}))];
    send(&app, &page, &view, &end).send().await.expect("an answer");

    let mut hooks: Vec<Value> = receiver.until(3).await.iter().map(|hook| hook.json()).collect();
    hooks.sort_by_key(|hook| hook["hook"]["uuid"].as_str().expect("an id").to_owned());
    let mails: Vec<Option<&Value>> =
        hooks.iter().map(|hook| hook[hook["eventName"].as_str().expect("a name")].get("email")).collect();
    let ada = json!("ada@example.com");
    assert_eq!(mails, [Some(&Value::Null), Some(&ada), Some(&ada)], "the key is always there");

    // One that falls silent is announced by the sweep.
    let page = open(embed(&app, &video, &format!("?viewer_token={token}"))).await;
    let mut view = View::of(&video.token);
    let events = view.watching(5_000);
    send(&app, &page, &view, &events).send().await.expect("an answer");
    app.state().writer.close_idle(now() + 61_000).await.expect("swept");
    let courier = server::webhook::courier::Courier::new(app.state().clone());
    while courier.step(now() + 62_000).await.expect("delivered") > 0 {}
    assert_eq!(receiver.until(4).await[3].json()["VideoPlayedSessions"]["email"], ada);
}

async fn a_known_viewer_s_mail_stands_beside_what_they_say(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoComment", "VideoReply", "VideoReaction"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let token = signed(&key(&app).await, &claims("ada"));
    let pass = open(play(&app, &video, &format!("?viewer_token={token}"))).await.pass_text();
    let say = async |what: &str, mut body: Value| {
        body["pass"] = pass.as_str().into();
        let request = app.post(&format!("/talk/{}/{what}", video.token)).header("user-agent", CHROME);
        json_of(request.header("content-type", "application/json").body(body.to_string())).await
    };
    let mail = async |n: usize, event: &str| receiver.until(n).await[n - 1].json()[event]["email"].clone();
    let first = say("comments", json!({"text": "Hello", "name": "Ada"})).await["id"].clone();
    assert_eq!(mail(1, "VideoComment").await, "ada@example.com", "also before the first batch");
    say("comments", json!({"text": "Write to me", "name": "Ada", "email": "typed@example.com"})).await;
    assert_eq!(mail(2, "VideoComment").await, "typed@example.com");
    say("comments", json!({"text": "A reply", "name": "Ada", "parent": first})).await;
    assert_eq!(mail(3, "VideoReply").await, "ada@example.com");
    say("reactions", json!({"reaction": "love"})).await;
    assert_eq!(mail(4, "VideoReaction").await, "ada@example.com");
}

async fn who_is_known_by_name_need_not_type_it_to_comment(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let key = key(&app).await;
    let name = async |name: Value| {
        let mut claims = claims("ada");
        claims["name"] = name;
        let page = open(play(&app, &video, &format!("?viewer_token={}", signed(&key, &claims)))).await;
        let field = page.html.split_once("id=\"talk-name\"").expect("the field").1.split_once('>').expect("its end").0;
        field.split_once("value=\"").map(|(_, rest)| rest.split('"').next().unwrap_or_default().to_owned())
    };
    assert_eq!(name(json!("Ada L.")).await.as_deref(), Some("Ada L."));
    assert_eq!(name(json!("é".repeat(70))).await, Some("é".repeat(60)), "no more than the field takes");
    assert_eq!(name(Value::Null).await.unwrap_or_default(), "");
    assert!(!open(play(&app, &video, "")).await.html.contains("Ada L."), "the next one is nobody");
}

async fn unique_users_follow_the_viewer(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let key = key(&app).await;
    for sub in ["ada", "ada", "bob"] {
        let page = open(embed(&app, &video, "")).await;
        let mut view = View::of(&video.token);
        let mut events = view.watching(5_000);
        events.push(view.event(6_000, json!({"type": "viewer", "token": signed(&key, &claims(sub))})));
        send(&app, &page, &view, &events).send().await.expect("an answer");
    }
    let report = app.report(video.id).await;
    assert_eq!((&report["total_plays"], &report["unique_users"]), (&json!(3), &json!(2)));
}

async fn a_click_that_came_before_its_page_s_pass_joins_the_viewer(app: App) {
    let demo = cta("https://example.com/");
    let video = app.add_video(std::slice::from_ref(&demo), |_| {}).await;
    let token = signed(&key(&app).await, &claims("ada"));
    let page = open(embed(&app, &video, &format!("?viewer_token={token}"))).await;
    let mut view = View::of(&video.token);
    let link = format!("/video/cta/{}?i={}&s={}&n=9", video.id, demo.id, view.session);
    app.get(&link).header("user-agent", CHROME).send().await.expect("an answer");
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);
    let events = view.watching(5_000);
    send(&app, &page, &view, &events).send().await.expect("an answer");
    let id = viewer_of(&app, &view).await;
    assert_eq!(contact(&app, id).await.expect("known").email.as_deref(), Some("ada@example.com"));
}

async fn nothing_unverified_replaces_what_a_token_said(app: App) {
    let id = Origin::Token.id(&[9; 32]);
    let said = |email: &str, verified, origin| Contact {
        email: Some(email.into()),
        phone: Some(format!("{email} phone")),
        verified,
        origin,
        ..Contact::default()
    };
    for word in [
        said("typed@example.com", false, Origin::Form),
        said("true@example.com", true, Origin::Token),
        said("evil@example.com", false, Origin::Form),
    ] {
        let mut tx = app.state().store.begin().await.expect("a transaction");
        assert_eq!(viewers::introduce(tx.conn(), 1, id, &word, now()).await.expect("kept"), id);
        tx.commit().await.expect("committed");
    }
    let known = contact(&app, id).await.expect("known");
    assert_eq!((known.email.as_deref(), known.verified), (Some("true@example.com"), true));
    assert_eq!(known.phone.as_deref(), Some("evil@example.com phone"), "nobody vouches for that one");
    let mut reader = app.state().store.reader().await.expect("a reader");
    assert_eq!(viewers::contact(reader.conn(), 2, id).await.expect("read"), None, "of one account only");
}

async fn a_form_within_a_day_s_hash_names_one_view_and_not_its_neighbours(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let page = open(embed(&app, &video, "")).await;
    let daily = page.pass(&app).viewer_id;
    let said = Contact { email: Some("lead@example.com".into()), origin: Origin::Form, ..Contact::default() };
    let mut tx = app.state().store.begin().await.expect("a transaction");
    let id = viewers::introduce(tx.conn(), 1, daily, &said, now()).await.expect("kept");
    tx.commit().await.expect("committed");
    assert_eq!(Origin::of(id), Origin::Form);
    assert_eq!(contact(&app, id).await.expect("known").email.as_deref(), Some("lead@example.com"));
    assert_eq!(contact(&app, daily).await, None, "a colleague behind the same address is somebody else");
}

async fn an_address_is_kept_without_what_names_its_viewer(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let page = open(play(&app, &video, "")).await;
    let mut view = View::of(&video.token);
    let address = format!("{}/video/play/{}?viewer_token=a.b.c&t=5&l=secretlink", app.url, video.token);
    let load = view.event(0, json!({"type": "load", "surface": "play", "page_url": address, "referrer": address}));
    send(&app, &page, &view, &[load]).send().await.expect("an answer");
    let mut reader = app.state().store.reader().await.expect("a reader");
    let stored = views::by_id(reader.conn(), 1, view.session).await.expect("read").expect("stored");
    let clean = format!("{}/video/play/{}?t=5", app.url, video.token);
    assert_eq!((stored.page_url.as_ref(), stored.referrer.as_ref()), (Some(&clean), Some(&clean)));
    let entries = entries::of_views(reader.conn(), &[(1, view.session)]).await.expect("read");
    assert!(!entries[0].body.contains("secretlink") && !entries[0].body.contains("viewer_token"));
}

/// The real binary, which says all it can.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_names_a_viewer_is_logged() {
    use crate::support::client;
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().expect("a folder");
    let log = std::fs::File::create(folder.path().join("log")).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_cuepoint"))
        .args(["serve", "--demo"])
        .current_dir(folder.path())
        .env_clear()
        .env("CUEPOINT_LISTEN", "127.0.0.1:0")
        .env("CUEPOINT_ADMIN_LISTEN", "127.0.0.1:0")
        .env("CUEPOINT_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the binary starts");
    let said = announced(child.stdout.take().expect("piped"));
    let after = |start: &str| said.iter().find_map(|line| line.strip_prefix(start)).expect("said").to_owned();
    let (play, api_key) = (after("play: "), after("API key: "));
    let (url, demo) = play.split_once("/video/play/").expect("an address");

    let http = client();
    let key = json_of(http.get(format!("{url}/api/v1/viewer-key")).bearer_auth(api_key)).await;
    let token = signed(key["key"].as_str().expect("text"), &claims("adalovelace"));
    for token in [&token, &format!("{token}x")] {
        let page = open(http.get(format!("{play}?viewer_token={token}&l=secretlink"))).await;
        let mut view = View::of(demo);
        let set = view.event(1, json!({"type": "viewer", "token": token}));
        let mut batch = view.batch(&[set]);
        batch["pass"] = page.pass_text().into();
        http.post(format!("{url}/engage/record")).body(batch.to_string()).send().await.expect("an answer");
    }
    child.kill().expect("killed");
    child.wait().expect("reaped");
    let log = std::fs::read_to_string(folder.path().join("log")).expect("a log");
    assert!(log.contains("/video/play/") && log.contains("DEBUG"), "it was listening");
    let parts = token.split('.').skip(1);
    for secret in parts.chain(["secretlink", "adalovelace", key["key"].as_str().expect("text")]) {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_text_on_the_page() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let mut claims = claims("ada");
    claims["name"] = "<img src=x onerror=alert(1)></script>".into();
    claims["email"] = Value::Null;
    let token = signed(&key(&app).await, &claims);
    let html = open(play(&app, &video, &format!("?viewer_token={token}"))).await.html;
    assert!(!html.contains("<img src=x") && html.contains("&lt;img src=x"), "{html}");
}

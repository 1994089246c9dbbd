//! Signing in and out, and sessions.

use super::{Browser, PASSWORD, cookie, form, member, said};
use crate::support::{App, on_each_engine};
use server::{
    people::{Role, session},
    state::now,
};

on_each_engine! {
    the_right_password_signs_in_and_nothing_else_does
    guesses_are_slowed_down
    a_session_ends_by_itself_and_when_it_is_told_to
    signing_in_again_makes_another_session_of_it
    a_new_password_ends_every_other_session
    other_sites_forms_are_refused
    one_looks_at_one_of_one_s_accounts_at_a_time
}

async fn sign_in(app: &App, email: &str, password: &str) -> reqwest::Response {
    form(app, "/sign-in", &[("email", email), ("password", password)]).send().await.expect("an answer")
}

async fn the_right_password_signs_in_and_nothing_else_does(app: App) {
    member(&app, 1, "ann@example.com", Role::Owner, Some(PASSWORD)).await;
    member(&app, 1, "new@example.com", Role::Viewer, None).await;
    let asked = app.get("/account").send().await.expect("an answer");
    assert_eq!(
        (asked.status().as_u16(), &asked.headers()["location"]),
        (303, &"/sign-in?next=%2Faccount".parse().expect("text"))
    );

    let good = sign_in(&app, " Ann@Example.com ", PASSWORD).await;
    assert_eq!((good.status().as_u16(), &good.headers()["location"]), (303, &"/videos".parse().expect("text")));
    let set = good.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(set.starts_with("__Host-cue-session="), "{set}");
    assert!(set.ends_with("; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax"), "{set}");
    let browser = Browser { app: &app, cookie: cookie(&good) };
    let (status, html) = browser.text("/account").await;
    assert!(status == 200 && html.contains("ann@example.com") && html.contains("This one"), "{html}");
    let (status, html) = browser.text("/videos").await;
    assert!(status == 200 && html.contains("No videos yet"), "{html}");

    let mut pages = Vec::new();
    for (email, password) in [
        ("ann@example.com", "three plain word"),
        ("ben@example.com", PASSWORD),
        ("new@example.com", ""),
        ("ann@example.com", &"x".repeat(5_000)),
        ("", ""),
    ] {
        let answer = sign_in(&app, email, password).await;
        assert_eq!(answer.status(), 401, "{email}");
        assert!(!answer.headers().contains_key("set-cookie"));
        let html = answer.text().await.expect("a page");
        assert!(html.contains("don't belong together"), "{html}");
        assert!(!html.contains(password) || password.is_empty(), "no page repeats a password");
        pages.push(html.replace(email, "").split("<main").nth(1).map(str::len));
    }
    assert_eq!(pages[0], pages[1], "nobody learns who may sign in");
}

async fn guesses_are_slowed_down(app: App) {
    member(&app, 1, "ann@example.com", Role::Owner, Some(PASSWORD)).await;
    for _ in 0..5 {
        assert_eq!(sign_in(&app, "ann@example.com", "guess").await.status(), 401);
    }
    let refused = sign_in(&app, "ann@example.com", PASSWORD).await;
    assert_eq!(refused.status(), 429, "the right one too, for a while");
    let wait: u32 = refused.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=12).contains(&wait), "{wait}");
    // Ten attempts of one network, whatever the names; the sixth above counted.
    for n in 0..4 {
        assert_eq!(sign_in(&app, &format!("{n}@example.com"), "guess").await.status(), 401);
    }
    assert_eq!(sign_in(&app, "other@example.com", "guess").await.status(), 429);
}

async fn a_session_ends_by_itself_and_when_it_is_told_to(app: App) {
    let ann = member(&app, 1, "ann@example.com", Role::Viewer, None).await;
    let (here, there) = (Browser::of(&app, &ann, 1).await, Browser::of(&app, &ann, 1).await);
    let hash = |browser: &Browser| {
        let headers = http::HeaderMap::from_iter([(http::header::COOKIE, browser.cookie.parse().expect("a header"))]);
        server::people::cookie::hash(&headers).expect("a cookie")
    };
    let lasts = async |browser: &Browser<'_>, at: i64| {
        session::by_hash(app.state(), &hash(browser), at).await.expect("read").is_some()
    };
    assert!(!lasts(&here, now() + session::IDLE_MS + 60_000).await, "nobody was there for a week");
    assert!(!lasts(&here, now() + session::LASTS_MS + 60_000).await);
    // Last, since whoever is seen stays longer.
    assert!(lasts(&here, now() + session::IDLE_MS - 60_000).await);

    let (_, html) = here.text("/account").await;
    let end = super::link(&html, "/account/sessions/");
    assert_eq!(here.send(&end, &[]).await.status(), 303);
    assert_eq!(there.get("/account").send().await.expect("an answer").status(), 303, "signed out");
    assert_eq!(here.text("/account").await.0, 200);

    let third = Browser::of(&app, &ann, 1).await;
    assert_eq!(third.send("/account/sessions", &[]).await.status(), 303);
    assert_eq!(here.get("/account").send().await.expect("an answer").status(), 303);
    let out = third.send("/sign-out", &[]).await;
    assert_eq!((out.status().as_u16(), cookie(&out).as_str()), (303, "__Host-cue-session="));
    assert_eq!(third.get("/account").send().await.expect("an answer").status(), 303);

    // Another's session is not one's own to end.
    let ben = member(&app, 1, "ben@example.com", Role::Owner, None).await;
    let (mine, theirs) = (Browser::of(&app, &ann, 1).await, Browser::of(&app, &ben, 1).await);
    let other = Browser::of(&app, &ben, 1).await;
    let id = super::link(&theirs.text("/account").await.1, "/account/sessions/");
    mine.send(&id, &[]).await;
    assert_eq!(other.text("/account").await.0, 200);

    session::sweep(app.state(), now() + session::LASTS_MS + 1).await.expect("swept");
    assert_eq!(theirs.get("/account").send().await.expect("an answer").status(), 303);
}

async fn signing_in_again_makes_another_session_of_it(app: App) {
    let ann = member(&app, 1, "ann@example.com", Role::Viewer, Some(PASSWORD)).await;
    let before = Browser::of(&app, &ann, 1).await;
    let again =
        before.send("/sign-in", &[("email", "ann@example.com"), ("password", PASSWORD), ("next", "/account")]).await;
    assert_eq!(again.headers()["location"], "/account");
    let after = Browser { app: &app, cookie: cookie(&again) };
    assert_ne!(before.cookie, after.cookie);
    assert_eq!(before.get("/account").send().await.expect("an answer").status(), 303, "the old one is over");
    assert_eq!(after.text("/account").await.0, 200);
}

async fn a_new_password_ends_every_other_session(app: App) {
    let ann = member(&app, 1, "ann@example.com", Role::Viewer, Some(PASSWORD)).await;
    let (here, there) = (Browser::of(&app, &ann, 1).await, Browser::of(&app, &ann, 1).await);
    for (old, new, says) in [
        ("wrong", "a longer secret", "Old password is not your password"),
        (PASSWORD, "short", "New password must have at least 8 characters"),
        (PASSWORD, "Password1!", "one of the commonest"),
        (PASSWORD, "ann@example.com", "must not be the e-mail address"),
    ] {
        let answer = here.send("/account/password", &[("old", old), ("password", new)]).await;
        assert_eq!(answer.status(), 422);
        let html = answer.text().await.expect("a page");
        assert!(html.contains(says) && html.contains("aria-invalid=\"true\""), "{says}: {html}");
    }
    let changed = here.send("/account/password", &[("old", PASSWORD), ("password", "a longer secret")]).await;
    assert_eq!(changed.status(), 303);
    let after = Browser { app: &app, cookie: cookie(&changed) };
    assert_eq!(after.text("/account").await.0, 200);
    for gone in [&here, &there] {
        assert_eq!(gone.get("/account").send().await.expect("an answer").status(), 303);
    }
}

async fn other_sites_forms_are_refused(app: App) {
    let ann = Browser::as_role(&app, Role::Owner).await;
    let paths = [
        "/account/people",
        "/account/people/x",
        "/account/keys",
        "/account/keys/x",
        "/account/sessions",
        "/account/sessions/x",
        "/account/password",
        "/account/switch",
    ];
    for path in paths.iter().chain(&["/sign-in", "/sign-out", "/reset", "/reset/x", "/invite/x"]) {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let sent = app.post(path).header("cookie", &ann.cookie).header(name, value);
            let (status, text) = said(sent).await;
            assert!(status == 403 && text.contains("forbidden"), "{path} {name}: {status} {text}");
        }
    }
    for path in paths {
        let (status, _) = said(app.post(path).header("cookie", &ann.cookie)).await;
        assert_eq!(status, 403, "{path}: what says nothing is no form of ours");
    }
    assert_eq!(ann.text("/account").await.0, 200, "and nothing has happened");
}

async fn one_looks_at_one_of_one_s_accounts_at_a_time(app: App) {
    app.add_account(2, "second@example.com", "cue_second_account").await;
    let ann = member(&app, 1, "ann@example.com", Role::Viewer, None).await;
    member(&app, 2, "ann@example.com", Role::Editor, None).await;
    let mine = app.add_video(&[], |video| video.title = "Of the first".into()).await;
    let other = app.add_video(&[], |video| (video.account_id, video.title) = (2, "Of the second".into())).await;
    let ann = Browser::of(&app, &ann, 1).await;
    let (_, html) = ann.text("/videos").await;
    assert!(html.contains("Of the first") && !html.contains("Of the second") && !html.contains("/upload"), "{html}");
    assert_eq!(ann.call("GET", &format!("/api/v1/videos/{}", other.id), None).await.0, 404);
    assert_eq!(ann.send("/account/switch", &[("account", "3")]).await.status(), 404);
    assert_eq!(ann.send("/account/switch", &[("account", "2")]).await.status(), 303);
    let (_, html) = ann.text("/videos").await;
    assert!(html.contains("Of the second") && !html.contains("Of the first") && html.contains("/upload"), "{html}");
    assert_eq!(ann.call("GET", &format!("/api/v1/videos/{}", other.id), None).await.0, 200);
    assert_eq!(ann.call("GET", &format!("/api/v1/videos/{}", mine.id), None).await.0, 404);
    let upload = ann.get("/upload").send().await.expect("an answer");
    assert!(upload.headers()["location"].to_str().expect("text").contains("/upload?pass=upload.2."));
}

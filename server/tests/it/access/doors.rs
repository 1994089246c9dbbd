//! Every address of a video, with everyone who may ask.

use super::*;
use crate::support::{batch::View, on_each_engine};

on_each_engine! {
    every_address_asks_who_comes
    nothing_of_a_private_video_stands_where_everybody_looks
    plays_are_counted_until_there_are_enough
    a_video_that_is_closed_again_forgets_whom_it_let_in
    whoever_is_removed_or_signed_out_sees_private_videos_no_more
    a_form_of_somebody_who_is_not_let_in_gets_the_page_that_says_so
}

/// The statuses of all addresses, for someone with this cookie, query and pass.
async fn knocked(app: &App, video: &Video, cookie: &str, query: &str, pass: &str) -> Vec<(String, u16)> {
    let token = &video.token;
    let with = |request: RequestBuilder| request.header("cookie", cookie).header("accept-language", "en");
    let pass_query = if pass.is_empty() { String::new() } else { format!("&pass={pass}") };
    let mut got = Vec::new();
    let get = [
        format!("/video/play/{token}?{query}"),
        format!("/video/embed/{token}?{query}"),
        format!("/talk/{token}/comments?{query}{pass_query}"),
        format!("/talk/{token}/stream?{query}{pass_query}"),
        format!("/media/{token}/video.mp4"),
        format!("/services/oembed?url={}/video/play/{token}", app.url),
    ];
    for path in get {
        let name = path.replace(token, "T").split('?').next().unwrap_or_default().to_owned();
        got.push((name, status(with(app.get(&path)).header("accept", "application/json")).await));
    }
    let json = |path: &str, mut body: Value| {
        if !pass.is_empty() {
            body["pass"] = json!(pass);
        }
        with(app.post(&format!("{path}?{query}"))).header("content-type", "application/json").body(body.to_string())
    };
    let comment = json!({"text": "Hello", "name": "Ann"});
    got.push(("comment".into(), status(json(&format!("/talk/{token}/comments"), comment)).await));
    let reaction = json!({"reaction": "like"});
    got.push(("reaction".into(), status(json(&format!("/talk/{token}/reactions"), reaction)).await));
    let faces = app.post(&format!("/video/faces/{token}?{query}"));
    got.push(("faces".into(), status(with(faces).body(pass.to_owned())).await));
    let renew = app.post(&format!("/video/media/{token}"));
    got.push(("renew".into(), status(with(renew).body(pass.to_owned())).await));
    let mut view = View::of(token);
    let events = view.watching(5_000);
    let mut batch = view.batch(&events);
    if !pass.is_empty() {
        batch["pass"] = json!(pass);
    }
    got.push(("record".into(), app.record(&batch).await.status().as_u16()));
    got
}

async fn every_address_asks_who_comes(app: App) {
    app.add_account(2, "other@example.com", "cue_test_key_of_another_one").await;
    let open = closed(&app, json!({"access": "unlisted"})).await;
    let locked = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    let account = closed(&app, json!({"access": "account"})).await;
    let (own, other) = (own_cookie(&app, 1).await, own_cookie(&app, 2).await);
    let owner_link = owner_cookie(&app, 1);
    let named = format!("viewer_token={}", viewer_token(&app).await);
    let pass = |html: String| pass_of(&html);
    let locked_pass = pass(text(app.get(&format!("/video/embed/{}", locked.token)).header("cookie", &own)).await);
    let account_pass = pass(text(app.get(&format!("/video/embed/{}", account.token)).header("cookie", &own)).await);
    let grant = grant_cookie(&app, &locked);
    let by_address = format!("k={}", grant.split_once('=').expect("a value").1);

    let all = [200, 200, 200, 200, 200, 200, 201, 201, 200, 200, 200];
    let none = [403, 403, 403, 403, 403, 401, 403, 403, 403, 403, 403];
    // Neither a cookie nor an address records, nor asks for fresh addresses: that takes the pass of a page.
    let without_pass = [200, 200, 200, 200, 403, 401, 201, 201, 200, 403, 403];
    // A pass is no way into a page, and everything else in one that is open.
    let with_pass = [403, 403, 200, 200, 403, 401, 201, 201, 200, 200, 200];
    for (who, video, cookie, query, pass, expected) in [
        ("anyone, unlisted", &open, "", "", "", all),
        ("a stranger, password", &locked, "", "", "", none),
        ("a stranger, account", &account, "", "", "", none),
        ("own people, password", &locked, own.as_str(), "", "", without_pass),
        ("own people, account", &account, own.as_str(), "", "", without_pass),
        ("who has opened an owner link, password", &locked, owner_link.as_str(), "", "", none),
        ("who has opened an owner link, account", &account, owner_link.as_str(), "", "", none),
        ("another account's people", &account, other.as_str(), "", "", none),
        ("who has given the password", &locked, grant.as_str(), "", "", without_pass),
        ("the same without cookies", &locked, "", by_address.as_str(), "", without_pass),
        ("a grant for another video", &account, grant.as_str(), by_address.as_str(), "", none),
        ("a named viewer", &account, "", named.as_str(), "", without_pass),
        ("a named viewer without the password", &locked, "", named.as_str(), "", none),
        ("an open page", &locked, "", "", locked_pass.as_str(), with_pass),
        ("an open page, account", &account, "", "", account_pass.as_str(), with_pass),
        ("another video's page", &locked, "", "", account_pass.as_str(), none),
        ("an invented token", &account, "", "viewer_token=a.b.c", "", none),
    ] {
        let got = knocked(&app, video, cookie, query, pass).await;
        for ((door, status), expected) in got.into_iter().zip(expected) {
            assert_eq!(status, expected, "{who}: {door}");
        }
    }
}

async fn nothing_of_a_private_video_stands_where_everybody_looks(app: App) {
    let video = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    let token = &video.token;
    for page in ["play", "embed"] {
        let answer = sent(app.get(&format!("/video/{page}/{token}"))).await;
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert_eq!(policy.contains("frame-ancestors"), page == "play", "its embed says so to whoever frames it");
        let html = answer.text().await.expect("a body");
        assert!(html.contains("This video needs a password") && html.contains("PasswordError"), "{html}");
        assert!(!html.contains(SECRET) && !html.contains("Of one minute") && !html.contains("/media/"), "{html}");
    }
    for path in
        [format!("/thumbnails/{token}.jpg"), format!("/thumbnails/{token}_play.jpg"), format!("/previews/{token}.gif")]
    {
        let answer = sent(app.get(&path)).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"image/svg+xml".parse().expect("a header"))
        );
    }
    assert!(!text(app.get("/sitemap/0.xml")).await.contains(token));
    let own = text(app.get(&format!("/video/play/{token}")).header("cookie", own_cookie(&app, 1).await)).await;
    assert!(own.contains(SECRET) && own.contains("noindex") && !own.contains("ld+json"));
    let poster = between(&own, "poster=\"", "\"");
    assert!(poster.contains("/s/"), "{poster}");
    assert_eq!(text(app.get(poster)).await, "a poster");
}

async fn plays_are_counted_until_there_are_enough(app: App) {
    let video = closed(&app, json!({"max_views": 2})).await;
    let path = format!("/video/play/{}", video.token);
    let html = text(app.get(&path)).await;
    assert!(media_of(&html).contains("/s/"));
    let pass = pass_of(&html);
    for n in 0..2 {
        assert_eq!(status(app.get(&path)).await, 200, "{n} plays");
        let mut view = View::of(&video.token);
        let mut events = view.watching(5_000);
        // Pages that are loaded and not played are none.
        app.record(&View::of(&video.token).batch(&[view.load()])).await;
        events.remove(0);
        assert_eq!(app.record(&view.batch(&events)).await.status(), 200);
    }
    assert_eq!(status(app.get(&path)).await, 410);
    assert_eq!(status(app.get(&format!("/services/oembed?url={}{path}", app.url))).await, 404);
    assert_eq!(status(app.get(&format!("/talk/{}/comments", video.token))).await, 410);
    let renew = app.post(&format!("/video/media/{}", video.token)).body(pass);
    assert_eq!(status(renew).await, 200, "whoever was let in may finish");
    assert_eq!(status(app.get(&path).header("cookie", own_cookie(&app, 1).await)).await, 200);
    change(&app, &video, json!({"max_views": null})).await;
    assert_eq!(status(app.get(&path)).await, 200);
}

async fn a_video_that_is_closed_again_forgets_whom_it_let_in(app: App) {
    let video = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    let path = format!("/video/embed/{}", video.token);
    let grant = grant_cookie(&app, &video);
    let html = text(app.get(&path).header("cookie", &grant)).await;
    let faces = || app.post(&format!("/video/faces/{}", video.token)).body(pass_of(&html));
    assert_eq!(status(faces()).await, 200);
    let media = media_of(&html);
    assert_eq!(text(app.get(&media)).await, "the film");
    change(&app, &video, json!({"password": "another one"})).await;
    assert_eq!(status(app.get(&path).header("cookie", &grant)).await, 403);
    assert_eq!(status(faces()).await, 403);
    assert_eq!(status(app.get(&media)).await, 403, "the address of its file, too");
    let mut view = View::of(&video.token);
    let events = view.watching(5_000);
    let mut batch = view.batch(&events);
    batch["pass"] = json!(pass_of(&html));
    assert_eq!(app.record(&batch).await.status(), 200, "what was seen before is still told");
    change(&app, &video, json!({"access": "public"})).await;
    assert_eq!(status(app.get(&path)).await, 200);
}

async fn whoever_is_removed_or_signed_out_sees_private_videos_no_more(app: App) {
    let video = closed(&app, json!({"access": "account"})).await;
    let path = format!("/video/play/{}", video.token);
    let ann = member(&app, 1, "ann@example.com", Role::Editor, None).await;
    let (here, there) = (Browser::of(&app, &ann, 1).await, Browser::of(&app, &ann, 1).await);
    // With the cookie of an owner link beside it, as an editor may have made one.
    let looks = async |browser: &Browser| {
        let cookies = format!("{}; {}", browser.cookie, owner_cookie(&app, 1));
        status(app.get(&path).header("cookie", cookies)).await
    };
    assert_eq!((looks(&here).await, looks(&there).await), (200, 200));
    assert_eq!(here.send("/sign-out", &[]).await.status(), 303);
    assert_eq!((looks(&here).await, looks(&there).await), (403, 200));
    assert_eq!(app.call("DELETE", &format!("/api/v1/members/{}", ann.id), None).await.0, 204);
    assert_eq!(looks(&there).await, 403);
}

async fn a_form_of_somebody_who_is_not_let_in_gets_the_page_that_says_so(app: App) {
    let locked = closed(&app, json!({"access": "password", "password": PASSWORD})).await;
    let gone = app.add_video(&[], |video| video.deleted_at = Some(1)).await;
    for (video, status, said) in [(&locked, 403, "type=\"password\""), (&gone, 410, "no longer available")] {
        for (form, path) in [("text=Hello&name=Ann", "comments"), ("reaction=like", "reactions")] {
            let request = app.post(&format!("/talk/{}/{path}", video.token)).header("accept", "text/html");
            let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
            let answer = request.header("accept-language", "en").send().await.expect("an answer");
            assert_eq!(answer.status(), status, "{path}");
            let page = answer.text().await.expect("a page");
            assert!(page.starts_with("<!DOCTYPE html>") && page.contains(said), "{path}: {page}");
        }
    }
}

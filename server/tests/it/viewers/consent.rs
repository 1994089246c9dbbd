//! What may be kept in a browser, and for how long anything is known of one.

use super::*;
use crate::support::on_each_engine;
use server::{identity::Salts, store::salts};

on_each_engine! {
    without_a_word_of_consent_there_is_no_cookie
    a_yes_sets_the_cookie_and_the_view_has_its_viewer
    a_no_clears_it_and_the_view_goes_back
    a_browser_s_own_no_outweighs_every_yes
    where_silence_is_consent_a_no_is_remembered
    a_yes_after_a_form_carries_on_who_filled_it_in
    salts_are_gone_after_48_hours
}

fn said(view: &mut View, at: i64, analytics: bool) -> Value {
    view.event(at, json!({"type": "consent", "analytics": analytics}))
}

async fn answered(request: RequestBuilder) -> Option<String> {
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    cookie_of(&answer)
}

async fn without_a_word_of_consent_there_is_no_cookie(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    for page in [open(play(&app, &video, "")).await, open(embed(&app, &video, "")).await] {
        assert_eq!((page.cookie.as_ref(), page.origin(&app)), (None, Origin::Daily));
        let mut view = View::of(&video.token);
        let events = view.watching(15_000);
        assert_eq!(answered(send(&app, &page, &view, &events)).await, None);
    }
    // One that came by a video where silence is consent does not count here.
    let cookie = open(play(&app, &implied(&app).await, "")).await.cookie.expect("a cookie");
    let page = open(play(&app, &video, "").header("cookie", pair(&cookie))).await;
    assert_eq!(page.origin(&app), Origin::Daily);
}

async fn a_yes_sets_the_cookie_and_the_view_has_its_viewer(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let page = open(embed(&app, &video, "")).await;
    let mut view = View::of(&video.token);
    let mut events = view.watching(15_000);
    events.push(said(&mut view, 16_000, true));
    let cookie = answered(send(&app, &page, &view, &events)).await.expect("a cookie");
    assert!(cookie.starts_with("__Host-cue=g"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=None; Partitioned"), "{cookie}");
    let id = viewer_of(&app, &view).await;
    assert_eq!(Origin::of(id), Origin::Cookie);
    // The answer was lost, the batch comes again: the same cookie, the same viewer.
    assert_eq!(answered(send(&app, &page, &view, &events)).await.as_ref(), Some(&cookie));
    let again = open(embed(&app, &video, "").header("cookie", pair(&cookie)).headers(agent(FIREFOX))).await;
    assert_eq!((again.pass(&app).viewer_id, again.cookie.as_ref()), (id, None), "known on every day and network");
    let more = said(&mut view, 17_000, true);
    let kept = send(&app, &again, &view, &[more]).header("cookie", pair(&cookie));
    assert_eq!(answered(kept).await, None, "it is there already");

    let first_party = open(play(&app, &video, "")).await;
    let mut view = View::of(&video.token);
    let yes = said(&mut view, 0, true);
    let cookie = answered(send(&app, &first_party, &view, &[yes])).await.expect("a cookie");
    assert!(cookie.ends_with("SameSite=Lax"), "{cookie}");
    // Another account's videos see another viewer.
    app.add_account(2, "other@example.com", OTHER_KEY).await;
    let theirs = app.add_video(&[], |video| video.account_id = 2).await;
    let page = open(play(&app, &theirs, "").header("cookie", pair(&cookie))).await;
    assert_ne!(page.pass(&app).viewer_id, viewer_of(&app, &view).await);
    assert_eq!(page.origin(&app), Origin::Cookie);
}

async fn a_no_clears_it_and_the_view_goes_back(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let page = open(embed(&app, &video, "")).await;
    let mut view = View::of(&video.token);
    let yes = said(&mut view, 0, true);
    let cookie = answered(send(&app, &page, &view, &[yes])).await.expect("a cookie");
    let page = open(embed(&app, &video, "").header("cookie", pair(&cookie))).await;
    let mut view = View::of(&video.token);
    let events = view.watching(15_000);
    let with = |events: &[Value], view: &View| send(&app, &page, view, events).header("cookie", pair(&cookie));
    assert_eq!(answered(with(&events, &view)).await, None);
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Cookie);
    let no = said(&mut view, 16_000, false);
    let cleared = answered(with(&[no], &view)).await.expect("a cookie");
    assert!(cleared.starts_with("__Host-cue=; Path=/; Max-Age=0;"), "{cleared}");
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);
    // The page's pass still knows the cookie; the viewer's word outweighs it.
    let more = view.watched(31_000, 15_000, 30_000);
    with(&[more], &view).send().await.expect("an answer");
    assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);
}

async fn a_browser_s_own_no_outweighs_every_yes(app: App) {
    let (asked, silent) = (app.add_video(&[], |_| {}).await, implied(&app).await);
    for video in [&asked, &silent] {
        for (name, value, query) in [("sec-gpc", "1", ""), ("dnt", "1", ""), ("x-none", "", "?dnt=1")] {
            let page = open(embed(&app, video, query).header(name, value)).await;
            assert_eq!((page.cookie.as_ref(), page.origin(&app)), (None, Origin::Daily), "{name} {query}");
            let mut view = View::of(&video.token);
            let mut events = view.watching(5_000);
            events.push(said(&mut view, 6_000, true));
            let answer = answered(send(&app, &page, &view, &events).header(name, value)).await;
            assert_eq!(answer, None, "{name} {query}");
            assert_eq!(Origin::of(viewer_of(&app, &view).await), Origin::Daily);
            // What was kept before goes.
            let kept = "__Host-cue=gAAAAAAAAAAAAAAAAAAAAAA";
            let page = open(embed(&app, video, query).header(name, value).header("cookie", kept)).await;
            assert_eq!(page.origin(&app), Origin::Daily);
            assert!(page.cookie.expect("a cookie").contains("Max-Age=0"));
        }
    }
}

async fn where_silence_is_consent_a_no_is_remembered(app: App) {
    let video = implied(&app).await;
    let page = open(embed(&app, &video, "")).await;
    let cookie = page.cookie.clone().expect("a cookie");
    assert!(cookie.starts_with("__Host-cue=i") && page.origin(&app) == Origin::Cookie);
    let mut view = View::of(&video.token);
    let no = said(&mut view, 0, false);
    let refused = answered(send(&app, &page, &view, &[no]).header("cookie", pair(&cookie))).await.expect("a cookie");
    assert!(refused.starts_with("__Host-cue=no;"), "{refused}");
    let later = open(embed(&app, &video, "").header("cookie", pair(&refused))).await;
    assert_eq!((later.origin(&app), later.cookie.as_ref()), (Origin::Daily, None));
    let mut view = View::of(&video.token);
    let yes = said(&mut view, 0, true);
    let changed = answered(send(&app, &later, &view, &[yes]).header("cookie", "__Host-cue=no")).await;
    assert!(changed.expect("a cookie").starts_with("__Host-cue=g"), "a mind may be changed");
}

async fn a_yes_after_a_form_carries_on_who_filled_it_in(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let page = open(embed(&app, &video, "")).await;
    let mut view = View::of(&video.token);
    let events = view.watching(15_000);
    send(&app, &page, &view, &events).send().await.expect("an answer");
    app.state().writer.close_idle(now() + 61_000).await.expect("swept");
    // As the ledger does once a form is accepted.
    let form = Contact { email: Some("lead@example.com".into()), origin: Origin::Form, ..Contact::default() };
    let mut tx = app.state().store.begin().await.expect("a transaction");
    let stored = views::by_id(tx.conn(), 1, view.session).await.expect("read");
    let mut stored = stored.expect("stored");
    stored.viewer_id = viewers::introduce(tx.conn(), 1, stored.viewer_id, &form, now()).await.expect("kept");
    views::replace(tx.conn(), std::slice::from_ref(&stored)).await.expect("written");
    tx.commit().await.expect("committed");

    let yes = said(&mut view, 16_000, true);
    let cookie = answered(send(&app, &page, &view, &[yes])).await.expect("a cookie");
    assert_eq!(viewer_of(&app, &view).await, stored.viewer_id, "a name says more than a cookie");
    let again = open(play(&app, &video, "").header("cookie", pair(&cookie))).await;
    assert!(again.origin(&app) == Origin::Cookie && again.html.contains("l***@example.com"));
    let plain = open(play(&app, &video, "")).await;
    assert!(!plain.html.contains("***@"), "the day's hash alone names nobody");
}

async fn salts_are_gone_after_48_hours(app: App) {
    const DAY: i64 = 24 * 3_600_000;
    let (store, salts_) = (&app.state().store, Salts::default());
    let midnight = now().div_euclid(DAY) * DAY + 10 * DAY;
    let salt = salts_.of(store, midnight).await.expect("a salt");
    let there = async || {
        let mut reader = store.reader().await.expect("a reader");
        salts::known(reader.conn(), midnight / DAY).await.expect("read")
    };
    for (hours, left) in [(23, true), (24, true), (47, true), (48, false), (72, false)] {
        salts_.sweep(store, midnight + hours * 3_600_000).await.expect("swept");
        assert_eq!(there().await.is_some(), left, "after {hours} hours, and nobody came");
    }
    let both = salts_.both(store, midnight + 2 * DAY).await.expect("a salt");
    assert_ne!(both.today, salt);
    assert_eq!(both.yesterday, None);
    let next = salts_.both(store, midnight + 3 * DAY).await.expect("a salt");
    assert_eq!(next.yesterday, Some(both.today), "a link that was played yesterday evening is known in the morning");
}

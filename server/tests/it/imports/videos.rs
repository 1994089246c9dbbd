//! What an owner does with a video that is there: lists, another file, poster, captions, chapters, deleting.

use super::{import, left_nothing, shelved};
use crate::support::{
    API_KEY, App,
    films::{PLAIN, ffmpeg, film},
    json_of, on_each_engine,
    shelf::Book,
};
use serde_json::{Value, json};
use server::{state::now, store::garbage};

on_each_engine! {
    videos_are_listed_twenty_a_page
    another_file_takes_the_place_of_the_first
    a_deleted_video_can_be_had_back_for_seven_days
    captions_and_chapters_come_and_go
    a_poster_is_a_picture_or_a_moment
}

async fn ready(app: &App, url: &str) -> Value {
    let answer = import(app, url).await;
    let told = app.over(&answer["job_id"]).await;
    assert_eq!(told["state"], "done", "{told}");
    answer
}

async fn send(app: &App, method: &str, path: &str, kind: &str, body: Vec<u8>) -> (u16, Value) {
    let request = app.http.request(method.parse().expect("a method"), format!("{}{path}", app.url));
    let request = request.bearer_auth(API_KEY).header("content-type", kind).body(body);
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.expect("text")).unwrap_or_default())
}

async fn bytes(app: &App, path: &str) -> (u16, Vec<u8>) {
    let answer = app.get(path).send().await.expect("an answer");
    (answer.status().as_u16(), answer.bytes().await.expect("bytes").to_vec())
}

async fn videos_are_listed_twenty_a_page(app: App) {
    let mut ids = Vec::new();
    for _ in 0..21 {
        ids.push(app.add_video(&[], |_| {}).await.id);
    }
    app.add_account(2, "other@example.com", "cue_test_key_of_another").await;
    let page =
        async |query: &str| json_of(app.get(&format!("/api/v1/me/videos/list{query}")).bearer_auth(API_KEY)).await;
    let first = page("").await;
    let shown: Vec<i64> =
        first["videos"].as_array().expect("videos").iter().filter_map(|v| v["video_id"].as_i64()).collect();
    assert_eq!(shown, ids.iter().rev().take(20).copied().collect::<Vec<_>>(), "newest first");
    assert_eq!(
        (&first["status"], &first["load_more"], &first["page"], &first["next_page"]),
        (&json!(200), &json!(true), &json!(1), &json!(2))
    );
    let second = page("?page=2").await;
    assert_eq!((second["videos"].as_array().map(Vec::len), &second["load_more"]), (Some(1), &json!(false)));
    assert_eq!(page("?page=3").await["videos"], json!([]));
    for wrong in ["?page=0", "?page=-1", "?page=x", "?page=99999999999999999999"] {
        assert_eq!(app.call("GET", &format!("/api/v1/me/videos/list{wrong}"), None).await.0, 400, "{wrong}");
    }
    let other = app.call_as("cue_test_key_of_another", "GET", "/api/v1/me/videos/list", None).await;
    assert_eq!(other.1["videos"], json!([]));
}

async fn another_file_takes_the_place_of_the_first(app: App) {
    let (shelf, url, _) = shelved(&app, 2).await;
    let answer = ready(&app, &url).await;
    let (id, token) = (answer["video_id"].as_i64().expect("an id"), answer["token"].as_str().expect("a token"));
    let path = format!("/api/v1/videos/{id}");
    send(&app, "PUT", &format!("{path}/captions/en"), "text/vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n".into())
        .await;
    let before = bytes(&app, &format!("/media/{token}/video.mp4")).await;
    assert_eq!(before.0, 200);

    let wide = film(app.folder.path(), "wide.mp4", 5, "854x480", PLAIN);
    let waits = std::fs::read(wide).expect("a film");
    let other = shelf.put("/wide.mp4", Book::Waits(waits.clone(), 100));
    let (status, replaced) = app.call("PUT", &format!("{path}/media"), Some(json!({"url": other}))).await;
    assert_eq!((status, &replaced["token"], &replaced["state"]), (202, &json!(token), &json!("ready")), "{replaced}");
    shelf.waiting.notified().await;
    assert_eq!(bytes(&app, &format!("/media/{token}/video.mp4")).await, before, "the first plays until then");
    shelf.go_on.notify_one();
    let told = app.over(&replaced["job_id"]).await;
    assert_eq!((&told["state"], &told["kind"]), (&json!("done"), &json!("replace")), "{told}");
    let (_, video) = app.call("GET", &path, None).await;
    assert_eq!((&video["token"], &video["width"], &video["state"]), (&json!(token), &json!(854), &json!("ready")));
    assert_eq!(video["captions"].as_array().map(Vec::len), Some(1), "what was added stays");
    let page = app.get(&format!("/video/play/{token}")).send().await.expect("an answer").text().await.expect("a page");
    let media =
        page.split('"').find(|part| part.ends_with("video.mp4") && part.starts_with("/media/")).expect("a file");
    assert_ne!(media, format!("/media/{token}/video.mp4"), "under a name of its own, so that no cache mixes them");
    assert_eq!(bytes(&app, media).await.0, 200);
    let board = page.split('"').find(|part| part.ends_with("storyboard.vtt")).expect("a storyboard");
    let sheet = String::from_utf8(bytes(&app, board).await.1).expect("text");
    let sheet = sheet.lines().find_map(|line| Some(line.split_once("#xywh")?.0.to_owned())).expect("a sheet");
    assert_eq!(bytes(&app, &format!("/media/{token}/{sheet}")).await.0, 200, "files name each other by new names");

    // Whoever watches the first one goes on for a day.
    assert_eq!(bytes(&app, &format!("/media/{token}/video.mp4")).await, before);
    server::jobs::sweep::once(app.state(), now() + 25 * 3_600_000).await;
    assert_eq!(bytes(&app, &format!("/media/{token}/video.mp4")).await.0, 404);
    assert_eq!(bytes(&app, media).await.0, 200);

    // A file that can't be had leaves everything as it is.
    let (_, failed) =
        app.call("PUT", &format!("{path}/media"), Some(json!({"url": format!("{}/none", shelf.url)}))).await;
    assert_eq!(app.over(&failed["job_id"]).await["error"], "UNREACHABLE_URL");
    assert_eq!(app.call("GET", &path, None).await.1["state"], "ready");
    left_nothing(&app).await;
}

async fn a_deleted_video_can_be_had_back_for_seven_days(app: App) {
    let (_shelf, url, _) = shelved(&app, 1).await;
    let answer = ready(&app, &url).await;
    let (id, token) = (answer["video_id"].as_i64().expect("an id"), answer["token"].as_str().expect("a token"));
    let path = format!("/api/v1/videos/{id}");
    let mut view = crate::support::batch::View::of(token);
    let events = view.watching(500);
    assert_eq!(app.record(&view.batch(&events)).await.status(), 200);

    let (status, gone) = app.call("DELETE", &path, None).await;
    assert_eq!((status, &gone["deleted"]), (200, &json!(true)), "{gone}");
    assert_eq!(app.call("GET", &path, None).await.0, 404);
    assert_eq!(app.call("DELETE", &path, None).await.0, 404);
    for page in ["video/play", "video/embed"] {
        assert_eq!(app.get(&format!("/{page}/{token}")).send().await.expect("an answer").status(), 410);
    }
    assert_eq!(bytes(&app, &format!("/media/{token}/video.mp4")).await.0, 410);
    assert_eq!(app.call("GET", "/api/v1/me/videos/list", None).await.1["videos"], json!([]));

    server::jobs::sweep::once(app.state(), now() + 6 * 24 * 3_600_000).await;
    let (status, back) = app.call("POST", &format!("{path}/undelete"), None).await;
    assert_eq!((status, &back["state"]), (200, &json!("ready")), "{back}");
    assert_eq!(bytes(&app, &format!("/media/{token}/video.mp4")).await.0, 200);
    assert_eq!(app.report(id).await["total_plays"], 1, "its views are there too");

    app.call("DELETE", &path, None).await;
    server::jobs::sweep::once(app.state(), now() + 8 * 24 * 3_600_000).await;
    assert_eq!(app.call("POST", &format!("{path}/undelete"), None).await.0, 404);
    assert_eq!(app.get(&format!("/video/play/{token}")).send().await.expect("an answer").status(), 404);
    let folder = app.folder.path().join(format!("media/1/{id}"));
    assert!(!folder.exists(), "its files are gone");
    left_nothing(&app).await;
}

async fn captions_and_chapters_come_and_go(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let path = format!("/api/v1/videos/{}", video.id);
    let srt = "1\r\n00:00:01,000 --> 00:00:02,500\r\nGuten <b>Tag</b>\r\n";
    let (status, shown) = send(&app, "PUT", &format!("{path}/captions/de"), "application/x-subrip", srt.into()).await;
    assert_eq!(
        (status, &shown["captions"][0]["lang"], &shown["captions"][0]["label"]),
        (200, &json!("de"), &json!("Deutsch"))
    );
    let url = shown["captions"][0]["url"].as_str().expect("a URL").strip_prefix(&app.url).expect("ours").to_owned();
    let text = String::from_utf8(bytes(&app, &url).await.1).expect("text");
    assert_eq!(text, "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nGuten <b>Tag</b>\n");
    let vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
    let (_, shown) = send(&app, "PUT", &format!("{path}/captions/en?label=Simple"), "text/vtt", vtt.into()).await;
    assert_eq!(
        (shown["captions"].as_array().map(Vec::len), &shown["captions"][1]["label"]),
        (Some(2), &json!("Simple"))
    );
    let page =
        app.get(&format!("/video/play/{}", video.token)).send().await.expect("an answer").text().await.expect("text");
    assert!(page.contains(&url), "the page offers them");
    for (lang, body, field) in [("e", vtt, "lang"), ("en", "no captions", "captions"), ("en", "", "captions")] {
        let (status, answer) = send(&app, "PUT", &format!("{path}/captions/{lang}"), "text/vtt", body.into()).await;
        assert_eq!((status, &answer["flaws"][0]["field"]), (422, &json!(field)), "{lang} {body}");
    }
    assert_eq!(send(&app, "PUT", &format!("{path}/captions/en"), "text/vtt", vec![b'x'; 3 << 20]).await.0, 413);
    assert_eq!(
        app.call("DELETE", &format!("{path}/captions/DE"), None).await.1["captions"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(app.call("DELETE", &format!("{path}/captions/de"), None).await.0, 404);

    let chapters = json!({"chapters": [{"at_s": 30, "title": "End & all"}, {"at_s": 0, "title": "Begin"}]});
    let (status, shown) = app.call("PUT", &format!("{path}/chapters"), Some(chapters)).await;
    assert_eq!((status, &shown["has_chapters"]), (200, &json!(true)), "{shown}");
    let listed = json!({"chapters": [{"at_s": 0.0, "title": "Begin"}, {"at_s": 30.0, "title": "End & all"}]});
    assert_eq!(app.call("GET", &format!("{path}/chapters"), None).await.1, listed);
    let (status, _) = send(&app, "PUT", &format!("{path}/chapters"), "text/vtt", vtt.into()).await;
    assert_eq!(status, 200);
    assert_eq!(app.call("GET", &format!("{path}/chapters"), None).await.1["chapters"][0]["title"], "Hello", "at once");
    assert_eq!(app.call("DELETE", &format!("{path}/chapters"), None).await.1["has_chapters"], false);
    assert_eq!(app.call("GET", &format!("{path}/chapters"), None).await.1, json!({"chapters": []}));

    // Files that nothing names are kept for an hour, for pages that are open.
    assert_eq!(bytes(&app, &url).await.0, 404, "but named no more");
    let mut reader = app.state().store.reader().await.expect("a reader");
    let due = garbage::due(reader.conn(), now() + 2 * 3_600_000, 10).await.expect("garbage");
    assert_eq!(due.len(), 3, "{due:?}");
}

async fn a_poster_is_a_picture_or_a_moment(app: App) {
    let (shelf, url, _) = shelved(&app, 3).await;
    let answer = ready(&app, &url).await;
    let token = answer["token"].as_str().expect("a token");
    let path = format!("/api/v1/videos/{}/poster", answer["video_id"]);
    let thumbnail = async || bytes(&app, &format!("/thumbnails/{token}.jpg")).await.1;
    let first = thumbnail().await;

    let picture = app.folder.path().join("picture.png");
    ffmpeg("-f lavfi -i color=red:size=400x300 -frames:v 1", &picture);
    let png = std::fs::read(&picture).expect("a picture");
    let (status, shown) = send(&app, "PUT", &path, "image/png", png.clone()).await;
    assert_eq!(status, 200, "{shown}");
    let second = thumbnail().await;
    assert!(second.starts_with(&[0xff, 0xd8]) && second != first, "a JPEG of it");
    assert_ne!(bytes(&app, &format!("/thumbnails/{token}_play.jpg")).await.1, second);
    let page = app.get(&format!("/video/play/{token}")).send().await.expect("an answer").text().await.expect("text");
    assert!(page.contains(&format!("/thumbnails/{token}.jpg?v=")), "browsers don't show the old one");

    let (status, _) = app.call("PUT", &path, Some(json!({"at_s": 2.5}))).await;
    assert_eq!(status, 200);
    let third = thumbnail().await;
    assert!(third != second && third != first);
    let address = shelf.put("/picture.png", Book::Plain(png));
    assert_eq!(app.call("PUT", &path, Some(json!({"url": address}))).await.0, 200);
    assert_eq!(thumbnail().await, second, "the same picture from its address");
    server::jobs::sweep::once(app.state(), now() + 2 * 3_600_000).await;
    assert_eq!(thumbnail().await, second, "what is named again is not swept");

    for (body, field) in [
        (json!({"at_s": 60}), "at_s"),
        (json!({"at_s": -1}), "at_s"),
        (json!({}), "at_s"),
        (json!({"url": format!("{}/none.png", shelf.url)}), "url"),
    ] {
        let (status, answer) = app.call("PUT", &path, Some(body.clone())).await;
        assert_eq!((status, &answer["flaws"][0]["field"]), (422, &json!(field)), "{body}");
    }
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec();
    for wrong in [svg, b"\x89PNG\r\n\x1a\nno more".to_vec(), Vec::new()] {
        let (status, answer) = send(&app, "PUT", &path, "image/png", wrong).await;
        assert_eq!((status, &answer["flaws"][0]["field"]), (422, &json!("poster")));
    }
    assert_eq!(app.call("DELETE", &path, None).await.0, 200);
    assert_ne!(thumbnail().await, second);
    let left: Vec<_> =
        std::fs::read_dir(app.folder.path()).expect("a folder").flatten().map(|e| e.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("work-")), "{left:?}");
}

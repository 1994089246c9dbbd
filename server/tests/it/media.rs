//! Media with byte ranges.

use crate::support::App;
use reqwest::{Response, header};

const SIZE: usize = 10_000;

async fn with_a_file() -> (App, String) {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let bytes: Vec<u8> = (0..SIZE).map(|i| (i % 251) as u8).collect();
    app.add_file(&video, "video.mp4", &bytes).await;
    let path = format!("/media/{}/video.mp4", video.token);
    (app, path)
}

fn text<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_answered_with_just_that_part() {
    let (app, path) = with_a_file().await;
    for (range, status, said, length) in [
        ("bytes=0-0", 206, "bytes 0-0/10000", 1),
        ("bytes=-500", 206, "bytes 9500-9999/10000", 500),
        ("bytes=9999-", 206, "bytes 9999-9999/10000", 1),
        ("bytes=5000-20000", 206, "bytes 5000-9999/10000", 5_000),
        ("bytes=10000-", 416, "bytes */10000", 0),
        ("bytes=0-1,5-6", 200, "", SIZE),
        ("bytes=0-10,5-20", 200, "", SIZE),
        ("lines=1-2", 200, "", SIZE),
    ] {
        let answer = app.get(&path).header(header::RANGE, range).send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), text(&answer, "content-range")), (status, said), "{range}");
        assert_eq!(text(&answer, "accept-ranges"), "bytes", "{range}");
        let body = answer.bytes().await.expect("a body");
        assert_eq!(body.len(), length, "{range}");
    }
    let part = app.get(&path).header(header::RANGE, "bytes=300-302").send().await.expect("an answer");
    assert_eq!(part.bytes().await.expect("a body").as_ref(), [49, 50, 51]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_range_breaks_nothing() {
    let (app, path) = with_a_file().await;
    for range in [
        "bytes=-0",
        "bytes=5-1",
        "bytes=",
        "bytes=a-b",
        "bytes=99999999999999999999999-",
        "bytes=-99999999999999999999999",
        "bytes=0-0,,",
        "=",
    ] {
        let status = app.get(&path).header(header::RANGE, range).send().await.expect("an answer").status().as_u16();
        assert!(matches!(status, 200 | 206 | 416), "{range}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_tag_gets_the_whole_file() {
    let (app, path) = with_a_file().await;
    let whole = app.get(&path).send().await.expect("an answer");
    let tag = text(&whole, "etag").to_owned();
    assert_eq!((whole.status().as_u16(), text(&whole, "content-type")), (200, "video/mp4"));
    let ranged = |condition: String| {
        app.get(&path).header(header::RANGE, "bytes=0-9").header(header::IF_RANGE, condition).send()
    };
    assert_eq!(ranged(tag.clone()).await.expect("an answer").status(), 206);
    assert_eq!(ranged("\"stale\"".into()).await.expect("an answer").status(), 200);
    let known = app.get(&path).header(header::IF_NONE_MATCH, tag).send().await.expect("an answer");
    assert_eq!(known.status(), 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn head_tells_the_size_and_sends_nothing() {
    let (app, path) = with_a_file().await;
    let answer = app.http.head(format!("{}{path}", app.url)).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), text(&answer, "content-length")), (200, "10000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_video_s_own_files_are_served() {
    let (app, path) = with_a_file().await;
    for other in ["instance-key", "..%2Fcuepoint.db", "poster.jpg", "%2e%2e", "video.mp4%00"] {
        let path = path.replace("video.mp4", other);
        assert_eq!(app.get(&path).send().await.expect("an answer").status(), 404, "{other}");
    }
    assert_eq!(app.get("/media/AAAAAAAAAAAAAAAAAAAAAA/video.mp4").send().await.expect("an answer").status(), 404);
    assert_eq!(app.get("/media/x/video.mp4").send().await.expect("an answer").status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thumbnail_that_is_not_made_yet_is_a_placeholder() {
    let app = App::start().await;
    let video = app.add_video(&[], |video| video.files.poster = None).await;
    let answer = app.get(&format!("/thumbnails/{}.jpg", video.token)).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), text(&answer, "cache-control")), (200, "no-cache"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_that_the_demo_names_is_there() {
    let app = App::start().await;
    server::demo::bring(app.state()).await.expect("the demo");
    let mut reader = app.state().store.reader().await.expect("a reader");
    let video = server::store::videos::by_token(reader.conn(), server::demo::TOKEN).await;
    let files = video.expect("read").expect("the demo's video").files;
    for name in files.names() {
        let path = format!("/media/{}/{name}", server::demo::TOKEN);
        assert_eq!(app.get(&path).send().await.expect("an answer").status(), 200, "{name}");
    }
    let path = format!("/media/{}/storyboard.vtt", server::demo::TOKEN);
    let cues = app.get(&path).send().await.expect("an answer").text().await.expect("a body");
    let sheets = cues.lines().filter_map(|line| line.split_once("#xywh=").map(|(sheet, _)| sheet));
    assert!(cues.contains("#xywh=") && sheets.into_iter().all(|sheet| files.has(sheet)), "{cues}");
}

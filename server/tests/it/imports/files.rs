//! Files as people have them: each becomes ready and can be watched, or fails with its reason.

use super::{import, left_nothing};
use crate::support::{
    App,
    films::{PLAIN, ffmpeg, film, probed},
    shelf::{Book, Shelf},
};
use serde_json::{Value, json};
use std::path::Path;

const COLOURS: &str = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=3";
const TONE: &str = "-f lavfi -i sine=440:duration=3";

/// Sides and length (seconds).
type Shape = (u64, u64, f64);

/// Name, how ffmpeg makes it, and what comes of it; none fails.
fn files() -> Vec<(&'static str, String, Option<Shape>)> {
    let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    vec![
        ("moov-at-end.mp4", format!("{COLOURS} {TONE} {h264} -c:a aac"), Some((320, 180, 3.0))),
        (
            "vp9.webm",
            format!("{COLOURS} {TONE} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
            Some((320, 180, 3.0)),
        ),
        ("turned.mov", "-i moov-at-end.mp4 -c copy -an -metadata:s:v:0 rotate=90".into(), Some((180, 320, 3.0))),
        (
            "ten-bit.mp4",
            format!(
                "{COLOURS} -c:v libx265 -x265-params log-level=none -preset ultrafast -pix_fmt yuv420p10le -tag:v hvc1"
            ),
            Some((320, 180, 3.0)),
        ),
        ("no-sound.mkv", format!("{COLOURS} -c:v ffv1"), Some((320, 180, 3.0))),
        (
            "variable.mp4",
            format!("{COLOURS} -vf select='not(mod(n\\,3))+lt(n\\,20)' -vsync vfr {h264}"),
            Some((320, 180, 3.0)),
        ),
        (
            "dot.mp4",
            "-f lavfi -i color=red:size=2x2:rate=25:duration=2 -vf scale=1:1 -c:v ffv1 -f matroska".into(),
            Some((2, 2, 2.0)),
        ),
        ("old.avi", format!("{COLOURS} {TONE} -c:v mpeg4 -c:a mp3"), Some((320, 180, 3.0))),
        ("stream.ts", format!("{COLOURS} {TONE} {h264} -c:a aac -f mpegts"), Some((320, 180, 3.0))),
        (
            "wide-dots.mp4",
            "-f lavfi -i testsrc2=size=360x240:rate=25:duration=2 -vf setsar=4/3 -c:v libx264 -preset ultrafast".into(),
            Some((480, 240, 2.0)),
        ),
        ("sound.mp4", format!("{TONE} -c:a aac -vn"), None),
        ("picture.mp4", "-f lavfi -i color=red:size=64x64 -frames:v 1 -f image2 -c:v mjpeg".into(), None),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn files_as_people_have_them() {
    let app = App::start().await;
    let (shelf, folder) = (Shelf::start().await, app.folder.path());
    let mut begun = Vec::new();
    for (name, words, expected) in files() {
        let path = folder.join(name);
        // One is made of another.
        ffmpeg(&words.replace("moov-at-end.mp4", &folder.join("moov-at-end.mp4").to_string_lossy()), &path);
        let url = shelf.put(&format!("/{name}"), Book::Plain(std::fs::read(&path).expect("a file")));
        begun.push((name, expected, import(&app, &url).await));
    }
    for (name, expected, answer) in begun {
        let told = app.over(&answer["job_id"]).await;
        let (_, video) = app.call("GET", &format!("/api/v1/videos/{}", answer["video_id"]), None).await;
        let Some((width, height, seconds)) = expected else {
            assert_eq!(
                (&told["error"], &video["state"]),
                (&json!("UNSUPPORTED_FORMAT"), &json!("failed")),
                "{name}: {told}"
            );
            continue;
        };
        assert_eq!((&told["state"], &video["state"]), (&json!("done"), &json!("ready")), "{name}: {told}");
        let shape = (video["width"].as_u64().expect("a width"), video["height"].as_u64().expect("a height"));
        let off = |given: u64, wanted: u64| given.abs_diff(wanted) <= 2;
        assert!(off(shape.0, width) && off(shape.1, height), "{name}: {shape:?}");
        let lasts = video["duration"].as_f64().expect("seconds");
        assert!((lasts - seconds).abs() < 0.25, "{name}: {lasts}");
        plays(&folder.join(format!("media/1/{}/video.mp4", answer["video_id"])), name);
    }
    left_nothing(&app).await;
}

/// Every browser plays H.264 in 4:2:0 with AAC, or no sound, from a file whose index comes first.
fn plays(path: &Path, name: &str) {
    let told = probed(path);
    for stream in told["streams"].as_array().expect("streams") {
        let (kind, codec) = (&stream["codec_type"], &stream["codec_name"]);
        match kind.as_str() {
            Some("video") => {
                assert_eq!((codec, &stream["pix_fmt"]), (&json!("h264"), &json!("yuv420p")), "{name}");
                assert_eq!(stream["width"].as_u64().map(|w| w % 2), Some(0), "{name}");
            }
            Some("audio") => assert_eq!(codec, "aac", "{name}"),
            _ => panic!("{name}: {stream}"),
        }
    }
    let layout = server::media::boxes::layout(path).expect("read").expect("an MP4");
    assert!(layout.is_fast, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_in_a_file_are_taken_out_of_it() {
    let app = App::start().await;
    let (shelf, folder) = (Shelf::start().await, app.folder.path());
    let srt = folder.join("text.srt");
    std::fs::write(&srt, "1\n00:00:00,500 --> 00:00:01,500\nGuten Tag\n").expect("a file");
    let path = folder.join("captioned.mkv");
    let words = format!(
        "{COLOURS} -i {} -map 0 -map 1 -c:v libx264 -preset ultrafast -c:s srt -metadata:s:s:0 language=ger",
        srt.display()
    );
    ffmpeg(&words, &path);
    let url = shelf.put("/captioned.mkv", Book::Plain(std::fs::read(&path).expect("a file")));
    let answer = import(&app, &url).await;
    assert_eq!(app.over(&answer["job_id"]).await["state"], "done");
    let (_, video) = app.call("GET", &format!("/api/v1/videos/{}", answer["video_id"]), None).await;
    let captions: &Value = &video["captions"][0];
    assert_eq!((&captions["lang"], &captions["label"]), (&json!("de"), &json!("Deutsch")), "{video}");
    let text = app
        .http
        .get(captions["url"].as_str().expect("a URL"))
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(text.starts_with("WEBVTT") && text.contains("Guten Tag"), "{text}");

    // Another file has none of them.
    let other = std::fs::read(film(folder, "other.mp4", 1, "320x180", PLAIN)).expect("a file");
    let path = format!("/api/v1/videos/{}", answer["video_id"]);
    let address = json!({"url": shelf.put("/other.mp4", Book::Plain(other))});
    let (_, replaced) = app.call("PUT", &format!("{path}/media"), Some(address)).await;
    assert_eq!(app.over(&replaced["job_id"]).await["state"], "done");
    assert_eq!(app.call("GET", &path, None).await.1["captions"], json!([]));
}

/// What a browser records says nothing of its length.
#[tokio::test(flavor = "multi_thread")]
async fn a_recording_without_a_length_is_read_through_for_it() {
    let app = App::start().await;
    let path = app.folder.path().join("live.webm");
    ffmpeg(&format!("{COLOURS} -c:v libvpx -deadline realtime -cpu-used 8 -f webm -live 1"), &path);
    assert!(probed(&path)["format"]["duration"].is_null(), "as browsers write it");
    let shelf = Shelf::start().await;
    let url = shelf.put("/live.webm", Book::Plain(std::fs::read(&path).expect("a file")));
    let answer = import(&app, &url).await;
    assert_eq!(app.over(&answer["job_id"]).await["state"], "done");
    let (_, video) = app.call("GET", &format!("/api/v1/videos/{}", answer["video_id"]), None).await;
    assert!((video["duration"].as_f64().expect("seconds") - 3.0).abs() < 0.2, "{video}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn a_tall_video_gets_several_sizes() {
    let app = App::start().await;
    let path = app.folder.path().join("tall.mp4");
    ffmpeg(
        "-f lavfi -i testsrc2=size=1280x720:rate=25:duration=9 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
        &path,
    );
    let shelf = Shelf::start().await;
    let url = shelf.put("/tall.mp4", Book::Plain(std::fs::read(&path).expect("a file")));
    let answer = import(&app, &url).await;
    assert_eq!(app.over(&answer["job_id"]).await["state"], "done");
    let (_, video) = app.call("GET", &format!("/api/v1/videos/{}", answer["video_id"]), None).await;
    assert_eq!(video["streams"], true);
    let stream = format!("/media/{}/stream.m3u8", answer["token"].as_str().expect("a token"));
    let text = app.get(&stream).send().await.expect("an answer").text().await.expect("text");
    assert!(text.contains("RESOLUTION=1280x720") && text.contains("RESOLUTION=640x360"), "{text}");
    left_nothing(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn a_film_of_two_hours_is_no_trouble() {
    let app = App::start().await;
    let path = app.folder.path().join("long.mp4");
    ffmpeg(
        "-f lavfi -i testsrc2=size=160x90:rate=1:duration=7200 -c:v libx264 -preset ultrafast -g 60 -pix_fmt yuv420p",
        &path,
    );
    let shelf = Shelf::start().await;
    let url = shelf.put("/long.mp4", Book::Plain(std::fs::read(&path).expect("a file")));
    let answer = import(&app, &url).await;
    assert_eq!(app.over(&answer["job_id"]).await["state"], "done");
    let (_, video) = app.call("GET", &format!("/api/v1/videos/{}", answer["video_id"]), None).await;
    assert_eq!(
        (&video["state"], video["duration"].as_f64().map(f64::round)),
        (&json!("ready"), Some(7200.0)),
        "{video}"
    );
    left_nothing(&app).await;
}

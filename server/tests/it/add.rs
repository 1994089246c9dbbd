//! `cuepoint add`: the real binary, beside a server on the same database, with videos made on the spot.

use crate::support::{
    App,
    films::{PLAIN, film},
    json_of, on_each_engine,
};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Output},
};

fn add(app: &App, args: &[&str]) -> Output {
    app.runs("add", args)
}

fn line<'a>(output: &'a Output, start: &str) -> &'a str {
    let text = std::str::from_utf8(&output.stdout).expect("text");
    let said = String::from_utf8_lossy(&output.stderr);
    text.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_else(|| panic!("{start} in {text} {said}"))
}

async fn text(app: &App, path: &str) -> String {
    let answer = app.get(path).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.expect("a body")
}

async fn kind(app: &App, path: &str) -> (u16, String) {
    let answer = app.get(path).send().await.expect("an answer");
    let kind = answer.headers().get("content-type").map_or("", |kind| kind.to_str().expect("text"));
    (answer.status().as_u16(), kind.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_with_all_that_goes_with_it_is_served_at_once() {
    let app = App::start().await;
    let folder = app.folder.path();
    let path = film(folder, "film.mp4", 9, "640x360", "-c:v libx264 -preset ultrafast -c:a aac -ac 6");
    let vtt = folder.join("text.vtt");
    std::fs::write(&vtt, "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n").expect("a file");
    let (path, vtt) = (path.to_str().expect("plain"), vtt.to_str().expect("plain"));
    let output = add(
        &app,
        &[
            path,
            "--title",
            "Of nine seconds",
            "--stream",
            "--token",
            "addedByTheTest00000001",
            "--captions",
            &format!("en={vtt}"),
            "--chapters",
            vtt,
            "--sound",
            &format!("de=Deutsch={path}"),
            "--sound",
            &format!("en=English, described={path}"),
            "--described",
        ],
    );
    assert_eq!(line(&output, "token: "), "addedByTheTest00000001");
    assert_eq!(line(&output, "embed: "), format!("{}/video/embed/addedByTheTest00000001", app.url));
    let page = text(&app, line(&output, "play: ").strip_prefix(&app.url).expect("ours")).await;
    assert!(page.contains("<title>Of nine seconds</title>"), "{page}");
    let id = line(&output, "video_id: ");
    let video = json_of(app.get(&format!("/api/v1/videos/{id}")).bearer_auth(crate::support::API_KEY)).await;
    assert_eq!((&video["state"], &video["duration"]), (&Value::from("ready"), &Value::from(9.0)));

    let media = |name: &str| format!("/media/addedByTheTest00000001/{name}");
    let of = async |name: &str| kind(&app, &media(name)).await;
    assert_eq!(of("video.mp4").await, (200, "video/mp4".into()));
    assert_eq!(of("captions-1.en.vtt").await, (200, "text/vtt; charset=utf-8".into()));
    assert_eq!(of("chapters.vtt").await.0, 200);
    assert_eq!((of("sound-1.de.mp4").await.0, of("sound-2.en.mp4").await.0), (200, 200));
    assert_eq!(of("../../../cuepoint.db").await.0, 404);
    for poster in ["addedByTheTest00000001", "addedByTheTest00000001_play"] {
        assert_eq!(kind(&app, &format!("/thumbnails/{poster}.jpg")).await, (200, "image/jpeg".into()));
    }

    let cues = text(&app, &media("storyboard.vtt")).await;
    assert!(cues.contains("00:00:08.000 --> 00:00:09.000\nstoryboard-1.jpg#xywh=480,90,160,90\n"), "{cues}");
    assert_eq!(of("storyboard-1.jpg").await, (200, "image/jpeg".into()));

    let stream = text(&app, &media("stream.m3u8")).await;
    assert_eq!(of("stream.m3u8").await.1, "application/vnd.apple.mpegurl");
    assert!(stream.contains("RESOLUTION=426x240,CODECS=\"avc1.6400") && stream.contains("RESOLUTION=640x360"));
    let ours = folder.join(format!("media/1/{id}"));
    let begins: Vec<_> = ["240p", "360p"].map(|name| segment_starts(&ours, name)).into();
    assert_eq!(begins[0], [0.0, 4.0, 8.0], "segments begin at their instants");
    assert_eq!(begins[0], begins[1], "and at the same ones in every size");
    for name in ["240p.m3u8", "240p-init.mp4", "240p-0002.m4s", "360p-0000.m4s"] {
        assert_eq!(of(name).await.0, 200, "{name}");
    }
    let left: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("one").file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("work-")), "{left:?}");
}

/// When the first picture of each segment is shown, in seconds.
fn segment_starts(folder: &Path, size: &str) -> Vec<f64> {
    let init = std::fs::read(folder.join(format!("{size}-init.mp4"))).expect("its beginning");
    let mut starts = Vec::new();
    while let Ok(segment) = std::fs::read(folder.join(format!("{size}-{:04}.m4s", starts.len()))) {
        let whole = folder.join("whole.mp4");
        std::fs::write(&whole, [init.as_slice(), &segment].concat()).expect("written");
        let told = Command::new("ffprobe")
            .args(["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"])
            .arg(&whole)
            .output()
            .expect("ffprobe");
        let told = String::from_utf8(told.stdout).expect("text");
        let (time, flags) = told.lines().next().and_then(|line| line.split_once(',')).expect("a picture");
        assert!(flags.starts_with('K'), "a segment stands alone");
        starts.push(time.parse().expect("seconds"));
    }
    starts
}

on_each_engine! { what_browsers_play_is_kept_and_the_rest_encoded }

async fn what_browsers_play_is_kept_and_the_rest_encoded(app: App) {
    let folder = app.folder.path();
    let slow = film(folder, "slow.mp4", 2, "320x180", PLAIN);
    let other = film(folder, "other.mkv", 2, "180x320", "-c:v mpeg4 -c:a flac");
    let data = async |path: &Path| {
        let output = add(&app, &[path.to_str().expect("plain")]);
        let token = line(&output, "token: ").to_owned();
        let page = text(&app, &format!("/video/play/{token}")).await;
        let made = folder.join(format!("media/1/{}/video.mp4", line(&output, "video_id: ")));
        let probe = server::media::probe::Probe::of(&made).await.expect("a video");
        (page, probe, std::fs::read(made).expect("a file").len())
    };
    let (page, probe, size) = data(&slow).await;
    assert!(page.contains("<title>slow</title>"), "its name is its title");
    assert!(probe.layout.is_some_and(|layout| layout.is_fast), "the index comes first");
    let before = std::fs::metadata(&slow).expect("a file").len() as usize;
    assert!(size.abs_diff(before) < 2_000, "nothing is encoded anew: {before} {size}");

    let (_, probe, _) = data(&other).await;
    assert!(probe.has_plain_pictures() && probe.has_plain_sound() && probe.layout.is_some_and(|l| l.is_fast));
    assert_eq!((probe.width, probe.height, probe.sounds.len()), (180, 320, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_t_be_added_is_said_and_leaves_nothing() {
    let app = App::start().await;
    let folder = app.folder.path();
    let short = film(folder, "short.mp4", 3, "160x90", PLAIN).to_str().expect("plain").to_owned();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).expect("a file");
        folder.join(name).to_str().expect("plain").to_owned()
    };
    let film = film(folder, "film.mp4", 1, "160x90", PLAIN).to_str().expect("plain").to_owned();
    let text = write("text.txt", "no video\n");
    // A playlist must not lead ffmpeg to another file.
    let list = write("list.m3u8", &format!("#EXTM3U\n#EXTINF:1,\n{film}\n#EXT-X-ENDLIST\n"));
    let taken = app.add_video(&[], |_| {}).await.token;
    for (args, says) in [
        (vec![text.as_str()], "text.txt: "),
        (vec![list.as_str()], "list.m3u8: "),
        (vec![concat!(env!("CARGO_MANIFEST_DIR"), "/demo/poster.jpg")], "poster.jpg: "),
        (vec!["/no/such/file.mp4"], "/no/such/file.mp4: "),
        (vec![&film, "--token", "short"], "--token: is not a video token"),
        (vec![&film, "--token", &taken], "there is a video"),
        (vec![&film, "--account", "nobody@example.com"], "there is no account nobody@example.com"),
        (vec![&film, "--captions", "en"], "LANG=FILE"),
        (vec![&film, "--chapters", &text], "is not WebVTT"),
        (vec![&film, "--sound", &format!("de=Deutsch={short}")], "short.mp4: the sound is 3000 ms long"),
        (vec![&film, "--described"], "--described follows the --sound"),
    ] {
        let output = add(&app, &args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(says), "{args:?}: {said}");
    }
    assert_eq!(crate::support::count(&app.database(), "select count(*) from videos").await, 1);
    let made = std::fs::read_dir(folder.join("media")).expect("a folder").count();
    assert_eq!(made, 0, "no media were stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_ffmpeg_its_name_is_told() {
    let app = App::start().await;
    let file = app.folder.path().join("film.mp4");
    std::fs::write(&file, "x").expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_cuepoint"))
        .args(["add".as_ref(), file.as_os_str()])
        .env_clear()
        .env("PATH", app.folder.path())
        .env("CUEPOINT_DATABASE_URL", app.database())
        .env("CUEPOINT_MEDIA_URL", format!("file://{}/media", app.folder.path().display()))
        .output()
        .expect("the binary starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("ffprobe is not to be found; install ffmpeg"), "{said}");
}

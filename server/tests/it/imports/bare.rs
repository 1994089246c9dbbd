//! A machine without ffmpeg: videos are served as they came, and it is said what is missing. And one without the
//! tools that hold it.

use crate::support::{
    announced, client,
    films::{PLAIN, film},
    receiver::Receiver,
    shelf::{Book, Shelf},
};
use serde_json::{Value, json};
use std::{
    env,
    fs::{self, File},
    os::unix::fs::symlink,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A server that finds no tools but those in `tools`, its address and its key; it logs to `log` in its folder.
fn serve(folder: &Path, tools: &Path) -> (Child, String, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_cuepoint"))
        .args(["serve", "--demo"])
        .current_dir(folder)
        .env_clear()
        .env("PATH", tools)
        .envs([
            ("CUEPOINT_LISTEN", "127.0.0.1:0"),
            ("CUEPOINT_ADMIN_LISTEN", "127.0.0.1:0"),
            ("CUEPOINT_EGRESS_ALLOW", "127.0.0.1/32"),
            ("CUEPOINT_LOG", "warn"),
        ])
        .stdout(Stdio::piped())
        .stderr(File::create(folder.join("log")).expect("a file"))
        .spawn()
        .expect("the binary starts");
    let lines = announced(server.stdout.take().expect("piped"));
    let after = |start: &str| lines.iter().find_map(|line| line.strip_prefix(start)).expect("a line").to_owned();
    let (url, key) = (after("play: ").split("/video/").next().expect("a URL").to_owned(), after("API key: "));
    (server, url, key)
}

async fn call(url: &str, key: &str, method: &str, path: &str, body: Value) -> Value {
    let request = client().request(method.parse().expect("a method"), format!("{url}{path}")).bearer_auth(key);
    let request = request.header("content-type", "application/json").body(body.to_string());
    let text = request.send().await.expect("an answer").text().await.expect("text");
    let last = text.lines().rev().find_map(|line| line.strip_prefix("data: "));
    serde_json::from_str(last.unwrap_or(&text)).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn without_ffmpeg_a_video_is_served_as_it_came() {
    let folder = tempfile::tempdir().expect("a folder");
    let shelf = Shelf::start().await;
    let bytes = fs::read(film(folder.path(), "a.mp4", 1, "160x90", PLAIN)).expect("a film");
    let avi = fs::read(film(folder.path(), "a.avi", 1, "160x90", "-c:v mpeg4 -c:a mp3")).expect("a film");
    let (mp4, avi) = (shelf.put("/a.mp4", Book::Plain(bytes.clone())), shelf.put("/a.avi", Book::Plain(avi)));
    let (mut server, url, key) = serve(folder.path(), Path::new("/nowhere"));

    let receiver = Receiver::start().await;
    let endpoint = json!({"url": receiver.url, "events": ["VideoCreated", "VideoTranscoded"]});
    call(&url, &key, "POST", "/api/v1/webhooks", endpoint).await;
    let answer = call(&url, &key, "POST", "/api/v1/me/video/import", json!({"url": mp4})).await;
    let events = format!("/api/v1/jobs/{}/events", answer["job_id"].as_str().expect("an id"));
    assert_eq!(call(&url, &key, "GET", &events, json!({})).await["state"], "done");
    let video = call(&url, &key, "GET", &format!("/api/v1/videos/{}", answer["video_id"]), json!({})).await;
    assert_eq!(video["state"], "ready", "{video}");
    let missing: Vec<&str> = video["missing"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(missing.contains(&"poster: ffmpeg is not installed"), "{missing:?}");
    let token = answer["token"].as_str().expect("a token");
    let media = client().get(format!("{url}/media/{token}/video.mp4")).send().await.expect("an answer");
    assert_eq!(media.headers()["content-type"], "video/mp4");
    assert_eq!(media.bytes().await.expect("bytes"), bytes);
    let page =
        client().get(format!("{url}/video/play/{token}")).send().await.expect("an answer").text().await.expect("text");
    assert!(page.contains("video.mp4"));
    let mut told: Vec<Value> = receiver.until(2).await.iter().map(|hook| hook.json()).collect();
    told.sort_by_key(|told| told["eventName"].to_string());
    assert_eq!(told[0]["VideoCreated"]["media"]["videoId"], answer["video_id"], "{told:?}");
    assert_eq!(told[1]["VideoTranscoded"]["state"], "ready", "{told:?}");

    let answer = call(&url, &key, "POST", "/api/v1/me/video/import", json!({"url": avi})).await;
    let events = format!("/api/v1/jobs/{}/events", answer["job_id"].as_str().expect("an id"));
    let told = call(&url, &key, "GET", &events, json!({})).await;
    assert_eq!(told["error"], "UNSUPPORTED_FORMAT", "{told}");
    assert!(told["message"].as_str().is_some_and(|message| message.contains("no ffmpeg")), "{told}");
    server.kill().expect("killed");
    server.wait().expect("reaped");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_ffmpeg_can_t_be_held_it_runs_and_the_log_says_so_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let shelf = Shelf::start().await;
    let bytes = fs::read(film(folder.path(), "a.mp4", 1, "160x90", PLAIN)).expect("a film");
    let mp4 = shelf.put("/a.mp4", Book::Plain(bytes));
    let tools = folder.path().join("tools");
    fs::create_dir(&tools).expect("a folder");
    for tool in ["ffmpeg", "ffprobe"] {
        let path = env::var_os("PATH").expect("a PATH");
        let found = env::split_paths(&path).map(|folder| folder.join(tool)).find(|path| path.is_file());
        symlink(found.expect("ffmpeg"), tools.join(tool)).expect("a link");
    }
    let (mut server, url, key) = serve(folder.path(), &tools);
    let answer = call(&url, &key, "POST", "/api/v1/me/video/import", json!({"url": mp4})).await;
    let events = format!("/api/v1/jobs/{}/events", answer["job_id"].as_str().expect("an id"));
    let told = call(&url, &key, "GET", &events, json!({})).await;
    server.kill().expect("killed");
    server.wait().expect("reaped");
    assert_eq!(told["state"], "done", "{told}");
    let log = fs::read_to_string(folder.path().join("log")).expect("text");
    for lost in ["can reach the network", "without limits", "may outlive"] {
        assert_eq!(log.matches(lost).count(), 1, "{lost}: {log}");
    }
}

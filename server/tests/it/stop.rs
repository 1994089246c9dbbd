//! Stopping: what was accepted is kept, and the process ends well.

use crate::support::{App, batch::View, count};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// A thousand viewers hold as many connections: the usual soft limit would shut the next one out.
#[test]
fn a_server_takes_as_many_open_files_as_it_may_have() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Command::new("prlimit")
        .args(["--nofile=300:4000", env!("CARGO_BIN_EXE_cuepoint"), "serve", "--demo"])
        .current_dir(folder.path())
        .env("CUEPOINT_LISTEN", "127.0.0.1:0")
        .env("CUEPOINT_ADMIN_LISTEN", "127.0.0.1:0")
        .env("CUEPOINT_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let said = BufReader::new(server.stdout.take().expect("piped")).lines().next();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).expect("Linux");
    server.kill().expect("killed");
    server.wait().expect("reaped");
    assert!(said.is_some(), "it has started");
    let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit");
    assert_eq!(files.split_whitespace().nth(3), Some("4000"), "{files}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_under_load_loses_nothing_it_accepted() {
    let mut app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let (http, url) = (app.http.clone(), format!("{}/engage/record", app.url));
    let senders: Vec<_> = (0..16)
        .map(|_| {
            let (http, url, token) = (http.clone(), url.clone(), video.token.clone());
            tokio::spawn(async move {
                let mut accepted = 0_i64;
                loop {
                    let mut view = View::of(&token);
                    let events = view.watching(5_000);
                    match http.post(&url).body(view.batch(&events).to_string()).send().await {
                        Ok(answer) if answer.status() == 200 => accepted += 3,
                        _ => return accepted,
                    }
                }
            })
        })
        .collect();
    while app.report(video.id).await["total_plays"].as_i64() < Some(50) {
        tokio::task::yield_now().await;
    }
    app.stop().await;
    let mut accepted = 0;
    for sender in senders {
        accepted += sender.await.expect("no panic");
    }
    let stored = count(&app.database(), "select count(*) from entries").await;
    assert!(stored >= accepted && accepted >= 150, "{accepted} accepted, {stored} stored");
}

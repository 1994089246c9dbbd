//! Messages as a stream, and `cuepoint listen` that reads it.

use super::{
    api::Client,
    bench::{Bench, KEY, on_both},
    verify::verify,
};
use crate::support::receiver::Receiver;
use reqwest::{Method, Response};
use server::{state::now, webhook::sign::Secret};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

on_both! {
    a_stream_tells_what_comes_and_goes_on_after_the_last_id
    a_stream_says_where_it_begins
    a_stream_needs_a_key_and_known_events
}

/// Reads until the stream has said this many events; returns their ids.
async fn ids(stream: &mut Response, n: usize) -> Vec<String> {
    let mut text = String::new();
    let enough = async {
        loop {
            // The first one, without data, says where the stream begins.
            let events = text.split("\n\n").filter(|event| event.contains("\ndata: "));
            let ids: Vec<String> = events
                .filter_map(|event| event.lines().find_map(|line| line.strip_prefix("id: ")))
                .map(str::to_owned)
                .collect();
            if ids.len() >= n && text.ends_with("\n\n") {
                return ids;
            }
            let chunk = stream.chunk().await.expect("a stream").expect("it goes on");
            text.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    };
    tokio::time::timeout(Duration::from_secs(20), enough).await.expect("in time")
}

async fn a_stream_tells_what_comes_and_goes_on_after_the_last_id(bench: Bench) {
    let client = Client::of(&bench).await;
    bench.send("VideoCTA", now() - 60_000).await;
    let open = async |query: &str| {
        let request = client.as_owner(Method::GET, &format!("/api/v1/webhooks/stream{query}"));
        let stream = request.send().await.expect("an answer");
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        stream
    };
    let mut stream = open("").await;
    let first = bench.send("VideoCTA", now()).await.id.to_string();
    assert_eq!(ids(&mut stream, 1).await, std::slice::from_ref(&first), "nothing of before");
    drop(stream);
    let second = bench.send("VideoCTA", now()).await.id.to_string();
    let third = bench.send("VideoReply", now()).await.id.to_string();
    let mut again: Vec<String> = ids(&mut open(&format!("?after={first}")).await, 2).await;
    // Where commits have no order, what was heard last may come once more.
    again.retain(|id| *id != first);
    if again.len() == 1 {
        again = ids(&mut open(&format!("?after={first}")).await, 3).await;
        again.retain(|id| *id != first);
    }
    // Two of one millisecond come in either order.
    again.sort_unstable();
    let mut both = [second, third.clone()];
    both.sort_unstable();
    assert_eq!(again, both);
    let mut replies = open(&format!("?after={first}&events=VideoReply")).await;
    assert_eq!(ids(&mut replies, 1).await, [third]);
}

async fn a_stream_says_where_it_begins(bench: Bench) {
    let client = Client::of(&bench).await;
    let before = bench.send("VideoCTA", now() - 60_000).await.id.to_string();
    let open = async |query: &str| {
        let request = client.as_owner(Method::GET, &format!("/api/v1/webhooks/stream{query}"));
        request.send().await.expect("an answer")
    };
    let mut stream = open("").await;
    let first = stream.chunk().await.expect("a stream").expect("it goes on");
    assert_eq!(std::str::from_utf8(&first).expect("text").lines().next(), Some(format!("id: {before}").as_str()));
    drop(stream);
    let meanwhile = bench.send("VideoCTA", now()).await.id.to_string();
    let mut heard = ids(&mut open(&format!("?after={before}")).await, 1).await;
    if heard == [before.clone()] {
        heard = ids(&mut open(&format!("?after={before}")).await, 2).await.split_off(1);
    }
    assert_eq!(heard, [meanwhile], "though nobody had heard anything");
}

async fn a_stream_needs_a_key_and_known_events(bench: Bench) {
    let client = Client::of(&bench).await;
    let bare = client.bare(Method::GET, "/api/v1/webhooks/stream").send().await.expect("an answer");
    assert_eq!(bare.status(), 401);
    for wrong in ["events=Nonsense", "after=nonsense"] {
        let request = client.as_owner(Method::GET, &format!("/api/v1/webhooks/stream?{wrong}"));
        assert_eq!(request.send().await.expect("an answer").status(), 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developer_listens_and_has_messages_forwarded() {
    let bench = Bench::sqlite().await;
    let client = Client::of(&bench).await;
    let receiver = Receiver::start().await;
    let secret = b"a secret of more than 24 bytes";
    let first = bench.send("VideoCTA", now()).await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_cuepoint"))
        .args(["listen", "--server", &client.origin, "--after", &uuid::Uuid::nil().to_string()])
        .args(["--forward", &receiver.url, "--secret", &Secret::from_bytes(*secret).whsec()])
        .env("CUEPOINT_API_KEY", KEY)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    assert_eq!(receiver.until(1).await[0].body, first.body);
    let second = bench.send("VideoReply", now()).await;
    let hooks = receiver.until(2).await;
    assert_eq!(hooks[1].body, second.body);
    hooks.iter().for_each(|hook| verify(hook, secret));
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines().take(2);
    let said: Vec<String> = lines.map(|line| line.expect("text")).collect();
    assert!(said[1].starts_with(&format!("VideoReply {} 200 ", second.id)), "{said:?}");
    child.kill().expect("killed");
    child.wait().expect("reaped");
}

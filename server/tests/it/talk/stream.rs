//! Who looks on is told: at once, in order, and after a break what was missed.

use super::{Browser, at};
use crate::support::{App, on_each_engine};
use reqwest::{Method, Response};
use serde_json::{Value, json};

on_each_engine! {
    what_is_said_comes_to_who_looks_on
    who_comes_back_hears_what_was_missed
    what_is_taken_back_goes
    streams_end_with_the_server
    one_network_has_only_so_many_streams
}

/// A stream of server-sent events, read as a browser reads it.
pub struct Events {
    answer: Response,
    text: String,
}

#[derive(Debug)]
pub struct Told {
    pub id: i64,
    pub kind: String,
    pub data: Value,
}

impl Events {
    pub async fn open(browser: &Browser<'_>, rest: &str) -> Self {
        Self::of(browser.request(Method::GET, rest).send().await.expect("an answer"))
    }

    pub fn of(answer: Response) -> Self {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        Self { answer, text: String::new() }
    }

    /// The next block of lines; none at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = self.answer.chunk().await.expect("the connection stands")?;
            self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    pub async fn next(&mut self) -> Told {
        let wait = tokio::time::timeout(std::time::Duration::from_secs(30), async {
            loop {
                let block = self.block().await.expect("an event");
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                if let (Some(id), Some(kind), Some(data)) = (field("id:"), field("event:"), field("data:")) {
                    let data = serde_json::from_str(data).expect("JSON");
                    return Told { id: id.parse().expect("a number"), kind: kind.into(), data };
                }
            }
        });
        wait.await.expect("an event in time")
    }
}

async fn what_is_said_comes_to_who_looks_on(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (ann, bob) = (Browser::new(&app, &video, "ann"), Browser::new(&app, &video, "bob"));
    ann.comments("Before").await;
    let mut events = Events::open(&bob, "/stream?lang=de").await;
    let comment = ann.comments("Now").await;
    let told = events.next().await;
    assert_eq!((told.kind.as_str(), &told.data["id"], &told.data["text"]), ("comment", &comment["id"], &json!("Now")));
    assert_eq!(told.data["shown"], 2);
    let html = told.data["html"].as_str().expect("HTML");
    assert!(
        html.contains("Antworten") && !html.contains("?edit="),
        "in its language, without the author's tools: {html}"
    );
    ann.send(Method::POST, "/reactions", json!({"reaction": "wow", "at": 7})).await;
    let told = events.next().await;
    assert_eq!((told.kind.as_str(), &told.data["reaction"], &told.data["at"]), ("reaction", &json!("wow"), &json!(7)));
    let other = app.add_video(&[], |_| {}).await;
    Browser::new(&app, &other, "ann").comments("Elsewhere").await;
    ann.comments("Here").await;
    assert_eq!(events.next().await.data["text"], "Here");
}

async fn who_comes_back_hears_what_was_missed(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (ann, bob) = (Browser::new(&app, &video, "ann"), Browser::new(&app, &video, "bob"));
    let mut events = Events::open(&bob, "/stream").await;
    let first = ann.comments("One").await;
    let last = events.next().await.id;
    drop(events);
    ann.comments("Two").await;
    ann.send(Method::POST, "/reactions", json!({"reaction": "like", "at": 1})).await;
    ann.send(Method::PATCH, &at(&first), json!({"text": "One again"})).await;
    let again = bob.request(Method::GET, "/stream?after=0").header("last-event-id", last.to_string());
    let mut events = Events::of(again.send().await.expect("an answer"));
    let heard = [events.next().await, events.next().await, events.next().await];
    let said: Vec<&Value> = heard.iter().map(|told| &told.data["text"]).collect();
    assert_eq!(said, [&json!("Two"), &Value::Null, &json!("One again")]);
    assert!(heard.is_sorted_by(|a, b| a.id < b.id) && heard[0].id > last);
}

async fn what_is_taken_back_goes(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (ann, bob) = (Browser::new(&app, &video, "ann"), Browser::new(&app, &video, "bob"));
    let comment = ann.comments("Once").await;
    let mut events = Events::open(&bob, "/stream").await;
    ann.send(Method::DELETE, &at(&comment), json!({})).await;
    let told = events.next().await.data;
    assert_eq!((&told["id"], &told["html"], &told["text"]), (&comment["id"], &Value::Null, &Value::Null));
    assert_eq!((&told["shown"], &told["author"]), (&json!(0), &Value::Null));
}

async fn streams_end_with_the_server(mut app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut events = Events::open(&Browser::new(&app, &video, "bob"), "/stream").await;
    assert!(events.block().await.is_some());
    app.stop().await;
    assert!(events.block().await.is_none());
}

async fn one_network_has_only_so_many_streams(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let bob = Browser::new(&app, &video, "bob");
    let mut open = Vec::new();
    let refused = loop {
        let answer = bob.request(Method::GET, "/stream").send().await.expect("an answer");
        if answer.status() != 200 {
            break answer;
        }
        open.push(answer);
        assert!(open.len() <= 100, "nothing stops him");
    };
    assert!(refused.headers().contains_key("retry-after"), "{refused:?}");
}

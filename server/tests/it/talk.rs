//! Comments and reactions: what viewers may say, what everyone sees of it, and who is told.

mod letters;
mod owner;
mod page;
mod stream;

use crate::support::{App, on_each_engine, receiver::Receiver};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use server::{state::now, store::videos::Video, webhook::courier::Courier};
use uuid::Uuid;

on_each_engine! {
    a_comment_is_posted_answered_changed_and_deleted
    who_is_told_is_told_once_and_the_report_counts_it
    every_bad_input_has_its_own_message
    only_its_author_changes_a_comment
    what_looks_like_html_stays_text_everywhere
    who_is_too_fast_is_told_when_to_come_back
    reactions_are_counted_by_kind_and_bounded
    only_our_own_pages_may_write
    a_video_that_is_gone_or_silent_takes_no_comments
    the_same_request_twice_is_one_comment
    a_thread_answers_one_level_deep
}

/// A browser of its own: its requests come from another viewer than those of others.
pub struct Browser<'a> {
    app: &'a App,
    agent: String,
    path: String,
}

impl<'a> Browser<'a> {
    pub fn new(app: &'a App, video: &Video, name: &str) -> Self {
        Self { app, agent: name.into(), path: format!("/talk/{}", video.token) }
    }

    pub fn request(&self, method: Method, rest: &str) -> RequestBuilder {
        let url = format!("{}{}{rest}", self.app.url, self.path);
        self.app.http.request(method, url).header("user-agent", &self.agent)
    }

    pub async fn send(&self, method: Method, rest: &str, body: Value) -> (u16, Value) {
        answer(self.request(method, rest).header("content-type", "application/json").body(body.to_string())).await
    }

    pub async fn says(&self, body: Value) -> (u16, Value) {
        self.send(Method::POST, "/comments", body).await
    }

    /// Posts a comment that must be fine.
    pub async fn comments(&self, text: &str) -> Value {
        let (status, comment) = self.says(json!({"text": text, "name": "Ann"})).await;
        assert_eq!(status, 201, "{comment}");
        comment
    }

    pub async fn list(&self, query: &str) -> Value {
        let (status, list) = answer(self.request(Method::GET, &format!("/comments{query}"))).await;
        assert_eq!(status, 200, "{list}");
        list
    }
}

pub async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn at(comment: &Value) -> String {
    format!("/comments/{}", comment["id"].as_str().expect("an id"))
}

fn flaws(answer: &Value) -> Vec<(&str, &str)> {
    let text = |flaw: &'_ Value, name: &str| flaw[name].as_str().map(str::to_owned).expect("text").leak() as &str;
    let all = answer["flaws"].as_array().unwrap_or_else(|| panic!("{answer}"));
    all.iter().map(|flaw| (text(flaw, "field"), text(flaw, "message"))).collect()
}

async fn a_comment_is_posted_answered_changed_and_deleted(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let body = json!({"text": "Hello\nthere", "name": " Ann  B. ", "at": 20_500, "unknown": {}});
    let (status, comment) = ann.says(body).await;
    assert_eq!(status, 201, "{comment}");
    assert_eq!((&comment["text"], &comment["author"]), (&json!("Hello\nthere"), &json!("Ann B.")));
    assert_eq!((&comment["at"], &comment["parent"]), (&json!(20_500), &Value::Null));
    assert_eq!((&comment["state"], &comment["verified"]), (&json!("shown"), &json!(false)));
    assert!(comment["html"].as_str().expect("HTML").contains("data-at=\"20500\""));

    let bob = Browser::new(&app, &video, "bob");
    let (status, reply) = bob.says(json!({"text": "Hi Ann", "name": "Bob", "parent": comment["id"]})).await;
    assert_eq!((status, &reply["parent"]), (201, &comment["id"]), "{reply}");
    let list = bob.list("").await;
    assert_eq!((&list["total"], &list["next"]), (&json!(2), &Value::Null));
    assert_eq!(list["items"][0]["replies"][0]["text"], "Hi Ann");
    assert_eq!(list["items"][0].get("email"), None);
    assert_eq!(list["items"][0].get("key"), None);

    let (status, changed) = ann.send(Method::PATCH, &at(&comment), json!({"text": "Hello again"})).await;
    assert_eq!((status, &changed["text"]), (200, &json!("Hello again")));
    assert!(changed["edited_at"].is_i64());
    assert_eq!(bob.list("").await["items"][0]["text"], "Hello again");

    // With a reply below it, its place stays; what it said is gone from the disk.
    let (status, _) = ann.send(Method::DELETE, &at(&comment), json!({})).await;
    assert_eq!(status, 200);
    let thread = bob.list("").await["items"][0].clone();
    assert_eq!((&thread["deleted"], &thread["text"], &thread["author"]), (&json!(true), &json!(""), &json!("")));
    let (status, _) = bob.send(Method::DELETE, &at(&reply), json!({})).await;
    assert_eq!((status, bob.list("").await["items"].clone()), (200, json!([])));
    assert_eq!(bob.send(Method::DELETE, &at(&reply), json!({})).await.0, 404, "it is gone");
}

async fn who_is_told_is_told_once_and_the_report_counts_it(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoComment", "VideoReply", "VideoReaction"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let body = json!({"text": "Hello", "name": "Ann", "email": "ann@example.com", "at": 20_000});
    let (_, comment) = ann.says(body).await;
    let hook = receiver.until(1).await[0].json();
    assert_eq!(hook["eventName"], "VideoComment");
    let said = &hook["VideoComment"];
    let expected = json!({"id": comment["id"], "text": "Hello", "at": 20_000, "author": "Ann", "state": "shown"});
    assert_eq!((&said["comment"], &said["email"]), (&expected, &json!("ann@example.com")));
    assert_eq!(said["media"]["videoId"], video.id);

    ann.says(json!({"text": "And a reply", "name": "Ann", "parent": comment["id"]})).await;
    let reply = receiver.until(2).await[1].json();
    assert_eq!((&reply["eventName"], &reply["VideoReply"]["parent"]), (&json!("VideoReply"), &comment["id"]));
    assert_eq!(reply["VideoReply"]["email"], Value::Null);

    let (status, reaction) = ann.send(Method::POST, "/reactions", json!({"reaction": "love", "at": 1_500})).await;
    assert_eq!((status, &reaction["reaction"], &reaction["at"]), (201, &json!("love"), &json!(1_500)));
    let hook = receiver.until(3).await[2].json();
    let told = &hook["VideoReaction"];
    assert_eq!((&told["reaction"], &told["at"], &told["email"]), (&json!("love"), &json!(1_500), &Value::Null));

    ann.send(Method::PATCH, &at(&comment), json!({"text": "Hello again"})).await;
    let courier = Courier::new(app.state().clone());
    while courier.step(now()).await.expect("a round") > 0 {}
    let mut ids: Vec<String> = receiver.hooks().iter().map(|hook| hook.header("webhook-id").to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((receiver.hooks().len(), ids.len()), (3, 3), "each once, and a change is no comment");

    let actions = app.report(video.id).await["actions"].clone();
    assert_eq!((&actions["comments"], &actions["replies"], &actions["reactions"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(actions["no_of_actions"], 3);
}

async fn every_bad_input_has_its_own_message(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let (status, all) = ann.says(json!({
        "text": "", "name": " ", "email": "nonsense", "at": 99_000_000, "parent": Uuid::nil().to_string(), "website": "x",
    }))
    .await;
    assert_eq!((status, &all["type"]), (422, &json!("invalid_fields")));
    let expected = [
        ("text", "Write something first."),
        ("name", "Enter a name."),
        ("email", "Enter an e-mail address such as ann@example.com, or leave it empty."),
        ("at", "Enter a time within the video, such as 1:30, or leave it empty."),
        ("website", "Leave this field empty."),
    ];
    assert_eq!(flaws(&all), expected);
    for (body, field, message) in [
        (json!({"text": "x".repeat(2_001), "name": "A"}), "text", "Use at most 2000 characters."),
        (json!({"text": "x", "name": "A".repeat(61)}), "name", "Use at most 60 characters."),
        (
            json!({"text": "x", "name": "A", "at": -1}),
            "at",
            "Enter a time within the video, such as 1:30, or leave it empty.",
        ),
        (json!({"text": "x", "name": "A", "parent": 7}), "parent", "The comment you answer is no longer there."),
        (
            json!({"text": "x", "name": "A", "parent": Uuid::nil().to_string()}),
            "parent",
            "The comment you answer is no longer there.",
        ),
    ] {
        let (status, answer) = ann.says(body.clone()).await;
        assert_eq!((status, flaws(&answer)), (422, vec![(field, message)]), "{body}");
    }
    let (status, answer) = ann.send(Method::POST, "/reactions", json!({"reaction": "dislike", "at": "x"})).await;
    assert_eq!((status, flaws(&answer)), (422, vec![("reaction", "Choose one of the reactions.")]));
    let german = ann.request(Method::POST, "/comments").header("accept-language", "de");
    let (_, answer) = self::answer(german.header("content-type", "application/json").body("{\"name\":\"A\"}")).await;
    assert_eq!(flaws(&answer), [("text", "Schreiben Sie zuerst etwas.")]);
    let (status, _) = self::answer(ann.request(Method::POST, "/comments").body("x")).await;
    assert_eq!(status, 400);
    assert_eq!(ann.list("").await["items"], json!([]));
}

async fn only_its_author_changes_a_comment(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let (ann, bob) = (Browser::new(&app, &video, "ann"), Browser::new(&app, &video, "bob"));
    let comment = ann.comments("Mine").await;
    let path = at(&comment);
    for (method, body) in [
        (Method::PATCH, json!({"text": "Ours"})),
        (Method::PATCH, json!({"text": "Ours", "key": "nonsense"})),
        (Method::DELETE, json!({})),
        (Method::DELETE, json!({"pass": "a.b"})),
    ] {
        let (status, answer) = bob.send(method, &path, body).await;
        assert_eq!((status, &answer["message"]), (403, &json!("Only its author can change this comment.")));
    }
    // The key is the author's on every day and in every browser.
    let (status, changed) = bob.send(Method::PATCH, &path, json!({"text": "By key", "key": comment["key"]})).await;
    assert_eq!((status, &changed["text"]), (200, &json!("By key")));
    let second = ann.comments("Another").await;
    let (status, _) = bob.send(Method::DELETE, &at(&second), json!({"key": comment["key"]})).await;
    assert_eq!(status, 403, "the key of another comment");
    let other = app.add_video(&[], |_| {}).await;
    let elsewhere = Browser::new(&app, &other, "ann");
    assert_eq!(elsewhere.send(Method::PATCH, &path, json!({"text": "x", "key": comment["key"]})).await.0, 404);
    for (method, body) in [(Method::PATCH, json!({"text": "x"})), (Method::DELETE, json!({}))] {
        assert_eq!(ann.send(method, "/comments/nonsense", body).await.0, 404);
    }
    let (status, answer) = ann.send(Method::PATCH, &path, json!({"text": " "})).await;
    assert_eq!((status, flaws(&answer)), (422, vec![("text", "Write something first.")]));
}

async fn what_looks_like_html_stays_text_everywhere(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoComment"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let text =
        "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp; javascript:alert(1) https://a.example/?<b>";
    let name = "<svg onload=alert(1)>";
    let (status, comment) = ann.says(json!({"text": text, "name": name})).await;
    assert_eq!((status, &comment["text"], &comment["author"]), (201, &json!(text), &json!(name)));
    let page =
        app.get(&format!("/video/play/{}", video.token)).send().await.expect("a page").text().await.expect("HTML");
    let part = ann.request(Method::GET, "/comments").header("accept", "text/html").send().await.expect("an answer");
    assert!(part.headers()["content-type"].to_str().expect("text").starts_with("text/html"));
    let part = part.text().await.expect("HTML");
    let events = stream::Events::open(&ann, "/stream?after=0").await.next().await;
    let told = events.data["html"].as_str().expect("HTML");
    for html in [page.as_str(), &part, comment["html"].as_str().expect("HTML"), told] {
        for bad in ["<script>alert", "<img", "<svg onload", "href=\"javascript", "<b>\""] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("&lt;svg onload=alert(1)&gt;"));
        assert!(html.contains("<a href=\"https://a.example/\" rel=\"nofollow ugc noopener\""), "{html}");
    }
    assert_eq!(ann.list("").await["items"][0]["text"], text);
    let hook = receiver.until(1).await[0].json();
    assert_eq!(hook["VideoComment"]["comment"]["text"], text);
    // Written but not sent: it stands in the form again, as text.
    let form = ann
        .request(Method::POST, "/comments")
        .form_body(&[("text", "</textarea><script>alert(2)</script>"), ("name", "")]);
    let (status, page) = answer(form).await;
    let page = page.as_str().expect("a page");
    assert_eq!(status, 422);
    assert!(!page.contains("<script>alert") && page.contains("&lt;/textarea>&lt;script>alert(2)"), "{page}");
}

async fn who_is_too_fast_is_told_when_to_come_back(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let mut posted = 0;
    let refused = loop {
        let request = ann.request(Method::POST, "/comments").header("content-type", "application/json");
        let body = json!({"text": format!("No {posted}"), "name": "Ann"}).to_string();
        let answer = request.body(body).send().await.expect("an answer");
        if answer.status() != 201 {
            break answer;
        }
        posted += 1;
        assert!(posted < 30, "nothing stops her");
    };
    assert_eq!(refused.status(), 429);
    let seconds: u32 = refused.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=5).contains(&seconds), "{seconds}");
    let error: Value = serde_json::from_str(&refused.text().await.expect("a body")).expect("JSON");
    assert_eq!(error["message"], format!("That was fast. Try again in {seconds} s."));
    assert_eq!(ann.list("").await["total"], posted);
    let bob = Browser::new(&app, &video, "bob");
    assert_eq!(bob.says(json!({"text": "Me?", "name": "Bob"})).await.0, 201, "another viewer is not held up");
}

async fn reactions_are_counted_by_kind_and_bounded(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    for (kind, at) in [("like", json!(1_000)), ("like", json!(60_500)), ("fire", Value::Null)] {
        assert_eq!(ann.send(Method::POST, "/reactions", json!({"reaction": kind, "at": at})).await.0, 201);
    }
    let counts = ann.list("").await["reactions"].clone();
    assert_eq!(counts, json!({"like": 2, "love": 0, "laugh": 0, "wow": 0, "idea": 0, "fire": 1}));
    let (mut status, mut sent) = (201, 0);
    while status == 201 && sent < 40 {
        status = ann.send(Method::POST, "/reactions", json!({"reaction": "wow", "at": 5})).await.0;
        sent += 1;
    }
    assert_eq!(status, 429);
}

async fn only_our_own_pages_may_write(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    for (header, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        let comment = ann.request(Method::POST, "/comments").header(header, value);
        let (status, _) = answer(comment.form_body(&[("text", "x"), ("name", "A")])).await;
        assert_eq!(status, 403, "{header}: {value}");
        let reaction = ann.request(Method::POST, "/reactions").header(header, value);
        assert_eq!(answer(reaction.form_body(&[("reaction", "like")])).await.0, 403);
    }
    let own = ann.request(Method::POST, "/comments").header("sec-fetch-site", "same-origin");
    assert_eq!(answer(own.form_body(&[("text", "x"), ("name", "A")])).await.0, 303);
}

async fn a_video_that_is_gone_or_silent_takes_no_comments(app: App) {
    let gone = app.add_video(&[], |video| video.deleted_at = Some(1)).await;
    let expired = app.add_video(&[], |video| video.expires_at = Some(1)).await;
    let silent = app
        .add_video(&[], |video| {
            video.settings.comments = app::talk::Comments::Off;
            video.settings.reactions = false;
        })
        .await;
    let body = json!({"text": "x", "name": "A", "reaction": "like"});
    for (video, status) in [(&gone, 410), (&expired, 410), (&silent, 403)] {
        let ann = Browser::new(&app, video, "ann");
        assert_eq!(ann.says(body.clone()).await.0, status);
        assert_eq!(ann.send(Method::POST, "/reactions", body.clone()).await.0, status);
        assert_eq!(answer(ann.request(Method::GET, "/stream")).await.0, status);
    }
    let (_, answer) = Browser::new(&app, &silent, "ann").says(body).await;
    assert_eq!(answer["message"], "Comments are switched off for this video.");
    let page =
        app.get(&format!("/video/play/{}", silent.token)).send().await.expect("a page").text().await.expect("HTML");
    assert!(!page.contains("id=\"talk\""), "{page}");
    let unknown = app.get(&format!("/talk/{}/comments", "A".repeat(22))).send().await.expect("an answer");
    assert_eq!(unknown.status(), 404);
}

async fn the_same_request_twice_is_one_comment(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let first = ann.comments("Pressed twice").await;
    let second = ann.comments("Pressed twice").await;
    assert_eq!((&first["id"], &first["key"]), (&second["id"], &second["key"]));
    Browser::new(&app, &video, "bob").comments("Pressed twice").await;
    assert_eq!(ann.list("").await["total"], 2, "another viewer says the same");
}

async fn a_thread_answers_one_level_deep(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    let root = ann.comments("Root").await;
    let mut last = root.clone();
    for n in 0..4 {
        let body = json!({"text": format!("Reply {n}"), "name": "Ann", "parent": last["id"]});
        last = ann.says(body).await.1;
        assert_eq!(last["parent"], root["id"], "an answer to a reply joins its thread");
    }
    let thread = ann.list("").await["items"][0].clone();
    assert_eq!((&thread["reply_count"], thread["replies"].as_array().map(Vec::len)), (&json!(4), Some(2)));
    assert_eq!(thread["replies"][1]["text"], "Reply 3", "the last ones are shown");
    let all = ann.list(&format!("?thread={}", root["id"].as_str().expect("an id"))).await;
    assert_eq!(all["items"][0]["replies"].as_array().map(Vec::len), Some(4));
    assert_eq!(ann.list(&format!("?thread={}", last["id"].as_str().expect("an id"))).await["items"], json!([]));
}

/// A form, as a browser without scripts sends it.
pub trait FormBody {
    fn form_body(self, fields: &[(&str, &str)]) -> RequestBuilder;
}

impl FormBody for RequestBuilder {
    fn form_body(self, fields: &[(&str, &str)]) -> RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("content-type", "application/x-www-form-urlencoded").header("accept", "text/html").body(body)
    }
}

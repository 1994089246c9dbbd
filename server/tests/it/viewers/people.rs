//! One person's data: handed over, and erased so that nothing of them is left in the database.

use super::*;
use crate::support::{on_each_engine, receiver::Receiver};
use app::interaction::Interaction;
use server::store::{
    Conn,
    comments::{self, Comment},
    mails::{self, Mail},
    reactions::{self, Reaction},
};
use sqlx::AssertSqlSafe;

on_each_engine! {
    who_asks_to_be_forgotten_is_in_no_table
    what_a_form_told_is_erased_with_whoever_sent_it
    an_address_that_another_has_replaced_is_erased_too
    one_person_s_data_are_handed_over
    an_address_is_one_person_s_whatever_its_case
    another_account_s_viewers_are_not_there
}

pub fn timeline() -> [Interaction; 2] {
    let form = json!({
        "id": Uuid::now_v7(), "kind": "lead_form", "at": {"s": 10}, "layout": "modal",
        "spec": {"title": "Who are you?", "fields": [
            {"type": "email", "name": "email", "label": "E-mail", "required": true},
            {"type": "text", "name": "first_name", "label": "First name"},
            {"type": "tel", "name": "phone", "label": "Phone"},
            {"type": "text", "name": "company", "label": "Company"},
        ]}
    });
    let poll = json!({
        "id": Uuid::now_v7(), "kind": "poll", "at": {"s": 12}, "layout": "modal",
        "spec": {"question": "Tea or coffee?", "choices": ["Tea", "Coffee"], "show_results": "after_answer"}
    });
    [form, poll].map(|one| serde_json::from_value(one).expect("an interaction"))
}

/// Somebody who leaves a trace wherever one can be left.
struct Somebody {
    name: &'static str,
    email: &'static str,
    phone: &'static str,
    company: &'static str,
    ids: Vec<Uuid>,
    views: Vec<Uuid>,
}

impl Somebody {
    fn ada() -> Self {
        let (email, phone) = ("Ada.Lovelace@example.com", "+44 20 5550 1815");
        Self { name: "Adaline", email, phone, company: "Analytical Engines", ids: Vec::new(), views: Vec::new() }
    }

    fn bob() -> Self {
        let (email, phone) = ("bob@example.org", "+49 30 5550 1234");
        Self { name: "Bobbert", email, phone, company: "Builders", ids: Vec::new(), views: Vec::new() }
    }

    async fn lives(&mut self, app: &App, video: &Video, timeline: &[Interaction; 2]) {
        // A form and a poll, by a browser that keeps no cookie.
        let page = open(play(app, video, "").header("user-agent", CHROME)).await;
        let mut view = View::of(&video.token);
        let mut events = view.watching(15_000);
        let fields =
            json!({"email": self.email, "first_name": self.name, "phone": self.phone, "company": self.company});
        for (at, one, answer) in [(16_000, 0, json!({"fields": fields})), (17_000, 1, json!({"choice": 1}))] {
            events.push(view.event(at - 3_000, json!({"type": "shown", "interaction": timeline[one].id})));
            events.push(view.event(at, json!({"type": "answer", "interaction": timeline[one].id, "answer": answer})));
        }
        let receipt = json_of(send(app, &page, &view, &events)).await;
        assert_eq!((&receipt["recorded"], &receipt["refused"]), (&json!(7), &json!([])), "{receipt}");
        self.ids.push(viewer_of(app, &view).await);
        self.views.push(view.session);

        // A personal link, played.
        let body = json!({"recipients": [{"email": self.email.to_lowercase(), "name": self.name}]}).to_string();
        let request = app.post(&format!("/api/v1/videos/{}/links", video.id)).bearer_auth(API_KEY);
        let made = json_of(request.header("content-type", "application/json").body(body)).await;
        let url = made["items"][0]["url"].as_str().expect("an address");
        let page = open(app.http.get(url).header("user-agent", self.name)).await;
        let mut view = View::of(&video.token);
        let events = view.watching(20_000);
        let mut batch = view.batch(&events);
        batch["pass"] = page.pass_text().into();
        json_of(app.post("/engage/record").header("user-agent", self.name).body(batch.to_string())).await;
        let recipient = viewer_of(app, &view).await;
        assert_eq!(Origin::of(recipient), Origin::Link);
        self.ids.push(recipient);
        self.views.push(view.session);

        // A comment, a reaction and a letter.
        let mut tx = app.state().store.begin().await.expect("a transaction");
        let comment = Comment {
            account_id: 1,
            video_id: video.id,
            id: Uuid::now_v7(),
            parent_id: None,
            viewer_id: recipient,
            author: format!("{} herself", self.name),
            email: Some(self.email.into()),
            verified: true,
            body: format!("{} was here", self.name),
            at_ms: Some(1),
            state: "shown".into(),
            seq: 1,
            created_at: now(),
            edited_at: None,
        };
        comments::insert(tx.conn(), &comment).await.expect("a comment");
        let reaction = Reaction {
            account_id: 1,
            video_id: video.id,
            id: Uuid::now_v7(),
            viewer_id: recipient,
            kind: "love".into(),
            at_ms: Some(30_000),
            seq: 2,
            created_at: now(),
        };
        reactions::insert(tx.conn(), &reaction, 50).await.expect("a reaction");
        let mail = Mail {
            account_id: 1,
            id: Uuid::now_v7(),
            recipient: self.email.into(),
            subject: "Is it you?".into(),
            body: format!("Dear {}", self.name),
            attempt: 0,
        };
        mails::insert(tx.conn(), &mail, now() + 3_600_000).await.expect("a letter");
        tx.commit().await.expect("committed");
    }

    /// What would give them away.
    fn traces(&self) -> Vec<String> {
        [self.name, self.email, self.phone, self.company].map(str::to_lowercase).to_vec()
    }
}

/// Everything that is stored, in lower case: all rows as text, and the bytes of the file where there is one.
pub async fn dump(app: &App) -> Vec<u8> {
    let mut reader = app.state().store.reader().await.expect("a connection");
    let mut all = Vec::new();
    match reader.conn() {
        Conn::Sqlite(_) => {
            app.state().store.fold().await;
            for name in ["cuepoint.db", "cuepoint.db-wal"] {
                all.extend(std::fs::read(app.folder.path().join(name)).unwrap_or_default());
            }
        }
        Conn::Postgres(db) => {
            let names = "select table_name::text from information_schema.tables where table_schema = 'public'";
            let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut *db).await.expect("tables");
            for name in names {
                let rows = AssertSqlSafe(format!("select t::text from {name} t"));
                let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut *db).await.expect("rows");
                all.extend(rows.join("\n").into_bytes());
            }
        }
    }
    all.to_ascii_lowercase()
}

pub fn holds(dump: &[u8], text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    dump.windows(text.len()).any(|part| part == text)
}

pub async fn erase(app: &App, who: &str, key: &str) -> (u16, Value) {
    let answer = app.http.delete(format!("{}/api/v1/viewers/{who}", app.url)).bearer_auth(key).send().await;
    let answer = answer.expect("an answer");
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON"))
}

async fn who_asks_to_be_forgotten_is_in_no_table(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoLeadGenaration", "VideoQuestion", "VideoPlayedSessions"]).await;
    let timeline = timeline();
    let video = app.add_video(&timeline, |_| {}).await;
    let (mut ada, mut bob) = (Somebody::ada(), Somebody::bob());
    bob.lives(&app, &video, &timeline).await;
    let without = app.report(video.id).await;
    ada.lives(&app, &video, &timeline).await;
    receiver.until(4).await;
    app.state().writer.close_idle(now() + 61_000).await.expect("swept");
    let before = dump(&app).await;
    for trace in ada.traces().iter().chain(&bob.traces()) {
        assert!(holds(&before, trace.as_bytes()), "{trace} was there");
    }

    // The address is the same in capitals.
    let (status, body) = erase(&app, "ADA.lovelace@example.com", API_KEY).await;
    assert_eq!((status, body["erased"].as_u64()), (200, Some(5)), "{body}");
    let after = dump(&app).await;
    for trace in ada.traces() {
        assert!(!holds(&after, trace.as_bytes()), "{trace} is still there");
    }
    for id in ada.ids.iter().chain(&ada.views) {
        let text = id.to_string();
        assert!(!holds(&after, text.as_bytes()) && !holds(&after, id.as_bytes()), "{id} is still there");
    }
    for trace in bob.traces() {
        assert!(holds(&after, trace.as_bytes()), "{trace} is somebody else's");
    }
    assert_eq!(app.report(video.id).await, without, "as if they had never come");
    assert_eq!(erase(&app, "ada.lovelace@example.com", API_KEY).await.1, json!({"erased": 0}), "once is enough");

    let (_, mut last) = (0, Somebody::bob());
    last.lives(&app, &video, &timeline).await;
    let mut reader = app.state().store.reader().await.expect("a connection");
    let of = (1, video.id, timeline[1].id);
    let tally = server::store::tallies::of(reader.conn(), of.0, of.1, of.2, 2).await.expect("a tally");
    assert_eq!((tally.answers, tally.counts), (2, vec![0, 2]), "the poll goes on without them");
}

async fn what_a_form_told_is_erased_with_whoever_sent_it(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoLeadGenaration"]).await;
    let form = json!({
        "id": Uuid::now_v7(), "kind": "lead_form", "at": {"s": 10}, "layout": "modal",
        "spec": {"title": "What shall we call you?", "fields": [
            {"type": "text", "name": "first_name", "label": "First name"},
            {"type": "text", "name": "company", "label": "Company"},
        ]}
    });
    let form: Interaction = serde_json::from_value(form).expect("a form");
    let video = app.add_video(std::slice::from_ref(&form), |_| {}).await;
    let mut ids = Vec::new();
    for (agent, name) in [(CHROME, "Adaline"), (FIREFOX, "Bobbert")] {
        let path = format!("/video/play/{}", video.token);
        let page = open(app.get(&path).header("user-agent", agent)).await;
        let mut view = View::of(&video.token);
        let fields = json!({"first_name": name, "company": "Analytical Engines"});
        let answer = json!({"type": "answer", "interaction": form.id, "answer": {"fields": fields}});
        let events = [view.load(), view.event(16_000, answer)];
        json_of(send(&app, &page, &view, &events)).await;
        ids.push(viewer_of(&app, &view).await);
    }
    receiver.until(2).await;
    assert_eq!(erase(&app, &ids[0].to_string(), API_KEY).await.1, json!({"erased": 1}));
    let after = dump(&app).await;
    assert!(!holds(&after, b"Adaline"), "there is no address by which the message could be found");
    assert_eq!(app.dump().await["outbox"].matches("Bobbert").count(), 1, "the other one's is still there");
}

async fn an_address_that_another_has_replaced_is_erased_too(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoLeadGenaration", "VideoCTA"]).await;
    let ([first, _], [second, _], demo) = (timeline(), timeline(), crate::support::cta("https://example.com/"));
    let video = app.add_video(&[first.clone(), second.clone(), demo.clone()], |_| {}).await;
    let page = open(play(&app, &video, "")).await;
    let mut view = View::of(&video.token);
    let answer = |form: &Interaction, email: &str| {
        let fields = json!({"fields": {"email": email}});
        json!({"type": "answer", "interaction": form.id, "answer": fields})
    };
    let events = [
        view.load(),
        view.event(16_000, answer(&first, "Old.Ada@example.com")),
        view.click(17_000, demo.id),
        view.event(18_000, answer(&second, "new.ada@example.com")),
    ];
    json_of(send(&app, &page, &view, &events)).await;
    receiver.until(3).await;
    assert!(holds(&dump(&app).await, b"old.ada@example.com"));
    assert_eq!(erase(&app, "new.ada@example.com", API_KEY).await.1, json!({"erased": 1}));
    assert!(!holds(&dump(&app).await, b"old.ada@example.com"));
}

async fn one_person_s_data_are_handed_over(app: App) {
    let timeline = timeline();
    let video = app.add_video(&timeline, |_| {}).await;
    let (mut ada, mut bob) = (Somebody::ada(), Somebody::bob());
    ada.lives(&app, &video, &timeline).await;
    bob.lives(&app, &video, &timeline).await;
    let path = format!("/api/v1/viewers/{}/export", ada.email);
    let given = json_of(app.get(&path).bearer_auth(API_KEY)).await;
    let count = |name: &str| given[name].as_array().expect("a list").len();
    assert_eq!((count("viewers"), count("views"), count("comments")), (2, 2, 1), "{given}");
    assert_eq!((count("reactions"), count("links"), count("letters")), (1, 1, 1));
    assert_eq!(count("webhooks"), 2, "of the form and of the poll");
    let text = given.to_string().to_lowercase();
    assert!(ada.traces().iter().all(|trace| text.contains(trace)), "{text}");
    assert!(bob.traces().iter().all(|trace| !text.contains(trace)), "{text}");
    let events: usize =
        given["views"].as_array().expect("a list").iter().map(|v| v["events"].as_array().expect("a list").len()).sum();
    assert_eq!(events, 7 + 3);
    let by_id = json_of(app.get(&format!("/api/v1/viewers/{}/export", ada.ids[0])).bearer_auth(API_KEY)).await;
    assert_eq!(by_id["views"].as_array().expect("a list").len(), 1);
    let (status, _) = erase(&app, &ada.ids[0].to_string(), API_KEY).await;
    assert_eq!(status, 200);
    let rest = json_of(app.get(&path).bearer_auth(API_KEY)).await;
    assert_eq!(rest["views"].as_array().expect("a list").len(), 1, "the link's view is left");
}

async fn an_address_is_one_person_s_whatever_its_case(app: App) {
    let timeline = timeline();
    let video = app.add_video(&timeline, |_| {}).await;
    let page = open(play(&app, &video, "")).await;
    for email in ["Zoë.Ünal@Example.com", "JoAnn@example.com", "Ann@example.com"] {
        let mut view = View::of(&video.token);
        let answer = json!({"type": "answer", "interaction": timeline[0].id, "answer": {"fields": {"email": email}}});
        let events = [view.load(), view.event(16_000, answer)];
        json_of(send(&app, &page, &view, &events)).await;
    }
    let views = async |who: &str| {
        let given = json_of(app.get(&format!("/api/v1/viewers/{who}/export")).bearer_auth(API_KEY)).await;
        given["views"].as_array().expect("a list").len()
    };
    assert_eq!((views("zoë.Ünal@example.com").await, views("ANN@example.com").await), (1, 1));
    assert_eq!(erase(&app, "ann@example.com", API_KEY).await.1, json!({"erased": 1}));
    assert_eq!(erase(&app, "zoë.Ünal@example.com", API_KEY).await.1, json!({"erased": 1}));
    assert_eq!(views("joann@example.com").await, 1, "whose address only ends like another");
}

async fn another_account_s_viewers_are_not_there(app: App) {
    let timeline = timeline();
    let video = app.add_video(&timeline, |_| {}).await;
    let mut ada = Somebody::ada();
    ada.lives(&app, &video, &timeline).await;
    let other = "cue_other_account_key";
    app.add_account(2, "other@example.com", other).await;
    assert_eq!(erase(&app, ada.email, other).await, (200, json!({"erased": 0})));
    let given = json_of(app.get(&format!("/api/v1/viewers/{}/export", ada.email)).bearer_auth(other)).await;
    assert_eq!(given["views"], json!([]));
    assert_eq!(app.report(video.id).await["total_plays"], 2);
    assert_eq!(erase(&app, "nobody", API_KEY).await.0, 400);
    assert_eq!(erase(&app, ada.email, "wrong").await.0, 401);
}

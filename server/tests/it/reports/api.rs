//! Our reports by API: answers, sources, explanations, exports, profiles, and what is refused.

use crate::support::{API_KEY, App, batch::View, cta, json_of, on_each_engine};
use app::metrics::METRICS;
use serde_json::{Value, json};
use server::store::{
    entries::{self, Entry, NewEntry},
    videos::Video,
    views,
};
use std::collections::HashSet;
use uuid::Uuid;

on_each_engine! {
    interactions_tell_what_became_of_them
    a_person_is_found_by_the_address_that_was_given
    a_person_is_found_by_an_address_in_any_case
    a_video_s_viewers_are_told_page_by_page
    a_person_s_videos_are_told_page_by_page
    what_is_left_out_is_told_with_its_reasons
    sources_are_counted_by_where_viewers_came_from
    exports_hold_every_view_and_entry
    exports_go_on_where_a_piece_of_them_ended
}

pub async fn ours(app: &App, video: &Video, path: &str) -> Value {
    json_of(app.get(&format!("/api/v1/videos/{}/{path}", video.id)).bearer_auth(API_KEY)).await
}

fn poll() -> app::interaction::Interaction {
    serde_json::from_value(json!({
        "id": Uuid::now_v7(), "kind": "poll", "at": {"s": 5}, "layout": "card",
        "spec": {"question": "Which?", "choices": ["Red", "Blue"]}
    }))
    .expect("a poll")
}

pub fn form() -> app::interaction::Interaction {
    serde_json::from_value(json!({
        "id": Uuid::now_v7(), "kind": "lead_form", "at": {"s": 5}, "layout": "modal",
        "spec": {"title": "Hello", "fields": [
            {"type": "text", "name": "first_name", "label": "First name"},
            {"type": "email", "name": "email", "label": "E-mail", "required": true}]}
    }))
    .expect("a form")
}

async fn interactions_tell_what_became_of_them(app: App) {
    let timeline = [poll(), cta("https://example.com/")];
    let video = app.add_video(&timeline, |_| {}).await;
    for n in 0..60_i64 {
        let mut view = View::of(&video.token);
        let mut events = view.watching(20_000);
        for one in &timeline {
            events.push(view.event(5_000, json!({"type": "shown", "interaction": one.id})));
        }
        if n < 55 {
            let answer =
                json!({"type": "answer", "interaction": timeline[0].id, "answer": {"choice": i64::from(n > 10)}});
            events.push(view.event(8_000, answer));
        } else {
            events.push(view.event(8_000, json!({"type": "skip", "interaction": timeline[0].id})));
        }
        if n == 0 {
            events.push(view.click(21_000, timeline[1].id));
            events.push(view.click(22_000, timeline[1].id));
        }
        app.record(&view.batch(&events)).await;
    }
    let report = ours(&app, &video, "reports/answers").await;
    let items = report["items"].as_array().expect("a list");
    assert_eq!(items.len(), 2);
    let poll = &items[0];
    assert_eq!((&poll["kind"], &poll["title"], &poll["at"]), (&json!("poll"), &json!("Which?"), &json!(5.0)));
    assert_eq!(
        (&poll["impressions"], &poll["answers"], &poll["answered"], &poll["skips"], &poll["answer_rate"]),
        (&json!(60), &json!(55), &json!(55), &json!(5), &json!(91.7))
    );
    assert_eq!(
        poll["options"],
        json!([{"option": 0, "text": "Red", "answers": 11, "percent": 20.0},
               {"option": 1, "text": "Blue", "answers": 44, "percent": 80.0}])
    );
    assert_eq!((&items[1]["answers"], &items[1]["answered"]), (&json!(2), &json!(1)));
    let actions = app.report(video.id).await["actions"].clone();
    assert_eq!(
        (&actions["questions"], &actions["call_to_actions"], &actions["no_of_actions"]),
        (&json!(55), &json!(2), &json!(57))
    );

    let path = format!("reports/answers/{}", timeline[0].id);
    let first = ours(&app, &video, &path).await;
    assert_eq!(first["items"].as_array().map(Vec::len), Some(50));
    assert!(["Red", "Blue"].contains(&first["items"][0]["answer"]["texts"][0].as_str().expect("text")));
    let rest = ours(&app, &video, &format!("{path}?after={}", first["next"].as_str().expect("more"))).await;
    assert_eq!((rest["items"].as_array().map(Vec::len), &rest["next"]), (Some(5), &Value::Null));
    let delete = format!("{}/api/v1/videos/{}/interactions/{}", app.url, video.id, timeline[0].id);
    app.http.delete(delete).bearer_auth(API_KEY).send().await.expect("an answer");
    let gone = ours(&app, &video, "reports/answers").await["items"][1].clone();
    assert_eq!((&gone["kind"], &gone["title"], &gone["answers"]), (&json!("poll"), &Value::Null, &json!(55)));
    assert_eq!(app.report(video.id).await["actions"]["questions"], 55, "what was answered stays answered");
}

async fn a_person_is_found_by_the_address_that_was_given(app: App) {
    let form = form();
    let (one, other) = (
        app.add_video(std::slice::from_ref(&form), |_| {}).await,
        app.add_video(std::slice::from_ref(&form), |_| {}).await,
    );
    for (video, ms) in [(&one, 15_000), (&other, 30_000), (&one, 45_000)] {
        let mut view = View::of(&video.token);
        let mut events =
            vec![view.event(0, json!({"type": "load", "surface": "play", "referrer": "https://www.google.co.in/"}))];
        events.push(view.play(100));
        events.push(view.watched(100 + ms, 0, ms));
        let answer = json!({"fields": {"first_name": "Michael", "email": "michael.clark@icc.com"}});
        events.push(view.event(50_000, json!({"type": "answer", "interaction": form.id, "answer": answer})));
        app.record(&view.batch(&events)).await;
    }
    let find = |query: &str| json_of(app.get(&format!("/api/v1/me/video/viewer_profile?{query}")).bearer_auth(API_KEY));
    let person = find("user_email=Michael.Clark%40icc.com").await;
    assert_eq!(
        (&person["status"], &person["load_more"], &person["page"], &person["next_page"]),
        (&json!(200), &json!(false), &json!(1), &json!(2))
    );
    let lines = person["viewer_profile"].as_array().expect("a list");
    assert_eq!(lines.len(), 2, "one line a video");
    let of = |video: &Video| lines.iter().find(|line| line["video_id"] == json!(video.id.to_string())).expect("there");
    assert_eq!((&of(&one)["precentage_played"], &of(&one)["views"]), (&json!(75), &json!(2)));
    assert_eq!((&of(&other)["percentage_played"], &of(&other)["views"]), (&json!(50), &json!(1)));

    let watched = find(&format!("video_id={}", one.id)).await;
    let line = &watched["viewer_profile"][0];
    assert_eq!((&line["email"], &line["viewer_name"]), (&json!("michael.clark@icc.com"), &json!("Michael")));
    assert_eq!((&line["ip"], &line["referer_url"]), (&json!("127.XXX.0.XXX"), &json!("https://www.google.co.in/")));
    let names: Vec<&str> = line.as_object().expect("an object").keys().map(String::as_str).collect();
    for name in [
        "video_id",
        "email",
        "viewer_name",
        "ip",
        "last_viewed_time",
        "last_viewed_at",
        "location",
        "device",
        "os",
        "browser",
        "referer_url",
        "precentage_played",
        "percentage_played",
        "views",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    assert!(line["last_viewed_time"].as_str().is_some_and(|text| text.ends_with("AM") || text.ends_with("PM")));
    assert_eq!(find("user_email=nobody@example.com").await["viewer_profile"], json!([]));
    app.add_account(2, "other@example.com", "cue_other_account_key").await;
    let path = "/api/v1/me/video/viewer_profile?user_email=michael.clark@icc.com";
    let foreign = json_of(app.get(path).bearer_auth("cue_other_account_key")).await;
    assert_eq!(foreign["viewer_profile"], json!([]), "another account's viewers are nobody");
}

async fn a_person_is_found_by_an_address_in_any_case(app: App) {
    let form = form();
    let video = app.add_video(std::slice::from_ref(&form), |_| {}).await;
    let mut view = View::of(&video.token);
    let mut events = view.watching(15_000);
    let answer = json!({"fields": {"email": "Ada.Lovelace@Example.com"}});
    events.push(view.event(20_000, json!({"type": "answer", "interaction": form.id, "answer": answer})));
    app.record(&view.batch(&events)).await;
    for asked in ["ada.lovelace@example.com", "Ada.Lovelace@Example.com", "ADA.LOVELACE@EXAMPLE.COM"] {
        let path = format!("/api/v1/me/video/viewer_profile?user_email={asked}");
        let found = json_of(app.get(&path).bearer_auth(API_KEY)).await;
        assert_eq!(found["viewer_profile"][0]["email"], "Ada.Lovelace@Example.com", "{asked}: as it was typed");
    }
}

/// A page of a viewer profile: its lines, and the number of the next one where there is more.
pub async fn profiles(app: &App, query: &str) -> (Vec<Value>, Option<i64>) {
    let told = json_of(app.get(&format!("/api/v1/me/video/viewer_profile?{query}")).bearer_auth(API_KEY)).await;
    let next = told["next_page"].as_i64().filter(|_| told["load_more"] == true);
    (told["viewer_profile"].as_array().expect("a list").clone(), next)
}

async fn a_video_s_viewers_are_told_page_by_page(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    for n in 0..22 {
        let mut view = View::of(&video.token);
        let batch = view.watching(5_000);
        let request = app.post("/engage/record").header("user-agent", format!("Mozilla/5.0 Chrome/{n}"));
        json_of(request.body(view.batch(&batch).to_string())).await;
    }
    let (mut viewers, mut lengths) = (HashSet::new(), Vec::new());
    for page in 1..=4 {
        let (lines, next) = profiles(&app, &format!("video_id={}&page={page}", video.id)).await;
        assert_eq!(next, (page < 3).then_some(page + 1), "page {page}");
        lengths.push(lines.len());
        viewers.extend(lines.iter().map(|line| line["viewer_id"].to_string()));
    }
    assert_eq!((lengths, viewers.len()), (vec![10, 10, 2, 0], 22), "each viewer once");
}

async fn a_person_s_videos_are_told_page_by_page(app: App) {
    let form = form();
    let mut watched = HashSet::new();
    for _ in 0..12 {
        let video = app.add_video(std::slice::from_ref(&form), |_| {}).await;
        let mut view = View::of(&video.token);
        let mut events = view.watching(5_000);
        let answer = json!({"fields": {"email": "ada@example.com"}});
        events.push(view.event(20_000, json!({"type": "answer", "interaction": form.id, "answer": answer})));
        app.record(&view.batch(&events)).await;
        watched.insert(json!(video.id.to_string()).to_string());
    }
    let (first, next) = profiles(&app, "user_email=ada@example.com").await;
    assert_eq!((first.len(), next), (10, Some(2)));
    let (rest, next) = profiles(&app, "user_email=ada@example.com&page=2").await;
    assert_eq!((rest.len(), next), (2, None));
    let told: HashSet<String> = first.iter().chain(&rest).map(|line| line["video_id"].to_string()).collect();
    assert_eq!(told, watched, "each video once");
    assert_eq!(profiles(&app, "user_email=ada@example.com&page=3").await, (Vec::new(), None));
}

async fn what_is_left_out_is_told_with_its_reasons(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let google = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    for agent in [google, google, "Slackbot-LinkExpanding 1.0", "Mozilla/5.0 Chrome"] {
        let mut view = View::of(&video.token);
        let batch = view.watching(5_000);
        let request = app.post("/engage/record").header("user-agent", agent);
        json_of(request.body(view.batch(&batch).to_string())).await;
    }
    let told = ours(&app, &video, "reports/explain?metric=total_plays").await;
    assert_eq!(
        (&told["value"], &told["left_out"]["views"], &told["left_out"]["reasons"]),
        (&json!(1), &json!(3), &json!({"bot": 2, "unfurler": 1}))
    );
}

async fn sources_are_counted_by_where_viewers_came_from(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    for (surface, referrer, page, plays) in [
        (
            "play",
            Some("https://news.example.com/a?x=1"),
            Some("https://v.example/video/play/t?utm_source=mail&utm_medium=x"),
            true,
        ),
        ("play", Some("https://news.example.com/b"), Some("https://v.example/video/play/t?utm_source="), true),
        ("play", None, None, false),
        ("embed", Some("https://blog.example.org/post/1?q=2"), None, true),
    ] {
        let mut view = View::of(&video.token);
        let mut events =
            vec![view.event(0, json!({"type": "load", "surface": surface, "referrer": referrer, "page_url": page}))];
        if plays {
            events.push(view.play(100));
            events.push(view.watched(5_100, 0, 5_000));
        }
        app.record(&view.batch(&events)).await;
    }
    let found = ours(&app, &video, "reports/referrers").await;
    assert_eq!(
        found["referrers"],
        json!([{"value": "news.example.com", "page_loads": 2, "plays": 2},
               {"value": "blog.example.org", "page_loads": 1, "plays": 1},
               {"value": null, "page_loads": 1, "plays": 0}])
    );
    assert_eq!(found["embed_locations"], json!([{"value": "blog.example.org/post/1", "page_loads": 1, "plays": 1}]));
    assert_eq!(found["surfaces"][0], json!({"value": "play", "page_loads": 3, "plays": 2}));
    let campaigns = ours(&app, &video, "reports/utm").await;
    assert_eq!(campaigns["utm_source"], json!([{"value": "mail", "page_loads": 1, "plays": 1}]));
    assert_eq!(campaigns["utm_campaign"], json!([]));
}

async fn exports_hold_every_view_and_entry(app: App) {
    let form = form();
    let video = app.add_video(std::slice::from_ref(&form), |_| {}).await;
    for n in 0..3 {
        let mut view = View::of(&video.token);
        let mut events = view.watching(10_000);
        let name = if n == 0 { "=cmd|' /C calc'!A0" } else { "Ann, \"the\" one" };
        let fields = json!({"fields": {"first_name": name, "email": format!("=x{n}@example.com")}});
        events.push(view.event(20_000, json!({"type": "answer", "interaction": form.id, "answer": fields})));
        app.record(&view.batch(&events)).await;
    }
    let get = async |file: &str| {
        let answer = app.get(&format!("/api/v1/videos/{}/exports/{file}", video.id)).bearer_auth(API_KEY).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200, "{file}");
        answer.text().await.expect("a body")
    };
    let views: Vec<Value> =
        get("views.ndjson").await.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(views.len(), 3);
    assert_eq!((&views[0]["watched_ms"], &views[0]["spans"]), (&json!(10_000), &json!([[0, 10_000]])));
    let entries: Vec<Value> =
        get("entries.ndjson").await.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(entries.len(), 12);
    assert!(entries.iter().any(|entry| entry["type"] == "watched" && entry["event"]["to"] == 10_000));
    let table = get("views.csv").await;
    let mut csv = csv::Reader::from_reader(table.as_bytes());
    let at = csv.headers().expect("a head").iter().position(|name| name == "email").expect("there");
    let emails: Vec<String> = csv.records().map(|row| row.expect("a row")[at].to_owned()).collect();
    assert_eq!(emails.len(), 3);
    assert!(emails.iter().all(|email| email.starts_with("'=x")), "{emails:?}");
    assert_eq!(get("entries.csv").await.lines().next(), Some("view,seq,at_ms,type,event,received_at"));
    assert!(csv::Reader::from_reader(get("entries.csv").await.as_bytes()).records().count() == 12);
}

/// More than two pieces of views, several of which began at once, and views with none, one, exactly a piece and
/// more than two pieces of entries.
async fn exports_go_on_where_a_piece_of_them_ended(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let view = |n: i64| views::View {
        started_at: 1_795_392_000_000 + n / 7,
        ..views::View::new(app.account_id, video.id, Uuid::now_v7())
    };
    let mut rows: Vec<views::View> = (0..1_203).map(view).collect();
    rows.sort_by_key(|view| (view.started_at, view.id));
    let count = |n: usize| match n {
        3 => 1_200,
        499 | 700 => 500,
        _ => i64::from(n.is_multiple_of(3)),
    };
    let entry = |view: &views::View, seq: i64| {
        let (kind, body) = ("here".into(), json!({"type": "here"}).to_string());
        let entry = Entry { account_id: view.account_id, view_id: view.id, seq, at_ms: seq, kind, body };
        NewEntry { entry, received_at: view.started_at }
    };
    let numbered = rows.iter().enumerate();
    let all: Vec<NewEntry> =
        numbered.flat_map(|(n, view)| (0..count(n)).map(move |seq| (view, seq))).map(|(v, s)| entry(v, s)).collect();
    let mut tx = app.state().store.begin().await.expect("a transaction");
    views::replace(tx.conn(), &rows).await.expect("views");
    entries::insert(tx.conn(), &all).await.expect("entries");
    tx.commit().await.expect("committed");

    let get = async |file: &str| {
        let answer = app.get(&format!("/api/v1/videos/{}/exports/{file}", video.id)).bearer_auth(API_KEY).send().await;
        answer.expect("an answer").text().await.expect("a body")
    };
    let read = |line: &str| serde_json::from_str::<Value>(line).expect("JSON");
    let told: Vec<Value> = get("views.ndjson").await.lines().map(|line| read(line)["view"].clone()).collect();
    let wanted: Vec<Value> = rows.iter().map(|view| json!(view.id)).collect();
    assert!(told == wanted, "{} of {} views, in order", told.len(), wanted.len());
    let told: Vec<Value> = get("entries.ndjson").await.lines().map(read).collect();
    let told: Vec<(Value, i64)> =
        told.iter().map(|line| (line["view"].clone(), line["seq"].as_i64().expect("a number"))).collect();
    let wanted: Vec<(Value, i64)> =
        all.iter().map(|NewEntry { entry, .. }| (json!(entry.view_id), entry.seq)).collect();
    assert!(told == wanted, "{} of {} entries, in order", told.len(), wanted.len());
    for (file, rows) in [("views.csv", rows.len()), ("entries.csv", all.len())] {
        assert_eq!(csv::Reader::from_reader(get(file).await.as_bytes()).records().flatten().count(), rows, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_explains_itself() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let mut view = View::of(&video.token);
    let events = view.watching(30_000);
    app.record(&view.batch(&events)).await;
    let report = app.report(video.id).await;
    for metric in METRICS {
        let name = metric.full_name().unwrap_or_else(|| metric.name.to_owned());
        let told = ours(&app, &video, &format!("reports/explain?metric={name}")).await;
        assert_eq!((&told["metric"], &told["definition"]), (&json!(name), &json!(metric.definition)), "{name}");
        for input in metric.inputs {
            assert!(told["inputs"][input].is_number(), "{name} {input}");
        }
        if metric.report == app::metrics::Report::Video {
            let value = report.pointer(&format!("/{}", metric.name.replace('.', "/"))).expect("in the report");
            assert_eq!(&told["value"], value, "{name}");
        }
    }
    // And every figure of the report is on the list.
    let Value::Object(whole) = report else { panic!("an object") };
    for (name, value) in whole.iter().filter(|(name, _)| !["status", "id"].contains(&name.as_str())) {
        let names: Vec<String> = match value {
            Value::Object(inner) => inner.keys().map(|key| format!("{name}.{key}")).collect(),
            _ => vec![name.clone()],
        };
        for name in names {
            assert!(app::metrics::named(&name).is_some(), "{name}");
        }
    }
    let page = app.get("/docs/metrics").send().await.expect("an answer").text().await.expect("a body");
    assert!(METRICS.iter().all(|metric| page.contains(&format!("id=\"{}\"", metric.anchor()))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_is_named() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    app.add_account(2, "other@example.com", "cue_other_account_key").await;
    let id = video.id;
    for (path, status, kind) in [
        ("/api/v1/me/video/viewer_profile".to_owned(), 400, "invalid_params"),
        (format!("/api/v1/me/video/viewer_profile?video_id={id}&user_email=a@example.com"), 400, "invalid_params"),
        (format!("/api/v1/me/video/viewer_profile?video_id={id}&page=0"), 400, "invalid_params"),
        (format!("/api/v1/me/video/viewer_profile?video_id={id}&page=x"), 400, "invalid_params"),
        (format!("/api/v1/me/video/viewer_profile?user_email={}@example.com", "a".repeat(400)), 400, "invalid_params"),
        ("/api/v1/me/video/viewer_profile?video_id=999".to_owned(), 404, "not_found"),
        ("/api/v1/me/video/viewer_profile?video_id=x".to_owned(), 404, "not_found"),
        (format!("/api/v1/videos/{id}/reports/explain"), 422, "invalid_fields"),
        (format!("/api/v1/videos/{id}/reports/explain?metric=nonsense"), 422, "invalid_fields"),
        (format!("/api/v1/videos/{id}/reports/series?by=week"), 422, "invalid_fields"),
        (format!("/api/v1/videos/{id}/reports/series?from=yesterday"), 422, "invalid_fields"),
        (format!("/api/v1/videos/{id}/reports/nothing"), 404, "not_found"),
        (format!("/api/v1/videos/{id}/reports/attention?viewer_id=x"), 404, "not_found"),
        (format!("/api/v1/videos/{id}/reports/answers/x"), 404, "not_found"),
        (format!("/api/v1/videos/{id}/reports/answers/{}?after=x", Uuid::nil()), 422, "invalid_fields"),
        (format!("/api/v1/videos/{id}/exports/views.xlsx"), 404, "not_found"),
        (format!("/api/v1/videos/{id}/exports/secrets.csv"), 404, "not_found"),
    ] {
        let answer = app.get(&path).bearer_auth(API_KEY).send().await.expect("an answer");
        let got = answer.status().as_u16();
        let error: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
        assert_eq!(
            (got, &error["status"], &error["code"], &error["type"]),
            (status, &json!(status), &json!(status), &json!(kind)),
            "{path}"
        );
    }
    for path in
        ["retention", "series", "answers", "attention", "referrers", "devices", "utm", "explain?metric=total_plays"]
    {
        let path = format!("/api/v1/videos/{id}/reports/{path}");
        assert_eq!(app.get(&path).bearer_auth(API_KEY).send().await.expect("an answer").status(), 200, "{path}");
        assert_eq!(app.get(&path).send().await.expect("an answer").status(), 401, "{path}");
        let foreign = app.get(&path).bearer_auth("cue_other_account_key").send().await.expect("an answer");
        assert_eq!(foreign.status(), 404, "{path}");
    }
    for days in [json!(0), json!(366), json!("soon"), json!(1.5)] {
        let body = json!({ "days": days }).to_string();
        let asked = app.post(&format!("/api/v1/videos/{id}/report-links")).bearer_auth(API_KEY);
        let answer = asked.header("content-type", "application/json").body(body).send().await.expect("an answer");
        assert_eq!(answer.status(), 422, "{days}");
    }
}

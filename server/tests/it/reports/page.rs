//! The report page: who gets in, and that each of its numbers is the API's.

use crate::support::{API_KEY, App, batch::View, cta, json_of, on_each_engine};
use app::{
    interaction::Interaction,
    player::clock,
    words::{Lang, Word},
};
use serde_json::{Value, json};
use server::store::{Store, videos::Video};
use uuid::Uuid;

on_each_engine! { the_page_says_what_the_api_says_at_0_and_1_view }

async fn link(app: &App, video: &Video) -> String {
    let asked = app.post(&format!("/api/v1/videos/{}/report-links", video.id)).bearer_auth(API_KEY);
    let made = asked.send().await.expect("an answer");
    assert_eq!(made.status(), 201);
    let made: Value = serde_json::from_str(&made.text().await.expect("a body")).expect("JSON");
    let url = made["url"].as_str().expect("an address");
    url.strip_prefix(&app.url).expect("on this server").to_owned()
}

async fn page(app: &App, path: &str) -> String {
    let answer = app.get(path).header("accept-language", "en").send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    assert_eq!(
        (&answer.headers()["referrer-policy"], &answer.headers()["x-robots-tag"]),
        (&"no-referrer".parse().expect("ok"), &"noindex".parse().expect("ok"))
    );
    answer.text().await.expect("a body")
}

/// The text of the figure with this name, without the marks of a rendered view.
fn figure(html: &str, name: &str) -> String {
    let begin = format!("data-figure=\"{name}\">");
    let (_, rest) = html.split_once(&begin).unwrap_or_else(|| panic!("{name} is not there"));
    rest.split('<').next().unwrap_or_default().replace(',', "")
}

/// The rows of the table behind a chart.
fn rows(html: &str, id: &str) -> Vec<Vec<String>> {
    let (_, rest) = html.split_once(&format!("id=\"{id}-table\"")).unwrap_or_else(|| panic!("{id} has no table"));
    let body = rest.split_once("<tbody>").and_then(|(_, rest)| rest.split_once("</tbody>")).expect("a table").0;
    let rows = body.split("<tr>").skip(1).map(|row| {
        let cells = row.split("</t").filter_map(|cell| cell.rsplit_once('>').map(|(_, text)| text.replace(',', "")));
        cells.filter(|text| !text.is_empty()).collect()
    });
    rows.collect()
}

/// What stands behind each of these openings, up to the next mark.
fn texts(html: &str, opening: &str) -> Vec<String> {
    let behind = html.split(opening).skip(1);
    behind.map(|rest| rest.split('<').next().unwrap_or_default().replace(',', "")).collect()
}

/// The part of the page under this name.
fn card<'a>(html: &'a str, id: &str) -> &'a str {
    let (_, rest) = html.split_once(&format!("<section id=\"{id}\"")).unwrap_or_default();
    rest.split("</section>").next().unwrap_or_default()
}

/// The items of a list, the number of each of them as text.
fn listed(list: &Value, name: &str) -> Vec<String> {
    let items = list.as_array().expect("a list");
    items.iter().map(|one| one.pointer(name).expect("there").as_f64().expect("a number").to_string()).collect()
}

fn percents(numbers: Vec<String>) -> Vec<String> {
    numbers.into_iter().map(|n| format!("{n}%")).collect()
}

/// Every number on the page stands in the API's answers.
async fn agrees(app: &App, video: &Video, html: &str) {
    let report = app.report(video.id).await;
    for (name, on_page) in [
        ("total_plays", "plays"),
        ("total_page_loads", "page_loads"),
        ("unique_users", "unique_users"),
        ("actions/no_of_actions", "actions"),
    ] {
        assert_eq!(figure(html, on_page), report.pointer(&format!("/{name}")).expect("there").to_string(), "{name}");
    }
    assert_eq!(figure(html, "avg_watch_rate"), format!("{}%", report["avg_watch_rate"]));
    if report["total_page_loads"] == 0 {
        assert!(html.contains("No one has watched yet"));
        return;
    }
    let ours =
        |name: &str| json_of(app.get(&format!("/api/v1/videos/{}/reports/{name}", video.id)).bearer_auth(API_KEY));
    let curve = ours("retention").await;
    let table = rows(html, "retention");
    assert_eq!(table.len(), 60);
    for (second, row) in table.iter().enumerate() {
        let number = |name: &str| curve[name][second].to_string();
        let share = curve["retention"][second].as_f64().expect("a number");
        assert_eq!(row[1..], [number("views"), format!("{share}%"), number("rewatched")], "second {second}");
    }
    let far: Vec<String> = rows(html, "far").into_iter().map(|row| row[1].clone()).collect();
    let buckets: Vec<String> =
        ["0", "25", "50", "75", "100"].map(|name| report["watch_rate"][name].to_string()).to_vec();
    assert_eq!(far, buckets);
    let series = ours("series").await;
    let seconds = |day: &Value| clock((day["watched"].as_f64().expect("a number") * 1_000.0).round() as i64);
    let days: Vec<[String; 3]> = series["items"]
        .as_array()
        .expect("a list")
        .iter()
        .rev()
        .map(|day| [day["plays"].to_string(), day["page_loads"].to_string(), seconds(day)])
        .collect();
    // The first cell is a date, which has a comma of its own.
    let table: Vec<Vec<String>> = rows(html, "time").into_iter().map(|row| row[1..].to_vec()).collect();
    assert_eq!(table, days);
    let covered = format!("{}%", report["avg_unique_watch_rate"]);
    assert!(html.contains(&Lang::En.with(Word::AverageCovered, &covered)), "{covered}");
    let explained = ours("explain?metric=series.watched").await;
    assert_eq!(figure(html, "watched"), clock(explained["inputs"]["watched_ms"].as_i64().expect("a number")));
    let left_out = explained["left_out"]["views"].as_i64().expect("a number");
    assert_eq!(html.contains(&Lang::En.with(Word::LeftOut, &left_out.to_string())), left_out > 0);

    let answers = ours("answers").await["items"].take();
    let interactions = card(html, "interactions");
    let told: Vec<String> = answers
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|one| {
            let n = |name: &str| one[name].to_string();
            [n("impressions"), n("answers"), n("skips"), format!("{}%", one["answer_rate"].as_f64().expect("a number"))]
        })
        .collect();
    assert_eq!(texts(interactions, "<dd>"), told);
    let options: Vec<Value> = answers
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|one| one["options"].as_array().cloned().unwrap_or_default())
        .collect();
    let options = Value::from(options);
    assert_eq!(texts(interactions, "class=\"bar-n\">"), listed(&options, "/answers"));
    assert_eq!(texts(interactions, "class=\"bar-share\">"), percents(listed(&options, "/percent")));

    let attention = ours("attention").await["items"].take();
    let viewers = card(html, "viewers");
    assert_eq!(texts(viewers, "class=\"spectator-share\">"), percents(listed(&attention, "/percentage_played")));
    for (place, viewer) in attention.as_array().expect("a list").iter().enumerate() {
        let n = viewer["views"].as_i64().expect("a number");
        let said = if n == 1 { "1 view".to_owned() } else { format!("{n} views") };
        let one = viewers.split("<li class=\"spectator\"").nth(place + 1).expect("a line");
        assert!(one.contains(&format!("<span>{said}</span>")), "{said}");
        let seconds = viewer["seconds"].as_array().expect("a list").iter();
        let at = |second: &Value| clock(second.as_i64().expect("a number") * 1_000);
        let seconds: Vec<Vec<String>> =
            seconds.map(|run| vec![format!("{}–{}", at(&run[0]), at(&run[1])), run[2].to_string()]).collect();
        assert_eq!(rows(html, &format!("viewer-{place}")), seconds);
    }

    let (mut plays, mut shares) = (Vec::new(), Vec::new());
    for (group, list) in [
        ("referrers", "referrers"),
        ("referrers", "embed_locations"),
        ("utm", "utm_campaign"),
        ("devices", "types"),
        ("regions", "regions"),
    ] {
        for source in ours(group).await[list].as_array().expect("a list").iter().filter(|one| one["plays"] != 0).take(8)
        {
            plays.push(source["plays"].to_string());
            let of = report["total_plays"].as_f64().expect("a number");
            let share = (source["plays"].as_f64().expect("a number") * 1_000.0 / of).round() / 10.0;
            shares.push(format!("{share}%"));
        }
    }
    let sources = card(html, "sources");
    assert_eq!((texts(sources, "class=\"bar-n\">"), texts(sources, "class=\"bar-share\">")), (plays, shares));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_opens_only_by_its_own_link_and_only_for_a_while() {
    let app = App::start().await;
    let (video, other) = (app.add_video(&[], |_| {}).await, app.add_video(&[], |_| {}).await);
    let path = link(&app, &video).await;
    let html = page(&app, &path).await;
    assert!(html.contains("A test") && html.contains("No one has watched yet"));
    let until: i64 = path
        .split("until=")
        .nth(1)
        .and_then(|rest| rest.split('&').next())
        .and_then(|n| n.parse().ok())
        .expect("an end");
    for closed in [
        format!("/report/{}", video.token),
        path.replace(&video.token, &other.token),
        path.replace(&format!("until={until}"), &format!("until={}", until + 1)),
        format!("{path}x"),
        path.replace(&video.token, "nothing"),
    ] {
        let answer = app.get(&closed).send().await.expect("an answer");
        assert_eq!(answer.status(), 403, "{closed}");
        assert!(!answer.text().await.expect("a body").contains("A test"));
    }
    let (keys, config) = (&app.state().keys, &app.state().config);
    let (old, _) = server::report_link::minted(keys, config, &video, 1, server::state::now() - 2 * 86_400_000);
    assert_eq!(app.get(&old.replace(&app.url, "")).send().await.expect("an answer").status(), 403);
}

async fn the_page_says_what_the_api_says_at_0_and_1_view(app: App) {
    let poll: Interaction = serde_json::from_value(json!({
        "id": Uuid::now_v7(), "kind": "poll", "at": {"s": 5}, "layout": "card",
        "spec": {"question": "Well?", "choices": ["Yes", "No", "Perhaps"], "multiple": true}
    }))
    .expect("a poll");
    let video = app.add_video(&[cta("https://example.com/"), poll.clone()], |_| {}).await;
    let path = link(&app, &video).await;
    agrees(&app, &video, &page(&app, &path).await).await;
    let mut view = View::of(&video.token);
    let from = "https://video.example.com/video/play/x?utm_campaign=autumn";
    let opened = json!({"type": "load", "surface": "play", "referrer": "https://www.example.com/", "page_url": from});
    let mut events = vec![view.event(0, opened)];
    events.extend(view.watching(31_000).split_off(1));
    events.push(view.watched(36_000, 5_000, 9_000));
    events.push(view.event(36_100, json!({"type": "shown", "interaction": poll.id})));
    let answer = json!({"type": "answer", "interaction": poll.id, "answer": {"choices": [0, 2]}});
    events.push(view.event(37_000, answer));
    assert_eq!(app.record(&view.batch(&events)).await.status(), 200);
    let html = page(&app, &path).await;
    agrees(&app, &video, &html).await;
    assert!(html.contains("Book a demo") && html.contains("Anonymous viewer"));
    for lang in Lang::ALL {
        let html = page(&app, &format!("{path}&lang={}", lang.code())).await;
        assert!(html.contains(&format!("dir=\"{}\"", lang.dir())), "{lang:?}");
        assert!(html.contains(lang.say(Word::HowFar)), "{lang:?}");
    }
    // Two ids must never meet: the figures' names are referred to.
    let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let distinct: std::collections::HashSet<&&str> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_asks_for_what_has_changed_and_gets_nothing_when_nothing_has() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let mut view = View::of(&video.token);
    let events = view.watching(20_000);
    app.record(&view.batch(&events)).await;
    let path = link(&app, &video).await;
    let stamp = |html: &str| {
        html.split("data-stamp=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a stamp").to_owned()
    };
    let first = stamp(&page(&app, &path).await);
    let live = format!("{path}&part=live&since={first}");
    assert_eq!(app.get(&live).send().await.expect("an answer").status(), 204);
    let more = view.watched(30_100, 20_000, 30_000);
    app.record(&view.batch(&[more])).await;
    let part = page(&app, &live).await;
    assert!(!part.contains("<html") && figure(&part, "avg_watch_rate") == "50%");
    assert_ne!(stamp(&part), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_what_the_api_says_at_100_000_views() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let Store::Sqlite { writer, .. } = &app.state().store else { panic!("SQLite") };
    // One to sixty seconds from the beginning, four views each viewer, one in ten only opened.
    let seed = [
        "insert into views (account_id, video_id, id, viewer_id, ip, surface, referrer, page_url, started_at,
                last_received_at, played, watched_ms, unique_ms, hidden_ms, muted_ms, uncredited_ms, entries, percent,
                spans, grants, closed_at, given, duration_ms)
         with recursive n (i) as (select 0 union all select i + 1 from n where i < 99999)
         select 1, $1, cast(printf('%016d', i) as blob), cast(printf('%016d', i / 4) as blob), '1.XXX.1.XXX', 'play',
                null, null, $2 - i * 10000, $2, i % 10 > 0, ms, ms, 0, 0, 0, 3, ms / 600, '[[0,' || ms || ']]', '[]', 1,
                '{\"capped\":' || ms || ',\"heat\":' || case when ms > 0 then '[[0,' || (ms / 1000) || ',1,1]]' else '[]' end || ',\"met\":[]}', 60000
           from (select i, case when i % 10 > 0 then (i % 60 + 1) * 1000 else 0 end as ms from n)",
        "insert into video_sums
         select 1, $1, count(*), sum(played), count(distinct case when played then viewer_id end), sum(watched_ms),
                sum(watched_ms), sum(unique_ms), 0, 0, 0, sum(played and percent < 25),
                sum(played and percent >= 25 and percent < 50), sum(played and percent >= 50 and percent < 75),
                sum(played and percent >= 75 and percent < 100), sum(played and percent >= 100), 0, 0, 0, sum(played) * 60000
           from views where $2 > 0",
        "insert into video_seconds
         select 1, $1, 0, sum(played), sum(played) from views where $2 > 0
         union all select 1, $1, watched_ms / 1000, -count(*), -count(*) from views where played group by watched_ms",
        "insert into video_hours
         select 1, $1, started_at / 3600000, count(*), sum(played), sum(watched_ms), sum(watched_ms), sum(unique_ms),
                sum(played and percent >= 100), sum(played) * 60000 from views where $2 > 0 group by 3",
        "insert into video_viewers
         select 1, $1, viewer_id, count(*), sum(played), max(started_at) from views where $2 > 0 group by viewer_id",
    ];
    for sql in seed {
        sqlx::query(sql).bind(video.id).bind(server::state::now()).execute(writer).await.expect("seeded");
    }
    let path = link(&app, &video).await;
    let html = page(&app, &path).await;
    assert!(html.contains("100,000"), "as English writes it");
    agrees(&app, &video, &html).await;
    assert_eq!(figure(&html, "page_loads"), "100000");
    let report = app.report(video.id).await;
    let buckets: i64 =
        ["0", "25", "50", "75", "100"].iter().filter_map(|name| report["watch_rate"][name].as_i64()).sum();
    assert_eq!(Some(buckets), report["total_plays"].as_i64());
    let second = page(&app, &format!("{path}&page=2")).await;
    assert_eq!(second.matches("class=\"spectator\"").count(), 10);
    assert!(second.contains("rel=\"prev\"") && second.contains("rel=\"next\""));
}

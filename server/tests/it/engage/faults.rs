//! What happens to every server in time: a clock that jumps, and clients that go in the middle of a request.

use crate::support::{App, batch::View, count, on_each_engine, receiver::Receiver};
use app::{engage::Batch, words::Lang};
use serde_json::{Value, json};
use server::{
    engine,
    state::now,
    store::{Store, videos::Video},
    visitor::Visitor,
    webhook::courier::Courier,
};
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::Semaphore, task::JoinSet};

const DAY: i64 = 86_400_000;

on_each_engine! {
    a_clock_that_jumps_a_day_changes_no_figure
    a_clock_that_was_a_day_ahead_keeps_no_session_open
}

/// A batch that arrives when the server's clock shows `now`.
async fn record(app: &App, video: &Video, view: &View, events: &[Value], now: i64) {
    let visitor = Visitor::new(([127, 0, 0, 1], 1).into(), &http::HeaderMap::new(), &app.state().config);
    let (session, video) = (view.session, video.token.clone());
    let batch = Batch { v: 1, session, video, pass: None, sent: server::state::now(), events: events.to_vec() };
    let receipt = engine::record(app.state().clone(), visitor, batch, Lang::En, now).await.expect("recorded");
    assert_eq!((receipt.recorded, receipt.refused.len()), (events.len(), 0), "{receipt:?}");
}

async fn figures(app: &App, video: &Video) -> Value {
    let mut report = app.report(video.id).await;
    report["id"] = Value::Null;
    report
}

async fn a_clock_that_jumps_a_day_changes_no_figure(app: App) {
    let (steady, jumpy) = (app.add_video(&[], |_| {}).await, app.add_video(&[], |_| {}).await);
    for (video, jumps) in [(&steady, [0, 0, 0]), (&jumpy, [0, DAY, -DAY])] {
        let mut view = View::of(&video.token);
        let first = view.watching(15_000);
        let second = [view.watched(30_000, 15_000, 30_000)];
        let third = [view.watched(45_000, 30_000, 40_000), view.event(45_100, json!({"type": "hidden"}))];
        for (events, jump) in [&first[..], &second, &third].into_iter().zip(jumps) {
            record(&app, video, &view, events, now() + jump).await;
        }
    }
    assert_eq!(figures(&app, &jumpy).await, figures(&app, &steady).await);
    assert_eq!(app.report(jumpy.id).await["avg_watch_rate"], 67, "forty of sixty seconds");
    let writer = &app.state().writer;
    let closed = writer.close_idle(now() + DAY + 61_000).await.expect("swept");
    assert_eq!(closed, 2, "both views end, wherever the clock was");
    assert_eq!(writer.close_idle(now() - DAY).await.expect("swept"), 0);
    assert_eq!(writer.close_idle(now() + 2 * DAY).await.expect("swept"), 0);
}

async fn a_clock_that_was_a_day_ahead_keeps_no_session_open(app: App) {
    let receiver = Receiver::start().await;
    app.subscribe(&receiver.url, &["VideoPlayedSessions"]).await;
    let video = app.add_video(&[], |_| {}).await;
    let mut view = View::of(&video.token);
    let events = view.watching(15_000);
    record(&app, &video, &view, &events, now() + DAY).await;
    // The clock is right again; the viewer watches on for half a minute.
    let writer = &app.state().writer;
    assert_eq!(writer.close_idle(now()).await.expect("swept"), 0, "it was heard of now at the latest");
    let more = [view.watched(30_100, 15_000, 30_000)];
    record(&app, &video, &view, &more, now() + 30_000).await;
    assert_eq!(writer.close_idle(now() + 62_000).await.expect("swept"), 0, "it is still watched");
    assert_eq!(writer.close_idle(now() + 92_000).await.expect("swept"), 1);
    assert_eq!(writer.close_idle(now() + DAY).await.expect("swept"), 0);
    let courier = Courier::new(app.state().clone());
    while courier.step(now() + DAY).await.expect("delivered") > 0 {}
    let told: Vec<_> =
        receiver.hooks().iter().map(|hook| hook.json()["VideoPlayedSessions"]["percentagePlayed"].clone()).collect();
    assert_eq!(told, [json!(50)]);
}

/// Sends the first `bytes` of a request and is gone, without a word when `rudely`.
async fn break_off(address: &str, request: &[u8], rudely: bool) {
    let Ok(mut stream) = TcpStream::connect(address).await else { return };
    if rudely {
        // The connection is reset, as when a process is killed.
        let _ = stream.set_zero_linger();
    }
    let _ = stream.write_all(request).await;
}

/// How many transactions stand open on the database's side.
async fn open_transactions(app: &App) -> i64 {
    match &app.state().store {
        Store::Sqlite { .. } => {
            // Only where nobody holds the one lock for writing can another get it at once.
            use sqlx::ConnectOptions;
            let options: sqlx::sqlite::SqliteConnectOptions = app.database().parse().expect("a path");
            let options = options.busy_timeout(std::time::Duration::ZERO);
            let mut other = options.connect().await.expect("the database");
            let taken = sqlx::query("begin immediate").execute(&mut other).await;
            let _ = sqlx::query("rollback").execute(&mut other).await;
            i64::from(taken.is_err())
        }
        Store::Postgres(pool) => {
            let sql = "select count(*) from pg_stat_activity where datname = current_database()
                and pid <> pg_backend_pid() and state like 'idle in transaction%'";
            sqlx::query_scalar(sql).fetch_one(pool).await.expect("a number")
        }
    }
}

/// All of them come from one address, which the usual limits would stop.
const UNLIMITED: (&str, &str) = ("CUEPOINT_RATE_LIMITS", "off");

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_break_off_leave_nothing_open_on_sqlite() {
    aborted(App::start_with(&[(UNLIMITED.0, UNLIMITED.1.to_owned())]).await, 1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_break_off_leave_nothing_open_on_postgres() {
    if let Some(app) = App::on_postgres_with(&[(UNLIMITED.0, UNLIMITED.1.to_owned())]).await {
        aborted(app, 1_000).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn ten_thousand_requests_that_break_off_leave_nothing_open_on_sqlite() {
    aborted(App::start_with(&[(UNLIMITED.0, UNLIMITED.1.to_owned())]).await, 10_000).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn ten_thousand_requests_that_break_off_leave_nothing_open_on_postgres() {
    if let Some(app) = App::on_postgres_with(&[(UNLIMITED.0, UNLIMITED.1.to_owned())]).await {
        aborted(app, 10_000).await;
    }
}

async fn aborted(app: App, requests: usize) {
    let video = app.add_video(&[], |_| {}).await;
    let address = app.url.strip_prefix("http://").expect("plain").to_owned();
    let turns = std::sync::Arc::new(Semaphore::new(64));
    let mut senders = JoinSet::new();
    for turn in 0..requests {
        let mut view = View::of(&video.token);
        let body = view.watching(5_000);
        let body = view.batch(&body).to_string();
        let head = format!("POST /engage/record HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n", body.len());
        let request = [head, body].concat().into_bytes();
        // Somewhere in the head, in the body, or right after it, when the batch is on its way to the disk.
        let cut = if turn % 2 == 0 { request.len() } else { 1 + turn * 37 % (request.len() - 1) };
        let (address, turns) = (address.clone(), turns.clone());
        senders.spawn(async move {
            let _turn = turns.acquire().await;
            break_off(&address, &request[..cut], turn % 4 < 2).await;
        });
    }
    senders.join_all().await;
    // What was taken is written; then nothing may be open.
    let mut last = View::of(&video.token);
    let events = last.watching(5_000);
    let answer = app.record(&last.batch(&events)).await;
    assert_eq!(answer.status(), 200, "the next one is served");
    assert_eq!(open_transactions(&app).await, 0);
    let views = app.report(video.id).await["total_plays"].as_i64().expect("a number");
    assert!((1..=requests as i64 + 1).contains(&views));
    if let Store::Sqlite { .. } = &app.state().store {
        let torn = "select count(*) from views where (select count(*) from entries where view_id = views.id) <> 3";
        assert_eq!(count(&app.database(), torn).await, 0, "each batch is there as a whole or not at all");
    }
}

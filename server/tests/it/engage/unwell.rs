//! A database that does not take what comes: 503 with the time to wait, reads go on, and it recovers by itself.

use crate::support::{App, batch::View};
use app::{engage::Batch, words::Lang};
use reqwest::Response;
use server::{engine, state::now, store::Store, visitor::Visitor};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};

async fn watched(app: &App, token: &str) -> Response {
    let mut view = View::of(token);
    let events = view.watching(5_000);
    app.record(&view.batch(&events)).await
}

fn is_told_to_wait(answer: &Response) -> bool {
    let seconds = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
    answer.status() == 503 && seconds.is_some_and(|seconds| seconds > 0)
}

/// Somebody else's connection, which holds the one lock for writing until it is dropped.
async fn lock(app: &App) -> SqliteConnection {
    let options: SqliteConnectOptions = app.database().parse().expect("a path");
    let mut other = options.connect().await.expect("the database");
    sqlx::query("begin immediate").execute(&mut other).await.expect("the lock");
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_taken_and_a_queue_that_is_full_send_players_away_and_recover() {
    let app = App::start_with(&[("CUEPOINT_RATE_LIMITS", "off".to_owned())]).await;
    let video = app.add_video(&[], |_| {}).await;
    assert_eq!(watched(&app, &video.token).await.status(), 200);
    let other = lock(&app).await;
    let visitor = Visitor::new(([127, 0, 0, 1], 1).into(), &http::HeaderMap::new(), &app.state().config);
    // As many as the writer takes at once, as many as may wait, and some more.
    let sends = (0..256 + 2_048 + 200).map(|_| {
        let mut view = View::of(&video.token);
        let events = view.watching(5_000);
        let (session, video) = (view.session, video.token.clone());
        let batch = Batch { v: 1, session, video, pass: None, sent: now(), events };
        engine::record(app.state().clone(), visitor.clone(), batch, Lang::En, now())
    });
    let answers = futures_util::future::join_all(sends);
    let (answers, during) = futures_util::join!(answers, async {
        let during = app.report(video.id).await;
        // The lock is held until the writer has given up once.
        let waiting = watched(&app, &video.token).await;
        assert!(is_told_to_wait(&waiting), "{waiting:?}");
        drop(other);
        during
    });
    assert_eq!(during["total_plays"], 1, "reads go on");
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert!(refused.len() >= 200, "{} were refused", refused.len());
    for error in refused.into_iter().filter_map(Result::err) {
        assert_eq!((error.status, error.retry_after.is_some()), (503, true), "{error}");
    }
    assert_eq!(watched(&app, &video.token).await.status(), 200);
    let plays = app.report(video.id).await["total_plays"].as_u64();
    assert_eq!(plays, Some(2 + taken.len() as u64), "what was acknowledged is there, and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_sends_players_away_until_there_is_room() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    let Store::Sqlite { writer, .. } = &app.state().store else { panic!("SQLite was asked for") };
    let room = |pages: &'static str| sqlx::query(pages).execute(writer);
    // The database's own limit ends in the same error as the disk's.
    room("pragma max_page_count = 1").await.expect("no page more than there are");
    let mut taken = 0;
    let full = loop {
        let answer = watched(&app, &video.token).await;
        if answer.status() != 200 {
            break answer;
        }
        taken += 1;
        assert!(taken < 10_000, "it is never full");
    };
    assert!(is_told_to_wait(&full), "{full:?}");
    assert_eq!(app.report(video.id).await["total_plays"], taken, "reads go on");
    room("pragma max_page_count = 4294967294").await.expect("room");
    assert_eq!(watched(&app, &video.token).await.status(), 200);
    assert_eq!(app.report(video.id).await["total_plays"], taken + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_sends_players_away() {
    let app = App::start().await;
    let video = app.add_video(&[], |_| {}).await;
    assert_eq!(watched(&app, &video.token).await.status(), 200);
    app.state().store.close().await;
    for _ in 0..3 {
        let answer = watched(&app, &video.token).await;
        assert!(is_told_to_wait(&answer), "{answer:?}");
    }
    let ready = app.get("/readyz").send().await.expect("an answer");
    assert_eq!(
        (ready.status().as_u16(), app.get("/livez").send().await.expect("an answer").status().as_u16()),
        (503, 200)
    );
}

/// Whether anyone may connect to the database of this server; those who are there are sent away.
async fn admit(app: &App, may: bool) {
    let Store::Postgres(pool) = &app.state().store else { panic!("PostgreSQL was asked for") };
    let name = pool.connect_options().get_database().expect("a name").to_owned();
    let base = std::env::var("TEST_POSTGRES_URL").expect("set");
    let mut other = PgConnection::connect(&base).await.expect("PostgreSQL");
    let allow = AssertSqlSafe(format!("alter database {name} with allow_connections {may}"));
    sqlx::query(allow).execute(&mut other).await.expect("altered");
    let away = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    sqlx::query(away).bind(&name).execute(&mut other).await.expect("sent away");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_goes_and_comes_back_is_used_again_by_itself() {
    let Some(app) = App::on_postgres().await else { return };
    let video = app.add_video(&[], |_| {}).await;
    assert_eq!(watched(&app, &video.token).await.status(), 200);
    admit(&app, false).await;
    let answers = futures_util::future::join_all((0..20).map(|_| watched(&app, &video.token))).await;
    for answer in answers {
        assert!(is_told_to_wait(&answer), "{answer:?}");
    }
    assert_eq!(app.get("/readyz").send().await.expect("an answer").status(), 503);
    assert_eq!(app.get("/livez").send().await.expect("an answer").status(), 200);
    admit(&app, true).await;
    assert_eq!(watched(&app, &video.token).await.status(), 200);
    assert_eq!(app.report(video.id).await["total_plays"], 2, "what was acknowledged is there, and nothing else");
    assert_eq!(app.get("/readyz").send().await.expect("an answer").status(), 200);
}

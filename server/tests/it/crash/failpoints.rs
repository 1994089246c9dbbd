//! The server ends at the worst moments of a webhook: nothing is lost, and a crash costs one copy at most.

use super::{Running, count, processes};
use crate::support::{
    batch::View,
    client,
    receiver::{Hook, Receiver},
};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// A click on the demo's call to action, as a player reports it; the same when it is sent again.
fn click() -> Value {
    let interaction: Uuid = "0190a1b2-0000-7000-8000-000000000001".parse().expect("the demo's");
    let mut view = View::of("demoTourOfCuepoint0001");
    let mut events = view.watching(5_000);
    events.push(view.click(5_200, interaction));
    view.batch(&events)
}

async fn subscribe(server: &Running, receiver: &Receiver) {
    let body = json!({"url": receiver.url, "events": ["VideoCTA"]}).to_string();
    let request = client().post(format!("{}/api/v1/webhooks", server.url)).bearer_auth(&server.api_key);
    let made = request.header("content-type", "application/json").body(body).send().await.expect("an answer");
    assert_eq!(made.status(), 201);
}

/// Was it acknowledged?
async fn record(server: &Running, batch: &Value) -> bool {
    let request = client().post(format!("{}/engage/record", server.url)).body(batch.to_string());
    request.send().await.is_ok_and(|answer| answer.status() == 200)
}

/// Waits until nothing is on its way any more, and returns all that came.
async fn settled(folder: &TempDir, receiver: &Receiver, n: usize) -> Vec<Hook> {
    let hooks = receiver.until(n).await;
    let database = format!("sqlite://{}", folder.path().join("data/cuepoint.db").display());
    while count(&database, "select count(*) from deliveries where state <> 'done'").await > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(count(&database, "select count(*) from deliveries").await, 1);
    assert_eq!(receiver.hooks().len(), hooks.len(), "and no more");
    let ids: Vec<&str> = hooks.iter().map(|hook| hook.header("webhook-id")).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    hooks
}

/// Sends a click to a server that ends itself at `point`, and starts it again; `copies` arrive.
async fn ends_at(point: &str, copies: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start().await;
    let mut server = Running::start_with(folder.path(), &[("TEST_FAILPOINT", point)]);
    subscribe(&server, &receiver).await;
    let batch = click();
    let acknowledged = record(&server, &batch).await;
    assert!(!server.child.wait().expect("it ended").success());
    let again = Running::start(folder.path());
    if !acknowledged {
        // As a player does.
        assert!(record(&again, &batch).await);
    }
    settled(&folder, &receiver, copies).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_commit_the_player_sends_again_and_one_message_goes_out() {
    ends_at("uncommitted", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_commit_and_claim_the_message_goes_out_once() {
    ends_at("committed", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_claim_the_message_goes_out_once() {
    ends_at("claimed", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_answer_the_message_goes_out_twice_under_one_id() {
    ends_at("answered", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_an_attempt_the_message_goes_out_twice_under_one_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start().await;
    receiver.hold();
    let mut server = Running::start(folder.path());
    subscribe(&server, &receiver).await;
    assert!(record(&server, &click()).await);
    receiver.until(1).await;
    server.kill();
    receiver.release();
    let _again = Running::start(folder.path());
    let hooks = settled(&folder, &receiver, 2).await;
    assert_eq!(hooks[0].body, hooks[1].body);
}

/// On PostgreSQL another server may be alive: what was under lease comes back when that ends, after 40 s.
async fn ends_on_postgres_at(database: &str, point: &str, copies: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start().await;
    let settings = [("CUEPOINT_DATABASE_URL", database), ("TEST_FAILPOINT", point)];
    let mut server = Running::start_with(folder.path(), &settings);
    subscribe(&server, &receiver).await;
    let batch = click();
    let acknowledged = record(&server, &batch).await;
    assert!(!server.child.wait().expect("it ended").success());
    let again = Running::start_with(folder.path(), &settings[..1]);
    if !acknowledged {
        // As a player does.
        assert!(record(&again, &batch).await);
    }
    let mut connection = PgConnection::connect(database).await.expect("the database");
    let begun = std::time::Instant::now();
    loop {
        let (all, done): (i64, i64) =
            sqlx::query_as("select count(*), count(*) filter (where state = 'done') from deliveries")
                .fetch_one(&mut connection)
                .await
                .expect("numbers");
        if (all, done) == (1, 1) {
            break;
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{point}: {done} of {all} are done");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let hooks = receiver.hooks();
    assert_eq!(hooks.len(), copies, "{point}");
    assert!(hooks.iter().all(|hook| hook.header("webhook-id") == hooks[0].header("webhook-id")), "{point}");
    println!("{point}: {copies} of one message, {:.0} s after the server began again", begun.elapsed().as_secs_f64());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: leases of servers that ended have to end"]
async fn killed_at_each_point_on_postgres_nothing_is_lost_and_a_crash_costs_one_copy_at_most() {
    for (point, copies) in [("uncommitted", 1), ("committed", 1), ("claimed", 1), ("answered", 2)] {
        let Some(database) = processes::database().await else { return };
        ends_on_postgres_at(database.as_str(), point, copies).await;
    }
}

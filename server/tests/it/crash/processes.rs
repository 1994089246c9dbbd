//! Two servers on one PostgreSQL: each message goes out once, and whichever of them dies, all arrive.

use super::Running;
use crate::support::{batch::View, client, receiver::Receiver};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{collections::HashMap, time::Duration};
use tokio::time::timeout;
use uuid::Uuid;

/// A new database; none without a PostgreSQL to test on.
pub async fn database() -> Option<url::Url> {
    let base = std::env::var("TEST_POSTGRES_URL").ok()?;
    let name = format!("processes_{}", Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(&base).await.expect("PostgreSQL");
    let create = AssertSqlSafe(format!("create database {name}"));
    sqlx::query(create).execute(&mut connection).await.expect("a database");
    let mut url = url::Url::parse(&base).expect("a URL");
    url.set_path(&name);
    Some(url)
}

/// Sends clicks until it is stopped or the server is gone; returns how many were acknowledged.
async fn click_at(url: String, clicks: usize) -> usize {
    let interaction: Uuid = "0190a1b2-0000-7000-8000-000000000001".parse().expect("the demo's");
    let (http, mut acknowledged) = (client(), 0);
    for _ in 0..clicks {
        let mut view = View::of("demoTourOfCuepoint0001");
        let mut events = view.watching(5_000);
        events.push(view.click(5_200, interaction));
        let batch = view.batch(&events).to_string();
        match http.post(format!("{url}/engage/record")).body(batch).send().await {
            Ok(answer) if answer.status() == 200 => acknowledged += 1,
            _ => return acknowledged,
        }
    }
    acknowledged
}

fn times(receiver: &Receiver) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for hook in receiver.hooks() {
        *times.entry(hook.header("webhook-id").to_owned()).or_default() += 1;
    }
    times
}

/// Until as many messages have come as were stored; the leases of a server that died take 40 s to end.
async fn all_come(database: &str, receiver: &Receiver) -> usize {
    let mut connection = PgConnection::connect(database).await.expect("the database");
    let stored: i64 = sqlx::query_scalar("select count(*) from outbox where event = 'VideoCTA'")
        .fetch_one(&mut connection)
        .await
        .expect("a number");
    let stored = usize::try_from(stored).expect("positive");
    let all = async {
        while times(receiver).len() < stored {
            receiver.until(receiver.hooks().len() + 1).await;
        }
    };
    let waited = timeout(Duration::from_secs(60), all).await;
    assert!(waited.is_ok(), "{} of {stored} messages came", times(receiver).len());
    stored
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: the leases of a killed server have to end, twice"]
async fn two_servers_send_each_message_once_and_each_may_die() {
    let Some(url) = database().await else { return };
    let settings = [("CUEPOINT_DATABASE_URL", url.as_str()), ("CUEPOINT_RATE_LIMITS", "off")];
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start().await;
    let start = || Running::start_with(folder.path(), &settings);
    let (mut one, mut two) = (start(), start());

    let body = json!({"url": receiver.url, "events": ["VideoCTA"], "concurrency": 32}).to_string();
    let made = client().post(format!("{}/api/v1/webhooks", one.url)).bearer_auth(&one.api_key);
    let made = made.header("content-type", "application/json").body(body).send().await.expect("an answer");
    assert_eq!(made.status(), 201);

    let both = |clicks| {
        let at = |server: &Running| tokio::spawn(click_at(server.url.clone(), clicks));
        (at(&one), at(&two), at(&one), at(&two))
    };
    let (a, b, c, d) = both(50);
    for sender in [a, b, c, d] {
        assert_eq!(sender.await.expect("no panic"), 50);
    }
    assert_eq!(all_come(url.as_str(), &receiver).await, 200);
    assert!(times(&receiver).values().all(|n| *n == 1), "in normal running nothing goes out twice");

    let (a, b, c, d) = both(400);
    receiver.until(300).await;
    one.kill();
    for sender in [a, b, c, d] {
        sender.await.expect("no panic");
    }
    all_come(url.as_str(), &receiver).await;
    let again = start();
    let senders = [&again, &two, &again].map(|server| tokio::spawn(click_at(server.url.clone(), 200)));
    receiver.until(receiver.hooks().len() + 100).await;
    two.kill();
    for sender in senders {
        sender.await.expect("no panic");
    }
    let all = all_come(url.as_str(), &receiver).await;
    let copies = receiver.hooks().len() - times(&receiver).len();
    println!("{all} messages, {copies} copies after two crashes");
    assert!(times(&receiver).values().all(|n| *n <= 3), "one copy a crash at most");
}

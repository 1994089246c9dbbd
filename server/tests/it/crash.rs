//! kill -9 in the middle of a stream of batches: acknowledged means on disk.

#[cfg(debug_assertions)]
mod failpoints;
mod imports;
mod processes;

use crate::{
    reports::rollups,
    support::{announced, batch::View, client, count, receiver::Receiver},
};
use serde_json::json;
use server::store::Store;
use std::{
    collections::HashSet,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tokio::sync::Semaphore;
use uuid::Uuid;

const SENDERS: usize = 8;

/// The real binary, serving the demo on a free port.
pub struct Running {
    child: Child,
    pub url: String,
    pub api_key: String,
}

impl Running {
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// With more in its environment.
    fn start_with(folder: &Path, more: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cuepoint"))
            .args(["serve", "--demo"])
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("CUEPOINT_LISTEN", "127.0.0.1:0")
            .env("CUEPOINT_ADMIN_LISTEN", "127.0.0.1:0")
            .env("CUEPOINT_EGRESS_ALLOW", "127.0.0.1/32")
            .env("CUEPOINT_LOG", "error")
            .env("CUEPOINT_RATE_LIMITS", "off")
            .envs(more.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary starts");
        let lines = announced(child.stdout.take().expect("piped"));
        let after = |start: &str| {
            let line = lines.iter().find_map(|line| line.strip_prefix(start));
            line.unwrap_or_else(|| panic!("{start} in {lines:?}")).to_owned()
        };
        let play = after("play: ");
        let url = play.split("/video/").next().expect("a URL").to_owned();
        Self { child, url, api_key: after("API key: ") }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends views with a click each until the server is gone; returns what was acknowledged. Each time there is one
/// permit more in `heard`.
async fn send_until_gone(
    http: reqwest::Client,
    url: String,
    interaction: Uuid,
    heard: Arc<Semaphore>,
) -> Vec<(Uuid, u32)> {
    let mut acknowledged = Vec::new();
    loop {
        let mut view = View::of("demoTourOfCuepoint0001");
        let mut events = view.watching(5_000);
        events.push(view.click(5_200, interaction));
        // The page is left at the end: the session is over.
        events.push(view.event(5_300, json!({"type": "ended"})));
        events.push(view.event(5_400, json!({"type": "hidden"})));
        let batch = view.batch(&events).to_string();
        match http.post(format!("{url}/engage/record")).body(batch).send().await {
            Ok(answer) if answer.status() == 200 => {
                acknowledged.extend((0..6).map(|seq| (view.session, seq)));
                heard.add_permits(1);
            }
            _ => return acknowledged,
        }
    }
}

pub async fn stored(folder: &Path) -> Vec<(Uuid, i64)> {
    use sqlx::ConnectOptions;
    let path = folder.join("data/cuepoint.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = options.connect().await.expect("the database");
    sqlx::query_as("select view_id, seq from entries").fetch_all(&mut connection).await.expect("rows")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9_and_its_webhooks_arrive() {
    survives(20).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn what_was_acknowledged_survives_kill_9_two_hundred_times() {
    survives(200).await;
}

async fn survives(rounds: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start().await;
    let interaction: Uuid = "0190a1b2-0000-7000-8000-000000000001".parse().expect("the demo's");
    let mut acknowledged = HashSet::new();
    // Made once: reading the roots of trust takes a busy machine longer than a round.
    let http = client();
    for round in 0..rounds {
        let mut server = Running::start(folder.path());
        if round == 0 {
            let body = json!({"url": receiver.url, "events": ["VideoCTA", "VideoPlayedSessions"]}).to_string();
            let made = http
                .post(format!("{}/api/v1/webhooks", server.url))
                .bearer_auth(&server.api_key)
                .header("content-type", "application/json")
                .body(body)
                .send()
                .await
                .expect("an answer");
            assert_eq!(made.status(), 201);
        }
        let heard = Arc::new(Semaphore::new(0));
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| tokio::spawn(send_until_gone(http.clone(), server.url.clone(), interaction, heard.clone())))
            .collect();
        // Another moment each round: this is what is being tested, not waited for. Something has to be at stake.
        let moment = tokio::time::sleep(Duration::from_millis(150 + 37 * (round as u64 % 7)));
        let some = tokio::time::timeout(Duration::from_secs(30), heard.acquire_many(2));
        let (some, ()) = tokio::join!(some, moment);
        assert!(some.is_ok(), "hardly anything is acknowledged in round {round}");
        server.kill();
        for sender in senders {
            acknowledged.extend(sender.await.expect("no panic"));
        }
    }
    let rows = stored(folder.path()).await;
    let distinct: HashSet<(Uuid, u32)> =
        rows.iter().map(|(view, seq)| (*view, u32::try_from(*seq).expect("small"))).collect();
    assert_eq!(rows.len(), distinct.len(), "nothing is stored twice");
    let lost = acknowledged.difference(&distinct).count();
    assert_eq!(lost, 0, "of {} acknowledged events", acknowledged.len());
    assert!(acknowledged.len() > rounds * 6, "only {} events were acknowledged", acknowledged.len());

    let database = format!("sqlite://{}", folder.path().join("data/cuepoint.db").display());
    let messages = count(&database, "select count(*) from outbox where event = 'VideoCTA'").await;
    let answers = count(&database, "select count(*) from answers").await;
    assert_eq!(messages, answers, "one message for each click, neither more nor fewer");
    let over = count(&database, "select count(*) from outbox where event = 'VideoPlayedSessions'").await;
    let views = count(&database, "select count(*) from views").await;
    assert_eq!(over, views, "one message for each session that ended, neither more nor fewer");
    let clicks = acknowledged.iter().filter(|(_, seq)| *seq == 3).count();
    assert!(usize::try_from(messages.min(over)).expect("positive") >= clicks);
    let messages = messages + over;
    let mut server = Running::start(folder.path());
    let mut told = HashSet::new();
    while told.len() < usize::try_from(messages).expect("positive") {
        let hooks = receiver.until(told.len() + 1).await;
        let before = told.len();
        told = hooks.iter().map(|hook| hook.header("webhook-id").to_owned()).collect();
        if told.len() == before {
            receiver.until(hooks.len() + 1).await;
        }
    }
    server.kill();
    is_whole(&database).await;
}

/// The file is sound, and the sums behind the reports are what its raw entries say.
async fn is_whole(database: &str) {
    let store = Store::open(database).await.expect("the database");
    let Store::Sqlite { readers, .. } = &store else { panic!("it is SQLite") };
    let found: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(readers).await.expect("checked");
    assert_eq!(found, ["ok"]);
    let kept = rollups::dump(&store).await;
    assert!(kept.iter().any(|row| row.starts_with("video ")));
    rollups::rebuild(&store).await;
    assert_eq!(rollups::dump(&store).await, kept);
    store.close().await;
}

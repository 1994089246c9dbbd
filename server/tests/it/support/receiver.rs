//! A customer's server: it keeps what it is sent and answers as it is told.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use std::sync::{Arc, Mutex};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
};

#[derive(Clone, Debug)]
pub struct Hook {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Hook {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    hooks: Mutex<Vec<Hook>>,
    /// Statuses of the next answers; after that the usual one.
    answers: Mutex<Vec<u16>>,
    usual: Mutex<(u16, Option<u32>)>,
    arrived: Notify,
    /// The first so many requests are not answered yet.
    held: watch::Sender<usize>,
}

impl Receiver {
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            hooks: Mutex::default(),
            answers: Mutex::default(),
            usual: Mutex::new((200, None)),
            arrived: Notify::new(),
            held: watch::Sender::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hooks", listener.local_addr().expect("an address"));
        let app = Router::new().route("/hooks", post(take)).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, shared }
    }

    /// The next requests get these statuses, in order.
    pub fn answers(&self, statuses: &[u16]) {
        *self.shared.answers.lock().expect("not poisoned") = statuses.iter().rev().copied().collect();
    }

    /// All further requests get this status, and how many seconds to wait.
    pub fn always(&self, status: u16, retry_after: Option<u32>) {
        *self.shared.usual.lock().expect("not poisoned") = (status, retry_after);
    }

    /// Keeps what comes without answering, until it is released.
    pub fn hold(&self) {
        self.hold_first(usize::MAX);
    }

    /// Keeps the first `n` requests without answering them, until it is released; later ones are answered.
    pub fn hold_first(&self, n: usize) {
        self.shared.held.send_replace(n);
    }

    pub fn release(&self) {
        self.shared.held.send_replace(0);
    }

    pub fn hooks(&self) -> Vec<Hook> {
        self.shared.hooks.lock().expect("not poisoned").clone()
    }

    /// Waits until `n` requests have come, and returns them all.
    pub async fn until(&self, n: usize) -> Vec<Hook> {
        let enough = async {
            loop {
                let arrived = self.shared.arrived.notified();
                let hooks = self.hooks();
                if hooks.len() >= n {
                    return hooks;
                }
                arrived.await;
            }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(30), enough).await;
        waited.unwrap_or_else(|_| panic!("{} of {n} hooks came", self.hooks().len()))
    }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let place = {
        let mut hooks = shared.hooks.lock().expect("not poisoned");
        hooks.push(Hook { headers, body });
        hooks.len()
    };
    let usual = *shared.usual.lock().expect("not poisoned");
    let next = shared.answers.lock().expect("not poisoned").pop();
    let (status, retry_after) = next.map_or(usual, |status| (status, None));
    shared.arrived.notify_waiters();
    // The sender lives as long as what is shared.
    let _ = shared.held.subscribe().wait_for(|held| place > *held).await;
    let status = StatusCode::from_u16(status).expect("a status");
    match retry_after {
        Some(seconds) => (status, [("retry-after", seconds.to_string())]).into_response(),
        None => status.into_response(),
    }
}

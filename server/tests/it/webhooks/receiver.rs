//! A customer's webhook receiver: a real HTTP server that keeps what it is sent.

use axum::{Router, body::Bytes, extract::State};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode};
use sha2::Sha256;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Mutex, Semaphore, mpsc},
};

pub struct Receiver {
    pub url: String,
    letters: Mutex<mpsc::UnboundedReceiver<Letter>>,
    desk: Arc<Desk>,
}

struct Desk {
    /// The answers in order; the last one stands for all that follow.
    answers: Vec<u16>,
    received: AtomicUsize,
    /// A request waits for a permit before it is answered.
    gate: Semaphore,
    letters: mpsc::UnboundedSender<Letter>,
}

/// A request as it arrived.
pub struct Letter {
    pub headers: HeaderMap,
    pub body: String,
}

/// Nothing here takes this long unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

impl Receiver {
    /// Answers with these statuses in turn, then with the last one for ever.
    pub async fn answering(answers: impl Into<Vec<u16>>) -> Self {
        Self::open(answers.into(), Semaphore::MAX_PERMITS).await
    }

    /// Answers nobody until it is released, then 200.
    pub async fn holding() -> Self {
        Self::open(vec![200], 0).await
    }

    async fn open(answers: Vec<u16>, permits: usize) -> Self {
        let (sender, letters) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk {
            answers,
            received: AtomicUsize::new(0),
            gate: Semaphore::new(permits),
            letters: sender,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let app = Router::new().fallback(receive).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, letters: Mutex::new(letters), desk }
    }

    /// The next letter, oldest first; waits for it.
    pub async fn next(&self) -> Letter {
        let next = async { self.letters.lock().await.recv().await };
        tokio::time::timeout(PATIENCE, next).await.expect("a letter in time").expect("open")
    }

    /// How many letters came so far.
    pub fn letters(&self) -> usize {
        self.desk.received.load(Ordering::SeqCst)
    }

    pub fn is_untouched(&self) -> bool {
        self.letters() == 0
    }

    pub fn release(&self) {
        self.desk.gate.add_permits(1_000);
    }
}

async fn receive(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let nth = desk.received.fetch_add(1, Ordering::SeqCst);
    let body = String::from_utf8(body.into()).expect("JSON is UTF-8");
    // The test may be over.
    let _ = desk.letters.send(Letter { headers, body });
    desk.gate.acquire().await.expect("open").forget();
    let status = desk.answers.get(nth).or(desk.answers.last()).expect("an answer");
    StatusCode::from_u16(*status).expect("a status")
}

impl Letter {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).expect(name).to_str().expect("text")
    }

    /// Checks both signatures as a receiver would, from what the specifications say.
    pub fn verify(&self, secret: &[u8]) {
        let hex = hex::decode(self.header("x-hippo-signature")).expect("hex");
        hmac(secret, &self.body).verify_slice(&hex).expect("the compatible signature holds");
        let signed =
            format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body);
        let standard = self.header("webhook-signature").strip_prefix("v1,").expect("version 1");
        let standard = STANDARD.decode(standard).expect("base64");
        hmac(secret, &signed).verify_slice(&standard).expect("the standard signature holds");
    }
}

fn hmac(secret: &[u8], message: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key");
    mac.update(message.as_bytes());
    mac
}

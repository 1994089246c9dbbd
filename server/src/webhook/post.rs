//! One attempt: the signed body goes out, the answer is read up to its limit, all within 15 s.

use super::{
    schedule::retry_after_s,
    sign::{self, Secret},
};
use crate::egress::{Refused, Sender, Unanswered, Unknown};
use futures_util::StreamExt;
use http::{HeaderName, HeaderValue, header};
use hyper_util::client::legacy::{self, connect::HttpInfo};
use std::{error::Error, io, time::Duration};
use tokio::time::{Instant, timeout};
use url::Url;
use uuid::Uuid;

/// What is sent, and where.
pub struct Letter {
    pub url: String,
    pub message_id: Uuid,
    /// The present one first.
    pub secrets: Vec<Secret>,
    /// The bytes that are signed and sent.
    pub body: String,
    /// From the connection to the last byte of the answer.
    pub timeout: Duration,
}

/// What came of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub status: Option<u16>,
    /// A short word for what went wrong: `timeout`, `refused address`, `name`, `connect`, `tls`, `reset`,
    /// `answer`, `body`, `secret`.
    pub error: Option<&'static str>,
    /// Seconds that the receiver asks for.
    pub retry_after_s: Option<u32>,
    pub took_ms: i64,
    /// What the receiver said, up to [`ANSWER`] bytes.
    pub answer: Vec<u8>,
    pub remote_ip: Option<String>,
    /// The headers as sent, signatures cut short.
    pub headers: Vec<(&'static str, String)>,
}

impl Outcome {
    /// Only a whole answer with a 2xx status is success; a redirect is not.
    pub fn succeeded(&self) -> bool {
        self.error.is_none() && self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Nothing was sent.
    pub fn unsent(error: &'static str) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

/// The longest that an attempt may take.
pub const DEADLINE: Duration = Duration::from_secs(15);
/// How much of an answer is read and kept, in bytes.
pub const ANSWER: usize = 16 * 1024;
const USER_AGENT: &str = concat!("Cuepoint-Webhooks/", env!("CARGO_PKG_VERSION"));

/// Sends `letter`; `now` is the wall clock in Unix milliseconds.
pub async fn post(sender: &Sender, letter: Letter, now: i64) -> Outcome {
    let (begun, limit) = (Instant::now(), letter.timeout.min(DEADLINE));
    let mut outcome = Outcome::default();
    let error = match timeout(limit, exchange(sender, letter, now, &mut outcome)).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error),
        Err(_) => Some("timeout"),
    };
    Outcome { error, took_ms: begun.elapsed().as_millis() as i64, ..outcome }
}

/// Fills `outcome` as the answer arrives, so that a status counts even if the rest never comes.
async fn exchange(sender: &Sender, letter: Letter, now: i64, outcome: &mut Outcome) -> Result<(), &'static str> {
    let url = Url::parse(&letter.url).map_err(|_| "refused address")?;
    let mut told = vec![("content-type", "application/json".to_owned()), ("user-agent", USER_AGENT.to_owned())];
    told.extend(sign::headers(&letter.secrets, letter.message_id, now.div_euclid(1000), &letter.body));
    let mut headers = Vec::with_capacity(told.len());
    for (name, value) in told {
        outcome.headers.push((name, sign::shown(name, &value)));
        let value = HeaderValue::try_from(value).map_err(|_| "refused address")?;
        headers.push((HeaderName::from_static(name), value));
    }
    let answer = match sender.post(&url, headers, letter.body).await {
        Ok(answer) => answer,
        Err(Unanswered::Refused(Refused)) => {
            // Nothing was sent.
            outcome.headers.clear();
            return Err("refused address");
        }
        Err(Unanswered::Failed(error)) => return Err(reason(&error)),
    };
    outcome.status = Some(answer.status().as_u16());
    outcome.remote_ip = answer.extensions().get::<HttpInfo>().map(|to| to.remote_addr().ip().to_string());
    let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    outcome.retry_after_s = retry_after.and_then(|value| retry_after_s(value, now));
    let mut body = answer.into_body().into_data_stream();
    while outcome.answer.len() < ANSWER {
        match body.next().await {
            Some(Ok(chunk)) => {
                let rest = ANSWER - outcome.answer.len();
                outcome.answer.extend_from_slice(&chunk[..chunk.len().min(rest)]);
            }
            None => break,
            Some(Err(_)) => return Err("body"),
        }
    }
    Ok(())
}

/// Why no answer came.
fn reason(error: &(dyn Error + 'static)) -> &'static str {
    let chain = || std::iter::successors(Some(error), |error| cause(*error));
    let io = |kind| chain().any(|error| error.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == kind));
    if chain().any(|error| error.is::<Refused>()) {
        "refused address"
    } else if chain().any(|error| error.is::<Unknown>()) {
        "name"
    } else if io(io::ErrorKind::TimedOut) {
        "timeout"
    } else if chain().any(|error| error.is::<rustls::Error>()) {
        "tls"
    } else if error.downcast_ref().is_some_and(legacy::Error::is_connect) {
        "connect"
    } else if chain().any(|error| error.is::<io::Error>()) {
        "reset"
    } else {
        "answer"
    }
}

/// The next error inwards. An I/O error skips the one it wraps, so it is asked for it by name.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{Read, Write},
        net::TcpListener,
    };

    const NOW: i64 = 1_732_312_345_123;

    fn letter(url: String) -> Letter {
        let secrets = vec![Secret::from_bytes([7; 32])];
        Letter { url, message_id: Uuid::nil(), secrets, body: "{}".into(), timeout: DEADLINE }
    }

    fn sender() -> Sender {
        Sender::new(&["127.0.0.1/32".parse().expect("a network")]).expect("a sender")
    }

    /// Answers one connection with these bytes and keeps it open until the sender hangs up.
    fn receiver(answer: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            // The sender may hang up at any point.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&answer);
            let _ = stream.read_to_end(&mut Vec::new());
        });
        format!("http://{at}/hook")
    }

    async fn outcome_of(answer: &str) -> Outcome {
        let outcome = post(&sender(), letter(receiver(answer.into())), NOW).await;
        Outcome { took_ms: 0, remote_ip: None, headers: Vec::new(), ..outcome }
    }

    #[tokio::test]
    async fn a_2xx_is_success() {
        let outcome = outcome_of("HTTP/1.1 204 No Content\r\n\r\n").await;
        assert_eq!(outcome, Outcome { status: Some(204), ..Outcome::default() });
        assert!(outcome.succeeded());
    }

    #[tokio::test]
    async fn a_redirect_is_a_failure_and_is_not_followed() {
        let outcome = outcome_of("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(outcome, Outcome { status: Some(302), ..Outcome::default() });
        assert!(!outcome.succeeded());
    }

    #[tokio::test]
    async fn retry_after_is_heard() {
        let outcome = outcome_of("HTTP/1.1 503 Busy\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(outcome, Outcome { status: Some(503), retry_after_s: Some(90), ..Outcome::default() });
    }

    #[tokio::test]
    async fn a_long_answer_is_read_to_its_limit_only() {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
        let outcome = outcome_of(&format!("{head}{}", "x".repeat(2 * ANSWER))).await;
        assert!(outcome.succeeded());
        assert_eq!(outcome.answer.len(), ANSWER);
    }

    #[tokio::test]
    async fn a_header_that_is_too_long_is_no_answer() {
        let with_header = async |bytes: usize| {
            outcome_of(&format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\nContent-Length: 0\r\n\r\n", "x".repeat(bytes))).await
        };
        assert!(with_header(12 * 1024).await.succeeded());
        assert_eq!(with_header(40 * 1024).await, Outcome::unsent("answer"));
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_a_failure() {
        let outcome = outcome_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n").await;
        assert_eq!(outcome, Outcome { status: Some(200), error: Some("body"), ..Outcome::default() });
        assert!(!outcome.succeeded());
    }

    #[tokio::test]
    async fn an_answer_that_never_ends_is_cut_off_at_the_deadline() {
        let url = receiver(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx".into());
        let letter = Letter { timeout: Duration::from_millis(300), ..letter(url) };
        let outcome = post(&sender(), letter, NOW).await;
        assert_eq!((outcome.status, outcome.error), (Some(200), Some("timeout")));
        assert_eq!(outcome.answer, b"x", "what came until then is kept");
        assert!(!outcome.succeeded());
    }

    #[tokio::test]
    async fn what_went_wrong_has_a_short_name() {
        let error = async |url: String| post(&sender(), letter(url), NOW).await.error;
        let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
        assert_eq!(error(format!("http://{closed}/")).await, Some("connect"));
        assert_eq!(error("http://127.0.0.2/".into()).await, Some("refused address"));
        let plain = receiver(b"HTTP/1.1 400 Bad Request\r\n\r\n".into());
        assert_eq!(error(plain.replace("http:", "https:")).await, Some("tls"));
    }
}

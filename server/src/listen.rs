//! `cuepoint listen`: messages as they are made, printed or forwarded to this machine, from a server elsewhere.

mod events;

use crate::{
    keys::random,
    state::now,
    webhook::sign::{self, Secret},
};
use clap::Args;
use events::{Events, Heard, Said};
use reqwest::{Client, StatusCode, header, redirect};
use std::{
    collections::VecDeque,
    io::Write,
    time::{Duration, Instant},
};
use url::Url;
use uuid::Uuid;

/// Show an account's webhook messages as they are made, one line of JSON each, or forward them to this machine.
#[derive(Args)]
pub struct Listen {
    /// The server, as its public address.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    server: Url,
    /// The API key; without it, CUEPOINT_API_KEY.
    #[arg(long)]
    key: Option<String>,
    /// Only these events, with commas between them.
    #[arg(long)]
    events: Option<String>,
    /// Begin after the message of this id, instead of with the next one.
    #[arg(long)]
    after: Option<Uuid>,
    /// Post each to this address, such as http://127.0.0.1:4000/hooks, signed as the server would.
    #[arg(long)]
    forward: Option<Url>,
    /// The secret that signs what is forwarded; one is made up and printed if it is left out.
    #[arg(long, requires = "forward")]
    secret: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("an API key is needed: --key, or CUEPOINT_API_KEY")]
    NoKey,
    #[error("--secret {0}")]
    Secret(String),
    #[error("{0} can't be extended by the stream's address")]
    Server(Url),
    #[error("the server says {status}: {text}")]
    Refused { status: StatusCode, text: String },
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// How long it waits before it connects again: doubled after each failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The server says something at least every 10 s.
const SILENCE: Duration = Duration::from_secs(30);
const FORWARD: Duration = Duration::from_secs(15);
/// Messages that are remembered, so that none is shown twice.
const REMEMBERED: usize = 1_000;

impl Listen {
    /// Runs until it is refused or ended.
    ///
    /// # Errors
    /// Without a key, when the server refuses, or when nothing can be printed.
    pub async fn run(self) -> Result<(), ListenError> {
        let key = self.key.clone().or_else(|| std::env::var("CUEPOINT_API_KEY").ok());
        let key = key.filter(|key| !key.trim().is_empty()).ok_or(ListenError::NoKey)?;
        let secret = match &self.secret {
            Some(text) => Secret::from_text(text).map_err(|flaw| ListenError::Secret(flaw.message))?,
            None => Secret::from_bytes(random::<32>()),
        };
        if self.forward.is_some() && self.secret.is_none() {
            eprintln!("signing secret: {}", secret.whsec());
        }
        // It fails when one is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let stream = Client::builder().read_timeout(SILENCE).build()?;
        let local = Client::builder().no_proxy().redirect(redirect::Policy::none()).timeout(FORWARD).build()?;
        let mut ear = Ear { listen: &self, secret, local, begins: None, last: self.after, known: VecDeque::new() };
        let mut pause = FIRST_PAUSE;
        loop {
            let begun = Instant::now();
            let heard = ear.hear(&stream, key.trim()).await;
            if begun.elapsed() >= LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            match heard {
                // It ends by itself now and then.
                Ok(()) if begun.elapsed() >= FIRST_PAUSE => continue,
                Ok(()) => {}
                Err(ListenError::Http(error)) => eprintln!("{error}; trying again in {} s", pause.as_secs()),
                Err(error) => return Err(error),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

struct Ear<'a> {
    listen: &'a Listen,
    secret: Secret,
    local: Client,
    /// Where the first stream began; what is older was not asked for.
    begins: Option<Uuid>,
    last: Option<Uuid>,
    known: VecDeque<Uuid>,
}

impl Ear<'_> {
    /// One connection, to its end.
    async fn hear(&mut self, client: &Client, key: &str) -> Result<(), ListenError> {
        let base = self.listen.server.as_str().trim_end_matches('/');
        let mut url = Url::parse(&format!("{base}/api/v1/webhooks/stream"))
            .map_err(|_| ListenError::Server(self.listen.server.clone()))?;
        if let Some(events) = &self.listen.events {
            url.query_pairs_mut().append_pair("events", events);
        }
        let mut request = client.get(url).bearer_auth(key).header(header::ACCEPT, "text/event-stream");
        if let Some(last) = self.last {
            request = request.header("last-event-id", last.to_string());
        }
        let mut answer = request.send().await?;
        let status = answer.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            answer.error_for_status()?;
            return Ok(());
        }
        if !status.is_success() {
            return Err(ListenError::Refused { status, text: answer.text().await?.chars().take(500).collect() });
        }
        eprintln!("listening");
        let mut events = Events::default();
        while let Some(chunk) = answer.chunk().await? {
            for said in events.read(&chunk) {
                match said {
                    Said::Message(heard) => self.take(heard).await?,
                    Said::Begins(id) if self.last.is_none() => (self.begins, self.last) = (Some(id), Some(id)),
                    Said::Begins(_) => {}
                }
            }
        }
        Ok(())
    }

    async fn take(&mut self, heard: Heard) -> Result<(), ListenError> {
        if self.known.contains(&heard.id) || self.begins.is_some_and(|begins| heard.id <= begins) {
            return Ok(());
        }
        self.last = self.last.max(Some(heard.id));
        self.known.push_back(heard.id);
        if self.known.len() > REMEMBERED {
            self.known.pop_front();
        }
        let line = match &self.listen.forward {
            None => heard.body,
            Some(url) => {
                let begun = Instant::now();
                let outcome = self.forward(url.clone(), &heard).await;
                format!("{} {} {outcome} {} ms", heard.event, heard.id, begun.elapsed().as_millis())
            }
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}")?;
        Ok(out.flush()?)
    }

    async fn forward(&self, url: Url, heard: &Heard) -> String {
        let mut request = self.local.post(url).header(header::CONTENT_TYPE, "application/json");
        let secrets = std::slice::from_ref(&self.secret);
        for (name, value) in sign::headers(secrets, heard.id, now().div_euclid(1000), &heard.body) {
            request = request.header(name, value);
        }
        match request.body(heard.body.clone()).send().await {
            Ok(answer) => answer.status().as_u16().to_string(),
            Err(error) => format!("({error})"),
        }
    }
}

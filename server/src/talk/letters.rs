//! Letters to viewers: kept with the comment that causes them, sent by the operator's mail server, tried
//! again while it can't be reached.

use super::author;
use crate::{
    limits::{Pace, What, Whose},
    state::{State, now},
    store::{
        self, Tx,
        comments::Comment,
        mails::{self, Mail},
        videos::Video,
    },
};
use app::words::{Lang, Word};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

/// How long the link in a letter leads somewhere.
pub const LINK_LASTS_MS: i64 = 3 * 24 * 3_600_000;
/// One address gets a few letters an hour, whoever asks.
const PACE: Pace = Pace::every_ms(20 * 60_000, 3);
/// The waits before each further attempt, in milliseconds; then it is given up.
const AGAIN_MS: [i64; 5] = [30_000, 120_000, 600_000, 3_600_000, 14_400_000];
/// How long a claim stands, and one attempt may take.
const LEASE_MS: i64 = 120_000;
const DEADLINE: Duration = Duration::from_secs(20);
const AT_ONCE: i64 = 10;
/// How often it looks without being rung.
const POLL: Duration = Duration::from_secs(15);

/// Leaves a letter that asks the comment's author to confirm their address; false when there is none to write.
pub async fn leave(
    state: &State,
    tx: &mut Tx,
    video: &Video,
    comment: &Comment,
    lang: Lang,
    now: i64,
) -> store::Result<bool> {
    let Some(email) = comment.email.as_ref().filter(|_| state.config.smtp_url.is_some()) else { return Ok(false) };
    let whose = [(Whose::Address(email.to_lowercase()), PACE)];
    if state.talks.limits.take(What::Letter, &whose, now).await.is_err() {
        return Ok(false);
    }
    let until = now + LINK_LASTS_MS;
    let proof = author::proof(&state.keys, video.id, comment.id, email, until);
    let link =
        format!("/talk/{}/confirm?lang={}&c={}&until={until}&proof={proof}", video.token, lang.code(), comment.id);
    // A title could look like an address of its own.
    let title: String = video.title.chars().filter(|c| !c.is_control()).take(100).collect();
    let body = lang.say(Word::LetterBody).replace("{1}", &title);
    let body = body.replace("{2}", &format!("\n\n{}\n\n", state.config.link(&link)));
    let mail = Mail {
        account_id: video.account_id,
        id: Uuid::now_v7(),
        recipient: email.clone(),
        subject: lang.say(Word::LetterSubject).into(),
        body: body.replace(" \n", "\n").replace("\n ", "\n"),
        attempt: 0,
    };
    mails::insert(tx.conn(), &mail, now).await?;
    Ok(true)
}

/// Sends what waits, on the machine that serves.
pub struct PostOffice {
    state: State,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl PostOffice {
    /// None without a mail server. `from=` in its address names the sender; else it is `noreply` at our own host.
    ///
    /// # Errors
    /// When the address of the mail server or of the sender can't be used.
    pub fn new(state: State) -> Result<Option<Self>, String> {
        let Some(url) = &state.config.smtp_url else { return Ok(None) };
        let (url, from) = split(url);
        let host = match state.config.public_url.host() {
            Some(url::Host::Ipv4(ip)) => format!("[{ip}]"),
            Some(url::Host::Ipv6(ip)) => format!("[IPv6:{ip}]"),
            Some(url::Host::Domain(name)) => name.to_owned(),
            None => "localhost".to_owned(),
        };
        let from = from.unwrap_or_else(|| format!("noreply@{host}"));
        let from: Address = from.parse().map_err(|error| format!("CUEPOINT_SMTP_URL: from={from}: {error}"))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str());
        let transport =
            transport.map_err(|error| format!("CUEPOINT_SMTP_URL: {error}"))?.timeout(Some(DEADLINE)).build();
        Ok(Some(Self { state, transport, from: Mailbox::new(Some("Cuepoint".into()), from) }))
    }

    pub async fn run(self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let sent = self.step(now()).await.unwrap_or_else(|error| {
                tracing::error!(%error, "letters were not claimed");
                0
            });
            if sent < AT_ONCE {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = self.state.talks.letter_bell.notified() => {}
                    () = tokio::time::sleep(POLL) => {}
                }
            }
        }
    }

    /// Tries what is due at `now`; returns how many that were.
    pub async fn step(&self, now: i64) -> store::Result<i64> {
        let store = &self.state.store;
        let mut tx = store.begin().await?;
        let due = mails::claim(tx.conn(), now, now + LEASE_MS, AT_ONCE).await?;
        tx.commit().await?;
        for mail in &due {
            let sent = self.send(mail).await;
            let mut tx = store.begin().await?;
            let wait = usize::try_from(mail.attempt - 1).ok().and_then(|n| AGAIN_MS.get(n));
            match (sent, wait) {
                (Ok(()), _) => mails::remove(tx.conn(), mail).await?,
                (Err(error), Some(wait)) => {
                    tracing::warn!(%error, "a letter was not sent; it is tried again");
                    mails::delay(tx.conn(), mail, now + wait).await?;
                }
                (Err(error), None) => {
                    tracing::error!(%error, "a letter was given up");
                    mails::remove(tx.conn(), mail).await?;
                }
            }
            tx.commit().await?;
        }
        Ok(due.len() as i64)
    }

    async fn send(&self, mail: &Mail) -> Result<(), String> {
        let to: Address = mail.recipient.parse().map_err(|error| format!("{error}"))?;
        let letter = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            // The same however often it is tried.
            .message_id(Some(format!("<{}@cuepoint>", mail.id)))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|error| error.to_string())?;
        let sent = tokio::time::timeout(DEADLINE, self.transport.send(letter)).await;
        sent.map_err(|_| "it took too long".to_owned())?.map(|_| ()).map_err(|error| error.to_string())
    }
}

/// The address without `from=`, and what that said.
fn split(url: &Url) -> (Url, Option<String>) {
    let mut plain = url.clone();
    let (mut from, mut rest) = (None, Vec::new());
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "from" => from = Some(value.into_owned()),
            _ => rest.push((name.into_owned(), value.into_owned())),
        }
    }
    plain.set_query(None);
    if !rest.is_empty() {
        plain.query_pairs_mut().extend_pairs(rest);
    }
    (plain, from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_stands_in_the_address_of_the_mail_server() {
        let url: Url = "smtps://u:p@mail.example.com?tls=required&from=video%40example.com".parse().expect("a URL");
        let (plain, from) = split(&url);
        assert_eq!(plain.as_str(), "smtps://u:p@mail.example.com?tls=required");
        assert_eq!(from.as_deref(), Some("video@example.com"));
        assert_eq!(split(&"smtp://localhost:25".parse().expect("a URL")).0.as_str(), "smtp://localhost:25");
    }
}

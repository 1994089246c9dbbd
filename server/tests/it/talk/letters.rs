//! Letters that confirm an address, through a mail server on loopback.

use super::{Browser, answer};
use crate::support::{App, mailbox::Mailbox};
use reqwest::Method;
use serde_json::json;
use server::{state::now, talk::letters::PostOffice};

fn setting(url: &str) -> [(&'static str, String); 1] {
    [("CUEPOINT_SMTP_URL", format!("{url}?from=video%40example.com"))]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_shown_as_confirmed_once_its_owner_says_so_on_sqlite() {
    let mailbox = Mailbox::start().await;
    let app = App::start_with(&setting(&mailbox.url)).await;
    an_address_is_shown_as_confirmed_once_its_owner_says_so(app, mailbox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_shown_as_confirmed_once_its_owner_says_so_on_postgres() {
    let mailbox = Mailbox::start().await;
    if let Some(app) = App::on_postgres_with(&setting(&mailbox.url)).await {
        an_address_is_shown_as_confirmed_once_its_owner_says_so(app, mailbox).await;
    }
}

async fn an_address_is_shown_as_confirmed_once_its_owner_says_so(app: App, mailbox: Mailbox) {
    let video = app.add_video(&[], |video| video.title = "Grüße".into()).await;
    let ann = Browser::new(&app, &video, "ann");
    let page =
        app.get(&format!("/video/play/{}", video.token)).send().await.expect("a page").text().await.expect("HTML");
    assert!(page.contains("talk-email"), "where letters can be sent, an address may be given");
    let (_, comment) = ann.says(json!({"text": "Hello", "name": "Ann", "email": "ann@example.com"})).await;
    assert_eq!(comment["verified"], false);
    let letter = mailbox.until(1).await[0].clone();
    assert_eq!((letter.from.as_str(), letter.to.as_str()), ("video@example.com", "ann@example.com"));
    assert!(
        letter.text.contains("Subject: Confirm your e-mail address") && letter.text.contains("“Grüße”"),
        "{}",
        letter.text
    );
    let link = letter.text.split_whitespace().find(|word| word.contains("/confirm?")).expect("a link").to_owned();
    let path = link.strip_prefix(&app.url).expect("our own address").to_owned();

    // A mail scanner follows links; it confirms nothing.
    let (status, asked) = answer(app.get(&path)).await;
    assert_eq!(status, 200);
    assert!(asked.as_str().expect("a page").contains("<form method=\"post\""));
    assert_eq!(ann.list("").await["items"][0]["verified"], false);
    for forged in [
        path.replace("proof=", "proof=A"),
        path.replacen("until=1", "until=2", 1),
        format!("/talk/{}/confirm", video.token),
    ] {
        assert_eq!(answer(app.post(&forged)).await.0, 410, "{forged}");
    }
    assert_eq!(ann.list("").await["items"][0]["verified"], false);
    let confirmed = app.post(&path).send().await.expect("an answer");
    assert_eq!(confirmed.status(), 303);
    assert_eq!(ann.list("").await["items"][0]["verified"], true);
    let page =
        app.get(&format!("/video/play/{}", video.token)).send().await.expect("a page").text().await.expect("HTML");
    assert!(page.contains("aria-label=\"E-mail confirmed\"") && !page.contains("ann@example.com"));
    assert_eq!(app.post(&path).send().await.expect("an answer").status(), 303, "twice is once");
    assert_eq!(mailbox.letters().len(), 1);
    let id = comment["id"].as_str().expect("an id");
    ann.send(Method::DELETE, &format!("/comments/{id}"), json!({})).await;
    assert_eq!(answer(app.get(&path)).await.0, 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_gets_only_a_few_letters() {
    let mailbox = Mailbox::start().await;
    let app = App::start_with(&setting(&mailbox.url)).await;
    let video = app.add_video(&[], |_| {}).await;
    let ann = Browser::new(&app, &video, "ann");
    for n in 0..6 {
        ann.says(json!({"text": format!("No {n}"), "name": "Ann", "email": "Ann@example.com"})).await;
    }
    ann.says(json!({"text": "Mine", "name": "Bob", "email": "bob@example.com"})).await;
    let letters = mailbox.until(4).await;
    assert_eq!(letters.iter().filter(|letter| letter.to == "Ann@example.com").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_waits_while_the_mail_server_is_away() {
    let away = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = away.local_addr().expect("an address");
    drop(away);
    let app = App::start_with(&setting(&format!("smtp://{address}"))).await;
    let video = app.add_video(&[], |_| {}).await;
    let posted = now();
    let (status, _) = Browser::new(&app, &video, "ann")
        .says(json!({"text": "Hello", "name": "Ann", "email": "ann@example.com"}))
        .await;
    assert_eq!(status, 201, "a comment does not wait for its letter");
    let office = || PostOffice::new(app.state().clone()).expect("a post office").expect("a mail server");
    // Each attempt fails; hours later the sixth is the last.
    let mut attempts = 0;
    for n in 0..10 {
        attempts += office().step(posted + n * 5 * 3_600_000).await.expect("a round");
    }
    assert!((5..=6).contains(&attempts), "{attempts} attempts, one of them perhaps the server's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_nobody_is_asked_for_an_address() {
    let app = App::start().await;
    assert!(PostOffice::new(app.state().clone()).expect("nothing to complain of").is_none());
}

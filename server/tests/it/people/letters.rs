//! Links that come by mail, or by hand: setting a password, joining an account.

use super::{Browser, PASSWORD, cookie, form, link, member, said};
use crate::support::{App, mailbox::Mailbox, on_each_engine};
use serde_json::json;
use server::{
    config::Config,
    operator::{AccountCommand, NewAccount, NewUser, UserCommand},
    people::{Role, members, reset},
    state::now,
};

on_each_engine! {
    without_a_mail_server_an_admin_makes_the_link
    a_link_is_not_good_for_ever
    who_has_a_password_proves_it_to_join
    nobody_s_other_accounts_are_reached_by_a_link
}

async fn with_mailbox() -> (Mailbox, [(&'static str, String); 1]) {
    let mailbox = Mailbox::start().await;
    let setting = [("CUEPOINT_SMTP_URL", format!("{}?from=video%40example.com", mailbox.url))];
    (mailbox, setting)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_set_by_mail_once_on_sqlite() {
    let (mailbox, setting) = with_mailbox().await;
    a_password_is_set_by_mail_once(App::start_with(&setting).await, mailbox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_set_by_mail_once_on_postgres() {
    let (mailbox, setting) = with_mailbox().await;
    if let Some(app) = App::on_postgres_with(&setting).await {
        a_password_is_set_by_mail_once(app, mailbox).await;
    }
}

async fn a_password_is_set_by_mail_once(app: App, mailbox: Mailbox) {
    let ann = member(&app, 1, "ann@example.com", Role::Owner, Some(PASSWORD)).await;
    let before = Browser::of(&app, &ann, 1).await;
    let ask = async |email: &str| {
        let (status, html) = said(form(&app, "/reset", &[("email", email)])).await;
        (status, html.split_once("<main").expect("a page").1.to_owned())
    };
    let (known, unknown) = (ask("Ann@example.com").await, ask("nobody@example.com").await);
    assert_eq!(known, unknown, "the answer tells nobody who is here");
    assert_eq!(known.0, 200);
    let letter = mailbox.until(1).await[0].clone();
    assert_eq!((letter.from.as_str(), letter.to.as_str()), ("video@example.com", "ann@example.com"));
    let url = link(&letter.text, &app.url);
    let path = url.strip_prefix(&app.url).expect("our own").to_owned();
    let answer = app.get(&path).send().await.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["referrer-policy"]),
        (200, &"same-origin".parse().expect("text"))
    );
    assert!(answer.text().await.expect("a page").contains("ann@example.com"));
    let (status, html) = said(form(&app, &path, &[("password", "short")])).await;
    assert!(status == 422 && html.contains("at least 8"), "{html}");
    let set = form(&app, &path, &[("password", "another secret")]).send().await.expect("an answer");
    assert_eq!(set.status(), 303);
    assert_eq!(Browser { app: &app, cookie: cookie(&set) }.text("/videos").await.0, 200, "and signs in");
    assert_eq!(before.get("/videos").send().await.expect("an answer").status(), 303, "all others end");
    assert_eq!(app.get(&path).send().await.expect("an answer").status(), 410);
    assert_eq!(form(&app, &path, &[("password", "a third secret")]).send().await.expect("an answer").status(), 410);
    let sign_in = async |password: &str| {
        said(form(&app, "/sign-in", &[("email", "ann@example.com"), ("password", password)])).await.0
    };
    assert_eq!((sign_in(PASSWORD).await, sign_in("another secret").await), (401, 303));

    // An invitation comes by mail too, and joins once.
    let owner = Browser { app: &app, cookie: cookie(&set) };
    let (status, invited) =
        owner.call("POST", "/api/v1/members", Some(json!({"email": "Ben@Example.com", "role": "editor"}))).await;
    assert_eq!((status, &invited["mailed"]), (201, &json!(true)), "{invited}");
    let letter = mailbox.until(2).await[1].clone();
    assert_eq!(letter.to, "ben@example.com");
    let path = link(&letter.text, &app.url).strip_prefix(&app.url).expect("our own").to_owned();
    assert_eq!(invited["url"], json!(format!("{}{path}", app.url)));
    let (status, html) = said(app.get(&path)).await;
    assert!(status == 200 && html.contains("Join Test") && html.contains("as an editor"), "{html}");
    let joined =
        form(&app, &path, &[("name", "Ben"), ("password", "ben's own secret")]).send().await.expect("an answer");
    assert_eq!(joined.status(), 303);
    let ben = Browser { app: &app, cookie: cookie(&joined) };
    assert_eq!(ben.call("GET", "/api/v1/jobs", None).await.0, 200, "an editor");
    assert_eq!(ben.call("GET", "/api/v1/members", None).await.0, 403, "and no more");
    assert_eq!(app.get(&path).send().await.expect("an answer").status(), 410);
    let (_, list) = owner.call("GET", "/api/v1/members", None).await;
    assert_eq!((&list["items"][1]["name"], list["items"].as_array().map(Vec::len)), (&json!("Ben"), Some(2)), "{list}");
}

async fn without_a_mail_server_an_admin_makes_the_link(app: App) {
    let (status, html) = said(app.get("/reset")).await;
    assert!(status == 200 && html.contains("cuepoint user reset-link"), "{html}");
    let admin = Browser::as_role(&app, Role::Admin).await;
    let ben = member(&app, 1, "ben@example.com", Role::Editor, None).await;
    let owner = member(&app, 1, "owner@example.com", Role::Owner, None).await;
    let made = admin.send(&format!("/account/people/{}", ben.id), &[("do", "link")]).await;
    assert_eq!(made.status(), 200);
    let url = link(&made.text().await.expect("a page"), &format!("{}/reset/", app.url));
    let path = url.strip_prefix(&app.url).expect("our own");
    assert_eq!(form(&app, path, &[("password", PASSWORD)]).send().await.expect("an answer").status(), 303);
    let refused = admin.send(&format!("/account/people/{}", owner.id), &[("do", "link")]).await;
    assert_eq!(refused.status(), 403, "an owner may do more");
}

async fn a_link_is_not_good_for_ever(app: App) {
    let ann = member(&app, 1, "ann@example.com", Role::Owner, None).await;
    let (store, now) = (&app.state().store, now());
    let mut tx = store.begin().await.expect("a transaction");
    let path = reset::path(tx.conn(), ann.id, now + 1_000, now).await.expect("a link");
    let invited = {
        tx.commit().await.expect("committed");
        let account = server::store::accounts::Account { id: 1, email: String::new(), name: "Test".into() };
        let who = server::people::Who { actor: server::people::session::Actor::Operator, rights: Role::Owner.rights() };
        members::invite(app.state(), &account, &who, "b@example.com", Role::Viewer, now).await.expect("invited").url
    };
    let hash = |link: &str| server::keys::digest(link.rsplit('/').next().expect("a secret").as_bytes());
    let user = async |at| reset::user(app.state(), &hash(&path), at).await.expect("read").is_some();
    assert_eq!((user(now).await, user(now + 999).await, user(now + 1_000).await), (true, true, false));
    let open = async |at| server::people::accept::open(app.state(), &hash(&invited), at).await.expect("read").is_some();
    assert_eq!((open(now).await, open(now + members::INVITED_MS).await), (true, false));
    // Another invitation of the same address takes the place of the first.
    let admin = Browser::as_role(&app, Role::Admin).await;
    admin.call("POST", "/api/v1/members", Some(json!({"email": "b@example.com", "role": "viewer"}))).await;
    assert!(!open(now).await);
}

async fn who_has_a_password_proves_it_to_join(app: App) {
    app.add_account(2, "second@example.com", "cue_second_account").await;
    let ann = member(&app, 1, "ann@example.com", Role::Viewer, Some(PASSWORD)).await;
    let invite = async || {
        let wish = json!({"email": "ann@example.com", "role": "admin"});
        let (_, made) = app.call_as("cue_second_account", "POST", "/api/v1/members", Some(wish)).await;
        made["url"].as_str().expect("a link").strip_prefix(&app.url).expect("our own").to_owned()
    };
    let path = invite().await;
    let (status, html) = said(form(&app, &path, &[("password", "not hers at all")])).await;
    assert!(status == 422 && html.contains("is not the one that belongs to this address"), "{html}");
    let joined = form(&app, &path, &[("password", PASSWORD)]).send().await.expect("an answer");
    assert_eq!(joined.status(), 303);
    let here = Browser { app: &app, cookie: cookie(&joined) };
    assert_eq!(here.call("GET", "/api/v1/members", None).await.0, 200, "an admin in the second");
    // Who is signed in as the one who is meant needs no password.
    app.add_account(3, "third@example.com", "cue_third_account").await;
    let wish = json!({"email": "ann@example.com", "role": "viewer"});
    let (_, made) = app.call_as("cue_third_account", "POST", "/api/v1/members", Some(wish)).await;
    let path = made["url"].as_str().expect("a link").strip_prefix(&app.url).expect("our own").to_owned();
    let browser = Browser::of(&app, &ann, 1).await;
    assert_eq!(browser.send(&path, &[]).await.status(), 303);
    assert_eq!(
        app.call_as("cue_third_account", "GET", "/api/v1/members", None).await.1["items"][0]["email"],
        "ann@example.com"
    );
}

async fn nobody_s_other_accounts_are_reached_by_a_link(app: App) {
    app.add_account(2, "second@example.com", "cue_second_account").await;
    let ann = member(&app, 1, "ann@example.com", Role::Owner, None).await;
    let wish = json!({"email": "ann@example.com", "role": "viewer"});
    let (_, made) = app.call_as("cue_second_account", "POST", "/api/v1/members", Some(wish)).await;
    let path = made["url"].as_str().expect("a link").strip_prefix(&app.url).expect("our own").to_owned();
    // The second account's admin has the link, and would be Ann in the first.
    let (status, html) = said(form(&app, &path, &[("password", "the admin's choice")])).await;
    assert!(status == 422 && html.contains("comes first"), "{status} {html}");
    member(&app, 2, "ann@example.com", Role::Viewer, None).await;
    let admin = member(&app, 2, "admin@example.com", Role::Owner, None).await;
    let admin = Browser::of(&app, &admin, 2).await;
    let refused = admin.send(&format!("/account/people/{}", ann.id), &[("do", "link")]).await;
    assert_eq!(refused.status(), 403, "neither by a password link");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_adds_accounts_and_their_first_people() {
    let app = App::start().await;
    let vars =
        [("CUEPOINT_DATABASE_URL".to_owned(), app.database()), ("CUEPOINT_PUBLIC_URL".to_owned(), app.url.clone())];
    let config = Config::load(vars.into_iter()).expect("settings");
    let new = || NewAccount { email: "Customer@example.com".into(), name: "A customer".into() };
    let told = AccountCommand::Add(new()).run(&config).await.expect("an account");
    let key = told.split_once("API key: ").expect("a key").1;
    assert_eq!(app.call_as(key, "GET", "/api/v1/me/videos/list", None).await.0, 200);
    assert!(AccountCommand::Add(new()).run(&config).await.is_err(), "there is one");
    let user = |account: &str| NewUser {
        account: account.into(),
        email: "ann@example.com".into(),
        name: "Ann".into(),
        role: Role::Owner,
    };
    assert!(UserCommand::Add(user("nobody@example.com")).run(&config).await.is_err());
    let url = UserCommand::Add(user("customer@example.com")).run(&config).await.expect("a link");
    let again = UserCommand::ResetLink { email: "Ann@example.com".into() }.run(&config).await.expect("a link");
    let set = async |url: &str| {
        let path = url.strip_prefix(&app.url).expect("our own").to_owned();
        form(&app, &path, &[("password", PASSWORD)]).send().await.expect("an answer")
    };
    assert_eq!(set(&url).await.status(), 410, "a newer link takes its place");
    let ann = Browser { app: &app, cookie: cookie(&set(&again).await) };
    let (_, html) = ann.text("/account").await;
    assert!(html.contains("A customer") && html.contains("operator"), "{html}");
}

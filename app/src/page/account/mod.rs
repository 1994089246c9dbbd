//! The pages of an account's own people, in one language: who they are, keys, sessions, the log.

pub mod form;
mod keys;
mod log;
mod people;
pub(super) mod sessions;

use super::{Document, Frame, inline, plain};
use crate::error::Flaw;
use form::{Notice, notice};
use leptos::prelude::*;
use std::sync::LazyLock;

pub use keys::Key;
pub use log::Entry;
pub use people::{Invited, Person};
pub use sessions::Session;

pub(super) static STYLE: LazyLock<String> = LazyLock::new(|| plain(include_str!("../../../../style/people.css")));
static SCRIPT: LazyLock<String> = LazyLock::new(|| inline::script(include_str!("copy.js")));

/// Who is signed in, and where.
#[derive(Clone, Debug, Default)]
pub struct Top {
    pub email: String,
    pub role: &'static str,
    pub account: String,
    /// All of their accounts: number, name, and whether it is the one they look at.
    pub accounts: Vec<(i64, String, bool)>,
}

/// Where in the navigation a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    Videos,
    Account,
}

/// A secret that is shown this once.
#[derive(Clone, Debug)]
pub struct Made {
    pub title: String,
    pub text: String,
    pub advice: String,
}

/// Everything that the account page shows.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub top: Top,
    /// What the viewer of the page may see and change of people, keys and log: nothing without the right.
    pub manages: Option<Managed>,
    pub sessions: Vec<Session>,
    pub notice: Option<Notice>,
    pub made: Option<Made>,
    /// The form that was sent, and what is wrong with it.
    pub flawed: Option<(&'static str, Vec<Flaw>)>,
}

#[derive(Clone, Debug, Default)]
pub struct Managed {
    /// What one may make others.
    pub roles: Vec<&'static str>,
    pub people: Vec<Person>,
    pub invited: Vec<Invited>,
    /// Are invitations sent, or is their link to be passed on by hand?
    pub mails: bool,
    pub keys: Vec<Key>,
    pub log: Vec<Entry>,
    /// Leads to older entries.
    pub older: Option<String>,
    /// Is this not the first page of the log?
    pub is_older: bool,
}

/// A page of signed-in people: the bar above, then what it is about.
pub(super) fn shell(frame: Frame, title: &str, top: Top, here: Here, content: AnyView) -> impl IntoView + use<> {
    let (style_nonce, nonce) = (frame.nonce.clone(), frame.nonce.clone());
    let title = format!("{title} · {}", top.account);
    let current = move |at: Here| (at == here).then_some("page");
    let switch = (top.accounts.len() > 1).then(|| {
        let accounts = top.accounts.clone();
        view! {
            <form method="post" action="/account/switch" class="people-switch">
                <label for="account" class="people-unseen">"Account"</label>
                <select id="account" name="account">
                    {accounts
                        .into_iter()
                        .map(|(id, name, chosen)| view! { <option value=id.to_string() selected=chosen>{name}</option> })
                        .collect_view()}
                </select>
                <button type="submit" class="quiet">"Switch"</button>
            </form>
        }
    });
    let name = switch.is_none().then(|| view! { <strong class="people-account">{top.account.clone()}</strong> });
    view! {
        <Document frame title=title class="page peoples">
            <style nonce=style_nonce>{STYLE.as_str()}</style>
            <header class="people-bar">
                <div class="people-where">{name} {switch}</div>
                <nav aria-label="Pages">
                    <a href="/videos" aria-current=current(Here::Videos)>"Videos"</a>
                    <a href="/account" aria-current=current(Here::Account)>"Account"</a>
                </nav>
                <form method="post" action="/sign-out" class="people-out">
                    <span class="people-me" title=top.role>{top.email}</span>
                    <button type="submit" class="quiet">"Sign out"</button>
                </form>
            </header>
            {content}
            <script nonce=nonce>{SCRIPT.as_str()}</script>
        </Document>
    }
}

#[component]
pub fn AccountPage(frame: Frame, account: Account) -> impl IntoView {
    let Account { top, manages, sessions, notice: said, made, flawed } = account;
    let flaws = |form: &str| -> Vec<Flaw> {
        flawed.as_ref().filter(|(name, _)| *name == form).map(|(_, flaws)| flaws.clone()).unwrap_or_default()
    };
    let about = format!("{}, where you are {}.", top.account, form::article(top.role));
    let (first, last) = manages
        .map(|managed| {
            let first = (people::view(&managed, &flaws("invite")), keys::view(&managed, &flaws("key")));
            (first, log::view(managed))
        })
        .unzip();
    let content = view! {
        <main class="people">
            <h1>"Account"</h1>
            <p class="people-about">{about}</p>
            {notice(said)}
            {made.map(once)}
            {first}
            {sessions::view(sessions, &flaws("password"))}
            {last}
        </main>
    };
    shell(frame, "Account", top, Here::Account, content.into_any())
}

/// What is shown this once, ready to be copied.
fn once(made: Made) -> impl IntoView {
    view! {
        <section class="people-card people-made" aria-labelledby="made">
            <h2 id="made">{made.title}</h2>
            <div class="people-copy">
                <input type="text" readonly aria-labelledby="made" value=made.text />
                <button type="button" class="button" data-clip="" data-copied="Copied" hidden>"Copy"</button>
            </div>
            <p class="people-hint">{made.advice}</p>
        </section>
    }
}

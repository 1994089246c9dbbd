//! Signing in, setting a password, joining an account: small pages with one form, in one language.

use super::{
    Document, Frame,
    account::{
        STYLE,
        form::{Field, Notice, article, notice},
        sessions::ADVICE,
    },
};
use crate::error::Flaw;
use leptos::prelude::*;

/// What a page of this kind is about.
#[derive(Clone, Debug)]
pub enum Entrance {
    /// `next` is where one wanted to go.
    SignIn { email: String, next: String },
    /// Asking for a link; without a mail server there is nobody to ask here.
    Ask { mails: bool },
    /// A link was asked for.
    Asked,
    /// Setting a password, for this address.
    Set { email: String },
    /// Joining; `known` has a password already, `is_self` is signed in.
    Join { account: String, role: String, email: String, known: bool, is_self: bool },
    /// A link that is not good, or not any more.
    Gone,
    /// Nothing to see for who is signed in, such as without an account.
    Nothing,
}

#[component]
pub fn EntrancePage(frame: Frame, entrance: Entrance, said: Option<Notice>, flaws: Vec<Flaw>) -> impl IntoView {
    let nonce = frame.nonce.clone();
    let title = match &entrance {
        Entrance::SignIn { .. } => "Sign in".to_owned(),
        Entrance::Ask { .. } | Entrance::Set { .. } => "Set a new password".to_owned(),
        Entrance::Asked => "Look into your mail".to_owned(),
        Entrance::Join { account, .. } => format!("Join {account}"),
        Entrance::Gone => "This link is no longer good".to_owned(),
        Entrance::Nothing => "There is no account here".to_owned(),
    };
    let content = content(entrance, &flaws);
    view! {
        <Document frame title=title.clone() class="page peoples">
            <style nonce=nonce>{STYLE.as_str()}</style>
            <main class="entrance">
                <svg class="notice-mark" viewBox="0 0 48 48" aria-hidden="true">
                    <rect x="5" y="10" width="38" height="28" rx="6" />
                    <path d="M21 19l8 5-8 5z" />
                </svg>
                <h1>{title}</h1>
                {notice(said)}
                {content}
            </main>
        </Document>
    }
}

fn content(entrance: Entrance, flaws: &[Flaw]) -> AnyView {
    let old = |id| Field {
        id,
        name: "password",
        label: "Password",
        kind: "password",
        value: "",
        autocomplete: "current-password",
        hint: "",
        required: true,
    };
    let new = |id| Field { autocomplete: "new-password", hint: ADVICE, label: "New password", ..old(id) };
    // For those who keep passwords: whose it is.
    let whose = |email: String| view! { <input type="hidden" name="username" autocomplete="username" value=email /> };
    match entrance {
        Entrance::SignIn { email, next } => {
            let email = Field {
                id: "email",
                name: "email",
                label: "E-mail",
                kind: "email",
                value: &email,
                autocomplete: "username",
                hint: "",
                required: true,
            };
            view! {
                <form method="post" action="/sign-in" class="people-stack">
                    <input type="hidden" name="next" value=next />
                    {email.view(flaws)}
                    {old("password").view(flaws)}
                    <button type="submit" class="button">"Sign in"</button>
                </form>
                <p class="entrance-else"><a href="/reset">"I have no password, or forgot it"</a></p>
            }
            .into_any()
        }
        Entrance::Ask { mails: true } => {
            let email = Field { id: "email", name: "email", label: "E-mail", kind: "email", autocomplete: "username", ..old("email") };
            view! {
                <p class="entrance-about">"We send you a link with which you set one. It is good for an hour, once."</p>
                <form method="post" action="/reset" class="people-stack">
                    {email.view(flaws)}
                    <button type="submit" class="button">"Send me a link"</button>
                </form>
                <p class="entrance-else"><a href="/sign-in">"Back to signing in"</a></p>
            }
            .into_any()
        }
        Entrance::Ask { mails: false } => view! {
            <p class="entrance-about">
                "This server sends no mail. An admin of your account can make a link for you, on their account page; \
                 so can the operator: "<code>"cuepoint user reset-link --email you@example.com"</code>
            </p>
            <p class="entrance-else"><a href="/sign-in">"Back to signing in"</a></p>
        }
        .into_any(),
        Entrance::Asked => view! {
            <p class="entrance-about">
                "If somebody with this address may sign in here, a letter with a link is on its way. The link is good for an hour."
            </p>
            <p class="entrance-else"><a href="/sign-in">"Back to signing in"</a></p>
        }
        .into_any(),
        Entrance::Set { email } => view! {
            <p class="entrance-about">"For "<strong>{email.clone()}</strong>". It signs you out everywhere else."</p>
            // To the same address, which has the secret in it.
            <form method="post" class="people-stack">
                {whose(email)}
                {new("password").view(flaws)}
                <button type="submit" class="button">"Set password"</button>
            </form>
        }
        .into_any(),
        Entrance::Join { account, role, email, known, is_self } => {
            let name = Field {
                id: "name",
                name: "name",
                label: "Your name",
                kind: "text",
                autocomplete: "name",
                required: false,
                ..old("name")
            };
            let ask = match (known, is_self) {
                (_, true) => ().into_any(),
                (true, false) => old("password").view(flaws),
                (false, false) => view! { {name.view(flaws)} {new("password").view(flaws)} }.into_any(),
            };
            let about = format!("You are invited to {account} as {}.", article(&role));
            view! {
                <p class="entrance-about">{about}" Your address is "<strong>{email.clone()}</strong>"."</p>
                <form method="post" class="people-stack">
                    {whose(email)}
                    {ask}
                    <button type="submit" class="button">"Join"</button>
                </form>
            }
            .into_any()
        }
        Entrance::Gone => view! {
            <p class="entrance-about">"It was used already, or its time is over. Ask for another one."</p>
            <p class="entrance-else"><a href="/sign-in">"Sign in"</a></p>
        }
        .into_any(),
        Entrance::Nothing => view! {
            <p class="entrance-about">"You belong to no account any more. An invitation brings you into one."</p>
            <form method="post" action="/sign-out" class="people-stack">
                <button type="submit" class="button">"Sign out"</button>
            </form>
        }
        .into_any(),
    }
}

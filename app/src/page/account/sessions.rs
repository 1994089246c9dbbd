//! One's own sessions and password.

use super::form::Field;
use crate::error::Flaw;
use leptos::prelude::*;

#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    /// Such as `Chrome, Linux`.
    pub agent: String,
    pub seen: String,
    pub is_this: bool,
}

/// What to choose, said where a password is set.
pub(crate) const ADVICE: &str =
    "At least 8 characters; 15 or more are better. A few words that only you would put together do well.";

pub(super) fn view(sessions: Vec<Session>, flaws: &[Flaw]) -> impl IntoView + use<> {
    let others = sessions.len() > 1;
    let rows = sessions.into_iter().map(row).collect_view();
    let field = |id, name, label, autocomplete, hint| {
        Field { id, name, label, kind: "password", value: "", autocomplete, hint, required: true }.view(flaws)
    };
    view! {
        <section class="people-card" aria-labelledby="sessions">
            <h2 id="sessions">"Where you are signed in"</h2>
            <ul class="people-rows">{rows}</ul>
            {others.then(|| view! {
                <form method="post" action="/account/sessions" class="people-add">
                    <button type="submit" class="quiet bad">"Sign out everywhere else"</button>
                </form>
            })}
        </section>
        <section class="people-card" aria-labelledby="password">
            <h2 id="password">"Your password"</h2>
            <form method="post" action="/account/password" class="people-stack" aria-labelledby="password">
                {field("old-password", "old", "Old password", "current-password", "")}
                {field("new-password", "password", "New password", "new-password", ADVICE)}
                <p class="people-hint">"Changing it ends all of your other sessions."</p>
                <button type="submit" class="button">"Change password"</button>
            </form>
        </section>
    }
}

fn row(session: Session) -> impl IntoView {
    let Session { id, agent, seen, is_this } = session;
    let agent = if agent.is_empty() { "Some browser".to_owned() } else { agent };
    let label = format!("Sign out {agent}");
    view! {
        <li>
            <div class="people-what">
                <strong>{agent}</strong>
                {is_this.then(|| view! { <span class="people-chip">"This one"</span> })}
                <span class="people-soft">{format!("last seen {seen} UTC")}</span>
            </div>
            <span></span>
            <div class="people-acts">
                {(!is_this).then(|| view! {
                    <form method="post" action=format!("/account/sessions/{id}") class="people-inline">
                        <button type="submit" class="quiet" aria-label=label>"Sign out"</button>
                    </form>
                })}
            </div>
        </li>
    }
}

//! API keys.

use super::{
    Managed,
    form::{Field, choice},
};
use crate::error::Flaw;
use leptos::prelude::*;

#[derive(Clone, Debug)]
pub struct Key {
    pub id: String,
    pub name: String,
    pub prefix: String,
    /// A role's name, or names of rights.
    pub rights: String,
    /// `Used on …`, `Never used`.
    pub used: String,
    /// `until …`, if it ends.
    pub until: Option<String>,
    /// Why it no longer holds.
    pub over: Option<&'static str>,
}

pub(super) fn view(managed: &Managed, flaws: &[Flaw]) -> impl IntoView + use<> {
    let rows = managed.keys.clone().into_iter().map(row).collect_view();
    let none = managed.keys.is_empty().then(|| view! { <p class="people-hint">"No program has a key yet."</p> });
    let field = |id, name, label, kind, hint, required| {
        Field { id, name, label, kind, value: "", autocomplete: "off", hint, required }.view(flaws)
    };
    let roles = managed.roles.clone();
    view! {
        <section class="people-card" aria-labelledby="keys">
            <h2 id="keys">"API keys"</h2>
            {none}
            <ul class="people-rows">{rows}</ul>
            <form method="post" action="/account/keys" class="people-add" aria-label="Make a key">
                <h3>"Make a key"</h3>
                <div class="people-line">
                    {field("key-name", "name", "Name", "text", "", true)}
                    <div class="people-field">
                        {choice("key-role".into(), "role", "May do what".into(), true, &roles, "editor")}
                    </div>
                    {field("key-days", "expires_days", "Ends after days", "number", "", false)}
                    <button type="submit" class="button">"Make key"</button>
                </div>
                <p class="people-hint">
                    "Its text is shown once. Finer rights can be given by the API, as \"scopes\". Left empty, it does not end."
                </p>
            </form>
        </section>
    }
}

fn row(key: Key) -> impl IntoView {
    let Key { id, name, prefix, rights, used, until, over } = key;
    let called = if name.is_empty() { prefix.clone() } else { name };
    let class = if over.is_some() { "over" } else { "" };
    let act = over.is_none().then(|| {
        view! {
            <form method="post" action=format!("/account/keys/{id}") class="people-inline">
                <button type="submit" class="quiet bad" aria-label=format!("Revoke {called}")>"Revoke"</button>
            </form>
        }
    });
    view! {
        <li class=class>
            <div class="people-what">
                <strong>{called.clone()}</strong>
                {over.map(|text| view! { <span class="people-chip">{text}</span> })}
                <code class="people-soft">{format!("{prefix}…")}</code>
                <span class="people-soft">{used}{until.map(|until| format!(", {until}"))}</span>
            </div>
            <span class="people-role">{rights}</span>
            <div class="people-acts">{act}</div>
        </li>
    }
}

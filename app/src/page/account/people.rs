//! Members and invitations.

use super::{
    Managed,
    form::{Field, capital, choice},
};
use crate::error::Flaw;
use leptos::prelude::*;

/// A member, and what one may do with them.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub email: String,
    pub name: String,
    pub role: &'static str,
    pub is_me: bool,
    /// May their role be changed, or they be removed?
    pub changeable: bool,
}

/// Someone who has not come yet.
#[derive(Clone, Debug)]
pub struct Invited {
    pub id: String,
    pub email: String,
    pub role: &'static str,
    pub until: String,
}

pub(super) fn view(managed: &Managed, flaws: &[Flaw]) -> impl IntoView + use<> {
    let roles = managed.roles.clone();
    let people = managed.people.clone().into_iter().map(|person| row(person, &roles)).collect_view();
    let invited = managed.invited.clone().into_iter().map(waiting).collect_view();
    let email = Field {
        id: "invite-email",
        name: "email",
        label: "E-mail",
        kind: "email",
        value: "",
        autocomplete: "off",
        hint: "",
        required: true,
    };
    let hint = match managed.mails {
        true => "They get a letter with a link that is good for seven days. The link is shown here too, once.",
        false => "You get a link that is good for seven days; send it to them yourself.",
    };
    view! {
        <section class="people-card" aria-labelledby="people">
            <h2 id="people">"People"</h2>
            <ul class="people-rows">{people} {invited}</ul>
            <form method="post" action="/account/people" class="people-add" aria-label="Invite somebody">
                <h3>"Invite somebody"</h3>
                <div class="people-line">
                    {email.view(flaws)}
                    <div class="people-field">
                        {choice("invite-role".into(), "role", "Role".into(), true, &roles, "viewer")}
                    </div>
                    <button type="submit" class="button">"Invite"</button>
                </div>
                <p class="people-hint">{hint}</p>
            </form>
            <details class="people-roles">
                <summary>"What the roles may do"</summary>
                <dl>
                    <dt>"Viewer"</dt><dd>"sees the account's videos"</dd>
                    <dt>"Analyst"</dt><dd>"also reads reports and exports"</dd>
                    <dt>"Editor"</dt><dd>"also changes videos, timelines, uploads, and moderates comments"</dd>
                    <dt>"Admin"</dt><dd>"also people, keys, webhooks, settings, and erasing viewers"</dd>
                    <dt>"Owner"</dt><dd>"also decides who is an owner"</dd>
                </dl>
            </details>
        </section>
    }
}

fn row(person: Person, roles: &[&'static str]) -> impl IntoView + use<> {
    let Person { id, email, name, role, is_me, changeable } = person;
    let action = format!("/account/people/{id}");
    let called = if name.is_empty() { email.clone() } else { name.clone() };
    let acts = changeable.then(|| {
        let (choose, link, remove) = (action.clone(), action.clone(), action);
        view! {
            <form method="post" action=choose class="people-inline">
                {choice(format!("role-{id}"), "role", format!("Role of {called}"), false, roles, role)}
                <button type="submit" name="do" value="role" class="quiet" aria-label=format!("Change the role of {called}")>
                    "Change"
                </button>
            </form>
            <form method="post" action=link class="people-inline">
                <button type="submit" name="do" value="link" class="quiet" aria-label=format!("Password link for {called}")>
                    "Password link"
                </button>
            </form>
            <form method="post" action=remove class="people-inline">
                <button type="submit" name="do" value="remove" class="quiet bad" aria-label=format!("Remove {called}")>
                    "Remove"
                </button>
            </form>
        }
    });
    view! {
        <li>
            <div class="people-what">
                <strong>{called}</strong>
                {is_me.then(|| view! { <span class="people-chip">"You"</span> })}
                <span class="people-soft">{(!name.is_empty()).then_some(email)}</span>
            </div>
            <span class="people-role">{(!changeable).then(|| capital(role))}</span>
            <div class="people-acts">{acts}</div>
        </li>
    }
}

fn waiting(invited: Invited) -> impl IntoView {
    let Invited { id, email, role, until } = invited;
    view! {
        <li>
            <div class="people-what">
                <strong>{email.clone()}</strong>
                <span class="people-chip">"Invited"</span>
                <span class="people-soft">{format!("until {until}")}</span>
            </div>
            <span class="people-role">{capital(role)}</span>
            <div class="people-acts">
                <form method="post" action=format!("/account/people/{id}") class="people-inline">
                    <button type="submit" name="do" value="remove" class="quiet bad" aria-label=format!("Take back the invitation of {email}")>
                        "Take back"
                    </button>
                </form>
            </div>
        </li>
    }
}

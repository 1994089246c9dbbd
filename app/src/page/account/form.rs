//! Parts of forms: a field with its label, hint and flaw; a notice above.

use crate::error::Flaw;
use leptos::prelude::*;

/// What a page says about what was just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub is_good: bool,
    pub text: String,
}

impl Notice {
    pub fn good(text: impl Into<String>) -> Self {
        Self { is_good: true, text: text.into() }
    }

    pub fn bad(text: impl Into<String>) -> Self {
        Self { is_good: false, text: text.into() }
    }
}

pub(crate) fn notice(notice: Option<Notice>) -> impl IntoView + use<> {
    notice.map(|Notice { is_good, text }| {
        let class = if is_good { "people-notice good" } else { "people-notice bad" };
        let role = if is_good { "status" } else { "alert" };
        view! { <p class=class role=role>{text}</p> }
    })
}

/// One line of a form. `id` is unique on the page.
pub(crate) struct Field<'a> {
    pub id: &'static str,
    pub name: &'static str,
    pub label: &'static str,
    pub kind: &'static str,
    pub value: &'a str,
    pub autocomplete: &'static str,
    pub hint: &'static str,
    pub required: bool,
}

impl Field<'_> {
    pub fn view(self, flaws: &[Flaw]) -> AnyView {
        let Field { id, name, label, kind, value, autocomplete, hint, required } = self;
        let flaw = flaws.iter().find(|flaw| flaw.field == name).map(|flaw| format!("{label} {}", flaw.message));
        let hint = (!hint.is_empty()).then_some(hint);
        let told = match (&flaw, hint) {
            (None, None) => None,
            (Some(_), None) => Some(format!("{id}-flaw")),
            (None, Some(_)) => Some(format!("{id}-hint")),
            (Some(_), Some(_)) => Some(format!("{id}-flaw {id}-hint")),
        };
        let is_number = kind == "number";
        view! {
            <div class="people-field">
                <label for=id>{label}</label>
                <input
                    id=id
                    name=name
                    type=kind
                    value=value.to_owned()
                    autocomplete=autocomplete
                    required=required
                    maxlength=(!is_number).then_some("1024")
                    min=is_number.then_some("1")
                    aria-invalid=flaw.is_some().then_some("true")
                    aria-describedby=told
                />
                {flaw.map(|text| view! { <p class="people-flaw" id=format!("{id}-flaw")>{text}</p> })}
                {hint.map(|text| view! { <p class="people-hint" id=format!("{id}-hint")>{text}</p> })}
            </div>
        }
        .into_any()
    }
}

/// A choice among a few.
pub(crate) fn choice(
    id: String,
    name: &'static str,
    label: String,
    is_shown: bool,
    options: &[&'static str],
    chosen: &str,
) -> impl IntoView + use<> {
    let options: Vec<_> = options.iter().map(|option| (*option, *option == chosen)).collect();
    let class = if is_shown { "" } else { "people-unseen" };
    view! {
        <label for=id.clone() class=class>{label}</label>
        <select id=id name=name>
            {options
                .into_iter()
                .map(|(option, chosen)| view! { <option value=option selected=chosen>{capital(option)}</option> })
                .collect_view()}
        </select>
    }
}

/// With a capital letter.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `an editor`.
pub(crate) fn article(role: &str) -> String {
    let article = if role.starts_with(['a', 'e', 'o']) { "an" } else { "a" };
    format!("{article} {role}")
}

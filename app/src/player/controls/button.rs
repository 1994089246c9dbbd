//! A button of the bar: icon, name, key and tooltip.

use super::icon::{Path, icon};
use leptos::prelude::*;

/// A name that may change.
pub type Name = Box<dyn Fn() -> String + Send + Sync>;
/// A state that may change; none for a button that has none.
pub type State = Option<Box<dyn Fn() -> bool + Send>>;

pub struct Button {
    pub class: &'static str,
    pub name: Name,
    /// The shortcut, or empty.
    pub keys: &'static str,
    pub path: Path,
    /// Is what it switches on?
    pub pressed: State,
    /// Is what it opens open?
    pub expanded: State,
    pub press: Box<dyn Fn()>,
}

pub fn button(button: Button) -> impl IntoView {
    let Button { class, name, keys, path, pressed, expanded, press } = button;
    let name = StoredValue::new(name);
    let label = move || name.with_value(|name| name());
    let tip = move || if keys.is_empty() { label() } else { [&label(), " (", keys, ")"].concat() };
    let told = |state: State| move || state.as_ref().map(|state| if state() { "true" } else { "false" });
    let popup = expanded.is_some().then_some("dialog");
    view! {
        <button
            type="button"
            class=["control ", class].concat()
            aria-label=label
            aria-keyshortcuts=(!keys.is_empty()).then_some(keys)
            aria-pressed=told(pressed)
            aria-haspopup=popup
            aria-expanded=told(expanded)
            data-tip=tip
            on:click=move |_| press()
        >
            {icon(path)}
        </button>
    }
}
